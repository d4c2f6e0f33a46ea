/* Every row of signature_rows.txt comes to its verdict.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/seal/keyset.h"
#include "port/port_crypto.h"
#include "unity.h"

enum { LINE_BYTES = 4096, BYTES_MAX = 520, ROWS_LEAST = 239 };

static uint64_t arena[8192];
static char message[LINE_BYTES];

void setUp(void)
{
}

void tearDown(void)
{
}

/* Memory of exactly those bytes, so that a read beyond is seen. */
struct bytes_of {
    uint8_t *at;
    size_t len;
};

static struct bytes_of unhex(const char *digits)
{
    struct bytes_of b = { NULL, strcmp(digits, "-") == 0 ? 0 : strlen(digits) / 2 };

    TEST_ASSERT_LESS_OR_EQUAL(BYTES_MAX, b.len);
    b.at = malloc(b.len + (b.len == 0));
    TEST_ASSERT_TRUE(pn_key_text_hex(pn_slice(digits, 2 * b.len), b.at, b.len));
    return b;
}

struct row {
    const char *alg, *verdict, *why;
    struct bytes_of key, digest, signature;
    uint32_t exponent;
};

static enum port_crypto_verdict verify_rsa(const struct row *r)
{
    struct port_rsa_public key = { r->key.at, r->key.len, r->exponent };

    if (strcmp(r->alg, "RS256") == 0) {
        return port_rs256_verify(&key, r->digest.at, r->signature.at, r->signature.len);
    }
    TEST_ASSERT_EQUAL_STRING("PS256", r->alg);
    return port_ps256_verify(&key, r->digest.at, r->signature.at, r->signature.len);
}

static enum port_crypto_verdict verify(const struct row *r)
{
    if (strcmp(r->alg, "ES256") == 0) {
        TEST_ASSERT_EQUAL(64, r->key.len);
        TEST_ASSERT_EQUAL(64, r->signature.len);
        return port_es256_verify(r->key.at, r->digest.at, r->signature.at);
    }
    if (strcmp(r->alg, "ES384") == 0) {
        TEST_ASSERT_EQUAL(96, r->key.len);
        TEST_ASSERT_EQUAL(96, r->signature.len);
        return port_es384_verify(r->key.at, r->digest.at, r->signature.at);
    }
    return verify_rsa(r);
}

static void check(const struct row *r)
{
    enum port_crypto_verdict wanted =
        strcmp(r->verdict, "good") == 0 ? PORT_CRYPTO_GOOD : PORT_CRYPTO_BAD_SIGNATURE;

    snprintf(message, sizeof message, "%s: %s", r->alg, r->why);
    TEST_ASSERT_EQUAL_HEX32_MESSAGE(wanted, verify(r), message);
}

static void check_line(char *line)
{
    char *part[5], *rest = line;

    for (int i = 0; i < 5; i++) {
        part[i] = rest;
        rest = strchr(rest, ' ');
        TEST_ASSERT_NOT_NULL_MESSAGE(rest, line);
        *rest++ = 0;
    }
    char *colon = strchr(part[1], ':');
    struct row r = { .alg = part[0], .verdict = part[4], .why = rest };
    if (colon) {
        r.exponent = (uint32_t)strtoul(colon + 1, NULL, 10);
        *colon = 0;
    }
    r.key = unhex(part[1]);
    r.digest = unhex(part[2]);
    r.signature = unhex(part[3]);
    check(&r);
    free(r.key.at);
    free(r.digest.at);
    free(r.signature.at);
}

static void test_rows(void)
{
    static char line[LINE_BYTES];
    FILE *file = fopen(PN_SOURCE_DIR "/test/platforms/mbedtls/signature_rows.txt", "r");
    int rows = 0;

    TEST_ASSERT_NOT_NULL(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#') continue;
        TEST_ASSERT_NOT_NULL(strchr(line, '\n'));
        line[strcspn(line, "\n")] = 0;
        check_line(line);
        rows++;
    }
    fclose(file);
    TEST_ASSERT_GREATER_OR_EQUAL(ROWS_LEAST, rows);
}

int main(void)
{
    UNITY_BEGIN();
    if (port_crypto_init(arena, sizeof arena) != PORT_CRYPTO_GOOD) return 1;
    RUN_TEST(test_rows);
    return UNITY_END();
}
