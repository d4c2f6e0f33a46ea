/* self_tests of a bundle: what is taken along, and what `policy build` refuses, with its place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "policy/self_test.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct bundle_folder folder;
static char text[16384];

void setUp(void)
{
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml",
                        "apiVersion: api.cerbos.dev/v1\n"
                        "resourcePolicy: {resource: doc, version: default, rules: [{actions: "
                        "[view], effect: EFFECT_ALLOW, roles: [user], condition: {match: {expr: "
                        "now() < timestamp('2026-01-01T00:00:00Z') || G.open}}}]}\n");
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

static bool build(const char *self_tests)
{
    snprintf(text, sizeof text, "name: t\nglobals: {open: false}\nself_tests:\n%s", self_tests);
    bundle_folder_write(&folder, "bundle.yaml", text);
    return bundle_folder_compile(&folder);
}

#define USER  "{principal: {id: a, roles: [user]}, "
#define VIEW  "resource: {kind: doc, id: '1'}, actions: [view]}"
#define FIRST "- name: it works\n  input: " USER VIEW "\n  expect: allow\n"

static void test_they_travel_along(void)
{
    struct pn_policy policy;

    TEST_ASSERT_TRUE_MESSAGE(build(FIRST "- {name: late, input: " USER VIEW
                                         ", expect: deny, now: '2026-01-01T00:00:00Z'}\n"),
                             bundle_folder_messages(&folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    TEST_ASSERT_EQUAL_UINT16(2, pn_self_test_count(&policy));
    struct pn_self_test test = pn_self_test_at(&policy, 1);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("late"), test.name));
    TEST_ASSERT_EQUAL_INT64(INT64_C(1767225600000), test.now_ms);
    TEST_ASSERT_EQUAL(PN_DENY, test.outcome);
    static const char input[] = "{\"principal\":{\"id\":\"a\",\"roles\":[\"user\"]},\"resource\":{"
                                "\"kind\":\"doc\",\"id\":\"1\"},\"actions\":[\"view\"]}";
    TEST_ASSERT_TRUE(pn_slice_equal(pn_slice(input, sizeof input - 1), test.input));
}

struct row {
    const char *self_tests, *message;
};

static const struct row rows[] = {
    { "- name: it works\n  input: " USER VIEW "\n  expect: deny\n",
      "bundle.yaml:6:11: error: self-test 'it works': view comes to allow" },
    { FIRST "- {name: b, expect: allow, now: '2026-01-01T00:00:00Z',\n   input: " USER VIEW "}\n",
      "bundle.yaml:7:21: error: self-test 'b': view comes to deny" },
    { "- {name: b, expect: deny, input: {actions: [view]}}\n",
      "bundle.yaml:4:34: error: self-test 'b': the input is no request" },
    { "- {name: b, expect: perhaps, input: " USER VIEW "}\n", "bundle.yaml:4:21: error: " },
    { "- {name: b, expect: deny, input: text}\n", "bundle.yaml:4:34: error: " },
    { "- {name: b, expect: deny}\n", "bundle.yaml:4:3: error: " },
    { "- {name: '', expect: allow, input: " USER VIEW "}\n",
      "bundle.yaml:4:10: error: a self-test needs a name" },
    { "- {name: b, expect: allow, now: noon, input: " USER VIEW "}\n",
      "bundle.yaml:4:33: error: a time such as" },
    { "- {name: b, expects: allow, input: " USER VIEW "}\n", "did you mean 'expect'" },
};

static void test_mistakes_have_a_place(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(build(rows[i].self_tests), rows[i].message);
        const char *messages = bundle_folder_messages(&folder);
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(messages, rows[i].message), messages);
    }
}

static void test_too_many_and_too_long(void)
{
    static char many[16000], request[5000];
    size_t len = 0;

    for (int i = 0; i < PN_POLICY_SELF_TESTS_MAX; i++) {
        len += (size_t)snprintf(many + len, sizeof many - len,
                                "- {name: t%d, expect: allow, input: "
                                "" USER VIEW "}\n",
                                i);
    }
    TEST_ASSERT_TRUE_MESSAGE(build(many), bundle_folder_messages(&folder));
    snprintf(many + len, sizeof many - len, FIRST);
    TEST_ASSERT_FALSE(build(many));
    const char *messages = bundle_folder_messages(&folder);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(messages, "64 self-tests are the most"), messages);
    snprintf(request, sizeof request,
             "- {name: b, expect: allow, input: " USER "requestId: '%04096d', " VIEW "}\n", 0);
    TEST_ASSERT_FALSE(build(request));
    messages = bundle_folder_messages(&folder);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(messages, "a self-test has room for 4096"), messages);
}

/* A policy test with other globals asks about another policy. */
static void test_a_changed_bundle_has_none(void)
{
    struct diagnostics diagnostics = { 0 };
    struct bundle_changes changes = { .lenient = true };
    struct pn_policy policy;
    struct bytes body;

    TEST_ASSERT_TRUE(build(FIRST));
    TEST_ASSERT_EQUAL(0, compile_bundle_changed(folder.path, &changes, &body, &diagnostics));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&body)));
    TEST_ASSERT_EQUAL_UINT16(0, pn_self_test_count(&policy));
    bytes_free(&body);
    diag_free(&diagnostics);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_they_travel_along);
    RUN_TEST(test_mistakes_have_a_place);
    RUN_TEST(test_too_many_and_too_long);
    RUN_TEST(test_a_changed_bundle_has_none);
    return UNITY_END();
}
