/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_head.c - what is read out of heads that are accepted, and where reading stops. */
#include "core/http/h1_framing.h"
#include "h1_message.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

#define HOST "Host: gate.test\r\n"

static struct message message;

static void request(struct pn_slice bytes)
{
    size_t cut;

    message.head = (struct pn_h1_head){ 0 };
    TEST_ASSERT_TRUE_MESSAGE(message_read_every_way(&message, MESSAGE_REQUEST, bytes, &cut),
                             (const char *)bytes.at);
}

static void slice_is(const char *expected, struct pn_slice s)
{
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(expected), s.len, expected);
    TEST_ASSERT_EQUAL_MEMORY_MESSAGE(expected, s.at, s.len > 0 ? s.len : 1, expected);
}

static void test_a_request_is_taken_apart(void)
{
    request(PN_SLICE("POST /v1/chat/completions?a=b HTTP/1.1\r\n"
                     "host:gate.test:8443\r\n"
                     "AUTHORIZATION: \t Bearer x  \r\n"
                     "X-Unknown: one\r\n"
                     "Accept: application/json\r\n"
                     "Accept: text/event-stream\r\n"
                     "Mcp-Session-Id:\r\n"
                     "Content-Type: application/json; charset=utf-8\r\n"
                     "Expect: 100-continue\r\n"
                     "Content-Length: 2\r\n\r\n{}"));

    const struct pn_h1_head *h = &message.head;
    TEST_ASSERT_EQUAL_INT(PN_DONE, message.step);
    TEST_ASSERT_EQUAL_INT(PN_METHOD_POST, h->method);
    TEST_ASSERT_EQUAL_INT(1, h->minor);
    slice_is("/v1/chat/completions?a=b", pn_h1_target(h));
    slice_is("/v1/chat/completions", pn_h1_path(h));
    slice_is("a=b", pn_h1_query(h));
    TEST_ASSERT_EQUAL_INT(PN_BODY_LENGTH, h->framing);
    TEST_ASSERT_EQUAL_UINT64(2, h->body_bytes);
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_JSON, h->media);
    TEST_ASSERT_EQUAL_INT(PN_CODING_IDENTITY, h->coding);
    TEST_ASSERT_TRUE(h->keep_alive);
    TEST_ASSERT_TRUE(h->expect_continue);
    TEST_ASSERT_EQUAL_UINT(message.used_bytes - 2, h->head_bytes);

    TEST_ASSERT_EQUAL_UINT(9, h->field_count);
    slice_is("gate.test:8443", pn_h1_field(h, PN_FIELD_HOST));
    slice_is("Bearer x", pn_h1_field(h, PN_FIELD_AUTHORIZATION));
    slice_is("application/json", pn_h1_field(h, PN_FIELD_ACCEPT));
    slice_is("X-Unknown", pn_h1_field_name(h, 2));
    slice_is("one", pn_h1_field_value(h, 2));
    slice_is("text/event-stream", pn_h1_field_value(h, 4));
    TEST_ASSERT_EQUAL_INT(PN_FIELD_ACCEPT, h->fields[4].id);
    TEST_ASSERT_TRUE(pn_h1_has(h, PN_FIELD_MCP_SESSION_ID));
    TEST_ASSERT_EQUAL_size_t(0, pn_h1_field(h, PN_FIELD_MCP_SESSION_ID).len);
    TEST_ASSERT_NOT_NULL(pn_h1_field(h, PN_FIELD_MCP_SESSION_ID).at);
    TEST_ASSERT_FALSE(pn_h1_has(h, PN_FIELD_ORIGIN));
    TEST_ASSERT_NULL(pn_h1_field(h, PN_FIELD_ORIGIN).at);
}

static void test_absent_things_are_absent(void)
{
    request(PN_SLICE("GET /a HTTP/1.1\r\n" HOST "\r\n"));
    TEST_ASSERT_NULL(pn_h1_query(&message.head).at);
    TEST_ASSERT_EQUAL_INT(PN_BODY_NONE, message.head.framing);
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_NONE, message.head.media);
    TEST_ASSERT_EQUAL_INT(PN_CODING_IDENTITY, message.head.coding);
    TEST_ASSERT_FALSE(message.head.expect_continue);

    request(
        PN_SLICE("GET /a? HTTP/1.1\r\n" HOST "Content-Encoding: gzip\r\nContent-Type: x\r\n\r\n"));
    TEST_ASSERT_NOT_NULL(pn_h1_query(&message.head).at);
    TEST_ASSERT_EQUAL_size_t(0, pn_h1_query(&message.head).len);
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_OTHER, message.head.media);
    TEST_ASSERT_EQUAL_INT(PN_CODING_OTHER, message.head.coding);

    request(PN_SLICE("POST / HTTP/1.0\r\n" HOST "Expect: 100-continue\r\n"
                     "Content-Encoding: Identity\r\nContent-Length: 0\r\n\r\n"));
    TEST_ASSERT_FALSE_MESSAGE(message.head.expect_continue, "an HTTP/1.0 client waits for no 100");
    TEST_ASSERT_EQUAL_INT(PN_CODING_IDENTITY, message.head.coding);
}

static void test_every_method_has_its_name(void)
{
    for (unsigned i = PN_METHOD_NONE + 1; i < PN_METHOD_COUNT; i++) {
        struct pn_slice name = pn_h1_method_name((enum pn_h1_method)i);
        TEST_ASSERT_TRUE(name.len > 0);
        TEST_ASSERT_EQUAL_INT(i, pn_h1_method_find(name));
        TEST_ASSERT_EQUAL_INT(PN_METHOD_NONE, pn_h1_method_find(pn_slice(name.at, name.len - 1)));
    }
    TEST_ASSERT_EQUAL_size_t(0, pn_h1_method_name(PN_METHOD_NONE).len);
    TEST_ASSERT_EQUAL_INT(PN_METHOD_NONE, pn_h1_method_find(PN_SLICE("get")));
    TEST_ASSERT_EQUAL_INT(PN_METHOD_NONE, pn_h1_method_find(PN_SLICE("")));
}

struct persistence {
    const char *version, *connection;
    bool keep_alive;
};

static void test_the_connection_lives_on_as_both_sides_say(void)
{
    static const struct persistence rows[] = {
        { "1.1", "", true },
        { "1.1", "Connection: close\r\n", false },
        { "1.1", "Connection: keep-alive\r\n", true },
        { "1.1", "Connection: TE, Close\r\n", false },
        { "1.1", "Connection: te\r\nX: y\r\nConnection: upgrade, CLOSE\r\n", false },
        { "1.1", "Connection: keep-alive\r\nConnection: close\r\n", false },
        { "1.1", "Connection: closed\r\n", true },
        { "1.0", "", false },
        { "1.0", "Connection: Keep-Alive\r\n", true },
        { "1.0", "Connection: keep-alive, close\r\n", false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[256];
        int len = snprintf(text, sizeof text, "GET / HTTP/%s\r\n" HOST "%s\r\n", rows[i].version,
                           rows[i].connection);

        request(pn_slice(text, (size_t)len));
        TEST_ASSERT_EQUAL_INT_MESSAGE(PN_DONE, message.step, text);
        TEST_ASSERT_EQUAL_INT_MESSAGE(rows[i].keep_alive, message.head.keep_alive, text);
    }
}

static void test_names_listed_by_connection_are_known(void)
{
    request(PN_SLICE("GET / HTTP/1.1\r\n" HOST
                     "Connection: te\r\nX: a\r\nConnection: close, x-Hop\r\n\r\n"));
    TEST_ASSERT_TRUE(pn_h1_connection_lists(&message.head, PN_SLICE("TE")));
    TEST_ASSERT_TRUE(pn_h1_connection_lists(&message.head, PN_SLICE("X-Hop")));
    TEST_ASSERT_FALSE(pn_h1_connection_lists(&message.head, PN_SLICE("X")));
    TEST_ASSERT_FALSE(pn_h1_connection_lists(&message.head, PN_SLICE("x-ho")));

    TEST_ASSERT_TRUE(message.head.hop_fields);

    request(PN_SLICE("GET / HTTP/1.1\r\n" HOST "Connection: Keep-Alive\r\n\r\n"));
    TEST_ASSERT_FALSE(message.head.hop_fields);
    request(PN_SLICE("GET / HTTP/1.1\r\n" HOST "\r\n"));
    TEST_ASSERT_FALSE(pn_h1_connection_lists(&message.head, PN_SLICE("te")));
}

/* A head of exactly `len` bytes, made long by one field. */
static uint8_t *head_of(size_t len)
{
    static const char start[] = "GET / HTTP/1.1\r\n" HOST "X: ";
    uint8_t *bytes = malloc(len);

    memset(bytes, 'a', len);
    memcpy(bytes, start, sizeof start - 1);
    memcpy(bytes + len - 4, "\r\n\r\n", 4);
    return bytes;
}

static enum pn_step parse_len(struct pn_h1_head *h, size_t len, uint16_t max)
{
    uint8_t *bytes = head_of(len);
    enum pn_step step;

    *h = (struct pn_h1_head){ .bytes_max = max };
    step = pn_h1_request_parse(h, pn_slice(bytes, len));
    free(bytes);
    return step;
}

static void test_a_head_is_as_long_as_is_allowed(void)
{
    struct pn_h1_head h;

    TEST_ASSERT_EQUAL_INT(PN_DONE, parse_len(&h, 8192, 0));
    TEST_ASSERT_EQUAL_INT(8192, h.head_bytes);
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, parse_len(&h, 8193, 0));
    TEST_ASSERT_EQUAL_INT(PN_REASON_HEAD_OVERSIZE, h.reason);

    TEST_ASSERT_EQUAL_INT(PN_DONE, parse_len(&h, 100, 100));
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, parse_len(&h, 101, 100));
    TEST_ASSERT_EQUAL_INT(PN_REASON_HEAD_OVERSIZE, h.reason);
    TEST_ASSERT_EQUAL_INT(PN_DONE, parse_len(&h, 65535, 65535));
    TEST_ASSERT_EQUAL_INT(65535, h.head_bytes);
}

/* The last byte that may come has come, and there is no end in it. */
static void test_a_full_buffer_without_an_end_is_refused(void)
{
    uint8_t *bytes = head_of(200);
    struct pn_h1_head h = { .bytes_max = 100 };

    TEST_ASSERT_EQUAL_INT(PN_MORE, pn_h1_request_parse(&h, pn_slice(bytes, 99)));
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_h1_request_parse(&h, pn_slice(bytes, 100)));
    TEST_ASSERT_EQUAL_INT(PN_REASON_HEAD_OVERSIZE, h.reason);
    free(bytes);
}

static void test_there_are_as_many_fields_as_fit(void)
{
    char text[2048] = "GET / HTTP/1.1\r\n" HOST;
    size_t len = strlen(text);

    for (unsigned i = 1; i < PN_H1_FIELDS_MAX; i++, len += 6) memcpy(text + len, "X: y\r\n", 6);
    memcpy(text + len, "\r\n", 2);
    request(pn_slice(text, len + 2));
    TEST_ASSERT_EQUAL_INT(PN_DONE, message.step);
    TEST_ASSERT_EQUAL_INT(PN_H1_FIELDS_MAX, message.head.field_count);

    memcpy(text + len, "X: y\r\n\r\n", 8);
    request(pn_slice(text, len + 8));
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, message.step);
    TEST_ASSERT_EQUAL_INT(PN_REASON_HEAD_OVERSIZE, message.reason);
}

/* A bad line is refused when it is whole, not when the head is. */
static void test_a_bad_line_is_refused_at_once(void)
{
    struct pn_h1_head h = { 0 };

    TEST_ASSERT_EQUAL_INT(PN_MORE, pn_h1_request_parse(&h, PN_SLICE("get / HTTP/1.1\r")));
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_h1_request_parse(&h, PN_SLICE("get / HTTP/1.1\r\n")));
    TEST_ASSERT_EQUAL_INT(PN_REASON_METHOD_UNSUPPORTED, h.reason);
    TEST_ASSERT_EQUAL_INT(PN_REFUSED,
                          pn_h1_request_parse(&h, PN_SLICE("get / HTTP/1.1\r\n" HOST "\r\n")));
    TEST_ASSERT_EQUAL_INT(PN_REASON_METHOD_UNSUPPORTED, h.reason);
}

static void test_a_verdict_stays_and_a_reset_clears_it(void)
{
    static const char text[] = "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";
    struct pn_slice bytes = pn_slice(text, sizeof text - 1);
    struct pn_h1_head h = { .bytes_max = 1000 };

    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_request_parse(&h, bytes));
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_request_parse(&h, bytes));
    TEST_ASSERT_EQUAL_INT(2, h.field_count);

    pn_h1_head_reset(&h);
    TEST_ASSERT_EQUAL_INT(1000, h.bytes_max);
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_request_parse(&h, bytes));
    TEST_ASSERT_EQUAL_INT(2, h.field_count);
}

/* Slow arrival does not search the same bytes again: 60,000 calls over one long line. */
static void test_slow_arrival_is_not_quadratic(void)
{
    uint8_t *bytes = head_of(60000);
    struct pn_h1_head h = { .bytes_max = 65535 };

    for (size_t len = 1; len < 60000; len++) {
        TEST_ASSERT_EQUAL_INT(PN_MORE, pn_h1_request_parse(&h, pn_slice(bytes, len)));
        if (len > 100) TEST_ASSERT_TRUE(h.seen_bytes == len || h.line_at == len || len > 59996);
    }
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_request_parse(&h, pn_slice(bytes, 60000)));
    free(bytes);
}

void setUp(void)
{
}

void tearDown(void)
{
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_request_is_taken_apart);
    RUN_TEST(test_absent_things_are_absent);
    RUN_TEST(test_every_method_has_its_name);
    RUN_TEST(test_the_connection_lives_on_as_both_sides_say);
    RUN_TEST(test_names_listed_by_connection_are_known);
    RUN_TEST(test_a_head_is_as_long_as_is_allowed);
    RUN_TEST(test_a_full_buffer_without_an_end_is_refused);
    RUN_TEST(test_there_are_as_many_fields_as_fit);
    RUN_TEST(test_a_bad_line_is_refused_at_once);
    RUN_TEST(test_a_verdict_stays_and_a_reset_clears_it);
    RUN_TEST(test_slow_arrival_is_not_quadratic);
    return UNITY_END();
}
