/* see builtin.h: what every engine with value code has: conversions, and of texts what predicates can
 * ask of an attribute too.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/text_search.h"

struct pn_value pn_fn_contains(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice s[2];
    struct pn_value fault;

    (void)count;
    if (!pn_argument_texts(m, args, 2, s, &fault)) return fault;
    if (pn_text_find(m, s[0], s[1]) != PN_NOWHERE) return pn_value_bool(true);
    return m->steps_left == 0 ? pn_machine_spent(m) : pn_value_bool(false);
}

/* Both ends are compared in place, escaped or not. */
static struct pn_value ends(struct pn_machine *m, const struct pn_value *args,
                            bool holds(const struct pn_value *, const struct pn_value *))
{
    if (args[0].type != PN_STRING || args[1].type != PN_STRING) return pn_no_overload();
    if (!pn_machine_spend(m, args[0].len / 16)) return pn_machine_spent(m);
    return pn_value_bool(holds(&args[0], &args[1]));
}

struct pn_value pn_fn_starts_with(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return ends(m, args, pn_text_begins);
}

struct pn_value pn_fn_ends_with(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return ends(m, args, pn_text_ends);
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_BASIC PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_basic_functions = { .functions = functions,
                                                      .count =
                                                          sizeof functions / sizeof functions[0] };
