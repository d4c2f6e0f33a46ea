/* What is taken of the documents that issuers publish: which keys, and when nothing.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include "core/identity/jwks.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/identity/jwt.h"
#include "test/core/identity/token_vectors.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

static struct pn_json_key places[256];
static struct pn_json_keys keys;
static struct pn_jwks set;

void setUp(void)
{
    tokens_begin();
    pn_json_keys_init(&keys, places, 256, (const uint8_t *)"sixteen bytes ok");
}

void tearDown(void)
{
}

/* From a buffer of just its size, so that a byte beyond it would be seen. */
static bool reads(const char *text, size_t len, uint8_t allowed)
{
    uint8_t *exact = malloc(len > 0 ? len : 1);

    memcpy(exact, text, len);
    bool read = pn_jwks_read(pn_slice(exact, len), allowed, &keys, &set);
    free(exact);
    return read;
}

#define RS       (1 << PN_JWT_RS256)
#define POINT    "\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" ES384_X "\",\"y\":\"" ES384_Y "\""
#define MODULUS  "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\""
#define ONE(key) "{\"keys\":[{" key "}]}"

enum { NO = -1 };

static const struct {
    const char *text;
    int count; /* NO: nothing is taken */
    uint8_t allowed;
} rows[] = {
    { "{\"keys\":[]}", 0, 0 },
    { " {\"other\":{\"keys\":[1]},\"keys\":[]} ", 0, 0 },
    { ONE(POINT), 1, 0 },
    { ONE(POINT ",\"kid\":\"a\",\"alg\":\"ES384\",\"use\":\"sig\",\"key_ops\":[\"verify\"]"), 1,
      0 },
    { ONE(POINT ",\"x5c\":[\"AA\"],\"more\":{\"kty\":1}"), 1, 0 },
    { ONE(POINT ",\"d\":\"secret\""), 1, 0 },
    { ONE(MODULUS ",\"alg\":\"RS256\",\"kid\":\"a\""), 1, 0 },
    { ONE(MODULUS), 1, RS },
    /* passed over */
    { ONE(MODULUS), 0, 0 },
    { ONE(MODULUS ",\"alg\":\"PS256\""), 0, RS },
    { ONE(MODULUS ",\"alg\":\"RS512\""), 0, 0 },
    { ONE(MODULUS ",\"alg\":\"ES256\""), 0, 0 },
    { ONE(MODULUS ",\"alg\":\"none\""), 0, 0 },
    { ONE(MODULUS ",\"alg\":\"HS256\""), 0, 0 },
    { ONE(POINT ",\"alg\":\"ES256\""), 0, 0 },
    { ONE(POINT ",\"alg\":\"RS256\""), 0, 0 },
    { ONE(POINT ",\"alg\":7"), 0, 0 },
    { ONE(POINT ",\"use\":\"enc\""), 0, 0 },
    { ONE(POINT ",\"use\":null"), 0, 0 },
    { ONE(POINT ",\"key_ops\":[\"sign\"]"), 0, 0 },
    { ONE(POINT ",\"key_ops\":\"verify\""), 0, 0 },
    { ONE(POINT ",\"kid\":7"), 0, 0 },
    { ONE("\"kty\":\"oct\",\"k\":\"AA\""), 0, 0 },
    { ONE("\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\""), 0, 0 },
    { ONE("\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" ES384_X "\",\"y\":\"" ES384_Y "\""), 0, 0 },
    { ONE("\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" ES384_Y "\",\"y\":\"" ES384_X "\""), 0, 0 },
    { ONE("\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" ES384_X "\""), 0, 0 },
    { ONE("\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"" ES384_X "\",\"y\":\"" ES384_Y "\""), 0, 0 },
    { ONE("\"kty\":\"RSA\",\"alg\":\"RS256\",\"e\":\"Aw\",\"n\":\"" RSA_N "\""), 0, 0 },
    { ONE("\"kty\":\"RSA\",\"alg\":\"RS256\",\"e\":\"AQAB\",\"n\":\"AQAB\""), 0, 0 },
    { ONE("\"kty\":\"RSA\",\"alg\":\"RS256\",\"e\":\"AQABAQAB\",\"n\":\"" RSA_N "\""), 0, 0 },
    { ONE("\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"" RSA_N "\""), 0, 0 },
    { "{\"keys\":[1,\"x\",null,[],{},{" POINT "}]}", 1, 0 },
    /* what one key has is not the next one's */
    { "{\"keys\":[{" POINT "},{\"kid\":\"b\"},{\"kty\":\"EC\",\"kid\":\"c\"}]}", 1, 0 },
    { "{\"keys\":[{" POINT ",\"use\":\"enc\",\"kid\":\"a\"},{" POINT ",\"kid\":\"a\"}]}", 1, 0 },
    { "{\"keys\":[{" POINT ",\"kid\":\"a\"},{" POINT ",\"kid\":\"b\"}]}", 2, 0 },
    /* nothing at all is taken */
    { "{\"keys\":[{" POINT ",\"kid\":\"a\"},{" POINT ",\"kid\":\"\\u0061\"}]}", NO, 0 },
    { "{\"keys\":[{" POINT "},{" POINT "}]}", NO, 0 },
    { ONE(POINT ",\"kid\":\"a\",\"kid\":\"b\""), NO, 0 },
    { ONE(POINT ",\"KTY\":\"RSA\""), NO, 0 },
    { "{\"keys\":[],\"keys\":[{" POINT "}]}", NO, 0 },
    { "{\"keys\":{" POINT "}}", NO, 0 },
    { "{\"keys\":null}", NO, 0 },
    { "{}", NO, 0 },
    { "[{" POINT "}]", NO, 0 },
    { "\"keys\"", NO, 0 },
    { "", NO, 0 },
    { "<html>", NO, 0 },
    { ONE(POINT) "x", NO, 0 },
    { "\xEF\xBB\xBF{\"keys\":[]}", NO, 0 },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool read = reads(rows[i].text, strlen(rows[i].text), rows[i].allowed);
        int count = read ? (int)set.count : NO;
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].count, count, rows[i].text);
    }
}

#define SVID    POINT ",\"use\":\"jwt-svid\""
#define ROOT    "{" POINT ",\"use\":\"x509-svid\",\"x5c\":[\"AA\"]}"
#define SAYS(m) "{\"keys\":[" ROOT ",{" SVID "}," ROOT "]," m "}"

/* The same of the bundle of a trust domain. */
static const struct {
    const char *text;
    int count;
    uint64_t sequence;
    uint32_t refresh_s;
} domain_rows[] = {
    { "{\"keys\":[]}", 0, 0, 0 },
    { ONE(SVID), 1, 0, 0 },
    { ONE(SVID ",\"kid\":\"a\""), 1, 0, 0 },
    { SAYS("\"spiffe_sequence\":7,\"spiffe_refresh_hint\":300"), 1, 7, 300 },
    { "{\"spiffe_refresh_hint\":5,\"spiffe_sequence\":9223372036854775807,\"keys\":[]}", 0,
      INT64_MAX, 5 },
    { SAYS("\"spiffe_refresh_hint\":99999999999"), 1, 0, UINT32_MAX },
    /* passed over */
    { ONE(POINT), 0, 0, 0 },
    { ONE(POINT ",\"use\":\"sig\""), 0, 0, 0 },
    { ONE(POINT ",\"use\":\"x509-svid\""), 0, 0, 0 },
    { ONE(POINT ",\"use\":\"jwt-svid2\""), 0, 0, 0 },
    { ONE(POINT ",\"use\":\"JWT-SVID\""), 0, 0, 0 },
    { ONE(POINT ",\"use\":[\"jwt-svid\"]"), 0, 0, 0 },
    { ONE(SVID ",\"key_ops\":[\"sign\"]"), 0, 0, 0 },
    { ONE(SVID ",\"alg\":\"ES256\""), 0, 0, 0 },
    { ONE("\"use\":\"jwt-svid\",\"kty\":\"OKP\""), 0, 0, 0 },
    /* nothing at all is taken */
    { "{\"keys\":[{" SVID "},{" SVID "}]}", NO, 0, 0 },
    { SAYS("\"spiffe_sequence\":-1"), NO, 0, 0 },
    { SAYS("\"spiffe_sequence\":1.5"), NO, 0, 0 },
    { SAYS("\"spiffe_sequence\":\"7\""), NO, 0, 0 },
    { SAYS("\"spiffe_sequence\":99999999999999999999"), NO, 0, 0 },
    { SAYS("\"spiffe_refresh_hint\":-300"), NO, 0, 0 },
    { SAYS("\"spiffe_refresh_hint\":null"), NO, 0, 0 },
    { SAYS("\"spiffe_sequence\":1,\"spiffe_sequence\":2"), NO, 0, 0 },
    { SAYS("\"SPIFFE_SEQUENCE\":1"), NO, 0, 0 },
    { "{\"spiffe_sequence\":1}", NO, 0, 0 },
};

static int reads_domain(const char *text)
{
    size_t len = strlen(text);
    uint8_t *exact = malloc(len);

    memcpy(exact, text, len);
    bool read = pn_jwks_read_domain(pn_slice(exact, len), 0, &keys, &set);
    free(exact);
    return read ? (int)set.count : NO;
}

static void test_bundles_of_domains(void)
{
    for (size_t i = 0; i < sizeof domain_rows / sizeof domain_rows[0]; i++) {
        const char *text = domain_rows[i].text;
        TEST_ASSERT_EQUAL_MESSAGE(domain_rows[i].count, reads_domain(text), text);
        if (domain_rows[i].count == NO) continue;
        TEST_ASSERT_TRUE_MESSAGE(set.sequence == domain_rows[i].sequence, text);
        TEST_ASSERT_EQUAL_MESSAGE(domain_rows[i].refresh_s, set.refresh_s, text);
    }
    /* Any other issuer may have members that are called so. */
    TEST_ASSERT_TRUE(
        reads(SAYS("\"spiffe_sequence\":-1"), strlen(SAYS("\"spiffe_sequence\":-1")), 0));
    TEST_ASSERT_EQUAL(0, set.count);
}

/* As go-spiffe 2.5 writes one: a root, then a key with a point and one with a modulus. */
static void test_a_bundle_of_another_author(void)
{
    static const char text[] = GO_SPIFFE_BUNDLE;

    TEST_ASSERT_EQUAL(0, reads_domain(ONE(POINT)));
    TEST_ASSERT_TRUE(
        pn_jwks_read_domain(PN_SLICE(GO_SPIFFE_BUNDLE), 1 << PN_JWT_ES256 | RS, &keys, &set));
    TEST_ASSERT_EQUAL(2, set.count);
    TEST_ASSERT_EQUAL(7, set.sequence);
    TEST_ASSERT_EQUAL(300, set.refresh_s);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("one"), pn_jwks_id(&set.keys[0])));
    TEST_ASSERT_EQUAL(PN_JWT_ES256, set.keys[0].jwk.alg);
    TEST_ASSERT_EQUAL(PN_JWT_RS256, set.keys[1].jwk.alg);
    for (size_t cut = 0; cut + 1 < sizeof text; cut++) {
        uint8_t *exact = malloc(cut > 0 ? cut : 1);
        memcpy(exact, text, cut);
        TEST_ASSERT_FALSE(pn_jwks_read_domain(pn_slice(exact, cut), 0, &keys, &set));
        free(exact);
    }
}

/* No part of a document is one. */
static void test_cut(void)
{
    const char *text = tokens_jwks(TOKEN_ALL_KEYS);
    size_t len = strlen(text);

    TEST_ASSERT_TRUE(reads(text, len, 0));
    TEST_ASSERT_EQUAL(5, set.count);
    for (size_t cut = 0; cut < len; cut++) TEST_ASSERT_FALSE(reads(text, cut, 0));
}

static void test_members(void)
{
    const char *text = tokens_jwks(TOKEN_RS | TOKEN_E3);

    TEST_ASSERT_TRUE(reads(text, strlen(text), 0));
    TEST_ASSERT_EQUAL(PN_JWT_RS256, set.keys[0].jwk.alg);
    TEST_ASSERT_EQUAL(65537, set.keys[0].jwk.exponent);
    TEST_ASSERT_EQUAL(256, set.keys[0].jwk.material_len);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("rs-1"), pn_jwks_id(&set.keys[0])));
    TEST_ASSERT_EQUAL(PN_JWT_ES384, set.keys[1].jwk.alg);
    TEST_ASSERT_EQUAL(0, set.keys[1].jwk.exponent);
    TEST_ASSERT_EQUAL(96, set.keys[1].jwk.material_len);
}

static void test_names_are_bounded(void)
{
    char text[1024], id[PN_KID_BYTES_MAX + 2];

    for (size_t longer = 0; longer < 2; longer++) {
        memset(id, 'k', sizeof id);
        id[PN_KID_BYTES_MAX + longer] = '\0';
        snprintf(text, sizeof text, "{\"keys\":[{" POINT ",\"kid\":\"%s\"}]}", id);
        TEST_ASSERT_TRUE(reads(text, strlen(text), 0));
        TEST_ASSERT_EQUAL(1 - longer, set.count);
    }
}

static void test_many_keys(void)
{
    static char text[20000];

    strcpy(text, "{\"keys\":[");
    for (int i = 0; i < 20; i++) {
        sprintf(text + strlen(text), "%s{" POINT ",\"kid\":\"%d\"}", i > 0 ? "," : "", i);
    }
    strcat(text, "]}");
    TEST_ASSERT_TRUE(reads(text, strlen(text), 0));
    TEST_ASSERT_EQUAL(PN_JWKS_KEYS_MAX, set.count);
}

static void test_what_is_withdrawn(void)
{
    static struct pn_jwks before;
    const char *text = tokens_jwks(TOKEN_ES_1 | TOKEN_RS);

    TEST_ASSERT_TRUE(reads(text, strlen(text), 0));
    before = set;
    TEST_ASSERT_TRUE(pn_jwks_holds(&set, &before));
    text = tokens_jwks(TOKEN_ES_2 | TOKEN_RS | TOKEN_ES_1);
    TEST_ASSERT_TRUE(reads(text, strlen(text), 0));
    TEST_ASSERT_TRUE(pn_jwks_holds(&set, &before));
    TEST_ASSERT_FALSE(pn_jwks_holds(&before, &set));
    set.keys[0].jwk.material[5] ^= 1; /* another key of the same name */
    TEST_ASSERT_FALSE(pn_jwks_holds(&set, &before));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_bundles_of_domains);
    RUN_TEST(test_a_bundle_of_another_author);
    RUN_TEST(test_cut);
    RUN_TEST(test_members);
    RUN_TEST(test_names_are_bounded);
    RUN_TEST(test_many_keys);
    RUN_TEST(test_what_is_withdrawn);
    return UNITY_END();
}
