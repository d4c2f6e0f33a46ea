/* Mistakes in what identity.yaml says of certificates and of trust domains of SPIFFE.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

struct mistake {
    const char *entry, *says;
};

static struct bundle_folder folder;

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

/* Each entry alone in the list of that name. */
static void expect_mistakes(const char *list, const struct mistake *rows, size_t count)
{
    char yaml[300];

    for (size_t i = 0; i < count; i++) {
        bundle_folder_remove(&folder);
        bundle_folder_make(&folder);
        snprintf(yaml, sizeof yaml, "%s: [%s]\n", list, rows[i].entry);
        bundle_folder_write(&folder, "identity.yaml", yaml);
        TEST_ASSERT_FALSE_MESSAGE(bundle_folder_compile(&folder), yaml);
        bundle_folder_says(&folder, rows[i].says);
    }
}

static void test_certificates(void)
{
    static const struct mistake rows[] = {
        { "{spiffe_id: 'spiffe://A/x', agent: a}", "a SPIFFE identifier is wanted" },
        { "{spiffe_id: 'spiffe://a', agent: a}", "a SPIFFE identifier is wanted" },
        { "{spiffe_id: 'spiffe://a/x*', agent: a}", "a SPIFFE identifier is wanted" },
        { "{spiffe_id: 'spiffe://*/x', agent: a}", "a SPIFFE identifier is wanted" },
        { "{spiffe_id: 'spiffe://a/*/x', agent: a}", "a SPIFFE identifier is wanted" },
        { "{spiffe_id: 'spiffe:/*', agent: a}", "a SPIFFE identifier is wanted" },
        { "{agent: a}", "an entry is for one" },
        { "{dns_name: a, common_name: b}", "an entry is for one" },
        { "{dns_name: A.example}", "in lower case" },
        { "{dns_name: '*.example'}", "without wildcards" },
        { "{dns_name: x, attr: {spiffe_id: y}}", "is set by the gateway" },
        { "{spiffe_id: 'spiffe://a/x'}, {spiffe_id: 'spiffe://a/x'}", "this is the same name" },
    };

    expect_mistakes("certificates", rows, sizeof rows / sizeof rows[0]);
}

static void test_trust_domains(void)
{
    static const struct mistake rows[] = {
        { "{spiffe: A.example, audiences: [a], jwks: {keys: []}}", "a trust domain is wanted" },
        { "{spiffe: 'spiffe://a', audiences: [a], jwks: {keys: []}}", "a trust domain is wanted" },
        { "{spiffe: a, issuer: b, audiences: [a], jwks: {keys: []}}", "an issuer has one name" },
        { "{audiences: [a], jwks: {keys: []}}", "an issuer has one name" },
        { "{spiffe: a, audiences: [a], claims: {user: x}, jwks: {keys: []}}", "and nothing else" },
        { "{spiffe: a, audiences: [a], types: [JWT], jwks: {keys: []}}", "are of one type" },
        { "{spiffe: a, audiences: [a], discovery: true}", "has no metadata" },
        { "{spiffe: a, audiences: [a], jwks_uri: 'a/'}", "http" },
        { "{spiffe: a, audiences: [a], jwks_uri: 'https://a/', jwks: {keys: []}}", "not several" },
        { "{spiffe: a, audiences: [a], introspection: {}, jwks: {keys: []}}", "nobody is asked" },
        { "{spiffe: a, audiences: [], jwks: {keys: []}}", "an audience is wanted" },
    };

    expect_mistakes("issuers", rows, sizeof rows / sizeof rows[0]);
}

/* Its bundle is fetched, of which the compiler has nothing to say but whom its way lets in. */
static void test_a_bundle_endpoint(void)
{
    bundle_folder_write(
        &folder, "identity.yaml",
        "issuers:\n  - {spiffe: a.example, audiences: [a], jwks_uri: 'https://b/x'}\n"
        "  - {spiffe: b.example, audiences: [a], jwks_uri: 'http://b/x'}\n");
    TEST_ASSERT_TRUE(bundle_folder_compile(&folder));
    bundle_folder_says(&folder, "put keys of their own");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_certificates);
    RUN_TEST(test_trust_domains);
    RUN_TEST(test_a_bundle_endpoint);
    return UNITY_END();
}
