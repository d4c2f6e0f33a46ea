/* Requests of the gateway's own: what is sent, which answers are read, which are none, who is left
 * waiting.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "unity.h"

static struct desk *d;

static void few(struct pn_config *config)
{
    config->limits.errands_max = 2;
    config->limits.errand_bytes_max = 4096;
}

void setUp(void)
{
    d = desk_open(few);
    desk_run(d);
}

void tearDown(void)
{
    desk_close(d);
}

static struct pn_upstream main_upstream(void)
{
    return (struct pn_upstream){ .host = PN_SLICE("127.0.0.1"),
                                 .authority = PN_SLICE("keys.example"),
                                 .path = PN_SLICE("/base"),
                                 .scheme = PN_SCHEME_HTTP,
                                 .port = 9101,
                                 .egress = PN_EGRESS_LOOPBACK };
}

static bool send_to(const struct pn_upstream *to)
{
    struct pn_errand_ask ask = { .to = to,
                                 .method = PN_METHOD_GET,
                                 .target = PN_SLICE("/jwks?v=1"),
                                 .etag = PN_SLICE("\"e1\"") };

    bool sent = pn_errand_send(d->gateway, &ask, NULL);
    desk_run(d);
    return sent;
}

static struct sim_conn *get(void)
{
    struct pn_upstream to = main_upstream();

    TEST_ASSERT_TRUE(send_to(&to));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(up);
    return up;
}

static const struct pn_errand *first(void)
{
    return &d->gateway->errands[0];
}

static uint32_t failures(void)
{
    return atomic_load(&pn_gateway_stats(d->gateway)->errands_failed);
}

static void expect_body(const char *body)
{
    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, first()->state);
    TEST_ASSERT_EQUAL(PN_REASON_NONE, first()->reason);
    TEST_ASSERT_EQUAL(strlen(body), first()->body.len);
    if (body[0]) TEST_ASSERT_EQUAL_MEMORY(body, first()->body.at, first()->body.len);
}

static void test_get(void)
{
    struct sim_conn *up = get();

    TEST_ASSERT_EQUAL_STRING("GET /base/jwks?v=1 HTTP/1.1\r\nhost: keys.example\r\n"
                             "accept: application/json\r\naccept-encoding: identity\r\n"
                             "if-none-match: \"e1\"\r\n\r\n",
                             desk_text(up));
    sim_push_text(up, "HTTP/1.1 200 OK\r\nEtag: \"e2\"\r\nContent-Length: 5\r\n\r\nhello");
    desk_run(d);
    expect_body("hello");
    TEST_ASSERT_EQUAL(200, first()->head.status);
    TEST_ASSERT_TRUE(
        pn_slice_equal(pn_h1_field(&first()->head, PN_FIELD_ETAG), PN_SLICE("\"e2\"")));
    TEST_ASSERT_TRUE_MESSAGE(sim_held(up), "the connection is not kept");
    TEST_ASSERT_EQUAL(0, failures());
    desk_check_rest(d);
}

/* Bytes of both are encoded before they are joined; "a:b+c" would be read otherwise. */
static void test_post(void)
{
    struct pn_upstream to = main_upstream();
    struct pn_errand_ask ask = { .to = &to,
                                 .method = PN_METHOD_POST,
                                 .target = PN_SLICE("/ask"),
                                 .type = PN_SLICE("application/x-www-form-urlencoded"),
                                 .basic = PN_SLICE("gate way:s+e/c") };
    struct pn_writer body = pn_errand_body(d->gateway);

    pn_errand_write_form(&body, PN_SLICE("token"), PN_SLICE("a b&c=\xC3\xA9~"));
    pn_errand_write_form(&body, PN_SLICE("hint"), PN_SLICE("x-1._*"));
    TEST_ASSERT_TRUE(pn_errand_send(d->gateway, &ask, &body));
    desk_run(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    const char *text = desk_text(up);
    desk_expect(text, "POST /base/ask HTTP/1.1\r\n");
    desk_expect(text, "authorization: Basic Z2F0ZSt3YXk6cyUyQmUlMkZj\r\n");
    desk_expect(text, "\r\ncontent-length: 37\r\n\r\ntoken=a+b%26c%3D%C3%A9%7E&hint=x-1._*");
    sim_push_text(up, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: t\r\n\r\n");
    desk_run(d);
    expect_body("abcdefg");
    uint8_t zero[64] = { 0 };
    TEST_ASSERT_EQUAL_MEMORY_MESSAGE(zero, first()->out.at, sizeof zero, "what was sent is kept");
}

static void test_bearer(void)
{
    struct pn_upstream to = main_upstream();
    struct pn_errand_ask ask = {
        .to = &to, .method = PN_METHOD_GET, .target = PN_SLICE("/"), .bearer = PN_SLICE("abc.def")
    };

    TEST_ASSERT_TRUE(pn_errand_send(d->gateway, &ask, NULL));
    desk_run(d);
    desk_expect(desk_text(desk_reached(d, DESK_MAIN)), "\r\nauthorization: Bearer abc.def\r\n");
}

/* Nothing ends a line that should not. */
static void test_what_is_not_sent(void)
{
    struct pn_upstream to = main_upstream();
    struct pn_errand_ask ask = { .to = &to,
                                 .method = PN_METHOD_GET,
                                 .target = PN_SLICE("/\r\nx:") };

    TEST_ASSERT_FALSE(pn_errand_send(d->gateway, &ask, NULL));
    ask.target = PN_SLICE("/");
    ask.bearer = PN_SLICE("a\r\nb");
    TEST_ASSERT_FALSE(pn_errand_send(d->gateway, &ask, NULL));
    ask.bearer = PN_SLICE("");
    ask.etag = PN_SLICE("\"\n\"");
    TEST_ASSERT_FALSE(pn_errand_send(d->gateway, &ask, NULL));
    struct pn_writer body = pn_errand_body(d->gateway);
    TEST_ASSERT_NULL(pn_write_room(&body, body.max + 1));
    ask.etag = PN_SLICE("");
    TEST_ASSERT_FALSE(pn_errand_send(d->gateway, &ask, &body));
    TEST_ASSERT_TRUE(pn_errand_room(d->gateway));
    desk_nobody_asked(d);
}

struct answer {
    const char *bytes;
    enum { STAYS, SHUTS } then;
    enum pn_reason reason;
    const char *body; /* where there is no reason */
};

static const struct answer answers[] = {
    { "HTTP/1.1 304 Not Modified\r\nETag: \"e1\"\r\n\r\n", STAYS, PN_REASON_NONE, "" },
    { "HTTP/1.1 204 No Content\r\n\r\n", STAYS, PN_REASON_NONE, "" },
    /* a redirection is an answer like any other */
    { "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9102/\r\nContent-Length: 0\r\n\r\n", STAYS,
      PN_REASON_NONE, "" },
    { "HTTP/1.1 200 OK\r\n\r\nuntil the end", SHUTS, PN_REASON_NONE, "until the end" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", SHUTS, PN_REASON_UPSTREAM_CUT, NULL },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", SHUTS, PN_REASON_UPSTREAM_CUT,
      NULL },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz", STAYS, PN_REASON_UPSTREAM_MALFORMED,
      NULL },
    { "HTTP/1.1 20", SHUTS, PN_REASON_UPSTREAM_CUT, NULL },
    { "", SHUTS, PN_REASON_UPSTREAM_RESET, NULL },
    { "SSH-2.0-OpenSSH\r\n", STAYS, PN_REASON_UPSTREAM_MALFORMED, NULL },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", STAYS,
      PN_REASON_UPSTREAM_MALFORMED, NULL },
    { "HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n", STAYS, PN_REASON_UPSTREAM_MALFORMED,
      NULL },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", STAYS,
      PN_REASON_UPSTREAM_MALFORMED, NULL },
};

static void test_answers_bytewise(const struct answer *a, size_t segment)
{
    struct sim_conn *up = get();

    sim_chop(up, segment, 0);
    sim_push(up, pn_slice(a->bytes, strlen(a->bytes)));
    if (a->then == SHUTS) sim_fin(up);
    desk_run(d);
    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, first()->state);
    TEST_ASSERT_EQUAL(a->reason, first()->reason);
    if (a->body) expect_body(a->body);
    sim_close(up);
    desk_run(d);
}

static void test_answers(void)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        test_answers_bytewise(&answers[i], 0);
        test_answers_bytewise(&answers[i], 1);
    }
    desk_check_rest(d);
}

/* As long as it may be, and a byte longer; chunks are no way around. */
static void test_the_length_is_limited(void)
{
    static char text[8192];

    for (int longer = 0; longer < 2; longer++) {
        struct sim_conn *up = get();
        size_t head =
            (size_t)sprintf(text, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 2; i++) {
            size_t bytes = 2048 + (size_t)(i * longer);
            head += (size_t)sprintf(text + head, "%zx\r\n", bytes);
            memset(text + head, 'x', bytes);
            head += bytes;
            head += (size_t)sprintf(text + head, "\r\n");
        }
        head += (size_t)sprintf(text + head, "0\r\n\r\n");
        sim_push(up, pn_slice(text, head));
        desk_run(d);
        TEST_ASSERT_EQUAL(longer ? PN_REASON_UPSTREAM_MALFORMED : PN_REASON_NONE, first()->reason);
        if (!longer) TEST_ASSERT_EQUAL(4096, first()->body.len);
        sim_close(up);
        desk_run(d);
    }
}

static void test_nobody_answers(void)
{
    struct sim_conn *up = get();

    desk_wait(d, 4900);
    TEST_ASSERT_EQUAL(PN_ERRAND_HEARS, first()->state);
    desk_wait(d, 200);
    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, first()->state);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_TIMEOUT, first()->reason);
    TEST_ASSERT_FALSE(sim_held(up));
    TEST_ASSERT_EQUAL(1, failures());
}

/* A byte a second does not hold one for longer. */
static void test_slow_answer(void)
{
    struct sim_conn *up = get();

    for (int i = 0; i < 5; i++) {
        sim_push_text(up, "H");
        desk_wait(d, 1050);
    }
    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, first()->state);
    TEST_ASSERT_FALSE(sim_held(up));
}

static void test_nobody_is_there(void)
{
    struct pn_upstream to = main_upstream();

    to.port = 9999;
    TEST_ASSERT_TRUE(send_to(&to));
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_REFUSED, first()->reason);
    to.egress = 0;
    TEST_ASSERT_TRUE(send_to(&to));
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_FORBIDDEN, first()->reason);
    to.host = PN_SLICE("nowhere.example");
    TEST_ASSERT_TRUE(send_to(&to));
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_UNRESOLVED, first()->reason);
    sim_upstream_silence(d->upstream[DESK_MAIN]);
    to = main_upstream();
    TEST_ASSERT_TRUE(send_to(&to));
    desk_wait(d, 5100);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_TIMEOUT, first()->reason);
    TEST_ASSERT_EQUAL(4, failures());
    desk_check_rest(d);
}

/* A kept connection that closes as it is used again costs nothing but another one. */
static void test_a_kept_connection(void)
{
    struct sim_conn *up = get();

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
    desk_run(d);
    expect_body("1");
    sim_drop(up, sim_sent(up).len);
    struct pn_upstream to = main_upstream();
    TEST_ASSERT_TRUE(send_to(&to));
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    desk_expect(desk_text(up), "GET /base/jwks");
    sim_close(up);
    desk_run(d);
    up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL_MESSAGE(up, "it is not asked again");
    desk_expect(desk_text(up), "GET /base/jwks");
    sim_close(up);
    desk_run(d);
    TEST_ASSERT_EQUAL(PN_REASON_UPSTREAM_RESET, first()->reason);
    TEST_ASSERT_NULL_MESSAGE(desk_reached(d, DESK_MAIN), "it is asked a third time");
}

static void test_all_are_under_way(void)
{
    struct pn_upstream to = main_upstream();

    get();
    TEST_ASSERT_TRUE(pn_errand_room(d->gateway));
    get();
    TEST_ASSERT_FALSE(pn_errand_room(d->gateway));
    TEST_ASSERT_FALSE(send_to(&to));
    desk_wait(d, 5100);
    TEST_ASSERT_TRUE(pn_errand_room(d->gateway));
}

static void test_stop(void)
{
    struct sim_conn *up = get();
    struct pn_now now = { 0, 0 };

    pn_gateway_stop(d->gateway, &now);
    desk_run(d);
    TEST_ASSERT_FALSE(sim_held(up));
    TEST_ASSERT_EQUAL(PN_REASON_STOPPED, first()->reason);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_get);
    RUN_TEST(test_post);
    RUN_TEST(test_bearer);
    RUN_TEST(test_what_is_not_sent);
    RUN_TEST(test_answers);
    RUN_TEST(test_the_length_is_limited);
    RUN_TEST(test_nobody_answers);
    RUN_TEST(test_slow_answer);
    RUN_TEST(test_nobody_is_there);
    RUN_TEST(test_a_kept_connection);
    RUN_TEST(test_all_are_under_way);
    RUN_TEST(test_stop);
    return UNITY_END();
}
