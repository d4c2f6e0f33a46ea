/* YAML values as JSON, as Cerbos reads them, and compared with JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/yaml_json.h"

#include "unity.h"

static struct arena arena;
static struct diagnostics diagnostics;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
    diag_free(&diagnostics);
}

static const struct yaml_node *read(const char *text)
{
    const struct yaml_node *node =
        yaml_read(&arena, &diagnostics, "a.yaml", pn_slice(text, strlen(text)));

    TEST_ASSERT_NOT_NULL_MESSAGE(node, text);
    return node;
}

/* What `cerbos compile` of 0.51 makes of the same, but for the NaN that it refuses. */
static void test_write(void)
{
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        { "1", "1" },
        { "-1.50", "-1.50" },
        { "1e3", "1e3" },
        { "9007199254740993", "9007199254740993" },
        { "+1", "1" },
        { ".5", "0.5" },
        { "0x10", "16" },
        { "0o10", "8" },
        { "010", "8" },
        { "-010", "-8" },
        { "0b11", "3" },
        { "1_000", "1000" },
        { "019", "19" },
        { "1__0", "10" },
        { "0_7", "7" },
        { "00", "0" },
        { "08.5", "8.5" },
        { "1_000.5", "1000.5" },
        { "1.", "1" },
        { "+.5", "0.5" },
        { "-.5", "-0.5" },
        { ".5e1", "5" },
        { "0X1f", "31" },
        { "-0x10", "-16" },
        { "0B1", "1" },
        { "0x", "\"0x\"" },
        { "0x1g", "\"0x1g\"" },
        { ".inf2", "\".inf2\"" },
        { "1e400x", "\"1e400x\"" },
        { ".", "\".\"" },
        { "1.2.3", "\"1.2.3\"" },
        { "TRUE", "true" },
        { "tRue", "\"tRue\"" },
        { "NULL", "null" },
        { "nUll", "\"nUll\"" },
        { "=", "\"=\"" },
        { "1_x", "\"1_x\"" },
        { "_1", "\"_1\"" },
        { "0", "0" },
        { "true", "true" },
        { "True", "true" },
        { "null", "null" },
        { "~", "null" },
        { "yes", "true" },
        { "Yes", "true" },
        { "YES", "true" },
        { "yEs", "\"yEs\"" },
        { "YEs", "\"YEs\"" },
        { "on", "true" },
        { "off", "false" },
        { "no", "false" },
        { "N", "false" },
        { "y", "true" },
        { "'no'", "\"no\"" },
        { "\"1\"", "\"1\"" },
        { "2020-01-01", "\"2020-01-01\"" },
        { "1:30", "\"1:30\"" },
        { "a b", "\"a b\"" },
        { "\"\\u0001\\n\"", "\"\\u0001\\n\"" },
        { "[1, [], {}]", "[1,[],{}]" },
        { "{a: {b: c}, n: 1, 'y': 2}", "{\"a\":{\"b\":\"c\"},\"false\":1,\"y\":2}" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes out = { 0 };
        yaml_write_json(&arena, &out, read(rows[i].yaml));
        bytes_append_u8(&out, 0);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(rows[i].json, (const char *)out.at, rows[i].yaml);
        bytes_free(&out);
    }
}

static void test_merge(void)
{
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        { "{<<: {a: 1}, b: 2}", "{\"b\":2,\"a\":1}" },
        { "{a: &x {p: 1, q: 2}, b: {<< : *x, q: 3}}",
          "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1}}" },
        { "{<<: [{a: 1}, {a: 2, b: 2}]}", "{\"a\":1,\"b\":2}" },
        { "{<<: {}}", "{}" },
        { "{<<: {<<: {a: 1}, b: 2}}", "{\"b\":2,\"a\":1}" },
        { "{'<<': 5}", "{\"<<\":5}" },
    };
    static const char *const wrong[] = { "{<<: 5}", "{<<: [5]}", "{<<: {a: 1}, <<: {b: 1}}",
                                         "{<<: null}", "{a: 1, a: 2, <<: {}}" };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes out = { 0 };
        yaml_write_json(&arena, &out, read(rows[i].yaml));
        bytes_append_u8(&out, 0);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(rows[i].json, (const char *)out.at, rows[i].yaml);
        bytes_free(&out);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t errors = diagnostics.error_count;
        struct pn_slice text = pn_slice(wrong[i], strlen(wrong[i]));
        TEST_ASSERT_NULL_MESSAGE(yaml_read(&arena, &diagnostics, "a.yaml", text), wrong[i]);
        TEST_ASSERT_EQUAL(errors + 1, diagnostics.error_count);
    }
}

static void test_equal(void)
{
    static const struct {
        const char *yaml, *json;
        bool equal;
    } rows[] = {
        { "1", "1", true },
        { "1", "1.0", true },
        { "1", "\"1\"", false },
        { "'1'", "\"1\"", true },
        { "1", "2", false },
        { "null", "null", true },
        { "null", "false", false },
        { "{a: 1, b: [1.0, {c: d}]}", "{\"b\":[1,{\"c\":\"d\"}],\"a\":1.0}", true },
        { "{a: 1}", "{\"a\":1,\"z\":0}", false },
        { "{a: 1, z: 0}", "{\"a\":1}", false },
        { "[1, 2]", "[2,1]", false },
        { "[1]", "[1,1]", false },
        { "x", "\"x\\u0000\"", false },
        { "9007199254740993", "9007199254740992", false },
        { "{}", "[]", false },
        { "x", "not JSON", false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool equal = yaml_equals_json(&arena, read(rows[i].yaml),
                                      pn_slice(rows[i].json, strlen(rows[i].json)));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].equal, equal, rows[i].yaml);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_write);
    RUN_TEST(test_merge);
    RUN_TEST(test_equal);
    return UNITY_END();
}
