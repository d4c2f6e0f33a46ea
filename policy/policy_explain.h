/* policy_explain.h - why did the rules say what they said?
 *
 * After a decision its scratch still knows which rules spoke of the call and what each predicate
 * came to. Walking over it tells, rule by rule, which predicates were false, true, in error or
 * unknown, and on which attributes. What the decision did not need to evaluate is evaluated now.
 *
 *     struct pn_explain_rule rule = { 0 };
 *     while (pn_explain_rule_next(policy, facts, scratch, &rule)) {
 *         struct pn_explain_predicate predicate = { 0 };
 *         while (pn_explain_predicate_next(policy, facts, scratch, &rule, &predicate)) ...
 *     }
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_EXPLAIN_H
#define PN_POLICY_EXPLAIN_H

#include "policy/condition.h"

/* Mark in scratch->considered every rule that speaks of the call that was decided last. */
void pn_explain_mark(const struct pn_policy *policy, const struct pn_facts *facts,
                     struct pn_policy_scratch *scratch);

struct pn_explain_rule {
    uint16_t next;           /* where to look next; 0 to begin */
    uint16_t rule;           /* index */
    enum pn_truth roles;     /* the principal has one of its roles */
    enum pn_truth condition; /* its condition holds; only where `roles` is not false */
    bool matched;            /* it took part in the outcome */
    uint8_t effect;          /* 0 deny, 1 allow */
    enum pn_outcome outcome;
    uint32_t condition_index; /* PN_NONE32: it has no condition */
};

/* The next rule that speaks of the call; false at the end. Between the decision and the last call
 * neither facts nor scratch may change. */
bool pn_explain_rule_next(const struct pn_policy *policy, const struct pn_facts *facts,
                          struct pn_policy_scratch *scratch, struct pn_explain_rule *rule);

struct pn_explain_predicate {
    struct pn_condition_walk walk;
    uint16_t predicate; /* index; pn_policy_predicate_text() has its source */
    enum pn_truth value;
    uint16_t slot, peer; /* what it reads, PN_NONE16: nothing; values are in facts->slots */
};

/* The next predicate of the rule's condition, one that occurs twice is told twice; false at the
 * end. */
bool pn_explain_predicate_next(const struct pn_policy *policy, const struct pn_facts *facts,
                               struct pn_policy_scratch *scratch,
                               const struct pn_explain_rule *rule,
                               struct pn_explain_predicate *predicate);

/* Derived role `index` (0 to policy->derived_count - 1): its name, and whether it is in effect for the
 * call that was decided: one that no rule for its resource kind names is not. */
struct pn_slice pn_policy_derived_name(const struct pn_policy *policy, uint16_t index);
enum pn_truth pn_explain_derived(const struct pn_policy *policy, const struct pn_facts *facts,
                                 struct pn_policy_scratch *scratch, uint16_t index);

#endif
