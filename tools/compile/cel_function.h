/* cel_function.h - CEL's functions over constants, while building.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_FUNCTION_H
#define TOOLS_CEL_FUNCTION_H

#include "tools/compile/cel_ast.h"

/* Call size, int, uint, double, string, timestamp, contains, startsWith or endsWith, as the
 * CEL_CALL `node` names it, with the values of its arguments. False when they do not fit. */
bool cel_function(struct arena *arena, const struct cel_node *node, const struct cel_value *args,
                  struct cel_value *value);

#endif
