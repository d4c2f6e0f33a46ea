/* rule_output.h - what a rule says when it matches: outcome, reason, remediation.
 *
 * An output is an expression that must come to a constant here. A map with our keys (design
 * vocabulary, "Outcomes") gets its meaning; any other value is handed through and means nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_RULE_OUTPUT_H
#define TOOLS_RULE_OUTPUT_H

#include "tools/compile/cel_const.h"
#include "tools/compile/image.h"

struct rule_output {
    uint32_t index;          /* in the image */
    enum pn_outcome outcome; /* of the rule that has it */
};

/* Compile `expr`, what a rule of this effect says when it matches. False with an error. */
enum rule_effect { RULE_DENIES, RULE_ALLOWS };
bool rule_output_activated(struct image *image, struct scope *scope, const struct yaml_node *expr,
                           enum rule_effect effect, struct rule_output *output);

/* Compile `expr`, what a rule says when its condition does not hold: it is only told. */
bool rule_output_unmet(struct image *image, struct scope *scope, const struct yaml_node *expr,
                       uint32_t *index);

#endif
