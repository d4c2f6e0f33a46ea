/* AES-256-GCM against a published vector, and what must not open.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/seal/keyset.h"
#include "unity.h"

static uint64_t arena[4096];

void setUp(void)
{
}

void tearDown(void)
{
}

/* Test case 16 of "The Galois/Counter Mode of Operation", McGrew and Viega. */
#define KEY   "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define NONCE "cafebabefacedbaddecaf888"
#define DATA  "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define TEXT \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define SEALED \
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" \
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
#define TAG "76fc6ece0f4e1768cddf8853bb2d551b"

enum { TEXT_BYTES = 60, ALL_BYTES = 32 + 12 + 20 + TEXT_BYTES + 16 };

/* All of them in one row of bytes, so that each can be spoiled. */
struct all {
    uint8_t key[32], nonce[12], data[20], text[TEXT_BYTES], tag[16];
};

static void unhex(const char *digits, uint8_t *out)
{
    TEST_ASSERT_TRUE(pn_key_text_hex(pn_slice(digits, strlen(digits)), out, strlen(digits) / 2));
}

static struct all all(const char *text, const char *tag)
{
    struct all a;

    unhex(KEY, a.key);
    unhex(NONCE, a.nonce);
    unhex(DATA, a.data);
    unhex(text, a.text);
    unhex(tag, a.tag);
    return a;
}

static struct port_gcm with(const struct all *a)
{
    return (struct port_gcm){ a->key, a->nonce, a->data, sizeof a->data };
}

static void test_before_it_is_initialised_it_is_a_fault(void)
{
    struct all a = all(SEALED, TAG);
    struct port_gcm w = with(&a);
    uint8_t zero[TEXT_BYTES] = { 0 };

    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_FAULT, port_gcm_open(&w, a.text, sizeof a.text, a.tag));
    TEST_ASSERT_EQUAL_MEMORY(zero, a.text, sizeof zero);
    memset(a.text, 1, sizeof a.text);
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_FAULT, port_gcm_seal(&w, a.text, sizeof a.text, a.tag));
    TEST_ASSERT_EQUAL_MEMORY(zero, a.text, sizeof zero);
    TEST_ASSERT_EQUAL_MEMORY(zero, a.tag, sizeof a.tag);
}

static void test_the_vector(void)
{
    struct all sealed = all(SEALED, TAG), a = all(TEXT, TAG);
    struct port_gcm w = with(&a);

    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_crypto_init(arena, sizeof arena));
    memset(a.tag, 0, sizeof a.tag);
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_gcm_seal(&w, a.text, sizeof a.text, a.tag));
    TEST_ASSERT_EQUAL_MEMORY(sealed.text, a.text, sizeof a.text);
    TEST_ASSERT_EQUAL_MEMORY(sealed.tag, a.tag, sizeof a.tag);
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_gcm_open(&w, a.text, sizeof a.text, a.tag));
    sealed = all(TEXT, TAG);
    TEST_ASSERT_EQUAL_MEMORY(sealed.text, a.text, sizeof a.text);
}

static void test_one_wrong_bit_opens_nothing(void)
{
    uint8_t zero[TEXT_BYTES] = { 0 };

    for (size_t bit = 0; bit < 8 * ALL_BYTES; bit++) {
        struct all a = all(SEALED, TAG);
        struct port_gcm w = with(&a);
        ((uint8_t *)&a)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_BAD_SIGNATURE,
                                port_gcm_open(&w, a.text, sizeof a.text, a.tag));
        TEST_ASSERT_EQUAL_MEMORY(zero, a.text, sizeof zero);
    }
}

static void test_an_empty_text(void)
{
    uint8_t key[32] = { 0 }, nonce[12] = { 0 }, tag[16], wanted[16];
    struct port_gcm w = { key, nonce, NULL, 0 };

    unhex("530f8afbc74536b9a963b4f1c4cb738b", wanted); /* test case 13 */
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_gcm_seal(&w, NULL, 0, tag));
    TEST_ASSERT_EQUAL_MEMORY(wanted, tag, sizeof tag);
    TEST_ASSERT_EQUAL_HEX32(PORT_CRYPTO_GOOD, port_gcm_open(&w, NULL, 0, tag));
}

int main(void)
{
    _Static_assert(sizeof(struct all) == ALL_BYTES, "no holes");
    UNITY_BEGIN();
    RUN_TEST(test_before_it_is_initialised_it_is_a_fault);
    RUN_TEST(test_the_vector);
    RUN_TEST(test_one_wrong_bit_opens_nothing);
    RUN_TEST(test_an_empty_text);
    return UNITY_END();
}
