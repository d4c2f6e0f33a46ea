/* shim.h - the FreeRTOS sockets API over epoll: how a Linux program sets it up.
 *
 * The API has no context argument, and Linux runs several event loops in one process, so there is
 * one `struct shim` for each loop: a fixed table of sockets and two socket sets in memory that the
 * caller lends. A thread says which one is its own with shim_enter() before it makes sockets; a
 * Socket_t knows its table from then on. Nothing is shared between shims and nothing is allocated.
 * Only FreeRTOS_SignalSocket() may be called from another thread.
 *
 * Where Linux cannot do as the real stack does:
 *   - beyond a listener's backlog new connections wait in the kernel instead of being reset; they
 *     are accepted when a live one closes;
 *   - FreeRTOS_select() may return 0 before its time, when what happened was not asked for or a
 *     signal arrived;
 *   - the wake-up callback runs in the thread that selects, again at each select while the event
 *     stands; on the real stack it runs in the stack's task, once for each event;
 *   - FreeRTOS_send() before the connection stands answers -ENOSPC; the real stack queues;
 *   - FreeRTOS_shutdown() shuts our direction only, so that a peer is read to its end.
 * And where it does more: after the peer's FIN we can still send.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORMS_LINUX_NET_SHIM_H
#define PLATFORMS_LINUX_NET_SHIM_H

#include <stddef.h>
#include <stdint.h>

#include "port/port_net.h"

struct shim;    /* one event loop's sockets */
struct xSOCKET; /* what a Socket_t points to */

/* Bytes of memory, aligned as max_align_t, for `sockets_max` sockets. port_net needs one socket
 * more than port_net_init() is told. */
size_t shim_bytes(uint32_t sockets_max);

/* Begin in memory of at least shim_bytes(sockets_max), lent until shim_close(). NULL when `bytes`
 * are too few. Opens no descriptor; each socket set opens two. */
struct shim *shim_init(void *memory, size_t bytes, uint32_t sockets_max);

/* Close what is still open. */
void shim_close(struct shim *shim);

/* Make the sockets and sets that this thread creates from now on belong to `shim`. */
void shim_enter(struct shim *shim);

/* Bind and listen before there is any shim, for listeners that several workers share. Returns a
 * descriptor, or a negated errno: -EADDRINUSE when anybody, another gateway included, listens
 * there. An IPv6 address takes IPv6 only. */
int shim_listener_open(const struct port_net_addr *at);

/* Make a socket of `shim` from a listening descriptor (TCP or Unix), for port_net_listen_adopt().
 * The descriptor is duplicated: it stays the caller's, who may close it when every worker has
 * adopted it. All that adopted the same one share its queue, and a connection wakes one of them.
 * At most `connections_max` accepted from it live in this shim at a time. NULL when the table or
 * the process has no more room. */
struct xSOCKET *shim_adopt(struct shim *shim, int listener, uint32_t connections_max);

/* How often the kernel was asked to change what it watches, for tests and measurements. */
uint64_t shim_watch_changes(const struct shim *shim);

#endif
