/* resolve.h - from an upstream's name to addresses, without blocking.
 *
 * A stub resolver (RFC 1034, 5.3.1): it asks the configured name servers for A and AAAA at once,
 * over UDP and, when an answer is truncated, over TCP (lookup.h, dns.h). Names are absolute: there
 * are no search domains. Literal addresses, names of the hosts table and localhost resolve at once
 * and for good.
 *
 * Addresses are kept for their TTL, at least 5 s and at most an hour. When asking again fails, the
 * last good ones serve on and the name is asked for again every 5 s meanwhile; when a server says
 * that the name has no address, they are dropped. Once one family's addresses are there, the
 * other's are awaited for 100 ms more. The families take turns in the list, that of the address
 * that worked last first.
 *
 * There is one entry per host and port that a policy names, so the memory is fixed. Asking is an
 * errand: pn_resolve() says PN_WAIT, and the caller comes back once pn_resolver_ready() or
 * pn_resolver_tick() has made progress.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_RESOLVE_H
#define PN_RESOLVE_H

#include "core/base/step.h"
#include "core/limits.h"
#include "port/port_net.h"

struct pn_host; /* core/postern.h */

struct pn_authority {
    uint8_t host[254];
    uint8_t host_len;
    uint8_t scheme; /* enum pn_scheme */
    uint8_t address_count;
    uint16_t port;
    uint32_t users;    /* connections that refer to this entry */
    uint32_t fresh_ms; /* addresses need no new question before this time */
    uint8_t state;     /* enum authority_state in resolve.c */
    uint8_t question;  /* which errand works on it, plus 1 */
    uint8_t first;     /* address that worked last: tried first */
    struct port_net_addr address[PN_ADDRESSES_MAX]; /* with the port filled in */
    void *idle;                                     /* kept connections, newest first; the pump's */
    uint32_t idle_count;
};

struct pn_resolver_config {
    struct port_net *net;
    const struct port_net_addr *nameservers;
    uint32_t nameserver_count;
    const struct pn_host *hosts;
    uint32_t host_count;
    uint32_t resolve_ms; /* a whole question with its repetitions */
};

enum { PN_QUESTIONS_MAX = 8 }; /* names asked for at once by one loop; others wait for a place */

struct pn_resolver;

/* Memory for a resolver, and building one in it (zeroed, aligned for any type). */
size_t pn_resolver_bytes(void);
struct pn_resolver *pn_resolver_init(void *memory, const struct pn_resolver_config *config);

/* Bring the addresses of `a` up to date.
 *
 *   PN_DONE     `a->address[0 .. address_count)` may be used, beginning with `first`
 *   PN_WAIT     a question is under way, or waits for a place; `a` must stay where it is as long as
 *               its `question` is not 0
 *   PN_REFUSED  the name does not resolve: no such name, no answer in time, no name server; asked
 *               anew at the next call a second later */
enum pn_step pn_resolve(struct pn_resolver *r, struct pn_authority *a, uint32_t now_ms);

/* Is `socket` one of the resolver's? Then deal with it, and say true. */
bool pn_resolver_ready(struct pn_resolver *r, int32_t socket, uint32_t now_ms);

/* Repeat or give up questions whose time has come. Returns milliseconds until the next, or
 * UINT32_MAX. Call in every turn of the loop. */
uint32_t pn_resolver_tick(struct pn_resolver *r, uint32_t now_ms);

#endif
