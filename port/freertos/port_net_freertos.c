/* port_net on the FreeRTOS sockets API, and on nothing else: the same file runs over the real
 * stack, over epoll, over lwIP and in the simulator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "port/freertos/port_net_marks.h"

static size_t rounded(size_t bytes)
{
    size_t unit = _Alignof(max_align_t);
    return (bytes + unit - 1) / unit * unit;
}

static uint32_t ring_size(uint32_t sockets_max)
{
    uint32_t size = 1;
    while (size < sockets_max) size *= 2;
    return size;
}

size_t port_net_bytes(uint32_t sockets_max)
{
    return rounded(sizeof(struct port_net)) + rounded(sockets_max * sizeof(struct pn_net_entry)) +
           rounded(ring_size(sockets_max) * sizeof(uint32_t));
}

/* The set and the bell. The bell is a datagram socket that is never bound, so nothing arrives. */
static int take_from_stack(struct port_net *net)
{
    net->set = FreeRTOS_CreateSocketSet();
    if (net->set == NULL) return 0;
    net->bell = FreeRTOS_socket(FREERTOS_AF_INET, FREERTOS_SOCK_DGRAM, FREERTOS_IPPROTO_UDP);
    if (net->bell == FREERTOS_INVALID_SOCKET) {
        FreeRTOS_DeleteSocketSet(net->set);
        return 0;
    }
    FreeRTOS_FD_SET(net->bell, net->set, eSELECT_READ);
    return 1;
}

struct port_net *port_net_init(void *memory, size_t bytes, uint32_t sockets_max)
{
    if (sockets_max == 0 || bytes < port_net_bytes(sockets_max)) return NULL;
    memset(memory, 0, port_net_bytes(sockets_max));

    struct port_net *net = (struct port_net *)memory;
    uint8_t *entries = (uint8_t *)memory + rounded(sizeof *net);
    net->entries = (struct pn_net_entry *)entries;
    net->ring = (uint32_t *)(entries + rounded(sockets_max * sizeof *net->entries));
    net->ring_mask = ring_size(sockets_max) - 1;
    net->sockets_max = sockets_max;
    for (uint32_t i = 0; i < PN_NET_PLACES; i++)
        net->queues[i].head = net->queues[i].tail = PN_NET_NIL;
    for (uint32_t i = 0; i < sockets_max; i++) {
        net->entries[i].net = net;
        net->entries[i].next = i + 1 < sockets_max ? i + 1 : PN_NET_NIL;
    }
    return take_from_stack(net) ? net : NULL;
}

void port_net_close_all(struct port_net *net)
{
    for (uint32_t i = 0; i < net->sockets_max; i++) {
        if (net->entries[i].kind != PN_NET_FREE) port_net_close(net, (int32_t)i);
    }
    (void)FreeRTOS_closesocket(net->bell);
    FreeRTOS_DeleteSocketSet(net->set);
}

static struct freertos_sockaddr to_stack(const struct port_net_addr *addr)
{
    struct freertos_sockaddr to;

    memset(&to, 0, sizeof to);
    to.sin_len = (uint8_t)sizeof to;
    to.sin_family = addr->family == 6 ? FREERTOS_AF_INET6 : FREERTOS_AF_INET;
    to.sin_port = FreeRTOS_htons(addr->port);
    memcpy(&to.sin_address, addr->ip, addr->family == 6 ? 16 : 4);
    return to;
}

static struct port_net_addr from_stack(const struct freertos_sockaddr *from)
{
    struct port_net_addr addr = { .family = 4, .port = FreeRTOS_ntohs(from->sin_port) };

    if (from->sin_family == FREERTOS_AF_INET6) addr.family = 6;
    memcpy(addr.ip, &from->sin_address, addr.family == 6 ? 16 : 4);
    return addr;
}

static Socket_t open_socket(uint8_t family, BaseType_t type)
{
    return FreeRTOS_socket(family == 6 ? FREERTOS_AF_INET6 : FREERTOS_AF_INET, type,
                           type == FREERTOS_SOCK_STREAM ? FREERTOS_IPPROTO_TCP
                                                        : FREERTOS_IPPROTO_UDP);
}

/* Give `socket` the first free number and have the stack ring for it. NULL when none is free. */
static struct pn_net_entry *enter(struct port_net *net, Socket_t socket, enum pn_net_kind kind,
                                  uint32_t wants)
{
    static const TickType_t at_once = 0;

    if (net->free_head == PN_NET_NIL) return NULL;
    struct pn_net_entry *entry = &net->entries[net->free_head];
    net->free_head = entry->next;
    entry->socket = socket;
    entry->user = NULL;
    entry->prev = entry->next = PN_NET_NIL;
    entry->kind = (uint8_t)kind;
    entry->wants = (uint8_t)wants;
    entry->armed = entry->marks = entry->peer = entry->ended = 0;

    (void)xSocketSetSocketID(socket, entry);
    (void)FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_RCVTIMEO, &at_once, sizeof at_once);
    (void)FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_SNDTIMEO, &at_once, sizeof at_once);
    (void)FreeRTOS_setsockopt(socket, 0, FREERTOS_SO_WAKEUP_CALLBACK, (void *)pn_net_ring,
                              sizeof(void *));
    return entry;
}

static int32_t number_of(const struct pn_net_entry *entry)
{
    return (int32_t)(entry - entry->net->entries);
}

/* A listener that found no free number rests in STARVED; whoever frees one lets it look again. */
static void starve(struct pn_net_entry *listener)
{
    pn_net_disarm(listener, eSELECT_READ);
    pn_net_move(listener, PN_NET_STARVED);
}

static void feed_starved(struct port_net *net)
{
    while (net->queues[PN_NET_STARVED].head != PN_NET_NIL) {
        struct pn_net_entry *listener = &net->entries[net->queues[PN_NET_STARVED].head];
        pn_net_move(listener, PN_NET_NOWHERE);
        listener->marks |= PN_NET_RX;
        port_net_want(net, number_of(listener), listener->wants);
    }
}

void port_net_close(struct port_net *net, int32_t socket)
{
    struct pn_net_entry *entry = &net->entries[socket];

    pn_net_move(entry, PN_NET_NOWHERE);
    (void)FreeRTOS_closesocket(entry->socket);
    entry->socket = NULL;
    entry->kind = PN_NET_FREE;
    entry->next = net->free_head;
    net->free_head = (uint32_t)socket;
    feed_starved(net);
}

static int32_t listen_on(struct port_net *net, Socket_t socket)
{
    struct pn_net_entry *entry = enter(net, socket, PN_NET_LISTENER, PORT_NET_WANT_RX);
    if (entry == NULL) return PORT_NET_FAULT;

    pn_net_arm(entry, eSELECT_READ | eSELECT_EXCEPT);
    entry->marks = PN_NET_RX;
    pn_net_reconsider(entry);
    return number_of(entry);
}

int32_t port_net_listen(struct port_net *net, const struct port_net_addr *at,
                        uint32_t connections_max)
{
    struct freertos_sockaddr to = to_stack(at);
    Socket_t socket = open_socket(at->family, FREERTOS_SOCK_STREAM);
    if (socket == FREERTOS_INVALID_SOCKET) return PORT_NET_FAULT;

    int32_t number = PORT_NET_FAULT;
    if (FreeRTOS_bind(socket, &to, sizeof to) == 0 &&
        FreeRTOS_listen(socket, (BaseType_t)connections_max) == 0)
        number = listen_on(net, socket);
    if (number == PORT_NET_FAULT) (void)FreeRTOS_closesocket(socket);
    return number;
}

int32_t port_net_listen_adopt(struct port_net *net, intptr_t native)
{
    return listen_on(net, (Socket_t)native);
}

enum port_net_result port_net_local(struct port_net *net, int32_t socket, struct port_net_addr *at)
{
    struct freertos_sockaddr local;

    memset(&local, 0, sizeof local);
    if (FreeRTOS_GetLocalAddress(net->entries[socket].socket, &local) == 0) return PORT_NET_FAULT;
    *at = from_stack(&local);
    return PORT_NET_DONE;
}

int32_t port_net_accept(struct port_net *net, int32_t listener, struct port_net_addr *peer)
{
    struct pn_net_entry *from = &net->entries[listener];
    struct freertos_sockaddr address;
    socklen_t bytes = sizeof address;

    if (net->free_head == PN_NET_NIL) {
        starve(from);
        return PORT_NET_NONE;
    }
    memset(&address, 0, sizeof address);
    Socket_t socket = FreeRTOS_accept(from->socket, &address, &bytes);
    if (socket == NULL || socket == FREERTOS_INVALID_SOCKET) {
        from->marks &= (uint8_t)~PN_NET_RX;
        return PORT_NET_NONE;
    }
    if (peer != NULL) *peer = from_stack(&address);

    /* The child was born into the listener's set; being armed again costs nothing where the stack
     * sees that nothing changes, and repairs a child of a listener that was resting. */
    struct pn_net_entry *entry = enter(net, socket, PN_NET_STREAM, PORT_NET_WANT_RX);
    pn_net_arm(entry, eSELECT_READ | eSELECT_EXCEPT);
    entry->marks = PN_NET_RX | PN_NET_TX; /* what came before the callback was set rang nobody */
    pn_net_reconsider(entry);
    return number_of(entry);
}

int32_t port_net_connect(struct port_net *net, const struct port_net_addr *to)
{
    struct freertos_sockaddr address = to_stack(to);

    if (net->free_head == PN_NET_NIL) return PORT_NET_FAULT;
    Socket_t socket = open_socket(to->family, FREERTOS_SOCK_STREAM);
    if (socket == FREERTOS_INVALID_SOCKET) return PORT_NET_FAULT;

    struct pn_net_entry *entry =
        enter(net, socket, PN_NET_CONNECTING, PORT_NET_WANT_RX | PORT_NET_WANT_TX);
    pn_net_arm(entry, eSELECT_READ | eSELECT_WRITE | eSELECT_EXCEPT);
    BaseType_t started = FreeRTOS_connect(socket, &address, sizeof address);
    if (started == 0 || started == -pdFREERTOS_ERRNO_EWOULDBLOCK ||
        started == -pdFREERTOS_ERRNO_EINPROGRESS)
        return number_of(entry);
    port_net_close(net, number_of(entry));
    return PORT_NET_FAULT;
}

static enum port_net_result connect_state(Socket_t socket)
{
    if (FreeRTOS_issocketconnected(socket) == pdTRUE) return PORT_NET_DONE;
    switch (FreeRTOS_connstatus(socket)) {
    case eCONNECT_SYN:
    case eSYN_FIRST:
    case eSYN_RECEIVED: return PORT_NET_AGAIN;
    case eCLOSED: return PORT_NET_FAULT;
    default: break;
    }
    /* Closed by the peer already. Where it spoke before, that is worth reading; where it did not,
     * the real stack cannot tell it from an attempt that timed out. */
    return FreeRTOS_recvcount(socket) > 0 ? PORT_NET_DONE : PORT_NET_FAULT;
}

enum port_net_result port_net_connected(struct port_net *net, int32_t socket)
{
    struct pn_net_entry *entry = &net->entries[socket];
    if (entry->kind == PN_NET_STREAM) return PORT_NET_DONE;

    enum port_net_result state = connect_state(entry->socket);
    if (state == PORT_NET_AGAIN) entry->marks = 0;
    if (state != PORT_NET_DONE) return state;

    entry->kind = PN_NET_STREAM;
    entry->wants = PORT_NET_WANT_RX;
    /* An upstream that has nothing to say yet need not be tried; what it says later rings. */
    entry->marks = PN_NET_TX;
    if (FreeRTOS_recvcount(entry->socket) > 0 || pn_net_peer_of(entry) != PORT_NET_PEER_OPEN)
        entry->marks |= PN_NET_RX;
    pn_net_disarm(entry, eSELECT_WRITE);
    return PORT_NET_DONE;
}

static int32_t recv_ended(struct pn_net_entry *entry, BaseType_t error)
{
    entry->ended = 1;
    entry->marks &= (uint8_t)~PN_NET_RX;
    if (error == -pdFREERTOS_ERRNO_ENOTCONN && FreeRTOS_connstatus(entry->socket) != eCLOSED)
        return PORT_NET_EOF;
    return PORT_NET_FAULT;
}

int32_t port_net_recv(struct port_net *net, int32_t socket, void *into, size_t bytes_max)
{
    struct pn_net_entry *entry = &net->entries[socket];
    BaseType_t got = FreeRTOS_recv(entry->socket, into, bytes_max, 0);

    if (got > 0) {
        /* Fewer than asked for was all there was, and what comes next rings; unless the peer's end
         * came with it and rang already. This spares the call that would answer AGAIN. */
        if ((size_t)got < bytes_max && FreeRTOS_issocketconnected(entry->socket) == pdTRUE)
            entry->marks &= (uint8_t)~PN_NET_RX;
        return (int32_t)got;
    }
    if (got == -pdFREERTOS_ERRNO_EINTR) return PORT_NET_AGAIN;
    if (got < 0) return recv_ended(entry, got);
    entry->marks &= (uint8_t)~PN_NET_RX;
    return PORT_NET_AGAIN;
}

int32_t port_net_send(struct port_net *net, int32_t socket, const void *from, size_t bytes)
{
    struct pn_net_entry *entry = &net->entries[socket];
    BaseType_t sent = FreeRTOS_send(entry->socket, from, bytes, 0);

    if (sent == (BaseType_t)bytes) return (int32_t)sent;
    entry->marks &= (uint8_t)~PN_NET_TX;
    if (sent > 0) return (int32_t)sent;
    return sent == -pdFREERTOS_ERRNO_ENOSPC ? PORT_NET_AGAIN : PORT_NET_FAULT;
}

void port_net_mark(struct port_net *net, int32_t socket)
{
    struct pn_net_entry *entry = &net->entries[socket];

    entry->marks |= PN_NET_RX;
    pn_net_reconsider(entry);
}

void port_net_shut(struct port_net *net, int32_t socket)
{
    (void)FreeRTOS_shutdown(net->entries[socket].socket, FREERTOS_SHUT_WR);
}

enum port_net_peer port_net_peer(const struct port_net *net, int32_t socket)
{
    return pn_net_peer_of(&net->entries[socket]);
}

int32_t port_net_udp_open(struct port_net *net)
{
    if (net->free_head == PN_NET_NIL) return PORT_NET_FAULT;
    Socket_t socket = open_socket(6, FREERTOS_SOCK_DGRAM);
    if (socket == FREERTOS_INVALID_SOCKET) return PORT_NET_FAULT;

    struct pn_net_entry *entry = enter(net, socket, PN_NET_DATAGRAM, PORT_NET_WANT_RX);
    entry->marks = PN_NET_TX;
    pn_net_arm(entry, eSELECT_READ);
    return number_of(entry);
}

int32_t port_net_udp_send(struct port_net *net, int32_t socket, const struct port_net_addr *to,
                          const void *from, size_t bytes)
{
    struct freertos_sockaddr address = to_stack(to);
    int32_t sent =
        FreeRTOS_sendto(net->entries[socket].socket, from, bytes, 0, &address, sizeof address);

    if (sent > 0) return sent;
    return sent == 0 || sent == -pdFREERTOS_ERRNO_ENOSPC ? PORT_NET_AGAIN : PORT_NET_FAULT;
}

int32_t port_net_udp_recv(struct port_net *net, int32_t socket, struct port_net_addr *peer,
                          void *into, size_t bytes_max)
{
    struct pn_net_entry *entry = &net->entries[socket];
    struct freertos_sockaddr address;
    socklen_t address_bytes = sizeof address;

    memset(&address, 0, sizeof address);
    int32_t got = FreeRTOS_recvfrom(entry->socket, into, bytes_max, 0, &address, &address_bytes);
    if (got > 0) {
        if (peer != NULL) *peer = from_stack(&address);
        return got;
    }
    if (got == -pdFREERTOS_ERRNO_EWOULDBLOCK) {
        entry->marks &= (uint8_t)~PN_NET_RX;
        return PORT_NET_AGAIN;
    }
    /* 0 is an empty datagram: the mark stands, since more may wait behind it. */
    return got == 0 || got == -pdFREERTOS_ERRNO_EINTR ? PORT_NET_AGAIN : PORT_NET_FAULT;
}

void port_net_socket_set_user(struct port_net *net, int32_t socket, void *user)
{
    net->entries[socket].user = user;
}

void *port_net_socket_user(const struct port_net *net, int32_t socket)
{
    return net->entries[socket].user;
}
