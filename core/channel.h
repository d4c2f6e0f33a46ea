/* channel.h - a connection's bytes, plain or through its TLS session.
 *
 * What differs for whoever pumps. A part read from a session does not mean that there is no more, and
 * may leave bytes that no socket will report. A record that the socket did not take whole counts as
 * sent, and has to leave before the connection may end in order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_CHANNEL_H
#define PN_CHANNEL_H

#include "core/gateway.h"

/* As port_net_recv() and port_net_send(). */
static inline int32_t pn_channel_recv(struct port_net *net, const struct pn_conn *c, void *into,
                                      size_t bytes_max)
{
    if (c->tls) return port_tls_recv(c->tls, into, bytes_max);
    return port_net_recv(net, c->socket, into, bytes_max);
}

static inline int32_t pn_channel_send(struct port_net *net, const struct pn_conn *c,
                                      const void *from, size_t bytes)
{
    if (c->tls) return port_tls_send(c->tls, from, bytes);
    return port_net_send(net, c->socket, from, bytes);
}

/* After a read of `room` that gave `got`: is there nothing to read now? */
static inline bool pn_channel_dry(const struct pn_conn *c, int32_t got, size_t room)
{
    return got == PORT_NET_AGAIN || (!c->tls && got > 0 && (size_t)got < room);
}

/* Is a record under way that the socket has not taken whole? */
static inline bool pn_channel_unsent(const struct pn_conn *c)
{
    return c->tls && port_tls_unsent(c->tls);
}

/* After `sent` of `bytes` were taken: is there no room now? */
static inline bool pn_channel_full(const struct pn_conn *c, size_t sent, size_t bytes)
{
    if (c->tls) return sent == 0 || port_tls_unsent(c->tls);
    return sent < bytes;
}

/* Go on with that record: PORT_NET_DONE, AGAIN or FAULT. */
static inline enum port_net_result pn_channel_flush(const struct pn_conn *c)
{
    return c->tls ? port_tls_flush(c->tls) : PORT_NET_DONE;
}

/* Are there bytes to read that the socket will not report? */
static inline bool pn_channel_pending(const struct pn_conn *c)
{
    return c->tls && port_tls_pending(c->tls) > 0;
}

enum pn_sent { PN_SENT_NOTHING, PN_SENT_SOME, PN_SENT_FAULT };

/* Send as much of an outbox as the socket takes. */
enum pn_sent pn_channel_send_out(struct port_net *net, struct pn_conn *c, struct pn_outbox *o);

/* Tell a peer that speaks TLS that this was all. The socket is as it was. */
static inline void pn_channel_shut(const struct pn_conn *c)
{
    if (c->tls) port_tls_shut(c->tls);
}

#endif
