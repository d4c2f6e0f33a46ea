/* see answer.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/answer.h"

#include "core/base/assert.h"
#include "core/http/h1_forward.h"
#include "core/http/h1_write.h"
#include "core/judge.h"
#include "core/leg_identity.h"
#include "core/refusal.h"
#include "core/reply.h"
#include "core/route/session.h"

enum {
    STAGE_BYTES = PN_RELAY_BYTES, /* at the front of the window: what waits for the filter */
    FRAME_BYTES = PN_CHUNK_HEAD_BYTES_MAX + PN_CHUNK_END_BYTES + PN_CHUNK_LAST_BYTES,
    ROOM_BYTES_MIN = FRAME_BYTES + 256,   /* below it the client is awaited first */
    ERROR_BYTES = PN_REFUSAL_BYTES + 256, /* kept free for an error event */
};

_Static_assert(PN_OUTBOX_BYTES > PN_HEAD_BYTES + ERROR_BYTES + ROOM_BYTES_MIN,
               "You need an outbox that holds a head, some body and an error event.");

/* --- the head --- */

static enum pn_shown shown(void *context, enum pn_list list, struct pn_slice name)
{
    return pn_judge_entry((struct pn_exchange *)context, list, name);
}

/* Lists come in answers to list requests, and anything may come on a session's own stream. */
static bool wants_filter(const struct pn_exchange *x)
{
    return x->route.surface == PN_SURFACE_MCP && x->answer_head.framing != PN_BODY_NONE &&
           (x->head.method == PN_METHOD_GET || x->message.row == PN_MCP_LISTING);
}

static bool can_filter(const struct pn_exchange *x)
{
    const struct pn_h1_head *h = &x->answer_head;
    bool media = h->media == PN_MEDIA_JSON || h->media == PN_MEDIA_EVENT_STREAM;

    return media && h->coding == PN_CODING_IDENTITY;
}

static void begin_filter(struct pn_exchange *x)
{
    bool events = x->answer_head.media == PN_MEDIA_EVENT_STREAM;
    struct pn_filter_config config = {
        .keys = &x->keys,
        .limits = { .depth_max = (uint8_t)x->config->limits.json_depth_max },
        .hold = x->window + STAGE_BYTES,
        .hold_bytes_max = x->config->limits.body_bytes_max - STAGE_BYTES,
        .shown = shown,
        .context = x,
    };

    x->mode = PN_MODE_FILTER;
    pn_filter_mcp_begin(&x->filter, events ? PN_FILTER_EVENTS : PN_FILTER_JSON, &config);
}

/* How the body passes; false when it must not pass at all. */
static bool choose_mode(struct pn_exchange *x)
{
    bool empty = x->answer_head.framing == PN_BODY_LENGTH && x->answer_head.body_bytes == 0;

    x->mode = PN_MODE_PASS;
    if (wants_filter(x) && !empty) {
        if (!can_filter(x)) return x->answer_head.status >= 400; /* an error page holds no list */
        begin_filter(x);
    } else if (x->answer_head.media == PN_MEDIA_EVENT_STREAM) {
        x->mode = PN_MODE_EVENTS;
    }
    return true;
}

static void write_session(struct pn_exchange *x, struct pn_writer *w)
{
    struct pn_slice id = pn_h1_field(&x->answer_head, PN_FIELD_MCP_SESSION_ID);
    struct pn_session_owner owner = { x->route.name, x->principal.digest };

    if (x->route.surface != PN_SURFACE_MCP || id.len == 0) return;
    pn_write(w, pn_field_name(PN_FIELD_MCP_SESSION_ID));
    pn_write_text(w, ": ");
    pn_session_seal(w, x->config->device_key, &owner, id);
    pn_write_text(w, "\r\n");
}

static void write_framing(struct pn_exchange *x, struct pn_writer *w)
{
    const struct pn_h1_head *h = &x->answer_head;
    enum pn_h1_after after = pn_reply_after(x);

    x->chunked = false;
    if (h->framing == PN_BODY_NONE) {
        if (h->status != 204 && h->status != 304) pn_h1_write_length(w, 0);
    } else if (x->mode == PN_MODE_PASS && h->framing == PN_BODY_LENGTH) {
        pn_h1_write_length(w, h->body_bytes);
    } else if (x->head.minor >= 1) {
        x->chunked = true;
        pn_h1_write_chunked(w);
    } else { /* HTTP/1.0 knows no chunks: the connection's end is the body's */
        x->end = PN_END_CLOSE;
        after = PN_H1_CLOSE;
    }
    pn_h1_write_connection(w, after);
}

static void write_head(struct pn_exchange *x)
{
    struct pn_writer w = pn_outbox_writer(&x->out);

    pn_h1_write_status_line(&w, x->answer_head.status);
    pn_h1_write_forwarded(&w, &x->answer_head, PN_H1_DOWNSTREAM,
                          PN_FIELD_SET(PN_FIELD_MCP_SESSION_ID));
    pn_h1_write_field(&w, PN_FIELD_POSTERN_DECISION_ID, x->decision_id);
    write_session(x, &w);
    write_framing(x, &w);
    pn_h1_write_head_end(&w);
    PN_ASSERT(pn_outbox_commit(&x->out, &w));
    x->tally.status = x->answer_head.status;
}

static void take_rx(struct pn_exchange *x, size_t bytes)
{
    x->rx_begin += (uint32_t)bytes;
    if (x->rx_begin == x->rx_end) x->rx_begin = x->rx_end = 0;
}

/* A staged body lies where the request's does, so it waits until that is sent; an upstream that has
 * shut its side reads no more of it. */
static bool stage_is_free(struct pn_exchange *x)
{
    if (x->mode == PN_MODE_PASS || x->ask != ASK_SEND) return true;
    if (!x->upstream_shut) return false;
    pn_outbox_reset(&x->up);
    x->ask = ASK_SENT;
    return true;
}

bool pn_answer_head(struct pn_exchange *x)
{
    struct pn_slice in = pn_slice(x->rx + x->rx_begin, x->rx_end - x->rx_begin);
    enum pn_step step = in.len > 0 ? pn_h1_response_parse(&x->answer_head, in) : PN_MORE;

    if (step == PN_MORE) {
        if (!x->upstream_shut) return false;
        x->subject = x->leg.upstream.name;
        pn_reply_refusal(x, in.len > 0 ? PN_REASON_UPSTREAM_CUT : PN_REASON_UPSTREAM_RESET);
        return true;
    }
    x->tally.upstream_status = step == PN_DONE ? x->answer_head.status : 0;
    if (x->tally.upstream_status == 401) pn_leg_identity_spurned(x);
    pn_leg_identity_let_go(x); /* nothing is sent again; an answer may take for ever */
    if (step == PN_REFUSED || !choose_mode(x)) {
        x->subject = x->leg.upstream.name;
        pn_reply_refusal(x, PN_REASON_UPSTREAM_MALFORMED);
        return true;
    }
    if (!stage_is_free(x)) return false;
    x->answer_body = pn_h1_response_body(&x->answer_head);
    write_head(x);
    take_rx(x, x->answer_head.head_bytes);
    x->stage_begin = x->stage_end = 0;
    x->answer = ANSWER_BODY;
    return true;
}

/* --- the body --- */

static bool is_event_stream(const struct pn_exchange *x)
{
    return x->mode != PN_MODE_PASS && x->answer_head.media == PN_MEDIA_EVENT_STREAM;
}

static void finish(struct pn_exchange *x)
{
    if (x->chunked) {
        struct pn_writer w = pn_outbox_writer(&x->out);
        pn_h1_write_chunk_last(&w);
        PN_ASSERT(pn_outbox_commit(&x->out, &w));
    }
    x->upstream_kept = x->answer_head.keep_alive && !x->upstream_shut && x->ask == ASK_SENT &&
                       x->answer_head.framing != PN_BODY_UNTIL_CLOSE && x->rx_end == 0;
    x->how = PN_AUDIT_HOW_COMPLETE;
    x->ask = ASK_SENT;
    x->answer = ANSWER_END;
}

/* An error event and an orderly end; only between two events. */
static void end_with_event(struct pn_exchange *x, enum pn_reason reason)
{
    struct pn_refusal r = pn_reply_describe(x, reason);
    struct pn_writer body = pn_writer(x->rx, PN_RELAY_BYTES);
    struct pn_writer event = pn_writer(x->window, ERROR_BYTES);
    bool mcp = x->route.dialect == PN_DIALECT_MCP;

    pn_refusal_body(&body, &r);
    PN_ASSERT(body.len <= PN_REFUSAL_BYTES);
    pn_sse_write_event(&event, mcp ? PN_SLICE("message") : PN_SLICE(""), pn_written(&body));
    if (!mcp) pn_sse_write_event(&event, PN_SLICE(""), PN_SLICE("[DONE]"));
    PN_ASSERT(!event.full);

    struct pn_writer w = pn_outbox_writer(&x->out);
    if (x->chunked) pn_h1_write_chunk_head(&w, event.len);
    pn_write(&w, pn_written(&event));
    if (x->chunked) {
        pn_h1_write_chunk_end(&w);
        pn_h1_write_chunk_last(&w);
    }
    PN_ASSERT(pn_outbox_commit(&x->out, &w));
    x->end = PN_END_CLOSE;
}

static bool between_events(const struct pn_exchange *x)
{
    if (!is_event_stream(x)) return false;
    return x->mode == PN_MODE_FILTER ? pn_filter_mcp_between(&x->filter) : !x->mid_event;
}

void pn_answer_break(struct pn_exchange *x, enum pn_reason reason)
{
    if (x->answer == ANSWER_HEAD) {
        x->subject = x->leg.upstream.name;
        pn_reply_refusal(x, reason);
        return;
    }
    if (x->answer != ANSWER_BODY) return;
    atomic_fetch_add_explicit(&x->stats->answers_cut, 1, memory_order_relaxed);
    x->reason = reason;
    x->how = reason == PN_REASON_UPSTREAM_TIMEOUT ? PN_AUDIT_HOW_TIMEOUT : PN_AUDIT_HOW_CUT;
    if (between_events(x)) end_with_event(x, reason);
    else x->end = PN_END_CUT;
    x->ask = ASK_SENT;
    x->answer = ANSWER_END;
}

/* Room for body bytes in the outbox, once frame and a last error event are taken off. */
static size_t body_room(const struct pn_exchange *x)
{
    size_t room = pn_outbox_room(&x->out);

    return room > ERROR_BYTES + ROOM_BYTES_MIN ? room - ERROR_BYTES - FRAME_BYTES : 0;
}

static void write_piece(struct pn_exchange *x, struct pn_slice data)
{
    struct pn_writer w = pn_outbox_writer(&x->out);

    if (data.len == 0) return;
    if (x->chunked) pn_h1_write_chunk_head(&w, data.len);
    pn_write(&w, data);
    if (x->chunked) pn_h1_write_chunk_end(&w);
    PN_ASSERT(pn_outbox_commit(&x->out, &w));
    x->tally.out_bytes += data.len;
}

/* One run of the upstream's body, at most `bytes_max` of it. */
static enum pn_step next_run(struct pn_exchange *x, size_t bytes_max, struct pn_slice *data)
{
    size_t there = x->rx_end - x->rx_begin;
    struct pn_slice in = pn_slice(x->rx + x->rx_begin, there < bytes_max ? there : bytes_max);
    size_t before = in.len;

    *data = PN_SLICE("");
    enum pn_step step = pn_h1_body_next(&x->answer_body, &in, data);
    take_rx(x, before - in.len);
    if (step != PN_MORE || there > 0 || !x->upstream_shut) return step;
    return pn_h1_body_end_of_stream(&x->answer_body);
}

static bool pass_body(struct pn_exchange *x)
{
    size_t room = body_room(x);
    struct pn_slice data;

    if (room == 0) return false;
    uint32_t before = x->rx_end - x->rx_begin;
    enum pn_step step = next_run(x, room, &data);
    write_piece(x, data);
    if (step == PN_REFUSED) {
        pn_answer_break(x, before > 0 ? PN_REASON_UPSTREAM_MALFORMED : PN_REASON_UPSTREAM_CUT);
        return true;
    }
    if (step == PN_DONE) finish(x);
    return step == PN_DONE || before != x->rx_end - x->rx_begin;
}

/* Bring unframed bytes to the stage. True when any came, or the body's end. */
static bool fill_stage(struct pn_exchange *x)
{
    struct pn_slice data;

    if (x->stage_whole) return false;
    if (x->stage_begin > 0) {
        memmove(x->window, x->window + x->stage_begin, x->stage_end - x->stage_begin);
        x->stage_end -= x->stage_begin;
        x->stage_begin = 0;
    }
    if (x->stage_end == STAGE_BYTES) return false;
    uint32_t before = x->rx_end - x->rx_begin;
    enum pn_step step = next_run(x, STAGE_BYTES - x->stage_end, &data);
    if (data.len > 0) memcpy(x->window + x->stage_end, data.at, data.len);
    x->stage_end += (uint32_t)data.len;
    if (step == PN_REFUSED) {
        pn_answer_break(x, before > 0 ? PN_REASON_UPSTREAM_MALFORMED : PN_REASON_UPSTREAM_CUT);
        return true;
    }
    x->stage_whole = step == PN_DONE;
    return x->stage_whole || before != x->rx_end - x->rx_begin;
}

/* Length of the part of `s` that ends with the last event boundary in it, or 0. */
static size_t whole_events(struct pn_slice s)
{
    for (size_t i = s.len; i >= 2; i--) {
        const uint8_t *last = s.at + i - 1;
        if (last[0] != '\n' && last[0] != '\r') continue;
        if (last[0] == last[-1]) return i;
        if (i >= 4 && last[0] == '\n' && last[-1] == '\r' && last[-2] == '\n') return i;
    }
    return 0;
}

static bool drain_events(struct pn_exchange *x)
{
    struct pn_slice held = pn_slice(x->window + x->stage_begin, x->stage_end - x->stage_begin);
    size_t room = body_room(x);
    size_t bytes = whole_events(held);

    if (held.len == 0 || room == 0) return false;
    if (bytes == 0) {
        if (held.len < STAGE_BYTES && !x->stage_whole) return false;
        bytes = held.len; /* an event larger than the stage, or the stream's last bytes */
        x->mid_event = true;
    } else {
        x->mid_event = false;
    }
    if (bytes > room) {
        bytes = room;
        x->mid_event = true;
    }
    write_piece(x, pn_slice_head(held, bytes));
    x->stage_begin += (uint32_t)bytes;
    return true;
}

static bool drain_filter(struct pn_exchange *x)
{
    struct pn_slice in = pn_slice(x->window + x->stage_begin, x->stage_end - x->stage_begin);
    size_t room = body_room(x);
    size_t before = in.len;

    if (in.len == 0 || room < PN_FILTER_ROOM) return false;
    struct pn_writer w = pn_writer(x->bench->relay, room);
    if (pn_filter_mcp_next(&x->filter, &in, &w) == PN_REFUSED) {
        pn_answer_break(x, PN_REASON_UPSTREAM_MALFORMED);
        return true;
    }
    write_piece(x, pn_slice(w.at, w.len));
    x->stage_begin += (uint32_t)(before - in.len);
    return w.len > 0 || in.len != before;
}

static bool end_filter(struct pn_exchange *x)
{
    struct pn_writer w = pn_writer(x->bench->relay, body_room(x));

    if (x->mode != PN_MODE_FILTER) return true;
    if (body_room(x) < PN_FILTER_ROOM) return false;
    if (pn_filter_mcp_end(&x->filter, &w) == PN_REFUSED) {
        pn_answer_break(x, PN_REASON_UPSTREAM_CUT);
        return false;
    }
    write_piece(x, pn_slice(w.at, w.len));
    return true;
}

static bool stage_body(struct pn_exchange *x)
{
    bool moved = fill_stage(x);

    if (x->answer != ANSWER_BODY) return true;
    if (x->mode == PN_MODE_EVENTS ? drain_events(x) : drain_filter(x)) moved = true;
    if (x->answer != ANSWER_BODY) return true;
    if (x->stage_whole && x->stage_begin == x->stage_end && end_filter(x)) {
        finish(x);
        return true;
    }
    return moved;
}

bool pn_answer_body(struct pn_exchange *x)
{
    if (x->mode == PN_MODE_PASS) return pass_body(x);
    return stage_body(x);
}

/* --- bytes from the upstream --- */

bool pn_answer_has_room(const struct pn_exchange *x)
{
    return x->rx_end - x->rx_begin < PN_RELAY_BYTES;
}

size_t pn_exchange_upstream_room(struct pn_exchange *x, uint8_t **at)
{
    if (x->rx_end == PN_RELAY_BYTES && x->rx_begin > 0 && x->answer == ANSWER_BODY) {
        memmove(x->rx, x->rx + x->rx_begin, x->rx_end - x->rx_begin);
        x->rx_end -= x->rx_begin;
        x->rx_begin = 0;
    }
    *at = x->rx + x->rx_end;
    return PN_RELAY_BYTES - x->rx_end;
}

void pn_exchange_upstream_got(struct pn_exchange *x, size_t bytes)
{
    x->rx_end += (uint32_t)bytes;
}

void pn_exchange_upstream_shut(struct pn_exchange *x)
{
    x->upstream_shut = true;
}

void pn_exchange_upstream_broke(struct pn_exchange *x, enum pn_reason reason)
{
    x->upstream_shut = true;
    pn_answer_break(x, reason);
}
