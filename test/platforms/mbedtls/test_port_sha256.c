/* The digest against mbedTLS's own, at every length and every cut, and against published values.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/mbedtls/sha256_x86.h"
#include "port/port_crypto.h"
#include "unity.h"

#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 300 };

static uint8_t text[BYTES_MAX];

void setUp(void)
{
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (uint8_t)(i * 151 + 7);
    }
}

void tearDown(void)
{
}

static void is(const char *message, const char *want)
{
    uint8_t digest[PORT_DIGEST_BYTES];
    char hex[2 * PORT_DIGEST_BYTES + 1];

    port_sha256(message, strlen(message), digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    TEST_ASSERT_EQUAL_STRING(want, hex);
}

static void published_values(void)
{
    is("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    is("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void every_length(void)
{
    for (size_t len = 0; len <= BYTES_MAX; len++) {
        uint8_t *exact = malloc(len > 0 ? len : 1), want[32], got[32];

        memcpy(exact, text, len);
        TEST_ASSERT_EQUAL(0, mbedtls_sha256(exact, len, want, 0));
        port_sha256(exact, len, got);
        TEST_ASSERT_EQUAL_MEMORY(want, got, sizeof want);
        free(exact);
    }
}

static void every_cut(void)
{
    for (size_t len = 1; len <= 200; len += 3) {
        uint8_t want[32], got[32];

        TEST_ASSERT_EQUAL(0, mbedtls_sha256(text, len, want, 0));
        for (size_t cut = 0; cut <= len; cut++) {
            struct port_sha256 state, copy;

            port_sha256_begin(&state);
            port_sha256_add(&state, text, cut);
            copy = state;
            port_sha256_add(&state, text + cut, len - cut);
            port_sha256_end(&state, got);
            TEST_ASSERT_EQUAL_MEMORY(want, got, sizeof want);
            for (size_t i = cut; i < len; i++) {
                port_sha256_add(&copy, text + i, 1);
            }
            port_sha256_end(&copy, got);
            TEST_ASSERT_EQUAL_MEMORY(want, got, sizeof want);
        }
    }
}

static void which_one(void)
{
    printf("x86 instructions: %s\n", pn_sha256_x86_present() ? "present" : "absent");
    TEST_ASSERT_EQUAL(pn_sha256_x86_present(), pn_sha256_x86_present());
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(published_values);
    RUN_TEST(every_length);
    RUN_TEST(every_cut);
    RUN_TEST(which_one);
    return UNITY_END();
}
