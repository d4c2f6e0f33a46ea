/* condition.h - conditions over predicates, each predicate evaluated at most once a decision.
 *
 * A condition is a conjunction as bit masks, a few of them joined by "or", or a small forward-only
 * program. Only predicates that can still change the answer are evaluated; their values stay in the
 * scratch for the rules that follow and for explanations. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_CONDITION_H
#define PN_POLICY_CONDITION_H

#include "policy/record.h"

struct pn_guesses;

struct pn_eval {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    struct pn_policy_scratch *scratch;
    const uint64_t *roles;            /* that count for rules and derived roles; NULL: the facts' */
    bool scoped;                      /* only derived roles of mask `derived` are in effect */
    uint32_t derived;                 /* PN_NONE32: none is */
    const struct pn_guesses *guesses; /* listing.h; NULL: none */
};

/* To ask again after a decision, with what it left in the scratch. */
static inline struct pn_eval pn_eval_after(const struct pn_policy *policy,
                                           const struct pn_facts *facts,
                                           struct pn_policy_scratch *scratch)
{
    const uint64_t *roles = policy->scope_count > 0 ? scratch->roles : NULL;

    return (struct pn_eval){ policy, facts, scratch, roles, false, PN_NONE32, NULL };
}

/* Forget what was told about derived roles: others count from now on. Guesses stay. */
void pn_eval_forget_derived(struct pn_eval *e);

/* Forget the values of an earlier decision. */
void pn_eval_begin(struct pn_eval *e);

/* The value of a predicate, of a condition (PN_NONE32 is always true), and of "the principal has a
 * role of mask `roles`" (PN_NONE32: any role at all, true). */
enum pn_truth pn_eval_predicate(struct pn_eval *e, uint16_t predicate);
enum pn_truth pn_eval_condition(struct pn_eval *e, uint32_t condition);
enum pn_truth pn_eval_roles(struct pn_eval *e, uint32_t roles);

/* Write down what a predicate comes to, whatever was known before. */
void pn_eval_put(struct pn_policy_scratch *scratch, uint16_t predicate, enum pn_truth value);

/* The conjunction of one record of MASKS. */
enum pn_truth pn_eval_mask(struct pn_eval *e, const uint8_t *mask);

/* Derived role `derived` is in effect: one of its parents is held and its condition is true. */
enum pn_truth pn_eval_derived(struct pn_eval *e, uint16_t derived);

/* The same, with the common answers at hand: a role that is held, a single mask that what is known
 * already breaks or fulfils. Of a hundred rules most are settled here. */
static inline enum pn_truth pn_eval_roles_quick(struct pn_eval *e, uint32_t roles)
{
    if (roles == PN_NONE32) return PN_TRUE;
    const uint8_t *mask = pn_role_mask_at(e->policy, roles);
    const uint64_t *held = e->roles != NULL ? e->roles : e->facts->roles;
    if ((pn_load64(mask) & held[0]) != 0) return PN_TRUE;
    return pn_eval_roles(e, roles);
}

static inline enum pn_truth pn_eval_condition_quick(struct pn_eval *e,
                                                    const struct pn_policy *policy,
                                                    const struct pn_policy_scratch *scratch,
                                                    uint32_t condition)
{
    if (condition == PN_NONE32) return PN_TRUE;
    const uint8_t *at =
        pn_record(policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, condition);
    if (pn_load32(at) != (PN_CONDITION_MASK | 1u << 16)) return pn_eval_condition(e, condition);

    const uint8_t *mask = pn_record(policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES,
                                    pn_load32(at + PN_CONDITION_FIRST));
    uint64_t need_true = pn_load64(mask + PN_MASK_NEED_TRUE);
    uint64_t need_false = pn_load64(mask + PN_MASK_NEED_FALSE);
    uint32_t word = pn_load32(mask + PN_MASK_WORD);
    uint64_t is_true = scratch->is_true[word], is_false = scratch->is_false[word];
    if (((need_true & ~is_true) | (need_false & ~is_false)) == 0) return PN_TRUE;
    if (((need_true & is_false) | (need_false & is_true)) != 0) return PN_FALSE;
    return pn_eval_mask(e, mask);
}

/* Predicates of a condition in the order of the blob, the same one possibly more than once. */
struct pn_condition_walk {
    uint32_t part; /* record or instruction to look at next */
    uint64_t bits; /* of the mask at hand that are still to come */
    uint32_t word;
    uint16_t masks_left;
    uint32_t mask;
};

/* Start with all zero. The next predicate, or PN_NONE16 at the end. */
uint16_t pn_condition_walk(const struct pn_policy *policy, uint32_t condition,
                           struct pn_condition_walk *walk);

#endif
