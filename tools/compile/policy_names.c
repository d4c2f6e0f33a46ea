/* What policies and what is in them is called, and whom an import names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_compiling.h"

#include "policy/kind_name.h"
#include "tools/compile/cel_parse.h"
#include "tools/compile/yaml_fields.h"

static const char *const kind_names[] = { "resourcePolicy",  "derivedRoles",    "exportVariables",
                                          "exportConstants", "principalPolicy", "rolePolicy" };

const char *policy_kind_name(enum policy_kind kind)
{
    return kind_names[kind];
}

struct pn_slice policy_clean_name(const struct compiling *c, struct pn_slice name)
{
    uint8_t *clean = arena_take(c->image->arena, name.len + 1);

    return pn_slice(clean, pn_kind_name(name, clean));
}

struct pn_slice policy_subject(const struct compiling *c, const struct policy_doc *doc)
{
    bool clean = doc->kind == POLICY_RESOURCE && c->image->mode == PN_MODE_CERBOS54;

    return clean ? policy_clean_name(c, doc->name) : doc->name;
}

const char *policy_key(const struct compiling *c, const struct policy_doc *doc)
{
    bool cerbos = c->image->mode == PN_MODE_CERBOS54 && doc->kind != POLICY_ROLE;
    struct pn_slice name = cerbos ? policy_clean_name(c, doc->name) : doc->name;
    const char *kind = doc->kind == POLICY_RESOURCE    ? "resource"
                       : doc->kind == POLICY_PRINCIPAL ? "principal"
                                                       : "role";

    return arena_format(c->image->arena, "%s.%.*s.v%.*s%s%.*s", kind, SLICE_ARGS(name),
                        SLICE_ARGS(doc->version), doc->scope.len > 0 ? "/" : "",
                        SLICE_ARGS(doc->scope));
}

const struct policy_doc *policy_placed(const struct compiling *c, const struct policy_doc *like,
                                       struct pn_slice scope)
{
    for (size_t i = 0; i < c->set->docs.count; i++) {
        const struct policy_doc *doc = c->set->docs.items[i];
        if (doc->kind != like->kind || doc->disabled || !pn_slice_equal(doc->scope, scope))
            continue;
        if (!pn_slice_equal(doc->version, like->version)) continue;
        if (pn_slice_equal(policy_subject(c, doc), policy_subject(c, like))) return doc;
    }
    return NULL;
}

const struct policy_doc *policy_doc_named(const struct policy_set *set, enum policy_kind kind,
                                          struct pn_slice name)
{
    for (size_t i = 0; i < set->docs.count; i++) {
        const struct policy_doc *doc = set->docs.items[i];
        if (doc->kind == kind && !doc->disabled && pn_slice_equal(doc->name, name)) return doc;
    }
    return NULL;
}

const struct policy_doc *policy_imported(struct compiling *c, enum policy_kind kind,
                                         const struct yaml_node *import)
{
    const struct policy_doc *doc = policy_doc_named(c->set, kind, import->text);
    const char *names[64];
    size_t count = 0;

    if (doc != NULL) return doc;
    for (size_t i = 0; i < c->set->docs.count && count < 64; i++) {
        const struct policy_doc *other = c->set->docs.items[i];
        if (other->kind == kind) names[count++] = (const char *)other->name.at;
    }
    const char *nearest = diag_nearest(import->text, names, count);
    diag_error(c->image->diagnostics, import->mark, "there is no %s named '%.*s'%s%s%s",
               policy_kind_name(kind), SLICE_ARGS(import->text),
               nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
               nearest != NULL ? "'?" : "");
    return NULL;
}

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

void policy_fill_names(struct compiling *c, const struct policy_doc *doc, struct scope *scope)
{
    scope->globals = &c->set->names;
    for (size_t i = 0; i < doc->import_constants.count; i++) {
        const struct policy_doc *from =
            policy_imported(c, POLICY_EXPORT_CONSTANTS, doc->import_constants.items[i]);
        for (size_t k = 0; from != NULL && k < from->constants.count; k++) {
            add_constant(c, scope, from->constants.items[k]);
        }
    }
    for (size_t i = 0; i < doc->constants.count; i++)
        add_constant(c, scope, doc->constants.items[i]);
    for (size_t i = 0; i < doc->import_variables.count; i++) {
        const struct policy_doc *from =
            policy_imported(c, POLICY_EXPORT_VARIABLES, doc->import_variables.items[i]);
        for (size_t k = 0; from != NULL && k < from->variables.count; k++) {
            add_variable(c, scope, from->variables.items[k]);
        }
    }
    for (size_t i = 0; i < doc->variables.count; i++)
        add_variable(c, scope, doc->variables.items[i]);
}
