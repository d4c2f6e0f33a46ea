/* see name_desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/route/name_desk.h"

#include <stdlib.h>
#include <string.h>

#include "unity.h"

enum { SOCKETS = 40 };

static const struct pn_host hosts[] = {
    { PN_SLICE_INIT("crm.internal"), { 4, 0, { 10, 0, 0, 7 } } },
    { PN_SLICE_INIT("CRM.internal"), { 6, 0, { 0xFD, [15] = 7 } } },
    { PN_SLICE_INIT("db"), { 4, 0, { 10, 0, 0, 8 } } },
};

static void *allocate(size_t bytes)
{
    void *at = calloc(1, bytes);

    if (!at) abort();
    return at;
}

void name_desk_begin(struct name_desk *n, uint32_t nameserver_count)
{
    free(n->resolver);
    n->config = (struct pn_resolver_config){
        .net = n->net,
        .nameservers = n->servers,
        .nameserver_count = nameserver_count,
        .hosts = hosts,
        .host_count = sizeof hosts / sizeof hosts[0],
        .resolve_ms = 5000,
    };
    n->resolver = pn_resolver_init(allocate(pn_resolver_bytes()), &n->config);
}

void name_desk_name(struct pn_authority *a, const char *host)
{
    *a = (struct pn_authority){ .host_len = (uint8_t)strlen(host), .port = 443 };
    memcpy(a->host, host, a->host_len);
}

void name_desk_open(struct name_desk *n)
{
    n->sim = sim_open(7);
    sim_hold_clock(n->sim);
    size_t bytes = port_net_bytes(SOCKETS);
    n->net = port_net_init(allocate(bytes), bytes, SOCKETS);
    n->servers[0] = sim_addr("10.0.0.53", 53);
    n->servers[1] = sim_addr("2001:db8::53", 53);
    for (int i = 0; i < NAME_SERVERS; i++) {
        n->udp[i] = sim_udp_bind(n->sim, n->servers[i]);
        n->tcp[i] = sim_listen(n->sim, n->servers[i]);
    }
    n->clock_base_ms = 1000000;
    name_desk_begin(n, NAME_SERVERS);
    name_desk_name(&n->authority, "api.example.com");
    n->sockets_before = sim_sockets_held(n->sim);
}

void name_desk_shut(struct name_desk *n)
{
    TEST_ASSERT_EQUAL(n->sockets_before, sim_sockets_held(n->sim));
    port_net_close_all(n->net);
    free(n->net);
    free(n->resolver);
    n->resolver = NULL;
    sim_shut(n->sim);
}

uint32_t name_desk_now_ms(struct name_desk *n)
{
    return n->clock_base_ms + (uint32_t)sim_now_ms(n->sim);
}

uint32_t name_desk_turn(struct name_desk *n)
{
    int32_t socket;

    do {
        port_net_wait(n->net, 0);
        while ((socket = port_net_ready(n->net)) >= 0)
            TEST_ASSERT_TRUE(pn_resolver_ready(n->resolver, socket, name_desk_now_ms(n)));
    } while (!sim_idle(n->sim));
    return pn_resolver_tick(n->resolver, name_desk_now_ms(n));
}

uint32_t name_desk_pass(struct name_desk *n, uint32_t ms)
{
    sim_advance(n->sim, ms);
    return name_desk_turn(n);
}

enum pn_step name_desk_resolve(struct name_desk *n)
{
    enum pn_step step = pn_resolve(n->resolver, &n->authority, name_desk_now_ms(n));

    name_desk_turn(n);
    return step;
}

bool name_desk_next_query(struct name_desk *n, int server, struct name_query *q)
{
    q->len = sim_udp_take(n->udp[server], &q->from, q->bytes, sizeof q->bytes);
    return q->len > 0;
}

struct pn_slice name_desk_query(const struct name_query *q)
{
    return pn_slice(q->bytes, q->len);
}

void name_desk_answer(struct name_desk *n, int server, const struct name_query *q,
                      const struct dns_message *m)
{
    sim_udp_push(n->udp[server], q->from, dns_bytes(m));
}

int name_desk_drain(struct name_desk *n, int server)
{
    struct name_query q;
    int count = 0;

    while (name_desk_next_query(n, server, &q)) count++;
    return count;
}

void name_desk_serve(struct name_desk *n, int server, const char *four, const char *six,
                     uint32_t ttl_s)
{
    struct name_query q;

    while (name_desk_next_query(n, server, &q)) {
        struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
        const char *address = dns_type(name_desk_query(&q)) == DNS_A ? four : six;
        if (address) dns_address(&m, address, ttl_s);
        name_desk_answer(n, server, &q, &m);
    }
    name_desk_turn(n);
}

void name_desk_serve_flags(struct name_desk *n, int server, uint16_t flags)
{
    struct name_query q;

    while (name_desk_next_query(n, server, &q)) {
        struct dns_message m = dns_reply(name_desk_query(&q), flags);
        name_desk_answer(n, server, &q, &m);
    }
    name_desk_turn(n);
}

void name_desk_address_is(struct name_desk *n, uint8_t index, const char *text)
{
    struct port_net_addr expected = sim_addr(text, 443);

    TEST_ASSERT_LESS_THAN(n->authority.address_count, index);
    TEST_ASSERT_EQUAL(expected.family, n->authority.address[index].family);
    TEST_ASSERT_EQUAL(443, n->authority.address[index].port);
    TEST_ASSERT_EQUAL_MEMORY(expected.ip, n->authority.address[index].ip, 16);
}
