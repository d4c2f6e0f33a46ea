/* tls_wire.h - a server session and a client session, and the wire between them in the test's hands.
 *
 * Both sit on sockets of one simulated network; the test carries what each sends to the other, as many
 * bytes at a time as it likes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TLS_TLS_WIRE_H
#define TEST_TLS_TLS_WIRE_H

#include "platforms/sim/sim.h"
#include "port/port_tls.h"

struct tls_wire {
    struct sim *sim;
    struct port_net *net;
    int32_t listener;
    struct sim_upstream *upstream;
    struct sim_conn *client_end, *server_end; /* the test's ends of both sockets */
    int32_t client_socket, server_socket;
    struct port_tls_session *client, *server;
    enum port_tls_step client_step, server_step;
    size_t cut; /* bytes carried at once; 0: all there are */
    unsigned turns;
};

/* Open the network; its clock stands at the machine's time. */
void tls_wire_open(struct tls_wire *w);
void tls_wire_shut(struct tls_wire *w);

/* Connect both sockets and begin both sessions. */
void tls_wire_begin(struct tls_wire *w, struct port_tls_config *server,
                    struct port_tls_config *client, const char *host, uint16_t saved);

/* Carry bytes and go on with both handshakes until neither moves. */
void tls_wire_shake(struct tls_wire *w);

/* Carry what is there, once in each direction; true when there was any. */
bool tls_wire_carry(struct tls_wire *w);

/* End both sessions and close both sockets. */
void tls_wire_end(struct tls_wire *w);

/* Send `bytes` from one session to the other and compare; true when they arrived whole. */
bool tls_wire_talk(struct tls_wire *w, struct port_tls_session *from, struct port_tls_session *to,
                   size_t bytes);

#endif
