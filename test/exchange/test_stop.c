/* A gateway that stops ends whatever is under way: the client is told as far as it can be, and no
 * decision stays without an end.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_clock.h"
#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

#define STREAM "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"

static struct desk *d;

void setUp(void)
{
    d = desk_open(NULL);
}

void tearDown(void)
{
    desk_close(d);
}

/* What is left is sent, and nothing is held: each decision has its end. */
static void stop(void)
{
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };

    TEST_ASSERT_GREATER_THAN_UINT32(0, pn_gateway_exchanges(d->gateway));
    pn_gateway_stop(d->gateway, &now);
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
    desk_run(d);
}

/* The call's end is on record, with the reason, the client's status and how it ended. */
static void ended(unsigned status, const char *how)
{
    char text[64];

    snprintf(text, sizeof text, "\"error\":\"stopped\",\"status\":%u,", status);
    desk_expect(desk_log(d), text);
    snprintf(text, sizeof text, "\"how\":\"%s\",\"hash\"", how);
    desk_expect(desk_log(d), text);
}

static void test_a_call_whose_answer_is_awaited(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    TEST_ASSERT_NOT_NULL(up);
    stop();
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "\"code\":\"stopped\"");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    ended(503, "cut");
    desk_expect(desk_log(d), "\"upstream\":\"gpt-4o\"");
    desk_check_rest(d);
}

static void test_a_tool_call(void)
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, REFUND("4000")));

    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_PAYMENTS));
    stop();
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "\"id\":7");
    ended(503, "cut");
    desk_check_rest(d);
}

static void test_an_upstream_that_is_being_connected_to(void)
{
    sim_upstream_silence(d->upstream[DESK_MAIN]);
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));

    stop();
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    ended(503, "refused");
    TEST_ASSERT_EQUAL_size_t(0, desk_count(desk_log(d), "\"upstream\":"));
    desk_check_rest(d);
}

/* Between two events the stream ends in order. */
static void test_a_stream(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, STREAM));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n");
    desk_run(d);
    stop();
    desk_expect(desk_text(client), "data: a\n\n");
    desk_expect(desk_text(client), "\"code\":\"stopped\"");
    desk_expect(desk_text(client), "data: [DONE]\n\n");
    desk_expect(desk_text(client), "\r\n0\r\n\r\n");
    ended(200, "cut");
    desk_expect(desk_log(d), "\"upstream_status\":200");
    desk_check_rest(d);
}

/* An answer of known length can only be cut, and its client notices. */
static void test_an_answer_that_has_begun(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: 100\r\n\r\n{\"half\":");
    desk_run(d);
    stop();
    desk_expect(desk_text(client), "content-length: 100\r\n");
    desk_expect(desk_text(client), "{\"half\":");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
    ended(200, "cut");
    desk_check_rest(d);
}

/* Who takes nothing is not waited for. */
static void test_a_client_that_does_not_read(void)
{
    static char body[100000];
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    const char *request = desk_post(CHAT, TIER_1, STREAM);

    sim_window(client, 512);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_run(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    memset(body, 'x', sizeof body);
    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: 100000\r\n\r\n");
    sim_push(up, pn_slice(body, sizeof body));
    desk_run(d);
    stop();
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
    ended(200, "cut");
    desk_check_rest(d);
}

/* The upstream's answer is whole, and the client has not taken the rest. */
static void test_an_answer_that_waits_for_its_client(void)
{
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    const char *request = desk_post(CHAT, TIER_1, HELLO);
    static char body[2000];

    sim_window(client, 512);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_run(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    memset(body, 'x', sizeof body);
    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: 2000\r\n\r\n");
    sim_push(up, pn_slice(body, sizeof body));
    desk_run(d);
    stop();
    ended(200, "cut");
    desk_check_rest(d);
}

/* Nothing was decided, so there is nothing to end. */
static void test_a_request_that_is_still_arriving(void)
{
    struct sim_conn *head = desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n");
    struct sim_conn *body =
        desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1
                    "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"model\":");

    stop();
    desk_expect(desk_text(head), "HTTP/1.1 503 ");
    desk_expect(desk_text(body), "HTTP/1.1 503 ");
    TEST_ASSERT_EQUAL_size_t(0, desk_count(desk_log(d), "\"kind\":\"decision\""));
    desk_check_rest(d);
}

static void test_many_at_once(void)
{
    enum { CALLS = 8 };
    struct sim_conn *clients[CALLS];

    for (int i = 0; i < CALLS; i++) clients[i] = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    stop();
    for (int i = 0; i < CALLS; i++) desk_expect(desk_text(clients[i]), "HTTP/1.1 503 ");
    TEST_ASSERT_EQUAL_size_t(CALLS, desk_count(desk_log(d), "\"how\":\"cut\""));
    for (int i = 0; i < CALLS; i++) TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_call_whose_answer_is_awaited);
    RUN_TEST(test_a_tool_call);
    RUN_TEST(test_an_upstream_that_is_being_connected_to);
    RUN_TEST(test_a_stream);
    RUN_TEST(test_an_answer_that_has_begun);
    RUN_TEST(test_a_client_that_does_not_read);
    RUN_TEST(test_an_answer_that_waits_for_its_client);
    RUN_TEST(test_a_request_that_is_still_arriving);
    RUN_TEST(test_many_at_once);
    return UNITY_END();
}
