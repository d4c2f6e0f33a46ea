/* The gateway's own key: its id, how it is published, what is no key.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/token_key.h"

#include "test/core/identity/tokens.h"
#include "unity.h"

/* The key of RFC 6979, A.2.5. */
static const uint8_t secret[32] = { 0xC9, 0xAF, 0xA9, 0xD8, 0x45, 0xBA, 0x75, 0x16,
                                    0x6B, 0x5C, 0x21, 0x57, 0x67, 0xB1, 0xD6, 0x93,
                                    0x4E, 0x50, 0xC3, 0xDB, 0x36, 0xE8, 0x9B, 0x12,
                                    0x7B, 0x8A, 0x62, 0x2B, 0x12, 0x0F, 0x67, 0x21 };

void setUp(void)
{
    tokens_begin();
}

void tearDown(void)
{
}

/* The thumbprint is what another implementation (jose for Node.js) makes of this key. */
static void test_it_is_published(void)
{
    struct pn_token_key key;
    uint8_t text[400];
    struct pn_writer w = pn_writer(text, sizeof text);

    TEST_ASSERT_TRUE(pn_token_key_of(&key, secret));
    pn_token_key_write_jwk(&w, &key);
    TEST_ASSERT_FALSE(w.full);
    pn_write_byte(&w, 0);
    TEST_ASSERT_EQUAL_STRING("{\"crv\":\"P-256\",\"kty\":\"EC\","
                             "\"x\":\"YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y\","
                             "\"y\":\"eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk\","
                             "\"alg\":\"ES256\",\"use\":\"sig\","
                             "\"kid\":\"DOvxvJiAdIqVWIkFt5hDtCunXLF0BV4-JGv4f-ALSm0\"}",
                             (const char *)text);
}

static void test_what_is_no_key(void)
{
    uint8_t none[32] = { 0 }, beyond[32];
    struct pn_token_key key;

    TEST_ASSERT_FALSE(pn_token_key_of(&key, none));
    TEST_ASSERT_FALSE(key.there);
    memset(beyond, 0xFF, sizeof beyond);
    TEST_ASSERT_FALSE(pn_token_key_of(&key, beyond));
    TEST_ASSERT_FALSE(key.there);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_it_is_published);
    RUN_TEST(test_what_is_no_key);
    return UNITY_END();
}
