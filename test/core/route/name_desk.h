/* name_desk.h - a resolver over the simulator, and the name servers that it asks: the test answers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_CORE_ROUTE_NAME_DESK_H
#define TEST_CORE_ROUTE_NAME_DESK_H

#include "core/postern.h"
#include "core/route/lookup.h"
#include "core/route/resolve.h"
#include "platforms/sim/sim.h"
#include "test/core/route/dns_message.h"

enum { NAME_SERVERS = 2 };

struct name_desk {
    struct sim *sim;
    struct port_net *net;
    struct pn_resolver *resolver;
    struct pn_resolver_config config;
    struct port_net_addr servers[NAME_SERVERS];
    struct sim_udp *udp[NAME_SERVERS];
    struct sim_upstream *tcp[NAME_SERVERS];
    struct pn_authority authority; /* api.example.com:443 */
    uint32_t sockets_before;
    uint32_t clock_base_ms; /* the resolver's clock is the simulator's and this */
};

/* A new one with every server; in the end the resolver must hold no socket. */
void name_desk_open(struct name_desk *n);
void name_desk_shut(struct name_desk *n);

/* A new resolver, which knows that many of the servers. */
void name_desk_begin(struct name_desk *n, uint32_t nameserver_count);

/* Port 443 of a host. */
void name_desk_name(struct pn_authority *a, const char *host);

uint32_t name_desk_now_ms(struct name_desk *n);

/* Do all that is ready; the same once time has passed. What the tick says is returned. */
uint32_t name_desk_turn(struct name_desk *n);
uint32_t name_desk_pass(struct name_desk *n, uint32_t ms);

/* Ask for `authority`, and do all that is ready. */
enum pn_step name_desk_resolve(struct name_desk *n);

/* What a server was asked. */
struct name_query {
    struct port_net_addr from;
    uint8_t bytes[512];
    size_t len;
};

/* Take the next one; false: there is none. How many there were, all taken. */
bool name_desk_next_query(struct name_desk *n, int server, struct name_query *q);
int name_desk_drain(struct name_desk *n, int server);

struct pn_slice name_desk_query(const struct name_query *q);
void name_desk_answer(struct name_desk *n, int server, const struct name_query *q,
                      const struct dns_message *m);

/* Answer both questions with addresses, NULL for none; or all with flags alone. */
void name_desk_serve(struct name_desk *n, int server, const char *four, const char *six,
                     uint32_t ttl_s);
void name_desk_serve_flags(struct name_desk *n, int server, uint16_t flags);

/* That address was found, at that place. */
void name_desk_address_is(struct name_desk *n, uint8_t index, const char *text);

#endif
