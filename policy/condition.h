/* condition.h - conditions over predicates, each predicate evaluated at most once a decision.
 *
 * A condition is a conjunction as bit masks, a few of them joined by "or", or a small forward-only
 * program. Only predicates that can still change the answer are evaluated; their values stay in the
 * scratch for the rules that follow and for explanations. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_CONDITION_H
#define PN_POLICY_CONDITION_H

#include "policy/policy.h"

struct pn_eval {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    struct pn_policy_scratch *scratch;
};

/* Forget the values of an earlier decision. */
void pn_eval_begin(struct pn_eval *e);

/* The value of a predicate, of a condition (PN_NONE32 is always true), and of "the principal has a
 * role of mask `roles`" (PN_NONE32: any role at all, true). */
enum pn_truth pn_eval_predicate(struct pn_eval *e, uint16_t predicate);
enum pn_truth pn_eval_condition(struct pn_eval *e, uint32_t condition);
enum pn_truth pn_eval_roles(struct pn_eval *e, uint32_t roles);

/* Derived role `derived` is in effect: one of its parents is held and its condition is true. */
enum pn_truth pn_eval_derived(struct pn_eval *e, uint16_t derived);

/* Predicates of a condition in the order of the blob, the same one possibly more than once. */
struct pn_condition_walk {
    uint32_t part;     /* record or instruction to look at next */
    uint64_t bits;     /* of the mask at hand that are still to come */
    uint32_t word;
    uint16_t masks_left;
    uint32_t mask;
};

/* Start with all zero. The next predicate, or PN_NONE16 at the end. */
uint16_t pn_condition_walk(const struct pn_policy *policy, uint32_t condition,
                           struct pn_condition_walk *walk);

#endif
