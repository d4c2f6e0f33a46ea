/* Calls whose upstream is to be shown a token that does not come: how long they wait, what they are told,
 * and that what comes later is not lost.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/mint.h"
#include "unity.h"

#define PASSES PN_SOURCE_DIR "/test/exchange/bundles/passes-desk"
#define LATE   "upstream_token_awaited"

static struct desk *d;

/* One errand at a time, so that whoever stalls it makes others wait. */
static void with_one_errand(struct pn_config *config)
{
    mint_with(config);
    config->limits.errands_max = 1;
}

void setUp(void)
{
    d = desk_open_at(PASSES, with_one_errand);
}

void tearDown(void)
{
    desk_close(d);
}

static struct sim_conn *call(const char *path, const char *fields, const char *body)
{
    return desk_ask(d, desk_post(path, fields, body));
}

static struct sim_conn *asked(enum desk_upstream server)
{
    struct sim_conn *up = desk_reached(d, server);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, "no token is asked for");
    return up;
}

static void expect_waiting(struct sim_conn *client)
{
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
}

static void expect_late(struct sim_conn *client, const char *dialect)
{
    const char *text = desk_text(client);

    desk_expect(text, "HTTP/1.1 503 ");
    desk_expect(text, LATE);
    desk_expect(text, dialect);
    sim_close(client);
    desk_run(d);
}

static void answer(struct sim_conn *server, const char *token)
{
    char body[200];

    snprintf(body, sizeof body,
             "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":600}", token);
    desk_answer(d, server, "200 OK", body);
}

/* The first server stalls for as long as an errand may last; who waits for the other one since a second
 * later is told a second later, though that one has been asked only now. */
static void test_a_call_waits_no_longer_than_an_errand(void)
{
    struct sim_conn *first = call("/mcp/crm", TIER_1, CALL_BARE("look"));
    struct sim_conn *stalled = asked(DESK_MAIN);
    desk_wait(d, 1000);
    struct sim_conn *second = call("/mcp/payments", TIER_1, CALL_BARE("look"));
    TEST_ASSERT_NULL(desk_reached(d, DESK_MINI));
    desk_wait(d, 3900);
    expect_waiting(first);
    expect_waiting(second);
    desk_wait(d, 200);
    expect_late(first, "\"jsonrpc\":\"2.0\"");
    expect_waiting(second);
    struct sim_conn *server = asked(DESK_MINI);
    desk_wait(d, 700);
    expect_waiting(second);
    desk_wait(d, 400);
    expect_late(second, "\"jsonrpc\":\"2.0\"");
    TEST_ASSERT_NULL_MESSAGE(desk_reached(d, DESK_PAYMENTS), "the call went on");
    desk_expect(desk_log(d), "\"error\":\"" LATE "\",\"status\":503");
    sim_close(stalled);

    /* The answer was for nobody any more, and is there for the next one. */
    answer(server, "late-token");
    struct sim_conn *third = call("/mcp/payments", TIER_1, CALL_BARE("look"));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    desk_expect(desk_text(up), "authorization: Bearer late-token\r\n");
    sim_close(up);
    sim_close(third);
    desk_run(d);
    desk_check_rest(d);
}

/* A server that sends its answer byte by byte gains nothing by it. */
static void test_an_answer_that_drips(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    struct sim_conn *client = call("/mcp/crm", TIER_1, CALL_BARE("look"));
    struct sim_conn *server = asked(DESK_MAIN);

    for (int i = 0; i < 48; i++) {
        sim_push(server, pn_slice(head + i, 1));
        desk_wait(d, 100);
    }
    expect_waiting(client);
    desk_wait(d, 300);
    expect_late(client, "\"jsonrpc\":\"2.0\"");
    sim_close(server);
    desk_run(d);
    desk_check_rest(d);
}

/* Who leaves while waiting ends as one who left, and the time that it waited is nobody else's. */
static void test_a_client_that_leaves(void)
{
    struct sim_conn *client = call("/mcp/crm", TIER_1, CALL_BARE("look"));
    struct sim_conn *server = asked(DESK_MAIN);

    desk_wait(d, 4000);
    sim_close(client);
    desk_run(d);
    desk_expect(desk_log(d), "\"how\":\"client_gone\"");
    client = call("/mcp/crm", TIER_1, CALL_BARE("look"));
    desk_wait(d, 500);
    answer(server, "in-time");
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    TEST_ASSERT_NOT_NULL(up);
    /* The upstream's own time is no part of it. */
    desk_wait(d, 6000);
    expect_waiting(client);
    sim_close(client);
    sim_close(up);
    desk_run(d);
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_call_waits_no_longer_than_an_errand);
    RUN_TEST(test_an_answer_that_drips);
    RUN_TEST(test_a_client_that_leaves);
    return UNITY_END();
}
