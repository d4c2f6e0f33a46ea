/* rule_needs.h - what deciding by some rules takes, at worst.
 *
 * Predicates are evaluated once a decision however many rules ask for them, and so is the code
 * behind a predicate; an output's code runs when the rule that decides has it. Counted is what can
 * be asked for: what a call really takes is less.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_RULE_NEEDS_H
#define TOOLS_RULE_NEEDS_H

#include "policy/policy.h"

#define NEEDS_INDEX_MAX 0x10000

/* All-zero needs nothing. Large: about 26 KB. */
struct rule_needs {
    uint64_t predicates[PN_POLICY_PREDICATES_MAX / 64];
    uint64_t rules[PN_POLICY_RULES_MAX / 64];
    uint64_t derived[PN_POLICY_ROLE_WORDS_MAX];
    uint64_t conditions[NEEDS_INDEX_MAX / 64];
    uint64_t blocks[NEEDS_INDEX_MAX / 64];
    uint64_t dfas[NEEDS_INDEX_MAX / 64];
};

void rule_needs_add(const struct pn_policy *policy, uint16_t rule, struct rule_needs *needs);

struct rule_cost {
    uint32_t rules, predicates;
    uint64_t steps;         /* of value code */
    uint16_t stack;         /* cells of the deepest expression */
    uint32_t scratch_bytes; /* for that stack; what expressions build comes on top */
    size_t bytes;           /* of rules, conditions, code and tables, texts left out */
};
/* Record and tables of a pattern. */
size_t dfa_table_bytes(const struct pn_policy *policy, uint32_t dfa);

struct rule_cost rule_needs_cost(const struct pn_policy *policy, const struct rule_needs *needs);

#endif
