/* see policy.h: from facts to a decision.
 *
 * Every rule that speaks of the call is evaluated and the highest outcome wins, so the order of
 * rules does not matter. Among rules with the same outcome one that holds is told before one that
 * could not be evaluated, then the first in the files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "core/base/frame.h"
#include "policy/condition.h"
#include "policy/dispatch.h"
#include "policy/layer_module.h"
#include "policy/listing.h"
#include "policy/record.h"
#include "policy/schema.h"
#include "policy/truth.h"

struct verdict {
    struct pn_eval eval;
    struct pn_decision *decision;
    uint32_t best;             /* rank of the rule that leads, UINT32_MAX without one */
    uint16_t first_error;      /* the first rule that could not be evaluated */
    uint32_t roles;            /* of those that rules ask for: one of them is held for sure */
    bool marked;               /* scratch knows which rules were tried */
    struct pn_rule_list first; /* the first list that was tried */
};

/* How sure a match is: less is better. */
enum sureness { HOLDS, MAY_HOLD, CANNOT_TELL };

uint32_t pn_verdict_rank(const uint8_t *rule, uint16_t index, enum pn_truth value)
{
    enum sureness sure = value == PN_TRUE ? HOLDS : value == PN_UNDECIDED ? MAY_HOLD : CANNOT_TELL;

    return (uint32_t)rule[PN_RULE_OUTCOME] << 24 | (uint32_t)sure << 16 | index;
}

void pn_verdict_output(struct pn_decision *d, uint16_t index, uint8_t activated)
{
    if (d->output_count == PN_POLICY_OUTPUTS_MAX) {
        if (d->output_lost < UINT8_MAX) d->output_lost++;
        return;
    }
    d->outputs[d->output_count++] = (struct pn_output_ref){ index, activated };
}

static void weigh_true(struct verdict *v, const uint8_t *rule, uint16_t index)
{
    uint32_t rank = pn_verdict_rank(rule, index, PN_TRUE);

    if (pn_load32(rule + PN_RULE_ACTIVATED) != PN_NONE32) {
        pn_verdict_output(v->decision, index, 1);
    }
    if (rank < v->best) v->best = rank;
}

static void weigh_unsure(struct verdict *v, const uint8_t *rule, uint16_t index,
                         enum pn_truth value)
{
    enum pn_phase phase = v->eval.facts->phase;

    if (value == PN_UNDECIDED && phase == PN_PHASE_CALL) value = PN_FAULTY;
    if (value == PN_FAULTY && v->first_error == PN_NONE16) v->first_error = index;
    if (!pn_truth_matches(value, (enum pn_outcome)rule[PN_RULE_OUTCOME], phase)) return;
    uint32_t rank = pn_verdict_rank(rule, index, value);
    if (rank < v->best) v->best = rank;
}

/* Rules of one list mostly ask for the same roles. */
static inline enum pn_truth held(struct verdict *v, uint32_t roles)
{
    if (roles == v->roles) return PN_TRUE;
    enum pn_truth value = pn_eval_roles_quick(&v->eval, roles);
    if (value == PN_TRUE) v->roles = roles;
    return value;
}

static inline void try_rule(struct verdict *v, const struct pn_policy *policy,
                            const struct pn_policy_scratch *scratch, uint16_t index)
{
    const uint8_t *rule = pn_rule_at(policy, index);
    enum pn_truth roles = held(v, pn_load32(rule + PN_RULE_ROLES));

    if (roles == PN_FALSE) return;
    enum pn_truth value =
        pn_eval_condition_quick(&v->eval, policy, scratch, pn_load32(rule + PN_RULE_CONDITION));
    if (roles != PN_TRUE) {
        value = pn_truth_and(roles, value, v->eval.facts->phase);
    } else if (value == PN_FALSE && pn_load32(rule + PN_RULE_UNMET) != PN_NONE32) {
        pn_verdict_output(v->decision, index, 0);
    }
    if (value == PN_TRUE) weigh_true(v, rule, index);
    else if (value != PN_FALSE) weigh_unsure(v, rule, index, value);
}

/* Which rules were tried is of interest only once there is a second list. */
static void mark_first(struct verdict *v)
{
    memset(v->eval.scratch->considered, 0, ((size_t)v->eval.policy->rule_count + 63) / 64 * 8);
    for (uint32_t i = 0; i < v->first.count; i++) {
        (void)pn_rule_is_new(v->eval.scratch, pn_load16(v->first.at + 2 * (size_t)i));
    }
    v->marked = true;
}

/* A rule that an exact action and a pattern both lead to is tried once. */
static void try_list(struct verdict *v, const struct pn_rule_list *list)
{
    const uint8_t *end = list->at + 2 * (size_t)list->count;
    const struct pn_policy *policy = v->eval.policy;
    struct pn_policy_scratch *scratch = v->eval.scratch;

    for (const uint8_t *at = list->at; at < end; at += 2) {
        uint16_t index = pn_load16(at);
        if (v->marked && !pn_rule_is_new(scratch, index)) continue;
        try_rule(v, policy, scratch, index);
    }
}

static void try_lists(struct verdict *v, struct pn_dispatch *dispatch)
{
    struct pn_rule_list list;

    if (!pn_dispatch_next(dispatch, &v->first)) return;
    try_list(v, &v->first);
    while (pn_dispatch_next(dispatch, &list)) {
        if (!v->marked) mark_first(v);
        try_list(v, &list);
    }
}

static bool is_faulty(const struct pn_policy_scratch *s, uint16_t predicate)
{
    return (s->is_faulty[predicate / 64] >> predicate % 64 & 1) != 0;
}

static uint16_t faulty_in(const struct pn_eval *e, uint32_t condition)
{
    struct pn_condition_walk walk = { 0 };
    uint16_t predicate;

    do {
        predicate = pn_condition_walk(e->policy, condition, &walk);
    } while (predicate != PN_NONE16 && !is_faulty(e->scratch, predicate));
    return predicate;
}

/* The predicate of a derived role's condition that is in error, for a rule whose roles are. */
static uint16_t faulty_in_roles(const struct pn_eval *e)
{
    for (uint16_t i = 0; i < e->policy->derived_count; i++) {
        const uint8_t *at = pn_record(e->policy, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, i);
        const struct pn_derived_word *w = &e->scratch->derived[i / 32];
        if ((w->high >> i % 32 & ~(w->low >> i % 32) & 1) == 0) continue;
        return faulty_in(e, pn_load32(at + PN_DERIVED_CONDITION));
    }
    return PN_NONE16;
}

/* Which of the two slots of the predicate is to blame. */
static uint16_t faulty_slot(const struct pn_eval *e, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(e->policy, predicate);
    uint16_t slot = pn_load16(at + PN_PREDICATE_SLOT), peer = pn_load16(at + PN_PREDICATE_PEER);

    if (slot == PN_NONE16 || peer == PN_NONE16) return slot;
    return e->facts->slots[slot].type <= PN_ERROR   ? slot
           : e->facts->slots[peer].type <= PN_ERROR ? peer
                                                    : slot;
}

void pn_verdict_error(struct pn_eval *e, struct pn_decision *d, uint16_t rule)
{
    uint32_t condition;

    if (rule == PN_NONE16) return;
    d->error_rule = rule;
    condition = pn_load32(pn_rule_at(e->policy, rule) + PN_RULE_CONDITION);
    d->error_predicate = faulty_in(e, condition);
    if (d->error_predicate == PN_NONE16) d->error_predicate = faulty_in_roles(e);
    if (d->error_predicate != PN_NONE16) {
        d->error_slot = faulty_slot(e, d->error_predicate);
    }
}

static struct pn_slice output_text(const struct pn_policy *p, uint32_t output, size_t field)
{
    return pn_string(
        p, pn_load32(pn_record(p, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, output) + field));
}

/* The output speaks for a rule that holds, not for one that could not be evaluated. */
void pn_verdict_tell(const struct pn_policy *p, struct pn_decision *d, uint32_t rank)
{
    d->rule = (uint16_t)rank;
    d->outcome = (enum pn_outcome)(rank >> 24);
    d->name = pn_policy_rule_name(p, d->rule);
    d->optimistic = (rank >> 16 & 0xFF) == MAY_HOLD;
    d->why = (rank >> 16 & 0xFF) == CANNOT_TELL ? PN_WHY_ERROR : PN_WHY_RULE;
    uint32_t output = pn_load32(pn_rule_at(p, d->rule) + PN_RULE_ACTIVATED);
    if (d->why == PN_WHY_ERROR || output == PN_NONE32) return;
    d->reason = output_text(p, output, PN_OUTPUT_REASON);
    d->remediation = output_text(p, output, PN_OUTPUT_REMEDIATION);
    d->output = output_text(p, output, PN_OUTPUT_JSON);
}

PN_OWN_FRAME static void decide_plain(struct pn_eval *e, struct pn_decision *decision)
{
    struct verdict v = { .eval = *e,
                         .decision = decision,
                         .best = UINT32_MAX,
                         .first_error = PN_NONE16,
                         .roles = PN_NONE32 };
    struct pn_dispatch dispatch = pn_dispatch_begin(e->policy, e->facts->kind, e->facts->action);

    decision->policy = dispatch.kind != NULL ? PN_POLICY_RESOURCE : PN_POLICY_NO_MATCH;
    decision->version = PN_SLICE("default");
    try_lists(&v, &dispatch);
    if (v.best != UINT32_MAX) pn_verdict_tell(e->policy, decision, v.best);
    pn_verdict_error(&v.eval, decision,
                     decision->why == PN_WHY_ERROR ? decision->rule : v.first_error);
}

/* A policy without layers has one version and the empty scope. */
static bool is_elsewhere(const struct pn_facts *f)
{
    struct pn_slice version = f->version[PN_SIDE_RESOURCE], scope = f->scope[PN_SIDE_RESOURCE];
    bool named = version.len > 0 && !pn_slice_equal(version, PN_SLICE("default"));

    return named || (scope.len > 0 && !pn_slice_equal(scope, PN_SLICE(".")));
}

void pn_verdict_begin(struct pn_decision *d)
{
    memset(d, 0, sizeof *d);
    d->rule = d->error_rule = PN_NONE16;
    d->error_predicate = d->error_slot = PN_NONE16;
}

void pn_verdict_decide(struct pn_eval *e, struct pn_decision *decision)
{
    e->roles = NULL;
    e->scoped = false;
    e->derived = PN_NONE32;
    pn_verdict_begin(decision);
    if (e->policy->layer_module != NULL) {
        e->policy->layer_module->decide(e, decision);
    } else if (!is_elsewhere(e->facts)) {
        decide_plain(e, decision);
    }
}

void pn_policy_decide(const struct pn_policy *policy, const struct pn_facts *facts,
                      struct pn_policy_scratch *scratch, struct pn_decision *decision)
{
    struct pn_eval e = { policy, facts, scratch, NULL, false, PN_NONE32, NULL };

    PN_ASSERT(facts->policy == policy);
    pn_eval_begin(&e);
    pn_verdict_decide(&e, decision);
    /* Who assumes goes through the unknowns itself. */
    bool confirms = facts->phase == PN_PHASE_LIST && facts->assumed == NULL;
    if (confirms && decision->outcome != PN_DENY) {
        pn_listing_confirm(&e, decision);
    }
    if (policy->schema_module != NULL) policy->schema_module->judge(&e, decision);
}
