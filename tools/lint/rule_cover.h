/* rule_cover.h - does one rule match whenever another does?
 *
 * What is answered with yes is certain; a yes may be missed: conditions are compared as the masks
 * they compile to, actions by their text and prefixes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_RULE_COVER_H
#define TOOLS_RULE_COVER_H

#include "tools/lint/lint.h"

/* A text by a name or pattern as policies have them: only what holds a `*` is a pattern. */
bool pattern_matches(struct arena *arena, struct pn_slice pattern, struct pn_slice text);

/* Every action of `inner` is one of `outer`; and so are its roles. */
bool actions_covered(struct arena *arena, const struct rule_doc *outer,
                     const struct rule_doc *inner);
bool roles_covered(const struct rule_doc *outer, const struct rule_doc *inner);

/* Conditions of the compiled policy, PN_NONE32 for one that always holds: `outer` holds whenever
 * `inner` does, errors included. */
bool condition_covered(const struct pn_policy *policy, uint32_t outer, uint32_t inner);

/* It is the constant false. */
bool condition_never_holds(const struct pn_policy *policy, uint32_t condition);

/* The condition that the rule was compiled to; false where it is not found. */
bool condition_of_rule(struct lint *lint, const struct policy_doc *doc, const struct rule_doc *rule,
                       uint32_t *condition);

#endif
