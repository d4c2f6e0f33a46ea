/* identity.yaml: what is attached to whom
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/facts/facts_mcp.h"
#include "core/identity/identity_format.h"
#include "tools/bundle/bundle.h"
#include "tools/compile/yaml_fields.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

/* One entry while it is read: to whom all of it is attached. */
struct reading {
    struct bundle *bundle;
    struct bundle_attachment to;
    const struct yaml_node *servers; /* attached whole, or NULL */
};

static void attach(struct reading *r, enum pn_attaches what, struct pn_slice name,
                   struct pn_slice tool)
{
    struct bundle_attachment one = r->to;

    one.what = (uint8_t)what;
    one.name = name;
    one.tool = tool;
    LIST_PUSH(r->bundle->arena, &r->bundle->attachments, one);
}

static void unknown(struct reading *r, const struct yaml_node *name, const char *what,
                    const char *nearest)
{
    diag_error(r->bundle->diagnostics, name->mark, "there is no %s '%.*s'%s%s%s", what,
               SLICE_ARGS(name->text), nearest != NULL ? "; did you mean '" : "",
               nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static bool is_server(struct reading *r, const struct yaml_node *name)
{
    LIST(const char *) names = { 0 };
    struct bundle *bundle = r->bundle;

    for (size_t i = 0; i < bundle->servers.count; i++) {
        struct pn_slice known = bundle->servers.items[i].name;
        if (pn_slice_equal(known, name->text)) return true;
        LIST_PUSH(bundle->arena, &names, arena_format(bundle->arena, "%.*s", SLICE_ARGS(known)));
    }
    unknown(r, name, "server", diag_nearest(name->text, names.items, names.count));
    return false;
}

static void attach_model(struct reading *r, const struct yaml_node *name)
{
    LIST(const char *) names = { 0 };
    struct bundle *bundle = r->bundle;

    for (size_t i = 0; i < bundle->models.count; i++) {
        const struct bundle_model *model = &bundle->models.items[i];
        if (pn_slice_equal(model->name, name->text)) {
            attach(r, PN_ATTACHES_MODEL, model->group, pn_slice("", 0));
            return;
        }
        LIST_PUSH(bundle->arena, &names,
                  arena_format(bundle->arena, "%.*s", SLICE_ARGS(model->name)));
    }
    unknown(r, name, "model", diag_nearest(name->text, names.items, names.count));
}

static bool is_whole(const struct reading *r, struct pn_slice server)
{
    for (size_t i = 0; r->servers != NULL && i < r->servers->items.count; i++) {
        if (pn_slice_equal(r->servers->items.items[i]->text, server)) return true;
    }
    return false;
}

static void attach_tools(struct reading *r, const struct yaml_pair *pair)
{
    struct diagnostics *diagnostics = r->bundle->diagnostics;
    const struct yaml_node *server = pair->key, *tools = pair->value;

    if (!is_server(r, server)) return;
    if (is_whole(r, server->text)) {
        diag_error(diagnostics, server->mark,
                   "'%.*s' is under servers too, with all its tools; name it once",
                   SLICE_ARGS(server->text));
    }
    if (tools->kind != YAML_LIST || tools->items.count == 0) {
        diag_error(diagnostics, tools->mark, "a list of tools is wanted here");
        return;
    }
    for (size_t i = 0; i < tools->items.count; i++) {
        const struct yaml_node *tool = tools->items.items[i];
        if (tool->kind != YAML_SCALAR || !pn_facts_mcp_tool_name(tool->text)) {
            diag_error(diagnostics, tool->mark, "the name of a tool is wanted here");
            continue;
        }
        attach(r, PN_ATTACHES_TOOL, server->text, tool->text);
    }
}

/* Exactly one of user, agent and team. */
static bool read_whom(struct reading *r, const struct yaml_node *entry,
                      struct yaml_node *const whom[3])
{
    int count = 0;

    for (int i = 0; i < 3; i++) {
        if (whom[i] == NULL) continue;
        count++;
        r->to.who_kind = (uint8_t)(PN_ATTACHED_TO_USER + i);
        r->to.who = whom[i]->text;
    }
    if (count == 1 && r->to.who.len > 0) return true;
    diag_error(r->bundle->diagnostics, entry->mark,
               "an attachment is of a user, an agent or a team: exactly one of them");
    return false;
}

static void read_entry(struct bundle *bundle, const struct yaml_node *entry)
{
    struct yaml_node *whom[3] = { 0 }, *servers = NULL, *tools = NULL, *models = NULL;
    struct yaml_field fields[] = {
        { "user", YAML_WANT_TEXT, &whom[0] }, { "agent", YAML_WANT_TEXT, &whom[1] },
        { "team", YAML_WANT_TEXT, &whom[2] }, { "servers", YAML_WANT_TEXTS, &servers },
        { "tools", YAML_WANT_MAP, &tools },   { "models", YAML_WANT_TEXTS, &models }
    };

    yaml_fields(bundle->diagnostics, entry, "an attachment", FIELDS(fields));
    struct reading r = { .bundle = bundle, .to = { .mark = entry->mark }, .servers = servers };
    if (entry->kind != YAML_MAP || !read_whom(&r, entry, whom)) return;
    for (size_t i = 0; servers != NULL && i < servers->items.count; i++) {
        const struct yaml_node *name = servers->items.items[i];
        if (is_server(&r, name)) attach(&r, PN_ATTACHES_SERVER, name->text, pn_slice("", 0));
    }
    for (size_t i = 0; tools != NULL && i < tools->pairs.count; i++) {
        attach_tools(&r, &tools->pairs.items[i]);
    }
    for (size_t i = 0; models != NULL && i < models->items.count; i++) {
        attach_model(&r, models->items.items[i]);
    }
}

void bundle_read_attachments(struct bundle *bundle, const struct yaml_node *list)
{
    if (list->items.count == 0) {
        diag_error(bundle->diagnostics, list->mark,
                   "with nothing attached to anybody there are no limits; leave attachments out, "
                   "or name what is attached to whom");
    }
    for (size_t i = 0; i < list->items.count; i++) read_entry(bundle, list->items.items[i]);
    if (list->items.count > 0 && bundle->attachments.count == 0) {
        diag_error(bundle->diagnostics, list->mark, "nothing is attached to anybody here");
    }
}
