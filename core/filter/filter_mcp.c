/* see filter_mcp.h
 *
 * The scanner pauses before and after each list and each of its entries. What it has read goes
 * straight out up to the first entry of a list. From there to the list's end it is held: an entry,
 * with the comma and white space before it, until it is decided, then written or dropped.
 *
 *     ...[ gap entry gap , gap entry gap ] ...
 *     ---------|----|---------------|----|----
 *       out     held      held       held  out
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/filter/filter_mcp.h"

#include "core/base/assert.h"

enum { NAME_SLOT, SLOTS };

enum {
    PAUSE = PN_TRIE_PAUSE_BEGIN | PN_TRIE_PAUSE_END,
    ENTRY = PN_TRIE_ELEMENT | PAUSE,
    LINE_BYTES = 16, /* a line end and the name of a field, with some to spare */
};

#define MESSAGE_TRIE(NODE) \
    NODE(message, root, "", PN_TRIE_PAUSE_BEGIN, PN_TRIE_NO_SLOT, message_result, 0) \
    NODE(message, result, "result", 0, PN_TRIE_NO_SLOT, message_tools, 0) \
    NODE(message, tools, "tools", PAUSE, PN_TRIE_NO_SLOT, message_tool, message_prompts) \
    NODE(message, prompts, "prompts", PAUSE, PN_TRIE_NO_SLOT, message_prompt, message_resources) \
    NODE(message, resources, "resources", PAUSE, PN_TRIE_NO_SLOT, message_resource, 0) \
    NODE(message, tool, "", ENTRY, PN_TRIE_NO_SLOT, message_tool_name, 0) \
    NODE(message, prompt, "", ENTRY, PN_TRIE_NO_SLOT, message_prompt_name, 0) \
    NODE(message, resource, "", ENTRY, PN_TRIE_NO_SLOT, message_resource_uri, 0) \
    NODE(message, tool_name, "name", 0, NAME_SLOT, 0, 0) \
    NODE(message, prompt_name, "name", 0, NAME_SLOT, 0, 0) \
    NODE(message, resource_uri, "uri", 0, NAME_SLOT, 0, 0)
PN_TRIE_DEFINE(message, SLOTS, MESSAGE_TRIE)

static void begin_message(struct pn_filter_mcp *f)
{
    pn_json_scan_begin(&f->scan, f->config.keys, &f->config.limits);
    f->pick = (struct pn_json_pick){ .wire = message_trie, .slots = &f->slot, .spans = &f->name };
    pn_json_pick_begin(&f->pick);
    f->message = false;
}

void pn_filter_mcp_begin(struct pn_filter_mcp *f, enum pn_filter_media media,
                         const struct pn_filter_config *config)
{
    *f = (struct pn_filter_mcp){ .config = *config, .media = (uint8_t)media };
    begin_message(f);
}

/* --- what goes out --- */

static size_t room_of(const struct pn_writer *out)
{
    return out->max - out->len;
}

static void close_data(struct pn_filter_mcp *f, struct pn_writer *out)
{
    if (f->data_open) pn_write_byte(out, '\n');
    f->data_open = false;
}

static void open_data(struct pn_filter_mcp *f, struct pn_writer *out)
{
    if (!f->data_open) pn_sse_write_name(out, PN_SSE_DATA);
    f->data_open = true;
}

/* Write from the front of `text`, which is of the message and not empty; returns the bytes taken.
 * In a stream each LF begins a new line, which is how a reader gets it back. */
static size_t write_run(struct pn_filter_mcp *f, struct pn_slice text, struct pn_writer *out)
{
    bool events = f->media == PN_FILTER_EVENTS;

    if (events && text.at[0] == '\n') {
        close_data(f, out);
        open_data(f, out);
        return 1;
    }
    if (events) open_data(f, out);
    size_t len = events ? pn_slice_find(text, '\n') : text.len;
    if (len > room_of(out)) len = room_of(out);
    pn_write(out, pn_slice_head(text, len));
    return len;
}

/* As much of what is held as there is room for. True when nothing waits any more. */
static bool drain(struct pn_filter_mcp *f, struct pn_writer *out)
{
    while (f->draining && f->drained < f->held && room_of(out) > LINE_BYTES) {
        f->drained +=
            write_run(f, pn_slice(f->config.hold + f->drained, f->held - f->drained), out);
    }
    if (f->draining && f->drained < f->held) return false;
    if (f->draining) f->held = 0;
    f->draining = false;
    return true;
}

static void begin_drain(struct pn_filter_mcp *f, size_t from)
{
    f->draining = true;
    f->drained = from;
}

/* --- entries --- */

/* The name's text as it stands in `hold`, between its quotes; false when it is no string. */
static bool name_text(const struct pn_filter_mcp *f, struct pn_slice *text)
{
    size_t begin = f->entry_at + (f->name.begin - f->entry_offset);
    size_t len = f->name.end - f->name.begin;

    if (f->name.end == f->name.begin || f->config.hold[begin] != '"') return false;
    *text = pn_slice(f->config.hold + begin + 1, len - 2);
    return true;
}

/* Ask whether the entry is shown. A name with escapes is unescaped behind what is held. */
static enum pn_step judge(struct pn_filter_mcp *f, enum pn_shown *shown)
{
    struct pn_slice name;
    uint8_t *free = f->config.hold + f->held;

    *shown = PN_HIDDEN;
    if (!name_text(f, &name)) return PN_MORE;
    if (pn_slice_find(name, '\\') < name.len) {
        struct pn_value text = pn_value_string(name);
        text.flags = PN_VALUE_ESCAPED;
        size_t len = pn_value_copy_text(&text, free, f->config.hold_bytes_max - f->held);
        if (len == SIZE_MAX) return PN_REFUSED;
        name = pn_slice(free, len);
    }
    *shown = f->config.shown(f->config.context, (enum pn_list)f->list, name);
    return PN_MORE;
}

/* The comma before the entry goes when nothing was shown before it: what is held then begins one
 * byte later. */
static size_t drop_comma(struct pn_filter_mcp *f)
{
    size_t comma = pn_slice_find(pn_slice(f->config.hold, f->entry_at), ',');

    if (comma == f->entry_at) return 0;
    memmove(f->config.hold + 1, f->config.hold, comma);
    return 1;
}

static void begin_entry(struct pn_filter_mcp *f, uint64_t offset)
{
    f->holding = true;
    f->entry_at = f->held;
    f->entry_offset = (uint32_t)offset;
    f->name = (struct pn_json_span){ 0, 0 };
}

static enum pn_step end_entry(struct pn_filter_mcp *f)
{
    enum pn_shown shown;

    if (judge(f, &shown) == PN_REFUSED) return PN_REFUSED;
    if (shown == PN_HIDDEN) {
        f->hidden_count++;
        f->held = 0;
        return PN_MORE;
    }
    begin_drain(f, f->entry_shown ? 0 : drop_comma(f));
    f->entry_shown = true;
    return PN_MORE;
}

/* --- pauses --- */

/* Servers are known that say null for an empty list; anything else in its place might be read as a
 * list by somebody. */
static enum pn_step begin_list(struct pn_filter_mcp *f, enum pn_list list, uint8_t first)
{
    if (first == 'n') return PN_MORE;
    if (first != '[') return PN_REFUSED;
    f->list = (uint8_t)list;
    f->entry_shown = false;
    return PN_MORE;
}

static enum pn_step end_list(struct pn_filter_mcp *f)
{
    begin_drain(f, 0);
    f->holding = false;
    return PN_MORE;
}

/* `first` is the value's first byte. */
static enum pn_step begin_value(struct pn_filter_mcp *f, uint8_t first)
{
    switch (f->scan.pause.node) {
    case message_root:
        f->message = true;
        return first == '{' ? PN_MORE : PN_REFUSED; /* batches are of no revision spoken here */
    case message_tools: return begin_list(f, PN_LIST_TOOLS, first);
    case message_prompts: return begin_list(f, PN_LIST_PROMPTS, first);
    case message_resources: return begin_list(f, PN_LIST_RESOURCES, first);
    default: begin_entry(f, f->scan.pause.offset); return PN_MORE;
    }
}

static enum pn_step end_value(struct pn_filter_mcp *f)
{
    switch (f->scan.pause.node) {
    case message_tools:
    case message_prompts:
    case message_resources: return end_list(f);
    default: return end_entry(f);
    }
}

/* --- the message --- */

/* How much of the message may be read now: what goes out must fit there, what is held here. */
static size_t read_max(const struct pn_filter_mcp *f, const struct pn_writer *out)
{
    return f->holding ? f->config.hold_bytes_max - f->held : room_of(out) - LINE_BYTES;
}

static void keep(struct pn_filter_mcp *f, struct pn_slice text, struct pn_writer *out)
{
    if (!f->holding) {
        while (text.len > 0) text = pn_slice_from(text, write_run(f, text, out));
        return;
    }
    if (text.len > 0) memcpy(f->config.hold + f->held, text.at, text.len);
    f->held += text.len;
}

/* The last byte of an entry that cannot go out at once counts as not taken, so that there is input
 * left for as long as there is something to write. */
static enum pn_step at_pause(struct pn_filter_mcp *f, struct pn_slice rest, size_t *taken,
                             struct pn_writer *out)
{
    if (f->scan.pause.edge == PN_JSON_VALUE_BEGIN) return begin_value(f, rest.at[0]);
    enum pn_step step = end_value(f);
    f->ahead = !drain(f, out);
    *taken -= f->ahead ? 1 : 0;
    return step;
}

/* Read from the front of `text`, which is not empty and has no LF unless it is one; `*taken` bytes
 * of it are dealt with. */
static enum pn_step read_message(struct pn_filter_mcp *f, struct pn_slice text, size_t *taken,
                                 struct pn_writer *out)
{
    size_t max = read_max(f, out);

    *taken = f->ahead ? 1 : 0;
    f->ahead = false;
    text = pn_slice_from(text, *taken);
    if (text.len == 0) return PN_MORE;
    if (max == 0) return PN_REFUSED;
    if (text.len > max) text.len = max;
    enum pn_step step = pn_json_scan_step(&f->scan, text, PN_JSON_MORE, &f->pick);
    if (step == PN_REFUSED) return PN_REFUSED;
    keep(f, pn_slice_head(text, f->scan.consumed), out);
    *taken += f->scan.consumed;
    return step == PN_WAIT ? at_pause(f, pn_slice_from(text, f->scan.consumed), taken, out) : step;
}

static enum pn_step end_message(struct pn_filter_mcp *f)
{
    if (f->draining) return PN_REFUSED;
    if (!f->message) return PN_DONE;
    return pn_json_scan_step(&f->scan, PN_SLICE(""), PN_JSON_LAST, &f->pick);
}

/* --- events --- */

static enum pn_step end_event(struct pn_filter_mcp *f, struct pn_writer *out)
{
    if (end_message(f) != PN_DONE) return PN_REFUSED;
    close_data(f, out);
    pn_sse_write_event_end(out);
    f->data_seen = false;
    begin_message(f);
    return PN_MORE;
}

static enum pn_step read_data(struct pn_filter_mcp *f, const struct pn_sse_item *item,
                              struct pn_slice *in, struct pn_writer *out)
{
    size_t taken = 0;
    enum pn_step step = PN_MORE;

    if (!f->in_line) {
        f->line_feed = f->data_seen;
        if (!f->data_seen) open_data(f, out); /* an event whose data is empty is an event */
        f->data_seen = true;
    }
    f->in_line = item->kind != PN_SSE_LINE_END;
    if (!f->in_line) return PN_MORE;
    if (!f->line_feed) step = read_message(f, item->value, &taken, out);
    pn_sse_give_back(&f->sse, in, item->value.len - taken);
    return step;
}

/* Lines that are no data pass where they stand; who does not know a field ignores its line. */
static void pass_line(struct pn_filter_mcp *f, const struct pn_sse_item *item,
                      struct pn_writer *out)
{
    bool known = item->field != PN_SSE_OTHER;

    if (known && !f->in_line) {
        close_data(f, out);
        pn_sse_write_name(out, (enum pn_sse_field)item->field);
    }
    f->in_line = item->kind != PN_SSE_LINE_END;
    if (known) pn_write(out, f->in_line ? item->value : PN_SLICE("\n"));
}

static enum pn_step read_item(struct pn_filter_mcp *f, const struct pn_sse_item *item,
                              struct pn_slice *in, struct pn_writer *out)
{
    if (item->kind == PN_SSE_EVENT_END) return end_event(f, out);
    if (item->field == PN_SSE_DATA) return read_data(f, item, in, out);
    pass_line(f, item, out);
    return PN_MORE;
}

static enum pn_step read_line_feed(struct pn_filter_mcp *f, struct pn_writer *out)
{
    size_t taken;
    enum pn_step step = read_message(f, PN_SLICE("\n"), &taken, out);

    f->line_feed = taken == 0;
    return step;
}

/* One item of the stream, no larger than there is room for. */
static enum pn_step read_stream(struct pn_filter_mcp *f, struct pn_slice *in, struct pn_writer *out)
{
    size_t max = room_of(out) - LINE_BYTES;
    struct pn_slice part = pn_slice_head(*in, in->len < max ? in->len : max);
    size_t before = part.len;
    struct pn_sse_item item;
    enum pn_step step = pn_sse_next(&f->sse, &part, &item);

    *in = pn_slice_from(*in, before - part.len);
    return step == PN_DONE ? read_item(f, &item, in, out) : step;
}

/* --- the answer --- */

static enum pn_step read_text(struct pn_filter_mcp *f, struct pn_slice *in, struct pn_writer *out)
{
    size_t taken;
    enum pn_step step = read_message(f, *in, &taken, out);

    *in = pn_slice_from(*in, taken);
    return step;
}

static enum pn_step read_on(struct pn_filter_mcp *f, struct pn_slice *in, struct pn_writer *out)
{
    if (f->line_feed) return read_line_feed(f, out);
    return f->media == PN_FILTER_EVENTS ? read_stream(f, in, out) : read_text(f, in, out);
}

enum pn_step pn_filter_mcp_next(struct pn_filter_mcp *f, struct pn_slice *in, struct pn_writer *out)
{
    while (!f->refused) {
        if (!drain(f, out) || room_of(out) < PN_FILTER_ROOM) return PN_MORE;
        if (in->len == 0 && !f->line_feed) return PN_MORE;
        f->refused = read_on(f, in, out) == PN_REFUSED;
        PN_ASSERT(!out->full);
    }
    return PN_REFUSED;
}

enum pn_step pn_filter_mcp_end(struct pn_filter_mcp *f, struct pn_writer *out)
{
    (void)out;
    if (f->media == PN_FILTER_JSON) return end_message(f) == PN_DONE ? PN_DONE : PN_REFUSED;
    return pn_filter_mcp_between(f) ? PN_DONE : PN_REFUSED;
}

bool pn_filter_mcp_between(const struct pn_filter_mcp *f)
{
    return f->media == PN_FILTER_EVENTS && pn_sse_between_events(&f->sse) && !f->data_seen;
}
