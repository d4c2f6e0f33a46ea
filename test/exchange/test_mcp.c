/* MCP through the gate: sessions and their streams, every form of message, lists filtered however
 * they come.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "test/exchange/desk.h"
#include "unity.h"

#define ODD_FOLDER   PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"
#define JSON         "Content-Type: application/json\r\n"
#define SSE          "Content-Type: text/event-stream\r\n"
#define RPC(rest)    "{\"jsonrpc\":\"2.0\"," rest "}"
#define COUNT(table) (sizeof table / sizeof table[0])

static struct desk *d;

void setUp(void)
{
    d = desk_open(NULL);
}

void tearDown(void)
{
    desk_close(d);
}

static void push(struct sim_conn *conn, const char *text)
{
    sim_push(conn, pn_slice((const uint8_t *)text, strlen(text)));
}

/* An upstream's answer with a length. */
static void answer(struct sim_conn *up, const char *status, const char *fields, const char *body)
{
    static char text[65536];

    snprintf(text, sizeof text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, fields,
             strlen(body), body);
    push(up, text);
    desk_run(d);
}

static struct sim_conn *reached(enum desk_upstream upstream)
{
    struct sim_conn *up = desk_reached(d, upstream);

    TEST_ASSERT_NOT_NULL(up);
    return up;
}

/* --- sessions --- */

/* Open a session at crm; the id that the client got is in `field`, as a header line. */
static struct sim_conn *open_session(char field[256])
{
    char id[200];
    struct sim_conn *client = desk_ask(
        d,
        desk_post(
            "/mcp/crm", TIER_1,
            RPC("\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                "\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}")));
    struct sim_conn *up = reached(DESK_CRM);

    answer(up, "200 OK", JSON "Mcp-Session-Id: up-1\r\n", RPC("\"id\":0,\"result\":{}"));
    const char *at = strstr(desk_text(client), "mcp-session-id: ");
    TEST_ASSERT_NOT_NULL(at);
    TEST_ASSERT_EQUAL(1, sscanf(at, "mcp-session-id: %199s", id));
    TEST_ASSERT_NULL(strstr(desk_text(client), ": up-1\r\n"));
    snprintf(field, 256, "Mcp-Session-Id: %s\r\n", id);
    sim_drop(up, sim_sent(up).len);
    sim_close(client);
    return up;
}

static struct sim_conn *ask_in_session(const char *method, const char *key, const char *field)
{
    char request[1024];

    snprintf(request, sizeof request,
             "%s /mcp/crm HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n%s%s\r\n", method,
             key, field);
    return desk_ask(d, request);
}

static void test_a_sessions_stream_is_passed_and_filtered(void)
{
    char field[256];
    struct sim_conn *up = open_session(field);
    char fields[400];

    snprintf(fields, sizeof fields, "%sLast-Event-ID: 7\r\n", field);
    struct sim_conn *client = ask_in_session("GET", TIER_1, fields);
    desk_expect(desk_text(up), "GET /mcp HTTP/1.1\r\n");
    desk_expect(desk_text(up), "mcp-session-id: up-1\r\n");
    desk_expect(desk_text(up), "last-event-id: 7\r\n");
    desk_expect(desk_text(up), "accept: text/event-stream\r\n");
    push(up, "HTTP/1.1 200 OK\r\n" SSE "Transfer-Encoding: chunked\r\n\r\n");
    push(up, "31\r\nid: 8\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\n  \r\n");
    desk_run(d);
    desk_expect(desk_text(client), "\"method\":\"note\"");
    desk_expect(desk_text(client), "id: 8");
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client));
    sim_close(client);
    desk_run(d);
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up)); /* nobody listens any more */
    desk_check_rest(d);
}

static const char *const no_streams[][3] = {
    { "405 Method Not Allowed", "", "" },
    { "405 Method Not Allowed", "Allow: POST\r\n", "" },
    { "405 Method Not Allowed", "Content-Type: text/plain\r\n", "no" },
    { "405 Method Not Allowed", JSON,
      RPC("\"id\":null,\"error\":{\"code\":-32000,\"message\":\"no\"}") },
    { "404 Not Found", "Content-Type: text/html\r\n", "<p>" },
};

static void test_a_server_without_a_stream_says_so_itself(void)
{
    for (size_t i = 0; i < COUNT(no_streams); i++) {
        struct sim_conn *client = ask_in_session("GET", TIER_1, "");
        struct sim_conn *up = reached(DESK_CRM);
        char line[64];

        answer(up, no_streams[i][0], no_streams[i][1], no_streams[i][2]);
        snprintf(line, sizeof line, "HTTP/1.1 %.3s ", no_streams[i][0]);
        desk_expect(desk_text(client), line);
        desk_expect(desk_text(client), no_streams[i][2]);
        sim_close(client);
        sim_close(up);
        desk_run(d);
    }
    desk_check_rest(d);
}

static void test_a_session_is_ended_by_who_opened_it(void)
{
    char field[256];
    struct sim_conn *up = open_session(field);
    struct sim_conn *client = ask_in_session("DELETE", TIER_2, field);

    desk_expect(desk_text(client), "HTTP/1.1 404 ");
    desk_expect(desk_text(client), "session_unknown");
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(up).len);
    sim_close(client);
    client = ask_in_session("DELETE", TIER_1, field);
    desk_expect(desk_text(up), "DELETE /mcp HTTP/1.1\r\n");
    desk_expect(desk_text(up), "mcp-session-id: up-1\r\n");
    TEST_ASSERT_NULL(strstr(desk_text(up), "content-length"));
    push(up, "HTTP/1.1 204 No Content\r\n\r\n");
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 204 ");
    sim_close(client);
    desk_check_rest(d);
}

/* --- forms of messages --- */

static const char *const without_answer[] = {
    RPC("\"method\":\"notifications/initialized\""),
    RPC("\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}"),
    RPC("\"id\":3,\"result\":{\"roots\":[]}"),
    RPC("\"id\":\"s\",\"error\":{\"code\":-1,\"message\":\"no\"}"),
};

static void test_notifications_and_answers_are_202(void)
{
    for (size_t i = 0; i < COUNT(without_answer); i++) {
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", TIER_1, without_answer[i]));
        struct sim_conn *up = reached(DESK_CRM);

        desk_expect(desk_text(up), without_answer[i]);
        push(up, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        desk_run(d);
        desk_expect(desk_text(client), "HTTP/1.1 202 Accepted\r\n");
        desk_expect(desk_text(client), "content-length: 0\r\n");
        sim_close(client);
        sim_close(up);
        desk_run(d);
        client = desk_ask(d, desk_post("/mcp/payments", TRIAGE, without_answer[i]));
        desk_expect(desk_text(client), "HTTP/1.1 403 ");
        desk_expect(desk_text(client), "denied_by_default");
        desk_nobody_asked(d);
        sim_close(client);
    }
    desk_check_rest(d);
}

static const char *const invalid[] = {
    RPC("\"id\":1"),
    RPC("\"id\":1,\"method\":5"),
    RPC("\"id\":1,\"method\":\"\""),
    RPC("\"id\":1,\"method\":\"tools\\/call\",\"params\":{\"name\":\"customer_lookup\"}"),
    RPC("\"id\":1,\"method\":\"tools call\""),
    RPC("\"id\":null,\"method\":\"ping\""),
    RPC("\"id\":true,\"method\":\"ping\""),
    RPC("\"id\":[1],\"method\":\"ping\""),
    RPC("\"id\":{},\"method\":\"ping\""),
    RPC("\"id\":1,\"method\":\"ping\",\"params\":[]"),
    RPC("\"id\":1,\"method\":\"ping\",\"result\":{}"),
    RPC("\"result\":{}"),
    RPC("\"method\":\"tools/call\",\"params\":{\"name\":\"customer_lookup\"}"),
    RPC("\"method\":\"tools/list\""),
    "{\"id\":1,\"method\":\"ping\"}",
    "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}",
    "\"ping\"",
    "5",
    "null",
};

static void test_what_is_no_message_is_400(void)
{
    for (size_t i = 0; i < COUNT(invalid); i++) {
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", TIER_1, invalid[i]));
        desk_expect(desk_text(client), "HTTP/1.1 400 ");
        desk_expect(desk_text(client), "rpc_invalid");
        desk_nobody_asked(d);
        sim_close(client);
    }
    desk_check_rest(d);
}

static const char *const batches[] = {
    "[]",
    "[" RPC("\"id\":1,\"method\":\"ping\"") "]",
    "[" RPC("\"id\":1,\"method\":\"ping\"") "," RPC(
        "\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"customer_lookup\"}") "]",
    " [ [ ] ] ",
};

static void test_batches_are_refused_whole(void)
{
    for (size_t i = 0; i < COUNT(batches); i++) {
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", TIER_1, batches[i]));
        desk_expect(desk_text(client), "HTTP/1.1 400 ");
        desk_expect(desk_text(client), "rpc_batch");
        desk_nobody_asked(d);
        sim_close(client);
    }
    desk_check_rest(d);
}

static const char *const ids[] = { "0",
                                   "7",
                                   "-3",
                                   "1.5",
                                   "1e2",
                                   "9007199254740993",
                                   "123456789012345678901234567890",
                                   "\"\"",
                                   "\"a\"",
                                   "\"\\u0041\\n\"",
                                   "\"7\"",
                                   "\"\xC3\xA4\"" };

/* In each shape of refusal. */
static void test_ids_are_echoed_as_they_were_written(void)
{
    static const char *const calls[] = {
        ("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"tools/call\",\"params\":{\"name\":\"refund_issue\","
         "\"arguments\":{\"ticket_id\":\"T-1001\",\"amount_cents\":9000}}}"),
        "{\"jsonrpc\":\"2.0\",\"params\":{\"name\":\"hidden\"},\"id\" : %s,\"method\":\"tools/call\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"completion/complete\"}",
    };
    char body[512], expected[128];

    for (size_t i = 0; i < COUNT(ids) * COUNT(calls); i++) {
        snprintf(body, sizeof body, calls[i % COUNT(calls)], ids[i / COUNT(calls)]);
        snprintf(expected, sizeof expected, "{\"jsonrpc\":\"2.0\",\"id\":%s,",
                 ids[i / COUNT(calls)]);
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, body));
        desk_expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
        desk_expect(desk_text(client), expected);
        desk_nobody_asked(d);
        sim_close(client);
    }
    desk_check_rest(d);
}

struct name_row {
    const char *name; /* as in JSON */
    const char *code; /* NULL: reaches the server */
};

static const struct name_row names[] = {
    { "customer_lookup", NULL },
    { "a", NULL },
    { "A.b-c_9/d", NULL },
    { "customer_look\\u0075p", NULL }, /* judged as what it means */
    { "", "field_type" },
    { "a b", "tool_name_invalid" },
    { "a\\nb", "tool_name_invalid" },
    { "a*", "tool_name_invalid" },
    { "a:b", "tool_name_invalid" },
    { "a\\\\b", "tool_name_invalid" },
    { "a\\u00e4", "tool_name_invalid" },
    { "\xC3\xA4", "tool_name_invalid" },
    { "a\\\"b", "tool_name_invalid" },
    { "$a", "tool_name_invalid" },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaa",
      "tool_name_invalid" },
};

static void test_names_of_tools(void)
{
    char body[512];

    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(body, sizeof body,
                 RPC("\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\"}"),
                 names[i].name);
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", TIER_1, body));
        if (names[i].code) {
            desk_expect(desk_text(client), names[i].code);
            desk_nobody_asked(d);
        } else {
            struct sim_conn *up = reached(DESK_CRM);
            desk_expect(desk_text(up), body);
            sim_close(up);
        }
        sim_close(client);
        desk_run(d);
    }
    desk_check_rest(d);
}

static void test_other_methods_are_decided_under_their_own_name(void)
{
    struct sim_conn *client = desk_ask(
        d, desk_post("/mcp/crm", TIER_1, RPC("\"id\":1,\"method\":\"completion/complete\"")));

    desk_expect(desk_text(client), "denied_by_default");
    desk_nobody_asked(d);
    desk_expect(desk_log(d), "\"action\":\"completion/complete\"");
    desk_install(d, ODD_FOLDER);
    client = desk_ask(
        d, desk_post("/mcp/crm", TIER_1, RPC("\"id\":1,\"method\":\"completion/complete\"")));
    struct sim_conn *up = reached(DESK_CRM);
    client =
        desk_ask(d, desk_post("/mcp/crm", TIER_1, RPC("\"id\":1,\"method\":\"sampling/odd\"")));
    desk_expect(desk_text(client), "denied_by_rule");
    TEST_ASSERT_NULL(strstr(desk_text(up), "sampling"));
    desk_nobody_asked(d);
}

/* --- lists --- */

static void ask_list(const char *server, const char *key, const char *method,
                     struct sim_conn **client)
{
    char body[128];

    snprintf(body, sizeof body, RPC("\"id\":1,\"method\":\"%s\""), method);
    *client = desk_ask(d, desk_post(server, key, body));
}

struct list_row {
    const char *key, *server, *method;
    enum desk_upstream upstream;
    const char *sent, *got; /* the value of `result` */
};

#define TOOLS \
    "{\"tools\":[{\"name\":\"refund_issue\"},{\"name\":\"payout_create\"},{\"x\":[{\"name\":\"q\"}]," \
    "\"name\":\"payment_lookup\"},{\"noname\":1}],\"nextCursor\":\"p2\"}"

static const struct list_row lists[] = {
    { TIER_1, "/mcp/payments", "tools/list", DESK_PAYMENTS, TOOLS,
      "{\"tools\":[{\"name\":\"refund_issue\"},{\"x\":[{\"name\":\"q\"}],\"name\":\"payment_lookup\"}],"
      "\"nextCursor\":\"p2\"}" },
    { TRIAGE, "/mcp/crm", "tools/list", DESK_CRM,
      "{\"nextCursor\":\"c\",\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
      "{\"nextCursor\":\"c\",\"tools\":[]}" },
    { TRIAGE, "/mcp/crm", "tools/list", DESK_CRM,
      "{\"tools\":[{\"name\":\"customer_look\\u0075p\"},{\"name\":\"customer_lookup2\"}]}",
      "{\"tools\":[{\"name\":\"customer_look\\u0075p\"}]}" },
    { TIER_1, "/mcp/crm", "prompts/list", DESK_CRM, "{\"prompts\":[{\"name\":\"greet\"}]}",
      "{\"prompts\":[{\"name\":\"greet\"}]}" },
    { TRIAGE, "/mcp/crm", "prompts/list", DESK_CRM, "{\"prompts\":[{\"name\":\"greet\"}]}",
      "{\"prompts\":[]}" },
    { TIER_1, "/mcp/crm", "resources/list", DESK_CRM,
      "{\"resources\":[{\"uri\":\"file:///a b\",\"name\":\"n\"}]}",
      "{\"resources\":[{\"uri\":\"file:///a b\",\"name\":\"n\"}]}" },
    { TRIAGE, "/mcp/crm", "resources/list", DESK_CRM, "{\"resources\":[{\"uri\":\"file:///a\"}]}",
      "{\"resources\":[]}" },
};

/* The value of `result` in what the client got, whatever framing it came in; to be freed. */
static char *result_of(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n");
    char *copy = strdup(body ? body + 4 : ""), *to = copy, *from = copy;

    if (strstr(text, "chunked\r\n")) {
        for (size_t left; (left = strtoul(from, &from, 16)) > 0; from += left + 2) {
            from += 2;
            memmove(to, from, left);
            to += left;
        }
        *to = '\0';
    }
    char *data = strstr(copy, "data:");
    const char *json = data ? data + 5 : copy;
    yyjson_doc *doc = yyjson_read(json, data ? strcspn(json, "\n") : strlen(json), 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, text);
    char *result = yyjson_val_write(yyjson_obj_get(yyjson_doc_get_root(doc), "result"), 0, NULL);
    yyjson_doc_free(doc);
    free(copy);
    return result;
}

/* The same through yyjson, so that only the content is compared. */
static char *written_anew(const char *json)
{
    yyjson_doc *doc = yyjson_read(json, strlen(json), 0);
    char *text = yyjson_write(doc, 0, NULL);

    yyjson_doc_free(doc);
    return text;
}

static void check_list(const struct list_row *row, const char *media)
{
    struct sim_conn *client;
    char body[1024];
    bool events = strstr(media, "event") != NULL;

    ask_list(row->server, row->key, row->method, &client);
    struct sim_conn *up = reached(row->upstream);
    snprintf(body, sizeof body,
             events ? "event: message\ndata: " RPC("\"id\":1,\"result\":%s") "\n\n"
                    : RPC("\"id\":1,\"result\":%s"),
             row->sent);
    answer(up, "200 OK", media, body);
    char *got = result_of(desk_text(client)), *expected = written_anew(row->got);
    TEST_ASSERT_EQUAL_STRING(expected, got);
    free(got);
    free(expected);
    sim_close(client);
    sim_close(up);
    desk_run(d);
}

static void test_lists_show_what_the_caller_may_use(void)
{
    for (size_t i = 0; i < COUNT(lists); i++) {
        check_list(&lists[i], JSON);
        check_list(&lists[i], SSE);
    }
    desk_check_rest(d);
}

static void test_a_list_that_cannot_be_read_is_not_passed(void)
{
    static const char *const odd[][2] = {
        { "Content-Type: text/html\r\n",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]}}" },
        { JSON "Content-Encoding: gzip\r\n", "xxxx" },
        { "", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[]}}" },
    };

    for (size_t i = 0; i < COUNT(odd); i++) {
        struct sim_conn *client;
        ask_list("/mcp/crm", TIER_1, "tools/list", &client);
        struct sim_conn *up = reached(DESK_CRM);
        answer(up, "200 OK", odd[i][0], odd[i][1]);
        desk_expect(desk_text(client), "HTTP/1.1 502 ");
        desk_expect(desk_text(client), "upstream_malformed");
        sim_close(client);
        sim_close(up);
        desk_run(d);
    }
    desk_check_rest(d);
}

static void test_a_list_in_two_ways_is_cut(void)
{
    struct sim_conn *client;

    ask_list("/mcp/crm", TRIAGE, "tools/list", &client);
    answer(
        reached(DESK_CRM), "200 OK", JSON,
        RPC("\"id\":1,\"result\":{\"tools\":[{\"name\":\"customer_lookup\",\"name\":\"secret_tool\"}]}"));
    TEST_ASSERT_NULL(strstr(desk_text(client), "secret_tool"));
    TEST_ASSERT_NULL(strstr(desk_text(client), "\r\n0\r\n\r\n"));
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
    desk_check_rest(d);
}

/* A policy that comes while the server thinks decides what its list shows. */
static void test_lists_are_judged_by_the_newest_policy(void)
{
    struct sim_conn *client;

    ask_list("/mcp/crm", TRIAGE, "tools/list", &client);
    struct sim_conn *up = reached(DESK_CRM);
    desk_install(d,
                 ODD_FOLDER); /* everybody may use everything but one tool, which needs approval */
    answer(up, "200 OK", JSON,
           RPC("\"id\":1,\"result\":{\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"));
    desk_expect(desk_text(client), "{\"name\":\"a\"}");
    sim_close(client);
    ask_list("/mcp/crm", TRIAGE, "tools/list", &client);
    pn_shared_publish(&d->shared, PN_GENERATION_NONE);
    answer(up, "200 OK", JSON, RPC("\"id\":1,\"result\":{\"tools\":[{\"name\":\"a\"}]}"));
    TEST_ASSERT_NULL(strstr(desk_text(client), "\"a\""));
    sim_close(client);
    desk_check_rest(d);
}

enum { ENTRIES = 20000, ENTRY_BYTES = 260 };

static char *large_list(void)
{
    char *text = malloc((size_t)ENTRIES * (ENTRY_BYTES + 8) + 256);
    size_t len = (size_t)sprintf(text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[");

    for (int i = 0; i < ENTRIES; i++) {
        const char *name = i % 100 == 0 ? "payment_lookup" : "payout_create";
        len += (size_t)sprintf(text + len, "%s{\"description\":\"%0*d\",\"name\":\"%s\"}",
                               i > 0 ? "," : "", ENTRY_BYTES - 50, i, name);
    }
    sprintf(text + len, "],\"nextCursor\":\"more\"}}");
    return text;
}

static void test_a_list_larger_than_any_buffer(void)
{
    struct sim_conn *client;
    static char got[1 << 20];
    size_t len = 0;
    char *list = large_list(), head[128];

    ask_list("/mcp/payments", TIER_1, "tools/list", &client);
    struct sim_conn *up = reached(DESK_PAYMENTS);
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\n" JSON "Content-Length: %zu\r\n\r\n",
             strlen(list));
    push(up, head);
    push(up, list);
    free(list);
    for (int i = 0; i < 100; i++) {
        desk_run(d);
        struct pn_slice sent = sim_sent(client);
        TEST_ASSERT_LESS_THAN_size_t(sizeof got, len + sent.len);
        memcpy(got + len, sent.at, sent.len);
        len += sent.len;
        sim_drop(client, sent.len);
    }
    got[len] = '\0';
    char *result = result_of(got);
    TEST_ASSERT_EQUAL_size_t(ENTRIES / 100, desk_count(result, "payment_lookup"));
    TEST_ASSERT_EQUAL_size_t(0, desk_count(result, "payout_create"));
    desk_expect(result, "\"nextCursor\":\"more\"");
    free(result);
    sim_close(client);
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_sessions_stream_is_passed_and_filtered);
    RUN_TEST(test_a_server_without_a_stream_says_so_itself);
    RUN_TEST(test_a_session_is_ended_by_who_opened_it);
    RUN_TEST(test_notifications_and_answers_are_202);
    RUN_TEST(test_what_is_no_message_is_400);
    RUN_TEST(test_batches_are_refused_whole);
    RUN_TEST(test_ids_are_echoed_as_they_were_written);
    RUN_TEST(test_names_of_tools);
    RUN_TEST(test_other_methods_are_decided_under_their_own_name);
    RUN_TEST(test_lists_show_what_the_caller_may_use);
    RUN_TEST(test_a_list_that_cannot_be_read_is_not_passed);
    RUN_TEST(test_a_list_in_two_ways_is_cut);
    RUN_TEST(test_lists_are_judged_by_the_newest_policy);
    RUN_TEST(test_a_list_larger_than_any_buffer);
    return UNITY_END();
}
