/* A gateway that speaks TLS: upstreams, handshakes that do not end, memory that does, certificates that
 * are replaced.
 *
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "port/port_clock.h"
#include "test/exchange/tls_desk.h"
#include "test/tls/tls_server.h"
#include "unity.h"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
}

static void open_with(void (*change)(struct pn_config *config))
{
    d = desk_open_at(TLS_DESK_FOLDER, change);
    tls_desk_listen(d);
}

static const struct port_tls_counts *counts(void)
{
    return pn_gateway_tls_counts(d->gateway);
}

/* The upstream is this gateway, which does not know the upstream's key. */
static void expect_passed(struct sim_conn *client)
{
    desk_expect(desk_text(client), "HTTP/1.1 401 ");
    sim_drop(client, sim_sent(client).len);
    sim_close(client);
    desk_run(d);
}

static void test_upstream_through_tls(void)
{
    open_with(tls_desk_configure);
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    TEST_ASSERT_EQUAL(1, counts()->upstream_done);
    TEST_ASSERT_EQUAL(1, counts()->handshakes);
    /* The connection is kept. */
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    TEST_ASSERT_EQUAL(1, counts()->upstream_done);
    /* It ends in order where it was idle for too long; the next one resumes. */
    desk_wait(d, 80000);
    tls_desk_carry(d);
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    TEST_ASSERT_EQUAL(2, counts()->upstream_done);
    TEST_ASSERT_EQUAL(2, counts()->resumed);
}

/* Without a clock no certificate is valid; told the time, the same one is. */
static void test_upstream_and_the_time(void)
{
    open_with(tls_desk_configure);
    sim_set_unix_ms(d->sim, -1);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_expired");
    port_clock_tell((int64_t)time(NULL) * 1000);
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    desk_expect(desk_text(tls_desk_ask(d, TLS_EXPIRED)), "upstream_expired");
}

/* A request of the gateway's own, to itself. */
static const struct pn_errand *errand_to(uint16_t port)
{
    struct pn_upstream to = { .host = PN_SLICE("127.0.0.1"),
                              .authority = PN_SLICE("127.0.0.1"),
                              .scheme = PN_SCHEME_HTTPS,
                              .port = port,
                              .egress = PN_EGRESS_LOOPBACK };
    struct pn_errand_ask ask = { .to = &to,
                                 .method = PN_METHOD_GET,
                                 .target = PN_SLICE("/v1/models") };

    TEST_ASSERT_TRUE(pn_errand_send(d->gateway, &ask, NULL));
    tls_desk_carry(d);
    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, d->gateway->errands[0].state);
    return &d->gateway->errands[0];
}

static void test_errands_through_tls(void)
{
    open_with(tls_desk_configure);
    for (int i = 0; i < 2; i++) {
        const struct pn_errand *e = errand_to(9441);
        TEST_ASSERT_EQUAL(PN_REASON_NONE, e->reason);
        TEST_ASSERT_EQUAL(401, e->head.status);
        TEST_ASSERT_TRUE(e->body.len > 0);
    }
    TEST_ASSERT_EQUAL_MESSAGE(1, counts()->upstream_done, "the connection is not kept");
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_UNTRUSTED, errand_to(9442)->reason);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_MISNAMED, errand_to(9443)->reason);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_EXPIRED, errand_to(9444)->reason);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_TLS, errand_to(9445)->reason);
    desk_wait(d, 80000);
    tls_desk_carry(d);
    TEST_ASSERT_EQUAL(0, counts()->sessions);
}

/* One whose time is over in the midst of a handshake leaves nothing behind. */
static void test_an_errand_that_is_not_greeted(void)
{
    open_with(tls_desk_configure);
    struct pn_upstream to = { .host = PN_SLICE("127.0.0.1"),
                              .authority = PN_SLICE("x"),
                              .scheme = PN_SCHEME_HTTPS,
                              .port = 9441,
                              .egress = PN_EGRESS_LOOPBACK };
    struct pn_errand_ask ask = { .to = &to, .method = PN_METHOD_GET, .target = PN_SLICE("/") };
    TEST_ASSERT_TRUE(pn_errand_send(d->gateway, &ask, NULL));
    desk_run(d);
    TEST_ASSERT_EQUAL(1, counts()->sessions);
    desk_wait(d, 5100);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_TIMEOUT, d->gateway->errands[0].reason);
    TEST_ASSERT_EQUAL(0, counts()->sessions);
    TEST_ASSERT_EQUAL(0, d->gateway->handshakes);
    TEST_ASSERT_EQUAL(0, atomic_load(&pn_gateway_stats(d->gateway)->upstream_open));
}

static void test_garbage(void)
{
    open_with(tls_desk_configure);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GARBAGE)), "upstream_tls");
}

/* Nobody waits for a client that says nothing. */
static void test_silent_client(void)
{
    open_with(tls_desk_configure);
    struct sim_conn *client = tls_desk_connect(d, TLS_GOOD);
    desk_wait(d, 9000);
    TEST_ASSERT_TRUE(sim_held(client));
    desk_wait(d, 2000);
    TEST_ASSERT_FALSE(sim_held(client));
    TEST_ASSERT_EQUAL(1, counts()->failed[PORT_TLS_TIMEOUT]);
    TEST_ASSERT_EQUAL(0, counts()->sessions);
}

static void one_handshake(struct pn_config *config)
{
    tls_desk_configure(config);
    config->limits.handshakes_max = 1;
}

/* A second one waits to be accepted, and the first goes when it has been silent for a second. */
static void test_handshakes_are_capped(void)
{
    open_with(one_handshake);
    struct sim_conn *first = tls_desk_connect(d, TLS_GOOD);
    tls_desk_connect(d, TLS_GOOD);
    TEST_ASSERT_EQUAL(1, counts()->sessions);
    TEST_ASSERT_TRUE(sim_held(first));
    desk_wait(d, 1500);
    tls_desk_connect(d, TLS_GOOD);
    TEST_ASSERT_FALSE(sim_held(first));
    TEST_ASSERT_EQUAL(1, counts()->sessions);
    /* An upstream waits likewise, and then gets its turn. */
    desk_wait(d, 21000);
    TEST_ASSERT_EQUAL(0, counts()->sessions);
    TEST_ASSERT_EQUAL(3, counts()->failed[PORT_TLS_TIMEOUT]);
}

static void little_memory(struct pn_config *config)
{
    tls_desk_configure(config);
    config->limits.tls_arena_bytes = 131072;
}

/* Who is refused for want of memory is closed and counted; the others are as they were. */
static void test_full_arena(void)
{
    open_with(little_memory);
    TEST_ASSERT_NOT_NULL(counts());
    for (int i = 0; i < 8; i++) tls_desk_connect(d, TLS_GOOD);
    TEST_ASSERT_TRUE(counts()->failed[PORT_TLS_MEMORY] > 0);
    TEST_ASSERT_TRUE(counts()->sessions > 0);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstreams_full");
    struct sim_conn *plain = desk_ask(d, "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n");
    desk_expect(desk_text(plain), "HTTP/1.1 200 ");
    desk_wait(d, 11000);
    TEST_ASSERT_EQUAL(0, counts()->sessions);
}

/* New sessions have the new certificate; a set is replaced only when all workers have it. */
static void test_replaced(void)
{
    open_with(tls_desk_configure);
    struct pn_tls *tls = tls_desk_shared();
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    struct pn_tls_set *next = pn_tls_next(tls);
    TEST_ASSERT_NOT_NULL(next);
    *next = tls->sets[0];
    next->listeners[TLS_GOOD].pairs[0] = certificates_pair("stranger");
    next->listeners[TLS_STRANGER].pairs[0] = certificates_pair("desk");
    pn_tls_publish(tls);
    TEST_ASSERT_NULL(pn_tls_next(tls));
    desk_run(d);
    TEST_ASSERT_NOT_NULL(pn_tls_next(tls));
    expect_passed(tls_desk_ask(d, TLS_STRANGER));
    TEST_ASSERT_EQUAL(2, counts()->upstream_done);
}

/* A connection that was kept is not used when the roots that vouched for it are gone. */
static void test_withdrawn(void)
{
    open_with(tls_desk_configure);
    struct pn_tls *tls = tls_desk_shared();
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    TEST_ASSERT_EQUAL(1, counts()->upstream_done);
    struct pn_tls_set *next = pn_tls_next(tls);
    *next = tls->sets[0];
    next->roots.roots[0] = NULL;
    pn_tls_publish(tls);
    desk_run(d);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_untrusted");
    TEST_ASSERT_EQUAL(1, counts()->upstream_done);
}

/* --- servers of several kinds behind one name --- */

static struct port_tls_config *server(void)
{
    return d->gateway->loaded.listeners[TLS_GOOD];
}

/* No connection is kept, but what may be resumed is. */
static void let_connections_end(void)
{
    desk_wait(d, 80000);
    tls_desk_carry(d);
}

static uint32_t upstream_failures(void)
{
    uint32_t count = 0;

    for (int i = 0; i < PORT_TLS_CAUSE_COUNT; i++) count += counts()->upstream_failed[i];
    return count;
}

/* Whoever answers in another version than was saved is asked once more, for a whole handshake. */
static void test_servers_of_two_versions(void)
{
    open_with(tls_desk_configure);
    desk_run(d);
    for (unsigned i = 0; i < 6; i++) {
        tls_server_speaks(server(), i % 2 == 0 ? TLS_SERVER_1_2 : TLS_SERVER_1_3);
        if (i < 3) expect_passed(tls_desk_ask(d, TLS_GOOD));
        else TEST_ASSERT_EQUAL(PN_REASON_NONE, errand_to(9441)->reason);
        TEST_ASSERT_EQUAL(i + 1, counts()->upstream_done);
        TEST_ASSERT_EQUAL(i, upstream_failures());
        TEST_ASSERT_EQUAL(2 * i + 1, tls_desk_carry(d));
        let_connections_end();
    }
    /* The same version again is resumed. */
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    TEST_ASSERT_EQUAL(5, upstream_failures());
    let_connections_end();
    TEST_ASSERT_EQUAL(0, counts()->sessions);
}

/* Once: a server that takes no handshake at all is told as before. */
static void test_a_server_that_takes_neither(void)
{
    open_with(tls_desk_configure);
    desk_run(d);
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    let_connections_end();
    tls_server_takes_none(server());
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_tls");
    TEST_ASSERT_EQUAL(2, upstream_failures());
    TEST_ASSERT_EQUAL(3, tls_desk_carry(d));
    /* Nothing is left to be resumed, so it is not asked twice. */
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_tls");
    TEST_ASSERT_EQUAL(4, tls_desk_carry(d));
    TEST_ASSERT_EQUAL(0, counts()->sessions);
}

/* Neither is one whose certificate is not believed: that has nothing to do with what was saved. */
static void test_a_server_with_another_certificate(void)
{
    open_with(tls_desk_configure);
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    let_connections_end();
    struct pn_tls *tls = tls_desk_shared();
    struct pn_tls_set *next = pn_tls_next(tls);
    *next = tls->sets[0];
    next->listeners[TLS_GOOD].pairs[0] = certificates_pair("stranger");
    pn_tls_publish(tls);
    sim_set_unix_ms(d->sim, ((int64_t)time(NULL) + 2 * 86400) * 1000); /* beyond what is resumed */
    desk_run(d);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream_untrusted");
    TEST_ASSERT_EQUAL(2, tls_desk_carry(d));
}

/* Both connections together have the time of one handshake. */
static void test_the_second_has_no_more_time(void)
{
    open_with(tls_desk_configure);
    desk_run(d);
    uint32_t last_ms = d->config.limits.handshake_ms;
    tls_server_speaks(server(), TLS_SERVER_1_2);
    expect_passed(tls_desk_ask(d, TLS_GOOD));
    let_connections_end();
    tls_server_speaks(server(), TLS_SERVER_1_3);
    tls_desk_carries(1);
    struct sim_conn *client = tls_desk_ask(d, TLS_GOOD);
    desk_wait(d, last_ms - 2000);
    tls_desk_carries(2);
    tls_desk_carry(d);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    TEST_ASSERT_EQUAL(1, upstream_failures());
    desk_wait(d, 1000);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 1300); /* looked at four times a second */
    desk_expect(desk_text(client), "upstream_timeout");
    TEST_ASSERT_EQUAL(0, counts()->sessions);
    TEST_ASSERT_EQUAL(0, d->gateway->handshakes);
}

static void no_upstream_tls(struct pn_config *config)
{
    tls_desk_configure(config);
    tls_desk_shared()->sets[0].roots.roots[0] = NULL;
}

/* It is never spoken to without TLS. */
static void test_no_roots(void)
{
    open_with(no_upstream_tls);
    desk_expect(desk_text(tls_desk_ask(d, TLS_GOOD)), "upstream");
    TEST_ASSERT_EQUAL(0, counts()->handshakes);
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_desk_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_upstream_through_tls);
    RUN_TEST(test_upstream_and_the_time);
    RUN_TEST(test_errands_through_tls);
    RUN_TEST(test_an_errand_that_is_not_greeted);
    RUN_TEST(test_garbage);
    RUN_TEST(test_silent_client);
    RUN_TEST(test_handshakes_are_capped);
    RUN_TEST(test_full_arena);
    RUN_TEST(test_replaced);
    RUN_TEST(test_withdrawn);
    RUN_TEST(test_servers_of_two_versions);
    RUN_TEST(test_a_server_that_takes_neither);
    RUN_TEST(test_a_server_with_another_certificate);
    RUN_TEST(test_the_second_has_no_more_time);
    RUN_TEST(test_no_roots);
    certificates_remove();
    return UNITY_END();
}
