/* argument.h - how built-in functions read what they are given. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_ARGUMENT_H
#define PN_POLICY_ARGUMENT_H

#include "policy/machine.h"

/* Why a function of machine.h had nothing to give: no step left, or no room. */
static inline struct pn_value pn_machine_spent(const struct pn_machine *m)
{
    return pn_value_fault(m->steps_left == 0 ? PN_FAULT_TOO_MANY_STEPS : PN_FAULT_SCRATCH_FULL);
}

/* The plain texts of the first `count` arguments. One pass over them is paid for. False when one is
 * not a string, or there is no room or no step to unescape it; `*fault` is then the result. */
bool pn_argument_texts(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                       struct pn_slice *texts, struct pn_value *fault);

/* The one argument's text, likewise. */
static inline bool pn_argument_text(struct pn_machine *m, const struct pn_value *arg,
                                    struct pn_slice *text, struct pn_value *fault)
{
    return pn_argument_texts(m, arg, 1, text, fault);
}

/* A list of what `list` holds, as cells that the caller may change, with its elements paid for.
 * PN_ERROR when it is no list, holds an unusable element, or there is no room or no step. */
struct pn_value pn_argument_cells(struct pn_machine *m, const struct pn_value *list);

#endif
