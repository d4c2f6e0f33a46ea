/* see builtin.h: of texts, what predicates can ask of an attribute too; and the table of what every
 * engine with value code has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/result.h"
#include "policy/text_search.h"

void pn_fn_contains(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    size_t at = pn_text_find(m, pn_value_text(&v[0]), pn_value_text(&v[1]));

    (void)c;
    pn_put_bool(v, at != PN_NOWHERE);
    if (at == PN_NOWHERE && m->steps_left == 0) pn_put_spent(v, m);
}

enum { BEGINS, ENDS };

/* Both are compared in place, escaped or not. */
void pn_fn_begins_or_ends(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    if (!pn_machine_spend_text(m, v->len)) pn_put_spent(v, m);
    else pn_put_bool(v, c->which == BEGINS ? pn_text_begins(v, &v[1]) : pn_text_ends(v, &v[1]));
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
