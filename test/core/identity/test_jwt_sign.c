/* Tokens of the gateway's own: what the reader of tokens makes of them, and when there is none.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/jwt_sign.h"

#include <stdlib.h>

#include "core/identity/jwt.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

#define CLAIMS "{\"iss\":\"https://gate.example.com\",\"sub\":\"ana\",\"exp\":1800000000}"

static struct pn_token_key key;

void setUp(void)
{
    uint8_t secret[32];

    tokens_begin();
    memset(secret, 7, sizeof secret);
    TEST_ASSERT_TRUE(pn_token_key_of(&key, secret));
}

void tearDown(void)
{
}

static struct pn_slice token_of(uint8_t *room, size_t bytes)
{
    struct pn_writer w = pn_writer(room, bytes);

    TEST_ASSERT_TRUE(pn_jwt_sign(&w, &key, PN_SLICE("at+jwt"), PN_SLICE(CLAIMS)));
    return pn_written(&w);
}

static void test_it_reads_back(void)
{
    static struct pn_json_key places[64];
    static struct pn_json_keys keys;
    static const uint8_t seed[16] = { 1 };
    uint8_t room[PN_JWT_SIGNED_TEXT_BYTES(sizeof CLAIMS)];
    struct pn_slice token = token_of(room, sizeof room);
    struct pn_jwt jwt;

    pn_json_keys_init(&keys, places, 64, seed);
    TEST_ASSERT_TRUE(pn_jwt_looks_like(token));
    TEST_ASSERT_EQUAL(PN_REASON_NONE, pn_jwt_read(room, token.len, &keys, &jwt));
    TEST_ASSERT_EQUAL(PN_JWT_ES256, jwt.alg);
    TEST_ASSERT_EQUAL(PN_JWT_TYPE_AT, jwt.type);
    TEST_ASSERT_TRUE(pn_slice_equal(pn_value_text(&jwt.kid), pn_slice(key.kid, sizeof key.kid)));
    TEST_ASSERT_TRUE(pn_slice_equal(pn_value_text(&jwt.claims), PN_SLICE(CLAIMS)));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_verify(key.public_key, jwt.signed_digest, jwt.signature.at));
}

static void test_the_same_again(void)
{
    uint8_t a[400], b[400];

    TEST_ASSERT_TRUE(pn_slice_equal(token_of(a, sizeof a), token_of(b, sizeof b)));
}

/* In every room that is too small nothing is written, and what was there before stays. */
static void test_no_room(void)
{
    uint8_t whole[400];
    size_t len = token_of(whole, sizeof whole).len;

    for (size_t bytes = 1; bytes < len + 1; bytes++) {
        uint8_t *room = malloc(bytes);
        struct pn_writer w = pn_writer(room, bytes);
        pn_write_byte(&w, '!');
        TEST_ASSERT_FALSE(pn_jwt_sign(&w, &key, PN_SLICE("at+jwt"), PN_SLICE(CLAIMS)));
        TEST_ASSERT_EQUAL(1, w.len);
        TEST_ASSERT_FALSE(w.full);
        free(room);
    }
}

static void test_no_key(void)
{
    struct pn_token_key none = { .there = false };
    uint8_t room[400];
    struct pn_writer w = pn_writer(room, sizeof room);

    TEST_ASSERT_FALSE(pn_jwt_sign(&w, &none, PN_SLICE("JWT"), PN_SLICE(CLAIMS)));
    TEST_ASSERT_EQUAL(0, w.len);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_it_reads_back);
    RUN_TEST(test_the_same_again);
    RUN_TEST(test_no_room);
    RUN_TEST(test_no_key);
    return UNITY_END();
}
