/* see lint.h: what rules say when they match
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_parse.h"
#include "tools/lint/attr_uses.h"

/* An output as a map; NULL when it is none, or cannot be read. */
static const struct cel_node *output_map(struct lint *lint, struct scope *scope,
                                         const struct yaml_node *expr)
{
    struct cel_source *source = ARENA_NEW(lint->bundle.arena, struct cel_source);
    bool wrong = false;

    *source = (struct cel_source){ expr->text, expr, expr->mark.file };
    const struct cel_node *node = cel_parse(lint->bundle.arena, &lint->quiet, source);
    for (unsigned depth = 0; node != NULL && depth < 32; depth++) {
        const struct scope_variable *variable =
            scope_variable_of(&lint->quiet, scope, node, &wrong);
        if (variable == NULL) break;
        node = variable->node;
    }
    return node != NULL && node->kind == CEL_MAP_OF ? node : NULL;
}

static const struct cel_node *value_of(struct lint *lint, struct scope *scope,
                                       const struct cel_node *map, const char *key)
{
    struct cel_value found;

    for (size_t i = 0; i + 1 < map->args.count; i += 2) {
        const struct cel_node *name = map->args.items[i];
        if (cel_const(lint->bundle.arena, &lint->quiet, scope, name, &found) != CEL_CONSTANT)
            continue;
        if (found.type == CEL_STRING && text_is(found.s, key)) return map->args.items[i + 1];
    }
    return NULL;
}

static bool is_text(struct lint *lint, struct scope *scope, const struct cel_node *node,
                    const char *words)
{
    struct cel_value value;

    return cel_const(lint->bundle.arena, &lint->quiet, scope, node, &value) == CEL_CONSTANT &&
           value.type == CEL_STRING && text_is(value.s, words);
}

static void check_step_up(struct lint *lint, struct scope *scope, const struct cel_node *map,
                          struct mark mark)
{
    bool who = value_of(lint, scope, map, "acr") != NULL ||
               value_of(lint, scope, map, "approvers_role") != NULL;
    bool how_long = value_of(lint, scope, map, "ttl") != NULL;

    if (who && how_long) return;
    lint_find(lint, LINT_STEP_UP_TERMS, LINT_WARNING, mark, "this step-up says nothing of %s%s%s",
              who ? "" : "who may approve it (acr, or approvers_role)",
              who || how_long ? "" : " and of ",
              how_long ? "" : "how long an approval holds (ttl)");
}

static void check_output(struct lint *lint, struct scope *scope, const struct rule_doc *rule)
{
    const struct cel_node *map = output_map(lint, scope, rule->activated);
    if (map == NULL) return;

    const struct cel_node *outcome = value_of(lint, scope, map, "outcome");
    if (outcome == NULL) outcome = value_of(lint, scope, map, "decision");
    if (outcome == NULL) return;
    struct mark mark = cel_mark(outcome->source, outcome->at);
    if (!rule->allows && is_text(lint, scope, outcome, "step_up")) {
        check_step_up(lint, scope, map, mark);
    }
    if (rule->allows && is_text(lint, scope, outcome, "redact")) {
        lint_find(lint, LINT_REDACT_ON_ALLOW, LINT_WARNING, mark,
                  "a stock Cerbos allows here and leaves everything in; there, nobody reads this "
                  "output");
    }
}

void lint_outputs(struct lint *lint)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *doc = lint->set.docs.items[i];
        struct scope scope;
        if (doc->disabled) continue;
        lint_scope(lint, doc, &scope);
        for (size_t k = 0; k < doc->rules.count; k++) {
            const struct rule_doc *rule = &doc->rules.items[k];
            if (rule->activated != NULL) check_output(lint, &scope, rule);
        }
    }
}
