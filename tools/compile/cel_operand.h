/* cel_operand.h - what stands on one side of an operator, or before the dot of a function.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_OPERAND_H
#define TOOLS_CEL_OPERAND_H

#include "tools/compile/cel_lower.h"

/* One side of an operator: a constant, or something the engine reads. */
enum operand_kind {
    OPERAND_WRONG, /* reported */
    OPERAND_OTHER, /* nothing that a predicate takes */
    OPERAND_CONSTANT,
    OPERAND_ATTR,
    OPERAND_PLACE, /* P.attr, R.attr or the JWT's claims as a whole */
    OPERAND_ROLES,
    OPERAND_DERIVED,
    OPERAND_SIZE,      /* size(attr) */
    OPERAND_TYPE,      /* type(attr) */
    OPERAND_TYPE_NAME, /* string, bool, list, map, null_type: `type` */
    OPERAND_NOW,
};

struct operand {
    enum operand_kind kind;
    struct cel_value value;
    struct attr_path path;
    uint32_t type; /* enum pn_type */
};

/* Read an expression, or one that is the name of an attribute, as an operand. */
struct operand operand_of(struct lowering *l, const struct cel_node *written);
struct operand operand_of_path(struct lowering *l, const struct cel_node *node);

/* The expression behind V.x, so that a variable can stand wherever its definition could. */
const struct cel_node *operand_behind(struct lowering *l, const struct cel_node *node);

/* The slot of an attribute, which is wanted from the scanner in this way. */
uint16_t operand_slot(struct lowering *l, const struct cel_node *node,
                      const struct operand *operand, uint8_t trie_flags);

/* Where the node begins. */
struct mark operand_mark(const struct cel_node *node);

/* The predicate, once, with the node's text for explanations. */
const struct formula *lower_predicate(struct lowering *l, const struct cel_node *node,
                                      struct image_predicate p);

/* Add an error at the node's operator; always NULL. */
const struct formula *lower_wrong(struct lowering *l, const struct cel_node *node,
                                  const char *message);

/* What every request would make an error: one of the build, in `cerbos54` one when it runs. */
const struct formula *lower_faulty(struct lowering *l, const struct cel_node *atom,
                                   const char *message);

/* The whole atom as value code and the predicate that runs it. */
const struct formula *lower_code(struct lowering *l, const struct cel_node *atom);

#endif
