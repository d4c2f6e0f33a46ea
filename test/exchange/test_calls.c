/* What passes, what is refused, and that nobody upstream hears of what is refused.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

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
    fprintf(stderr, "expected: %s\nin: %s\n", part, text);
    TEST_FAIL_MESSAGE("the expected text is missing");
}

static void nobody_was_asked(void)
{
    for (int i = 0; i < DESK_UPSTREAMS; i++) {
        TEST_ASSERT_NULL(desk_reached(d, (enum desk_upstream)i));
    }
}

#define CHAT  "/v1/chat/completions"
#define HELLO "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"

static void test_a_completion_goes_up_with_another_name_and_credential(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    TEST_ASSERT_NOT_NULL(up);
    expect(desk_text(up), "POST /v1/chat/completions HTTP/1.1\r\n");
    expect(desk_text(up), "authorization: Bearer sk-upstream-main\r\n");
    expect(desk_text(up),
           "\r\n\r\n{\"model\":\"gpt-4o-2024-11-20\",\"messages\":[{\"role\":\"user\"");
    TEST_ASSERT_NULL(strstr(desk_text(up), "sk-postern-demo"));
    sim_push_text(
        up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
    expect(desk_text(client), "\r\n\r\n{}");
    expect(desk_log(d), "\"outcome\":\"allow\"");
    expect(desk_log(d), "\"how\":\"done\"");
}

static void test_a_second_request_reuses_both_connections(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    for (int i = 0; i < 3; i++) {
        sim_drop(up, sim_sent(up).len);
        sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        desk_run(d);
        expect(desk_text(client), "\r\n\r\n{}");
        sim_drop(client, sim_sent(client).len);
        const char *again = desk_post(CHAT, TIER_1, HELLO);
        sim_push(client, pn_slice(again, strlen(again)));
        desk_run(d);
        expect(desk_text(up), "POST /v1/chat/completions");
        TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    }
}

static void test_a_kept_connection_that_went_away_is_retried_once(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    sim_drop(client, sim_sent(client).len);
    const char *again = desk_post(CHAT, TIER_1, HELLO);
    sim_push(client, pn_slice(again, strlen(again)));
    sim_reset(up); /* at the same moment */
    desk_run(d);
    up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(up);
    expect(desk_text(up), "POST /v1/chat/completions");
    sim_reset(up); /* a fresh one that breaks is not tried again */
    desk_run(d);
    expect(desk_text(client), "HTTP/1.1 502 ");
    expect(desk_text(client), "upstream_reset");
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
}

static void test_events_go_on_in_the_turn_they_arrive(void)
{
    struct sim_conn *client = desk_ask(
        d, desk_post(CHAT, TIER_1, "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\n");
    desk_run(d);
    expect(desk_text(client), "transfer-encoding: chunked\r\n");
    sim_push_text(up, "9\r\ndata: a\n\n\r\n");
    desk_run(d);
    expect(desk_text(client), "9\r\ndata: a\n\n\r\n");
    sim_push_text(up, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
    desk_run(d);
    expect(desk_text(client), "data: [DONE]\n\n\r\n0\r\n\r\n");
}

static void test_a_broken_stream_ends_in_an_error_event(void)
{
    struct sim_conn *client = desk_ask(
        d, desk_post(CHAT, TIER_1, "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Transfer-Encoding: chunked\r\n\r\nd\r\ndata: a\n\ndata\r\n");
    desk_run(d);
    TEST_ASSERT_NULL(strstr(desk_text(client), "data: a\n\ndata"));
    sim_reset(up);
    desk_run(d);
    expect(desk_text(client), "data: {\"error\":{");
    expect(desk_text(client), "upstream_reset");
    expect(desk_text(client), "data: [DONE]\n\n\r\n0\r\n\r\n");
    expect(desk_log(d), "\"how\":\"cut\"");
}

static void test_a_cut_answer_never_looks_whole(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    sim_fin(up);
    desk_run(d);
    expect(desk_text(client), "content-length: 10\r\n");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
}

/* --- refusals --- */

struct refusal_row {
    const char *request;
    const char *status, *code;
};

#define POST_CHAT(fields, body_len, body) \
    "POST " CHAT " HTTP/1.1\r\nHost: gate\r\n" fields "Content-Length: " body_len "\r\n\r\n" body
#define JSON "Content-Type: application/json\r\n"

static const struct refusal_row refusals[] = {
    { "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", "501", "method_unsupported" },
    { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "404", "route_unknown" },
    { "GET / HTTP/1.1\r\n\r\n", "400", "host_missing" },
    { "GET /v1/models HTTP/1.1\nHost: x\r\n\r\n", "400", "line_end_invalid" },
    { "GET " CHAT " HTTP/1.1\r\nHost: x\r\n\r\n", "405", "method_not_allowed" },
    { "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n", "401", "key_missing" },
    { "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer nobody\r\n\r\n", "401",
      "key_unknown" },
    { "GET /v1/models HTTP/1.1\r\nHost: x\r\nx-api-key: a\r\n" TIER_1 "\r\n", "401",
      "key_repeated" },
    { "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "Content-Length: 1\r\n\r\nx", "400",
      "body_unexpected" },
    { "GET /v1/models/gpt-5 HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n", "404", "model_unknown" },
    { "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON "\r\n", "411", "length_required" },
    { POST_CHAT(TIER_1 "Content-Type: text/plain\r\n", "2", "{}"), "415",
      "media_type_unsupported" },
    { POST_CHAT(TIER_1 JSON "Content-Encoding: gzip\r\n", "2", "{}"), "415", "coding_of_content" },
    { POST_CHAT(TIER_1 JSON, "99999999", ""), "413", "body_too_large" },
    { POST_CHAT(TIER_1 JSON, "99999999", ""), "413", "body_bytes_max is 1048576 bytes." },
    { POST_CHAT(TIER_1 JSON, "2", "{}"), "400", "model_missing" },
    { POST_CHAT(TIER_1 JSON, "11", "{\"model\":1}"), "400", "model_missing" },
    { POST_CHAT(TIER_1 JSON, "27", "{\"model\":\"gpt-4o\",\"stream\":1}"), "400", "json_" },
    { POST_CHAT(TIER_1 JSON, "29", "{\"model\":\"gpt-4o\",\"stream\":1} "), "400", "field_type" },
    { POST_CHAT(TIER_1 JSON, "25", "{\"model\":\"a\",\"model\":\"b\"} "), "400",
      "json_duplicate_key" },
    { POST_CHAT(TIER_1 JSON, "13", "{\"Model\":\"a\"} "), "400", "json_key_case" },
    { POST_CHAT(TIER_1 JSON, "2", "[}"), "400", "json_syntax" },
    { POST_CHAT(TIER_1 JSON, "1", "{"), "400", "json_truncated" },
    { POST_CHAT(TIER_1 JSON, "4", "{} x"), "400", "json_trailing" },
    { POST_CHAT(TIER_1 JSON, "14", "{\"model\":\"o3\"}"), "403", "denied_by_default" },
    { POST_CHAT(TRIAGE JSON, "18", "{\"model\":\"gpt-4o\"}"), "403", "denied_by_default" },
    { "POST /mcp/nothing HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON "Content-Length: 2\r\n\r\n{}", "404",
      "route_unknown" },
    { "POST /mcp/crm HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\n" TIER_1 JSON
      "Content-Length: 2\r\n\r\n{}",
      "403", "origin_refused" },
    { "POST /mcp/crm HTTP/1.1\r\nHost: x\r\nMCP-Protocol-Version: 2026-07-28\r\n" TIER_1 JSON
      "Content-Length: 2\r\n\r\n{}",
      "400", "protocol_version" },
    { "POST /mcp/crm HTTP/1.1\r\nHost: x\r\nMcp-Session-Id: made-up.0123456789abcdef0123456789abcdef\r\n" TIER_1
          JSON "Content-Length: 2\r\n\r\n{}",
      "404", "session_unknown" },
    { "DELETE /mcp/crm HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n", "400", "session_missing" },
    { "POST /mcp/crm HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON "Content-Length: 2\r\n\r\n[]", "400",
      "rpc_batch" },
    { "POST /mcp/crm HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON "Content-Length: 2\r\n\r\n{}", "400",
      "rpc_invalid" },
};

static void test_every_refusal_is_named_and_reaches_nobody(void)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal_row *row = &refusals[i];
        struct sim_conn *client = desk_ask(d, row->request);
        char line[32];

        snprintf(line, sizeof line, "HTTP/1.1 %s ", row->status);
        expect(desk_text(client), line);
        expect(desk_text(client), row->code);
        nobody_was_asked();
        sim_close(client);
        desk_wait(d, 3000);
    }
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    TEST_ASSERT_EQUAL(0, pn_gateway_clients(d->gateway));
}

/* The same, byte by byte: how the bytes are cut changes nothing. */
static void test_refusals_do_not_depend_on_how_bytes_arrive(void)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal_row *row = &refusals[i];
        struct sim_conn *client = sim_connect(d->sim, DESK_PORT);

        sim_chop(client, 1, 1);
        sim_push(client, pn_slice(row->request, strlen(row->request)));
        for (int turns = 0; turns < 60; turns++) desk_run(d);
        expect(desk_text(client), row->code);
        nobody_was_asked();
        sim_close(client);
        desk_wait(d, 3000);
    }
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
}

/* --- the refund --- */

#define REFUND(arguments) \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"refund_issue\"," \
    "\"arguments\":" arguments "}}"

static const char *const refused_refunds[] = {
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":900000}"),
    REFUND("{\"ticket_id\":\"T-1001\"}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":\"4000\"}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":900000.0}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":9e5}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":4000,\"amount_cents\":900000}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":4000,\"amount\\u005fcents\":900000}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount\\u005fcents\":900000}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"Amount_Cents\":4000}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":99999999999999999999}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":-99999999999999999999}"), /* not below */
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":1e999}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":-1e999}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":null}"),
    REFUND("{\"ticket_id\":\"T-1001\",\"amount_cents\":[4000]}"),
    REFUND("{\"ticket_id\":\"T-9999\",\"amount_cents\":4000}"),
    REFUND("{\"amount_cents\":4000}"),
    REFUND("null"),
};

static void test_no_spelling_of_a_large_refund_reaches_the_server(void)
{
    for (size_t i = 0; i < sizeof refused_refunds / sizeof refused_refunds[0]; i++) {
        struct sim_conn *client =
            desk_ask(d, desk_post("/mcp/payments", TIER_1, refused_refunds[i]));

        expect(desk_text(client), "HTTP/1.1 ");
        nobody_was_asked();
        sim_close(client);
        desk_wait(d, 3000);
    }
}

static void test_a_refused_refund_tells_the_agent_why(void)
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, refused_refunds[0]));
    const char *answer = desk_text(client);

    expect(answer, "HTTP/1.1 200 OK\r\n");
    expect(answer, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",");
    expect(answer, "tier-1-support refund cap exceeded");
    expect(answer, "\"isError\":true");
    expect(answer, "\"_meta\":{\"dev.postern/decision\":{");
    expect(answer, "\"remediation\":{\"type\":\"step_up\",\"approvers_role\":\"tier-2-lead\"}");
    expect(desk_log(d), "\"rule\":\"resource.mcp:payments.vdefault#tier-1-refund-cap\"");
    expect(desk_log(d), "\"R.attr.arguments.amount_cents\":900000");
    expect(desk_log(d), "\"args_hmac\":\"hmac-sha256:");
}

static void test_a_small_refund_is_forwarded_as_it_was_judged(void)
{
    static const char body[] =
        REFUND("{ \"ticket_id\" : \"T-1001\", \"amount_cents\":4000, \"x\":[1], "
               "\"y\":-99999999999999999999, \"z\":1e999 }"); /* which nobody compares */
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, body));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);

    TEST_ASSERT_NOT_NULL(up);
    expect(desk_text(up), "x-api-key: secret-payments\r\n");
    expect(desk_text(up), body);
    sim_push_text(up,
                  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n"
                  "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}  ");
    desk_run(d);
    expect(desk_text(client), "\"result\":{}");
}

static void test_hidden_tools_are_unknown_tools(void)
{
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", TIER_1,
                              "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\","
                              "\"params\":{\"name\":\"payout_create\",\"arguments\":{}}}"));

    expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
    expect(desk_text(client), "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32602,"
                              "\"message\":\"Unknown tool: payout_create\"}}");
    nobody_was_asked();
}

#define INITIALIZE \
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{" \
    "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}"

static void test_opening_a_server_is_decided(void)
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TRIAGE, INITIALIZE));
    expect(desk_text(client), "HTTP/1.1 403 ");
    nobody_was_asked();
    client = desk_ask(d, desk_post("/mcp/payroll", TIER_2, INITIALIZE));
    expect(desk_text(client), "HTTP/1.1 403 ");
    nobody_was_asked();
    client = desk_ask(d, desk_post("/mcp/payroll", PAYROLL, INITIALIZE));
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_PAYROLL));
}

static void test_a_session_belongs_to_who_opened_it(void)
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", TIER_1, INITIALIZE));
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    char fields[512], sealed[256];

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: s-1\r\n"
                      "Content-Length: 36\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}");
    desk_run(d);
    const char *at = strstr(desk_text(client), "mcp-session-id: ");
    TEST_ASSERT_NOT_NULL(at);
    TEST_ASSERT_EQUAL(1, sscanf(at, "mcp-session-id: %255s", sealed));
    snprintf(fields, sizeof fields, TIER_1 "Mcp-Session-Id: %s\r\n", sealed);
    sim_drop(up, sim_sent(up).len);
    desk_ask(d,
             desk_post("/mcp/crm", fields, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"));
    expect(desk_text(up), "mcp-session-id: s-1\r\n");
    snprintf(fields, sizeof fields, TIER_2 "Mcp-Session-Id: %s\r\n", sealed);
    client = desk_ask(
        d, desk_post("/mcp/crm", fields, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"));
    expect(desk_text(client), "HTTP/1.1 404 ");
    snprintf(fields, sizeof fields, TIER_1 "Mcp-Session-Id: %s\r\n", sealed);
    client = desk_ask(
        d, desk_post("/mcp/tickets", fields, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"));
    expect(desk_text(client), "HTTP/1.1 404 ");
}

static void test_a_refused_completion_is_an_openai_error(void)
{
    struct sim_conn *client =
        desk_ask(d, desk_post(CHAT, TRIAGE, "{\"model\":\"gpt-4o\",\"messages\":[]}"));
    const char *answer = desk_text(client);

    expect(answer, "HTTP/1.1 403 ");
    expect(answer, "x-should-retry: false\r\n");
    expect(answer, "{\"error\":{\"message\":\"");
    expect(answer, "\"type\":\"permission_error\",\"param\":null,\"code\":\"denied_by_default\"");
    nobody_was_asked();
}

static void test_an_unknown_caller_is_told_in_its_dialect(void)
{
    static const char nobody[] = "Authorization: Bearer nobody\r\n";
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, nobody, HELLO));

    expect(desk_text(client), "HTTP/1.1 401 ");
    expect(desk_text(client), "\"type\":\"authentication_error\"");
    client = desk_ask(d, desk_post("/mcp/payments", nobody, refused_refunds[0]));
    expect(desk_text(client), "HTTP/1.1 401 ");
    expect(desk_text(client), "{\"jsonrpc\":\"2.0\",\"id\":");
    expect(desk_text(client), "\"reason_code\":\"key_unknown\"");
    nobody_was_asked();
}

static void test_a_key_may_come_either_way(void)
{
    struct sim_conn *client = desk_ask(
        d, "GET /v1/models HTTP/1.1\r\nHost: x\r\nx-api-key: sk-postern-demo-triage\r\n\r\n");

    expect(desk_text(client), "HTTP/1.1 200 ");
    expect(desk_text(client), "\"id\":\"gpt-4o-mini\"");
}

static void test_only_visible_models_are_listed(void)
{
    struct sim_conn *client = desk_ask(d, "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TRIAGE "\r\n");

    expect(desk_text(client), "\"id\":\"gpt-4o-mini\"");
    TEST_ASSERT_NULL(strstr(desk_text(client), "\"id\":\"gpt-4o\""));
}

static void test_without_a_policy_everything_is_503(void)
{
    pn_shared_publish(&d->shared, PN_GENERATION_NONE);
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));

    expect(desk_text(client), "HTTP/1.1 503 ");
    expect(desk_text(client), "no_policy");
    expect(desk_text(client), "None was installed yet.");
    nobody_was_asked();
}

static void test_without_a_policy_the_refused_one_is_named(void)
{
    pn_shared_publish(&d->shared, PN_GENERATION_NONE);
    pn_absence_tell(&d->shared.absence, PN_SLICE("seal_signature"));
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", TIER_1, INITIALIZE));

    expect(desk_text(client), "HTTP/1.1 503 ");
    expect(desk_text(client), "The last one was refused: seal_signature.");
    nobody_was_asked();
}

static void test_an_expired_policy_is_503_unless_it_says_keep(void)
{
    struct pn_active *a = &d->shared.generations[atomic_load(&d->shared.current)];
    int64_t now_unix = 1767225600;

    sim_set_unix_ms(d->sim, now_unix * 1000);
    a->expires_unix = now_unix - 10;
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    expect(desk_text(client), "policy_expired");
    nobody_was_asked();
    a->on_expiry = PN_EXPIRY_KEEP;
    a->grace_until_unix = now_unix + 100;
    desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
}

static void test_a_client_that_leaves_takes_its_call_with_it(void)
{
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_close(client);
    desk_run(d);
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    expect(desk_log(d), "\"how\":\"client_gone\"");
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_completion_goes_up_with_another_name_and_credential);
    RUN_TEST(test_a_second_request_reuses_both_connections);
    RUN_TEST(test_a_kept_connection_that_went_away_is_retried_once);
    RUN_TEST(test_events_go_on_in_the_turn_they_arrive);
    RUN_TEST(test_a_broken_stream_ends_in_an_error_event);
    RUN_TEST(test_a_cut_answer_never_looks_whole);
    RUN_TEST(test_every_refusal_is_named_and_reaches_nobody);
    RUN_TEST(test_refusals_do_not_depend_on_how_bytes_arrive);
    RUN_TEST(test_no_spelling_of_a_large_refund_reaches_the_server);
    RUN_TEST(test_a_refused_refund_tells_the_agent_why);
    RUN_TEST(test_a_small_refund_is_forwarded_as_it_was_judged);
    RUN_TEST(test_hidden_tools_are_unknown_tools);
    RUN_TEST(test_opening_a_server_is_decided);
    RUN_TEST(test_a_session_belongs_to_who_opened_it);
    RUN_TEST(test_a_refused_completion_is_an_openai_error);
    RUN_TEST(test_an_unknown_caller_is_told_in_its_dialect);
    RUN_TEST(test_a_key_may_come_either_way);
    RUN_TEST(test_only_visible_models_are_listed);
    RUN_TEST(test_without_a_policy_everything_is_503);
    RUN_TEST(test_without_a_policy_the_refused_one_is_named);
    RUN_TEST(test_an_expired_policy_is_503_unless_it_says_keep);
    RUN_TEST(test_a_client_that_leaves_takes_its_call_with_it);
    return UNITY_END();
}
