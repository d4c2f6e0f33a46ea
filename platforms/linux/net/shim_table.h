/* shim_table.h - the records behind Socket_t and SocketSet_t, for the files of this folder.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORMS_LINUX_NET_SHIM_TABLE_H
#define PLATFORMS_LINUX_NET_SHIM_TABLE_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "FreeRTOS.h"
#include "task.h"

#include "FreeRTOS_IP.h"
#include "FreeRTOS_Sockets.h"

#include "platforms/linux/net/shim.h"

#define SHIM_SETS_MAX   2U
#define SHIM_EVENTS_MAX 256 /* taken from the kernel by one select */
#define SHIM_REST_MS    50  /* a listener waits so long when the process is out of descriptors */

enum shim_flag {
    SHIM_WATCHED = 1,   /* registered with the set's epoll */
    SHIM_EXCLUSIVE = 2, /* adopted: shared with other shims */
    SHIM_SHUT = 4,      /* we said that we send no more */
    SHIM_DRY = 8,       /* the peer ended and its last byte was read */
    SHIM_BLOCKED = 16,  /* the last send did not take everything */
    SHIM_RESTING = 32,  /* in the shim's list of listeners that accept nothing for a moment */
    SHIM_FULL = 64,     /* a listener with as many live children as it may have */
    SHIM_BOUND = 128,
};

struct xSOCKET {
    struct shim *owner;
    struct xSOCKET_SET *set;
    struct xSOCKET *parent; /* the listener it was accepted from */
    struct xSOCKET *next;   /* in the free list, or among the resting */
    void *id;
    SocketWakeupCallback_t callback;
    uint64_t rest_until_ms;
    TickType_t rx_ticks, tx_ticks;
    uint32_t children_count, children_max;
    uint32_t watched; /* EPOLL* bits registered */
    uint32_t fired_turn;
    int fd; /* -1 until the address family is known */
    uint8_t used;
    uint8_t domain;   /* FREERTOS_AF_* as asked for; for datagrams, of the descriptor */
    uint8_t protocol; /* FREERTOS_IPPROTO_* */
    uint8_t state;    /* eIPTCPState_t */
    uint8_t interest; /* eSELECT_* */
    uint8_t fired;    /* eSELECT_* of the turn `fired_turn` of its set */
    uint8_t flags;    /* enum shim_flag */
};

struct xSOCKET_SET {
    struct shim *owner;
    int epoll, bell;
    uint32_t turn; /* selects so far */
    uint8_t used;
};

struct shim {
    uint32_t sockets_max;
    uint64_t watch_changes;
    struct xSOCKET *free;
    struct xSOCKET *resting;
    struct xSOCKET_SET sets[SHIM_SETS_MAX];
    struct epoll_event events[SHIM_EVENTS_MAX];
    struct xSOCKET sockets[];
};

/* A record out of the free list, or NULL. */
struct xSOCKET *shim_take(struct shim *shim, uint8_t domain, uint8_t protocol);
void shim_give_back(struct xSOCKET *socket);

/* Open the descriptor, once the family is known. False when the system refuses; errno says why. */
int shim_open_fd(struct xSOCKET *socket, uint8_t domain);

/* Tell epoll what the record says is to be watched; no call when it knows already. */
void shim_watch(struct xSOCKET *socket);
void shim_unwatch(struct xSOCKET *socket);

/* Accept nothing for SHIM_REST_MS, or until some socket is closed. */
void shim_rest(struct xSOCKET *listener);
void shim_end_rests(struct shim *shim, uint64_t now_ms);
#define SHIM_ANY_TIME UINT64_MAX /* as `now_ms`: end them all */

uint64_t shim_now_ms(void);

/* Wait until poll(2) reports `events` or `ticks` have passed. True when it reported. */
int shim_poll(const struct xSOCKET *socket, short events, TickType_t ticks);

/* Addresses between the two worlds. Sizes are sizeof the BSD structure of that family. */
socklen_t shim_to_bsd(const struct freertos_sockaddr *from, struct sockaddr_storage *to);
socklen_t shim_to_bsd_mapped(const struct freertos_sockaddr *from, struct sockaddr_storage *to);
void shim_from_bsd(const struct sockaddr_storage *from, struct freertos_sockaddr *to);

/* An errno as the negated FreeRTOS number. */
BaseType_t shim_error(int error);

/* The record is a TCP socket of some table. */
static inline int shim_is_tcp(ConstSocket_t socket)
{
    return xSocketValid(socket) == pdTRUE && socket->protocol == FREERTOS_IPPROTO_TCP;
}

#endif
