/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_const.h"

#include "tools/compile/cel_function.h"

struct folding {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct scope *scope;
};

static enum cel_constness wrong(struct folding *f, const struct cel_node *node, const char *message)
{
    diag_error(f->diagnostics, cel_mark(node->source, node->op_at), "%s", message);
    return CEL_WRONG;
}

/* The x of V.x and the like; empty when the node is no such selection. */
static struct pn_slice name_below(const struct cel_node *node, const char *brief, const char *full)
{
    if (node->kind != CEL_SELECT || node->args.items[0]->kind != CEL_IDENT) return pn_slice("", 0);
    struct pn_slice base = node->args.items[0]->name;
    return text_is(base, brief) || text_is(base, full) ? node->name : pn_slice("", 0);
}

struct scope_variable *scope_variable_of(struct diagnostics *diagnostics, struct scope *scope,
                                         const struct cel_node *node, bool *wrong)
{
    struct pn_slice name = name_below(node, "V", "variables");

    for (size_t i = 0; i < scope->variables.count && name.len > 0; i++) {
        if (pn_slice_equal(scope->variables.items[i].name, name)) return &scope->variables.items[i];
    }
    if (name.len > 0) {
        diag_error(diagnostics, cel_mark(node->source, node->op_at), "there is no variable '%.*s'",
                   SLICE_ARGS(name));
        *wrong = true;
    }
    return NULL;
}

const struct scope_constant *scope_constant_of(struct diagnostics *diagnostics, struct scope *scope,
                                               const struct cel_node *node, bool *wrong)
{
    struct pn_slice name = name_below(node, "C", "constants");

    for (size_t i = 0; i < scope->constants.count && name.len > 0; i++) {
        if (pn_slice_equal(scope->constants.items[i].name, name)) return &scope->constants.items[i];
    }
    if (name.len > 0) {
        diag_error(diagnostics, cel_mark(node->source, node->op_at), "there is no constant '%.*s'",
                   SLICE_ARGS(name));
        *wrong = true;
    }
    return NULL;
}

static enum cel_constness fold(struct folding *f, const struct cel_node *node,
                               struct cel_value *value);

static struct cel_value of_bool(bool b)
{
    return (struct cel_value){ .type = CEL_BOOL, .b = b };
}

/* Order of two values; false when CEL does not order them. */
static bool ordered(const struct cel_value *a, const struct cel_value *b, int *order)
{
    if (cel_is_number(a) && cel_is_number(b)) {
        long double x = a->type == CEL_INT ? a->i : a->type == CEL_UINT ? a->u : (long double)a->d;
        long double y = b->type == CEL_INT ? b->i : b->type == CEL_UINT ? b->u : (long double)b->d;
        *order = x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
        return true;
    }
    if (a->type != b->type) return false;
    if (a->type == CEL_STRING || a->type == CEL_BYTES) *order = pn_slice_order(a->s, b->s);
    if (a->type == CEL_BOOL) *order = a->b - b->b;
    if (a->type == CEL_TIMESTAMP) *order = a->i < b->i ? -1 : a->i > b->i;
    return a->type == CEL_STRING || a->type == CEL_BYTES || a->type == CEL_BOOL ||
           a->type == CEL_TIMESTAMP;
}

static enum cel_constness compare(struct folding *f, const struct cel_node *node,
                                  const struct cel_value *a, const struct cel_value *b,
                                  struct cel_value *value)
{
    int order = 0;

    if (node->op == CEL_OP_EQ || node->op == CEL_OP_NE) {
        *value = of_bool(cel_values_equal(a, b) == (node->op == CEL_OP_EQ));
        return CEL_CONSTANT;
    }
    if (!ordered(a, b, &order)) {
        return wrong(f, node,
                     arena_format(f->arena, "%s and %s have no order", cel_type_name(a->type),
                                  cel_type_name(b->type)));
    }
    bool holds = (node->op == CEL_OP_LT && order == -1) || (node->op == CEL_OP_GT && order == 1) ||
                 (node->op == CEL_OP_LE && order != 1 && order != 2) ||
                 (node->op == CEL_OP_GE && (order == 0 || order == 1));
    if (a->type == CEL_STRING || a->type == CEL_BYTES) {
        holds = (node->op == CEL_OP_LT && order < 0) || (node->op == CEL_OP_GT && order > 0) ||
                (node->op == CEL_OP_LE && order <= 0) || (node->op == CEL_OP_GE && order >= 0);
    }
    *value = of_bool(holds);
    return CEL_CONSTANT;
}

static enum cel_constness member(struct folding *f, const struct cel_node *node,
                                 const struct cel_value *a, const struct cel_value *b,
                                 struct cel_value *value)
{
    bool found = false;

    if (b->type != CEL_LIST && b->type != CEL_MAP)
        return wrong(f, node, "'in' takes a list or a map");
    for (size_t i = 0; i < b->list.count; i++)
        found = found || cel_values_equal(a, &b->list.items[i]);
    for (size_t i = 0; i < b->map.count; i++)
        found = found || cel_values_equal(a, &b->map.items[i].key);
    *value = of_bool(found);
    return CEL_CONSTANT;
}

static bool integer_result(enum cel_op op, int64_t a, int64_t b, int64_t *result)
{
    if (op == CEL_OP_ADD) return !__builtin_add_overflow(a, b, result);
    if (op == CEL_OP_SUBTRACT) return !__builtin_sub_overflow(a, b, result);
    if (op == CEL_OP_MULTIPLY) return !__builtin_mul_overflow(a, b, result);
    if (b == 0 || (a == INT64_MIN && b == -1)) return false;
    *result = op == CEL_OP_DIVIDE ? a / b : a % b;
    return true;
}

static bool unsigned_result(enum cel_op op, uint64_t a, uint64_t b, uint64_t *result)
{
    if (op == CEL_OP_ADD) return !__builtin_add_overflow(a, b, result);
    if (op == CEL_OP_SUBTRACT) return !__builtin_sub_overflow(a, b, result);
    if (op == CEL_OP_MULTIPLY) return !__builtin_mul_overflow(a, b, result);
    if (b == 0) return false;
    *result = op == CEL_OP_DIVIDE ? a / b : a % b;
    return true;
}

static bool double_result(enum cel_op op, double a, double b, double *result)
{
    *result = op == CEL_OP_ADD        ? a + b
              : op == CEL_OP_SUBTRACT ? a - b
              : op == CEL_OP_MULTIPLY ? a * b
                                      : a / b;
    return op != CEL_OP_REMAINDER;
}

static void concatenate(struct folding *f, const struct cel_value *a, const struct cel_value *b,
                        struct cel_value *value)
{
    struct bytes text = { 0 };

    *value = (struct cel_value){ .type = a->type };
    for (size_t i = 0; i < a->list.count; i++) LIST_PUSH(f->arena, &value->list, a->list.items[i]);
    for (size_t i = 0; i < b->list.count; i++) LIST_PUSH(f->arena, &value->list, b->list.items[i]);
    if (a->type == CEL_LIST) return;
    bytes_append(&text, a->s);
    bytes_append(&text, b->s);
    value->s = arena_copy(f->arena, bytes_slice(&text));
    bytes_free(&text);
}

static enum cel_constness arithmetic(struct folding *f, const struct cel_node *node,
                                     const struct cel_value *a, const struct cel_value *b,
                                     struct cel_value *value)
{
    bool done = false;

    *value = (struct cel_value){ .type = a->type };
    if (a->type == b->type) {
        bool joins = a->type == CEL_STRING || a->type == CEL_BYTES || a->type == CEL_LIST;
        if (a->type == CEL_INT) done = integer_result(node->op, a->i, b->i, &value->i);
        if (a->type == CEL_UINT) done = unsigned_result(node->op, a->u, b->u, &value->u);
        if (a->type == CEL_DOUBLE) done = double_result(node->op, a->d, b->d, &value->d);
        if (joins && node->op == CEL_OP_ADD) {
            concatenate(f, a, b, value);
            done = true;
        }
    }
    if (done) return CEL_CONSTANT;
    return wrong(f, node,
                 arena_format(f->arena, "CEL cannot compute this with %s and %s",
                              cel_type_name(a->type), cel_type_name(b->type)));
}

/* && and || of constants; one that decides alone hides what the others are. */
static enum cel_constness logic(struct folding *f, const struct cel_node *node,
                                struct cel_value *value)
{
    bool absorbing = node->op == CEL_OP_OR;
    bool all_constant = true;

    for (size_t i = 0; i < node->args.count; i++) {
        struct cel_value part;
        enum cel_constness constness = fold(f, node->args.items[i], &part);
        if (constness == CEL_WRONG) return CEL_WRONG;
        if (constness == CEL_NOT_CONSTANT) {
            all_constant = false;
            continue;
        }
        if (part.type != CEL_BOOL) return wrong(f, node, "&& and || take true or false");
        if (part.b == absorbing) {
            *value = of_bool(absorbing);
            return CEL_CONSTANT;
        }
    }
    *value = of_bool(!absorbing);
    return all_constant ? CEL_CONSTANT : CEL_NOT_CONSTANT;
}

static enum cel_constness binary(struct folding *f, const struct cel_node *node,
                                 struct cel_value *value)
{
    struct cel_value a, b;

    if (node->op == CEL_OP_AND || node->op == CEL_OP_OR) return logic(f, node, value);
    enum cel_constness left = fold(f, node->args.items[0], &a);
    enum cel_constness right = fold(f, node->args.items[1], &b);
    if (left == CEL_WRONG || right == CEL_WRONG) return CEL_WRONG;
    if (left == CEL_NOT_CONSTANT || right == CEL_NOT_CONSTANT) return CEL_NOT_CONSTANT;

    if (node->op == CEL_OP_IN) return member(f, node, &a, &b, value);
    if (node->op >= CEL_OP_EQ && node->op <= CEL_OP_GE) return compare(f, node, &a, &b, value);
    return arithmetic(f, node, &a, &b, value);
}

static enum cel_constness list_of(struct folding *f, const struct cel_node *node,
                                  struct cel_value *value)
{
    *value = (struct cel_value){ .type = CEL_LIST };
    for (size_t i = 0; i < node->args.count; i++) {
        struct cel_value item;
        enum cel_constness constness = fold(f, node->args.items[i], &item);
        if (constness != CEL_CONSTANT) return constness;
        LIST_PUSH(f->arena, &value->list, item);
    }
    return CEL_CONSTANT;
}

static enum cel_constness map_of(struct folding *f, const struct cel_node *node,
                                 struct cel_value *value)
{
    *value = (struct cel_value){ .type = CEL_MAP };
    for (size_t i = 0; i + 1 < node->args.count; i += 2) {
        struct cel_entry entry;
        enum cel_constness key = fold(f, node->args.items[i], &entry.key);
        enum cel_constness item = fold(f, node->args.items[i + 1], &entry.value);
        if (key == CEL_WRONG || item == CEL_WRONG) return CEL_WRONG;
        if (key == CEL_NOT_CONSTANT || item == CEL_NOT_CONSTANT) return CEL_NOT_CONSTANT;
        if (entry.key.type == CEL_LIST || entry.key.type == CEL_MAP ||
            entry.key.type == CEL_DOUBLE) {
            return wrong(f, node->args.items[i], "this cannot be the key of a map");
        }
        for (size_t k = 0; k < value->map.count; k++) {
            if (cel_values_equal(&value->map.items[k].key, &entry.key)) {
                return wrong(f, node->args.items[i], "this key is in the map already");
            }
        }
        LIST_PUSH(f->arena, &value->map, entry);
    }
    return CEL_CONSTANT;
}

static enum cel_constness element(struct folding *f, const struct cel_node *node,
                                  const struct cel_value *base, const struct cel_value *key,
                                  struct cel_value *value)
{
    for (size_t i = 0; base->type == CEL_MAP && i < base->map.count; i++) {
        if (!cel_values_equal(&base->map.items[i].key, key)) continue;
        *value = base->map.items[i].value;
        return CEL_CONSTANT;
    }
    if (base->type == CEL_LIST && key->type == CEL_INT && key->i >= 0 &&
        (uint64_t)key->i < base->list.count) {
        *value = base->list.items[key->i];
        return CEL_CONSTANT;
    }
    return wrong(f, node, "there is nothing of that name or number in this constant");
}

static enum cel_constness selection(struct folding *f, const struct cel_node *node,
                                    struct cel_value *value)
{
    bool is_wrong = false;
    struct scope_variable *variable = scope_variable_of(f->diagnostics, f->scope, node, &is_wrong);
    const struct scope_constant *constant =
        scope_constant_of(f->diagnostics, f->scope, node, &is_wrong);
    struct cel_value base, key = { .type = CEL_STRING, .s = node->name };

    if (is_wrong) return CEL_WRONG;
    if (constant != NULL) {
        *value = constant->value;
        return CEL_CONSTANT;
    }
    if (variable != NULL) {
        if (variable->node == NULL) return CEL_WRONG;
        if (variable->visiting) return wrong(f, node, "this variable is defined through itself");
        if (++f->scope->expansion_count > SCOPE_EXPANSIONS_MAX) {
            return wrong(f, node, "these variables expand to too much");
        }
        variable->visiting = true;
        enum cel_constness constness = fold(f, variable->node, value);
        variable->visiting = false;
        return constness;
    }
    enum cel_constness constness = fold(f, node->args.items[0], &base);
    return constness == CEL_CONSTANT ? element(f, node, &base, &key, value) : constness;
}

static enum cel_constness index_of(struct folding *f, const struct cel_node *node,
                                   struct cel_value *value)
{
    struct cel_value base, key;
    enum cel_constness constness = fold(f, node->args.items[0], &base);

    if (constness != CEL_CONSTANT) return constness;
    constness = fold(f, node->args.items[1], &key);
    return constness == CEL_CONSTANT ? element(f, node, &base, &key, value) : constness;
}

static enum cel_constness has(struct folding *f, const struct cel_node *node,
                              struct cel_value *value)
{
    const struct cel_node *field = node->args.items[0];
    struct cel_value base, key = { .type = CEL_STRING, .s = field->name };
    bool found = false;

    if (name_below(field, "V", "variables").len > 0 ||
        name_below(field, "C", "constants").len > 0) {
        *value = of_bool(true);
        return fold(f, field, &base) == CEL_WRONG ? CEL_WRONG : CEL_CONSTANT;
    }
    enum cel_constness constness = fold(f, field->args.items[0], &base);
    if (constness != CEL_CONSTANT) return constness;
    if (base.type != CEL_MAP) return wrong(f, node, "has() looks into maps");
    for (size_t i = 0; i < base.map.count; i++) {
        found = found || cel_values_equal(&base.map.items[i].key, &key);
    }
    *value = of_bool(found);
    return CEL_CONSTANT;
}

static enum cel_constness call(struct folding *f, const struct cel_node *node,
                               struct cel_value *value)
{
    static const char *const known[] = { "size",      "int",        "uint",     "double",  "string",
                                         "timestamp", "startsWith", "endsWith", "contains" };
    struct cel_value args[2];
    bool is_known = false;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        is_known = is_known || text_is(node->name, known[i]);
    }
    if (!is_known || node->args.count == 0 || node->args.count > 2) return CEL_NOT_CONSTANT;
    for (size_t i = 0; i < node->args.count; i++) {
        enum cel_constness constness = fold(f, node->args.items[i], &args[i]);
        if (constness != CEL_CONSTANT) return constness;
    }
    if (cel_function(f->arena, node, args, value)) return CEL_CONSTANT;
    return wrong(f, node,
                 arena_format(f->arena, "%.*s() does not take this", SLICE_ARGS(node->name)));
}

static enum cel_constness ternary(struct folding *f, const struct cel_node *node,
                                  struct cel_value *value)
{
    struct cel_value condition;
    enum cel_constness constness = fold(f, node->args.items[0], &condition);

    if (constness != CEL_CONSTANT) return constness;
    if (condition.type != CEL_BOOL) return wrong(f, node, "what stands before ? is true or false");
    return fold(f, node->args.items[condition.b ? 1 : 2], value);
}

static enum cel_constness unary(struct folding *f, const struct cel_node *node,
                                struct cel_value *value)
{
    enum cel_constness constness = fold(f, node->args.items[0], value);

    if (constness != CEL_CONSTANT) return constness;
    if (node->kind == CEL_NOT && value->type == CEL_BOOL) {
        value->b = !value->b;
        return CEL_CONSTANT;
    }
    if (node->kind == CEL_NEGATE && value->type == CEL_DOUBLE) {
        value->d = -value->d;
        return CEL_CONSTANT;
    }
    if (node->kind == CEL_NEGATE && value->type == CEL_INT && value->i != INT64_MIN) {
        value->i = -value->i;
        return CEL_CONSTANT;
    }
    return wrong(f, node, node->kind == CEL_NOT ? "! takes true or false" : "- takes a number");
}

static enum cel_constness fold(struct folding *f, const struct cel_node *node,
                               struct cel_value *value)
{
    switch (node->kind) {
    case CEL_LITERAL: *value = node->value; return CEL_CONSTANT;
    case CEL_SELECT: return selection(f, node, value);
    case CEL_INDEX: return index_of(f, node, value);
    case CEL_HAS: return has(f, node, value);
    case CEL_CALL: return call(f, node, value);
    case CEL_LIST_OF: return list_of(f, node, value);
    case CEL_MAP_OF: return map_of(f, node, value);
    case CEL_NOT:
    case CEL_NEGATE: return unary(f, node, value);
    case CEL_BINARY: return binary(f, node, value);
    case CEL_TERNARY: return ternary(f, node, value);
    case CEL_IDENT:
    case CEL_MESSAGE:
    case CEL_COMPREHENSION: break;
    }
    return CEL_NOT_CONSTANT;
}

enum cel_constness cel_const(struct arena *arena, struct diagnostics *diagnostics,
                             struct scope *scope, const struct cel_node *node,
                             struct cel_value *value)
{
    struct folding f = { arena, diagnostics, scope };

    return fold(&f, node, value);
}
