/* cel_free.h - does an expression depend on the request?
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_FREE_H
#define TOOLS_CEL_FREE_H

#include "tools/compile/cel_names.h"

/* True when `node` reads no attribute, no clock and no variable of a macro around it, and names
 * nothing that there is not: it comes to the same on every request. */
bool cel_is_free(struct arena *arena, struct scope *scope, const struct cel_node *node);

#endif
