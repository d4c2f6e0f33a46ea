/* What an upstream answers, well or badly framed, early or late, whole or cut at any byte; and what
 * its client gets of it.
 * links: sim
 * timeout: 240
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "unity.h"

#define JSON   "Content-Type: application/json\r\n"
#define STREAM "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"
#define PING   "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"ping\"}"
#define EVENTS \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define OK_ANSWER    "HTTP/1.1 200 OK\r\n" JSON "Content-Length: 2\r\n\r\n{}"
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

struct pair {
    struct sim_conn *client, *up;
};

static struct pair reach(const char *path, const char *body, enum desk_upstream upstream)
{
    struct pair p = { .client = desk_ask(d, desk_post(path, TIER_1, body)) };

    p.up = desk_reached(d, upstream);
    TEST_ASSERT_NOT_NULL(p.up);
    return p;
}

static void leave(struct pair p)
{
    sim_close(p.client);
    sim_close(p.up);
    desk_run(d);
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
}

/* --- badly framed heads --- */

#define BIG_1K \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const bad_heads[] = {
    "garbage\r\n\r\n",
    "HTTP/1.1 20 OK\r\n\r\n",
    "HTTP/1.1 2000 OK\r\n\r\n",
    "HTTP/1.1 999 OK\r\n\r\n",
    "HTTP/2 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\n\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: " BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K
        BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K BIG_1K
            BIG_1K BIG_1K BIG_1K "\r\n\r\n",
};

static void check_refused(const char *path, const char *body, enum desk_upstream upstream,
                          const char *answer)
{
    struct pair p = reach(path, body, upstream);

    push(p.up, answer);
    desk_run(d);
    desk_expect(desk_text(p.client), "HTTP/1.1 502 ");
    desk_expect(desk_text(p.client), "upstream_malformed");
    desk_expect(desk_text(p.client),
                path[1] == 'm' ? "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{" : "{\"error\":{");
    TEST_ASSERT_EQUAL_size_t(1, desk_count(desk_text(p.client), "HTTP/1.1 "));
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(p.up)); /* never used again */
    leave(p);
}

static void test_badly_framed_heads_are_502(void)
{
    for (size_t i = 0; i < COUNT(bad_heads); i++) {
        check_refused(CHAT, HELLO, DESK_MAIN, bad_heads[i]);
        check_refused("/mcp/crm", PING, DESK_CRM, bad_heads[i]);
    }
    desk_check_rest(d);
}

/* --- badly framed bodies --- */

static const char *const bad_chunks[] = { "2\r\n{}}\r\n0\r\n\r\n", "x\r\n", "2\n{}\n0\n\n",
                                          "fffffffffffffffff\r\n", "2\r\n{}\r\n0\r\nx\r\ny\r\n" };

/* What the client got has a chunked body without its end, so it knows. */
static void check_cut(struct pair p)
{
    const char *text = desk_text(p.client);

    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(p.client));
    desk_expect(text, "transfer-encoding: chunked\r\n");
    TEST_ASSERT_NULL(strstr(text, "\r\n0\r\n\r\n"));
}

static void test_bad_chunks_cut_the_answer(void)
{
    for (size_t i = 0; i < COUNT(bad_chunks); i++) {
        struct pair p = reach(CHAT, HELLO, DESK_MAIN);
        push(p.up, "HTTP/1.1 200 OK\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n");
        push(p.up, bad_chunks[i]);
        desk_run(d);
        if (i == COUNT(bad_chunks) - 1) sim_fin(p.up); /* a trailer that does not end */
        desk_run(d);
        check_cut(p);
        leave(p);
    }
    desk_check_rest(d);
}

static void test_bad_chunks_end_a_stream_with_an_error(void)
{
    struct pair p = reach(CHAT, STREAM, DESK_MAIN);

    push(p.up, EVENTS "9\r\ndata: a\n\n\r\nzz\r\n");
    desk_run(d);
    desk_expect(desk_text(p.client), "data: a\n\n");
    desk_expect(desk_text(p.client), "data: {\"error\":{");
    desk_expect(desk_text(p.client), "upstream_malformed");
    desk_expect(desk_text(p.client), "data: [DONE]\n\n\r\n0\r\n\r\n");
    leave(p);
    desk_check_rest(d);
}

/* --- cut at every byte --- */

enum ending { ENDS, BREAKS };

struct cut_row {
    const char *path, *body;
    enum desk_upstream upstream;
    const char *answer;
    bool until_close; /* its end is the connection's */
};

static const struct cut_row cuts[] = {
    { CHAT, HELLO, DESK_MAIN,
      "HTTP/1.1 200 OK\r\n" JSON "Content-Length: 14\r\n\r\n{\"whole\":true}", false },
    { CHAT, HELLO, DESK_MAIN,
      "HTTP/1.1 200 OK\r\n" JSON "Transfer-Encoding: chunked\r\n\r\n"
      "7\r\n{\"whole\r\n7\r\n\":true}\r\n0\r\n\r\n",
      false },
    { CHAT, STREAM, DESK_MAIN, EVENTS "9\r\ndata: a\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n",
      false },
    { "/mcp/crm", PING, DESK_CRM, EVENTS "9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\n\r\n",
      false },
    { "/mcp/crm", "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/list\"}", DESK_CRM,
      "HTTP/1.1 200 OK\r\n" JSON "Content-Length: 49\r\n\r\n"
      "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{\"tools\":[ ]}}  ",
      false },
    { CHAT, HELLO, DESK_MAIN, "HTTP/1.1 200 OK\r\n" JSON "\r\n{\"whole\":true}", true },
};

static bool looks_whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n") + 4;
    const char *length = strstr(text, "content-length: ");

    if (length) return strlen(body) == strtoul(length + 16, NULL, 10);
    return strlen(body) >= 5 && strcmp(body + strlen(body) - 5, "0\r\n\r\n") == 0;
}

/* Before the head was whole: a refusal. After: cut, or an error event and an orderly end. */
static void check_partial(const struct cut_row *row, struct pair p, size_t sent)
{
    const char *text = desk_text(p.client);
    size_t head = (size_t)(strstr(row->answer, "\r\n\r\n") + 4 - row->answer);

    if (sent < head) {
        desk_expect(text, "HTTP/1.1 502 ");
        TEST_ASSERT_TRUE(looks_whole(text));
        desk_expect(text, sent == 0 ? "upstream_reset" : "upstream_");
    } else {
        desk_expect(text, "HTTP/1.1 200 OK\r\n");
        TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(p.client));
        bool event = strstr(row->answer, "event-stream") && strstr(text, "\"error\":{");
        if (!event) TEST_ASSERT_FALSE(looks_whole(text));
        else TEST_ASSERT_TRUE(looks_whole(text));
    }
    desk_expect(text, "");
}

static void cut_at_each_byte(const struct cut_row *row, enum ending ending)
{
    size_t whole = strlen(row->answer);
    size_t head = (size_t)(strstr(row->answer, "\r\n\r\n") + 4 - row->answer);

    for (size_t at = 0; at < whole; at++) {
        struct pair p = reach(row->path, row->body, row->upstream);
        sim_push(p.up, pn_slice((const uint8_t *)row->answer, at));
        desk_run(d);
        if (ending == ENDS) sim_fin(p.up);
        else sim_reset(p.up);
        desk_run(d);
        if (!row->until_close || ending == BREAKS || at < head) check_partial(row, p, at);
        leave(p);
    }
}

static void test_an_answer_cut_at_any_byte_does_not_look_whole(void)
{
    for (size_t i = 0; i < COUNT(cuts); i++) {
        desk_close(d);
        d = desk_open(NULL);
        cut_at_each_byte(&cuts[i], ENDS);
        desk_check_rest(d);
        desk_close(d);
        d = desk_open(NULL);
        cut_at_each_byte(&cuts[i], BREAKS);
        desk_check_rest(d);
    }
}

/* --- early and interim answers --- */

static struct pair reach_with_large_body(char *body, size_t bytes, const char *field)
{
    struct pair p;
    char head[512];

    memset(body, ' ', bytes);
    memcpy(body + bytes - strlen(field), field, strlen(field));
    snprintf(head, sizeof head,
             "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON "Content-Length: %zu\r\n\r\n",
             bytes);
    p.client = desk_ask(d, head);
    sim_push(p.client, pn_slice((uint8_t *)body, bytes));
    desk_run(d);
    p.up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(p.up);
    return p;
}

enum { LARGE = 500000 };

/* The window of the simulator holds 256 KiB, so half of the request is not sent yet. */
static void test_an_answer_may_come_before_the_request_was_sent(void)
{
    static char body[LARGE];
    struct pair p = reach_with_large_body(body, LARGE, HELLO);

    push(p.up, "HTTP/1.1 413 Too Large\r\n" JSON "Content-Length: 13\r\n\r\n{\"error\":\"x\"}");
    desk_run(d);
    desk_expect(desk_text(p.client), "HTTP/1.1 413 ");
    desk_expect(desk_text(p.client), "\r\n\r\n{\"error\":\"x\"}");
    desk_expect(desk_text(p.client), "connection: keep-alive\r\n");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(p.up)); /* half a request is on it */
    leave(p);
    desk_check_rest(d);
}

/* An answer that is staged in the window must not be sent up in place of the body. */
static void test_an_early_stream_leaves_the_request_as_it_was_judged(void)
{
    static char body[LARGE], got[LARGE + 4096];
    struct pair p = reach_with_large_body(body, LARGE, HELLO);
    size_t len = 0;

    push(p.up, EVENTS "9\r\ndata: a\n\n\r\n");
    desk_run(d);
    for (int i = 0; i < 10; i++) {
        struct pn_slice sent = sim_sent(p.up);
        TEST_ASSERT_LESS_OR_EQUAL_size_t(sizeof got, len + sent.len);
        memcpy(got + len, sent.at, sent.len);
        len += sent.len;
        sim_drop(p.up, sent.len);
        desk_run(d);
    }
    const char *at = memmem(got, len, "\r\n\r\n", 4);
    TEST_ASSERT_NOT_NULL(at);
    size_t sent_body = len - (size_t)(at + 4 - got);
    TEST_ASSERT_EQUAL_size_t(LARGE + sizeof "-2024-11-20" - 1, sent_body);
    for (size_t i = 0; i < LARGE - sizeof HELLO; i++) TEST_ASSERT_EQUAL_HEX8(' ', at[4 + i]);
    push(p.up, "9\r\ndata: b\n\n\r\n0\r\n\r\n");
    desk_run(d);
    desk_expect(desk_text(p.client), "data: a\n\n");
    desk_expect(desk_text(p.client), "data: b\n\n\r\n0\r\n\r\n");
    leave(p);
    desk_check_rest(d);
}

static void test_an_early_stream_of_an_upstream_that_stops_reading(void)
{
    static char body[LARGE];
    struct pair p = reach_with_large_body(body, LARGE, HELLO);

    push(p.up, EVENTS "9\r\ndata: a\n\n\r\n0\r\n\r\n");
    sim_fin(p.up);
    desk_run(d);
    desk_expect(desk_text(p.client), "data: a\n\n\r\n0\r\n\r\n");
    leave(p);
    desk_check_rest(d);
}

static void test_interim_answers_are_passed_over(void)
{
    struct pair p = reach(CHAT, HELLO, DESK_MAIN);

    push(p.up,
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK_ANSWER);
    desk_run(d);
    TEST_ASSERT_EQUAL_size_t(1, desk_count(desk_text(p.client), "HTTP/1.1 "));
    desk_expect(desk_text(p.client), "HTTP/1.1 200 OK\r\n");
    TEST_ASSERT_NULL(strstr(desk_text(p.client), "Link"));
    leave(p);
    desk_check_rest(d);
}

/* --- 100-continue --- */

#define EXPECT_HEAD(fields, len) \
    "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" fields JSON \
    "Expect: 100-continue\r\nContent-Length: " len "\r\n\r\n"

static void test_a_client_that_waits_is_told_to_go_on(void)
{
    struct sim_conn *client = desk_ask(d, EXPECT_HEAD(TIER_1, "32"));

    TEST_ASSERT_EQUAL_STRING("HTTP/1.1 100 Continue\r\n\r\n", desk_text(client));
    push(client, HELLO);
    desk_run(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(up);
    TEST_ASSERT_NULL(strstr(desk_text(up), "xpect"));
    push(up, OK_ANSWER);
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n");
    leave((struct pair){ client, up });
    desk_check_rest(d);
}

static void test_a_client_that_does_not_wait_is_told_nothing(void)
{
    struct sim_conn *client = desk_ask(d, EXPECT_HEAD(TIER_1, "32") HELLO);

    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    sim_close(client);
    client = desk_ask(d, EXPECT_HEAD("", "32"));
    desk_expect(desk_text(client), "HTTP/1.1 401 ");
    TEST_ASSERT_NULL(strstr(desk_text(client), "100 Continue"));
    sim_close(client);
    client = desk_ask(d, EXPECT_HEAD(TIER_1, "99999999"));
    TEST_ASSERT_EQUAL_size_t(0, strncmp(desk_text(client), "HTTP/1.1 413 ", 13));
    sim_close(client);
    desk_check_rest(d);
}

/* --- clients of another kind --- */

static void test_a_client_of_http_1_0_gets_no_chunks(void)
{
    struct sim_conn *client =
        desk_ask(d, "POST " CHAT " HTTP/1.0\r\nHost: x\r\n" TIER_1 JSON
                    "Connection: keep-alive\r\nContent-Length: 32\r\n\r\n" HELLO);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    desk_expect(desk_text(up), "POST " CHAT " HTTP/1.1\r\n");
    push(up, EVENTS "9\r\ndata: a\n\n\r\n0\r\n\r\n");
    desk_run(d);
    TEST_ASSERT_NULL(strstr(desk_text(client), "chunked"));
    desk_expect(desk_text(client), "connection: close\r\n\r\ndata: a\n\n");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    client = desk_ask(d, "GET /v1/models HTTP/1.0\r\nHost: x\r\n" TIER_1 "\r\n");
    desk_expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
    desk_expect(desk_text(client), "connection: close\r\n");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    desk_check_rest(d);
}

static void test_head_and_options_are_not_spoken_here(void)
{
    struct sim_conn *client = desk_ask(d, "HEAD /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
    const char *text = desk_text(client);

    desk_expect(text, "HTTP/1.1 405 ");
    desk_expect(text, "allow: GET\r\n");
    TEST_ASSERT_EQUAL_STRING("\r\n\r\n", strstr(text, "\r\n\r\n")); /* HEAD has no body */
    sim_drop(client, sim_sent(client).len);
    push(client, "OPTIONS " CHAT " HTTP/1.1\r\nHost: x\r\n\r\n");
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 405 ");
    desk_expect(desk_text(client), "allow: POST\r\n");
    sim_close(client);
    desk_check_rest(d);
}

#define MODELS "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n"

static void test_a_second_request_in_the_same_breath(void)
{
    struct sim_conn *client = desk_ask(d, MODELS MODELS);

    TEST_ASSERT_EQUAL_size_t(1, desk_count(desk_text(client), "HTTP/1.1 200 OK\r\n"));
    desk_expect(desk_text(client), "connection: close\r\n");
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    client = desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1 JSON
                         "Content-Length: 32\r\n\r\n" HELLO MODELS);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    push(up, OK_ANSWER);
    desk_run(d);
    TEST_ASSERT_EQUAL_size_t(1, desk_count(desk_text(client), "HTTP/1.1 200 OK\r\n"));
    desk_expect(desk_text(up), &HELLO[sizeof "{\"model\":\"gpt-4o"]);
    TEST_ASSERT_NULL(strstr(desk_text(up), "GET "));
    TEST_ASSERT_EQUAL(SIM_SHUT, sim_end(client));
    desk_check_rest(d);
}

static void test_connections_are_kept_over_many_requests(void)
{
    struct pair p = reach(CHAT, HELLO, DESK_MAIN);

    for (int i = 0; i < 200; i++) {
        sim_drop(p.up, sim_sent(p.up).len);
        push(p.up, OK_ANSWER);
        desk_run(d);
        desk_expect(desk_text(p.client), "connection: keep-alive\r\n");
        desk_expect(desk_text(p.client), "\r\n\r\n{}");
        sim_drop(p.client, sim_sent(p.client).len);
        push(p.client, desk_post(CHAT, TIER_1, HELLO));
        desk_run(d);
        desk_expect(desk_text(p.up), "POST " CHAT);
        TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    }
    leave(p);
    desk_check_rest(d);
}

/* --- however the bytes are cut --- */

/* Without what differs each time: the decision's id, and where chunks begin. */
static char *normal(const char *text)
{
    char *copy = strdup(text);
    char *id = strstr(copy, "postern-decision-id: ");
    char *body;

    if (id) memmove(id, id + strcspn(id, "\r"), strlen(id + strcspn(id, "\r")) + 1);
    body = strstr(copy, "\r\n\r\n");
    if (body && strstr(copy, "chunked")) {
        char *to = body + 4, *from = to;
        for (size_t left; (left = strtoul(from, &from, 16)) > 0; from += left + 2) {
            from += 2;
            memmove(to, from, left);
            to += left;
        }
        *to = '\0';
    }
    return copy;
}

struct seen {
    char *up, *client;
};

static void push_cut(struct sim_conn *conn, const char *text, size_t at)
{
    size_t len = strlen(text);

    if (at > len) at = len;
    sim_push(conn, pn_slice((const uint8_t *)text, at));
    desk_run(d);
    sim_push(conn, pn_slice((const uint8_t *)text + at, len - at));
    desk_run(d);
}

static struct seen see(const struct cut_row *row, size_t at)
{
    struct pair p = { .client = sim_connect(d->sim, DESK_PORT) };
    char *request = strdup(desk_post(row->path, TIER_1, row->body));

    push_cut(p.client, request, at);
    free(request);
    p.up = desk_reached(d, row->upstream);
    TEST_ASSERT_NOT_NULL(p.up);
    struct seen seen = { .up = strdup(desk_text(p.up)) };
    push_cut(p.up, row->answer, at);
    if (row->until_close) sim_fin(p.up);
    desk_run(d);
    seen.client = normal(desk_text(p.client));
    leave(p);
    return seen;
}

static void forget(struct seen seen)
{
    free(seen.up);
    free(seen.client);
}

static void test_where_bytes_are_cut_changes_nothing(void)
{
    for (size_t i = 0; i < COUNT(cuts); i++) {
        desk_close(d);
        d = desk_open(NULL);
        struct seen whole = see(&cuts[i], 0);
        TEST_ASSERT_NOT_NULL(strstr(whole.client, "HTTP/1.1 200 OK\r\n"));
        for (size_t at = 1; at < 330; at++) {
            struct seen cut = see(&cuts[i], at);
            TEST_ASSERT_EQUAL_STRING(whole.up, cut.up);
            TEST_ASSERT_EQUAL_STRING(whole.client, cut.client);
            forget(cut);
        }
        forget(whole);
        desk_check_rest(d);
    }
}

static void test_byte_by_byte_changes_nothing(void)
{
    for (size_t i = 0; i < COUNT(cuts); i++) {
        const struct cut_row *row = &cuts[i];
        struct seen whole = see(row, 0);
        struct pair p = { .client = sim_connect(d->sim, DESK_PORT) };

        sim_chop(p.client, 1, 1);
        push(p.client, desk_post(row->path, TIER_1, row->body));
        desk_run(d);
        p.up = desk_reached(d, row->upstream);
        TEST_ASSERT_NOT_NULL(p.up);
        sim_chop(p.up, 1, 1);
        desk_run(d);
        TEST_ASSERT_EQUAL_STRING(whole.up, desk_text(p.up));
        push(p.up, row->answer);
        if (row->until_close) sim_fin(p.up);
        for (int k = 0; k < 20; k++) desk_run(d);
        char *client = normal(desk_text(p.client));
        TEST_ASSERT_EQUAL_STRING(whole.client, client);
        free(client);
        forget(whole);
        leave(p);
    }
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_badly_framed_heads_are_502);
    RUN_TEST(test_bad_chunks_cut_the_answer);
    RUN_TEST(test_bad_chunks_end_a_stream_with_an_error);
    RUN_TEST(test_an_answer_cut_at_any_byte_does_not_look_whole);
    RUN_TEST(test_an_answer_may_come_before_the_request_was_sent);
    RUN_TEST(test_an_early_stream_leaves_the_request_as_it_was_judged);
    RUN_TEST(test_an_early_stream_of_an_upstream_that_stops_reading);
    RUN_TEST(test_interim_answers_are_passed_over);
    RUN_TEST(test_a_client_that_waits_is_told_to_go_on);
    RUN_TEST(test_a_client_that_does_not_wait_is_told_nothing);
    RUN_TEST(test_a_client_of_http_1_0_gets_no_chunks);
    RUN_TEST(test_head_and_options_are_not_spoken_here);
    RUN_TEST(test_a_second_request_in_the_same_breath);
    RUN_TEST(test_connections_are_kept_over_many_requests);
    RUN_TEST(test_where_bytes_are_cut_changes_nothing);
    RUN_TEST(test_byte_by_byte_changes_nothing);
    return UNITY_END();
}
