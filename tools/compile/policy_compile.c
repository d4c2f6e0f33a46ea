/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_compile.h"

#include "tools/compile/action_pattern.h"
#include "tools/compile/cel_lower.h"
#include "tools/compile/cel_parse.h"
#include "tools/compile/rule_output.h"
#include "tools/compile/yaml_fields.h"

/* Derived roles of one file, compiled when first imported. */
struct derived_set {
    const struct policy_doc *doc;
    LIST(struct derived_name) names;
};

struct compiling {
    struct image *image;
    const struct policy_set *set;
    LIST(struct derived_set) derived_sets;
};

static const char *const kind_names[] = { "resourcePolicy", "derivedRoles", "exportVariables",
                                          "exportConstants" };

static const struct policy_doc *doc_named(const struct policy_set *set, enum policy_kind kind,
                                          struct pn_slice name)
{
    for (size_t i = 0; i < set->docs.count; i++) {
        const struct policy_doc *doc = set->docs.items[i];
        if (doc->kind == kind && !doc->disabled && pn_slice_equal(doc->name, name)) return doc;
    }
    return NULL;
}

/* The file that an import names; NULL with an error. */
static const struct policy_doc *imported(struct compiling *c, enum policy_kind kind,
                                         const struct yaml_node *import)
{
    const struct policy_doc *doc = doc_named(c->set, kind, import->text);
    const char *names[64];
    size_t count = 0;

    if (doc != NULL) return doc;
    for (size_t i = 0; i < c->set->docs.count && count < 64; i++) {
        const struct policy_doc *other = c->set->docs.items[i];
        if (other->kind == kind) names[count++] = (const char *)other->name.at;
    }
    const char *nearest = diag_nearest(import->text, names, count);
    diag_error(c->image->diagnostics, import->mark, "there is no %s named '%.*s'%s%s%s",
               kind_names[kind], SLICE_ARGS(import->text),
               nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
               nearest != NULL ? "'?" : "");
    return NULL;
}

/* --- scopes --- */

static void add_variable(struct compiling *c, struct scope *scope, struct yaml_pair pair)
{
    struct arena *arena = c->image->arena;
    struct cel_source *source = ARENA_NEW(arena, struct cel_source);

    if (pair.value->kind != YAML_SCALAR) {
        diag_error(c->image->diagnostics, pair.value->mark, "a variable is an expression");
        return;
    }
    if (!cel_is_identifier(pair.key->text)) {
        diag_error(c->image->diagnostics, pair.key->mark,
                   "a variable is named by letters, digits and _");
    }
    for (size_t i = 0; i < scope->variables.count; i++) {
        if (!pn_slice_equal(scope->variables.items[i].name, pair.key->text)) continue;
        diag_error(c->image->diagnostics, pair.key->mark, "the variable '%.*s' is defined twice",
                   SLICE_ARGS(pair.key->text));
        return;
    }
    *source = (struct cel_source){ pair.value->text, pair.value, pair.value->mark.file };
    const struct cel_node *node = cel_parse(arena, c->image->diagnostics, source);
    LIST_PUSH(arena, &scope->variables,
              ((struct scope_variable){ .name = pair.key->text, .source = source, .node = node }));
}

static void add_constant(struct compiling *c, struct scope *scope, struct yaml_pair pair)
{
    struct scope_constant constant = { .name = pair.key->text };

    for (size_t i = 0; i < scope->constants.count; i++) {
        if (!pn_slice_equal(scope->constants.items[i].name, pair.key->text)) continue;
        diag_error(c->image->diagnostics, pair.key->mark, "the constant '%.*s' is defined twice",
                   SLICE_ARGS(pair.key->text));
        return;
    }
    if (!yaml_read_value(c->image->arena, c->image->diagnostics, pair.value, &constant.value))
        return;
    LIST_PUSH(c->image->arena, &scope->constants, constant);
}

static void fill_scope(struct compiling *c, const struct policy_doc *doc, struct scope *scope)
{
    for (size_t i = 0; i < doc->import_constants.count; i++) {
        const struct policy_doc *from =
            imported(c, POLICY_EXPORT_CONSTANTS, doc->import_constants.items[i]);
        for (size_t k = 0; from != NULL && k < from->constants.count; k++) {
            add_constant(c, scope, from->constants.items[k]);
        }
    }
    for (size_t i = 0; i < doc->constants.count; i++)
        add_constant(c, scope, doc->constants.items[i]);
    for (size_t i = 0; i < doc->import_variables.count; i++) {
        const struct policy_doc *from =
            imported(c, POLICY_EXPORT_VARIABLES, doc->import_variables.items[i]);
        for (size_t k = 0; from != NULL && k < from->variables.count; k++) {
            add_variable(c, scope, from->variables.items[k]);
        }
    }
    for (size_t i = 0; i < doc->variables.count; i++)
        add_variable(c, scope, doc->variables.items[i]);
}

/* --- conditions --- */

static const struct formula *lower_expr(struct lowering *l, const struct yaml_node *expr)
{
    struct cel_source *source = ARENA_NEW(l->image->arena, struct cel_source);

    *source = (struct cel_source){ expr->text, expr, expr->mark.file };
    const struct cel_node *node = cel_parse(l->image->arena, l->image->diagnostics, source);
    if (node == NULL) return NULL;
    l->scope->expansion_count = 0;
    const struct formula *formula = cel_lower(l, node);
    bool settles = formula != NULL && l->image->mode == PN_MODE_CERBOS54;
    return settles ? formula_settle(l->image->arena, formula) : formula;
}

static const struct formula *lower_condition(struct lowering *l, const struct condition_doc *doc)
{
    struct arena *arena = l->image->arena;
    const struct formula *all = formula_constant(arena, doc->kind == CONDITION_ALL);
    bool failed = false;

    if (doc->kind == CONDITION_EXPR) return lower_expr(l, doc->expr);
    for (size_t i = 0; i < doc->of.count; i++) {
        const struct formula *part = lower_condition(l, doc->of.items[i]);
        if (part == NULL) {
            failed = true;
        } else {
            all = doc->kind == CONDITION_ALL ? formula_and(arena, all, part)
                                             : formula_or(arena, all, part);
        }
    }
    if (failed) return NULL;
    return doc->kind == CONDITION_NONE ? formula_not(arena, all) : all;
}

/* The condition's index, PN_NONE32 for none or one that always holds. False with an error. */
static bool compile_condition(struct lowering *l, const struct condition_doc *doc, uint32_t *index)
{
    *index = PN_NONE32;
    if (doc == NULL) return true;
    const struct formula *formula = lower_condition(l, doc);
    if (formula == NULL) return false;
    if (formula->kind == FORMULA_FALSE) {
        diag_note(l->image->diagnostics, doc->mark, "this condition never holds");
    }
    return formula_compile(l->image, formula, doc->mark, index);
}

/* --- derived roles --- */

static void add_roles(struct image *image, struct image_roles *roles, struct yaml_node **names,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pn_slice_equal(names[i]->text, PN_SLICE("*"))) {
            roles->any = true;
        } else {
            LIST_PUSH(image->arena, &roles->roles, image_role(image, names[i]->text));
        }
    }
}

static void compile_derived(struct compiling *c, struct lowering *l, const struct derived_doc *doc,
                            struct derived_set *set)
{
    struct image *image = c->image;
    struct image_derived derived = { .name = image_string(image, doc->name) };

    add_roles(image, &derived.parents, doc->parents.items, doc->parents.count);
    if (!compile_condition(l, doc->condition, &derived.condition)) return;
    LIST_PUSH(image->arena, &image->derived, derived);
    LIST_PUSH(image->arena, &set->names,
              ((struct derived_name){ doc->name, (uint32_t)image->derived.count - 1 }));
}

static const struct derived_set *derived_set_of(struct compiling *c, const struct policy_doc *doc)
{
    struct scope scope = { 0 };
    struct lowering l = { .image = c->image, .scope = &scope, .in_derived_role = true };
    struct derived_set set = { .doc = doc };

    for (size_t i = 0; i < c->derived_sets.count; i++) {
        if (c->derived_sets.items[i].doc == doc) return &c->derived_sets.items[i];
    }
    fill_scope(c, doc, &scope);
    for (size_t i = 0; i < doc->derived.count; i++) {
        compile_derived(c, &l, &doc->derived.items[i], &set);
    }
    LIST_PUSH(c->image->arena, &c->derived_sets, set);
    return &c->derived_sets.items[c->derived_sets.count - 1];
}

static void import_derived(struct compiling *c, const struct policy_doc *doc, struct lowering *l)
{
    for (size_t i = 0; i < doc->import_derived.count; i++) {
        const struct yaml_node *import = doc->import_derived.items[i];
        const struct policy_doc *from = imported(c, POLICY_DERIVED_ROLES, import);
        const struct derived_set *set = from != NULL ? derived_set_of(c, from) : NULL;
        for (size_t k = 0; set != NULL && k < set->names.count; k++) {
            LIST_PUSH(c->image->arena, &l->derived, set->names.items[k]);
        }
    }
    for (size_t i = 0; i < l->derived.count; i++) {
        for (size_t k = i + 1; k < l->derived.count; k++) {
            if (!pn_slice_equal(l->derived.items[i].name, l->derived.items[k].name)) continue;
            diag_error(c->image->diagnostics, doc->mark,
                       "the derived role '%.*s' comes from more than one import",
                       SLICE_ARGS(l->derived.items[i].name));
        }
    }
}

/* The derived roles of a rule; false with an error for one that no import defines. */
static bool add_derived(struct compiling *c, const struct lowering *l, const struct rule_doc *rule,
                        struct image_roles *roles)
{
    bool found_all = true;

    for (size_t i = 0; i < rule->derived_roles.count; i++) {
        const struct yaml_node *name = rule->derived_roles.items[i];
        size_t k = 0;
        while (k < l->derived.count && !pn_slice_equal(l->derived.items[k].name, name->text)) k++;
        if (k < l->derived.count) {
            LIST_PUSH(c->image->arena, &roles->derived, l->derived.items[k].index);
        } else {
            diag_error(c->image->diagnostics, name->mark,
                       "no derivedRoles that this policy imports define '%.*s'",
                       SLICE_ARGS(name->text));
            found_all = false;
        }
    }
    return found_all;
}

/* --- rules --- */

static uint32_t rule_name(struct compiling *c, const struct policy_doc *doc,
                          const struct rule_doc *rule, size_t number)
{
    struct arena *arena = c->image->arena;
    const char *name = rule->name.len > 0 ? arena_format(arena, "%.*s", SLICE_ARGS(rule->name))
                                          : arena_format(arena, "rule-%03zu", number);
    const char *full =
        arena_format(arena, "resource.%.*s.vdefault#%s", SLICE_ARGS(doc->name), name);

    return image_string(c->image, pn_slice(full, strlen(full)));
}

static uint32_t rule_source(struct compiling *c, const struct policy_doc *doc,
                            const struct rule_doc *rule)
{
    const char *source =
        arena_format(c->image->arena, "%s:%u", doc->file + c->set->folder_len, rule->mark.line);

    return image_string(c->image, pn_slice(source, strlen(source)));
}

static bool compile_outputs(struct compiling *c, struct scope *scope, const struct rule_doc *doc,
                            struct image_rule *rule)
{
    enum rule_effect effect = doc->allows ? RULE_ALLOWS : RULE_DENIES;
    struct rule_output output;
    bool good = true;

    if (doc->activated != NULL) {
        good = rule_output_activated(c->image, scope, doc->activated, effect, &output);
        if (good) {
            rule->activated = output.index;
            rule->outcome = (uint8_t)output.outcome;
        }
    }
    if (doc->unmet != NULL) {
        good = rule_output_unmet(c->image, scope, doc->unmet, &rule->unmet) && good;
    }
    return good;
}

static void compile_rule(struct compiling *c, struct lowering *l, const struct policy_doc *doc,
                         size_t index)
{
    const struct rule_doc *from = &doc->rules.items[index];
    struct image *image = c->image;
    struct image_rule rule = {
        .effect = from->allows,
        .outcome = from->allows ? PN_ALLOW : PN_DENY,
        .activated = PN_NONE32,
        .unmet = PN_NONE32,
        .name = rule_name(c, doc, from, index + 1),
        .source = rule_source(c, doc, from),
    };

    for (size_t i = 0; i < index; i++) {
        bool same = from->name.len > 0 && pn_slice_equal(doc->rules.items[i].name, from->name);
        if (same) diag_error(image->diagnostics, from->mark, "another rule has this name");
    }
    add_roles(image, &rule.roles, from->roles.items, from->roles.count);
    bool good = add_derived(c, l, from, &rule.roles);
    good = compile_condition(l, from->condition, &rule.condition) && good;
    good = compile_outputs(c, l->scope, from, &rule) && good;
    if (!good) return;
    LIST_PUSH(image->arena, &image->rules, rule);
    for (size_t i = 0; i < from->actions.count; i++) {
        action_pattern_add(image, doc->name, from->actions.items[i],
                           (uint16_t)(image->rules.count - 1));
    }
}

static void compile_resource(struct compiling *c, const struct policy_doc *doc)
{
    struct scope scope = { 0 };
    struct lowering l = { .image = c->image, .scope = &scope };

    if (doc_named(c->set, POLICY_RESOURCE, doc->name) != doc) {
        diag_error(c->image->diagnostics, doc->mark, "another file has a policy for '%.*s' already",
                   SLICE_ARGS(doc->name));
        return;
    }
    fill_scope(c, doc, &scope);
    import_derived(c, doc, &l);
    image_kind(c->image, doc->name);
    for (size_t i = 0; i < doc->rules.count; i++) compile_rule(c, &l, doc, i);
}

static void check_name(struct compiling *c, const struct policy_doc *doc)
{
    if (doc_named(c->set, doc->kind, doc->name) == doc) return;
    diag_error(c->image->diagnostics, doc->mark, "another file has %s named '%.*s' already",
               kind_names[doc->kind], SLICE_ARGS(doc->name));
}

bool policy_compile(struct image *image, const struct policy_set *set)
{
    struct compiling c = { .image = image, .set = set };
    size_t errors_before = image->diagnostics->error_count;

    for (size_t i = 0; i < set->docs.count; i++) {
        const struct policy_doc *doc = set->docs.items[i];
        if (doc->disabled) continue;
        if (doc->kind == POLICY_RESOURCE) {
            compile_resource(&c, doc);
        } else {
            check_name(&c, doc);
            if (doc->kind == POLICY_DERIVED_ROLES) derived_set_of(&c, doc);
        }
    }
    return image->diagnostics->error_count == errors_before;
}
