/* Outcomes: what wins, what an error does, what is told; and the refund rules of the support desk.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/policy/assemble_body.h"
#include "test/policy/value_spec.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_facts facts;
static struct pn_decision decision;

void setUp(void)
{
    pn_asm_begin(&a);
}

void tearDown(void)
{
}

static void open_policy(enum pn_phase phase)
{
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_asm_finish(&a));

    TEST_ASSERT_EQUAL_MESSAGE(PN_POLICY_GOOD, fault, (const char *)pn_policy_fault_name(fault).at);
    pn_facts_begin(&facts, &policy, slots, phase);
    pn_facts_call(&facts, &policy, PN_SLICE("k"), PN_SLICE("act"));
}

static void decide(void)
{
    memset(&scratch, 0xA5, sizeof scratch); /* it needs no preparation */
    pn_policy_decide(&policy, &facts, &scratch, &decision);
}

static void assert_text(const char *expect, struct pn_slice actual)
{
    TEST_ASSERT_EQUAL(strlen(expect), actual.len);
    if (actual.len > 0) TEST_ASSERT_EQUAL_MEMORY(expect, actual.at, actual.len);
}

static struct pn_value truth(char c)
{
    return pn_value_spec(c == 'T' ? "true" : c == 'F' ? "false" : c == 'U' ? "?" : "-");
}

/* One rule of each outcome whose condition is a boolean: D S R A, each T F E U or '.' for no rule.
 */
struct combine_row {
    const char *values;
    enum pn_outcome outcome;
    enum pn_why why;
    int rule; /* index among the rules that are there, -1: none */
};

static const struct combine_row calls[] = {
    { "....", PN_DENY, PN_WHY_DEFAULT, -1 },
    { "...F", PN_DENY, PN_WHY_DEFAULT, -1 },
    { "...T", PN_ALLOW, PN_WHY_RULE, 0 },
    { "...E", PN_DENY, PN_WHY_DEFAULT, -1 }, /* an allow in error is no match */
    { "..T.", PN_REDACT, PN_WHY_RULE, 0 },
    { "..E.", PN_DENY, PN_WHY_DEFAULT, -1 },
    { ".T..", PN_STEP_UP, PN_WHY_RULE, 0 },
    { ".E..", PN_STEP_UP, PN_WHY_ERROR, 0 }, /* a step-up in error is one */
    { "T...", PN_DENY, PN_WHY_RULE, 0 },
    { "E...", PN_DENY, PN_WHY_ERROR, 0 },
    { "F..T", PN_ALLOW, PN_WHY_RULE, 1 },
    { "T..T", PN_DENY, PN_WHY_RULE, 0 },
    { "E..T", PN_DENY, PN_WHY_ERROR, 0 }, /* a missing attribute does not open */
    { ".T.T", PN_STEP_UP, PN_WHY_RULE, 0 },
    { ".E.T", PN_STEP_UP, PN_WHY_ERROR, 0 },
    { "..TT", PN_REDACT, PN_WHY_RULE, 0 },
    { "..ET", PN_ALLOW, PN_WHY_RULE, 1 },
    { ".TT.", PN_STEP_UP, PN_WHY_RULE, 0 },
    { "TTTT", PN_DENY, PN_WHY_RULE, 0 },
    { "FTTT", PN_STEP_UP, PN_WHY_RULE, 1 },
    { "FFTT", PN_REDACT, PN_WHY_RULE, 2 },
    { "FFFT", PN_ALLOW, PN_WHY_RULE, 3 },
    { "FFFF", PN_DENY, PN_WHY_DEFAULT, -1 },
    { "EEEE", PN_DENY, PN_WHY_ERROR, 0 },
    /* nothing is unknown in a call, and if it were it would be an error */
    { "...U", PN_DENY, PN_WHY_DEFAULT, -1 },
    { "U..T", PN_DENY, PN_WHY_ERROR, 0 },
    { ".U.T", PN_STEP_UP, PN_WHY_ERROR, 0 },
    { "..UT", PN_ALLOW, PN_WHY_RULE, 1 },
};

/* Unknown: a benefit to allow, redact and step-up, none to deny. */
static const struct combine_row lists[] = {
    { "...U", PN_ALLOW, PN_WHY_RULE, 0 },   { "U..T", PN_ALLOW, PN_WHY_RULE, 1 },
    { "U..U", PN_ALLOW, PN_WHY_RULE, 1 },   { "U...", PN_DENY, PN_WHY_DEFAULT, -1 },
    { ".U..", PN_STEP_UP, PN_WHY_RULE, 0 }, { ".U.T", PN_STEP_UP, PN_WHY_RULE, 0 },
    { "..U.", PN_REDACT, PN_WHY_RULE, 0 },  { "T..U", PN_DENY, PN_WHY_RULE, 0 },
    { "E..U", PN_DENY, PN_WHY_ERROR, 0 },   { "...F", PN_DENY, PN_WHY_DEFAULT, -1 },
};

static uint16_t add_boolean(const char *path)
{
    return pn_asm_predicate(&a, PN_PREDICATE_BOOL, 0, pn_asm_slot(&a, path), PN_NONE16, PN_NONE32,
                            path);
}

static void check_combination(const struct combine_row *row, enum pn_phase phase)
{
    static const char *const paths[] = { "R.attr.d", "R.attr.s", "R.attr.r", "R.attr.a" };

    pn_asm_begin(&a);
    for (int i = 0; i < 4; i++) {
        uint32_t condition = pn_asm_mask(&a, add_boolean(paths[i]), PN_NONE16);
        if (row->values[i] == '.') continue;
        pn_asm_on(&a, "k", "act",
                  pn_asm_rule(&a, (enum pn_outcome)i, PN_NONE32, condition, PN_NONE32, "r"));
    }
    open_policy(phase);
    for (int i = 0; i < 4; i++) slots[i] = truth(row->values[i]);
    decide();
    TEST_ASSERT_EQUAL_MESSAGE(row->outcome, decision.outcome, row->values);
    TEST_ASSERT_EQUAL_MESSAGE(row->why, decision.why, row->values);
    TEST_ASSERT_EQUAL_MESSAGE(row->rule, decision.rule == PN_NONE16 ? -1 : (int)decision.rule,
                              row->values);
}

static void test_the_highest_outcome_wins(void)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        check_combination(&calls[i], PN_PHASE_CALL);
    }
}

static void test_listing_is_optimistic(void)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        check_combination(&lists[i], PN_PHASE_LIST);
    }
    check_combination(&lists[0], PN_PHASE_LIST);
    TEST_ASSERT_TRUE(decision.optimistic);
    check_combination(&lists[1], PN_PHASE_LIST);
    TEST_ASSERT_FALSE(decision.optimistic);
}

static void test_another_action_is_denied_by_default(void)
{
    pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "r"));
    open_policy(PN_PHASE_CALL);
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    pn_facts_call(&facts, &policy, PN_SLICE("k"), PN_SLICE("act2"));
    decide();
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
    TEST_ASSERT_EQUAL(PN_WHY_DEFAULT, decision.why);
    assert_text("", decision.name);
    assert_text("", decision.reason);
}

/* Among denials, one that holds is told before one in error, and the first before the second. */
static void test_which_of_equals_is_told(void)
{
    uint32_t condition = pn_asm_mask(&a, add_boolean("R.attr.missing"), PN_NONE16);
    uint16_t rules[3] = { pn_asm_rule(&a, PN_DENY, PN_NONE32, condition, PN_NONE32, "broken"),
                          pn_asm_rule(&a, PN_DENY, PN_NONE32, PN_NONE32, PN_NONE32, "first"),
                          pn_asm_rule(&a, PN_DENY, PN_NONE32, PN_NONE32, PN_NONE32, "second") };
    pn_asm_on(&a, "k", "act", rules[2]);
    pn_asm_on(&a, "k", "act", rules[0]);
    pn_asm_on(&a, "k", "a*", rules[1]);
    open_policy(PN_PHASE_CALL);
    decide();
    assert_text("first", decision.name);
    TEST_ASSERT_EQUAL(PN_WHY_RULE, decision.why);
    TEST_ASSERT_EQUAL(rules[0], decision.error_rule);
    TEST_ASSERT_EQUAL_HEX64(7, scratch.considered[0]);
}

static void test_roles_gate_rules(void)
{
    pn_asm_role(&a, "admin");
    pn_asm_role(&a, "user");
    uint32_t admin = pn_asm_roles(&a, 1), both = pn_asm_roles(&a, 3);
    pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_ALLOW, both, PN_NONE32, PN_NONE32, "both"));
    pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_DENY, admin, PN_NONE32, PN_NONE32, "admin"));
    open_policy(PN_PHASE_CALL);
    decide();
    TEST_ASSERT_EQUAL(PN_WHY_DEFAULT, decision.why);
    pn_facts_role(&facts, &policy, PN_SLICE("user"));
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    pn_facts_role(&facts, &policy, PN_SLICE("admin"));
    decide(); /* edge: a denial for one role beats an allow for another */
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
    assert_text("admin", decision.name);
}

static void test_a_derived_role_in_error(void)
{
    pn_asm_role(&a, "agent");
    uint16_t broken = add_boolean("R.attr.missing");
    pn_asm_derived(&a, "owner", PN_NONE32, pn_asm_mask(&a, broken, PN_NONE16));
    uint32_t owner = pn_asm_roles(&a, 2);
    pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_ALLOW, owner, PN_NONE32, PN_NONE32, "allow"));
    pn_asm_on(&a, "k", "deny", pn_asm_rule(&a, PN_DENY, owner, PN_NONE32, PN_NONE32, "deny"));
    pn_asm_on(&a, "k", "deny", pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "all"));
    open_policy(PN_PHASE_CALL);
    decide();
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
    TEST_ASSERT_EQUAL(PN_WHY_DEFAULT, decision.why);
    pn_facts_call(&facts, &policy, PN_SLICE("k"), PN_SLICE("deny"));
    decide();
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
    TEST_ASSERT_EQUAL(PN_WHY_ERROR, decision.why);
    TEST_ASSERT_EQUAL(broken, decision.error_predicate);
    assert_text("R.attr.missing", pn_policy_slot_path(&policy, decision.error_slot));
}

static void test_outputs_are_told(void)
{
    uint16_t flag = add_boolean("R.attr.flag");
    uint32_t when = pn_asm_mask(&a, flag, PN_NONE16);
    uint32_t yes = pn_asm_output(&a, "{\"reason\":\"why\"}", "why", "{\"type\":\"step_up\"}");
    uint32_t no = pn_asm_output(&a, "\"not met\"", "", "");
    uint16_t rule = pn_asm_rule(&a, PN_STEP_UP, PN_NONE32, when, yes, "r");
    pn_asm_unmet(&a, rule, no);
    pn_asm_on(&a, "k", "act", rule);
    open_policy(PN_PHASE_CALL);
    slots[0] = pn_value_bool(true);
    decide();
    TEST_ASSERT_EQUAL(PN_STEP_UP, decision.outcome);
    assert_text("why", decision.reason);
    assert_text("{\"type\":\"step_up\"}", decision.remediation);
    assert_text("{\"reason\":\"why\"}", decision.output);
    TEST_ASSERT_EQUAL(1, decision.output_count);
    TEST_ASSERT_EQUAL(1, decision.outputs[0].activated);
    assert_text("{\"reason\":\"why\"}", pn_policy_output(&policy, decision.outputs[0]).json);
    slots[0] = pn_value_bool(false);
    decide();
    TEST_ASSERT_EQUAL(PN_WHY_DEFAULT, decision.why);
    TEST_ASSERT_EQUAL(1, decision.output_count);
    TEST_ASSERT_EQUAL(0, decision.outputs[0].activated);
    assert_text("\"not met\"", pn_policy_output(&policy, decision.outputs[0]).json);
    slots[0] = pn_value_of(PN_ABSENT);
    decide(); /* in error: neither output holds, and the reason is not the rule's */
    TEST_ASSERT_EQUAL(PN_WHY_ERROR, decision.why);
    TEST_ASSERT_EQUAL(0, decision.output_count);
    assert_text("", decision.reason);
    assert_text("r", decision.name);
}

static void test_more_outputs_than_room(void)
{
    uint32_t output = pn_asm_output(&a, "1", "", "");

    for (int i = 0; i < PN_POLICY_OUTPUTS_MAX + 3; i++) {
        pn_asm_on(&a, "k", "act", pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, output, "r"));
    }
    open_policy(PN_PHASE_CALL);
    decide();
    TEST_ASSERT_EQUAL(PN_POLICY_OUTPUTS_MAX, decision.output_count);
    TEST_ASSERT_EQUAL(3, decision.output_lost);
}

/* A rule that an exact action and two patterns lead to is tried once. */
static void test_a_rule_counts_once(void)
{
    uint32_t output = pn_asm_output(&a, "1", "", "");
    uint16_t rule = pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, output, "r");

    pn_asm_on(&a, "k", "act", rule);
    pn_asm_on(&a, "k", "a*", rule);
    pn_asm_on(&a, "k", "**", rule);
    open_policy(PN_PHASE_CALL);
    decide();
    TEST_ASSERT_EQUAL(1, decision.output_count);
}

/* The support desk: an allow-list, a cap for tier 1, and the ticket must be the agent's task. */
static void open_support_desk(const char *role, enum pn_phase phase)
{
    pn_asm_role(&a, "tier-1-support");
    pn_asm_role(&a, "tier-2-lead");
    uint32_t both = pn_asm_roles(&a, 3), tier1 = pn_asm_roles(&a, 1);
    uint16_t amount = pn_asm_slot(&a, "R.attr.arguments.amount_cents");
    uint16_t ticket = pn_asm_slot(&a, "R.attr.arguments.ticket_id"),
             task = pn_asm_slot(&a, "P.attr.task");
    uint16_t over = pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_GT, amount, PN_NONE16,
                                     pn_asm_int(&a, 5000), "R.attr.arguments.amount_cents > 5000");
    uint16_t other = pn_asm_predicate(&a, PN_PREDICATE_COMPARE_SLOTS, PN_NE, ticket, task,
                                      PN_NONE32, "R.attr.arguments.ticket_id != P.attr.task");
    uint32_t output = pn_asm_output(&a, "{}", "tier-1-support refund cap exceeded",
                                    "{\"type\":\"step_up\",\"approvers_role\":\"tier-2-lead\"}");
    const char *kind = "mcp:payments", *action = "tools/call/refund_issue";
    pn_asm_on(&a, kind, action,
              pn_asm_rule(&a, PN_ALLOW, both, PN_NONE32, PN_NONE32, "allow-listed-actions"));
    pn_asm_on(&a, kind, action,
              pn_asm_rule(&a, PN_DENY, tier1, pn_asm_mask(&a, over, PN_NONE16), output,
                          "tier-1-refund-cap"));
    pn_asm_on(&a, kind, action,
              pn_asm_rule(&a, PN_DENY, PN_NONE32, pn_asm_mask(&a, other, PN_NONE16), PN_NONE32,
                          "own-ticket-only"));
    open_policy(phase);
    pn_facts_call(&facts, &policy, PN_SLICE("mcp:payments"), PN_SLICE("tools/call/refund_issue"));
    pn_facts_role(&facts, &policy, pn_slice(role, strlen(role)));
    pn_facts_set_text(&facts, &policy, PN_FACT_PRINCIPAL_TASK, PN_SLICE("T-1"));
}

struct refund_row {
    const char *role, *amount, *ticket;
    enum pn_outcome outcome;
    enum pn_why why;
    const char *rule;
};

static const struct refund_row refunds[] = {
    { "tier-1-support", "4000", "\"T-1\"", PN_ALLOW, PN_WHY_RULE, "allow-listed-actions" },
    { "tier-1-support", "5000", "\"T-1\"", PN_ALLOW, PN_WHY_RULE, "allow-listed-actions" },
    { "tier-1-support", "5001", "\"T-1\"", PN_DENY, PN_WHY_RULE, "tier-1-refund-cap" },
    { "tier-1-support", "900000.0", "\"T-1\"", PN_DENY, PN_WHY_RULE, "tier-1-refund-cap" },
    { "tier-1-support", "9e5", "\"T-1\"", PN_DENY, PN_WHY_RULE, "tier-1-refund-cap" },
    { "tier-1-support", "5000.5", "\"T-1\"", PN_DENY, PN_WHY_RULE, "tier-1-refund-cap" },
    { "tier-1-support", "-", "\"T-1\"", PN_DENY, PN_WHY_ERROR, "tier-1-refund-cap" },
    { "tier-1-support", "!", "\"T-1\"", PN_DENY, PN_WHY_ERROR, "tier-1-refund-cap" },
    { "tier-1-support", "\"4000\"", "\"T-1\"", PN_DENY, PN_WHY_ERROR, "tier-1-refund-cap" },
    { "tier-1-support", "null", "\"T-1\"", PN_DENY, PN_WHY_ERROR, "tier-1-refund-cap" },
    { "tier-1-support", "[4000]", "\"T-1\"", PN_DENY, PN_WHY_ERROR, "tier-1-refund-cap" },
    { "tier-1-support", "true", "\"T-1\"", PN_DENY, PN_WHY_ERROR, "tier-1-refund-cap" },
    { "tier-1-support", "4000", "\"T-2\"", PN_DENY, PN_WHY_RULE, "own-ticket-only" },
    { "tier-1-support", "4000", "-", PN_DENY, PN_WHY_ERROR, "own-ticket-only" },
    { "tier-1-support", "4000", "7", PN_DENY, PN_WHY_RULE, "own-ticket-only" },
    { "tier-1-support", "4000", "\"\\u0054-1\"", PN_ALLOW, PN_WHY_RULE, "allow-listed-actions" },
    { "tier-2-lead", "900000", "\"T-1\"", PN_ALLOW, PN_WHY_RULE, "allow-listed-actions" },
    { "tier-2-lead", "-", "\"T-1\"", PN_ALLOW, PN_WHY_RULE, "allow-listed-actions" },
    { "tier-2-lead", "900000", "\"T-2\"", PN_DENY, PN_WHY_RULE, "own-ticket-only" },
    { "triage", "4000", "\"T-1\"", PN_DENY, PN_WHY_DEFAULT, "" },
};

static void test_refunds_of_the_support_desk(void)
{
    for (size_t i = 0; i < sizeof refunds / sizeof refunds[0]; i++) {
        const struct refund_row *row = &refunds[i];
        char message[128];
        pn_asm_begin(&a);
        open_support_desk(row->role, PN_PHASE_CALL);
        slots[0] = pn_value_spec(row->amount);
        slots[1] = pn_value_spec(row->ticket);
        decide();
        snprintf(message, sizeof message, "%s %s %s", row->role, row->amount, row->ticket);
        TEST_ASSERT_EQUAL_MESSAGE(row->outcome, decision.outcome, message);
        TEST_ASSERT_EQUAL_MESSAGE(row->why, decision.why, message);
        assert_text(row->rule, decision.name);
        bool capped = decision.why == PN_WHY_RULE && strcmp(row->rule, "tier-1-refund-cap") == 0;
        assert_text(capped ? "tier-1-support refund cap exceeded" : "", decision.reason);
    }
}

static void test_an_error_names_its_attribute(void)
{
    open_support_desk("tier-1-support", PN_PHASE_CALL);
    slots[1] = pn_value_spec("\"T-1\"");
    decide();
    assert_text("R.attr.arguments.amount_cents", pn_policy_slot_path(&policy, decision.error_slot));
    assert_text("R.attr.arguments.amount_cents > 5000",
                pn_policy_predicate_text(&policy, decision.error_predicate));
    slots[0] = pn_value_int(1);
    slots[2] = pn_value_of(PN_ABSENT); /* of two attributes, the one that is missing */
    decide();
    assert_text("P.attr.task", pn_policy_slot_path(&policy, decision.error_slot));
}

/* The tool is shown to whom some arguments would be allowed, and hidden from triage. */
static void test_a_tool_is_listed_if_some_arguments_could_pass(void)
{
    open_support_desk("tier-1-support", PN_PHASE_LIST);
    decide();
    TEST_ASSERT_EQUAL(PN_ALLOW, decision.outcome);
    pn_asm_begin(&a);
    open_support_desk("triage", PN_PHASE_LIST);
    decide();
    TEST_ASSERT_EQUAL(PN_DENY, decision.outcome);
}

/* A scan between beginning and naming the call empties all slots. */
static void test_facts_of_a_call(void)
{
    uint16_t kind = pn_asm_slot(&a, "R.kind"), phase = pn_asm_slot(&a, "R.attr.phase");
    uint16_t argument = pn_asm_slot(&a, "R.attr.arguments.x"), own = pn_asm_slot(&a, "P.attr.own");
    open_policy(PN_PHASE_LIST);
    TEST_ASSERT_EQUAL(PN_UNKNOWN, slots[argument].type);
    TEST_ASSERT_EQUAL(PN_ABSENT, slots[own].type);
    assert_text("list", pn_value_text(&slots[phase]));
    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
    for (uint16_t i = 0; i < policy.slot_count; i++) slots[i] = pn_value_of(PN_ABSENT);
    pn_facts_call(&facts, &policy, PN_SLICE("mcp:crm"), PN_SLICE("initialize"));
    assert_text("mcp:crm", pn_value_text(&slots[kind]));
    assert_text("call", pn_value_text(&slots[phase]));
    pn_facts_set_text(&facts, &policy, PN_FACT_PHASE, PN_SLICE("emit"));
    pn_facts_call(&facts, &policy, PN_SLICE("mcp:crm"), PN_SLICE("initialize"));
    assert_text("emit", pn_value_text(&slots[phase]));
    pn_facts_set_text(&facts, &policy, PN_FACT_MODEL, PN_SLICE("read by no rule"));
    pn_facts_set_attr(&facts, &policy, PN_PLACE_PRINCIPAL, PN_SLICE("own"), pn_value_int(7));
    pn_facts_set_attr(&facts, &policy, PN_PLACE_PRINCIPAL, PN_SLICE("Own"), pn_value_int(8));
    pn_facts_set_attr(&facts, &policy, PN_PLACE_JWT, PN_SLICE("own"), pn_value_int(9));
    TEST_ASSERT_EQUAL(7, slots[own].as.i);
    TEST_ASSERT_EQUAL(own, pn_policy_attr_slot(&policy, PN_PLACE_PRINCIPAL, PN_SLICE("own")));
    TEST_ASSERT_EQUAL(PN_NONE16, pn_policy_attr_slot(&policy, PN_PLACE_CLAIMS, PN_SLICE("own")));
    TEST_ASSERT_EQUAL(PN_SLOT_ARGUMENT, pn_policy_slot_flags(&policy, argument));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_highest_outcome_wins);
    RUN_TEST(test_listing_is_optimistic);
    RUN_TEST(test_another_action_is_denied_by_default);
    RUN_TEST(test_which_of_equals_is_told);
    RUN_TEST(test_roles_gate_rules);
    RUN_TEST(test_a_derived_role_in_error);
    RUN_TEST(test_outputs_are_told);
    RUN_TEST(test_more_outputs_than_room);
    RUN_TEST(test_a_rule_counts_once);
    RUN_TEST(test_facts_of_a_call);
    RUN_TEST(test_refunds_of_the_support_desk);
    RUN_TEST(test_an_error_names_its_attribute);
    RUN_TEST(test_a_tool_is_listed_if_some_arguments_could_pass);
    return UNITY_END();
}
