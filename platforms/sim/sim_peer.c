/* The test's side of the simulator: clients, upstreams, datagrams.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "platforms/sim/sim_net.h"

struct sim_conn *sim_conn_new(struct sim *sim, struct port_net_addr near, struct port_net_addr far)
{
    struct sim_conn *conn = (struct sim_conn *)sim_alloc(sizeof *conn);
    struct sim_conn **end = &sim->conns;

    while (*end != NULL) end = &(*end)->next;
    *end = conn;
    conn->sim = sim;
    conn->near = near;
    conn->far = far;
    conn->window = SIM_WINDOW_BYTES;
    sim->deeds++;
    return conn;
}

static bool takes(const struct xSOCKET *socket, const struct port_net_addr *to)
{
    static const uint8_t any[16];

    if (socket->protocol != FREERTOS_IPPROTO_TCP || socket->state != eTCP_LISTEN) return false;
    if (socket->local.port != to->port || socket->local.family != to->family) return false;
    return memcmp(socket->local.ip, any, 16) == 0 || memcmp(socket->local.ip, to->ip, 16) == 0;
}

/* As the real stack does on a SYN: the child exists, in the listener's set, before it is accepted. */
static void bear_child(struct xSOCKET *listener, struct sim_conn *conn)
{
    struct xSOCKET *child = sim_socket_new(conn->sim, listener->domain, FREERTOS_IPPROTO_TCP);

    child->parent = listener;
    child->conn = conn;
    child->set = listener->set;
    child->interest = listener->interest;
    child->rx_ticks = listener->rx_ticks;
    child->tx_ticks = listener->tx_ticks;
    child->state = eESTABLISHED;
    child->bound = true;
    child->local = conn->far;
    conn->socket = child;
    listener->children_count++;
    if (listener->accept_head == NULL) listener->accept_head = child;
    else listener->accept_tail->queued = child;
    listener->accept_tail = child;
    sim_ring(listener);
}

struct sim_conn *sim_connect_from(struct sim *sim, struct port_net_addr from,
                                  struct port_net_addr to)
{
    for (struct xSOCKET *socket = sim->sockets; socket != NULL; socket = socket->next) {
        if (!takes(socket, &to)) continue;
        if (socket->children_count >= socket->children_max) return NULL;
        struct sim_conn *conn = sim_conn_new(sim, from, to);
        bear_child(socket, conn);
        return conn;
    }
    return NULL;
}

struct sim_conn *sim_connect(struct sim *sim, uint16_t port)
{
    for (struct xSOCKET *socket = sim->sockets; socket != NULL; socket = socket->next) {
        if (socket->state != eTCP_LISTEN || socket->local.port != port) continue;
        struct port_net_addr to = socket->local;
        const char *from = to.family == 6 ? "2001:db8::99" : "192.0.2.99";
        return sim_connect_from(sim, sim_addr(from, sim_any_port(sim)), to);
    }
    return NULL;
}

struct sim_upstream *sim_upstream_at(const struct sim *sim, const struct port_net_addr *at)
{
    for (struct sim_upstream *up = sim->upstreams; up != NULL; up = up->next) {
        if (sim_same_addr(&up->at, at)) return up;
    }
    return NULL;
}

struct sim_upstream *sim_listen(struct sim *sim, struct port_net_addr at)
{
    struct sim_upstream *upstream = (struct sim_upstream *)sim_alloc(sizeof *upstream);

    upstream->sim = sim;
    upstream->at = at;
    upstream->next = sim->upstreams;
    sim->upstreams = upstream;
    return upstream;
}

struct sim_conn *sim_accept(struct sim_upstream *upstream)
{
    struct sim_conn *conn = upstream->accept_head;

    if (conn == NULL) return NULL;
    upstream->accept_head = conn->queued;
    conn->queued = NULL;
    return conn;
}

void sim_upstream_delay(struct sim_upstream *upstream, uint64_t ms)
{
    upstream->refuses = false;
    upstream->delay_ms = ms;
}

void sim_upstream_silence(struct sim_upstream *upstream)
{
    sim_upstream_delay(upstream, SIM_NEVER);
}

void sim_upstream_refuse(struct sim_upstream *upstream)
{
    upstream->refuses = true;
}

void sim_upstream_answer(struct sim_upstream *upstream)
{
    sim_upstream_delay(upstream, 0);
}

void sim_push(struct sim_conn *conn, struct pn_slice bytes)
{
    if (conn->fin_sent || conn->reset_sent || conn->socket == NULL) return;
    conn->sim->deeds++;
    sim_bytes_add(&conn->in, bytes.at, bytes.len);
    sim_arrive(conn);
}

struct pn_slice sim_sent(const struct sim_conn *conn)
{
    return pn_slice(conn->out.at == NULL ? NULL : conn->out.at + conn->out.head, conn->out.len);
}

void sim_drop(struct sim_conn *conn, size_t bytes)
{
    size_t room = sim_room(conn);

    if (bytes > conn->out.len) bytes = conn->out.len;
    if (bytes == 0) return;
    conn->sim->deeds++;
    sim_bytes_drop(&conn->out, bytes);
    if (room == 0 && sim_room(conn) > 0) sim_ring(conn->socket);
}

size_t sim_take(struct sim_conn *conn, void *out, size_t bytes_max)
{
    size_t bytes = conn->out.len < bytes_max ? conn->out.len : bytes_max;

    if (bytes > 0) memcpy(out, conn->out.at + conn->out.head, bytes);
    sim_drop(conn, bytes);
    return bytes;
}

void sim_fin(struct sim_conn *conn)
{
    conn->fin_sent = true;
    conn->sim->deeds++;
    sim_arrive(conn);
}

void sim_close(struct sim_conn *conn)
{
    conn->deaf = true;
    sim_fin(conn);
}

void sim_reset(struct sim_conn *conn)
{
    if (conn->reset_sent) return;
    conn->reset_sent = true;
    conn->end = SIM_GONE;
    conn->sim->deeds++;
    sim_bytes_drop(&conn->out, conn->out.len);
    sim_arrive(conn);
}

enum sim_end sim_end(const struct sim_conn *conn)
{
    return conn->end;
}

bool sim_held(const struct sim_conn *conn)
{
    return conn->socket != NULL;
}

struct port_net_addr sim_near(const struct sim_conn *conn)
{
    return conn->near;
}

struct port_net_addr sim_far(const struct sim_conn *conn)
{
    return conn->far;
}

void sim_chop(struct sim_conn *conn, size_t rx_max, size_t tx_max)
{
    conn->rx_max = rx_max;
    conn->tx_max = tx_max;
    conn->tx_credit = tx_max;
}

void sim_window(struct sim_conn *conn, size_t bytes)
{
    size_t room = sim_room(conn);

    conn->window = bytes;
    conn->sim->deeds++;
    if (room == 0 && sim_room(conn) > 0) sim_ring(conn->socket);
}

void sim_stall(struct sim_conn *conn, uint64_t ms)
{
    conn->still_until_ms = conn->sim->now_ms + ms;
}

struct sim_udp *sim_udp_bind(struct sim *sim, struct port_net_addr at)
{
    struct sim_udp *udp = (struct sim_udp *)sim_alloc(sizeof *udp);

    udp->sim = sim;
    udp->at = at;
    udp->next = sim->udps;
    sim->udps = udp;
    return udp;
}

size_t sim_udp_take(struct sim_udp *udp, struct port_net_addr *from, void *out, size_t bytes_max)
{
    if (udp->datagrams.head == NULL) return 0;
    return sim_datagram_take(&udp->datagrams, from, out, bytes_max);
}

/* Nobody here knows the gateway's own address, so its sockets are found by their port. */
void sim_udp_push(struct sim_udp *udp, struct port_net_addr to, struct pn_slice bytes)
{
    struct xSOCKET *socket = udp->sim->sockets;

    while (socket != NULL &&
           (socket->protocol != FREERTOS_IPPROTO_UDP || socket->local.port != to.port))
        socket = socket->next;
    if (socket == NULL) return;
    udp->sim->deeds++;
    sim_datagram_add(&socket->datagrams, udp->at, bytes.at, bytes.len);
    sim_ring(socket);
}
