/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/image.h"

#include "tools/compile/secret_name.h"

#include <stdlib.h>

#include "core/json/json_trie.h"
#include "policy/machine.h"

static bool lists_equal(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count)
{
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

void image_begin(struct image *image, struct arena *arena, struct diagnostics *diagnostics,
                 enum pn_mode mode)
{
    *image = (struct image){ .arena = arena, .diagnostics = diagnostics, .mode = mode };
    image_string(image, pn_slice("", 0));
}

void image_free(struct image *image)
{
    bytes_free(&image->string_bytes);
}

static uint32_t text_hash(struct pn_slice text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.len; i++) hash = (hash ^ text.at[i]) * 16777619u;
    return hash;
}

static void table_insert(struct image *image, uint32_t index)
{
    size_t mask = image->string_table.count - 1;
    size_t slot = text_hash(image->strings.items[index]) & mask;

    while (image->string_table.items[slot] != 0) slot = (slot + 1) & mask;
    image->string_table.items[slot] = index + 1;
}

static void table_grow(struct image *image)
{
    size_t size = image->string_table.count == 0 ? 256 : image->string_table.count * 2;

    image->string_table.items = arena_take(image->arena, size * sizeof(uint32_t));
    image->string_table.count = size;
    for (size_t i = 0; i < image->strings.count; i++) table_insert(image, (uint32_t)i);
}

uint32_t image_string(struct image *image, struct pn_slice text)
{
    if (image->strings.count * 2 >= image->string_table.count) table_grow(image);

    size_t mask = image->string_table.count - 1, slot = text_hash(text) & mask;
    for (; image->string_table.items[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t known = image->string_table.items[slot] - 1;
        if (pn_slice_equal(image->strings.items[known], text)) return known;
    }
    LIST_PUSH(image->arena, &image->string_at, (uint32_t)image->string_bytes.len);
    LIST_PUSH(image->arena, &image->strings, arena_copy(image->arena, text));
    bytes_append(&image->string_bytes, text);
    table_insert(image, (uint32_t)image->strings.count - 1);
    return (uint32_t)image->strings.count - 1;
}

static uint64_t double_bits(double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static bool constant_of(struct image *image, const struct cel_value *value,
                        struct image_constant *constant)
{
    *constant = (struct image_constant){ 0 };
    switch (value->type) {
    case CEL_NULL: constant->type = PN_NULL; return true;
    case CEL_BOOL:
        constant->type = PN_BOOL;
        constant->value = value->b;
        return true;
    case CEL_INT:
        constant->type = PN_INT;
        constant->value = (uint64_t)value->i;
        constant->number = (double)value->i;
        return true;
    case CEL_UINT:
        constant->type = PN_INT;
        constant->value = value->u;
        constant->number = (double)value->u;
        return value->u <= INT64_MAX;
    case CEL_DOUBLE:
        constant->type = PN_DOUBLE;
        constant->value = double_bits(value->d);
        constant->number = value->d;
        return true;
    case CEL_STRING:
        constant->type = PN_STRING;
        constant->value = image_string(image, value->s);
        return true;
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: break;
    }
    return false;
}

static uint32_t add_constant(struct image *image, const struct image_constant *constant)
{
    for (size_t i = 0; i < image->constants.count; i++) {
        const struct image_constant *known = &image->constants.items[i];
        if (known->type == constant->type && known->value == constant->value &&
            known->nanos == constant->nanos) {
            return (uint32_t)i;
        }
    }
    LIST_PUSH(image->arena, &image->constants, *constant);
    return (uint32_t)image->constants.count - 1;
}

uint32_t image_constant(struct image *image, const struct cel_value *value)
{
    struct image_constant constant;

    if (!constant_of(image, value, &constant)) return PN_NONE32;
    return add_constant(image, &constant);
}

/* Bytes need not be UTF-8, so they are no string of the table: where they lie is all there is. */
static uint64_t bytes_place(struct image *image, struct pn_slice bytes)
{
    const struct bytes *all = &image->string_bytes;

    for (size_t at = 0; at + bytes.len <= all->len; at++) {
        if (pn_slice_equal(pn_slice(all->at + at, bytes.len), bytes)) return at;
    }
    bytes_append(&image->string_bytes, bytes);
    return image->string_bytes.len - bytes.len;
}

uint32_t image_code_constant(struct image *image, const struct cel_value *value)
{
    struct image_constant constant = { 0 };

    switch (value->type) {
    case CEL_UINT:
        constant.type = PN_UINT;
        constant.value = value->u;
        break;
    case CEL_BYTES:
        constant.type = PN_BYTES;
        constant.nanos = (uint32_t)value->s.len;
        constant.value = bytes_place(image, value->s);
        break;
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        constant.type = value->type == CEL_TIMESTAMP ? PN_TIMESTAMP : PN_DURATION;
        constant.nanos = value->nanos;
        constant.value = (uint64_t)value->i;
        break;
    case CEL_TYPE:
        constant.type = PN_TYPE;
        constant.value = (uint64_t)value->i;
        break;
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_INT:
    case CEL_DOUBLE:
    case CEL_STRING:
    case CEL_LIST:
    case CEL_MAP: return image_constant(image, value);
    }
    return add_constant(image, &constant);
}

static bool codes_equal(const struct image_code *a, const struct image_code *b)
{
    if (a->steps.count != b->steps.count) return false;
    for (size_t i = 0; i < a->steps.count; i++) {
        const struct image_step *x = &a->steps.items[i], *y = &b->steps.items[i];
        if (x->op != y->op || x->a != y->a || x->b != y->b) return false;
    }
    return true;
}

uint32_t image_block(struct image *image, const struct image_code *code, struct mark mark)
{
    for (size_t i = 0; i < image->blocks.count; i++) {
        if (codes_equal(&image->blocks.items[i].code, code)) return (uint32_t)i;
    }
    LIST_PUSH(image->arena, &image->blocks, ((struct image_block){ *code, mark }));
    return (uint32_t)image->blocks.count - 1;
}

/* Order of two members: strings by bytes, before numbers by exact value. */
static int member_order(const struct image *image, uint32_t a, uint32_t b)
{
    const struct image_constant *x = &image->constants.items[a], *y = &image->constants.items[b];
    bool x_text = x->type == PN_STRING, y_text = y->type == PN_STRING;

    if (x_text != y_text) return x_text ? -1 : 1;
    if (x_text) {
        return pn_slice_order(image->strings.items[x->value], image->strings.items[y->value]);
    }
    if (x->type == PN_INT && y->type == PN_INT) {
        int64_t i = (int64_t)x->value, j = (int64_t)y->value;
        return i < j ? -1 : i > j;
    }
    long double u = x->type == PN_INT ? (long double)(int64_t)x->value : (long double)x->number;
    long double v = y->type == PN_INT ? (long double)(int64_t)y->value : (long double)y->number;
    return u < v ? -1 : u > v;
}

/* Insert in order; what is there already is left out. */
static void set_insert(struct image *image, struct image_set *set, uint32_t member)
{
    size_t at = 0;

    while (at < set->members.count && member_order(image, set->members.items[at], member) < 0) at++;
    if (at < set->members.count && member_order(image, set->members.items[at], member) == 0) return;
    LIST_PUSH(image->arena, &set->members, member);
    memmove(set->members.items + at + 1, set->members.items + at,
            (set->members.count - 1 - at) * sizeof *set->members.items);
    set->members.items[at] = member;
    if (image->constants.items[member].type == PN_STRING) {
        set->strings++;
    } else {
        set->numbers++;
    }
}

static bool set_add(struct image *image, struct image_set *set, const struct cel_value *value)
{
    if (value->type == CEL_NULL) {
        set->flags |= PN_SET_HAS_NULL;
    } else if (value->type == CEL_BOOL) {
        set->flags |= value->b ? PN_SET_HAS_TRUE : PN_SET_HAS_FALSE;
    } else if (value->type == CEL_DOUBLE && value->d != value->d) {
        return true; /* NaN equals nothing */
    } else {
        uint32_t member = image_constant(image, value);
        if (member == PN_NONE32) return false;
        set_insert(image, set, member);
    }
    return true;
}

uint32_t image_set(struct image *image, const struct cel_value *values, size_t count)
{
    struct image_set set = { 0 };

    if (count > 0xfffe) return PN_NONE32;
    for (size_t i = 0; i < count; i++) {
        if (!set_add(image, &set, &values[i])) return PN_NONE32;
    }
    for (size_t i = 0; i < image->sets.count; i++) {
        const struct image_set *known = &image->sets.items[i];
        if (known->flags == set.flags && lists_equal(known->members.items, known->members.count,
                                                     set.members.items, set.members.count)) {
            return (uint32_t)i;
        }
    }
    LIST_PUSH(image->arena, &image->sets, set);
    return (uint32_t)image->sets.count - 1;
}

const char *attr_path_text(struct arena *arena, const struct attr_path *path)
{
    static const char *const roots[] = { "P", "R", "request.auxData" };
    struct bytes text = { 0 };

    bytes_append(&text, pn_slice(roots[path->root], strlen(roots[path->root])));
    for (size_t i = 0; i < path->steps.count; i++) {
        struct pn_slice step = path->steps.items[i];
        bool bare = cel_is_identifier(step);
        bytes_append(&text, bare ? PN_SLICE(".") : PN_SLICE("[\""));
        bytes_append(&text, step);
        if (!bare) bytes_append(&text, PN_SLICE("\"]"));
    }
    const char *copy = (const char *)arena_copy(arena, bytes_slice(&text)).at;
    bytes_free(&text);
    return copy;
}

static uint16_t fact_of(struct pn_slice text)
{
    static const struct pn_slice paths[] = {
#define PN_FACT(symbol, path) PN_SLICE_INIT(path),
#include "policy/facts.def"
#undef PN_FACT
    };

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (pn_slice_equal(paths[i], text)) return (uint16_t)(i + 1);
    }
    return PN_FACT_NONE;
}

static bool names_secret(const struct attr_path *path)
{
    return path->steps.count > 0 && secret_name(path->steps.items[path->steps.count - 1]);
}

enum pn_fact attr_path_fact(struct arena *arena, const struct attr_path *path)
{
    const char *written = attr_path_text(arena, path);

    return (enum pn_fact)fact_of(pn_slice(written, strlen(written)));
}

static uint16_t slot_of(struct image *image, const struct attr_path *path, struct mark mark,
                        uint8_t trie_flags)
{
    const char *written = attr_path_text(image->arena, path);
    struct pn_slice text = pn_slice(written, strlen(written));
    uint32_t name = image_string(image, text);

    /* For Cerbos a number that no integer holds is a double like the others. */
    if (image->mode == PN_MODE_CERBOS54) trie_flags &= (uint8_t)~PN_TRIE_COMPARED;
    for (size_t i = 0; i < image->slots.count; i++) {
        if (image->slots.items[i].text != name) continue;
        image->slots.items[i].trie_flags |= trie_flags;
        return (uint16_t)i;
    }
    for (size_t i = 0; i < path->steps.count; i++) {
        if (path->steps.items[i].len > PN_TRIE_KEY_MAX) {
            diag_error(image->diagnostics, mark, "an attribute name has at most %d bytes",
                       PN_TRIE_KEY_MAX);
        }
        image_string(image, path->steps.items[i]);
    }
    if (path->steps.count + 2 > PN_TRIE_LEVELS_MAX) {
        diag_error(image->diagnostics, mark, "this attribute is nested too deeply");
    }
    LIST_PUSH(image->arena, &image->slots,
              ((struct image_slot){ .path = *path,
                                    .text = name,
                                    .fact = fact_of(text),
                                    .trie_flags = trie_flags,
                                    .secret = names_secret(path),
                                    .unread = true,
                                    .mark = mark }));
    return (uint16_t)(image->slots.count - 1);
}

uint16_t image_slot(struct image *image, const struct attr_path *path, struct mark mark,
                    uint8_t trie_flags)
{
    uint16_t slot = slot_of(image, path, mark, trie_flags);

    image->slots.items[slot].unread = false;
    return slot;
}

uint16_t image_schema_slot(struct image *image, const struct attr_path *path, struct mark mark)
{
    return slot_of(image, path, mark, PN_TRIE_RAW | PN_TRIE_COMPARED);
}

uint16_t image_predicate(struct image *image, struct image_predicate predicate)
{
    for (size_t i = 0; i < image->predicates.count; i++) {
        const struct image_predicate *known = &image->predicates.items[i];
        if (known->kind == predicate.kind && known->op == predicate.op &&
            known->slot == predicate.slot && known->peer == predicate.peer &&
            known->arg == predicate.arg) {
            return (uint16_t)i;
        }
    }
    LIST_PUSH(image->arena, &image->predicates, predicate);
    return (uint16_t)(image->predicates.count - 1);
}

static bool conditions_equal(const struct image_condition *a, const struct image_condition *b)
{
    if (a->terms.count != b->terms.count || a->program.count != b->program.count) return false;
    for (size_t i = 0; i < a->terms.count; i++) {
        if (!lists_equal(a->terms.items[i].literals.items, a->terms.items[i].literals.count,
                         b->terms.items[i].literals.items, b->terms.items[i].literals.count)) {
            return false;
        }
    }
    for (size_t i = 0; i < a->program.count; i++) {
        if (a->program.items[i].op != b->program.items[i].op) return false;
        if (a->program.items[i].arg != b->program.items[i].arg) return false;
    }
    return true;
}

uint32_t image_condition(struct image *image, const struct image_condition *condition)
{
    for (size_t i = 0; i < image->conditions.count; i++) {
        if (conditions_equal(&image->conditions.items[i], condition)) return (uint32_t)i;
    }
    LIST_PUSH(image->arena, &image->conditions, *condition);
    return (uint32_t)image->conditions.count - 1;
}

uint32_t image_role(struct image *image, struct pn_slice name)
{
    for (size_t i = 0; i < image->roles.count; i++) {
        if (pn_slice_equal(image->roles.items[i], name)) return (uint32_t)i;
    }
    LIST_PUSH(image->arena, &image->roles, arena_copy(image->arena, name));
    return (uint32_t)image->roles.count - 1;
}

uint32_t image_output(struct image *image, const struct image_output *output)
{
    for (size_t i = 0; i < image->outputs.count; i++) {
        const struct image_output *known = &image->outputs.items[i];
        /* What is whole, as JSON or as code, holds everything that the other fields are read from. */
        bool same = known->json == output->json && known->reason == output->reason;
        if (same && known->code == output->code) return (uint32_t)i;
    }
    LIST_PUSH(image->arena, &image->outputs, *output);
    return (uint32_t)image->outputs.count - 1;
}

struct image_kind *image_kind(struct image *image, struct pn_slice name)
{
    for (size_t i = 0; i < image->kinds.count; i++) {
        if (pn_slice_equal(image->kinds.items[i].name, name)) return &image->kinds.items[i];
    }
    size_t added = image_kind_add(image, name); /* may move the items */
    return &image->kinds.items[added];
}

size_t image_kind_add(struct image *image, struct pn_slice name)
{
    LIST_PUSH(image->arena, &image->kinds, ((struct image_kind){ .name = name }));
    return image->kinds.count - 1;
}

struct image_scope *image_scope(struct image *image, struct pn_slice name)
{
    for (size_t i = 0; i < image->scopes.count; i++) {
        if (pn_slice_equal(image->scopes.items[i].name, name)) return &image->scopes.items[i];
    }
    LIST_PUSH(image->arena, &image->scopes, ((struct image_scope){ .name = name }));
    return &image->scopes.items[image->scopes.count - 1];
}

uint32_t image_dfa(struct image *image, struct pn_slice pattern, const struct regex_node *tree,
                   enum dfa_sense sense, struct mark mark)
{
    struct image_dfa entry = { .pattern = pattern, .sense = sense };

    for (size_t i = 0; i < image->dfas.count; i++) {
        const struct image_dfa *known = &image->dfas.items[i];
        if (known->sense == sense && pn_slice_equal(known->pattern, pattern)) return (uint32_t)i;
    }
    if (dfa_build(image->arena, tree, sense, DFA_STATES_MAX, &entry.dfa) != DFA_BUILT) {
        struct pn_slice excerpt = diag_excerpt(image->arena, pattern);
        diag_error(
            image->diagnostics, mark,
            "the pattern '%.*s' needs %u states or more, the budget is %d; anchor it with ^, "
            "lower its counts, or split it into several conditions",
            SLICE_ARGS(excerpt), entry.dfa.states, DFA_STATES_MAX);
        return PN_NONE32;
    }
    LIST_PUSH(image->arena, &image->dfas, entry);
    return (uint32_t)image->dfas.count - 1;
}
