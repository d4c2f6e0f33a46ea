/* see witnesses.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/witnesses.h"

#include "policy/predicate.h"
#include "policy/record.h"
#include "tools/compile/diagnostics.h"
#include "tools/diff/predicate_key.h"

enum { WITNESSES_MAX = 600 };

/* A value of the attribute. */
struct witness {
    struct pn_value value;
    bool generic;         /* one of many texts, lists or maps; parts of it are not known */
    bool below_something; /* absent below something that is no map */
    uint8_t *masks;       /* what it makes of each variable of the group */
};

struct group {
    struct pn_slice path;
    LIST(uint16_t) variables;
    LIST(struct witness) witnesses;
};

struct witnesses {
    struct arena *arena;
    const struct pn_policy *policies[2];
    struct variables *variables;
    LIST(struct group) groups;
    struct pn_value *slots[2];
};

/* --- variables --- */

static bool code_asks_time(const struct pn_policy *policy, uint32_t block)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);

    for (uint32_t i = 0; i < pn_load16(at + PN_BLOCK_COUNT); i++) {
        const uint8_t *insn = pn_record(policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES,
                                        pn_load32(at + PN_BLOCK_FIRST) + i);
        if (insn[PN_CODE_OP] == PN_CODE_NOW) return true;
    }
    return false;
}

static struct pn_slice key_of(struct witnesses *w, size_t side, uint16_t predicate)
{
    struct bytes key = { 0 };

    predicate_key(&key, w->policies[side], predicate);
    struct pn_slice copy = arena_copy(w->arena, bytes_slice(&key));
    bytes_free(&key);
    return copy;
}

static bool asks_time(const struct pn_policy *policy, const uint8_t *at)
{
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_NOW) return true;
    return at[PN_PREDICATE_KIND] == PN_PREDICATE_CODE &&
           code_asks_time(policy, pn_load32(at + PN_PREDICATE_ARG));
}

static uint16_t variable_of(struct witnesses *w, size_t side, uint16_t predicate)
{
    const uint8_t *at = pn_predicate_at(w->policies[side], predicate);
    struct pn_slice key = key_of(w, side, predicate);
    uint8_t kind = at[PN_PREDICATE_KIND];
    struct variables *all = w->variables;

    if (kind == PN_PREDICATE_ROLE || kind == PN_PREDICATE_DERIVED) return PN_NONE16;
    for (size_t i = 0; i < all->count; i++) {
        struct variable *known = &all->items[i];
        if (known->index[side] != PN_NONE16 || !pn_slice_equal(known->key, key)) continue;
        known->index[side] = predicate;
        return (uint16_t)i;
    }
    struct variable *v = &all->items[all->count];
    *v = (struct variable){ .key = key, .value = PN_UNDECIDED, .possible = VALUE_MASK_ALL };
    v->text = pn_policy_predicate_text(w->policies[side], predicate);
    v->index[side] = predicate;
    v->index[1 - side] = PN_NONE16;
    v->group = PN_NONE16;
    v->asks_time = asks_time(w->policies[side], at);
    return (uint16_t)all->count++;
}

/* Variables of one policy only whose sources read the same as others'. */
static void tell_apart(struct witnesses *w)
{
    struct variables *all = w->variables;

    for (size_t i = 0; i < all->count; i++) {
        struct pn_slice text = all->items[i].text;
        bool alone = true;
        for (size_t k = i + 1; k < all->count; k++) {
            if (!pn_slice_equal(all->items[k].text, text)) continue;
            alone = false;
            const char *is = all->items[k].index[0] != PN_NONE16 ? "old" : "new";
            const char *words = arena_format(w->arena, "%.*s (%s)", SLICE_ARGS(text), is);
            all->items[k].text = pn_slice(words, strlen(words));
        }
        if (alone) continue;
        const char *is = all->items[i].index[0] != PN_NONE16 ? "old" : "new";
        const char *words = arena_format(w->arena, "%.*s (%s)", SLICE_ARGS(text), is);
        all->items[i].text = pn_slice(words, strlen(words));
    }
}

static const uint8_t *record_of(const struct witnesses *w, uint16_t variable, size_t *side)
{
    const struct variable *v = &w->variables->items[variable];

    *side = v->index[0] != PN_NONE16 ? 0 : 1;
    return pn_predicate_at(w->policies[*side], v->index[*side]);
}

/* --- groups --- */

/* Predicates that look at one attribute and at constants. */
static bool is_of_one(const uint8_t *at)
{
    switch ((enum pn_predicate_kind)at[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_BOOL:
    case PN_PREDICATE_COMPARE:
    case PN_PREDICATE_IN_SET:
    case PN_PREDICATE_MATCH:
    case PN_PREDICATE_HAS:
    case PN_PREDICATE_TYPE:
    case PN_PREDICATE_SIZE: return true;
    case PN_PREDICATE_PREFIX:
    case PN_PREDICATE_SUFFIX:
    case PN_PREDICATE_CONTAINS:
    case PN_PREDICATE_MEMBER: return pn_load16(at + PN_PREDICATE_PEER) == PN_NONE16;
    case PN_PREDICATE_NEVER:
    case PN_PREDICATE_COMPARE_SLOTS:
    case PN_PREDICATE_ROLE:
    case PN_PREDICATE_DERIVED:
    case PN_PREDICATE_NOW:
    case PN_PREDICATE_CODE: break;
    }
    return false;
}

static void join_group(struct witnesses *w, uint16_t variable)
{
    size_t side, i = 0;
    const uint8_t *at = record_of(w, variable, &side);

    if (!is_of_one(at)) return;
    struct pn_slice path =
        pn_policy_slot_path(w->policies[side], pn_load16(at + PN_PREDICATE_SLOT));
    while (i < w->groups.count && !pn_slice_equal(w->groups.items[i].path, path)) i++;
    if (i == w->groups.count) LIST_PUSH(w->arena, &w->groups, ((struct group){ .path = path }));
    struct group *group = &w->groups.items[i];
    w->variables->items[variable].group = (uint16_t)i;
    w->variables->items[variable].in_group = (uint16_t)group->variables.count;
    LIST_PUSH(w->arena, &group->variables, variable);
}

/* --- values to try --- */

static void try_value(struct witnesses *w, struct group *group, struct pn_value value, bool generic)
{
    if (group->witnesses.count == WITNESSES_MAX) return;
    LIST_PUSH(w->arena, &group->witnesses,
              ((struct witness){ .value = value, .generic = generic }));
}

static void try_constant(struct witnesses *w, struct group *group, const struct pn_value *constant)
{
    struct pn_value near = { .type = PN_DOUBLE };
    double middle = constant->type == PN_INT ? (double)constant->as.i : constant->as.d;

    try_value(w, group, *constant, false);
    if (constant->type == PN_INT && constant->as.i > INT64_MIN && constant->as.i < INT64_MAX) {
        try_value(w, group, pn_value_int(constant->as.i - 1), false);
        try_value(w, group, pn_value_int(constant->as.i + 1), false);
    }
    if (constant->type != PN_INT && constant->type != PN_DOUBLE) return;
    near.as.d = middle - 0.5;
    try_value(w, group, near, false);
    near.as.d = middle + 0.5;
    try_value(w, group, near, false);
}

static void try_set(struct witnesses *w, struct group *group, const struct pn_policy *policy,
                    uint32_t number)
{
    const uint8_t *set = pn_record(policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, number);
    uint32_t first = pn_load32(set + PN_SET_FIRST);
    uint32_t count = (uint32_t)pn_load16(set + PN_SET_STRINGS) + pn_load16(set + PN_SET_NUMBERS);

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *cell = pn_record(policy, PN_POLICY_SECTION_SET_MEMBERS, 4, first + i);
        struct pn_value member = pn_constant(policy, pn_load32(cell));
        try_constant(w, group, &member);
    }
}

static void try_constants(struct witnesses *w, struct group *group)
{
    for (size_t i = 0; i < group->variables.count; i++) {
        size_t side;
        const uint8_t *at = record_of(w, group->variables.items[i], &side);
        uint32_t arg = pn_load32(at + PN_PREDICATE_ARG);
        uint8_t kind = at[PN_PREDICATE_KIND];
        if (kind == PN_PREDICATE_IN_SET) try_set(w, group, w->policies[side], arg);
        if (kind != PN_PREDICATE_COMPARE && kind != PN_PREDICATE_PREFIX &&
            kind != PN_PREDICATE_SUFFIX && kind != PN_PREDICATE_CONTAINS) {
            continue;
        }
        struct pn_value constant = pn_constant(w->policies[side], arg);
        try_constant(w, group, &constant);
    }
}

/* Who calls, and what, is always a text. */
static bool is_always_text(struct pn_slice path)
{
    return text_is(path, "P.id") || text_is(path, "R.id") || text_is(path, "R.kind");
}

static struct pn_value container(enum pn_type type, struct pn_slice text)
{
    struct pn_value v = pn_value_string(text);

    v.type = (uint8_t)type;
    return v;
}

static void drop_other_types(struct group *group)
{
    size_t kept = 0;

    for (size_t i = 0; i < group->witnesses.count; i++) {
        if (group->witnesses.items[i].value.type != PN_STRING) continue;
        group->witnesses.items[kept++] = group->witnesses.items[i];
    }
    group->witnesses.count = kept;
}

static void try_all(struct witnesses *w, struct group *group)
{
    try_value(w, group, pn_value_string(PN_SLICE("<any other text>")), true);
    try_value(w, group, pn_value_of(PN_ABSENT), false);
    if (group->witnesses.count > 0) {
        struct witness nowhere = { .value = pn_value_of(PN_ABSENT), .below_something = true };
        LIST_PUSH(w->arena, &group->witnesses, nowhere);
    }
    try_value(w, group, pn_value_of(PN_NULL), false);
    try_value(w, group, pn_value_bool(false), false);
    try_value(w, group, pn_value_bool(true), false);
    try_value(w, group, pn_value_int(-987654321), false);
    try_value(w, group, pn_value_int(987654321987), false);
    try_value(w, group, container(PN_LIST, PN_SLICE("[]")), true);
    try_value(w, group, container(PN_MAP, PN_SLICE("{}")), true);
    try_constants(w, group);
    if (is_always_text(group->path)) drop_other_types(group);
}

/* --- what they make of predicates --- */

/* Of a text that stands for many it is known only that it is none of the constants. */
static bool may_go_either_way(const uint8_t *at, const struct witness *witness)
{
    if (!witness->generic) return false;
    switch ((enum pn_predicate_kind)at[PN_PREDICATE_KIND]) {
    case PN_PREDICATE_COMPARE: return at[PN_PREDICATE_OP] > PN_NE;
    case PN_PREDICATE_PREFIX:
    case PN_PREDICATE_SUFFIX:
    case PN_PREDICATE_CONTAINS:
    case PN_PREDICATE_MATCH:
    case PN_PREDICATE_SIZE: return true;
    case PN_PREDICATE_MEMBER: return witness->value.type != PN_STRING;
    case PN_PREDICATE_BOOL:
    case PN_PREDICATE_IN_SET:
    case PN_PREDICATE_HAS:
    case PN_PREDICATE_TYPE:
    case PN_PREDICATE_NEVER:
    case PN_PREDICATE_COMPARE_SLOTS:
    case PN_PREDICATE_ROLE:
    case PN_PREDICATE_DERIVED:
    case PN_PREDICATE_NOW:
    case PN_PREDICATE_CODE: break;
    }
    return false;
}

static uint8_t mask_of(struct witnesses *w, uint16_t variable, const struct witness *witness)
{
    size_t side;
    const uint8_t *at = record_of(w, variable, &side);
    uint16_t slot = pn_load16(at + PN_PREDICATE_SLOT), peer = pn_load16(at + PN_PREDICATE_PEER);
    struct pn_value *slots = w->slots[side];
    struct pn_facts facts = { .policy = w->policies[side], .slots = slots };

    slots[slot] = witness->value;
    if (peer != PN_NONE16) slots[peer] = pn_value_of(witness->below_something ? PN_ABSENT : PN_MAP);
    enum pn_truth value = pn_predicate_value(w->policies[side], &facts, at);
    slots[slot] = pn_value_of(PN_ABSENT);
    if (peer != PN_NONE16) slots[peer] = pn_value_of(PN_ABSENT);
    if (value != PN_FAULTY && may_go_either_way(at, witness)) {
        return 1u << PN_FALSE | 1u << PN_TRUE;
    }
    return (uint8_t)(1u << value);
}

static void fill_masks(struct witnesses *w, struct group *group)
{
    for (size_t i = 0; i < group->variables.count; i++) {
        w->variables->items[group->variables.items[i]].possible = 0;
    }
    for (size_t k = 0; k < group->witnesses.count; k++) {
        struct witness *witness = &group->witnesses.items[k];
        witness->masks = arena_take(w->arena, group->variables.count);
        for (size_t i = 0; i < group->variables.count; i++) {
            uint16_t variable = group->variables.items[i];
            witness->masks[i] = mask_of(w, variable, witness);
            w->variables->items[variable].possible |= witness->masks[i];
        }
    }
}

void variables_find(struct arena *arena, const struct pn_policy *const policies[2],
                    struct variables *variables)
{
    size_t max = (size_t)policies[0]->predicate_count + policies[1]->predicate_count;
    struct witnesses *w = ARENA_NEW(arena, struct witnesses);

    *variables = (struct variables){ .witnesses = w };
    variables->items = arena_take(arena, sizeof *variables->items * (max + 1));
    w->arena = arena;
    w->variables = variables;
    for (size_t side = 0; side < 2; side++) {
        uint16_t count = policies[side]->predicate_count;
        w->policies[side] = policies[side];
        w->slots[side] = arena_take(arena, sizeof(struct pn_value) * PN_POLICY_SLOTS_MAX);
        variables->of[side] = arena_take(arena, sizeof(uint16_t) * (count + 1u));
        for (uint16_t i = 0; i < count; i++) variables->of[side][i] = variable_of(w, side, i);
    }
    tell_apart(w);
    for (size_t i = 0; i < variables->count; i++) join_group(w, (uint16_t)i);
    for (size_t i = 0; i < w->groups.count; i++) {
        try_all(w, &w->groups.items[i]);
        fill_masks(w, &w->groups.items[i]);
    }
}

static bool fits(const struct variables *all, const struct group *group,
                 const struct witness *witness)
{
    for (size_t i = 0; i < group->variables.count; i++) {
        uint8_t value = all->items[group->variables.items[i]].value;
        if (value == PN_UNDECIDED) continue;
        if ((witness->masks[i] >> value & 1) == 0) return false;
    }
    return true;
}

bool variable_can_be(const struct variables *variables, uint16_t variable, enum pn_truth value)
{
    const struct variable *v = &variables->items[variable];

    if (v->group == PN_NONE16) return true;
    const struct group *group = &variables->witnesses->groups.items[v->group];
    for (size_t i = 0; i < group->witnesses.count; i++) {
        const struct witness *witness = &group->witnesses.items[i];
        if ((witness->masks[v->in_group] >> value & 1) == 0) continue;
        if (fits(variables, group, witness)) return true;
    }
    return false;
}
