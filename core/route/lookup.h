/* lookup.h - one question, asked of name servers until one answers.
 *
 * An attempt goes to one server over UDP, from a socket of its own and with an id of its own; only
 * what comes from that server counts. A truncated answer is asked for again over TCP. A server that
 * fails is followed by the next at once, one that is silent after the attempt's time, which doubles
 * with each pass over the servers. The first pass asks with EDNS and letters in random case; later
 * passes ask plainly, for the sake of servers that stumble over either.
 *
 *     IDLE -> UDP -> OVER
 *              |       ^
 *              v       |
 *           CONNECTS -> SENDS -> RECEIVES      any attempt that fails: UDP, with the next server
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LOOKUP_H
#define PN_LOOKUP_H

#include "core/route/dns.h"
#include "port/port_net.h"

enum {
    /* The largest answer taken over TCP: 120 addresses. A larger one counts as a failure. */
    PN_LOOKUP_TCP_BYTES = 2048,
};

enum pn_lookup_outcome {
    PN_LOOKUP_PENDING,
    PN_LOOKUP_FOUND,   /* addresses, in `answer` */
    PN_LOOKUP_NOTHING, /* a server said that there are none */
    PN_LOOKUP_FAILED,  /* no server said either */
};

/* Where to ask; shared by all lookups of a resolver. */
struct pn_lookup_servers {
    struct port_net *net;
    const struct port_net_addr *at;
    uint32_t count;    /* at least 1 */
    uint32_t first_ms; /* an attempt of the first pass */
    uint8_t *datagram; /* PN_DNS_UDP_BYTES, used within a call only */
};

/* All-zero is one that was never begun. */
struct pn_lookup {
    struct pn_dns_question question;
    struct pn_dns_answer answer; /* after PN_LOOKUP_FOUND */
    int32_t socket;              /* in the states that have one */
    uint32_t attempt_ms;         /* when the attempt began */
    uint32_t patience_ms;        /* how long it may take */
    uint8_t state;               /* enum lookup_state in lookup.c */
    uint8_t outcome;             /* enum pn_lookup_outcome */
    uint8_t attempt;             /* 0 for the first */
    uint8_t failed_count;        /* attempts that a server ended */
    uint16_t moved;              /* bytes of the message sent or received over TCP */
    uint16_t message_len;        /* its length, the two length bytes included; 0: not known yet */
    uint8_t message[2 + PN_LOOKUP_TCP_BYTES];
};

/* Ask for the addresses of `type` of `host`, which pn_dns_set_name() accepts. */
void pn_lookup_begin(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                     struct pn_slice host, enum pn_dns_type type, uint32_t now_ms);

/* True when `socket` is this lookup's. */
bool pn_lookup_owns(const struct pn_lookup *l, int32_t socket);

/* Its socket is ready: go on. */
void pn_lookup_ready(struct pn_lookup *l, const struct pn_lookup_servers *servers, uint32_t now_ms);

/* Begin the next attempt when the present one has taken too long. Returns the milliseconds until
 * that is so, UINT32_MAX when nothing is pending. */
uint32_t pn_lookup_tick(struct pn_lookup *l, const struct pn_lookup_servers *servers,
                        uint32_t now_ms);

/* Give up what is pending; its outcome is then PN_LOOKUP_FAILED. */
void pn_lookup_stop(struct pn_lookup *l, const struct pn_lookup_servers *servers);

#endif
