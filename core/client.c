/* see gateway.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "core/channel.h"
#include "core/gateway.h"
#include "core/http/h1_write.h"
#include "core/refusal.h"

enum { ACCEPTS_PER_TURN = 64 };

static void go_idle(struct pn_gateway *g, struct pn_conn *c)
{
    pn_conn_rest(g, c, PN_TIMEOUT_IDLE);
    if (pn_channel_pending(c)) port_net_mark(g->net, c->socket);
}

void pn_client_secured(struct pn_gateway *g, struct pn_conn *c)
{
    c->role = PN_CONN_CLIENT;
    go_idle(g, c);
}

static void rest_listener(struct pn_gateway *g, const struct pn_conn *listener)
{
    port_net_want(g->net, listener->socket, 0);
    g->starved = true;
}

void pn_client_accept(struct pn_gateway *g, struct pn_conn *listener)
{
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        struct pn_conn *rests = NULL;
        struct port_net_addr peer = { 0 };
        enum pn_step room = g->free_conns ? PN_DONE : pn_conn_resting(g, &rests);

        if (room == PN_REFUSED) rest_listener(g, listener); /* they wait in the listen queue */
        if (room != PN_DONE) return;
        if (listener->listener > 0 && !pn_handshake_room(g)) {
            rest_listener(g, listener);
            return;
        }
        int32_t socket = port_net_accept(g->net, listener->socket, &peer);
        if (socket < 0) return;
        if (rests) pn_conn_expire(g, rests);
        struct pn_conn *c = pn_conn_open(g, socket, PN_CONN_CLIENT);
        if (!c) continue;
        c->peer = peer;
        atomic_fetch_add_explicit(&g->stats.clients_accepted, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&g->stats.clients_open, 1, memory_order_relaxed);
        if (listener->listener == 0) go_idle(g, c);
        else if (!pn_handshake_accept(g, c, listener)) pn_client_close(g, c);
    }
}

void pn_client_close(struct pn_gateway *g, struct pn_conn *c)
{
    atomic_fetch_sub_explicit(&g->stats.clients_open, 1, memory_order_relaxed);
    pn_channel_shut(c);
    pn_conn_close(g, c);
}

/* Its answer is not whole, and it must not look so. */
static void cut_client(struct pn_gateway *g, struct pn_conn *c)
{
    atomic_fetch_sub_explicit(&g->stats.clients_open, 1, memory_order_relaxed);
    pn_conn_close(g, c);
}

static void linger(struct pn_gateway *g, struct pn_conn *c)
{
    c->role = PN_CONN_LINGER;
    pn_channel_shut(c);
    port_net_shut(g->net, c->socket);
    pn_conn_rest(g, c, PN_TIMEOUT_LINGER);
}

/* Drop what a refused client still sends, so that it gets to read why. It need not be decrypted. */
static void drain(struct pn_gateway *g, struct pn_conn *c)
{
    for (int i = 0; i < 4; i++) {
        int32_t got = port_net_recv(g->net, c->socket, g->bench->relay, sizeof g->bench->relay);
        if (got == PORT_NET_AGAIN) return;
        if (got > 0) c->lingered_bytes += (uint32_t)got;
        if (got < 0 || c->lingered_bytes > g->config.limits.linger_bytes) {
            pn_client_close(g, c);
            return;
        }
    }
}

/* No exchange is free: say so without one. */
static void refuse_full(struct pn_gateway *g, struct pn_conn *c)
{
    uint8_t room[64];
    struct pn_writer words = pn_writer(room, sizeof room);
    pn_write_text(&words, "The limit exchanges_max is ");
    pn_write_u64(&words, g->config.limits.exchanges_max);
    pn_write_text(&words, " requests.");
    struct pn_refusal r = {
        .reason = PN_REASON_EXCHANGES_FULL,
        .shape = PN_REFUSAL_OPENAI,
        .detail = pn_written(&words),
    };
    struct pn_h1_extra retry = { PN_FIELD_RETRY_AFTER, PN_SLICE("1") };
    struct pn_writer body = pn_writer(g->bench->relay, PN_REFUSAL_BYTES);
    struct pn_writer w = pn_writer(g->bench->relay + PN_REFUSAL_BYTES, PN_REFUSAL_BYTES + 512);

    pn_refusal_body(&body, &r);
    struct pn_h1_response response = {
        .status = pn_refusal_status(&r),
        .method = PN_METHOD_POST,
        .after = PN_H1_CLOSE,
        .content_type = PN_SLICE("application/json"),
        .body = pn_written(&body),
        .extra = &retry,
        .extra_count = 1,
    };
    pn_h1_write_response(&w, &response);
    atomic_fetch_add_explicit(&g->stats.refused[r.reason], 1, memory_order_relaxed);
    pn_channel_send(g->net, c, w.at, w.len);
    linger(g, c);
}

/* The client that for longest has not taken the rest of an answer that is the gateway's own. Nobody
 * works for it any more. NULL when there is none; an upstream's answer may be read slowly. */
static struct pn_exchange *unread_longest(struct pn_gateway *g)
{
    struct pn_timer *t = pn_timers_first(&g->timers, PN_TIMEOUT_SEND);

    for (; t; t = pn_timers_after(&g->timers, t)) {
        struct pn_exchange *x = ((struct pn_conn *)(void *)t)->exchange;
        if (x->ask == ASK_OWN) return x;
    }
    return NULL;
}

static void cut_off(struct pn_gateway *g, struct pn_exchange *x)
{
    pn_pipe_of(g, x)->client->given_up = true;
    pn_exchange_client_gone(x);
    pn_pump(g, x);
}

static uint32_t waited_ms(const struct pn_gateway *g, const struct pn_timer *t)
{
    return g->now_ms - (t->deadline_ms - g->timers.last_ms[t->timeout]);
}

/* Who for longest has been sending a head, or is a stranger who is being asked about. */
static struct pn_conn *unknown_longest(struct pn_gateway *g)
{
    struct pn_timer *head = pn_timers_first(&g->timers, PN_TIMEOUT_HEAD);
    struct pn_timer *caller = pn_timers_first(&g->timers, PN_TIMEOUT_CALLER);
    bool is_head = head && (!caller || waited_ms(g, head) >= waited_ms(g, caller));

    return (struct pn_conn *)(void *)(is_head ? head : caller);
}

/* All exchanges are taken, and nobody would be served while strangers hold one byte back, bring
 * tokens that nobody knows or leave a refusal unread. Who does not read is cut off; else the client
 * that is unknown for longest is told that it took too long. NULL when every request is under way. */
static struct pn_exchange *take_from_slowest(struct pn_gateway *g)
{
    struct pn_exchange *unread = unread_longest(g);

    if (unread) {
        cut_off(g, unread);
        return pn_exchange_take(g);
    }
    struct pn_conn *slowest = unknown_longest(g);
    if (!slowest) return NULL;
    struct pn_exchange *x = slowest->exchange;
    if (x->ask == ASK_CALLER) pn_exchange_caller_unknown(x, &g->now);
    else pn_exchange_client_slow(x, PN_REASON_HEAD_TIMEOUT);
    pn_pump(g, x);
    if (slowest->exchange == x) cut_off(g, x); /* it does not read that */
    return pn_exchange_take(g);
}

/* None is free for a client that may have sent something. A report is a hint, and nobody has to go
 * for one who has sent nothing: so a byte of it is read first. */
static struct pn_exchange *take_when_full(struct pn_gateway *g, struct pn_conn *c)
{
    uint8_t first, *at;
    int32_t got = pn_channel_recv(g->net, c, &first, 1);

    if (got == PORT_NET_AGAIN) return NULL;
    if (got < 0) {
        pn_client_close(g, c);
        return NULL;
    }
    struct pn_exchange *x = take_from_slowest(g);
    if (!x) {
        refuse_full(g, c);
        return NULL;
    }
    size_t room = pn_exchange_client_room(x, &at);
    PN_ASSERT(room > 0);
    *at = first;
    pn_exchange_client_got(x, 1);
    return x;
}

/* What its certificate says; empty where it showed none. */
static struct pn_peer_cert cert_of(const struct pn_gateway *g, const struct pn_conn *c)
{
    struct pn_peer_cert cert = { .shown = false };

    if (!c->tls || !port_tls_peer(c->tls, &cert.peer)) return cert;
    const struct pn_device_tls *setting = &g->config.tls->device->tls[c->listener - 1];
    cert.shown = true;
    cert.domains = setting->trust_domains;
    cert.domain_count = setting->trust_count;
    return cert;
}

static void give_exchange(struct pn_gateway *g, struct pn_conn *c)
{
    if (port_net_peer(g->net, c->socket) == PORT_NET_PEER_GONE) {
        pn_client_close(g, c);
        return;
    }
    struct pn_exchange *x = pn_exchange_take(g);
    if (!x) x = take_when_full(g, c);
    if (!x) return;
    c->exchange = x;
    memcpy(x->source, c->peer.ip, sizeof x->source);
    x->secured = c->tls != NULL;
    x->cert = cert_of(g, c);
    c->body_mark = 0;
    pn_pipe_of(g, x)->client = c;
    pn_timer_arm(&g->timers, &c->timer, PN_TIMEOUT_HEAD, g->now_ms);
    pn_pump(g, x);
    if (c->exchange == x && x->head_len == 0) { /* a false alarm */
        pn_exchange_give(g, x);
        pn_client_end(g, c, PN_END_KEEP);
    }
}

void pn_client_ready(struct pn_gateway *g, struct pn_conn *c)
{
    if (c->role == PN_CONN_LINGER) {
        drain(g, c);
        return;
    }
    c->rx_ready = true;
    c->tx_full = pn_channel_flush(c) == PORT_NET_AGAIN;
    if (c->exchange) pn_pump(g, c->exchange);
    else give_exchange(g, c);
}

/* A body's rate is looked at every ten seconds: it must move, and on average fast enough. */
static void check_body(struct pn_gateway *g, struct pn_conn *c)
{
    struct pn_exchange *x = c->exchange;
    uint64_t seconds = (g->now.mono_us - x->tally.begin_us) / 1000000;

    bool slow = x->ask == ASK_BODY && !x->waiting; /* while we make it wait, it is not slow */

    if (slow && x->window_len == c->body_mark) {
        pn_exchange_client_slow(x, PN_REASON_BODY_TIMEOUT);
    } else if (slow && x->window_len < seconds * g->config.limits.body_rate_min) {
        pn_exchange_client_slow(x, PN_REASON_BODY_TOO_SLOW);
    } else {
        c->body_mark = x->window_len;
        pn_timer_arm(&g->timers, &c->timer, PN_TIMEOUT_BODY, g->now_ms);
    }
    pn_pump(g, x);
}

void pn_client_timeout(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout)
{
    struct pn_exchange *x = c->exchange;

    if (!x) { /* idle or lingering long enough */
        pn_client_close(g, c);
    } else if (timeout == PN_TIMEOUT_BODY) {
        check_body(g, c);
    } else if (timeout == PN_TIMEOUT_HEAD && x->head_len > 0) {
        pn_exchange_client_slow(x, PN_REASON_HEAD_TIMEOUT);
        pn_pump(g, x);
    } else if (timeout == PN_TIMEOUT_CALLER) {
        pn_exchange_caller_unknown(x, &g->now);
        pn_pump(g, x);
    } else if (timeout == PN_TIMEOUT_TOKEN) {
        pn_exchange_token_late(x, &g->now);
        pn_pump(g, x);
    } else { /* it does not take its answer, or never sent a byte */
        cut_off(g, x);
    }
}

void pn_client_end(struct pn_gateway *g, struct pn_conn *c, enum pn_end end)
{
    c->exchange = NULL;
    switch (end) {
    case PN_END_KEEP: go_idle(g, c); return;
    case PN_END_LINGER: linger(g, c); return;
    case PN_END_CLOSE: pn_client_close(g, c); return;
    case PN_END_CUT: cut_client(g, c); return;
    }
}
