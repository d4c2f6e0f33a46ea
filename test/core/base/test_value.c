/* test_value.c - values, and strings read through their escapes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/value.h"
#include "unity.h"

#include <stdlib.h>

void setUp(void)
{
}

void tearDown(void)
{
}

static struct pn_value escaped(struct pn_slice text)
{
    struct pn_value v = pn_value_string(text);

    v.flags = PN_VALUE_ESCAPED;
    return v;
}

static void test_zero_is_absent(void)
{
    struct pn_value v = { 0 };

    TEST_ASSERT_EQUAL(PN_ABSENT, v.type);
    TEST_ASSERT_FALSE(pn_value_is_text(&v, PN_SLICE("")));
}

static void test_makers(void)
{
    TEST_ASSERT_EQUAL(PN_UNKNOWN, pn_value_of(PN_UNKNOWN).type);
    TEST_ASSERT_EQUAL(PN_INT, pn_value_int(-5).type);
    TEST_ASSERT_EQUAL_INT64(-5, pn_value_int(-5).as.i);
    TEST_ASSERT_EQUAL(PN_BOOL, pn_value_bool(true).type);
    TEST_ASSERT_TRUE(pn_value_bool(true).as.b);
    TEST_ASSERT_FALSE(pn_value_bool(false).as.b);
}

struct row {
    struct pn_slice text, want;
};

static const struct row rows[] = {
    { PN_SLICE_INIT(""), PN_SLICE_INIT("") },
    { PN_SLICE_INIT("plain"), PN_SLICE_INIT("plain") },
    { PN_SLICE_INIT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), PN_SLICE_INIT("\"\\/\b\f\n\r\t") },
    { PN_SLICE_INIT("a\\u0062c"), PN_SLICE_INIT("abc") },
    { PN_SLICE_INIT("\\u00e9\\u00E9"), PN_SLICE_INIT("\xC3\xA9\xC3\xA9") },
    { PN_SLICE_INIT("\\u20ac"), PN_SLICE_INIT("\xE2\x82\xAC") },
    { PN_SLICE_INIT("\\ud83d\\ude00!"), PN_SLICE_INIT("\xF0\x9F\x98\x80!") },
    { PN_SLICE_INIT("\\uDBFF\\uDFFF"), PN_SLICE_INIT("\xF4\x8F\xBF\xBF") },
    { PN_SLICE_INIT("\\uD800\\uDC00"), PN_SLICE_INIT("\xF0\x90\x80\x80") },
    { PN_SLICE_INIT("\\uFFFF\\u07ff\\u0800"), PN_SLICE_INIT("\xEF\xBF\xBF\xDF\xBF\xE0\xA0\x80") },
    { PN_SLICE_INIT("\xC3\xA9\\n\xC3\xA9"), PN_SLICE_INIT("\xC3\xA9\n\xC3\xA9") },
};

/* From exact blocks, so that reading beyond the text is noticed. */
static void test_escapes(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *exact = malloc(rows[i].text.len), *out = malloc(rows[i].want.len);
        memcpy(exact, rows[i].text.at, rows[i].text.len);
        struct pn_value v = escaped(pn_slice(exact, rows[i].text.len));

        TEST_ASSERT_TRUE(pn_value_is_text(&v, rows[i].want));
        TEST_ASSERT_EQUAL_size_t(rows[i].want.len, pn_value_copy_text(&v, out, rows[i].want.len));
        if (rows[i].want.len > 0) {
            TEST_ASSERT_EQUAL_MEMORY(rows[i].want.at, out, rows[i].want.len);
            TEST_ASSERT_EQUAL_size_t(SIZE_MAX, pn_value_copy_text(&v, out, rows[i].want.len - 1));
            struct pn_slice shorter = pn_slice_head(rows[i].want, rows[i].want.len - 1);
            TEST_ASSERT_FALSE(pn_value_is_text(&v, shorter));
        }
        free(exact);
        free(out);
    }
}

/* Without the flag a backslash is a backslash. */
static void test_not_escaped(void)
{
    struct pn_value v = pn_value_string(PN_SLICE("a\\n"));
    struct pn_text_iter it;

    TEST_ASSERT_TRUE(pn_value_is_text(&v, PN_SLICE("a\\n")));
    TEST_ASSERT_FALSE(pn_value_is_text(&v, PN_SLICE("a\n")));
    pn_text_begin(&it, &v);
    TEST_ASSERT_EQUAL_INT('a', pn_text_next(&it));
    TEST_ASSERT_EQUAL_INT('\\', pn_text_next(&it));
    TEST_ASSERT_EQUAL_INT('n', pn_text_next(&it));
    TEST_ASSERT_EQUAL_INT(-1, pn_text_next(&it));
    TEST_ASSERT_EQUAL_INT(-1, pn_text_next(&it));
}

static void test_is_text_differs(void)
{
    struct pn_value v = escaped(PN_SLICE("a\\u0062"));
    struct pn_value list = { .type = PN_LIST, .len = 2, .as.text = (const uint8_t *)"[]" };

    TEST_ASSERT_FALSE(pn_value_is_text(&v, PN_SLICE("a")));
    TEST_ASSERT_FALSE(pn_value_is_text(&v, PN_SLICE("abc")));
    TEST_ASSERT_FALSE(pn_value_is_text(&v, PN_SLICE("aB")));
    TEST_ASSERT_FALSE(pn_value_is_text(&list, PN_SLICE("[]"))); /* not a string */
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_zero_is_absent);
    RUN_TEST(test_makers);
    RUN_TEST(test_escapes);
    RUN_TEST(test_not_escaped);
    RUN_TEST(test_is_text_differs);
    return UNITY_END();
}
