/* see machine.h: lists, maps and hierarchies, whatever they are made of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/compare.h"
#include "policy/result.h"

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
    (void)pn_machine_spend_text(m, container->len);
    return pn_elements_count(container);
}

void pn_sequence_at(struct pn_machine *m, const struct pn_value *list, int64_t index,
                    struct pn_value *element)
{
    struct pn_sequence s;
    bool built = (list->flags & PN_VALUE_BUILT) != 0;

    if (!built && index >= 0 && !pn_machine_spend_text(m, list->len)) {
        pn_put_fault(element, PN_FAULT_TOO_MANY_STEPS);
        return;
    }
    if (built && index >= 0 && index < list->len) {
        *element = list->as.items[index];
        return;
    }
    pn_sequence_begin(&s, m, list);
    for (int64_t i = 0; !built && i <= index && pn_sequence_next(&s, NULL, element); i++) {
        if (i == index) return;
    }
    pn_put_fault(element, PN_FAULT_INDEX_RANGE);
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
    return pn_machine_same_text(m, a, b) == PN_TRUE;
}

/* A receiver that folds the case of keys would read what no rule saw, so in `edge` mode a key of a
 * request that differs in nothing else counts as unreadable. */
void pn_map_find(struct pn_machine *m, const struct pn_value *map, const struct pn_value *key,
                 struct pn_value *value)
{
    bool built = (map->flags & PN_VALUE_BUILT) != 0;
    bool folds = m->policy->mode == PN_MODE_EDGE && !built;
    struct pn_value k, v;
    struct pn_sequence s;

    if (!built && !pn_machine_spend_text(m, map->len)) {
        pn_put_fault(value, PN_FAULT_TOO_MANY_STEPS);
        return;
    }
    pn_sequence_begin(&s, m, map);
    pn_put_fault(value, PN_FAULT_NO_SUCH_KEY);
    while (pn_sequence_next(&s, &k, &v)) {
        if (is_same_key(m, &k, key)) {
            *value = v;
            if (!folds) return;
        } else if (folds && differs_in_case(&k, key)) {
            pn_put_fault(value, PN_FAULT_KEY_SPELLING);
            return;
        }
    }
}
