/* cel_pattern.h - the pattern of matches(), which is known while building.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_PATTERN_H
#define TOOLS_CEL_PATTERN_H

#include "tools/compile/cel_lower.h"

/* The table of the pattern that `node` comes to, or PN_NONE32 with an error: not a constant text,
 * not RE2 syntax, or over budget. */
uint32_t cel_pattern(struct lowering *l, const struct cel_node *node);

#endif
