/* Peers of the gateway in the simulator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "platforms/sim/sim.h"
#include "test/port/peer.h"

struct peer {
    struct sim_conn *conn;
    struct sim_upstream *upstream;
    struct sim_udp *udp;
};

static struct sim *sim;
static uint16_t next_port;

static void up(void)
{
    sim = sim_open(1);
    next_port = 7000;
}

static void down(void)
{
    sim_shut(sim);
}

static void settle(void)
{
}

static uint64_t now_ms(void)
{
    return sim_now_ms(sim);
}

static struct peer *peer_new(void)
{
    return (struct peer *)calloc(1, sizeof(struct peer));
}

static struct peer *peer_of(struct sim_conn *conn)
{
    if (conn == NULL) return NULL;
    struct peer *peer = peer_new();
    peer->conn = conn;
    sim_window(conn, 64 * 1024);
    return peer;
}

static struct peer *connect_to(uint16_t port)
{
    return peer_of(sim_connect(sim, port));
}

static struct peer *listen_at(struct port_net_addr *at)
{
    struct peer *peer = peer_new();
    *at = sim_addr("198.51.100.7", next_port++);
    peer->upstream = sim_listen(sim, *at);
    return peer;
}

static struct peer *accept_from(struct peer *listener)
{
    return peer_of(sim_accept(listener->upstream));
}

static void push(struct peer *peer, const void *bytes, size_t len)
{
    sim_push(peer->conn, pn_slice(bytes, len));
}

static size_t take(struct peer *peer, void *out, size_t max)
{
    return sim_take(peer->conn, out, max);
}

static enum peer_end end(struct peer *peer)
{
    switch (sim_end(peer->conn)) {
    case SIM_SHUT: return PEER_SHUT;
    case SIM_GONE: return PEER_RESET;
    case SIM_OPEN: break;
    }
    return PEER_OPEN;
}

static void fin(struct peer *peer)
{
    sim_fin(peer->conn);
}

static void reset(struct peer *peer)
{
    sim_reset(peer->conn);
}

static void release(struct peer *peer)
{
    if (peer == NULL) return;
    if (peer->conn != NULL) sim_close(peer->conn);
    free(peer);
}

static struct peer *udp(struct port_net_addr *at)
{
    struct peer *peer = peer_new();
    *at = sim_addr("198.51.100.53", next_port++);
    peer->udp = sim_udp_bind(sim, *at);
    return peer;
}

static size_t udp_take(struct peer *peer, struct port_net_addr *from, void *out, size_t max)
{
    return sim_udp_take(peer->udp, from, out, max);
}

static void udp_push(struct peer *peer, const struct port_net_addr *to, const void *bytes,
                     size_t len)
{
    sim_udp_push(peer->udp, *to, pn_slice(bytes, len));
}

const struct peer_driver peer_sim = {
    .name = "sim",
    .here = { .family = 4, .ip = { 192, 0, 2, 1 } },
    .nobody = { .family = 4, .port = 1, .ip = { 198, 51, 100, 1 } },
    .up = up,
    .down = down,
    .settle = settle,
    .now_ms = now_ms,
    .connect = connect_to,
    .listen = listen_at,
    .accept = accept_from,
    .push = push,
    .take = take,
    .end = end,
    .fin = fin,
    .reset = reset,
    .release = release,
    .udp = udp,
    .udp_take = udp_take,
    .udp_push = udp_push,
};
