/* cel_code.h - a CEL expression as a block of value code: what no predicate can say.
 *
 * Operands come first, operators behind them; && and || skip what cannot matter, a ternary runs one
 * branch, macros over lists become loops and their variables cells of the stack. What is constant
 * is folded first, unless the lowering says that literals are inputs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_CODE_H
#define TOOLS_CEL_CODE_H

#include "tools/compile/code_emit.h"

/* The block that computes `node`, or PN_NONE32 with an error. */
uint32_t cel_code(struct lowering *l, const struct cel_node *node);

/* Append what computes `node`, one value on the stack. */
void cel_code_node(struct coding *c, const struct cel_node *node);

/* The parts of it. */
void cel_code_name(struct coding *c, const struct cel_node *node);       /* IDENT, SELECT, INDEX */
void cel_code_has(struct coding *c, const struct cel_node *node);        /* HAS */
void cel_code_call(struct coding *c, const struct cel_node *node);       /* CALL */
void cel_code_macro(struct coding *c, const struct cel_node *node);      /* COMPREHENSION */
void cel_code_bind(struct coding *c, const struct cel_node *node);       /* BIND */
void cel_code_membership(struct coding *c, const struct cel_node *node); /* a in b */
void cel_code_place(struct coding *c, const struct cel_node *node,
                    const struct attr_path *path); /* P.attr, R.attr, the JWT's claims */

/* A name or function that there is not: an error of the build, or a value that is one. */
void cel_code_unknown(struct coding *c, const struct cel_node *node, const char *message);

#endif
