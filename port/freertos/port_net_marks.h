/* port_net_marks.h - what port_net remembers about each socket, and which are ready.
 *
 * FreeRTOS_select() says that something happened, not where, so nothing here walks over all
 * sockets: the stack's wake-up callback *rings* for a socket, which puts its number into a ring that
 * the event loop empties after each select. There the socket gets its *marks*, and joins a queue:
 *
 *     (rung) --> ROUND --port_net_ready--> LATER --next wait, while marks stand--> ROUND
 *
 * The ring has one producer (the stack's task, or this very thread) and one consumer, and each
 * socket is in it at most once, so it cannot overflow. A lost mark would be a stuck client;
 * therefore a ring always marks RX (the answer may be AGAIN), marks are cleared only by an
 * operation that found nothing left, and a select that returns although nobody rang has every
 * socket looked at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_FREERTOS_PORT_NET_MARKS_H
#define PORT_FREERTOS_PORT_NET_MARKS_H

#include <stdatomic.h>

#include "FreeRTOS.h"
#include "task.h"

#include "FreeRTOS_IP.h"
#include "FreeRTOS_Sockets.h"

#include "port/port_net.h"

enum pn_net_kind {
    PN_NET_FREE = 0,
    PN_NET_LISTENER,
    PN_NET_CONNECTING,
    PN_NET_STREAM,
    PN_NET_DATAGRAM,
};

enum pn_net_mark {
    PN_NET_RX = PORT_NET_WANT_RX, /* recv or accept may find something */
    PN_NET_TX = PORT_NET_WANT_TX, /* send may find room */
    PN_NET_PEER = 4,              /* the peer shut or went, and that was not reported yet */
};

enum pn_net_place { PN_NET_NOWHERE, PN_NET_ROUND, PN_NET_LATER, PN_NET_STARVED, PN_NET_PLACES };

#define PN_NET_NIL UINT32_MAX

struct pn_net_entry {
    Socket_t socket;
    struct port_net *net;
    void *user;
    uint32_t prev, next;   /* in the queue named by `place`, or in the free list (next only) */
    _Atomic uint32_t rung; /* its number is in the ring */
    uint8_t kind;          /* enum pn_net_kind */
    uint8_t place;         /* enum pn_net_place */
    uint8_t wants;         /* enum port_net_want */
    uint8_t armed;         /* eSELECT_* bits the set watches for it */
    uint8_t marks;         /* enum pn_net_mark */
    uint8_t peer;          /* enum port_net_peer, as last reported */
    uint8_t ended;         /* recv gave EOF or FAULT: there is nothing to read any more */
};

struct pn_net_queue {
    uint32_t head, tail, count;
};

struct port_net {
    SocketSet_t set;
    Socket_t bell; /* carries no bytes: signalled to end a select */
    uint32_t sockets_max;
    uint32_t free_head;
    struct pn_net_queue queues[PN_NET_PLACES];
    _Atomic uint32_t rung_count; /* ever put into the ring; written by the callback */
    uint32_t heard_count;        /* ever taken out */
    _Atomic uint32_t woken;      /* the bell was signalled and no select has returned since */
    uint32_t ring_mask;
    uint32_t *ring; /* socket numbers */
    struct pn_net_entry *entries;
};

/* The stack's callback: note that something happened to `socket`. */
void pn_net_ring(Socket_t socket);

/* Move `entry` to the end of a queue, or out of all of them. */
void pn_net_move(struct pn_net_entry *entry, enum pn_net_place to);

/* Change what the set watches for `entry`: one call into the stack at most. */
void pn_net_arm(struct pn_net_entry *entry, EventBits_t bits);
void pn_net_disarm(struct pn_net_entry *entry, EventBits_t bits);

/* Have `entry` reported in a later round if what it is marked for is wanted. */
void pn_net_reconsider(struct pn_net_entry *entry);

/* What the stack knows about the other end. */
enum port_net_peer pn_net_peer_of(const struct pn_net_entry *entry);

#endif
