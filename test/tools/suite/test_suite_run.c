/* Suites decided: effects, outcomes, outputs, time, options, and what was covered.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/suite/suite_text.h"
#include "tools/bundle/bundle.h"
#include "unity.h"

static struct suite_text t;

void setUp(void)
{
    suite_text_begin(&t);
    suite_text_write_policy(&t);
}

void tearDown(void)
{
    suite_text_end(&t);
}

#define TOP \
    "name: s\n" \
    "principals: {ana: {id: ana, roles: [user]}, root: {id: root, roles: [user, admin]}}\n" \
    "resources: {hers: {kind: doc, id: h, attr: {owner: ana}}, his: {kind: doc, id: i, attr: " \
    "{owner: bob}}, none: {kind: doc, id: n}}\n" \
    "tests:\n"

static const struct suite_outcome *run(const char *text)
{
    suite_text_write(&t, "a_test.yaml", text);
    return suite_text_run(&t, "a_test.yaml");
}

/* --- one test each --- */

static const struct {
    const char *input, *expected, *letters;
} rows[] = {
    /* Effects, and what is not spoken of. */
    { "principals: [ana], resources: [hers, his, none], actions: [view]",
      "{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}}", "PPP" },
    { "principals: [ana], resources: [hers], actions: [view]",
      "{principal: ana, resource: hers, actions: {view: EFFECT_DENY}}", "F" },
    { "principals: [ana], resources: [hers], actions: [view, print]",
      "{principal: ana, resource: hers, actions: {print: EFFECT_ALLOW}}", "FF" },
    { "principals: [root], resources: [hers], actions: [print, delete]",
      "{principal: root, resource: hers, actions: {print: EFFECT_ALLOW}}", "PP" },
    { "principals: [ana], resources: [hers], actions: [view, print]",
      "{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}}, {principal: ana, resource: "
      "hers, actions: {print: EFFECT_DENY}}",
      "PP" },
    /* Outcomes. */
    { "principals: [ana], resources: [hers, his], actions: [view]",
      "{principal: ana, resource: hers, outcomes: {view: allow}}, {principal: ana, resource: his, "
      "outcomes: {view: deny}}",
      "PP" },
    { "principals: [ana], resources: [hers, his], actions: [view]",
      "{principal: ana, resource: hers, outcomes: {view: redact}}, {principal: ana, resource: his, "
      "outcomes: {view: step_up}}",
      "FF" },
    /* Outputs. */
    { "principals: [ana], resources: [hers], actions: [view]",
      "{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}, outputs: [{action: view, "
      "expected: [{src: 'resource.doc.vdefault#view', val: {who: ana}}]}]}",
      "P" },
    { "principals: [ana], resources: [hers], actions: [view]",
      "{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}, outputs: [{action: view, "
      "expected: [{src: 'resource.doc.vdefault#view', val: {who: eve}}]}]}",
      "F" },
    { "principals: [ana], resources: [hers], actions: [view]",
      "{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}, outputs: [{action: view, "
      "expected: [{src: 'resource.doc.vdefault#other', val: {who: ana}}]}]}",
      "F" },
    { "principals: [ana], resources: [his], actions: [view, delete]",
      "{principal: ana, resource: his, actions: {}, outputs: [{action: view, expected: [{src: "
      "'resource.doc.vdefault#view', val: not yours}]}, {action: delete, expected: [{src: "
      "'resource.doc.vdefault#delete', val: never}]}]}",
      "PP" },
    /* Two outputs are expected and one comes: that action alone fails. */
    { "principals: [ana], resources: [his], actions: [view, delete]",
      "{principal: ana, resource: his, actions: {}, outputs: [{action: delete, expected: [{src: "
      "'resource.doc.vdefault#delete', val: never}, {src: 'resource.doc.vdefault#view', val: "
      "not yours}]}]}",
      "PF" },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text =
            arena_format(&t.arena, TOP "  - {name: t, input: {%s}, expected: [%s]}\n",
                         rows[i].input, rows[i].expected);
        const struct suite_outcome *outcome = run(text);
        TEST_ASSERT_EQUAL_STRING_MESSAGE("", suite_text_messages(&t), rows[i].expected);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(rows[i].letters, suite_text_letters(outcome),
                                         rows[i].expected);
    }
}

/* --- time --- */

#define EDIT(options, effect) \
    TOP "  - name: t\n" \
        "    options: {" options "}\n" \
        "    input: {principals: [ana], resources: [hers, his], actions: [view, edit]}\n" \
        "    expected: [{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW, edit: " effect \
        "}}]\n"

/* A condition that is false before it comes to now() does not read it. */
static void test_time(void)
{
    const struct suite_outcome *outcome = run(EDIT("", "EFFECT_ALLOW"));

    TEST_ASSERT_EQUAL_STRING("EEPP", suite_text_letters(outcome));
    TEST_ASSERT_NOT_NULL(strstr(outcome->results.items[0].why, "`now`"));
    outcome = run(EDIT("now: '2026-05-31T23:59:59Z'", "EFFECT_DENY"));
    TEST_ASSERT_EQUAL_STRING("PPPP", suite_text_letters(outcome));
    outcome = run(EDIT("now: '2026-06-01T02:00:00.001+02:00'", "EFFECT_ALLOW"));
    TEST_ASSERT_EQUAL_STRING("PPPP", suite_text_letters(outcome));
    /* A test's options replace the suite's. */
    outcome = run("options: {now: '2026-07-01T00:00:00Z'}\n" EDIT("lenientScopeSearch: false",
                                                                  "EFFECT_ALLOW"));
    TEST_ASSERT_EQUAL_STRING("EEPP", suite_text_letters(outcome));
}

/* --- skipped, left out, wrong --- */

static void test_skips(void)
{
    TEST_ASSERT_NULL(suite_filter_add(&t.arena, &t.filter, "action=view"));
    const struct suite_outcome *outcome = run(
        TOP "  - {name: a, skip: true, skipReason: later, input: {principals: [ana], resources: "
            "[hers], actions: [view, edit]}, expected: [{principal: ana, resource: hers, actions: "
            "{view: EFFECT_DENY}}]}\n"
            "  - {name: b, input: {principals: [ana], resources: [hers], actions: [view, edit]}, "
            "expected: [{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}}]}\n");

    TEST_ASSERT_EQUAL_STRING("S-P-", suite_text_letters(outcome));
    TEST_ASSERT_EQUAL_STRING("later", outcome->results.items[0].why);
    TEST_ASSERT_EQUAL(SUITE_PASSED, outcome->status);
    TEST_ASSERT_EQUAL(2, suite_counted(outcome->counts));
}

static void test_skipped_suite(void)
{
    const struct suite_outcome *outcome = run(
        "skip: true\nskipReason: later\n" TOP
        "  - {name: a, input: {principals: [eve], resources: [hers], actions: [view]}, expected: "
        "[{principal: eve, resource: hers, actions: {view: EFFECT_DENY}}]}\n");

    TEST_ASSERT_EQUAL(SUITE_SKIPPED, outcome->status);
    TEST_ASSERT_EQUAL(0, outcome->results.count);
    TEST_ASSERT_EQUAL(0, t.diagnostics.error_count);
}

static void test_broken_file(void)
{
    const struct suite_outcome *outcome = run("name: s\ntests: 5\n");

    TEST_ASSERT_EQUAL(SUITE_ERRORED, outcome->status);
    TEST_ASSERT_NOT_NULL(outcome->error);
    TEST_ASSERT_EQUAL(0, outcome->results.count);
    TEST_ASSERT_GREATER_THAN(0, outcome->message_count);
}

/* A request that a device would refuse is not one that it denies: here a key is given twice. */
static void test_refused_request(void)
{
    const struct suite_outcome *outcome =
        run("name: s\nprincipals: {ana: {id: ana, roles: [user], attr: {yes: 1, on: 2}}}\n"
            "resources: {d: {kind: doc, id: d}}\ntests:\n  - {name: a, input: {principals: [ana], "
            "resources: [d], actions: [view]}, expected: [{principal: ana, resource: d, actions: "
            "{view: EFFECT_DENY}}]}\n");

    TEST_ASSERT_EQUAL_STRING("E", suite_text_letters(outcome));
    TEST_ASSERT_NOT_NULL(strstr(outcome->results.items[0].why, "would be refused"));
}

/* --- options of the policy --- */

#define SITES(options) \
    "name: s\noptions: {" options "}\nprincipals: {ana: {id: ana, roles: [user]}}\n" \
    "resources: {d: {kind: site, id: d, attr: {site: north}}}\n" \
    "tests:\n  - {name: a, input: {principals: [ana], resources: [d], actions: [view]}, expected: " \
    "[{principal: ana, resource: d, actions: {view: EFFECT_ALLOW}}]}\n"

static void test_globals(void)
{
    suite_text_write(&t, "site.yaml",
                     "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: site\n  version: "
                     "default\n  rules:\n    - actions: [view]\n      effect: EFFECT_ALLOW\n      "
                     "roles: [user]\n      condition: {match: {expr: G.site == R.attr.site}}\n");
    TEST_ASSERT_EQUAL_STRING("P", suite_text_letters(run(SITES("globals: {site: north}"))));
    TEST_ASSERT_EQUAL_STRING("F", suite_text_letters(run(SITES("globals: {site: south}"))));
    TEST_ASSERT_EQUAL_STRING("P", suite_text_letters(run(SITES("globals: {'site': \"north\"}"))));
    TEST_ASSERT_EQUAL(2, t.policies.list.count); /* the same globals, the same policy */
    const struct suite_outcome *outcome = run(SITES(""));
    TEST_ASSERT_EQUAL_STRING("E", suite_text_letters(outcome));
    TEST_ASSERT_EQUAL_STRING("the policy does not compile", outcome->results.items[0].why);
    TEST_ASSERT_NOT_NULL(strstr(suite_text_messages(&t), "site.yaml:9:"));
}

#define SCOPED(options, effect) \
    "name: s\noptions: {" options "}\nprincipals: {ana: {id: ana, roles: [user]}}\n" \
    "resources: {d: {kind: place, id: d}}\n" \
    "tests:\n  - {name: a, input: {principals: [ana], resources: [d], actions: [view]}, expected: " \
    "[{principal: ana, resource: d, actions: {view: " effect "}}]}\n"

static void write_scopes(void)
{
    suite_text_write(
        &t, "place.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "default\n  rules:\n    - {actions: [view], effect: EFFECT_ALLOW, roles: "
        "[user]}\n");
    suite_text_write(
        &t, "acme.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "default\n  scope: acme\n  rules:\n    - {actions: [view], effect: EFFECT_DENY, "
        "roles: [user]}\n");
    suite_text_write(
        &t, "v2.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "v2\n  rules:\n    - {actions: [edit], effect: EFFECT_ALLOW, roles: [user]}\n");
}

static const struct {
    const char *suite, *letters;
} scoped[] = {
    { SCOPED("", "EFFECT_ALLOW"), "P" },
    { SCOPED("defaultScope: acme", "EFFECT_DENY"), "P" },
    { SCOPED("defaultScope: beta", "EFFECT_DENY"), "P" }, /* there is no such scope */
    { SCOPED("defaultScope: beta, lenientScopeSearch: true", "EFFECT_ALLOW"), "P" },
    { SCOPED("defaultScope: acme.hr, lenientScopeSearch: true", "EFFECT_DENY"), "P" },
    { SCOPED("defaultPolicyVersion: v2", "EFFECT_DENY"), "P" },
    { SCOPED("defaultPolicyVersion: default", "EFFECT_DENY"), "F" },
    { SCOPED("defaultPolicyVersion: default", "EFFECT_ALLOW"), "P" },
};

static void test_scopes_and_versions(void)
{
    write_scopes();
    for (size_t i = 0; i < sizeof scoped / sizeof scoped[0]; i++) {
        TEST_ASSERT_EQUAL_STRING_MESSAGE(scoped[i].letters,
                                         suite_text_letters(run(scoped[i].suite)), scoped[i].suite);
    }
}

/* A default scope leads to policies; R.scope is what the request says. */
static void test_default_scope_is_not_said(void)
{
    suite_text_write(
        &t, "place.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "default\n  rules:\n    - {actions: [view], effect: EFFECT_ALLOW, roles: [user], "
        "condition: {match: {expr: R.scope == 'acme'}}}\n");
    suite_text_write(
        &t, "acme.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "default\n  scope: acme\n  rules:\n    - {actions: [edit], effect: EFFECT_ALLOW, "
        "roles: [user]}\n");
    TEST_ASSERT_EQUAL_STRING("F",
                             suite_text_letters(run(SCOPED("defaultScope: acme", "EFFECT_ALLOW"))));
}

/* An output whose expression comes to an error is told without a value: none is equal to it. */
static void test_output_in_error(void)
{
    suite_text_write(
        &t, "place.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "default\n  rules:\n    - {name: r, actions: [view], effect: EFFECT_ALLOW, roles: "
        "[user], output: {when: {ruleActivated: R.attr.gone}}}\n");
    const struct suite_outcome *outcome = run(
        "name: s\nprincipals: {ana: {id: ana, roles: [user]}}\nresources: {d: {kind: place, id: "
        "d}}\ntests:\n  - {name: a, input: {principals: [ana], resources: [d], actions: [view]}, "
        "expected: [{principal: ana, resource: d, actions: {view: EFFECT_ALLOW}, outputs: "
        "[{action: view, expected: [{src: 'resource.place.vdefault#r', val: null}]}]}]}\n");
    TEST_ASSERT_EQUAL_STRING("F", suite_text_letters(outcome));
    TEST_ASSERT_TRUE(text_is(outcome->results.items[0].outputs,
                             "{\"src\":\"resource.place.vdefault#r\",\"action\":\"view\"}"));
}

/* The compiled policy can be made lenient as well; globals are in it for good. */
static void test_compiled_policy(void)
{
    struct bytes body;
    struct bundle_changes none = { 0 };

    write_scopes();
    TEST_ASSERT_EQUAL(0, compile_bundle_changed(".", &none, &body, &t.diagnostics));
    t.diagnostics.list.count = 0;
    t.policies.source = (struct policy_source){ .path = "body", .body = bytes_slice(&body) };
    for (size_t i = 0; i < sizeof scoped / sizeof scoped[0]; i++) {
        TEST_ASSERT_EQUAL_STRING_MESSAGE(scoped[i].letters,
                                         suite_text_letters(run(scoped[i].suite)), scoped[i].suite);
    }
    const struct suite_outcome *outcome = run(SCOPED("globals: {a: 1}", "EFFECT_ALLOW"));
    TEST_ASSERT_EQUAL_STRING("E", suite_text_letters(outcome));
    TEST_ASSERT_NOT_NULL(strstr(outcome->results.items[0].why, "globals"));
    bytes_free(&body);
}

/* In a Cerbos folder schemas reject, as with `cerbos compile`: all actions of a case, or none. */
static void test_schemas(void)
{
    suite_text_write(&t, "_schemas/place.json",
                     "{\"type\": \"object\", \"properties\": {\"size\": {\"type\": "
                     "\"integer\"}}, \"required\": [\"size\"]}");
    suite_text_write(
        &t, "place.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: place\n  version: "
        "default\n  schemas: {resourceSchema: {ref: 'cerbos:///place.json', ignoreWhen: "
        "{actions: [list]}}}\n  rules:\n    - {actions: [view, list], effect: "
        "EFFECT_ALLOW, roles: [user]}\n");
    const struct suite_outcome *outcome = run(
        "name: s\nprincipals: {ana: {id: ana, roles: [user]}}\nresources: {good: {kind: place, id: g, "
        "attr: {size: 1}}, bad: {kind: place, id: b, attr: {size: x}}}\ntests:\n"
        "  - {name: a, input: {principals: [ana], resources: [good, bad], actions: [view, list]}, "
        "expected: [{principal: ana, resources: [good, bad], actions: {view: EFFECT_ALLOW, list: "
        "EFFECT_ALLOW}}]}\n"
        "  - {name: b, input: {principals: [ana], resources: [good, bad], actions: [list]}, "
        "expected: [{principal: ana, resources: [good, bad], actions: {list: EFFECT_ALLOW}}]}\n");
    TEST_ASSERT_EQUAL_STRING("PPFFPP", suite_text_letters(outcome));
}

/* A bundle's mode counts: in `edge` a denial for one role holds for all. */
static void test_edge(void)
{
    static const char suite[] =
        "name: s\nprincipals: {both: {id: b, roles: [a, b]}}\nresources: {d: {kind: k, id: d}}\n"
        "tests:\n  - {name: a, input: {principals: [both], resources: [d], actions: [view]}, "
        "expected: [{principal: both, resource: d, actions: {view: EFFECT_DENY}}]}\n";
    static const char policy[] =
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  version: default\n  rules:\n"
        "    - {actions: [view], effect: EFFECT_ALLOW, roles: [a]}\n"
        "    - {actions: [view], effect: EFFECT_DENY, roles: [b]}\n";

    suite_text_write(&t, "policies/k.yaml", policy);
    TEST_ASSERT_EQUAL_STRING("F", suite_text_letters(run(suite)));
    tearDown();
    suite_text_begin(&t);
    suite_text_write(&t, "bundle.yaml", "name: test\nmode: edge\n");
    suite_text_write(&t, "policies/k.yaml", policy);
    TEST_ASSERT_EQUAL_STRING("P", suite_text_letters(run(suite)));
}

/* --- coverage --- */

static void covered(struct coverage_table *table)
{
    coverage_table(&t.arena, suite_coverage(t.runner), &t.policies.first->policy, table);
}

static const char *of_rule(const struct coverage_table *table, const char *name)
{
    for (size_t i = 0; i < table->rules.count; i++) {
        if (text_is(table->rules.items[i].name, name))
            return coverage_of_rule(&table->rules.items[i]);
    }
    return "no such rule";
}

static const char *of_predicate(const struct coverage_table *table, const char *text)
{
    for (size_t i = 0; i < table->predicates.count; i++) {
        if (text_is(table->predicates.items[i].text, text))
            return coverage_of_predicate(&table->predicates.items[i]);
    }
    return "no such predicate";
}

static void test_coverage(void)
{
    struct coverage_table table;
    static const char owner[] = "R.attr.owner == P.id";

    run(TOP
        "  - {name: a, input: {principals: [ana], resources: [hers], actions: [view]}, expected: "
        "[{principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}}]}\n");
    covered(&table);
    TEST_ASSERT_EQUAL(4, table.rules.count);
    TEST_ASSERT_EQUAL(2, table.predicates.count);
    TEST_ASSERT_EQUAL(1, table.rules_covered);
    TEST_ASSERT_NULL(of_rule(&table, "resource.doc.vdefault#view"));
    TEST_ASSERT_EQUAL_STRING("never considered", of_rule(&table, "resource.doc.vdefault#edit"));
    TEST_ASSERT_EQUAL_STRING("never false", of_predicate(&table, owner));
    TEST_ASSERT_EQUAL_STRING("never evaluated",
                             of_predicate(&table, "now() > timestamp(\"2026-06-01T00:00:00Z\")"));
    run(TOP
        "  - {name: a, input: {principals: [ana], resources: [his], actions: [view, print, delete]}, "
        "expected: [{principal: ana, resource: his, actions: {view: EFFECT_DENY}}]}\n");
    covered(&table);
    TEST_ASSERT_NULL(of_predicate(&table, owner));
    TEST_ASSERT_NULL(of_rule(&table, "resource.doc.vdefault#delete"));
    TEST_ASSERT_EQUAL_STRING("never matched", of_rule(&table, "resource.doc.vdefault#print"));
    TEST_ASSERT_EQUAL(2, table.rules_covered);
    TEST_ASSERT_EQUAL(1, table.predicates_covered);
}

/* What fails because it is not told the time covers nothing. */
static void test_coverage_without_time(void)
{
    struct coverage_table table;

    run(EDIT("", "EFFECT_ALLOW"));
    covered(&table);
    TEST_ASSERT_EQUAL_STRING("never considered", of_rule(&table, "resource.doc.vdefault#delete"));
    TEST_ASSERT_NULL(of_rule(&table, "resource.doc.vdefault#view"));
    TEST_ASSERT_EQUAL_STRING("never matched", of_rule(&table, "resource.doc.vdefault#edit"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_time);
    RUN_TEST(test_skips);
    RUN_TEST(test_skipped_suite);
    RUN_TEST(test_broken_file);
    RUN_TEST(test_refused_request);
    RUN_TEST(test_globals);
    RUN_TEST(test_scopes_and_versions);
    RUN_TEST(test_default_scope_is_not_said);
    RUN_TEST(test_output_in_error);
    RUN_TEST(test_compiled_policy);
    RUN_TEST(test_schemas);
    RUN_TEST(test_edge);
    RUN_TEST(test_coverage);
    RUN_TEST(test_coverage_without_time);
    return UNITY_END();
}
