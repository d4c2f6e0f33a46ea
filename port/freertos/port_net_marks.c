/* SPDX-License-Identifier: Apache-2.0 */
#include "port/freertos/port_net_marks.h"

static uint32_t number_of(const struct pn_net_entry *entry)
{
    return (uint32_t)(entry - entry->net->entries);
}

static void unlink_entry(struct pn_net_entry *entry)
{
    struct pn_net_entry *entries = entry->net->entries;
    struct pn_net_queue *queue = &entry->net->queues[entry->place];

    if (entry->prev == PN_NET_NIL) queue->head = entry->next;
    else entries[entry->prev].next = entry->next;
    if (entry->next == PN_NET_NIL) queue->tail = entry->prev;
    else entries[entry->next].prev = entry->prev;
    queue->count--;
}

static void append_entry(struct pn_net_entry *entry)
{
    struct pn_net_queue *queue = &entry->net->queues[entry->place];

    entry->prev = queue->tail;
    entry->next = PN_NET_NIL;
    if (queue->tail == PN_NET_NIL) queue->head = number_of(entry);
    else entry->net->entries[queue->tail].next = number_of(entry);
    queue->tail = number_of(entry);
    queue->count++;
}

void pn_net_move(struct pn_net_entry *entry, enum pn_net_place to)
{
    if (entry->place == to) return;
    if (entry->place != PN_NET_NOWHERE) unlink_entry(entry);
    entry->place = (uint8_t)to;
    if (to != PN_NET_NOWHERE) append_entry(entry);
}

void pn_net_arm(struct pn_net_entry *entry, EventBits_t bits)
{
    if ((bits & ~(EventBits_t)entry->armed) == 0) return;
    FreeRTOS_FD_SET(entry->socket, entry->net->set, bits);
    entry->armed = (uint8_t)(entry->armed | bits);
}

void pn_net_disarm(struct pn_net_entry *entry, EventBits_t bits)
{
    bits &= entry->armed;
    if (bits == 0) return;
    FreeRTOS_FD_CLR(entry->socket, entry->net->set, bits);
    entry->armed = (uint8_t)(entry->armed & ~bits);
}

/* Marked for something wanted. That a peer went is wanted always. */
static int is_due(const struct pn_net_entry *entry)
{
    return (entry->marks & (entry->wants | PN_NET_PEER)) != 0;
}

void pn_net_reconsider(struct pn_net_entry *entry)
{
    if (entry->place == PN_NET_NOWHERE && is_due(entry)) pn_net_move(entry, PN_NET_LATER);
}

enum port_net_peer pn_net_peer_of(const struct pn_net_entry *entry)
{
    if (entry->kind != PN_NET_STREAM) return PORT_NET_PEER_OPEN;
    if (FreeRTOS_issocketconnected(entry->socket) == pdTRUE) return PORT_NET_PEER_OPEN;
    return FreeRTOS_connstatus(entry->socket) == eCLOSED ? PORT_NET_PEER_GONE : PORT_NET_PEER_SHUT;
}

/* Sequentially consistent on purpose, here and in hear(): the stack publishes what happened before
 * it rings, and we clear `rung` before we look. One of the two sees the other. */
void pn_net_ring(Socket_t socket)
{
    struct pn_net_entry *entry = (struct pn_net_entry *)pvSocketGetSocketID(socket);
    if (entry == NULL || atomic_exchange(&entry->rung, 1) != 0) return;

    struct port_net *net = entry->net;
    uint32_t at = atomic_load_explicit(&net->rung_count, memory_order_relaxed);
    net->ring[at & net->ring_mask] = number_of(entry);
    atomic_store_explicit(&net->rung_count, at + 1, memory_order_release);
}

/* Stop watching for what fired and nobody needs, or select would return for it for ever. Doing so
 * only now, rather than when the want went away, is what makes wants free to change. */
static void quiet(struct pn_net_entry *entry, enum port_net_peer known)
{
    EventBits_t fired = FreeRTOS_FD_ISSET(entry->socket, entry->net->set);

    if ((entry->wants & PORT_NET_WANT_RX) == 0) pn_net_disarm(entry, fired & eSELECT_READ);
    if ((entry->wants & PORT_NET_WANT_TX) == 0) pn_net_disarm(entry, fired & eSELECT_WRITE);
    if (known != PORT_NET_PEER_OPEN) pn_net_disarm(entry, fired & eSELECT_EXCEPT);
}

static void mark(struct pn_net_entry *entry)
{
    if (entry->kind == PN_NET_FREE) return;

    quiet(entry, (enum port_net_peer)entry->peer);
    if (!entry->ended) entry->marks |= PN_NET_RX;
    if (entry->armed & eSELECT_WRITE) entry->marks |= PN_NET_TX;
    enum port_net_peer peer = pn_net_peer_of(entry);
    if (peer > (enum port_net_peer)entry->peer) {
        entry->peer = (uint8_t)peer;
        entry->marks |= PN_NET_PEER;
    }
    if (entry->place != PN_NET_STARVED && is_due(entry)) pn_net_move(entry, PN_NET_ROUND);
}

/* Empty the ring; how many were in it. */
static uint32_t hear(struct port_net *net)
{
    uint32_t end = atomic_load_explicit(&net->rung_count, memory_order_acquire);
    uint32_t heard = end - net->heard_count;

    for (; net->heard_count != end; net->heard_count++) {
        struct pn_net_entry *entry = &net->entries[net->ring[net->heard_count & net->ring_mask]];
        atomic_exchange(&entry->rung, 0);
        mark(entry);
    }
    return heard;
}

/* Nobody rang, yet select saw something: a socket whose mark was cleared just before its last
 * event, or whose unwanted event we have not stopped yet. Rare, so looking at all is right. */
static void look_at_all(struct port_net *net)
{
    for (uint32_t i = 0; i < net->sockets_max; i++) {
        struct pn_net_entry *entry = &net->entries[i];
        if (entry->kind != PN_NET_FREE && FreeRTOS_FD_ISSET(entry->socket, net->set) != 0)
            mark(entry);
    }
}

/* Begin a round with the sockets that were reported before and are not exhausted. */
static void recall(struct port_net *net)
{
    uint32_t next;
    for (uint32_t i = net->queues[PN_NET_LATER].head; i != PN_NET_NIL; i = next) {
        next = net->entries[i].next;
        pn_net_move(&net->entries[i], is_due(&net->entries[i]) ? PN_NET_ROUND : PN_NET_NOWHERE);
    }
}

/* Rounded up: a deadline that is less than a tick away must not become a busy loop. */
static TickType_t ticks_of(uint32_t timeout_ms)
{
    if (timeout_ms == UINT32_MAX) return portMAX_DELAY;
    TickType_t ticks = pdMS_TO_TICKS(timeout_ms);
    return ticks == 0 && timeout_ms > 0 ? 1 : ticks;
}

uint32_t port_net_wait(struct port_net *net, uint32_t timeout_ms)
{
    struct pn_net_queue *round = &net->queues[PN_NET_ROUND];

    recall(net);
    BaseType_t fired = FreeRTOS_select(net->set, round->count > 0 ? 0 : ticks_of(timeout_ms));
    atomic_store(&net->woken, 0);
    if (hear(net) == 0 && (fired & (eSELECT_READ | eSELECT_WRITE | eSELECT_EXCEPT)) != 0)
        look_at_all(net);
    return round->count;
}

int32_t port_net_ready(struct port_net *net)
{
    while (net->queues[PN_NET_ROUND].head != PN_NET_NIL) {
        uint32_t number = net->queues[PN_NET_ROUND].head;
        struct pn_net_entry *entry = &net->entries[number];
        int due = is_due(entry);

        entry->marks &= (uint8_t)~PN_NET_PEER;
        pn_net_move(entry, due ? PN_NET_LATER : PN_NET_NOWHERE);
        if (due) return (int32_t)number;
    }
    return PORT_NET_NONE;
}

void port_net_want(struct port_net *net, int32_t socket, uint32_t wants)
{
    struct pn_net_entry *entry = &net->entries[socket];

    entry->wants = (uint8_t)wants;
    if (entry->place == PN_NET_STARVED) return;
    if (wants & PORT_NET_WANT_RX) pn_net_arm(entry, eSELECT_READ);
    if ((wants & PORT_NET_WANT_TX) && (entry->marks & PN_NET_TX) == 0) {
        pn_net_arm(entry, eSELECT_WRITE);
        /* Room made before the stack watched for it rings nobody. */
        if (entry->kind == PN_NET_STREAM && FreeRTOS_tx_space(entry->socket) > 0)
            entry->marks |= PN_NET_TX;
    }
    pn_net_reconsider(entry);
}

void port_net_wake(struct port_net *net)
{
    if (atomic_exchange(&net->woken, 1) == 0) (void)FreeRTOS_SignalSocket(net->bell);
}
