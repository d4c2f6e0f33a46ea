/* SPDX-License-Identifier: Apache-2.0 */
/* test_resolve.c - names, name servers that behave and ones that do not, over the simulator. */
#include "core/postern.h"
#include "core/route/lookup.h"
#include "core/route/resolve.h"
#include "dns_message.h"
#include "platforms/sim/sim.h"
#include "unity.h"

#include <stdlib.h>

enum { SERVERS = 2, SOCKETS = 40 };

static struct sim *sim;
static struct port_net *net;
static struct pn_resolver *resolver;
static struct pn_resolver_config config;
static struct port_net_addr servers[SERVERS];
static struct sim_udp *udp[SERVERS];
static struct sim_upstream *tcp[SERVERS];
static struct pn_authority authority;
static uint32_t sockets_before;
static uint32_t clock_base_ms; /* the resolver's clock is the simulator's and this */

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

static void resolver_begin(uint32_t nameserver_count)
{
    free(resolver);
    config = (struct pn_resolver_config){
        .net = net,
        .nameservers = servers,
        .nameserver_count = nameserver_count,
        .hosts = hosts,
        .host_count = sizeof hosts / sizeof hosts[0],
        .resolve_ms = 5000,
    };
    resolver = pn_resolver_init(allocate(pn_resolver_bytes()), &config);
}

static void name_is(struct pn_authority *a, const char *host)
{
    *a = (struct pn_authority){ .host_len = (uint8_t)strlen(host), .port = 443 };
    memcpy(a->host, host, a->host_len);
}

void setUp(void)
{
    sim = sim_open(7);
    sim_hold_clock(sim);
    size_t bytes = port_net_bytes(SOCKETS);
    net = port_net_init(allocate(bytes), bytes, SOCKETS);
    servers[0] = sim_addr("10.0.0.53", 53);
    servers[1] = sim_addr("2001:db8::53", 53);
    for (int i = 0; i < SERVERS; i++) {
        udp[i] = sim_udp_bind(sim, servers[i]);
        tcp[i] = sim_listen(sim, servers[i]);
    }
    clock_base_ms = 1000000;
    resolver_begin(SERVERS);
    name_is(&authority, "api.example.com");
    sockets_before = sim_sockets_held(sim);
}

void tearDown(void)
{
    TEST_ASSERT_EQUAL(sockets_before, sim_sockets_held(sim));
    port_net_close_all(net);
    free(net);
    free(resolver);
    resolver = NULL;
    sim_shut(sim);
}

static uint32_t now_ms(void)
{
    return clock_base_ms + (uint32_t)sim_now_ms(sim);
}

/* All that is ready. Returns what the tick says. */
static uint32_t turn(void)
{
    int32_t socket;

    do {
        port_net_wait(net, 0);
        while ((socket = port_net_ready(net)) >= 0)
            TEST_ASSERT_TRUE(pn_resolver_ready(resolver, socket, now_ms()));
    } while (!sim_idle(sim));
    return pn_resolver_tick(resolver, now_ms());
}

static uint32_t pass(uint32_t ms)
{
    sim_advance(sim, ms);
    return turn();
}

static enum pn_step resolve(void)
{
    enum pn_step step = pn_resolve(resolver, &authority, now_ms());

    turn();
    return step;
}

/* --- the name server's side --- */

struct asked {
    struct port_net_addr from;
    uint8_t bytes[512];
    size_t len;
};

static bool next_query(int server, struct asked *q)
{
    q->len = sim_udp_take(udp[server], &q->from, q->bytes, sizeof q->bytes);
    return q->len > 0;
}

static struct pn_slice query_of(const struct asked *q)
{
    return pn_slice(q->bytes, q->len);
}

static void answer(int server, const struct asked *q, const struct dns_message *m)
{
    sim_udp_push(udp[server], q->from, dns_bytes(m));
}

/* Queries waiting at the server; they are taken. */
static int drain(int server)
{
    struct asked q;
    int count = 0;

    while (next_query(server, &q)) count++;
    return count;
}

/* Answer both questions: `four` and `six` are addresses, or NULL for none. */
static void serve(int server, const char *four, const char *six, uint32_t ttl_s)
{
    struct asked q;

    while (next_query(server, &q)) {
        struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
        const char *address = dns_type(query_of(&q)) == DNS_A ? four : six;
        if (address) dns_address(&m, address, ttl_s);
        answer(server, &q, &m);
    }
    turn();
}

static void serve_flags(int server, uint16_t flags)
{
    struct asked q;

    while (next_query(server, &q)) {
        struct dns_message m = dns_reply(query_of(&q), flags);
        answer(server, &q, &m);
    }
    turn();
}

static void address_is(uint8_t index, const char *text)
{
    struct port_net_addr expected = sim_addr(text, 443);

    TEST_ASSERT_LESS_THAN(authority.address_count, index);
    TEST_ASSERT_EQUAL(expected.family, authority.address[index].family);
    TEST_ASSERT_EQUAL(443, authority.address[index].port);
    TEST_ASSERT_EQUAL_MEMORY(expected.ip, authority.address[index].ip, 16);
}

/* --- without asking --- */

static void test_addresses_and_listed_names_need_no_server(void)
{
    static const struct {
        const char *host, *first, *second;
    } rows[] = {
        { "192.0.2.7", "192.0.2.7", NULL },         { "2001:db8::7", "2001:db8::7", NULL },
        { "[2001:db8::7]", "2001:db8::7", NULL },   { "crm.internal", "10.0.0.7", "fd00::7" },
        { "Crm.Internal.", "10.0.0.7", "fd00::7" }, { "db", "10.0.0.8", NULL },
        { "localhost", "127.0.0.1", "::1" },        { "LOCALHOST.", "127.0.0.1", "::1" },
        { "a.localhost", "127.0.0.1", "::1" },
    };

    resolver_begin(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        name_is(&authority, rows[i].host);
        TEST_ASSERT_EQUAL_MESSAGE(PN_DONE, resolve(), rows[i].host);
        TEST_ASSERT_EQUAL(rows[i].second ? 2 : 1, authority.address_count);
        address_is(0, rows[i].first);
        if (rows[i].second) address_is(1, rows[i].second);
        sim_advance(sim, 24 * 3600 * 1000);
        TEST_ASSERT_EQUAL(PN_DONE, resolve());
    }
}

static void test_what_is_no_name_is_refused_unasked(void)
{
    static const char *const names[] = { "", "a..b", "127.1", "0177.0.0.1", "x-", "::g" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        name_is(&authority, names[i]);
        TEST_ASSERT_EQUAL_MESSAGE(PN_REFUSED, resolve(), names[i]);
        TEST_ASSERT_EQUAL(0, authority.question);
    }
    TEST_ASSERT_EQUAL(0, drain(0) + drain(1));
}

static void test_without_a_name_server_nothing_resolves(void)
{
    resolver_begin(0);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    TEST_ASSERT_EQUAL(UINT32_MAX, turn());
}

/* --- with servers that behave --- */

static void test_both_families_are_asked_for_at_once(void)
{
    struct asked one, other;

    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    TEST_ASSERT_TRUE(next_query(0, &one) && next_query(0, &other));
    TEST_ASSERT_EQUAL(0, drain(0) + drain(1));
    TEST_ASSERT_EQUAL(DNS_A + DNS_AAAA, dns_type(query_of(&one)) + dns_type(query_of(&other)));
    TEST_ASSERT_NOT_EQUAL(one.from.port, other.from.port);
    TEST_ASSERT_FALSE(memcmp(one.bytes, other.bytes, 2) == 0);
    TEST_ASSERT_FALSE(memcmp(one.bytes + 12, other.bytes + 12, 17) == 0); /* random case */
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    TEST_ASSERT_EQUAL(0, drain(0));

    struct dns_message m = dns_reply(query_of(&one), DNS_ANSWER);
    answer(0, &one, &m);
    m = dns_reply(query_of(&other), DNS_ANSWER);
    answer(0, &other, &m);
    turn();
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
}

static void test_families_take_turns(void)
{
    struct asked q;

    resolve();
    for (int i = 0; i < 2; i++) {
        TEST_ASSERT_TRUE(next_query(0, &q));
        struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
        bool four = dns_type(query_of(&q)) == DNS_A;
        dns_address(&m, four ? "192.0.2.1" : "2001:db8::1", 60);
        dns_address(&m, four ? "192.0.2.2" : "2001:db8::2", 60);
        dns_address(&m, four ? "192.0.2.3" : "2001:db8::2", 60);
        answer(0, &q, &m);
    }
    turn();
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(5, authority.address_count);
    address_is(0, "192.0.2.1");
    address_is(1, "2001:db8::1");
    address_is(2, "192.0.2.2");
    address_is(3, "2001:db8::2");
    address_is(4, "192.0.2.3");
    TEST_ASSERT_EQUAL(0, authority.first);
}

static void test_what_worked_last_comes_first(void)
{
    resolve();
    serve(0, "192.0.2.1", "2001:db8::1", 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    authority.first = 1;

    pass(60000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(0, "192.0.2.9", "2001:db8::9", 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(0, authority.first);
    address_is(0, "2001:db8::9");
    address_is(1, "192.0.2.9");

    authority.first = 1;
    pass(60000);
    resolve();
    serve(0, "192.0.2.9", "2001:db8::9", 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    address_is(authority.first, "192.0.2.9");
}

static void test_one_family_is_enough(void)
{
    resolve();
    serve(0, NULL, "2001:db8::1", 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(1, authority.address_count);
    address_is(0, "2001:db8::1");
}

static void test_a_slow_family_is_not_awaited_for_long(void)
{
    struct asked q;

    resolve();
    TEST_ASSERT_TRUE(next_query(0, &q));
    struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
    dns_address(&m, "192.0.2.1", 60);
    pass(30);
    answer(0, &q, &m);
    TEST_ASSERT_EQUAL(100, turn());
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    TEST_ASSERT_EQUAL(1, pass(99));
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    pass(1);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(1, authority.address_count);
    TEST_ASSERT_EQUAL(1, drain(0));
    TEST_ASSERT_EQUAL(0, drain(1));
}

static void ttl_keeps(uint32_t ttl_s, uint32_t kept_ms)
{
    name_is(&authority, "api.example.com");
    resolve();
    serve(0, "192.0.2.1", NULL, ttl_s);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    pass(kept_ms - 1);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(0, drain(0));
    pass(1);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(0, NULL, NULL, 0);
}

static void test_answers_are_kept_for_their_time(void)
{
    ttl_keeps(60, 60000);
    ttl_keeps(5, 5000);
    ttl_keeps(0, 5000);
    ttl_keeps(3600, 3600000);
    ttl_keeps(86400, 3600000);
    ttl_keeps(INT32_MAX, 3600000);
}

static void test_the_clock_may_wrap(void)
{
    clock_base_ms = (uint32_t)-1500;
    ttl_keeps(60, 60000);

    clock_base_ms = 0u - (uint32_t)sim_now_ms(sim) - 1500;
    name_is(&authority, "api.example.com");
    resolve();
    TEST_ASSERT_EQUAL(2, drain(0));
    pass(1000);
    TEST_ASSERT_EQUAL(2, drain(1));
    pass(1000); /* wraps, and begins the second pass */
    TEST_ASSERT_EQUAL(2, drain(0));
    serve(0, "192.0.2.1", NULL, 60);
    pass(3000);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
}

static void test_entries_untouched_for_weeks_are_asked_for(void)
{
    static const uint32_t past_ms[] = { 3600001,    0x40000000, 0x7FFFFFFF,
                                        0x80000000, 0x80000005, 0xC0000000 };

    for (size_t i = 0; i < sizeof past_ms / sizeof past_ms[0]; i++) {
        name_is(&authority, "api.example.com");
        resolve();
        serve(0, "192.0.2.1", NULL, 10);
        TEST_ASSERT_EQUAL(PN_DONE, resolve());
        clock_base_ms += past_ms[i];
        TEST_ASSERT_EQUAL(PN_WAIT, resolve());
        serve(0, NULL, NULL, 0);
        TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
        clock_base_ms += past_ms[i];
        TEST_ASSERT_EQUAL(PN_WAIT, resolve());
        serve(0, NULL, NULL, 0);
        clock_base_ms -= 1800000; /* all of the clock's range but half an hour */
        TEST_ASSERT_EQUAL(PN_WAIT, resolve());
        serve(0, NULL, NULL, 0);
    }
}

/* --- no such name --- */

static void test_no_such_name_is_believed_for_a_second(void)
{
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve_flags(0, DNS_NO_NAME);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    pass(999);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    TEST_ASSERT_EQUAL(0, drain(0));
    pass(1);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
}

static void test_a_name_that_is_gone_loses_its_addresses(void)
{
    resolve();
    serve(0, "192.0.2.1", NULL, 5);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    pass(5000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve_flags(0, DNS_NO_NAME);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    TEST_ASSERT_EQUAL(0, authority.address_count);
}

/* --- servers that are silent, or fail --- */

static bool is_mixed(const struct asked *q)
{
    return memcmp(q->bytes + 12, "\3api\7example\3com", 17) != 0;
}

static void test_silent_servers_are_asked_in_turn(void)
{
    struct asked q;

    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    TEST_ASSERT_EQUAL(1000, turn());
    TEST_ASSERT_TRUE(next_query(0, &q));
    TEST_ASSERT_EQUAL(1, q.bytes[11]); /* EDNS */
    TEST_ASSERT_TRUE(is_mixed(&q));
    TEST_ASSERT_EQUAL(1, drain(0));
    TEST_ASSERT_EQUAL(1, pass(999));
    TEST_ASSERT_EQUAL(0, drain(0) + drain(1));
    pass(1);
    TEST_ASSERT_EQUAL(2, drain(1));
    TEST_ASSERT_EQUAL(2000, pass(1000));
    TEST_ASSERT_TRUE(next_query(0, &q));
    TEST_ASSERT_EQUAL(0, q.bytes[11]);
    TEST_ASSERT_FALSE(is_mixed(&q));
    TEST_ASSERT_EQUAL(1, drain(0));
    TEST_ASSERT_EQUAL(1000, pass(2000)); /* what is left of resolve_ms */
    TEST_ASSERT_EQUAL(2, drain(1));
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    TEST_ASSERT_EQUAL(UINT32_MAX, pass(1000));
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    TEST_ASSERT_EQUAL(0, drain(0) + drain(1));
    pass(1000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(0, NULL, NULL, 0);
}

static void test_the_second_server_may_know(void)
{
    resolve();
    drain(0);
    pass(1000);
    serve(1, "192.0.2.1", "2001:db8::1", 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(2, authority.address_count);
}

static void test_a_failing_server_is_followed_at_once(void)
{
    resolve();
    serve_flags(0, DNS_SERVER_FAILURE);
    serve(1, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
}

static void test_when_all_fail_nobody_waits(void)
{
    resolve();
    serve_flags(0, DNS_SERVER_FAILURE);
    serve_flags(1, DNS_REFUSAL);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve_flags(0, DNS_SERVER_FAILURE); /* asked plainly now */
    serve_flags(1, DNS_REFUSAL);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    TEST_ASSERT_EQUAL(0, drain(0) + drain(1));
}

/* A server that does not know EDNS fails the first pass and answers the second. */
static void test_a_plain_server_is_understood(void)
{
    resolver_begin(1);
    resolve();
    serve_flags(0, 0x8181);
    serve(0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
}

static void test_last_good_addresses_serve_on(void)
{
    resolve();
    serve(0, "192.0.2.1", NULL, 5);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    pass(5000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    for (int ms = 0; ms < 5000; ms += 1000) pass(1000);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    address_is(0, "192.0.2.1");
    drain(0), drain(1);
    pass(4999);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(0, drain(0));
    pass(1);
    TEST_ASSERT_EQUAL(PN_DONE, resolve()); /* asked for meanwhile, nobody waits */
    TEST_ASSERT_NOT_EQUAL(0, authority.question);
    serve(0, "192.0.2.2", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    address_is(0, "192.0.2.2");

    pass(60000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    for (int pass = 0; pass < 2; pass++) {
        serve_flags(0, DNS_SERVER_FAILURE);
        serve_flags(1, DNS_SERVER_FAILURE);
    }
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    address_is(0, "192.0.2.2");
}

/* One family says no, the other's servers are silent: that is no proof that there is none. */
static void test_half_an_answer_takes_nothing_away(void)
{
    for (int answered = 0; answered < 2; answered++) {
        struct asked q;
        name_is(&authority, "api.example.com");
        resolve();
        serve(0, "192.0.2.1", NULL, 5);
        pass(5000);
        TEST_ASSERT_EQUAL(PN_WAIT, resolve());
        while (next_query(0, &q)) {
            struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
            if (dns_type(query_of(&q)) == (answered ? DNS_A : DNS_AAAA)) answer(0, &q, &m);
        }
        turn();
        for (int ms = 0; ms < 5000; ms += 500) pass(500);
        TEST_ASSERT_EQUAL(PN_DONE, resolve());
        address_is(0, "192.0.2.1");
        drain(0), drain(1);
    }
}

/* --- forgeries --- */

static void test_only_the_server_asked_is_heard(void)
{
    struct asked q;
    struct sim_udp *forger = sim_udp_bind(sim, sim_addr("10.0.0.66", 53));
    struct sim_udp *neighbour = sim_udp_bind(sim, sim_addr("10.0.0.53", 5353));

    resolve();
    while (next_query(0, &q)) {
        struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
        if (dns_type(query_of(&q)) == DNS_A) dns_address(&m, "203.0.113.66", 60);
        sim_udp_push(forger, q.from, dns_bytes(&m));
        sim_udp_push(neighbour, q.from, dns_bytes(&m));
        sim_udp_push(udp[1], q.from, dns_bytes(&m));
    }
    turn();
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    pass(1000);
    serve(1, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    address_is(0, "192.0.2.1");
}

static void test_answers_to_other_questions_are_not_heard(void)
{
    struct asked q;

    resolve();
    while (next_query(0, &q)) {
        bool four = dns_type(query_of(&q)) == DNS_A;
        struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
        dns_address(&m, four ? "203.0.113.66" : "2001:db8::66", 60);
        for (int i = 0; i < 40; i++) { /* more than are read in one turn */
            m.bytes[i % 2 == 0 ? 0 : 13] ^= 0x20;
            answer(0, &q, &m);
            m.bytes[i % 2 == 0 ? 0 : 13] ^= 0x20;
        }
        sim_udp_push(udp[0], q.from, PN_SLICE("?"));
        struct dns_message cut = m;
        cut.len--;
        answer(0, &q, &cut);
        m = dns_reply(query_of(&q), DNS_ANSWER);
        dns_address(&m, four ? "192.0.2.1" : "2001:db8::1", 60);
        answer(0, &q, &m);
    }
    turn();
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
    TEST_ASSERT_EQUAL(2, authority.address_count);
    address_is(0, "192.0.2.1");
    address_is(1, "2001:db8::1");
}

static void test_late_answers_are_lost(void)
{
    struct asked q;

    resolve();
    TEST_ASSERT_TRUE(next_query(0, &q));
    struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
    dns_address(&m, "192.0.2.1", 60);
    pass(1000);
    answer(0, &q, &m);
    turn();
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(1, NULL, NULL, 0);
}

/* --- TCP --- */

/* The A question is cut over UDP, the AAAA one answered; returns the connection for the first. */
static struct sim_conn *go_to_tcp(struct asked *tcp_query)
{
    struct asked q;

    resolve();
    while (next_query(0, &q)) {
        bool four = dns_type(query_of(&q)) == DNS_A;
        struct dns_message m = dns_reply(query_of(&q), four ? DNS_CUT : DNS_ANSWER);
        answer(0, &q, &m);
    }
    turn();
    struct sim_conn *conn = sim_accept(tcp[0]);
    TEST_ASSERT_NOT_NULL(conn);
    turn();
    struct pn_slice sent = sim_sent(conn);
    TEST_ASSERT_GREATER_THAN(2, sent.len);
    TEST_ASSERT_EQUAL(sent.len - 2, sent.at[0] << 8 | sent.at[1]);
    tcp_query->len = sent.len - 2;
    memcpy(tcp_query->bytes, sent.at + 2, tcp_query->len);
    TEST_ASSERT_EQUAL(DNS_A, dns_type(query_of(tcp_query)));
    return conn;
}

static void push_message(struct sim_conn *conn, const struct dns_message *m, size_t piece)
{
    uint8_t len[2] = { (uint8_t)(m->len >> 8), (uint8_t)m->len };

    sim_chop(conn, piece, 0);
    sim_push(conn, pn_slice(len, 2));
    sim_push(conn, dns_bytes(m));
    for (size_t i = 0; i <= m->len + 2; i++) turn();
}

static void test_cut_answers_come_over_tcp(void)
{
    for (size_t piece = 0; piece < 4; piece++) {
        struct asked q;
        name_is(&authority, "api.example.com");
        struct sim_conn *conn = go_to_tcp(&q);
        struct dns_message m = dns_reply(query_of(&q), DNS_ANSWER);
        for (uint8_t i = 0; i < 110; i++) {
            uint8_t ip[4] = { 192, 0, 2, i };
            dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_A, 60, pn_slice(ip, 4));
        }
        push_message(conn, &m, piece);
        TEST_ASSERT_EQUAL(PN_DONE, resolve());
        TEST_ASSERT_EQUAL(PN_ADDRESSES_MAX, authority.address_count);
        address_is(7, "192.0.2.7");
        TEST_ASSERT_FALSE(sim_held(conn));
    }
}

enum tcp_fault { TOO_LONG, EMPTY, ENDS, RESETS, WRONG_ID, CUT_AGAIN, TCP_FAULTS };

static void misbehave(struct sim_conn *conn, const struct asked *q, enum tcp_fault fault)
{
    struct dns_message m = dns_reply(query_of(q), fault == CUT_AGAIN ? DNS_CUT : DNS_ANSWER);

    dns_address(&m, "203.0.113.66", 60);
    switch (fault) {
    case TOO_LONG: sim_push_text(conn, "\x08\x01"); break;
    case EMPTY: sim_push(conn, PN_SLICE("\0\0")); break;
    case ENDS:
        sim_push(conn, PN_SLICE("\0\x20x"));
        sim_fin(conn);
        break;
    case RESETS: sim_reset(conn); break;
    case WRONG_ID:
        m.bytes[0] ^= 1;
        push_message(conn, &m, 0);
        break;
    case CUT_AGAIN: push_message(conn, &m, 0); break;
    case TCP_FAULTS: break;
    }
    turn();
}

static void test_servers_that_fail_over_tcp_are_followed(void)
{
    for (int fault = 0; fault < TCP_FAULTS; fault++) {
        struct asked q;
        name_is(&authority, "api.example.com");
        struct sim_conn *conn = go_to_tcp(&q);
        misbehave(conn, &q, (enum tcp_fault)fault);
        TEST_ASSERT_FALSE(sim_held(conn));
        serve(1, "192.0.2.1", NULL, 60);
        TEST_ASSERT_EQUAL_MESSAGE(PN_DONE, resolve(), "the second server was not asked");
        address_is(0, "192.0.2.1");
    }
}

static void test_refused_and_silent_tcp_is_followed(void)
{
    for (int silent = 0; silent < 2; silent++) {
        name_is(&authority, "api.example.com");
        if (silent) sim_upstream_silence(tcp[0]);
        else sim_upstream_refuse(tcp[0]);
        resolve();
        serve_flags(0, DNS_CUT);
        if (silent) {
            TEST_ASSERT_EQUAL(0, drain(1));
            pass(1000);
        }
        serve(1, "192.0.2.1", NULL, 60);
        TEST_ASSERT_EQUAL(PN_DONE, resolve());
    }
}

/* --- limits --- */

static void test_eight_names_are_asked_for_at_once(void)
{
    static struct pn_authority many[PN_QUESTIONS_MAX + 2];
    char name[] = "n0.example";

    for (int i = 0; i < PN_QUESTIONS_MAX + 2; i++) {
        name[1] = (char)('0' + i);
        name_is(&many[i], name);
        TEST_ASSERT_EQUAL(PN_WAIT, pn_resolve(resolver, &many[i], now_ms()));
        TEST_ASSERT_EQUAL(i < PN_QUESTIONS_MAX ? i + 1 : 0, many[i].question);
    }
    turn();
    serve(0, "192.0.2.1", NULL, 60);
    for (int i = 0; i < PN_QUESTIONS_MAX; i++)
        TEST_ASSERT_EQUAL(PN_DONE, pn_resolve(resolver, &many[i], now_ms()));
    for (int i = PN_QUESTIONS_MAX; i < PN_QUESTIONS_MAX + 2; i++) {
        TEST_ASSERT_EQUAL(PN_WAIT, pn_resolve(resolver, &many[i], now_ms()));
        TEST_ASSERT_NOT_EQUAL(0, many[i].question);
    }
    turn();
    serve(0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, pn_resolve(resolver, &many[PN_QUESTIONS_MAX], now_ms()));
    TEST_ASSERT_EQUAL(UINT32_MAX, turn());
}

static void test_without_entropy_nothing_is_asked(void)
{
    sim_drain_entropy(sim);
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    TEST_ASSERT_EQUAL(0, drain(0) + drain(1));
    sim_refill_entropy(sim);
    pass(1000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
}

static void test_without_sockets_nothing_is_asked(void)
{
    sim_limit_sockets(sim, sim_sockets_held(sim));
    TEST_ASSERT_EQUAL(PN_REFUSED, resolve());
    sim_limit_sockets(sim, UINT32_MAX);
    pass(1000);
    TEST_ASSERT_EQUAL(PN_WAIT, resolve());
    serve(0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, resolve());
}

static void test_sockets_of_others_are_left_to_them(void)
{
    int32_t other = port_net_udp_open(net);

    resolve();
    TEST_ASSERT_FALSE(pn_resolver_ready(resolver, other, now_ms()));
    port_net_close(net, other);
    serve(0, NULL, NULL, 0);
    TEST_ASSERT_FALSE(pn_resolver_ready(resolver, 0, now_ms()));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_addresses_and_listed_names_need_no_server);
    RUN_TEST(test_what_is_no_name_is_refused_unasked);
    RUN_TEST(test_without_a_name_server_nothing_resolves);
    RUN_TEST(test_both_families_are_asked_for_at_once);
    RUN_TEST(test_families_take_turns);
    RUN_TEST(test_what_worked_last_comes_first);
    RUN_TEST(test_one_family_is_enough);
    RUN_TEST(test_a_slow_family_is_not_awaited_for_long);
    RUN_TEST(test_answers_are_kept_for_their_time);
    RUN_TEST(test_the_clock_may_wrap);
    RUN_TEST(test_entries_untouched_for_weeks_are_asked_for);
    RUN_TEST(test_no_such_name_is_believed_for_a_second);
    RUN_TEST(test_a_name_that_is_gone_loses_its_addresses);
    RUN_TEST(test_silent_servers_are_asked_in_turn);
    RUN_TEST(test_the_second_server_may_know);
    RUN_TEST(test_a_failing_server_is_followed_at_once);
    RUN_TEST(test_when_all_fail_nobody_waits);
    RUN_TEST(test_a_plain_server_is_understood);
    RUN_TEST(test_last_good_addresses_serve_on);
    RUN_TEST(test_half_an_answer_takes_nothing_away);
    RUN_TEST(test_only_the_server_asked_is_heard);
    RUN_TEST(test_answers_to_other_questions_are_not_heard);
    RUN_TEST(test_late_answers_are_lost);
    RUN_TEST(test_cut_answers_come_over_tcp);
    RUN_TEST(test_servers_that_fail_over_tcp_are_followed);
    RUN_TEST(test_refused_and_silent_tcp_is_followed);
    RUN_TEST(test_eight_names_are_asked_for_at_once);
    RUN_TEST(test_without_entropy_nothing_is_asked);
    RUN_TEST(test_without_sockets_nothing_is_asked);
    RUN_TEST(test_sockets_of_others_are_left_to_them);
    return UNITY_END();
}
