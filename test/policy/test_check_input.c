/* Requests in Cerbos's form: read, refused, decided.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/check_input.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/policy_explain.h"
#include "test/policy/assemble_body.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_check_input input;
static struct pn_decision decision;
static struct pn_json_key places[64];
static struct pn_json_keys keys;

/* Agents of a region may act there; amounts over 5000 are denied; a claim is asked for. */
void setUp(void)
{
    const uint8_t seed[16] = { 1 };

    pn_json_keys_init(&keys, places, 64, seed);
    pn_asm_begin(&a);
    uint16_t amount = pn_asm_slot(&a, "R.attr.arguments.amount"),
             phase = pn_asm_slot(&a, "R.attr.phase");
    uint16_t region = pn_asm_slot(&a, "R.attr.arguments.region"),
             own = pn_asm_slot(&a, "P.attr.region");
    uint16_t acr = pn_asm_slot(&a, "J.acr"), kind = pn_asm_slot(&a, "R.kind"),
             id = pn_asm_slot(&a, "P.id");
    uint16_t over = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_GT, amount, PN_NONE16,
                                     pn_asm_int(&a, 5000), "R.attr.arguments.amount > 5000");
    uint16_t same =
        pn_asm_predicate(&a, PN_PREDICATE_COMPARE_SLOTS, PN_EQ, region, own, PN_NONE32, "same");
    uint16_t mfa = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_EQ, acr, PN_NONE16,
                                    pn_asm_text(&a, "mfa"), "request.auxData.jwt.acr == \"mfa\"");
    uint16_t kinds = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_EQ, kind, PN_NONE16,
                                      pn_asm_text(&a, "mcp:pay"), "R.kind");
    uint16_t ids = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_EQ, id, PN_NONE16,
                                    pn_asm_text(&a, "sue"), "P.id");
    uint16_t called = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_NE, phase, PN_NONE16,
                                       pn_asm_text(&a, "x"), "R.attr.phase");
    const uint16_t all[] = { same, mfa, kinds, ids, called, PN_NONE16 };
    pn_asm_role(&a, "agent");
    uint32_t agent = pn_asm_roles(&a, 1);
    pn_asm_on(&a, "mcp:pay", "tools/call/refund",
              pn_asm_rule(&a, PN_ALLOW, agent, pn_asm_masks(&a, all, NULL), PN_NONE32, "allow"));
    pn_asm_on(
        &a, "mcp:pay", "tools/call/**",
        pn_asm_rule(&a, PN_DENY, PN_NONE32, pn_asm_mask(&a, over, PN_NONE16), PN_NONE32, "cap"));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_finish(&a)));
}

void tearDown(void)
{
}

static char *text;

static enum pn_step read_text(const char *json)
{
    free(text);
    text = malloc(strlen(json));
    memcpy(text, json, strlen(json));
    return pn_check_input_read(&input, &policy, &keys, pn_slice(text, strlen(json)));
}

static enum pn_outcome decide(uint16_t action)
{
    pn_policy_decide(&policy, pn_check_input_facts(&input, &policy, action, 1000), &scratch,
                     &decision);
    return decision.outcome;
}

static const char *const good =
    "{\"requestId\":\"r1\",\"actions\":[\"tools/call/refund\",\"tools\\/call/other\"],"
    "\"principal\":{\"id\":\"sue\",\"roles\":[\"x\",\"\\u0061gent\"],\"attr\":{\"region\":\"eu\"}},"
    "\"resource\":{\"kind\":\"mcp:pay\",\"id\":\"refund\",\"attr\":{\"arguments\":{\"region\":"
    "\"\\u0065u\","
    "\"amount\":40}}},\"auxData\":{\"jwt\":{\"acr\":\"mfa\"}}}";

static void test_a_request_is_decided_action_by_action(void)
{
    TEST_ASSERT_EQUAL(PN_DONE, read_text(good));
    TEST_ASSERT_EQUAL(2, input.action_count);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("tools/call/other"), input.actions[1]));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("mcp:pay"), input.kind));
    TEST_ASSERT_TRUE(pn_value_is_text(&input.request_id, PN_SLICE("r1")));
    TEST_ASSERT_TRUE(pn_value_is_text(&input.principal_id, PN_SLICE("sue")));
    TEST_ASSERT_TRUE(pn_value_is_text(&input.resource_id, PN_SLICE("refund")));
    TEST_ASSERT_EQUAL(PN_ALLOW, decide(0));
    TEST_ASSERT_EQUAL(PN_DENY, decide(1));
    TEST_ASSERT_EQUAL(PN_WHY_DEFAULT, decision.why);
}

struct row {
    const char *json;
    enum pn_outcome outcome;
    enum pn_why why;
};

#define HEAD \
    "{\"actions\":[\"tools/call/refund\"],\"principal\":{\"id\":\"sue\",\"roles\":[\"agent\"]," \
    "\"attr\":{\"region\":\"eu\"}},\"auxData\":{\"jwt\":{\"acr\":\"mfa\"}}," \
    "\"resource\":{\"kind\":\"mcp:pay\",\"id\":\"refund\",\"attr\":"

static const struct row rows[] = {
    { HEAD "{\"arguments\":{\"region\":\"eu\",\"amount\":40}}}}", PN_ALLOW, PN_WHY_RULE },
    { HEAD "{\"arguments\":{\"region\":\"us\",\"amount\":40}}}}", PN_DENY, PN_WHY_DEFAULT },
    { HEAD "{\"arguments\":{\"region\":\"eu\",\"amount\":9e5}}}}", PN_DENY, PN_WHY_RULE },
    { HEAD "{\"arguments\":{\"region\":\"eu\",\"\\u0061mount\":900000.0}}}}", PN_DENY,
      PN_WHY_RULE },
    { HEAD "{\"arguments\":{\"region\":\"eu\",\"amount\":\"40\"}}}}", PN_DENY, PN_WHY_ERROR },
    { HEAD "{\"arguments\":{\"region\":\"eu\"}}}}", PN_DENY, PN_WHY_ERROR },
    { HEAD "{\"arguments\":{\"region\":\"eu\",\"amount\":99999999999999999999}}}}", PN_DENY,
      PN_WHY_ERROR },
    { HEAD "{\"arguments\":[1]}}}", PN_DENY, PN_WHY_ERROR },
    { HEAD "{\"phase\":\"list\",\"arguments\":{\"amount\":9000}}}}", PN_ALLOW, PN_WHY_RULE },
    { HEAD "{\"phase\":\"offer\"}}}", PN_ALLOW, PN_WHY_RULE },
};

static void test_arguments_decide(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL_MESSAGE(PN_DONE, read_text(rows[i].json), rows[i].json);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].outcome, decide(0), rows[i].json);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].why, decision.why, rows[i].json);
    }
}

struct refused_row {
    const char *json;
    enum pn_reason reason;
};

static const struct refused_row refused[] = {
    { "", PN_REASON_JSON_TRUNCATED },
    { "{", PN_REASON_JSON_TRUNCATED },
    { "[]", PN_REASON_FIELD_TYPE },
    { "{}", PN_REASON_FIELD_TYPE },
    { "{\"actions\":[],\"principal\":{\"roles\":[]},\"resource\":{\"kind\":\"k\"}}",
      PN_REASON_FIELD_TYPE },
    { "{\"actions\":\"a\",\"principal\":{\"roles\":[]},\"resource\":{\"kind\":\"k\"}}",
      PN_REASON_FIELD_TYPE },
    { "{\"actions\":[1],\"principal\":{\"roles\":[]},\"resource\":{\"kind\":\"k\"}}",
      PN_REASON_FIELD_TYPE },
    { "{\"actions\":[\"a\"],\"principal\":{},\"resource\":{\"kind\":\"k\"}}",
      PN_REASON_FIELD_TYPE },
    { "{\"actions\":[\"a\"],\"principal\":{\"roles\":[null]},\"resource\":{\"kind\":\"k\"}}",
      PN_REASON_FIELD_TYPE },
    { "{\"actions\":[\"a\"],\"principal\":{\"roles\":[]},\"resource\":{}}", PN_REASON_FIELD_TYPE },
    { HEAD "{\"arguments\":{\"amount\":1,\"amount\":2}}}}", PN_REASON_JSON_DUPLICATE_KEY },
    { HEAD "{\"arguments\":{\"Amount\":1}}}}", PN_REASON_JSON_KEY_CASE },
};

static void test_what_is_not_of_this_form_is_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        TEST_ASSERT_EQUAL_MESSAGE(PN_REFUSED, read_text(refused[i].json), refused[i].json);
        TEST_ASSERT_EQUAL_MESSAGE(refused[i].reason, input.reason, refused[i].json);
    }
}

static void test_more_actions_than_room(void)
{
    static char json[16384];
    size_t len = 0;

    len += (size_t)sprintf(
        json, "{\"principal\":{\"roles\":[]},\"resource\":{\"kind\":\"k\"},\"actions\":[\"a\"");
    for (int i = 1; i < PN_CHECK_ACTIONS_MAX; i++) len += (size_t)sprintf(json + len, ",\"a\"");
    strcpy(json + len, "]}");
    TEST_ASSERT_EQUAL(PN_DONE, read_text(json));
    strcpy(json + len, ",\"a\"]}");
    TEST_ASSERT_EQUAL(PN_REFUSED, read_text(json));
    TEST_ASSERT_EQUAL(PN_REASON_FIELD_TYPE, input.reason);
}

static void test_kind_and_actions_larger_than_room(void)
{
    static char json[2 * PN_CHECK_TEXT_MAX];
    size_t len = (size_t)sprintf(
        json, "{\"principal\":{\"roles\":[]},\"resource\":{\"kind\":\"k\"},\"actions\":[\"");

    memset(json + len, 'a', PN_CHECK_TEXT_MAX);
    strcpy(json + len + PN_CHECK_TEXT_MAX, "\"]}");
    TEST_ASSERT_EQUAL(PN_REFUSED, read_text(json));
    TEST_ASSERT_EQUAL(PN_REASON_FIELD_TYPE, input.reason);
}

static void test_a_decision_is_explained(void)
{
    struct pn_explain_rule rule = { 0 };
    struct pn_explain_predicate predicate = { .predicate = 0 };
    int seen = 0;

    TEST_ASSERT_EQUAL(PN_DONE, read_text(HEAD "{\"arguments\":{\"region\":\"us\"}}}}"));
    const struct pn_facts *facts = pn_check_input_facts(&input, &policy, 0, 1000);
    TEST_ASSERT_EQUAL(PN_DENY, decide(0));
    TEST_ASSERT_TRUE(pn_explain_rule_next(&policy, facts, &scratch, &rule));
    TEST_ASSERT_EQUAL(0, rule.rule);
    TEST_ASSERT_EQUAL(PN_TRUE, rule.roles);
    TEST_ASSERT_EQUAL(PN_FALSE, rule.condition);
    TEST_ASSERT_FALSE(rule.matched);
    for (; pn_explain_predicate_next(&policy, facts, &scratch, &rule, &predicate); seen++) {
        bool regions = pn_slice_equal(PN_SLICE("same"),
                                      pn_policy_predicate_text(&policy, predicate.predicate));
        TEST_ASSERT_EQUAL(regions ? PN_FALSE : PN_TRUE, predicate.value);
    }
    TEST_ASSERT_EQUAL(5, seen);
    TEST_ASSERT_TRUE(pn_explain_rule_next(&policy, facts, &scratch, &rule));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("cap"), pn_policy_rule_name(&policy, rule.rule)));
    TEST_ASSERT_EQUAL(PN_FAULTY, rule.condition);
    TEST_ASSERT_TRUE(rule.matched);
    memset(&predicate, 0, sizeof predicate);
    TEST_ASSERT_TRUE(pn_explain_predicate_next(&policy, facts, &scratch, &rule, &predicate));
    TEST_ASSERT_EQUAL(PN_FAULTY, predicate.value);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("R.attr.arguments.amount"),
                                    pn_policy_slot_path(&policy, predicate.slot)));
    TEST_ASSERT_FALSE(pn_explain_predicate_next(&policy, facts, &scratch, &rule, &predicate));
    TEST_ASSERT_FALSE(pn_explain_rule_next(&policy, facts, &scratch, &rule));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_request_is_decided_action_by_action);
    RUN_TEST(test_arguments_decide);
    RUN_TEST(test_what_is_not_of_this_form_is_refused);
    RUN_TEST(test_more_actions_than_room);
    RUN_TEST(test_kind_and_actions_larger_than_room);
    RUN_TEST(test_a_decision_is_explained);
    return UNITY_END();
}
