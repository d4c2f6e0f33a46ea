/* `postern policy explain`: what it tells of rules, predicates and attributes, and what it hides.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/bundle/bundle_folder.h"
#include "tools/compile/secret_name.h"
#include "tools/policy_explain.h"
#include "tools/slot_list.h"
#include "unity.h"
#include "yyjson.h"

static struct bundle_folder folder;
static struct arena arena;
static struct bytes answer;

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bytes_free(&answer);
    arena_free(&arena);
    bundle_folder_remove(&folder);
}

#define RULE(name, effect, roles, expr) \
    "    - {name: " name ", actions: [a], effect: EFFECT_" effect ", roles: [" roles "],\n" \
    "       condition: {match: {expr: '" expr "'}}}\n"
#define POLICY(rules) \
    "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n  version: default\n  rules:\n" rules

/* A request for action a on k by one with roles r and s. */
static const char *request(const char *attr)
{
    return arena_format(&arena,
                        "{\"principal\":{\"id\":\"sue\",\"roles\":[\"r\",\"s\"],\"attr\":"
                        "{\"team\":\"red\"}},\"resource\":{\"kind\":\"k\",\"id\":\"one\",\"attr\":"
                        "{%s}},\"actions\":[\"a\"]}",
                        attr);
}

static const char *explain_with(const char *bundle, const char *policy, const char *asked,
                                enum explain_form form, const struct policy_question *question)
{
    const char *error = NULL;

    bundle_folder_write(&folder, "bundle.yaml", bundle);
    bundle_folder_write(&folder, "policies/a.yaml", policy);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    struct policy_explainer *e = policy_explainer(&arena, bytes_slice(&folder.body), &error);
    TEST_ASSERT_NOT_NULL_MESSAGE(e, error);
    answer.len = 0;
    error =
        policy_explainer_ask(e, &arena, pn_slice(asked, strlen(asked)), question, form, &answer);
    bytes_append_u8(&answer, 0);
    return error;
}

static const char *explain(const char *bundle, const char *policy, const char *attr,
                           enum explain_form form)
{
    struct policy_question question = { .now_ms = 1800000000000 };

    return explain_with(bundle, policy, request(attr), form, &question);
}

static void tells(const char *text)
{
    if (strstr((const char *)answer.at, text) != NULL) return;
    printf("wanted: %s\ngot: %s\n", text, (const char *)answer.at);
    TEST_FAIL();
}

static void tells_not(const char *text)
{
    if (strstr((const char *)answer.at, text) == NULL) return;
    printf("not wanted: %s\ngot: %s\n", text, (const char *)answer.at);
    TEST_FAIL();
}

struct row {
    const char *bundle, *rules, *attr; /* of the resource */
    const char *text;                  /* what is told */
};

#define EDGE   "name: t\n"
#define CERBOS "name: t\nmode: cerbos54\n"

static const struct row rows[] = {
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.n > 5"), "\"n\":9",
      "a on k one\n"
      "  allow (EFFECT_ALLOW): resource.k.vdefault#one\n"
      "    > allow   resource.k.vdefault#one  (policies/a.yaml:6)\n"
      "        condition: true\n"
      "        true    R.attr.n > 5\n"
      "            R.attr.n = 9 (int)\n" },
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.n > 5"), "\"n\":3",
      "  deny (EFFECT_DENY): no rule matches\n    reason: denied_by_default\n"
      "    - allow   resource.k.vdefault#one  (policies/a.yaml:6)\n"
      "        condition: false\n"
      "        false   R.attr.n > 5\n"
      "            R.attr.n = 3 (int)\n" },
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.n > 5"), "\"n\":\"9\"",
      "        condition: error\n        error   R.attr.n > 5\n"
      "            R.attr.n = \"9\" (string)\n" },
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.n > 5"), "", "            R.attr.n is absent\n" },

    /* A denial in error matches in edge, and not in cerbos54. */
    { EDGE, RULE("one", "DENY", "r", "R.attr.n > 5"), "",
      "  deny (EFFECT_DENY): a condition is in error: resource.k.vdefault#one\n"
      "    reason: denied_on_error\n"
      "    in error: R.attr.n > 5\n"
      "    > deny " },
    { CERBOS, RULE("one", "DENY", "r", "R.attr.n > 5"), "",
      "    - deny    resource.k.vdefault#one  (policies/a.yaml:6)\n"
      "        condition: false\n"
      "        error   R.attr.n > 5\n"
      "            R.attr.n is absent\n" },

    /* Who it is for. */
    { EDGE, RULE("one", "ALLOW", "t, u", "R.attr.n > 5"), "\"n\":9",
      "    - allow   resource.k.vdefault#one  (policies/a.yaml:6)\n"
      "        not for this principal: it is for t, u\n" },
    { EDGE, "    - {name: one, actions: [b], effect: EFFECT_ALLOW, roles: [r]}\n", "",
      "    no rule speaks of this action\n" },
    { EDGE, "    - {name: one, actions: ['*'], effect: EFFECT_ALLOW, roles: ['*']}\n", "",
      "    > allow   resource.k.vdefault#one  (policies/a.yaml:6)\n        no condition\n" },

    /* Two attributes, and value code with all that it reads. */
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.t == P.attr.team"), "\"t\":\"red\"",
      "            R.attr.t = \"red\" (string)\n            P.attr.team = \"red\" (string)\n" },
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.t + \"x\" == P.attr.team"), "\"t\":\"red\"",
      "        false   R.attr.t + \"x\" == P.attr.team\n"
      "            R.attr.t = \"red\" (string)\n            P.attr.team = \"red\" (string)\n" },
    { EDGE, RULE("one", "ALLOW", "r", "R.attr.l.exists(x, x > 1) && R.attr.m == {\"a\": 1}"),
      "\"l\":[1, 2],\"m\":{\"a\": 1}", "            R.attr.l = [1, 2] (list)\n" },

    /* What stands in several branches is told once. */
    { EDGE,
      RULE("one", "ALLOW", "r",
           "(R.attr.n > 5 && R.attr.m == 1) || (R.attr.n > 5 && R.attr.m == 2)"),
      "\"n\":9,\"m\":2",
      "        condition: true\n"
      "        true    R.attr.n > 5\n"
      "            R.attr.n = 9 (int)\n"
      "        false   R.attr.m == 1\n"
      "            R.attr.m = 2 (int)\n"
      "        true    R.attr.m == 2\n"
      "            R.attr.m = 2 (int)\n" },

    /* What each role comes to by itself; in cerbos54 one that is allowed is enough. */
    { EDGE, RULE("one", "ALLOW", "r", "true") RULE("two", "DENY", "s", "true"), "",
      "  deny (EFFECT_DENY): resource.k.vdefault#two\n"
      "    reason: denied_by_rule\n"
      "    * allow   resource.k.vdefault#one  (policies/a.yaml:6)\n"
      "        no condition\n"
      "    > deny    resource.k.vdefault#two  (policies/a.yaml:8)\n"
      "        no condition\n"
      "    with role r alone: allow\n    with role s alone: deny\n" },
    { CERBOS, RULE("one", "ALLOW", "r", "true") RULE("two", "DENY", "s", "true"), "",
      "  allow (EFFECT_ALLOW): resource.k.vdefault#one\n" },

    /* What has to be false. */
    { EDGE, RULE("one", "ALLOW", "r", "!has(R.attr.x) && R.attr.n > 5"), "\"n\":9,\"x\":1",
      "        true    has(R.attr.x)  (is to be false)\n" },

    /* A reason that the rule computes. */
    { EDGE,
      "    - {name: one, actions: [a], effect: EFFECT_DENY, roles: [r], output: {when: "
      "{ruleActivated: '{\"reason\": \"no \" + R.attr.t}'}}}\n",
      "\"t\":\"red\"", "    reason: no red\n" },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *policy = arena_format(&arena, POLICY("%s"), rows[i].rules);
        TEST_ASSERT_NULL(explain(rows[i].bundle, policy, rows[i].attr, EXPLAIN_TEXT));
        tells(rows[i].text);
    }
}

struct secret_row {
    const char *bundle, *expr, *attr;
    const char *line; /* what is told of the attribute */
};

/* SECRET stands in each value and must not be told, in either form. */
static const struct secret_row secret_rows[] = {
    { EDGE, "R.attr.arguments.password == \"x\"", "\"password\":\"SECRET\"",
      "R.attr.arguments.password = \"(hidden)\"" },
    { EDGE, "R.attr.arguments.API_Key == \"x\"", "\"API_Key\":\"SECRET\"",
      "R.attr.arguments.API_Key = \"(hidden)\"" },
    { EDGE, "R.attr.arguments[\"x-auth-token\"] + \"y\" == \"x\"", "\"x-auth-token\":\"SECRET\"",
      "R.attr.arguments[\"x-auth-token\"] = \"(hidden)\"" },
    { "name: t\nsecrets: [R.attr.arguments.card]\n", "R.attr.arguments.card.number == \"x\"",
      "\"card\":{\"number\":\"SECRET\"}", "R.attr.arguments.card.number = \"(hidden)\"" },
    { "name: t\nsecrets: [R.attr.arguments.card.number]\n", "R.attr.arguments.card == {}",
      "\"card\":{\"number\":\"SECRET\"}", "R.attr.arguments.card = \"(hidden)\"" },
    { EDGE, "R.attr.arguments.login == {}",
      "\"login\":{\"x\":[{\"user-Pass\\u0077ord\":\"SECRET\"}]}",
      "R.attr.arguments.login = \"(hidden)\"" },
    { EDGE, "R.attr.arguments == {}", "\"token\":\"SECRET\"", "R.attr.arguments = \"(hidden)\"" },
};

static void test_secrets_are_masked(void)
{
    for (size_t i = 0; i < sizeof secret_rows / sizeof secret_rows[0]; i++) {
        const struct secret_row *row = &secret_rows[i];
        const char *policy = arena_format(
            &arena,
            POLICY("    - {name: one, actions: [a], effect: EFFECT_ALLOW, roles: [r],\n"
                   "       condition: {match: {expr: '%s'}}}\n"),
            row->expr);
        const char *attr = arena_format(&arena, "\"arguments\":{%s}", row->attr);
        TEST_ASSERT_NULL(explain(row->bundle, policy, attr, EXPLAIN_TEXT));
        tells(row->line);
        tells_not("SECRET");
        TEST_ASSERT_NULL(explain(row->bundle, policy, attr, EXPLAIN_JSON));
        tells_not("SECRET");
    }
}

/* What is beside a secret and not it, is told. */
static void test_others_are_not(void)
{
    TEST_ASSERT_NULL(explain("name: t\nsecrets: [R.attr.car]\n",
                             POLICY(RULE("one", "ALLOW", "r", "R.attr.card == \"x\"")),
                             "\"card\":\"seen\"", EXPLAIN_TEXT));
    tells("R.attr.card = \"seen\" (string)");
    TEST_ASSERT_NULL(explain(EDGE, POLICY(RULE("one", "ALLOW", "r", "R.attr.max_tokens == 3")),
                             "\"max_tokens\":4", EXPLAIN_TEXT));
    tells("R.attr.max_tokens = 4 (int)");
    bundle_folder_write(&folder, "bundle.yaml", "name: t\nsecrets: [card]\n");
    TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
    TEST_ASSERT_NOT_NULL(strstr(bundle_folder_messages(&folder),
                                "bundle.yaml:2:11: error: a secret is an attribute"));
}

static void test_secret_names(void)
{
    static const char *const secret[] = { "password", "PASSWORD",     "user_password",
                                          "apiKey",   "x-api-key",    "access_token",
                                          "token",    "clientSecret", "Authorization",
                                          "Cookie",   "private_key",  "pin" };
    static const char *const plain[] = { "", "pinned", "tokens_left", "key_id", "cookies_eaten" };

    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
        TEST_ASSERT_TRUE_MESSAGE(secret_name(pn_slice(secret[i], strlen(secret[i]))), secret[i]);
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(secret_name(pn_slice(plain[i], strlen(plain[i]))), plain[i]);
    }
}

static yyjson_val *at(yyjson_val *from, const char *pointer)
{
    yyjson_val *found = yyjson_ptr_get(from, pointer);

    if (found == NULL) printf("nothing at %s in %s\n", pointer, (const char *)answer.at);
    TEST_ASSERT_NOT_NULL(found);
    return found;
}

static void test_json(void)
{
    TEST_ASSERT_NULL(
        explain(EDGE, POLICY(RULE("one", "ALLOW", "r", "R.attr.token == \"x\" && R.attr.n > 5")),
                "\"token\":\"x\",\"n\":1", EXPLAIN_JSON));
    yyjson_doc *doc = yyjson_read((char *)answer.at, answer.len - 1, 0);
    TEST_ASSERT_NOT_NULL(doc);
    yyjson_val *root = yyjson_doc_get_root(doc),
               *rule = at(root, "/explanations/0/explanation/rules/0");
    TEST_ASSERT_EQUAL_STRING("edge", yyjson_get_str(at(root, "/mode")));
    TEST_ASSERT_EQUAL_STRING("a", yyjson_get_str(at(root, "/explanations/0/action")));
    TEST_ASSERT_EQUAL_STRING("policies/a.yaml:6", yyjson_get_str(at(rule, "/source")));
    TEST_ASSERT_EQUAL_STRING("false", yyjson_get_str(at(rule, "/condition")));
    TEST_ASSERT_FALSE(yyjson_get_bool(at(rule, "/matched")));
    TEST_ASSERT_TRUE(yyjson_get_bool(at(rule, "/predicates/0/reads/0/masked")));
    TEST_ASSERT_EQUAL_STRING("false", yyjson_get_str(at(rule, "/predicates/1/result")));
    TEST_ASSERT_EQUAL(1, yyjson_get_int(at(rule, "/predicates/1/reads/0/value")));
    TEST_ASSERT_EQUAL_STRING("true", yyjson_get_str(at(rule, "/predicates/1/wanted")));
    TEST_ASSERT_EQUAL_STRING("int", yyjson_get_str(at(rule, "/predicates/1/reads/0/type")));
    yyjson_doc_free(doc);
}

/* Scopes: the rules of every scope on the way, each under its policy's name. */
static void test_scopes(void)
{
    static const char asked[] =
        "{\"principal\":{\"id\":\"sue\",\"roles\":[\"r\"],\"attr\":{}},\"resource\":{\"kind\":\"k\","
        "\"id\":\"one\",\"scope\":\"acme\",\"attr\":{\"n\":1}},\"actions\":[\"a\"]}";
    struct policy_question question = { .now_ms = 1800000000000 };

    bundle_folder_write(
        &folder, "policies/b.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n"
        "  version: default\n  scope: acme\n  importDerivedRoles: [d]\n  rules:\n"
        "    - {name: low, actions: [a], effect: EFFECT_DENY, derivedRoles: [boss],\n"
        "       condition: {match: {expr: 'R.attr.n > 5'}}}\n");
    const char *derived = "apiVersion: api.cerbos.dev/v1\nderivedRoles:\n  name: d\n"
                          "  definitions: [{name: boss, parentRoles: [r]}]\n";
    char path[128];
    snprintf(path, sizeof path, "%s/policies/d.yaml", folder.path);
    FILE *out = fopen(path, "w");
    TEST_ASSERT_TRUE(out != NULL && fputs(derived, out) >= 0 && fclose(out) == 0);
    const char *error = explain_with(CERBOS, POLICY(RULE("top", "ALLOW", "r", "R.attr.n < 5")),
                                     asked, EXPLAIN_TEXT, &question);
    remove(path);
    TEST_ASSERT_NULL(error);
    tells("  allow (EFFECT_ALLOW): resource.k.vdefault#top\n");
    tells("    - deny    resource.k.vdefault/acme#low  (policies/b.yaml:8)\n");
    tells("        false   R.attr.n > 5\n");
    tells("    > allow   resource.k.vdefault#top  (policies/a.yaml:6)\n");
    tells("    derived role boss: true\n");
}

static void test_phase_and_action(void)
{
    struct policy_question question = { .action = "b", .phase = "list" };

    TEST_ASSERT_NULL(
        explain_with(EDGE,
                     POLICY("    - {name: one, actions: [b], effect: EFFECT_ALLOW, roles: [r],\n"
                            "       condition: {match: {expr: 'R.attr.arguments.n > 5'}}}\n"),
                     request("\"arguments\":{\"n\":1}"), EXPLAIN_TEXT, &question));
    tells("b on k one\n  allow (EFFECT_ALLOW): resource.k.vdefault#one\n");
    tells("    something is unknown and was given the benefit of the doubt\n");
    tells("        unknown R.attr.arguments.n > 5\n            R.attr.arguments.n is unknown\n");

    /* What one rule allows, another denies. */
    question.action = NULL;
    TEST_ASSERT_NULL(explain_with(EDGE,
                                  POLICY(RULE("one", "ALLOW", "r", "R.attr.arguments.n > 5")
                                             RULE("two", "DENY", "r", "R.attr.arguments.n > 5")),
                                  request("\"arguments\":{\"n\":1}"), EXPLAIN_TEXT, &question));
    tells("  deny (EFFECT_DENY): whatever the arguments, it comes to a denial\n");
    TEST_ASSERT_NULL(explain_with(EDGE, POLICY(RULE("one", "DENY", "r", "R.attr.arguments.n > 5")),
                                  request(""), EXPLAIN_TEXT, &question));
    tells("  deny (EFFECT_DENY): no rule matches\n");
}

/* Schemas: one that rejects leaves no rule to tell of, one that warns tells beside them. */
static void test_schemas(void)
{
    static const char policy[] =
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: k\n"
        "  schemas: {resourceSchema: {ref: 'cerbos:///r.json'}}\n  rules:\n"
        "    - {name: one, actions: [a], effect: EFFECT_ALLOW, roles: [r]}\n";

    bundle_folder_write(&folder, "policies/_schemas/r.json",
                        "{\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"integer\"}}}");
    TEST_ASSERT_NULL(
        explain("name: t\nschema_enforcement: reject\n", policy, "\"n\":\"x\"", EXPLAIN_TEXT));
    tells("\n  schema rejects: {");
    tells("  deny (EFFECT_DENY): an attribute is not as its schema wants it\n");
    tells_not("#one");
    TEST_ASSERT_NULL(
        explain("name: t\nschema_enforcement: reject\n", policy, "\"n\":\"x\"", EXPLAIN_JSON));
    tells("\"because\":\"schema\"");
    tells("\"validationErrors\":[{");
    tells("\"rules\":[]");
    TEST_ASSERT_NULL(
        explain("name: t\nschema_enforcement: warn\n", policy, "\"n\":\"x\"", EXPLAIN_TEXT));
    tells("\n  schema warns: {");
    tells("    > allow   resource.k.vdefault#one");
    TEST_ASSERT_NULL(
        explain("name: t\nschema_enforcement: reject\n", policy, "\"n\":3", EXPLAIN_TEXT));
    tells("    > allow   resource.k.vdefault#one");
    tells_not("schema");
}

/* A CheckResources body asks about all its resources. */
static void test_several_resources(void)
{
    struct policy_question question = { 0 };

    TEST_ASSERT_NULL(explain_with(
        EDGE, POLICY(RULE("one", "ALLOW", "r", "R.attr.n > 5")),
        "{\"principal\":{\"id\":\"sue\",\"roles\":[\"r\"]},\"resources\":["
        "{\"actions\":[\"a\"],\"resource\":{\"kind\":\"k\",\"id\":\"one\",\"attr\":{\"n\":6}}},"
        "{\"actions\":[\"a\",\"b\"],\"resource\":{\"kind\":\"k\",\"id\":\"two\",\"attr\":{}}}]}",
        EXPLAIN_TEXT, &question));
    tells("a on k one\n  allow");
    tells("\n\na on k two\n  deny");
    tells("\n\nb on k two\n  deny");
}

static void test_refusals(void)
{
    const char *error = NULL;
    struct policy_question question = { 0 };

    TEST_ASSERT_NULL(policy_explainer(&arena, PN_SLICE("no policy"), &error));
    TEST_ASSERT_NOT_NULL(strstr(error, "the policy is refused: "));
    error = explain_with(EDGE, POLICY(""), "{\"principal\":{}}", EXPLAIN_JSON, &question);
    TEST_ASSERT_NOT_NULL(error);
    TEST_ASSERT_EQUAL(1, answer.len); /* the NUL of the test */
    TEST_ASSERT_NOT_NULL(
        explain_with(EDGE, POLICY(""), "{\"principal\":", EXPLAIN_TEXT, &question));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_secrets_are_masked);
    RUN_TEST(test_others_are_not);
    RUN_TEST(test_secret_names);
    RUN_TEST(test_json);
    RUN_TEST(test_scopes);
    RUN_TEST(test_phase_and_action);
    RUN_TEST(test_schemas);
    RUN_TEST(test_several_resources);
    RUN_TEST(test_refusals);
    return UNITY_END();
}
