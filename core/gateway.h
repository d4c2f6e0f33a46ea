/* gateway.h - one event loop: its pools, and who may touch a socket.
 *
 * Internal to the gateway; platforms see postern.h. These files share this state:
 *
 *     gateway.c   builds it, runs the turns
 *     client.c    connections of clients: accept, idle, linger, give an exchange
 *     upstream.c  connections to upstreams: resolve, connect, keep
 *     handshake.c TLS handshakes of both, one costly step a turn
 *     pump.c      moves bytes between an exchange and its two connections
 *     errand.c    the same for requests of the gateway's own
 *     agenda.c    what the gateway has to ask, and who is told the answer
 *
 * All of them read and write through channel.h, which knows who speaks TLS.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_GATEWAY_H
#define PN_GATEWAY_H

#include "core/errand.h"
#include "core/exchange.h"
#include "core/postern.h"
#include "core/route/resolve.h"
#include "core/timer.h"
#include "core/tls.h"

enum pn_conn_role {
    PN_CONN_FREE,
    PN_CONN_LISTENER,
    PN_CONN_CLIENT,   /* idle, or with an exchange */
    PN_CONN_LINGER,   /* a refused client: what it still sends is dropped */
    PN_CONN_GREETS,   /* a client whose TLS handshake is under way */
    PN_CONN_CONNECTS, /* to an upstream, not yet connected */
    PN_CONN_SECURES,  /* connected to an upstream, its TLS handshake under way */
    PN_CONN_UPSTREAM, /* serves an exchange or an errand */
    PN_CONN_IDLE,     /* a kept upstream connection */
};

/* One socket. */
struct pn_conn {
    struct pn_timer timer; /* first: a timer is found back to its connection */
    struct pn_conn *next;  /* in the free list, or among the kept ones of an authority */
    struct pn_conn *prev;
    struct pn_exchange *exchange;
    struct pn_errand *errand;       /* upstreams: whom it serves, where that is no exchange */
    struct port_tls_session *tls;   /* NULL: plain */
    struct pn_authority *authority; /* upstreams */
    struct port_net_addr peer;
    int32_t socket;
    uint32_t rests_since; /* resting: the turn in which that began */
    uint32_t lingered_bytes;
    uint32_t loaded;    /* upstreams with TLS: what was loaded when it was connected */
    uint32_t due_ms;    /* upstreams with times of their own: when the timer's reason is due */
    uint8_t due;        /* enum pn_timeout: that reason */
    uint32_t body_mark; /* body bytes there when its time was last looked at */
    uint8_t role;       /* enum pn_conn_role */
    uint8_t address;    /* upstreams: index of the address it is connecting to */
    uint8_t tried;      /* addresses tried for this exchange */
    uint8_t listener; /* listeners, and their clients: number in the TLS setting plus 1, 0: plain */
    bool in_shakes;   /* its handshake goes on in a turn to come */
    bool again;    /* upstreams: a session was offered in vain already, and none is once more... */
    bool held;     /* ...and connection and handshake are due at due_ms together */
    bool given_up; /* what it has not taken yet is not waited for */
    bool rx_ready; /* a read may give bytes */
    bool tx_full;  /* the last send was not taken whole */
};
_Static_assert(sizeof(struct pn_conn) <= 512, "You need connections that fit their budget.");

/* What the pump knows of an exchange: its two connections. */
struct pn_pipe {
    struct pn_conn *client, *upstream;
    struct pn_pipe *next_turn;     /* in the list of those to be run in the next turn */
    struct pn_pipe *next_awaiting; /* in the list of those to be run when an errand ends */
    bool in_turns, in_awaiting;
    bool may_reuse; /* a kept connection may be taken for the next leg */
};

struct pn_gateway {
    struct pn_config config;
    struct pn_stats stats;
    struct pn_now now;
    uint32_t now_ms;
    uint32_t turn; /* of the loop, counted */
    struct port_net *net;
    struct pn_timers timers;
    struct pn_resolver *resolver;
    struct pn_bench *bench;
    struct pn_conn *conns, *free_conns;
    struct pn_conn *listeners[PN_LISTENERS_MAX];
    uint32_t listener_count;
    struct pn_exchange **exchanges; /* by index; made when first taken */
    uint8_t *windows;               /* of all exchanges, one behind the other */
    size_t exchange_bytes, window_bytes;
    struct pn_pipe *pipes;    /* by index */
    uint32_t *free_exchanges; /* a stack of indexes */
    uint32_t free_exchange_count;
    struct pn_pipe *turns, *awaiting;
    struct pn_errand *errands; /* errands_max */
    uint8_t desk_next;         /* whose question the next free errand is for, see agenda.c */
    uint64_t body_bytes_held;
    uint32_t seen_policy; /* generation that was current in the last turn */
    uint32_t sweep_ms;    /* when those that still hold another are looked at; while `sweeping` */
    bool sweeping;
    uint32_t seen_revision; /* of what is revoked, in the last turn */
    uint32_t revoke_ms;     /* when clients of the revoked are cut; while `revoking` */
    bool revoking;
    bool starved; /* listeners rest until a connection is free, or rests, or a handshake is over */
    struct port_tls *tls;                 /* NULL: this gateway speaks no TLS */
    void *tls_memory;                     /* tls_arena_bytes */
    struct pn_tls_loaded loaded;          /* what sessions are made with */
    struct pn_conn *shakes, *shakes_last; /* whose handshake goes on in a turn to come */
    uint32_t handshakes;                  /* under way */
    struct pn_authority authorities[PN_AUTHORITIES_MAX];
};

/* --- gateway.c --- */

/* A connection from the pool for `socket`, or NULL when all are in use (the socket is closed). */
struct pn_conn *pn_conn_open(struct pn_gateway *g, int32_t socket, enum pn_conn_role role);
void pn_conn_close(struct pn_gateway *g, struct pn_conn *c);

/* The connection does nothing until it is reported, or until the time of `timeout` is over: IDLE,
 * LINGER or UPSTREAM_IDLE. It may be closed to make room from the turn after the next. */
void pn_conn_rest(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout);

/* Who makes room when all connections are in use: the client idle longest, so that nobody keeps
 * others out by doing nothing; else the kept upstream connection idle longest; else the refused
 * client that lingers longest. PN_DONE: `*c` is the one, see pn_conn_expire(). PN_WAIT: there are
 * such, but they came to rest just now and what they sent was not looked at; ask in a later turn.
 * PN_REFUSED: all are busy. */
enum pn_step pn_conn_resting(struct pn_gateway *g, struct pn_conn **c);

/* Close one that rests, as if its time were over. */
void pn_conn_expire(struct pn_gateway *g, struct pn_conn *c);

/* There is room again: resting listeners accept. */
void pn_listeners_feed(struct pn_gateway *g);

/* An exchange for a client's request, or NULL when all are in use. */
struct pn_exchange *pn_exchange_take(struct pn_gateway *g);
void pn_exchange_give(struct pn_gateway *g, struct pn_exchange *x);

/* Run the exchange again in the next turn. */
void pn_gateway_turn(struct pn_gateway *g, struct pn_exchange *x);

/* Run it again once any errand has ended; and run all that wait for that. */
void pn_gateway_await(struct pn_gateway *g, struct pn_exchange *x);
void pn_gateway_wake(struct pn_gateway *g);

static inline struct pn_pipe *pn_pipe_of(struct pn_gateway *g, const struct pn_exchange *x)
{
    return &g->pipes[x->index];
}

/* --- client.c --- */

void pn_client_accept(struct pn_gateway *g, struct pn_conn *listener);

/* Its TLS session stands: it is a client like any other from here on. */
void pn_client_secured(struct pn_gateway *g, struct pn_conn *c);

/* It goes, in order: it learns that nothing more comes. */
void pn_client_close(struct pn_gateway *g, struct pn_conn *c);
void pn_client_ready(struct pn_gateway *g, struct pn_conn *c);
void pn_client_timeout(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout);

/* The exchange is over: what becomes of the connection. */
void pn_client_end(struct pn_gateway *g, struct pn_conn *c, enum pn_end end);

/* --- handshake.c --- */

/* Is there room for one more? Where there is none, one that only waits may be ended for it. */
bool pn_handshake_room(struct pn_gateway *g);

/* Begin one with a client that was just accepted, or with the upstream that was just connected. False:
 * there is no memory, and nothing has changed. */
bool pn_handshake_accept(struct pn_gateway *g, struct pn_conn *c, const struct pn_conn *listener);
bool pn_handshake_connect(struct pn_gateway *g, struct pn_conn *c);

/* Something came, or its time is over. */
void pn_handshake_ready(struct pn_gateway *g, struct pn_conn *c);
void pn_handshake_timeout(struct pn_gateway *g, struct pn_conn *c);

/* It is not under way any more: the session stands, or the connection is being closed. */
void pn_handshake_over(struct pn_gateway *g, struct pn_conn *c);

/* One costly step of those that wait for a turn. Milliseconds until the next: 0, or UINT32_MAX where
 * none waits. */
uint32_t pn_handshake_turn(struct pn_gateway *g);

static inline bool pn_conn_shakes(const struct pn_conn *c)
{
    return c->role == PN_CONN_GREETS || c->role == PN_CONN_SECURES;
}

/* --- upstream.c --- */

/* Its TLS session stands, or came to nothing for `cause`. */
void pn_upstream_secured(struct pn_gateway *g, struct pn_conn *c);
void pn_upstream_insecure(struct pn_gateway *g, struct pn_conn *c, enum port_tls_cause cause);

/* Bring the exchange closer to a connection. True when something changed: one stands, or the
 * exchange was refused. */
bool pn_upstream_advance(struct pn_gateway *g, struct pn_exchange *x);
void pn_upstream_advance_errand(struct pn_gateway *g, struct pn_errand *e);
void pn_upstream_ready(struct pn_gateway *g, struct pn_conn *c);

/* Wait for the upstream: CONNECT, ANSWER or STREAM. As long as the policy says for this upstream, to
 * a quarter of a second, else as long as the device does. */
void pn_upstream_arm(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout);
void pn_upstream_timeout(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout);

/* Take the connection from its exchange: keep it for the next, or close it. */
void pn_upstream_keep(struct pn_gateway *g, struct pn_conn *c);
void pn_upstream_drop(struct pn_gateway *g, struct pn_conn *c);

/* --- pump.c --- */

/* Move everything that can move, up to the exchange's end. */
void pn_pump(struct pn_gateway *g, struct pn_exchange *x);

#endif
