/* cel_compare.h - comparisons and `in` as predicates.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_COMPARE_H
#define TOOLS_CEL_COMPARE_H

#include "tools/compile/cel_lower.h"

/* A node with one of == != < <= > >=, and one with `in`; NULL with an error. */
const struct formula *cel_lower_comparison(struct lowering *l, const struct cel_node *node);
const struct formula *cel_lower_membership(struct lowering *l, const struct cel_node *node);

#endif
