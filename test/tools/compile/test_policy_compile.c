/* Policy files: imports, variables, derived roles, condition trees, outputs, patterns of actions,
 * and the mistakes that are told.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/compile/policy_text.h"
#include "unity.h"

static struct policy_text p;
static struct pn_check_input input;
static struct pn_policy_scratch scratch;

void setUp(void)
{
}

void tearDown(void)
{
    policy_text_free(&p);
    p = (struct policy_text){ 0 };
}

#define HEAD "apiVersion: api.cerbos.dev/v1\n"

static void compile(const char *const *files, size_t count)
{
    TEST_ASSERT_TRUE_MESSAGE(policy_text_compile(&p, PN_MODE_EDGE, files, count),
                             policy_text_messages(&p));
}

/* Decide for one role: kind "k", any action, attributes as the inside of JSON objects. */
static struct pn_decision ask(const char *role, const char *action, const char *attr)
{
    static const uint8_t seed[16] = { 1 };
    static char text[2048];
    static struct pn_json_key places[64];
    struct pn_json_keys keys;
    struct pn_decision decision;

    snprintf(text, sizeof text,
             "{\"principal\":{\"id\":\"sue\",\"roles\":[\"%s\"],\"attr\":{}},"
             "\"resource\":{\"kind\":\"k\",\"id\":\"i\",\"attr\":{%s}},\"actions\":[\"%s\"]}",
             role, attr, action);
    pn_json_keys_init(&keys, places, 64, seed);
    TEST_ASSERT_EQUAL(PN_DONE,
                      pn_check_input_read(&input, &p.policy, &keys, pn_slice(text, strlen(text))));
    pn_policy_decide(&p.policy, pn_check_input_facts(&input, &p.policy, 0, 0), &scratch, &decision);
    return decision;
}

static bool allows(const char *role, const char *action, const char *attr)
{
    return ask(role, action, attr).outcome == PN_ALLOW;
}

static void test_condition_trees(void)
{
    const char *file = HEAD
        "resourcePolicy:\n  resource: k\n  rules:\n"
        "    - actions: [all]\n      effect: EFFECT_ALLOW\n      roles: [r]\n      condition:\n"
        "        match: {all: {of: [{expr: R.attr.a == 1}, {any: {of: [{expr: R.attr.b == 1},"
        " {expr: R.attr.c == 1}]}}]}}\n"
        "    - actions: [none]\n      effect: EFFECT_ALLOW\n      roles: [r]\n      condition:\n"
        "        match: {none: {of: [{expr: R.attr.a == 1}, {expr: R.attr.b == 1}]}}\n";

    compile(&file, 1);
    TEST_ASSERT_TRUE(allows("r", "all", "\"a\":1,\"c\":1"));
    TEST_ASSERT_FALSE(allows("r", "all", "\"a\":1,\"b\":0,\"c\":0"));
    TEST_ASSERT_TRUE(allows("r", "none", "\"a\":0,\"b\":0"));
    TEST_ASSERT_FALSE(allows("r", "none", "\"a\":0,\"b\":1"));
    TEST_ASSERT_FALSE_MESSAGE(allows("r", "none", "\"a\":0"),
                              "edge: none is !(any), errors included");
    TEST_ASSERT_FALSE_MESSAGE(allows("s", "all", "\"a\":1,\"b\":1"), "another role");
    TEST_ASSERT_FALSE_MESSAGE(allows("r", "other", ""), "another action");
}

static void test_variables_and_constants(void)
{
    const char *files[] = {
        HEAD "exportVariables:\n  name: shared\n  definitions:\n    big: R.attr.n > C.limit\n"
             "    args: R.attr.arguments\n",
        HEAD "exportConstants:\n  name: numbers\n  definitions:\n    limit: 100\n"
             "    names: [a, b]\n    deep: {x: {y: 7}}\n",
        HEAD
        "resourcePolicy:\n  resource: k\n"
        "  variables:\n    import: [shared]\n    local:\n      mine: V.big && variables.args.ok\n"
        "  constants:\n    import: [numbers]\n    local: {flag: true}\n"
        "  rules:\n"
        "    - actions: [a]\n      effect: EFFECT_ALLOW\n      roles: [r]\n"
        "      condition: {match: {expr: V.mine}}\n"
        "    - actions: [b]\n      effect: EFFECT_ALLOW\n      roles: [r]\n"
        "      condition: {match: {expr: 'C.flag && R.attr.s in constants.names && R.attr.n == "
        "C.deep.x[\"y\"]'}}\n",
    };

    compile(files, 3);
    TEST_ASSERT_TRUE(allows("r", "a", "\"n\":101,\"arguments\":{\"ok\":true}"));
    TEST_ASSERT_FALSE(allows("r", "a", "\"n\":100,\"arguments\":{\"ok\":true}"));
    TEST_ASSERT_TRUE(allows("r", "b", "\"s\":\"b\",\"n\":7"));
    TEST_ASSERT_FALSE(allows("r", "b", "\"s\":\"c\",\"n\":7"));
}

static void test_derived_roles(void)
{
    const char *files[] = {
        HEAD "derivedRoles:\n  name: people\n  definitions:\n"
             "    - name: owner\n      parentRoles: [user, admin]\n"
             "      condition: {match: {expr: R.attr.owner == P.id}}\n"
             "    - name: anyone\n      parentRoles: ['*']\n",
        HEAD "resourcePolicy:\n  resource: k\n  importDerivedRoles: [people]\n  rules:\n"
             "    - actions: [edit]\n      effect: EFFECT_ALLOW\n      derivedRoles: [owner]\n"
             "    - actions: [see]\n      effect: EFFECT_ALLOW\n      derivedRoles: [anyone]\n"
             "    - actions: [drop]\n      effect: EFFECT_ALLOW\n      roles: [user]\n"
             "      condition: {match: {expr: '\"owner\" in runtime.effectiveDerivedRoles'}}\n"
             "    - actions: [edit]\n      effect: EFFECT_DENY\n      derivedRoles: [owner]\n"
             "      condition: {match: {expr: R.attr.locked}}\n",
    };

    compile(files, 2);
    TEST_ASSERT_TRUE(allows("user", "edit", "\"owner\":\"sue\",\"locked\":false"));
    TEST_ASSERT_FALSE(allows("user", "edit", "\"owner\":\"sue\",\"locked\":true"));
    TEST_ASSERT_FALSE(allows("user", "edit", "\"owner\":\"tom\",\"locked\":false"));
    TEST_ASSERT_FALSE(allows("guest", "edit", "\"owner\":\"sue\",\"locked\":false"));
    TEST_ASSERT_TRUE(allows("guest", "see", ""));
    TEST_ASSERT_TRUE(allows("user", "drop", "\"owner\":\"sue\""));
    TEST_ASSERT_FALSE(allows("user", "drop", "\"owner\":\"tom\""));
}

static void test_patterns_of_actions(void)
{
    const char *file = HEAD
        "resourcePolicy:\n  resource: k\n  rules:\n"
        "    - {actions: ['tools/call/*'], effect: EFFECT_ALLOW, roles: [r]}\n"
        "    - {actions: ['a:*:c', 'x{1,2}*z', 'lit?eral'], effect: EFFECT_ALLOW, roles: [r]}\n"
        "    - {actions: ['*'], effect: EFFECT_ALLOW, roles: [root]}\n"
        "    - {actions: ['tools/call/delete_*'], effect: EFFECT_DENY, roles: ['*']}\n";

    compile(&file, 1);
    TEST_ASSERT_TRUE(allows("r", "tools/call/read", ""));
    TEST_ASSERT_TRUE(allows("r", "tools/call/a/b", ""));
    TEST_ASSERT_FALSE(allows("r", "tools/call/a:b", ""));
    TEST_ASSERT_FALSE(allows("r", "tools/call/delete_all", ""));
    TEST_ASSERT_FALSE(allows("root", "tools/call/delete_all", ""));
    TEST_ASSERT_TRUE(allows("root", "any:thing", ""));
    TEST_ASSERT_TRUE(allows("r", "a:b:c", ""));
    TEST_ASSERT_FALSE(allows("r", "a:b:b:c", ""));
    TEST_ASSERT_TRUE(allows("r", "x1yyz", ""));
    TEST_ASSERT_FALSE(allows("r", "x3z", ""));
    TEST_ASSERT_TRUE(allows("r", "lit?eral", ""));
    TEST_ASSERT_FALSE(allows("r", "litxeral", ""));
}

static void test_outputs(void)
{
    const char *file =
        HEAD "resourcePolicy:\n  resource: k\n  rules:\n"
             "    - {name: ok, actions: [a], effect: EFFECT_ALLOW, roles: [r], output: {when: "
             "{ruleActivated: '\"told\"', conditionNotMet: '[1, 2.5, true, null]'}}}\n"
             "    - name: stop\n      actions: [a]\n      effect: EFFECT_DENY\n      roles: [r]\n"
             "      condition: {match: {expr: R.attr.n > 5}}\n"
             "      output:\n        when:\n          ruleActivated: |-\n"
             "            {\"outcome\": \"step_up\", \"reason\": \"over \" + string(5), \"acr\": "
             "\"mfa\",\n"
             "             \"ttl\": \"5m\", \"approvers_role\": \"lead\",\n"
             "             \"remediation\": {\"type\": \"step_up\", \"n\": 1}}\n";

    compile(&file, 1);
    struct pn_decision d = ask("r", "a", "\"n\":6");
    TEST_ASSERT_EQUAL(PN_STEP_UP, d.outcome);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("over 5"), d.reason));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("{\"type\":\"step_up\",\"n\":1}"), d.remediation));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("resource.k.vdefault#stop"), d.name));
    TEST_ASSERT_EQUAL(2, d.output_count);
    struct pn_output output = pn_policy_output(&p.policy, d.outputs[1]);
    TEST_ASSERT_EQUAL(300, output.ttl_s);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("mfa"), output.acr));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("lead"), output.approvers_role));
    TEST_ASSERT_TRUE(
        pn_slice_equal(PN_SLICE("\"told\""), pn_policy_output(&p.policy, d.outputs[0]).json));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("0.yaml:10"), pn_policy_rule_source(&p.policy, 1)) ||
                     pn_slice_equal(PN_SLICE("0.yaml:6"), pn_policy_rule_source(&p.policy, 1)));
}

/* An empty output is none. */
static void test_empty_outputs(void)
{
    const char *file = HEAD "resourcePolicy:\n  resource: k\n  rules:\n"
                            "    - {actions: [a, 1], effect: EFFECT_ALLOW, roles: [r], output: "
                            "{expr: '', when: {ruleActivated: '', conditionNotMet: \"\"}}}\n";

    compile(&file, 1);
    struct pn_decision d = ask("r", "1", "");
    TEST_ASSERT_EQUAL(PN_ALLOW, d.outcome);
    TEST_ASSERT_EQUAL(0, d.output_count);
}

/* In cerbos54 every expression of a condition settles an error as false, so none of it is true. */
static void test_cerbos54_settles(void)
{
    const char *file = HEAD "resourcePolicy:\n  resource: k\n  rules:\n"
                            "    - actions: [a]\n      effect: EFFECT_ALLOW\n      roles: [r]\n"
                            "      condition: {match: {none: {of: [{expr: R.attr.a == 1}]}}}\n";

    policy_text_compile(&p, PN_MODE_CERBOS54, &file, 1);
    TEST_ASSERT_EQUAL_STRING("", policy_text_messages(&p));
    TEST_ASSERT_GREATER_THAN(0, p.body.len);
}

struct row {
    const char *place; /* "line:column" of the first file */
    const char *says;
    const char *body; /* below apiVersion, which is line 1 */
};

#define RULE \
    "resourcePolicy:\n  resource: k\n  rules:\n    - actions: [a]\n      effect: EFFECT_ALLOW\n"

static const struct row errors[] = {
    { "2:1", "unknown key 'resourcePolicie' in a policy; did you mean 'resourcePolicy'",
      "resourcePolicie: {}\n" },
    { "1:1", "a file holds one policy", "description: nothing\n" },
    { "2:30", "a principal is one by name", "principalPolicy: {principal: 'x*'}\n" },
    { "3:13", "another rule of this policy is for 'k'",
      "principalPolicy: {principal: x, rules: [{resource: k, actions: [{action: a, effect: "
      "EFFECT_DENY}]},\n {resource: k, actions: [{action: a, effect: EFFECT_DENY}]}]}\n" },
    { "2:31", "'allowActions' is missing", "rolePolicy: {role: x, rules: [{resource: k}]}\n" },
    { "4:12", "a version has letters, digits and _",
      "resourcePolicy:\n  resource: k\n  version: v-2\n" },
    { "4:10", "a scope has parts of", "resourcePolicy:\n  resource: k\n  scope: acme..hr\n" },
    { "3:13", "the scope 'acme.hr' needs a policy of 'k' in the scope 'acme' above it too",
      "resourcePolicy:\n  resource: k\n  scope: acme.hr\n" },
    { "4:21", "SCOPE_PERMISSIONS_OVERRIDE_PARENT or",
      "resourcePolicy:\n  resource: k\n  scopePermissions: OVERRIDE_PARENT\n" },
    { "4:29", "'ref' is missing in a schema",
      "resourcePolicy:\n  resource: k\n  schemas: {resourceSchema: {}}\n" },
    { "4:13", "unknown key 'resource' in schemas",
      "resourcePolicy:\n  resource: k\n  schemas: {resource: {}}\n" },
    { "3:3", "'resource' is missing in resourcePolicy", "resourcePolicy:\n  rules: []\n" },
    { "3:13", "a resource is one by name", "resourcePolicy:\n  resource: 'mcp:*'\n" },
    { "5:7", "unknown key 'action' in a rule; did you mean 'actions'",
      "resourcePolicy:\n  resource: k\n  rules:\n    - action: [a]\n" },
    { "5:7", "'effect' is missing in a rule",
      "resourcePolicy:\n  resource: k\n  rules:\n    - {actions: [a], roles: [r]}\n" },
    { "6:15", "EFFECT_DENY or EFFECT_ALLOW is wanted here",
      "resourcePolicy:\n  resource: k\n  rules:\n    - actions: [a]\n      effect: ALLOW\n      "
      "roles: [r]\n" },
    { "5:7", "a rule names its roles", RULE },
    { "5:16", "'actions' in a rule takes a list of texts",
      "resourcePolicy:\n  resource: k\n  rules:\n    - actions: a\n      effect: EFFECT_ALLOW\n    "
      "  roles: [r]\n" },
    { "5:16", "'actions' in a rule takes a list of texts",
      "resourcePolicy:\n  resource: k\n  rules:\n    - actions: [~, 1]\n      effect: EFFECT_ALLOW\n"
      "      roles: [r]\n" },
    { "7:22", "no derivedRoles that this policy imports define 'ow'",
      RULE "      derivedRoles: [ow]\n" },
    { "2:52", "there is no derivedRoles named 'people'",
      "resourcePolicy: {resource: k, importDerivedRoles: [people], rules: []}\n" },
    { "8:26", "a condition has one of expr, all, any or none",
      RULE "      roles: [r]\n      condition: {match: {}}\n" },
    { "8:27", "unknown key 'exp' in a condition; did you mean 'expr'",
      RULE "      roles: [r]\n      condition: {match: {exp: '1 == 1'}}\n" },
    { "8:37", "this list of conditions is empty",
      RULE "      roles: [r]\n      condition: {match: {all: {of: []}}}\n" },
    { "8:18", "scripts are not part", RULE "      roles: [r]\n      condition: {script: x}\n" },
    { "8:51", "'stepup' is no outcome; did you mean 'step_up'",
      RULE
      "      roles: [r]\n      output: {when: {ruleActivated: '{\"outcome\": \"stepup\"}'}}\n" },
    { "8:51", "not supported yet: the outcome redact",
      RULE
      "      roles: [r]\n      output: {when: {ruleActivated: '{\"outcome\": \"redact\"}'}}\n" },
    { "8:51", "not supported yet: the outcome judge",
      RULE
      "      roles: [r]\n      output: {when: {ruleActivated: '{\"outcome\": \"judge\"}'}}\n" },
    { "8:51", "cannot have this outcome; make it EFFECT_DENY",
      RULE
      "      roles: [r]\n      output: {when: {ruleActivated: '{\"outcome\": \"step_up\"}'}}\n" },
    { "8:71", "'outcome' and its older name 'decision' differ",
      RULE "      roles: [r]\n      output: {when: {ruleActivated: '{\"outcome\": \"deny\", "
           "\"decision\": \"step_up\"}'}}\n" },
    { "8:51", "'outcome' of an output is constant",
      RULE "      roles: [r]\n      output: {when: {ruleActivated: '{\"outcome\": R.attr.x}'}}\n" },
    { "8:47", "'ttl' of an output is constant",
      RULE "      roles: [r]\n      output: {when: {ruleActivated: '{\"ttl\": R.attr.x}'}}\n" },
    { "8:39", "an output with an outcome is a map as a whole",
      RULE "      roles: [r]\n      output: {when: {ruleActivated: 'R.attr.x ? {\"outcome\": "
           "\"deny\"} : {}'}}\n" },
    { "8:50", "'reason' of an output is a string",
      RULE "      roles: [r]\n      output: {when: {ruleActivated: '{\"reason\": 5}'}}\n" },
    { "8:47", "'ttl' of an output is a duration",
      RULE "      roles: [r]\n      output: {when: {ruleActivated: '{\"ttl\": \"soon\"}'}}\n" },
    { "7:14", "another rule has this name",
      "resourcePolicy:\n  resource: k\n  rules:\n    - {name: x, actions: [a], effect: "
      "EFFECT_DENY, roles: [r]}\n    - {name: y, actions: [a], effect: EFFECT_DENY, roles: [r]}\n  "
      "  - {name: x, actions: [a], effect: EFFECT_DENY, roles: [r]}\n" },
    { "5:14", "a rule name is a letter",
      "resourcePolicy:\n  resource: k\n  rules:\n    - {name: 1x, actions: [a], effect: "
      "EFFECT_DENY, roles: [r]}\n" },
    { "5:18", "in the pattern 'a[*': this class has no closing bracket",
      "resourcePolicy:\n  resource: k\n  rules:\n    - {actions: ['a[*'], effect: EFFECT_DENY, "
      "roles: [r]}\n" },
    { "4:36", "the variable 'a' is defined twice",
      "resourcePolicy:\n  resource: k\n  variables: {import: [v], local: {a: 'true'}}\n" },
    { "5:7", "the key 'a' is already given on line 4",
      "resourcePolicy:\n  resource: k\n  variables: {local: {a: 'true',\n      a: 'false'}}\n" },
    { "4:36", "defined through itself",
      "resourcePolicy:\n  resource: k\n  variables: {local: {a: V.b, b: V.a}}\n  rules: [{actions: "
      "[x], effect: EFFECT_DENY, roles: [r], condition: {match: {expr: V.a}}}]\n" },
    { "4:1", "not readable as YAML", "resourcePolicy: {resource: k\n  rules\n" },
    { "3:1", "one document", "resourcePolicy: {resource: k}\n---\nx: 1\n" },
    { "2:31", "YAML tags", "resourcePolicy: {resource: !x k}\n" },
    { "2:29", "names no anchor", "resourcePolicy: {resource: *nope}\n" },
};

static void test_errors(void)
{
    static char text[4096], place[64];
    const char *files[] = {
        text,
        HEAD "exportVariables:\n  name: v\n  definitions: {a: '1 == 1'}\n",
    };

    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        static char wanted[8192];
        snprintf(text, sizeof text, HEAD "%s", errors[i].body);
        TEST_ASSERT_FALSE_MESSAGE(policy_text_compile(&p, PN_MODE_EDGE, files, 2), errors[i].body);
        snprintf(place, sizeof place, "0.yaml:%s: error: ", errors[i].place);
        snprintf(wanted, sizeof wanted, "wanted %s%s\nin %s\ngot %s", place, errors[i].says,
                 errors[i].body, policy_text_messages(&p));
        if (strstr(policy_text_messages(&p), place) == NULL) TEST_FAIL_MESSAGE(wanted);
        if (strstr(policy_text_messages(&p), errors[i].says) == NULL) TEST_FAIL_MESSAGE(wanted);
        policy_text_free(&p);
    }
}

static void test_errors_are_collected(void)
{
    const char *file = HEAD "resourcePolicy:\n  resource: k\n  rules:\n"
                            "    - {action: [a], effect: EFFECT_DENY, roles: [r]}\n"
                            "    - {actions: [a], effect: DENY, roles: [r]}\n"
                            "    - {actions: [a], effect: EFFECT_DENY, roles: [r], condition: "
                            "{match: {expr: 'V.x && P.y'}}}\n";

    TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, &file, 1));
    TEST_ASSERT_GREATER_OR_EQUAL(4, p.diagnostics.error_count);
}

static void test_notes(void)
{
    const char *file = HEAD "resourcePolicy:\n  resource: k\n  rules:\n"
                            "    - {actions: ['a[b]'], effect: EFFECT_DENY, roles: ['adm*']}\n"
                            "    - {actions: ['tools/call/a:b'], effect: EFFECT_DENY, roles: [r], "
                            "condition: {match: {expr: 'false'}}}\n";

    compile(&file, 1);
    const char *messages = policy_text_messages(&p);
    TEST_ASSERT_NOT_NULL(strstr(messages, "0.yaml:5:18: note: without a * this is no pattern"));
    TEST_ASSERT_NOT_NULL(strstr(messages, "note: roles are no patterns"));
    TEST_ASSERT_NOT_NULL(strstr(messages, "a tool name with ':' is refused"));
    TEST_ASSERT_NOT_NULL(strstr(messages, "this condition never holds"));
    policy_text_free(&p);
    file =
        HEAD "resourcePolicy:\n  resource: k\n  rules:\n"
             "    - {actions: [a], effect: EFFECT_DENY, roles: [r], output: {when: {ruleActivated: "
             "'{\"reason\": R.attr.password + \"!\", \"other\": R.attr.token}'}}}\n";
    compile(&file, 1);
    TEST_ASSERT_NOT_NULL(
        strstr(policy_text_messages(&p), "note: this reads R.attr.password, a secret by its name"));
    TEST_ASSERT_NULL(strstr(policy_text_messages(&p), "R.attr.token"));
    policy_text_free(&p);
    TEST_ASSERT_TRUE(policy_text_allow_when(&p, "R.attr.argument.n == 1 && R.attr.owner == 'x'"));
    TEST_ASSERT_EQUAL_STRING("0.yaml:11:13: note: the gateway knows no R.attr.argument; did you "
                             "mean R.attr.arguments?\n",
                             policy_text_messages(&p));
}

/* Variables that double each other, and aliases that do, come to an end with an error. */
static void test_bombs(void)
{
    static char text[8192];
    const char *files[] = { text };
    size_t len = (size_t)snprintf(text, sizeof text,
                                  HEAD "resourcePolicy:\n  resource: k\n  variables:\n    local:\n"
                                       "      v0: R.attr.a == 1\n");

    for (int i = 1; i < 40; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "      v%d: V.v%d && V.v%d\n", i,
                                i - 1, i - 1);
    }
    snprintf(text + len, sizeof text - len,
             "  rules: [{actions: [a], effect: EFFECT_DENY, roles: [r], condition: {match: {expr: "
             "V.v39}}}]\n");
    TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, files, 1));
    TEST_ASSERT_NOT_NULL(strstr(policy_text_messages(&p), "expand to too much"));
    policy_text_free(&p);

    len = (size_t)snprintf(text, sizeof text, HEAD "description: [&a0 [x, x]");
    for (int i = 1; i < 40; i++) {
        len +=
            (size_t)snprintf(text + len, sizeof text - len, ", &a%d [*a%d, *a%d]", i, i - 1, i - 1);
    }
    snprintf(text + len, sizeof text - len, "]\nresourcePolicy: {resource: k}\n");
    TEST_ASSERT_FALSE(policy_text_compile(&p, PN_MODE_EDGE, files, 1));
    TEST_ASSERT_NOT_NULL(strstr(policy_text_messages(&p), "aliases multiply"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_condition_trees);
    RUN_TEST(test_variables_and_constants);
    RUN_TEST(test_derived_roles);
    RUN_TEST(test_patterns_of_actions);
    RUN_TEST(test_outputs);
    RUN_TEST(test_empty_outputs);
    RUN_TEST(test_cerbos54_settles);
    RUN_TEST(test_errors);
    RUN_TEST(test_errors_are_collected);
    RUN_TEST(test_notes);
    RUN_TEST(test_bombs);
    return UNITY_END();
}
