/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_write.c - heads and chunks as they leave, and values that must never leave. */
#include "core/http/h1_body.h"
#include "core/http/h1_write.h"
#include "unity.h"

static uint8_t buffer[512];
static struct pn_writer w;

void setUp(void)
{
    w = pn_writer(buffer, sizeof buffer);
}

void tearDown(void)
{
}

static void written_is(const char *expected)
{
    TEST_ASSERT_FALSE_MESSAGE(w.full, expected);
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(expected), w.len, expected);
    TEST_ASSERT_EQUAL_MEMORY_MESSAGE(expected, buffer, w.len, expected);
    setUp();
}

static void test_a_request_head(void)
{
    pn_h1_write_request_line(&w, PN_METHOD_POST, PN_SLICE("/v1/chat/completions?a=b"));
    pn_h1_write_field(&w, PN_FIELD_HOST, PN_SLICE("models.test"));
    pn_h1_write_field_u64(&w, PN_FIELD_RETRY_AFTER, 18446744073709551615u);
    pn_h1_write_field_named(&w, PN_SLICE("X-Other"), PN_SLICE(""));
    pn_h1_write_length(&w, 1024);
    pn_h1_write_head_end(&w);
    written_is("POST /v1/chat/completions?a=b HTTP/1.1\r\nhost: models.test\r\n"
               "retry-after: 18446744073709551615\r\nX-Other: \r\ncontent-length: 1024\r\n\r\n");
}

static void test_status_lines(void)
{
    pn_h1_write_status_line(&w, 200);
    pn_h1_write_status_line(&w, 431);
    pn_h1_write_status_line(&w, 299);
    written_is(
        "HTTP/1.1 200 OK\r\nHTTP/1.1 431 Request Header Fields Too Large\r\nHTTP/1.1 299 \r\n");
}

/* Every status that a refusal may have is written with its phrase. */
static void test_every_reason_has_a_phrase(void)
{
    for (unsigned i = 1; i < PN_REASON_COUNT; i++) {
        unsigned status = pn_reason_status((enum pn_reason)i);

        setUp();
        pn_h1_write_status_line(&w, status);
        TEST_ASSERT_TRUE_MESSAGE(status == 499 || w.len > strlen("HTTP/1.1 200 \r\n"),
                                 (const char *)pn_reason_name((enum pn_reason)i).at);
    }
}

static void test_framing_fields(void)
{
    pn_h1_write_chunked(&w);
    pn_h1_write_connection(&w, PN_H1_KEEP);
    pn_h1_write_connection(&w, PN_H1_CLOSE);
    written_is("transfer-encoding: chunked\r\nconnection: keep-alive\r\nconnection: close\r\n");
}

static void test_chunks_are_framed(void)
{
    pn_h1_write_chunk_head(&w, 1);
    pn_write_text(&w, "a");
    pn_h1_write_chunk_end(&w);
    pn_h1_write_chunk_head(&w, 0x1f0);
    pn_h1_write_chunk_last(&w);
    written_is("1\r\na\r\n1f0\r\n0\r\n\r\n");

    pn_h1_write_chunk_head(&w, SIZE_MAX);
    TEST_ASSERT_TRUE(w.len <= PN_CHUNK_HEAD_BYTES_MAX);
    setUp();
    pn_h1_write_chunk_end(&w);
    TEST_ASSERT_EQUAL_size_t(PN_CHUNK_END_BYTES, w.len);
    setUp();
    pn_h1_write_chunk_last(&w);
    TEST_ASSERT_EQUAL_size_t(PN_CHUNK_LAST_BYTES, w.len);
}

static void test_a_value_never_breaks_out_of_its_line(void)
{
    static const struct pn_slice bad[] = {
        PN_SLICE_INIT("a\r\nX: b"), PN_SLICE_INIT("a\nb"),     PN_SLICE_INIT("a\r"),
        PN_SLICE_INIT("a\0b"),      PN_SLICE_INIT("\x01"),     PN_SLICE_INIT("\x7f"),
        PN_SLICE_INIT("\x80"),      PN_SLICE_INIT("\xC3\xA4"),
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setUp();
        pn_h1_write_field(&w, PN_FIELD_X_REQUEST_ID, bad[i]);
        TEST_ASSERT_TRUE(w.full);
        TEST_ASSERT_EQUAL_size_t(0, pn_written(&w).len);
        setUp();
        pn_h1_write_field_named(&w, PN_SLICE("X-A"), bad[i]);
        TEST_ASSERT_TRUE(w.full);
        setUp();
        pn_h1_write_field_named(&w, bad[i], PN_SLICE("a"));
        TEST_ASSERT_TRUE(w.full);
        setUp();
        pn_h1_write_request_line(&w, PN_METHOD_GET, bad[i]);
        TEST_ASSERT_TRUE(w.full);
    }
}

static void test_a_target_is_one_word_and_begins_with_a_slash(void)
{
    static const struct pn_slice bad[] = {
        PN_SLICE_INIT(""),          PN_SLICE_INIT("a"),          PN_SLICE_INIT("/a b"),
        PN_SLICE_INIT("/a\tb"),     PN_SLICE_INIT("/ HTTP/1.1"), PN_SLICE_INIT("/a\r\nHost: b"),
        PN_SLICE_INIT("http://a/"),
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setUp();
        pn_h1_write_request_line(&w, PN_METHOD_GET, bad[i]);
        TEST_ASSERT_TRUE_MESSAGE(w.full, (const char *)bad[i].at);
    }
}

static void test_a_name_is_a_token(void)
{
    static const struct pn_slice bad[] = {
        PN_SLICE_INIT(""),
        PN_SLICE_INIT("a b"),
        PN_SLICE_INIT("a:"),
        PN_SLICE_INIT("a\r\nb"),
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setUp();
        pn_h1_write_field_named(&w, bad[i], PN_SLICE("x"));
        TEST_ASSERT_TRUE(w.full);
    }
}

static void test_a_small_response(void)
{
    static const struct pn_h1_extra extra[] = {
        { PN_FIELD_X_SHOULD_RETRY, PN_SLICE_INIT("false") },
        { PN_FIELD_RETRY_AFTER, PN_SLICE_INIT("1") },
    };
    struct pn_h1_response response = {
        .status = 403,
        .content_type = PN_SLICE("application/json"),
        .body = PN_SLICE("{}"),
        .extra = extra,
        .extra_count = 2,
        .after = PN_H1_KEEP,
        .method = PN_METHOD_POST,
    };

    pn_h1_write_response(&w, &response);
    written_is("HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
               "x-should-retry: false\r\nretry-after: 1\r\nconnection: keep-alive\r\n\r\n{}");

    response.method = PN_METHOD_HEAD;
    response.extra_count = 0;
    response.after = PN_H1_CLOSE;
    pn_h1_write_response(&w, &response);
    written_is("HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
               "connection: close\r\n\r\n");
}

static void test_a_response_without_a_body(void)
{
    struct pn_h1_response response = { .status = 204,
                                       .body = PN_SLICE("never"),
                                       .after = PN_H1_KEEP };

    pn_h1_write_response(&w, &response);
    written_is("HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n");

    response = (struct pn_h1_response){ .status = 413 };
    pn_h1_write_response(&w, &response);
    written_is("HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

static void test_what_does_not_fit_is_not_sent(void)
{
    struct pn_h1_response response = { .status = 200, .body = PN_SLICE("{}") };
    size_t whole;

    pn_h1_write_response(&w, &response);
    whole = w.len;
    for (size_t max = 0; max < whole; max++) {
        w = pn_writer(buffer, max);
        pn_h1_write_response(&w, &response);
        TEST_ASSERT_TRUE(w.full);
        TEST_ASSERT_EQUAL_size_t(0, pn_written(&w).len);
    }
}

/* What is written here is read here, and means the same. */
static void test_a_response_is_read_back(void)
{
    struct pn_h1_response response = {
        .status = 503,
        .content_type = PN_SLICE("application/json"),
        .body = PN_SLICE("{\"a\":1}"),
        .after = PN_H1_KEEP,
    };
    struct pn_h1_head h = { .method = PN_METHOD_POST };
    struct pn_slice in, data;

    pn_h1_write_response(&w, &response);
    in = pn_written(&w);
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_response_parse(&h, in));
    TEST_ASSERT_EQUAL_INT(503, h.status);
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_JSON, h.media);
    TEST_ASSERT_TRUE(h.keep_alive);

    struct pn_h1_body body = pn_h1_response_body(&h);
    in = pn_slice_from(in, h.head_bytes);
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_body_next(&body, &in, &data));
    TEST_ASSERT_TRUE(pn_slice_equal(data, response.body));
    TEST_ASSERT_EQUAL_size_t(0, in.len);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_request_head);
    RUN_TEST(test_status_lines);
    RUN_TEST(test_every_reason_has_a_phrase);
    RUN_TEST(test_framing_fields);
    RUN_TEST(test_chunks_are_framed);
    RUN_TEST(test_a_value_never_breaks_out_of_its_line);
    RUN_TEST(test_a_target_is_one_word_and_begins_with_a_slash);
    RUN_TEST(test_a_name_is_a_token);
    RUN_TEST(test_a_small_response);
    RUN_TEST(test_a_response_without_a_body);
    RUN_TEST(test_what_does_not_fit_is_not_sent);
    RUN_TEST(test_a_response_is_read_back);
    return UNITY_END();
}
