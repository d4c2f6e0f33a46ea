/* see rule_needs.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/rule_needs.h"

#include "policy/condition.h"

/* False when it was set before. */
static bool set(uint64_t *bits, uint32_t at)
{
    uint64_t bit = (uint64_t)1 << at % 64, before = bits[at / 64];

    bits[at / 64] |= bit;
    return (before & bit) == 0;
}

static bool is_set(const uint64_t *bits, uint32_t at)
{
    return (bits[at / 64] >> at % 64 & 1) != 0;
}

static const uint8_t *block_at(const struct pn_policy *policy, uint32_t block)
{
    return pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
}

static void add_predicate(const struct pn_policy *policy, uint16_t predicate,
                          struct rule_needs *needs);

/* A block pushes predicates, but none that runs a block itself. */
static void add_block(const struct pn_policy *policy, uint32_t block, struct rule_needs *needs)
{
    if (block == PN_NONE32 || !set(needs->blocks, block)) return;
    const uint8_t *at = block_at(policy, block);
    for (uint16_t i = 0; i < pn_load16(at + PN_BLOCK_COUNT); i++) {
        const uint8_t *step = pn_record(policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES,
                                        pn_load32(at + PN_BLOCK_FIRST) + i);
        uint16_t argument = pn_load16(step + PN_CODE_B);
        if (step[PN_CODE_OP] == PN_CODE_PREDICATE) add_predicate(policy, argument, needs);
        if (step[PN_CODE_OP] == PN_CODE_MATCH) (void)set(needs->dfas, argument);
    }
}

static void add_derived(const struct pn_policy *policy, uint16_t derived, struct rule_needs *needs);

static void add_predicate(const struct pn_policy *policy, uint16_t predicate,
                          struct rule_needs *needs)
{
    const uint8_t *at = pn_predicate_at(policy, predicate);
    uint32_t argument = pn_load32(at + PN_PREDICATE_ARG);

    if (!set(needs->predicates, predicate)) return;
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_CODE) add_block(policy, argument, needs);
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_MATCH) (void)set(needs->dfas, argument);
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_DERIVED)
        add_derived(policy, (uint16_t)argument, needs);
}

static void add_condition(const struct pn_policy *policy, uint32_t condition,
                          struct rule_needs *needs)
{
    struct pn_condition_walk walk = { 0 };
    uint16_t predicate;

    if (condition == PN_NONE32 || !set(needs->conditions, condition)) return;
    while ((predicate = pn_condition_walk(policy, condition, &walk)) != PN_NONE16) {
        add_predicate(policy, predicate, needs);
    }
}

static void add_derived(const struct pn_policy *policy, uint16_t derived, struct rule_needs *needs)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, derived);

    if (set(needs->derived, derived))
        add_condition(policy, pn_load32(at + PN_DERIVED_CONDITION), needs);
}

static void add_roles(const struct pn_policy *policy, uint32_t mask, struct rule_needs *needs)
{
    if (mask == PN_NONE32) return;
    const uint8_t *at = pn_role_mask_at(policy, mask);
    for (uint16_t i = 0; i < policy->derived_count; i++) {
        uint32_t bit = (uint32_t)policy->role_count + i;
        if ((pn_load64(at + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) != 0)
            add_derived(policy, i, needs);
    }
}

static void add_output(const struct pn_policy *policy, uint32_t output, struct rule_needs *needs)
{
    if (output == PN_NONE32) return;
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, output);
    add_block(policy, pn_load32(at + PN_OUTPUT_CODE), needs);
    add_block(policy, pn_load32(at + PN_OUTPUT_REASON_CODE), needs);
    add_block(policy, pn_load32(at + PN_OUTPUT_REMEDIATION_CODE), needs);
}

void rule_needs_add(const struct pn_policy *policy, uint16_t rule, struct rule_needs *needs)
{
    const uint8_t *at = pn_rule_at(policy, rule);
    uint16_t derived = pn_load16(at + PN_RULE_DERIVED);

    if (!set(needs->rules, rule)) return;
    add_roles(policy, pn_load32(at + PN_RULE_ROLES), needs);
    if (derived != 0) add_derived(policy, (uint16_t)(derived - 1), needs);
    add_condition(policy, pn_load32(at + PN_RULE_CONDITION), needs);
    add_output(policy, pn_load32(at + PN_RULE_ACTIVATED), needs);
    add_output(policy, pn_load32(at + PN_RULE_UNMET), needs);
}

/* --- adding up --- */

static size_t condition_bytes(const struct pn_policy *policy, uint32_t condition)
{
    const uint8_t *at =
        pn_record(policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
    size_t count = pn_load16(at + PN_CONDITION_COUNT), masks = 0;

    if (at[PN_CONDITION_KIND] == PN_CONDITION_MASK)
        return PN_CONDITION_BYTES + count * PN_MASK_BYTES;
    if (at[PN_CONDITION_KIND] == PN_CONDITION_PROGRAM)
        return PN_CONDITION_BYTES + count * PN_INSN_BYTES;
    for (size_t i = 0; i < count; i++) {
        masks += pn_load16(pn_record(policy, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES,
                                     pn_load32(at + PN_CONDITION_FIRST) + i) +
                           PN_CONJUNCTION_COUNT);
    }
    return PN_CONDITION_BYTES + count * PN_CONJUNCTION_BYTES + masks * PN_MASK_BYTES;
}

size_t dfa_table_bytes(const struct pn_policy *policy, uint32_t dfa)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, dfa);
    size_t states = pn_load16(at + PN_DFA_STATES), classes = pn_load16(at + PN_DFA_CLASSES);

    return PN_DFA_BYTES + 256 + states * classes * at[PN_DFA_WIDTH] + (states + 7) / 8;
}

static size_t records(const struct pn_policy *policy, enum pn_policy_section section, size_t bytes)
{
    return policy->blob.section[section].len / bytes;
}

static void add_blocks(const struct pn_policy *policy, const struct rule_needs *needs,
                       struct rule_cost *cost)
{
    size_t count = records(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES);

    for (uint32_t i = 0; i < count; i++) {
        if (!is_set(needs->blocks, i)) continue;
        const uint8_t *at = block_at(policy, i);
        uint16_t stack = pn_load16(at + PN_BLOCK_STACK);
        cost->steps += pn_load32(at + PN_BLOCK_COST);
        cost->bytes += PN_BLOCK_BYTES + PN_CODE_BYTES * (size_t)pn_load16(at + PN_BLOCK_COUNT);
        if (stack > cost->stack) cost->stack = stack;
    }
    cost->scratch_bytes = cost->stack * (uint32_t)sizeof(struct pn_value);
}

struct rule_cost rule_needs_cost(const struct pn_policy *policy, const struct rule_needs *needs)
{
    struct rule_cost cost = { 0 };

    for (uint32_t i = 0; i < policy->rule_count; i++) cost.rules += is_set(needs->rules, i);
    for (uint32_t i = 0; i < policy->predicate_count; i++) {
        cost.predicates += is_set(needs->predicates, i);
    }
    cost.bytes = (size_t)cost.rules * PN_RULE_BYTES + (size_t)cost.predicates * PN_PREDICATE_BYTES;
    for (uint32_t i = 0; i < records(policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES);
         i++) {
        if (is_set(needs->conditions, i)) cost.bytes += condition_bytes(policy, i);
    }
    for (uint32_t i = 0; i < records(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES); i++) {
        if (is_set(needs->dfas, i)) cost.bytes += dfa_table_bytes(policy, i);
    }
    add_blocks(policy, needs, &cost);
    return cost;
}
