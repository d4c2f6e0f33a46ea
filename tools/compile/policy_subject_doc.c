/* see policy_reading.h: policies of one principal, and of one role.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_reading.h"

static void read_action(struct policy_reading *r, const struct yaml_node *node,
                        const struct yaml_node *resource, unsigned number)
{
    struct yaml_node *name = NULL, *action = NULL, *effect = NULL, *condition = NULL;
    struct yaml_node *output = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT, &name },
                                   { "action", YAML_WANT_TEXT | YAML_REQUIRED, &action },
                                   { "effect", YAML_WANT_TEXT | YAML_REQUIRED, &effect },
                                   { "condition", YAML_WANT_MAP, &condition },
                                   { "output", YAML_WANT_MAP, &output } };
    struct rule_doc rule = { .mark = node->mark, .resource = resource, .number = number };

    yaml_fields(r->diagnostics, node, "an action of a rule", FIELDS(fields));
    policy_read_rule_name(r, name, &rule);
    rule.allows = policy_read_effect(r, effect);
    if (action != NULL) LIST_PUSH(r->arena, &rule.actions, action);
    rule.condition = policy_read_condition(r, condition);
    policy_read_output(r, output, &rule);
    if (action == NULL) return;
    policy_check_actions(r, node, &rule);
    LIST_PUSH(r->arena, &r->doc->rules, rule);
}

/* Cerbos reads one of two rules for the same resource only. */
static void check_resource(struct policy_reading *r, const struct yaml_node *resource)
{
    if (resource->text.len == 0)
        diag_error(r->diagnostics, resource->mark, "a resource has a name");
    for (size_t i = 0; i < r->doc->rules.count; i++) {
        if (!pn_slice_equal(r->doc->rules.items[i].resource->text, resource->text)) continue;
        diag_error(r->diagnostics, resource->mark, "another rule of this policy is for '%.*s'",
                   SLICE_ARGS(resource->text));
        return;
    }
}

static void read_rule(struct policy_reading *r, const struct yaml_node *node)
{
    struct yaml_node *resource = NULL, *actions = NULL;
    struct yaml_field fields[] = { { "resource", YAML_WANT_TEXT | YAML_REQUIRED, &resource },
                                   { "actions", YAML_WANT_LIST | YAML_REQUIRED, &actions } };

    if (!yaml_fields(r->diagnostics, node, "a rule of a principal", FIELDS(fields))) return;
    check_resource(r, resource);
    if (actions->items.count == 0) {
        diag_error(r->diagnostics, actions->mark, "a rule names its actions");
    }
    for (size_t i = 0; i < actions->items.count; i++) {
        read_action(r, actions->items.items[i], resource, (unsigned)i + 1);
    }
}

void policy_read_principal(struct policy_reading *r, const struct yaml_node *node)
{
    struct yaml_node *principal = NULL, *version = NULL, *scope = NULL, *permissions = NULL;
    struct yaml_node *constants = NULL, *variables = NULL, *rules = NULL;
    struct yaml_field fields[] = { { "principal", YAML_WANT_TEXT | YAML_REQUIRED, &principal },
                                   { "version", YAML_WANT_TEXT, &version },
                                   { "scope", YAML_WANT_TEXT, &scope },
                                   { "scopePermissions", YAML_WANT_TEXT, &permissions },
                                   { "constants", YAML_WANT_MAP, &constants },
                                   { "variables", YAML_WANT_MAP, &variables },
                                   { "rules", YAML_WANT_LIST, &rules } };

    yaml_fields(r->diagnostics, node, "principalPolicy", FIELDS(fields));
    policy_read_name(r, principal, "principal");
    policy_read_place(r, version, scope, permissions);
    policy_read_imports(r, variables, constants);
    for (size_t i = 0; rules != NULL && i < rules->items.count; i++) {
        read_rule(r, rules->items.items[i]);
    }
}

/* A rule of a role only allows. */
static void read_allowance(struct policy_reading *r, const struct yaml_node *node, unsigned number)
{
    struct yaml_node *name = NULL, *resource = NULL, *actions = NULL, *condition = NULL;
    struct yaml_node *output = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT, &name },
                                   { "resource", YAML_WANT_TEXT | YAML_REQUIRED, &resource },
                                   { "allowActions", YAML_WANT_TEXTS | YAML_REQUIRED, &actions },
                                   { "condition", YAML_WANT_MAP, &condition },
                                   { "output", YAML_WANT_MAP, &output } };
    struct rule_doc rule = { .mark = node->mark, .allows = true, .number = number };

    if (!yaml_fields(r->diagnostics, node, "a rule of a role", FIELDS(fields))) return;
    policy_read_rule_name(r, name, &rule);
    rule.resource = resource;
    if (resource->text.len == 0)
        diag_error(r->diagnostics, resource->mark, "a resource has a name");
    COPY_ITEMS(r, &rule.actions, actions);
    rule.condition = policy_read_condition(r, condition);
    policy_read_output(r, output, &rule);
    policy_check_actions(r, node, &rule);
    LIST_PUSH(r->arena, &r->doc->rules, rule);
}

void policy_read_role(struct policy_reading *r, const struct yaml_node *node)
{
    struct yaml_node *role = NULL, *version = NULL, *scope = NULL, *permissions = NULL;
    struct yaml_node *parents = NULL, *constants = NULL, *variables = NULL, *rules = NULL;
    struct yaml_field fields[] = { { "role", YAML_WANT_TEXT | YAML_REQUIRED, &role },
                                   { "version", YAML_WANT_TEXT, &version },
                                   { "scope", YAML_WANT_TEXT, &scope },
                                   { "scopePermissions", YAML_WANT_TEXT, &permissions },
                                   { "parentRoles", YAML_WANT_TEXTS, &parents },
                                   { "constants", YAML_WANT_MAP, &constants },
                                   { "variables", YAML_WANT_MAP, &variables },
                                   { "rules", YAML_WANT_LIST, &rules } };

    yaml_fields(r->diagnostics, node, "rolePolicy", FIELDS(fields));
    policy_read_name(r, role, "role");
    policy_read_place(r, version, scope, permissions);
    if (r->doc->permissions == SCOPE_OVERRIDES_PARENT) {
        diag_error(r->diagnostics, permissions->mark,
                   "a role's policy only narrows what others allow");
    }
    policy_read_imports(r, variables, constants);
    COPY_ITEMS(r, &r->doc->parents, parents);
    for (size_t i = 0; rules != NULL && i < rules->items.count; i++) {
        read_allowance(r, rules->items.items[i], (unsigned)i + 1);
    }
}
