/* cel_lower.h - a CEL condition as predicates and a formula over them.
 *
 * What an engine without value code can decide becomes predicates, each of which exists once in
 * the image however often it is written. What it cannot becomes value code, and a predicate that
 * runs it. What no engine can run in bounded memory and time is an error here, with file, line and
 * column: nothing that builds fails later on a device.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_LOWER_H
#define TOOLS_CEL_LOWER_H

#include "tools/compile/cel_const.h"
#include "tools/compile/formula.h"

struct derived_name {
    struct pn_slice name;
    uint32_t index; /* in the image */
};

struct lowering {
    struct image *image;
    struct scope *scope;
    LIST(struct derived_name) derived; /* what runtime.effectiveDerivedRoles can hold */
    bool in_derived_role;              /* whose condition must not ask for derived roles */
    bool literal; /* nothing is folded: literals reach the evaluator as inputs */
};

/* The condition `node`, or NULL with an error. */
const struct formula *cel_lower(struct lowering *lowering, const struct cel_node *node);

#endif
