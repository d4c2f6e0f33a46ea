/* see builtin.h: lists, and lists as sets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/frame.h"
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/policy_limits.h"

/* Why equality could not be told. */
static struct pn_value undecided(const struct pn_machine *m)
{
    if (m->steps_left == 0) return pn_machine_spent(m);
    return pn_value_fault(m->cramped ? PN_FAULT_SCRATCH_FULL : PN_FAULT_UNUSABLE);
}

struct pn_value pn_fn_distinct(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_value list = pn_argument_cells(m, args);
    uint32_t kept = 0;

    (void)count;
    if (list.type == PN_ERROR) return list;
    for (uint32_t i = 0; i < list.len; i++) {
        struct pn_value seen = list;
        seen.len = kept;
        enum pn_truth found = pn_machine_in(m, &list.as.items[i], &seen);
        if (found == PN_FAULTY) return undecided(m);
        if (found == PN_FALSE) list.as.items[kept++] = list.as.items[i];
    }
    list.len = kept;
    return list;
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
    if (f->out != NULL) *f->out = pn_list_append(*f->out, v);
    f->count++;
}

/* Begin a level; NULL: it is one too many. */
PN_OWN_FRAME static struct level *begin_level(struct flat *f, const struct pn_value *list,
                                              uint32_t depth)
{
    struct level *at = pn_scratch_take(f->machine->scratch, sizeof *at);

    if (at == NULL) f->fault = pn_value_fault(PN_FAULT_SCRATCH_FULL);
    if (depth > PN_POLICY_VALUE_DEPTH_MAX) f->fault = pn_value_fault(PN_FAULT_TOO_DEEP);
    if (at != NULL) pn_sequence_begin(&at->it, f->machine, list);
    return f->fault.type == PN_ABSENT ? at : NULL;
}

static void flatten(struct flat *f, const struct pn_value *list, uint32_t depth)
{
    uint32_t used = f->machine->scratch->used;
    struct level *at = begin_level(f, list, depth);

    while (f->fault.type == PN_ABSENT && pn_sequence_next(&at->it, NULL, &at->v)) {
        if (!pn_machine_spend(f->machine, 1)) {
            f->fault = pn_machine_spent(f->machine);
        } else if (at->v.type == PN_LIST && depth < f->open) {
            flatten(f, &at->v, depth + 1);
        } else {
            keep(f, &at->v);
        }
    }
    pn_scratch_back_to(f->machine->scratch, used);
}

struct pn_value pn_fn_flatten(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    int64_t open = count == 2 ? args[1].as.i : 1;
    struct flat f = { .machine = m };

    if (args[0].type != PN_LIST || (count == 2 && args[1].type != PN_INT)) return pn_no_overload();
    if (open < 0) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
    f.open = open > UINT32_MAX ? UINT32_MAX : (uint32_t)open;
    flatten(&f, args, 0);
    struct pn_value list = pn_machine_list(m, f.count);
    f.out = &list;
    if (list.type != PN_ERROR && f.fault.type == PN_ABSENT) flatten(&f, args, 0);
    return f.fault.type == PN_ABSENT ? list : f.fault;
}

struct pn_value pn_fn_range(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (args->type != PN_INT) return pn_no_overload();
    if (args->as.i < 0) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
    if (args->as.i > UINT16_MAX) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    if (!pn_machine_spend(m, (size_t)args->as.i)) return pn_machine_spent(m);
    struct pn_value list = pn_machine_list(m, (size_t)args->as.i);
    for (int64_t i = 0; i < args->as.i && list.type != PN_ERROR; i++) {
        struct pn_value v = pn_value_int(i);
        list = pn_list_append(list, &v);
    }
    return list;
}

struct pn_value pn_fn_slice(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    int64_t from = args[1].as.i, to = args[2].as.i;
    struct pn_sequence it;
    struct pn_value v;

    (void)count;
    if (args[0].type != PN_LIST || args[1].type != PN_INT || args[2].type != PN_INT) {
        return pn_no_overload();
    }
    if (from < 0 || to < from || to > pn_sequence_count(m, args)) {
        return pn_value_fault(PN_FAULT_INDEX_RANGE);
    }
    struct pn_value list = pn_machine_list(m, (size_t)(to - from));
    pn_sequence_begin(&it, m, args);
    for (int64_t i = 0; i < to && list.type != PN_ERROR && pn_sequence_next(&it, NULL, &v); i++) {
        if (!pn_machine_spend(m, 1)) return pn_machine_spent(m);
        if (v.type == PN_ERROR) return v;
        if (i >= from) list = pn_list_append(list, &v);
    }
    return list;
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
static struct pn_value sorted(struct pn_machine *m, struct pn_value list, struct pn_value keys)
{
    for (uint32_t i = 0; i < keys.len; i++) {
        if (!is_sortable(m, &keys.as.items[i], &keys.as.items[0])) return pn_no_overload();
        uint32_t place = place_of(m, keys.as.items, i);
        if (!pn_machine_spend(m, 1 + i / 16)) return pn_machine_spent(m);
        if (place == UINT32_MAX) {
            return m->steps_left == 0 ? pn_machine_spent(m) : pn_value_fault(PN_FAULT_BAD_ARGUMENT);
        }
        move_to(keys.as.items, place, i);
        if (list.as.items != keys.as.items) move_to(list.as.items, place, i);
    }
    return list;
}

struct pn_value pn_fn_sort(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_value list = pn_argument_cells(m, args);

    (void)count;
    return list.type == PN_ERROR ? list : sorted(m, list, list);
}

struct pn_value pn_fn_sort_by_keys(struct pn_machine *m, const struct pn_value *args,
                                   uint32_t count)
{
    struct pn_value list = pn_argument_cells(m, &args[0]);
    struct pn_value keys = pn_argument_cells(m, &args[1]);

    (void)count;
    if (list.type == PN_ERROR) return list;
    if (keys.type == PN_ERROR) return keys;
    return list.len == keys.len ? sorted(m, list, keys) : pn_value_fault(PN_FAULT_BAD_ARGUMENT);
}

static bool are_lists(const struct pn_value *args)
{
    return args[0].type == PN_LIST && args[1].type == PN_LIST;
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

static struct pn_value answer(const struct pn_machine *m, enum pn_truth truth)
{
    return truth == PN_FAULTY ? undecided(m) : pn_value_bool(truth == PN_TRUE);
}

struct pn_value pn_fn_sets_contains(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    (void)count;
    if (!are_lists(args)) return pn_no_overload();
    return answer(m, any_in(m, &args[1], &args[0], PN_FALSE));
}

struct pn_value pn_fn_sets_equivalent(struct pn_machine *m, const struct pn_value *args,
                                      uint32_t count)
{
    (void)count;
    if (!are_lists(args)) return pn_no_overload();
    enum pn_truth truth = any_in(m, &args[1], &args[0], PN_FALSE);
    return answer(m, truth == PN_TRUE ? any_in(m, &args[0], &args[1], PN_FALSE) : truth);
}

struct pn_value pn_fn_sets_intersects(struct pn_machine *m, const struct pn_value *args,
                                      uint32_t count)
{
    (void)count;
    if (!are_lists(args)) return pn_no_overload();
    return answer(m, any_in(m, &args[0], &args[1], PN_TRUE));
}

/* The elements of `list` that are in `other`, or that are not. */
static struct pn_value those_of(struct pn_machine *m, const struct pn_value *list,
                                const struct pn_value *other, enum pn_truth wanted)
{
    struct pn_value cells = pn_argument_cells(m, list);
    uint32_t kept = 0;

    if (cells.type == PN_ERROR) return cells;
    for (uint32_t i = 0; i < cells.len; i++) {
        enum pn_truth found = pn_machine_in(m, &cells.as.items[i], other);
        if (found == PN_FAULTY) return undecided(m);
        if (found == wanted) cells.as.items[kept++] = cells.as.items[i];
    }
    cells.len = kept;
    return cells;
}

/* In the order of the shorter list, or of the first. */
struct pn_value pn_fn_intersect(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (!are_lists(args)) return pn_no_overload();
    bool turn = pn_sequence_count(m, &args[0]) > pn_sequence_count(m, &args[1]);
    return those_of(m, &args[turn], &args[!turn], PN_TRUE);
}

struct pn_value pn_fn_except(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (!are_lists(args)) return pn_no_overload();
    return those_of(m, &args[0], &args[1], PN_FALSE);
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
