/* see explanation_parts.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/explanation_parts.h"

#include "core/base/step.h"
#include "tools/print_bytes.h"

struct pn_slice decision_reason(const struct pn_decision *decision)
{
    if (decision->reason.len > 0 || decision->outcome == PN_ALLOW) return decision->reason;
    if (decision->why == PN_WHY_DEFAULT) return pn_reason_name(PN_REASON_DENIED_BY_DEFAULT);
    if (decision->why == PN_WHY_ERROR) return pn_reason_name(PN_REASON_DENIED_ON_ERROR);
    if (decision->why == PN_WHY_SCHEMA) return pn_reason_name(PN_REASON_DENIED_BY_SCHEMA);
    return pn_reason_name(decision->outcome == PN_STEP_UP ? PN_REASON_STEP_UP_REQUIRED
                                                          : PN_REASON_DENIED_BY_RULE);
}

bool explanation_has_role(const struct explanation *why, uint16_t role)
{
    return (why->facts->roles[role / 64] >> role % 64 & 1) != 0;
}

unsigned explanation_roles_held(const struct explanation *why)
{
    unsigned count = 0;

    for (uint16_t role = 0; role < why->policy->role_count; role++) {
        count += explanation_has_role(why, role);
    }
    return count;
}

enum pn_outcome explanation_alone(const struct explanation *why, uint16_t role)
{
    static struct pn_policy_scratch scratch; /* large, and commands have one thread */
    struct pn_facts facts = *why->facts;
    struct pn_decision decision;

    memset(facts.roles, 0, sizeof facts.roles);
    facts.roles[role / 64] = (uint64_t)1 << role % 64;
    facts.role_list[0] = role;
    facts.role_list_count = 1;
    scratch = (struct pn_policy_scratch){ .values = why->scratch->values };
    pn_policy_decide(why->policy, &facts, &scratch, &decision);
    return decision.outcome;
}

void explanation_role_names(struct bytes *out, const struct explanation *why, uint16_t rule,
                            const char *quote)
{
    const struct pn_policy *policy = why->policy;
    uint32_t mask = pn_load32(pn_rule_at(policy, rule) + PN_RULE_ROLES);
    const char *between = "";

    if (mask == PN_NONE32) {
        print_bytes(out, "%s*%s", quote, quote);
        return;
    }
    const uint8_t *at = pn_role_mask_at(policy, mask);
    for (uint16_t bit = 0; bit < policy->role_count + policy->derived_count; bit++) {
        if ((pn_load64(at + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) == 0) continue;
        struct pn_slice name =
            bit < policy->role_count
                ? pn_policy_role_name(policy, bit)
                : pn_policy_derived_name(policy, (uint16_t)(bit - policy->role_count));
        print_bytes(out, "%s", between);
        if (*quote != 0) {
            print_json(out, "", name);
        } else {
            bytes_append(out, name);
        }
        between = *quote != 0 ? "," : ", ";
    }
}

struct pn_slice explanation_derived(const struct explanation *why, uint16_t rule)
{
    uint16_t derived = pn_load16(pn_rule_at(why->policy, rule) + PN_RULE_DERIVED);

    return derived != 0 ? pn_policy_derived_name(why->policy, (uint16_t)(derived - 1))
                        : pn_slice("", 0);
}

bool explanation_decides(const struct explanation *why, const struct pn_explain_rule *rule)
{
    return why->decision->why != PN_WHY_DEFAULT && why->decision->rule == rule->rule;
}

bool explanation_hides(const struct explanation *why)
{
    struct pn_explain_rule rule = { 0 };
    bool possible = false;

    if (why->facts->phase != PN_PHASE_LIST || why->decision->why != PN_WHY_DEFAULT) return false;
    while (pn_explain_rule_next(why->policy, why->facts, why->scratch, &rule)) {
        possible = possible || (rule.matched && rule.outcome != PN_DENY);
    }
    return possible;
}

bool explanation_predicate_next(const struct explanation *why, const struct pn_explain_rule *rule,
                                struct explanation_predicate *predicate)
{
    while (pn_explain_predicate_next(why->policy, why->facts, why->scratch, rule, &predicate->is)) {
        uint64_t *told = &predicate->told[predicate->is.predicate / 64];
        uint64_t bit = (uint64_t)1 << predicate->is.predicate % 64;
        if ((*told & bit) != 0) continue;
        *told |= bit;
        return true;
    }
    return false;
}

enum pn_truth explanation_wanted(const struct explanation *why, uint32_t condition,
                                 uint16_t predicate)
{
    const uint8_t *at =
        pn_record(why->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
    uint64_t bit = (uint64_t)1 << predicate % 64;

    if (at[PN_CONDITION_KIND] != PN_CONDITION_MASK) return PN_UNDECIDED;
    for (uint16_t i = 0; i < pn_load16(at + PN_CONDITION_COUNT); i++) {
        const uint8_t *mask = pn_record(why->policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES,
                                        pn_load32(at + PN_CONDITION_FIRST) + i);
        if (pn_load32(mask + PN_MASK_WORD) != predicate / 64u) continue;
        bool yes = (pn_load64(mask + PN_MASK_NEED_TRUE) & bit) != 0;
        bool no = (pn_load64(mask + PN_MASK_NEED_FALSE) & bit) != 0;
        return yes == no ? PN_UNDECIDED : no ? PN_FALSE : PN_TRUE;
    }
    return PN_UNDECIDED;
}
