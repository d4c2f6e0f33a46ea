/* see machine.h: lists, maps and hierarchies, whatever they are made of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/compare.h"
#include "policy/machine.h"

void pn_sequence_begin(struct pn_sequence *s, const struct pn_machine *m,
                       const struct pn_value *container)
{
    *s = (struct pn_sequence){ .machine = m, .step = container->type == PN_MAP ? 2 : 1 };
    if ((container->flags & PN_VALUE_BUILT) != 0) {
        s->cells = container->as.items;
        s->left = container->len;
        return;
    }
    pn_elements_begin(&s->text, container);
    s->text.rounds = m->policy->mode == PN_MODE_CERBOS54;
}

static bool next_cells(struct pn_sequence *s, struct pn_value *key, struct pn_value *value)
{
    if (s->left == 0) return false;
    s->left--;
    if (key != NULL && s->step == 2) *key = s->cells[0];
    *value = s->cells[s->step - 1];
    s->cells += s->step;
    return true;
}

bool pn_sequence_next(struct pn_sequence *s, struct pn_value *key, struct pn_value *value)
{
    struct pn_value ignored;

    if (s->cells != NULL) return next_cells(s, key, value);
    if (s->text.at == NULL) return false;
    return pn_elements_next_entry(&s->text, key == NULL ? &ignored : key, value);
}

uint32_t pn_sequence_count(struct pn_machine *m, const struct pn_value *container)
{
    if ((container->flags & PN_VALUE_BUILT) != 0) return container->len;
    (void)pn_machine_spend(m, container->len / 16);
    return pn_elements_count(container);
}

struct pn_value pn_sequence_at(struct pn_machine *m, const struct pn_value *list, int64_t index)
{
    struct pn_sequence s;
    struct pn_value element;

    if (index < 0) return pn_value_fault(PN_FAULT_INDEX_RANGE);
    if ((list->flags & PN_VALUE_BUILT) != 0) {
        return index < list->len ? list->as.items[index] : pn_value_fault(PN_FAULT_INDEX_RANGE);
    }
    if (!pn_machine_spend(m, list->len / 16)) return pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
    pn_sequence_begin(&s, m, list);
    for (int64_t i = 0; pn_sequence_next(&s, NULL, &element); i++) {
        if (i == index) return element;
    }
    return pn_value_fault(PN_FAULT_INDEX_RANGE);
}

static bool differs_in_case(const struct pn_value *a, const struct pn_value *b)
{
    struct pn_text_iter x, y;
    int ch;

    if (a->type != PN_STRING || b->type != PN_STRING) return false;
    pn_text_begin(&x, a);
    pn_text_begin(&y, b);
    do {
        ch = pn_text_next(&x);
        int other = pn_text_next(&y);
        if (ch < 0 || other < 0) return ch == other;
        if (pn_ascii_lower((uint8_t)ch) != pn_ascii_lower((uint8_t)other)) return false;
    } while (true);
}

/* Keys are texts, numbers and booleans: nothing in them is nested. */
static bool is_same_key(struct pn_machine *m, const struct pn_value *a, const struct pn_value *b)
{
    if (a->type != PN_STRING || b->type != PN_STRING) {
        return pn_machine_order(m, a, b) == PN_RELATION_SAME;
    }
    return pn_machine_spend(m, (a->len < b->len ? a->len : b->len) / 16) && pn_text_equal(a, b);
}

/* A receiver that folds the case of keys would read what no rule saw, so in `edge` mode a key of a
 * request that differs in nothing else counts as unreadable. */
struct pn_value pn_map_find(struct pn_machine *m, const struct pn_value *map,
                            const struct pn_value *key)
{
    bool folds = m->policy->mode == PN_MODE_EDGE && (map->flags & PN_VALUE_BUILT) == 0;
    struct pn_value result = pn_value_fault(PN_FAULT_NO_SUCH_KEY), k, v;
    struct pn_sequence s;

    if ((map->flags & PN_VALUE_BUILT) == 0 && !pn_machine_spend(m, map->len / 16)) {
        return pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
    }
    pn_sequence_begin(&s, m, map);
    while (pn_sequence_next(&s, &k, &v)) {
        if (is_same_key(m, &k, key)) {
            result = v;
            if (!folds) break;
        } else if (folds && differs_in_case(&k, key)) {
            return pn_value_fault(PN_FAULT_KEY_SPELLING);
        }
    }
    return result;
}

static struct pn_value cells(struct pn_machine *m, enum pn_type type, size_t room)
{
    struct pn_value v = { .type = (uint8_t)type, .flags = PN_VALUE_BUILT };
    size_t width = type == PN_MAP ? 2 : 1;

    if (room > UINT16_MAX) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    v.as.items = pn_scratch_take(m->scratch, (room * width + 1) * sizeof(struct pn_value));
    if (v.as.items == NULL) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    v.node = (uint16_t)room;
    return v;
}

struct pn_value pn_machine_list(struct pn_machine *m, size_t room)
{
    return cells(m, PN_LIST, room);
}

struct pn_value pn_machine_map(struct pn_machine *m, size_t room)
{
    return cells(m, PN_MAP, room);
}

struct pn_value pn_list_append(struct pn_value list, const struct pn_value *element)
{
    if (list.len >= list.node) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    list.as.items[list.len++] = *element;
    return list;
}

struct pn_value pn_map_put(struct pn_value map, const struct pn_value *key,
                           const struct pn_value *value)
{
    if (map.len >= map.node) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    map.as.items[2 * (size_t)map.len] = *key;
    map.as.items[2 * (size_t)map.len + 1] = *value;
    map.len++;
    return map;
}
