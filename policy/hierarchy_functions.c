/* see builtin.h: Cerbos's hierarchies, paths of names such as acme.hr.uk.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/text_search.h"

static struct pn_value of_list(struct pn_machine *m, const struct pn_value *list)
{
    struct pn_value cells = pn_argument_cells(m, list);

    if (cells.type == PN_ERROR) return cells;
    for (uint32_t i = 0; i < cells.len; i++) {
        if (cells.as.items[i].type != PN_STRING) return pn_no_overload();
    }
    cells.type = PN_HIERARCHY;
    return cells;
}

struct pn_value pn_fn_hierarchy(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice s[2] = { { NULL, 0 }, PN_SLICE_INIT(".") };
    struct pn_value path;

    if (count == 1 && args[0].type == PN_HIERARCHY) return args[0];
    if (count == 1 && args[0].type == PN_LIST) return of_list(m, args);
    if (!pn_argument_texts(m, args, count, s, &path)) return path;
    path = pn_text_split(m, s[0], s[1], -1);
    if (path.type == PN_LIST) path.type = PN_HIERARCHY;
    return path;
}

static bool are_hierarchies(const struct pn_value *args)
{
    return args[0].type == PN_HIERARCHY && args[1].type == PN_HIERARCHY;
}

static uint32_t shorter_of(const struct pn_value *a, const struct pn_value *b)
{
    return a->len < b->len ? a->len : b->len;
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

/* Are the first `count` names the same, where `fits` already? */
static struct pn_value shares(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                              bool fits)
{
    if (!fits) return pn_value_bool(false);
    bool same = names_shared(m, &args[0], &args[1], count) == count;
    return m->steps_left == 0 ? pn_machine_spent(m) : pn_value_bool(same);
}

struct pn_value pn_fn_ancestor_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    return shares(m, args, args[0].len, args[0].len < args[1].len);
}

struct pn_value pn_fn_descendent_of(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    return shares(m, args, args[1].len, args[1].len < args[0].len);
}

struct pn_value pn_fn_immediate_child_of(struct pn_machine *m, const struct pn_value *args,
                                         uint32_t count)
{
    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    return shares(m, args, args[1].len, args[0].len == args[1].len + 1);
}

struct pn_value pn_fn_immediate_parent_of(struct pn_machine *m, const struct pn_value *args,
                                          uint32_t count)
{
    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    return shares(m, args, args[0].len, args[1].len == args[0].len + 1);
}

/* A path is its own sibling, as in Cerbos. */
struct pn_value pn_fn_sibling_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    return shares(m, args, args[0].len > 0 ? args[0].len - 1 : 0, args[0].len == args[1].len);
}

struct pn_value pn_fn_overlaps(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    return shares(m, args, shorter_of(&args[0], &args[1]), true);
}

/* No path is among its own ancestors. */
struct pn_value pn_fn_common_ancestors(struct pn_machine *m, const struct pn_value *args,
                                       uint32_t count)
{
    struct pn_value ancestors = args[0];

    (void)count;
    if (!are_hierarchies(args)) return pn_no_overload();
    uint32_t most = shorter_of(&args[0], &args[1]);
    if (args[0].len == args[1].len && most > 0) most--;
    ancestors.len = names_shared(m, &args[0], &args[1], most);
    return m->steps_left == 0 ? pn_machine_spent(m) : ancestors;
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
