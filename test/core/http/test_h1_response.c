/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_response.c - what an upstream may answer, and where its body ends. */
#include "h1_message.h"
#include "unity.h"

#define OK      "HTTP/1.1 200 OK\r\n"
#define LENGTH3 "Content-Length: 3\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

/* PN_REASON_NONE: accepted, with this status, framing and body. `method` is the request's. */
struct row {
    const char *what;
    struct pn_slice bytes;
    enum pn_reason reason;
    enum pn_h1_method method;
    unsigned status;
    enum pn_h1_framing framing;
    bool keep_alive;
    const char *body;
};

#define ACCEPT(what, method, bytes, status, framing, keep, body) \
    { \
        what, PN_SLICE_INIT(bytes), PN_REASON_NONE, PN_METHOD_##method, status, PN_BODY_##framing, \
            keep, body \
    }
#define REFUSE(what, why, bytes) \
    { \
        what, PN_SLICE_INIT(bytes), PN_REASON_##why, PN_METHOD_POST, 0, PN_BODY_NONE, false, "" \
    }

static const struct row rows[] = {
    ACCEPT("a length", GET, OK LENGTH3 "\r\nabc", 200, LENGTH, true, "abc"),
    ACCEPT("chunks", GET, OK CHUNKED "\r\n3\r\nabc\r\n0\r\n\r\n", 200, CHUNKED, true, "abc"),
    ACCEPT("chunks and a trailer", GET, OK CHUNKED "\r\n1\r\na\r\n0\r\nX-Late: 1\r\nY:\r\n\r\n",
           200, CHUNKED, true, "a"),
    ACCEPT("up to the close", GET, OK "\r\nabc", 200, UNTIL_CLOSE, false, "abc"),
    ACCEPT("up to the close, kept in vain", GET, OK "Connection: keep-alive\r\n\r\nabc", 200,
           UNTIL_CLOSE, false, "abc"),
    ACCEPT("HTTP/1.0", GET, "HTTP/1.0 200 OK\r\n" LENGTH3 "\r\nabc", 200, LENGTH, false, "abc"),
    ACCEPT("HTTP/1.0, kept", GET, "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" LENGTH3 "\r\nabc",
           200, LENGTH, true, "abc"),
    ACCEPT("closing", GET, OK "Connection: close\r\n" LENGTH3 "\r\nabc", 200, LENGTH, false, "abc"),
    ACCEPT("an empty phrase", GET, "HTTP/1.1 202 \r\nContent-Length: 0\r\n\r\n", 202, LENGTH, true,
           ""),
    ACCEPT("no phrase at all", GET, "HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n", 202, LENGTH, true,
           ""),
    ACCEPT("a long phrase", GET, "HTTP/1.1 502 Bad  Gate\tway\r\n" LENGTH3 "\r\nabc", 502, LENGTH,
           true, "abc"),
    ACCEPT("an answer to HEAD", HEAD, OK LENGTH3 "\r\n", 200, NONE, true, ""),
    ACCEPT("an answer to HEAD in chunks", HEAD, OK CHUNKED "\r\n", 200, NONE, true, ""),
    ACCEPT("an answer to HEAD without a length", HEAD, OK "\r\n", 200, NONE, true, ""),
    ACCEPT("204", DELETE, "HTTP/1.1 204 No Content\r\n\r\n", 204, NONE, true, ""),
    ACCEPT("204 with a length of 0", POST, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
           204, NONE, true, ""),
    ACCEPT("304 with the length it would have", GET, "HTTP/1.1 304 Not Modified\r\n" LENGTH3 "\r\n",
           304, NONE, true, ""),
    ACCEPT("behind 100", POST, "HTTP/1.1 100 Continue\r\n\r\n" OK LENGTH3 "\r\nabc", 200, LENGTH,
           true, "abc"),
    ACCEPT(
        "behind 103 and 102", POST,
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\nConnection: close\r\n\r\nHTTP/1.1 102 P\r\n\r\n" OK
            LENGTH3 "\r\nabc",
        200, LENGTH, true, "abc"),
    ACCEPT("an answer to HEAD behind 100", HEAD, "HTTP/1.1 100 Continue\r\n\r\n" OK LENGTH3 "\r\n",
           200, NONE, true, ""),
    ACCEPT("Connection names a field of ours", GET,
           OK "Connection: content-type\r\n" LENGTH3 "\r\nabc", 200, LENGTH, true, "abc"),
    ACCEPT("several fields of a kind", GET,
           OK "Set-Cookie: a\r\nSet-Cookie: b\r\n" LENGTH3 "\r\nabc", 200, LENGTH, true, "abc"),

    REFUSE("length and coding", LENGTH_AND_CHUNKED, OK LENGTH3 CHUNKED "\r\n0\r\n\r\n"),
    REFUSE("two lengths", LENGTH_REPEATED, OK LENGTH3 LENGTH3 "\r\nabc"),
    REFUSE("a list of lengths", LENGTH_INVALID, OK "Content-Length: 3, 3\r\n\r\nabc"),
    REFUSE("a negative length", LENGTH_INVALID, OK "Content-Length: -1\r\n\r\n"),
    REFUSE("gzip, chunked", CODING_UNSUPPORTED,
           OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    REFUSE("identity", CODING_UNSUPPORTED, OK "Transfer-Encoding: identity\r\n\r\nabc"),
    REFUSE("two codings", CODING_UNSUPPORTED, OK CHUNKED CHUNKED "\r\n0\r\n\r\n"),
    REFUSE("coding in HTTP/1.0", VERSION_UNSUPPORTED,
           "HTTP/1.0 200 OK\r\n" CHUNKED "\r\n0\r\n\r\n"),
    REFUSE("two types", FIELD_REPEATED,
           OK "Content-Type: a/b\r\nContent-Type: a/b\r\n" LENGTH3 "\r\nabc"),
    REFUSE("a chunk extension", CHUNK_MALFORMED, OK CHUNKED "\r\n3;a\r\nabc\r\n0\r\n\r\n"),
    REFUSE("a bare LF in the trailer", CHUNK_MALFORMED, OK CHUNKED "\r\n0\r\nX: 1\n\r\n"),
    REFUSE("a control character in the trailer", CHUNK_MALFORMED,
           OK CHUNKED "\r\n0\r\nX: \x01\r\n\r\n"),
    REFUSE("a folded trailer", CHUNK_MALFORMED, OK CHUNKED "\r\n0\r\nX: 1\r\n 2\r\n\r\n"),
    REFUSE("101", HEAD_MALFORMED, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    REFUSE("100 with a length", HEAD_MALFORMED,
           "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n" OK LENGTH3),
    REFUSE("100 in chunks", HEAD_MALFORMED, "HTTP/1.1 100 Continue\r\n" CHUNKED "\r\n" OK LENGTH3),
    REFUSE("204 with a length", HEAD_MALFORMED, "HTTP/1.1 204 No Content\r\n" LENGTH3 "\r\nabc"),
    REFUSE("204 in chunks", HEAD_MALFORMED, "HTTP/1.1 204 No Content\r\n" CHUNKED "\r\n0\r\n\r\n"),
    REFUSE("status 099", HEAD_MALFORMED, "HTTP/1.1 099 A\r\n\r\n"),
    REFUSE("status 600", HEAD_MALFORMED, "HTTP/1.1 600 A\r\n\r\n"),
    REFUSE("a status of two digits", HEAD_MALFORMED, "HTTP/1.1 20 OK\r\n\r\n"),
    REFUSE("a status of four digits", HEAD_MALFORMED, "HTTP/1.1 2000 OK\r\n\r\n"),
    REFUSE("a status in letters", HEAD_MALFORMED, "HTTP/1.1 2x0 OK\r\n\r\n"),
    REFUSE("no status", HEAD_MALFORMED, "HTTP/1.1\r\n\r\n"),
    REFUSE("two spaces", HEAD_MALFORMED, "HTTP/1.1  200 OK\r\n\r\n"),
    REFUSE("a space in front", HEAD_MALFORMED, " HTTP/1.1 200 OK\r\n\r\n"),
    REFUSE("http/1.1", HEAD_MALFORMED, "http/1.1 200 OK\r\n\r\n"),
    REFUSE("HTTP/2.0", VERSION_UNSUPPORTED, "HTTP/2.0 200 OK\r\n\r\n"),
    REFUSE("another protocol", HEAD_MALFORMED, "ICY 200 OK is it\r\n\r\n"),
    REFUSE("a phrase with NUL", HEAD_MALFORMED, "HTTP/1.1 200 O\0K\r\n\r\n"),
    REFUSE("a phrase in UTF-8", HEAD_MALFORMED, "HTTP/1.1 200 \xC3\x96K\r\n\r\n"),
    REFUSE("a phrase with CR", LINE_END_INVALID, "HTTP/1.1 200 O\rK\r\n\r\n"),
    REFUSE("LF behind the status line", LINE_END_INVALID, "HTTP/1.1 200 OK\n\r\n"),
    REFUSE("LF behind a field", LINE_END_INVALID, OK "X: y\n\r\n"),
    REFUSE("a folded field", FIELD_FOLDED, OK "X: y\r\n z\r\n\r\n"),
    REFUSE("a space before a colon", HEAD_MALFORMED, OK "Content-Length : 3\r\n\r\nabc"),
    REFUSE("CR LF in front", HEAD_MALFORMED, "\r\n" OK LENGTH3 "\r\nabc"),
};

static struct message message;

static bool read_row(const struct row *row, struct pn_slice bytes)
{
    size_t cut;

    message.head = (struct pn_h1_head){ .method = (uint8_t)row->method };
    return message_read_every_way(&message, MESSAGE_RESPONSE, bytes, &cut);
}

static void check_accepted(const struct row *row)
{
    TEST_ASSERT_EQUAL_UINT_MESSAGE(row->status, message.head.status, row->what);
    TEST_ASSERT_EQUAL_INT_MESSAGE(row->framing, message.head.framing, row->what);
    TEST_ASSERT_EQUAL_INT_MESSAGE(row->keep_alive, message.head.keep_alive, row->what);
    TEST_ASSERT_EQUAL_INT_MESSAGE(row->method, message.head.method, row->what);
    TEST_ASSERT_EQUAL_size_t_MESSAGE(row->bytes.len, message.used_bytes, row->what);
    TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(pn_slice(row->body, strlen(row->body)),
                                            pn_slice(message.body, message.body_bytes)),
                             row->what);
}

static void test_every_answer_has_its_verdict(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];

        TEST_ASSERT_TRUE_MESSAGE(read_row(row, row->bytes), row->what);
        TEST_ASSERT_EQUAL_INT_MESSAGE(row->reason, message.reason, row->what);
        TEST_ASSERT_EQUAL_INT_MESSAGE(row->reason ? PN_REFUSED : PN_DONE, message.step, row->what);
        if (row->reason == PN_REASON_NONE) check_accepted(row);
    }
}

/* A connection that ends early never passes for a whole answer, unless its end is the body's. */
static void test_a_cut_answer_is_not_whole(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];

        if (row->reason != PN_REASON_NONE || row->framing == PN_BODY_UNTIL_CLOSE) continue;
        for (size_t len = 0; len < row->bytes.len; len++) {
            message.head = (struct pn_h1_head){ .method = (uint8_t)row->method };
            message_read(&message, MESSAGE_RESPONSE, pn_slice_head(row->bytes, len),
                         (struct arrival){ len, 0 });
            TEST_ASSERT_EQUAL_INT_MESSAGE(PN_MORE, message.step, row->what);
        }
    }
}

static void test_the_phrase_and_fields_are_of_the_final_response(void)
{
    static const struct row row = ACCEPT("", POST,
                                         "HTTP/1.1 103 Early\r\nX-Request-Id: "
                                         "early\r\n\r\nHTTP/1.1 503 Not Now\r\nRetry-After: 7\r\n"
                                         "Content-Length: 0\r\n\r\n",
                                         503, LENGTH, true, "");

    TEST_ASSERT_TRUE(read_row(&row, row.bytes));
    TEST_ASSERT_TRUE(pn_slice_equal(pn_h1_reason_phrase(&message.head), PN_SLICE("Not Now")));
    TEST_ASSERT_FALSE(pn_h1_has(&message.head, PN_FIELD_X_REQUEST_ID));
    TEST_ASSERT_TRUE(
        pn_slice_equal(pn_h1_field(&message.head, PN_FIELD_RETRY_AFTER), PN_SLICE("7")));
    TEST_ASSERT_EQUAL_INT(2, message.head.field_count);
}

/* Interim responses count against the limit of the head, so there is no endless row of them. */
static void test_interim_responses_are_bounded(void)
{
    static uint8_t bytes[16384];
    size_t len = 0;

    while (len + 25 < sizeof bytes) {
        memcpy(bytes + len, "HTTP/1.1 100 Continue\r\n\r\n", 25);
        len += 25;
    }
    message.head = (struct pn_h1_head){ 0 };
    message_read(&message, MESSAGE_RESPONSE, pn_slice(bytes, len), (struct arrival){ 1000, 1000 });
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, message.step);
    TEST_ASSERT_EQUAL_INT(PN_REASON_HEAD_OVERSIZE, message.reason);
}

static void test_media_are_read(void)
{
    static const struct row row = ACCEPT(
        "", POST, OK "Content-Type: text/event-stream; charset=utf-8\r\n" CHUNKED "\r\n0\r\n\r\n",
        200, CHUNKED, true, "");

    TEST_ASSERT_TRUE(read_row(&row, row.bytes));
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_EVENT_STREAM, message.head.media);
    TEST_ASSERT_EQUAL_INT(PN_CODING_IDENTITY, message.head.coding);
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
    RUN_TEST(test_every_answer_has_its_verdict);
    RUN_TEST(test_a_cut_answer_is_not_whole);
    RUN_TEST(test_the_phrase_and_fields_are_of_the_final_response);
    RUN_TEST(test_interim_responses_are_bounded);
    RUN_TEST(test_media_are_read);
    return UNITY_END();
}
