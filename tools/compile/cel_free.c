/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_free.h"

#include "tools/compile/cel_call.h"

/* Names that macros inside the expression define are its own; `outer` begins those around it. */
struct walk {
    struct arena *arena;
    struct scope *scope;
    const struct scope_local *outer;
};

static bool is_free(struct walk *w, const struct cel_node *node);

static bool all_free(struct walk *w, const struct cel_node *node, size_t first)
{
    for (size_t i = first; i < node->args.count; i++) {
        if (!is_free(w, node->args.items[i])) return false;
    }
    return true;
}

/* The variable is one of a macro inside the expression. */
static bool is_inner(const struct walk *w, const struct scope_local *local)
{
    for (const struct scope_local *l = w->scope->locals; l != w->outer; l = l->outer) {
        if (l == local) return true;
    }
    return false;
}

/* A definition is looked at once: nothing around the places that name it matters to it. */
static bool is_free_variable(struct walk *w, struct scope_variable *variable)
{
    const struct scope_local *locals = w->scope->locals;
    struct walk inside = { w->arena, w->scope, NULL };

    if (variable->node == NULL || variable->visiting) return false;
    struct cel_memo *memo = variable->node->memo;
    if (memo->reach == CEL_REACH_NEW) {
        w->scope->locals = NULL;
        variable->visiting = true;
        memo->reach = is_free(&inside, variable->node) ? CEL_REACH_FREE : CEL_REACH_BOUND;
        variable->visiting = false;
        w->scope->locals = locals;
    }
    return memo->reach == CEL_REACH_FREE;
}

/* V.x, C.x, a binding, a type: false in `known` for none of them. */
static bool is_free_name(struct walk *w, const struct cel_node *node, bool *known)
{
    struct diagnostics unheard = { 0 };
    bool wrong = false;
    struct scope_variable *variable = scope_variable_of(&unheard, w->scope, node, &wrong);
    const struct scope_constant *constant = scope_constant_of(&unheard, w->scope, node, &wrong);

    diag_free(&unheard);
    *known = wrong || variable != NULL || constant != NULL;
    if (variable != NULL) return is_free_variable(w, variable);
    if (*known) return constant != NULL;
    *known = scope_binding_of(w->arena, w->scope, node) != NULL ||
             scope_type_of(scope_chain(w->arena, w->scope, node)) >= 0;
    return *known;
}

static bool is_free_selection(struct walk *w, const struct cel_node *node)
{
    const struct scope_local *local = scope_local_of(w->scope, node);
    bool known;

    if (local != NULL) return is_inner(w, local);
    bool free = is_free_name(w, node, &known);
    if (known || node->kind == CEL_IDENT) return known && free;
    return all_free(w, node, 0);
}

static bool is_free_call(struct walk *w, const struct cel_node *node)
{
    struct cel_call call = cel_call_of(w->arena, w->scope, node);
    bool known = call.function != CEL_FUNCTION_NONE && call.function != CEL_FUNCTION_NOW &&
                 call.function != CEL_FUNCTION_SINCE;

    return known && all_free(w, node, call.first);
}

static bool is_free_macro(struct walk *w, const struct cel_node *node)
{
    const struct scope_local *locals = w->scope->locals;
    struct scope_local first = { node->variable, 0, locals };
    struct scope_local second = { node->variable2, 0, &first };

    if (!is_free(w, node->args.items[0])) return false;
    w->scope->locals = node->variable2.len > 0 ? &second : &first;
    bool free = all_free(w, node, 1);
    w->scope->locals = locals;
    return free;
}

static bool is_free(struct walk *w, const struct cel_node *node)
{
    switch (node->kind) {
    case CEL_LITERAL: return true;
    case CEL_IDENT:
    case CEL_SELECT: return is_free_selection(w, node);
    case CEL_CALL: return is_free_call(w, node);
    case CEL_COMPREHENSION:
    case CEL_BIND: return is_free_macro(w, node);
    case CEL_INDEX:
    case CEL_LIST_OF:
    case CEL_MAP_OF:
    case CEL_NOT:
    case CEL_NEGATE:
    case CEL_BINARY:
    case CEL_TERNARY:
    case CEL_HAS: return all_free(w, node, 0);
    case CEL_MESSAGE: break;
    }
    return false;
}

bool cel_is_free(struct arena *arena, struct scope *scope, const struct cel_node *node)
{
    struct walk w = { arena, scope, scope->locals };

    return is_free(&w, node);
}
