/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_lower.h"

#include "core/json/json_trie.h"
#include "tools/compile/cel_path.h"

/* One side of an operator: a constant, or something the engine reads. */
enum operand_kind {
    OPERAND_WRONG, /* reported */
    OPERAND_OTHER, /* nothing that a predicate takes */
    OPERAND_CONSTANT,
    OPERAND_ATTR,
    OPERAND_ROLES,
    OPERAND_DERIVED,
    OPERAND_SIZE,      /* size(attr) */
    OPERAND_TYPE,      /* type(attr) */
    OPERAND_TYPE_NAME, /* string, bool, list, map, null_type */
    OPERAND_NOW,
};

struct operand {
    enum operand_kind kind;
    struct cel_value value;
    struct attr_path path;
    uint32_t type; /* enum pn_type */
};

static bool name_is(struct pn_slice name, const char *word)
{
    return pn_slice_equal(name, pn_slice(word, strlen(word)));
}

static const struct formula *wrong(struct lowering *l, const struct cel_node *node,
                                   const char *message)
{
    diag_error(l->image->diagnostics, cel_mark(node->source, node->op_at), "%s", message);
    return NULL;
}

static const struct formula *unsupported(struct lowering *l, const struct cel_node *node,
                                         const char *what)
{
    return wrong(l, node, arena_format(l->image->arena, "not supported yet: %s", what));
}

static struct mark mark_of(const struct cel_node *node)
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

static const struct formula *predicate(struct lowering *l, const struct cel_node *node,
                                       struct image_predicate p)
{
    p.text = text_of(l, node);
    return formula_predicate(l->image->arena, image_predicate(l->image, p));
}

/* --- operands --- */

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
        if (!name_is(name, types[i].name)) continue;
        *type = types[i].type;
        return true;
    }
    return false;
}

static struct operand path_operand(struct lowering *l, const struct cel_node *node)
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
static const struct cel_node *behind_variable(struct lowering *l, const struct cel_node *node)
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

static struct operand operand_of(struct lowering *l, const struct cel_node *written)
{
    struct operand operand = { .kind = OPERAND_OTHER };

    switch (cel_const(l->image->arena, l->image->diagnostics, l->scope, written, &operand.value)) {
    case CEL_CONSTANT: operand.kind = OPERAND_CONSTANT; return operand;
    case CEL_WRONG: operand.kind = OPERAND_WRONG; return operand;
    case CEL_NOT_CONSTANT: break;
    }
    const struct cel_node *node = behind_variable(l, written);
    if (node->kind == CEL_IDENT && type_named(node->name, &operand.type)) {
        operand.kind = OPERAND_TYPE_NAME;
        return operand;
    }
    if (node->kind != CEL_CALL) return path_operand(l, node);
    if (name_is(node->name, "now") && node->args.count == 0) operand.kind = OPERAND_NOW;
    bool size = name_is(node->name, "size"), type = name_is(node->name, "type") && !node->member;
    if (node->args.count != 1 || !(size || type)) return operand;

    struct operand inner = path_operand(l, node->args.items[0]);
    if (inner.kind == OPERAND_ATTR) inner.kind = size ? OPERAND_SIZE : OPERAND_TYPE;
    if (inner.kind == OPERAND_ROLES || inner.kind == OPERAND_DERIVED) inner.kind = OPERAND_OTHER;
    return inner;
}

static uint16_t slot_of(struct lowering *l, const struct cel_node *node,
                        const struct operand *operand, uint8_t trie_flags)
{
    return image_slot(l->image, &operand->path, mark_of(node), trie_flags);
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
    return name_is(name, "P") || name_is(name, "R") || name_is(name, "request") ||
           name_is(name, "V") || name_is(name, "variables") || name_is(name, "C") ||
           name_is(name, "constants") || name_is(name, "runtime");
}

static const struct formula *unsupported_operand(struct lowering *l, const struct cel_node *node)
{
    const struct cel_node *root = node;

    while (root->kind == CEL_SELECT || root->kind == CEL_INDEX)
        root = root->args.items[0];
    if (root->kind == CEL_IDENT && !is_known_root(root->name)) {
        return wrong(l, root,
                     arena_format(l->image->arena,
                                  "there is no '%.*s' here; P, R, request, V and C are known",
                                  SLICE_ARGS(root->name)));
    }
    return unsupported(l, node, construct(l, node));
}

/* --- comparisons --- */

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

    if (constant == PN_NONE32) {
        return unsupported(l, node,
                           arena_format(l->image->arena, "comparing with a value of type %s",
                                        cel_type_name(b->value.type)));
    }
    if (ordered && b->value.type == CEL_NULL) return wrong(l, node, "null has no order");
    return predicate(l, node,
                     (struct image_predicate){
                         .kind = PN_PREDICATE_COMPARE,
                         .op = (uint8_t)compare_op(op),
                         .slot = slot_of(l, node, a, exactness(&b->value)),
                         .peer = PN_NONE16,
                         .arg = constant,
                     });
}

static const struct formula *compare_size(struct lowering *l, const struct cel_node *node,
                                          const struct operand *a, enum cel_op op,
                                          const struct operand *b)
{
    if (b->value.type != CEL_INT)
        return unsupported(l, node, "size() compared with anything but an int");
    return predicate(l, node,
                     (struct image_predicate){
                         .kind = PN_PREDICATE_SIZE,
                         .op = (uint8_t)compare_op(op),
                         .slot = slot_of(l, node, a, PN_TRIE_RAW),
                         .peer = PN_NONE16,
                         .arg = image_constant(l->image, &b->value),
                     });
}

static const struct formula *compare_now(struct lowering *l, const struct cel_node *node,
                                         enum cel_op op, const struct operand *b)
{
    struct cel_value ms = { .type = CEL_INT, .i = b->value.i };

    if (b->value.type != CEL_TIMESTAMP) return wrong(l, node, "now() compares with a timestamp");
    return predicate(l, node,
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
    if (op != CEL_OP_EQ && op != CEL_OP_NE) return wrong(l, node, "types have no order");
    const struct formula *is = predicate(l, node,
                                         (struct image_predicate){
                                             .kind = PN_PREDICATE_TYPE,
                                             .slot = slot_of(l, node, a, 0),
                                             .peer = PN_NONE16,
                                             .arg = b->type,
                                         });
    return op == CEL_OP_EQ ? is : formula_not(l->image->arena, is);
}

static bool is_condition(const struct cel_node *node)
{
    bool compares = node->kind == CEL_BINARY && node->op <= CEL_OP_IN;
    bool tests = node->kind == CEL_CALL &&
                 (name_is(node->name, "startsWith") || name_is(node->name, "endsWith") ||
                  name_is(node->name, "contains") || name_is(node->name, "matches"));

    if (node->kind == CEL_TERNARY) {
        return is_condition(node->args.items[1]) || is_condition(node->args.items[2]);
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

static const struct formula *compare_slots(struct lowering *l, const struct cel_node *node,
                                           const struct operand *a, const struct operand *b)
{
    return predicate(l, node,
                     (struct image_predicate){
                         .kind = PN_PREDICATE_COMPARE_SLOTS,
                         .op = (uint8_t)compare_op(node->op),
                         .slot = slot_of(l, node, a, PN_TRIE_COMPARED),
                         .peer = slot_of(l, node, b, PN_TRIE_COMPARED),
                         .arg = PN_NONE32,
                     });
}

static const struct formula *comparison(struct lowering *l, const struct cel_node *node)
{
    const struct cel_node *left = node->args.items[0], *right = node->args.items[1];
    bool equality = node->op == CEL_OP_EQ || node->op == CEL_OP_NE;

    if (equality &&
        (is_condition(behind_variable(l, left)) || is_condition(behind_variable(l, right)))) {
        return compare_conditions(l, node);
    }
    struct operand a = operand_of(l, left), b = operand_of(l, right);
    enum cel_op op = node->op;
    if (a.kind == OPERAND_WRONG || b.kind == OPERAND_WRONG) return NULL;
    if (a.kind == OPERAND_OTHER) return unsupported_operand(l, left);
    if (b.kind == OPERAND_OTHER) return unsupported_operand(l, right);
    if (a.kind == OPERAND_CONSTANT || a.kind == OPERAND_TYPE_NAME) {
        struct operand swap = a;
        a = b;
        b = swap;
        op = mirrored(op);
    }
    if (a.kind == OPERAND_ATTR && b.kind == OPERAND_ATTR) return compare_slots(l, node, &a, &b);
    if (a.kind == OPERAND_TYPE && b.kind == OPERAND_TYPE_NAME)
        return compare_type(l, node, &a, op, &b);
    if (b.kind == OPERAND_CONSTANT) {
        if (a.kind == OPERAND_ATTR) return compare_constant(l, node, &a, op, &b);
        if (a.kind == OPERAND_SIZE) return compare_size(l, node, &a, op, &b);
        if (a.kind == OPERAND_NOW) return compare_now(l, node, op, &b);
    }
    return unsupported(l, node, "this comparison");
}

/* --- in --- */

static const struct formula *role_test(struct lowering *l, const struct cel_node *node,
                                       const struct operand *role)
{
    if (role->value.type != CEL_STRING) return formula_constant(l->image->arena, false);
    return predicate(l, node,
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
        return wrong(l, node, "the condition of a derived role cannot ask for derived roles");
    }
    for (size_t i = 0; i < l->derived.count && role->value.type == CEL_STRING; i++) {
        if (!pn_slice_equal(l->derived.items[i].name, role->value.s)) continue;
        return predicate(l, node,
                         (struct image_predicate){
                             .kind = PN_PREDICATE_DERIVED,
                             .slot = PN_NONE16,
                             .peer = PN_NONE16,
                             .arg = l->derived.items[i].index,
                         });
    }
    return wrong(l, node, "no imported derived role has this name");
}

/* Attribute in a constant list, or among the keys of a constant map. */
static const struct formula *set_test(struct lowering *l, const struct cel_node *node,
                                      const struct operand *a, const struct operand *b)
{
    struct cel_value keys = b->value;

    if (b->value.type != CEL_LIST && b->value.type != CEL_MAP) {
        return wrong(l, node, "'in' takes a list or a map");
    }
    for (size_t i = 0; i < b->value.map.count; i++) {
        LIST_PUSH(l->image->arena, &keys.list, b->value.map.items[i].key);
    }
    uint32_t set = image_set(l->image, keys.list.items, keys.list.count);
    if (set == PN_NONE32)
        return unsupported(l, node, "lists of lists, maps, bytes or times after 'in'");
    uint8_t flags = 0;
    for (size_t i = 0; i < keys.list.count; i++)
        flags |= exactness(&keys.list.items[i]);
    return predicate(l, node,
                     (struct image_predicate){
                         .kind = PN_PREDICATE_IN_SET,
                         .slot = slot_of(l, node, a, flags),
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
        .slot = slot_of(l, node, b, PN_TRIE_RAW | PN_TRIE_COMPARED),
        .peer = PN_NONE16,
        .arg = PN_NONE32,
    };

    if (a->kind == OPERAND_ATTR) {
        p.peer = slot_of(l, node, a, PN_TRIE_COMPARED);
        return predicate(l, node, p);
    }
    p.arg = image_constant(l->image, &a->value);
    if (p.arg == PN_NONE32) {
        return unsupported(l, node,
                           arena_format(l->image->arena, "looking for a value of type %s",
                                        cel_type_name(a->value.type)));
    }
    return predicate(l, node, p);
}

static const struct formula *membership(struct lowering *l, const struct cel_node *node)
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
    if (a.kind == OPERAND_OTHER) return unsupported_operand(l, node->args.items[0]);
    if (b.kind == OPERAND_OTHER) return unsupported_operand(l, node->args.items[1]);
    return unsupported(l, node, "this use of 'in'");
}

/* --- functions --- */

static const struct formula *matches(struct lowering *l, const struct cel_node *node)
{
    struct operand text = operand_of(l, node->args.items[0]);
    struct operand pattern = operand_of(l, node->args.items[1]);
    struct regex_error error;

    if (text.kind == OPERAND_WRONG || pattern.kind == OPERAND_WRONG) return NULL;
    if (pattern.kind != OPERAND_CONSTANT || pattern.value.type != CEL_STRING) {
        return wrong(l, node->args.items[1], "the pattern of matches() is a constant text");
    }
    struct regex_node *tree = regex_parse(l->image->arena, pattern.value.s, &error);
    if (tree == NULL) {
        return wrong(l, node->args.items[1],
                     arena_format(l->image->arena, "in the pattern '%.*s', at character %zu: %s",
                                  SLICE_ARGS(pattern.value.s), error.at + 1, error.message));
    }
    uint32_t dfa =
        image_dfa(l->image, pattern.value.s, tree, DFA_SEARCH, mark_of(node->args.items[1]));
    if (dfa == PN_NONE32) return NULL;
    if (text.kind == OPERAND_CONSTANT && text.value.type == CEL_STRING) {
        bool holds = dfa_matches(&l->image->dfas.items[dfa].dfa, text.value.s);
        return formula_constant(l->image->arena, holds);
    }
    if (text.kind != OPERAND_ATTR) return unsupported_operand(l, node->args.items[0]);
    return predicate(l, node,
                     (struct image_predicate){
                         .kind = PN_PREDICATE_MATCH,
                         .slot = slot_of(l, node, &text, 0),
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
    if (text.kind == OPERAND_CONSTANT)
        return unsupported(l, node, "a constant text that is searched");
    if (text.kind != OPERAND_ATTR) return unsupported_operand(l, node->args.items[0]);
    p.slot = slot_of(l, node, &text, 0);
    if (part.kind == OPERAND_ATTR) {
        p.peer = slot_of(l, node, &part, 0);
        return predicate(l, node, p);
    }
    if (part.kind != OPERAND_CONSTANT) return unsupported_operand(l, node->args.items[1]);
    if (part.value.type != CEL_STRING)
        return wrong(l, node->args.items[1], "a text is wanted here");
    p.arg = image_constant(l->image, &part.value);
    return predicate(l, node, p);
}

static const struct formula *call(struct lowering *l, const struct cel_node *node)
{
    if (node->args.count == 2) {
        if (name_is(node->name, "matches")) return matches(l, node);
        if (node->member) {
            if (name_is(node->name, "startsWith")) return string_test(l, node, PN_PREDICATE_PREFIX);
            if (name_is(node->name, "endsWith")) return string_test(l, node, PN_PREDICATE_SUFFIX);
            if (name_is(node->name, "contains")) return string_test(l, node, PN_PREDICATE_CONTAINS);
        }
    }
    return unsupported(l, node, construct(l, node));
}

static const struct formula *has(struct lowering *l, const struct cel_node *node)
{
    struct operand field = path_operand(l, node->args.items[0]);
    struct attr_path parent;
    struct image_predicate p = { .kind = PN_PREDICATE_HAS, .peer = PN_NONE16, .arg = PN_NONE32 };

    if (field.kind == OPERAND_WRONG) return NULL;
    if (field.kind == OPERAND_ROLES) return formula_constant(l->image->arena, true);
    if (field.kind != OPERAND_ATTR)
        return unsupported(l, node, "has() of anything but an attribute");
    bool always_there =
        !name_is(field.path.steps.items[0], "attr") && field.path.root != ATTR_AUX_DATA;
    if (always_there) return formula_constant(l->image->arena, true); /* P.id, R.id, R.kind */
    p.slot = slot_of(l, node, &field, 0);
    if (!attr_path_parent(l->image->arena, &field.path, &parent)) {
        p.peer = image_slot(l->image, &parent, mark_of(node), 0);
    }
    return predicate(l, node, p);
}

/* --- logic --- */

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
    if (node->op == CEL_OP_IN) return membership(l, node);
    if (node->op >= CEL_OP_EQ && node->op <= CEL_OP_GE) return comparison(l, node);
    return unsupported(l, node, "arithmetic on attributes");
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
        variable->visiting = true;
        const struct formula *formula = cel_lower(l, variable->node);
        variable->visiting = false;
        return formula;
    }
    struct operand operand = path_operand(l, node);
    if (operand.kind == OPERAND_WRONG) return NULL;
    if (operand.kind != OPERAND_ATTR) return unsupported_operand(l, node);
    return predicate(l, node,
                     (struct image_predicate){
                         .kind = PN_PREDICATE_BOOL,
                         .slot = slot_of(l, node, &operand, 0),
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
    case CEL_IDENT: return unsupported_operand(l, node);
    case CEL_LITERAL:
    case CEL_LIST_OF:
    case CEL_MAP_OF:
    case CEL_MESSAGE:
    case CEL_NEGATE:
    case CEL_COMPREHENSION: break;
    }
    return unsupported(l, node, construct(l, node));
}

const struct formula *cel_lower(struct lowering *l, const struct cel_node *node)
{
    struct cel_value value;

    switch (cel_const(l->image->arena, l->image->diagnostics, l->scope, node, &value)) {
    case CEL_WRONG: return NULL;
    case CEL_NOT_CONSTANT: return lower_node(l, node);
    case CEL_CONSTANT: break;
    }
    if (value.type == CEL_BOOL) return formula_constant(l->image->arena, value.b);
    return wrong(l, node,
                 arena_format(l->image->arena, "a condition is true or false, this is of type %s",
                              cel_type_name(value.type)));
}
