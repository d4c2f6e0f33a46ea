/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_doc.h"

#include "tools/compile/policy_reading.h"

#define CONDITION_DEPTH_MAX 30

static struct condition_doc *read_match(struct policy_reading *r, const struct yaml_node *node,
                                        unsigned depth);

static void read_list_of(struct policy_reading *r, const struct yaml_node *node, unsigned depth,
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
static struct condition_doc *read_match(struct policy_reading *r, const struct yaml_node *node,
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

struct condition_doc *policy_read_condition(struct policy_reading *r, const struct yaml_node *node)
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

/* An empty expression is none, as in Cerbos. */
static struct yaml_node *written(struct yaml_node *expr)
{
    return expr != NULL && expr->text.len > 0 ? expr : NULL;
}

void policy_read_output(struct policy_reading *r, const struct yaml_node *node,
                        struct rule_doc *rule)
{
    struct yaml_node *when = NULL, *expr = NULL, *activated = NULL, *unmet = NULL;
    struct yaml_field fields[] = { { "when", YAML_WANT_MAP, &when },
                                   { "expr", YAML_WANT_TEXT, &expr } };
    struct yaml_field whens[] = { { "ruleActivated", YAML_WANT_TEXT, &activated },
                                  { "conditionNotMet", YAML_WANT_TEXT, &unmet } };

    if (node == NULL) return;
    yaml_fields(r->diagnostics, node, "output", FIELDS(fields));
    if (when != NULL) yaml_fields(r->diagnostics, when, "output.when", FIELDS(whens));
    expr = written(expr);
    activated = written(activated);
    if (expr != NULL && activated != NULL) {
        diag_error(r->diagnostics, expr->mark, "output has both expr and when.ruleActivated");
    }
    rule->activated = activated != NULL ? activated : expr;
    rule->unmet = written(unmet);
}

/* An empty one is none. */
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

void policy_read_rule_name(struct policy_reading *r, const struct yaml_node *name,
                           struct rule_doc *rule)
{
    if (name == NULL) return;
    rule->mark = name->mark;
    rule->name = name->text;
    if (is_rule_name(rule->name)) return;
    diag_error(r->diagnostics, rule->mark,
               "a rule name is a letter, then letters, digits, _ @ . and -");
}

void policy_check_actions(struct policy_reading *r, const struct yaml_node *node,
                          const struct rule_doc *rule)
{
    if (rule->actions.count == 0) {
        diag_error(r->diagnostics, node->mark, "a rule names its actions");
    }
    for (size_t i = 0; i < rule->actions.count; i++) {
        const struct yaml_node *action = rule->actions.items[i];
        if (action->text.len == 0) diag_error(r->diagnostics, action->mark, "an action has a name");
        for (size_t k = 0; k < i; k++) {
            if (!pn_slice_equal(rule->actions.items[k]->text, action->text)) continue;
            diag_error(r->diagnostics, action->mark, "the action '%.*s' is named twice",
                       SLICE_ARGS(action->text));
        }
    }
}

int policy_read_effect(struct policy_reading *r, const struct yaml_node *effect)
{
    static const char *const effects[] = { "EFFECT_DENY", "EFFECT_ALLOW" };

    return effect != NULL && yaml_read_word(r->diagnostics, effect, effects, 2) == 1;
}

static void check_rule(struct policy_reading *r, const struct yaml_node *node,
                       struct rule_doc *rule)
{
    policy_check_actions(r, node, rule);
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

static void read_rule(struct policy_reading *r, const struct yaml_node *node)
{
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
    policy_read_rule_name(r, name, &rule);
    rule.allows = policy_read_effect(r, effect);
    rule.number = (unsigned)r->doc->rules.count + 1;
    COPY_ITEMS(r, &rule.actions, actions);
    COPY_ITEMS(r, &rule.roles, roles);
    COPY_ITEMS(r, &rule.derived_roles, derived);
    rule.condition = policy_read_condition(r, condition);
    policy_read_output(r, output, &rule);
    if (actions != NULL) check_rule(r, node, &rule);
    LIST_PUSH(r->arena, &r->doc->rules, rule);
}

/* variables: {import: [...], local: {...}}, and constants alike. */
void policy_read_imports(struct policy_reading *r, const struct yaml_node *variables,
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

static bool is_word_byte(uint8_t ch)
{
    uint8_t lower = pn_ascii_lower(ch);

    return (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9') || ch == '_';
}

bool is_version_name(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_word_byte(text.at[i])) return false;
    }
    return text.len > 0;
}

bool is_scope_name(struct pn_slice text)
{
    bool begins = true;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        bool word = is_word_byte(ch);
        if (begins ? !word || (i == 0 && ch == '_') : !word && ch != '-' && ch != '.') return false;
        begins = ch == '.';
    }
    return text.len == 0 || !begins;
}

void policy_read_place(struct policy_reading *r, const struct yaml_node *version,
                       const struct yaml_node *scope, const struct yaml_node *permissions)
{
    static const char *const words[] = { "SCOPE_PERMISSIONS_UNSPECIFIED",
                                         "SCOPE_PERMISSIONS_OVERRIDE_PARENT",
                                         "SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS" };

    r->doc->version = version != NULL ? version->text : PN_SLICE("default");
    if (!is_version_name(r->doc->version)) {
        diag_error(r->diagnostics, version->mark, "a version has letters, digits and _");
    }
    if (scope != NULL && !yaml_text_is(scope, ".")) r->doc->scope = scope->text;
    if (!is_scope_name(r->doc->scope)) {
        diag_error(r->diagnostics, scope->mark,
                   "a scope has parts of letters, digits, _ and -, with a . between them");
    }
    if (permissions == NULL) return;
    int word = yaml_read_word(r->diagnostics, permissions, words, 3);
    if (word > 0) r->doc->permissions = (enum scope_permissions)word;
}

void policy_read_name(struct policy_reading *r, const struct yaml_node *name, const char *what)
{
    bool plain = name != NULL && name->text.len > 0;

    if (name == NULL) return;
    r->doc->name = name->text;
    r->doc->mark = name->mark;
    for (size_t i = 0; i < name->text.len; i++) {
        plain = plain && strchr("!*?[]{}", name->text.at[i]) == NULL;
    }
    if (plain) return;
    diag_error(r->diagnostics, name->mark, "a %s is one by name, without ! * ? [ ] { }", what);
}

static void read_schema(struct policy_reading *r, const struct yaml_node *node,
                        struct schema_doc *schema)
{
    struct yaml_node *ref = NULL, *ignore = NULL, *actions = NULL;
    struct yaml_field fields[] = { { "ref", YAML_WANT_TEXT | YAML_REQUIRED, &ref },
                                   { "ignoreWhen", YAML_WANT_MAP, &ignore } };
    struct yaml_field ignored[] = { { "actions", YAML_WANT_TEXTS | YAML_REQUIRED, &actions } };

    yaml_fields(r->diagnostics, node, "a schema", FIELDS(fields));
    if (ignore != NULL) yaml_fields(r->diagnostics, ignore, "ignoreWhen", FIELDS(ignored));
    schema->ref = ref;
    COPY_ITEMS(r, &schema->ignore, actions);
}

static void read_schemas(struct policy_reading *r, const struct yaml_node *node)
{
    struct yaml_node *of[2] = { NULL, NULL };
    struct yaml_field fields[] = { { "principalSchema", YAML_WANT_MAP, &of[0] },
                                   { "resourceSchema", YAML_WANT_MAP, &of[1] } };

    if (node == NULL) return;
    yaml_fields(r->diagnostics, node, "schemas", FIELDS(fields));
    for (int side = 0; side < 2; side++) {
        if (of[side] != NULL) read_schema(r, of[side], &r->doc->schemas[side]);
    }
}

static void read_resource(struct policy_reading *r, const struct yaml_node *node)
{
    struct yaml_node *resource = NULL, *version = NULL, *scope = NULL, *permissions = NULL;
    struct yaml_node *derived = NULL, *constants = NULL, *variables = NULL, *rules = NULL;
    struct yaml_node *schemas = NULL;
    struct yaml_field fields[] = { { "resource", YAML_WANT_TEXT | YAML_REQUIRED, &resource },
                                   { "version", YAML_WANT_TEXT, &version },
                                   { "scope", YAML_WANT_TEXT, &scope },
                                   { "scopePermissions", YAML_WANT_TEXT, &permissions },
                                   { "importDerivedRoles", YAML_WANT_TEXTS, &derived },
                                   { "constants", YAML_WANT_MAP, &constants },
                                   { "variables", YAML_WANT_MAP, &variables },
                                   { "rules", YAML_WANT_LIST, &rules },
                                   { "schemas", YAML_WANT_MAP, &schemas } };

    yaml_fields(r->diagnostics, node, "resourcePolicy", FIELDS(fields));
    policy_read_place(r, version, scope, permissions);
    read_schemas(r, schemas);
    policy_read_name(r, resource, "resource");
    COPY_ITEMS(r, &r->doc->import_derived, derived);
    policy_read_imports(r, variables, constants);
    for (size_t i = 0; rules != NULL && i < rules->items.count; i++) {
        read_rule(r, rules->items.items[i]);
    }
}

static void read_definition(struct policy_reading *r, const struct yaml_node *node)
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
    derived.condition = policy_read_condition(r, condition);
    for (size_t i = 0; i < r->doc->derived.count; i++) {
        if (!pn_slice_equal(r->doc->derived.items[i].name, derived.name)) continue;
        diag_error(r->diagnostics, derived.mark, "the derived role '%.*s' is defined twice",
                   SLICE_ARGS(derived.name));
    }
    LIST_PUSH(r->arena, &r->doc->derived, derived);
}

static void read_derived_roles(struct policy_reading *r, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *constants = NULL, *variables = NULL, *definitions = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "constants", YAML_WANT_MAP, &constants },
                                   { "variables", YAML_WANT_MAP, &variables },
                                   { "definitions", YAML_WANT_LIST | YAML_REQUIRED,
                                     &definitions } };

    yaml_fields(r->diagnostics, node, "derivedRoles", FIELDS(fields));
    if (name != NULL) r->doc->name = name->text;
    policy_read_imports(r, variables, constants);
    for (size_t i = 0; definitions != NULL && i < definitions->items.count; i++) {
        read_definition(r, definitions->items.items[i]);
    }
}

static void read_export(struct policy_reading *r, const struct yaml_node *node)
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

static void read_envelope(struct policy_reading *r, const struct yaml_node *version,
                          const struct yaml_node *disabled, const struct yaml_node *variables)
{
    if (version != NULL && !yaml_text_is(version, "api.cerbos.dev/v1")) {
        diag_error(r->diagnostics, version->mark, "apiVersion is api.cerbos.dev/v1");
    }
    if (disabled != NULL) yaml_read_bool(r->diagnostics, disabled, &r->doc->disabled);
    COPY_PAIRS(r, &r->doc->variables, variables);
}

static void read_body(struct policy_reading *r, const struct yaml_node *body)
{
    switch (r->doc->kind) {
    case POLICY_RESOURCE: read_resource(r, body); break;
    case POLICY_DERIVED_ROLES: read_derived_roles(r, body); break;
    case POLICY_EXPORT_VARIABLES:
    case POLICY_EXPORT_CONSTANTS: read_export(r, body); break;
    case POLICY_PRINCIPAL: policy_read_principal(r, body); break;
    case POLICY_ROLE: policy_read_role(r, body); break;
    case POLICY_KIND_COUNT: break;
    }
}

struct policy_doc *policy_doc_read(struct arena *arena, struct diagnostics *diagnostics,
                                   const struct yaml_node *root)
{
    struct policy_reading r = { arena, diagnostics, ARENA_NEW(arena, struct policy_doc) };
    struct yaml_node *version = NULL, *disabled = NULL, *variables = NULL;
    struct yaml_node *bodies[POLICY_KIND_COUNT] = { NULL };
    struct yaml_field fields[] = {
        { "apiVersion", YAML_WANT_TEXT | YAML_REQUIRED, &version },
        { "disabled", YAML_WANT_TEXT, &disabled },
        { "description", YAML_WANT_ANY, NULL },
        { "metadata", YAML_WANT_ANY, NULL },
        { "$schema", YAML_WANT_ANY, NULL },
        { "variables", YAML_WANT_MAP, &variables },
        { "resourcePolicy", YAML_WANT_MAP, &bodies[POLICY_RESOURCE] },
        { "derivedRoles", YAML_WANT_MAP, &bodies[POLICY_DERIVED_ROLES] },
        { "exportVariables", YAML_WANT_MAP, &bodies[POLICY_EXPORT_VARIABLES] },
        { "exportConstants", YAML_WANT_MAP, &bodies[POLICY_EXPORT_CONSTANTS] },
        { "principalPolicy", YAML_WANT_MAP, &bodies[POLICY_PRINCIPAL] },
        { "rolePolicy", YAML_WANT_MAP, &bodies[POLICY_ROLE] },
    };
    size_t body_count = 0;

    r.doc->file = root->mark.file;
    r.doc->mark = root->mark;
    yaml_fields(diagnostics, root, "a policy", FIELDS(fields));
    if (root->kind != YAML_MAP) return NULL;
    for (size_t i = 0; i < POLICY_KIND_COUNT; i++) {
        if (bodies[i] == NULL) continue;
        r.doc->kind = (enum policy_kind)i;
        body_count++;
    }
    if (body_count != 1) {
        diag_error(diagnostics, root->mark,
                   "a file holds one policy, such as resourcePolicy or derivedRoles");
        return NULL;
    }
    read_envelope(&r, version, disabled, variables);
    read_body(&r, bodies[r.doc->kind]);
    return r.doc;
}
