/* see attachment_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/attachment_table.h"

#include "core/base/bytes.h"

static struct pn_slice text_at(const struct pn_attachment_table *t, const uint8_t *at)
{
    return pn_slice(t->strings.at + pn_load32(at), pn_load32(at + 4));
}

struct pn_attachment pn_attachment_at(const struct pn_attachment_table *t, size_t index)
{
    const uint8_t *record = t->records.at + index * PN_ATTACHMENT_BYTES;

    return (struct pn_attachment){ .who_kind = record[PN_ATTACHMENT_WHO_KIND],
                                   .what = record[PN_ATTACHMENT_WHAT],
                                   .who = text_at(t, record + PN_ATTACHMENT_WHO),
                                   .name = text_at(t, record + PN_ATTACHMENT_NAME),
                                   .tool = text_at(t, record + PN_ATTACHMENT_TOOL) };
}

size_t pn_attachment_count(const struct pn_attachment_table *t)
{
    return t->records.len / PN_ATTACHMENT_BYTES;
}

static int order(const struct pn_attachment *a, const struct pn_attachment *b)
{
    if (a->who_kind != b->who_kind) return a->who_kind - b->who_kind;
    if (a->what != b->what) return a->what - b->what;
    int by_who = pn_slice_order(a->who, b->who);
    if (by_who != 0) return by_who;
    int by_name = pn_slice_order(a->name, b->name);
    return by_name != 0 ? by_name : pn_slice_order(a->tool, b->tool);
}

static bool text_is_valid(const struct pn_attachment_table *t, const uint8_t *at)
{
    return pn_load32(at) <= t->strings.len && pn_load32(at + 4) <= t->strings.len - pn_load32(at);
}

static bool record_is_valid(const struct pn_attachment_table *t, const uint8_t *record)
{
    uint8_t kind = record[PN_ATTACHMENT_WHO_KIND], what = record[PN_ATTACHMENT_WHAT];

    return kind >= PN_ATTACHED_TO_USER && kind <= PN_ATTACHED_TO_TEAM &&
           what >= PN_ATTACHES_SERVER && what <= PN_ATTACHES_MODEL &&
           pn_load16(record + PN_ATTACHMENT_ZERO) == 0 &&
           text_is_valid(t, record + PN_ATTACHMENT_WHO) &&
           text_is_valid(t, record + PN_ATTACHMENT_NAME) &&
           text_is_valid(t, record + PN_ATTACHMENT_TOOL);
}

bool pn_attachment_table_check(const struct pn_attachment_table *t)
{
    if (t->records.len % PN_ATTACHMENT_BYTES != 0) return false;
    for (size_t i = 0; i < pn_attachment_count(t); i++) {
        if (!record_is_valid(t, t->records.at + i * PN_ATTACHMENT_BYTES)) return false;
        if (i == 0) continue;
        struct pn_attachment before = pn_attachment_at(t, i - 1), line = pn_attachment_at(t, i);
        if (order(&before, &line) >= 0) return false;
    }
    return true;
}

/* Index of the first record that does not come before `wanted`. */
static size_t first_at(const struct pn_attachment_table *t, const struct pn_attachment *wanted)
{
    size_t low = 0, high = pn_attachment_count(t);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct pn_attachment line = pn_attachment_at(t, middle);
        if (order(&line, wanted) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Is there such a record for one of the caller's names? With an empty tool, of any tool. */
static bool is_attached(const struct pn_attachment_table *t, const struct pn_key *who,
                        struct pn_attachment wanted)
{
    const struct pn_slice names[] = { who->user, who->agent, who->team };

    for (uint8_t i = 0; i < 3; i++) {
        if (names[i].len == 0) continue;
        wanted.who_kind = (uint8_t)(PN_ATTACHED_TO_USER + i);
        wanted.who = names[i];
        size_t at = first_at(t, &wanted);
        if (at == pn_attachment_count(t)) continue;
        struct pn_attachment line = pn_attachment_at(t, at);
        if (wanted.tool.len == 0) line.tool = wanted.tool;
        if (order(&line, &wanted) == 0) return true;
    }
    return false;
}

enum pn_attached pn_attached_server(const struct pn_attachment_table *t, const struct pn_key *who,
                                    struct pn_slice server)
{
    struct pn_attachment line = { .what = PN_ATTACHES_SERVER, .name = server };

    if (t->records.len == 0 || is_attached(t, who, line)) return PN_ATTACHED_WHOLE;
    line.what = PN_ATTACHES_TOOL;
    return is_attached(t, who, line) ? PN_ATTACHED_TOOLS : PN_ATTACHED_NOT;
}

bool pn_attached_tool(const struct pn_attachment_table *t, const struct pn_key *who,
                      struct pn_slice server, struct pn_slice tool)
{
    struct pn_attachment line = { .what = PN_ATTACHES_TOOL, .name = server, .tool = tool };

    if (pn_attached_server(t, who, server) == PN_ATTACHED_WHOLE) return true;
    return tool.len > 0 && is_attached(t, who, line);
}

bool pn_attached_model(const struct pn_attachment_table *t, const struct pn_key *who,
                       struct pn_slice model)
{
    struct pn_attachment line = { .what = PN_ATTACHES_MODEL, .name = model };

    return t->records.len == 0 || is_attached(t, who, line);
}
