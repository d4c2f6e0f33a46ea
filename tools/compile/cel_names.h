/* cel_names.h - what the names in an expression stand for.
 *
 * A policy knows P, R, request and runtime, its variables (V) and its constants (C). An expression
 * on its own knows what was bound to names instead, some of them dotted, seen from a container (a
 * namespace): with container "a.b", x.y may be a.b.x.y, a.x.y or x.y, and the longest name that is
 * bound counts. Variables of macros are nearer than all of these.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_NAMES_H
#define TOOLS_CEL_NAMES_H

#include "tools/compile/cel_ast.h"

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

/* A variable of a macro, in a cell of the stack. */
struct scope_local {
    struct pn_slice name;
    uint32_t cell;
    const struct scope_local *outer;
};

enum scope_kind {
    SCOPE_POLICY,
    SCOPE_ALONE,        /* an expression on its own; a name that is not bound is an error */
    SCOPE_ALONE_AT_RUN, /* the same, but only when a value is asked of it */
};

/* The names that expressions of one policy, or one expression, may use. */
struct scope {
    enum scope_kind kind;
    bool errors_run; /* a constant expression that is an error is one when it runs (cerbos54) */
    LIST(struct scope_variable) variables;
    LIST(struct scope_constant) constants;
    const struct scope *globals;          /* whose constants are G.x; NULL: there are none */
    LIST(struct scope_constant) bindings; /* of an expression on its own */
    struct pn_slice container;
    const struct scope_local *locals;
    unsigned
        expansion_count; /* of variables, so that those which double each other come to an end */
};

#define SCOPE_EXPANSIONS_MAX 20000

/* The variable or constant that `node` names as V.x, variables.x, C.x, constants.x, G.x or globals.x;
 * NULL when it names none, with an error when there is no variable or constant of that name. */
struct scope_variable *scope_variable_of(struct diagnostics *diagnostics, struct scope *scope,
                                         const struct cel_node *node, bool *wrong);
const struct scope_constant *scope_constant_of(struct diagnostics *diagnostics, struct scope *scope,
                                               const struct cel_node *node, bool *wrong);

/* The macro's variable of that name, or NULL. */
const struct scope_local *scope_local_of(const struct scope *scope, const struct cel_node *ident);

/* The dotted name that a chain of selections writes, such as "a.b.c"; empty when it is none, or
 * begins with a variable of a macro. */
struct pn_slice scope_chain(struct arena *arena, const struct scope *scope,
                            const struct cel_node *node);

/* What is bound to exactly this chain, seen from the container; NULL: nothing. */
const struct cel_value *scope_binding_of(struct arena *arena, const struct scope *scope,
                                         const struct cel_node *node);

/* The type that the dotted name means (a number of policy/machine.h), or -1. */
int scope_type_of(struct pn_slice name);

#endif
