/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_operand.h"

#include "tools/compile/cel_path.h"

const struct formula *lower_wrong(struct lowering *l, const struct cel_node *node,
                                  const char *message)
{
    diag_error(l->image->diagnostics, cel_mark(node->source, node->op_at), "%s", message);
    return NULL;
}

const struct formula *lower_unsupported(struct lowering *l, const struct cel_node *node,
                                        const char *what)
{
    return lower_wrong(l, node, arena_format(l->image->arena, "not supported yet: %s", what));
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

static bool type_named(struct pn_slice name, uint32_t *type)
{
    static const struct {
        const char *name;
        enum pn_type type;
    } types[] = { { "string", PN_STRING },
                  { "bool", PN_BOOL },
                  { "list", PN_LIST },
                  { "map", PN_MAP },
                  { "null_type", PN_NULL } };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (!text_is(name, types[i].name)) continue;
        *type = types[i].type;
        return true;
    }
    return false;
}

struct operand operand_of_path(struct lowering *l, const struct cel_node *node)
{
    struct operand operand = { .kind = OPERAND_OTHER };

    switch (cel_path(l->image->arena, l->image->diagnostics, l->scope, node, &operand.path)) {
    case CEL_PATH_NONE: break;
    case CEL_PATH_ATTR: operand.kind = OPERAND_ATTR; break;
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
    case CEL_CONSTANT: operand.kind = OPERAND_CONSTANT; return operand;
    case CEL_WRONG: operand.kind = OPERAND_WRONG; return operand;
    case CEL_NOT_CONSTANT: break;
    }
    const struct cel_node *node = operand_behind(l, written);
    if (node->kind == CEL_IDENT && type_named(node->name, &operand.type)) {
        operand.kind = OPERAND_TYPE_NAME;
        return operand;
    }
    if (node->kind != CEL_CALL) return operand_of_path(l, node);
    if (text_is(node->name, "now") && node->args.count == 0) operand.kind = OPERAND_NOW;
    bool size = text_is(node->name, "size"), type = text_is(node->name, "type") && !node->member;
    if (node->args.count != 1 || !(size || type)) return operand;

    struct operand inner = operand_of_path(l, node->args.items[0]);
    if (inner.kind == OPERAND_ATTR) inner.kind = size ? OPERAND_SIZE : OPERAND_TYPE;
    if (inner.kind == OPERAND_ROLES || inner.kind == OPERAND_DERIVED) inner.kind = OPERAND_OTHER;
    return inner;
}

uint16_t operand_slot(struct lowering *l, const struct cel_node *node,
                      const struct operand *operand, uint8_t trie_flags)
{
    return image_slot(l->image, &operand->path, operand_mark(node), trie_flags);
}

/* The kind of node that is in the way, in words. */
static const char *construct(struct lowering *l, const struct cel_node *node)
{
    switch (node->kind) {
    case CEL_CALL:
        return arena_format(l->image->arena, "the function %.*s() on attributes",
                            SLICE_ARGS(node->name));
    case CEL_COMPREHENSION:
        return arena_format(l->image->arena, "the macro %.*s()", SLICE_ARGS(node->name));
    case CEL_INDEX: return "indexing by anything but a constant text";
    case CEL_LIST_OF: return "a list with attributes in it";
    case CEL_MAP_OF: return "a map with attributes in it";
    case CEL_MESSAGE: return "messages";
    case CEL_NEGATE: return "arithmetic on attributes";
    case CEL_IDENT: return "a name on its own";
    case CEL_BINARY: return "arithmetic on attributes";
    case CEL_TERNARY: return "a choice between values";
    case CEL_LITERAL:
    case CEL_SELECT:
    case CEL_NOT:
    case CEL_HAS: break;
    }
    return "this expression";
}

static bool is_known_root(struct pn_slice name)
{
    return text_is(name, "P") || text_is(name, "R") || text_is(name, "request") ||
           text_is(name, "V") || text_is(name, "variables") || text_is(name, "C") ||
           text_is(name, "constants") || text_is(name, "runtime");
}

const struct formula *operand_unsupported(struct lowering *l, const struct cel_node *node)
{
    const struct cel_node *root = node;

    while (root->kind == CEL_SELECT || root->kind == CEL_INDEX) root = root->args.items[0];
    if (root->kind == CEL_IDENT && !is_known_root(root->name)) {
        return lower_wrong(l, root,
                           arena_format(l->image->arena,
                                        "there is no '%.*s' here; P, R, request, V and C are known",
                                        SLICE_ARGS(root->name)));
    }
    return lower_unsupported(l, node, construct(l, node));
}
