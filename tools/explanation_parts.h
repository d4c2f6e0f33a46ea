/* explanation_parts.h - what both forms of an explanation ask of the policy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_EXPLANATION_PARTS_H
#define TOOLS_EXPLANATION_PARTS_H

#include "tools/explanation.h"

#define EXPLANATION_ALONE_MAX 16 /* roles of a principal that are decided alone */

/* How many roles that the policy knows the principal has, and whether this is one. */
unsigned explanation_roles_held(const struct explanation *why);
bool explanation_has_role(const struct explanation *why, uint16_t role);

/* The decision, were this the principal's only role. */
enum pn_outcome explanation_alone(const struct explanation *why, uint16_t role);

/* Append the names of the roles and derived roles that a rule is for, with a comma between them; as
 * JSON strings where `quote` is a quotation mark, plain where it is empty. */
void explanation_role_names(struct bytes *out, const struct explanation *why, uint16_t rule,
                            const char *quote);

/* The derived role that a rule of mode cerbos54 is for; empty: it is for roles. */
struct pn_slice explanation_derived(const struct explanation *why, uint16_t rule);

/* Is it the rule that the decision names? */
bool explanation_decides(const struct explanation *why, const struct pn_explain_rule *rule);

/* A tool is only listed and rules could let it be seen, but no argument comes to more than a denial.
 */
bool explanation_hides(const struct explanation *why);

/* The next predicate of the rule's condition; one that stands in several branches is told once. */
struct explanation_predicate { /* all-zero to begin */
    struct pn_explain_predicate is;
    uint64_t told[PN_POLICY_PREDICATES_MAX / 64];
};
bool explanation_predicate_next(const struct explanation *why, const struct pn_explain_rule *rule,
                                struct explanation_predicate *predicate);

/* What the predicate has to be for a condition that is one conjunction: true or false; undecided
 * where the condition is none. */
enum pn_truth explanation_wanted(const struct explanation *why, uint32_t condition,
                                 uint16_t predicate);

#endif
