/* SPDX-License-Identifier: Apache-2.0 */
/* test_crc32c.c - the check value, RFC 3720's vectors, and every single bit. */
#include "core/base/crc32c.h"

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static void test_vectors(void)
{
    uint8_t run[32];

    TEST_ASSERT_EQUAL_HEX32(0x00000000, pn_crc32c(pn_slice(NULL, 0)));
    TEST_ASSERT_EQUAL_HEX32(0xE3069283, pn_crc32c(PN_SLICE("123456789")));
    memset(run, 0, sizeof run);
    TEST_ASSERT_EQUAL_HEX32(0x8A9136AA, pn_crc32c(pn_slice(run, 32)));
    memset(run, 0xFF, sizeof run);
    TEST_ASSERT_EQUAL_HEX32(0x62A8AB43, pn_crc32c(pn_slice(run, 32)));
    for (int i = 0; i < 32; i++) run[i] = (uint8_t)i;
    TEST_ASSERT_EQUAL_HEX32(0x46DD794E, pn_crc32c(pn_slice(run, 32)));
}

static void test_every_bit_changes_it(void)
{
    uint8_t run[32] = { 1, 2, 3 };
    uint32_t whole = pn_crc32c(pn_slice(run, sizeof run));

    for (size_t bit = 0; bit < sizeof run * 8; bit++) {
        run[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_NOT_EQUAL(whole, pn_crc32c(pn_slice(run, sizeof run)));
        run[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_vectors);
    RUN_TEST(test_every_bit_changes_it);
    return UNITY_END();
}
