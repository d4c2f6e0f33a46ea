/* Hierarchies of Cerbos: from text, with other delimiters, from lists.
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

static const struct pn_call_row makings[] = {
    { "hierarchy(\"a.b.c\")", "hierarchy[\"a\", \"b\", \"c\"]" },
    { "hierarchy(\"a\")", "hierarchy[\"a\"]" },
    { "hierarchy(\"\")", "hierarchy[\"\"]" },
    { "hierarchy(\"a..b\")", "hierarchy[\"a\", \"\", \"b\"]" },
    { "hierarchy(\"a:b\", \":\")", "hierarchy[\"a\", \"b\"]" },
    { "hierarchy(\"a.b\", \":\")", "hierarchy[\"a.b\"]" },
    { "hierarchy(\"ab\", \"\")", "hierarchy[\"a\", \"b\"]" },
    { "hierarchy([\"a\", \"b.c\"])", "hierarchy[\"a\", \"b.c\"]" },
    { "hierarchy([])", "hierarchy[]" },
    { "hierarchy(hierarchy(\"a.b\"))", "hierarchy[\"a\", \"b\"]" },
    { "hierarchy([\"a\", 1])", "!NO_SUCH_OVERLOAD" },
    { "hierarchy(1)", "!NO_SUCH_OVERLOAD" },
    { "hierarchy(\"a\", 1)", "!NO_SUCH_OVERLOAD" },
    { "hierarchy([\"a\"], \".\")", "!NO_SUCH_OVERLOAD" },
    { "hierarchy(hierarchy(\"a\"), \".\")", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row relations[] = {
    { "ancestorOf(hierarchy(\"a.b\"), hierarchy(\"a.b.c.d\"))", "true" },
    { "ancestorOf(hierarchy(\"a.b\"), hierarchy(\"a.b\"))", "false" },
    { "ancestorOf(hierarchy(\"a.x\"), hierarchy(\"a.b.c\"))", "false" },
    { "ancestorOf(hierarchy(\"a.b.c\"), hierarchy(\"a.b\"))", "false" },
    { "ancestorOf(hierarchy([]), hierarchy(\"a\"))", "true" },
    { "ancestorOf(hierarchy(\"a\"), \"a.b\")", "!NO_SUCH_OVERLOAD" },
    { "ancestorOf(\"a\", hierarchy(\"a.b\"))", "!NO_SUCH_OVERLOAD" },
    { "descendentOf(hierarchy(\"a.b.c.d\"), hierarchy(\"a.b\"))", "true" },
    { "descendentOf(hierarchy(\"a.b\"), hierarchy(\"a.b\"))", "false" },
    { "descendentOf(hierarchy(\"a.b\"), hierarchy(\"a.b.c\"))", "false" },
    { "descendentOf(hierarchy(\"a.b\"), [\"a\"])", "!NO_SUCH_OVERLOAD" },
    { "immediateChildOf(hierarchy(\"a.b.c\"), hierarchy(\"a.b\"))", "true" },
    { "immediateChildOf(hierarchy(\"a.b.c\"), hierarchy(\"a\"))", "false" },
    { "immediateChildOf(hierarchy(\"x.b.c\"), hierarchy(\"a.b\"))", "false" },
    { "immediateChildOf(hierarchy(\"a\"), 1)", "!NO_SUCH_OVERLOAD" },
    { "immediateParentOf(hierarchy(\"a.b\"), hierarchy(\"a.b.c\"))", "true" },
    { "immediateParentOf(hierarchy(\"a\"), hierarchy(\"a.b.c\"))", "false" },
    { "immediateParentOf(hierarchy(\"a.x\"), hierarchy(\"a.b.c\"))", "false" },
    { "immediateParentOf(1, hierarchy(\"a\"))", "!NO_SUCH_OVERLOAD" },
    { "siblingOf(hierarchy(\"a.b.c\"), hierarchy(\"a.b.d\"))", "true" },
    { "siblingOf(hierarchy(\"a.b.c\"), hierarchy(\"a.b.c\"))", "true" },
    { "siblingOf(hierarchy(\"a.b.c\"), hierarchy(\"a.x.d\"))", "false" },
    { "siblingOf(hierarchy(\"a.b.c\"), hierarchy(\"a.b\"))", "false" },
    { "siblingOf(hierarchy([]), hierarchy([]))", "true" },
    { "siblingOf(hierarchy(\"a\"), null)", "!NO_SUCH_OVERLOAD" },
    { "overlaps(hierarchy(\"a.b.c\"), hierarchy(\"a.b\"))", "true" },
    { "overlaps(hierarchy(\"a.b\"), hierarchy(\"a.b.c\"))", "true" },
    { "overlaps(hierarchy(\"a.b\"), hierarchy(\"a.x.c\"))", "false" },
    { "overlaps(hierarchy([]), hierarchy(\"a\"))", "true" },
    { "overlaps(hierarchy(\"a\"), \"a\")", "!NO_SUCH_OVERLOAD" },
    { "commonAncestors(hierarchy(\"a.b.c.d\"), hierarchy(\"a.b.e\"))", "hierarchy[\"a\", \"b\"]" },
    { "commonAncestors(hierarchy(\"a.b\"), hierarchy(\"a.b\"))", "hierarchy[\"a\"]" },
    { "commonAncestors(hierarchy(\"a.b\"), hierarchy(\"a.b.c\"))", "hierarchy[\"a\", \"b\"]" },
    { "commonAncestors(hierarchy(\"a\"), hierarchy(\"b\"))", "hierarchy[]" },
    { "commonAncestors(hierarchy([]), hierarchy([]))", "hierarchy[]" },
    { "commonAncestors(hierarchy(\"a\"), 5)", "!NO_SUCH_OVERLOAD" },
};

static void test_makings(void)
{
    PN_CALL_CHECK_ALL(makings);
}

static void test_relations(void)
{
    PN_CALL_CHECK_ALL(relations);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_makings);
    RUN_TEST(test_relations);
    return UNITY_END();
}
