/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_field.c - the table of field names finds itself, and nothing else. */
#include "core/http/h1_field.h"
#include "unity.h"

static void test_every_name_finds_its_field_in_any_case(void)
{
    for (unsigned i = 1; i < PN_FIELD_COUNT; i++) {
        struct pn_slice name = pn_field_name((enum pn_field)i);
        uint8_t upper[64];

        TEST_ASSERT_TRUE(name.len > 0 && name.len <= sizeof upper);
        TEST_ASSERT_EQUAL_INT_MESSAGE(i, pn_field_find(name), (const char *)name.at);
        for (size_t at = 0; at < name.len; at++) {
            TEST_ASSERT_EQUAL_HEX8_MESSAGE(pn_ascii_lower(name.at[at]), name.at[at],
                                           (const char *)name.at);
            upper[at] = (uint8_t)(name.at[at] >= 'a' && name.at[at] <= 'z' ? name.at[at] - 32
                                                                           : name.at[at]);
        }
        TEST_ASSERT_EQUAL_INT_MESSAGE(i, pn_field_find(pn_slice(upper, name.len)),
                                      (const char *)name.at);
    }
}

/* Names are compared bit by bit but for the one of letter case, which is right for these only. */
static void test_names_are_letters_and_hyphens(void)
{
    for (unsigned i = 1; i < PN_FIELD_COUNT; i++) {
        struct pn_slice name = pn_field_name((enum pn_field)i);

        for (size_t at = 0; at < name.len; at++) {
            bool letter = name.at[at] >= 'a' && name.at[at] <= 'z';
            TEST_ASSERT_TRUE_MESSAGE(letter || name.at[at] == '-', (const char *)name.at);
        }
    }
}

static void test_a_name_that_nearly_fits_is_another(void)
{
    for (unsigned i = 1; i < PN_FIELD_COUNT; i++) {
        struct pn_slice name = pn_field_name((enum pn_field)i);
        uint8_t other[64];

        memcpy(other, name.at, name.len);
        other[name.len] = 'x';
        for (size_t at = 0; at < name.len; at++) {
            other[at] = (uint8_t)(name.at[at] == '-' ? '_' : name.at[at] ^ 0x10);
            TEST_ASSERT_EQUAL_INT(PN_FIELD_OTHER, pn_field_find(pn_slice(other, name.len)));
            other[at] = name.at[at];
        }
        TEST_ASSERT_EQUAL_INT(PN_FIELD_OTHER, pn_field_find(pn_slice(name.at, name.len - 1)));
        memcpy(other, name.at, name.len);
        TEST_ASSERT_EQUAL_INT(PN_FIELD_OTHER, pn_field_find(pn_slice(other, name.len + 1)));
    }
    TEST_ASSERT_EQUAL_INT(PN_FIELD_OTHER, pn_field_find(pn_slice(NULL, 0)));
    TEST_ASSERT_EQUAL_size_t(0, pn_field_name(PN_FIELD_OTHER).len);
    TEST_ASSERT_EQUAL_UINT(0, pn_field_traits(PN_FIELD_OTHER));
}

static void test_fields_of_one_connection_go_nowhere(void)
{
    for (unsigned i = 0; i < PN_FIELD_COUNT; i++) {
        unsigned traits = pn_field_traits((enum pn_field)i);

        if (traits & PN_FIELD_HOP)
            TEST_ASSERT_EQUAL_UINT(0, traits & (PN_FIELD_UP | PN_FIELD_DOWN));
    }
    TEST_ASSERT_TRUE(pn_field_traits(PN_FIELD_CONNECTION) & PN_FIELD_HOP);
    TEST_ASSERT_TRUE(pn_field_traits(PN_FIELD_TRANSFER_ENCODING) & PN_FIELD_HOP);
    TEST_ASSERT_EQUAL_UINT(PN_FIELD_ONCE, pn_field_traits(PN_FIELD_AUTHORIZATION));
    TEST_ASSERT_EQUAL_UINT(PN_FIELD_ONCE, pn_field_traits(PN_FIELD_CONTENT_LENGTH));
    TEST_ASSERT_EQUAL_UINT(0, pn_field_traits(PN_FIELD_COOKIE));
}

static void list_is(struct pn_slice list, const char *const *elements, unsigned count)
{
    struct pn_slice element;

    for (unsigned i = 0; i < count; i++) {
        TEST_ASSERT_TRUE(pn_field_list_next(&list, &element));
        TEST_ASSERT_TRUE(pn_slice_equal(element, pn_slice(elements[i], strlen(elements[i]))));
    }
    TEST_ASSERT_FALSE(pn_field_list_next(&list, &element));
}

static void test_lists_are_walked(void)
{
    list_is(PN_SLICE("close"), (const char *const[]){ "close" }, 1);
    list_is(PN_SLICE(" a ,\tb,c"), (const char *const[]){ "a", "b", "c" }, 3);
    list_is(PN_SLICE(",, a,, ,b,"), (const char *const[]){ "a", "b" }, 2);
    list_is(PN_SLICE(""), NULL, 0);
    list_is(PN_SLICE(" , "), NULL, 0);
}

void setUp(void)
{
}

void tearDown(void)
{
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_every_name_finds_its_field_in_any_case);
    RUN_TEST(test_names_are_letters_and_hyphens);
    RUN_TEST(test_a_name_that_nearly_fits_is_another);
    RUN_TEST(test_fields_of_one_connection_go_nowhere);
    RUN_TEST(test_lists_are_walked);
    return UNITY_END();
}
