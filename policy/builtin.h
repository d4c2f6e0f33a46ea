/* builtin.h - functions that value code may call.
 *
 * One line each in builtin.def: number, name and form as CEL writes them, how many arguments, weight
 * in steps, and what computes it. Numbers are part of the format: append only.
 *
 * A function gets arguments that are usable (no error, unknown or absent among them), of any type:
 * a type it has no overload for is PN_FAULT_NO_SUCH_OVERLOAD. Member calls pass what stands before
 * the dot first. Work that grows with the arguments is paid for by pn_machine_spend() or by the
 * functions of machine.h that say so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_BUILTIN_H
#define PN_POLICY_BUILTIN_H

#include "policy/machine.h"

typedef struct pn_value pn_builtin_fn(struct pn_machine *m, const struct pn_value *args,
                                      uint32_t count);

struct pn_builtin {
    pn_builtin_fn *call; /* NULL: no such number */
    uint8_t args_min, args_max;
    uint8_t weight; /* steps, besides what the function spends itself */
};

#define PN_BUILTIN(number, symbol, name, form, args_min, args_max, weight, function) \
    PN_BUILTIN_##symbol = number,
enum pn_builtin_number {
#include "policy/builtin.def"
    PN_BUILTIN_END
};
#undef PN_BUILTIN

#define PN_BUILTIN(number, symbol, name, form, args_min, args_max, weight, function) \
    pn_builtin_fn function;
#include "policy/builtin.def"
#undef PN_BUILTIN

/* The function with that number; `call` is NULL when there is none. */
struct pn_builtin pn_builtin_at(uint32_t number);

#endif
