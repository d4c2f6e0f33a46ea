/* see gateway.h
 *
 * A step with a public-key operation takes milliseconds, in which the loop does nothing else: under three
 * where certificates are of P-256, and more for a signature of RSA or a chain with an intermediate
 * (test/bench/bench_tls.c). So those who are to make one stand in a line, and each turn of the loop makes one of them:
 * traffic goes on between two steps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "core/channel.h"

enum {
    STEPS_PER_TURN = 16, /* that cost nothing; at most one that does */
    PATIENCE_MS = 1000,  /* with one that only waits, when all places are taken */
};

/* --- the line --- */

static void stand_in_line(struct pn_gateway *g, struct pn_conn *c)
{
    if (c->in_shakes) return;
    c->in_shakes = true;
    c->next = NULL;
    c->prev = g->shakes_last;
    if (c->prev) c->prev->next = c;
    else g->shakes = c;
    g->shakes_last = c;
    port_net_want(g->net, c->socket, 0);
}

static void leave_line(struct pn_gateway *g, struct pn_conn *c)
{
    if (!c->in_shakes) return;
    c->in_shakes = false;
    if (c->prev) c->prev->next = c->next;
    else g->shakes = c->next;
    if (c->next) c->next->prev = c->prev;
    else g->shakes_last = c->prev;
    c->next = c->prev = NULL;
}

/* --- beginning and end --- */

static void begin(struct pn_gateway *g, struct pn_conn *c, enum pn_conn_role role)
{
    c->role = (uint8_t)role;
    g->handshakes++;
    c->due = PN_TIMEOUT_HANDSHAKE;
    if (!c->held) pn_timer_arm(&g->timers, &c->timer, PN_TIMEOUT_HANDSHAKE, g->now_ms);
    stand_in_line(g, c);
}

bool pn_handshake_accept(struct pn_gateway *g, struct pn_conn *c, const struct pn_conn *listener)
{
    struct port_tls_config *config = g->loaded.listeners[listener->listener - 1];

    c->tls = config ? port_tls_accept(config, c->socket) : NULL;
    if (!c->tls) return false;
    c->listener = listener->listener;
    begin(g, c, PN_CONN_GREETS);
    return true;
}

bool pn_handshake_connect(struct pn_gateway *g, struct pn_conn *c)
{
    const struct pn_authority *a = c->authority;
    struct port_tls_text host = { a->host, a->host_len };
    struct port_tls_config *config =
        g->tls ? pn_tls_for(&g->loaded, g->config.tls, pn_slice(a->host, a->host_len)) : NULL;

    if (!config) return false;
    c->tls = port_tls_connect(config, c->socket, host, (uint16_t)(a - g->authorities));
    if (!c->tls) return false;
    c->loaded = g->loaded.seen;
    begin(g, c, PN_CONN_SECURES);
    return true;
}

void pn_handshake_over(struct pn_gateway *g, struct pn_conn *c)
{
    leave_line(g, c);
    PN_ASSERT(g->handshakes > 0);
    g->handshakes--;
    if (g->starved) pn_listeners_feed(g);
}

static void failed(struct pn_gateway *g, struct pn_conn *c)
{
    enum port_tls_cause cause = port_tls_cause(c->tls);

    if (c->role == PN_CONN_GREETS) pn_client_close(g, c);
    else pn_upstream_insecure(g, c, cause);
}

bool pn_handshake_room(struct pn_gateway *g)
{
    if (g->handshakes < g->config.limits.handshakes_max) return true;
    struct pn_conn *oldest =
        (struct pn_conn *)(void *)pn_timers_first(&g->timers, PN_TIMEOUT_HANDSHAKE);
    uint32_t last_ms = g->config.limits.handshake_ms;
    if (!oldest || oldest->role != PN_CONN_GREETS || oldest->in_shakes) return false;
    uint32_t begun_ms = oldest->timer.deadline_ms - last_ms;
    if ((int32_t)(g->now_ms - begun_ms) < PATIENCE_MS) return false;
    pn_handshake_timeout(g, oldest);
    return true;
}

void pn_handshake_timeout(struct pn_gateway *g, struct pn_conn *c)
{
    port_tls_timed_out(c->tls);
    failed(g, c);
}

/* --- steps --- */

static void done(struct pn_gateway *g, struct pn_conn *c)
{
    bool is_client = c->role == PN_CONN_GREETS;

    pn_handshake_over(g, c);
    pn_timer_stop(&c->timer);
    if (is_client) pn_client_secured(g, c);
    else pn_upstream_secured(g, c);
}

/* True when the step was a costly one. */
static bool advance(struct pn_gateway *g, struct pn_conn *c)
{
    enum port_tls_step step = port_tls_handshake(c->tls);

    switch (step) {
    case PORT_TLS_TURN: stand_in_line(g, c); return true;
    case PORT_TLS_DONE: done(g, c); return false;
    case PORT_TLS_FAULT: failed(g, c); return true;
    case PORT_TLS_AGAIN: break;
    }
    port_net_want(g->net, c->socket,
                  PORT_NET_WANT_RX | (port_tls_unsent(c->tls) ? PORT_NET_WANT_TX : 0u));
    return false;
}

void pn_handshake_ready(struct pn_gateway *g, struct pn_conn *c)
{
    stand_in_line(g, c);
}

uint32_t pn_handshake_turn(struct pn_gateway *g)
{
    if (g->starved) (void)pn_handshake_room(g); /* others wait to be accepted */
    for (int i = 0; g->shakes && i < STEPS_PER_TURN; i++) {
        struct pn_conn *c = g->shakes;
        leave_line(g, c);
        if (advance(g, c)) break;
    }
    return g->shakes ? 0 : UINT32_MAX;
}
