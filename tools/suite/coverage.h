/* coverage.h - what the decisions of a run exercised.
 *
 * A rule is covered once it matched. A predicate, one atom of a condition, is covered once it was
 * true and once it was false: the evaluator keeps both as bits, so counting costs little. Of a
 * condition whose rule spoke of a call all predicates count, also those that the decision could do
 * without.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_COVERAGE_H
#define TOOLS_COVERAGE_H

#include "policy/policy_explain.h"
#include "tools/suite/suite_policy.h"

struct coverage {
    size_t decisions;
    uint64_t considered[PN_POLICY_RULES_MAX / 64];
    uint64_t matched[PN_POLICY_RULES_MAX / 64];
    uint64_t was_true[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t was_false[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t was_faulty[PN_POLICY_PREDICATES_MAX / 64];
};

/* Count the decision that was just made by `facts` with `scratch`, in the numbers of the policy's
 * first variant. */
void coverage_note(struct coverage *coverage, const struct suite_policy *variant,
                   const struct pn_facts *facts, struct pn_policy_scratch *scratch);

/* A rule of a policy file: the compiled policy may hold it several times. */
struct coverage_rule {
    struct pn_slice name, source;
    bool considered, matched;
};

struct coverage_predicate {
    struct pn_slice text;
    struct pn_slice reader; /* the first rule that reads it, or "derived role NAME"; may be empty */
    bool was_true, was_false, was_faulty;
};

/* What was and what was not covered, in the order of the policy. */
struct coverage_table {
    LIST(struct coverage_rule) rules;
    LIST(struct coverage_predicate) predicates;
    unsigned rules_covered, predicates_covered;
};

void coverage_table(struct arena *arena, const struct coverage *coverage,
                    const struct pn_policy *policy, struct coverage_table *table);

/* What it lacks. NULL: nothing. */
const char *coverage_of_rule(const struct coverage_rule *rule);
const char *coverage_of_predicate(const struct coverage_predicate *predicate);

#endif
