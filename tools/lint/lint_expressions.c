/* see lint.h: what conditions say
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/dfa.h"
#include "tools/lint/attr_uses.h"

/* --- attributes that may be missing --- */

static bool is_loose(const struct attr_uses *uses, const struct attr_use *use)
{
    return use->kind != ATTR_ASKED && attr_is_optional(&use->path) &&
           !attr_is_asked(uses, use->text);
}

static bool came_before(const struct attr_uses *uses, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        const struct attr_use *use = &uses->list.items[i];
        if (use->kind != ATTR_ASKED && strcmp(use->text, uses->list.items[at].text) == 0)
            return true;
    }
    return false;
}

static void check_deny(struct lint *lint, const struct attr_uses *uses)
{
    bool cerbos = lint->bundle.mode == PN_MODE_CERBOS54;

    for (size_t i = 0; i < uses->list.count; i++) {
        const struct attr_use *use = &uses->list.items[i];
        if (!is_loose(uses, use) || came_before(uses, i)) continue;
        if (cerbos) {
            lint_find(
                lint, LINT_DENY_WITHOUT_HAS, LINT_WARNING, use->mark,
                "a call without %s is not denied by this rule: in mode cerbos54 its condition "
                "does not hold then; write !has(%s) || ...",
                use->text, use->text);
        } else {
            lint_find(lint, LINT_DENY_WITHOUT_HAS, LINT_NOTE, use->mark,
                      "a call without %s is denied here and passes by this rule in a stock Cerbos; "
                      "write !has(%s) || ... to have both deny it",
                      use->text, use->text);
        }
    }
}

static void check_none_part(struct lint *lint, struct scope *scope,
                            const struct condition_doc *part)
{
    struct attr_uses uses = { 0 };
    bool cerbos = lint->bundle.mode == PN_MODE_CERBOS54;

    attr_uses_add(lint, scope, part, &uses);
    for (size_t i = 0; i < uses.list.count; i++) {
        const struct attr_use *use = &uses.list.items[i];
        if (!is_loose(&uses, use) || came_before(&uses, i)) continue;
        lint_find(lint, LINT_NONE_OPTIONAL, cerbos ? LINT_WARNING : LINT_NOTE, use->mark,
                  cerbos
                      ? "where %s is missing, none.of takes this part for false and holds; write "
                        "expr: \"!(...)\" or ask with has()"
                      : "where %s is missing this is an error here, while in a stock Cerbos "
                        "none.of takes it for false and holds",
                  use->text);
    }
}

static void check_none(struct lint *lint, struct scope *scope,
                       const struct condition_doc *condition)
{
    if (condition == NULL) return;
    for (size_t i = 0; i < condition->of.count; i++) {
        const struct condition_doc *part = condition->of.items[i];
        if (condition->kind == CONDITION_NONE) {
            check_none_part(lint, scope, part);
        } else {
            check_none(lint, scope, part);
        }
    }
}

/* --- contains() --- */

static bool is_read(const struct attr_uses *uses, const char *text)
{
    for (size_t i = 0; i < uses->list.count; i++) {
        const struct attr_use *use = &uses->list.items[i];
        if (use->kind == ATTR_READ && strcmp(use->text, text) == 0) return true;
    }
    return false;
}

static void check_contains(struct lint *lint, const struct attr_uses *uses)
{
    for (size_t i = 0; i < uses->list.count; i++) {
        const struct attr_use *use = &uses->list.items[i];
        if (use->kind != ATTR_SEARCHED || !attr_is_argument(&use->path)) continue;
        if (is_read(uses, use->text) || came_before(uses, i)) continue;
        lint_find(
            lint, LINT_CONTAINS_ONLY, LINT_WARNING, use->mark,
            "contains() is all that this rule asks of %s, which may be of any length and hold "
            "anything beside; bound it with size(%s) < ..., or say what it is as a whole",
            use->text, use->text);
    }
}

/* --- parts of expressions --- */

static bool is_arithmetic(const struct cel_node *node)
{
    return node->kind == CEL_BINARY && node->op >= CEL_OP_ADD;
}

static bool is_whole_number(struct lint *lint, struct scope *scope, const struct cel_node *node)
{
    struct cel_value value;

    return cel_const(lint->bundle.arena, &lint->quiet, scope, node, &value) == CEL_CONSTANT &&
           value.type == CEL_INT;
}

/* An attribute, or what is reckoned from one. */
static const char *attribute_in(struct lint *lint, struct scope *scope, const struct cel_node *node)
{
    struct attr_path path;
    const char *found = NULL;

    scope->expansion_count = 0;
    if (cel_path(lint->bundle.arena, &lint->quiet, scope, node, &path) == CEL_PATH_ATTR) {
        return attr_path_text(lint->bundle.arena, &path);
    }
    if (!is_arithmetic(node) && node->kind != CEL_NEGATE) return NULL;
    for (size_t i = 0; i < node->args.count && found == NULL; i++) {
        found = attribute_in(lint, scope, node->args.items[i]);
    }
    return found;
}

static void check_arithmetic(struct lint *lint, struct scope *scope, const struct cel_node *node)
{
    bool cerbos = lint->bundle.mode == PN_MODE_CERBOS54;

    if (!is_arithmetic(node)) return;
    for (size_t i = 0; i < 2; i++) {
        if (!is_whole_number(lint, scope, node->args.items[i])) continue;
        const char *attribute = attribute_in(lint, scope, node->args.items[1 - i]);
        if (attribute == NULL) continue;
        lint_find(lint, LINT_INT_ARITHMETIC, cerbos ? LINT_WARNING : LINT_NOTE,
                  cel_mark(node->source, node->op_at),
                  cerbos
                      ? "this is always an error: %s is a double and the other side is an int; "
                        "write 1.0, or int(...)"
                      : "a stock Cerbos has %s as a double, and this as an error; write int(...) "
                        "to mean the same in both",
                  attribute);
    }
}

static void check_regex(struct lint *lint, struct scope *scope, const struct cel_node *node)
{
    struct arena *arena = lint->bundle.arena;
    struct cel_value pattern;
    struct regex_error error;
    struct dfa dfa;

    if (node->kind != CEL_CALL || !text_is(node->name, "matches") || node->args.count != 2) return;
    const struct cel_node *from = node->args.items[1];
    if (cel_const(arena, &lint->quiet, scope, from, &pattern) != CEL_CONSTANT) return;
    if (pattern.type != CEL_STRING) return;
    const struct regex_node *tree = regex_parse(arena, pattern.s, &error);
    if (tree == NULL || dfa_build(arena, tree, DFA_SEARCH, DFA_STATES_MAX, &dfa) == DFA_BUILT)
        return;
    lint_find(lint, LINT_REGEX_OVER_BUDGET, LINT_ERROR, cel_mark(from->source, from->at),
              "the pattern '%.*s' needs %u states or more, the budget is %d; anchor it with ^, "
              "lower its counts, or split it into several conditions",
              SLICE_ARGS(pattern.s), dfa.states, DFA_STATES_MAX);
}

static void check_node(struct lint *lint, struct scope *scope, const struct cel_node *node)
{
    check_arithmetic(lint, scope, node);
    check_regex(lint, scope, node);
}

/* --- */

static void check_rule(struct lint *lint, struct scope *scope, const struct rule_doc *rule)
{
    struct attr_uses uses = { 0 };

    attr_uses_add(lint, scope, rule->condition, &uses);
    if (!rule->allows) check_deny(lint, &uses);
    check_contains(lint, &uses);
    check_none(lint, scope, rule->condition);
    lint_each_node(lint, scope, rule->condition, check_node);
}

void lint_expressions(struct lint *lint)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *doc = lint->set.docs.items[i];
        struct scope scope;
        if (doc->disabled) continue;
        lint_scope(lint, doc, &scope);
        for (size_t k = 0; k < doc->rules.count; k++) {
            check_rule(lint, &scope, &doc->rules.items[k]);
        }
        for (size_t k = 0; k < doc->derived.count; k++) {
            lint_each_node(lint, &scope, doc->derived.items[k].condition, check_node);
        }
    }
}
