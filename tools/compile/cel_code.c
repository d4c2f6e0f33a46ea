/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_code.h"

#include "tools/compile/cel_operand.h"

/* a && b && c: whatever decides skips the rest. */
static void code_logic(struct coding *c, const struct cel_node *node)
{
    bool is_and = node->op == CEL_OP_AND;

    cel_code_node(c, node->args.items[0]);
    for (size_t i = 1; i < node->args.count; i++) {
        size_t skip = code_skip(c, is_and ? PN_CODE_IF_FALSE : PN_CODE_IF_TRUE);
        cel_code_node(c, node->args.items[i]);
        code_emit(c, is_and ? PN_CODE_AND : PN_CODE_OR, 0, 0);
        code_land(c, skip);
    }
}

static void code_ternary(struct coding *c, const struct cel_node *node)
{
    cel_code_node(c, node->args.items[0]);
    size_t otherwise = code_skip(c, PN_CODE_BRANCH);
    cel_code_node(c, node->args.items[1]);
    size_t done = code_skip(c, PN_CODE_JUMP);
    code_land(c, otherwise);
    c->depth--;
    cel_code_node(c, node->args.items[2]);
    code_land(c, done);
}

/* Is the type of the number known from how it is written? Attributes have whatever the request
 * says. */
static bool is_typed(const struct cel_node *node)
{
    if (node->kind == CEL_LITERAL) return true;
    if (node->kind == CEL_NEGATE) return is_typed(node->args.items[0]);
    if (node->kind == CEL_CALL) {
        return text_is(node->name, "int") || text_is(node->name, "uint") ||
               text_is(node->name, "double") || text_is(node->name, "size");
    }
    return node->kind == CEL_BINARY && is_typed(node->args.items[0]) &&
           is_typed(node->args.items[1]);
}

/* JSON has one kind of number. In `edge` an attribute's ints and doubles mix therefore; what the
 * author wrote as int and double does not, nor does anything in `cerbos54`. */
static uint32_t laxness(const struct coding *c, const struct cel_node *node)
{
    bool edge = c->l->scope->kind == SCOPE_POLICY && c->l->image->mode == PN_MODE_EDGE;

    return edge && !(is_typed(node->args.items[0]) && is_typed(node->args.items[1]));
}

static void code_binary(struct coding *c, const struct cel_node *node)
{
    static const uint8_t ops[] = {
        [CEL_OP_EQ] = PN_CODE_EQ,
        [CEL_OP_NE] = PN_CODE_NE,
        [CEL_OP_LT] = PN_CODE_LT,
        [CEL_OP_LE] = PN_CODE_LE,
        [CEL_OP_GT] = PN_CODE_GT,
        [CEL_OP_GE] = PN_CODE_GE,
        [CEL_OP_ADD] = PN_CODE_ADD,
        [CEL_OP_SUBTRACT] = PN_CODE_SUBTRACT,
        [CEL_OP_MULTIPLY] = PN_CODE_MULTIPLY,
        [CEL_OP_DIVIDE] = PN_CODE_DIVIDE,
        [CEL_OP_REMAINDER] = PN_CODE_REMAINDER,
    };

    if (node->op == CEL_OP_AND || node->op == CEL_OP_OR) {
        code_logic(c, node);
        return;
    }
    if (node->op == CEL_OP_IN) {
        cel_code_membership(c, node);
        return;
    }
    cel_code_node(c, node->args.items[0]);
    cel_code_node(c, node->args.items[1]);
    code_emit(c, (enum pn_code_op)ops[node->op], node->op >= CEL_OP_ADD ? laxness(c, node) : 0, 0);
}

static void code_list_of(struct coding *c, const struct cel_node *node)
{
    code_emit(c, PN_CODE_LIST, 0, (uint32_t)node->args.count);
    for (size_t i = 0; i < node->args.count && !c->failed; i++) {
        cel_code_node(c, node->args.items[i]);
        code_emit(c, PN_CODE_APPEND, 0, 0);
    }
}

static void code_map_of(struct coding *c, const struct cel_node *node)
{
    code_emit(c, PN_CODE_MAP, 0, (uint32_t)(node->args.count / 2));
    for (size_t i = 0; i + 1 < node->args.count && !c->failed; i += 2) {
        cel_code_node(c, node->args.items[i]);
        cel_code_node(c, node->args.items[i + 1]);
        code_emit(c, PN_CODE_PUT, 0, 0);
    }
}

static void code_unary(struct coding *c, const struct cel_node *node)
{
    cel_code_node(c, node->args.items[0]);
    code_emit(c, node->kind == CEL_NOT ? PN_CODE_NOT : PN_CODE_NEGATE, 0, 0);
}

/* The value itself where it is constant. */
static bool code_folded(struct coding *c, const struct cel_node *node)
{
    struct image *image = c->l->image;
    struct cel_value value;

    if (c->l->literal) return false;
    switch (cel_const(image->arena, image->diagnostics, c->l->scope, node, &value)) {
    case CEL_NOT_CONSTANT: return false;
    case CEL_CONSTANT: code_value(c, &value); return true;
    case CEL_WRONG: break;
    }
    c->failed = true;
    return true;
}

void cel_code_node(struct coding *c, const struct cel_node *node)
{
    if (c->failed || code_folded(c, node)) return;
    switch (node->kind) {
    case CEL_LITERAL: code_value(c, &node->value); return;
    case CEL_IDENT:
    case CEL_SELECT:
    case CEL_INDEX: cel_code_name(c, node); return;
    case CEL_HAS: cel_code_has(c, node); return;
    case CEL_CALL: cel_code_call(c, node); return;
    case CEL_LIST_OF: code_list_of(c, node); return;
    case CEL_MAP_OF: code_map_of(c, node); return;
    case CEL_NOT:
    case CEL_NEGATE: code_unary(c, node); return;
    case CEL_BINARY: code_binary(c, node); return;
    case CEL_TERNARY: code_ternary(c, node); return;
    case CEL_COMPREHENSION: cel_code_macro(c, node); return;
    case CEL_BIND: cel_code_bind(c, node); return;
    case CEL_MESSAGE: break;
    }
    code_wrong(c, node, "messages are not part of this engine: an attribute is JSON; write a map");
}

/* `x in [constants]` is one look into a sorted set. */
static bool membership_by_set(struct coding *c, const struct cel_node *node)
{
    struct image *image = c->l->image;
    struct cel_value value;

    if (c->l->literal) return false;
    if (cel_const(image->arena, image->diagnostics, c->l->scope, node->args.items[1], &value) !=
        CEL_CONSTANT) {
        return false;
    }
    for (size_t i = 0; i < value.map.count; i++) {
        LIST_PUSH(image->arena, &value.list, value.map.items[i].key);
    }
    bool is_container = value.type == CEL_LIST || value.type == CEL_MAP;
    uint32_t set = is_container ? image_set(image, value.list.items, value.list.count) : PN_NONE32;
    if (set == PN_NONE32) return false;
    cel_code_node(c, node->args.items[0]);
    code_emit(c, PN_CODE_IN_SET, 0, set);
    return true;
}

/* A constant role, or derived role, is a bit. */
static bool membership_by_role(struct coding *c, const struct cel_node *node)
{
    struct operand roles = operand_of_path(c->l, node->args.items[1]);
    bool known = roles.kind == OPERAND_ROLES || roles.kind == OPERAND_DERIVED;
    struct cel_value value;

    if (roles.kind == OPERAND_WRONG) c->failed = true;
    if (!known || c->failed) return c->failed;
    if (cel_const(c->l->image->arena, c->l->image->diagnostics, c->l->scope, node->args.items[0],
                  &value) != CEL_CONSTANT ||
        value.type != CEL_STRING) {
        return false;
    }
    const struct formula *atom = cel_lower(c->l, node);
    if (atom == NULL || atom->kind != FORMULA_PREDICATE) {
        c->failed = c->failed || atom == NULL;
        return c->failed;
    }
    code_emit(c, PN_CODE_PREDICATE, 0, atom->predicate);
    return true;
}

void cel_code_membership(struct coding *c, const struct cel_node *node)
{
    if (membership_by_role(c, node) || membership_by_set(c, node)) return;
    cel_code_node(c, node->args.items[0]);
    cel_code_node(c, node->args.items[1]);
    code_emit(c, PN_CODE_IN, 0, 0);
}

uint32_t cel_code(struct lowering *l, const struct cel_node *node)
{
    struct coding c = { .l = l, .root = node };

    cel_code_node(&c, node);
    return c.failed ? PN_NONE32 : image_block(l->image, &c.code, operand_mark(node));
}
