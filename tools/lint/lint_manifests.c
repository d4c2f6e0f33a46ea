/* see lint.h: rules beside the tools that servers say they have
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/action_pattern.h"
#include "tools/lint/attr_uses.h"
#include "tools/lint/rule_cover.h"

#define CALL PN_SLICE("tools/call/")

/* --- reading --- */

static const struct yaml_node *tools_of(const struct yaml_node *root)
{
    const struct yaml_node *result = root->kind == YAML_MAP ? yaml_get(root, "result") : NULL;

    if (result != NULL) root = result;
    if (root->kind == YAML_MAP) root = yaml_get(root, "tools");
    return root != NULL && root->kind == YAML_LIST ? root : NULL;
}

static void read_manifest(struct lint *lint, const struct lint_tools_file *file)
{
    struct arena *arena = lint->bundle.arena;
    const struct yaml_node *root = yaml_read_file(arena, &lint->diagnostics, file->path);
    const char *end = strchr(file->server, '=');
    struct lint_manifest manifest = { 0 };

    if (root == NULL) return;
    const struct yaml_node *tools = tools_of(root);
    if (tools == NULL) {
        diag_error(&lint->diagnostics, root->mark,
                   "no answer to tools/list: it has a list 'tools'");
        return;
    }
    manifest.server =
        pn_slice(file->server, end != NULL ? (size_t)(end - file->server) : strlen(file->server));
    manifest.mark = root->mark;
    for (size_t i = 0; i < tools->items.count; i++) {
        const struct yaml_node *tool = tools->items.items[i];
        const struct yaml_node *name = tool->kind == YAML_MAP ? yaml_get(tool, "name") : NULL;
        if (name == NULL || name->kind != YAML_SCALAR) {
            diag_error(&lint->diagnostics, tool->mark, "a tool has a name");
            continue;
        }
        struct yaml_node *schema = yaml_get(tool, "inputSchema");
        LIST_PUSH(arena, &manifest.tools, ((struct lint_tool){ name, schema }));
    }
    LIST_PUSH(arena, &lint->manifests, manifest);
}

/* --- tools --- */

/* The policy speaks of the manifest's server. */
static bool is_about(struct lint *lint, const struct policy_doc *doc,
                     const struct lint_manifest *manifest)
{
    const char *kind = arena_format(lint->bundle.arena, "mcp:%.*s", SLICE_ARGS(manifest->server));

    return doc->kind == POLICY_RESOURCE && !doc->disabled && text_is(doc->name, kind);
}

static bool action_is_of(struct lint *lint, struct pn_slice action, const struct lint_tool *tool)
{
    const char *call =
        arena_format(lint->bundle.arena, "tools/call/%.*s", SLICE_ARGS(tool->name->text));

    return pattern_matches(lint->bundle.arena, action, pn_slice(call, strlen(call)));
}

static bool rule_is_of(struct lint *lint, const struct rule_doc *rule, const struct lint_tool *tool)
{
    for (size_t i = 0; i < rule->actions.count; i++) {
        if (action_is_of(lint, rule->actions.items[i]->text, tool)) return true;
    }
    return false;
}

static const char *nearest_tool(struct lint *lint, const struct lint_manifest *manifest,
                                struct pn_slice name)
{
    const char **names =
        arena_take(lint->bundle.arena, (manifest->tools.count + 1) * sizeof(const char *));

    for (size_t i = 0; i < manifest->tools.count; i++) {
        names[i] = arena_format(lint->bundle.arena, "%.*s",
                                SLICE_ARGS(manifest->tools.items[i].name->text));
    }
    return diag_nearest(name, names, manifest->tools.count);
}

static void check_action(struct lint *lint, const struct lint_manifest *manifest,
                         const struct yaml_node *action)
{
    if (!pn_slice_begins(action->text, CALL)) return;
    for (size_t i = 0; i < manifest->tools.count; i++) {
        if (action_is_of(lint, action->text, &manifest->tools.items[i])) return;
    }
    struct pn_slice name = pn_slice_from(action->text, CALL.len);
    const char *nearest = nearest_tool(lint, manifest, name);
    lint_find(lint, LINT_UNKNOWN_TOOL, LINT_WARNING, action->mark,
              "the server '%.*s' has no tool '%.*s'%s%s%s", SLICE_ARGS(manifest->server),
              SLICE_ARGS(name), nearest != NULL ? "; did you mean '" : "",
              nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* --- arguments --- */

enum schema_says { SCHEMA_HAS, SCHEMA_LACKS, SCHEMA_IS_OPEN };

/* Go down the properties that `path` names below R.attr.arguments, as far as they are listed. */
static enum schema_says schema_says(const struct yaml_node *schema, const struct attr_path *path)
{
    for (size_t i = 2; i < path->steps.count; i++) {
        if (schema == NULL || schema->kind != YAML_MAP) return SCHEMA_IS_OPEN;
        const struct yaml_node *properties = yaml_get(schema, "properties");
        const struct yaml_node *more = yaml_get(schema, "additionalProperties");
        bool open = more != NULL && !yaml_text_is(more, "false");
        if (properties == NULL || properties->kind != YAML_MAP || open) return SCHEMA_IS_OPEN;
        const struct yaml_node *found = NULL;
        for (size_t k = 0; k < properties->pairs.count; k++) {
            struct yaml_pair pair = properties->pairs.items[k];
            if (pn_slice_equal(pair.key->text, path->steps.items[i])) found = pair.value;
        }
        if (found == NULL) return SCHEMA_LACKS;
        schema = found;
    }
    return SCHEMA_HAS;
}

/* The first tool of the rule that lacks the argument, where all that the rule is for lack it. */
static const struct lint_tool *lacking(struct lint *lint, const struct lint_manifest *manifest,
                                       const struct rule_doc *rule, const struct attr_path *path)
{
    const struct lint_tool *first = NULL;

    for (size_t i = 0; i < manifest->tools.count; i++) {
        const struct lint_tool *tool = &manifest->tools.items[i];
        if (!rule_is_of(lint, rule, tool)) continue;
        if (schema_says(tool->schema, path) != SCHEMA_LACKS) return NULL;
        if (first == NULL) first = tool;
    }
    return first;
}

static void check_arguments(struct lint *lint, const struct lint_manifest *manifest,
                            struct scope *scope, const struct rule_doc *rule)
{
    struct attr_uses uses = { 0 };

    attr_uses_add(lint, scope, rule->condition, &uses);
    for (size_t i = 0; i < uses.list.count; i++) {
        const struct attr_use *use = &uses.list.items[i];
        if (!attr_is_argument(&use->path)) continue;
        const struct lint_tool *tool = lacking(lint, manifest, rule, &use->path);
        if (tool == NULL) continue;
        lint_find(lint, LINT_UNKNOWN_ARGUMENT, LINT_WARNING, use->mark,
                  "the inputSchema of '%.*s' has no %s", SLICE_ARGS(tool->name->text), use->text);
    }
}

/* --- */

static bool is_spoken_of(struct lint *lint, const struct lint_manifest *manifest,
                         const struct lint_tool *tool)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *doc = lint->set.docs.items[i];
        if (!is_about(lint, doc, manifest)) continue;
        for (size_t k = 0; k < doc->rules.count; k++) {
            if (rule_is_of(lint, &doc->rules.items[k], tool)) return true;
        }
    }
    return false;
}

static void check_manifest(struct lint *lint, const struct lint_manifest *manifest)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *doc = lint->set.docs.items[i];
        struct scope scope;
        if (!is_about(lint, doc, manifest)) continue;
        lint_scope(lint, doc, &scope);
        for (size_t k = 0; k < doc->rules.count; k++) {
            const struct rule_doc *rule = &doc->rules.items[k];
            for (size_t a = 0; a < rule->actions.count; a++) {
                check_action(lint, manifest, rule->actions.items[a]);
            }
            check_arguments(lint, manifest, &scope, rule);
        }
    }
    for (size_t i = 0; i < manifest->tools.count; i++) {
        const struct lint_tool *tool = &manifest->tools.items[i];
        if (is_spoken_of(lint, manifest, tool)) continue;
        lint_find(lint, LINT_TOOL_WITHOUT_RULE, LINT_NOTE, tool->name->mark,
                  "no rule speaks of tools/call/%.*s on mcp:%.*s: it is denied and never shown",
                  SLICE_ARGS(tool->name->text), SLICE_ARGS(manifest->server));
    }
}

void lint_manifests(struct lint *lint, const struct lint_tools_file *tools, size_t tools_count)
{
    for (size_t i = 0; i < tools_count; i++) read_manifest(lint, &tools[i]);
    for (size_t i = 0; i < lint->manifests.count; i++) {
        check_manifest(lint, &lint->manifests.items[i]);
    }
}
