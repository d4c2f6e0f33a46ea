/* cel_const.h - what an expression without attributes comes to, found out while building.
 *
 * Folded here: literals, lists and maps of constants, constants (C.x) and variables (V.x) that are
 * constant, arithmetic, comparison, logic, indexing, and the functions size, contains, startsWith,
 * endsWith, int, uint, double, string and timestamp. An expression that is constant and wrong, such
 * as 1/0, would fail on every request: it is an error of the build.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_CONST_H
#define TOOLS_CEL_CONST_H

#include "tools/compile/cel_value.h"

struct scope_variable {
    struct pn_slice name;
    const struct cel_source *source;
    const struct cel_node *node; /* NULL: it did not parse, which was reported */
    bool visiting;               /* being expanded: meeting it again is a circle */
};

struct scope_constant {
    struct pn_slice name;
    struct cel_value value;
};

/* The names that expressions of one policy may use. */
struct scope {
    LIST(struct scope_variable) variables;
    LIST(struct scope_constant) constants;
    unsigned
        expansion_count; /* of variables, so that those which double each other come to an end */
};

#define SCOPE_EXPANSIONS_MAX 20000

enum cel_constness {
    CEL_NOT_CONSTANT,
    CEL_CONSTANT,
    CEL_WRONG, /* constant, but wrong: an error was added */
};

enum cel_constness cel_const(struct arena *arena, struct diagnostics *diagnostics,
                             struct scope *scope, const struct cel_node *node,
                             struct cel_value *value);

/* The variable or constant that `node` names as V.x, variables.x, C.x or constants.x; NULL when it
 * names none, with an error when there is no variable or constant of that name. */
struct scope_variable *scope_variable_of(struct diagnostics *diagnostics, struct scope *scope,
                                         const struct cel_node *node, bool *wrong);
const struct scope_constant *scope_constant_of(struct diagnostics *diagnostics, struct scope *scope,
                                               const struct cel_node *node, bool *wrong);

#endif
