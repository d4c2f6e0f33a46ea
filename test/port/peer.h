/* peer.h - the other end of the gateway's sockets, so that one test runs over any platform.
 *
 * A driver brings the platform's stack up and plays clients, upstreams and datagram peers against
 * it. Its calls wait up to a second where real time passes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_PORT_PEER_H
#define TEST_PORT_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "port/port_net.h"

struct peer; /* one connection, listener or datagram socket of the test's */

enum peer_end { PEER_OPEN, PEER_SHUT, PEER_RESET };

struct peer_driver {
    const char *name;
    struct port_net_addr here;   /* where to bind, with port 0 */
    struct port_net_addr nobody; /* where connecting is refused */

    void (*up)(void);     /* the stack is this thread's from here on */
    void (*down)(void);   /* and everything is given back */
    void (*settle)(void); /* what is on its way has arrived */
    uint64_t (*now_ms)(void);

    struct peer *(*connect)(uint16_t port); /* NULL: refused */
    struct peer *(*listen)(struct port_net_addr *at);
    struct peer *(*accept)(struct peer *listener); /* NULL: nobody came */
    void (*push)(struct peer *peer, const void *bytes, size_t len);
    size_t (*take)(struct peer *peer, void *out, size_t max); /* 0: nothing came */
    enum peer_end (*end)(struct peer *peer);                  /* after all bytes were taken */
    void (*fin)(struct peer *peer);
    void (*reset)(struct peer *peer);
    void (*release)(struct peer *peer); /* close it in order and forget it; NULL is fine */

    struct peer *(*udp)(struct port_net_addr *at);
    size_t (*udp_take)(struct peer *udp, struct port_net_addr *from, void *out, size_t max);
    void (*udp_push)(struct peer *udp, const struct port_net_addr *to, const void *bytes,
                     size_t len);
};

extern const struct peer_driver peer_linux, peer_sim;

#endif
