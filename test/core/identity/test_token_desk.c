/* What is remembered of tokens and of who sent bad ones: bounded, and forgotten with the policy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/token_desk.h"

#include "core/base/bytes.h"
#include "unity.h"

enum { PLACES = 16 };

static struct pn_token_desk desk;
static struct pn_token_seen seen[PLACES];
static const uint8_t one[32] = { 1 }, other[32] = { 2 };

void setUp(void)
{
    memset(&desk, 0, sizeof desk);
    memset(seen, 0, sizeof seen);
    pn_token_desk_init(&desk, seen, PLACES, (const uint8_t *)"sixteen bytes ok");
    desk.failures_max = 3;
}

void tearDown(void)
{
}

/* The digest of token n, one of four that share their places. */
static const uint8_t *digest(uint32_t n)
{
    static uint8_t bytes[32];

    pn_store32(bytes, n % 4 + 4 * (n / 4));
    return bytes;
}

static void learn(uint32_t n, int64_t ends_s)
{
    TEST_ASSERT_FALSE(pn_token_desk_knows(&desk, one, digest(n)));
    pn_token_desk_learn(&desk, digest(n), ends_s);
    TEST_ASSERT_TRUE(pn_token_desk_knows(&desk, one, digest(n)));
}

static void test_known_until_there_is_no_place(void)
{
    for (uint32_t n = 0; n < PLACES; n++) learn(n, 1000 + n);
    for (uint32_t n = 0; n < PLACES; n++) {
        TEST_ASSERT_TRUE(pn_token_desk_knows(&desk, one, digest(n)));
    }
    /* Four more for the first places: each takes that of the one that ends first. */
    for (uint32_t n = 0; n < 4; n++) {
        pn_token_desk_learn(&desk, digest(PLACES + n), 2000);
        TEST_ASSERT_FALSE(pn_token_desk_knows(&desk, one, digest(n)));
        TEST_ASSERT_TRUE(pn_token_desk_knows(&desk, one, digest(PLACES + n)));
    }
    TEST_ASSERT_TRUE(pn_token_desk_knows(&desk, one, digest(4)));
}

static void test_forgotten_with_the_policy(void)
{
    learn(7, 1000);
    TEST_ASSERT_FALSE(pn_token_desk_knows(&desk, other, digest(7)));
    pn_token_desk_learn(&desk, digest(7), 1000);
    TEST_ASSERT_TRUE(pn_token_desk_knows(&desk, other, digest(7)));
    TEST_ASSERT_FALSE(pn_token_desk_knows(&desk, one, digest(7)));
}

static const uint8_t *address(uint8_t n)
{
    static uint8_t bytes[16];

    bytes[0] = 10;
    bytes[3] = n;
    return bytes;
}

static void test_failures_of_a_minute(void)
{
    for (int i = 0; i < 3; i++) {
        TEST_ASSERT_TRUE(pn_token_desk_may_try(&desk, address(1), 119));
        pn_token_desk_failed(&desk, address(1), 119);
    }
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, address(1), 119));
    TEST_ASSERT_TRUE(pn_token_desk_may_try(&desk, address(2), 119));
    TEST_ASSERT_TRUE(pn_token_desk_may_try(&desk, address(1), 120));
    pn_token_desk_failed(&desk, address(1), 120);
    TEST_ASSERT_TRUE(pn_token_desk_may_try(&desk, address(1), 120));
}

static void test_what_was_no_failure(void)
{
    pn_token_desk_forgive(&desk, address(1), 119); /* there was none */
    for (int i = 0; i < 3; i++) pn_token_desk_failed(&desk, address(1), 119);
    pn_token_desk_forgive(&desk, address(2), 119);
    pn_token_desk_forgive(&desk, address(1), 59); /* of another minute */
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, address(1), 119));
    pn_token_desk_forgive(&desk, address(1), 60);
    TEST_ASSERT_TRUE(pn_token_desk_may_try(&desk, address(1), 119));
    pn_token_desk_failed(&desk, address(1), 119);
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, address(1), 119));
    for (int i = 0; i < 3; i++) pn_token_desk_failed(&desk, address(1), 120);
    pn_token_desk_forgive(&desk, address(1), 119); /* that minute is over */
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, address(1), 120));
    for (int i = 0; i < 9; i++) pn_token_desk_forgive(&desk, address(1), 120);
    for (int i = 0; i < 3; i++) pn_token_desk_failed(&desk, address(1), 120);
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, address(1), 120));
}

static void test_half_an_address_of_ipv6(void)
{
    uint8_t a[16] = { 0x20, 1, 0xD, 0xB8, [15] = 1 }, b[16] = { 0x20, 1, 0xD, 0xB8, [15] = 2 };

    for (int i = 0; i < 3; i++) pn_token_desk_failed(&desk, a, 1);
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, b, 1));
    b[7] = 1;
    TEST_ASSERT_TRUE(pn_token_desk_may_try(&desk, b, 1));
}

/* Who failed most keeps its place among many addresses that failed once. */
static void test_many_addresses(void)
{
    for (int i = 0; i < 3; i++) pn_token_desk_failed(&desk, address(1), 1);
    for (unsigned n = 0; n < 4000; n++) {
        uint8_t many[16] = { 11, (uint8_t)(n >> 8), (uint8_t)n };
        pn_token_desk_failed(&desk, many, 1);
    }
    TEST_ASSERT_FALSE(pn_token_desk_may_try(&desk, address(1), 1));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_known_until_there_is_no_place);
    RUN_TEST(test_forgotten_with_the_policy);
    RUN_TEST(test_failures_of_a_minute);
    RUN_TEST(test_what_was_no_failure);
    RUN_TEST(test_half_an_address_of_ipv6);
    RUN_TEST(test_many_addresses);
    return UNITY_END();
}
