/* test_big.c - whole numbers of any size, against arithmetic that fits 64 bits and against
 * themselves beyond.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/big.h"
#include "unity.h"

#include <string.h>

enum { WORDS = 40 };

void setUp(void)
{
}

void tearDown(void)
{
}

struct held {
    uint32_t words[WORDS];
    struct pn_big n;
};

static void set(struct held *h, uint64_t value)
{
    memset(h->words, 0xA5, sizeof h->words); /* what lies above must not matter */
    h->words[0] = (uint32_t)value;
    h->words[1] = (uint32_t)(value >> 32);
    h->n = (struct pn_big){ h->words, value >> 32 != 0 ? 2 : value != 0 ? 1 : 0 };
}

static uint64_t low_bits(const struct held *h)
{
    uint64_t low = h->n.count > 0 ? h->words[0] : 0;

    return h->n.count > 1 ? low | (uint64_t)h->words[1] << 32 : low;
}

static void test_small(void)
{
    struct held h;

    set(&h, 0);
    pn_big_multiply_add(&h.n, 10, 0);
    TEST_ASSERT_EQUAL_UINT32(0, h.n.count);
    pn_big_multiply_add(&h.n, 10, 7);
    TEST_ASSERT_EQUAL_UINT32(1, h.n.count);
    TEST_ASSERT_EQUAL_UINT32(3, pn_big_bits(&h.n));
    pn_big_multiply_fives(&h.n, 20);
    TEST_ASSERT_EQUAL_HEX64(7 * UINT64_C(95367431640625), low_bits(&h));
    set(&h, 3);
    pn_big_shift_left(&h.n, 0);
    TEST_ASSERT_EQUAL_HEX64(3, low_bits(&h));
    pn_big_shift_left(&h.n, 33);
    TEST_ASSERT_EQUAL_HEX64(UINT64_C(3) << 33, low_bits(&h));
    TEST_ASSERT_EQUAL_UINT32(35, pn_big_bits(&h.n));
    pn_big_shift_left(&h.n, 64);
    TEST_ASSERT_EQUAL_UINT32(99, pn_big_bits(&h.n));
    TEST_ASSERT_EQUAL_UINT32(4, h.n.count);
}

static void test_order(void)
{
    static const uint64_t values[] = {
        0, 1, 2, 0xFFFFFFFF, 0x100000000, 0x100000001, 0x7FFFFFFFFFFFFFFF
    };
    size_t count = sizeof values / sizeof values[0];
    struct held a, b, c;

    for (size_t i = 0; i < count * count * count; i++) {
        uint64_t x = values[i % count], y = values[i / count % count],
                 z = values[i / count / count];
        set(&a, x);
        set(&b, y);
        set(&c, z);
        TEST_ASSERT_EQUAL_INT((x > z) - (x < z), pn_big_order(&a.n, &c.n));
        TEST_ASSERT_EQUAL_INT((x + y > z) - (x + y < z), pn_big_order_sum(&a.n, &b.n, &c.n));
    }
}

/* 10^300 by fives and a shift is 10^300 by tens, and less 10^299 it is nine of those. */
static void test_large(void)
{
    struct held a, b, c;

    set(&a, 1);
    set(&b, 1);
    set(&c, 9);
    pn_big_multiply_fives(&a.n, 300);
    pn_big_shift_left(&a.n, 300);
    for (int i = 0; i < 299; i++) {
        pn_big_multiply_add(&b.n, 10, 0);
        pn_big_multiply_add(&c.n, 10, 0);
    }
    TEST_ASSERT_EQUAL_UINT32(997, pn_big_bits(&a.n));
    TEST_ASSERT_EQUAL_INT(1, pn_big_order(&a.n, &b.n));
    TEST_ASSERT_EQUAL_INT(0, pn_big_order_sum(&b.n, &c.n, &a.n));
    pn_big_subtract(&a.n, &b.n);
    TEST_ASSERT_EQUAL_INT(0, pn_big_order(&a.n, &c.n));
    pn_big_subtract(&a.n, &c.n);
    TEST_ASSERT_EQUAL_UINT32(0, a.n.count);
    pn_big_multiply_add(&c.n, 1, 1);
    TEST_ASSERT_EQUAL_INT(-1, pn_big_order_sum(&a.n, &b.n, &c.n));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_small);
    RUN_TEST(test_order);
    RUN_TEST(test_large);
    return UNITY_END();
}
