/* formula.h - a condition as a boolean function over predicates, and its compiled form.
 *
 * Predicates are true, false or in error; &&, || and ! over them are CEL's, which are the minimum,
 * maximum and mirror image in the order false < error < true. That order is a distributive lattice,
 * so rewriting into "any of these conjunctions" changes no answer, errors included. A ternary is
 * not that simple (an error in its condition is its value whatever the branches say):
 *
 *     c ? a : b  =  (c && a) || (!c && b) || (c && !c)
 *
 * where the last term is false or, for an error, in error. What stays small becomes masks; the rest
 * becomes a forward-only program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FORMULA_H
#define TOOLS_FORMULA_H

#include "tools/compile/image.h"

enum formula_kind {
    FORMULA_FALSE,
    FORMULA_TRUE,
    FORMULA_PREDICATE,
    FORMULA_NOT, /* parts[0] */
    FORMULA_AND,
    FORMULA_OR,
    FORMULA_SELECT, /* parts[0] ? parts[1] : parts[2] */
    FORMULA_SETTLE, /* parts[0], an error counting as false (cerbos54) */
};

struct formula {
    enum formula_kind kind;
    uint16_t predicate;
    LIST(const struct formula *) parts;
};

const struct formula *formula_constant(struct arena *arena, bool value);
const struct formula *formula_predicate(struct arena *arena, uint16_t predicate);
const struct formula *formula_not(struct arena *arena, const struct formula *a);
const struct formula *formula_and(struct arena *arena, const struct formula *a,
                                  const struct formula *b);
const struct formula *formula_or(struct arena *arena, const struct formula *a,
                                 const struct formula *b);
const struct formula *formula_select(struct arena *arena, const struct formula *condition,
                                     const struct formula *yes, const struct formula *no);
const struct formula *formula_settle(struct arena *arena, const struct formula *a);

/* The formula as a condition of the image. PN_NONE32: it is always true. False, with an error at
 * `mark`, when it is too large for a program. */
bool formula_compile(struct image *image, const struct formula *formula, struct mark mark,
                     uint32_t *condition);

#endif
