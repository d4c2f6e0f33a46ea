/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_compare.h"

#include "core/json/json_trie.h"
#include "tools/compile/cel_operand.h"

static enum pn_compare compare_op(enum cel_op op)
{
    switch (op) {
    case CEL_OP_NE: return PN_NE;
    case CEL_OP_LT: return PN_LT;
    case CEL_OP_LE: return PN_LE;
    case CEL_OP_GT: return PN_GT;
    case CEL_OP_GE: return PN_GE;
    case CEL_OP_EQ:
    case CEL_OP_NONE:
    case CEL_OP_OR:
    case CEL_OP_AND:
    case CEL_OP_IN:
    case CEL_OP_ADD:
    case CEL_OP_SUBTRACT:
    case CEL_OP_MULTIPLY:
    case CEL_OP_DIVIDE:
    case CEL_OP_REMAINDER: break;
    }
    return PN_EQ;
}

static enum cel_op mirrored(enum cel_op op)
{
    if (op == CEL_OP_LT) return CEL_OP_GT;
    if (op == CEL_OP_LE) return CEL_OP_GE;
    if (op == CEL_OP_GT) return CEL_OP_LT;
    if (op == CEL_OP_GE) return CEL_OP_LE;
    return op;
}

/* A number on the other side asks the scanner for exact numbers. */
static uint8_t exactness(const struct cel_value *value)
{
    return value->type == CEL_INT || value->type == CEL_UINT || value->type == CEL_DOUBLE
               ? PN_TRIE_COMPARED
               : 0;
}

static const struct formula *compare_constant(struct lowering *l, const struct cel_node *node,
                                              const struct operand *a, enum cel_op op,
                                              const struct operand *b)
{
    uint32_t constant = image_constant(l->image, &b->value);
    bool ordered = op != CEL_OP_EQ && op != CEL_OP_NE;

    if (constant == PN_NONE32) return lower_code(l, node);
    if (ordered && b->value.type == CEL_NULL) return lower_faulty(l, node, "null has no order");
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_COMPARE,
                               .op = (uint8_t)compare_op(op),
                               .slot = operand_slot(l, node, a, exactness(&b->value)),
                               .peer = PN_NONE16,
                               .arg = constant,
                           });
}

static const struct formula *compare_size(struct lowering *l, const struct cel_node *node,
                                          const struct operand *a, enum cel_op op,
                                          const struct operand *b)
{
    if (b->value.type != CEL_INT) return lower_code(l, node);
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_SIZE,
                               .op = (uint8_t)compare_op(op),
                               .slot = operand_slot(l, node, a, PN_TRIE_RAW),
                               .peer = PN_NONE16,
                               .arg = image_constant(l->image, &b->value),
                           });
}

static const struct formula *compare_now(struct lowering *l, const struct cel_node *node,
                                         enum cel_op op, const struct operand *b)
{
    struct cel_value ms = { .type = CEL_INT, .i = b->value.i * 1000 };
    const uint32_t nanos_per_ms = 1000000;

    if (b->value.type != CEL_TIMESTAMP && op != CEL_OP_EQ && op != CEL_OP_NE) {
        return lower_faulty(l, node, "now() compares with a timestamp");
    }
    if (b->value.type != CEL_TIMESTAMP || b->value.nanos % nanos_per_ms != 0) {
        return lower_code(l, node);
    }
    ms.i += b->value.nanos / nanos_per_ms;
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_NOW,
                               .op = (uint8_t)compare_op(op),
                               .slot = PN_NONE16,
                               .peer = PN_NONE16,
                               .arg = image_constant(l->image, &ms),
                           });
}

static const struct formula *compare_type(struct lowering *l, const struct cel_node *node,
                                          const struct operand *a, enum cel_op op,
                                          const struct operand *b)
{
    if (op != CEL_OP_EQ && op != CEL_OP_NE) return lower_code(l, node);
    const struct formula *is = lower_predicate(l, node,
                                               (struct image_predicate){
                                                   .kind = PN_PREDICATE_TYPE,
                                                   .slot = operand_slot(l, node, a, 0),
                                                   .peer = PN_NONE16,
                                                   .arg = b->type,
                                               });
    return op == CEL_OP_EQ ? is : formula_not(l->image->arena, is);
}

static bool is_condition(const struct cel_node *node)
{
    bool compares = node->kind == CEL_BINARY && node->op <= CEL_OP_IN;
    bool tests = node->kind == CEL_CALL &&
                 (text_is(node->name, "startsWith") || text_is(node->name, "endsWith") ||
                  text_is(node->name, "contains") || text_is(node->name, "matches"));

    if (node->kind == CEL_TERNARY) {
        return is_condition(node->args.items[1]) && is_condition(node->args.items[2]);
    }
    return compares || tests || node->kind == CEL_NOT || node->kind == CEL_HAS;
}

/* == between conditions: both hold or neither does; an error in either is an error. */
static const struct formula *compare_conditions(struct lowering *l, const struct cel_node *node)
{
    struct arena *arena = l->image->arena;
    const struct formula *a = cel_lower(l, node->args.items[0]);
    const struct formula *b = cel_lower(l, node->args.items[1]);

    if (a == NULL || b == NULL) return NULL;
    if (node->op == CEL_OP_NE) b = formula_not(arena, b);
    return formula_or(arena, formula_and(arena, a, b),
                      formula_and(arena, formula_not(arena, a), formula_not(arena, b)));
}

/* Surely no list or map: those a predicate compares by their text only. A request in Cerbos's form
 * may hold anything where the gateway states a text or a number. */
static bool is_scalar(const struct lowering *l, const struct operand *operand)
{
    enum pn_fact fact = attr_path_fact(l->image->arena, &operand->path);

    if (!text_is(operand->path.steps.items[0], "attr") && operand->path.root != ATTR_AUX_DATA)
        return true;
    return l->image->mode == PN_MODE_EDGE && fact != PN_FACT_NONE && fact != PN_FACT_ARGUMENTS &&
           fact != PN_FACT_TOOLS;
}

static const struct formula *compare_slots(struct lowering *l, const struct cel_node *node,
                                           const struct operand *a, const struct operand *b)
{
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_COMPARE_SLOTS,
                               .op = (uint8_t)compare_op(node->op),
                               .slot = operand_slot(l, node, a, PN_TRIE_COMPARED),
                               .peer = operand_slot(l, node, b, PN_TRIE_COMPARED),
                               .arg = PN_NONE32,
                           });
}

const struct formula *cel_lower_comparison(struct lowering *l, const struct cel_node *node)
{
    const struct cel_node *left = node->args.items[0], *right = node->args.items[1];
    bool equality = node->op == CEL_OP_EQ || node->op == CEL_OP_NE;

    if (equality && is_condition(operand_behind(l, left)) &&
        is_condition(operand_behind(l, right))) {
        return compare_conditions(l, node);
    }
    struct operand a = operand_of(l, left), b = operand_of(l, right);
    enum cel_op op = node->op;
    if (a.kind == OPERAND_WRONG || b.kind == OPERAND_WRONG) return NULL;
    if (a.kind == OPERAND_CONSTANT || a.kind == OPERAND_TYPE_NAME) {
        struct operand swap = a;
        a = b;
        b = swap;
        op = mirrored(op);
    }
    if (a.kind == OPERAND_ATTR && b.kind == OPERAND_ATTR) {
        bool by_predicate = !equality || is_scalar(l, &a) || is_scalar(l, &b);
        return by_predicate ? compare_slots(l, node, &a, &b) : lower_code(l, node);
    }
    if (a.kind == OPERAND_TYPE && b.kind == OPERAND_TYPE_NAME)
        return compare_type(l, node, &a, op, &b);
    if (b.kind == OPERAND_CONSTANT) {
        if (a.kind == OPERAND_ATTR) return compare_constant(l, node, &a, op, &b);
        if (a.kind == OPERAND_SIZE) return compare_size(l, node, &a, op, &b);
        if (a.kind == OPERAND_NOW) return compare_now(l, node, op, &b);
    }
    return lower_code(l, node);
}

static const struct formula *role_test(struct lowering *l, const struct cel_node *node,
                                       const struct operand *role)
{
    if (role->value.type != CEL_STRING) return formula_constant(l->image->arena, false);
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_ROLE,
                               .slot = PN_NONE16,
                               .peer = PN_NONE16,
                               .arg = image_role(l->image, role->value.s),
                           });
}

static const struct formula *derived_test(struct lowering *l, const struct cel_node *node,
                                          const struct operand *role)
{
    if (l->in_derived_role) {
        return lower_wrong(l, node, "the condition of a derived role cannot ask for derived roles");
    }
    for (size_t i = 0; i < l->derived.count && role->value.type == CEL_STRING; i++) {
        if (!pn_slice_equal(l->derived.items[i].name, role->value.s)) continue;
        return lower_predicate(l, node,
                               (struct image_predicate){
                                   .kind = PN_PREDICATE_DERIVED,
                                   .slot = PN_NONE16,
                                   .peer = PN_NONE16,
                                   .arg = l->derived.items[i].index,
                               });
    }
    if (l->image->mode == PN_MODE_CERBOS54) return formula_constant(l->image->arena, false);
    return lower_wrong(l, node, "no imported derived role has this name");
}

/* Attribute in a constant list, or among the keys of a constant map. */
static const struct formula *set_test(struct lowering *l, const struct cel_node *node,
                                      const struct operand *a, const struct operand *b)
{
    struct cel_value keys = b->value;

    if (b->value.type != CEL_LIST && b->value.type != CEL_MAP) {
        return lower_faulty(l, node, "'in' takes a list or a map");
    }
    for (size_t i = 0; i < b->value.map.count; i++) {
        LIST_PUSH(l->image->arena, &keys.list, b->value.map.items[i].key);
    }
    uint32_t set = image_set(l->image, keys.list.items, keys.list.count);
    if (set == PN_NONE32) return lower_code(l, node);
    uint8_t flags = 0;
    for (size_t i = 0; i < keys.list.count; i++) flags |= exactness(&keys.list.items[i]);
    return lower_predicate(l, node,
                           (struct image_predicate){
                               .kind = PN_PREDICATE_IN_SET,
                               .slot = operand_slot(l, node, a, flags),
                               .peer = PN_NONE16,
                               .arg = set,
                           });
}

/* A constant, or another attribute, in an attribute that is a list or a map. */
static const struct formula *member_test(struct lowering *l, const struct cel_node *node,
                                         const struct operand *a, const struct operand *b)
{
    struct image_predicate p = {
        .kind = PN_PREDICATE_MEMBER,
        .slot = operand_slot(l, node, b, PN_TRIE_RAW | PN_TRIE_COMPARED),
        .peer = PN_NONE16,
        .arg = PN_NONE32,
    };

    if (a->kind == OPERAND_ATTR) {
        p.peer = operand_slot(l, node, a, PN_TRIE_COMPARED);
        return lower_predicate(l, node, p);
    }
    p.arg = image_constant(l->image, &a->value);
    if (p.arg == PN_NONE32) return lower_code(l, node);
    return lower_predicate(l, node, p);
}

const struct formula *cel_lower_membership(struct lowering *l, const struct cel_node *node)
{
    struct operand a = operand_of(l, node->args.items[0]), b = operand_of(l, node->args.items[1]);
    bool constant = a.kind == OPERAND_CONSTANT;

    if (a.kind == OPERAND_WRONG || b.kind == OPERAND_WRONG) return NULL;
    if (b.kind == OPERAND_ROLES && constant) return role_test(l, node, &a);
    if (b.kind == OPERAND_DERIVED && constant) return derived_test(l, node, &a);
    if (a.kind == OPERAND_ATTR && b.kind == OPERAND_CONSTANT) return set_test(l, node, &a, &b);
    if ((constant || a.kind == OPERAND_ATTR) && b.kind == OPERAND_ATTR) {
        return member_test(l, node, &a, &b);
    }
    return lower_code(l, node);
}
