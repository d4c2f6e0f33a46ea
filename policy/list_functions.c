/* see builtin.h: lists, and lists as sets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/frame.h"
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/policy_limits.h"
#include "policy/result.h"

/* Why equality could not be told. */
static void put_undecided(struct pn_value *v, const struct pn_machine *m)
{
    if (m->steps_left == 0) pn_put_spent(v, m);
    else pn_put_fault(v, m->cramped ? PN_FAULT_SCRATCH_FULL : PN_FAULT_UNUSABLE);
}

/* Leave of the cells of `list` those that are among `others`, or are not; NULL: those before them. */
static void keep_those(struct pn_machine *m, struct pn_value *list, const struct pn_value *others,
                       enum pn_truth wanted)
{
    struct pn_value kept;

    if (!pn_argument_cells(m, list)) return;
    kept = *list;
    kept.len = 0;
    for (uint32_t i = 0; i < list->len; i++) {
        const struct pn_value *cell = &list->as.items[i];
        enum pn_truth found = pn_machine_in(m, cell, others != NULL ? others : &kept);
        if (found == PN_FAULTY) {
            put_undecided(list, m);
            return;
        }
        if (found == wanted) kept.as.items[kept.len++] = *cell;
    }
    *list = kept;
}

void pn_fn_distinct(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)c;
    keep_those(m, v, NULL, PN_FALSE);
}

enum { INTERSECT, EXCEPT };

/* What is in both is in the order of the shorter list, or of the first. */
void pn_fn_those_of(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    bool turns = c->which == INTERSECT && pn_sequence_count(m, &v[0]) > pn_sequence_count(m, &v[1]);

    keep_those(m, &v[turns], &v[!turns], c->which == INTERSECT ? PN_TRUE : PN_FALSE);
    *v = v[turns];
}

/* A list being flattened: `out` while it is filled, and what was wrong. */
struct flat {
    struct pn_machine *machine;
    struct pn_value *out; /* NULL while elements are counted */
    uint32_t count;
    uint32_t open;         /* levels that are */
    struct pn_value fault; /* PN_ABSENT: nothing */
};

/* How far a list is flattened; in the lent scratch, one for each that lies in another. */
struct level {
    struct pn_sequence it;
    struct pn_value v;
};

PN_OWN_FRAME static void keep(struct flat *f, const struct pn_value *v)
{
    if (v->type == PN_ERROR) f->fault = *v;
    if (f->out != NULL) (void)pn_list_append(f->out, v);
    f->count++;
}

/* Begin a level; NULL: it is one too many. */
PN_OWN_FRAME static struct level *begin_level(struct flat *f, const struct pn_value *list,
                                              uint32_t depth)
{
    struct level *at = pn_machine_take(f->machine, sizeof *at);

    if (at == NULL) pn_put_fault(&f->fault, PN_FAULT_SCRATCH_FULL);
    if (depth > PN_POLICY_VALUE_DEPTH_MAX) pn_put_fault(&f->fault, PN_FAULT_TOO_DEEP);
    if (at != NULL) pn_sequence_begin(&at->it, f->machine, list);
    return f->fault.type == PN_ABSENT ? at : NULL;
}

static void flatten(struct flat *f, const struct pn_value *list, uint32_t depth)
{
    uint32_t used = f->machine->scratch->used;
    struct level *at = begin_level(f, list, depth);

    while (f->fault.type == PN_ABSENT && pn_sequence_next(&at->it, NULL, &at->v)) {
        if (!pn_machine_spend(f->machine, 1)) {
            pn_put_spent(&f->fault, f->machine);
        } else if (at->v.type == PN_LIST && depth < f->open) {
            flatten(f, &at->v, depth + 1);
        } else {
            keep(f, &at->v);
        }
    }
    pn_scratch_back_to(f->machine->scratch, used);
}

void pn_fn_flatten(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    int64_t open = c->count == 2 ? v[1].as.i : 1;
    struct flat f = { .machine = m };
    struct pn_value list;

    if (open < 0) {
        pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
        return;
    }
    f.open = open > UINT32_MAX ? UINT32_MAX : (uint32_t)open;
    flatten(&f, v, 0);
    f.out = &list;
    if (f.fault.type == PN_ABSENT && pn_machine_list(m, f.count, &list)) flatten(&f, v, 0);
    *v = f.fault.type == PN_ABSENT ? list : f.fault;
}

void pn_fn_range(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    int64_t count = v->as.i;

    (void)c;
    if (count < 0 || count > UINT16_MAX) {
        pn_put_fault(v, count < 0 ? PN_FAULT_BAD_ARGUMENT : PN_FAULT_SCRATCH_FULL);
    } else if (!pn_machine_spend(m, (size_t)count)) {
        pn_put_spent(v, m);
    } else if (pn_machine_list(m, (size_t)count, v)) {
        for (; v->len < (uint32_t)count; v->len++) pn_put_int(&v->as.items[v->len], v->len);
    }
}

void pn_fn_slice(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    int64_t from = v[1].as.i, to = v[2].as.i;
    struct pn_sequence it;
    struct pn_value list, element;

    (void)c;
    if (from < 0 || to < from || to > pn_sequence_count(m, v)) {
        pn_put_fault(v, PN_FAULT_INDEX_RANGE);
        return;
    }
    bool room = pn_machine_list(m, (size_t)(to - from), &list);
    pn_sequence_begin(&it, m, v);
    for (int64_t i = 0; room && i < to && pn_sequence_next(&it, NULL, &element); i++) {
        room = pn_machine_spend(m, 1);
        if (!room) pn_put_spent(&list, m);
        else if (element.type == PN_ERROR) list = element;
        else if (i >= from) (void)pn_list_append(&list, &element);
        room = room && element.type != PN_ERROR;
    }
    *v = list;
}

/* May `key` stand beside `other` among sorted keys? Numbers of a request are of both types. */
static bool is_sortable(const struct pn_machine *m, const struct pn_value *key,
                        const struct pn_value *other)
{
    bool numbers = (key->type == PN_INT || key->type == PN_DOUBLE) &&
                   (other->type == PN_INT || other->type == PN_DOUBLE);

    if (!numbers && key->type != other->type) return false;
    return pn_machine_order(m, key, other) != PN_RELATION_NO_OVERLOAD;
}

/* Where the key at `index` belongs among those before it, behind its equals. UINT32_MAX: nowhere,
 * or steps ran out. */
static uint32_t place_of(struct pn_machine *m, const struct pn_value *keys, uint32_t index)
{
    uint32_t low = 0, high = index;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        enum pn_relation relation = pn_machine_order(m, &keys[index], &keys[middle]);
        size_t bytes = keys[index].type == PN_STRING ? keys[index].len : 0;
        if (relation == PN_RELATION_NONE || !pn_machine_spend(m, 1 + bytes / 16)) return UINT32_MAX;
        if (relation == PN_RELATION_LESS) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void move_to(struct pn_value *cells, uint32_t place, uint32_t from)
{
    struct pn_value moved = cells[from];

    memmove(&cells[place + 1], &cells[place], (from - place) * sizeof moved);
    cells[place] = moved;
}

/* Sort the cells of `list` by `keys`, which has as many; both may be the same. */
static void sort(struct pn_machine *m, struct pn_value *list, const struct pn_value *keys)
{
    for (uint32_t i = 0; i < keys->len; i++) {
        uint32_t place = UINT32_MAX;
        bool sortable = is_sortable(m, &keys->as.items[i], &keys->as.items[0]);
        if (sortable) place = place_of(m, keys->as.items, i);
        if (!pn_machine_spend(m, 1 + i / 16) || place == UINT32_MAX) {
            if (m->steps_left == 0) pn_put_spent(list, m);
            else pn_put_fault(list, sortable ? PN_FAULT_BAD_ARGUMENT : PN_FAULT_NO_SUCH_OVERLOAD);
            return;
        }
        move_to(keys->as.items, place, i);
        if (list->as.items != keys->as.items) move_to(list->as.items, place, i);
    }
}

/* By its own elements, or by the keys of a second list. */
void pn_fn_sort(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    if (!pn_argument_cells(m, v)) return;
    struct pn_value keys = v[c->count - 1];
    if (c->count == 2 && !pn_argument_cells(m, &keys)) *v = keys;
    else if (v->len != keys.len) pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
    else sort(m, v, &keys);
}

/* Looks for every element of `part` in `whole`: the truth of the first that is found (when
 * `stop` is true) or is not, else the other. */
static enum pn_truth any_in(struct pn_machine *m, const struct pn_value *part,
                            const struct pn_value *whole, enum pn_truth stop)
{
    struct pn_sequence it;
    struct pn_value v;

    pn_sequence_begin(&it, m, part);
    while (pn_sequence_next(&it, NULL, &v)) {
        enum pn_truth found = pn_machine_in(m, &v, whole);
        if (!pn_machine_spend(m, 1)) return PN_FAULTY;
        if (found == PN_FAULTY || found == stop) return found;
    }
    return stop == PN_TRUE ? PN_FALSE : PN_TRUE;
}

enum { SETS_CONTAINS, SETS_EQUIVALENT, SETS_INTERSECTS };

void pn_fn_sets(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    enum pn_truth truth = c->which == SETS_INTERSECTS ? any_in(m, &v[0], &v[1], PN_TRUE)
                                                      : any_in(m, &v[1], &v[0], PN_FALSE);

    if (c->which == SETS_EQUIVALENT && truth == PN_TRUE) truth = any_in(m, &v[0], &v[1], PN_FALSE);
    if (truth == PN_FAULTY) put_undecided(v, m);
    else pn_put_bool(v, truth == PN_TRUE);
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_LISTS PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_list_functions = { .functions = functions,
                                                     .count =
                                                         sizeof functions / sizeof functions[0] };
