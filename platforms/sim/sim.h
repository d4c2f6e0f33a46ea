/* sim.h - a network, a clock and a source of chance for tests, all from one seed.
 *
 * The simulator is a platform: it implements the same FreeRTOS sockets API as Linux or a board, in
 * memory, so a test runs the real port_net and the real gateway above it. The test plays everybody
 * else. It connects to the gateway's listeners, accepts what the gateway connects to, pushes and
 * takes bytes, shuts, resets, stalls. Time is virtual: it moves when FreeRTOS_select() has nothing
 * to report. The same seed and the same calls give the same run, to the byte.
 *
 *     struct sim *sim = sim_open(1);
 *     ... the gateway starts and listens on port 8080 ...
 *     struct sim_conn *client = sim_connect(sim, 8080);
 *     sim_push(client, PN_SLICE("GET / HTTP/1.1\r\n..."));
 *     sim_settle(sim, step_the_gateway, gateway);
 *     struct pn_slice answer = sim_sent(client);
 *     ...
 *     sim_shut(sim);
 *
 * It is as unkind as the real stack is: the wake-up callback runs once for each event, at the moment
 * it happens, and never again for the same one; a backlog counts live connections; a listener's
 * children do not inherit its callback; what was sent and not taken before a reset is lost.
 *
 * One simulator at a time in a thread; it allocates as it needs and gives all back in sim_shut().
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PLATFORMS_SIM_SIM_H
#define PLATFORMS_SIM_SIM_H

#include <setjmp.h>

#include "core/base/slice.h"
#include "port/port_net.h"

struct sim;
struct sim_conn;     /* the test's end of one TCP connection with the gateway */
struct sim_upstream; /* a listener of the test's, for the gateway to connect to */
struct sim_udp;      /* a datagram socket of the test's */

/* Start one, as this thread's network, clock and randomness. Aborts when out of memory, as all
 * here. */
struct sim *sim_open(uint64_t seed);
void sim_shut(struct sim *sim);

/* ---- time ---- */

/* Milliseconds since sim_open(), as port_clock_ms() tells the gateway. */
uint64_t sim_now_ms(const struct sim *sim);

/* Let time pass; what was to happen meanwhile happens at the next select. */
void sim_advance(struct sim *sim, uint64_t ms);

/* While held, select returns at once instead of letting time pass. Held or not, sim_advance()
 * works. Time runs freely at first. */
void sim_hold_clock(struct sim *sim);
void sim_free_clock(struct sim *sim);

/* What the device's own clock says now; -1: it has none. 2026-01-01 at first. */
void sim_set_unix_ms(struct sim *sim, int64_t unix_ms);

/* The last select had nothing to report and the gateway had done nothing since the one before:
 * until the test does something or time passes, nothing more will happen. */
bool sim_idle(const struct sim *sim);

/* Hold the clock and call `step(context)`, one turn of the gateway's loop, until the simulator is
 * idle. Aborts after 10,000 turns: a gateway that never rests is a bug worth a core dump. */
void sim_settle(struct sim *sim, void (*step)(void *context), void *context);

/* ---- the test as a client ---- */

/* Connect to what listens on `port`. NULL when refused: nobody listens, or as many connections live
 * as its backlog allows. The gateway sees it when it accepts. */
struct sim_conn *sim_connect(struct sim *sim, uint16_t port);
struct sim_conn *sim_connect_from(struct sim *sim, struct port_net_addr from,
                                  struct port_net_addr to);

/* An address from text such as "10.0.0.7" or "2001:db8::7". Aborts on anything else. */
struct port_net_addr sim_addr(const char *text, uint16_t port);

/* ---- the test as an upstream ---- */

/* Listen at `at`. What the gateway connects to elsewhere is refused. */
struct sim_upstream *sim_listen(struct sim *sim, struct port_net_addr at);

/* The next connection that the gateway opened to it, or NULL. */
struct sim_conn *sim_accept(struct sim_upstream *upstream);

/* From now on: answer after `ms`; never answer (SYNs get lost); refuse; answer at once. */
void sim_upstream_delay(struct sim_upstream *upstream, uint64_t ms);
void sim_upstream_silence(struct sim_upstream *upstream);
void sim_upstream_refuse(struct sim_upstream *upstream);
void sim_upstream_answer(struct sim_upstream *upstream);

/* ---- a connection, from the test's end ---- */

/* Send bytes to the gateway; they are copied and arrive at once, or as chop, stall and chaos say. */
void sim_push(struct sim_conn *conn, struct pn_slice bytes);
#define sim_push_text(conn, literal) sim_push((conn), PN_SLICE(literal))

/* All that the gateway has sent and was not taken; lent until the next call that takes, or lets the
 * gateway send. */
struct pn_slice sim_sent(const struct sim_conn *conn);

/* Take what the gateway sent: bytes copied to `out`, 0 when there are none. sim_drop() takes the
 * first `bytes`, at most all, without a copy. Either makes room in the gateway's window. */
size_t sim_take(struct sim_conn *conn, void *out, size_t bytes_max);
void sim_drop(struct sim_conn *conn, size_t bytes);

/* Send FIN after what was pushed; the gateway may still send, as to a client that shut one way. */
void sim_fin(struct sim_conn *conn);

/* Send FIN and listen no more: the next bytes from the gateway are answered by a reset. */
void sim_close(struct sim_conn *conn);

/* Reset now: what has not arrived never will, what was not taken is lost. */
void sim_reset(struct sim_conn *conn);

enum sim_end {
    SIM_OPEN = 0, /* the gateway may send more */
    SIM_SHUT,     /* FIN follows what it sent: it shut or closed in order */
    SIM_GONE,     /* it reset: closed with bytes of ours unread, or we reset it */
};
enum sim_end sim_end(const struct sim_conn *conn);

/* The gateway still holds its socket; whoever tests for leaks asks. */
bool sim_held(const struct sim_conn *conn);

/* Ends of the connection: the test's and the gateway's. */
struct port_net_addr sim_near(const struct sim_conn *conn);
struct port_net_addr sim_far(const struct sim_conn *conn);

/* From now on let bytes arrive in segments of `rx_max`, each after the one before was read, and let
 * the gateway send `tx_max` in one turn of its loop. 0: no limit. */
void sim_chop(struct sim_conn *conn, size_t rx_max, size_t tx_max);

/* Let the gateway send at most `bytes` ahead of what was taken. 256 KiB at first. */
void sim_window(struct sim_conn *conn, size_t bytes);

/* For `ms` from now nothing arrives in either direction. */
void sim_stall(struct sim_conn *conn, uint64_t ms);

/* ---- chance ---- */

/* How often, in a thousand turns of each connection, the seed is unkind to it. All 0 at first. */
struct sim_chaos {
    uint16_t short_permille;    /* a part of what was pushed arrives, of any length */
    uint16_t tight_permille;    /* the gateway may send but a few bytes in this turn */
    uint16_t stall_permille;    /* nothing moves for up to stall_ms_max */
    uint16_t reset_permille;    /* the connection is reset */
    uint16_t spurious_permille; /* the wake-up callback runs for nothing */
    uint32_t stall_ms_max;
};
void sim_set_chaos(struct sim *sim, struct sim_chaos chaos);

/* A number below `limit` (> 0) from the seed, for the test's own choices. */
uint64_t sim_below(struct sim *sim, uint64_t limit);

/* ---- datagrams ---- */

struct sim_udp *sim_udp_bind(struct sim *sim, struct port_net_addr at);

/* The next datagram the gateway sent there: its length, 0 when there is none; `*from` is its
 * sender. What does not fit is cut off. */
size_t sim_udp_take(struct sim_udp *udp, struct port_net_addr *from, void *out, size_t bytes_max);

/* Send one to the gateway's socket at `to`; lost where nobody is bound. */
void sim_udp_push(struct sim_udp *udp, struct port_net_addr to, struct pn_slice bytes);

/* ---- the device ---- */

/* Sockets the gateway holds, the bell of its port_net included. */
uint32_t sim_sockets_held(const struct sim *sim);

/* From now on FreeRTOS_socket() fails once `count` sockets are held. No limit at first. */
void sim_limit_sockets(struct sim *sim, uint32_t count);

/* Make port_random() say that there is no entropy, or have it again. */
void sim_drain_entropy(struct sim *sim);
void sim_refill_entropy(struct sim *sim);

/* Catch the next port_panic() of this thread instead of aborting:
 *
 *     if (setjmp(*sim_catch_panic()) == 0) { ...must panic...; TEST_FAIL(); }
 */
jmp_buf *sim_catch_panic(void);

/* Where the last panic that was caught came from. */
const char *sim_panic_file(void);
int sim_panic_line(void);

#endif
