/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_port_tls.c - our server against our client: what stands, what is refused and why. */
#include <string.h>
#include <time.h>

#include "core/base/slice.h"
#include "platforms/mbedtls/tls_engine.h"
#include "test/tls/tls_both.h"
#include "unity.h"

static struct tls_both t;
static enum port_tls_pair_verdict why;
static uint8_t pin_memory[8192];

void setUp(void)
{
    tls_both_open(&t);
}

void tearDown(void)
{
    tls_wire_shut(&t.wire);
}

static void test_talks(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);

    tls_wire_begin(&t.wire, server, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    struct port_tls_peer peer;
    TEST_ASSERT_TRUE(port_tls_peer(t.wire.client, &peer));
    tls_both_text("desk.example", peer.dns);
    TEST_ASSERT_EQUAL(2, peer.dns_count);
    tls_both_text("desk", peer.common_name);
    TEST_ASSERT_EQUAL(PORT_TLS_USE_SIGNS, peer.uses);
    TEST_ASSERT_FALSE(port_tls_peer(t.wire.server, &peer));
    tls_wire_end(&t.wire);
    TEST_ASSERT_EQUAL(1, port_tls_counts(t.tls)->handshakes);
    TEST_ASSERT_EQUAL(1, port_tls_counts(t.tls)->upstream_done);
    TEST_ASSERT_EQUAL(0, port_tls_counts(t.tls)->sessions);
}

static void test_rsa(void)
{
    tls_wire_begin(&t.wire, tls_both_server(&t, "rsa"), tls_both_client(&t, &t.rsa_roots),
                   "rsa.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    tls_wire_end(&t.wire);
}

static void test_cut_anywhere(void)
{
    static const size_t cuts[] = { 1, 2, 3, 5, 7, 64, 1000 };
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);

    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        t.wire.cut = cuts[i];
        tls_wire_begin(&t.wire, server, client, "desk.example", PORT_TLS_UNSAVED);
        tls_wire_shake(&t.wire);
        tls_both_stand(&t);
        tls_wire_end(&t.wire);
    }
}

/* What is wrong, and how the client names it. */
static const struct {
    const char *pair, *host;
    enum port_tls_cause cause;
    int64_t days; /* by which the clock is wrong */
} refused[] = {
    { "desk", "desk.example", PORT_TLS_NO_CAUSE, 0 },
    { "desk", "DESK.example.", PORT_TLS_NO_CAUSE, 0 },
    { "desk", "127.0.0.1", PORT_TLS_NO_CAUSE, 0 },
    { "desk", "127.0.0.2", PORT_TLS_NAME, 0 },
    { "desk", "other.example", PORT_TLS_NAME, 0 },
    { "desk", "a.desk.example", PORT_TLS_NAME, 0 },
    { "wild", "a.wild.example", PORT_TLS_NO_CAUSE, 0 },
    { "wild", "wild.example", PORT_TLS_NAME, 0 },
    { "wild", "a.b.wild.example", PORT_TLS_NAME, 0 },
    { "stranger", "desk.example", PORT_TLS_UNTRUSTED, 0 },
    { "self", "desk.example", PORT_TLS_UNTRUSTED, 0 },
    { "forged", "desk.example", PORT_TLS_UNTRUSTED, 0 },
    { "desk-renewed", "desk.example", PORT_TLS_NO_CAUSE, 0 },
    { "expired", "desk.example", PORT_TLS_EXPIRED, 0 },
    { "desk", "desk.example", PORT_TLS_EXPIRED, 40 },
    { "desk", "desk.example", PORT_TLS_NOT_YET, -40 },
    { "desk-steep", "desk.example", PORT_TLS_NO_CAUSE, 0 },
    { "desk-deeper", "desk.example", PORT_TLS_UNFIT, 0 },
    { "desk-larger", "desk.example", PORT_TLS_UNFIT, 0 },
    { "desk-steeper", "desk.example", PORT_TLS_UNFIT, 0 },
    { "agent", "desk.example", PORT_TLS_ALERT, 0 }, /* the server does not use it for that */
};

static void test_what_is_refused(void)
{
    struct port_tls_config *client = tls_both_client(&t, &t.roots);
    int64_t now = 0;

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        uint32_t before = port_tls_counts(t.tls)->upstream_failed[refused[i].cause];
        struct port_tls_config *server = tls_both_server(&t, refused[i].pair);
        now = (int64_t)time(NULL) * 1000;
        sim_set_unix_ms(t.wire.sim, now + refused[i].days * 86400000);
        tls_wire_begin(&t.wire, server, client, refused[i].host, PORT_TLS_UNSAVED);
        tls_wire_shake(&t.wire);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(port_tls_cause_name(refused[i].cause),
                                         port_tls_cause_name(port_tls_cause(t.wire.client)),
                                         refused[i].host);
        if (refused[i].cause != PORT_TLS_NO_CAUSE) {
            TEST_ASSERT_EQUAL(PORT_TLS_FAULT, t.wire.client_step);
            TEST_ASSERT_EQUAL(before + 1,
                              port_tls_counts(t.tls)->upstream_failed[refused[i].cause]);
            TEST_ASSERT_EQUAL(PORT_NET_FAULT, port_tls_send(t.wire.client, "x", 1));
        }
        tls_wire_end(&t.wire);
        port_tls_config_drop(server);
    }
}

/* Nobody has told the time. */
static void test_no_clock(void)
{
    sim_set_unix_ms(t.wire.sim, -1);
    tls_wire_begin(&t.wire, tls_both_server(&t, "desk"), tls_both_client(&t, &t.roots),
                   "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    TEST_ASSERT_EQUAL(PORT_TLS_NOT_YET, port_tls_cause(t.wire.client));
    tls_wire_end(&t.wire);
}

/* Nor is one valid then that is so since 1970. */
static void test_no_clock_1970(void)
{
    struct port_tls_trust pin = tls_both_trust(&t, "ancient.pem", pin_memory);
    struct port_tls_config *server = tls_both_server(&t, "ancient"),
                           *client = tls_both_client(&t, &pin);

    for (int i = 0; i < 2; i++) {
        sim_set_unix_ms(t.wire.sim, i == 0 ? 86400000 : -1);
        tls_wire_begin(&t.wire, server, client, "desk.example", PORT_TLS_UNSAVED);
        tls_wire_shake(&t.wire);
        TEST_ASSERT_EQUAL_STRING(i == 0 ? "none" : "not_yet",
                                 port_tls_cause_name(port_tls_cause(t.wire.client)));
        tls_wire_end(&t.wire);
    }
}

/* A certificate that signed itself may be named as a root. */
static void test_pinned(void)
{
    struct port_tls_trust pin = tls_both_trust(&t, "self.pem", pin_memory);

    tls_wire_begin(&t.wire, tls_both_server(&t, "self"), tls_both_client(&t, &pin), "desk.example",
                   PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    tls_wire_end(&t.wire);
}

static void test_names_choose(void)
{
    struct port_tls_pair pairs[] = { certificates_pair("desk"), certificates_pair("wild") };
    struct port_tls_server_setup setup = { .pairs = pairs, .pair_count = 2 };
    struct port_tls_config *server = port_tls_server(t.tls, &setup, &why),
                           *client = tls_both_client(&t, &t.roots);
    static const char *hosts[] = { "desk.example", "a.wild.example", "desk.example" };

    for (int i = 0; i < 3; i++) {
        tls_wire_begin(&t.wire, server, client, hosts[i], PORT_TLS_UNSAVED);
        tls_wire_shake(&t.wire);
        tls_both_stand(&t);
        tls_wire_end(&t.wire);
    }
}

static void test_resumes(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);

    for (uint32_t i = 0; i < 3; i++) {
        tls_wire_begin(&t.wire, server, client, "desk.example", 5);
        tls_wire_shake(&t.wire);
        tls_both_stand(&t);
        TEST_ASSERT_EQUAL(2 * i, port_tls_counts(t.tls)->resumed);
        tls_wire_end(&t.wire);
    }
    /* For another host the number is another's. */
    port_tls_forget(t.tls, 5);
    tls_wire_begin(&t.wire, server, client, "desk.example", 5);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    TEST_ASSERT_EQUAL(4, port_tls_counts(t.tls)->resumed);
    tls_wire_end(&t.wire);
    /* Tickets end: two periods later the key is gone. */
    sim_set_unix_ms(t.wire.sim, (int64_t)time(NULL) * 1000 + 3 * PORT_TLS_TICKET_S * 1000ll);
    tls_wire_begin(&t.wire, server, client, "desk.example", 5);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    TEST_ASSERT_EQUAL(4, port_tls_counts(t.tls)->resumed);
    tls_wire_end(&t.wire);
    port_tls_forget(t.tls, 5);
}

/* Connect to the upstream at a time; was it resumed? */
static bool offered; /* in vain, the last time */

static bool is_resumed(struct port_tls_config *server, struct port_tls_config *client,
                       int64_t unix_ms)
{
    uint32_t before = port_tls_counts(t.tls)->resumed;

    sim_set_unix_ms(t.wire.sim, unix_ms);
    tls_wire_begin(&t.wire, server, client, "desk.example", 5);
    tls_wire_shake(&t.wire);
    if (t.wire.client_step == PORT_TLS_DONE) tls_both_stand(&t);
    offered = port_tls_offered(t.wire.client) != 0;
    tls_wire_end(&t.wire);
    return port_tls_counts(t.tls)->resumed != before;
}

/* Tickets that each make the next do not stand in for a certificate. */
static void test_verified_anew(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);
    int64_t now_ms = (int64_t)time(NULL) * 1000, hour_ms = 3600000;

    for (int hour = 0; hour < 50; hour++) {
        TEST_ASSERT_EQUAL(hour % 24 != 0, is_resumed(server, client, now_ms + hour * hour_ms));
    }
    TEST_ASSERT_FALSE(is_resumed(server, client, now_ms)); /* the clock went back */
    TEST_ASSERT_FALSE(is_resumed(server, client, -1));     /* and is not known */
    TEST_ASSERT_EQUAL(1, port_tls_counts(t.tls)->upstream_failed[PORT_TLS_NOT_YET]);
    port_tls_forget(t.tls, 5);
}

static void test_resumed_until_its_end(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);
    int64_t end_ms = (certificates_made_s() + 30 * 86400) * 1000, hour_ms = 3600000;

    TEST_ASSERT_FALSE(is_resumed(server, client, end_ms - 2 * hour_ms));
    TEST_ASSERT_TRUE(is_resumed(server, client, end_ms - hour_ms));
    TEST_ASSERT_FALSE(is_resumed(server, client, end_ms + hour_ms / 2));
    TEST_ASSERT_EQUAL(1, port_tls_counts(t.tls)->upstream_failed[PORT_TLS_EXPIRED]);
    TEST_ASSERT_FALSE(offered); /* it had a certificate to judge */
    port_tls_forget(t.tls, 5);
}

/* What was withdrawn does not come back by a ticket that comes late. */
static void test_late_ticket(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);

    tls_wire_begin(&t.wire, server, client, "desk.example", 5);
    tls_wire_shake(&t.wire);
    TEST_ASSERT_EQUAL(PORT_TLS_DONE, t.wire.client_step);
    port_tls_forget(t.tls, 5);
    t.roots.roots[0] = NULL;
    TEST_ASSERT_TRUE(
        tls_wire_talk(&t.wire, t.wire.server, t.wire.client, 100)); /* the tickets come now */
    tls_wire_end(&t.wire);
    tls_wire_begin(&t.wire, server, client, "desk.example", 5);
    tls_wire_shake(&t.wire);
    TEST_ASSERT_EQUAL(PORT_TLS_UNTRUSTED, port_tls_cause(t.wire.client));
    tls_wire_end(&t.wire);
    TEST_ASSERT_EQUAL(0, port_tls_counts(t.tls)->resumed);
}

/* Nor by a resumption that had begun. */
static void test_late_resumption(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);

    for (int i = 0; i < 3; i++) {
        tls_wire_begin(&t.wire, server, client, "desk.example", 5);
        if (i == 1) port_tls_forget(t.tls, 5);
        tls_wire_shake(&t.wire);
        TEST_ASSERT_EQUAL(i == 1 ? PORT_TLS_UNTRUSTED : PORT_TLS_NO_CAUSE,
                          port_tls_cause(t.wire.client));
        if (i != 1) tls_both_stand(&t);
        tls_wire_end(&t.wire);
    }
    port_tls_forget(t.tls, 5);
}

static void test_ends(void)
{
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);
    uint8_t byte;

    tls_wire_begin(&t.wire, server, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    port_tls_shut(t.wire.client);
    tls_wire_carry(&t.wire);
    tls_wire_carry(&t.wire);
    TEST_ASSERT_EQUAL(PORT_NET_EOF, port_tls_recv(t.wire.server, &byte, 1));
    TEST_ASSERT_EQUAL(PORT_NET_EOF, port_tls_recv(t.wire.server, &byte, 1));
    /* One direction is over, the other is not. */
    TEST_ASSERT_TRUE(tls_wire_talk(&t.wire, t.wire.server, t.wire.client, 10));
    /* A connection that ends without a word was cut. */
    sim_close(t.wire.client_end);
    tls_wire_carry(&t.wire);
    TEST_ASSERT_EQUAL(PORT_NET_FAULT, port_tls_recv(t.wire.client, &byte, 1));
    tls_wire_end(&t.wire);
}

static void test_record_waits(void)
{
    static uint8_t out[4000], in[4000];

    tls_wire_begin(&t.wire, tls_both_server(&t, "desk"), tls_both_client(&t, &t.roots),
                   "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    tls_both_stand(&t);
    sim_window(t.wire.server_end, 100);
    TEST_ASSERT_EQUAL(sizeof out, port_tls_send(t.wire.server, out, sizeof out));
    TEST_ASSERT_TRUE(port_tls_unsent(t.wire.server));
    TEST_ASSERT_EQUAL(PORT_NET_AGAIN, port_tls_send(t.wire.server, out, 1));
    size_t got = 0;
    for (int i = 0; i < 1000 && got < sizeof in; i++) {
        tls_wire_carry(&t.wire);
        TEST_ASSERT_NOT_EQUAL(PORT_NET_FAULT, port_tls_flush(t.wire.server));
        int32_t n = port_tls_recv(t.wire.client, in + got, 100);
        TEST_ASSERT_TRUE(n >= 0);
        got += (size_t)n;
        if (got > 0 && got < sizeof in) TEST_ASSERT_TRUE(port_tls_pending(t.wire.client) > 0);
    }
    TEST_ASSERT_EQUAL(sizeof in, got);
    TEST_ASSERT_FALSE(port_tls_unsent(t.wire.server));
    tls_wire_end(&t.wire);
}

static void test_garbage(void)
{
    static const char *said[] = { "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x02\x01\x00",
                                  "\x15\x03\x01\x00\x02\x02\x28" };
    static const size_t lens[] = { 18, 7, 7 };
    struct port_tls_config *server = tls_both_server(&t, "desk"),
                           *client = tls_both_client(&t, &t.roots);

    for (int i = 0; i < 3; i++) {
        tls_wire_begin(&t.wire, server, client, "desk.example", PORT_TLS_UNSAVED);
        sim_push(t.wire.server_end, pn_slice(said[i], lens[i]));
        sim_fin(t.wire.server_end);
        tls_wire_carry(&t.wire);
        for (int j = 0; j < 5 && t.wire.server_step != PORT_TLS_FAULT; j++) {
            t.wire.server_step = port_tls_handshake(t.wire.server);
        }
        TEST_ASSERT_EQUAL(PORT_TLS_FAULT, t.wire.server_step);
        TEST_ASSERT_NOT_EQUAL(PORT_TLS_NO_CAUSE, port_tls_cause(t.wire.server));
        tls_wire_end(&t.wire);
    }
}

static void test_pairs_are_checked(void)
{
    struct port_tls_pair desk = certificates_pair("desk"), wild = certificates_pair("wild");
    struct port_tls_pair_facts facts;
    struct {
        struct port_tls_pair pair;
        enum port_tls_pair_verdict verdict;
    } rows[] = {
        { desk, PORT_TLS_PAIR_GOOD },
        { { desk.chain, wild.key }, PORT_TLS_KEY_OTHER },
        { { desk.key, desk.key }, PORT_TLS_CHAIN_UNREADABLE },
        { { desk.chain, desk.chain }, PORT_TLS_KEY_UNREADABLE },
        { { { NULL, 0 }, desk.key }, PORT_TLS_CHAIN_UNREADABLE },
        { { desk.chain, { NULL, 0 } }, PORT_TLS_KEY_UNREADABLE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL(rows[i].verdict, port_tls_pair_check(t.tls, &rows[i].pair, &facts));
    }
    TEST_ASSERT_EQUAL(PORT_TLS_PAIR_GOOD, port_tls_pair_check(t.tls, &desk, &facts));
    TEST_ASSERT_TRUE(facts.begin_s <= (int64_t)time(NULL));
    TEST_ASSERT_INT64_WITHIN(3600, certificates_made_s(), facts.begin_s);
    TEST_ASSERT_INT64_WITHIN(3600, certificates_made_s() + 30 * 86400, facts.end_s);
}

/* The old configuration serves its sessions on, and goes with them. */
static void test_replaced(void)
{
    struct port_tls_config *client = tls_both_client(&t, &t.roots);
    uint32_t level = port_tls_counts(t.tls)->arena_bytes;
    struct port_tls_config *old = tls_both_server(&t, "desk");

    tls_wire_begin(&t.wire, old, client, "desk.example", PORT_TLS_UNSAVED);
    tls_wire_shake(&t.wire);
    port_tls_config_drop(old);
    tls_both_stand(&t);
    tls_wire_end(&t.wire);
    TEST_ASSERT_EQUAL(level, port_tls_counts(t.tls)->arena_bytes);
}

/* A server that spoke TLS 1.2 has given it up: what was saved of it fails once, and is in nobody's way then;
 * nor after a handshake that never came to an end. */
static void test_a_version_given_up(void)
{
    struct port_tls_config *client = tls_both_client(&t, &t.roots), *servers[2];

    for (int i = 0; i < 2; i++) servers[i] = tls_both_server(&t, "desk");
    mbedtls_ssl_conf_max_tls_version(&servers[0]->ssl, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_min_tls_version(&servers[1]->ssl, MBEDTLS_SSL_VERSION_TLS1_3);
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    TEST_ASSERT_FALSE(is_resumed(servers[0], client, now_ms));
    TEST_ASSERT_TRUE(is_resumed(servers[0], client, now_ms));
    TEST_ASSERT_FALSE(offered);
    TEST_ASSERT_FALSE(is_resumed(servers[1], client, now_ms));
    TEST_ASSERT_TRUE(offered);
    TEST_ASSERT_EQUAL(1, port_tls_counts(t.tls)->upstream_failed[PORT_TLS_ALERT]);
    for (int i = 0; i < 2; i++) {
        TEST_ASSERT_EQUAL(i == 1, is_resumed(servers[1], client, now_ms));
        TEST_ASSERT_FALSE(offered);
    }
    TEST_ASSERT_EQUAL(1, port_tls_counts(t.tls)->upstream_failed[PORT_TLS_ALERT]);
    tls_wire_begin(&t.wire, servers[1], client, "desk.example", 5);
    port_tls_timed_out(t.wire.client);
    tls_wire_end(&t.wire);
    TEST_ASSERT_FALSE(is_resumed(servers[1], client, now_ms));
    port_tls_forget(t.tls, 5);
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_both_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_talks);
    RUN_TEST(test_rsa);
    RUN_TEST(test_cut_anywhere);
    RUN_TEST(test_what_is_refused);
    RUN_TEST(test_no_clock);
    RUN_TEST(test_no_clock_1970);
    RUN_TEST(test_pinned);
    RUN_TEST(test_names_choose);
    RUN_TEST(test_resumes);
    RUN_TEST(test_verified_anew);
    RUN_TEST(test_resumed_until_its_end);
    RUN_TEST(test_late_ticket);
    RUN_TEST(test_late_resumption);
    RUN_TEST(test_a_version_given_up);
    RUN_TEST(test_ends);
    RUN_TEST(test_record_waits);
    RUN_TEST(test_garbage);
    RUN_TEST(test_pairs_are_checked);
    RUN_TEST(test_replaced);
    certificates_remove();
    return UNITY_END();
}
