/* action_pattern.h - the actions of a rule, exact or as a glob, in the dispatch of its kind.
 *
 * Cerbos's rule: only what holds a `*` is a pattern; then the whole glob syntax counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ACTION_PATTERN_H
#define TOOLS_ACTION_PATTERN_H

#include "tools/compile/image.h"

/* Make the action that the scalar `action` names lead to rule number `rule`, in the kind at place
 * `kind` of the image. Errors are added where the pattern is malformed or over budget. */
void action_pattern_add(struct image *image, size_t kind, const struct yaml_node *action,
                        uint16_t rule);

/* A pattern of a principal's or role's policy: its place in the image. */
uint16_t entry_pattern(struct image *image, struct pn_slice text, struct mark mark);

/* Does the text hold a `*`? */
bool is_glob(struct pn_slice text);

#endif
