/* see gateway.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "core/channel.h"
#include "core/gateway.h"
#include "core/route/egress.h"

/* --- authorities: one entry per scheme, host and port --- */

static bool is_authority(const struct pn_authority *a, const struct pn_upstream *u)
{
    return a->host_len > 0 && a->port == u->port && a->scheme == u->scheme &&
           pn_slice_equal(pn_slice(a->host, a->host_len), u->host);
}

static uint16_t number_of(const struct pn_gateway *g, const struct pn_authority *a)
{
    return (uint16_t)(a - g->authorities);
}

/* The entry for the upstream's scheme, host and port; the least used place is taken for a new one. NULL when
 * every entry has connections. */
static struct pn_authority *authority_of(struct pn_gateway *g, const struct pn_upstream *u)
{
    struct pn_authority *free = NULL;

    for (int i = 0; i < PN_AUTHORITIES_MAX; i++) {
        struct pn_authority *a = &g->authorities[i];
        if (is_authority(a, u)) return a;
        if (a->users == 0 && a->question == 0 &&
            (!free || (a->host_len == 0 && free->host_len > 0))) {
            free = a;
        }
    }
    if (!free || u->host.len > sizeof free->host) return NULL;
    if (g->tls) port_tls_forget(g->tls, number_of(g, free));
    *free = (struct pn_authority){ .host_len = (uint8_t)u->host.len,
                                   .scheme = (uint8_t)u->scheme,
                                   .port = u->port };
    memcpy(free->host, u->host.at, u->host.len);
    return free;
}

/* --- kept connections --- */

static void unlink_idle(struct pn_conn *c)
{
    struct pn_authority *a = c->authority;

    if (c->prev) c->prev->next = c->next;
    else a->idle = c->next;
    if (c->next) c->next->prev = c->prev;
    c->next = c->prev = NULL;
    a->idle_count--;
}

static void drop(struct pn_gateway *g, struct pn_conn *c)
{
    atomic_fetch_sub_explicit(&g->stats.upstream_open, 1, memory_order_relaxed);
    c->authority->users--;
    pn_conn_close(g, c);
}

void pn_upstream_drop(struct pn_gateway *g, struct pn_conn *c)
{
    c->exchange = NULL;
    drop(g, c);
}

void pn_upstream_keep(struct pn_gateway *g, struct pn_conn *c)
{
    struct pn_authority *a = c->authority;
    struct pn_conn *newest = a->idle;

    c->exchange = NULL;
    if (a->idle_count >= g->config.limits.upstream_idle_max || pn_channel_unsent(c)) {
        drop(g, c);
        return;
    }
    c->role = PN_CONN_IDLE;
    c->next = newest;
    c->prev = NULL;
    if (newest) newest->prev = c;
    a->idle = c;
    a->idle_count++;
    pn_conn_rest(g, c, PN_TIMEOUT_UPSTREAM_IDLE);
}

/* The policy's own time for this upstream, 0 where it leaves that to the device. */
static uint32_t own_ms(const struct pn_conn *c, enum pn_timeout timeout)
{
    const struct pn_upstream *u = &c->exchange->leg.upstream;

    if (timeout == PN_TIMEOUT_CONNECT) return u->connect_ms;
    return timeout == PN_TIMEOUT_ANSWER ? u->answer_ms : u->idle_ms;
}

void pn_upstream_arm(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout)
{
    uint32_t own = own_ms(c, timeout);

    c->due = (uint8_t)timeout;
    c->due_ms = g->now_ms + own;
    /* A class has one duration, so times of its own are looked at in steps. */
    pn_timer_arm(&g->timers, &c->timer, own > 0 ? PN_TIMEOUT_WAIT : timeout, g->now_ms);
}

static void attach(struct pn_gateway *g, struct pn_exchange *x, struct pn_conn *c)
{
    c->role = PN_CONN_UPSTREAM;
    c->exchange = x;
    c->tx_full = false;
    pn_pipe_of(g, x)->upstream = c;
    pn_upstream_arm(g, c, PN_TIMEOUT_ANSWER);
}

/* A kept connection that closed, or on which the upstream spoke out of turn, is of no use: what it
 * said would be read as the answer to the next request. */
static bool is_stale(struct pn_gateway *g, const struct pn_conn *c)
{
    uint8_t byte;

    return pn_channel_recv(g->net, c, &byte, 1) != PORT_NET_AGAIN;
}

static void drop_idle(struct pn_gateway *g, struct pn_conn *c)
{
    unlink_idle(c);
    drop(g, c);
}

/* One that may be used now, at an address that this upstream may have: the entry is shared by all
 * upstreams of a host and port, and the policy may have been replaced. */
static struct pn_conn *find_kept(struct pn_gateway *g, const struct pn_exchange *x,
                                 const struct pn_authority *a)
{
    struct pn_conn *next;

    for (struct pn_conn *c = a->idle; c; c = next) {
        next = c->next;
        if (!pn_egress_allows(x->leg.upstream.egress, &c->peer)) continue;
        if (!is_stale(g, c)) return c;
        drop_idle(g, c);
    }
    return NULL;
}

static bool take_kept(struct pn_gateway *g, struct pn_exchange *x, struct pn_authority *a)
{
    struct pn_conn *c = pn_pipe_of(g, x)->may_reuse ? find_kept(g, x, a) : NULL;

    if (!c) return false;
    unlink_idle(c);
    c->rx_ready = false;
    attach(g, x, c);
    atomic_fetch_add_explicit(&g->stats.upstream_reused, 1, memory_order_relaxed);
    pn_exchange_upstream_ready(x, true);
    return true;
}

/* --- new connections --- */

/* Connect to the next address that is allowed; false when none is left. */
static bool connect_next(struct pn_gateway *g, struct pn_exchange *x, struct pn_authority *a,
                         uint8_t tried)
{
    for (; tried < a->address_count; tried++) {
        uint8_t index = (uint8_t)((a->first + tried) % a->address_count);
        if (!pn_egress_allows(x->leg.upstream.egress, &a->address[index])) continue;
        int32_t socket = port_net_connect(g->net, &a->address[index]);
        if (socket < 0) continue;
        struct pn_conn *c = pn_conn_open(g, socket, PN_CONN_CONNECTS);
        if (!c) return false;
        c->exchange = x;
        c->authority = a;
        c->peer = a->address[index];
        c->address = index;
        c->tried = (uint8_t)(tried + 1);
        a->users++;
        pn_pipe_of(g, x)->upstream = c;
        pn_upstream_arm(g, c, PN_TIMEOUT_CONNECT);
        atomic_fetch_add_explicit(&g->stats.upstream_connects, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&g->stats.upstream_open, 1, memory_order_relaxed);
        return true;
    }
    return false;
}

static bool any_allowed(const struct pn_exchange *x, const struct pn_authority *a)
{
    for (uint8_t i = 0; i < a->address_count; i++) {
        if (pn_egress_allows(x->leg.upstream.egress, &a->address[i])) return true;
    }
    return false;
}

/* PN_DONE: there is a connection for it. PN_WAIT: come back in the next turn. */
static enum pn_step make_room(struct pn_gateway *g)
{
    struct pn_conn *rests = NULL;
    enum pn_step room = g->free_conns ? PN_DONE : pn_conn_resting(g, &rests);

    if (room == PN_DONE && rests) pn_conn_expire(g, rests);
    return room;
}

static bool begin_connect(struct pn_gateway *g, struct pn_exchange *x, struct pn_authority *a)
{
    if (!any_allowed(x, a)) {
        pn_exchange_upstream_failed(x, PN_REASON_UPSTREAM_FORBIDDEN);
        return true;
    }
    if (a->scheme == PN_SCHEME_HTTPS && !pn_handshake_room(g)) {
        pn_gateway_turn(g, x);
        return false;
    }
    enum pn_step room = make_room(g);
    if (room == PN_WAIT) {
        pn_gateway_turn(g, x);
        return false;
    }
    if (room != PN_DONE) {
        pn_exchange_upstream_failed(x, PN_REASON_UPSTREAMS_FULL);
        return true;
    }
    if (connect_next(g, x, a, 0)) return false;
    pn_exchange_upstream_failed(x, PN_REASON_UPSTREAM_REFUSED);
    return true;
}

bool pn_upstream_advance(struct pn_gateway *g, struct pn_exchange *x)
{
    if (pn_pipe_of(g, x)->upstream) return false; /* connecting */
    struct pn_authority *a = authority_of(g, &x->leg.upstream);
    if (!a) {
        pn_exchange_upstream_failed(x, PN_REASON_UPSTREAMS_FULL);
        return true;
    }
    if (take_kept(g, x, a)) return true;
    switch (pn_resolve(g->resolver, a, g->now_ms)) {
    case PN_DONE: return begin_connect(g, x, a);
    case PN_REFUSED: pn_exchange_upstream_failed(x, PN_REASON_UPSTREAM_UNRESOLVED); return true;
    case PN_WAIT:
    case PN_MORE: pn_gateway_turn(g, x); break;
    }
    return false;
}

/* One address did not answer: try the next, or give up with `reason`. */
static void connect_failed(struct pn_gateway *g, struct pn_conn *c, enum pn_reason reason)
{
    struct pn_exchange *x = c->exchange;
    struct pn_authority *a = c->authority;
    uint8_t tried = c->tried;

    pn_pipe_of(g, x)->upstream = NULL;
    drop(g, c);
    if (!connect_next(g, x, a, tried)) pn_exchange_upstream_failed(x, reason);
    pn_pump(g, x);
}

void pn_upstream_secured(struct pn_gateway *g, struct pn_conn *c)
{
    struct pn_exchange *x = c->exchange;

    c->authority->first = c->address;
    attach(g, x, c);
    pn_exchange_upstream_ready(x, false);
    pn_pump(g, x);
}

static enum pn_reason reason_of(enum port_tls_cause cause)
{
    switch (cause) {
    case PORT_TLS_UNTRUSTED: return PN_REASON_UPSTREAM_UNTRUSTED;
    case PORT_TLS_EXPIRED:
    case PORT_TLS_NOT_YET: return PN_REASON_UPSTREAM_EXPIRED;
    case PORT_TLS_NAME: return PN_REASON_UPSTREAM_MISNAMED;
    case PORT_TLS_TIMEOUT: return PN_REASON_UPSTREAM_TIMEOUT;
    case PORT_TLS_MEMORY: return PN_REASON_UPSTREAMS_FULL;
    case PORT_TLS_NO_CAUSE:
    case PORT_TLS_CLOSED:
    case PORT_TLS_PROTOCOL:
    case PORT_TLS_ALERT:
    case PORT_TLS_UNFIT:
    case PORT_TLS_ABSENT:
    case PORT_TLS_CAUSE_COUNT: break;
    }
    return PN_REASON_UPSTREAM_TLS;
}

/* Another address of the same name may be in better health; it has no other certificate. */
static bool may_help(enum port_tls_cause cause)
{
    return cause == PORT_TLS_CLOSED || cause == PORT_TLS_TIMEOUT;
}

void pn_upstream_insecure(struct pn_gateway *g, struct pn_conn *c, enum port_tls_cause cause)
{
    struct pn_exchange *x = c->exchange;

    if (may_help(cause)) {
        connect_failed(g, c, reason_of(cause));
        return;
    }
    pn_pipe_of(g, x)->upstream = NULL;
    drop(g, c);
    pn_exchange_upstream_failed(x, reason_of(cause));
    pn_pump(g, x);
}

static void connected(struct pn_gateway *g, struct pn_conn *c)
{
    if (c->authority->scheme != PN_SCHEME_HTTPS) pn_upstream_secured(g, c);
    else if (!pn_handshake_connect(g, c)) pn_upstream_insecure(g, c, PORT_TLS_MEMORY);
}

void pn_upstream_ready(struct pn_gateway *g, struct pn_conn *c)
{
    if (c->role == PN_CONN_CONNECTS) {
        enum port_net_result result = port_net_connected(g->net, c->socket);
        if (result == PORT_NET_FAULT) connect_failed(g, c, PN_REASON_UPSTREAM_REFUSED);
        else if (result == PORT_NET_DONE) connected(g, c);
        return;
    }
    if (c->role == PN_CONN_IDLE) {
        if (is_stale(g, c)) drop_idle(g, c); /* a report is a hint, and may be for nothing */
        return;
    }
    c->rx_ready = true;
    c->tx_full = pn_channel_flush(c) == PORT_NET_AGAIN;
    pn_pump(g, c->exchange);
}

void pn_upstream_timeout(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout)
{
    struct pn_exchange *x = c->exchange;

    if (timeout == PN_TIMEOUT_WAIT && (int32_t)(g->now_ms - c->due_ms) < 0) {
        pn_timer_arm(&g->timers, &c->timer, PN_TIMEOUT_WAIT, g->now_ms);
        return;
    }
    if (timeout == PN_TIMEOUT_WAIT) timeout = (enum pn_timeout)c->due;
    if (c->role == PN_CONN_IDLE) {
        drop_idle(g, c);
    } else if (timeout == PN_TIMEOUT_CONNECT) {
        connect_failed(g, c, PN_REASON_UPSTREAM_TIMEOUT);
    } else {
        pn_exchange_upstream_broke(x, PN_REASON_UPSTREAM_TIMEOUT);
        pn_pump(g, x);
    }
}
