/* text.format(): every clause over every type, as CEL has it; quoting.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "test/policy/function_call.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct pn_call_row clauses[] = {
    { "format(\"no substitution\", [])", "\"no substitution\"" },
    { "format(\"\", [])", "\"\"" },
    { "format(\"%s and %s\", [\"a\", 1])", "\"a and 1\"" },
    { "format(\"%% and %%\", [])", "\"% and %\"" },
    { "format(\"%%%s%%\", [\"text\"])", "\"%text%\"" },
    { "format(\"%d %d %s\", [1, 2, \"A\"])", "\"1 2 A\"" },
    { "format(\"%d\", list(18446744073709551615u))", "\"18446744073709551615\"" },
    { "format(\"%d\", [-9223372036854775808])", "\"-9223372036854775808\"" },
    { "format(\"%d\", [56.5])", "\"56.5\"" },
    { "format(\"%d\", list(NaN))", "\"NaN\"" },
    { "format(\"%d\", list(inf))", "\"Infinity\"" },
    { "format(\"%.3f\", [1.2345])", "\"1.234\"" },
    { "format(\"%.0f\", [2.5])", "\"2\"" },
    { "format(\"%.0f\", [3.5001])", "\"4\"" },
    { "format(\"%f\", [2.71828])", "\"2.718280\"" },
    { "format(\"%f\", [3])", "\"3.000000\"" },
    { "format(\"%f\", list(3u))", "\"3.000000\"" },
    { "format(\"%f\", list(-inf))", "\"-Infinity\"" },
    { "format(\"%.5f\", [-1.2])", "\"-1.20000\"" },
    { "format(\"%.6e\", [1052.032911275])", "\"1.052033e+03\"" },
    { "format(\"%e\", [2])", "\"2.000000e+00\"" },
    { "format(\"%e\", list(NaN))", "\"NaN\"" },
    { "format(\"%b\", [5])", "\"101\"" },
    { "format(\"%b\", [-5])", "\"-101\"" },
    { "format(\"%b\", [0])", "\"0\"" },
    { "format(\"%b\", list(64u))", "\"1000000\"" },
    { "format(\"%b\", [-9223372036854775808])",
      "\"-1000000000000000000000000000000000000000000000000000000000000000\"" },
    { "format(\"%b\", [true])", "\"1\"" },
    { "format(\"%b\", [false])", "\"0\"" },
    { "format(\"%o\", [11])", "\"13\"" },
    { "format(\"%o\", list(65535u))", "\"177777\"" },
    { "format(\"%x\", [30])", "\"1e\"" },
    { "format(\"%X\", [30])", "\"1E\"" },
    { "format(\"%x\", [-255])", "\"-ff\"" },
    { "format(\"%x\", [\"Hello!\"])", "\"48656c6c6f21\"" },
    { "format(\"%X\", list(b\"lo\\x00\"))", "\"6C6F00\"" },
    { "format(\"%.3s\", [\"abc\"])", "\"abc\"" },
};

static const struct pn_call_row values[] = {
    { "format(\"%s\", [null])", "\"null\"" },
    { "format(\"%s\", [true])", "\"true\"" },
    { "format(\"%s\", [1e21])", "\"1000000000000000000000\"" },
    { "format(\"%s\", list(NaN))", "\"NaN\"" },
    { "format(\"%s\", list(b\"xyz\"))", "\"xyz\"" },
    { "format(\"%s\", list(b\"\\xff\"))", "!BAD_CONVERSION" },
    { "format(\"%s\", list(type(\"a\")))", "\"string\"" },
    { "format(\"%s\", list(timestamp(\"2023-02-03T23:31:20+00:00\")))",
      "\"2023-02-03T23:31:20Z\"" },
    { "format(\"%s\", list(duration(\"1h45m47s\")))", "\"6347s\"" },
    { "format(\"%s\", [[\"abc\", 3.14, null, [9, 8]]])", "\"[abc, 3.14, null, [9, 8]]\"" },
    { "format(\"%s\", [[]])", "\"[]\"" },
    { "format(\"%s\", [{}])", "\"{}\"" },
    { "format(\"%s\", [{\"key1\": \"x\", \"key5\": null, \"key2\": 2, \"key4\": true, \"key3\": 2.5}])",
      "\"{key1: x, key2: 2, key3: 2.5, key4: true, key5: null}\"" },
    { "format(\"%s\", list(map(1, \"value1\", 2u, \"value2\", true, NaN)))",
      "\"{1: value1, 2: value2, true: NaN}\"" },
    { "format(\"%s\", list(map(\"b\", 1, \"a\", 2, 10, 3, 9, 4)))",
      "\"{10: 3, 9: 4, a: 2, b: 1}\"" },
    { "format(\"%s\", list(map(1, \"int\", \"1\", \"text\")))", "\"{1: int, 1: text}\"" },
    { "format(\"%s\", [{\"a\": {\"c\": 1, \"b\": [2]}}])", "\"{a: {b: [2], c: 1}}\"" },
    { "format(\"%s\", [[[[[[[[[1]]]]]]]]])", "\"[[[[[[[[1]]]]]]]]\"" },
    { "format(\"%s\", [[[[[[[[[[1]]]]]]]]]])", "!TOO_DEEP" },
    { "format(\"%s\", list(ip(\"::1\")))", "!NO_SUCH_OVERLOAD" },
    { "format(\"%s\", list(hierarchy(\"a\")))", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row mistakes[] = {
    { "format(\"%a\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%E\", [0.5])", "!BAD_ARGUMENT" },
    { "format(\"%\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%.\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%.f\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%.1001f\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%.3\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%5d\", [1])", "!BAD_ARGUMENT" },
    { "format(\"%d %d %d\", [0, 1])", "!INDEX_RANGE" },
    { "format(\"%s\", [])", "!INDEX_RANGE" },
    { "format(\"\", [1])", "\"\"" },
    { "format(\"%s\", [1e999])", "!UNUSABLE" },
    { "format(\"%b\", [\"abc\"])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%b\", [1.5])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%d\", [\"1\"])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%d\", [null])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%d\", list(duration(\"30m2s\")))", "!NO_SUCH_OVERLOAD" },
    { "format(\"%e\", [null])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%f\", [true])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%o\", [true])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%o\", [\"a\"])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%x\", [0.5])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%X\", [null])", "!NO_SUCH_OVERLOAD" },
    { "format(\"%s\", \"a\")", "!NO_SUCH_OVERLOAD" },
    { "format(1, [1])", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row quotes[] = {
    { "strings.quote(\"\")", "\"\\\"\\\"\"" },
    { "strings.quote(\"first\\nsecond\")", "\"\\\"first\\\\nsecond\\\"\"" },
    { "strings.quote(\"\\b\\f\\r\\t\\v\")", "\"\\\"\\\\b\\\\f\\\\r\\\\t\\\\v\\\"\"" },
    { "strings.quote(\"a \\\"b\\\" \\\\\")", "\"\\\"a \\\\\\\"b\\\\\\\" \\\\\\\\\\\"\"" },
    { "strings.quote(\"ta\xC2\xA9o\")", "\"\\\"ta\xC2\xA9o\\\"\"" },
    { "strings.quote(1)", "!NO_SUCH_OVERLOAD" },
};

static void test_clauses(void)
{
    PN_CALL_CHECK_ALL(clauses);
}

static void test_values(void)
{
    PN_CALL_CHECK_ALL(values);
}

static void test_mistakes(void)
{
    PN_CALL_CHECK_ALL(mistakes);
}

static void test_quotes(void)
{
    PN_CALL_CHECK_ALL(quotes);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_clauses);
    RUN_TEST(test_values);
    RUN_TEST(test_mistakes);
    RUN_TEST(test_quotes);
    return UNITY_END();
}
