/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_doc.h"

#include "tools/compile/yaml_fields.h"

#define CONDITION_DEPTH_MAX 30

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

struct reading {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct policy_doc *doc;
};

/* Copy the items of a list that may be absent into another list of nodes. */
#define COPY_ITEMS(r, list, node) \
    for (size_t i_ = 0; (node) != NULL && i_ < (node)->items.count; i_++) { \
        LIST_PUSH((r)->arena, (list), (node)->items.items[i_]); \
    }
#define COPY_PAIRS(r, list, node) \
    for (size_t i_ = 0; (node) != NULL && i_ < (node)->pairs.count; i_++) { \
        LIST_PUSH((r)->arena, (list), (node)->pairs.items[i_]); \
    }

static void later(struct reading *r, const struct yaml_node *node, const char *what)
{
    if (node == NULL) return;
    diag_error(r->diagnostics, node->mark, "not supported yet: %s", what);
}

static struct condition_doc *read_match(struct reading *r, const struct yaml_node *node,
                                        unsigned depth);

static void read_list_of(struct reading *r, const struct yaml_node *node, unsigned depth,
                         struct condition_doc *condition)
{
    struct yaml_node *of = NULL;
    struct yaml_field fields[] = { { "of", YAML_WANT_LIST | YAML_REQUIRED, &of } };

    yaml_fields(r->diagnostics, node, "this part of a condition", FIELDS(fields));
    if (of != NULL && of->items.count == 0) {
        diag_error(r->diagnostics, of->mark, "this list of conditions is empty");
    }
    for (size_t i = 0; of != NULL && i < of->items.count; i++) {
        struct condition_doc *part = read_match(r, of->items.items[i], depth + 1);
        if (part != NULL) LIST_PUSH(r->arena, &condition->of, part);
    }
}

/* A map with one of expr, all, any and none. */
static struct condition_doc *read_match(struct reading *r, const struct yaml_node *node,
                                        unsigned depth)
{
    struct yaml_node *expr = NULL, *all = NULL, *any = NULL, *none = NULL;
    struct yaml_field fields[] = { { "expr", YAML_WANT_TEXT, &expr },
                                   { "all", YAML_WANT_MAP, &all },
                                   { "any", YAML_WANT_MAP, &any },
                                   { "none", YAML_WANT_MAP, &none } };
    struct condition_doc *condition = ARENA_NEW(r->arena, struct condition_doc);

    condition->mark = node->mark;
    if (depth > CONDITION_DEPTH_MAX) {
        diag_error(r->diagnostics, node->mark, "conditions are nested too deeply");
        return NULL;
    }
    if (!yaml_fields(r->diagnostics, node, "a condition", FIELDS(fields))) return NULL;
    if ((expr != NULL) + (all != NULL) + (any != NULL) + (none != NULL) != 1) {
        diag_error(r->diagnostics, node->mark, "a condition has one of expr, all, any or none");
        return NULL;
    }
    condition->kind = expr != NULL  ? CONDITION_EXPR
                      : all != NULL ? CONDITION_ALL
                      : any != NULL ? CONDITION_ANY
                                    : CONDITION_NONE;
    condition->expr = expr;
    if (expr == NULL)
        read_list_of(r, all != NULL ? all : any != NULL ? any : none, depth, condition);
    return condition;
}

static struct condition_doc *read_condition(struct reading *r, const struct yaml_node *node)
{
    struct yaml_node *match = NULL, *script = NULL;
    struct yaml_field fields[] = { { "match", YAML_WANT_MAP, &match },
                                   { "script", YAML_WANT_ANY, &script } };

    if (node == NULL) return NULL;
    yaml_fields(r->diagnostics, node, "condition", FIELDS(fields));
    if (script != NULL)
        diag_error(r->diagnostics, script->mark, "scripts are not part of the language");
    if (match == NULL) {
        diag_error(r->diagnostics, node->mark, "'match' is missing in condition");
        return NULL;
    }
    return read_match(r, match, 0);
}

static void read_output(struct reading *r, const struct yaml_node *node, struct rule_doc *rule)
{
    struct yaml_node *when = NULL, *expr = NULL, *activated = NULL, *unmet = NULL;
    struct yaml_field fields[] = { { "when", YAML_WANT_MAP, &when },
                                   { "expr", YAML_WANT_TEXT, &expr } };
    struct yaml_field whens[] = { { "ruleActivated", YAML_WANT_TEXT, &activated },
                                  { "conditionNotMet", YAML_WANT_TEXT, &unmet } };

    if (node == NULL) return;
    yaml_fields(r->diagnostics, node, "output", FIELDS(fields));
    if (when != NULL) yaml_fields(r->diagnostics, when, "output.when", FIELDS(whens));
    if (expr != NULL && activated != NULL) {
        diag_error(r->diagnostics, expr->mark, "output has both expr and when.ruleActivated");
    }
    rule->activated = activated != NULL ? activated : expr;
    rule->unmet = unmet;
}

static bool is_rule_name(struct pn_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t ch = name.at[i], lower = pn_ascii_lower(ch);
        bool letter = lower >= 'a' && lower <= 'z';
        bool inner = (ch >= '0' && ch <= '9') || ch == '_' || ch == '@' || ch == '.' || ch == '-';
        if (!letter && (i == 0 || !inner)) return false;
    }
    return true;
}

static void check_rule(struct reading *r, const struct yaml_node *node, struct rule_doc *rule)
{
    if (!is_rule_name(rule->name)) {
        diag_error(r->diagnostics, rule->mark,
                   "a rule name is a letter, then letters, digits, _ @ . and -");
    }
    if (rule->actions.count == 0)
        diag_error(r->diagnostics, node->mark, "a rule names its actions");
    if (rule->roles.count == 0 && rule->derived_roles.count == 0) {
        diag_error(r->diagnostics, node->mark, "a rule names its roles or derivedRoles");
    }
    for (size_t i = 0; i < rule->roles.count; i++) {
        const struct yaml_node *role = rule->roles.items[i];
        if (role->text.len == 0) diag_error(r->diagnostics, role->mark, "a role has a name");
        if (role->text.len > 1 && pn_slice_find(role->text, '*') < role->text.len) {
            diag_note(r->diagnostics, role->mark,
                      "roles are no patterns: this one is named '%.*s' to the letter",
                      SLICE_ARGS(role->text));
        }
    }
}

static void read_rule(struct reading *r, const struct yaml_node *node)
{
    static const char *const effects[] = { "EFFECT_DENY", "EFFECT_ALLOW" };
    struct yaml_node *name = NULL, *actions = NULL, *effect = NULL, *roles = NULL;
    struct yaml_node *derived = NULL, *condition = NULL, *output = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT, &name },
                                   { "actions", YAML_WANT_TEXTS | YAML_REQUIRED, &actions },
                                   { "effect", YAML_WANT_TEXT | YAML_REQUIRED, &effect },
                                   { "roles", YAML_WANT_TEXTS, &roles },
                                   { "derivedRoles", YAML_WANT_TEXTS, &derived },
                                   { "condition", YAML_WANT_MAP, &condition },
                                   { "output", YAML_WANT_MAP, &output } };
    struct rule_doc rule = { .mark = node->mark };

    yaml_fields(r->diagnostics, node, "a rule", FIELDS(fields));
    if (name != NULL) {
        rule.mark = name->mark;
        rule.name = name->text;
    }
    if (effect != NULL) rule.allows = yaml_read_word(r->diagnostics, effect, effects, 2) == 1;
    COPY_ITEMS(r, &rule.actions, actions);
    COPY_ITEMS(r, &rule.roles, roles);
    COPY_ITEMS(r, &rule.derived_roles, derived);
    rule.condition = read_condition(r, condition);
    read_output(r, output, &rule);
    if (actions != NULL) check_rule(r, node, &rule);
    LIST_PUSH(r->arena, &r->doc->rules, rule);
}

/* variables: {import: [...], local: {...}}, and constants alike. */
static void read_imports(struct reading *r, const struct yaml_node *variables,
                         const struct yaml_node *constants)
{
    struct yaml_node *import = NULL, *local = NULL;
    struct yaml_field fields[] = { { "import", YAML_WANT_TEXTS, &import },
                                   { "local", YAML_WANT_MAP, &local } };

    if (variables != NULL) {
        yaml_fields(r->diagnostics, variables, "variables", FIELDS(fields));
        COPY_ITEMS(r, &r->doc->import_variables, import);
        COPY_PAIRS(r, &r->doc->variables, local);
    }
    import = NULL;
    local = NULL;
    if (constants != NULL) {
        yaml_fields(r->diagnostics, constants, "constants", FIELDS(fields));
        COPY_ITEMS(r, &r->doc->import_constants, import);
        COPY_PAIRS(r, &r->doc->constants, local);
    }
}

static void check_version(struct reading *r, const struct yaml_node *version,
                          const struct yaml_node *scope, const struct yaml_node *permissions)
{
    if (version != NULL && !yaml_text_is(version, "default"))
        later(r, version, "versions other than default");
    if (scope != NULL && scope->text.len > 0 && !yaml_text_is(scope, "."))
        later(r, scope, "scopes");
    later(r, permissions, "scopePermissions");
}

static void check_resource(struct reading *r, const struct yaml_node *resource)
{
    struct pn_slice name = resource->text;
    bool plain = name.len > 0;

    for (size_t i = 0; i < name.len; i++) plain = plain && strchr("!*?[]{}", name.at[i]) == NULL;
    if (plain) return;
    diag_error(r->diagnostics, resource->mark,
               "a resource is one kind by name, without ! * ? [ ] { }");
}

static void read_resource(struct reading *r, const struct yaml_node *node)
{
    struct yaml_node *resource = NULL, *version = NULL, *scope = NULL, *permissions = NULL;
    struct yaml_node *derived = NULL, *constants = NULL, *variables = NULL, *rules = NULL;
    struct yaml_node *schemas = NULL;
    struct yaml_field fields[] = { { "resource", YAML_WANT_TEXT | YAML_REQUIRED, &resource },
                                   { "version", YAML_WANT_TEXT, &version },
                                   { "scope", YAML_WANT_TEXT, &scope },
                                   { "scopePermissions", YAML_WANT_ANY, &permissions },
                                   { "importDerivedRoles", YAML_WANT_TEXTS, &derived },
                                   { "constants", YAML_WANT_MAP, &constants },
                                   { "variables", YAML_WANT_MAP, &variables },
                                   { "rules", YAML_WANT_LIST, &rules },
                                   { "schemas", YAML_WANT_ANY, &schemas } };

    yaml_fields(r->diagnostics, node, "resourcePolicy", FIELDS(fields));
    check_version(r, version, scope, permissions);
    later(r, schemas, "schemas");
    if (resource != NULL) {
        r->doc->name = resource->text;
        r->doc->mark = resource->mark;
        check_resource(r, resource);
    }
    COPY_ITEMS(r, &r->doc->import_derived, derived);
    read_imports(r, variables, constants);
    for (size_t i = 0; rules != NULL && i < rules->items.count; i++) {
        read_rule(r, rules->items.items[i]);
    }
}

static void read_definition(struct reading *r, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *parents = NULL, *condition = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "parentRoles", YAML_WANT_TEXTS | YAML_REQUIRED, &parents },
                                   { "condition", YAML_WANT_MAP, &condition } };
    struct derived_doc derived = { .mark = node->mark };

    if (!yaml_fields(r->diagnostics, node, "a derived role", FIELDS(fields))) return;
    if (name == NULL || parents == NULL) return;
    derived.mark = name->mark;
    derived.name = name->text;
    COPY_ITEMS(r, &derived.parents, parents);
    derived.condition = read_condition(r, condition);
    LIST_PUSH(r->arena, &r->doc->derived, derived);
}

static void read_derived_roles(struct reading *r, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *constants = NULL, *variables = NULL, *definitions = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "constants", YAML_WANT_MAP, &constants },
                                   { "variables", YAML_WANT_MAP, &variables },
                                   { "definitions", YAML_WANT_LIST | YAML_REQUIRED,
                                     &definitions } };

    yaml_fields(r->diagnostics, node, "derivedRoles", FIELDS(fields));
    if (name != NULL) r->doc->name = name->text;
    read_imports(r, variables, constants);
    for (size_t i = 0; definitions != NULL && i < definitions->items.count; i++) {
        read_definition(r, definitions->items.items[i]);
    }
}

static void read_export(struct reading *r, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *definitions = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "definitions", YAML_WANT_MAP | YAML_REQUIRED, &definitions } };
    bool variables = r->doc->kind == POLICY_EXPORT_VARIABLES;

    yaml_fields(r->diagnostics, node, variables ? "exportVariables" : "exportConstants",
                FIELDS(fields));
    if (name != NULL) r->doc->name = name->text;
    if (variables) {
        COPY_PAIRS(r, &r->doc->variables, definitions);
    } else {
        COPY_PAIRS(r, &r->doc->constants, definitions);
    }
}

static void check_envelope(struct reading *r, const struct yaml_node *version,
                           const struct yaml_node *disabled, const struct yaml_node *variables)
{
    if (version != NULL && !yaml_text_is(version, "api.cerbos.dev/v1")) {
        diag_error(r->diagnostics, version->mark, "apiVersion is api.cerbos.dev/v1");
    }
    if (disabled != NULL) yaml_read_bool(r->diagnostics, disabled, &r->doc->disabled);
    later(r, variables, "variables beside the policy; put them inside it, under variables.local");
}

struct policy_doc *policy_doc_read(struct arena *arena, struct diagnostics *diagnostics,
                                   const struct yaml_node *root)
{
    struct reading r = { arena, diagnostics, ARENA_NEW(arena, struct policy_doc) };
    struct yaml_node *version = NULL, *disabled = NULL, *variables = NULL, *principal = NULL;
    struct yaml_node *role = NULL, *bodies[4] = { NULL };
    struct yaml_field fields[] = {
        { "apiVersion", YAML_WANT_TEXT | YAML_REQUIRED, &version },
        { "disabled", YAML_WANT_TEXT, &disabled },
        { "description", YAML_WANT_ANY, NULL },
        { "metadata", YAML_WANT_ANY, NULL },
        { "$schema", YAML_WANT_ANY, NULL },
        { "variables", YAML_WANT_ANY, &variables },
        { "resourcePolicy", YAML_WANT_MAP, &bodies[POLICY_RESOURCE] },
        { "derivedRoles", YAML_WANT_MAP, &bodies[POLICY_DERIVED_ROLES] },
        { "exportVariables", YAML_WANT_MAP, &bodies[POLICY_EXPORT_VARIABLES] },
        { "exportConstants", YAML_WANT_MAP, &bodies[POLICY_EXPORT_CONSTANTS] },
        { "principalPolicy", YAML_WANT_ANY, &principal },
        { "rolePolicy", YAML_WANT_ANY, &role },
    };
    size_t body_count = 0;

    r.doc->file = root->mark.file;
    r.doc->mark = root->mark;
    yaml_fields(diagnostics, root, "a policy", FIELDS(fields));
    if (root->kind != YAML_MAP) return NULL;
    later(&r, principal, "principalPolicy");
    later(&r, role, "rolePolicy");
    for (size_t i = 0; i < 4; i++) {
        if (bodies[i] == NULL) continue;
        r.doc->kind = (enum policy_kind)i;
        body_count++;
    }
    if (body_count != 1 && principal == NULL && role == NULL) {
        diag_error(diagnostics, root->mark,
                   "a file holds one policy, such as resourcePolicy or derivedRoles");
    }
    if (body_count != 1) return NULL;
    check_envelope(&r, version, disabled, variables);
    const struct yaml_node *body = bodies[r.doc->kind];
    if (r.doc->kind == POLICY_RESOURCE) read_resource(&r, body);
    if (r.doc->kind == POLICY_DERIVED_ROLES) read_derived_roles(&r, body);
    if (r.doc->kind >= POLICY_EXPORT_VARIABLES) read_export(&r, body);
    return r.doc;
}
