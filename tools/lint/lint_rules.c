/* see lint.h: what the names in a bundle say before any expression is read
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/lint/lint.h"

#include "policy/kind_name.h"
#include "tools/compile/action_pattern.h"

void lint_settings(struct lint *lint)
{
    const char *file = arena_format(lint->bundle.arena, "%s/bundle.yaml", lint->bundle.folder);

    if (lint->bundle.terms.expires_after_s != 0 || lint->diagnostics.error_count > 0) return;
    lint_find(lint, LINT_NO_EXPIRY, LINT_WARNING, (struct mark){ file, 1, 1 },
              "the policy never expires by itself: a device cut off from its control plane decides "
              "by it for ever; write expires: 30d");
}

static void check_role(struct lint *lint, const struct yaml_node *role)
{
    bool star = pn_slice_find(role->text, '*') < role->text.len;

    if (!star || role->text.len == 1) return;
    lint_find(lint, LINT_ROLE_PATTERN, LINT_WARNING, role->mark,
              "roles are no patterns: this rule is for a role named '%.*s' to the letter",
              SLICE_ARGS(role->text));
}

static void check_pattern(struct lint *lint, const struct yaml_node *name)
{
    size_t at = 0;

    while (at < name->text.len && strchr("?[{", name->text.at[at]) == NULL) at++;
    if (is_glob(name->text) || at == name->text.len) return;
    lint_find(lint, LINT_LITERAL_GLOB, LINT_WARNING, name->mark,
              "without a * this is no pattern: it names '%.*s' to the letter",
              SLICE_ARGS(name->text));
}

/* Every caller, whoever it is. */
static void check_everyone(struct lint *lint, const struct rule_doc *rule)
{
    if (!rule->allows || rule->derived_roles.count > 0 || rule->roles.count != 1) return;
    if (!text_is(rule->roles.items[0]->text, "*")) return;
    if (rule->condition == NULL) {
        lint_find(lint, LINT_ALLOW_EVERYONE, LINT_WARNING, rule->roles.items[0]->mark,
                  "this allows every role without a condition; name the roles that need it");
    } else {
        lint_find(lint, LINT_ALLOW_EVERYONE, LINT_NOTE, rule->roles.items[0]->mark,
                  "this allows every role; only the condition stands in between");
    }
}

static void check_rule(struct lint *lint, const struct rule_doc *rule)
{
    for (size_t i = 0; i < rule->roles.count; i++) check_role(lint, rule->roles.items[i]);
    for (size_t i = 0; i < rule->actions.count; i++) check_pattern(lint, rule->actions.items[i]);
    if (rule->resource != NULL) check_pattern(lint, rule->resource);
    if (rule->resource == NULL) check_everyone(lint, rule);
}

/* --- kinds --- */

static struct pn_slice clean(struct lint *lint, struct pn_slice name)
{
    uint8_t *room = arena_take(lint->bundle.arena, name.len + 1);

    return pn_slice(room, pn_kind_name(name, room));
}

static void check_collision(struct lint *lint, const struct policy_doc *doc, struct pn_slice other)
{
    bool cerbos = lint->bundle.mode == PN_MODE_CERBOS54;

    if (pn_slice_equal(doc->name, other)) return;
    if (!pn_slice_equal(clean(lint, doc->name), clean(lint, other))) return;
    if (cerbos) {
        lint_find(lint, LINT_KIND_COLLISION, LINT_WARNING, doc->mark,
                  "this policy decides about the kind '%.*s' as well: in mode cerbos54 both names "
                  "are one",
                  SLICE_ARGS(other));
    } else {
        lint_find(lint, LINT_KIND_COLLISION, LINT_NOTE, doc->mark,
                  "a stock Cerbos would decide about the kind '%.*s' by this policy as well",
                  SLICE_ARGS(other));
    }
}

static void check_kind(struct lint *lint, const struct policy_doc *doc)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *other = lint->set.docs.items[i];
        if (other->kind != POLICY_RESOURCE || other->disabled) continue;
        check_collision(lint, doc, other->name);
    }
    for (size_t i = 0; i < lint->bundle.servers.count; i++) {
        const char *kind = arena_format(lint->bundle.arena, "mcp:%.*s",
                                        SLICE_ARGS(lint->bundle.servers.items[i].name));
        check_collision(lint, doc, pn_slice(kind, strlen(kind)));
    }
}

void lint_rules(struct lint *lint)
{
    for (size_t i = 0; i < lint->set.docs.count; i++) {
        const struct policy_doc *doc = lint->set.docs.items[i];
        if (doc->disabled) continue;
        for (size_t k = 0; k < doc->rules.count; k++) check_rule(lint, &doc->rules.items[k]);
        if (doc->kind == POLICY_RESOURCE) check_kind(lint, doc);
    }
}
