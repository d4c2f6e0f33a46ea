/* rule_output.h - what a rule says when it matches: outcome, reason, remediation.
 *
 * A map with our keys (design vocabulary, "Outcomes") gets its meaning; any other value is handed
 * through and means nothing. What depends on the call becomes value code, but for what the engine
 * must know beforehand: `outcome`, `ttl`, `acr`, `approvers_role` and `paths` are constant.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_RULE_OUTPUT_H
#define TOOLS_RULE_OUTPUT_H

#include "tools/compile/cel_lower.h"

struct rule_output {
    uint32_t index;          /* in the image */
    enum pn_outcome outcome; /* of the rule that has it */
};

/* Compile `expr`, what a rule of this effect says when it matches. False with an error. */
enum rule_effect { RULE_DENIES, RULE_ALLOWS };
bool rule_output_activated(struct lowering *lowering, const struct yaml_node *expr,
                           enum rule_effect effect, struct rule_output *output);

/* Compile `expr`, what a rule says when its condition does not hold: it is only told. */
bool rule_output_unmet(struct lowering *lowering, const struct yaml_node *expr, uint32_t *index);

#endif
