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

bool now_was_read(const struct pn_policy *policy, const struct pn_policy_scratch *scratch,
                  const struct pn_decision *decision)
{
    for (uint16_t i = 0; i < policy->predicate_count; i++) {
        if ((scratch->known[i / 64] >> i % 64 & 1) != 0 && predicate_reads(policy, i)) return true;
    }
    for (size_t i = 0; i < decision->output_count; i++) {
        if (output_reads(policy, decision->outputs[i])) return true;
    }
    return false;
}
