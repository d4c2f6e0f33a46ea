/* Test files as they are written: what is read from them and beside them, and every mistake.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/suite/suite_text.h"
#include "unity.h"

static struct suite_text t;
static struct suite_cases cases;

void setUp(void)
{
    suite_text_begin(&t);
    cases = (struct suite_cases){ 0 };
}

void tearDown(void)
{
    suite_text_end(&t);
}

static const struct suite *read(const char *file, const char *text)
{
    suite_text_write(&t, file, text);
    const struct suite *suite = suite_read(&t.arena, &t.diagnostics, file);
    suite_expand(&t.arena, &t.diagnostics, suite, &cases);
    return suite;
}

static void says(const char *wanted)
{
    TEST_ASSERT_EQUAL_STRING(wanted, suite_text_messages(&t));
}

/* --- mistakes --- */

#define TOP \
    "name: s\n" \
    "principals: {ana: {id: ana, roles: [user]}, bob: {id: bob, roles: [user]}}\n" \
    "resources: {d: {kind: doc, id: d}, e: {kind: doc, id: e}}\n"
#define TESTS(input, expected) \
    TOP "tests:\n" \
        "  - name: t\n" \
        "    input: {" input "}\n" \
        "    expected: [" expected "]\n"
#define INPUT    "principals: [ana], resources: [d], actions: [view]"
#define EXPECTED "{principal: ana, resource: d, actions: {view: EFFECT_DENY}}"

/* One line, or several, in the order in which they are told. */
static const struct {
    const char *text, *messages;
} mistakes[] = {
    { TESTS(INPUT, EXPECTED), "" },
    { "- a\n", "a_test.yaml:1:1: a test file is a map of keys and values\n" },
    { "name: s\nname: s\n", "a_test.yaml:2:1: the key 'name' is already given on line 1\n" },
    { "name: s\ntest: []\n", NULL },
    { TOP, "a_test.yaml:1:1: 'tests' is missing in a test file\n" },
    { "name: ''\ntests: []\n", "a_test.yaml:1:7: the name of a suite is empty\n"
                               "a_test.yaml:2:8: a test is wanted here\n" },
    { TESTS("principals: [eve], resources: [d], actions: [view]", EXPECTED),
      "a_test.yaml:6:26: there is no principal 'eve'\n"
      "a_test.yaml:7:16: principal 'ana' with resource 'd' is not in the test's input\n" },
    { TESTS("principals: [anna], resources: [d], actions: [view]",
            "{principal: anna, resource: d, actions: {view: EFFECT_DENY}}"),
      "a_test.yaml:6:26: there is no principal 'anna'; did you mean 'ana'?\n"
      "a_test.yaml:7:28: there is no principal 'anna'; did you mean 'ana'?\n" },
    { TESTS("principals: [ana], resources: [x], actions: [view]", EXPECTED),
      "a_test.yaml:6:44: there is no resource 'x'\n"
      "a_test.yaml:7:16: principal 'ana' with resource 'd' is not in the test's input\n" },
    { TESTS("principals: [ana], principalGroups: [all], resources: [d], actions: [view]", EXPECTED),
      "a_test.yaml:6:50: there is no group of principals 'all'\n" },
    { "principalGroups: {all: {principals: [ana, eve]}}\n" TESTS(INPUT, EXPECTED),
      "a_test.yaml:1:43: there is no principal 'eve'\n" },
    { TESTS(INPUT ", auxData: tok", EXPECTED), "a_test.yaml:6:74: there is no auxData 'tok'\n" },
    { TESTS("resources: [d], actions: [view]", EXPECTED),
      "a_test.yaml:6:12: no principal is named here\n"
      "a_test.yaml:7:16: principal 'ana' with resource 'd' is not in the test's input\n" },
    { TESTS("principals: [ana], resources: [d], actions: []", EXPECTED),
      "a_test.yaml:6:57: an action is wanted here\n"
      "a_test.yaml:7:56: 'view' is not among the actions of the test's input\n" },
    { TESTS("principals: [ana, ana], resources: [d], actions: [view, view]", EXPECTED),
      "a_test.yaml:6:31: 'ana' is listed twice\na_test.yaml:6:69: 'view' is listed twice\n" },
    { TESTS(INPUT, ""), "a_test.yaml:7:15: an expectation is wanted here\n" },
    { TESTS(INPUT, "{principal: ana, resource: d}"),
      "a_test.yaml:7:16: nothing is expected here: 'actions' is missing\n" },
    { TESTS(INPUT, "{principal: ana, resource: d, actions: {view: ALLOW}}"), NULL },
    { TESTS(INPUT, "{principal: ana, resource: d, outcomes: {view: denied}}"), NULL },
    { TESTS(INPUT, "{principal: ana, resource: d, actions: {veiw: EFFECT_DENY}}"),
      "a_test.yaml:7:56: 'veiw' is not among the actions of the test's input\n" },
    { TESTS(INPUT, "{principal: ana, resource: d, outcomes: {edit: deny}}"),
      "a_test.yaml:7:57: 'edit' is not among the actions of the test's input\n" },
    { TESTS(INPUT,
            "{principal: ana, principals: [ana], resource: d, actions: {view: EFFECT_DENY}}"),
      "a_test.yaml:7:28: either one is named here or a list, not both\n" },
    { TESTS(INPUT, EXPECTED ", {principal: ana, resource: d, actions: {view: EFFECT_ALLOW}}"),
      "a_test.yaml:7:123: 'view' by principal 'ana' on resource 'd' is expected to be EFFECT_DENY on "
      "line 7\n" },
    { TESTS(INPUT, "{principal: ana, resource: d, actions: {}, outputs: [{action: edit, expected: "
                   "[{src: a, val: 1}]}]}"),
      "a_test.yaml:7:95: 'edit' is not among the actions of the test's input\n" },
    { TESTS(INPUT, "{principal: ana, resource: d, actions: {}, outputs: [{action: view, expected: "
                   "[{src: a}]}]}"),
      "a_test.yaml:7:95: 'val' is missing; val: null expects a null\n" },
    { TESTS(INPUT, "{principal: ana, resource: d, actions: {}, outputs: [{action: view, expected: "
                   "[]}]}"),
      "a_test.yaml:7:94: an output is wanted here\n" },
    { TESTS(INPUT, EXPECTED) "  - name: t\n    input: {" INPUT "}\n    expected: [" EXPECTED "]\n",
      "a_test.yaml:8:11: another test has the name 't'\n" },
    { "options: {now: yesterday}\n" TESTS(INPUT, EXPECTED),
      "a_test.yaml:1:16: a time is wanted here, such as 2026-01-31T09:00:00Z\n" },
    { "options: {strictEvaluation: true}\n" TESTS(INPUT, EXPECTED),
      "a_test.yaml:1:29: not supported: strictEvaluation; the mode of the bundle says what errors "
      "do\n" },
    { "options: {nov: 1}\n" TESTS(INPUT, EXPECTED), NULL },
    { "auxData: {tok: {jwts: {a: {}}}}\n" TESTS(INPUT, EXPECTED),
      "a_test.yaml:1:23: not supported: several tokens\n" },
    { "name: s\nprincipals: {a: {id: '', roles: []}, b: {id: b, roles: [x, x, '']}}\n"
      "resources: {d: {kind: '', id: ''}}\nprincipalGroups: {g: {principals: []}}\n"
      "tests: [{name: '', input: {principals: [b], resources: [d], actions: [view]}, expected: "
      "[{principal: b, resource: d, actions: {view: EFFECT_DENY}}]}]\n",
      "a_test.yaml:2:22: the id of a principal is empty\n"
      "a_test.yaml:2:33: a role is wanted here\n"
      "a_test.yaml:2:60: 'x' is listed twice\n"
      "a_test.yaml:2:63: a role is empty\n"
      "a_test.yaml:3:31: the id of a resource is empty\n"
      "a_test.yaml:3:23: the kind of a resource is empty\n"
      "a_test.yaml:4:35: a member is wanted here\n"
      "a_test.yaml:5:16: the name of a test is empty\n" },
};

static void test_mistakes(void)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        tearDown();
        setUp();
        read("a_test.yaml", mistakes[i].text);
        if (mistakes[i].messages != NULL) {
            TEST_ASSERT_EQUAL_STRING_MESSAGE(mistakes[i].messages, suite_text_messages(&t),
                                             mistakes[i].text);
        } else {
            TEST_ASSERT_GREATER_THAN_MESSAGE(0, t.diagnostics.error_count, mistakes[i].text);
        }
    }
}

/* --- what is read --- */

static void test_every_key(void)
{
    const struct suite *suite = read(
        "a_test.yaml",
        "$schema: x\nname: s\ndescription: words\n"
        "options: {now: '2026-01-01T00:00:00Z', defaultPolicyVersion: v2, defaultScope: a.b, "
        "lenientScopeSearch: true, globals: {g: 1}, strictEvaluation: false}\n"
        "principals: {ana: {id: a, policyVersion: p2, scope: x, roles: [user], attr: {k: 1}}}\n"
        "principalGroups: {all: {principals: [ana]}}\n"
        "resources: {d: {kind: doc, id: i, policyVersion: r2, scope: y, attr: {}}}\n"
        "resourceGroups: {every: {resources: [d]}}\n"
        "auxData: {tok: {jwt: {iss: x}}}\n"
        "tests:\n"
        "  - name: t\n    description: more\n    skip: true\n    skipReason: why\n"
        "    options: {now: '2026-02-01T00:00:00Z'}\n"
        "    input: {principalGroups: [all], resourceGroups: [every], actions: [view], auxData: tok}\n"
        "    expected:\n"
        "      - {principalGroups: [all], resourceGroups: [every], actions: {view: EFFECT_ALLOW}, "
        "outputs: [{action: view, expected: [{src: s#r, val: null}]}]}\n");

    says("");
    TEST_ASSERT_TRUE(suite->options.has_now && suite->options.lenient);
    TEST_ASSERT_EQUAL_INT64(1767225600000, suite->options.now_ms);
    TEST_ASSERT_TRUE(text_is(suite->options.version, "v2"));
    TEST_ASSERT_TRUE(text_is(suite->options.scope, "a.b"));
    TEST_ASSERT_EQUAL(1, suite->options.globals->pairs.count);
    TEST_ASSERT_EQUAL(1, cases.list.count);
    const struct suite_case *asked = &cases.list.items[0];
    TEST_ASSERT_EQUAL_INT64(1769904000000, asked->options->now_ms);
    TEST_ASSERT_FALSE(asked->options->lenient); /* a test's options replace the suite's */
    TEST_ASSERT_TRUE(text_is(asked->principal->id, "a"));
    TEST_ASSERT_TRUE(text_is(asked->principal->version, "p2"));
    TEST_ASSERT_TRUE(text_is(asked->resource->scope, "y"));
    TEST_ASSERT_NOT_NULL(asked->aux);
    TEST_ASSERT_TRUE(suite_expects_allow(asked, PN_SLICE("view")));
    TEST_ASSERT_FALSE(suite_expects_allow(asked, PN_SLICE("edit")));
    TEST_ASSERT_TRUE(asked->test->skip);
}

static void test_every_principal_meets_every_resource(void)
{
    read("a_test.yaml", TESTS("principals: [bob, ana], resources: [e, d], actions: [view]",
                              "{principals: [ana, bob], resources: [d], actions: {view: "
                              "EFFECT_ALLOW}}, {principal: bob, resource: e, outcomes: {view: "
                              "redact}}"));
    says("");
    static const struct {
        const char *principal, *resource;
        bool allowed;
    } wanted[] = {
        { "bob", "e", true }, { "bob", "d", true }, { "ana", "e", false }, { "ana", "d", true }
    };
    TEST_ASSERT_EQUAL(4, cases.list.count);
    for (size_t i = 0; i < 4; i++) {
        const struct suite_case *asked = &cases.list.items[i];
        TEST_ASSERT_TRUE(text_is(asked->principal->key, wanted[i].principal));
        TEST_ASSERT_TRUE(text_is(asked->resource->key, wanted[i].resource));
        TEST_ASSERT_EQUAL(wanted[i].allowed, suite_expects_allow(asked, PN_SLICE("view")));
    }
}

/* --- testdata --- */

static void test_shared_fixtures(void)
{
    suite_text_write(&t, "x/testdata/principals.yaml",
                     "principals: {ana: {id: other, roles: [user]}, eve: {id: eve, roles: [x]}}\n"
                     "principalGroups: {both: {principals: [ana, eve]}}\n");
    suite_text_write(&t, "x/testdata/resources.json",
                     "{\"resources\":{\"f\":{\"kind\":\"doc\",\"id\":\"f\"}},\"resourceGroups\":{"
                     "\"fs\":{\"resources\":[\"f\"]}}}");
    suite_text_write(&t, "x/testdata/auxData.yml", "auxData: {tok: {jwt: {iss: x}}}\n");
    read("x/a_test.yaml",
         TESTS("principalGroups: [both], resourceGroups: [fs], actions: [view], auxData: tok",
               "{principal: eve, resource: f, actions: {view: EFFECT_DENY}}"));
    says("");
    TEST_ASSERT_EQUAL(2, cases.list.count);
    TEST_ASSERT_TRUE(text_is(cases.list.items[0].principal->id, "ana")); /* the suite's own */
    TEST_ASSERT_TRUE(text_is(cases.list.items[1].principal->id, "eve"));
    TEST_ASSERT_NOT_NULL(cases.list.items[0].aux);
}

static void test_shared_mistake(void)
{
    suite_text_write(&t, "testdata/principals.yaml", "principals: {eve: {id: eve, role: x}}\n");
    read("a_test.yaml", TESTS(INPUT, EXPECTED));
    TEST_ASSERT_NOT_NULL(
        strstr(suite_text_messages(&t), "./testdata/principals.yaml:1:29: unknown key 'role'"));
}

/* --- what is said on the way --- */

static void test_note_of_words(void)
{
    read("a_test.yaml",
         "name: s\nprincipals: {ana: {id: ana, roles: [user], attr: {land: NO, 'n': \"y\"}}}\n"
         "resources: {d: {kind: doc, id: d}}\ntests:\n  - name: t\n    input: {" INPUT
         "}\n    expected: [" EXPECTED "]\n");
    says("a_test.yaml:2:57: 'NO' is read as false, as Cerbos does; quote it for text\n");
    TEST_ASSERT_EQUAL(0, t.diagnostics.error_count);
}

static void test_file_names(void)
{
    TEST_ASSERT_TRUE(suite_is_file_name("a_test.yaml"));
    TEST_ASSERT_TRUE(suite_is_file_name("a_test.yml"));
    TEST_ASSERT_TRUE(suite_is_file_name("a_test.json"));
    TEST_ASSERT_FALSE(suite_is_file_name("_test.yaml"));
    TEST_ASSERT_FALSE(suite_is_file_name("a_test.yaml.bak"));
    TEST_ASSERT_FALSE(suite_is_file_name("a-test.yaml"));
    TEST_ASSERT_FALSE(suite_is_file_name("test.yaml"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_mistakes);
    RUN_TEST(test_every_key);
    RUN_TEST(test_every_principal_meets_every_resource);
    RUN_TEST(test_shared_fixtures);
    RUN_TEST(test_shared_mistake);
    RUN_TEST(test_note_of_words);
    RUN_TEST(test_file_names);
    return UNITY_END();
}
