/* What a hostile caller or upstream has tried before.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

static struct desk *d;

void setUp(void)
{
    d = desk_open(NULL);
}

void tearDown(void)
{
    desk_close(d);
}

static void expect(const char *text, const char *part)
{
    if (strstr(text, part)) return;
    fprintf(stderr, "expected: %s\nin: %.600s\n", part, text);
    TEST_FAIL_MESSAGE("the expected text is missing");
}

static const char *call_with_id(char fill, size_t len, const char *quote)
{
    static char body[65536];
    char *id = malloc(len + 1);

    memset(id, fill, len);
    id[len] = '\0';
    snprintf(body, sizeof body,
             "{\"jsonrpc\":\"2.0\",\"id\":%s%s%s,\"method\":\"tools/call\","
             "\"params\":{\"name\":\"nope\",\"arguments\":{}}}",
             quote, id, quote);
    free(id);
    return body;
}

static void test_an_id_is_echoed_up_to_its_limit_and_then_refused(void)
{
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/crm", TRIAGE, call_with_id('a', 254, "\"")));
    expect(desk_text(client), "-32602");
    client = desk_ask(d, desk_post("/mcp/crm", TRIAGE, call_with_id('a', 255, "\"")));
    expect(desk_text(client), "rpc_invalid");
    client = desk_ask(d, desk_post("/mcp/crm", TRIAGE, call_with_id('a', 20000, "\"")));
    expect(desk_text(client), "rpc_invalid");
    client = desk_ask(d, desk_post("/mcp/crm", TRIAGE, call_with_id('7', 256, "")));
    expect(desk_text(client), "-32602");
    client = desk_ask(d, desk_post("/mcp/crm", TRIAGE, call_with_id('7', 20000, "")));
    expect(desk_text(client), "rpc_invalid");
}

static void test_methods_that_look_like_something_else_are_refused(void)
{
    static const char *const bodies[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call/payment_lookup\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get/x\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"notifications/tools/call\",\"params\":{}}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"refund_issue\"}}",
    };

    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, bodies[i]));
        expect(desk_text(client), "rpc_invalid");
        TEST_ASSERT_NULL(desk_reached(d, DESK_PAYMENTS));
    }
}

static void test_fields_that_nobody_judged_go_no_further(void)
{
    desk_ask(d, desk_post("/mcp/payments",
                          TIER_1 "Mcp-Name: payout_create\r\nMcp-Method: tools/call\r\n"
                                 "Mcp-Param-x: y\r\n",
                          REFUND("4000")));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);

    TEST_ASSERT_NOT_NULL(up);
    TEST_ASSERT_NULL(strstr(desk_text(up), "payout_create"));
    TEST_ASSERT_NULL(strstr(desk_text(up), "cp-"));
}

static void test_a_tool_call_that_was_sent_whole_is_not_sent_again(void)
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, REFUND("4000")));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    sim_drop(client, sim_sent(client).len);
    sim_drop(up, sim_sent(up).len);
    const char *again = desk_post("/mcp/payments", TIER_1, REFUND("4000"));
    sim_push(client, pn_slice(again, strlen(again)));
    desk_run(d);
    expect(desk_text(up), "refund_issue"); /* it has read the call, and may have paid */
    sim_reset(up);
    desk_run(d);
    TEST_ASSERT_NULL(desk_reached(d, DESK_PAYMENTS));
    expect(desk_text(client), "HTTP/1.1 502 ");
}

/* An upstream that answers a list before it has read the request: the answer is filtered in the
 * memory where the request lay, so no more of the request may be sent. */
static void test_an_early_answer_never_becomes_part_of_the_request(void)
{
    size_t len = 600000;
    char *body = malloc(len + 200), *request = malloc(len + 600);
    int front = sprintf(
        body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"x\":\"");

    memset(body + front, 'r', len);
    strcpy(body + front + len, "\"}}");
    sprintf(request,
            "POST /mcp/crm HTTP/1.1\r\nHost: x\r\n" TIER_1 "Content-Type: application/json\r\n"
            "Content-Length: %zu\r\n\r\n%s",
            strlen(body), body);
    struct sim_conn *client = desk_ask(d, request);
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    TEST_ASSERT_NOT_NULL(up);
    TEST_ASSERT_LESS_THAN(len, sim_sent(up).len); /* its window is full */
    sim_push_text(
        up,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3b\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"answer\"}\r\n");
    desk_run(d);
    for (int i = 0; i < 10; i++) {
        TEST_ASSERT_NULL(memmem(sim_sent(up).at, sim_sent(up).len, "answer", 6));
        sim_drop(up, sim_sent(up).len);
        desk_run(d);
    }
    expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
    free(body);
    free(request);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part)) count++;
    return count;
}

static void test_strangers_cannot_fill_the_log(void)
{
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

    for (int i = 0; i < 300; i++) {
        sim_push_text(client, "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
        desk_run(d);
        expect(desk_text(client), "key_missing");
        sim_drop(client, sim_sent(client).len);
    }
    TEST_ASSERT_EQUAL(100, occurrences(desk_log(d), "\"kind\":\"decision\""));
    TEST_ASSERT_EQUAL(200, atomic_load(&pn_gateway_stats(d->gateway)->refusals_unrecorded));
    desk_ask(d, desk_post("/v1/chat/completions", TIER_1, "{\"model\":\"o3\"}"));
    TEST_ASSERT_EQUAL(101, occurrences(desk_log(d), "\"kind\":\"decision\""));
}

static void test_the_agent_is_told_which_attribute_could_not_be_judged(void)
{
    struct sim_conn *client = desk_ask(
        d,
        desk_post(
            "/mcp/payments", TIER_1,
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":"
            "\"refund_issue\",\"arguments\":{\"ticket_id\":\"T-1001\",\"amount_cents\":\"lots\"}}}"));

    expect(desk_text(client), "R.attr.arguments.amount_cents");
    TEST_ASSERT_NULL(strstr(desk_text(client), "lots"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_an_id_is_echoed_up_to_its_limit_and_then_refused);
    RUN_TEST(test_methods_that_look_like_something_else_are_refused);
    RUN_TEST(test_fields_that_nobody_judged_go_no_further);
    RUN_TEST(test_a_tool_call_that_was_sent_whole_is_not_sent_again);
    RUN_TEST(test_an_early_answer_never_becomes_part_of_the_request);
    RUN_TEST(test_strangers_cannot_fill_the_log);
    RUN_TEST(test_the_agent_is_told_which_attribute_could_not_be_judged);
    return UNITY_END();
}
