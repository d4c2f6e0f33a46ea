/* SPDX-License-Identifier: Apache-2.0 */
/* see sse.h
 *
 *   STREAM_START -> NAME              behind the byte order mark, or at once
 *   NAME -> VALUE_START -> VALUE      within a line: behind ":", behind one space
 *   any of these -> NAME              at a line end
 */
#include "core/http/sse.h"

enum sse_state { STREAM_START, NAME, VALUE_START, VALUE, BROKEN };

static const uint8_t byte_order_mark[3] = { 0xEF, 0xBB, 0xBF };

/* How far a line end is searched in one go: lines may end in either byte, and looking for one of
 * them through a whole buffer of lines that end in the other would cost the square of its size. */
enum { SEARCH_BYTES = 256 };

static bool is_line_end(uint8_t ch)
{
    return ch == '\n' || ch == '\r';
}

static size_t find_line_end(struct pn_slice s)
{
    size_t at = 0;

    while (at < s.len) {
        size_t len = s.len - at < SEARCH_BYTES ? s.len - at : SEARCH_BYTES;
        size_t before_lf = pn_slice_find(pn_slice(s.at + at, len), '\n');
        size_t before_end = pn_slice_find(pn_slice(s.at + at, before_lf), '\r');

        at += before_end;
        if (before_end < len) break;
    }
    return at;
}

static enum pn_sse_field field_of(const struct pn_sse *s)
{
    struct pn_slice name = pn_slice(s->name, s->name_len <= sizeof s->name ? s->name_len : 0);

    if (s->name_len == 0) return PN_SSE_COMMENT;
    if (pn_slice_equal(name, PN_SLICE("data"))) return PN_SSE_DATA;
    if (pn_slice_equal(name, PN_SLICE("event"))) return PN_SSE_EVENT;
    if (pn_slice_equal(name, PN_SLICE("id"))) return PN_SSE_ID;
    if (pn_slice_equal(name, PN_SLICE("retry"))) return PN_SSE_RETRY;
    return PN_SSE_OTHER;
}

/* Take `len` bytes of the current line from the front of `in`. */
static void line_take(struct pn_sse *s, struct pn_slice *in, size_t len)
{
    uint32_t max = s->line_bytes_max > 0 ? s->line_bytes_max : PN_SSE_LINE_BYTES_MAX;

    *in = pn_slice_from(*in, len);
    s->in_event = true;
    if (len > max - s->line_bytes) s->state = BROKEN;
    else s->line_bytes += (uint32_t)len;
}

static void name_keep(struct pn_sse *s, uint8_t ch)
{
    if (s->name_len < sizeof s->name) s->name[s->name_len] = ch;
    if (s->name_len <= sizeof s->name) s->name_len++;
}

/* A mark that turns out to be none was the beginning of a field name. */
static void stream_start(struct pn_sse *s, struct pn_slice *in)
{
    if (in->at[0] != byte_order_mark[s->mark_bytes]) {
        for (unsigned i = 0; i < s->mark_bytes; i++) name_keep(s, byte_order_mark[i]);
        s->state = NAME;
        return;
    }
    *in = pn_slice_from(*in, 1);
    if (++s->mark_bytes == sizeof byte_order_mark) s->state = NAME;
}

static void name_byte(struct pn_sse *s, struct pn_slice *in)
{
    uint8_t ch = in->at[0];

    if (ch == ':') {
        s->field = (uint8_t)field_of(s);
        s->state = VALUE_START;
    } else {
        name_keep(s, ch);
    }
    line_take(s, in, 1);
}

static struct pn_sse_item value_piece(struct pn_sse *s, struct pn_slice *in)
{
    struct pn_sse_item item = { .kind = PN_SSE_VALUE, .field = s->field };

    item.value = pn_slice_head(*in, find_line_end(*in));
    s->state = VALUE;
    line_take(s, in, item.value.len);
    return item;
}

/* A line end is at the front of `in`. */
static struct pn_sse_item line_end(struct pn_sse *s, struct pn_slice *in)
{
    struct pn_sse_item item = { .kind = PN_SSE_LINE_END, .field = s->field };

    if (s->state == NAME) item.field = (uint8_t)field_of(s);
    if (s->state == NAME && s->name_len == 0)
        item = (struct pn_sse_item){ .kind = PN_SSE_EVENT_END };

    s->after_cr = in->at[0] == '\r';
    s->in_event = item.kind != PN_SSE_EVENT_END;
    s->state = NAME;
    s->name_len = 0;
    s->line_bytes = 0;
    *in = pn_slice_from(*in, 1);
    return item;
}

/* Consume something from `in`, which is not empty; the item is NOTHING when none is whole yet. */
static struct pn_sse_item step(struct pn_sse *s, struct pn_slice *in)
{
    struct pn_sse_item nothing = { .kind = PN_SSE_NOTHING };

    if (s->state == STREAM_START) {
        stream_start(s, in);
        return nothing;
    }
    if (is_line_end(in->at[0])) return line_end(s, in);
    if (s->state == NAME) {
        name_byte(s, in);
        return nothing;
    }
    if (s->state == VALUE_START && in->at[0] == ' ') {
        s->state = VALUE;
        line_take(s, in, 1);
        return nothing;
    }
    return value_piece(s, in);
}

static void line_feed_skip(struct pn_sse *s, struct pn_slice *in)
{
    if (!s->after_cr || in->len == 0) return;
    if (in->at[0] == '\n') *in = pn_slice_from(*in, 1);
    s->after_cr = false;
}

enum pn_step pn_sse_next(struct pn_sse *s, struct pn_slice *in, struct pn_sse_item *item)
{
    *item = (struct pn_sse_item){ .kind = PN_SSE_NOTHING };
    line_feed_skip(s, in);
    while (in->len > 0 && item->kind == PN_SSE_NOTHING && s->state != BROKEN) {
        *item = step(s, in);
    }
    line_feed_skip(s, in);
    if (s->state == BROKEN) return PN_REFUSED;
    return item->kind == PN_SSE_NOTHING ? PN_MORE : PN_DONE;
}

void pn_sse_give_back(struct pn_sse *s, struct pn_slice *in, size_t bytes)
{
    *in = pn_slice(in->at - bytes, in->len + bytes);
    s->line_bytes -= (uint32_t)bytes;
}

static struct pn_slice field_text(enum pn_sse_field field)
{
    switch (field) {
    case PN_SSE_COMMENT: return PN_SLICE(":");
    case PN_SSE_EVENT: return PN_SLICE("event:");
    case PN_SSE_DATA: return PN_SLICE("data:");
    case PN_SSE_ID: return PN_SLICE("id:");
    case PN_SSE_RETRY: return PN_SLICE("retry:");
    case PN_SSE_OTHER: break;
    }
    return pn_slice(NULL, 0);
}

void pn_sse_write_name(struct pn_writer *w, enum pn_sse_field field)
{
    pn_write(w, field_text(field));
    pn_write_byte(w, ' ');
}

void pn_sse_write_line(struct pn_writer *w, enum pn_sse_field field, struct pn_slice value)
{
    struct pn_slice name = field_text(field);
    bool one_line = find_line_end(value) == value.len && pn_slice_find(value, 0) == value.len;

    if (name.len == 0 || !one_line) w->full = true;
    pn_write(w, name);
    pn_write_byte(w, ' ');
    pn_write(w, value);
    pn_write_byte(w, '\n');
}

void pn_sse_write_data(struct pn_writer *w, struct pn_slice data)
{
    for (;;) {
        size_t len = find_line_end(data);
        bool last = len == data.len;

        pn_sse_write_line(w, PN_SSE_DATA, pn_slice_head(data, len));
        if (last) return;
        bool pair = data.at[len] == '\r' && len + 1 < data.len && data.at[len + 1] == '\n';
        data = pn_slice_from(data, len + (pair ? 2 : 1));
    }
}

void pn_sse_write_event_end(struct pn_writer *w)
{
    pn_write_byte(w, '\n');
}

void pn_sse_write_event(struct pn_writer *w, struct pn_slice name, struct pn_slice data)
{
    if (name.len > 0) pn_sse_write_line(w, PN_SSE_EVENT, name);
    pn_sse_write_data(w, data);
    pn_sse_write_event_end(w);
}
