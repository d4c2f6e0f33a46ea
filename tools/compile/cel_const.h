/* cel_const.h - what an expression without attributes comes to, found out while building.
 *
 * The engine itself finds it out: the expression is compiled, opened and run here, so that a device
 * could not come to anything else. An expression that is constant and in error, such as 1/0, would
 * be so on every request: in a policy for `edge` it is an error of the build.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_CONST_H
#define TOOLS_CEL_CONST_H

#include "policy/policy_format.h"
#include "tools/compile/cel_names.h"
#include "tools/compile/cel_value.h"

enum cel_constness {
    CEL_NOT_CONSTANT,
    CEL_CONSTANT,
    CEL_WRONG, /* constant, but wrong: an error was added */
};

/* The value of `node` where it is constant and one that a constant can hold. */
enum cel_constness cel_const(struct arena *arena, struct diagnostics *diagnostics,
                             struct scope *scope, const struct cel_node *node,
                             struct cel_value *value);

#endif
