/* builtin.h - functions that value code may call.
 *
 * One line each in builtin.def: number, name and form as CEL writes them, how many arguments, weight
 * in steps, and what computes it. Numbers are part of the format: append only. They come in groups,
 * each with a feature of its own (feature.def), so that an engine carries what its policies call.
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

/* Functions that an engine has all of, or none. */
struct pn_function_group {
    const struct pn_builtin *functions; /* by their number within the group */
    uint32_t count;
    /* Of the types that only these functions make; NULL: nobody asks. Append a value as string()
     * shows it; what a op b is, -a for PN_CODE_NEGATE and then without b. */
    void (*write)(struct pn_writer *w, const struct pn_value *v);
    struct pn_value (*compute)(uint8_t op, const struct pn_value *a, const struct pn_value *b);
};

enum { PN_GROUP_NUMBERS = 20 };

/* A row of a group's table. */
#define PN_BUILTIN_ROW(number, symbol, name, form, args_min, args_max, weight, function) \
    [(number) % PN_GROUP_NUMBERS] = { function, args_min, args_max, weight },

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

/* Those below PN_GROUP_NUMBERS, which come with value code itself. */
extern const struct pn_function_group pn_basic_functions;

/* The function with that number, or NULL: there is none, or its group is not there. */
const struct pn_builtin *pn_builtin_at(const struct pn_modules *modules, uint32_t number);

#endif
