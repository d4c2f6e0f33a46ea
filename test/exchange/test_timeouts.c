/* Whoever is slow, silent or gone is given up in time, and nothing of his is kept.
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
#define PING       "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"method\":\"ping\"}"

static struct desk *d;

static void quick(struct pn_config *config)
{
    config->limits.answer_ms = 3000;
    config->limits.stream_ms = 2000;
    config->limits.send_ms = 4000;
    config->limits.connect_ms = 1000;
}

void setUp(void)
{
    d = desk_open(quick);
}

void tearDown(void)
{
    desk_close(d);
}

/* --- clients --- */

static void test_an_idle_client_is_closed(void)
{
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    desk_run(d);
    desk_wait(d, d->config.limits.idle_ms - 1000);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client));
    desk_wait(d, 1100);
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    desk_check_rest(d);
}

static void test_an_idle_client_holds_no_exchange(void)
{
    struct sim_conn *client = desk_ask(d, "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n");

    desk_expect(desk_text(client), "HTTP/1.1 200 ");
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
    desk_wait(d, d->config.limits.idle_ms + 100);
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
}

static void test_a_byte_a_second_does_not_keep_a_head_alive(void)
{
    static const char head[] = "GET /v1/models HTTP/1.1\r\nHost: x\r\n";
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    for (int i = 0; i < 10; i++) {
        sim_push(client, pn_slice((const uint8_t *)head + i, 1));
        desk_wait(d, 1000);
        if (i < 9) TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    }
    desk_wait(d, 200);
    desk_expect(desk_text(client), "HTTP/1.1 408 ");
    desk_expect(desk_text(client), "head_timeout");
    desk_expect(desk_text(client), "connection: close\r\n");
    desk_check_rest(d);
}

static struct sim_conn *begin_body(size_t there)
{
    static char filler[65536];
    struct sim_conn *client = desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON
                                          "Content-Length: 100000\r\n\r\n");

    memset(filler, ' ', sizeof filler);
    sim_push(client, pn_slice((uint8_t *)filler, there));
    desk_run(d);
    return client;
}

static void test_a_body_that_stalls_late_is_given_up(void)
{
    struct sim_conn *client = begin_body(60000);

    desk_wait(d, 10100);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    desk_wait(d, 10100);
    desk_expect(desk_text(client), "HTTP/1.1 408 ");
    desk_expect(desk_text(client), "body_timeout");
    desk_nobody_asked(d);
    desk_check_rest(d);
}

static void test_a_body_that_is_just_fast_enough_passes(void)
{
    struct sim_conn *client = begin_body(10000);
    static const char end[] = HELLO;
    char filler[1000];

    memset(filler, ' ', sizeof filler);
    for (size_t sent = 10000; sent < 100000 - (sizeof end - 1);) {
        size_t left = 100000 - (sizeof end - 1) - sent;
        size_t piece = left < sizeof filler ? left : sizeof filler;
        sim_push(client, pn_slice((uint8_t *)filler, piece));
        sent += piece;
        desk_wait(d, 1000);
        TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    }
    sim_push(client, pn_slice((const uint8_t *)end, sizeof end - 1));
    desk_run(d);
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
}

static void push_large_answer(struct sim_conn *up)
{
    static char body[400000];

    memset(body, 'x', sizeof body);
    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n");
    sim_push(up, pn_slice((uint8_t *)body, sizeof body));
}

static void test_a_client_that_does_not_read_is_cut(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_window(client, 1000);
    push_large_answer(up);
    desk_run(d);
    desk_wait(d, 3900);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client));
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(up)); /* it is not the upstream that is slow */
    desk_wait(d, 200);
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    TEST_ASSERT_LESS_THAN_size_t(400000, sim_sent(client).len);
    desk_check_rest(d);
}

static void test_a_client_that_reads_slowly_gets_all(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    size_t got = 0;

    sim_window(client, 20000);
    push_large_answer(up);
    for (int i = 0; i < 30; i++) {
        desk_wait(d, 1000); /* over all far longer than any timeout */
        got += sim_sent(client).len;
        sim_drop(client, sim_sent(client).len);
    }
    TEST_ASSERT_GREATER_THAN_size_t(400000, got);
    desk_expect(desk_log(d), "\"how\":\"done\"");
    desk_check_rest(d);
}

static void test_lingering_ends(void)
{
    struct sim_conn *client = desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON
                                          "Content-Length: 90000000\r\n\r\n{");

    desk_expect(desk_text(client), "HTTP/1.1 413 ");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client)); /* it may read why */
    for (int i = 0; i < 3; i++) {
        sim_push_text(client, "still sending");
        desk_wait(d, 500);
        TEST_ASSERT_TRUE(sim_held(client));
    }
    desk_wait(d, 600);
    TEST_ASSERT_FALSE(sim_held(client));
    desk_check_rest(d);
}

static void little_patience(struct pn_config *config)
{
    config->limits.linger_bytes = 10000;
}

static void test_lingering_takes_no_more_than_its_bytes(void)
{
    static char filler[20000];
    struct sim_conn *client;

    desk_close(d);
    d = desk_open(little_patience);
    client = desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON
                         "Content-Length: 90000000\r\n\r\n{");
    sim_push(client, pn_slice((uint8_t *)filler, sizeof filler));
    desk_run(d);
    TEST_ASSERT_FALSE(sim_held(client));
    desk_check_rest(d);
}

/* --- upstreams: connecting --- */

static struct pn_host hosts[2];

static void two_addresses(struct pn_config *config)
{
    quick(config);
    hosts[0] = (struct pn_host){ PN_SLICE("twice.test"), sim_addr("127.0.0.2", 0) };
    hosts[1] = (struct pn_host){ PN_SLICE("twice.test"), sim_addr("127.0.0.3", 0) };
    config->hosts = hosts;
    config->host_count = 2;
}

enum temper { ABSENT, REFUSES, SILENT, ANSWERS };

static struct sim_upstream *listen_as(const char *ip, enum temper temper)
{
    if (temper == ABSENT) return NULL;
    struct sim_upstream *u = sim_listen(d->sim, sim_addr(ip, 9101));
    if (temper == REFUSES) sim_upstream_refuse(u);
    if (temper == SILENT) sim_upstream_silence(u);
    return u;
}

static const struct connect_row {
    enum temper first, second;
    uint32_t wait_ms;
    const char *code; /* NULL: the second one is reached */
} connects[] = {
    { ABSENT, ANSWERS, 100, NULL },
    { REFUSES, ANSWERS, 100, NULL },
    { SILENT, ANSWERS, 1100, NULL },
    { REFUSES, REFUSES, 100, "upstream_refused" },
    { SILENT, REFUSES, 1100, "upstream_refused" },
    { REFUSES, SILENT, 1100, "upstream_timeout" },
    { SILENT, SILENT, 2200, "upstream_timeout" },
};

static void test_each_address_is_tried(void)
{
    for (size_t i = 0; i < sizeof connects / sizeof connects[0]; i++) {
        const struct connect_row *row = &connects[i];
        desk_close(d);
        d = desk_open_at(ODD_FOLDER, two_addresses);
        listen_as("127.0.0.2", row->first);
        struct sim_upstream *second = listen_as("127.0.0.3", row->second);
        struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, "{\"model\":\"twice\"}"));
        desk_wait(d, row->wait_ms);
        if (row->code) {
            desk_expect(desk_text(client), row->code);
            desk_expect(desk_text(client),
                        strstr(row->code, "timeout") ? "HTTP/1.1 504 " : "HTTP/1.1 502 ");
            desk_expect(desk_text(client), "(twice");
        } else {
            struct sim_conn *up = sim_accept(second);
            TEST_ASSERT_NOT_NULL(up);
            desk_expect(desk_text(up), "host: twice.test:9101\r\n");
        }
        sim_close(client);
        desk_check_rest(d);
    }
}

/* --- upstreams: answering --- */

struct stall_row {
    const char *path, *body;
    enum desk_upstream upstream;
    const char *pushed;
    const char *whole; /* NULL: cut; else what ends the answer */
    const char *dialect;
};

#define JSON_ANSWER "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
#define SSE_ANSWER \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

static const struct stall_row stalls[] = {
    { CHAT, HELLO, DESK_MAIN, "", "HTTP/1.1 504 ", "{\"error\":{" },
    { CHAT, HELLO, DESK_MAIN, "HTTP/1.1 20", "HTTP/1.1 504 ", "{\"error\":{" },
    { CHAT, HELLO, DESK_MAIN, JSON_ANSWER "{", NULL, "" },
    { CHAT, STREAM, DESK_MAIN, "", "HTTP/1.1 504 ", "{\"error\":{" },
    { CHAT, STREAM, DESK_MAIN, SSE_ANSWER, "data: [DONE]\n\n\r\n0\r\n\r\n", "data: {\"error\":{" },
    { CHAT, STREAM, DESK_MAIN, SSE_ANSWER "9\r\ndata: a\n\n\r\n", "data: [DONE]\n\n\r\n0\r\n\r\n",
      "data: {\"error\":{" },
    { "/mcp/crm", PING, DESK_CRM, "", "HTTP/1.1 504 ",
      "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"error\":" },
    { "/mcp/crm", PING, DESK_CRM, JSON_ANSWER "{", NULL, "" },
    { "/mcp/crm", PING, DESK_CRM, SSE_ANSWER "9\r\ndata: a\n\n\r\n", "\n\n\r\n0\r\n\r\n",
      "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"p\",\"error\":" },
};

static void test_a_stalled_answer_is_ended_in_the_callers_dialect(void)
{
    for (size_t i = 0; i < sizeof stalls / sizeof stalls[0]; i++) {
        const struct stall_row *row = &stalls[i];
        struct sim_conn *client = desk_ask(d, desk_post(row->path, TIER_1, row->body));
        struct sim_conn *up = desk_reached(d, row->upstream);

        TEST_ASSERT_NOT_NULL(up);
        sim_push(up, pn_slice((const uint8_t *)row->pushed, strlen(row->pushed)));
        desk_wait(d, 3200);
        TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
        if (row->whole) {
            desk_expect(desk_text(client), row->whole);
            desk_expect(desk_text(client), "upstream_timeout");
        } else {
            TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
            TEST_ASSERT_NULL(strstr(desk_text(client), "upstream_timeout"));
        }
        desk_expect(desk_text(client), row->dialect);
        sim_close(client);
        desk_wait(d, 10);
    }
    desk_check_rest(d);
}

static void test_a_kept_upstream_connection_is_not_kept_for_ever(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    sim_close(client);
    desk_wait(d, d->config.limits.upstream_idle_ms - 1000);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(up));
    desk_wait(d, 1100);
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(up));
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_an_idle_client_is_closed);
    RUN_TEST(test_an_idle_client_holds_no_exchange);
    RUN_TEST(test_a_byte_a_second_does_not_keep_a_head_alive);
    RUN_TEST(test_a_body_that_stalls_late_is_given_up);
    RUN_TEST(test_a_body_that_is_just_fast_enough_passes);
    RUN_TEST(test_a_client_that_does_not_read_is_cut);
    RUN_TEST(test_a_client_that_reads_slowly_gets_all);
    RUN_TEST(test_lingering_ends);
    RUN_TEST(test_lingering_takes_no_more_than_its_bytes);
    RUN_TEST(test_each_address_is_tried);
    RUN_TEST(test_a_stalled_answer_is_ended_in_the_callers_dialect);
    RUN_TEST(test_a_kept_upstream_connection_is_not_kept_for_ever);
    return UNITY_END();
}
