/* see lookup.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/lookup.h"

#include "core/base/step.h"
#include "core/route/address.h"
#include "port/port_random.h"

enum lookup_state { IDLE, UDP, CONNECTS, SENDS, RECEIVES, OVER };

enum {
    PASSES_MAX = 4,
    DATAGRAMS_PER_TURN = 16, /* so that a flood of forgeries does not hold the loop */
};

static const struct port_net_addr *server_of(const struct pn_lookup *l,
                                             const struct pn_lookup_servers *servers)
{
    return &servers->at[l->attempt % servers->count];
}

static uint32_t pass_of(const struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    return l->attempt / servers->count;
}

/* --- attempts --- */

static void drop_socket(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    if (l->state >= UDP && l->state <= RECEIVES) port_net_close(servers->net, l->socket);
    l->state = IDLE;
}

static void conclude(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                     enum pn_lookup_outcome outcome)
{
    drop_socket(l, servers);
    l->state = OVER;
    l->outcome = (uint8_t)outcome;
}

/* A new id, and new letters as long as the servers may be expected to keep them. False without
 * entropy: an id that can be guessed is worse than no answer. */
static bool draw(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    uint8_t chance[2 + PN_DNS_CASE_BYTES];

    if (port_random(chance, sizeof chance) != PORT_RANDOM_DONE) return false;
    l->question.id = (uint16_t)(chance[0] << 8 | chance[1]);
    if (pass_of(l, servers) > 0) memset(chance, 0, sizeof chance);
    pn_dns_mix_case(&l->question, chance + 2);
    return true;
}

static void write_query(const struct pn_lookup *l, const struct pn_lookup_servers *servers,
                        struct pn_writer *w)
{
    pn_dns_write_query(w, &l->question, pass_of(l, servers) == 0 ? PN_DNS_EDNS : PN_DNS_PLAIN);
}

/* False when this server cannot even be asked. */
static bool send_query(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    uint8_t query[PN_DNS_QUERY_BYTES];
    struct pn_writer w = pn_writer(query, sizeof query);

    l->socket = port_net_udp_open(servers->net);
    if (l->socket < 0) return false;
    l->state = UDP;
    write_query(l, servers, &w);
    /* AGAIN is a lost datagram: the next attempt repeats it. */
    return port_net_udp_send(servers->net, l->socket, server_of(l, servers), query, w.len) !=
           PORT_NET_FAULT;
}

/* Begin attempt number l->attempt, or a later one when its server cannot be asked. */
static void begin_attempt(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                          uint32_t now_ms)
{
    for (; pass_of(l, servers) < PASSES_MAX; l->attempt++) {
        drop_socket(l, servers);
        l->attempt_ms = now_ms;
        l->patience_ms = servers->first_ms << pass_of(l, servers);
        if (!draw(l, servers)) break;
        if (send_query(l, servers)) return;
    }
    conclude(l, servers, PN_LOOKUP_FAILED);
}

static void next_attempt(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                         uint32_t now_ms)
{
    l->attempt++;
    begin_attempt(l, servers, now_ms);
}

/* The server answered, but to no use. Once every server has done so, asked plainly too, waiting
 * would change nothing. */
static void server_failed(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                          uint32_t now_ms)
{
    l->failed_count++;
    if (l->failed_count >= 2 * servers->count) conclude(l, servers, PN_LOOKUP_FAILED);
    else next_attempt(l, servers, now_ms);
}

void pn_lookup_begin(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                     struct pn_slice host, enum pn_dns_type type, uint32_t now_ms)
{
    l->state = IDLE;
    l->outcome = PN_LOOKUP_PENDING;
    l->attempt = l->failed_count = 0;
    l->question.type = (uint16_t)type;
    if (pn_dns_set_name(&l->question, host)) begin_attempt(l, servers, now_ms);
    else conclude(l, servers, PN_LOOKUP_NOTHING);
}

/* --- TCP (RFC 1035, 4.2.2; RFC 7766) --- */

static void begin_tcp(struct pn_lookup *l, const struct pn_lookup_servers *servers, uint32_t now_ms)
{
    struct pn_writer w = pn_writer(l->message + 2, PN_LOOKUP_TCP_BYTES);

    drop_socket(l, servers);
    l->socket = port_net_connect(servers->net, server_of(l, servers));
    if (l->socket < 0) {
        server_failed(l, servers, now_ms);
        return;
    }
    write_query(l, servers, &w);
    l->message[0] = (uint8_t)(w.len >> 8);
    l->message[1] = (uint8_t)w.len;
    l->message_len = (uint16_t)(2 + w.len);
    l->moved = 0;
    l->state = CONNECTS;
    l->attempt_ms = now_ms;
}

/* True when the query is sent whole; a fault shows when the answer is read. */
static bool send_rest(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    int32_t sent = port_net_send(servers->net, l->socket, l->message + l->moved,
                                 (size_t)(l->message_len - l->moved));

    if (sent > 0) l->moved = (uint16_t)(l->moved + sent);
    return sent == PORT_NET_FAULT || l->moved == l->message_len;
}

static void send_tcp(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    if (!send_rest(l, servers)) return;
    port_net_want(servers->net, l->socket, PORT_NET_WANT_RX);
    l->state = RECEIVES;
    l->moved = l->message_len = 0;
}

/* Bytes still to come, as far as is known. */
static size_t owed(const struct pn_lookup *l)
{
    return l->message_len > 0 ? (size_t)(l->message_len - l->moved) : (size_t)(2 - l->moved);
}

/* MORE, DONE when the message is whole, or REFUSED. */
static enum pn_step receive(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    while (owed(l) > 0) {
        int32_t got = port_net_recv(servers->net, l->socket, l->message + l->moved, owed(l));
        if (got == PORT_NET_AGAIN) return PN_MORE;
        if (got < 0) return PN_REFUSED;
        l->moved = (uint16_t)(l->moved + got);
        if (l->moved == 2 && l->message_len == 0) {
            uint32_t len = (uint32_t)l->message[0] << 8 | l->message[1];
            if (len == 0 || len > PN_LOOKUP_TCP_BYTES) return PN_REFUSED;
            l->message_len = (uint16_t)(2 + len);
        }
    }
    return PN_DONE;
}

/* --- answers --- */

static void take(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                 enum pn_dns_verdict verdict, uint32_t now_ms)
{
    switch (verdict) {
    case PN_DNS_FOUND: conclude(l, servers, PN_LOOKUP_FOUND); break;
    case PN_DNS_NOTHING: conclude(l, servers, PN_LOOKUP_NOTHING); break;
    case PN_DNS_TRUNCATED:
        if (l->state == UDP) begin_tcp(l, servers, now_ms);
        else server_failed(l, servers, now_ms);
        break;
    case PN_DNS_STRANGE: /* a datagram may be forged, so it is as if it had not come */
        if (l->state != UDP) server_failed(l, servers, now_ms);
        break;
    case PN_DNS_FAILED: server_failed(l, servers, now_ms); break;
    }
}

static void receive_tcp(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                        uint32_t now_ms)
{
    enum pn_step step = receive(l, servers);

    if (step == PN_REFUSED) server_failed(l, servers, now_ms);
    if (step != PN_DONE) return;
    struct pn_slice message = pn_slice(l->message + 2, l->message_len - 2U);
    take(l, servers, pn_dns_read(&l->question, message, &l->answer), now_ms);
}

static void receive_udp(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                        uint32_t now_ms)
{
    const struct port_net_addr *server = server_of(l, servers);
    struct port_net_addr peer;

    for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
        int32_t got =
            port_net_udp_recv(servers->net, l->socket, &peer, servers->datagram, PN_DNS_UDP_BYTES);
        if (got <= 0) return;
        if (!pn_address_equal(&peer, server)) continue;
        struct pn_slice message = pn_slice(servers->datagram, (size_t)got);
        enum pn_dns_verdict verdict = pn_dns_read(&l->question, message, &l->answer);
        if (verdict == PN_DNS_STRANGE) continue;
        take(l, servers, verdict, now_ms);
        return;
    }
}

bool pn_lookup_owns(const struct pn_lookup *l, int32_t socket)
{
    return l->state >= UDP && l->state <= RECEIVES && l->socket == socket;
}

void pn_lookup_ready(struct pn_lookup *l, const struct pn_lookup_servers *servers, uint32_t now_ms)
{
    enum port_net_result result;

    switch ((enum lookup_state)l->state) {
    case UDP: receive_udp(l, servers, now_ms); return;
    case CONNECTS:
        result = port_net_connected(servers->net, l->socket);
        if (result == PORT_NET_FAULT) server_failed(l, servers, now_ms);
        if (result != PORT_NET_DONE) return;
        l->state = SENDS;
        send_tcp(l, servers);
        return;
    case SENDS: send_tcp(l, servers); return;
    case RECEIVES: receive_tcp(l, servers, now_ms); return;
    case IDLE:
    case OVER: return;
    }
}

uint32_t pn_lookup_tick(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                        uint32_t now_ms)
{
    if (l->outcome != PN_LOOKUP_PENDING) return UINT32_MAX;
    if (now_ms - l->attempt_ms >= l->patience_ms) next_attempt(l, servers, now_ms);
    if (l->outcome != PN_LOOKUP_PENDING) return UINT32_MAX;
    return l->patience_ms - (now_ms - l->attempt_ms);
}

void pn_lookup_stop(struct pn_lookup *l, const struct pn_lookup_servers *servers)
{
    if (l->outcome == PN_LOOKUP_PENDING) conclude(l, servers, PN_LOOKUP_FAILED);
}
