/* Conditions: boolean laws over four values, masks, disjunctions, programs, derived roles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/condition.h"

#include <stdio.h>

#include "policy/truth.h"
#include "test/policy/assemble_body.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_facts facts;

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
}

static const enum pn_truth all[] = { PN_FALSE, PN_TRUE, PN_FAULTY, PN_UNDECIDED };

static enum pn_truth and_(enum pn_truth x, enum pn_truth y, enum pn_phase phase)
{
    return pn_truth_and(x, y, phase);
}

static enum pn_truth or_(enum pn_truth x, enum pn_truth y, enum pn_phase phase)
{
    return pn_truth_or(x, y, phase);
}

static void test_tables_of_and_and_or(void)
{
    static const char *const and_call = "FFFF"
                                        "FTEU"
                                        "FEEE"
                                        "FUEU";
    static const char *const or_call = "FTEU"
                                       "TTTT"
                                       "ETEE"
                                       "UTEU";
    static const char *const and_list = "FFFF"
                                        "FTEU"
                                        "FEEU"
                                        "FUUU";
    static const char *const or_list = "FTEU"
                                       "TTTT"
                                       "ETEU"
                                       "UTUU";

    for (int i = 0; i < 16; i++) {
        enum pn_truth x = all[i / 4], y = all[i % 4];
        TEST_ASSERT_EQUAL_CHAR(and_call[i], "FTEU"[and_(x, y, PN_PHASE_CALL)]);
        TEST_ASSERT_EQUAL_CHAR(or_call[i], "FTEU"[or_(x, y, PN_PHASE_CALL)]);
        TEST_ASSERT_EQUAL_CHAR(and_list[i], "FTEU"[and_(x, y, PN_PHASE_LIST)]);
        TEST_ASSERT_EQUAL_CHAR(or_list[i], "FTEU"[or_(x, y, PN_PHASE_LIST)]);
    }
}

static void check_laws(enum pn_truth x, enum pn_truth y, enum pn_truth z, enum pn_phase phase)
{
    TEST_ASSERT_EQUAL(and_(x, y, phase), and_(y, x, phase));
    TEST_ASSERT_EQUAL(or_(x, y, phase), or_(y, x, phase));
    TEST_ASSERT_EQUAL(and_(x, and_(y, z, phase), phase), and_(and_(x, y, phase), z, phase));
    TEST_ASSERT_EQUAL(or_(x, or_(y, z, phase), phase), or_(or_(x, y, phase), z, phase));
    TEST_ASSERT_EQUAL(pn_truth_not(and_(x, y, phase)),
                      or_(pn_truth_not(x), pn_truth_not(y), phase));
    TEST_ASSERT_EQUAL(x, pn_truth_not(pn_truth_not(x)));
    TEST_ASSERT_EQUAL(x, and_(x, x, phase));
    TEST_ASSERT_EQUAL(x, or_(x, x, phase));
}

static void test_laws(void)
{
    for (int i = 0; i < 128; i++) {
        check_laws(all[i % 4], all[i / 4 % 4], all[i / 16 % 4],
                   i < 64 ? PN_PHASE_CALL : PN_PHASE_LIST);
    }
}

/* Predicate i is `R.attr.arguments.b<i>`, a boolean. */
static void add_booleans(uint16_t count)
{
    char path[64];

    for (uint16_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "R.attr.arguments.b%d", i);
        pn_asm_predicate(&a, PN_PREDICATE_BOOL, 0, pn_asm_slot(&a, path), PN_NONE16, PN_NONE32,
                         path);
    }
}

static struct pn_value boolean(char truth)
{
    switch (truth) {
    case 'T': return pn_value_bool(true);
    case 'F': return pn_value_bool(false);
    case 'U': return pn_value_of(PN_UNKNOWN);
    default: return pn_value_of(PN_ABSENT);
    }
}

static char value_of(uint32_t condition, const char *truths)
{
    struct pn_eval e = { &policy, &facts, &scratch, NULL, false, PN_NONE32, NULL };

    for (uint16_t i = 0; truths[i] != 0; i++) slots[i] = boolean(truths[i]);
    pn_eval_begin(&e);
    return "FTEU"[pn_eval_condition(&e, condition)];
}

/* One mask over two predicates is a && !b, in the table's terms. */
static void test_a_mask_is_a_conjunction(void)
{
    add_booleans(2);
    uint32_t condition = pn_asm_mask(&a, 0, 1);
    open_policy(PN_PHASE_CALL);
    for (int i = 0; i < 32; i++) {
        char truths[3] = { "FTEU"[i % 4], "FTEU"[i / 4 % 4], 0 };
        facts.phase = i < 16 ? PN_PHASE_CALL : PN_PHASE_LIST;
        enum pn_truth expect = and_(all[i % 4], pn_truth_not(all[i / 4 % 4]), facts.phase);
        TEST_ASSERT_EQUAL_CHAR_MESSAGE("FTEU"[expect], value_of(condition, truths), truths);
    }
}

static void test_a_mask_over_several_words(void)
{
    char truths[131];
    const uint16_t yes[] = { 0, 64, 129, PN_NONE16 }, no[] = { 63, 128, PN_NONE16 };

    add_booleans(130);
    uint32_t condition = pn_asm_masks(&a, yes, no);
    open_policy(PN_PHASE_CALL);
    memset(truths, 'F', 130);
    truths[130] = 0;
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, truths));
    truths[0] = truths[64] = truths[129] = 'T';
    TEST_ASSERT_EQUAL_CHAR('T', value_of(condition, truths));
    truths[63] = 'T';
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, truths));
    truths[63] = 'E';
    TEST_ASSERT_EQUAL_CHAR('E', value_of(condition, truths));
    truths[129] = 'F'; /* a false in the last word beats the error in the first */
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, truths));
    truths[129] = 'U';
    TEST_ASSERT_EQUAL_CHAR('E', value_of(condition, truths));
    facts.phase = PN_PHASE_LIST;
    TEST_ASSERT_EQUAL_CHAR('U', value_of(condition, truths));
}

static void test_what_needs_a_predicate_both_ways_is_never_true(void)
{
    add_booleans(1);
    uint32_t same = pn_asm_mask(&a, 0, 0);
    open_policy(PN_PHASE_CALL);
    TEST_ASSERT_EQUAL_CHAR('F', value_of(same, "T"));
    TEST_ASSERT_EQUAL_CHAR('F', value_of(same, "F"));
    TEST_ASSERT_EQUAL_CHAR('E', value_of(same, "E"));
    TEST_ASSERT_EQUAL_CHAR('U', value_of(same, "U"));
}

/* The same word twice: what the first record evaluated breaks the second. */
static void test_a_word_may_occur_in_two_records(void)
{
    add_booleans(1);
    pn_asm_mask(&a, 0, PN_NONE16);
    pn_asm_mask(&a, PN_NONE16, 0);
    uint8_t *first = a.section[PN_POLICY_SECTION_CONDITIONS].bytes;
    pn_store16(first + PN_CONDITION_COUNT, 2);
    open_policy(PN_PHASE_CALL);
    TEST_ASSERT_EQUAL_CHAR('F', value_of(0, "T"));
    TEST_ASSERT_EQUAL_CHAR('F', value_of(0, "F"));
    TEST_ASSERT_EQUAL_CHAR('E', value_of(0, "E"));
}

static void test_only_what_matters_is_evaluated(void)
{
    add_booleans(3);
    const uint16_t yes[] = { 0, 1, 2, PN_NONE16 };
    uint32_t condition = pn_asm_masks(&a, yes, NULL);
    open_policy(PN_PHASE_CALL);
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, "TFT"));
    TEST_ASSERT_EQUAL_HEX64(3, scratch.known[0]);
    TEST_ASSERT_EQUAL_HEX64(1, scratch.is_true[0]);
    TEST_ASSERT_EQUAL_HEX64(2, scratch.is_false[0]);
}

static void test_a_disjunction_of_masks(void)
{
    add_booleans(4);
    uint32_t terms[2];
    const uint16_t left[] = { 0, 1, PN_NONE16 }, right[] = { 2, 3, PN_NONE16 };
    terms[0] = pn_asm_masks(&a, left, NULL);
    terms[1] = pn_asm_masks(&a, right, NULL);
    uint32_t any = pn_asm_any(&a, terms, 2);
    open_policy(PN_PHASE_CALL);
    for (int i = 0; i < 512; i++) {
        char truths[5] = { "FTEU"[i % 4], "FTEU"[i / 4 % 4], "FTEU"[i / 16 % 4], "FTEU"[i / 64 % 4],
                           0 };
        facts.phase = i < 256 ? PN_PHASE_CALL : PN_PHASE_LIST;
        enum pn_truth expect =
            or_(and_(all[i % 4], all[i / 4 % 4], facts.phase),
                and_(all[i / 16 % 4], all[i / 64 % 4], facts.phase), facts.phase);
        TEST_ASSERT_EQUAL_CHAR_MESSAGE("FTEU"[expect], value_of(any, truths), truths);
    }
}

struct program_row {
    const char *name;
    uint16_t insns[8][2];
    uint16_t count;
    const char *truths[8], *expect;
};

static const struct program_row programs[] = {
    { "constant", { { PN_OP_CONST, PN_UNDECIDED } }, 1, { "TTT" }, "U" },
    { "not", { { PN_OP_PUSH, 0 }, { PN_OP_NOT, 0 } }, 2, { "TTT", "FTT", "ETT", "UTT" }, "FTEU" },
    { "settle",
      { { PN_OP_PUSH, 0 }, { PN_OP_SETTLE, 0 } },
      2,
      { "TTT", "FTT", "ETT", "UTT" },
      "TFFU" },
    { "and",
      { { PN_OP_PUSH, 0 }, { PN_OP_PUSH, 1 }, { PN_OP_AND, 0 } },
      3,
      { "TTT", "EFT", "ETT", "TFT" },
      "TFEF" },
    { "or",
      { { PN_OP_PUSH, 0 }, { PN_OP_PUSH, 1 }, { PN_OP_OR, 0 } },
      3,
      { "FFT", "ETT", "EFT", "TFT" },
      "FTET" },
    { "because, left to right",
      { { PN_OP_PUSH, 0 }, { PN_OP_PUSH, 1 }, { PN_OP_BECAUSE, 0 } },
      3,
      { "TTT", "EFT", "FET", "TET", "TFT" },
      "TEFEF" },
    { "select",
      { { PN_OP_PUSH, 0 }, { PN_OP_PUSH, 1 }, { PN_OP_PUSH, 2 }, { PN_OP_SELECT, 0 } },
      4,
      { "TTE", "FET", "ETT", "UTT", "TEF", "FTF" },
      "TTEUEF" },
    { "false skips",
      { { PN_OP_PUSH, 0 }, { PN_OP_IF_FALSE, 2 }, { PN_OP_PUSH, 1 }, { PN_OP_AND, 0 } },
      4,
      { "FTT", "TTT", "TFT", "EFT", "ETT" },
      "FTFFE" },
    { "true skips",
      { { PN_OP_PUSH, 0 }, { PN_OP_IF_TRUE, 2 }, { PN_OP_PUSH, 1 }, { PN_OP_OR, 0 } },
      4,
      { "TFT", "FTT", "FFT", "ETT", "EFT" },
      "TTFTE" },
};

static void test_programs(void)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        const struct program_row *row = &programs[i];
        pn_asm_begin(&a);
        add_booleans(3);
        uint32_t condition = pn_asm_program(&a, row->insns, row->count);
        open_policy(PN_PHASE_CALL);
        for (int k = 0; row->expect[k] != 0; k++) {
            TEST_ASSERT_EQUAL_CHAR_MESSAGE(row->expect[k], value_of(condition, row->truths[k]),
                                           row->name);
        }
    }
}

static void test_a_skipped_predicate_is_not_evaluated(void)
{
    const uint16_t insns[][2] = {
        { PN_OP_PUSH, 0 }, { PN_OP_IF_FALSE, 2 }, { PN_OP_PUSH, 1 }, { PN_OP_AND, 0 }
    };

    add_booleans(2);
    uint32_t condition = pn_asm_program(&a, insns, 4);
    open_policy(PN_PHASE_CALL);
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, "FT"));
    TEST_ASSERT_EQUAL_HEX64(1, scratch.known[0]);
}

static void test_a_stack_as_deep_as_allowed(void)
{
    uint16_t insns[2 * PN_POLICY_STACK_MAX][2];
    uint16_t count = 0;

    add_booleans(1);
    for (int i = 0; i < PN_POLICY_STACK_MAX; i++) insns[count++][0] = PN_OP_PUSH;
    for (int i = 1; i < PN_POLICY_STACK_MAX; i++) insns[count++][0] = PN_OP_AND;
    for (int i = 0; i < count; i++) insns[i][1] = 0;
    uint32_t condition = pn_asm_program(&a, insns, count);
    open_policy(PN_PHASE_CALL);
    TEST_ASSERT_EQUAL_CHAR('T', value_of(condition, "T"));
    TEST_ASSERT_EQUAL_CHAR('E', value_of(condition, "E"));
}

/* Role bits: 0 agent, 1 human; derived 2 "owner" of agents when b0, 3 "guest" of anybody when b1.
 */
static uint32_t derived_masks[4];

static void add_derived_roles(void)
{
    add_booleans(2);
    pn_asm_role(&a, "agent");
    pn_asm_role(&a, "human");
    derived_masks[0] = pn_asm_roles(&a, 1);
    derived_masks[1] = pn_asm_roles(&a, 4);
    derived_masks[2] = pn_asm_roles(&a, 8);
    derived_masks[3] = pn_asm_roles(&a, 4 | 8 | 2);
    pn_asm_derived(&a, "owner", derived_masks[0], pn_asm_mask(&a, 0, PN_NONE16));
    pn_asm_derived(&a, "guest", PN_NONE32, pn_asm_mask(&a, 1, PN_NONE16));
    open_policy(PN_PHASE_CALL);
}

static char roles_value(uint32_t mask, const char *truths)
{
    struct pn_eval e = { &policy, &facts, &scratch, NULL, false, PN_NONE32, NULL };

    for (uint16_t i = 0; truths[i] != 0; i++) slots[i] = boolean(truths[i]);
    pn_eval_begin(&e);
    return "FTEU"[pn_eval_roles(&e, mask)];
}

static void test_derived_roles(void)
{
    add_derived_roles();
    TEST_ASSERT_EQUAL_CHAR('T', roles_value(PN_NONE32, "FF"));
    TEST_ASSERT_EQUAL_CHAR('F', roles_value(derived_masks[0], "TT"));
    TEST_ASSERT_EQUAL_CHAR('F', roles_value(derived_masks[1], "TT")); /* no agent, so no owner */
    TEST_ASSERT_EQUAL_CHAR('T', roles_value(derived_masks[2], "FT"));
    pn_facts_role(&facts, &policy, PN_SLICE("agent"));
    TEST_ASSERT_EQUAL_CHAR('T', roles_value(derived_masks[0], "FF"));
    TEST_ASSERT_EQUAL_CHAR('T', roles_value(derived_masks[1], "TF"));
    TEST_ASSERT_EQUAL_CHAR('F', roles_value(derived_masks[1], "FF"));
    TEST_ASSERT_EQUAL_CHAR('E', roles_value(derived_masks[1], "EF"));
    TEST_ASSERT_EQUAL_CHAR('U', roles_value(derived_masks[1], "UF"));
    TEST_ASSERT_EQUAL_CHAR('E', roles_value(derived_masks[3], "EF"));
    TEST_ASSERT_EQUAL_CHAR('T', roles_value(derived_masks[3], "ET")); /* the other one is enough */
    pn_facts_role(&facts, &policy, PN_SLICE("human"));
    TEST_ASSERT_EQUAL_CHAR('T', roles_value(derived_masks[3], "EF"));
}

static void test_a_predicate_may_ask_for_a_derived_role(void)
{
    add_booleans(2);
    pn_asm_role(&a, "agent");
    pn_asm_derived(&a, "owner", PN_NONE32, pn_asm_mask(&a, 0, PN_NONE16));
    uint16_t asks = pn_asm_predicate(&a, PN_PREDICATE_DERIVED, 0, PN_NONE16, PN_NONE16, 0, "owner");
    uint32_t condition = pn_asm_mask(&a, asks, 1);
    open_policy(PN_PHASE_CALL);
    TEST_ASSERT_EQUAL_CHAR('T', value_of(condition, "TF"));
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, "FF"));
    TEST_ASSERT_EQUAL_CHAR('E', value_of(condition, "EF"));
    TEST_ASSERT_EQUAL_CHAR('F', value_of(condition, "ET"));
}

static void test_a_walk_visits_every_predicate_of_a_condition(void)
{
    struct pn_condition_walk walk = { 0 };
    const uint16_t yes[] = { 1, 70, PN_NONE16 }, no[] = { 0, PN_NONE16 };
    const uint16_t insns[][2] = {
        { PN_OP_PUSH, 5 }, { PN_OP_NOT, 0 }, { PN_OP_PUSH, 2 }, { PN_OP_OR, 0 }
    };
    static const uint16_t expect[3][7] = { { 0, 1, 70, PN_NONE16 },
                                           { 0, 1, 70, 3, PN_NONE16 },
                                           { 5, 2, PN_NONE16 } };

    add_booleans(71);
    uint32_t conditions[3] = { pn_asm_masks(&a, yes, no), 0, 0 };
    uint32_t terms[2] = { conditions[0], pn_asm_mask(&a, 3, PN_NONE16) };
    conditions[1] = pn_asm_any(&a, terms, 2);
    conditions[2] = pn_asm_program(&a, insns, 4);
    open_policy(PN_PHASE_CALL);
    for (int c = 0; c < 3; c++) {
        memset(&walk, 0, sizeof walk);
        for (int i = 0;; i++) {
            uint16_t at = pn_condition_walk(&policy, conditions[c], &walk);
            TEST_ASSERT_EQUAL(expect[c][i], at);
            if (at == PN_NONE16) break;
        }
    }
    TEST_ASSERT_EQUAL(PN_NONE16, pn_condition_walk(&policy, PN_NONE32, &walk));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_tables_of_and_and_or);
    RUN_TEST(test_laws);
    RUN_TEST(test_a_mask_is_a_conjunction);
    RUN_TEST(test_a_mask_over_several_words);
    RUN_TEST(test_what_needs_a_predicate_both_ways_is_never_true);
    RUN_TEST(test_a_word_may_occur_in_two_records);
    RUN_TEST(test_only_what_matters_is_evaluated);
    RUN_TEST(test_a_disjunction_of_masks);
    RUN_TEST(test_programs);
    RUN_TEST(test_a_skipped_predicate_is_not_evaluated);
    RUN_TEST(test_a_stack_as_deep_as_allowed);
    RUN_TEST(test_derived_roles);
    RUN_TEST(test_a_predicate_may_ask_for_a_derived_role);
    RUN_TEST(test_a_walk_visits_every_predicate_of_a_condition);
    return UNITY_END();
}
