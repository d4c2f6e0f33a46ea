/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

static const struct pn_builtin builtins[] = {
#define PN_BUILTIN(number, symbol, name, form, args_min, args_max, weight, function) \
    [number] = { function, args_min, args_max, weight },
#include "policy/builtin.def"
#undef PN_BUILTIN
};

struct pn_builtin pn_builtin_at(uint32_t number)
{
    if (number >= sizeof builtins / sizeof builtins[0]) return (struct pn_builtin){ 0 };
    return builtins[number];
}
