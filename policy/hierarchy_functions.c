/* see builtin.h: Cerbos's hierarchies, paths of names such as acme.hr.uk.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/result.h"
#include "policy/text_search.h"

static bool are_texts(const struct pn_value *list)
{
    for (uint32_t i = 0; i < list->len; i++) {
        if (list->as.items[i].type != PN_STRING) return false;
    }
    return true;
}

void pn_fn_hierarchy(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    if (c->count == 1 && v->type == PN_HIERARCHY) return;
    if (v->type == PN_STRING) {
        pn_text_split(m, v, c->count == 2 ? pn_value_text(&v[1]) : PN_SLICE("."), UINT32_MAX);
    } else if (v->type != PN_LIST || c->count == 2) {
        pn_put_no_overload(v);
    } else if (pn_argument_cells(m, v) && !are_texts(v)) {
        pn_put_no_overload(v);
    }
    if (v->type == PN_LIST) v->type = (uint8_t)PN_HIERARCHY;
}

/* How many of the first `count` names are the same. Stops when steps run out. */
static uint32_t names_shared(struct pn_machine *m, const struct pn_value *a,
                             const struct pn_value *b, uint32_t count)
{
    uint32_t same = 0;

    while (same < count && pn_machine_spend(m, 1 + a->as.items[same].len / 16)) {
        if (!pn_text_equal(&a->as.items[same], &b->as.items[same])) break;
        same++;
    }
    return same;
}

enum { ANCESTOR, DESCENDENT, IMMEDIATE_CHILD, IMMEDIATE_PARENT, SIBLING, OVERLAPS };

/* Does one fit the other by its length alone? A path is its own sibling, as in Cerbos. */
static bool fits(uint8_t which, uint32_t a, uint32_t b)
{
    switch (which) {
    case ANCESTOR: return a < b;
    case DESCENDENT: return b < a;
    case IMMEDIATE_CHILD: return a == b + 1;
    case IMMEDIATE_PARENT: return b == a + 1;
    case SIBLING: return a == b;
    default: return true;
    }
}

/* Then the names that the shorter one has are the same, of siblings all but the last. */
void pn_fn_hierarchy_is(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    uint32_t a = v[0].len, b = v[1].len, count = a < b ? a : b;
    bool holds = fits(c->which, a, b);

    if (c->which == SIBLING && count > 0) count--;
    if (holds) holds = names_shared(m, &v[0], &v[1], count) == count;
    pn_put_bool(v, holds);
    if (m->steps_left == 0) pn_put_spent(v, m);
}

/* No path is among its own ancestors. */
void pn_fn_common_ancestors(struct pn_machine *m, struct pn_value *v,
                            const struct pn_builtin_call *c)
{
    uint32_t a = v[0].len, b = v[1].len, most = a < b ? a : b;

    (void)c;
    if (a == b && most > 0) most--;
    v->len = names_shared(m, &v[0], &v[1], most);
    if (m->steps_left == 0) pn_put_spent(v, m);
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_HIERARCHIES PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_hierarchy_functions = {
    .functions = functions, .count = sizeof functions / sizeof functions[0]
};
