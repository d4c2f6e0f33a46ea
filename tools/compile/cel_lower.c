/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_lower.h"

#include "tools/compile/cel_compare.h"
#include "tools/compile/cel_operand.h"
#include "tools/compile/cel_path.h"
#include "tools/compile/cel_pattern.h"

static const struct formula *matches(struct lowering *l, const struct cel_node *node)
{
    struct operand text = operand_of(l, node->args.items[0]);
    struct operand pattern = operand_of(l, node->args.items[1]);

    if (text.kind == OPERAND_WRONG || pattern.kind == OPERAND_WRONG) return NULL;
    if (text.kind != OPERAND_ATTR) return lower_code(l, node);
    uint32_t dfa = cel_pattern(l, node->args.items[1]);
    if (dfa == PN_NONE32) return NULL;
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_MATCH,
                               .slot = operand_slot(l, node, &text, 0),
                               .peer = PN_NONE16,
                               .arg = dfa,
                           });
}

static const struct formula *string_test(struct lowering *l, const struct cel_node *node,
                                         enum pn_predicate_kind kind)
{
    struct operand text = operand_of(l, node->args.items[0]);
    struct operand part = operand_of(l, node->args.items[1]);
    struct image_predicate p = { .kind = (uint8_t)kind, .peer = PN_NONE16, .arg = PN_NONE32 };

    if (text.kind == OPERAND_WRONG || part.kind == OPERAND_WRONG) return NULL;
    if (text.kind != OPERAND_ATTR) return lower_code(l, node);
    p.slot = operand_slot(l, node, &text, 0);
    if (part.kind == OPERAND_ATTR) {
        p.peer = operand_slot(l, node, &part, 0);
        return lower_predicate(l, node, p);
    }
    if (part.kind != OPERAND_CONSTANT || part.value.type != CEL_STRING) return lower_code(l, node);
    p.arg = image_constant(l->image, &part.value);
    return lower_predicate(l, node, p);
}

static const struct formula *call(struct lowering *l, const struct cel_node *node)
{
    if (node->args.count == 2) {
        if (text_is(node->name, "matches")) return matches(l, node);
        if (node->member) {
            if (text_is(node->name, "startsWith")) return string_test(l, node, PN_PREDICATE_PREFIX);
            if (text_is(node->name, "endsWith")) return string_test(l, node, PN_PREDICATE_SUFFIX);
            if (text_is(node->name, "contains")) return string_test(l, node, PN_PREDICATE_CONTAINS);
        }
    }
    return lower_code(l, node);
}

static const struct formula *has(struct lowering *l, const struct cel_node *node)
{
    struct operand field = operand_of_path(l, node->args.items[0]);
    struct attr_path parent;
    struct image_predicate p = { .kind = PN_PREDICATE_HAS, .peer = PN_NONE16, .arg = PN_NONE32 };

    if (field.kind == OPERAND_WRONG) return NULL;
    if (field.kind == OPERAND_ROLES) return formula_constant(l->image->arena, true);
    if (field.kind == OPERAND_DERIVED) return formula_constant(l->image->arena, true);
    if (field.kind == OPERAND_PLACE && field.path.root != ATTR_AUX_DATA)
        return formula_constant(l->image->arena, true);
    if (field.kind == OPERAND_PLACE) field.kind = OPERAND_ATTR;
    if (field.kind != OPERAND_ATTR) return lower_code(l, node);
    bool always_there =
        !text_is(field.path.steps.items[0], "attr") && field.path.root != ATTR_AUX_DATA;
    if (always_there) return formula_constant(l->image->arena, true); /* P.id, R.id, R.kind */
    p.slot = operand_slot(l, node, &field, 0);
    if (!attr_path_parent(l->image->arena, &field.path, &parent)) {
        p.peer = image_slot(l->image, &parent, operand_mark(node), 0);
    }
    return lower_predicate(l, node, p);
}

static const struct formula *logic(struct lowering *l, const struct cel_node *node)
{
    const struct formula *all = cel_lower(l, node->args.items[0]);

    for (size_t i = 1; i < node->args.count; i++) {
        const struct formula *next = cel_lower(l, node->args.items[i]);
        if (all == NULL || next == NULL) {
            all = NULL; /* go on, to report what else is wrong */
        } else if (node->op == CEL_OP_AND) {
            all = formula_and(l->image->arena, all, next);
        } else {
            all = formula_or(l->image->arena, all, next);
        }
    }
    return all;
}

static const struct formula *binary(struct lowering *l, const struct cel_node *node)
{
    if (node->op == CEL_OP_AND || node->op == CEL_OP_OR) return logic(l, node);
    if (node->op == CEL_OP_IN) return cel_lower_membership(l, node);
    if (node->op >= CEL_OP_EQ && node->op <= CEL_OP_GE) return cel_lower_comparison(l, node);
    return lower_code(l, node);
}

static const struct formula *ternary(struct lowering *l, const struct cel_node *node)
{
    const struct formula *condition = cel_lower(l, node->args.items[0]);
    const struct formula *yes = cel_lower(l, node->args.items[1]);
    const struct formula *no = cel_lower(l, node->args.items[2]);

    if (condition == NULL || yes == NULL || no == NULL) return NULL;
    return formula_select(l->image->arena, condition, yes, no);
}

/* A variable as a condition, or an attribute that is true or false itself. */
static const struct formula *selection(struct lowering *l, const struct cel_node *node)
{
    bool is_wrong = false;
    struct scope_variable *variable =
        scope_variable_of(l->image->diagnostics, l->scope, node, &is_wrong);

    if (is_wrong) return NULL;
    if (variable != NULL) {
        if (variable->node == NULL) return NULL;
        if (variable->visiting || ++l->scope->expansion_count > SCOPE_EXPANSIONS_MAX) {
            return lower_wrong(l, node,
                               variable->visiting ? "this variable is defined through itself"
                                                  : "these variables expand to too much");
        }
        variable->visiting = true;
        const struct formula *formula = cel_lower(l, variable->node);
        variable->visiting = false;
        return formula;
    }
    struct operand operand = operand_of_path(l, node);
    if (operand.kind == OPERAND_WRONG) return NULL;
    if (operand.kind != OPERAND_ATTR) return lower_code(l, node);
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_BOOL,
                               .slot = operand_slot(l, node, &operand, 0),
                               .peer = PN_NONE16,
                               .arg = PN_NONE32,
                           });
}

static const struct formula *lower_node(struct lowering *l, const struct cel_node *node)
{
    switch (node->kind) {
    case CEL_SELECT:
    case CEL_INDEX: return selection(l, node);
    case CEL_CALL: return call(l, node);
    case CEL_HAS: return has(l, node);
    case CEL_BINARY: return binary(l, node);
    case CEL_TERNARY: return ternary(l, node);
    case CEL_NOT: {
        const struct formula *inner = cel_lower(l, node->args.items[0]);
        return inner != NULL ? formula_not(l->image->arena, inner) : NULL;
    }
    case CEL_IDENT:
    case CEL_LITERAL:
    case CEL_LIST_OF:
    case CEL_MAP_OF:
    case CEL_MESSAGE:
    case CEL_NEGATE:
    case CEL_COMPREHENSION:
    case CEL_BIND: break;
    }
    return lower_code(l, node);
}

const struct formula *cel_lower(struct lowering *l, const struct cel_node *node)
{
    struct cel_value value;

    l->scope->errors_run = l->image->mode == PN_MODE_CERBOS54;
    switch (cel_const(l->image->arena, l->image->diagnostics, l->scope, node, &value)) {
    case CEL_WRONG: return NULL;
    case CEL_NOT_CONSTANT: return lower_node(l, node);
    case CEL_CONSTANT: break;
    }
    if (value.type == CEL_BOOL) return formula_constant(l->image->arena, value.b);
    return lower_wrong(l, node,
                       arena_format(l->image->arena,
                                    "a condition is true or false, this is of type %s",
                                    cel_type_name(value.type)));
}
