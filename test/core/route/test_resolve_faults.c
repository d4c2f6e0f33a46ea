/* SPDX-License-Identifier: Apache-2.0 */
/* test_resolve_faults.c - name servers that are silent, fail or are not who they say they are, and TCP. */
#include <string.h>

#include "test/core/route/name_desk.h"
#include "unity.h"

static struct name_desk n;

void setUp(void)
{
    name_desk_open(&n);
}

void tearDown(void)
{
    name_desk_shut(&n);
}

/* --- servers that are silent, or fail --- */

static bool is_mixed(const struct name_query *q)
{
    return memcmp(q->bytes + 12, "\3api\7example\3com", 17) != 0;
}

static void test_silent_servers_are_asked_in_turn(void)
{
    struct name_query q;

    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(1000, name_desk_turn(&n));
    TEST_ASSERT_TRUE(name_desk_next_query(&n, 0, &q));
    TEST_ASSERT_EQUAL(1, q.bytes[11]); /* EDNS */
    TEST_ASSERT_TRUE(is_mixed(&q));
    TEST_ASSERT_EQUAL(1, name_desk_drain(&n, 0));
    TEST_ASSERT_EQUAL(1, name_desk_pass(&n, 999));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0) + name_desk_drain(&n, 1));
    name_desk_pass(&n, 1);
    TEST_ASSERT_EQUAL(2, name_desk_drain(&n, 1));
    TEST_ASSERT_EQUAL(2000, name_desk_pass(&n, 1000));
    TEST_ASSERT_TRUE(name_desk_next_query(&n, 0, &q));
    TEST_ASSERT_EQUAL(0, q.bytes[11]);
    TEST_ASSERT_FALSE(is_mixed(&q));
    TEST_ASSERT_EQUAL(1, name_desk_drain(&n, 0));
    TEST_ASSERT_EQUAL(1000, name_desk_pass(&n, 2000)); /* what is left of resolve_ms */
    TEST_ASSERT_EQUAL(2, name_desk_drain(&n, 1));
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(UINT32_MAX, name_desk_pass(&n, 1000));
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0) + name_desk_drain(&n, 1));
    name_desk_pass(&n, 1000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 0, NULL, NULL, 0);
}

static void test_the_second_server_may_know(void)
{
    name_desk_resolve(&n);
    name_desk_drain(&n, 0);
    name_desk_pass(&n, 1000);
    name_desk_serve(&n, 1, "192.0.2.1", "2001:db8::1", 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(2, n.authority.address_count);
}

static void test_a_failing_server_is_followed_at_once(void)
{
    name_desk_resolve(&n);
    name_desk_serve_flags(&n, 0, DNS_SERVER_FAILURE);
    name_desk_serve(&n, 1, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
}

static void test_when_all_fail_nobody_waits(void)
{
    name_desk_resolve(&n);
    name_desk_serve_flags(&n, 0, DNS_SERVER_FAILURE);
    name_desk_serve_flags(&n, 1, DNS_REFUSAL);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve_flags(&n, 0, DNS_SERVER_FAILURE); /* asked plainly now */
    name_desk_serve_flags(&n, 1, DNS_REFUSAL);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0) + name_desk_drain(&n, 1));
}

/* A server that does not know EDNS fails the first pass and answers the second. */
static void test_a_plain_server_is_understood(void)
{
    name_desk_begin(&n, 1);
    name_desk_resolve(&n);
    name_desk_serve_flags(&n, 0, 0x8181);
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
}

static void test_last_good_addresses_serve_on(void)
{
    name_desk_resolve(&n);
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 5);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_pass(&n, 5000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    for (int ms = 0; ms < 5000; ms += 1000) name_desk_pass(&n, 1000);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_address_is(&n, 0, "192.0.2.1");
    name_desk_drain(&n, 0), name_desk_drain(&n, 1);
    name_desk_pass(&n, 4999);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0));
    name_desk_pass(&n, 1);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n)); /* asked for meanwhile, nobody waits */
    TEST_ASSERT_NOT_EQUAL(0, n.authority.question);
    name_desk_serve(&n, 0, "192.0.2.2", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_address_is(&n, 0, "192.0.2.2");

    name_desk_pass(&n, 60000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    for (int pass = 0; pass < 2; pass++) {
        name_desk_serve_flags(&n, 0, DNS_SERVER_FAILURE);
        name_desk_serve_flags(&n, 1, DNS_SERVER_FAILURE);
    }
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_address_is(&n, 0, "192.0.2.2");
}

/* One family says no, the other's servers are silent: that is no proof that there is none. */
static void test_half_an_answer_takes_nothing_away(void)
{
    for (int answered = 0; answered < 2; answered++) {
        struct name_query q;
        name_desk_name(&n.authority, "api.example.com");
        name_desk_resolve(&n);
        name_desk_serve(&n, 0, "192.0.2.1", NULL, 5);
        name_desk_pass(&n, 5000);
        TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
        while (name_desk_next_query(&n, 0, &q)) {
            struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
            if (dns_type(name_desk_query(&q)) == (answered ? DNS_A : DNS_AAAA))
                name_desk_answer(&n, 0, &q, &m);
        }
        name_desk_turn(&n);
        for (int ms = 0; ms < 5000; ms += 500) name_desk_pass(&n, 500);
        TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
        name_desk_address_is(&n, 0, "192.0.2.1");
        name_desk_drain(&n, 0), name_desk_drain(&n, 1);
    }
}

/* --- forgeries --- */

static void test_only_the_server_asked_is_heard(void)
{
    struct name_query q;
    struct sim_udp *forger = sim_udp_bind(n.sim, sim_addr("10.0.0.66", 53));
    struct sim_udp *neighbour = sim_udp_bind(n.sim, sim_addr("10.0.0.53", 5353));

    name_desk_resolve(&n);
    while (name_desk_next_query(&n, 0, &q)) {
        struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
        if (dns_type(name_desk_query(&q)) == DNS_A) dns_address(&m, "203.0.113.66", 60);
        sim_udp_push(forger, q.from, dns_bytes(&m));
        sim_udp_push(neighbour, q.from, dns_bytes(&m));
        sim_udp_push(n.udp[1], q.from, dns_bytes(&m));
    }
    name_desk_turn(&n);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_pass(&n, 1000);
    name_desk_serve(&n, 1, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_address_is(&n, 0, "192.0.2.1");
}

static void test_answers_to_other_questions_are_not_heard(void)
{
    struct name_query q;

    name_desk_resolve(&n);
    while (name_desk_next_query(&n, 0, &q)) {
        bool four = dns_type(name_desk_query(&q)) == DNS_A;
        struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
        dns_address(&m, four ? "203.0.113.66" : "2001:db8::66", 60);
        for (int i = 0; i < 40; i++) { /* more than are read in one turn */
            m.bytes[i % 2 == 0 ? 0 : 13] ^= 0x20;
            name_desk_answer(&n, 0, &q, &m);
            m.bytes[i % 2 == 0 ? 0 : 13] ^= 0x20;
        }
        sim_udp_push(n.udp[0], q.from, PN_SLICE("?"));
        struct dns_message cut = m;
        cut.len--;
        name_desk_answer(&n, 0, &q, &cut);
        m = dns_reply(name_desk_query(&q), DNS_ANSWER);
        dns_address(&m, four ? "192.0.2.1" : "2001:db8::1", 60);
        name_desk_answer(&n, 0, &q, &m);
    }
    name_desk_turn(&n);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(2, n.authority.address_count);
    name_desk_address_is(&n, 0, "192.0.2.1");
    name_desk_address_is(&n, 1, "2001:db8::1");
}

static void test_late_answers_are_lost(void)
{
    struct name_query q;

    name_desk_resolve(&n);
    TEST_ASSERT_TRUE(name_desk_next_query(&n, 0, &q));
    struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
    dns_address(&m, "192.0.2.1", 60);
    name_desk_pass(&n, 1000);
    name_desk_answer(&n, 0, &q, &m);
    name_desk_turn(&n);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 1, NULL, NULL, 0);
}

/* --- TCP --- */

/* The A question is cut over UDP, the AAAA one answered; returns the connection for the first. */
static struct sim_conn *go_to_tcp(struct name_query *tcp_query)
{
    struct name_query q;

    name_desk_resolve(&n);
    while (name_desk_next_query(&n, 0, &q)) {
        bool four = dns_type(name_desk_query(&q)) == DNS_A;
        struct dns_message m = dns_reply(name_desk_query(&q), four ? DNS_CUT : DNS_ANSWER);
        name_desk_answer(&n, 0, &q, &m);
    }
    name_desk_turn(&n);
    struct sim_conn *conn = sim_accept(n.tcp[0]);
    TEST_ASSERT_NOT_NULL(conn);
    name_desk_turn(&n);
    struct pn_slice sent = sim_sent(conn);
    TEST_ASSERT_GREATER_THAN(2, sent.len);
    TEST_ASSERT_EQUAL(sent.len - 2, sent.at[0] << 8 | sent.at[1]);
    tcp_query->len = sent.len - 2;
    memcpy(tcp_query->bytes, sent.at + 2, tcp_query->len);
    TEST_ASSERT_EQUAL(DNS_A, dns_type(name_desk_query(tcp_query)));
    return conn;
}

static void push_message(struct sim_conn *conn, const struct dns_message *m, size_t piece)
{
    uint8_t len[2] = { (uint8_t)(m->len >> 8), (uint8_t)m->len };

    sim_chop(conn, piece, 0);
    sim_push(conn, pn_slice(len, 2));
    sim_push(conn, dns_bytes(m));
    for (size_t i = 0; i <= m->len + 2; i++) name_desk_turn(&n);
}

static void test_cut_answers_come_over_tcp(void)
{
    for (size_t piece = 0; piece < 4; piece++) {
        struct name_query q;
        name_desk_name(&n.authority, "api.example.com");
        struct sim_conn *conn = go_to_tcp(&q);
        struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
        for (uint8_t i = 0; i < 110; i++) {
            uint8_t ip[4] = { 192, 0, 2, i };
            dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_A, 60, pn_slice(ip, 4));
        }
        push_message(conn, &m, piece);
        TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
        TEST_ASSERT_EQUAL(PN_ADDRESSES_MAX, n.authority.address_count);
        name_desk_address_is(&n, 7, "192.0.2.7");
        TEST_ASSERT_FALSE(sim_held(conn));
    }
}

enum tcp_fault { TOO_LONG, EMPTY, ENDS, RESETS, WRONG_ID, CUT_AGAIN, TCP_FAULTS };

static void misbehave(struct sim_conn *conn, const struct name_query *q, enum tcp_fault fault)
{
    struct dns_message m = dns_reply(name_desk_query(q), fault == CUT_AGAIN ? DNS_CUT : DNS_ANSWER);

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
    name_desk_turn(&n);
}

static void test_servers_that_fail_over_tcp_are_followed(void)
{
    for (int fault = 0; fault < TCP_FAULTS; fault++) {
        struct name_query q;
        name_desk_name(&n.authority, "api.example.com");
        struct sim_conn *conn = go_to_tcp(&q);
        misbehave(conn, &q, (enum tcp_fault)fault);
        TEST_ASSERT_FALSE(sim_held(conn));
        name_desk_serve(&n, 1, "192.0.2.1", NULL, 60);
        TEST_ASSERT_EQUAL_MESSAGE(PN_DONE, name_desk_resolve(&n),
                                  "the second server was not asked");
        name_desk_address_is(&n, 0, "192.0.2.1");
    }
}

static void test_refused_and_silent_tcp_is_followed(void)
{
    for (int silent = 0; silent < 2; silent++) {
        name_desk_name(&n.authority, "api.example.com");
        if (silent) sim_upstream_silence(n.tcp[0]);
        else sim_upstream_refuse(n.tcp[0]);
        name_desk_resolve(&n);
        name_desk_serve_flags(&n, 0, DNS_CUT);
        if (silent) {
            TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 1));
            name_desk_pass(&n, 1000);
        }
        name_desk_serve(&n, 1, "192.0.2.1", NULL, 60);
        TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    }
}

int main(void)
{
    UNITY_BEGIN();
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
    return UNITY_END();
}
