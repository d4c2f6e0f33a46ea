/* builtin.h - functions that value code may call.
 *
 * One line each in builtin.def: number, name and form as CEL writes them, how many arguments, weight
 * in steps, and what computes it. Numbers are part of the format: append only. They come in groups,
 * each with a feature of its own (feature.def), so that an engine carries what its policies call.
 *
 * A function gets arguments that are usable (no error, unknown or absent among them) and of the kinds
 * that its line says; others never reach it (PN_FAULT_NO_SUCH_OVERLOAD). Texts are plain: what was
 * escaped is unescaped and paid for. Member calls pass what stands before the dot first. The result goes
 * where the first argument was. Work that grows with the arguments is paid for by pn_machine_spend() or
 * by the functions of machine.h that say so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_BUILTIN_H
#define PN_POLICY_BUILTIN_H

#include "policy/machine.h"

/* One call. */
struct pn_builtin_call {
    uint8_t count; /* of arguments */
    uint8_t which; /* of the functions that are one in C, as its line says */
};

/* The arguments are v[0] to v[count - 1]; v[0] becomes the result, also where there is none. */
typedef void pn_builtin_fn(struct pn_machine *m, struct pn_value *v,
                           const struct pn_builtin_call *c);

/* What an argument may be. From the fourth on they are whole numbers. */
enum pn_takes {
    PN_TAKES_ANY,    /* the function looks */
    PN_TAKES_TEXT,   /* a string, given plain */
    PN_TAKES_EITHER, /* likewise, or something else at which the function looks */
    PN_TAKES_STRING, /* a string as it is, perhaps escaped */
    PN_TAKES_BYTES,
    PN_TAKES_INT,
    PN_TAKES_DOUBLE,
    PN_TAKES_LIST,
    PN_TAKES_IP,
    PN_TAKES_CIDR,
    PN_TAKES_HIERARCHY,
    PN_TAKES_ID,
    PN_TAKES_DOMAIN,
    PN_TAKES_MATCHER,
};

struct pn_builtin {
    pn_builtin_fn *call; /* NULL: no such number */
    unsigned args_min : 2, args_max : 6;
    unsigned weight : 6; /* steps, besides what the function spends itself */
    unsigned which : 4;  /* struct pn_builtin_call */
    unsigned takes : 12; /* enum pn_takes of the first three, 4 bits each */
};

/* Functions that an engine has all of, or none. */
struct pn_function_group {
    const struct pn_builtin *functions; /* by their number within the group */
    uint32_t count;
    /* Of the types that only these functions make; NULL: nobody asks. Append a value as string()
     * shows it; put a op b in place of a, or -a for PN_CODE_NEGATE. */
    void (*write)(struct pn_writer *w, const struct pn_value *v);
    void (*compute)(uint8_t op, struct pn_value *a, const struct pn_value *b);
};

enum { PN_GROUP_NUMBERS = 20 };

/* A row of a group's table. */
#define PN_BUILTIN_ROW(number, symbol, name, form, args_min, args_max, weight, function, which, \
                       first, second, third) \
    [(number) % PN_GROUP_NUMBERS] = { \
        function, args_min, \
        args_max, weight, \
        which,    (unsigned)PN_TAKES_##first | PN_TAKES_##second << 4 | PN_TAKES_##third << 8 \
    },

#define PN_BUILTIN(number, symbol, ...) PN_BUILTIN_##symbol = number,
enum pn_builtin_number {
#include "policy/builtin.def"
    PN_BUILTIN_END
};
#undef PN_BUILTIN

#define PN_BUILTIN(number, symbol, name, form, args_min, args_max, weight, function, ...) \
    pn_builtin_fn function;
#include "policy/builtin.def"
#undef PN_BUILTIN

/* Those below PN_GROUP_NUMBERS, which come with value code itself. */
extern const struct pn_function_group pn_basic_functions;

/* The function with that number, or NULL: there is none, or its group is not there. */
const struct pn_builtin *pn_builtin_at(const struct pn_modules *modules, uint32_t number);

/* Call it with `count` usable arguments, as many as it takes. */
void pn_builtin_call(struct pn_machine *m, const struct pn_builtin *f, struct pn_value *v,
                     uint32_t count);

#endif
