/* see argument.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"

bool pn_argument_texts(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                       struct pn_slice *texts, struct pn_value *fault)
{
    *fault = pn_no_overload();
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].type != PN_STRING) return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (pn_machine_text(m, &args[i], &texts[i])) continue;
        *fault = pn_machine_spent(m);
        return false;
    }
    return true;
}

struct pn_value pn_argument_cells(struct pn_machine *m, const struct pn_value *list)
{
    struct pn_sequence it;
    struct pn_value element;

    if (list->type != PN_LIST) return pn_no_overload();
    struct pn_value cells = pn_machine_list(m, pn_sequence_count(m, list));
    if (cells.type == PN_ERROR) return cells;
    pn_sequence_begin(&it, m, list);
    while (pn_sequence_next(&it, NULL, &element)) {
        if (!pn_machine_spend(m, 1)) return pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
        if (element.type == PN_ERROR) return element;
        cells = pn_list_append(cells, &element);
        if (cells.type == PN_ERROR) return cells;
    }
    return cells;
}
