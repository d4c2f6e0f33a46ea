/* see inventory.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/inventory.h"

#include "core/route/owner_table.h"

enum { LOOKED_MAX = 50000 }; /* a millisecond's worth */

enum step { OPEN, ITEM, WHO, TOOL, TOOL_WHO, ITEM_END, LIST_END, ENDED };

/* What one listing reads, and where it writes. */
struct listing {
    struct pn_inventory *i;
    const struct pn_active *active;
    const struct pn_since *since;
    struct pn_writer *w;
};

static void member(struct pn_writer *w, struct pn_slice key, struct pn_slice value)
{
    pn_write_text(w, ",\"");
    pn_write(w, key);
    pn_write_text(w, "\":");
    if (value.len > 0) pn_write_json_string(w, value);
    else pn_write_text(w, "null");
}

/* --- one thing --- */

static void write_since(const struct listing *l, enum pn_thing thing, struct pn_slice name,
                        struct pn_slice tool)
{
    const struct pn_since_entry *e = pn_since_of(l->since, thing, name, tool);
    struct pn_writer *w = l->w;

    pn_write_text(w, ",\"since\":");
    if (!e) {
        pn_write_text(w, "null");
        return;
    }
    pn_write_text(w, "{\"sequence\":");
    pn_write_u64(w, e->sequence);
    if (e->at_s >= 0) {
        pn_write_text(w, ",\"at\":");
        pn_write_i64(w, e->at_s);
    }
    if (e->earlier) pn_write_text(w, ",\"or_earlier\":true");
    pn_write_text(w, "}");
}

/* Open the list of who may use it, or say that there are no such lists. */
static void open_who(const struct listing *l)
{
    bool limited = pn_attachment_count(&l->active->attachments) > 0;

    pn_write_text(l->w, ",\"may_use\":");
    if (limited) pn_write_text(l->w, "[");
    else pn_write_text(l->w, "\"anyone\"");
    l->i->at = 0;
    l->i->some = false;
    l->i->step = limited ? WHO : TOOL;
    if (!limited && l->i->list == PN_OWNS_SERVER) pn_write_text(l->w, ",\"tools\":[");
}

static void write_upstream(const struct listing *l, size_t index, struct pn_slice more)
{
    const struct pn_route_table *routes = &l->active->routes;
    struct pn_upstream u = pn_upstream_at(routes, index);
    struct pn_slice credential = pn_upstream_secret(routes, index);
    struct pn_writer *w = l->w;
    uint8_t text[1024];
    struct pn_writer url = pn_writer(text, sizeof text);

    pn_write(&url, u.scheme == PN_SCHEME_HTTPS ? PN_SLICE("https://") : PN_SLICE("http://"));
    pn_write(&url, u.authority);
    pn_write(&url, u.path);
    if (l->i->list == PN_OWNS_SERVER) pn_write(&url, more);
    pn_write_text(w, ",\"upstream\":{\"name\":");
    pn_write_json_string(w, u.name);
    member(w, PN_SLICE("url"), pn_written(&url));
    if (l->i->list == PN_OWNS_MODEL) member(w, PN_SLICE("model"), more);
    if (credential.len > 0) member(w, PN_SLICE("credential"), credential);
    pn_write_text(w, "}");
}

static void write_model(const struct listing *l)
{
    struct pn_model m = pn_model_at(&l->active->routes, l->i->item);

    pn_write_json_string(l->w, m.name);
    if (!pn_slice_equal(m.name, m.group)) member(l->w, PN_SLICE("alias_of"), m.group);
    member(l->w, PN_SLICE("owner"), pn_owner_of(&l->active->routes, PN_OWNS_MODEL, l->i->item));
    member(l->w, PN_SLICE("provider"), m.provider);
    write_upstream(l, m.upstream, m.upstream_name);
    write_since(l, PN_THING_MODEL, m.name, PN_SLICE(""));
}

static void write_server(const struct listing *l)
{
    struct pn_server s = pn_server_at(&l->active->routes, l->i->item);
    uint8_t text[256];
    struct pn_writer path = pn_writer(text, sizeof text);

    pn_write_json_string(l->w, s.name);
    member(l->w, PN_SLICE("owner"), pn_owner_of(&l->active->routes, PN_OWNS_SERVER, l->i->item));
    pn_write_text(&path, "/mcp/");
    pn_write(&path, s.name);
    member(l->w, PN_SLICE("path"), pn_written(&path));
    write_upstream(l, s.upstream, s.path);
    write_since(l, PN_THING_SERVER, s.name, PN_SLICE(""));
}

static size_t item_count(const struct listing *l)
{
    const struct pn_route_table *routes = &l->active->routes;

    return l->i->list == PN_OWNS_MODEL ? pn_model_count(routes) : pn_server_count(routes);
}

static void item(const struct listing *l)
{
    if (l->i->item == item_count(l)) {
        l->i->step = LIST_END;
        return;
    }
    pn_write(l->w, l->i->item > 0 ? PN_SLICE(",{\"name\":") : PN_SLICE("{\"name\":"));
    if (l->i->list == PN_OWNS_MODEL) write_model(l);
    else write_server(l);
    open_who(l);
    l->i->some_tools = false;
}

/* --- who may use it --- */

/* The name that attachments have for the item. */
static struct pn_slice judged(const struct listing *l)
{
    const struct pn_route_table *routes = &l->active->routes;

    return l->i->list == PN_OWNS_MODEL ? pn_model_at(routes, l->i->item).group
                                       : pn_server_at(routes, l->i->item).name;
}

static bool is_of(const struct listing *l, const struct pn_attachment *a, struct pn_slice name)
{
    const struct pn_attachment_table *t = &l->active->attachments;
    uint8_t what = l->i->list == PN_OWNS_MODEL ? PN_ATTACHES_MODEL : PN_ATTACHES_SERVER;

    if (l->i->step == TOOL_WHO) {
        what = PN_ATTACHES_TOOL;
        if (!pn_slice_equal(a->tool, pn_attachment_at(t, l->i->tool).tool)) return false;
    }
    return a->what == what && pn_slice_equal(a->name, name);
}

static void write_who(const struct listing *l, const struct pn_attachment *a)
{
    static const struct pn_slice kinds[] = { PN_SLICE_INIT("?"), PN_SLICE_INIT("user"),
                                             PN_SLICE_INIT("agent"), PN_SLICE_INIT("team") };

    pn_write(l->w, l->i->some ? PN_SLICE(",{\"") : PN_SLICE("{\""));
    pn_write(l->w, kinds[a->who_kind]);
    pn_write_text(l->w, "\":");
    pn_write_json_string(l->w, a->who);
    pn_write_text(l->w, "}");
    l->i->some = true;
}

/* The next of them, or the end of the list. */
static void who(const struct listing *l)
{
    const struct pn_attachment_table *t = &l->active->attachments;
    struct pn_slice name = judged(l);

    for (; l->i->at < pn_attachment_count(t); l->i->at++) {
        struct pn_attachment a = pn_attachment_at(t, l->i->at);
        if (++l->i->looked > LOOKED_MAX) return;
        if (!is_of(l, &a, name)) continue;
        write_who(l, &a);
        l->i->at++;
        return;
    }
    pn_write_text(l->w, "]");
    if (l->i->step == TOOL_WHO) pn_write_text(l->w, "}");
    else if (l->i->list == PN_OWNS_SERVER) pn_write_text(l->w, ",\"tools\":[");
    l->i->at = l->i->step == TOOL_WHO ? l->i->tool + 1 : 0;
    l->i->step = TOOL;
}

/* --- tools --- */

/* Has an earlier record named it? */
static bool is_known(const struct listing *l, const struct pn_attachment *tool)
{
    l->i->looked += l->i->at;
    for (uint32_t i = 0; i < l->i->at; i++) {
        struct pn_attachment a = pn_attachment_at(&l->active->attachments, i);
        if (a.what == PN_ATTACHES_TOOL && pn_slice_equal(a.tool, tool->tool) &&
            pn_slice_equal(a.name, tool->name)) {
            return true;
        }
    }
    return false;
}

static void write_tool(const struct listing *l, const struct pn_attachment *a)
{
    pn_write(l->w, l->i->some_tools ? PN_SLICE(",{\"name\":") : PN_SLICE("{\"name\":"));
    pn_write_json_string(l->w, a->tool);
    write_since(l, PN_THING_TOOL, a->name, a->tool);
    pn_write_text(l->w, ",\"may_use\":[");
    l->i->some_tools = true;
    l->i->some = false;
    l->i->tool = l->i->at;
    l->i->step = TOOL_WHO; /* who comes before this record has not got it */
}

/* The next tool of the server that somebody is attached to, or the end of the item. */
static void tool(const struct listing *l)
{
    const struct pn_attachment_table *t = &l->active->attachments;
    struct pn_slice name = judged(l);

    for (; l->i->list == PN_OWNS_SERVER && l->i->at < pn_attachment_count(t); l->i->at++) {
        struct pn_attachment a = pn_attachment_at(t, l->i->at);
        if (++l->i->looked > LOOKED_MAX) return;
        if (a.what != PN_ATTACHES_TOOL || !pn_slice_equal(a.name, name)) continue;
        if (is_known(l, &a)) continue;
        write_tool(l, &a);
        return;
    }
    if (l->i->list == PN_OWNS_SERVER) pn_write_text(l->w, "]");
    l->i->step = ITEM_END;
}

/* --- the whole --- */

static void open(const struct listing *l)
{
    pn_write_text(l->w, "{\"policy\":{\"identity\":\"");
    pn_write_hex(l->w, l->active->identity, sizeof l->active->identity);
    pn_write_text(l->w, "\",\"sequence\":");
    pn_write_u64(l->w, l->active->sequence);
    pn_write_text(l->w, "},\"models\":[");
    l->i->step = ITEM;
}

static void list_end(const struct listing *l)
{
    bool last = l->i->list == PN_OWNS_SERVER;

    pn_write(l->w, last ? PN_SLICE("]}\n") : PN_SLICE("],\"servers\":["));
    l->i->list = PN_OWNS_SERVER;
    l->i->item = 0;
    l->i->step = last ? ENDED : ITEM;
}

static void piece(const struct listing *l)
{
    switch ((enum step)l->i->step) {
    case OPEN: open(l); return;
    case ITEM: item(l); return;
    case WHO:
    case TOOL_WHO: who(l); return;
    case TOOL: tool(l); return;
    case ITEM_END:
        pn_write_text(l->w, "}");
        l->i->item++;
        l->i->step = ITEM;
        return;
    case LIST_END: list_end(l); return;
    case ENDED: return;
    }
}

void pn_inventory_begin(struct pn_inventory *i, const struct pn_active *active)
{
    *i = (struct pn_inventory){ .step = OPEN, .list = PN_OWNS_MODEL };
    memcpy(i->identity, active->identity, sizeof i->identity);
}

enum pn_step pn_inventory_next(struct pn_inventory *i, const struct pn_active *active,
                               const struct pn_since *since, struct pn_writer *w)
{
    struct listing l = { i, active, since, w };

    if (!active || memcmp(i->identity, active->identity, sizeof i->identity) != 0) {
        return PN_REFUSED;
    }
    for (i->looked = 0; i->step != ENDED && i->looked <= LOOKED_MAX;) {
        struct pn_inventory before = *i;
        size_t len = w->len;
        piece(&l);
        if (!w->full) continue;
        *i = before;
        w->len = len;
        w->full = false;
        return len > 0 ? PN_MORE : PN_REFUSED;
    }
    return i->step == ENDED ? PN_DONE : PN_MORE;
}
