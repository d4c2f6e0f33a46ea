/* see now_use.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/now_use.h"

#include "policy/record.h"

static bool block_reads(const struct pn_policy *policy, uint32_t block);

static bool predicate_reads(const struct pn_policy *policy, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(policy, predicate);

    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_NOW) return true;
    return at[PN_PREDICATE_KIND] == PN_PREDICATE_CODE &&
           block_reads(policy, pn_load32(at + PN_PREDICATE_ARG));
}

/* A predicate in value code runs none itself, so this goes two levels deep at most. */
static bool block_reads(const struct pn_policy *policy, uint32_t block)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
    uint32_t first = pn_load32(at + PN_BLOCK_FIRST);

    for (uint16_t i = 0; i < pn_load16(at + PN_BLOCK_COUNT); i++) {
        const uint8_t *step =
            pn_record(policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES, first + i);
        if (step[PN_CODE_OP] == PN_CODE_NOW) return true;
        if (step[PN_CODE_OP] == PN_CODE_PREDICATE &&
            predicate_reads(policy, pn_load16(step + PN_CODE_B)))
            return true;
    }
    return false;
}

static bool output_reads(const struct pn_policy *policy, struct pn_output_ref ref)
{
    const uint8_t *rule = pn_rule_at(policy, ref.rule);
    uint32_t output = pn_load32(rule + (ref.activated ? PN_RULE_ACTIVATED : PN_RULE_UNMET));

    if (output == PN_NONE32) return false;
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, output);
    uint32_t block = pn_load32(at + PN_OUTPUT_CODE);
    return block != PN_NONE32 && block_reads(policy, block);
}

/* Let all comparisons with now() that the decision made have come to `value`. False: it made none. */
static bool force(struct pn_policy_scratch *scratch, const struct pn_policy *policy, bool value)
{
    bool any = false;

    for (uint16_t i = 0; i < policy->predicate_count; i++) {
        uint64_t bit = (uint64_t)1 << i % 64;
        if ((scratch->known[i / 64] & bit) == 0 || !predicate_reads(policy, i)) continue;
        scratch->is_true[i / 64] &= ~bit;
        scratch->is_false[i / 64] &= ~bit;
        scratch->is_faulty[i / 64] &= ~bit;
        *(value ? &scratch->is_true[i / 64] : &scratch->is_false[i / 64]) |= bit;
        any = true;
    }
    memset(scratch->derived, 0, sizeof scratch->derived);
    return any;
}

static uint8_t came_to(const struct pn_explain_rule *rule)
{
    return (uint8_t)(1 + rule->roles * 4 + rule->condition);
}

static bool a_condition_needed_it(struct now_use *room, const struct pn_policy *policy,
                                  const struct pn_facts *facts,
                                  const struct pn_policy_scratch *scratch)
{
    struct pn_explain_rule rule = { 0 };

    room->scratch = *scratch;
    if (!force(&room->scratch, policy, true)) return false;
    memset(room->came_to, 0, sizeof room->came_to);
    while (pn_explain_rule_next(policy, facts, &room->scratch, &rule)) {
        room->came_to[rule.rule] = came_to(&rule);
    }
    room->scratch = *scratch;
    force(&room->scratch, policy, false);
    rule = (struct pn_explain_rule){ 0 };
    while (pn_explain_rule_next(policy, facts, &room->scratch, &rule)) {
        if (room->came_to[rule.rule] != came_to(&rule)) return true;
    }
    return false;
}

bool now_was_needed(struct now_use *room, const struct pn_policy *policy,
                    const struct pn_facts *facts, const struct pn_policy_scratch *scratch,
                    const struct pn_decision *decision)
{
    for (size_t i = 0; i < decision->output_count; i++) {
        if (output_reads(policy, decision->outputs[i])) return true;
    }
    return a_condition_needed_it(room, policy, facts, scratch);
}
