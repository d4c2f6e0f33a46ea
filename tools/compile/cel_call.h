/* cel_call.h - which function a call means.
 *
 * Functions of the engine by their names in policy/builtin.def, and those that the compiler makes
 * of others. A dotted name is a function of a library (math.abs) before it is a member of a value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_CALL_H
#define TOOLS_CEL_CALL_H

#include "policy/builtin.h"
#include "tools/compile/cel_names.h"

enum cel_function {
    CEL_FUNCTION_NONE,    /* no such function; `says` tells more */
    CEL_FUNCTION_BUILTIN, /* `number` */
    CEL_FUNCTION_SAME,    /* dyn(x), id(x): x */
    CEL_FUNCTION_NOW,
    CEL_FUNCTION_SINCE, /* timeSince(t): now() - t */
    CEL_FUNCTION_MATCHES,
    CEL_FUNCTION_SHARES, /* hasIntersection(a, b): sets.intersects(a, b) */
    CEL_FUNCTION_WITHIN, /* isSubset(a, b): sets.contains(b, a) */
    CEL_FUNCTION_REGEX,  /* `number` is an enum cel_regex */
};

struct cel_call {
    enum cel_function function;
    unsigned number; /* an enum pn_builtin_number */
    size_t first;    /* of node->args: 1 where the target is only part of the name */
    const char *says;
};

struct cel_call cel_call_of(struct arena *arena, const struct scope *scope,
                            const struct cel_node *node);

#endif
