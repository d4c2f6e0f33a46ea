/* Tokens taken apart: what is refused before any key is looked for, and how far a token is read.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include "core/identity/jwt.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/base64url.h"
#include "port/port_crypto.h"
#include "test/core/base/expectation.h"
#include "test/core/identity/token_vectors.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

static struct pn_json_key places[256];
static struct pn_json_keys keys;
static struct pn_jwt jwt;
static uint8_t *bytes; /* of exactly the token's length: what is beyond is seen by ASan */

void setUp(void)
{
    pn_json_keys_init(&keys, places, 256, (const uint8_t *)"sixteen bytes ok");
}

void tearDown(void)
{
    free(bytes);
    bytes = NULL;
}

static enum pn_reason read_part(const char *token, size_t len)
{
    free(bytes);
    bytes = malloc(len + 1);
    uint8_t *exact = realloc(bytes, len > 0 ? len : 1);
    bytes = exact;
    memcpy(bytes, token, len);
    memset(&jwt, 0, sizeof jwt);
    return pn_jwt_read(bytes, len, &keys, &jwt);
}

static enum pn_reason read_token(const char *token)
{
    return read_part(token, strlen(token));
}

static void test_a_good_token(void)
{
    const char *token = tokens_sign(
        TOKEN_HEADER,
        "{\"sub\":\"ana\",\"act\":{\"sub\":\"bot\"},\"nbf\":1.5e3,\"jti\":\"t\\u002d1\"," TOKEN_CLAIMS
        "}",
        TOKEN_ES_1);
    uint8_t digest[32];

    port_sha256(token, strlen(token), digest);
    expect_reason(PN_REASON_NONE, read_token(token), token);
    TEST_ASSERT_EQUAL(PN_JWT_ES256, jwt.alg);
    TEST_ASSERT_EQUAL(PN_JWT_TYPE_AT, jwt.type);
    TEST_ASSERT_TRUE(pn_value_is_text(&jwt.kid, PN_SLICE("es-1")));
    TEST_ASSERT_TRUE(pn_value_is_text(&jwt.iss, PN_SLICE(TOKEN_ISS)));
    TEST_ASSERT_TRUE(pn_value_is_text(&jwt.sub, PN_SLICE("ana")));
    TEST_ASSERT_TRUE(pn_value_is_text(&jwt.aud, PN_SLICE(TOKEN_AUD)));
    TEST_ASSERT_EQUAL_INT64(4102444800, jwt.exp.as.i);
    TEST_ASSERT_EQUAL_INT64(1500, jwt.nbf.as.i);
    TEST_ASSERT_TRUE(pn_value_is_text(&jwt.jti, PN_SLICE("t-1")));
    TEST_ASSERT_EQUAL(64, jwt.signature.len);
    TEST_ASSERT_EQUAL_MEMORY(digest, jwt.digest, 32);

    struct pn_value claim;
    TEST_ASSERT_TRUE(pn_claim_find(&jwt.claims, PN_SLICE("act\x1Fsub"), &claim));
    TEST_ASSERT_TRUE(pn_value_is_text(&claim, PN_SLICE("bot")));
    TEST_ASSERT_FALSE(pn_claim_find(&jwt.claims, PN_SLICE("act\x1Fsub\x1Fx"), &claim));
    TEST_ASSERT_FALSE(pn_claim_find(&jwt.claims, PN_SLICE("act\x1Fsu"), &claim));
    TEST_ASSERT_FALSE(pn_claim_find(&jwt.claims, PN_SLICE("sub\x1Fsub"), &claim));
    TEST_ASSERT_EQUAL(PN_ABSENT, claim.type);
}

/* The example of RFC 7515, A.3, which has spaces and line ends between its claims. */
static void test_an_example_of_the_rfc(void)
{
    uint8_t key[64], part[64];
    struct pn_slice unused;

    TEST_ASSERT_TRUE(pn_base64url_decode(PN_SLICE(RFC7515_A3_X), part, &unused));
    memcpy(key, part, 32);
    TEST_ASSERT_TRUE(pn_base64url_decode(PN_SLICE(RFC7515_A3_Y), part, &unused));
    memcpy(key + 32, part, 32);
    expect_reason(PN_REASON_NONE, read_token(RFC7515_A3), "RFC 7515");
    TEST_ASSERT_EQUAL(PN_JWT_TYPE_ABSENT, jwt.type);
    TEST_ASSERT_EQUAL(PN_ABSENT, jwt.kid.type);
    TEST_ASSERT_EQUAL_INT64(1300819380, jwt.exp.as.i);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_verify(key, jwt.signed_digest, jwt.signature.at));
}

/* Every beginning of a token but the one that ends in a whole signature is refused; a signature cut
 * between two of its bytes is a token that reads, and its length will not do. */
static void test_cut_at_every_byte(void)
{
    char token[2000];

    strcpy(token, tokens_sign(TOKEN_HEADER, "{\"sub\":\"ana\"," TOKEN_CLAIMS "}", TOKEN_ES_1));
    size_t len = strlen(token), dot = (size_t)(strrchr(token, '.') - token);
    for (size_t cut = 0; cut < len; cut++) {
        enum pn_reason reason = read_part(token, cut);
        if (cut <= dot)
            expect_reason(PN_REASON_TOKEN_MALFORMED, reason, "cut before the signature");
        else if (reason == PN_REASON_NONE) TEST_ASSERT_TRUE(jwt.signature.len < 64);
        else expect_reason(PN_REASON_TOKEN_MALFORMED, reason, "cut in the signature");
    }
}

/* Another byte anywhere is refused or makes another digest, so no signature fits it. */
static void test_any_other_byte(void)
{
    char token[2000];
    uint8_t digest[32];

    strcpy(token, tokens_sign(TOKEN_HEADER, "{\"sub\":\"ana\"," TOKEN_CLAIMS "}", TOKEN_ES_1));
    size_t signed_len = (size_t)(strrchr(token, '.') - token);
    expect_reason(PN_REASON_NONE, read_token(token), token);
    memcpy(digest, jwt.signed_digest, 32);
    for (size_t i = 0; i < signed_len; i++) {
        char right = token[i];
        token[i] = right == 'A' ? 'B' : 'A';
        if (read_token(token) == PN_REASON_NONE) {
            TEST_ASSERT_TRUE(memcmp(digest, jwt.signed_digest, 32) != 0);
        }
        token[i] = right;
    }
}

static const struct {
    const char *header;
    enum pn_reason reason;
} headers[] = {
    { "{\"alg\":\"ES256\"}", PN_REASON_NONE },
    { "{\"alg\":\"E\\u0053256\"}", PN_REASON_NONE },
    { "{\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\"},\"jku\":\"http://x/\"}", PN_REASON_NONE },
    { "{\"alg\":\"none\"}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":\"None\"}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":\"HS256\"}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":\"ES512\"}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":\"es256\"}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":\"ES256 \"}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":[\"ES256\"]}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":null}", PN_REASON_TOKEN_ALGORITHM },
    { "{}", PN_REASON_TOKEN_ALGORITHM },
    { "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", PN_REASON_TOKEN_CRITICAL },
    { "{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}", PN_REASON_TOKEN_CRITICAL },
    { "{\"alg\":\"ES256\",\"crit\":null}", PN_REASON_TOKEN_CRITICAL },
    { "{\"alg\":\"ES256\",\"kid\":1}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"none\",\"alg\":\"ES256\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"ES256\",\"a\\u006cg\":\"none\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"ES256\",\"Alg\":\"none\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"ES256\"} ", PN_REASON_TOKEN_MALFORMED },
    { " {\"alg\":\"ES256\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"ES256\"}{}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"ES256\"", PN_REASON_TOKEN_MALFORMED },
    { "[\"ES256\"]", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"ES256\",}", PN_REASON_TOKEN_MALFORMED },
    { "{\"alg\":\"\xFF\"}", PN_REASON_TOKEN_MALFORMED },
    { "", PN_REASON_TOKEN_MALFORMED },
};

static void test_headers(void)
{
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *token = tokens_sign(headers[i].header, "{" TOKEN_CLAIMS "}", TOKEN_ES_1);
        expect_reason(headers[i].reason, read_token(token), headers[i].header);
    }
}

static const struct {
    const char *typ;
    enum pn_jwt_type type;
} types[] = {
    { "\"at+jwt\"", PN_JWT_TYPE_AT },
    { "\"AT+JWT\"", PN_JWT_TYPE_AT },
    { "\"application/at+jwt\"", PN_JWT_TYPE_AT },
    { "\"Application/AT+jwt\"", PN_JWT_TYPE_AT },
    { "\"JWT\"", PN_JWT_TYPE_JWT },
    { "\"jwt\"", PN_JWT_TYPE_JWT },
    { "\"application/\"", PN_JWT_TYPE_OTHER },
    { "\"logout+jwt\"", PN_JWT_TYPE_OTHER },
    { "\"a type that is longer than any that is known here\"", PN_JWT_TYPE_OTHER },
    { "\"\"", PN_JWT_TYPE_OTHER },
    { "null", PN_JWT_TYPE_OTHER },
    { "[\"JWT\"]", PN_JWT_TYPE_OTHER },
};

static void test_types(void)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char header[200];
        snprintf(header, sizeof header, "{\"alg\":\"ES256\",\"typ\":%s}", types[i].typ);
        expect_reason(PN_REASON_NONE, read_token(tokens_sign(header, "{}", TOKEN_ES_1)), header);
        TEST_ASSERT_EQUAL_MESSAGE(types[i].type, jwt.type, types[i].typ);
    }
}

/* Nineteen maps or lists in each other. */
#define DEEP  "[[[[[[[[[[[[[[[[[[["
#define UNDER "]]]]]]]]]]]]]]]]]]]"

static const struct {
    const char *claims;
    enum pn_reason reason;
} claims[] = {
    { "{}", PN_REASON_NONE },
    { "{\"iss\":\"a\\/b\",\"aud\":[\"x\",\"y\"],\"exp\":1.5}", PN_REASON_NONE },
    { "{\"sub\":\"a\",\"sub\":\"b\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"x\":{\"y\":1,\"y\":2}}", PN_REASON_TOKEN_MALFORMED },
    { "{\"sub\":\"a\",\"\\u0073ub\":\"b\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"Sub\":\"a\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":1,\"EXP\":2}", PN_REASON_TOKEN_MALFORMED },
    { "{\"iss\":1}", PN_REASON_TOKEN_MALFORMED },
    { "{\"iss\":[\"a\"]}", PN_REASON_TOKEN_MALFORMED },
    { "{\"sub\":{}}", PN_REASON_TOKEN_MALFORMED },
    { "{\"sub\":null}", PN_REASON_TOKEN_MALFORMED },
    { "{\"aud\":{}}", PN_REASON_TOKEN_MALFORMED },
    { "{\"aud\":1}", PN_REASON_TOKEN_MALFORMED },
    { "{\"act\":\"bot\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"act\":[]}", PN_REASON_TOKEN_MALFORMED },
    { "{\"jti\":1}", PN_REASON_TOKEN_MALFORMED },
    { "{\"jti\":[\"a\"]}", PN_REASON_TOKEN_MALFORMED },
    { "{\"jti\":\"a\",\"jti\":\"b\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"jti\":\"\"}", PN_REASON_NONE },
    { "{\"jti\":null}", PN_REASON_NONE },
    { "{\"exp\":\"1\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":-1}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":1e300}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":1e999}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":253402300800}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":99999999999999999999}", PN_REASON_TOKEN_MALFORMED },
    { "{\"nbf\":null}", PN_REASON_TOKEN_MALFORMED },
    { "{\"iat\":true}", PN_REASON_TOKEN_MALFORMED },
    { "{\"x\":" DEEP UNDER "}", PN_REASON_TOKEN_MALFORMED },
    { "{\"sub\":\"\\ud800\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"sub\":\"a\\u0000b\"}", PN_REASON_TOKEN_MALFORMED },
    { "{\"exp\":01}", PN_REASON_TOKEN_MALFORMED },
    { "{\"sub\":\"a\"}\n", PN_REASON_TOKEN_MALFORMED },
    { "\"{}\"", PN_REASON_TOKEN_MALFORMED },
    { "", PN_REASON_TOKEN_MALFORMED },
};

static void test_claims(void)
{
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        const char *token = tokens_sign(TOKEN_HEADER, claims[i].claims, TOKEN_ES_1);
        expect_reason(claims[i].reason, read_token(token), claims[i].claims);
    }
}

/* header and claims as they are, in base64url: {"alg":"ES256"} and {} */
#define H "eyJhbGciOiJFUzI1NiJ9"
static const struct {
    const char *token;
    enum pn_reason reason;
} texts[] = {
    { H ".e30.AAAA", PN_REASON_NONE },
    { H ".e30.", PN_REASON_NONE }, /* its signature has no byte */
    { "", PN_REASON_TOKEN_MALFORMED },
    { ".", PN_REASON_TOKEN_MALFORMED },
    { "..", PN_REASON_TOKEN_MALFORMED },
    { H, PN_REASON_TOKEN_MALFORMED },
    { H ".e30", PN_REASON_TOKEN_MALFORMED },
    { H ".e30.AAAA.AAAA", PN_REASON_TOKEN_MALFORMED },
    { H ".e30.AAAA.", PN_REASON_TOKEN_MALFORMED },
    { H "..AAAA", PN_REASON_TOKEN_MALFORMED },
    { H ".e30=.AAAA", PN_REASON_TOKEN_MALFORMED },
    { H ".e30.AAA=", PN_REASON_TOKEN_MALFORMED },
    { H ".e31.AAAA", PN_REASON_TOKEN_MALFORMED }, /* bits behind the end */
    { H ".e30.AAB", PN_REASON_TOKEN_MALFORMED },
    { H ".e30.AA+A", PN_REASON_TOKEN_MALFORMED },
    { H ".e30.A", PN_REASON_TOKEN_MALFORMED },
    { " " H ".e30.AAAA", PN_REASON_TOKEN_MALFORMED },
};

static void test_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_reason(texts[i].reason, read_token(texts[i].token), texts[i].token);
    }
}

static void test_sizes(void)
{
    static char text[12000], header[2000];

    memset(text, 'A', sizeof text);
    memcpy(text, H ".e30.", sizeof H ".e30." - 1);
    expect_reason(PN_REASON_NONE, read_part(text, PN_JWT_BYTES_MAX - 1), "the longest");
    expect_reason(PN_REASON_TOKEN_OVERSIZE, read_part(text, PN_JWT_BYTES_MAX + 1), "one byte more");
    snprintf(header, sizeof header, "{\"alg\":\"ES256\",\"x\":\"%0*d\"}", 768 - 22, 0);
    expect_reason(PN_REASON_NONE, read_token(tokens_sign(header, "{}", TOKEN_ES_1)),
                  "a long header");
    snprintf(header, sizeof header, "{\"alg\":\"ES256\",\"x\":\"%0*d\"}", 769 - 22, 0);
    expect_reason(PN_REASON_TOKEN_OVERSIZE, read_token(tokens_sign(header, "{}", TOKEN_ES_1)),
                  "longer");
}

static void test_what_looks_like_one(void)
{
    TEST_ASSERT_TRUE(pn_jwt_looks_like(PN_SLICE(H ".e30.AAAA")));
    TEST_ASSERT_TRUE(pn_jwt_looks_like(PN_SLICE("eyJ.")));
    TEST_ASSERT_FALSE(pn_jwt_looks_like(PN_SLICE("eyJhbGciOiJFUzI1NiJ9")));
    TEST_ASSERT_FALSE(pn_jwt_looks_like(PN_SLICE("sk-postern.demo")));
    TEST_ASSERT_FALSE(pn_jwt_looks_like(PN_SLICE("")));
}

int main(void)
{
    tokens_begin();
    UNITY_BEGIN();
    RUN_TEST(test_a_good_token);
    RUN_TEST(test_an_example_of_the_rfc);
    RUN_TEST(test_cut_at_every_byte);
    RUN_TEST(test_any_other_byte);
    RUN_TEST(test_headers);
    RUN_TEST(test_types);
    RUN_TEST(test_claims);
    RUN_TEST(test_texts);
    RUN_TEST(test_sizes);
    RUN_TEST(test_what_looks_like_one);
    return UNITY_END();
}
