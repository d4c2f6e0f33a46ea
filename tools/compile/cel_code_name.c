/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_trie.h"
#include "tools/compile/cel_code.h"
#include "tools/compile/cel_operand.h"

/* What a definition says, in the place of V.name: variables of macros around it are not its own. */
static void code_variable(struct coding *c, const struct cel_node *node,
                          struct scope_variable *variable)
{
    struct scope *scope = c->l->scope;
    const struct scope_local *locals = scope->locals;

    if (variable->node == NULL) {
        c->failed = true;
        return;
    }
    if (variable->visiting || ++scope->expansion_count > SCOPE_EXPANSIONS_MAX) {
        code_wrong(c, node,
                   variable->visiting ? "this variable is defined through itself"
                                      : "these variables expand to too much");
        return;
    }
    variable->visiting = true;
    scope->locals = NULL;
    cel_code_node(c, variable->node);
    scope->locals = locals;
    variable->visiting = false;
}

/* V.x and C.x. True when it was one of them. */
static bool code_scope_name(struct coding *c, const struct cel_node *node)
{
    struct image *image = c->l->image;
    bool wrong = false;
    struct scope_variable *variable =
        scope_variable_of(image->diagnostics, c->l->scope, node, &wrong);
    const struct scope_constant *constant =
        scope_constant_of(image->diagnostics, c->l->scope, node, &wrong);

    if (wrong) c->failed = true;
    if (variable != NULL) code_variable(c, node, variable);
    if (constant != NULL) code_value(c, &constant->value);
    return wrong || variable != NULL || constant != NULL;
}

static void code_attribute(struct coding *c, const struct cel_node *node,
                           const struct operand *operand)
{
    code_emit(c, PN_CODE_SLOT, 0,
              operand_slot(c->l, node, operand, PN_TRIE_RAW | PN_TRIE_COMPARED));
}

static void code_derived(struct coding *c, const struct cel_node *node)
{
    if (c->l->in_derived_role) {
        code_wrong(c, node, "the condition of a derived role cannot ask for derived roles");
        return;
    }
    code_emit(c, PN_CODE_DERIVED, 0, 0);
}

/* An attribute by its path. */
static bool code_path(struct coding *c, const struct cel_node *node)
{
    struct operand operand = operand_of_path(c->l, node);

    switch (operand.kind) {
    case OPERAND_ATTR:
    case OPERAND_ROLES: code_attribute(c, node, &operand); return true;
    case OPERAND_DERIVED: code_derived(c, node); return true;
    case OPERAND_PLACE: cel_code_place(c, node, &operand.path); return true;
    case OPERAND_WRONG: c->failed = true; return true;
    case OPERAND_OTHER:
    case OPERAND_CONSTANT:
    case OPERAND_SIZE:
    case OPERAND_TYPE:
    case OPERAND_TYPE_NAME:
    case OPERAND_NOW: break;
    }
    return false;
}

/* What is bound to a name, or a type's name. */
static bool code_global(struct coding *c, const struct cel_node *node)
{
    struct arena *arena = c->l->image->arena;
    const struct cel_value *bound = scope_binding_of(arena, c->l->scope, node);
    int type = bound == NULL ? scope_type_of(scope_chain(arena, c->l->scope, node)) : -1;

    if (bound != NULL) code_value(c, bound);
    if (type >= 0) code_value(c, &(struct cel_value){ .type = CEL_TYPE, .i = type });
    return bound != NULL || type >= 0;
}

/* A value that asking for is an error: the slot of an attribute that no request has. */
static void code_nothing(struct coding *c, const struct cel_node *node)
{
    struct attr_path path = { .root = ATTR_AUX_DATA };

    LIST_PUSH(c->l->image->arena, &path.steps, PN_SLICE("nothing"));
    code_emit(c, PN_CODE_SLOT, 0, image_slot(c->l->image, &path, operand_mark(node), 0));
}

void cel_code_unknown(struct coding *c, const struct cel_node *node, const char *message)
{
    if (c->l->scope->kind == SCOPE_ALONE_AT_RUN) {
        code_nothing(c, node);
    } else {
        code_wrong(c, node, message);
    }
}

/* The names of variables, constants and globals; Cerbos's are no values either. */
static bool is_collection(const struct cel_node *node)
{
    static const char *const names[] = { "V", "variables", "C", "constants", "G", "globals" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_is(node->name, names[i])) return true;
    }
    return false;
}

static void code_ident(struct coding *c, const struct cel_node *node)
{
    struct arena *arena = c->l->image->arena;
    bool in_policy = c->l->scope->kind == SCOPE_POLICY;
    const char *known =
        in_policy ? "P, R, request, V, C, G and runtime are known" : "bind it to a value";

    if (in_policy && is_collection(node)) {
        code_wrong(c, node, "this is not a value; name one of its members");
        return;
    }
    cel_code_unknown(
        c, node, arena_format(arena, "there is no '%.*s' here; %s", SLICE_ARGS(node->name), known));
}

static void code_member(struct coding *c, const struct cel_node *node)
{
    struct cel_value key = { .type = CEL_STRING, .s = node->name };

    cel_code_node(c, node->args.items[0]);
    if (node->kind == CEL_SELECT) {
        code_emit(c, PN_CODE_SELECT, 0, image_code_constant(c->l->image, &key));
        return;
    }
    cel_code_node(c, node->args.items[1]);
    code_emit(c, PN_CODE_INDEX, 0, 0);
}

void cel_code_name(struct coding *c, const struct cel_node *node)
{
    const struct scope_local *local = scope_local_of(c->l->scope, node);

    if (local != NULL) {
        code_local(c, local->cell);
        return;
    }
    if (code_scope_name(c, node) || code_path(c, node) || code_global(c, node)) return;
    if (node->kind == CEL_IDENT) {
        code_ident(c, node);
    } else {
        code_member(c, node);
    }
}

void cel_code_has(struct coding *c, const struct cel_node *node)
{
    const struct cel_node *field = node->args.items[0];
    struct operand operand = operand_of_path(c->l, field);
    struct cel_value key = { .type = CEL_STRING, .s = field->name };

    if (operand.kind == OPERAND_WRONG) {
        c->failed = true;
    } else if (operand.kind == OPERAND_OTHER) {
        cel_code_node(c, field->args.items[0]);
        code_emit(c, PN_CODE_HAS, 0, image_code_constant(c->l->image, &key));
    } else {
        const struct formula *atom = cel_lower(c->l, node);
        if (atom == NULL) {
            c->failed = true;
        } else if (atom->kind == FORMULA_PREDICATE) {
            code_emit(c, PN_CODE_PREDICATE, 0, atom->predicate);
        } else {
            struct cel_value truth = { .type = CEL_BOOL, .b = atom->kind == FORMULA_TRUE };
            code_value(c, &truth);
        }
    }
}
