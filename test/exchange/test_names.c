/* Upstreams that have a name: every address of it is tried, and one that does not resolve now may
 * later.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define NAME      "desk.test" /* as long as 127.0.0.1, in whose place it is put */

enum { MAIN_PORT = 9101 };

static struct desk *d;
static struct sim_upstream *first;

static struct pn_host hosts[2];

void setUp(void)
{
    d = NULL;
}

void tearDown(void)
{
    desk_close(d);
}

static void two_addresses(struct pn_config *config)
{
    hosts[0] = (struct pn_host){ PN_SLICE(NAME), sim_addr("127.0.0.99", 0) };
    hosts[1] = (struct pn_host){ PN_SLICE(NAME), sim_addr("127.0.0.1", 0) };
    config->hosts = hosts;
    config->host_count = 2;
}

static void name_server(struct pn_config *config)
{
    config->nameservers[0] = sim_addr("10.0.0.53", 53);
    config->nameserver_count = 1;
}

/* The compiled policy says the name in place of the address. */
static void rename_upstreams(void)
{
    const struct pn_active *a = &d->shared.generations[atomic_load(&d->shared.current)];

    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        struct pn_slice host = pn_upstream_at(&a->routes, i).host;
        TEST_ASSERT_EQUAL_size_t(sizeof NAME - 1, host.len);
        memcpy((uint8_t *)(uintptr_t)host.at, NAME, host.len);
    }
}

static void begin(void (*change)(struct pn_config *config))
{
    d = desk_open(change);
    rename_upstreams();
    first = sim_listen(d->sim, sim_addr("127.0.0.99", MAIN_PORT));
}

static struct sim_conn *ask_hello(void)
{
    return desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));
}

static void answer(struct sim_conn *client, struct sim_conn *up)
{
    TEST_ASSERT_NOT_NULL(up);
    sim_push_text(up, OK_ANSWER);
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
}

static void test_the_first_address_is_tried_first(void)
{
    begin(two_addresses);
    struct sim_conn *client = ask_hello();

    answer(client, sim_accept(first));
    desk_nobody_asked(d);
    desk_check_rest(d);
}

static void test_a_refusing_address_is_passed_over(void)
{
    begin(two_addresses);
    sim_upstream_refuse(first);
    struct sim_conn *client = ask_hello();

    answer(client, desk_reached(d, DESK_MAIN));
    desk_check_rest(d);
}

static void test_a_silent_address_is_passed_over_when_its_time_is_over(void)
{
    begin(two_addresses);
    sim_upstream_silence(first);
    struct sim_conn *client = ask_hello();

    desk_wait(d, d->config.limits.connect_ms - 200);
    desk_nobody_asked(d);
    desk_wait(d, 400);
    answer(client, desk_reached(d, DESK_MAIN));
    desk_check_rest(d);
}

static void test_when_no_address_answers_the_caller_is_told(void)
{
    begin(two_addresses);
    sim_upstream_silence(first);
    sim_upstream_silence(d->upstream[DESK_MAIN]);
    struct sim_conn *client = ask_hello();

    desk_wait(d, d->config.limits.connect_ms + 200);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    desk_wait(d, d->config.limits.connect_ms);
    desk_expect(desk_text(client), "HTTP/1.1 504 ");
    desk_expect(desk_text(client), "upstream_timeout");
    desk_check_rest(d);
}

static void test_the_address_that_worked_is_tried_first_later(void)
{
    begin(two_addresses);
    sim_upstream_refuse(first);
    struct sim_conn *client = ask_hello();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    answer(client, up);
    sim_close(up);
    desk_run(d);
    sim_upstream_answer(first);
    client = ask_hello();
    answer(client, desk_reached(d, DESK_MAIN));
    desk_check_rest(d);
}

/* --- a name server --- */

static size_t question_end(const uint8_t *query)
{
    size_t at = 12;

    while (query[at] > 0) at += query[at] + 1u;
    return at + 5;
}

/* Answer every question: A with 127.0.0.1, others with nothing. */
static uint32_t serve(struct sim_udp *udp)
{
    static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1 };
    uint8_t message[512];
    struct port_net_addr from;
    uint32_t count = 0;

    while (sim_udp_take(udp, &from, message, sizeof message - sizeof record) > 0) {
        size_t len = question_end(message);
        bool is_a = message[len - 3] == 1;
        message[2] |= 0x80;
        message[3] = 0x80;
        message[7] = is_a;
        message[11] = 0;
        if (is_a) memcpy(message + len, record, sizeof record);
        sim_udp_push(udp, from, pn_slice(message, is_a ? len + sizeof record : len));
        count++;
    }
    return count;
}

static void test_a_name_that_does_not_resolve_may_later(void)
{
    begin(name_server);
    struct sim_conn *client = ask_hello(); /* there is no name server yet */

    desk_wait(d, d->config.limits.resolve_ms + 500);
    desk_expect(desk_text(client), "HTTP/1.1 502 ");
    desk_expect(desk_text(client), "upstream_unresolved");
    struct sim_udp *udp = sim_udp_bind(d->sim, sim_addr("10.0.0.53", 53));
    desk_wait(d, 1500);
    client = ask_hello();
    TEST_ASSERT_GREATER_THAN_UINT32(0, serve(udp));
    desk_wait(d, 500);
    answer(client, desk_reached(d, DESK_MAIN));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_first_address_is_tried_first);
    RUN_TEST(test_a_refusing_address_is_passed_over);
    RUN_TEST(test_a_silent_address_is_passed_over_when_its_time_is_over);
    RUN_TEST(test_when_no_address_answers_the_caller_is_told);
    RUN_TEST(test_the_address_that_worked_is_tried_first_later);
    RUN_TEST(test_a_name_that_does_not_resolve_may_later);
    return UNITY_END();
}
