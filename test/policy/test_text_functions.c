/* Strings: normal, at the edges, wrong types, wrong ranges; short of memory and steps by
 * function_call.h.
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

static const struct pn_call_row searches[] = {
    { "contains(\"hello\", \"he\")", "true" },
    { "contains(\"hello\", \"\")", "true" },
    { "contains(\"hello\", \"ol\")", "false" },
    { "contains(\"abababc\", \"ababc\")", "true" },
    { "contains(\"Stra\xC3\x9F"
      "e\", \"a\xC3\x9F\")",
      "true" },
    { "contains(\"\", \"something\")", "false" },
    { "contains(\"\", \"\")", "true" },
    { "contains(5, \"\")", "!NO_SUCH_OVERLOAD" },
    { "contains(\"\", 5)", "!NO_SUCH_OVERLOAD" },
    { "contains([\"a\"], \"a\")", "!NO_SUCH_OVERLOAD" },
    { "startsWith(\"foobar\", \"foo\")", "true" },
    { "startsWith(\"foobar\", \"bar\")", "false" },
    { "startsWith(\"\", \"foo\")", "false" },
    { "startsWith(\"foobar\", \"\")", "true" },
    { "startsWith(\"foobar\", 1)", "!NO_SUCH_OVERLOAD" },
    { "endsWith(\"foobar\", \"bar\")", "true" },
    { "endsWith(\"foobar\", \"foo\")", "false" },
    { "endsWith(\"\", \"foo\")", "false" },
    { "endsWith(\"\", \"\")", "true" },
    { "endsWith(null, \"\")", "!NO_SUCH_OVERLOAD" },
    { "indexOf(\"tacocat\", \"\")", "0" },
    { "indexOf(\"tacocat\", \"ac\")", "1" },
    { "indexOf(\"tacocat\", \"none\")", "-1" },
    { "indexOf(\"tacocat\", \"\", 3)", "3" },
    { "indexOf(\"tacocat\", \"a\", 3)", "5" },
    { "indexOf(\"tacocat\", \"at\", 3)", "5" },
    { "indexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\")", "2" },
    { "indexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\", 3)", "4" },
    { "indexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\xCE\xB1T\", 3)", "4" },
    { "indexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\xCE\xB1\", 5)", "-1" },
    { "indexOf(\"ijk\", \"k\")", "2" },
    { "indexOf(\"hello wello\", \"hello wello\")", "0" },
    { "indexOf(\"hello wello\", \"ello\", 6)", "7" },
    { "indexOf(\"hello wello\", \"elbo room!!\")", "-1" },
    { "indexOf(\"hello wello\", \"elbo room, elbo room\")", "-1" },
    { "indexOf(\"\", \"a\")", "-1" },
    { "indexOf(\"tacocat\", \"a\", 30)", "!INDEX_RANGE" },
    { "indexOf(\"tacocat\", \"a\", 7)", "!INDEX_RANGE" },
    { "indexOf(\"tacocat\", \"a\", 6)", "-1" },
    { "indexOf(\"tacocat\", \"a\", -1)", "!INDEX_RANGE" },
    { "indexOf(\"tacocat\", \"a\", -9223372036854775808)", "!INDEX_RANGE" },
    { "indexOf(\"tacocat\", \"a\", 9223372036854775807)", "!INDEX_RANGE" },
    { "indexOf(24, \"2\")", "!NO_SUCH_OVERLOAD" },
    { "indexOf(\"hello\", true)", "!NO_SUCH_OVERLOAD" },
    { "indexOf(\"42\", \"4\", \"0\")", "!NO_SUCH_OVERLOAD" },
    { "indexOf(\"42\", \"4\", 0.0)", "!NO_SUCH_OVERLOAD" },
    { "lastIndexOf(\"\", \"@@\")", "-1" },
    { "lastIndexOf(\"tacocat\", \"\")", "7" },
    { "lastIndexOf(\"tacocat\", \"at\")", "5" },
    { "lastIndexOf(\"tacocat\", \"none\")", "-1" },
    { "lastIndexOf(\"tacocat\", \"\", 3)", "3" },
    { "lastIndexOf(\"tacocat\", \"a\", 3)", "1" },
    { "lastIndexOf(\"tacocat\", \"t\", 6)", "6" },
    { "lastIndexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\")", "4" },
    { "lastIndexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\", 3)", "2" },
    { "lastIndexOf(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", \"\xC2\xA9\xCE\xB1\", 4)", "4" },
    { "lastIndexOf(\"hello wello\", \"ello\", 6)", "1" },
    { "lastIndexOf(\"hello wello\", \"hello wello\")", "0" },
    { "lastIndexOf(\"bananananana\", \"nana\", 7)", "6" },
    { "lastIndexOf(\"tacocat\", \"a\", -1)", "!INDEX_RANGE" },
    { "lastIndexOf(\"tacocat\", \"a\", 30)", "!INDEX_RANGE" },
    { "lastIndexOf(\"abc\", 1)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row parts[] = {
    { "charAt(\"tacocat\", 3)", "\"o\"" },
    { "charAt(\"tacocat\", 7)", "\"\"" },
    { "charAt(\"\", 0)", "\"\"" },
    { "charAt(\"\xC2\xA9\xCE\xB1T\", 1)", "\"\xCE\xB1\"" },
    { "charAt(\"tacocat\", 30)", "!INDEX_RANGE" },
    { "charAt(\"tacocat\", -1)", "!INDEX_RANGE" },
    { "charAt(\"tacocat\", 9223372036854775807)", "!INDEX_RANGE" },
    { "charAt(42, 2)", "!NO_SUCH_OVERLOAD" },
    { "charAt(\"hello\", true)", "!NO_SUCH_OVERLOAD" },
    { "charAt(\"hello\", 1u)", "!NO_SUCH_OVERLOAD" },
    { "substring(\"tacocat\", 4)", "\"cat\"" },
    { "substring(\"tacocat\", 7)", "\"\"" },
    { "substring(\"tacocat\", 0, 4)", "\"taco\"" },
    { "substring(\"tacocat\", 4, 4)", "\"\"" },
    { "substring(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", 2, 6)", "\"\xC2\xA9o\xC2\xA9\xCE\xB1\"" },
    { "substring(\"ta\xC2\xA9o\xC2\xA9\xCE\xB1T\", 7, 7)", "\"\"" },
    { "substring(\"tacocat\", 40)", "!INDEX_RANGE" },
    { "substring(\"tacocat\", -1)", "!INDEX_RANGE" },
    { "substring(\"tacocat\", 1, 50)", "!INDEX_RANGE" },
    { "substring(\"tacocat\", 49, 50)", "!INDEX_RANGE" },
    { "substring(\"tacocat\", 4, 3)", "!INDEX_RANGE" },
    { "substring(\"tacocat\", -2, -1)", "!INDEX_RANGE" },
    { "substring(30, true, 3)", "!NO_SUCH_OVERLOAD" },
    { "substring(\"tacocat\", true, 3)", "!NO_SUCH_OVERLOAD" },
    { "substring(\"tacocat\", 0, false)", "!NO_SUCH_OVERLOAD" },
    { "trim(\" \\f\\n\\r\\t\\vtext  \")", "\"text\"" },
    { "trim(\"\")", "\"\"" },
    { "trim(\"  \")", "\"\"" },
    { "trim(\"a b\")", "\"a b\"" },
    { "trim(\"\xC2\x85\xC2\xA0\xE1\x9A\x80text\")", "\"text\"" },
    { "trim(\"text\xE2\x80\x80\xE2\x80\x8A\")", "\"text\"" },
    { "trim(\"\xE2\x80\xA8text\xE2\x80\xA9\xE2\x80\xAF\xE2\x81\x9F\xE3\x80\x80\")", "\"text\"" },
    { "trim(\"\xE1\xA0\x8Etext\xE2\x80\x8B\xEF\xBB\xBF\")",
      "\"\xE1\xA0\x8Etext\xE2\x80\x8B\xEF\xBB\xBF\"" },
    { "trim(\"\xF0\x9F\x98\x80 \")", "\"\xF0\x9F\x98\x80\"" },
    { "trim(1)", "!NO_SUCH_OVERLOAD" },
    { "lowerAscii(\"TacoC\xC3\x86t Xii\")", "\"tacoc\xC3\x86t xii\"" },
    { "lowerAscii(\"@[AZ\")", "\"@[az\"" },
    { "lowerAscii(\"\")", "\"\"" },
    { "lowerAscii(1)", "!NO_SUCH_OVERLOAD" },
    { "upperAscii(\"tacoC\xCE\xB1t`{az\")", "\"TACOC\xCE\xB1T`{AZ\"" },
    { "upperAscii(null)", "!NO_SUCH_OVERLOAD" },
    { "reverse(\"gums\")", "\"smug\"" },
    { "reverse(\"a\xC2\xA9\xF0\x9F\x98\x80z\")", "\"z\xF0\x9F\x98\x80\xC2\xA9"
                                                 "a\"" },
    { "reverse(\"\")", "\"\"" },
    { "reverse([1, \"a\", 2.5])", "[2.5, \"a\", 1]" },
    { "reverse([])", "[]" },
    { "reverse({\"a\": 1})", "!NO_SUCH_OVERLOAD" },
    { "reverse(5)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row pieces[] = {
    { "split(\"hello world\", \" \")", "[\"hello\", \"world\"]" },
    { "split(\"hello world events!\", \" \", 0)", "[]" },
    { "split(\"hello world events!\", \" \", 1)", "[\"hello world events!\"]" },
    { "split(\"hello world events!\", \" \", 2)", "[\"hello\", \"world events!\"]" },
    { "split(\"o\xC2\xA9o\xC2\xA9o\", \"\xC2\xA9\", -1)", "[\"o\", \"o\", \"o\"]" },
    { "split(\"a,b\", \",\", -9223372036854775808)", "[\"a\", \"b\"]" },
    { "split(\"\", \",\")", "[\"\"]" },
    { "split(\"\", \"\")", "[]" },
    { "split(\",\", \",\")", "[\"\", \"\"]" },
    { "split(\"a\xC2\xA9z\", \"\")", "[\"a\", \"\xC2\xA9\", \"z\"]" },
    { "split(\"a\xC2\xA9z\", \"\", 2)", "[\"a\", \"\xC2\xA9z\"]" },
    { "split(\"a\xC2\xA9z\", \"\", 9)", "[\"a\", \"\xC2\xA9\", \"z\"]" },
    { "split(42, \"2\")", "!NO_SUCH_OVERLOAD" },
    { "split(\"42\", 2)", "!NO_SUCH_OVERLOAD" },
    { "split(\"42\", \"2\", \"1\")", "!NO_SUCH_OVERLOAD" },
    { "join([\"x\", \"y\"])", "\"xy\"" },
    { "join([\"x\", \"y\"], \"-\")", "\"x-y\"" },
    { "join([])", "\"\"" },
    { "join([], \"-\")", "\"\"" },
    { "join([\"\", \"\"], \"-\")", "\"-\"" },
    { "join([\"x\\\"\", \"\\\\y\"], \"\")", "\"x\\\"\\\\y\"" },
    { "join(list(\"x\", \"y\", \"z\"), \", \")", "\"x, y, z\"" },
    { "join([\"x\", 1])", "!NO_SUCH_OVERLOAD" },
    { "join([\"x\"], 1)", "!NO_SUCH_OVERLOAD" },
    { "join(\"x\")", "!NO_SUCH_OVERLOAD" },
    { "replace(\"12 days 12 hours\", \"{0}\", \"2\")", "\"12 days 12 hours\"" },
    { "replace(\"{0} days {0} hours\", \"{0}\", \"2\")", "\"2 days 2 hours\"" },
    { "replace(replace(\"{0} days {0} hours\", \"{0}\", \"2\", 1), \"{0}\", \"23\")",
      "\"2 days 23 hours\"" },
    { "replace(\"1 \xC2\xA9\xCE\xB1T taco\", \"\xCE\xB1T\", \"o\")", "\"1 \xC2\xA9o taco\"" },
    { "replace(\"aaa\", \"a\", \"b\", 0)", "\"aaa\"" },
    { "replace(\"aaa\", \"a\", \"b\", 2)", "\"bba\"" },
    { "replace(\"aaa\", \"a\", \"b\", -1)", "\"bbb\"" },
    { "replace(\"aaa\", \"a\", \"b\", 9223372036854775807)", "\"bbb\"" },
    { "replace(\"aaa\", \"a\", \"\")", "\"\"" },
    { "replace(\"abc\", \"\", \"-\")", "\"-a-b-c-\"" },
    { "replace(\"abc\", \"\", \"-\", 1)", "\"-abc\"" },
    { "replace(\"abc\", \"\", \"-\", 3)", "\"-a-b-c\"" },
    { "replace(\"abc\", \"\", \"-\", 4)", "\"-a-b-c-\"" },
    { "replace(\"abc\", \"\", \"-\", 9)", "\"-a-b-c-\"" },
    { "replace(\"\", \"\", \"-\")", "\"-\"" },
    { "replace(\"\", \"a\", \"-\")", "\"\"" },
    { "replace(42, \"2\", \"1\")", "!NO_SUCH_OVERLOAD" },
    { "replace(\"42\", 2, \"1\")", "!NO_SUCH_OVERLOAD" },
    { "replace(\"42\", \"2\", 1)", "!NO_SUCH_OVERLOAD" },
    { "replace(\"42\", \"2\", \"1\", \"1\")", "!NO_SUCH_OVERLOAD" },
};

static void test_searches(void)
{
    PN_CALL_CHECK_ALL(searches);
}

static void test_parts(void)
{
    PN_CALL_CHECK_ALL(parts);
}

static void test_pieces(void)
{
    PN_CALL_CHECK_ALL(pieces);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_searches);
    RUN_TEST(test_parts);
    RUN_TEST(test_pieces);
    return UNITY_END();
}
