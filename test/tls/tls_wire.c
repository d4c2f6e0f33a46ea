/* see tls_wire.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tls/tls_wire.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORT = 8443, SOCKETS = 16, QUIET_TURNS = 6 };

static _Alignas(max_align_t) uint8_t net_memory[65536];

void tls_wire_open(struct tls_wire *w)
{
    memset(w, 0, sizeof *w);
    w->sim = sim_open(7);
    sim_hold_clock(w->sim);
    sim_set_unix_ms(w->sim, (int64_t)time(NULL) * 1000);
    if (port_net_bytes(SOCKETS) > sizeof net_memory) abort();
    w->net = port_net_init(net_memory, sizeof net_memory, SOCKETS);
    struct port_net_addr at = sim_addr("10.0.0.1", PORT);
    w->listener = port_net_listen(w->net, &at, SOCKETS);
    w->upstream = sim_listen(w->sim, sim_addr("10.0.0.2", PORT));
    if (!w->net || w->listener < 0) abort();
}

void tls_wire_shut(struct tls_wire *w)
{
    port_net_close_all(w->net);
    sim_shut(w->sim);
}

static void pass_round(struct tls_wire *w)
{
    port_net_wait(w->net, 0);
    while (port_net_ready(w->net) >= 0) w->turns++;
}

void tls_wire_begin(struct tls_wire *w, struct port_tls_config *server,
                    struct port_tls_config *client, const char *host, uint16_t saved)
{
    struct port_net_addr to = sim_addr("10.0.0.2", PORT);

    w->server_end = sim_connect(w->sim, PORT);
    w->client_socket = port_net_connect(w->net, &to);
    for (int i = 0; i < 8; i++) pass_round(w);
    w->client_end = sim_accept(w->upstream);
    w->server_socket = port_net_accept(w->net, w->listener, NULL);
    if (!w->client_end || w->server_socket < 0 ||
        port_net_connected(w->net, w->client_socket) != PORT_NET_DONE) {
        abort();
    }
    w->server = port_tls_accept(server, w->server_socket);
    w->client =
        port_tls_connect(client, w->client_socket,
                         (struct port_tls_text){ (const uint8_t *)host, strlen(host) }, saved);
    w->server_step = w->server ? PORT_TLS_AGAIN : PORT_TLS_FAULT;
    w->client_step = w->client ? PORT_TLS_AGAIN : PORT_TLS_FAULT;
}

static bool carry(struct tls_wire *w, struct sim_conn *from, struct sim_conn *to)
{
    uint8_t bytes[32768];
    size_t most = w->cut > 0 && w->cut < sizeof bytes ? w->cut : sizeof bytes;
    size_t got = sim_take(from, bytes, most);

    if (got > 0) sim_push(to, pn_slice(bytes, got));
    return got > 0;
}

bool tls_wire_carry(struct tls_wire *w)
{
    bool moved = carry(w, w->client_end, w->server_end);

    moved |= carry(w, w->server_end, w->client_end);
    pass_round(w);
    return moved;
}

static bool step(struct port_tls_session *s, enum port_tls_step *at)
{
    enum port_tls_step before = *at;

    if (!s || before == PORT_TLS_DONE || before == PORT_TLS_FAULT) return false;
    *at = port_tls_handshake(s);
    return *at != before || *at == PORT_TLS_TURN;
}

void tls_wire_shake(struct tls_wire *w)
{
    for (int quiet = 0; quiet < QUIET_TURNS; quiet++) {
        if (step(w->client, &w->client_step)) quiet = 0;
        if (step(w->server, &w->server_step)) quiet = 0;
        if (tls_wire_carry(w)) quiet = 0;
    }
}

void tls_wire_end(struct tls_wire *w)
{
    if (w->client) port_tls_end(w->client);
    if (w->server) port_tls_end(w->server);
    w->client = w->server = NULL;
    port_net_close(w->net, w->client_socket);
    port_net_close(w->net, w->server_socket);
    sim_reset(w->client_end);
    sim_reset(w->server_end);
    for (int i = 0; i < 4; i++) pass_round(w);
}

bool tls_wire_talk(struct tls_wire *w, struct port_tls_session *from, struct port_tls_session *to,
                   size_t bytes)
{
    static uint8_t out[65536], in[65536];
    size_t sent = 0, got = 0;

    for (size_t i = 0; i < bytes; i++) out[i] = (uint8_t)(i * 31 + bytes);
    for (int i = 0; i < 200000 && got < bytes; i++) {
        int32_t n = sent < bytes ? port_tls_send(from, out + sent, bytes - sent) : 0;
        if (n < 0) return false;
        sent += (size_t)n;
        if (port_tls_flush(from) == PORT_NET_FAULT) return false;
        tls_wire_carry(w);
        n = port_tls_recv(to, in + got, sizeof in - got);
        if (n < 0) return false;
        got += (size_t)n;
    }
    return got == bytes && memcmp(out, in, bytes) == 0;
}
