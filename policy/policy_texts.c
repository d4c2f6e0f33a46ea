/* see policy.h: names and texts that a policy carries for people.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "policy/record.h"

struct pn_slice pn_policy_rule_name(const struct pn_policy *policy, uint16_t rule)
{
    if (rule == PN_NONE16) return pn_slice(NULL, 0);
    PN_ASSERT(rule < policy->rule_count);
    return pn_string(policy, pn_load32(pn_rule_at(policy, rule) + PN_RULE_NAME));
}

struct pn_slice pn_policy_rule_source(const struct pn_policy *policy, uint16_t rule)
{
    if (rule == PN_NONE16) return pn_slice(NULL, 0);
    return pn_string(policy, pn_load32(pn_rule_at(policy, rule) + PN_RULE_SOURCE));
}

struct pn_slice pn_policy_role_name(const struct pn_policy *policy, uint16_t role)
{
    PN_ASSERT(role < policy->role_count);
    return pn_string(policy, pn_load32(pn_record(policy, PN_POLICY_SECTION_ROLES, 4, role)));
}

struct pn_slice pn_policy_predicate_text(const struct pn_policy *policy, uint16_t predicate)
{
    if (predicate == PN_NONE16) return pn_slice(NULL, 0);
    return pn_string(policy, pn_load32(pn_predicate_at(policy, predicate) + PN_PREDICATE_TEXT));
}

static const uint8_t *slot_at(const struct pn_policy *policy, uint16_t slot)
{
    PN_ASSERT(slot < policy->slot_count);
    return pn_record(policy, PN_POLICY_SECTION_SLOTS, PN_SLOT_BYTES, slot);
}

struct pn_slice pn_policy_slot_path(const struct pn_policy *policy, uint16_t slot)
{
    if (slot == PN_NONE16) return pn_slice(NULL, 0);
    return pn_string(policy, pn_load32(slot_at(policy, slot) + PN_SLOT_PATH));
}

uint16_t pn_policy_slot_flags(const struct pn_policy *policy, uint16_t slot)
{
    return pn_load16(slot_at(policy, slot) + PN_SLOT_FLAGS);
}

struct pn_output pn_policy_output(const struct pn_policy *policy, struct pn_output_ref ref)
{
    const uint8_t *rule = pn_rule_at(policy, ref.rule);
    uint32_t index = pn_load32(rule + (ref.activated ? PN_RULE_ACTIVATED : PN_RULE_UNMET));

    if (index == PN_NONE32) return (struct pn_output){ .ttl_s = 0 };
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, index);
    return (
        struct pn_output){ .json = pn_string(policy, pn_load32(at + PN_OUTPUT_JSON)),
                           .reason = pn_string(policy, pn_load32(at + PN_OUTPUT_REASON)),
                           .remediation = pn_string(policy, pn_load32(at + PN_OUTPUT_REMEDIATION)),
                           .acr = pn_string(policy, pn_load32(at + PN_OUTPUT_ACR)),
                           .approvers_role = pn_string(policy, pn_load32(at + PN_OUTPUT_APPROVERS)),
                           .ttl_s = pn_load32(at + PN_OUTPUT_TTL_S),
                           .computed = pn_load32(at + PN_OUTPUT_CODE) != PN_NONE32 };
}
