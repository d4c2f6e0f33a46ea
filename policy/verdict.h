/* verdict.h - how the combiners fill a decision. For the files of this folder only.
 *
 * There are three: the plain one of policy_decide.c, which knows no scopes; scoped.c, mode edge with
 * scopes, versions, principal and role policies; and ordered.c, mode cerbos54. The last two are
 * modules (layer_module.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_VERDICT_H
#define PN_POLICY_VERDICT_H

#include "policy/layers.h"

/* Decide by what `e` knows so far, which was begun; what is known already is not asked again. */
void pn_verdict_decide(struct pn_eval *e, struct pn_decision *decision);

/* A denial by default. */
void pn_verdict_begin(struct pn_decision *decision);

/* Rules in the order in which one of them decides: outcome first, then how sure the match is, then
 * the place in the files. UINT32_MAX ranks behind all. */
uint32_t pn_verdict_rank(const uint8_t *rule, uint16_t index, enum pn_truth value);

/* Let the rule of this rank decide. */
void pn_verdict_tell(const struct pn_policy *policy, struct pn_decision *decision, uint32_t rank);

/* Add an output. */
void pn_verdict_output(struct pn_decision *decision, uint16_t rule, uint8_t activated);

/* Say which predicate of the rule was in error, and on which attribute; PN_NONE16: none was. */
void pn_verdict_error(struct pn_eval *e, struct pn_decision *decision, uint16_t rule);

#endif
