/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_compiling.h"

#include "tools/compile/action_pattern.h"
#include "tools/compile/cel_parse.h"
#include "tools/compile/rule_output.h"

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
    policy_fill_names(c, doc, &scope);
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
        const struct policy_doc *from = policy_imported(c, POLICY_DERIVED_ROLES, import);
        const struct derived_set *set = from != NULL ? derived_set_of(c, from) : NULL;
        for (size_t k = 0; set != NULL && k < set->names.count; k++) {
            LIST_PUSH(c->image->arena, &l->derived, set->names.items[k]);
        }
    }
}

/* The derived role that a rule names; PN_NONE32, with an error, where no import or more than one
 * defines it. */
static uint32_t derived_named(struct compiling *c, const struct lowering *l,
                              const struct yaml_node *name)
{
    const struct derived_name *found = NULL;

    for (size_t i = 0; i < l->derived.count; i++) {
        if (!pn_slice_equal(l->derived.items[i].name, name->text)) continue;
        if (found != NULL && found->index != l->derived.items[i].index) {
            diag_error(c->image->diagnostics, name->mark,
                       "the derived role '%.*s' comes from more than one import",
                       SLICE_ARGS(name->text));
            return PN_NONE32;
        }
        found = &l->derived.items[i];
    }
    if (found != NULL) return found->index;
    diag_error(c->image->diagnostics, name->mark,
               "no derivedRoles that this policy imports define '%.*s'", SLICE_ARGS(name->text));
    return PN_NONE32;
}

/* The derived roles of a rule; false with an error. */
static bool add_derived(struct compiling *c, const struct lowering *l, const struct rule_doc *rule,
                        struct image_roles *roles)
{
    bool found_all = true;

    for (size_t i = 0; i < rule->derived_roles.count; i++) {
        uint32_t index = derived_named(c, l, rule->derived_roles.items[i]);
        if (index == PN_NONE32) found_all = false;
        if (index != PN_NONE32) LIST_PUSH(c->image->arena, &roles->derived, index);
    }
    return found_all;
}

/* --- rules --- */

static uint32_t rule_name(struct compiling *c, const struct policy_doc *doc,
                          const struct rule_doc *rule)
{
    struct arena *arena = c->image->arena;
    const char *name = arena_format(arena, "rule-%03u", rule->number);

    if (rule->resource != NULL) {
        struct pn_slice of = doc->kind == POLICY_ROLE ? doc->name : rule->resource->text;
        name = arena_format(arena, "%.*s_%s", SLICE_ARGS(of), name);
    }
    if (rule->name.len > 0) name = arena_format(arena, "%.*s", SLICE_ARGS(rule->name));
    const char *full = arena_format(arena, "%s#%s", policy_key(c, doc), name);
    return image_string(c->image, pn_slice(full, strlen(full)));
}

static uint32_t rule_source(struct compiling *c, const struct policy_doc *doc,
                            const struct rule_doc *rule)
{
    const char *source =
        arena_format(c->image->arena, "%s:%u", doc->file + c->set->folder_len, rule->mark.line);

    return image_string(c->image, pn_slice(source, strlen(source)));
}

static bool compile_outputs(struct lowering *l, const struct rule_doc *doc, struct image_rule *rule)
{
    enum rule_effect effect = doc->allows ? RULE_ALLOWS : RULE_DENIES;
    struct rule_output output;
    bool good = true;

    if (doc->activated != NULL) {
        good = rule_output_activated(l, doc->activated, effect, &output);
        if (good) {
            rule->activated = output.index;
            rule->outcome = (uint8_t)output.outcome;
        }
    }
    if (doc->unmet != NULL) {
        good = rule_output_unmet(l, doc->unmet, &rule->unmet) && good;
    }
    return good;
}

/* In a scope that wants the consent of those above, an allow is what does not deny: the rule denies
 * where its condition does not hold. Cerbos keeps its outputs as they are; here they stay with what
 * they speak of. */
static bool turn(struct lowering *l, const struct rule_doc *from, struct image_rule *rule)
{
    struct arena *arena = l->image->arena;
    const struct formula *formula = lower_condition(l, from->condition);

    if (formula == NULL) return false;
    rule->effect = 0;
    rule->outcome = PN_DENY;
    if (l->image->mode == PN_MODE_EDGE) {
        uint32_t activated = rule->activated;
        rule->activated = rule->unmet;
        rule->unmet = activated;
    }
    return formula_compile(l->image, formula_not(arena, formula), from->condition->mark,
                           &rule->condition);
}

bool policy_compile_rule(struct compiling *c, struct lowering *l, const struct policy_doc *doc,
                         const struct rule_doc *from, struct image_rule *rule)
{
    bool turns = doc->permissions == SCOPE_WANTS_CONSENT && doc->kind != POLICY_ROLE &&
                 from->allows && from->condition != NULL;

    *rule = (struct image_rule){
        .effect = from->allows,
        .outcome = from->allows ? PN_ALLOW : PN_DENY,
        .activated = PN_NONE32,
        .unmet = PN_NONE32,
        .name = rule_name(c, doc, from),
        .source = rule_source(c, doc, from),
    };
    bool good = compile_condition(l, from->condition, &rule->condition);
    good = compile_outputs(l, from, rule) && good;
    return good && turns ? turn(l, from, rule) : good;
}

static void add_rule(struct compiling *c, const struct image_rule *rule, size_t kind,
                     struct yaml_node *const *actions, size_t action_count)
{
    LIST_PUSH(c->image->arena, &c->image->rules, *rule);
    for (size_t i = 0; i < action_count; i++) {
        action_pattern_add(c->image, kind, actions[i], (uint16_t)(c->image->rules.count - 1));
    }
}

static bool asks_for_derived(const struct image *image, uint32_t condition)
{
    if (condition == PN_NONE32) return false;
    const struct image_condition *found = &image->conditions.items[condition];
    for (size_t i = 0; i < found->terms.count; i++) {
        for (size_t k = 0; k < found->terms.items[i].literals.count; k++) {
            uint32_t predicate = found->terms.items[i].literals.items[k] / 2;
            uint8_t kind = image->predicates.items[predicate].kind;
            if (kind == PN_PREDICATE_DERIVED || kind == PN_PREDICATE_CODE) return true;
        }
    }
    for (size_t i = 0; i < found->program.count; i++) {
        if (found->program.items[i].op != PN_OP_PUSH) continue;
        uint8_t kind = image->predicates.items[found->program.items[i].arg].kind;
        if (kind == PN_PREDICATE_DERIVED || kind == PN_PREDICATE_CODE) return true;
    }
    return false;
}

/* A later visit could find the rule changed: the derived roles that count are others by then, or
 * its own derived role hid it the first time. */
static uint16_t memory_for(struct compiling *c, const struct lowering *l,
                           const struct image_rule *rule)
{
    bool hides = rule->derived != 0 && rule->unmet != PN_NONE32;
    bool changes = l->derived.count > 0 && c->image->scopes.count > 1 &&
                   asks_for_derived(c->image, rule->condition);

    if (!hides && !changes) return 0;
    return ++c->image->memories;
}

/* Mode cerbos54: what the rule is for by a role, and by each derived role, are rules of their own;
 * and so are its actions where two of them may match one call and each tells an output. */
static void add_in_order(struct compiling *c, const struct lowering *l, const struct rule_doc *from,
                         struct image_rule *rule, size_t kind)
{
    struct image *image = c->image;
    bool tells = rule->activated != PN_NONE32 || rule->unmet != PN_NONE32, globs = false;
    struct image_roles roles = rule->roles;
    uint16_t memories[64] = { 0 };

    for (size_t i = 0; i < from->actions.count; i++) {
        globs = globs || is_glob(from->actions.items[i]->text);
    }
    size_t step = tells && globs ? 1 : from->actions.count;
    for (size_t at = 0; at < from->actions.count; at += step) {
        struct yaml_node *const *actions = from->actions.items + at;
        for (size_t part = 0; part <= roles.derived.count; part++) {
            bool own = part == 0;
            if (own && !roles.any && roles.roles.count == 0) continue;
            uint32_t derived = own ? 0 : roles.derived.items[part - 1];
            rule->roles = own ? roles : image->derived.items[derived].parents;
            rule->roles.derived.count = 0;
            rule->derived = own ? 0 : (uint16_t)(derived + 1);
            if (at == 0 || part >= 64) rule->memory = memory_for(c, l, rule);
            if (at == 0 && part < 64) memories[part] = rule->memory;
            if (part < 64) rule->memory = memories[part];
            add_rule(c, rule, kind, actions, step);
        }
    }
}

static void compile_rule(struct compiling *c, struct lowering *l, const struct policy_doc *doc,
                         size_t index, size_t kind)
{
    const struct rule_doc *from = &doc->rules.items[index];
    struct image_rule rule;

    for (size_t i = 0; i < index; i++) {
        bool same = from->name.len > 0 && pn_slice_equal(doc->rules.items[i].name, from->name);
        if (same) diag_error(c->image->diagnostics, from->mark, "another rule has this name");
    }
    bool good = policy_compile_rule(c, l, doc, from, &rule);
    add_roles(c->image, &rule.roles, from->roles.items, from->roles.count);
    good = add_derived(c, l, from, &rule.roles) && good;
    if (!good) return;
    if (c->image->mode == PN_MODE_CERBOS54) {
        add_in_order(c, l, from, &rule, kind);
    } else {
        add_rule(c, &rule, kind, from->actions.items, from->actions.count);
    }
}

/* The derived roles that count in the policy: in mode cerbos54 those that a rule names. */
static void gather_derived(struct compiling *c, const struct lowering *l,
                           const struct policy_doc *doc, struct image_roles *roles)
{
    struct arena *arena = c->image->arena;

    for (size_t i = 0; i < l->derived.count; i++) {
        bool named = c->image->mode == PN_MODE_EDGE;
        for (size_t r = 0; r < doc->rules.count && !named; r++) {
            const struct rule_doc *rule = &doc->rules.items[r];
            for (size_t k = 0; k < rule->derived_roles.count; k++) {
                named = named || pn_slice_equal(rule->derived_roles.items[k]->text,
                                                l->derived.items[i].name);
            }
        }
        if (named) LIST_PUSH(arena, &roles->derived, l->derived.items[i].index);
    }
}

static void compile_resource(struct compiling *c, const struct policy_doc *doc)
{
    struct scope scope = { 0 };
    struct lowering l = { .image = c->image, .scope = &scope };
    struct image_roles derived = { 0 };
    size_t first_rule = c->image->rules.count;

    policy_fill_names(c, doc, &scope);
    import_derived(c, doc, &l);
    size_t kind = image_kind_add(c->image, policy_subject(c, doc));
    for (size_t i = 0; i < doc->rules.count; i++) compile_rule(c, &l, doc, i, kind);
    gather_derived(c, &l, doc, &derived);
    policy_add_resource_layer(c, doc, kind, first_rule, &derived);
    policy_bind_schemas(c, doc);
}

static bool is_placed(const struct policy_doc *doc)
{
    return doc->kind == POLICY_RESOURCE || doc->kind == POLICY_PRINCIPAL ||
           doc->kind == POLICY_ROLE;
}

/* No two files are the same policy. */
static bool check_alone(struct compiling *c, const struct policy_doc *doc)
{
    const struct policy_doc *first = is_placed(doc)
                                         ? policy_placed(c, doc, doc->scope)
                                         : policy_doc_named(c->set, doc->kind, doc->name);

    if (first == doc) return true;
    diag_error(c->image->diagnostics, doc->mark, "%s:%u has %s for '%.*s' already",
               first->file + c->set->folder_len, first->mark.line, policy_kind_name(doc->kind),
               SLICE_ARGS(first->name));
    return false;
}

static void compile_doc(struct compiling *c, const struct policy_doc *doc)
{
    switch (doc->kind) {
    case POLICY_RESOURCE: compile_resource(c, doc); break;
    case POLICY_PRINCIPAL:
    case POLICY_ROLE: policy_compile_subject(c, doc); break;
    case POLICY_DERIVED_ROLES: derived_set_of(c, doc); break;
    case POLICY_EXPORT_VARIABLES:
    case POLICY_EXPORT_CONSTANTS:
    case POLICY_KIND_COUNT: break;
    }
}

bool policy_compile(struct image *image, const struct policy_set *set)
{
    struct compiling c = { .image = image, .set = set };
    size_t errors_before = image->diagnostics->error_count;

    policy_begin_layers(&c);
    for (size_t i = 0; i < set->docs.count; i++) {
        const struct policy_doc *doc = set->docs.items[i];
        if (!doc->disabled && check_alone(&c, doc)) compile_doc(&c, doc);
    }
    if (c.layered) policy_end_layers(&c);
    return image->diagnostics->error_count == errors_before;
}
