/* What a device file says of certificates and of whom to believe.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port/port_crypto.h"
#include "test/tls/certificates.h"
#include "tools/device/device_file.h"
#include "unity.h"

static struct arena arena;
static struct diagnostics diagnostics;
static struct pn_device device;

void setUp(void)
{
}

void tearDown(void)
{
    diag_free(&diagnostics);
    arena_free(&arena);
}

static bool read_text(const char *text)
{
    const char *path = certificates_path("device.yaml");
    FILE *out = fopen(path, "w");

    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_TRUE(fputs(text, out) >= 0);
    fclose(out);
    tearDown();
    device_defaults(&device);
    return device_file_read(&arena, &diagnostics, path, DEVICE_KEYS_FOLLOW, &device);
}

static const char *messages(void)
{
    static char text[4096];
    FILE *out = fmemopen(text, sizeof text - 1, "w");

    memset(text, 0, sizeof text);
    diag_print(&diagnostics, out);
    fclose(out);
    return text;
}

static bool is_text(const char *wanted, struct pn_slice got)
{
    return pn_slice_equal(pn_slice(wanted, strlen(wanted)), got);
}

#define TLS(more) \
    "listen: [{at: '127.0.0.1:1', tls: {certificate: desk.pem, key: desk.key" more "}}]\n"

static void test_whom_to_believe(void)
{
    TEST_ASSERT_TRUE(read_text(TLS("")));
    TEST_ASSERT_EQUAL(PORT_TLS_CLIENTS_ANY, device.tls[0].clients);
    TEST_ASSERT_EQUAL(0, device.tls[0].trust_count);
    TEST_ASSERT_TRUE(read_text(TLS(", client_roots: root.pem")));
    TEST_ASSERT_EQUAL(PORT_TLS_CLIENTS_REQUIRED, device.tls[0].clients);
    TEST_ASSERT_EQUAL(1, device.tls[0].trust_count);
    TEST_ASSERT_NOT_NULL(strstr(device.tls[0].trust_paths[0], "/root.pem"));
    TEST_ASSERT_TRUE(read_text(TLS(", clients: optional, trust_bundles: {a.example: domain-a.pem, "
                                   "b.example: domain-b.pem}")));
    TEST_ASSERT_EQUAL(PORT_TLS_CLIENTS_OPTIONAL, device.tls[0].clients);
    TEST_ASSERT_EQUAL(3, device.tls[0].trust_count);
    TEST_ASSERT_NULL(device.tls[0].trust_paths[0]);
    TEST_ASSERT_EQUAL(0, device.tls[0].trust_domains[0].len);
    TEST_ASSERT_TRUE(is_text("b.example", device.tls[0].trust_domains[2]));
    TEST_ASSERT_NOT_NULL(strstr(device.tls[0].trust_paths[2], "/domain-b.pem"));
    TEST_ASSERT_EQUAL(0, device.tls[1].trust_count);
}

#define PAIR "certificate: agent.pem, key: agent.key"

static void test_our_own(void)
{
    TEST_ASSERT_TRUE(read_text("tls: {roots: root.pem, certificates: [{" PAIR "}, "
                               "{" PAIR ", hosts: [API.example.com, 10.0.0.1]}]}\n"));
    TEST_ASSERT_EQUAL(2, device.own_count);
    TEST_ASSERT_EQUAL(0, device.own[0].host_count);
    TEST_ASSERT_EQUAL(2, device.own[1].host_count);
    TEST_ASSERT_NOT_NULL(strstr(device.own[1].key_path, "/agent.key"));
    TEST_ASSERT_NOT_NULL(strstr(device.roots_path, "/root.pem"));
    TEST_ASSERT_TRUE(read_text("tls: {certificates: [{" PAIR "}]}\n"));
    TEST_ASSERT_NULL(device.roots_path);
}

static const struct {
    const char *text;
    unsigned column;
    const char *message;
} refused[] = {
    { TLS(", clients: required"), 83, "this needs client_roots or trust_bundles" },
    { TLS(", clients: any, client_roots: root.pem"), 83, "optional" },
    { TLS(", client_roots: none.pem"), 88, "cannot be read" },
    { TLS(", trust_bundles: {}"), 89, "no trust domain" },
    { TLS(", trust_bundles: {a.example: none.pem}"), 101, "cannot be read" },
    { TLS(", trust_bundles: {A.example: root.pem}"), 90, "a trust domain is wanted" },
    { TLS(", trust_bundles: {'spiffe://a': root.pem}"), 90, "a trust domain is wanted" },
    { TLS(", trust_bundles: {a: [root.pem]}"), 93, "the file of the domain's roots" },
    { TLS(", trust_bundles: {a: root.pem, b: root.pem, c: root.pem, d: root.pem, e: root.pem, "
          "f: root.pem, g: root.pem, h: root.pem, i: root.pem}"),
      194, "at most 8 trust domains" },
    { "tls: {certificates: [{" PAIR "}, {" PAIR "}]}\n", 64, "another certificate" },
    { "tls: {certificates: [{" PAIR ", hosts: [a, b]}, {" PAIR ", hosts: [B]}]}\n", 79,
      "another certificate" },
    { "tls: {certificates: [{" PAIR ", hosts: []}]}\n", 70, "a host is wanted" },
    { "tls: {certificates: [{certificate: agent.pem, key: desk.key}]}\n", 52,
      "does not belong to the certificate" },
    { "tls: {certificates: [{certificate: agent.pem}]}\n", 22, "key" },
};

static void test_what_is_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char where[32];
        TEST_ASSERT_FALSE_MESSAGE(read_text(refused[i].text), refused[i].text);
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(messages(), refused[i].message), messages());
        snprintf(where, sizeof where, ":1:%u:", refused[i].column);
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(messages(), where), messages());
    }
}

int main(void)
{
    static uint64_t crypto[8192];

    UNITY_BEGIN();
    if (!certificates_make(PN_SOURCE_DIR)) return 77;
    if (port_crypto_init(crypto, sizeof crypto) != PORT_CRYPTO_GOOD) return 1;
    RUN_TEST(test_whom_to_believe);
    RUN_TEST(test_our_own);
    RUN_TEST(test_what_is_refused);
    certificates_remove();
    return UNITY_END();
}
