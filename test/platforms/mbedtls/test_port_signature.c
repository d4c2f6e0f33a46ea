/* SPDX-License-Identifier: Apache-2.0 */
/* test_port_signature.c - what tokens are signed with: good ones verify, and nothing else does. */
/* links: linux */
#include <stdio.h>
#include <string.h>

#include "core/seal/keyset.h"
#include "port/port_crypto.h"
#include "test/platforms/mbedtls/signature_vectors.h"
#include "unity.h"

enum { SIGNATURE_BYTES_MAX = 520 };

static uint64_t arena[8192];
static uint8_t sha256[32], sha384[48];

void setUp(void)
{
    port_sha256(SIGNED_MESSAGE, strlen(SIGNED_MESSAGE), sha256);
    port_sha384(SIGNED_MESSAGE, strlen(SIGNED_MESSAGE), sha384);
}

void tearDown(void)
{
}

static size_t unhex(const char *digits, uint8_t *out)
{
    size_t bytes = strlen(digits) / 2;

    TEST_ASSERT_TRUE(pn_key_text_hex(pn_slice(digits, 2 * bytes), out, bytes));
    return bytes;
}

static void test_sha384(void)
{
    /* FIPS 180-4 */
    uint8_t wanted[48], got[48];

    unhex("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
          "8086072ba1e7cc2358baeca134c825a7",
          wanted);
    port_sha384("abc", 3, got);
    TEST_ASSERT_EQUAL_MEMORY(wanted, got, 48);
}

/* --- ES384 --- */

static uint8_t point[96], pair[96];

static void test_es384(void)
{
    unhex(es_key, point);
    unhex(es_384, pair);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es384_verify(point, sha384, pair));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_es384_public_check(point));
    for (size_t bit = 0; bit < 768; bit += 13) {
        pair[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
        pair[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 384; bit += 29) {
        sha384[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
        sha384[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    unhex(es_sha256, pair);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
}

static void test_es384_out_of_range(void)
{
    unhex(es_key, point);
    memset(pair, 0, sizeof pair);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
    for (int half = 0; half < 96; half += 48) {
        unhex(es_384, pair);
        unhex(es_order, pair + half);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
        memset(pair + half, 0, 48);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
    }
}

static void test_es384_keys_off_the_curve(void)
{
    unhex(es_384, pair);
    unhex(es_key, point);
    for (size_t bit = 0; bit < 768; bit += 31) {
        point[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_verify(point, sha384, pair));
        TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_public_check(point));
        point[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    memset(point, 0, sizeof point);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_BAD_SIGNATURE, port_es384_public_check(point));
}

/* --- RSA --- */

enum scheme { RS, PS };

struct row {
    const char *modulus;
    uint32_t exponent;
    enum scheme scheme;
    const char *signature;
    enum port_crypto_verdict verdict;
    const char *says;
};

#define GOOD PORT_CRYPTO_GOOD
#define BAD  PORT_CRYPTO_BAD_SIGNATURE
static const struct row rows[] = {
    { n_2048, 65537, RS, rs_2048, GOOD, "2048 bits" },
    { n_3072, 65537, RS, rs_3072, GOOD, "3072 bits" },
    { n_4096, 65537, RS, rs_4096, GOOD, "4096 bits" },
    { n_2048, 65537, PS, ps_2048, GOOD, "2048 bits, PSS" },
    { n_3072, 65537, PS, ps_3072, GOOD, "3072 bits, PSS" },
    { n_4096, 65537, PS, ps_4096, GOOD, "4096 bits, PSS" },
    { n_2048, 65537, PS, rs_2048, BAD, "one scheme's signature under the other" },
    { n_2048, 65537, RS, ps_2048, BAD, "and the other way round" },
    { n_3072, 65537, RS, rs_2048, BAD, "another key's, shorter" },
    { n_2048, 65537, RS, rs_3072, BAD, "another key's, longer" },
    { n_2048, 65539, RS, rs_2048, BAD, "another exponent" },
    { n_2048, 65537, RS, rs_sha384, BAD, "over a SHA-384" },
    { n_2048, 65537, RS, rs_no_null, BAD, "DigestInfo without its NULL" },
    { n_2048, 65537, RS, rs_short_pad, BAD, "padding of eight bytes, bytes behind the digest" },
    { n_2048, 65537, RS, rs_type_2, BAD, "block type 2" },
    { n_2048, 65537, RS, rs_odd_pad, BAD, "padding that is not all ones" },
    { n_2048, 65537, PS, ps_salt_20, BAD, "a salt of 20 bytes" },
    { n_2048, 65537, PS, ps_salt_0, BAD, "no salt" },
    { n_2048, 65537, PS, ps_mgf_384, BAD, "masked with SHA-384" },
    { n_1024, 65537, RS, rs_1024, BAD, "a key of 1024 bits" },
    { n_e3, 3, RS, rs_e3, BAD, "exponent 3" },
    { n_2048, 65537, RS, "", BAD, "no signature" },
    { n_2048, 65537, PS, "", BAD, "no signature, PSS" },
    { n_2048, 65537, RS, "00", BAD, "one byte" },
};

static enum port_crypto_verdict verify(enum scheme scheme, const struct port_rsa_public *key,
                                       const uint8_t *signature, size_t len)
{
    return scheme == RS ? port_rs256_verify(key, sha256, signature, len)
                        : port_ps256_verify(key, sha256, signature, len);
}

static void test_rsa_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t modulus[512], signature[SIGNATURE_BYTES_MAX];
        struct port_rsa_public key = { modulus, unhex(rows[i].modulus, modulus), rows[i].exponent };
        size_t len = unhex(rows[i].signature, signature);

        TEST_ASSERT_EQUAL_MESSAGE(rows[i].verdict, verify(rows[i].scheme, &key, signature, len),
                                  rows[i].says);
    }
}

static void test_rsa_refuses_any_other_bit(void)
{
    uint8_t modulus[512], signature[SIGNATURE_BYTES_MAX];
    struct port_rsa_public key = { modulus, unhex(n_2048, modulus), 65537 };

    for (int scheme = RS; scheme <= PS; scheme++) {
        size_t len = unhex(scheme == RS ? rs_2048 : ps_2048, signature);
        for (size_t bit = 0; bit < 8 * len; bit += 67) {
            signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
            TEST_ASSERT_EQUAL(BAD, verify((enum scheme)scheme, &key, signature, len));
            signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t bit = 0; bit < 256; bit += 43) {
            sha256[bit / 8] ^= (uint8_t)(1 << bit % 8);
            TEST_ASSERT_EQUAL(BAD, verify((enum scheme)scheme, &key, signature, len));
            sha256[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        signature[len] = 0;
        TEST_ASSERT_EQUAL(BAD, verify((enum scheme)scheme, &key, signature, len + 1));
        TEST_ASSERT_EQUAL(BAD, verify((enum scheme)scheme, &key, signature, len - 1));
        TEST_ASSERT_EQUAL(GOOD, verify((enum scheme)scheme, &key, signature, len));
    }
}

static void test_rsa_keys_of_a_bad_form(void)
{
    uint8_t modulus[600] = { 0 };
    struct port_rsa_public key = { modulus, unhex(n_2048, modulus), 65537 };

    TEST_ASSERT_EQUAL(GOOD, port_rsa_public_check(&key));
    key.exponent = 65538;
    TEST_ASSERT_EQUAL(BAD, port_rsa_public_check(&key));
    key.exponent = 1;
    TEST_ASSERT_EQUAL(BAD, port_rsa_public_check(&key));
    key.exponent = 65537;
    key.modulus_len = 255;
    TEST_ASSERT_EQUAL(BAD, port_rsa_public_check(&key));
    key.modulus_len = 513;
    modulus[512] = 1;
    TEST_ASSERT_EQUAL(BAD, port_rsa_public_check(&key));
    key.modulus_len = 256;
    modulus[255] &= 0xFE;
    TEST_ASSERT_EQUAL(BAD, port_rsa_public_check(&key));
    modulus[255] |= 1;
    modulus[0] &= 0x7F;
    TEST_ASSERT_EQUAL(BAD, port_rsa_public_check(&key));
}

static void test_before_init_nothing_verifies(void)
{
    uint8_t modulus[512], signature[SIGNATURE_BYTES_MAX];
    struct port_rsa_public key = { modulus, unhex(n_2048, modulus), 65537 };
    size_t len = unhex(rs_2048, signature);

    unhex(es_key, point);
    unhex(es_384, pair);
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es384_verify(point, sha384, pair));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, port_es384_public_check(point));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, verify(RS, &key, signature, len));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_FAULT, verify(PS, &key, signature, len));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_sha384);
    RUN_TEST(test_before_init_nothing_verifies);
    if (port_crypto_init(arena, sizeof arena) != PORT_CRYPTO_GOOD) return 1;
    RUN_TEST(test_es384);
    printf("arena after ES384: %zu bytes\n", port_crypto_arena_bytes_used_max());
    RUN_TEST(test_es384_out_of_range);
    RUN_TEST(test_es384_keys_off_the_curve);
    RUN_TEST(test_rsa_rows);
    printf("arena after RSA: %zu bytes\n", port_crypto_arena_bytes_used_max());
    RUN_TEST(test_rsa_refuses_any_other_bit);
    RUN_TEST(test_rsa_keys_of_a_bad_form);
    return UNITY_END();
}
