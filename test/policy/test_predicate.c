/* Every kind of predicate over every type of value: false, true, error, unknown.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "policy/condition.h"
#include "policy/predicate.h"
#include "policy/record.h"
#include "test/policy/assemble_body.h"
#include "test/policy/value_spec.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_facts facts;

void setUp(void)
{
    pn_asm_begin(&a);
}

void tearDown(void)
{
}

static void open_policy(void)
{
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_asm_finish(&a));

    TEST_ASSERT_EQUAL_STRING_LEN("none", pn_policy_fault_name(fault).at, 4);
    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
}

static char letter(enum pn_truth value)
{
    return "FTEU"[value];
}

/* The text in an exact heap buffer, so that a read beyond its end is seen. */
static struct pn_value exact(const char *spec, uint8_t **owned)
{
    struct pn_value v = pn_value_spec(spec);

    *owned = NULL;
    if (v.type != PN_STRING && v.type != PN_LIST && v.type != PN_MAP) return v;
    *owned = malloc(v.len);
    if (v.len > 0) memcpy(*owned, v.as.text, v.len);
    v.as.text = *owned;
    return v;
}

static char evaluate(uint16_t predicate, const char *left, const char *right)
{
    uint8_t *left_owned, *right_owned;
    struct pn_eval e = { &policy, &facts, &scratch, NULL, false, PN_NONE32, NULL };

    slots[0] = exact(left, &left_owned);
    slots[1] = exact(right, &right_owned);
    pn_eval_begin(&e);
    char value = letter(pn_eval_predicate(&e, predicate));
    TEST_ASSERT_EQUAL_CHAR(value, letter(pn_eval_predicate(&e, predicate))); /* as kept */
    free(left_owned);
    free(right_owned);
    return value;
}

static uint32_t constant(const char *spec)
{
    struct pn_value v = pn_value_spec(spec);
    char text[256];

    switch ((enum pn_type)v.type) {
    case PN_NULL: return pn_asm_null(&a);
    case PN_BOOL: return pn_asm_bool(&a, v.as.b);
    case PN_INT: return pn_asm_int(&a, v.as.i);
    case PN_DOUBLE: return pn_asm_double(&a, v.as.d);
    case PN_STRING:
        memcpy(text, v.as.text, v.len);
        text[v.len] = 0;
        return pn_asm_text(&a, text);
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN:
    case PN_LIST:
    case PN_MAP: break;
    }
    return PN_NONE32;
}

struct row {
    const char *left, *right, *expect; /* one letter for each of the operations in the header */
};

static void message(char *out, size_t max, const struct row *row, const char *form)
{
    snprintf(out, max, "%s with %s, %s", row->left, row->right, form);
}

/* == != < <= > >= , the right side as a constant where it can be one, and as another slot. */
static const struct row comparisons[] = {
    { "5", "5", "TFFTFT" },
    { "5", "6", "FTTTFF" },
    { "-7", "6", "FTTTFF" },
    { "5", "5.0", "TFFTFT" },
    { "5.5", "5", "FTFFTT" },
    { "5", "5.5", "FTTTFF" },
    { "-5", "-5.5", "FTFFTT" },
    { "900000.0", "5000", "FTFFTT" },
    { "9e5", "5000", "FTFFTT" },
    { "9007199254740993", "9007199254740992.0", "FTFFTT" }, /* equal once rounded */
    { "9007199254740992", "9007199254740992.0", "TFFTFT" },
    { "9223372036854775807", "9223372036854775808.0", "FTTTFF" },
    { "-9223372036854775808", "-9223372036854775808.0", "TFFTFT" },
    { "-9223372036854775808", "-1e300", "FTFFTT" },
    { "9223372036854775807", "1e300", "FTTTFF" },
    { "1e300", "9223372036854775807", "FTFFTT" },
    { "2.5", "2.5", "TFFTFT" },
    { "0.0", "-0.0", "TFFTFT" },
    { "nan", "5", "FTFFFF" },
    { "5", "nan", "FTFFFF" },
    { "nan", "nan", "FTFFFF" },
    { "\"a\"", "\"a\"", "TFFTFT" },
    { "\"a\"", "\"b\"", "FTTTFF" },
    { "\"a\"", "\"ab\"", "FTTTFF" },
    { "\"\"", "\"\"", "TFFTFT" },
    { "\"\"", "\"a\"", "FTTTFF" },
    { "\"Z\"", "\"a\"", "FTTTFF" },
    { "\"\\u0061\"", "\"a\"", "TFFTFT" },
    { "\"\\u0062\"", "\"a\"", "FTFFTT" },
    { "\"\xC3\xA9\"", "\"\xEF\xBC\xA1\"", "FTTTFF" }, /* U+00E9 before U+FF21 */
    { "\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\"",
      "TFFTFT" }, /* a pair of escapes is one character */
    { "true", "true", "TFFTFT" },
    { "false", "true", "FTTTFF" },
    { "null", "null", "TFEEEE" },
    { "\"5\"", "5", "FTEEEE" }, /* no overload, but == is defined for all types */
    { "5", "\"5\"", "FTEEEE" },
    { "true", "1", "FTEEEE" },
    { "null", "0", "FTEEEE" },
    { "[5]", "5", "FTEEEE" },
    { "{}", "null", "FTEEEE" },
    { "-", "5", "EEEEEE" },
    { "-", "null", "EEEEEE" },
    { "!", "5", "EEEEEE" },
    { "?", "5", "UUUUUU" },
};

static const struct row slot_comparisons[] = {
    { "-", "-", "EEEEEE" },
    { "?", "?", "UUUUUU" },
    { "-", "?", "EEEEEE" }, /* an error beats an unknown while a call is decided */
    { "?", "-", "EEEEEE" },
    { "5", "-", "EEEEEE" },
    { "5", "?", "UUUUUU" },
    { "5", "!", "EEEEEE" },
    { "[1,2]", "[1,2]", "TFEEEE" },
    { "[1,2]", "[1, 2]", "EEEEEE" }, /* may be equal: not told */
    { "{\"a\":1}", "{\"a\":1}", "TFEEEE" },
    { "[1]", "{}", "FTEEEE" },
};

static void check_comparison(const struct row *row, uint16_t slot_forms, uint16_t constant_forms)
{
    char text[256];

    for (uint16_t op = PN_EQ; op <= PN_GE; op++) {
        message(text, sizeof text, row, "slots");
        char expect = row->expect[op];
        TEST_ASSERT_EQUAL_CHAR_MESSAGE(
            expect, evaluate((uint16_t)(slot_forms + op), row->left, row->right), text);
        if (constant_forms == PN_NONE16) continue;
        message(text, sizeof text, row, "constant");
        TEST_ASSERT_EQUAL_CHAR_MESSAGE(
            expect, evaluate((uint16_t)(constant_forms + op), row->left, "-"), text);
    }
}

static void compare_row(const struct row *row, bool as_constant)
{
    uint16_t first = PN_NONE16;

    pn_asm_begin(&a);
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    for (uint8_t op = PN_EQ; op <= PN_GE; op++) {
        pn_asm_predicate(&a, PN_PREDICATE_COMPARE_SLOTS, op, 0, 1, PN_NONE32, "x ? y");
    }
    for (uint8_t op = PN_EQ; as_constant && op <= PN_GE; op++) {
        uint16_t at = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, op, 0, PN_NONE16,
                                       constant(row->right), "x ? c");
        if (op == PN_EQ) first = at;
    }
    open_policy();
    check_comparison(row, 0, first);
}

static void test_comparisons_are_exact_across_types(void)
{
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        compare_row(&comparisons[i], true);
    }
}

static void test_comparisons_of_slots(void)
{
    for (size_t i = 0; i < sizeof slot_comparisons / sizeof slot_comparisons[0]; i++) {
        compare_row(&slot_comparisons[i], false);
    }
}

static void test_an_unknown_beats_an_error_while_listing(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    pn_asm_predicate(&a, PN_PREDICATE_COMPARE_SLOTS, PN_EQ, 0, 1, PN_NONE32, "x == y");
    open_policy();
    facts.phase = PN_PHASE_LIST;
    TEST_ASSERT_EQUAL_CHAR('U', evaluate(0, "-", "?"));
    TEST_ASSERT_EQUAL_CHAR('E', evaluate(0, "-", "-"));
}

/* startsWith endsWith contains, the right side as a constant and as a slot. */
static const struct row parts[] = {
    { "\"prod-eu\"", "\"prod\"", "TFT" },
    { "\"prod-eu\"", "\"eu\"", "FTT" },
    { "\"prod-eu\"", "\"d-\"", "FFT" },
    { "\"prod-eu\"", "\"x\"", "FFF" },
    { "\"prod-eu\"", "\"prod-eu\"", "TTT" },
    { "\"prod-eu\"", "\"prod-eu1\"", "FFF" },
    { "\"prod-eu\"", "\"\"", "TTT" },
    { "\"\"", "\"\"", "TTT" },
    { "\"\"", "\"a\"", "FFF" },
    { "\"aaab\"", "\"aab\"", "FTT" },
    { "\"\\u0070rod-\\u0065u\"", "\"prod\"", "TFT" },
    { "\"\\u0070rod-\\u0065u\"", "\"-eu\"", "FTT" },
    { "\"\\u0070rod-\\u0065u\"", "\"od-e\"", "FFT" },
    { "\"\\u0070rod\"", "\"u0070\"", "FFF" }, /* the escape's own text is not there */
    { "5", "\"5\"", "EEE" },
    { "null", "\"n\"", "EEE" },
    { "[\"a\"]", "\"a\"", "EEE" },
    { "-", "\"a\"", "EEE" },
    { "!", "\"a\"", "EEE" },
    { "?", "\"a\"", "UUU" },
};

static void check_parts(const struct row *row)
{
    static const uint8_t kinds[] = { PN_PREDICATE_PREFIX, PN_PREDICATE_SUFFIX,
                                     PN_PREDICATE_CONTAINS };
    char text[256];

    pn_asm_begin(&a);
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    for (int i = 0; i < 3; i++) {
        pn_asm_predicate(&a, kinds[i], 0, 0, 1, PN_NONE32, "slots");
        pn_asm_predicate(&a, kinds[i], 0, 0, PN_NONE16, constant(row->right), "constant");
    }
    open_policy();
    message(text, sizeof text, row, "part");
    for (uint16_t i = 0; i < 6; i++) {
        TEST_ASSERT_EQUAL_CHAR_MESSAGE(row->expect[i / 2], evaluate(i, row->left, row->right),
                                       text);
    }
}

static void test_parts_of_strings(void)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) check_parts(&parts[i]);
}

static void test_a_part_that_is_no_string_is_an_error(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    pn_asm_predicate(&a, PN_PREDICATE_PREFIX, 0, 0, 1, PN_NONE32, "x.startsWith(y)");
    open_policy();
    TEST_ASSERT_EQUAL_CHAR('E', evaluate(0, "\"a\"", "5"));
    TEST_ASSERT_EQUAL_CHAR('E', evaluate(0, "\"a\"", "-"));
    TEST_ASSERT_EQUAL_CHAR('U', evaluate(0, "\"a\"", "?"));
}

/* A text chosen to be compared everywhere is an error in bounded time, plain and escaped. */
static void test_a_text_that_takes_too_long_to_search(void)
{
    enum { TEXT = 1 << 20, PART = 1 << 16 };
    static char text[TEXT], part[PART];

    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    pn_asm_predicate(&a, PN_PREDICATE_CONTAINS, 0, 0, 1, PN_NONE32, "x.contains(y)");
    open_policy();
    memset(text, 'a', sizeof text);
    memset(part, 'a', sizeof part);
    part[PART - 1] = 'b';
    slots[0] = pn_value_string(pn_slice(text, sizeof text));
    slots[1] = pn_value_string(pn_slice(part, sizeof part));
    TEST_ASSERT_EQUAL(PN_FAULTY, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    slots[0].flags = PN_VALUE_ESCAPED;
    TEST_ASSERT_EQUAL(PN_FAULTY, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    part[PART - 1] = 'a';
    TEST_ASSERT_EQUAL(PN_TRUE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    slots[1].len = 3; /* a short part is found out in time */
    part[2] = 'b';
    TEST_ASSERT_EQUAL(PN_FALSE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
}

/* in a set without and in a set with null and true */
static const struct row members_of_sets[] = {
    { "\"EUR\"", "", "TT" },
    { "\"USD\"", "", "TT" },
    { "\"GBP\"", "", "FF" },
    { "\"\"", "", "FF" },
    { "\"\\u0045UR\"", "", "TT" },
    { "\"EURO\"", "", "FF" },
    { "1", "", "TT" },
    { "1.0", "", "TT" },
    { "2.5", "", "TT" },
    { "2", "", "FF" },
    { "9007199254740993", "", "TT" },
    { "9007199254740992.0", "", "FF" },
    { "nan", "", "FF" },
    { "true", "", "FT" },
    { "false", "", "FF" },
    { "null", "", "FT" },
    { "[1]", "", "FF" },
    { "{}", "", "FF" },
    { "-", "", "EE" },
    { "!", "", "EE" },
    { "?", "", "UU" },
};

static void test_membership_of_sets(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    uint32_t members[] = { pn_asm_text(&a, "EUR"), pn_asm_text(&a, "JPY"),
                           pn_asm_text(&a, "USD"), pn_asm_int(&a, 1),
                           pn_asm_double(&a, 2.5), pn_asm_int(&a, 9007199254740993) };
    uint32_t plain = pn_asm_set(&a, members, 3, 3, 0);
    uint32_t flagged = pn_asm_set(&a, members, 3, 3, PN_SET_HAS_NULL | PN_SET_HAS_TRUE);
    pn_asm_predicate(&a, PN_PREDICATE_IN_SET, 0, 0, PN_NONE16, plain, "x in plain");
    pn_asm_predicate(&a, PN_PREDICATE_IN_SET, 0, 0, PN_NONE16, flagged, "x in flagged");
    uint32_t empty = pn_asm_set(&a, NULL, 0, 0, 0);
    pn_asm_predicate(&a, PN_PREDICATE_IN_SET, 0, 0, PN_NONE16, empty, "x in []");
    open_policy();
    for (size_t i = 0; i < sizeof members_of_sets / sizeof members_of_sets[0]; i++) {
        const struct row *row = &members_of_sets[i];
        TEST_ASSERT_EQUAL_CHAR_MESSAGE(row->expect[0], evaluate(0, row->left, "-"), row->left);
        TEST_ASSERT_EQUAL_CHAR_MESSAGE(row->expect[1], evaluate(1, row->left, "-"), row->left);
    }
    TEST_ASSERT_EQUAL_CHAR('F', evaluate(2, "\"EUR\"", "-"));
}

/* matches("^cus_[A-Za-z0-9]{6,24}$") with entries of one and of two bytes */
static const struct row matches[] = {
    { "\"cus_abc123\"", "", "T" },
    { "\"cus_abcdefghijklmnopqrstuvwx\"", "", "T" },
    { "\"cus_abcdefghijklmnopqrstuvwxy\"", "", "F" },
    { "\"cus_abc12\"", "", "F" },
    { "\"cus_abc12!\"", "", "F" },
    { "\"xcus_abc123\"", "", "F" },
    { "\"\"", "", "F" },
    { "\"cus\\u005fabc123\"", "", "T" },
    { "\"cus_abc123\\n\"", "", "F" },
    { "5", "", "E" },
    { "null", "", "E" },
    { "[]", "", "E" },
    { "-", "", "E" },
    { "?", "", "U" },
};

static void test_patterns(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    for (uint8_t width = 1; width <= 2; width++) {
        pn_asm_predicate(&a, PN_PREDICATE_MATCH, 0, 0, PN_NONE16,
                         pn_asm_dfa(&a, "cus_", 6, 24, width), "x.matches(...)");
    }
    open_policy();
    for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
        for (uint16_t p = 0; p < 2; p++) {
            TEST_ASSERT_EQUAL_CHAR_MESSAGE(matches[i].expect[0], evaluate(p, matches[i].left, "-"),
                                           matches[i].left);
        }
    }
}

/* the boolean itself; has(x); has(y.x) where the right side is y */
static const struct row presences[] = {
    { "true", "{}", "TTT" }, { "false", "{}", "FTT" },    { "null", "{}", "ETT" },
    { "1", "{}", "ETT" },    { "\"true\"", "{}", "ETT" }, { "!", "{}", "ETT" },
    { "-", "{}", "EFF" },    { "-", "-", "EFE" },         { "-", "5", "EFE" },
    { "-", "\"a\"", "EFE" }, { "-", "[]", "EFE" },        { "-", "!", "EFE" },
    { "-", "?", "EFU" },     { "?", "?", "UUU" },         { "-", "null", "EFE" },
};

static void test_presence_asks_about_the_leaf_only(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    pn_asm_predicate(&a, PN_PREDICATE_BOOL, 0, 0, PN_NONE16, PN_NONE32, "x");
    pn_asm_predicate(&a, PN_PREDICATE_HAS, 0, 0, PN_NONE16, PN_NONE32, "has(x)");
    pn_asm_predicate(&a, PN_PREDICATE_HAS, 0, 0, 1, PN_NONE32, "has(y.x)");
    open_policy();
    for (size_t i = 0; i < sizeof presences / sizeof presences[0]; i++) {
        const struct row *row = &presences[i];
        for (uint16_t p = 0; p < 3; p++) {
            TEST_ASSERT_EQUAL_CHAR_MESSAGE(row->expect[p], evaluate(p, row->left, row->right),
                                           row->left);
        }
    }
}

/* type is null, bool, int, double, string, list, map */
static const struct row types[] = {
    { "null", "", "TFFFFFF" }, { "true", "", "FTFFFFF" }, { "5", "", "FFTFFFF" },
    { "5.0", "", "FFFTFFF" },  { "\"\"", "", "FFFFTFF" }, { "[]", "", "FFFFFTF" },
    { "{}", "", "FFFFFFT" },   { "-", "", "EEEEEEE" },    { "?", "", "UUUUUUU" },
};

static void test_types(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    for (uint32_t type = PN_NULL; type <= PN_MAP; type++) {
        pn_asm_predicate(&a, PN_PREDICATE_TYPE, 0, 0, PN_NONE16, type, "type(x)");
    }
    open_policy();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        for (uint16_t p = 0; p < 7; p++) {
            TEST_ASSERT_EQUAL_CHAR_MESSAGE(types[i].expect[p], evaluate(p, types[i].left, "-"),
                                           types[i].left);
        }
    }
}

/* size(x) == 2, size(x) > 2 */
static const struct row sizes[] = {
    { "\"ab\"", "", "TF" },
    { "\"\"", "", "FF" },
    { "\"\xC3\xA9\xC3\xA9\"", "", "TF" }, /* characters, not bytes */
    { "\"\\u00e9\\ud83d\\ude00\"", "", "TF" },
    { "[]", "", "FF" },
    { "[ ]", "", "FF" },
    { "[1]", "", "FF" },
    { "[1,[2,3]]", "", "TF" },
    { "[\"a,]\\\"\",{\"x\":[1,2,{}]}, 3 ]", "", "FT" },
    { "{}", "", "FF" },
    { "{\"a\":1,\"b\":[1,2,3]}", "", "TF" },
    { "{ \"a\" : {\"b\":\"}\"} , \"c\":null,\"d\" : 1}", "", "FT" },
    { "5", "", "EE" },
    { "null", "", "EE" },
    { "-", "", "EE" },
    { "?", "", "UU" },
};

static void test_sizes(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    uint32_t two = pn_asm_int(&a, 2);
    pn_asm_predicate(&a, PN_PREDICATE_SIZE, PN_EQ, 0, PN_NONE16, two, "size(x) == 2");
    pn_asm_predicate(&a, PN_PREDICATE_SIZE, PN_GT, 0, PN_NONE16, two, "size(x) > 2");
    open_policy();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (uint16_t p = 0; p < 2; p++) {
            TEST_ASSERT_EQUAL_CHAR_MESSAGE(sizes[i].expect[p], evaluate(p, sizes[i].left, "-"),
                                           sizes[i].left);
        }
    }
}

/* right in left, right as a constant (where it can be one) and as a slot */
static const struct row elements[] = {
    { "[\"a\",\"b\"]", "\"b\"", "T" },
    { "[\"a\",\"b\"]", "\"c\"", "F" },
    { "[]", "\"c\"", "F" },
    { "[ ]", "\"c\"", "F" },
    { "[\"\\u0062\"]", "\"b\"", "T" },
    { "[\"a\\\"b\"]", "\"a\"", "F" },
    { "[1,2.5,-3]", "2.5", "T" },
    { "[1,2.5,-3]", "-3.0", "T" },
    { "[1,2.5,-3]", "3", "F" },
    { "[1e0]", "1", "T" },
    { "[null, true]", "true", "T" },
    { "[null, true]", "null", "T" },
    { "[null, true]", "false", "F" },
    { "[[1],{\"a\":2}]", "1", "F" },
    { "[99999999999999999999]", "1", "E" }, /* not exact in int64 */
    { "[99999999999999999999, 1]", "1", "T" },
    { "{\"a\":1,\"b\":2}", "\"a\"", "T" },
    { "{\"a\":\"b\"}", "\"b\"", "F" },
    { "{\"\\u0061\":{\"b\":1}}", "\"a\"", "T" },
    { "{}", "\"a\"", "F" },
    { "\"abc\"", "\"a\"", "E" },
    { "5", "5", "E" },
    { "-", "5", "E" },
    { "?", "5", "U" },
};

static void check_element(const struct row *row)
{
    pn_asm_begin(&a);
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    pn_asm_predicate(&a, PN_PREDICATE_MEMBER, 0, 0, 1, PN_NONE32, "y in x");
    pn_asm_predicate(&a, PN_PREDICATE_MEMBER, 0, 0, PN_NONE16, constant(row->right), "c in x");
    open_policy();
    for (uint16_t p = 0; p < 2; p++) {
        TEST_ASSERT_EQUAL_CHAR_MESSAGE(row->expect[0], evaluate(p, row->left, row->right),
                                       row->left);
    }
}

static void test_elements_and_keys(void)
{
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) check_element(&elements[i]);
}

static void test_a_list_whose_text_was_not_recorded_is_an_error(void)
{
    pn_asm_slot(&a, "R.attr.x");
    pn_asm_slot(&a, "R.attr.y");
    pn_asm_predicate(&a, PN_PREDICATE_MEMBER, 0, 0, PN_NONE16, pn_asm_int(&a, 1), "1 in x");
    pn_asm_predicate(&a, PN_PREDICATE_SIZE, PN_EQ, 0, PN_NONE16, pn_asm_int(&a, 0), "size(x) == 0");
    open_policy();
    slots[0] = pn_value_of(PN_LIST);
    TEST_ASSERT_EQUAL(PN_FAULTY, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    TEST_ASSERT_EQUAL(PN_FAULTY, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 1)));
}

static void test_roles_and_time(void)
{
    pn_asm_role(&a, "admin");
    pn_asm_role(&a, "user");
    uint32_t then = pn_asm_int(&a, 1000);
    pn_asm_predicate(&a, PN_PREDICATE_ROLE, 0, PN_NONE16, PN_NONE16, 1, "\"user\" in P.roles");
    pn_asm_predicate(&a, PN_PREDICATE_NOW, PN_LT, PN_NONE16, PN_NONE16, then, "now() < then");
    open_policy();
    TEST_ASSERT_EQUAL(PN_FALSE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    pn_facts_role(&facts, &policy, PN_SLICE("nobody"));
    pn_facts_role(&facts, &policy, PN_SLICE("admin"));
    TEST_ASSERT_EQUAL(PN_FALSE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    pn_facts_role(&facts, &policy, PN_SLICE("user"));
    TEST_ASSERT_EQUAL(PN_TRUE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 0)));
    facts.now_ms = 999;
    TEST_ASSERT_EQUAL(PN_TRUE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 1)));
    facts.now_ms = 1000;
    TEST_ASSERT_EQUAL(PN_FALSE, pn_predicate_value(&policy, &facts, pn_predicate_at(&policy, 1)));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_comparisons_are_exact_across_types);
    RUN_TEST(test_comparisons_of_slots);
    RUN_TEST(test_an_unknown_beats_an_error_while_listing);
    RUN_TEST(test_parts_of_strings);
    RUN_TEST(test_a_part_that_is_no_string_is_an_error);
    RUN_TEST(test_a_text_that_takes_too_long_to_search);
    RUN_TEST(test_membership_of_sets);
    RUN_TEST(test_patterns);
    RUN_TEST(test_presence_asks_about_the_leaf_only);
    RUN_TEST(test_types);
    RUN_TEST(test_sizes);
    RUN_TEST(test_elements_and_keys);
    RUN_TEST(test_a_list_whose_text_was_not_recorded_is_an_error);
    RUN_TEST(test_roles_and_time);
    return UNITY_END();
}
