/* see layer_module.h: mode cerbos54, rule by rule in Cerbos's order.
 *
 * The principal's own policy is asked first and settles the matter where it says anything. Then
 * each role in turn walks the resource's scopes from the lowest up: what the role's own policy does
 * not list denies; a rule that denies ends the walk; an allow counts at the end of its scope. The
 * first role that is allowed settles it, else the first role's answer stands.
 *
 * A rule has a row for each role that leads to it, and each row is a visit with its output. What a
 * rule came to is remembered where a later visit could find it changed: derived roles that count
 * are those of the scope entered last, and a derived role that is not in effect hides a rule once,
 * while the next visit reports its condition as not met.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/kind_name.h"
#include "policy/layer_module.h"
#include "policy/truth.h"

enum answer { NO_ANSWER, DENIED, ALLOWED };

struct walk {
    struct pn_eval *eval;
    struct pn_decision *decision;
    struct pn_layers layers;
    uint64_t roles[PN_POLICY_ROLE_WORDS_MAX]; /* the role that walks and what it inherits */
    uint16_t role;                            /* its bit, PN_NONE16: no rule names it */
    uint32_t entered;                         /* scopes whose derived roles were taken */
    uint32_t best;                            /* rank of the rule that leads in this scope */
};

/* How a role's walk ended. */
struct ending {
    enum answer answer;
    uint16_t scope, denying_role; /* PN_NONE16: none */
    uint32_t rank;
};

static bool is_set(const uint64_t *bits, uint32_t at)
{
    return (bits[at / 64] >> at % 64 & 1) != 0;
}

static void remember(struct pn_policy_scratch *s, uint16_t memory, bool holds)
{
    if (memory == 0) return;
    uint64_t bit = (uint64_t)1 << (memory - 1) % 64;
    s->remembered[(memory - 1) / 64] |= bit;
    if (holds) s->held[(memory - 1) / 64] |= bit;
}

/* An error is false, as for Cerbos. */
static enum pn_truth condition_of(struct pn_eval *e, uint32_t condition)
{
    enum pn_truth value = pn_eval_condition(e, condition);

    if (value == PN_UNDECIDED && e->facts->phase == PN_PHASE_CALL) value = PN_FAULTY;
    return value == PN_FAULTY ? PN_FALSE : value;
}

static uint32_t derived_condition(const struct pn_policy *p, uint16_t derived)
{
    return pn_load32(pn_record(p, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, derived) +
                     PN_DERIVED_CONDITION);
}

enum visit { HIDDEN, UNMET, MET, MAY_BE_MET };

static enum visit visit_of(struct pn_eval *e, const uint8_t *rule)
{
    uint16_t memory = pn_load16(rule + PN_RULE_MEMORY);
    uint16_t derived = pn_load16(rule + PN_RULE_DERIVED);
    enum pn_truth value = PN_TRUE;

    if (memory != 0 && is_set(e->scratch->remembered, memory - 1u)) {
        return is_set(e->scratch->held, memory - 1u) ? MET : UNMET;
    }
    if (derived != 0) {
        value = condition_of(e, derived_condition(e->policy, (uint16_t)(derived - 1)));
    }
    if (value == PN_FALSE) {
        remember(e->scratch, memory, false);
        return HIDDEN;
    }
    value =
        pn_truth_and(value, condition_of(e, pn_load32(rule + PN_RULE_CONDITION)), e->facts->phase);
    if (value == PN_UNDECIDED) return MAY_BE_MET;
    remember(e->scratch, memory, value == PN_TRUE);
    return value == PN_TRUE ? MET : UNMET;
}

static void tell(struct walk *w, const uint8_t *rule, uint16_t index, enum visit visit)
{
    bool met = visit == MET;

    if (visit != MET && visit != UNMET) return;
    if (pn_load32(rule + (met ? PN_RULE_ACTIVATED : PN_RULE_UNMET)) == PN_NONE32) return;
    pn_verdict_output(w->decision, index, met);
}

/* One row. True when it denies. Where a condition is not known yet, whatever keeps the call
 * possible counts. */
static bool visit_denies(struct walk *w, uint16_t index)
{
    const uint8_t *rule = pn_rule_at(w->eval->policy, index);
    enum visit visit = visit_of(w->eval, rule);
    bool certain = visit == MET;

    tell(w, rule, index, visit);
    if (!certain && (visit != MAY_BE_MET || rule[PN_RULE_OUTCOME] == PN_DENY)) return false;
    uint32_t rank = pn_verdict_rank(rule, index, certain ? PN_TRUE : PN_UNDECIDED);
    if (rule[PN_RULE_EFFECT] == 0 || rank < w->best) w->best = rank;
    return rule[PN_RULE_EFFECT] == 0;
}

/* How many of the rule's roles the walking role has; any role is one row too. */
static unsigned rows_of(const struct walk *w, uint16_t index)
{
    const struct pn_policy *p = w->eval->policy;
    uint32_t roles = pn_load32(pn_rule_at(p, index) + PN_RULE_ROLES);
    unsigned rows = 0;

    if (roles == PN_NONE32) return 1;
    const uint8_t *mask = pn_role_mask_at(p, roles);
    for (uint16_t i = 0; i < p->role_words; i++) {
        uint64_t bits = pn_load64(mask + 8 * (size_t)i) & w->roles[i];
        for (; bits != 0; bits &= bits - 1) rows++;
    }
    return rows;
}

static bool resource_denies(struct walk *w, uint16_t scope)
{
    const uint8_t *layer = pn_layer_of_resource(&w->layers, scope);
    const struct pn_policy_scratch *s = w->eval->scratch;

    if (layer == NULL) return false;
    uint16_t rule = pn_layer_marked(s, layer, 0);
    for (; rule != PN_NONE16; rule = pn_layer_marked(s, layer, (uint16_t)(rule + 1))) {
        for (unsigned rows = rows_of(w, rule); rows > 0; rows--) {
            if (visit_denies(w, rule)) return true;
        }
    }
    return false;
}

static bool principal_denies(struct walk *w, uint16_t scope)
{
    const uint8_t *layer = pn_layer_of_principal(&w->layers, w->eval->facts, scope);

    if (layer == NULL) return false;
    struct pn_entry_walk entries = pn_entries_of(w->eval->policy, layer);
    while (pn_entry_next(&w->layers, &entries, PN_LAYER_PRINCIPAL)) {
        if (visit_denies(w, entries.rule)) return true;
    }
    return false;
}

/* A role may do what one of its policy's rules lists and each rule that lists it lets through. */
static bool role_denies(struct walk *w, uint16_t scope, uint16_t role)
{
    const uint8_t *layer = pn_layer_of_role(&w->layers, scope, role);
    bool listed = false;

    if (layer == NULL) return false;
    struct pn_entry_walk entries = pn_entries_of(w->eval->policy, layer);
    while (pn_entry_next(&w->layers, &entries, PN_LAYER_ROLE)) {
        const uint8_t *rule = pn_rule_at(w->eval->policy, entries.rule);
        enum visit visit = visit_of(w->eval, rule);
        tell(w, rule, entries.rule, visit);
        if (visit == UNMET) return true;
        listed = true;
    }
    return !listed;
}

/* Is there a rule for the resource, whatever the action, that names one of the walking roles or any?
 * Where there is none Cerbos does not look at roles' policies either. */
static bool scope_knows(struct walk *w, uint16_t scope)
{
    const uint8_t *layer = pn_layer_of_resource(&w->layers, scope);
    uint16_t first = layer != NULL ? pn_load16(layer + PN_LAYER_RULES) : 0;
    uint16_t count = layer != NULL ? pn_load16(layer + PN_LAYER_RULE_COUNT) : 0;

    for (uint16_t i = 0; i < count; i++) {
        if (rows_of(w, (uint16_t)(first + i)) > 0) return true;
    }
    return pn_layers_role_knows(&w->layers, scope, w->roles);
}

/* The first role that denies, of the one that walks and those it inherits; PN_NONE16: none. */
static uint16_t denying_role(struct walk *w, uint16_t scope)
{
    if (!scope_knows(w, scope)) return PN_NONE16;
    if (w->role != PN_NONE16 && role_denies(w, scope, w->role)) return w->role;
    for (uint16_t role = 0; role < w->eval->policy->role_count; role++) {
        if (role == w->role || !is_set(w->roles, role)) continue;
        if (role_denies(w, scope, role)) return role;
    }
    return PN_NONE16;
}

static bool scope_denies(struct walk *w, uint16_t scope, enum pn_side side, struct ending *end)
{
    w->best = UINT32_MAX;
    if (side == PN_SIDE_PRINCIPAL) return principal_denies(w, scope);
    end->denying_role = denying_role(w, scope);
    return end->denying_role != PN_NONE16 || resource_denies(w, scope);
}

/* Take the derived roles of a scope when it is reached for the first time. */
static void enter(struct walk *w, uint16_t scope, uint32_t depth)
{
    if (depth < w->entered) return;
    w->entered = depth + 1;
    pn_layers_enter(w->eval, pn_layer_of_resource(&w->layers, scope));
}

static struct ending climb(struct walk *w, enum pn_side side)
{
    const struct pn_policy *p = w->eval->policy;
    struct ending end = { NO_ANSWER, PN_NONE16, PN_NONE16, UINT32_MAX };
    uint16_t scope = w->layers.scope[side];

    for (uint32_t depth = 0; scope != PN_NONE16; depth++) {
        if (side == PN_SIDE_RESOURCE) enter(w, scope, depth);
        end.scope = scope;
        bool denies = scope_denies(w, scope, side, &end);
        bool allows = !denies && w->best != UINT32_MAX && !pn_scope_wants_consent(p, scope);
        if (denies || allows) {
            end.answer = denies ? DENIED : ALLOWED;
            end.rank = end.denying_role == PN_NONE16 ? w->best : UINT32_MAX;
            return end;
        }
        scope = pn_scope_above(p, scope, side);
    }
    end.scope = PN_NONE16;
    return end;
}

static void take_role(struct walk *w, uint16_t role)
{
    memset(w->roles, 0, sizeof w->roles);
    w->role = role;
    if (role == PN_NONE16) return;
    w->roles[role / 64] |= (uint64_t)1 << role % 64;
    pn_layers_add_parents(&w->layers, role, w->roles);
}

static struct ending ask_roles(struct walk *w)
{
    const struct pn_facts *facts = w->eval->facts;
    struct ending first = { NO_ANSWER, PN_NONE16, PN_NONE16, UINT32_MAX };

    for (uint16_t i = 0; i < facts->role_list_count; i++) {
        take_role(w, facts->role_list[i]);
        struct ending end = climb(w, PN_SIDE_RESOURCE);
        if (end.answer == ALLOWED) return end;
        if (first.answer == NO_ANSWER) first = end;
    }
    return first;
}

/* Is there a policy for the resource in a scope of its chain? */
static bool resource_exists(struct walk *w)
{
    const struct pn_policy *p = w->eval->policy;
    uint16_t scope = w->layers.scope[PN_SIDE_RESOURCE];

    for (; scope != PN_NONE16; scope = pn_scope_above(p, scope, PN_SIDE_RESOURCE)) {
        if (pn_layer_of_resource(&w->layers, scope) != NULL) return true;
    }
    scope = w->layers.scope[PN_SIDE_RESOURCE];
    for (; scope != PN_NONE16; scope = pn_scope_above(p, scope, PN_SIDE_RESOURCE)) {
        if (pn_layers_role_knows(&w->layers, scope, NULL)) return true;
    }
    return false;
}

static bool principal_exists(struct walk *w)
{
    const struct pn_policy *p = w->eval->policy;
    struct pn_slice version = w->layers.version[PN_SIDE_PRINCIPAL];
    uint16_t scope = w->layers.scope[PN_SIDE_PRINCIPAL];

    for (; scope != PN_NONE16; scope = pn_scope_above(p, scope, PN_SIDE_PRINCIPAL)) {
        if (pn_layer_find(p, PN_LAYER_PRINCIPAL, scope, version, NULL) != NULL) return true;
    }
    return false;
}

static void conclude(struct walk *w, const struct ending *end, enum pn_side side, bool exists)
{
    const struct pn_policy *p = w->eval->policy;
    struct pn_decision *d = w->decision;

    d->policy = !exists                     ? PN_POLICY_NO_MATCH
                : side == PN_SIDE_PRINCIPAL ? PN_POLICY_PRINCIPAL
                                            : PN_POLICY_RESOURCE;
    d->version = w->layers.version[side];
    if (w->layers.scope[side] != PN_NONE16) {
        d->policy_scope = pn_scope_name(p, w->layers.scope[side]);
    }
    if (end->scope != PN_NONE16) d->scope = pn_scope_name(p, end->scope);
    if (end->denying_role != PN_NONE16) {
        d->policy = PN_POLICY_ROLE;
        d->policy_role = end->denying_role;
        d->policy_scope = d->scope;
        d->version = w->layers.version[PN_SIDE_RESOURCE];
    }
    if (end->rank != UINT32_MAX) pn_verdict_tell(p, d, end->rank);
}

static void decide(struct pn_eval *e, struct pn_decision *decision)
{
    struct walk w = { .eval = e, .decision = decision, .best = UINT32_MAX };

    pn_layers_begin(&w.layers, e->facts, e->scratch);
    pn_layers_prepare(&w.layers, e);
    bool resource = resource_exists(&w), principal = principal_exists(&w);
    if (!resource && !principal) return;
    if (e->facts->role_list_count == 0) return;
    struct ending end = climb(&w, PN_SIDE_PRINCIPAL);
    if (end.answer != NO_ANSWER) {
        conclude(&w, &end, PN_SIDE_PRINCIPAL, principal);
        return;
    }
    end = ask_roles(&w);
    conclude(&w, &end, PN_SIDE_RESOURCE, resource);
}

const struct pn_layer_module pn_cerbos54_module = {
    pn_layers_are_sound, decide, pn_kind_name, pn_layers_mark, pn_layers_find_resource,
};
