/* see layer_module.h: mode edge where there are scopes, versions, principal or role policies.
 *
 * Scopes are visited as Cerbos visits them: those of the principal's own policy first, then those
 * of the resource, each from the lowest up. Within a scope all rules that speak of the call are
 * weighed at once, whatever role they are for, and the highest outcome wins. A denial or a step-up
 * settles the matter; so does an allow, unless its scope asks for the consent of a scope above.
 *
 * A role that has a policy of its own may do only what that lists: where it does not list the
 * call, neither the role nor what it inherits opens a rule that allows. Rules that deny are not
 * affected, since nothing that narrows a role may lift a denial.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/layer_module.h"
#include "policy/truth.h"

struct weighing {
    struct pn_eval *eval;
    struct pn_decision *decision;
    struct pn_layers layers;
    uint64_t free[PN_POLICY_ROLE_WORDS_MAX]; /* roles that may open a rule in this scope */
    bool any_free;                           /* so may a role that no rule names, or having none */
    uint32_t best;
    uint16_t first_error;
};

static bool overlaps(const struct pn_policy *p, const uint8_t *mask, const uint64_t *roles)
{
    uint64_t both = 0;

    for (uint16_t i = 0; i < p->role_words; i++) both |= pn_load64(mask + 8 * (size_t)i) & roles[i];
    return both != 0;
}

static bool mask_is_open(const struct pn_policy *p, uint32_t mask, const uint64_t *roles, bool any)
{
    return mask == PN_NONE32 ? any : overlaps(p, pn_role_mask_at(p, mask), roles);
}

/* Is the rule for one of `roles`, by itself or through a derived role? */
static enum pn_truth roles_of(struct pn_eval *e, uint32_t mask, const uint64_t *roles, bool any)
{
    const struct pn_policy *p = e->policy;
    enum pn_truth value = PN_FALSE;

    if (mask_is_open(p, mask, roles, any)) return PN_TRUE;
    if (mask == PN_NONE32) return PN_FALSE;
    const uint8_t *bits = pn_role_mask_at(p, mask);
    for (uint16_t i = 0; i < p->derived_count && value != PN_TRUE; i++) {
        uint32_t bit = (uint32_t)p->role_count + i;
        if ((pn_load64(bits + 8 * (size_t)(bit / 64)) >> bit % 64 & 1) == 0) continue;
        const uint8_t *derived = pn_record(p, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, i);
        if (!mask_is_open(p, pn_load32(derived + PN_DERIVED_PARENTS), roles, any)) continue;
        value = pn_truth_or(value, pn_eval_derived(e, i), e->facts->phase);
    }
    return value;
}

static void weigh(struct weighing *w, uint16_t index, enum pn_truth roles)
{
    const uint8_t *rule = pn_rule_at(w->eval->policy, index);
    enum pn_phase phase = w->eval->facts->phase;

    if (roles == PN_FALSE) return;
    enum pn_truth value =
        pn_truth_and(roles, pn_eval_condition(w->eval, pn_load32(rule + PN_RULE_CONDITION)), phase);
    if (value == PN_UNDECIDED && phase == PN_PHASE_CALL) value = PN_FAULTY;
    bool met = value == PN_TRUE, unmet = value == PN_FALSE && roles == PN_TRUE;
    bool has = pn_load32(rule + (met ? PN_RULE_ACTIVATED : PN_RULE_UNMET)) != PN_NONE32;
    if ((met || unmet) && has) pn_verdict_output(w->decision, index, met);
    if (value == PN_FAULTY && w->first_error == PN_NONE16) w->first_error = index;
    if (!pn_truth_matches(value, (enum pn_outcome)rule[PN_RULE_OUTCOME], phase)) return;
    uint32_t rank = pn_verdict_rank(rule, index, value);
    if (rank < w->best) w->best = rank;
}

static void weigh_principal(struct weighing *w, uint16_t scope)
{
    const uint8_t *layer = pn_layer_of_principal(&w->layers, w->eval->facts, scope);

    if (layer == NULL) return;
    struct pn_entry_walk entries = pn_entries_of(w->eval->policy, layer);
    while (pn_entry_next(&w->layers, &entries, PN_LAYER_PRINCIPAL)) {
        weigh(w, entries.rule, PN_TRUE);
    }
}

/* Does the role's own policy, if it has one in this scope, list the call? */
static bool role_lists(struct weighing *w, uint16_t scope, uint16_t role)
{
    const uint8_t *layer = pn_layer_of_role(&w->layers, scope, role);
    enum pn_phase phase = w->eval->facts->phase;

    if (layer == NULL) return true;
    struct pn_entry_walk entries = pn_entries_of(w->eval->policy, layer);
    while (pn_entry_next(&w->layers, &entries, PN_LAYER_ROLE)) {
        const uint8_t *rule = pn_rule_at(w->eval->policy, entries.rule);
        enum pn_truth value = pn_eval_condition(w->eval, pn_load32(rule + PN_RULE_CONDITION));
        if (pn_truth_matches(value, PN_ALLOW, phase)) return true;
    }
    return false;
}

/* A role and what it inherits are free unless one of them has a policy that does not list the
 * call. */
static bool group_is_free(struct weighing *w, uint16_t scope, const uint64_t *group)
{
    for (uint16_t role = 0; role < w->eval->policy->role_count; role++) {
        bool in = (group[role / 64] >> role % 64 & 1) != 0;
        if (in && !role_lists(w, scope, role)) return false;
    }
    return true;
}

static void free_role(struct weighing *w, uint16_t scope, uint16_t role)
{
    uint64_t group[PN_POLICY_ROLE_WORDS_MAX] = { 0 };

    group[role / 64] |= (uint64_t)1 << role % 64;
    pn_layers_add_parents(&w->layers, role, group);
    if (!group_is_free(w, scope, group)) return;
    for (int i = 0; i < PN_POLICY_ROLE_WORDS_MAX; i++) w->free[i] |= group[i];
    w->any_free = true;
}

static void free_roles(struct weighing *w, uint16_t scope)
{
    const struct pn_facts *facts = w->eval->facts;

    memset(w->free, 0, sizeof w->free);
    w->any_free = facts->role_list_count == 0;
    for (uint16_t i = 0; i < facts->role_list_count; i++) {
        if (facts->role_list[i] == PN_NONE16) w->any_free = true;
    }
    for (uint16_t role = 0; role < w->eval->policy->role_count; role++) {
        if ((facts->roles[role / 64] >> role % 64 & 1) != 0) free_role(w, scope, role);
    }
}

static void weigh_resource(struct weighing *w, uint16_t scope)
{
    const uint8_t *layer = pn_layer_of_resource(&w->layers, scope);
    const struct pn_policy_scratch *s = w->eval->scratch;

    pn_layers_enter(w->eval, layer);
    if (layer == NULL) return;
    free_roles(w, scope);
    uint16_t rule = pn_layer_marked(s, layer, 0);
    for (; rule != PN_NONE16; rule = pn_layer_marked(s, layer, (uint16_t)(rule + 1))) {
        const uint8_t *at = pn_rule_at(w->eval->policy, rule);
        uint32_t mask = pn_load32(at + PN_RULE_ROLES);
        bool allows = at[PN_RULE_EFFECT] != 0;
        weigh(w, rule,
              allows ? roles_of(w->eval, mask, w->free, w->any_free)
                     : roles_of(w->eval, mask, s->roles, true));
    }
}

/* The scope that settles it, PN_NONE16 when none does. */
static uint16_t climb(struct weighing *w, enum pn_side side)
{
    const struct pn_policy *p = w->eval->policy;
    uint16_t scope = w->layers.scope[side];

    for (; scope != PN_NONE16; scope = pn_scope_above(p, scope, side)) {
        w->best = UINT32_MAX;
        if (side == PN_SIDE_PRINCIPAL) weigh_principal(w, scope);
        if (side == PN_SIDE_RESOURCE) weigh_resource(w, scope);
        bool denies = w->best >> 24 <= PN_STEP_UP;
        bool allows = !denies && w->best != UINT32_MAX && !pn_scope_wants_consent(p, scope);
        if (denies || allows) return scope;
    }
    return PN_NONE16;
}

static void decide(struct pn_eval *e, struct pn_decision *decision)
{
    struct weighing w = { .eval = e, .decision = decision, .first_error = PN_NONE16 };
    enum pn_side side = PN_SIDE_PRINCIPAL;

    pn_layers_begin(&w.layers, e->facts, e->scratch);
    pn_layers_prepare(&w.layers, e);
    uint16_t scope = climb(&w, side);
    if (scope == PN_NONE16) {
        side = PN_SIDE_RESOURCE;
        scope = climb(&w, side);
    }
    decision->policy = side == PN_SIDE_PRINCIPAL ? PN_POLICY_PRINCIPAL : PN_POLICY_RESOURCE;
    decision->version = w.layers.version[side];
    if (w.layers.scope[side] != PN_NONE16) {
        decision->policy_scope = pn_scope_name(e->policy, w.layers.scope[side]);
    }
    if (scope != PN_NONE16) {
        decision->scope = pn_scope_name(e->policy, scope);
        pn_verdict_tell(e->policy, decision, w.best);
    }
    pn_verdict_error(e, decision, decision->why == PN_WHY_ERROR ? decision->rule : w.first_error);
}

const struct pn_layer_module pn_layer_module = {
    pn_layers_are_sound, decide, NULL, pn_layers_mark, pn_layers_find_resource,
};
