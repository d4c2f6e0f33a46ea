/* see policy_explain.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy_explain.h"

#include "policy/dispatch.h"
#include "policy/layer_module.h"
#include "policy/record.h"
#include "policy/truth.h"

/* Mark the rules that speak of the call: a decision itself need not know them all. */
static void mark_rules(const struct pn_policy *policy, const struct pn_facts *facts,
                       struct pn_policy_scratch *scratch)
{
    struct pn_dispatch dispatch = pn_dispatch_begin(policy, facts->kind, facts->action);
    struct pn_rule_list list;

    memset(scratch->considered, 0, sizeof scratch->considered);
    while (pn_dispatch_next(&dispatch, &list)) {
        for (uint32_t i = 0; i < list.count; i++) {
            (void)pn_rule_is_new(scratch, pn_load16(list.at + 2 * (size_t)i));
        }
    }
}

void pn_explain_mark(const struct pn_policy *policy, const struct pn_facts *facts,
                     struct pn_policy_scratch *scratch)
{
    if (policy->layer_module != NULL) policy->layer_module->mark(policy, facts, scratch);
    else mark_rules(policy, facts, scratch);
}

static bool was_considered(const struct pn_policy_scratch *s, uint16_t rule)
{
    return (s->considered[rule / 64] >> rule % 64 & 1) != 0;
}

static void describe(struct pn_eval *e, struct pn_explain_rule *rule)
{
    const uint8_t *at = pn_rule_at(e->policy, rule->rule);

    rule->effect = at[PN_RULE_EFFECT];
    rule->outcome = (enum pn_outcome)at[PN_RULE_OUTCOME];
    rule->condition_index = pn_load32(at + PN_RULE_CONDITION);
    rule->roles = pn_eval_roles(e, pn_load32(at + PN_RULE_ROLES));
    if (pn_load16(at + PN_RULE_DERIVED) != 0) {
        enum pn_truth derived = pn_eval_derived(e, (uint16_t)(pn_load16(at + PN_RULE_DERIVED) - 1));
        rule->roles = pn_truth_and(rule->roles, derived, e->facts->phase);
    }
    rule->condition =
        rule->roles == PN_FALSE ? PN_FALSE : pn_eval_condition(e, rule->condition_index);
    enum pn_truth value = pn_truth_and(rule->roles, rule->condition, e->facts->phase);
    rule->matched = pn_truth_matches(value, rule->outcome, e->facts->phase);
}

bool pn_explain_rule_next(const struct pn_policy *policy, const struct pn_facts *facts,
                          struct pn_policy_scratch *scratch, struct pn_explain_rule *rule)
{
    struct pn_eval e = pn_eval_after(policy, facts, scratch);

    if (rule->next == 0) pn_explain_mark(policy, facts, scratch);
    while (rule->next < policy->rule_count && !was_considered(scratch, rule->next)) rule->next++;
    if (rule->next == policy->rule_count) return false;
    rule->rule = rule->next++;
    describe(&e, rule);
    return true;
}

bool pn_explain_predicate_next(const struct pn_policy *policy, const struct pn_facts *facts,
                               struct pn_policy_scratch *scratch,
                               const struct pn_explain_rule *rule,
                               struct pn_explain_predicate *predicate)
{
    struct pn_eval e = pn_eval_after(policy, facts, scratch);

    predicate->predicate = pn_condition_walk(policy, rule->condition_index, &predicate->walk);
    if (predicate->predicate == PN_NONE16) return false;
    const uint8_t *at = pn_predicate_at(policy, predicate->predicate);
    predicate->slot = pn_load16(at + PN_PREDICATE_SLOT);
    predicate->peer = pn_load16(at + PN_PREDICATE_PEER);
    predicate->value = pn_eval_predicate(&e, predicate->predicate);
    return true;
}

struct pn_slice pn_policy_derived_name(const struct pn_policy *policy, uint16_t index)
{
    return pn_string(
        policy, pn_load32(pn_record(policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, index) +
                          PN_DERIVED_NAME));
}

static bool list_names(const struct pn_policy *p, const uint8_t *first_and_count, uint32_t bit)
{
    const uint8_t *list = pn_record(p, PN_POLICY_SECTION_RULE_LISTS, 2, pn_load32(first_and_count));

    for (uint32_t i = 0; i < pn_load32(first_and_count + 4); i++) {
        uint32_t roles = pn_load32(pn_rule_at(p, pn_load16(list + 2 * (size_t)i)) + PN_RULE_ROLES);
        if (roles == PN_NONE32) continue;
        const uint8_t *mask = pn_role_mask_at(p, roles);
        if ((pn_load64(mask + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) != 0) return true;
    }
    return false;
}

/* Does a rule of the call's kind, whatever its action, name the derived role of that bit? */
static bool kind_names(const struct pn_policy *p, const struct pn_facts *facts, uint32_t bit)
{
    const uint8_t *kind = pn_dispatch_begin(p, facts->kind, facts->action).kind;
    bool named = false;

    for (uint32_t i = 0; kind != NULL && i < pn_load32(kind + PN_KIND_ACTION_COUNT); i++) {
        const uint8_t *action = pn_record(p, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES,
                                          (size_t)pn_load32(kind + PN_KIND_ACTIONS) + i);
        named = named || list_names(p, action + PN_ACTION_RULES, bit);
    }
    for (uint32_t i = 0; kind != NULL && i < pn_load32(kind + PN_KIND_GLOB_COUNT); i++) {
        const uint8_t *glob = pn_record(p, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES,
                                        (size_t)pn_load32(kind + PN_KIND_GLOBS) + i);
        named = named || list_names(p, glob + PN_GLOB_RULES, bit);
    }
    return named;
}

enum pn_truth pn_explain_derived(const struct pn_policy *policy, const struct pn_facts *facts,
                                 struct pn_policy_scratch *scratch, uint16_t index)
{
    struct pn_eval e = pn_eval_after(policy, facts, scratch);
    uint32_t bit = (uint32_t)policy->role_count + index;

    if (policy->scope_count > 0 && (scratch->derived_asked[bit / 64] >> bit % 64 & 1) == 0) {
        return PN_FALSE; /* no policy that was visited names it */
    }
    if (policy->scope_count == 0 && !kind_names(policy, facts, bit)) return PN_FALSE;
    return pn_eval_derived(&e, index);
}
