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

/* --- who wants one --- */

/* An exchange for its leg, or an errand; the other is NULL. */
struct seeker {
    struct pn_exchange *exchange;
    struct pn_errand *errand;
};

static struct seeker seeker_of(const struct pn_conn *c)
{
    return (struct seeker){ c->exchange, c->errand };
}

static const struct pn_upstream *goal(struct seeker s)
{
    return s.errand ? &s.errand->to : &s.exchange->leg.upstream;
}

static void give(struct pn_gateway *g, struct seeker s, struct pn_conn *c)
{
    if (s.errand) s.errand->conn = c;
    else pn_pipe_of(g, s.exchange)->upstream = c;
}

static struct pn_conn *given(struct pn_gateway *g, struct seeker s)
{
    return s.errand ? s.errand->conn : pn_pipe_of(g, s.exchange)->upstream;
}

static bool may_reuse(struct pn_gateway *g, struct seeker s)
{
    return s.errand ? s.errand->may_reuse : pn_pipe_of(g, s.exchange)->may_reuse;
}

/* Errands without a connection are looked at in every turn. */
static void in_next_turn(struct pn_gateway *g, struct seeker s)
{
    if (s.exchange) pn_gateway_turn(g, s.exchange);
}

static void stands(struct pn_gateway *g, struct seeker s, bool reused)
{
    if (s.errand) pn_errand_stands(g, s.errand, reused);
    else pn_exchange_upstream_ready(s.exchange, reused, &g->now);
}

static void failed(struct pn_gateway *g, struct seeker s, enum pn_reason reason)
{
    if (s.errand) pn_errand_failed(g, s.errand, reason);
    else pn_exchange_upstream_failed(s.exchange, reason);
}

/* Outside of the seeker's own run. */
static void run(struct pn_gateway *g, struct seeker s)
{
    if (s.exchange) pn_pump(g, s.exchange);
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
    c->errand = NULL;
    drop(g, c);
}

/* Other roots and certificates are in force than when it was secured. */
static bool is_outdated(const struct pn_gateway *g, const struct pn_conn *c)
{
    return c->tls && c->loaded != g->loaded.seen;
}

void pn_upstream_keep(struct pn_gateway *g, struct pn_conn *c)
{
    struct pn_authority *a = c->authority;
    struct pn_conn *newest = a->idle;

    c->exchange = NULL;
    c->errand = NULL;
    if (a->idle_count >= g->config.limits.upstream_idle_max || pn_channel_unsent(c) ||
        is_outdated(g, c)) {
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
    const struct pn_upstream *u = goal(seeker_of(c));

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

static void attach(struct pn_gateway *g, struct seeker s, struct pn_conn *c)
{
    c->role = PN_CONN_UPSTREAM;
    c->exchange = s.exchange;
    c->errand = s.errand;
    c->tx_full = false;
    c->held = false;
    give(g, s, c);
    pn_upstream_arm(g, c, PN_TIMEOUT_ANSWER);
}

/* A kept connection that closed, or on which the upstream spoke out of turn, is of no use: what it
 * said would be read as the answer to the next request. */
static bool is_stale(struct pn_gateway *g, const struct pn_conn *c)
{
    uint8_t byte;

    if (is_outdated(g, c)) return true;
    return pn_channel_recv(g->net, c, &byte, 1) != PORT_NET_AGAIN;
}

static void drop_idle(struct pn_gateway *g, struct pn_conn *c)
{
    unlink_idle(c);
    drop(g, c);
}

/* One that may be used now, at an address that this upstream may have: the entry is shared by all
 * upstreams of a host and port, and the policy may have been replaced. */
static struct pn_conn *find_kept(struct pn_gateway *g, struct seeker s,
                                 const struct pn_authority *a)
{
    struct pn_conn *next;

    for (struct pn_conn *c = a->idle; c; c = next) {
        next = c->next;
        if (!pn_egress_allows(goal(s)->egress, &c->peer)) continue;
        if (!is_stale(g, c)) return c;
        drop_idle(g, c);
    }
    return NULL;
}

static bool take_kept(struct pn_gateway *g, struct seeker s, struct pn_authority *a)
{
    struct pn_conn *c = may_reuse(g, s) ? find_kept(g, s, a) : NULL;

    if (!c) return false;
    unlink_idle(c);
    c->rx_ready = false;
    attach(g, s, c);
    atomic_fetch_add_explicit(&g->stats.upstream_reused, 1, memory_order_relaxed);
    stands(g, s, true);
    return true;
}

/* --- new connections --- */

/* Connect to the next address that is allowed; false when none is left. */
static bool connect_next(struct pn_gateway *g, struct seeker s, struct pn_authority *a,
                         uint8_t tried)
{
    for (; tried < a->address_count; tried++) {
        uint8_t index = (uint8_t)((a->first + tried) % a->address_count);
        if (!pn_egress_allows(goal(s)->egress, &a->address[index])) continue;
        int32_t socket = port_net_connect(g->net, &a->address[index]);
        if (socket < 0) continue;
        struct pn_conn *c = pn_conn_open(g, socket, PN_CONN_CONNECTS);
        if (!c) return false;
        c->exchange = s.exchange;
        c->errand = s.errand;
        c->authority = a;
        c->peer = a->address[index];
        c->address = index;
        c->tried = (uint8_t)(tried + 1);
        a->users++;
        give(g, s, c);
        pn_upstream_arm(g, c, PN_TIMEOUT_CONNECT);
        atomic_fetch_add_explicit(&g->stats.upstream_connects, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&g->stats.upstream_open, 1, memory_order_relaxed);
        return true;
    }
    return false;
}

static bool any_allowed(struct seeker s, const struct pn_authority *a)
{
    for (uint8_t i = 0; i < a->address_count; i++) {
        if (pn_egress_allows(goal(s)->egress, &a->address[i])) return true;
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

static bool begin_connect(struct pn_gateway *g, struct seeker s, struct pn_authority *a)
{
    if (!any_allowed(s, a)) {
        failed(g, s, PN_REASON_UPSTREAM_FORBIDDEN);
        return true;
    }
    if (a->scheme == PN_SCHEME_HTTPS && !pn_handshake_room(g)) {
        in_next_turn(g, s);
        return false;
    }
    enum pn_step room = make_room(g);
    if (room == PN_WAIT) {
        in_next_turn(g, s);
        return false;
    }
    if (room != PN_DONE) {
        failed(g, s, PN_REASON_UPSTREAMS_FULL);
        return true;
    }
    if (connect_next(g, s, a, 0)) return false;
    failed(g, s, PN_REASON_UPSTREAM_REFUSED);
    return true;
}

static bool advance(struct pn_gateway *g, struct seeker s)
{
    struct pn_authority *a = authority_of(g, goal(s));

    if (!a) {
        failed(g, s, PN_REASON_UPSTREAMS_FULL);
        return true;
    }
    if (take_kept(g, s, a)) return true;
    switch (pn_resolve(g->resolver, a, g->now_ms)) {
    case PN_DONE: return begin_connect(g, s, a);
    case PN_REFUSED: failed(g, s, PN_REASON_UPSTREAM_UNRESOLVED); return true;
    case PN_WAIT:
    case PN_MORE: in_next_turn(g, s); break;
    }
    return false;
}

bool pn_upstream_advance(struct pn_gateway *g, struct pn_exchange *x)
{
    if (pn_pipe_of(g, x)->upstream) return false; /* connecting */
    return advance(g, (struct seeker){ .exchange = x });
}

void pn_upstream_advance_errand(struct pn_gateway *g, struct pn_errand *e)
{
    if (!e->conn) advance(g, (struct seeker){ .errand = e });
}

/* One address did not answer: try the next, or give up with `reason`. */
static void connect_failed(struct pn_gateway *g, struct pn_conn *c, enum pn_reason reason)
{
    struct seeker s = seeker_of(c);
    struct pn_authority *a = c->authority;
    uint8_t tried = c->tried;
    bool again = c->again;

    give(g, s, NULL);
    drop(g, c);
    if (connect_next(g, s, a, tried)) given(g, s)->again = again;
    else failed(g, s, reason);
    run(g, s);
}

/* What was saved is forgotten by now. Servers of several versions may stand behind the name, each of
 * which takes a whole handshake; and not a byte of the request was sent. */
static bool is_worth_another(const struct pn_conn *c, enum port_tls_cause cause)
{
    return !c->again && c->tls && port_tls_offered(c->tls) && cause != PORT_TLS_TIMEOUT &&
           cause != PORT_TLS_MEMORY;
}

/* Once more to the same address, and no longer than the first handshake might have taken. */
static void connect_again(struct pn_gateway *g, struct pn_conn *c, enum pn_reason reason)
{
    struct seeker s = seeker_of(c);
    struct pn_authority *a = c->authority;
    uint8_t before = (uint8_t)(c->tried - 1);
    uint32_t due_ms = c->timer.deadline_ms;

    give(g, s, NULL);
    drop(g, c);
    if (!connect_next(g, s, a, before)) {
        failed(g, s, reason);
    } else {
        struct pn_conn *next = given(g, s);
        next->again = next->held = true;
        next->due = PN_TIMEOUT_CONNECT;
        next->due_ms = due_ms;
        pn_timer_arm(&g->timers, &next->timer, PN_TIMEOUT_WAIT, g->now_ms);
    }
    run(g, s);
}

void pn_upstream_secured(struct pn_gateway *g, struct pn_conn *c)
{
    struct seeker s = seeker_of(c);

    c->authority->first = c->address;
    attach(g, s, c);
    stands(g, s, false);
    run(g, s);
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
    struct seeker s = seeker_of(c);

    if (is_worth_another(c, cause)) {
        connect_again(g, c, reason_of(cause));
        return;
    }
    if (may_help(cause)) {
        connect_failed(g, c, reason_of(cause));
        return;
    }
    give(g, s, NULL);
    drop(g, c);
    failed(g, s, reason_of(cause));
    run(g, s);
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
    if (c->errand) pn_errand_move(g, c->errand);
    else pn_pump(g, c->exchange);
}

void pn_upstream_timeout(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout)
{
    if (timeout == PN_TIMEOUT_WAIT && (int32_t)(g->now_ms - c->due_ms) < 0) {
        pn_timer_arm(&g->timers, &c->timer, PN_TIMEOUT_WAIT, g->now_ms);
        return;
    }
    if (timeout == PN_TIMEOUT_WAIT) timeout = (enum pn_timeout)c->due;
    if (c->role == PN_CONN_IDLE) {
        drop_idle(g, c);
    } else if (timeout == PN_TIMEOUT_HANDSHAKE) {
        pn_handshake_timeout(g, c);
    } else if (timeout == PN_TIMEOUT_CONNECT) {
        connect_failed(g, c, PN_REASON_UPSTREAM_TIMEOUT);
    } else if (c->errand) {
        pn_errand_failed(g, c->errand, PN_REASON_UPSTREAM_TIMEOUT);
    } else {
        struct pn_exchange *x = c->exchange;
        pn_exchange_upstream_broke(x, PN_REASON_UPSTREAM_TIMEOUT);
        pn_pump(g, x);
    }
}
