/* test_slice.c - comparing, finding, trimming and reading runs of bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/slice.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static void test_parts(void)
{
    struct pn_slice s = PN_SLICE("postern");

    TEST_ASSERT_EQUAL_size_t(7, s.len);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("tern"), pn_slice_from(s, 3)));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("post"), pn_slice_head(s, 4)));
    TEST_ASSERT_EQUAL_size_t(0, pn_slice_from(s, 7).len);
    TEST_ASSERT_TRUE(pn_slice_equal(pn_slice(NULL, 0), pn_slice_head(s, 0)));
}

static void test_equal(void)
{
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("a\0b"), PN_SLICE("a\0b")));
    TEST_ASSERT_FALSE(pn_slice_equal(PN_SLICE("a\0b"), PN_SLICE("a\0c")));
    TEST_ASSERT_FALSE(pn_slice_equal(PN_SLICE("ab"), PN_SLICE("abc")));
    TEST_ASSERT_FALSE(pn_slice_equal(PN_SLICE("a"), PN_SLICE("A")));
}

/* Only the 26 letters fold: each byte equals itself, and a letter its other case. */
static void test_fold(void)
{
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            uint8_t x = (uint8_t)a, y = (uint8_t)b;
            bool letter = (a >= 'A' && a <= 'Z') || (a >= 'a' && a <= 'z');
            bool want = a == b || (letter && (a ^ b) == 0x20);
            TEST_ASSERT_EQUAL(want, pn_slice_equal_fold(pn_slice(&x, 1), pn_slice(&y, 1)));
        }
    }
    TEST_ASSERT_TRUE(pn_slice_equal_fold(PN_SLICE("Content-Length"), PN_SLICE("content-LENGTH")));
    TEST_ASSERT_FALSE(pn_slice_equal_fold(PN_SLICE("host"), PN_SLICE("hosts")));
}

static void test_begins(void)
{
    TEST_ASSERT_TRUE(pn_slice_begins(PN_SLICE("Bearer x"), PN_SLICE("Bearer ")));
    TEST_ASSERT_TRUE(pn_slice_begins(PN_SLICE("x"), PN_SLICE("")));
    TEST_ASSERT_TRUE(pn_slice_begins(pn_slice(NULL, 0), pn_slice(NULL, 0)));
    TEST_ASSERT_FALSE(pn_slice_begins(PN_SLICE("Bear"), PN_SLICE("Bearer")));
    TEST_ASSERT_FALSE(pn_slice_begins(PN_SLICE("bearer "), PN_SLICE("Bearer ")));
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static void test_order(void)
{
    static const char *const rising[] = { "", "a", "aa", "ab", "b", "ba", "\x80", "\xFF" };

    for (int i = 0; i < 8; i++) {
        for (int k = 0; k < 8; k++) {
            struct pn_slice a = pn_slice(rising[i], strlen(rising[i]));
            struct pn_slice b = pn_slice(rising[k], strlen(rising[k]));
            TEST_ASSERT_EQUAL_INT(sign(i - k), sign(pn_slice_order(a, b)));
        }
    }
}

static void test_find(void)
{
    TEST_ASSERT_EQUAL_size_t(1, pn_slice_find(PN_SLICE("abcb"), 'b'));
    TEST_ASSERT_EQUAL_size_t(4, pn_slice_find(PN_SLICE("abcb"), 'x'));
    TEST_ASSERT_EQUAL_size_t(0, pn_slice_find(pn_slice(NULL, 0), 'x'));
}

static void test_trim(void)
{
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("a b"), pn_slice_trim(PN_SLICE(" \t a b\t "))));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE(""), pn_slice_trim(PN_SLICE(" \t"))));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("\n"), pn_slice_trim(PN_SLICE("\n"))));
}

struct decimal_row {
    struct pn_slice text;
    uint64_t max;
    bool good;
    uint64_t value;
};

static void test_decimal(void)
{
    static const struct decimal_row rows[] = {
        { PN_SLICE_INIT("0"), 9, true, 0 },
        { PN_SLICE_INIT("007"), 9, true, 7 },
        { PN_SLICE_INIT("9"), 9, true, 9 },
        { PN_SLICE_INIT("10"), 9, false, 0 },
        { PN_SLICE_INIT("5"), 0, false, 0 },
        { PN_SLICE_INIT("18446744073709551615"), UINT64_MAX, true, UINT64_MAX },
        { PN_SLICE_INIT("18446744073709551616"), UINT64_MAX, false, 0 },
        { PN_SLICE_INIT("184467440737095516150"), UINT64_MAX, false, 0 },
        { PN_SLICE_INIT(""), 9, false, 0 },
        { PN_SLICE_INIT("+1"), 9, false, 0 },
        { PN_SLICE_INIT("-1"), 9, false, 0 },
        { PN_SLICE_INIT(" 1"), 9, false, 0 },
        { PN_SLICE_INIT("1a"), UINT64_MAX, false, 0 },
        { PN_SLICE_INIT("1\0"), UINT64_MAX, false, 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 4711;
        const char *text = (const char *)rows[i].text.at;
        bool good = pn_slice_decimal(rows[i].text, rows[i].max, &value);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].good, good, text);
        TEST_ASSERT_EQUAL_UINT64_MESSAGE(rows[i].good ? rows[i].value : 4711, value, text);
    }
}

/* A difference in any bit of any place is seen. */
static void test_secret(void)
{
    uint8_t a[20] = "a secret of 20 bytes", b[20];

    memcpy(b, a, sizeof a);
    TEST_ASSERT_TRUE(pn_bytes_equal_secret(a, b, sizeof a));
    for (unsigned bit = 0; bit < 8 * sizeof a; bit++) {
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
        TEST_ASSERT_FALSE(pn_bytes_equal_secret(a, b, sizeof a));
        b[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    TEST_ASSERT_TRUE(pn_bytes_equal_secret(a, b, 0));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_parts);
    RUN_TEST(test_equal);
    RUN_TEST(test_fold);
    RUN_TEST(test_begins);
    RUN_TEST(test_order);
    RUN_TEST(test_find);
    RUN_TEST(test_trim);
    RUN_TEST(test_decimal);
    RUN_TEST(test_secret);
    return UNITY_END();
}
