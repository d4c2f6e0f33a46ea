/* see gateway.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "core/channel.h"
#include "core/gateway.h"

enum { READS_PER_TURN = 16 }; /* of one exchange, so that a fast peer leaves a turn to others */

static bool send_client(struct pn_gateway *g, struct pn_exchange *x, struct pn_conn *c)
{
    enum pn_sent sent = pn_channel_send_out(g->net, c, &x->out);

    if (sent == PN_SENT_SOME) pn_timer_stop(&c->timer);
    if (sent == PN_SENT_FAULT) pn_exchange_client_gone(x);
    return sent != PN_SENT_NOTHING;
}

static bool recv_client(struct pn_gateway *g, struct pn_exchange *x, struct pn_conn *c)
{
    uint8_t *at;
    size_t room = pn_exchange_client_room(x, &at);

    if (room == 0 || !c->rx_ready) return false;
    int32_t got = pn_channel_recv(g->net, c, at, room);
    if (pn_channel_dry(c, got, room)) c->rx_ready = false;
    if (got > 0) pn_exchange_client_got(x, (size_t)got);
    if (got < 0) pn_exchange_client_gone(x);
    return got != PORT_NET_AGAIN;
}

/* The upstream has closed or broken the connection. */
static void upstream_over(struct pn_gateway *g, struct pn_exchange *x, int32_t how)
{
    struct pn_pipe *pipe = pn_pipe_of(g, x);

    if (pn_exchange_may_retry(x)) {
        pn_upstream_drop(g, pipe->upstream);
        pipe->upstream = NULL;
        pipe->may_reuse = false;
        atomic_fetch_add_explicit(&g->stats.upstream_retries, 1, memory_order_relaxed);
        pn_exchange_retry(x);
    } else if (how == PORT_NET_EOF) {
        pn_exchange_upstream_shut(x);
    } else {
        pn_exchange_upstream_broke(x, PN_REASON_UPSTREAM_RESET);
    }
}

static bool recv_upstream(struct pn_gateway *g, struct pn_exchange *x, struct pn_conn *c)
{
    uint8_t *at;
    size_t room = pn_exchange_upstream_room(x, &at);

    if (room == 0 || !c->rx_ready || x->upstream_shut) return false;
    int32_t got = pn_channel_recv(g->net, c, at, room);
    if (pn_channel_dry(c, got, room)) c->rx_ready = false;
    if (got > 0) {
        pn_exchange_upstream_got(x, (size_t)got);
        pn_upstream_arm(g, c, PN_TIMEOUT_STREAM);
    }
    if (got < 0) upstream_over(g, x, got);
    return got != PORT_NET_AGAIN;
}

static bool send_upstream(struct pn_gateway *g, struct pn_exchange *x, struct pn_conn *c)
{
    enum pn_sent sent = pn_channel_send_out(g->net, c, &x->up);

    if (sent == PN_SENT_SOME) pn_upstream_arm(g, c, PN_TIMEOUT_ANSWER);
    /* It may have answered before it closed: reading tells. */
    if (sent == PN_SENT_FAULT) c->rx_ready = true;
    return sent == PN_SENT_FAULT ? recv_upstream(g, x, c) : sent == PN_SENT_SOME;
}

static void finish(struct pn_gateway *g, struct pn_exchange *x)
{
    struct pn_pipe *pipe = pn_pipe_of(g, x);
    struct pn_conn *client = pipe->client;
    enum pn_end end = (enum pn_end)x->end;

    if (x->reason == PN_REASON_CLIENT_GONE && x->head_len > 0) {
        atomic_fetch_add_explicit(&g->stats.clients_gone, 1, memory_order_relaxed);
    }
    if (pipe->upstream) {
        if (x->upstream_kept) pn_upstream_keep(g, pipe->upstream);
        else pn_upstream_drop(g, pipe->upstream);
    }
    pn_exchange_give(g, x);
    pn_client_end(g, client, end);
}

/* What one of the sides may do now. True when anything moved. */
static bool move(struct pn_gateway *g, struct pn_exchange *x, uint32_t wants)
{
    const struct pn_pipe *pipe = pn_pipe_of(g, x);
    bool moved = false;

    if (wants & PN_WANT_CLIENT_TX) moved |= send_client(g, x, pipe->client);
    if (wants & PN_WANT_UPSTREAM) moved |= pn_upstream_advance(g, x);
    if ((wants & PN_WANT_UPSTREAM_TX) && pipe->upstream && x->ask == ASK_SEND) {
        moved |= send_upstream(g, x, pipe->upstream);
    }
    if ((wants & PN_WANT_CLIENT_RX) && x->ask <= ASK_BODY) moved |= recv_client(g, x, pipe->client);
    if ((wants & PN_WANT_UPSTREAM_RX) && pipe->upstream && x->answer != ANSWER_END) {
        moved |= recv_upstream(g, x, pipe->upstream);
    }
    return moved;
}

/* Nobody reads from the client while its request waits or is on its way, so ask whether it is still
 * there. */
static bool client_left(struct pn_gateway *g, const struct pn_exchange *x, const struct pn_conn *c)
{
    return (x->ask > ASK_BODY || x->ask == ASK_CALLER || x->waiting) && x->ask != ASK_OWN &&
           port_net_peer(g->net, c->socket) != PORT_NET_PEER_OPEN;
}

/* What an exchange waits for that an errand, or a later turn, brings. */
static enum pn_timeout awaits(const struct pn_exchange *x)
{
    if (x->ask == ASK_CALLER) return PN_TIMEOUT_CALLER;
    return x->ask == ASK_TOKEN ? PN_TIMEOUT_TOKEN : PN_TIMEOUT_NONE;
}

/* Wait for what is wanted and did not move. */
static void settle(struct pn_gateway *g, struct pn_exchange *x, uint32_t wants)
{
    const struct pn_pipe *pipe = pn_pipe_of(g, x);
    struct pn_conn *client = pipe->client;
    struct pn_conn *up = pipe->upstream;
    enum pn_timeout awaited = awaits(x);

    port_net_want(g->net, client->socket,
                  (wants & PN_WANT_CLIENT_RX ? PORT_NET_WANT_RX : 0u) |
                      (client->tx_full ? PORT_NET_WANT_TX : 0u));
    if (awaited != PN_TIMEOUT_NONE) {
        if (client->timer.timeout != awaited) {
            pn_timer_arm(&g->timers, &client->timer, awaited, g->now_ms);
        }
    } else if (x->ask == ASK_BODY && client->timer.timeout != PN_TIMEOUT_BODY) {
        pn_timer_arm(&g->timers, &client->timer, PN_TIMEOUT_BODY, g->now_ms);
    } else if (client->tx_full && client->timer.timeout != PN_TIMEOUT_SEND) {
        pn_timer_arm(&g->timers, &client->timer, PN_TIMEOUT_SEND, g->now_ms);
    } else if (x->ask > ASK_BODY && !client->tx_full) {
        pn_timer_stop(&client->timer);
    }
    if (up && up->role == PN_CONN_UPSTREAM) {
        port_net_want(g->net, up->socket,
                      (wants & PN_WANT_UPSTREAM_RX ? PORT_NET_WANT_RX : 0u) |
                          (up->tx_full ? PORT_NET_WANT_TX : 0u));
        /* A client that reads slowly must not make the upstream look slow. */
        if (!(wants & PN_WANT_UPSTREAM_RX)) pn_timer_stop(&up->timer);
        else if (up->timer.timeout == PN_TIMEOUT_NONE) pn_upstream_arm(g, up, PN_TIMEOUT_STREAM);
    }
    if (wants & PN_WANT_TURN) pn_gateway_turn(g, x);
    if (wants & PN_WANT_ERRAND) pn_gateway_await(g, x);
}

/* The answer is out but for a record that the socket has not taken whole. */
static bool awaits_last_record(struct pn_conn *client)
{
    if (!pn_channel_unsent(client) || client->given_up) return false;
    client->tx_full = true;
    return true;
}

void pn_pump(struct pn_gateway *g, struct pn_exchange *x)
{
    uint32_t wants;
    int moves = 0;

    for (;;) {
        pn_exchange_run(x, &g->now);
        wants = pn_exchange_wants(x);
        if (wants & PN_WANT_END) {
            if (awaits_last_record(pn_pipe_of(g, x)->client)) break;
            finish(g, x);
            return;
        }
        if (client_left(g, x, pn_pipe_of(g, x)->client)) {
            pn_exchange_client_gone(x);
            continue;
        }
        if (!move(g, x, wants)) break;
        if (++moves > READS_PER_TURN) {
            pn_gateway_turn(g, x);
            break;
        }
    }
    settle(g, x, pn_exchange_wants(x));
}
