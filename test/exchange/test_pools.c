/* What happens when something is full, fails, or is replaced while calls are under way.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

#define ODD_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"
#define JSON       "Content-Type: application/json\r\n"
#define STREAM     "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"
#define OK_ANSWER  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define MODELS     "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n"

static struct desk *d;

void setUp(void)
{
    d = NULL;
}

void tearDown(void)
{
    desk_close(d);
}

static struct sim_conn *ask_hello(void)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
}

/* --- counts --- */

static void test_exchanges_full_is_passing(void)
{
    d = desk_open(NULL);
    struct sim_conn *holders[8];

    for (int i = 0; i < 8; i++) {
        holders[i] = ask_hello();
        TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    }
    struct sim_conn *client = ask_hello();
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "exchanges_full");
    desk_expect(desk_text(client), "retry-after: 1\r\n");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    desk_nobody_asked(d);
    sim_close(holders[3]);
    desk_run(d);
    ask_hello();
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    for (int i = 0; i < 8; i++) sim_close(holders[i]);
    desk_wait(d, d->config.limits.answer_ms + 1000);
    desk_check_rest(d);
}

static void three_conns(struct pn_config *config)
{
    config->limits.connections_max = 3; /* and one is the listener's */
}

static struct sim_conn *begin_body(const char *length, size_t there);

static void test_clients_beyond_the_connections_wait_their_turn(void)
{
    d = desk_open(three_conns);
    struct sim_conn *first = begin_body("100", 10);
    struct sim_conn *second = begin_body("100", 10);
    struct sim_conn *third = desk_ask(d, MODELS);
    struct sim_conn *fourth = begin_body("100", 10);

    TEST_ASSERT_EQUAL_size_t(0, sim_sent(third).len);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(third));
    sim_close(first);
    desk_run(d);
    desk_expect(desk_text(third), "HTTP/1.1 200 ");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(third)); /* idle again, it made room for the fourth */
    TEST_ASSERT_EQUAL_UINT32(2, pn_gateway_exchanges(d->gateway));
    sim_close(second);
    sim_close(third);
    sim_close(fourth);
    desk_check_rest(d);
}

static void many_conns(struct pn_config *config)
{
    config->limits.connections_max = 256;
}

/* Each upstream keeps a connection, so each keeps its entry, until one's time is over. */
static void test_more_upstreams_than_entries(void)
{
    d = desk_open_at(ODD_FOLDER, many_conns);
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    struct sim_upstream *last = NULL;

    for (int i = 0; i <= PN_AUTHORITIES_MAX; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"model\":\"m%d\"}", i);
        last = sim_listen(d->sim, sim_addr("127.0.0.1", (uint16_t)(9300 + i)));
        const char *request = desk_post(CHAT, TIER_1, body);
        sim_push(client, pn_slice((const uint8_t *)request, strlen(request)));
        desk_run(d);
        struct sim_conn *up = sim_accept(last);
        if (i == PN_AUTHORITIES_MAX) break;
        TEST_ASSERT_NOT_NULL(up);
        sim_push_text(up, OK_ANSWER);
        desk_run(d);
        desk_expect(desk_text(client), "\r\n\r\n{}");
        sim_drop(client, sim_sent(client).len);
    }
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "upstreams_full");
    desk_wait(d, d->config.limits.upstream_idle_ms + 100);
    desk_ask(d, desk_post(CHAT, TIER_1, "{\"model\":\"m64\"}"));
    TEST_ASSERT_NOT_NULL(sim_accept(last));
    desk_wait(d, d->config.limits.answer_ms + 1000);
    desk_check_rest(d);
}

/* --- bodies --- */

static void little_pool(struct pn_config *config)
{
    config->limits.body_bytes_total = 1000;
}

static struct sim_conn *begin_body(const char *length, size_t there)
{
    static uint8_t filler[2000];
    char head[256];

    memset(filler, ' ', sizeof filler);
    snprintf(head, sizeof head,
             "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON "Content-Length: %s\r\n\r\n",
             length);
    struct sim_conn *client = desk_ask(d, head);
    sim_push(client, pn_slice(filler, there));
    desk_run(d);
    return client;
}

static void test_a_body_waits_for_room(void)
{
    d = desk_open(little_pool);
    struct sim_conn *holder = begin_body("1100", 1000);

    TEST_ASSERT_EQUAL_UINT64(1000, d->gateway->body_bytes_held);
    TEST_ASSERT_EQUAL_UINT32(1000, atomic_load(&pn_gateway_stats(d->gateway)->body_bytes_held));
    struct sim_conn *client = begin_body("32", 0);
    sim_push_text(client, HELLO);
    desk_wait(d, 500);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    desk_nobody_asked(d);
    sim_close(holder);
    desk_wait(d, 10);
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    sim_close(client);
    desk_check_rest(d);
}

static void test_a_body_that_waited_in_vain_is_503(void)
{
    d = desk_open(little_pool);
    struct sim_conn *holder = begin_body("1001", 999);
    sim_push_text(holder, " ");
    desk_wait(d, 1000);
    struct sim_conn *client = begin_body("500", 10);

    desk_wait(d, 900);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len + sim_sent(holder).len);
    desk_wait(d, 200); /* whoever waits longest goes first and makes room */
    desk_expect(desk_text(holder), "HTTP/1.1 503 ");
    desk_expect(desk_text(holder), "body_pool_full");
    desk_expect(desk_text(holder), "retry-after: ");
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    TEST_ASSERT_EQUAL_UINT64(10, d->gateway->body_bytes_held);
    desk_nobody_asked(d);
    sim_close(client);
    desk_check_rest(d);
}

/* --- the audit log --- */

static void test_a_full_ring_is_waited_for_and_then_503(void)
{
    d = desk_open(NULL);
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    int answered = 0;

    d->writer_rests = true;
    do {
        sim_drop(client, sim_sent(client).len);
        sim_push_text(client, MODELS);
        desk_run(d);
    } while (strstr(desk_text(client), "HTTP/1.1 200 ") && ++answered < 10000);
    TEST_ASSERT_GREATER_THAN_INT(10, answered);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len); /* it waits */
    struct sim_conn *hello = ask_hello();
    desk_wait(d, d->config.limits.body_wait_ms + 100);
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "audit_unavailable");
    desk_expect(desk_text(hello), "audit_unavailable");
    desk_nobody_asked(d);
    d->writer_rests = false;
    desk_wait(d, 10);
    ask_hello();
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    desk_wait(d, d->config.limits.answer_ms + 1000);
    desk_check_rest(d);
}

static void test_a_ring_with_room_again_lets_go_on(void)
{
    d = desk_open(NULL);
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    d->writer_rests = true;
    for (int i = 0; i < 10000; i++) {
        sim_drop(client, sim_sent(client).len);
        sim_push_text(client, MODELS);
        desk_run(d);
        if (sim_sent(client).len == 0) break;
    }
    desk_wait(d, 500);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    d->writer_rests = false;
    desk_wait(d, 10);
    desk_expect(desk_text(client), "HTTP/1.1 200 ");
    desk_check_rest(d);
}

static void test_a_full_disk_stops_traffic_until_there_is_room(void)
{
    d = desk_open(NULL);
    d->audit.disk_bytes = d->audit.log_len;
    sim_close(desk_ask(d, MODELS)); /* its record is in the ring, and the writer fails */
    desk_wait(d, 300);
    struct sim_conn *client = ask_hello();
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "audit_unavailable");
    desk_expect(desk_text(client), "retry-after: ");
    desk_nobody_asked(d);
    d->audit.disk_bytes = SIM_AUDIT_LOG_BYTES;
    desk_wait(d, 300);
    ask_hello();
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    desk_wait(d, d->config.limits.answer_ms + 1000);
    desk_check_rest(d);
}

/* --- policies --- */

static void test_a_slow_body_is_judged_by_the_policy_it_began_under(void)
{
    d = desk_open(NULL);
    struct sim_conn *client = begin_body("1032", 1000);

    desk_install(d, ODD_FOLDER); /* knows no gpt-4o */
    desk_wait(d, 4000);
    sim_push_text(client, "{\"model\":\"gpt-4o\",\"messages\":[]}");
    desk_run(d);
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    sim_close(client);
    desk_check_rest(d);
}

static void test_stalled_bodies_do_not_use_up_the_generations(void)
{
    d = desk_open(NULL);
    struct sim_conn *client[12];

    for (int i = 0; i < 12; i++) {
        client[i] = begin_body("1032", 1000);
        TEST_ASSERT_NOT_EQUAL(PN_GENERATION_NONE, pn_shared_free(&d->shared));
        desk_install(d, DESK_FOLDER);
        desk_wait(d, 3000); /* two of them within the grace */
    }
    desk_expect(desk_text(client[0]), "policy_changed");
    desk_expect(desk_text(client[0]), "HTTP/1.1 503 ");
    desk_wait(d, 20000);
    desk_nobody_asked(d);
    desk_check_rest(d);
}

static void test_open_streams_do_not_use_up_the_generations(void)
{
    d = desk_open(NULL);
    struct sim_conn *client[6], *up[6];

    for (int i = 0; i < 6; i++) {
        client[i] = desk_ask(d, desk_post(CHAT, TIER_1, STREAM));
        up[i] = desk_reached(d, DESK_MAIN);
        sim_push_text(up[i], "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n");
        desk_run(d);
        TEST_ASSERT_NOT_EQUAL(PN_GENERATION_NONE, pn_shared_free(&d->shared));
        desk_install(d, DESK_FOLDER);
    }
    for (int i = 0; i < 6; i++) {
        sim_push_text(up[i], "9\r\ndata: b\n\n\r\n0\r\n\r\n");
        desk_run(d);
        desk_expect(desk_text(client[i]), "data: b\n\n\r\n0\r\n\r\n");
    }
    desk_check_rest(d);
}

/* Who is refused and does not read why holds no policy; strangers could hold all of them else. */
static void test_unread_refusals_do_not_use_up_the_generations(void)
{
    d = desk_open(NULL);
    struct sim_conn *client[6];

    for (int i = 0; i < 6; i++) {
        client[i] = sim_connect(d->sim, DESK_PORT);
        sim_window(client[i], 1);
        sim_push_text(client[i], "GET /v1/models HTTP/1.1\r\nHost: x\r\nx-api-key: nobody\r\n\r\n");
        desk_run(d);
        TEST_ASSERT_EQUAL_UINT32((uint32_t)i + 1, pn_gateway_exchanges(d->gateway));
        TEST_ASSERT_NOT_EQUAL(PN_GENERATION_NONE, pn_shared_free(&d->shared));
        desk_install(d, DESK_FOLDER);
    }
    desk_wait(d, d->config.limits.send_ms + 1000);
    desk_check_rest(d);
}

/* --- draining --- */

static void test_draining_ends_what_is_under_way_and_takes_nothing_new(void)
{
    d = desk_open(NULL);
    struct sim_conn *client = ask_hello();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    atomic_store(&d->shared.draining, 1);
    struct sim_conn *late = ask_hello();
    desk_expect(desk_text(late), "HTTP/1.1 503 ");
    desk_expect(desk_text(late), "draining");
    desk_expect(desk_text(late), "connection: close\r\n");
    sim_push_text(up, OK_ANSWER);
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
    desk_expect(desk_text(client), "connection: close\r\n");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_exchanges_full_is_passing);
    RUN_TEST(test_clients_beyond_the_connections_wait_their_turn);
    RUN_TEST(test_more_upstreams_than_entries);
    RUN_TEST(test_a_body_waits_for_room);
    RUN_TEST(test_a_body_that_waited_in_vain_is_503);
    RUN_TEST(test_a_full_ring_is_waited_for_and_then_503);
    RUN_TEST(test_a_ring_with_room_again_lets_go_on);
    RUN_TEST(test_a_full_disk_stops_traffic_until_there_is_room);
    RUN_TEST(test_a_slow_body_is_judged_by_the_policy_it_began_under);
    RUN_TEST(test_stalled_bodies_do_not_use_up_the_generations);
    RUN_TEST(test_open_streams_do_not_use_up_the_generations);
    RUN_TEST(test_unread_refusals_do_not_use_up_the_generations);
    RUN_TEST(test_draining_ends_what_is_under_way_and_takes_nothing_new);
    return UNITY_END();
}
