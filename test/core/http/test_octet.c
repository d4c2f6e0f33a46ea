/* SPDX-License-Identifier: Apache-2.0 */
/* test_octet.c - the table of octet classes against the grammars it stands for. */
#include "core/http/octet.h"
#include "unity.h"

#define ALPHA_DIGIT              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define UNRESERVED               ALPHA_DIGIT "-._~"
#define SUB_DELIMS_BUT_SEMICOLON "!$&'()*+,="

static void class_is(enum pn_octet_class class, struct pn_slice members)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        bool member = pn_slice_find(members, (uint8_t)octet) < members.len;

        TEST_ASSERT_EQUAL_INT_MESSAGE(member, pn_octet_is((uint8_t)octet, class),
                                      (const char *)members.at);
    }
}

static void test_classes_are_their_grammars(void)
{
    uint8_t value[96];

    value[0] = '\t';
    for (unsigned i = 0; i < 95; i++) value[1 + i] = (uint8_t)(' ' + i);
    class_is(PN_OCTET_VALUE, pn_slice(value, sizeof value));
    class_is(PN_OCTET_TOKEN, PN_SLICE("!#$%&'*+-.^_`|~" ALPHA_DIGIT));
    class_is(PN_OCTET_UNRESERVED, PN_SLICE(UNRESERVED));
    class_is(PN_OCTET_PATH, PN_SLICE(UNRESERVED SUB_DELIMS_BUT_SEMICOLON ":@/"));
    class_is(PN_OCTET_QUERY, PN_SLICE(UNRESERVED SUB_DELIMS_BUT_SEMICOLON ";:@/?[]"));
    class_is(PN_OCTET_HOST, PN_SLICE(ALPHA_DIGIT "-._"));
}

static void test_a_span_ends_at_the_first_stranger(void)
{
    TEST_ASSERT_EQUAL_size_t(4, pn_octets_span(PN_SLICE("name: value"), PN_OCTET_TOKEN));
    TEST_ASSERT_EQUAL_size_t(0, pn_octets_span(PN_SLICE(":"), PN_OCTET_TOKEN));
    TEST_ASSERT_EQUAL_size_t(0, pn_octets_span(pn_slice(NULL, 0), PN_OCTET_TOKEN));
    TEST_ASSERT_TRUE(pn_octets_all(pn_slice(NULL, 0), PN_OCTET_TOKEN));
    TEST_ASSERT_TRUE(pn_octets_all(PN_SLICE("name"), PN_OCTET_TOKEN));
    TEST_ASSERT_FALSE(pn_octets_all(PN_SLICE("na me"), PN_OCTET_TOKEN));
}

/* A word at a time says what byte by byte says: every octet at every place, and beside a neighbour
 * that a borrow could reach. */
static void test_values_are_judged_alike_by_words(void)
{
    static const uint8_t neighbours[] = { 'a', '\t', 0x1f, 0x7f, 0x80 };
    uint8_t text[19];

    for (unsigned n = 0; n < sizeof neighbours; n++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            for (size_t at = 0; at < sizeof text; at++) {
                memset(text, ' ', sizeof text);
                text[sizeof text - 1 - at] = neighbours[n];
                text[at] = (uint8_t)octet;
                struct pn_slice s = pn_slice(text, sizeof text);
                TEST_ASSERT_EQUAL_INT(pn_octets_all(s, PN_OCTET_VALUE), pn_octets_are_value(s));
            }
        }
    }
    TEST_ASSERT_TRUE(pn_octets_are_value(pn_slice(NULL, 0)));
}

static void test_hexadecimal_digits(void)
{
    const char *digits = "0123456789abcdef", *upper = "ABCDEF";

    for (int i = 0; i < 16; i++) TEST_ASSERT_EQUAL_INT(i, pn_octet_hex((uint8_t)digits[i]));
    for (int i = 0; i < 6; i++) TEST_ASSERT_EQUAL_INT(10 + i, pn_octet_hex((uint8_t)upper[i]));
    for (const char *other = "/:@Gg`\x7f\x10"; *other != 0; other++) {
        TEST_ASSERT_EQUAL_INT(-1, pn_octet_hex((uint8_t)*other));
    }
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
    RUN_TEST(test_classes_are_their_grammars);
    RUN_TEST(test_a_span_ends_at_the_first_stranger);
    RUN_TEST(test_values_are_judged_alike_by_words);
    RUN_TEST(test_hexadecimal_digits);
    return UNITY_END();
}
