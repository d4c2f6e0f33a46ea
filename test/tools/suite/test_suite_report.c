/* Reports: what each form says of the same run, and that nothing in a name breaks it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "test/tools/suite/suite_text.h"
#include "tools/json_tree.h"
#include "tools/suite/suite_find.h"
#include "unity.h"

static struct suite_text t;
static struct bytes out;

void setUp(void)
{
    suite_text_begin(&t);
    suite_text_write_policy(&t);
}

void tearDown(void)
{
    bytes_free(&out);
    suite_text_end(&t);
}

static const char *report(void (*write)(struct bytes *, const struct suite_report *))
{
    bytes_free(&out);
    write(&out, &t.report);
    bytes_append_u8(&out, 0);
    return (const char *)out.at;
}

static void run_three(void)
{
    suite_text_write(
        &t, "a_test.yaml",
        "name: a#1\ndescription: words\nprincipals: {ana: {id: ana, roles: [user]}}\n"
        "resources: {d: {kind: doc, id: d, attr: {owner: ana}}}\ntests:\n"
        "  - {name: \"one\\n<&>\", input: {principals: [ana], resources: [d], actions: [view, print]}, "
        "expected: [{principal: ana, resource: d, actions: {view: EFFECT_ALLOW, print: EFFECT_ALLOW}, "
        "outputs: [{action: view, expected: [{src: 'resource.doc.vdefault#view', val: [1]}, {src: "
        "gone, val: \"]]>\"}]}]}]}\n"
        "  - {name: two, skip: true, skipReason: 'not #yet', input: {principals: [ana], resources: "
        "[d], actions: [view]}, expected: [{principal: ana, resource: d, actions: {view: "
        "EFFECT_DENY}}]}\n"
        "  - {name: three, input: {principals: [ana], resources: [d], actions: [edit]}, expected: "
        "[{principal: ana, resource: d, outcomes: {edit: allow}}]}\n"
        "  - {name: four, input: {principals: [ana], resources: [d], actions: [view]}, expected: "
        "[{principal: ana, resource: d, outcomes: {view: allow}}]}\n");
    suite_text_write(&t, "b_test.yaml",
                     "name: b\nskip: true\nprincipals: {}\nresources: {}\ntests: [{name: t, input: "
                     "{principals: [a], resources: [b], actions: [c]}, expected: [{principal: a, "
                     "resource: b, actions: {c: EFFECT_DENY}}]}]\n");
    suite_text_write(&t, "c_test.yaml", "tests: 5\n");
    suite_text_run(&t, "a_test.yaml");
    suite_text_run(&t, "b_test.yaml");
    suite_text_run(&t, "c_test.yaml");
}

static void test_tree(void)
{
    run_three();
    TEST_ASSERT_EQUAL_STRING(
        "a#1 (a_test.yaml): 1 passed, 2 failed, 1 in error, 1 skipped\n"
        "  one <&>\n"
        "    ana\n"
        "      d\n"
        "        view: FAILED\n"
        "          output of resource.doc.vdefault#view\n"
        "            expected [1]\n"
        "            was {\"who\":\"ana\"}\n"
        "          output of gone\n"
        "            expected \"]]>\"\n"
        "            was missing\n"
        "        print: FAILED\n"
        "          expected EFFECT_ALLOW, was EFFECT_DENY\n"
        "  two\n"
        "    ana\n"
        "      d\n"
        "        view: skipped\n"
        "          not #yet\n"
        "  three\n"
        "    ana\n"
        "      d\n"
        "        edit: ERROR\n"
        "          a condition reads now(), and the test's options do not say what `now` is\n"
        "b (b_test.yaml): skipped\n"
        "c_test.yaml: ERROR, the test file is not in order\n"
        "  c_test.yaml:1:8: error: 'tests' in a test file takes a list\n"
        "  c_test.yaml:1:1: error: 'name' is missing in a test file\n"
        "5 tests in 3 files, mode cerbos54: 1 passed, 2 failed, 1 in error, 1 skipped; 1 file not in "
        "order\n",
        report(suite_report_tree));
}

static void test_list(void)
{
    run_three();
    const char *text = report(suite_report_list);

    TEST_ASSERT_NOT_NULL(strstr(text, "\nERROR   a#1/three/ana/d/edit\n"));
    TEST_ASSERT_NOT_NULL(strstr(text, "\nok      a#1/four/ana/d/view\n"));
    TEST_ASSERT_NOT_NULL(strstr(text, "\nskipped a#1/two/ana/d/view\n        not #yet\n"));
    TEST_ASSERT_NOT_NULL(strstr(text, "\nb (b_test.yaml): skipped\n"));
}

static void test_tap(void)
{
    run_three();
    TEST_ASSERT_EQUAL_STRING(
        "TAP version 14\n"
        "1..7\n"
        "not ok 1 - a\\#1/one <&>/ana/d/view\n"
        "  ---\n"
        "  expected: EFFECT_ALLOW\n"
        "  actual: EFFECT_ALLOW\n"
        "  outputs:\n"
        "    - src: \"resource.doc.vdefault#view\"\n"
        "      expected: [1]\n"
        "      actual: {\"who\":\"ana\"}\n"
        "    - src: \"gone\"\n"
        "      expected: \"]]>\"\n"
        "  ...\n"
        "not ok 2 - a\\#1/one <&>/ana/d/print\n"
        "  ---\n"
        "  expected: EFFECT_ALLOW\n"
        "  actual: EFFECT_DENY\n"
        "  ...\n"
        "ok 3 - a\\#1/two/ana/d/view # SKIP not \\#yet\n"
        "not ok 4 - a\\#1/three/ana/d/edit\n"
        "  ---\n"
        "  error: \"a condition reads now(), and the test's options do not say what `now` is\"\n"
        "  ...\n"
        "ok 5 - a\\#1/four/ana/d/view\n"
        "ok 6 - b_test.yaml # SKIP\n"
        "not ok 7 - c_test.yaml\n"
        "  ---\n"
        "  messages:\n"
        "    - \"c_test.yaml:1:8: error: 'tests' in a test file takes a list\"\n"
        "    - \"c_test.yaml:1:1: error: 'name' is missing in a test file\"\n"
        "  ...\n",
        report(suite_report_tap));
}

static void test_junit(void)
{
    run_three();
    const char *text = report(suite_report_junit);
    static const char *const wanted[] = {
        "<testsuites name=\"postern\" tests=\"7\" failures=\"2\" errors=\"2\" skipped=\"2\">",
        "<testsuite name=\"a#1\" file=\"a_test.yaml\" tests=\"5\" failures=\"2\" errors=\"1\" "
        "skipped=\"1\">",
        "<testcase name=\"one&#10;&lt;&amp;&gt;\" classname=\"ana.d.view\"",
        "<failure type=\"RESULT_FAILED\" message=\"output expectation unsatisfied\">output of "
        "resource.doc.vdefault#view: expected [1], was {&quot;who&quot;:&quot;ana&quot;}&#10;",
        "expected &quot;]]&gt;&quot;, was missing",
        "message=\"expected EFFECT_ALLOW, was EFFECT_DENY\"></failure>",
        "<skipped message=\"not #yet\"/>",
        "<testsuite name=\"b\" file=\"b_test.yaml\" tests=\"1\" failures=\"0\" errors=\"0\" "
        "skipped=\"1\">",
        "<testsuite name=\"Unknown\" file=\"c_test.yaml\" tests=\"1\" failures=\"0\" errors=\"1\" "
        "skipped=\"0\">",
    };

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(text, wanted[i]), wanted[i]);
    }
}

static void test_json(void)
{
    run_three();
    report(suite_report_json);
    const struct json_tree *root = json_tree_read(&t.arena, pn_slice(out.at, out.len - 1));

    TEST_ASSERT_NOT_NULL(root);
    const struct json_tree *suites = json_member(root, "suites");
    TEST_ASSERT_EQUAL(3, suites->items.count);
    const struct json_tree *first = suites->items.items[0];
    TEST_ASSERT_TRUE(text_is(json_member(first, "description")->text, "words"));
    TEST_ASSERT_TRUE(text_is(json_member(json_member(first, "summary"), "overallResult")->text,
                             "RESULT_ERRORED"));
    TEST_ASSERT_EQUAL(4, json_member(first, "testCases")->items.count);
    TEST_ASSERT_NOT_NULL(json_member(suites->items.items[2], "error"));
    TEST_ASSERT_NOT_NULL(strstr((const char *)out.at, "{\"src\":\"gone\",\"missing\":{\"expected\":"
                                                      "\"]]>\"}}"));
    TEST_ASSERT_NOT_NULL(strstr((const char *)out.at, "\"skipReason\":\"not #yet\""));
    TEST_ASSERT_NOT_NULL(strstr((const char *)out.at, "\"resultCounts\":[{\"result\":\"RESULT_"
                                                      "SKIPPED\",\"count\":1},{\"result\":\"RESULT_"
                                                      "PASSED\",\"count\":1},"));
}

/* Cases whose names alternate close and open what they are below. */
static void test_json_nests(void)
{
    suite_text_write(
        &t, "a_test.yaml",
        "name: a\nprincipals: {ana: {id: ana, roles: [user]}, bob: {id: bob, roles: [user]}}\n"
        "resources: {d: {kind: doc, id: d}, e: {kind: doc, id: e}}\ntests:\n"
        "  - {name: one, input: {principals: [ana, bob], resources: [d, e], actions: [view, print]}, "
        "expected: [{principal: ana, resource: d, actions: {view: EFFECT_DENY}}]}\n"
        "  - {name: two, input: {principals: [bob], resources: [e], actions: [view]}, "
        "expected: [{principal: bob, resource: e, actions: {view: EFFECT_DENY}}]}\n");
    suite_text_run(&t, "a_test.yaml");
    report(suite_report_json);
    const struct json_tree *root = json_tree_read(&t.arena, pn_slice(out.at, out.len - 1));
    TEST_ASSERT_NOT_NULL(root);
    const struct json_tree *tests =
        json_member(json_member(root, "suites")->items.items[0], "testCases");
    TEST_ASSERT_EQUAL(2, tests->items.count);
    const struct json_tree *principals = json_member(tests->items.items[0], "principals");
    TEST_ASSERT_EQUAL(2, principals->items.count);
    for (size_t i = 0; i < 2; i++) {
        const struct json_tree *resources = json_member(principals->items.items[i], "resources");
        TEST_ASSERT_EQUAL(2, resources->items.count);
        TEST_ASSERT_EQUAL(2, json_member(resources->items.items[1], "actions")->items.count);
    }
}

static void test_coverage_is_told(void)
{
    struct coverage_table table;

    run_three();
    coverage_table(&t.arena, suite_coverage(t.runner), &t.policies.first->policy, &table);
    t.report.coverage = &table;
    TEST_ASSERT_NOT_NULL(
        strstr(report(suite_report_tree),
               "\ncoverage: 1 of 4 rules matched (25%), 0 of 2 predicates were true "
               "and false (0%)\n"
               "  rule resource.doc.vdefault#edit (doc.yaml:12): never considered\n"));
    TEST_ASSERT_NOT_NULL(
        strstr((const char *)out.at,
               "  R.attr.owner == P.id: never false, in resource.doc.vdefault#view\n"));
    TEST_ASSERT_NOT_NULL(strstr(report(suite_report_tap), "\n# rules matched: 1 of 4\n"));
    report(suite_report_json);
    const struct json_tree *root = json_tree_read(&t.arena, pn_slice(out.at, out.len - 1));
    TEST_ASSERT_NOT_NULL(root);
    const struct json_tree *coverage = json_member(json_member(root, "postern"), "coverage");
    TEST_ASSERT_EQUAL(4, json_member(coverage, "rules")->items.count);
    TEST_ASSERT_EQUAL(2, json_member(coverage, "predicates")->items.count);
}

static void test_find(void)
{
    struct suite_files files = { 0 };
    static const char *const made[] = { "b_test.yaml",
                                        "a_test.yml",
                                        "c_test.json",
                                        "x/y/d_test.yaml",
                                        "doc.yml",
                                        "testdata/e_test.yaml",
                                        "x/testdata/f_test.yaml",
                                        ".h/g_test.yaml" };
    static const char *const found[] = { "./.h/g_test.yaml", "./a_test.yml", "./b_test.yaml",
                                         "./c_test.json", "./x/y/d_test.yaml" };

    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) suite_text_write(&t, made[i], "");
    TEST_ASSERT_NULL(suite_find(&t.arena, ".", &files));
    TEST_ASSERT_NULL(suite_find(&t.arena, "./", &files)); /* each once */
    TEST_ASSERT_EQUAL(5, files.paths.count);
    for (size_t i = 0; i < 5; i++) TEST_ASSERT_EQUAL_STRING(found[i], files.paths.items[i]);
    TEST_ASSERT_NULL(suite_find(&t.arena, "doc.yml", &files));
    TEST_ASSERT_EQUAL_STRING("doc.yml", files.paths.items[5]);
    TEST_ASSERT_NOT_NULL(suite_find(&t.arena, "gone", &files));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_tree);
    RUN_TEST(test_list);
    RUN_TEST(test_tap);
    RUN_TEST(test_junit);
    RUN_TEST(test_json);
    RUN_TEST(test_json_nests);
    RUN_TEST(test_coverage_is_told);
    RUN_TEST(test_find);
    return UNITY_END();
}
