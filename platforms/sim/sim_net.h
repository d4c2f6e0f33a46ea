/* sim_net.h - what the simulator knows, for the files of this folder.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORMS_SIM_SIM_NET_H
#define PLATFORMS_SIM_SIM_NET_H

#include "FreeRTOS.h"
#include "task.h"

#include "FreeRTOS_IP.h"
#include "FreeRTOS_Sockets.h"

#include "platforms/sim/sim.h"

#define SIM_SETS_MAX     4U
#define SIM_NEVER        UINT64_MAX
#define SIM_WINDOW_BYTES (256U * 1024U)

struct sim_bytes { /* a queue that grows */
    uint8_t *at;
    size_t head, len, max;
};

struct sim_datagram {
    struct sim_datagram *next;
    struct port_net_addr from;
    size_t len;
    uint8_t bytes[];
};

struct sim_datagrams {
    struct sim_datagram *head, *tail;
};

struct xSOCKET { /* the gateway's end of something */
    struct sim *sim;
    struct xSOCKET *next;   /* all sockets, in the order they came to be */
    struct xSOCKET *parent; /* the listener it came through */
    struct xSOCKET *queued; /* next in its parent's accept queue */
    struct xSOCKET *accept_head, *accept_tail;
    struct xSOCKET_SET *set;
    struct sim_conn *conn;
    void *id;
    SocketWakeupCallback_t callback;
    struct sim_datagrams datagrams;
    struct port_net_addr local;
    TickType_t rx_ticks, tx_ticks;
    uint32_t children_count, children_max;
    eIPTCPState_t state;
    EventBits_t interest, fired;
    int32_t protocol;
    uint8_t domain;
    bool bound, shut, accepted;
};

struct xSOCKET_SET {
    struct sim *sim;
    bool used, signalled;
};

struct sim_conn {
    struct sim *sim;
    struct sim_conn *next;   /* all connections, in the order they came to be */
    struct sim_conn *queued; /* next in its upstream's accept queue */
    struct xSOCKET *socket;  /* NULL once the gateway closed it */
    struct port_net_addr near, far;
    struct sim_bytes in, out; /* to and from the gateway */
    size_t in_arrived;        /* of `in`, what the gateway can read by now */
    size_t window, rx_max, tx_max, tx_credit;
    uint64_t still_until_ms; /* a stall, or the delay of a connect; SIM_NEVER: SYNs get lost */
    enum sim_end end;
    bool fin_sent, fin_arrived, reset_sent, reset_arrived, deaf;
};

struct sim_upstream {
    struct sim *sim;
    struct sim_upstream *next;
    struct sim_conn *accept_head, *accept_tail;
    struct port_net_addr at;
    uint64_t delay_ms; /* SIM_NEVER: silent */
    bool refuses;
};

struct sim_udp {
    struct sim *sim;
    struct sim_udp *next;
    struct sim_datagrams datagrams;
    struct port_net_addr at;
};

struct sim {
    uint64_t now_ms, chance, deeds, deeds_seen;
    int64_t unix_base_ms;
    int64_t told_base_ms; /* by port_clock_tell(); 0: nobody did */
    int64_t passed_ms;    /* by port_clock_passed() */
    struct xSOCKET *sockets;
    struct sim_conn *conns;
    struct sim_upstream *upstreams;
    struct sim_udp *udps;
    struct xSOCKET_SET sets[SIM_SETS_MAX];
    struct sim_chaos chaos;
    uint32_t sockets_held, sockets_limit;
    uint16_t next_port;
    bool clock_held, idle, no_entropy;
};

/* This thread's simulator; the ports and the sockets API have no argument to say which. */
struct sim *sim_current(void);
void sim_make_current(struct sim *sim);

void *sim_alloc(size_t bytes); /* zeroed; aborts instead of NULL */

void sim_bytes_add(struct sim_bytes *queue, const void *from, size_t bytes);
void sim_bytes_drop(struct sim_bytes *queue, size_t bytes);

void sim_datagram_add(struct sim_datagrams *to, struct port_net_addr from, const void *bytes,
                      size_t len);
size_t sim_datagram_take(struct sim_datagrams *from, struct port_net_addr *sender, void *out,
                         size_t bytes_max);
void sim_datagrams_free(struct sim_datagrams *datagrams);

/* A socket of the gateway's, linked and counted; closed again by sim_socket_free(). */
struct xSOCKET *sim_socket_new(struct sim *sim, BaseType_t domain, BaseType_t protocol);
void sim_socket_free(struct xSOCKET *socket);

/* A port that nobody has. */
uint16_t sim_any_port(struct sim *sim);

struct sim_conn *sim_conn_new(struct sim *sim, struct port_net_addr near, struct port_net_addr far);

/* Something happened to it: run its callback. NULL is nobody. */
void sim_ring(struct xSOCKET *socket);

/* Let arrive what is due, on one connection or everywhere. */
void sim_arrive(struct sim_conn *conn);
void sim_turn(struct sim *sim);

/* When the next thing is due that time alone brings about; SIM_NEVER when there is none. */
uint64_t sim_next_due_ms(const struct sim *sim);

/* How much the gateway may send on it now. */
size_t sim_room(const struct sim_conn *conn);

/* Let time pass up to `ticks` until `holds` of `socket` is true; whether it is. For the calls of the
 * API that wait. */
bool sim_await(struct xSOCKET *socket, bool (*holds)(const struct xSOCKET *), TickType_t ticks);

bool sim_same_addr(const struct port_net_addr *a, const struct port_net_addr *b);
struct port_net_addr sim_from_stack(const struct freertos_sockaddr *from);
void sim_to_stack(const struct port_net_addr *from, struct freertos_sockaddr *to);

/* An upstream at `at`, or NULL. */
struct sim_upstream *sim_upstream_at(const struct sim *sim, const struct port_net_addr *at);

/* Split mix: the next of the seed's numbers. */
uint64_t sim_chance(struct sim *sim);

#endif
