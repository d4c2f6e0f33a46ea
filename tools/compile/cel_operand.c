/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_operand.h"

#include "tools/compile/cel_code.h"
#include "tools/compile/cel_path.h"

const struct formula *lower_wrong(struct lowering *l, const struct cel_node *node,
                                  const char *message)
{
    diag_error(l->image->diagnostics, cel_mark(node->source, node->op_at), "%s", message);
    return NULL;
}

struct mark operand_mark(const struct cel_node *node)
{
    return cel_mark(node->source, node->at);
}

/* What explanations show: the source on one line. */
static uint32_t text_of(struct lowering *l, const struct cel_node *node)
{
    struct pn_slice text = cel_text(node);
    uint8_t *line = arena_take(l->image->arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        bool blank = ch == ' ' || ch == '\n' || ch == '\r' || ch == '\t';
        if (blank && len > 0 && line[len - 1] == ' ') continue;
        line[len++] = blank ? ' ' : ch;
    }
    return image_string(l->image, pn_slice(line, len));
}

const struct formula *lower_predicate(struct lowering *l, const struct cel_node *node,
                                      struct image_predicate p)
{
    p.text = text_of(l, node);
    return formula_predicate(l->image->arena, image_predicate(l->image, p));
}

/* Types that a value of JSON shows: its numbers have none of their own. */
static bool is_plain_type(const struct cel_value *value)
{
    return value->type == CEL_TYPE &&
           (value->i == PN_STRING || value->i == PN_BOOL || value->i == PN_LIST ||
            value->i == PN_MAP || value->i == PN_NULL);
}

struct operand operand_of_path(struct lowering *l, const struct cel_node *node)
{
    struct operand operand = { .kind = OPERAND_OTHER };

    switch (cel_path(l->image->arena, l->image->diagnostics, l->scope, node, &operand.path)) {
    case CEL_PATH_NONE: break;
    case CEL_PATH_ATTR: operand.kind = OPERAND_ATTR; break;
    case CEL_PATH_PLACE: operand.kind = OPERAND_PLACE; break;
    case CEL_PATH_ROLES: operand.kind = OPERAND_ROLES; break;
    case CEL_PATH_DERIVED: operand.kind = OPERAND_DERIVED; break;
    case CEL_PATH_WRONG: operand.kind = OPERAND_WRONG; break;
    }
    return operand;
}

/* The expression behind V.x, so that a variable can stand wherever its definition could. */
const struct cel_node *operand_behind(struct lowering *l, const struct cel_node *node)
{
    bool is_wrong = false;

    for (unsigned depth = 0; depth < 32; depth++) {
        struct scope_variable *variable =
            scope_variable_of(l->image->diagnostics, l->scope, node, &is_wrong);
        if (variable == NULL || variable->node == NULL) break;
        node = variable->node;
    }
    return node;
}

struct operand operand_of(struct lowering *l, const struct cel_node *written)
{
    struct operand operand = { .kind = OPERAND_OTHER };

    switch (cel_const(l->image->arena, l->image->diagnostics, l->scope, written, &operand.value)) {
    case CEL_CONSTANT:
        operand.kind = is_plain_type(&operand.value) ? OPERAND_TYPE_NAME : OPERAND_CONSTANT;
        operand.type = (uint32_t)operand.value.i;
        return operand;
    case CEL_WRONG: operand.kind = OPERAND_WRONG; return operand;
    case CEL_NOT_CONSTANT: break;
    }
    const struct cel_node *node = operand_behind(l, written);
    if (node->kind != CEL_CALL) return operand_of_path(l, node);
    if (text_is(node->name, "now") && !node->member && node->args.count == 0) {
        operand.kind = OPERAND_NOW;
    }
    bool size = text_is(node->name, "size"), type = text_is(node->name, "type") && !node->member;
    if (node->args.count != 1 || !(size || type)) return operand;

    struct operand inner = operand_of_path(l, node->args.items[0]);
    if (inner.kind == OPERAND_ATTR) inner.kind = size ? OPERAND_SIZE : OPERAND_TYPE;
    if (inner.kind == OPERAND_ROLES || inner.kind == OPERAND_DERIVED ||
        inner.kind == OPERAND_PLACE) {
        inner.kind = OPERAND_OTHER;
    }
    return inner;
}

uint16_t operand_slot(struct lowering *l, const struct cel_node *node,
                      const struct operand *operand, uint8_t trie_flags)
{
    return image_slot(l->image, &operand->path, operand_mark(node), trie_flags);
}

const struct formula *lower_faulty(struct lowering *l, const struct cel_node *atom,
                                   const char *message)
{
    return l->scope->errors_run ? lower_code(l, atom) : lower_wrong(l, atom, message);
}

const struct formula *lower_code(struct lowering *l, const struct cel_node *atom)
{
    uint32_t block = cel_code(l, atom);

    if (block == PN_NONE32) return NULL;
    return lower_predicate(l, atom,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_CODE,
                               .slot = PN_NONE16,
                               .peer = PN_NONE16,
                               .arg = block,
                           });
}
