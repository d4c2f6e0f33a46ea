/* How things come to pass: what arrives in each turn, and the select that sees it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/sim/sim_net.h"

void sim_ring(struct xSOCKET *socket)
{
    if (socket != NULL && socket->callback != NULL) socket->callback(socket);
}

static bool is_still(const struct sim_conn *conn)
{
    return conn->still_until_ms > conn->sim->now_ms;
}

size_t sim_room(const struct sim_conn *conn)
{
    size_t room = conn->window > conn->out.len ? conn->window - conn->out.len : 0;

    if (is_still(conn)) return 0;
    return conn->tx_max > 0 && conn->tx_credit < room ? conn->tx_credit : room;
}

static bool by_chance(struct sim *sim, uint16_t permille)
{
    return permille > 0 && sim_below(sim, 1000) < permille;
}

/* How many of the bytes on their way arrive now. */
static size_t segment(struct sim_conn *conn)
{
    size_t coming = conn->in.len - conn->in_arrived;

    if (conn->rx_max > 0) {
        size_t room = conn->rx_max > conn->in_arrived ? conn->rx_max - conn->in_arrived : 0;
        if (coming > room) coming = room;
    }
    if (coming > 1 && by_chance(conn->sim, conn->sim->chaos.short_permille))
        coming = 1 + (size_t)sim_below(conn->sim, coming - 1);
    return coming;
}

static void arrive_reset(struct sim_conn *conn)
{
    if (conn->reset_arrived) return;
    conn->reset_arrived = true;
    sim_bytes_drop(&conn->in, conn->in.len);
    conn->in_arrived = 0;
    conn->socket->state = eCLOSED;
    sim_ring(conn->socket);
}

void sim_arrive(struct sim_conn *conn)
{
    if (conn->socket == NULL || is_still(conn) || conn->socket->state < eESTABLISHED) return;
    if (conn->reset_sent) {
        arrive_reset(conn);
        return;
    }
    size_t bytes = segment(conn);
    conn->in_arrived += bytes;
    bool ends = conn->fin_sent && !conn->fin_arrived && conn->in_arrived == conn->in.len;
    if (ends) {
        conn->fin_arrived = true;
        conn->socket->state = eCLOSE_WAIT;
    }
    if (bytes > 0 || ends) sim_ring(conn->socket);
}

/* The handshake that the gateway started comes to its end. */
static void finish_connect(struct sim_conn *conn)
{
    struct sim_upstream *upstream = sim_upstream_at(conn->sim, &conn->near);

    if (is_still(conn)) return;
    if (upstream == NULL || upstream->refuses) {
        conn->socket->state = eCLOSED;
        conn->end = SIM_GONE;
    } else {
        conn->socket->state = eESTABLISHED;
        if (upstream->accept_head == NULL) upstream->accept_head = conn;
        else upstream->accept_tail->queued = conn;
        upstream->accept_tail = conn;
    }
    conn->sim->deeds++;
    sim_ring(conn->socket);
}

static void be_unkind(struct sim_conn *conn)
{
    struct sim *sim = conn->sim;
    const struct sim_chaos *chaos = &sim->chaos;

    if (is_still(conn)) return;
    if (by_chance(sim, chaos->stall_permille) && chaos->stall_ms_max > 0)
        sim_stall(conn, 1 + sim_below(sim, chaos->stall_ms_max));
    if (by_chance(sim, chaos->reset_permille)) sim_reset(conn);
    if (by_chance(sim, chaos->spurious_permille)) sim_ring(conn->socket);
}

/* A new turn, a new share of what may be sent. */
static void refill(struct sim_conn *conn)
{
    size_t before = sim_room(conn);

    if (conn->socket->state < eESTABLISHED) return;
    if (conn->tx_max > 0) conn->tx_credit = conn->tx_max;
    if (before == 0 && sim_room(conn) > 0) sim_ring(conn->socket);
}

static void turn_one(struct sim_conn *conn)
{
    bool was_still = conn->still_until_ms != 0 && !is_still(conn);

    if (was_still) conn->still_until_ms = 0;
    if (conn->socket->state == eCONNECT_SYN) {
        finish_connect(conn);
        return;
    }
    if (conn->socket->accepted) be_unkind(conn);
    if (conn->socket == NULL) return;
    refill(conn);
    sim_arrive(conn);
    if (was_still) sim_ring(conn->socket); /* room to send came back too */
}

void sim_turn(struct sim *sim)
{
    for (struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next) {
        if (conn->socket != NULL) turn_one(conn);
    }
}

uint64_t sim_next_due_ms(const struct sim *sim)
{
    uint64_t due = SIM_NEVER;

    for (const struct sim_conn *conn = sim->conns; conn != NULL; conn = conn->next) {
        if (conn->socket == NULL || !is_still(conn)) continue;
        if (conn->still_until_ms < due) due = conn->still_until_ms;
    }
    return due;
}

static EventBits_t stream_state(const struct xSOCKET *socket)
{
    const struct sim_conn *conn = socket->conn;
    EventBits_t fired = 0;

    if (socket->state == eTCP_LISTEN) return socket->accept_head != NULL ? eSELECT_READ : 0;
    if (conn == NULL || socket->state == eCONNECT_SYN) return 0;
    if (conn->in_arrived > 0) fired |= eSELECT_READ;
    if (socket->state == eCLOSED || socket->state == eCLOSE_WAIT) fired |= eSELECT_EXCEPT;
    if (socket->state >= eESTABLISHED && sim_room(conn) > 0) fired |= eSELECT_WRITE;
    return fired;
}

static EventBits_t state_of(const struct xSOCKET *socket)
{
    if (socket->protocol == FREERTOS_IPPROTO_TCP) return stream_state(socket);
    return (socket->datagrams.head != NULL ? eSELECT_READ : 0) |
           (socket->bound ? (EventBits_t)eSELECT_WRITE : 0);
}

static EventBits_t look(struct xSOCKET_SET *set)
{
    EventBits_t fired = 0;

    for (struct xSOCKET *socket = set->sim->sockets; socket != NULL; socket = socket->next) {
        if (socket->set != set) continue;
        socket->fired = state_of(socket) & socket->interest;
        fired |= socket->fired;
    }
    if (set->signalled) fired |= eSELECT_INTR;
    set->signalled = false;
    return fired;
}

/* Move the clock to the next thing that is due, at most to `deadline_ms`. False when nothing can
 * happen any more. */
static bool pass_time(struct sim *sim, uint64_t deadline_ms)
{
    uint64_t due = sim_next_due_ms(sim);
    uint64_t to = due < deadline_ms ? due : deadline_ms;

    if (sim->clock_held || to == SIM_NEVER || to <= sim->now_ms) return false;
    sim->now_ms = to;
    sim_turn(sim);
    return true;
}

static uint64_t deadline_of(const struct sim *sim, TickType_t ticks)
{
    return ticks == portMAX_DELAY ? SIM_NEVER : sim->now_ms + ticks;
}

BaseType_t FreeRTOS_select(SocketSet_t xSocketSet, TickType_t xBlockTimeTicks)
{
    struct sim *sim = xSocketSet->sim;
    uint64_t deadline_ms = deadline_of(sim, xBlockTimeTicks);

    sim_turn(sim);
    EventBits_t fired = look(xSocketSet);
    bool stirred = fired != 0 || sim->deeds != sim->deeds_seen;
    while (fired == 0 && pass_time(sim, deadline_ms)) fired = look(xSocketSet);
    sim->idle = fired == 0 && !stirred;
    sim->deeds_seen = sim->deeds;
    return (BaseType_t)fired;
}

bool sim_await(struct xSOCKET *socket, bool (*holds)(const struct xSOCKET *), TickType_t ticks)
{
    uint64_t deadline_ms = deadline_of(socket->sim, ticks);

    if (holds(socket)) return true;
    if (ticks == 0) return false;
    sim_turn(socket->sim);
    while (!holds(socket)) {
        if (!pass_time(socket->sim, deadline_ms)) return false;
    }
    return true;
}

void FreeRTOS_FD_SET(Socket_t xSocket, SocketSet_t xSocketSet, EventBits_t xBitsToSet)
{
    if (xSocket->set != xSocketSet) xSocket->interest = 0;
    xSocket->set = xSocketSet;
    xSocket->interest |= xBitsToSet & eSELECT_ALL;
}

void FreeRTOS_FD_CLR(Socket_t xSocket, SocketSet_t xSocketSet, EventBits_t xBitsToClear)
{
    if (xSocket->set != xSocketSet) return;
    xSocket->interest &= ~(xBitsToClear & eSELECT_ALL);
    if (xSocket->interest == 0) xSocket->set = NULL;
}

EventBits_t FreeRTOS_FD_ISSET(ConstSocket_t xSocket, ConstSocketSet_t xSocketSet)
{
    return xSocket->set == xSocketSet ? xSocket->fired & xSocket->interest : 0;
}

SocketSet_t FreeRTOS_CreateSocketSet(void)
{
    struct sim *sim = sim_current();

    for (uint32_t i = 0; sim != NULL && i < SIM_SETS_MAX; i++) {
        if (sim->sets[i].used) continue;
        sim->sets[i] = (struct xSOCKET_SET){ .sim = sim, .used = true };
        return &sim->sets[i];
    }
    return NULL;
}

void FreeRTOS_DeleteSocketSet(SocketSet_t xSocketSet)
{
    for (struct xSOCKET *socket = xSocketSet->sim->sockets; socket != NULL; socket = socket->next) {
        if (socket->set == xSocketSet) socket->set = NULL;
    }
    xSocketSet->used = false;
}

BaseType_t FreeRTOS_SignalSocket(Socket_t xSocket)
{
    if (xSocketValid(xSocket) == pdFALSE || xSocket->set == NULL) return -pdFREERTOS_ERRNO_EINVAL;
    xSocket->set->signalled = true;
    xSocket->sim->deeds++;
    return 0;
}
