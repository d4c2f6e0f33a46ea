/* see machine.h: texts, lists and maps in the lent scratch.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/result.h"

void *pn_machine_take(struct pn_machine *m, size_t bytes)
{
    return pn_scratch_take(m->scratch, bytes);
}

bool pn_machine_spend(struct pn_machine *m, size_t steps)
{
    bool enough = steps <= m->steps_left;

    m->steps_left = enough ? m->steps_left - (uint32_t)steps : 0;
    return enough;
}

bool pn_machine_spend_text(struct pn_machine *m, size_t len)
{
    return pn_machine_spend(m, len / 16);
}

bool pn_machine_text(struct pn_machine *m, const struct pn_value *string, struct pn_slice *text)
{
    struct pn_value copy;

    if ((string->flags & PN_VALUE_ESCAPED) == 0) {
        *text = pn_value_text(string);
        return pn_machine_spend_text(m, string->len);
    }
    uint8_t *at = pn_machine_string(m, string->len, &copy); /* no longer once it is unescaped */
    if (at == NULL) return false;
    *text = pn_slice(at, pn_value_copy_text(string, at, string->len));
    return true;
}

uint8_t *pn_machine_string(struct pn_machine *m, size_t len, struct pn_value *string)
{
    uint8_t *at = NULL;

    if (!pn_machine_spend_text(m, len)) {
        pn_put_fault(string, PN_FAULT_TOO_MANY_STEPS);
        return NULL;
    }
    at = pn_machine_take(m, len + 1); /* never NULL for an empty one */
    pn_put_text(string, pn_slice(at, len));
    if (at == NULL) pn_put_fault(string, PN_FAULT_SCRATCH_FULL);
    return at;
}

struct pn_writer pn_machine_writer(struct pn_machine *m)
{
    return pn_writer(m->scratch->at + m->scratch->used, m->scratch->bytes - m->scratch->used);
}

void pn_machine_written(struct pn_machine *m, const struct pn_writer *w, struct pn_value *string)
{
    if (w->full) pn_put_fault(string, PN_FAULT_SCRATCH_FULL);
    else (void)pn_machine_string(m, w->len, string);
}

static bool cells(struct pn_machine *m, size_t room, struct pn_value *v, enum pn_type type)
{
    size_t width = type == PN_MAP ? 2 : 1;
    struct pn_value *items = NULL;

    if (room <= UINT16_MAX) {
        items = pn_machine_take(m, (room * width + 1) * sizeof(struct pn_value));
    }
    if (items == NULL) {
        pn_put_fault(v, PN_FAULT_SCRATCH_FULL);
        return false;
    }
    *v = (struct pn_value){
        .type = (uint8_t)type, .flags = PN_VALUE_BUILT, .node = (uint16_t)room, .as.items = items
    };
    return true;
}

bool pn_machine_list(struct pn_machine *m, size_t room, struct pn_value *list)
{
    return cells(m, room, list, PN_LIST);
}

bool pn_machine_map(struct pn_machine *m, size_t room, struct pn_value *map)
{
    return cells(m, room, map, PN_MAP);
}

/* In a value that is not cells of ours, `node` is no room: a list of the request has its place among
 * the recorded nodes there. Code that takes one for the other is not the compiler's. */
static bool is_built(const struct pn_value *v, enum pn_type type)
{
    return v->type == type && (v->flags & PN_VALUE_BUILT) != 0;
}

bool pn_list_append(struct pn_value *list, const struct pn_value *element)
{
    if (!is_built(list, PN_LIST)) {
        pn_put_no_overload(list);
        return false;
    }
    if (list->len >= list->node) {
        pn_put_fault(list, PN_FAULT_SCRATCH_FULL);
        return false;
    }
    list->as.items[list->len++] = *element;
    return true;
}

bool pn_list_append_all(struct pn_machine *m, struct pn_value *list, const struct pn_value *from)
{
    struct pn_sequence s;
    struct pn_value element;

    pn_sequence_begin(&s, m, from);
    while (pn_sequence_next(&s, NULL, &element)) {
        if (!pn_machine_spend(m, 1)) {
            pn_put_fault(list, PN_FAULT_TOO_MANY_STEPS);
            return false;
        }
        if (element.type == PN_ERROR) *list = element;
        if (element.type == PN_ERROR || !pn_list_append(list, &element)) return false;
    }
    return true;
}

void pn_map_put(struct pn_value *map, const struct pn_value *key, const struct pn_value *value)
{
    if (!is_built(map, PN_MAP)) {
        pn_put_no_overload(map);
        return;
    }
    if (map->len >= map->node) {
        pn_put_fault(map, PN_FAULT_SCRATCH_FULL);
        return;
    }
    struct pn_value *entry = &map->as.items[2 * (size_t)map->len++];
    entry[0] = *key;
    entry[1] = *value;
}
