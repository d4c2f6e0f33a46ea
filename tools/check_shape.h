/* check_shape.h - is a request of the form that policies are asked in?
 *
 * What a device refuses in one word is told here by member and place: "line 3, column 12:
 * principal.roles is a list of texts". Members that nobody reads are left alone, as Cerbos leaves
 * them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CHECK_SHAPE_H
#define TOOLS_CHECK_SHAPE_H

#include "tools/compile/yaml.h"

/* NULL, or one sentence that `arena` holds. `action` stands for the request's own; NULL: it has
 * them. */
const char *check_shape(struct arena *arena, const struct yaml_node *request, const char *action);

#endif
