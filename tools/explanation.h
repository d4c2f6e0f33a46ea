/* explanation.h - why a call was decided as it was, for people and as JSON.
 *
 * Rule by rule: whether the principal has one of its roles, what its condition came to, and for each
 * predicate the attributes it read with their values. Values of secret slots are masked. Where a
 * principal has several roles it is also told what each of them alone would come to. Where a schema
 * rejects the attributes no rule is asked, and none is told.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_EXPLANATION_H
#define TOOLS_EXPLANATION_H

#include "policy/policy_explain.h"
#include "tools/compile/arena.h"

struct explanation {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    struct pn_policy_scratch *scratch; /* as the decision left it */
    const struct pn_decision *decision;
};

/* Append lines of text, each after `indent`. */
void explanation_text(struct bytes *out, const struct explanation *why, const char *indent);

/* Append an object. */
void explanation_json(struct bytes *out, const struct explanation *why);

/* Why the gateway would refuse, in its own words where the rule has none. */
struct pn_slice decision_reason(const struct pn_decision *decision);

#endif
