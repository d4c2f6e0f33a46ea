/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_path.h"

struct walk {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct scope *scope;
};

/* Steps from the outermost name on, such as "request", "principal", "id". */
struct steps {
    LIST(struct pn_slice) names;
};

enum found { FOUND_NOTHING, FOUND_STEPS, FOUND_WRONG };

static enum found gather(struct walk *w, const struct cel_node *node, struct steps *steps);

static enum found gather_variable(struct walk *w, const struct cel_node *node,
                                  struct scope_variable *variable, struct steps *steps)
{
    if (variable->node == NULL) return FOUND_WRONG;
    if (variable->visiting || ++w->scope->expansion_count > SCOPE_EXPANSIONS_MAX) {
        diag_error(w->diagnostics, cel_mark(node->source, node->op_at), "%s",
                   variable->visiting ? "this variable is defined through itself"
                                      : "these variables expand to too much");
        return FOUND_WRONG;
    }
    const struct scope_local *locals = w->scope->locals;
    variable->visiting = true;
    w->scope->locals = NULL;
    enum found found = gather(w, variable->node, steps);
    w->scope->locals = locals;
    variable->visiting = false;
    return found;
}

static enum found gather_index(struct walk *w, const struct cel_node *node, struct steps *steps)
{
    struct cel_value key;
    enum found found = gather(w, node->args.items[0], steps);

    if (found != FOUND_STEPS) return found;
    enum cel_constness constness =
        cel_const(w->arena, w->diagnostics, w->scope, node->args.items[1], &key);
    if (constness == CEL_WRONG) return FOUND_WRONG;
    if (constness == CEL_NOT_CONSTANT || key.type != CEL_STRING) return FOUND_NOTHING;
    LIST_PUSH(w->arena, &steps->names, key.s);
    return FOUND_STEPS;
}

static enum found gather(struct walk *w, const struct cel_node *node, struct steps *steps)
{
    bool wrong = false;

    if (node->kind == CEL_IDENT) {
        bool is_root = text_is(node->name, "P") || text_is(node->name, "R") ||
                       text_is(node->name, "request") || text_is(node->name, "runtime");
        is_root = is_root && scope_local_of(w->scope, node) == NULL;
        if (is_root) LIST_PUSH(w->arena, &steps->names, node->name);
        return is_root ? FOUND_STEPS : FOUND_NOTHING;
    }
    if (node->kind == CEL_INDEX) return gather_index(w, node, steps);
    if (node->kind != CEL_SELECT) return FOUND_NOTHING;

    struct scope_variable *variable = scope_variable_of(w->diagnostics, w->scope, node, &wrong);
    if (wrong) return FOUND_WRONG;
    if (variable != NULL) return gather_variable(w, node, variable, steps);
    enum found found = gather(w, node->args.items[0], steps);
    if (found == FOUND_STEPS) LIST_PUSH(w->arena, &steps->names, node->name);
    return found;
}

static enum cel_path_kind wrong(struct walk *w, const struct cel_node *node, const char *message)
{
    diag_error(w->diagnostics, cel_mark(node->source, node->op_at), "%s", message);
    return CEL_PATH_WRONG;
}

static enum cel_path_kind unknown_member(struct walk *w, const struct cel_node *node,
                                         struct pn_slice name, const char *of,
                                         const char *const *members, size_t count)
{
    const char *nearest = diag_nearest(name, members, count);
    const char *hint = nearest != NULL ? nearest : members[0];

    return wrong(
        w, node,
        arena_format(w->arena, "%s has no '%.*s'; did you mean '%s'?", of, SLICE_ARGS(name), hint));
}

/* Rename the front of `steps` to P, R or auxData; the index of the first step below it, or 0. */
static size_t root_of(const struct steps *steps, enum attr_root *root)
{
    const struct pn_slice *names = steps->names.items;
    size_t at = text_is(names[0], "request") ? 1 : 0;

    if (at == 1 && steps->names.count < 2) return 0;
    bool principal = text_is(names[at], at == 1 ? "principal" : "P");
    bool resource = text_is(names[at], at == 1 ? "resource" : "R");
    bool aux = at == 1 && (text_is(names[1], "auxData") || text_is(names[1], "aux_data"));
    *root = principal ? ATTR_PRINCIPAL : resource ? ATTR_RESOURCE : ATTR_AUX_DATA;
    return principal || resource || aux ? at + 1 : 0;
}

/* R.attr may hold anything, but one letter beside a name of ours is most likely a slip. */
static void note_slip(struct walk *w, const struct cel_node *node, const struct attr_path *path)
{
    static const char *const known[] = {
        "model",       "provider", "api",         "stream", "max_tokens", "tools", "message_count",
        "input_bytes", "server",   "client_name", "tool",   "arguments",  "phase", "uri",
        "path",        "query",    "headers",     "budget", "session",
    };
    size_t count = sizeof known / sizeof known[0];
    struct pn_slice name = path->steps.items[1];

    for (size_t i = 0; i < count; i++) {
        if (text_is(name, known[i])) return;
    }
    const char *nearest = name.len > 4 ? diag_nearest_within(name, known, count, 1) : NULL;
    if (nearest == NULL) return;
    diag_note(w->diagnostics, cel_mark(node->source, node->at),
              "the gateway knows no R.attr.%.*s; did you mean R.attr.%s?", SLICE_ARGS(name),
              nearest);
}

static enum cel_path_kind check_members(struct walk *w, const struct cel_node *node,
                                        const struct attr_path *path)
{
    static const char *const principal[] = { "attr", "id", "roles", "policyVersion", "scope" };
    static const char *const resource[] = { "attr", "id", "kind", "policyVersion", "scope" };
    struct pn_slice first = path->steps.items[0];
    bool is_attr = text_is(first, "attr");
    size_t count = path->steps.count;

    if (path->root == ATTR_RESOURCE && is_attr && count > 1) note_slip(w, node, path);
    if (path->root == ATTR_AUX_DATA) {
        if (!text_is(first, "jwt"))
            return wrong(w, node, "not supported yet: auxData other than jwt");
        return count > 1 ? CEL_PATH_ATTR : CEL_PATH_PLACE;
    }
    if (is_attr) return count > 1 ? CEL_PATH_ATTR : CEL_PATH_PLACE;
    bool is_principal = path->root == ATTR_PRINCIPAL;
    if (is_principal && text_is(first, "roles") && count == 1) {
        return CEL_PATH_ROLES;
    }
    bool known = text_is(first, "id") || (!is_principal && text_is(first, "kind")) ||
                 text_is(first, "policyVersion") || text_is(first, "scope");
    if (known)
        return count == 1 ? CEL_PATH_ATTR : wrong(w, node, "this is a text and has no members");
    if (is_principal) return unknown_member(w, node, first, "P", principal, 5);
    return unknown_member(w, node, first, "R", resource, 5);
}

enum cel_path_kind cel_path(struct arena *arena, struct diagnostics *diagnostics,
                            struct scope *scope, const struct cel_node *node,
                            struct attr_path *path)
{
    static const char *const below_request[] = { "principal", "resource", "auxData" };
    struct walk w = { arena, diagnostics, scope };
    struct steps steps = { 0 };

    *path = (struct attr_path){ 0 };
    if (scope->kind != SCOPE_POLICY) return CEL_PATH_NONE;
    enum found found = gather(&w, node, &steps);
    if (found == FOUND_WRONG) return CEL_PATH_WRONG;
    if (found == FOUND_NOTHING) return CEL_PATH_NONE;
    if (text_is(steps.names.items[0], "runtime")) {
        bool known =
            steps.names.count == 2 && (text_is(steps.names.items[1], "effectiveDerivedRoles") ||
                                       text_is(steps.names.items[1], "effective_derived_roles"));
        return known ? CEL_PATH_DERIVED : wrong(&w, node, "runtime has effectiveDerivedRoles only");
    }
    size_t below = root_of(&steps, &path->root);
    if (below == 0 && steps.names.count > 1) {
        return unknown_member(&w, node, steps.names.items[1], "request", below_request, 3);
    }
    if (below == 0 || below == steps.names.count) {
        return wrong(&w, node, "this is not a value; name one of its members");
    }
    for (size_t i = below; i < steps.names.count; i++) {
        LIST_PUSH(arena, &path->steps, steps.names.items[i]);
    }
    return check_members(&w, node, path);
}

bool attr_path_parent(struct arena *arena, const struct attr_path *path, struct attr_path *parent)
{
    bool is_fact_map =
        path->root == ATTR_RESOURCE && path->steps.count == 3 &&
        (text_is(path->steps.items[1], "budget") || text_is(path->steps.items[1], "session"));
    size_t top = path->root == ATTR_AUX_DATA ? 2 : text_is(path->steps.items[0], "attr") ? 2 : 1;

    *parent = (struct attr_path){ .root = path->root };
    if (path->steps.count <= top || is_fact_map) return true;
    for (size_t i = 0; i + 1 < path->steps.count; i++) {
        LIST_PUSH(arena, &parent->steps, path->steps.items[i]);
    }
    return false;
}
