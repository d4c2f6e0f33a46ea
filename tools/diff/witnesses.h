/* witnesses.h - which values predicates can have together.
 *
 * `x > 5` and `x > 10` are two predicates, and no request makes the second true and the first false.
 * So for each attribute values are tried that tell all its predicates apart: the constants they
 * compare with, what lies between and beside them, other types, and nothing at all. What a value
 * makes of each predicate the evaluator says. A predicate over several attributes, or that computes
 * values, may come to anything.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_WITNESSES_H
#define TOOLS_WITNESSES_H

#include "policy/policy.h"
#include "tools/compile/arena.h"

enum { VALUE_MASK_ALL = 1u << PN_FALSE | 1u << PN_TRUE | 1u << PN_FAULTY };

/* A predicate of one or both policies, which is known by its key (predicate_key.h). */
struct variable {
    struct pn_slice text; /* its source; where others have the same, with the policy it is of */
    struct pn_slice key;
    uint16_t index[2]; /* in each policy, PN_NONE16: not there */
    uint8_t value;     /* enum pn_truth; PN_UNDECIDED: not assumed */
    uint8_t possible;  /* values it can have by itself, bits 1 << enum pn_truth */
    uint16_t group;    /* predicates of the same attribute; PN_NONE16: it may come to anything */
    uint16_t in_group;
    bool asks_time; /* it compares now() with a constant, or computes with it */
};

struct witnesses;

struct variables {
    struct variable *items;
    size_t count;
    uint16_t *of[2]; /* the variable of each predicate; PN_NONE16 for one that is no variable */
    struct witnesses *witnesses;
};

/* Find the variables of two policies. Roles and derived roles are none: they follow from others. */
void variables_find(struct arena *arena, const struct pn_policy *const policies[2],
                    struct variables *variables);

/* Can the variable, which has no value yet, come to `value` beside what the others have now? */
bool variable_can_be(const struct variables *variables, uint16_t variable, enum pn_truth value);

#endif
