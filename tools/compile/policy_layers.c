/* see policy_compiling.h: scopes, and policies of principals and of roles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/action_pattern.h"
#include "tools/compile/policy_compiling.h"

static bool has_place(const struct policy_doc *doc)
{
    return !doc->disabled && (doc->kind == POLICY_RESOURCE || doc->kind == POLICY_PRINCIPAL ||
                              doc->kind == POLICY_ROLE);
}

static bool is_plain(const struct policy_doc *doc)
{
    return doc->kind == POLICY_RESOURCE && doc->scope.len == 0 &&
           pn_slice_equal(doc->version, PN_SLICE("default")) &&
           doc->permissions != SCOPE_WANTS_CONSENT;
}

static bool wants_layers(const struct compiling *c)
{
    const struct policy_set *set = c->set;

    if (c->image->mode == PN_MODE_CERBOS54 || set->lenient || set->default_scope.len > 0)
        return true;
    if (set->default_version.len > 0) return true;
    for (size_t i = 0; i < set->docs.count; i++) {
        if (has_place(set->docs.items[i]) && !is_plain(set->docs.items[i])) return true;
    }
    return false;
}

static const char *permissions_name(const struct policy_doc *doc)
{
    return doc->permissions == SCOPE_WANTS_CONSENT ? "REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS"
                                                   : "OVERRIDE_PARENT";
}

/* What a scope permits is one thing for all policies in it; not saying it is OVERRIDE_PARENT. */
static void check_permissions(struct compiling *c, const struct policy_doc *doc)
{
    bool consent = doc->permissions == SCOPE_WANTS_CONSENT;

    for (size_t i = 0; i < c->set->docs.count && c->set->docs.items[i] != doc; i++) {
        const struct policy_doc *other = c->set->docs.items[i];
        if (!has_place(other) || other->kind == POLICY_ROLE) continue;
        if (!pn_slice_equal(other->scope, doc->scope)) continue;
        if ((other->permissions == SCOPE_WANTS_CONSENT) == consent) return;
        diag_error(c->image->diagnostics, doc->mark,
                   "the scope '%.*s' has the permissions %s in %s:%u and %s here",
                   SLICE_ARGS(doc->scope), permissions_name(other),
                   other->file + c->set->folder_len, other->mark.line, permissions_name(doc));
        return;
    }
}

/* Between a scope and the top no policy of the chain may be missing. */
static void check_chain(struct compiling *c, const struct policy_doc *doc)
{
    struct pn_slice scope = doc->scope;

    while (scope.len > 0) {
        while (scope.len > 0 && scope.at[scope.len - 1] != '.') scope.len--;
        if (scope.len > 0) scope.len--;
        if (policy_placed(c, doc, scope) != NULL) continue;
        diag_error(c->image->diagnostics, doc->mark,
                   "the scope '%.*s' needs a policy of '%.*s' in the scope '%.*s' above it too",
                   SLICE_ARGS(doc->scope), SLICE_ARGS(doc->name), SLICE_ARGS(scope));
        return;
    }
}

static void add_scope(struct compiling *c, const struct policy_doc *doc)
{
    struct image_scope *scope = image_scope(c->image, doc->scope);
    bool principal = doc->kind == POLICY_PRINCIPAL;

    scope->flags |= principal ? PN_SCOPE_HAS_PRINCIPAL : PN_SCOPE_HAS_RESOURCE;
    if (doc->kind == POLICY_ROLE) return;
    if (doc->permissions == SCOPE_WANTS_CONSENT) scope->flags |= PN_SCOPE_CONSENT;
    check_permissions(c, doc);
    check_chain(c, doc);
}

/* Principal policies are found by P.id, whether or not an expression reads it. */
static void want_principal_id(struct compiling *c, struct mark mark)
{
    struct attr_path path = { .root = ATTR_PRINCIPAL };

    LIST_PUSH(c->image->arena, &path.steps, PN_SLICE("id"));
    image_slot(c->image, &path, mark, 0);
}

void policy_begin_layers(struct compiling *c)
{
    const struct policy_set *set = c->set;

    c->layered = wants_layers(c);
    if (!c->layered) return;
    struct image_scope *top = image_scope(c->image, PN_SLICE(""));
    if (set->lenient) top->flags |= PN_SCOPE_LENIENT;
    c->image->default_version =
        set->default_version.len > 0 ? set->default_version : PN_SLICE("default");
    for (size_t i = 0; i < set->docs.count; i++) {
        const struct policy_doc *doc = set->docs.items[i];
        if (has_place(doc)) add_scope(c, doc);
        if (has_place(doc) && doc->kind == POLICY_PRINCIPAL) want_principal_id(c, doc->mark);
    }
    c->image->default_scope = set->default_scope;
    image_scope(c->image, set->default_scope);
}

static struct image_layer *new_layer(struct compiling *c, const struct policy_doc *doc,
                                     enum pn_layer_kind kind)
{
    struct image_layer layer = {
        .kind = kind,
        .scope = doc->scope,
        .version = kind == PN_LAYER_PARENTS ? PN_SLICE("") : doc->version,
        .subject = policy_subject(c, doc),
    };

    LIST_PUSH(c->image->arena, &c->image->layers, layer);
    return &c->image->layers.items[c->image->layers.count - 1];
}

void policy_add_resource_layer(struct compiling *c, const struct policy_doc *doc, size_t kind,
                               size_t first_rule, const struct image_roles *derived)
{
    if (!c->layered) return;
    struct image_layer *layer = new_layer(c, doc, PN_LAYER_RESOURCE);
    layer->image_kind = kind;
    layer->rules = (uint16_t)first_rule;
    layer->rule_count = (uint16_t)(c->image->rules.count - first_rule);
    layer->has_roles = derived->derived.count > 0;
    layer->roles = *derived;
}

/* Cerbos rewrites a principal's resources as it does names of policies, a role's it does not. */
static struct pn_slice resource_pattern(struct compiling *c, const struct image_layer *layer,
                                        struct pn_slice resource)
{
    bool rewritten = c->image->mode == PN_MODE_CERBOS54 && layer->kind == PN_LAYER_PRINCIPAL;

    return rewritten ? policy_clean_name(c, resource) : resource;
}

static void add_entries(struct compiling *c, struct image_layer *layer, const struct rule_doc *from)
{
    struct image *image = c->image;
    struct image_entry entry = { .rule = (uint16_t)(image->rules.count - 1) };
    struct pn_slice resource = resource_pattern(c, layer, from->resource->text);

    entry.resource = entry_pattern(image, resource, from->resource->mark);
    for (size_t i = 0; i < from->actions.count; i++) {
        const struct yaml_node *action = from->actions.items[i];
        entry.action = entry_pattern(image, action->text, action->mark);
        LIST_PUSH(image->arena, &layer->entries, entry);
    }
}

static void check_rule_name(struct compiling *c, const struct policy_doc *doc, size_t index)
{
    const struct rule_doc *rule = &doc->rules.items[index];

    for (size_t i = 0; i < index && rule->name.len > 0; i++) {
        const struct rule_doc *other = &doc->rules.items[i];
        bool beside =
            doc->kind == POLICY_ROLE || pn_slice_equal(other->resource->text, rule->resource->text);
        if (!beside || !pn_slice_equal(other->name, rule->name)) continue;
        diag_error(c->image->diagnostics, rule->mark, "another rule has this name");
    }
}

void policy_compile_subject(struct compiling *c, const struct policy_doc *doc)
{
    bool principal = doc->kind == POLICY_PRINCIPAL;
    struct scope names = { 0 };
    struct lowering l = { .image = c->image, .scope = &names };
    struct image_layer layer = *new_layer(c, doc, principal ? PN_LAYER_PRINCIPAL : PN_LAYER_ROLE);
    size_t place = c->image->layers.count - 1;

    if (!principal) image_role(c->image, doc->name);
    policy_fill_names(c, doc, &names);
    for (size_t i = 0; i < doc->rules.count; i++) {
        struct image_rule rule;
        check_rule_name(c, doc, i);
        if (!policy_compile_rule(c, &l, doc, &doc->rules.items[i], &rule)) continue;
        rule.roles.any = true;
        LIST_PUSH(c->image->arena, &c->image->rules, rule);
        add_entries(c, &layer, &doc->rules.items[i]);
    }
    c->image->layers.items[place] = layer;
}

/* Add the roles that the policies of `role` in this scope name, and those that they inherit. */
static void gather_parents(struct compiling *c, struct pn_slice scope, struct pn_slice role,
                           struct image_roles *roles)
{
    for (size_t i = 0; i < c->set->docs.count; i++) {
        const struct policy_doc *doc = c->set->docs.items[i];
        if (doc->kind != POLICY_ROLE || doc->disabled) continue;
        if (!pn_slice_equal(doc->scope, scope) || !pn_slice_equal(doc->name, role)) continue;
        for (size_t k = 0; k < doc->parents.count; k++) {
            uint32_t parent = image_role(c->image, doc->parents.items[k]->text);
            size_t at = 0;
            while (at < roles->roles.count && roles->roles.items[at] != parent) at++;
            if (at < roles->roles.count) continue;
            LIST_PUSH(c->image->arena, &roles->roles, parent);
            gather_parents(c, scope, doc->parents.items[k]->text, roles);
        }
    }
}

/* Versions of one role in one scope have the same parents: the roles of a principal are found
 * before a version is looked at. */
static bool check_versions(struct compiling *c, const struct policy_doc *doc)
{
    for (size_t i = 0; i < c->set->docs.count; i++) {
        const struct policy_doc *other = c->set->docs.items[i];
        if (other == doc) return true;
        if (other->kind != POLICY_ROLE || other->disabled) continue;
        if (!pn_slice_equal(other->scope, doc->scope)) continue;
        if (!pn_slice_equal(other->name, doc->name)) continue;
        bool same = other->parents.count == doc->parents.count;
        for (size_t k = 0; same && k < doc->parents.count; k++) {
            same = pn_slice_equal(other->parents.items[k]->text, doc->parents.items[k]->text);
        }
        if (!same) {
            diag_error(c->image->diagnostics, doc->mark,
                       "another version of this role's policy has other parentRoles");
        }
        return false;
    }
    return true;
}

void policy_end_layers(struct compiling *c)
{
    for (size_t i = 0; i < c->set->docs.count; i++) {
        const struct policy_doc *doc = c->set->docs.items[i];
        struct image_roles roles = { 0 };
        if (doc->kind != POLICY_ROLE || doc->disabled || doc->parents.count == 0) continue;
        if (!check_versions(c, doc)) continue;
        gather_parents(c, doc->scope, doc->name, &roles);
        struct image_layer *layer = new_layer(c, doc, PN_LAYER_PARENTS);
        layer->has_roles = true;
        layer->roles = roles;
    }
}
