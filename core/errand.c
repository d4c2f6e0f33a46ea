/* see errand.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/errand.h"

#include "core/agenda.h"
#include "core/base/assert.h"
#include "core/base/base64.h"
#include "core/channel.h"
#include "core/http/h1_write.h"
#include "core/http/octet.h"
#include "core/route/route_text.h"

enum { AGAIN_MS = 2 }; /* until one without a connection is looked at again */

size_t pn_errand_bytes(const struct pn_limits *limits)
{
    return (size_t)PN_OUTBOX_BYTES + PN_HEAD_BYTES + limits->errand_bytes_max;
}

void pn_errand_init(struct pn_errand *e, uint8_t *memory, const struct pn_limits *limits)
{
    e->out.at = memory;
    e->bytes = memory + PN_OUTBOX_BYTES;
    e->bytes_max = PN_HEAD_BYTES + limits->errand_bytes_max;
}

static struct pn_errand *find_free(const struct pn_gateway *g)
{
    for (uint32_t i = 0; i < g->config.limits.errands_max; i++) {
        if (g->errands[i].state == PN_ERRAND_FREE) return &g->errands[i];
    }
    return NULL;
}

bool pn_errand_room(const struct pn_gateway *g)
{
    return find_free(g) != NULL;
}

/* --- the question --- */

static bool stays(uint8_t ch)
{
    uint8_t lower = pn_ascii_lower(ch);

    return (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9') || ch == '*' || ch == '-' ||
           ch == '.' || ch == '_';
}

static void write_encoded(struct pn_writer *w, struct pn_slice text)
{
    static const uint8_t digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        uint8_t escape[3] = { '%', digits[ch >> 4], digits[ch & 15] };
        if (stays(ch)) pn_write_byte(w, ch);
        else pn_write(w, ch == ' ' ? PN_SLICE("+") : pn_slice(escape, sizeof escape));
    }
}

void pn_errand_write_form(struct pn_writer *w, struct pn_slice name, struct pn_slice value)
{
    if (w->len > 0) pn_write_byte(w, '&');
    write_encoded(w, name);
    pn_write_byte(w, '=');
    write_encoded(w, value);
}

/* The pair is put together where it is sent from, so that no copy of a secret is left elsewhere. */
static void write_basic(struct pn_writer *w, struct pn_slice basic)
{
    size_t id = pn_slice_find(basic, ':');

    pn_write_text(w, "authorization: Basic ");
    size_t begin = w->len;
    write_encoded(w, pn_slice_head(basic, id));
    pn_write_byte(w, ':');
    write_encoded(w, pn_slice_from(basic, id < basic.len ? id + 1 : id));
    pn_write_base64_over(w, begin);
    pn_write_text(w, "\r\n");
}

static void write_head(struct pn_writer *w, const struct pn_errand *e,
                       const struct pn_errand_ask *ask, struct pn_slice target)
{
    pn_h1_write_request_line(w, (enum pn_h1_method)ask->method, target);
    pn_h1_write_field(w, PN_FIELD_HOST, e->to.authority);
    pn_h1_write_field(w, PN_FIELD_ACCEPT, PN_SLICE("application/json"));
    pn_h1_write_field(w, PN_FIELD_ACCEPT_ENCODING, PN_SLICE("identity"));
    if (ask->etag.len > 0) pn_h1_write_field(w, PN_FIELD_IF_NONE_MATCH, ask->etag);
    if (ask->basic.len > 0) write_basic(w, ask->basic);
    if (ask->bearer.len > 0) {
        pn_write_text(w, "authorization: Bearer ");
        pn_write(w, ask->bearer);
        pn_write_text(w, "\r\n");
    }
    if (ask->method == PN_METHOD_POST) {
        pn_h1_write_field(w, PN_FIELD_CONTENT_TYPE, ask->type);
        pn_h1_write_length(w, e->ask_body_bytes);
    }
    pn_h1_write_head_end(w);
}

/* The target follows the upstream's base path in the errand's text, so the two are one. */
static bool aim(struct pn_errand *e, const struct pn_errand_ask *ask, struct pn_slice *target)
{
    struct pn_writer w = pn_writer(e->text, sizeof e->text);

    e->to = pn_upstream_keep_texts(ask->to, &w);
    size_t begin = w.len;
    pn_write(&w, ask->to->path);
    pn_write(&w, ask->target);
    *target = pn_slice(w.at + begin, w.len - begin);
    return !w.full && pn_octets_are_value(e->to.authority) && pn_octets_are_value(ask->bearer) &&
           pn_octets_are_value(*target);
}

struct pn_writer pn_errand_body(struct pn_gateway *g)
{
    struct pn_errand *e = find_free(g);

    PN_ASSERT(e != NULL);
    return pn_writer(e->bytes, e->bytes_max);
}

static void lend(struct pn_errand *e)
{
    e->out.begin = 0;
    e->out.end = e->ask_bytes;
    pn_outbox_lend(&e->out, pn_slice(e->bytes, e->ask_body_bytes));
}

/* What was sent and what was said may be secrets; what nobody asked for is not. */
static void forget(struct pn_errand *e)
{
    memset(e->out.at, 0, PN_OUTBOX_BYTES);
    if (e->purpose != PN_ERRAND_FOR_NOBODY) memset(e->bytes, 0, e->touched);
    e->ask_bytes = e->touched = 0;
}

bool pn_errand_send(struct pn_gateway *g, const struct pn_errand_ask *ask,
                    const struct pn_writer *body)
{
    struct pn_errand *e = find_free(g);
    struct pn_slice target;

    if (!e) return false;
    e->ask_body_bytes = e->touched = body ? (uint32_t)body->len : 0;
    e->purpose = ask->purpose;
    if (body && body->full) {
        forget(e);
        return false;
    }
    pn_outbox_reset(&e->out);
    struct pn_writer w = pn_writer(e->out.at, PN_HEAD_BYTES);
    bool aimed = aim(e, ask, &target);
    if (aimed) write_head(&w, e, ask, target);
    e->ask_bytes = (uint32_t)w.len;
    if (!aimed || w.full) {
        forget(e);
        return false;
    }
    lend(e);
    pn_h1_head_reset(&e->head);
    e->head.method = ask->method;
    e->body = pn_slice("", 0);
    e->about = ask->about;
    e->reason = PN_REASON_NONE;
    e->conn = NULL;
    e->begin = e->end = e->body_end = 0;
    e->reused = false;
    e->may_reuse = true;
    e->deadline_ms = g->now_ms + g->config.limits.errand_ms;
    e->state = PN_ERRAND_MEETS;
    atomic_fetch_add_explicit(&g->stats.errands, 1, memory_order_relaxed);
    return true;
}

/* --- its end --- */

static void let_go(struct pn_gateway *g, struct pn_errand *e)
{
    struct pn_conn *c = e->conn;
    bool whole = e->reason == PN_REASON_NONE && e->head.keep_alive && e->begin == e->end &&
                 e->head.framing != PN_BODY_UNTIL_CLOSE && pn_outbox_empty(&e->out);

    e->conn = NULL;
    if (!c) return;
    if (whole && c->role == PN_CONN_UPSTREAM) pn_upstream_keep(g, c);
    else pn_upstream_drop(g, c);
}

static void end(struct pn_gateway *g, struct pn_errand *e, enum pn_reason reason)
{
    e->reason = reason;
    let_go(g, e);
    if (reason != PN_REASON_NONE) {
        atomic_fetch_add_explicit(&g->stats.errands_failed, 1, memory_order_relaxed);
    }
    pn_agenda_ended(g, e);
    forget(e);
    e->state = PN_ERRAND_FREE;
    pn_gateway_wake(g);
}

void pn_errand_failed(struct pn_gateway *g, struct pn_errand *e, enum pn_reason reason)
{
    end(g, e, reason);
}

/* --- the answer --- */

/* Take the framing off what was read; the body moves together behind the head. */
static enum pn_step take_body(struct pn_errand *e)
{
    for (;;) {
        struct pn_slice in = pn_slice(e->bytes + e->begin, e->end - e->begin), data = PN_SLICE("");
        enum pn_step step = pn_h1_body_next(&e->framing, &in, &data);
        if (data.len > 0) memmove(e->bytes + e->body_end, data.at, data.len);
        e->body_end += (uint32_t)data.len;
        e->begin = e->end - (uint32_t)in.len;
        if (step != PN_MORE) return step;
        if (in.len == 0) break;
    }
    e->begin = e->end = e->body_end;
    return PN_MORE;
}

static enum pn_step take_head(struct pn_errand *e)
{
    enum pn_step step = pn_h1_response_parse(&e->head, pn_slice(e->bytes, e->end));

    if (step != PN_DONE) return step;
    if (e->head.coding != PN_CODING_IDENTITY) return PN_REFUSED;
    e->framing = pn_h1_response_body(&e->head);
    e->begin = e->body_end = e->head.head_bytes;
    return PN_DONE;
}

static bool has_head(const struct pn_errand *e)
{
    return e->body_end > 0;
}

static bool is_too_long(const struct pn_errand *e)
{
    uint64_t most = e->bytes_max - PN_HEAD_BYTES;

    if (!has_head(e)) return false;
    return e->body_end - e->head.head_bytes > most ||
           (e->head.framing == PN_BODY_LENGTH && e->head.body_bytes > most);
}

/* PN_REFUSED: it is not well-formed, or too long. */
static enum pn_step take(struct pn_errand *e)
{
    enum pn_step step = has_head(e) ? PN_DONE : take_head(e);

    if (step != PN_DONE) return step;
    step = take_body(e);
    if (is_too_long(e)) return PN_REFUSED;
    if (step != PN_DONE) return step;
    e->body = pn_slice(e->bytes + e->head.head_bytes, e->body_end - e->head.head_bytes);
    return PN_DONE;
}

/* A kept connection may close at the moment in which it is used again. */
static bool fall_back(struct pn_gateway *g, struct pn_errand *e)
{
    if (!e->reused || e->end > 0) return false;
    pn_upstream_drop(g, e->conn);
    e->conn = NULL;
    e->reused = e->may_reuse = false;
    pn_outbox_reset(&e->out);
    lend(e);
    e->state = PN_ERRAND_MEETS;
    return true;
}

static void shut(struct pn_gateway *g, struct pn_errand *e, int32_t how)
{
    if (fall_back(g, e)) return;
    if (how == PORT_NET_EOF && has_head(e) && e->begin == e->end &&
        pn_h1_body_end_of_stream(&e->framing) == PN_DONE) {
        e->body = pn_slice(e->bytes + e->head.head_bytes, e->body_end - e->head.head_bytes);
        end(g, e, PN_REASON_NONE);
        return;
    }
    end(g, e, e->end > 0 ? PN_REASON_UPSTREAM_CUT : PN_REASON_UPSTREAM_RESET);
}

/* True when there may be more to read. */
static bool hear(struct pn_gateway *g, struct pn_errand *e)
{
    struct pn_conn *c = e->conn;
    size_t room = e->bytes_max - e->end;

    if (room == 0) {
        end(g, e, PN_REASON_UPSTREAM_MALFORMED);
        return false;
    }
    int32_t got =
        c->rx_ready ? pn_channel_recv(g->net, c, e->bytes + e->end, room) : PORT_NET_AGAIN;
    if (pn_channel_dry(c, got, room)) c->rx_ready = false;
    if (got == PORT_NET_AGAIN) return false;
    if (got < 0) {
        shut(g, e, got);
        return false;
    }
    e->end += (uint32_t)got;
    if (e->end > e->touched) e->touched = e->end;
    enum pn_step step = take(e);
    if (step == PN_DONE) end(g, e, PN_REASON_NONE);
    else if (step == PN_REFUSED) end(g, e, PN_REASON_UPSTREAM_MALFORMED);
    return step == PN_MORE;
}

static void ask(struct pn_gateway *g, struct pn_errand *e)
{
    enum pn_sent sent = pn_channel_send_out(g->net, e->conn, &e->out);

    /* It may have answered before it closed: reading tells. */
    if (sent == PN_SENT_FAULT) e->conn->rx_ready = true;
    if (sent == PN_SENT_FAULT || pn_outbox_empty(&e->out)) e->state = PN_ERRAND_HEARS;
}

void pn_errand_move(struct pn_gateway *g, struct pn_errand *e)
{
    if (e->state == PN_ERRAND_ASKS) ask(g, e);
    while (e->state == PN_ERRAND_HEARS && hear(g, e)) continue;
    struct pn_conn *c = e->conn;
    if (!c || e->state == PN_ERRAND_FREE) return;
    port_net_want(g->net, c->socket, PORT_NET_WANT_RX | (c->tx_full ? PORT_NET_WANT_TX : 0u));
}

void pn_errand_stands(struct pn_gateway *g, struct pn_errand *e, bool reused)
{
    e->reused = reused;
    e->state = PN_ERRAND_ASKS;
    pn_errand_move(g, e);
}

/* --- the turns --- */

static void turn(struct pn_gateway *g, struct pn_errand *e, uint32_t *wait_ms)
{
    int32_t left_ms = (int32_t)(e->deadline_ms - g->now_ms);

    if (left_ms <= 0) {
        end(g, e, PN_REASON_UPSTREAM_TIMEOUT);
        return;
    }
    if (e->state == PN_ERRAND_MEETS) pn_upstream_advance_errand(g, e);
    if (e->state == PN_ERRAND_FREE) return;
    if (!e->conn) left_ms = AGAIN_MS;
    if ((uint32_t)left_ms < *wait_ms) *wait_ms = (uint32_t)left_ms;
}

uint32_t pn_errands_turn(struct pn_gateway *g)
{
    uint32_t wait_ms = UINT32_MAX;

    for (uint32_t i = 0; i < g->config.limits.errands_max; i++) {
        if (g->errands[i].state != PN_ERRAND_FREE) turn(g, &g->errands[i], &wait_ms);
    }
    return wait_ms;
}

void pn_errands_stop(struct pn_gateway *g)
{
    for (uint32_t i = 0; i < g->config.limits.errands_max; i++) {
        struct pn_errand *e = &g->errands[i];
        if (e->state == PN_ERRAND_FREE) continue;
        e->reason = PN_REASON_STOPPED;
        let_go(g, e);
        forget(e);
        e->state = PN_ERRAND_FREE;
    }
}
