/* Lists and sets: as JSON text and as cells.
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

static const struct pn_call_row orders[] = {
    { "distinct([1, 2, 1, \"a\", \"a\", 2.0, null, null])", "[1, 2, \"a\", null]" },
    { "distinct([])", "[]" },
    { "distinct([[1], [1], [2]])", "[[1], [2]]" },
    { "distinct(list(1, 1u, 1.0))", "[1]" },
    { "distinct([1, 1e999])", "!UNUSABLE" },
    { "distinct(\"aa\")", "!NO_SUCH_OVERLOAD" },
    { "sort([3, 1, 2])", "[1, 2, 3]" },
    { "sort([])", "[]" },
    { "sort([1])", "[1]" },
    { "sort([\"b\", \"a\", \"ab\", \"\"])", "[\"\", \"a\", \"ab\", \"b\"]" },
    { "sort([2.5, 1, -3, 2])", "[-3, 1, 2, 2.5]" },
    { "sort([true, false])", "[false, true]" },
    { "sort(list(b\"b\", b\"a\"))", "[b\"a\", b\"b\"]" },
    { "sort(list(3u, 1u))", "[1u, 3u]" },
    { "sort(list(duration(\"2s\"), duration(\"1s\")))", "[for 1.000000000, for 2.000000000]" },
    { "sort(list(timestamp(5), timestamp(-5)))", "[at -5.000000000, at 5.000000000]" },
    { "sort([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 5])", "[0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 9]" },
    { "sort([1, \"a\"])", "!NO_SUCH_OVERLOAD" },
    { "sort(list(1, 1u))", "!NO_SUCH_OVERLOAD" },
    { "sort([[1]])", "!NO_SUCH_OVERLOAD" },
    { "sort([null])", "!NO_SUCH_OVERLOAD" },
    { "sort([{}])", "!NO_SUCH_OVERLOAD" },
    { "sort(list(1.0, NaN))", "!BAD_ARGUMENT" },
    { "sort({})", "!NO_SUCH_OVERLOAD" },
    { "sortBy@keys([\"foo\", \"bar\", \"baz\"], [3, 1, 2])", "[\"bar\", \"baz\", \"foo\"]" },
    { "sortBy@keys([\"a\", \"b\", \"c\", \"d\"], [1, 0, 1, 0])", "[\"b\", \"d\", \"a\", \"c\"]" },
    { "sortBy@keys([], [])", "[]" },
    { "sortBy@keys([1], [])", "!BAD_ARGUMENT" },
    { "sortBy@keys([1, 2], [1, \"a\"])", "!NO_SUCH_OVERLOAD" },
    { "sortBy@keys([1], 1)", "!NO_SUCH_OVERLOAD" },
    { "sortBy@keys(1, [1])", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row parts[] = {
    { "slice([1, 2, 3, 4], 1, 3)", "[2, 3]" },
    { "slice([1, 2, 3, 4], 0, 4)", "[1, 2, 3, 4]" },
    { "slice([1, 2, 3, 4], 2, 2)", "[]" },
    { "slice([1, 2, 3, 4], 4, 4)", "[]" },
    { "slice([1, 2, 3, 4], 3, 5)", "!INDEX_RANGE" },
    { "slice([1, 2, 3, 4], 3, 2)", "!INDEX_RANGE" },
    { "slice([1, 2, 3, 4], -1, 2)", "!INDEX_RANGE" },
    { "slice([1, 2, 3, 4], -3, -2)", "!INDEX_RANGE" },
    { "slice([1], 0, 9223372036854775807)", "!INDEX_RANGE" },
    { "slice([1], 0.0, 1)", "!NO_SUCH_OVERLOAD" },
    { "slice([1], 0, 1u)", "!NO_SUCH_OVERLOAD" },
    { "slice(\"abc\", 0, 1)", "!NO_SUCH_OVERLOAD" },
    { "flatten([1, [2, [3, [4]]]])", "[1, 2, [3, [4]]]" },
    { "flatten([1, [2, [3, [4]]]], 0)", "[1, [2, [3, [4]]]]" },
    { "flatten([1, [2, [3, [4]]]], 2)", "[1, 2, 3, [4]]" },
    { "flatten([1, [2, [3, [4]]]], 9223372036854775807)", "[1, 2, 3, 4]" },
    { "flatten([])", "[]" },
    { "flatten([[], [[]], []])", "[[]]" },
    { "flatten([1, 2])", "[1, 2]" },
    { "flatten([1], -1)", "!BAD_ARGUMENT" },
    { "flatten([1], 1.0)", "!NO_SUCH_OVERLOAD" },
    { "flatten([[1e999]])", "!UNUSABLE" },
    { "flatten([[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]], 100)", "!TOO_DEEP" },
    { "flatten([[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]], 100)", "[1]" },
    { "flatten({\"a\": 1})", "!NO_SUCH_OVERLOAD" },
    { "lists.range(4)", "[0, 1, 2, 3]" },
    { "lists.range(0)", "[]" },
    { "lists.range(-1)", "!BAD_ARGUMENT" },
    { "lists.range(100000)", "!SCRATCH_FULL" },
    { "lists.range(9223372036854775807)", "!SCRATCH_FULL" },
    { "lists.range(1.0)", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row sets[] = {
    { "sets.contains([1, 2, 3], [3, 1])", "true" },
    { "sets.contains([1, 2, 3], [])", "true" },
    { "sets.contains([], [])", "true" },
    { "sets.contains([], [1])", "false" },
    { "sets.contains([1, 2, 3], [4])", "false" },
    { "sets.contains([[1], \"a\"], [[1]])", "true" },
    { "sets.contains([1.0, 2], [1, 2.0])", "true" },
    { "sets.contains([1], 1)", "!NO_SUCH_OVERLOAD" },
    { "sets.contains(\"a\", [\"a\"])", "!NO_SUCH_OVERLOAD" },
    { "sets.contains([1e999], [1])", "!UNUSABLE" },
    { "sets.contains([1e999, 1], [1])", "true" },
    { "sets.equivalent([1, 2, 2], [2, 1])", "true" },
    { "sets.equivalent([], [])", "true" },
    { "sets.equivalent([1], [1, 2])", "false" },
    { "sets.equivalent([1, 2], [1])", "false" },
    { "sets.equivalent([1], {})", "!NO_SUCH_OVERLOAD" },
    { "sets.intersects([1, 2], [2, 3])", "true" },
    { "sets.intersects([1], [])", "false" },
    { "sets.intersects([], [1])", "false" },
    { "sets.intersects([1], [\"1\"])", "false" },
    { "sets.intersects([1], null)", "!NO_SUCH_OVERLOAD" },
    { "intersect([1, 2, 3], [3, 2, 5, 6])", "[2, 3]" },
    { "intersect([5, 1, 3, 1], [1, 5, 7])", "[1, 5]" },
    { "intersect([1, 1, 2], [1, 2, 3])", "[1, 1, 2]" },
    { "intersect([], [1])", "[]" },
    { "intersect([1], \"a\")", "!NO_SUCH_OVERLOAD" },
    { "except([1, 2, 3, 2], [2])", "[1, 3]" },
    { "except([1, 2], [])", "[1, 2]" },
    { "except([], [1])", "[]" },
    { "except([\"a\", 1.0], [1])", "[\"a\"]" },
    { "except([1], 1)", "!NO_SUCH_OVERLOAD" },
};

static void test_orders(void)
{
    PN_CALL_CHECK_ALL(orders);
}

static void test_parts(void)
{
    PN_CALL_CHECK_ALL(parts);
}

static void test_sets(void)
{
    PN_CALL_CHECK_ALL(sets);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_orders);
    RUN_TEST(test_parts);
    RUN_TEST(test_sets);
    return UNITY_END();
}
