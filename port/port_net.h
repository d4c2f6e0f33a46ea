/* port_net.h - sockets as one event loop of the gateway sees them.
 *
 * Nothing here blocks but port_net_wait(). One `struct port_net` serves one event loop and one
 * thread; its memory is lent by the caller and nothing is allocated later. A socket is a number
 * from 0 to sockets_max - 1, used again after it was closed.
 *
 * A turn of the loop:
 *
 *     port_net_wait(net, ms until the next deadline);
 *     while ((sock = port_net_ready(net)) >= 0)
 *         try what that socket is for: accept, connected, recv, send;
 *
 * Readiness is level-triggered. A socket is marked ready when something happened to it and stays
 * marked until the operation said there is no more: recv (or accept) gave AGAIN or all there was,
 * send gave AGAIN or took a part. It is reported at most once between two waits, so a busy peer
 * cannot starve the rest, and it is reported again after the next wait while its mark stands. A
 * report is a hint: each operation may still say AGAIN. A socket that is wanted, reported and then
 * not tried stays marked, and port_net_wait() does not wait: stop wanting what you will not do.
 *
 * What is reported depends on what is wanted, see port_net_want(). That a peer has gone is reported
 * whatever is wanted, once, so that a call made for it can be given up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_NET_H
#define PORT_NET_H

#include <stddef.h>
#include <stdint.h>

struct port_net; /* one event loop's sockets; lives in memory lent to port_net_init() */

struct port_net_addr {
    uint8_t family; /* 4 or 6 */
    uint16_t port;  /* in the host's order */
    uint8_t ip[16]; /* as on the wire; family 4 uses the first four bytes, the rest are 0 */
};

/* What an operation that moves bytes answers when it is not a count of them. */
enum port_net_result {
    PORT_NET_DONE = 1,   /* port_net_connected() only: the connection stands */
    PORT_NET_AGAIN = 0,  /* nothing can be done now; the socket is reported when that changes */
    PORT_NET_EOF = -1,   /* the peer sent all it had, in order, and we have read it all */
    PORT_NET_FAULT = -2, /* reset, refused, timed out or out of memory: close the socket */
};

/* In place of a socket number: there is none. */
enum { PORT_NET_NONE = -1 };

enum port_net_want {
    PORT_NET_WANT_RX = 1, /* report when there is something to read, or to accept */
    PORT_NET_WANT_TX = 2, /* report when there is room to send, or a connect has ended */
};

enum port_net_peer {
    PORT_NET_PEER_OPEN = 0, /* as far as we know it listens and may send */
    PORT_NET_PEER_SHUT,     /* it will send no more; bytes may still wait to be read. It may have
                             * shut one direction only and still read what we send */
    PORT_NET_PEER_GONE,     /* the connection was reset or broke: nothing we send will arrive */
};

/* Bytes of memory, aligned as max_align_t, for `sockets_max` sockets (at least 1, at most 2^24). */
size_t port_net_bytes(uint32_t sockets_max);

/* Begin. `memory` holds `bytes` >= port_net_bytes(sockets_max) and is lent until
 * port_net_close_all(). The platform's network must be up, and belong to the calling thread where
 * it has one network stack per thread. NULL when it has no room for what every loop needs. */
struct port_net *port_net_init(void *memory, size_t bytes, uint32_t sockets_max);

/* Close every socket and give back what init took from the platform; `net` is then just memory. */
void port_net_close_all(struct port_net *net);

/* ---- connections from clients ---- */

/* Bind and listen. `connections_max` bounds the live connections accepted from this listener; more
 * are left waiting or refused, as the platform can. The socket's number, or PORT_NET_FAULT: the
 * address is in use (even by another process of ours) or not ours, or no socket is free.
 * A listener wants RX from the start. */
int32_t port_net_listen(struct port_net *net, const struct port_net_addr *at,
                        uint32_t connections_max);

/* Take over a listener that was bound elsewhere, such as one shared by the loops of several
 * workers. `native` is the platform's socket handle (a Socket_t), listening; it belongs to `net`
 * from here on. Its number, or PORT_NET_FAULT when no socket is free. */
int32_t port_net_listen_adopt(struct port_net *net, intptr_t native);

/* Where a listener is bound; tells the port chosen when port 0 was asked for. PORT_NET_DONE, or
 * PORT_NET_FAULT. */
enum port_net_result port_net_local(struct port_net *net, int32_t socket, struct port_net_addr *at);

/* The next waiting connection: its number, with `*peer` (may be NULL) set, or PORT_NET_NONE. It is
 * marked ready and wants RX. With no socket number free the answer is PORT_NET_NONE too, and the
 * listener rests until one is closed. */
int32_t port_net_accept(struct port_net *net, int32_t listener, struct port_net_addr *peer);

/* ---- connections to upstreams ---- */

/* Begin to connect: the number of the new socket, which wants RX and TX, or PORT_NET_FAULT. It is
 * reported when the attempt has ended; ask port_net_connected() then. The platform's own time limit
 * is long: keep a deadline and close the socket when it passes. */
int32_t port_net_connect(struct port_net *net, const struct port_net_addr *to);

/* PORT_NET_DONE: the connection stands, and from here on the socket wants RX only. PORT_NET_AGAIN
 * while the attempt is under way; PORT_NET_FAULT: it failed, close the socket. */
enum port_net_result port_net_connected(struct port_net *net, int32_t socket);

/* ---- bytes ---- */

/* Read at most `bytes_max` (at least 1). Bytes read, > 0, or AGAIN, EOF or FAULT. EOF is the peer's
 * shutdown: sending may go on. Once EOF or FAULT was given they are given for ever, and the socket
 * is not reported for reading any more: act on them there and then. */
int32_t port_net_recv(struct port_net *net, int32_t socket, void *into, size_t bytes_max);

/* Send from `bytes` (at least 1). Bytes taken, > 0 and perhaps fewer, or AGAIN or FAULT. A part
 * taken means that there is no more room: want TX before trying again. */
int32_t port_net_send(struct port_net *net, int32_t socket, const void *from, size_t bytes);

/* Say that nothing more will be sent: the peer reads EOF after the last byte. Reading may go on
 * until EOF or FAULT, which is how an early refusal reaches a client that is still sending. */
void port_net_shut(struct port_net *net, int32_t socket);

/* End the socket, at once and without waiting; its number may be given out again by the next call.
 * Bytes that the peer sent and nobody read turn this into a reset; bytes that were sent still go
 * out. It is never reported again. */
void port_net_close(struct port_net *net, int32_t socket);

/* What is known about the peer without reading: for a socket that is reported while no RX is
 * wanted. Costs no system call. */
enum port_net_peer port_net_peer(const struct port_net *net, int32_t socket);

/* Set what `socket` is reported for, a set of enum port_net_want. Without RX nothing is read ahead:
 * the peer's window fills and holds it back. Cheap: changing it back and forth within a turn, or
 * around each request, costs no system call. */
void port_net_want(struct port_net *net, int32_t socket, uint32_t wants);

/* ---- datagrams, for the resolver ---- */

/* A socket for datagrams of both families, bound to a random port by its first send; wants RX. Its
 * number, or PORT_NET_FAULT. Close it with port_net_close(). */
int32_t port_net_udp_open(struct port_net *net);

/* Send one datagram whole: `bytes`, or AGAIN or FAULT (no route, wrong family). */
int32_t port_net_udp_send(struct port_net *net, int32_t socket, const struct port_net_addr *to,
                          const void *from, size_t bytes);

/* Read one datagram: its length, > 0, or AGAIN or FAULT. Empty datagrams are dropped; the part that
 * does not fit `bytes_max` is lost. */
int32_t port_net_udp_recv(struct port_net *net, int32_t socket, struct port_net_addr *peer,
                          void *into, size_t bytes_max);

/* ---- the loop ---- */

/* Wait until a socket is ready, port_net_wake() was called, or `timeout_ms` has passed (UINT32_MAX:
 * no limit); at once when a mark still stands. The number of sockets ready, 0 when none: then look
 * at messages and deadlines. Begins a round: each ready socket is given once by port_net_ready(). */
uint32_t port_net_wait(struct port_net *net, uint32_t timeout_ms);

/* The next ready socket of this round, or PORT_NET_NONE. */
int32_t port_net_ready(struct port_net *net);

/* Make port_net_wait() return, now or when it is next called. The only function here that any
 * thread may call, as long as `net` lives: join whoever wakes it before port_net_close_all(). */
void port_net_wake(struct port_net *net);

/* Report `socket` in the next round as if bytes had come, where RX is wanted: for a layer above that
 * holds some. */
void port_net_mark(struct port_net *net, int32_t socket);

/* A pointer of the caller's for each socket; NULL in a new one. */
void port_net_socket_set_user(struct port_net *net, int32_t socket, void *user);
void *port_net_socket_user(const struct port_net *net, int32_t socket);

#endif
