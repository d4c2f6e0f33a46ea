/* run.h - a block of value code on its way. For machine*.c only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_RUN_H
#define PN_POLICY_RUN_H

#include "policy/result.h"
#include "policy/truth.h"

struct pn_run {
    struct pn_machine *machine;
    const uint8_t *code;
    struct pn_value *stack, *top; /* `top` is where the next value goes */
    uint32_t at;                  /* instruction to perform next */
};

/* No error, no unknown. */
static inline bool pn_value_is_usable(const struct pn_value *v)
{
    return v->type > PN_UNKNOWN;
}

/* As a condition: what is no boolean is an error, unknown stays unknown. */
enum pn_truth pn_value_truth(const struct pn_value *v);

/* An operation that goes elsewhere than to the next instruction, or may. */
void pn_run_control(struct pn_run *r, const uint8_t *insn);

#endif
