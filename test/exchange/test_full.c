/* Nobody keeps others out by doing nothing: who makes room when everything is taken, which kept
 * connections are used again, and which address of a name is tried next.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define MODELS    "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n"

enum { EXCHANGES = 8, CONNS = 16 };

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
    return desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));
}

static struct sim_conn *connect_idle(void)
{
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    TEST_ASSERT_NOT_NULL(client);
    desk_run(d);
    return client;
}

static void answer(struct sim_conn *client, struct sim_conn *up)
{
    TEST_ASSERT_NOT_NULL(up);
    sim_push_text(up, OK_ANSWER);
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
    sim_drop(client, sim_sent(client).len);
}

/* --- requests --- */

static void test_one_byte_does_not_hold_a_request(void)
{
    d = desk_open(NULL);
    struct sim_conn *stranger[EXCHANGES];

    for (int i = 0; i < EXCHANGES; i++) {
        stranger[i] = desk_ask(d, "P");
        desk_wait(d, 10);
    }
    struct sim_conn *client = ask_hello();
    answer(client, desk_reached(d, DESK_MAIN));
    desk_expect(desk_text(stranger[0]), "HTTP/1.1 408 ");
    desk_expect(desk_text(stranger[0]), "head_timeout");
    for (int i = 1; i < EXCHANGES; i++) TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(stranger[i]));
    for (int i = 0; i < EXCHANGES; i++) sim_close(stranger[i]);
    desk_check_rest(d);
}

static void test_who_has_sent_nothing_ends_nobody(void)
{
    d = desk_open(NULL);
    struct sim_conn *slow[EXCHANGES];

    for (int i = 0; i < EXCHANGES; i++) slow[i] = desk_ask(d, "P");
    for (int i = 0; i < 4; i++) connect_idle();
    for (int i = 0; i < EXCHANGES; i++) TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(slow[i]));
    TEST_ASSERT_EQUAL_UINT32(EXCHANGES, pn_gateway_exchanges(d->gateway));
    for (int i = 0; i < EXCHANGES; i++) sim_close(slow[i]);
    desk_check_rest(d);
}

static void test_the_408_need_not_be_read(void)
{
    d = desk_open(NULL);
    struct sim_conn *stranger[EXCHANGES];

    for (int i = 0; i < EXCHANGES; i++) {
        stranger[i] = sim_connect(d->sim, DESK_PORT);
        sim_window(stranger[i], 1);
        sim_push_text(stranger[i], "P");
        desk_run(d);
    }
    struct sim_conn *client = ask_hello();
    answer(client, desk_reached(d, DESK_MAIN));
    for (int i = 0; i < EXCHANGES; i++) sim_close(stranger[i]);
    desk_check_rest(d);
}

/* A client that asks and takes one byte of the answer. */
static struct sim_conn *ask_unread(const char *request)
{
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    TEST_ASSERT_NOT_NULL(client);
    sim_window(client, 1);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_run(d);
    return client;
}

static void test_an_unread_refusal_makes_room(void)
{
    d = desk_open(NULL);
    struct sim_conn *stranger[EXCHANGES];

    for (int i = 0; i < EXCHANGES - 1; i++) {
        stranger[i] = ask_unread("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
        desk_wait(d, 10);
    }
    struct sim_conn *slow = stranger[EXCHANGES - 1] = desk_ask(d, "P");
    TEST_ASSERT_EQUAL_UINT32(EXCHANGES, pn_gateway_exchanges(d->gateway));
    struct sim_conn *client = ask_hello();
    answer(client, desk_reached(d, DESK_MAIN));
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(stranger[0])); /* who waited longest, and nobody else */
    for (int i = 1; i < EXCHANGES - 1; i++) TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(stranger[i]));
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(slow));
    for (int i = 0; i < EXCHANGES; i++) sim_reset(stranger[i]);
    desk_check_rest(d);
}

/* Only the gateway's own answers make room: behind the oldest reader is the one that must go. */
static void test_an_upstreams_answer_may_be_read_slowly(void)
{
    d = desk_open(NULL);
    struct sim_conn *reader[EXCHANGES];

    for (int i = 0; i < EXCHANGES - 1; i++) {
        reader[i] = ask_unread(desk_post("/v1/chat/completions", TIER_1, HELLO));
        sim_push_text(desk_reached(d, DESK_MAIN), OK_ANSWER);
        desk_run(d);
    }
    reader[EXCHANGES - 1] = ask_unread("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
    struct sim_conn *late[2] = { ask_hello(), ask_hello() };
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(reader[EXCHANGES - 1]));
    for (int i = 0; i < EXCHANGES - 1; i++) TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(reader[i]));
    answer(late[0], desk_reached(d, DESK_MAIN));
    desk_expect(desk_text(late[1]), "exchanges_full");
    for (int i = 0; i < EXCHANGES; i++) sim_reset(reader[i]);
    desk_check_rest(d);
}

/* --- connections --- */

static void few_conns(struct pn_config *config)
{
    config->limits.connections_max = CONNS; /* one is the listener's */
}

static void test_the_client_idle_longest_makes_room_for_another(void)
{
    d = desk_open(few_conns);
    struct sim_conn *idle[CONNS - 1];

    for (int i = 0; i < CONNS - 1; i++) idle[i] = connect_idle();
    for (int i = 0; i < CONNS - 1; i++) TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(idle[i]));
    struct sim_conn *client = desk_ask(d, MODELS);
    desk_expect(desk_text(client), "HTTP/1.1 200 ");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(idle[0]));
    for (int i = 1; i < CONNS - 1; i++) TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(idle[i]));
    desk_check_rest(d);
}

static void test_the_client_idle_longest_makes_room_for_an_upstream(void)
{
    d = desk_open(few_conns);
    struct sim_conn *idle[CONNS - 2];

    for (int i = 0; i < CONNS - 2; i++) idle[i] = connect_idle();
    struct sim_conn *client = ask_hello();
    answer(client, desk_reached(d, DESK_MAIN));
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(idle[0]));
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(idle[1]));
    desk_check_rest(d);
}

static void test_strangers_who_come_at_once_do_not_oust_who_asks(void)
{
    d = desk_open(few_conns);
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    sim_push_text(client, MODELS);
    for (int i = 0; i < 40; i++) sim_connect(d->sim, DESK_PORT);
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 200 ");
    desk_check_rest(d);
}

static void few_conns_many_requests(struct pn_config *config)
{
    few_conns(config);
    config->limits.exchanges_max = 32;
}

static void test_all_busy_is_upstreams_full(void)
{
    d = desk_open(few_conns_many_requests);
    struct sim_conn *busy[CONNS - 2];

    for (int i = 0; i < CONNS - 2; i++) busy[i] = desk_ask(d, "P");
    struct sim_conn *client = ask_hello();
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "upstreams_full");
    for (int i = 0; i < CONNS - 2; i++) sim_close(busy[i]);
    desk_check_rest(d);
}

static void test_a_kept_upstream_makes_room_for_a_client(void)
{
    d = desk_open(few_conns_many_requests);
    struct sim_conn *client = ask_hello();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    answer(client, up);
    sim_close(client);
    desk_run(d);
    for (int i = 0; i < CONNS - 2; i++) desk_ask(d, "P");
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(up));
    desk_expect(desk_text(desk_ask(d, MODELS)), "HTTP/1.1 200 ");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(up));
    desk_wait(d, d->config.limits.head_ms + 100);
    desk_check_rest(d);
}

/* --- kept connections --- */

/* What the upstream says before it is asked may arrive in the very turn of the next request, and
 * the request be looked at first. */
static void test_what_is_said_out_of_turn_answers_nobody(void)
{
    d = desk_open(NULL);
    struct sim_conn *client = ask_hello();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    const char *next = desk_post("/v1/chat/completions", TIER_1, HELLO);

    answer(client, up);
    sim_push(client, pn_slice(next, strlen(next)));
    sim_push_text(up, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 5\r\n\r\nstale");
    desk_run(d);
    TEST_ASSERT_NULL(strstr(desk_text(client), "stale"));
    answer(client, desk_reached(d, DESK_MAIN));
    sim_close(client);
    desk_check_rest(d);
}

static void test_the_next_kept_one_is_tried(void)
{
    d = desk_open(NULL);
    struct sim_conn *client[2], *up[2];
    const char *next = desk_post("/v1/chat/completions", TIER_1, HELLO);

    for (int i = 0; i < 2; i++) {
        client[i] = ask_hello();
        up[i] = desk_reached(d, DESK_MAIN);
    }
    for (int i = 0; i < 2; i++) answer(client[i], up[i]);
    sim_drop(up[0], sim_sent(up[0]).len);
    next = desk_post("/v1/chat/completions", TIER_1, HELLO);
    sim_push(client[0], pn_slice(next, strlen(next)));
    sim_push_text(up[1], "x"); /* kept last, so looked at first */
    desk_run(d);
    desk_nobody_asked(d);
    desk_expect(desk_text(up[0]), "POST ");
    answer(client[0], up[0]);
    sim_close(client[0]);
    sim_close(client[1]);
    desk_check_rest(d);
}

/* What leaving out `egress: [loopback]` compiles to, in every upstream. */
static void forbid_loopback(void)
{
    const struct pn_active *a = &d->shared.generations[atomic_load(&d->shared.current)];

    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        uint8_t *record = (uint8_t *)(uintptr_t)a->routes.upstreams.at + i * PN_UPSTREAM_BYTES;
        record[PN_UPSTREAM_EGRESS] = 0;
    }
}

static void test_a_kept_one_at_a_forbidden_address_is_not_used(void)
{
    d = desk_open(NULL);
    struct sim_conn *client = ask_hello();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    answer(client, up);
    sim_drop(up, sim_sent(up).len);
    forbid_loopback();
    struct sim_conn *late = ask_hello();
    desk_expect(desk_text(late), "upstream_forbidden");
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(up).len);
    sim_close(client);
    sim_close(late);
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_one_byte_does_not_hold_a_request);
    RUN_TEST(test_who_has_sent_nothing_ends_nobody);
    RUN_TEST(test_the_408_need_not_be_read);
    RUN_TEST(test_an_unread_refusal_makes_room);
    RUN_TEST(test_an_upstreams_answer_may_be_read_slowly);
    RUN_TEST(test_the_client_idle_longest_makes_room_for_another);
    RUN_TEST(test_the_client_idle_longest_makes_room_for_an_upstream);
    RUN_TEST(test_strangers_who_come_at_once_do_not_oust_who_asks);
    RUN_TEST(test_all_busy_is_upstreams_full);
    RUN_TEST(test_a_kept_upstream_makes_room_for_a_client);
    RUN_TEST(test_what_is_said_out_of_turn_answers_nobody);
    RUN_TEST(test_the_next_kept_one_is_tried);
    RUN_TEST(test_a_kept_one_at_a_forbidden_address_is_not_used);
    return UNITY_END();
}
