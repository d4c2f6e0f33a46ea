/* see attr_uses.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/lint/attr_uses.h"

#include "tools/compile/cel_parse.h"
#include "tools/compile/policy_compiling.h"

struct walk {
    struct lint *lint;
    struct scope *scope;
    struct attr_uses *uses; /* or */
    lint_visit *visit;
};

void lint_scope(struct lint *lint, const struct policy_doc *doc, struct scope *scope)
{
    struct image image = { .arena = lint->bundle.arena,
                           .diagnostics = &lint->quiet,
                           .mode = lint->bundle.mode };
    struct compiling compiling = { .image = &image, .set = &lint->set };

    *scope = (struct scope){ .errors_run = true };
    policy_fill_names(&compiling, doc, scope);
}

static enum cel_path_kind path_of(struct walk *w, const struct cel_node *node,
                                  struct attr_path *path)
{
    w->scope->expansion_count = 0;
    return cel_path(w->lint->bundle.arena, &w->lint->quiet, w->scope, node, path);
}

static void add(struct walk *w, const struct cel_node *node, const struct attr_path *path,
                enum attr_use_kind kind)
{
    struct arena *arena = w->lint->bundle.arena;
    struct attr_use use = { .kind = kind,
                            .path = *path,
                            .text = attr_path_text(arena, path),
                            .mark = cel_mark(node->source, node->at) };

    LIST_PUSH(arena, &w->uses->list, use);
}

static void walk(struct walk *w, const struct cel_node *node);

/* has(a.b.c) asks about c, and reads a.b. */
static void walk_has(struct walk *w, const struct cel_node *node)
{
    const struct cel_node *asked = node->args.items[0];
    struct attr_path path, parent;

    if (path_of(w, asked, &path) != CEL_PATH_ATTR) {
        walk(w, asked);
        return;
    }
    add(w, asked, &path, ATTR_ASKED);
    if (!attr_path_parent(w->lint->bundle.arena, &path, &parent)) add(w, asked, &parent, ATTR_READ);
}

static void walk_from(struct walk *w, const struct cel_node *node, size_t first)
{
    for (size_t i = first; i < node->args.count; i++) walk(w, node->args.items[i]);
}

/* The container is outside of what the macro binds. */
static void walk_macro(struct walk *w, const struct cel_node *node)
{
    const struct scope_local *outer = w->scope->locals;
    struct scope_local first = { .name = node->variable, .outer = outer };
    struct scope_local second = { .name = node->variable2, .outer = &first };

    walk(w, node->args.items[0]);
    w->scope->locals = node->variable2.len > 0 ? &second : &first;
    walk_from(w, node, 1);
    w->scope->locals = outer;
}

static bool walk_variable(struct walk *w, const struct cel_node *node)
{
    bool wrong = false;
    struct scope_variable *variable = scope_variable_of(&w->lint->quiet, w->scope, node, &wrong);
    const struct scope_local *locals = w->scope->locals;

    if (variable == NULL) return wrong;
    if (variable->node == NULL || variable->visiting) return true;
    variable->visiting = true;
    w->scope->locals = NULL;
    walk(w, variable->node);
    w->scope->locals = locals;
    variable->visiting = false;
    return true;
}

static bool is_search(const struct cel_node *node)
{
    return node->kind == CEL_CALL && node->member && text_is(node->name, "contains") &&
           node->args.count == 2;
}

static void walk_search(struct walk *w, const struct cel_node *node)
{
    struct attr_path path;

    if (path_of(w, node->args.items[0], &path) == CEL_PATH_ATTR) {
        add(w, node->args.items[0], &path, ATTR_SEARCHED);
        walk(w, node->args.items[1]);
    } else {
        walk_from(w, node, 0);
    }
}

static void walk(struct walk *w, const struct cel_node *node)
{
    struct attr_path path;

    if (w->visit != NULL) w->visit(w->lint, w->scope, node);
    if (node->kind == CEL_COMPREHENSION || node->kind == CEL_BIND) {
        walk_macro(w, node);
    } else if (node->kind == CEL_HAS && w->uses != NULL) {
        walk_has(w, node);
    } else if (w->uses != NULL && is_search(node)) {
        walk_search(w, node);
    } else if (w->uses != NULL && path_of(w, node, &path) == CEL_PATH_ATTR) {
        add(w, node, &path, ATTR_READ);
    } else if (!walk_variable(w, node)) {
        walk_from(w, node, 0);
    }
}

static void walk_condition(struct walk *w, const struct condition_doc *condition)
{
    struct cel_source *source;

    if (condition == NULL) return;
    for (size_t i = 0; i < condition->of.count; i++) walk_condition(w, condition->of.items[i]);
    if (condition->kind != CONDITION_EXPR) return;
    source = ARENA_NEW(w->lint->bundle.arena, struct cel_source);
    *source =
        (struct cel_source){ condition->expr->text, condition->expr, condition->expr->mark.file };
    const struct cel_node *node = cel_parse(w->lint->bundle.arena, &w->lint->quiet, source);
    if (node != NULL) walk(w, node);
}

void attr_uses_add(struct lint *lint, struct scope *scope, const struct condition_doc *condition,
                   struct attr_uses *uses)
{
    struct walk w = { .lint = lint, .scope = scope, .uses = uses };

    walk_condition(&w, condition);
}

void lint_each_node(struct lint *lint, struct scope *scope, const struct condition_doc *condition,
                    lint_visit *visit)
{
    struct walk w = { .lint = lint, .scope = scope, .visit = visit };

    walk_condition(&w, condition);
}

static bool is_one_of(struct pn_slice name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text_is(name, names[i])) return true;
    }
    return false;
}

bool attr_is_optional(const struct attr_path *path)
{
    static const char *const principal[] = { "proof" };
    static const char *const resource[] = { "model",         "provider",    "api",    "stream",
                                            "message_count", "input_bytes", "server", "tool",
                                            "arguments",     "phase",       "path" };
    const struct pn_slice *steps = path->steps.items;

    if (path->root == ATTR_AUX_DATA) return true;
    if (!text_is(steps[0], "attr")) return false;
    if (path->steps.count > 2) return true;
    if (path->root == ATTR_PRINCIPAL) return !is_one_of(steps[1], principal, 1);
    return !is_one_of(steps[1], resource, sizeof resource / sizeof resource[0]);
}

bool attr_is_asked(const struct attr_uses *uses, const char *text)
{
    for (size_t i = 0; i < uses->list.count; i++) {
        const struct attr_use *use = &uses->list.items[i];
        if (use->kind == ATTR_ASKED && strcmp(use->text, text) == 0) return true;
    }
    return false;
}

bool attr_is_argument(const struct attr_path *path)
{
    return path->root == ATTR_RESOURCE && path->steps.count > 2 &&
           text_is(path->steps.items[0], "attr") && text_is(path->steps.items[1], "arguments");
}
