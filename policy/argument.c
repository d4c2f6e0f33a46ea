/* see argument.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"

#include "policy/result.h"

bool pn_argument_cells(struct pn_machine *m, struct pn_value *list)
{
    struct pn_value cells;
    bool made = pn_machine_list(m, pn_sequence_count(m, list), &cells) &&
                pn_list_append_all(m, &cells, list);

    *list = cells;
    return made;
}

bool pn_argument_text(struct pn_machine *m, struct pn_value *v)
{
    struct pn_slice text;

    if (v->type != PN_STRING) {
        pn_put_no_overload(v);
        return false;
    }
    bool plain = pn_machine_text(m, v, &text);
    if (plain) pn_put_text(v, text);
    else pn_put_spent(v, m);
    return plain;
}
