/* `postern policy check`: requests in and answers out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_check.h"

#include <stdio.h>

#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct arena arena;
static struct bytes body, answer;

void setUp(void)
{
    struct diagnostics diagnostics = { 0 };
    char path[512];

    snprintf(path, sizeof path, "%s/policy/examples/support-desk", PN_SOURCE_DIR);
    TEST_ASSERT_EQUAL(0, compile_bundle(path, &body, &diagnostics));
    diag_free(&diagnostics);
}

void tearDown(void)
{
    bytes_free(&body);
    bytes_free(&answer);
    arena_free(&arena);
}

static const char *ask(const char *request, struct policy_question question)
{
    bytes_free(&answer);
    const char *error = policy_check(&arena, bytes_slice(&body), pn_slice(request, strlen(request)),
                                     &question, &answer);
    bytes_append_u8(&answer, 0);
    return error;
}

static void has(const char *text)
{
    if (strstr((const char *)answer.at, text) != NULL) return;
    printf("wanted: %s\ngot: %s\n", text, (const char *)answer.at);
    TEST_FAIL();
}

#define PRINCIPAL \
    "\"principal\":{\"id\":\"t1\",\"roles\":[\"tier-1-support\"],\"attr\":{\"task\":\"T-1\"}}"
#define REFUND(amount) \
    "{\"requestId\":\"r1\"," PRINCIPAL \
    ",\"resource\":{\"kind\":\"mcp:payments\",\"id\":\"refund_issue\"," \
    "\"attr\":{\"arguments\":{\"ticket_id\":\"T-1\"" amount \
    "}}},\"actions\":[\"tools/call/refund_issue\"]}"

static void test_denied(void)
{
    TEST_ASSERT_NULL(ask(REFUND(",\"amount_cents\":900000"), (struct policy_question){ 0 }));
    has("{\"requestId\":\"r1\",\"results\":[{\"resource\":{\"id\":\"refund_issue\",\"kind\":\"mcp:"
        "payments\"},"
        "\"actions\":{\"tools/call/refund_issue\":\"EFFECT_DENY\"}");
    has("\"outputs\":[{\"src\":\"resource.mcp:payments.vdefault#tier-1-refund-cap\","
        "\"action\":\"tools/call/refund_issue\",\"val\":{\"decision\":\"deny\"");
    has("\"outcome\":\"deny\",\"effect\":\"EFFECT_DENY\",\"because\":\"rule\","
        "\"rule\":\"resource.mcp:payments.vdefault#tier-1-refund-cap\","
        "\"reason\":\"tier-1-support refund cap exceeded\","
        "\"remediation\":{\"type\":\"step_up\",\"approvers_role\":\"tier-2-lead\"}");
    has("{\"predicate\":\"R.attr.arguments.amount_cents > 5000\",\"result\":\"true\"}");
    has("\"source\":\"policies/payments.yaml:15\"");
}

static void test_error_is_told(void)
{
    TEST_ASSERT_NULL(ask(REFUND(",\"amount_cents\":\"1\""), (struct policy_question){ 0 }));
    has("\"because\":\"error\"");
    has("\"error_in\":\"R.attr.arguments.amount_cents > 5000\"");
    has("{\"predicate\":\"R.attr.arguments.amount_cents > 5000\",\"result\":\"error\"}");
}

static void test_allowed_and_default(void)
{
    TEST_ASSERT_NULL(ask(REFUND(",\"amount_cents\":4000"), (struct policy_question){ 0 }));
    has("\"tools/call/refund_issue\":\"EFFECT_ALLOW\"");
    has("\"outcome\":\"allow\"");
    TEST_ASSERT_NULL(ask(REFUND(""), (struct policy_question){ .action = "tools/call/other" }));
    has("\"because\":\"default\",\"reason\":\"denied_by_default\",\"why\":[]");
}

static void test_phase(void)
{
    TEST_ASSERT_NULL(ask(REFUND(""), (struct policy_question){ .phase = "list" }));
    has("EFFECT_ALLOW");
    has("\"result\":\"unknown\"");
    TEST_ASSERT_NULL(ask(REFUND(""), (struct policy_question){ .phase = "call" }));
    has("EFFECT_DENY");
}

static void test_resources(void)
{
    TEST_ASSERT_NULL(
        ask("{\"requestId\":\"r2\"," PRINCIPAL ",\"resources\":["
            "{\"resource\":{\"kind\":\"mcp:payroll\",\"id\":\"a\",\"attr\":{}},\"actions\":["
            "\"initialize\"]},"
            "{\"resource\":{\"kind\":\"llm\",\"id\":\"b\",\"attr\":{\"model\":\"gpt-4o\"}},"
            "\"actions\":[\"completion\",\"embedding\"]}]}",
            (struct policy_question){ 0 }));
    has("{\"id\":\"a\",\"kind\":\"mcp:payroll\"},\"actions\":{\"initialize\":\"EFFECT_DENY\"}");
    has("{\"id\":\"b\",\"kind\":\"llm\"},\"actions\":{\"completion\":\"EFFECT_ALLOW\","
        "\"embedding\":\"EFFECT_DENY\"}");
}

/* What this command answers is what Cerbos answers: to a CheckInput a CheckOutput as well. */
static void test_both_forms(void)
{
    TEST_ASSERT_NULL(ask(REFUND(",\"amount_cents\":4000"), (struct policy_question){ 0 }));
    has("\"resourceId\":\"refund_issue\",\"actions\":{\"tools/call/refund_issue\":{\"effect\":"
        "\"EFFECT_ALLOW\",\"policy\":\"resource.mcp:payments.vdefault\"}},"
        "\"effectiveDerivedRoles\":[],\"validationErrors\":[],\"outputs\":[]");
    TEST_ASSERT_NULL(ask("{\"requestId\":\"r3\",\"includeMeta\":true," PRINCIPAL
                         ",\"resources\":[{\"resource\":{"
                         "\"kind\":\"nothing\",\"id\":\"a\"},\"actions\":[\"x\"]}]}",
                         (struct policy_question){ 0 }));
    has("{\"requestId\":\"r3\",\"results\":[{\"resource\":{\"id\":\"a\",\"kind\":\"nothing\"},"
        "\"actions\":{\"x\":\"EFFECT_DENY\"},\"validationErrors\":[],\"outputs\":[],\"meta\":{"
        "\"actions\":{\"x\":{\"matchedPolicy\":\"NO_MATCH\"}},\"effectiveDerivedRoles\":[]}}]");
    TEST_ASSERT_NULL(strstr((const char *)answer.at, "resourceId"));
}

/* Whom no rule of a kind concerns, it does not make effective; several actions add up. */
static void test_derived_roles(void)
{
    struct bundle_folder folder;
    struct bytes kept = body;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml",
                        "apiVersion: api.cerbos.dev/v1\nderivedRoles: {name: d, definitions: ["
                        "{name: reader, parentRoles: [user]}, {name: writer, parentRoles: [user]}, "
                        "{name: other, parentRoles: [user]}]}\n");
    bundle_folder_write(
        &folder, "policies/b.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy: {resource: doc, importDerivedRoles: [d], "
        "rules: [{actions: [read], effect: EFFECT_ALLOW, derivedRoles: [reader]}, {actions: [write], "
        "effect: EFFECT_ALLOW, derivedRoles: [writer]}]}\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    body = folder.body;
    const char *error = ask("{\"principal\":{\"id\":\"a\",\"roles\":[\"user\"]},\"resource\":{"
                            "\"kind\":\"doc\",\"id\":\"1\"},\"actions\":[\"read\",\"write\"]}",
                            (struct policy_question){ 0 });
    body = kept;
    bundle_folder_remove(&folder);
    TEST_ASSERT_NULL(error);
    has("\"effectiveDerivedRoles\":[\"reader\",\"writer\"]");
}

/* {"acr":"mfa"} between two parts that are not looked at. */
static void test_a_token_is_taken_at_its_word(void)
{
    struct bundle_folder folder;
    struct bytes kept = body;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml",
                        "apiVersion: api.cerbos.dev/v1\nresourcePolicy: {resource: doc, rules: [{"
                        "actions: [read], effect: EFFECT_ALLOW, roles: [user], condition: {match: {"
                        "expr: 'request.auxData.jwt.acr == \"mfa\"'}}}]}\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    body = folder.body;
    const char *error = ask(
        "{\"principal\":{\"id\":\"a\",\"roles\":[\"user\"]},\"resources\":[{\"resource\":{\"kind\":"
        "\"doc\",\"id\":\"1\"},\"actions\":[\"read\"]}],\"auxData\":{\"jwt\":{\"token\":"
        "\"eyJhbGciOiJIUzI1NiJ9.eyJhY3IiOiJtZmEifQ.c2lnbmVk\",\"keySetId\":\"k\"}}}",
        (struct policy_question){ 0 });
    body = kept;
    bundle_folder_remove(&folder);
    TEST_ASSERT_NULL(error);
    has("\"read\":\"EFFECT_ALLOW\"");
}

static void test_refused(void)
{
    static const struct {
        const char *request, *says;
    } rows[] = {
        { REFUND(",\"amount_cents\":1,\"amount_cents\":2"), "json_duplicate_key at byte" },
        { REFUND(",\"Amount_Cents\":1"), "json_key_case at byte" },
        { REFUND(",\"x\":01"), "json_number at byte" },
        { "{", "json_truncated at byte" },
        { "[]", "a JSON object" },
        { "{}", "line 1, column 1: principal is missing" },
        { "{\n \"principal\":5}", "line 2, column 14: principal is an object" },
        { "{\"principal\":{}}", "line 1, column 14: principal.id is missing" },
        { "{\"principal\":{\"id\":5}}", "line 1, column 20: principal.id is a text" },
        { "{\"principal\":{\"id\":\"a\"}}", "principal.roles is missing" },
        { "{\"principal\":{\"id\":\"a\",\"roles\":\"r\"}}", "principal.roles is a list of texts" },
        { "{\"principal\":{\"id\":\"a\",\"roles\":[1]}}", "principal.roles is a list of texts" },
        { "{\"principal\":{\"id\":\"a\",\"roles\":[],\"attr\":[]}}",
          "principal.attr is an object" },
        { "{\"principal\":{\"id\":\"a\",\"roles\":[],\"scope\":1}}", "principal.scope is a text" },
        { "{\"requestId\":1," PRINCIPAL "}", "requestId is a text" },
        { "{" PRINCIPAL "}", "line 1, column 1: resource is missing" },
        { "{" PRINCIPAL ",\"resource\":{}}", "actions is missing" },
        { "{" PRINCIPAL ",\"resource\":{},\"actions\":[\"a\"]}", "resource.kind is missing" },
        { "{" PRINCIPAL ",\"resource\":{\"kind\":\"k\",\"policyVersion\":1},\"actions\":[\"a\"]}",
          "resource.policyVersion is a text" },
        { "{" PRINCIPAL ",\"resource\":{\"kind\":\"k\"},\"actions\":[]}",
          "actions names at least one action" },
        { "{" PRINCIPAL ",\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\",\"b\",\"a\"]}",
          "actions names this action twice" },
        { "{" PRINCIPAL
          ",\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"],\"auxData\":{\"jwt\":1}}",
          "auxData.jwt is an object" },
        { "{" PRINCIPAL ",\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"],\"auxData\":{\"jwt\":{"
          "\"token\":\"a.b\"}}}",
          "auxData.jwt.token is no JWT" },
        { "{" PRINCIPAL ",\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"],\"auxData\":{\"jwt\":{"
          "\"token\":\"e30.W10.x+\"}}}",
          "auxData.jwt.token is no JWT" },
        { "{" PRINCIPAL ",\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"],\"auxData\":{\"jwt\":{"
          "\"token\":\"e30.W10.xx\"}}}",
          "auxData.jwt.token is no JWT" }, /* its claims are a list */
        { "{" PRINCIPAL ",\"resources\":5}", "'resources' is a list" },
        { "{" PRINCIPAL ",\"resources\":[]}", "'resources' names at least one resource" },
        { "{" PRINCIPAL ",\"resources\":[5]}", "an entry of 'resources'" },
        { "{" PRINCIPAL ",\"resource\":{},\"resources\":[]}", "either 'resource' or 'resources'" },
        { "{" PRINCIPAL ",\"resources\":[{\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"]},{}]}",
          "resources[1].resource is missing" },
        { "{" PRINCIPAL ",\"resources\":[{\"resource\":{\"id\":\"k\"},\"actions\":[\"a\"]}]}",
          "resources[0].resource.kind is missing" },
        { "{" PRINCIPAL ",\"resources\":[{\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"]},]}",
          "json_syntax at byte " },
        { "{" PRINCIPAL ",\"resources\":[{\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"]}],"
          "\"b\":01}",
          "json_number at byte " },
        { "{" PRINCIPAL ",\"resources\":[{\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"]}]} # x",
          "json_trailing at byte " },
        { "{'principal':{'id':'a','roles':['r']},'resources':[{'resource':{'kind':'k'},"
          "'actions':['a']}]}",
          "json_syntax at byte 1" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *error = ask(rows[i].request, (struct policy_question){ 0 });
        TEST_ASSERT_NOT_NULL_MESSAGE(error, rows[i].request);
        if (strstr(error, rows[i].says) == NULL) TEST_FAIL_MESSAGE(error);
        TEST_ASSERT_EQUAL(1, answer.len);
    }
    const char *error = policy_check(&arena, PN_SLICE("no policy"), PN_SLICE("{}"),
                                     &(struct policy_question){ 0 }, &answer);
    TEST_ASSERT_NOT_NULL(strstr(error, "the policy is refused"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_denied);
    RUN_TEST(test_error_is_told);
    RUN_TEST(test_allowed_and_default);
    RUN_TEST(test_phase);
    RUN_TEST(test_resources);
    RUN_TEST(test_both_forms);
    RUN_TEST(test_derived_roles);
    RUN_TEST(test_a_token_is_taken_at_its_word);
    RUN_TEST(test_refused);
    return UNITY_END();
}
