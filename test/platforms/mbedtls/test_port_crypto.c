/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_port_crypto.c - published vectors, and what must not verify. */
/* links: linux */
#include "port/port_crypto.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/seal/keyset.h"
#include "unity.h"

static uint64_t arena[8192];

void setUp(void)
{
}

void tearDown(void)
{
}

static void unhex(const char *digits, uint8_t *out, size_t bytes)
{
    TEST_ASSERT_TRUE(pn_key_text_hex(pn_slice(digits, strlen(digits)), out, bytes));
}

/* FIPS 180-4 examples. */
static const struct {
    const char *text, *digest;
} hashes[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

static void test_sha256_whole_and_in_pieces(void)
{
    uint8_t wanted[32], got[32];

    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        size_t len = strlen(hashes[i].text);

        unhex(hashes[i].digest, wanted, 32);
        port_sha256(hashes[i].text, len, got);
        TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
        for (size_t cut = 0; cut <= len; cut++) {
            struct port_sha256 sha;

            port_sha256_begin(&sha);
            port_sha256_add(&sha, hashes[i].text, cut);
            port_sha256_add(&sha, hashes[i].text + cut, len - cut);
            port_sha256_end(&sha, got);
            TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
        }
    }
}

static void test_sha256_of_a_million_bytes(void)
{
    struct port_sha256 sha;
    uint8_t wanted[32], got[32], part[1000];

    memset(part, 'a', sizeof part);
    port_sha256_begin(&sha);
    for (int i = 0; i < 1000; i++) port_sha256_add(&sha, part, sizeof part);
    port_sha256_end(&sha, got);
    unhex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", wanted, 32);
    TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
}

static void test_a_copied_state_goes_its_own_way(void)
{
    struct port_sha256 one, other;
    uint8_t a[32], b[32], wanted[32];

    port_sha256_begin(&one);
    port_sha256_add(&one, "ab", 2);
    other = one;
    port_sha256_add(&one, "c", 1);
    port_sha256_add(&other, "d", 1);
    port_sha256_end(&one, a);
    port_sha256_end(&other, b);
    port_sha256("abc", 3, wanted);
    TEST_ASSERT_EQUAL_MEMORY(wanted, a, 32);
    port_sha256("abd", 3, wanted);
    TEST_ASSERT_EQUAL_MEMORY(wanted, b, 32);
}

/* RFC 4231: cases 1, 2, 3, 6 and 7; the last two have a key longer than a block. */
static const struct {
    size_t key_len;
    uint8_t key_byte; /* 0: the key is the text */
    const char *key, *data;
    size_t data_repeat;
    const char *mac;
} macs[] = {
    { 20, 0x0B, NULL, "Hi There", 1,
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { 4, 0, "Jefe", "what do ya want for nothing?", 1,
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { 20, 0xAA, NULL, "\xDD", 50,
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    { 131, 0xAA, NULL, "Test Using Larger Than Block-Size Key - Hash Key First", 1,
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    { 131, 0xAA, NULL,
      "This is a test using a larger than block-size key and a larger than block-size data. The "
      "key "
      "needs to be hashed before being used by the HMAC algorithm.",
      1, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
};

static void test_hmac(void)
{
    for (size_t i = 0; i < sizeof macs / sizeof *macs; i++) {
        uint8_t key[131], wanted[32], got[32];
        struct port_hmac prepared, hmac;

        memset(key, macs[i].key_byte, sizeof key);
        if (macs[i].key != NULL) memcpy(key, macs[i].key, macs[i].key_len);
        unhex(macs[i].mac, wanted, 32);
        port_hmac_begin(&prepared, key, macs[i].key_len);
        for (int use = 0; use < 2; use++) { /* a prepared key serves again and again */
            hmac = prepared;
            for (size_t n = 0; n < macs[i].data_repeat; n++) {
                port_hmac_add(&hmac, macs[i].data, strlen(macs[i].data));
            }
            port_hmac_end(&hmac, got);
            TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
        }
        for (size_t at = 0; at < sizeof hmac; at++) TEST_ASSERT_EQUAL(0, ((uint8_t *)&hmac)[at]);
    }
}

static void test_hmac_with_an_empty_key(void)
{
    uint8_t wanted[32], got[32];
    struct port_hmac hmac;

    port_hmac_begin(&hmac, NULL, 0);
    port_hmac_end(&hmac, got);
    unhex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", wanted, 32);
    TEST_ASSERT_EQUAL_MEMORY(wanted, got, 32);
}

/* RFC 6979, A.2.5: P-256 with SHA-256. */
static const char secret_hex[] = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
static const char public_hex[] = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                                 "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
static const struct {
    const char *message, *signature;
} signatures[] = {
    { "sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8" },
    { "test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
              "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083" },
};

static uint8_t secret[32], public_key[64], digest[32], signature[64];

static void load(size_t i)
{
    unhex(secret_hex, secret, 32);
    unhex(public_hex, public_key, 64);
    unhex(signatures[i].signature, signature, 64);
    port_sha256(signatures[i].message, strlen(signatures[i].message), digest);
}

static void test_es256_vectors(void)
{
    for (size_t i = 0; i < 2; i++) {
        uint8_t got[64];

        load(i);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_verify(public_key, digest, signature));
        TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_sign(secret, digest, got));
        TEST_ASSERT_EQUAL_MEMORY(signature, got, 64);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_public(secret, got));
        TEST_ASSERT_EQUAL_MEMORY(public_key, got, 64);
    }
}

static void test_es256_refuses_any_other_bit(void)
{
    load(0);
    for (size_t bit = 0; bit < 512; bit++) {
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE,
                          port_es256_verify(public_key, digest, signature));
        signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 256; bit += 3) {
        digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE,
                          port_es256_verify(public_key, digest, signature));
        digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

/* One bit of a public key away there is no point of the curve, as good as always. */
static void test_keys_off_the_curve_verify_nothing(void)
{
    load(0);
    for (size_t bit = 0; bit < 512; bit += 5) {
        public_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE,
                          port_es256_verify(public_key, digest, signature));
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es256_public_check(public_key));
        public_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_public_check(public_key));
    memset(public_key, 0, 64);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es256_verify(public_key, digest, signature));
    memset(public_key, 0xFF, 64);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es256_verify(public_key, digest, signature));
}

/* CVE-2022-21449: a signature of zeros, over anything. */
static void test_scalars_out_of_range_are_bad(void)
{
    static const char order_hex[] =
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

    load(0);
    memset(signature, 0, 64);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es256_verify(public_key, digest, signature));
    memset(digest, 0, 32);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es256_verify(public_key, digest, signature));
    for (int half = 0; half < 64; half += 32) {
        load(0);
        unhex(order_hex, signature + half, 32);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE,
                          port_es256_verify(public_key, digest, signature));
        memset(signature + half, 0, 32);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE,
                          port_es256_verify(public_key, digest, signature));
    }
}

static void test_bad_secrets_do_not_sign(void)
{
    static const uint8_t zero[64];
    uint8_t got[64];

    load(0);
    memset(secret, 0, 32);
    memset(got, 1, 64);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_sign(secret, digest, got));
    TEST_ASSERT_EQUAL_MEMORY(zero, got, 64);
    memset(secret, 0xFF, 32);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_sign(secret, digest, got));
    memset(got, 1, 64);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_public(secret, got));
    TEST_ASSERT_EQUAL_MEMORY(zero, got, 64);
}

static void test_new_keys_differ_and_work(void)
{
    uint8_t one[32], other[32], one_public[64], other_public[64];

    load(0);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_key_new(one, one_public));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_key_new(other, other_public));
    TEST_ASSERT_TRUE(memcmp(one, other, 32) != 0);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_sign(one, digest, signature));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_verify(one_public, digest, signature));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE,
                      port_es256_verify(other_public, digest, signature));
}

static void *verify_often(void *failures)
{
    uint8_t key[64], message[32], made[64];

    unhex(public_hex, key, 64);
    unhex(signatures[0].signature, made, 64);
    port_sha256("sample", 6, message);
    for (int i = 0; i < 20; i++) {
        if (port_es256_verify(key, message, made) != PORT_CRYPTO_GOOD) ++*(int *)failures;
    }
    return NULL;
}

static void test_threads_share_the_arena(void)
{
    pthread_t threads[4];
    int failures[4] = { 0 };

    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, verify_often, &failures[i]);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        TEST_ASSERT_EQUAL(0, failures[i]);
    }
}

static void test_a_second_init_changes_nothing(void)
{
    static uint64_t other[16];

    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_crypto_init(other, sizeof other));
    load(0);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es256_verify(public_key, digest, signature));
}

static void test_before_init_nothing_verifies(void)
{
    load(0);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_verify(public_key, digest, signature));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_public_check(public_key));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_sign(secret, digest, signature));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_key_new(secret, public_key));
    load(0);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es256_public(secret, public_key));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_sha256_whole_and_in_pieces);
    RUN_TEST(test_sha256_of_a_million_bytes);
    RUN_TEST(test_a_copied_state_goes_its_own_way);
    RUN_TEST(test_hmac);
    RUN_TEST(test_hmac_with_an_empty_key);
    RUN_TEST(test_before_init_nothing_verifies);
    if (port_crypto_init(arena, sizeof arena) != PORT_CRYPTO_GOOD) return 1;
    RUN_TEST(test_es256_vectors);
    printf("arena after verifying and signing: %zu bytes\n", port_crypto_arena_bytes_used_max());
    RUN_TEST(test_es256_refuses_any_other_bit);
    RUN_TEST(test_keys_off_the_curve_verify_nothing);
    RUN_TEST(test_scalars_out_of_range_are_bad);
    RUN_TEST(test_bad_secrets_do_not_sign);
    RUN_TEST(test_new_keys_differ_and_work);
    printf("arena after all on one thread: %zu bytes\n", port_crypto_arena_bytes_used_max());
    TEST_ASSERT_LESS_THAN(16384, port_crypto_arena_bytes_used_max()); /* as port_crypto.h says */
    RUN_TEST(test_threads_share_the_arena);
    printf("arena after four threads: %zu bytes\n", port_crypto_arena_bytes_used_max());
    RUN_TEST(test_a_second_init_changes_nothing);
    return UNITY_END();
}
