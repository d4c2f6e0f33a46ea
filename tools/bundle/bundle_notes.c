/* see bundle_notes.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle_notes.h"

struct noting {
    struct bundle *bundle;
    LIST(struct pn_slice) told; /* roles, each once */
};

/* --- kinds --- */

static bool is_server(const struct bundle *bundle, struct pn_slice name)
{
    for (size_t i = 0; i < bundle->servers.count; i++) {
        if (pn_slice_equal(bundle->servers.items[i].name, name)) return true;
    }
    return false;
}

static const char *nearest_kind(struct bundle *bundle, struct pn_slice kind)
{
    LIST(const char *) names = { 0 };

    LIST_PUSH(bundle->arena, &names, "llm");
    LIST_PUSH(bundle->arena, &names, "tool");
    for (size_t i = 0; i < bundle->servers.count; i++) {
        LIST_PUSH(
            bundle->arena, &names,
            arena_format(bundle->arena, "mcp:%.*s", SLICE_ARGS(bundle->servers.items[i].name)));
    }
    return diag_nearest(kind, names.items, names.count);
}

static void note_kind(struct bundle *bundle, const struct policy_doc *doc)
{
    struct pn_slice kind = doc->name;
    bool mcp = pn_slice_begins(kind, PN_SLICE("mcp:"));

    if (pn_slice_equal(kind, PN_SLICE("llm")) || pn_slice_equal(kind, PN_SLICE("tool")) ||
        pn_slice_begins(kind, PN_SLICE("http:")) ||
        (mcp && is_server(bundle, pn_slice_from(kind, 4)))) {
        return;
    }
    const char *nearest = nearest_kind(bundle, kind);
    const char *before = nearest != NULL ? "; did you mean '" : "";
    const char *after = nearest != NULL ? "'?" : "";
    if (nearest == NULL) nearest = "";
    if (mcp) {
        diag_note(bundle->diagnostics, doc->mark, "servers.yaml has no server '%.*s'%s%s%s",
                  SLICE_ARGS(pn_slice_from(kind, 4)), before, nearest, after);
    } else {
        diag_note(
            bundle->diagnostics, doc->mark,
            "no call is of the kind '%.*s': there are llm, mcp:SERVER, tool and http:API%s%s%s",
            SLICE_ARGS(kind), before, nearest, after);
    }
}

/* --- roles --- */

static bool key_has(const struct bundle *bundle, struct pn_slice role)
{
    for (size_t i = 0; i < bundle->keys.count; i++) {
        const struct bundle_key *key = &bundle->keys.items[i];
        for (size_t k = 0; k < key->roles.count; k++) {
            if (pn_slice_equal(key->roles.items[k]->text, role)) return true;
        }
    }
    return false;
}

static bool issuer_gives(const struct bundle *bundle, struct pn_slice role)
{
    for (size_t i = 0; i < bundle->issuers.count; i++) {
        const struct bundle_issuer *issuer = &bundle->issuers.items[i];
        for (size_t k = 0; k < issuer->roles.count; k++) {
            if (pn_slice_equal(issuer->roles.items[k].role->text, role)) return true;
        }
    }
    return false;
}

static const char *nearest_role(struct bundle *bundle, struct pn_slice role)
{
    LIST(const char *) names = { 0 };

    for (size_t i = 0; i < bundle->keys.count; i++) {
        const struct bundle_key *key = &bundle->keys.items[i];
        for (size_t k = 0; k < key->roles.count; k++) {
            LIST_PUSH(bundle->arena, &names,
                      arena_format(bundle->arena, "%.*s", SLICE_ARGS(key->roles.items[k]->text)));
        }
    }
    return diag_nearest(role, names.items, names.count);
}

static void note_role(struct noting *n, const struct yaml_node *role)
{
    if (pn_slice_equal(role->text, PN_SLICE("*")) || key_has(n->bundle, role->text)) return;
    if (issuer_gives(n->bundle, role->text)) return;
    for (size_t i = 0; i < n->told.count; i++) {
        if (pn_slice_equal(n->told.items[i], role->text)) return;
    }
    LIST_PUSH(n->bundle->arena, &n->told, role->text);
    const char *nearest = nearest_role(n->bundle, role->text);
    diag_note(n->bundle->diagnostics, role->mark, "no key has the role '%.*s'%s%s%s",
              SLICE_ARGS(role->text), nearest != NULL ? "; did you mean '" : "",
              nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static void note_roles(struct noting *n, const struct policy_doc *doc)
{
    for (size_t i = 0; i < doc->rules.count; i++) {
        const struct rule_doc *rule = &doc->rules.items[i];
        for (size_t k = 0; k < rule->roles.count; k++) note_role(n, rule->roles.items[k]);
    }
    for (size_t i = 0; i < doc->derived.count; i++) {
        const struct derived_doc *derived = &doc->derived.items[i];
        for (size_t k = 0; k < derived->parents.count; k++) note_role(n, derived->parents.items[k]);
    }
}

/* --- attributes --- */

static const char *const facts[] = {
#define PN_FACT(name, path) path,
#include "policy/facts.def"
#undef PN_FACT
};

enum { FACT_COUNT = sizeof facts / sizeof facts[0] };

/* Compared without what all begin with, or everything would be near. */
static const char *nearest_fact(const char *part)
{
    static const struct pn_slice common = PN_SLICE_INIT("R.attr.");
    const char *names[FACT_COUNT];
    size_t count = 0;

    for (size_t i = 0; i < FACT_COUNT; i++) {
        bool resource = pn_slice_begins(pn_slice(facts[i], strlen(facts[i])), common);
        if (resource) names[count++] = facts[i] + common.len;
    }
    part += common.len;
    return diag_nearest(pn_slice(part, strlen(part)), names, count);
}

static bool told_at(const struct diagnostics *diagnostics, struct mark mark)
{
    for (size_t i = 0; i < diagnostics->list.count; i++) {
        struct mark other = diagnostics->list.items[i].mark;
        if (other.line == mark.line && other.column == mark.column && other.file != NULL &&
            mark.file != NULL && strcmp(other.file, mark.file) == 0) {
            return true;
        }
    }
    return false;
}

/* Two attributes have members of fixed names; those of the others are the call's own. */
static const char *known_part(struct bundle *bundle, const struct attr_path *path)
{
    struct pn_slice name = path->steps.items[1];
    bool members =
        pn_slice_equal(name, PN_SLICE("budget")) || pn_slice_equal(name, PN_SLICE("session"));

    if (members && path->steps.count == 2) return NULL;
    if (!members) return arena_format(bundle->arena, "R.attr.%.*s", SLICE_ARGS(name));
    return arena_format(bundle->arena, "R.attr.%.*s.%.*s", SLICE_ARGS(name),
                        SLICE_ARGS(path->steps.items[2]));
}

static void note_slot(struct bundle *bundle, const struct image_slot *slot)
{
    const struct attr_path *path = &slot->path;

    if (path->root != ATTR_RESOURCE || path->steps.count < 2 ||
        !pn_slice_equal(path->steps.items[0], PN_SLICE("attr"))) {
        return;
    }
    const char *part = known_part(bundle, path);
    if (part == NULL) return;
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if (strcmp(part, facts[i]) == 0) return;
    }
    if (told_at(bundle->diagnostics, slot->mark)) return; /* as a slip of one letter */
    const char *nearest = nearest_fact(part);
    diag_note(bundle->diagnostics, slot->mark,
              "the gateway sets no %s%s%s%s; what the caller sends is under R.attr.arguments", part,
              nearest != NULL ? "; did you mean R.attr." : "", nearest != NULL ? nearest : "",
              nearest != NULL ? "?" : "");
}

void bundle_note_idle(struct bundle *bundle, const struct image *image,
                      const struct policy_set *set)
{
    struct noting noting = { .bundle = bundle };

    for (size_t i = 0; i < set->docs.count; i++) {
        const struct policy_doc *doc = set->docs.items[i];
        if (doc->disabled) continue;
        if (doc->kind == POLICY_RESOURCE) note_kind(bundle, doc);
        if (bundle->keys.count + bundle->issuers.count > 0) note_roles(&noting, doc);
    }
    for (size_t i = 0; i < image->slots.count; i++) note_slot(bundle, &image->slots.items[i]);
}
