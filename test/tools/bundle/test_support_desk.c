/* The examples decide as their stories say: who may open, call and ask for what, and every spelling
 * of a refund's amount.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core/identity/key_table.h"
#include "core/route/route_table.h"
#include "policy/check_input.h"
#include "tools/bundle/bundle.h"
#include "unity.h"

static struct diagnostics diagnostics;
static struct bytes body;
static struct pn_policy policy;
static struct pn_check_input input;
static struct pn_policy_scratch scratch;
static uint64_t values[2048]; /* lent for what expressions build */

void setUp(void)
{
}

void tearDown(void)
{
    bytes_free(&body);
    diag_free(&diagnostics);
}

static void load(const char *example)
{
    char path[512];

    snprintf(path, sizeof path, "%s/policy/examples/%s", PN_SOURCE_DIR, example);
    if (compile_bundle(path, &body, &diagnostics) != 0) diag_print(&diagnostics, stderr);
    TEST_ASSERT_EQUAL_MESSAGE(0, diagnostics.list.count, "an example compiles without a word");
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&body)));
}

/* REFUSED: the strict reader does not let the request come to a decision. */
enum answer { DENIED, STEPPED_UP, ALLOWED, REFUSED };

static struct pn_decision decision;

static enum answer ask(const char *role, const char *kind, const char *action, const char *attr)
{
    static const uint8_t seed[16] = { 1 };
    static struct pn_json_key places[64];
    struct pn_json_keys keys;
    char text[2048];

    snprintf(text, sizeof text,
             "{\"principal\":{\"id\":\"a\",\"roles\":[\"%s\"],\"attr\":{\"task\":\"T-1001\","
             "\"region\":\"eu\"}},"
             "\"resource\":{\"kind\":\"%s\",\"id\":\"i\",\"attr\":{%s}},\"actions\":[\"%s\"],"
             "\"auxData\":{\"jwt\":{}}}",
             role, kind, attr, action);
    pn_json_keys_init(&keys, places, 64, seed);
    if (pn_check_input_read(&input, &policy, &keys, pn_slice(text, strlen(text))) != PN_DONE) {
        return REFUSED;
    }
    scratch.values = pn_scratch(values, sizeof values);
    pn_policy_decide(&policy, pn_check_input_facts(&input, &policy, 0, 0), &scratch, &decision);
    if (decision.outcome == PN_STEP_UP) return STEPPED_UP;
    return decision.outcome == PN_ALLOW ? ALLOWED : DENIED;
}

static void test_models(void)
{
    static const struct {
        const char *role, *model;
        enum answer answer;
    } rows[] = {
        { "triage", "gpt-4o-mini", ALLOWED },         { "triage", "gpt-4o", DENIED },
        { "tier-1-support", "gpt-4o-mini", ALLOWED }, { "tier-1-support", "gpt-4o", ALLOWED },
        { "tier-2-lead", "gpt-4o", ALLOWED },         { "tier-2-lead", "gpt-5", DENIED },
        { "payroll-admin", "gpt-4o-mini", DENIED },   { "nobody", "gpt-4o-mini", DENIED },
        { "triage", "GPT-4o-mini", DENIED },
    };
    char attr[128];

    load("support-desk");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(attr, sizeof attr, "\"model\":\"%s\"", rows[i].model);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].answer, ask(rows[i].role, "llm", "completion", attr),
                                  attr);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].answer, ask(rows[i].role, "llm", "list", attr), attr);
        TEST_ASSERT_EQUAL(DENIED, ask(rows[i].role, "llm", "embedding", attr));
    }
}

static void test_opening(void)
{
    static const char *const roles[] = { "tier-1-support", "tier-2-lead", "triage",
                                         "payroll-admin" };
    static const struct {
        const char *kind;
        enum answer answer[4];
    } rows[] = {
        { "mcp:crm", { ALLOWED, ALLOWED, ALLOWED, DENIED } },
        { "mcp:tickets", { ALLOWED, ALLOWED, ALLOWED, DENIED } },
        { "mcp:payments", { ALLOWED, ALLOWED, DENIED, DENIED } },
        { "mcp:payroll", { DENIED, DENIED, DENIED, ALLOWED } },
        { "mcp:other", { DENIED, DENIED, DENIED, DENIED } },
    };

    load("support-desk");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t r = 0; r < 4; r++) {
            TEST_ASSERT_EQUAL_MESSAGE(rows[i].answer[r],
                                      ask(roles[r], rows[i].kind, "initialize", ""), rows[i].kind);
        }
    }
}

/* `amount` stands between the braces of the arguments, with "ticket_id":"T-1001" behind it. */
static void test_refunds(void)
{
    static const struct {
        const char *amount;
        enum answer tier_1, tier_2;
    } rows[] = {
        { "\"amount_cents\":4000,", ALLOWED, ALLOWED },
        { "\"amount_cents\":5000,", ALLOWED, ALLOWED },
        { "\"amount_cents\":5000.0,", ALLOWED, ALLOWED },
        { "\"amount_cents\":5001,", DENIED, ALLOWED },
        { "\"amount_cents\":5000.01,", DENIED, ALLOWED },
        { "\"amount_cents\":900000,", DENIED, ALLOWED },
        { "\"amount_cents\":900000.0,", DENIED, ALLOWED },
        { "\"amount_cents\":9e5,", DENIED, ALLOWED },
        { "\"amount_cents\":9E+5,", DENIED, ALLOWED },
        { "\"amount_cents\":0.9e6,", DENIED, ALLOWED },
        { "\"amount_cents\":1e999,", DENIED, ALLOWED },
        { "\"amount_cents\":99999999999999999999,", DENIED, ALLOWED },
        { "\"amount_cents\":\"900000\",", DENIED, ALLOWED },
        { "\"amount_cents\":\"1\",", DENIED, ALLOWED },
        { "\"amount_cents\":null,", DENIED, ALLOWED },
        { "\"amount_cents\":true,", DENIED, ALLOWED },
        { "\"amount_cents\":[1],", DENIED, ALLOWED },
        { "\"amount_cents\":{},", DENIED, ALLOWED },
        { "", DENIED, ALLOWED },
        { "\"amount\":1,", DENIED, ALLOWED },
        { "\"amount\\u005fcents\":900000,", DENIED, ALLOWED },
        { "\"\\u0061mount_cents\":4000,", ALLOWED, ALLOWED },
        { "\"amount_cents\":1,\"amount_cents\":900000,", REFUSED, REFUSED },
        { "\"amount_cents\":1,\"amount\\u005fcents\":900000,", REFUSED, REFUSED },
        { "\"Amount_Cents\":900000,", REFUSED, REFUSED },
        { "\"amount_cents\":1,\"AMOUNT_CENTS\":900000,", REFUSED, REFUSED },
        { "\"amount_cents\":09,", REFUSED, REFUSED },
    };
    char attr[256];

    load("support-desk");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(attr, sizeof attr, "\"arguments\":{%s\"ticket_id\":\"T-1001\"}", rows[i].amount);
        TEST_ASSERT_EQUAL_MESSAGE(
            rows[i].tier_1, ask("tier-1-support", "mcp:payments", "tools/call/refund_issue", attr),
            attr);
        TEST_ASSERT_EQUAL_MESSAGE(
            rows[i].tier_2, ask("tier-2-lead", "mcp:payments", "tools/call/refund_issue", attr),
            attr);
        TEST_ASSERT_NOT_EQUAL(ALLOWED,
                              ask("triage", "mcp:payments", "tools/call/refund_issue", attr));
    }
}

static void test_refund_reason(void)
{
    load("support-desk");
    TEST_ASSERT_EQUAL(DENIED,
                      ask("tier-1-support", "mcp:payments", "tools/call/refund_issue",
                          "\"arguments\":{\"amount_cents\":900000,\"ticket_id\":\"T-1001\"}"));
    TEST_ASSERT_TRUE(
        pn_slice_equal(PN_SLICE("tier-1-support refund cap exceeded"), decision.reason));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("resource.mcp:payments.vdefault#tier-1-refund-cap"),
                                    decision.name));
    TEST_ASSERT_TRUE(
        pn_slice_equal(PN_SLICE("{\"type\":\"step_up\",\"approvers_role\":\"tier-2-lead\"}"),
                       decision.remediation));
}

static void test_ticket(void)
{
    static const char *const wrong[] = { "\"ticket_id\":\"T-1002\"", "\"ticket_id\":1001", "",
                                         "\"ticket_id\":null", "\"ticket_id\":[\"T-1001\"]" };
    char attr[128];

    load("support-desk");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *comma = wrong[i][0] != 0 ? "," : "";
        snprintf(attr, sizeof attr, "\"arguments\":{%s%s\"amount_cents\":1}", wrong[i], comma);
        TEST_ASSERT_EQUAL_MESSAGE(
            DENIED, ask("tier-2-lead", "mcp:payments", "tools/call/refund_issue", attr), attr);
    }
    TEST_ASSERT_EQUAL(ALLOWED, ask("triage", "mcp:tickets", "tools/call/ticket_close",
                                   "\"arguments\":{\"ticket_id\":\"T-1001\"}"));
    TEST_ASSERT_EQUAL(DENIED, ask("triage", "mcp:tickets", "tools/call/ticket_close",
                                  "\"arguments\":{\"ticket_id\":\"T-7\"}"));
}

/* While tools are listed their arguments are unknown: shown where some could be allowed. */
static void test_listing(void)
{
    load("support-desk");
    TEST_ASSERT_EQUAL(ALLOWED, ask("tier-1-support", "mcp:payments", "tools/call/refund_issue",
                                   "\"phase\":\"list\""));
    TEST_ASSERT_EQUAL(
        DENIED, ask("triage", "mcp:payments", "tools/call/refund_issue", "\"phase\":\"list\""));
    TEST_ASSERT_EQUAL(ALLOWED,
                      ask("triage", "mcp:crm", "tools/call/customer_lookup", "\"phase\":\"list\""));
    TEST_ASSERT_EQUAL(DENIED,
                      ask("triage", "mcp:crm", "tools/call/customer_update", "\"phase\":\"list\""));
}

static void test_routes_and_keys(void)
{
    static const uint8_t tier_1[32] = {
        0x12, 0x1d, 0x20, 0x77, 0xe5, 0xbd, 0x40, 0xe8, 0x7c, 0x86, 0xaa,
        0xcc, 0xa0, 0xe4, 0x52, 0x1e, 0x58, 0xc4, 0x43, 0x49, 0xb6, 0xcd,
        0xa1, 0x5e, 0x6d, 0xc2, 0xd8, 0xab, 0xb8, 0xc7, 0xf5, 0x60,
    }; /* of sk-postern-demo-tier-1 */
    struct pn_key key;

    load("support-desk");
    const struct pn_slice *section = policy.blob.section;
    struct pn_route_table routes = pn_route_table_of(section);
    struct pn_key_table keys = pn_key_table_of(section);
    TEST_ASSERT_EQUAL(2, pn_model_count(&routes));
    TEST_ASSERT_EQUAL(4, pn_server_count(&routes));
    TEST_ASSERT_NOT_EQUAL(pn_model_at(&routes, 0).upstream, pn_model_at(&routes, 1).upstream);
    TEST_ASSERT_TRUE(pn_key_find(&keys, tier_1, 0, &key));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("T-1001"), key.task));
    TEST_ASSERT_EQUAL_UINT64(UINT64_C(1) << pn_policy_role(&policy, PN_SLICE("tier-1-support")),
                             key.roles[0]);
}

static void test_refunds_with_step_up(void)
{
    static const struct {
        const char *arguments;
        enum answer answer;
    } rows[] = {
        { "\"amount\":500", ALLOWED },
        { "\"amount\":501", STEPPED_UP },
        { "\"amount\":5000", STEPPED_UP },
        { "\"amount\":5001", DENIED },
        { "\"x\":1", DENIED },
        { "\"amount\":\"1\"", DENIED },
    };
    char attr[256];

    load("refunds");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(attr, sizeof attr,
                 "\"arguments\":{%s,\"region\":\"eu\",\"currency\":\"EUR\",\"customer_id\":\"cus_"
                 "abc123\"}",
                 rows[i].arguments);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].answer,
                                  ask("support", "mcp:payments", "tools/call/refund", attr), attr);
    }
    TEST_ASSERT_EQUAL(DENIED,
                      ask("support", "mcp:payments", "tools/call/refund",
                          "\"arguments\":{\"amount\":5,\"region\":\"us\",\"currency\":\"EUR\","
                          "\"customer_id\":\"cus_abc123\"}"));
    TEST_ASSERT_EQUAL(DENIED,
                      ask("support", "mcp:payments", "tools/call/refund",
                          "\"arguments\":{\"amount\":5,\"region\":\"eu\",\"currency\":\"EUR\","
                          "\"customer_id\":\"cus_abc-123\"}"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_models);
    RUN_TEST(test_opening);
    RUN_TEST(test_refunds);
    RUN_TEST(test_refund_reason);
    RUN_TEST(test_ticket);
    RUN_TEST(test_listing);
    RUN_TEST(test_routes_and_keys);
    RUN_TEST(test_refunds_with_step_up);
    return UNITY_END();
}
