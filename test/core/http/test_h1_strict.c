/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_strict.c - what a request may look like: the table of what is accepted and refused.
 *
 * Each row is one probe, whole message included; the verdict must be the same however it arrives.
 */
#include "h1_message.h"
#include "unity.h"

#include <stdio.h>

#define HOST    "Host: gate.test\r\n"
#define GET     "GET / HTTP/1.1\r\n" HOST
#define POST    "POST /v1 HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define A64     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* PN_REASON_NONE: accepted, with this body. */
struct probe {
    const char *what;
    struct pn_slice bytes;
    enum pn_reason reason;
    struct pn_slice body;
};

#define ACCEPT(what, bytes, body) \
    { \
        what, PN_SLICE_INIT(bytes), PN_REASON_NONE, PN_SLICE_INIT(body) \
    }
#define REFUSE(what, why, bytes) \
    { \
        what, PN_SLICE_INIT(bytes), PN_REASON_##why, PN_SLICE_INIT("") \
    }

static const struct probe probes[] = {
    ACCEPT("a plain GET", GET "\r\n", ""),
    ACCEPT("a body of given length", POST "Content-Length: 3\r\n\r\nabc", "abc"),
    ACCEPT("a chunked body", CHUNKED "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde"),
    ACCEPT("chunked in other letters", POST "transfer-ENCODING:\tChunked \r\n\r\n0\r\n\r\n", ""),
    ACCEPT("spaces behind chunked", POST "Transfer-Encoding: chunked  \r\n\r\n0\r\n\r\n", ""),
    REFUSE("a tab behind chunked", HEAD_MALFORMED,
           POST "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"),
    REFUSE("a tab behind a length", HEAD_MALFORMED, POST "Content-Length: 3 \t \r\n\r\nabc"),
    ACCEPT("a length of 0", POST "Content-Length: 0\r\n\r\n", ""),
    ACCEPT("a length with zeros in front", POST "Content-Length: 003\r\n\r\nabc", "abc"),
    ACCEPT("HTTP/1.0", "GET / HTTP/1.0\r\n" HOST "\r\n", ""),
    ACCEPT("HTTP/1.0 with a length", "POST / HTTP/1.0\r\n" HOST "Content-Length: 1\r\n\r\nx", "x"),
    ACCEPT("an empty value", GET "X-Empty:\r\n\r\n", ""),
    ACCEPT("a tab within a value", GET "X-Tab: a\tb\r\n\r\n", ""),
    ACCEPT("a protocol offer, not taken",
           GET "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n", ""),

    /* Where does the body end? Two answers are one too many. */
    REFUSE("length and coding", LENGTH_AND_CHUNKED,
           POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSE("coding and length", LENGTH_AND_CHUNKED,
           POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
    REFUSE("two lengths", LENGTH_REPEATED,
           POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    REFUSE("the same length twice", LENGTH_REPEATED,
           POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    REFUSE("a list of lengths", LENGTH_INVALID, POST "Content-Length: 1, 1\r\n\r\na"),
    REFUSE("a signed length", LENGTH_INVALID, POST "Content-Length: +1\r\n\r\na"),
    REFUSE("a negative length", LENGTH_INVALID, POST "Content-Length: -1\r\n\r\na"),
    REFUSE("a length in hexadecimal", LENGTH_INVALID, POST "Content-Length: 0x1\r\n\r\na"),
    REFUSE("an empty length", LENGTH_INVALID, POST "Content-Length:\r\n\r\n"),
    REFUSE("a length with a space in it", LENGTH_INVALID, POST "Content-Length: 1 0\r\n\r\n"),
    REFUSE("a length of 2^64", LENGTH_INVALID, POST "Content-Length: 18446744073709551616\r\n\r\n"),
    REFUSE("a length of 2^63", LENGTH_INVALID, POST "Content-Length: 9223372036854775808\r\n\r\n"),
    REFUSE("chunked, identity", CODING_UNSUPPORTED,
           POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    REFUSE("identity", CODING_UNSUPPORTED, POST "Transfer-Encoding: identity\r\n\r\n"),
    REFUSE("gzip, chunked", CODING_UNSUPPORTED,
           POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    REFUSE("xchunked", CODING_UNSUPPORTED, POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    REFUSE("chunked twice in one line", CODING_UNSUPPORTED,
           POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
    REFUSE("chunked twice", CODING_UNSUPPORTED,
           POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSE("an empty coding", CODING_UNSUPPORTED, POST "Transfer-Encoding:\r\n\r\n"),
    REFUSE("a quoted coding", CODING_UNSUPPORTED,
           POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
    REFUSE("a vertical tab before chunked", HEAD_MALFORMED,
           POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"),
    REFUSE("coding in HTTP/1.0", VERSION_UNSUPPORTED,
           "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),

    /* Chunks. */
    REFUSE("a chunk extension", CHUNK_MALFORMED, CHUNKED "3;a=b\r\nabc\r\n0\r\n\r\n"),
    REFUSE("a bare semicolon", CHUNK_MALFORMED, CHUNKED "3;\r\nabc\r\n0\r\n\r\n"),
    REFUSE("a chunk size 0x1", CHUNK_MALFORMED, CHUNKED "0x1\r\na\r\n0\r\n\r\n"),
    REFUSE("LF behind a chunk size", CHUNK_MALFORMED, CHUNKED "3\nabc\r\n0\r\n\r\n"),
    REFUSE("a space behind a chunk size", CHUNK_MALFORMED, CHUNKED "3 \r\nabc\r\n0\r\n\r\n"),
    REFUSE("a sign before a chunk size", CHUNK_MALFORMED, CHUNKED "+3\r\nabc\r\n0\r\n\r\n"),
    REFUSE("an empty chunk size", CHUNK_MALFORMED, CHUNKED "\r\n0\r\n\r\n"),
    REFUSE("a chunk size of 16 digits", CHUNK_MALFORMED, CHUNKED "ffffffffffffffff\r\n"),
    REFUSE("more data than the chunk", CHUNK_MALFORMED, CHUNKED "3\r\nabcd\r\n0\r\n\r\n"),
    REFUSE("CR and no LF behind the data", CHUNK_MALFORMED, CHUNKED "3\r\nabc\rX0\r\n\r\n"),
    REFUSE("LF alone at the very end", CHUNK_MALFORMED, CHUNKED "0\r\n\n"),
    REFUSE("a trailer field", CHUNK_MALFORMED, CHUNKED "0\r\nX-Late: 1\r\n\r\n"),

    /* Lines. */
    REFUSE("an empty line in front", LINE_END_INVALID, "\n" GET "\r\n"),
    REFUSE("CR LF in front", HEAD_MALFORMED, "\r\n" GET "\r\n"),
    REFUSE("LF behind the request line", LINE_END_INVALID, "GET / HTTP/1.1\n" HOST "\r\n"),
    REFUSE("LF behind a field", LINE_END_INVALID, "GET / HTTP/1.1\r\nHost: gate.test\n\r\n"),
    REFUSE("LF as the empty line", LINE_END_INVALID, GET "\n"),
    REFUSE("CR within the request line", LINE_END_INVALID, "GET /\r HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("CR within a field value", LINE_END_INVALID, GET "X-A: a\rb\r\n\r\n"),
    REFUSE("CR within a field name", LINE_END_INVALID, GET "X\rA: a\r\n\r\n"),
    REFUSE("CR CR LF", LINE_END_INVALID, GET "X-A: a\r\r\n\r\n"),
    REFUSE("CR alone as the empty line", LINE_END_INVALID, GET "\rX-A: a\r\n\r\n"),
    REFUSE("a folded field", FIELD_FOLDED, GET "X-A: a\r\n b\r\n\r\n"),
    REFUSE("a field folded with a tab", FIELD_FOLDED, GET "X-A: a\r\n\tb\r\n\r\n"),
    REFUSE("a space before the first field", FIELD_FOLDED, "GET / HTTP/1.1\r\n " HOST "\r\n"),
    REFUSE("a fold that hides a coding", FIELD_FOLDED,
           POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),

    /* Fields. */
    REFUSE("a space before the colon", HEAD_MALFORMED, GET "X-A : a\r\n\r\n"),
    REFUSE("a tab before the colon", HEAD_MALFORMED, GET "Content-Length\t: 0\r\n\r\n"),
    REFUSE("no colon", HEAD_MALFORMED, GET "X-A\r\n\r\n"),
    REFUSE("no name", HEAD_MALFORMED, GET ": a\r\n\r\n"),
    REFUSE("a space in a name", HEAD_MALFORMED, GET "X A: a\r\n\r\n"),
    REFUSE("a slash in a name", HEAD_MALFORMED, GET "X/A: a\r\n\r\n"),
    REFUSE("NUL in a name", HEAD_MALFORMED, GET "X\0A: a\r\n\r\n"),
    REFUSE("NUL in a value", HEAD_MALFORMED, GET "X-A: a\0b\r\n\r\n"),
    REFUSE("DEL in a value", HEAD_MALFORMED, GET "X-A: a\x7f\r\n\r\n"),
    REFUSE("UTF-8 in a name", HEAD_MALFORMED, GET "X-\xC3\xA4: a\r\n\r\n"),
    REFUSE("UTF-8 in a value", HEAD_MALFORMED, GET "X-A: \xC3\xA4\r\n\r\n"),
    REFUSE("a name of 256 bytes", HEAD_MALFORMED, GET A64 A64 A64 A64 ": a\r\n\r\n"),
    REFUSE("Authorization twice", FIELD_REPEATED,
           GET "Authorization: a\r\nauthorization: a\r\n\r\n"),
    REFUSE("X-Api-Key twice", FIELD_REPEATED, GET "X-Api-Key: a\r\nX-Api-Key: b\r\n\r\n"),
    REFUSE("Content-Type twice", FIELD_REPEATED,
           GET "Content-Type: application/json\r\nContent-Type: text/plain\r\n\r\n"),
    REFUSE("Content-Encoding twice", FIELD_REPEATED,
           GET "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n\r\n"),
    REFUSE("Origin twice", FIELD_REPEATED, GET "Origin: a\r\nOrigin: b\r\n\r\n"),
    REFUSE("Mcp-Session-Id twice", FIELD_REPEATED,
           GET "Mcp-Session-Id: a\r\nMCP-SESSION-ID: b\r\n\r\n"),

    /* Host. */
    REFUSE("no Host", HOST_MISSING, "GET / HTTP/1.1\r\n\r\n"),
    REFUSE("no Host in HTTP/1.0", HOST_MISSING, "GET / HTTP/1.0\r\n\r\n"),
    REFUSE("two Hosts", HOST_REPEATED, GET "Host: other.test\r\n\r\n"),
    REFUSE("the same Host twice", HOST_REPEATED, GET HOST "\r\n"),
    REFUSE("an empty Host", HOST_INVALID, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    REFUSE("a list of Hosts", HOST_INVALID, "GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n"),
    REFUSE("a Host with a path", HOST_INVALID, "GET / HTTP/1.1\r\nHost: a.test/b\r\n\r\n"),
    REFUSE("a Host with a user", HOST_INVALID, "GET / HTTP/1.1\r\nHost: a@b.test\r\n\r\n"),
    REFUSE("a Host with no port", HOST_INVALID, "GET / HTTP/1.1\r\nHost: a.test:\r\n\r\n"),
    REFUSE("a Host with port 65536", HOST_INVALID, "GET / HTTP/1.1\r\nHost: a.test:65536\r\n\r\n"),
    REFUSE("an open bracket", HOST_INVALID, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    REFUSE("empty brackets", HOST_INVALID, "GET / HTTP/1.1\r\nHost: []\r\n\r\n"),
    REFUSE("one digit in brackets", HOST_INVALID, "GET / HTTP/1.1\r\nHost: [1]\r\n\r\n"),
    REFUSE("a zone in brackets", HOST_INVALID, "GET / HTTP/1.1\r\nHost: [fe80::1%eth0]\r\n\r\n"),
    ACCEPT("a Host with a port", "GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n", ""),
    ACCEPT("an IPv6 Host", "GET / HTTP/1.1\r\nHost: [::ffff:10.0.0.1]:80\r\n\r\n", ""),

    /* The request line. */
    REFUSE("absolute-form", TARGET_INVALID, "GET http://gate.test/ HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("asterisk-form", TARGET_INVALID, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("dot segments", TARGET_INVALID, "GET /a/../b HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("a fragment", TARGET_INVALID, "GET /a#b HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("NUL in the target", TARGET_INVALID, "GET /a\0 HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("UTF-8 in the target", TARGET_INVALID, "GET /\xC3\xA4 HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("a method in lower case", METHOD_UNSUPPORTED, "get / HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("an unknown method", METHOD_UNSUPPORTED, "BREW / HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("CONNECT", METHOD_UNSUPPORTED, "CONNECT a.test:443 HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("HTTP/2.0", VERSION_UNSUPPORTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    REFUSE("HTTP/1.2", VERSION_UNSUPPORTED, "GET / HTTP/1.2\r\n" HOST "\r\n"),
    REFUSE("HTTP/0.9 as such", HEAD_MALFORMED, "GET /\r\n\r\n"),
    REFUSE("http/1.1", HEAD_MALFORMED, "GET / http/1.1\r\n" HOST "\r\n"),
    REFUSE("HTTP/1.10", HEAD_MALFORMED, "GET / HTTP/1.10\r\n" HOST "\r\n"),
    REFUSE("two spaces", HEAD_MALFORMED, "GET  / HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("a space at the end", HEAD_MALFORMED, "GET / HTTP/1.1 \r\n" HOST "\r\n"),
    REFUSE("a space in the target", HEAD_MALFORMED, "GET /a b HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("a tab for a space", HEAD_MALFORMED, "GET\t/ HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("a space in front", HEAD_MALFORMED, " GET / HTTP/1.1\r\n" HOST "\r\n"),
    REFUSE("a TLS hello", LINE_END_INVALID, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n"),

    /* Expectations and the connection. */
    ACCEPT("100-continue", POST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", "x"),
    REFUSE("another expectation", EXPECTATION_UNKNOWN, POST "Expect: 200-ok\r\n\r\n"),
    REFUSE("an empty expectation", EXPECTATION_UNKNOWN, POST "Expect:\r\n\r\n"),
    REFUSE("two expectations", FIELD_REPEATED,
           POST "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"),
    REFUSE("Connection: authorization", HEAD_MALFORMED,
           GET "Connection: close, Authorization\r\n\r\n"),
    REFUSE("Connection: content-length", HEAD_MALFORMED, GET "Connection: content-length\r\n\r\n"),
    REFUSE("Connection: transfer-encoding", HEAD_MALFORMED,
           GET "Connection: transfer-encoding\r\n\r\n"),
    REFUSE("Connection that is no list of tokens", HEAD_MALFORMED, GET "Connection: a b\r\n\r\n"),
    ACCEPT("Connection with empty elements", GET "Connection: ,, close,\r\n\r\n", ""),
};

static struct message message;

static void test_every_probe_has_its_verdict(void)
{
    char note[160];

    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        const struct probe *p = &probes[i];
        size_t cut;
        bool same;

        message.head = (struct pn_h1_head){ 0 };
        same = message_read_every_way(&message, MESSAGE_REQUEST, p->bytes, &cut);
        snprintf(note, sizeof note, "%s: step %d, reason %.*s", p->what, (int)message.step,
                 (int)pn_reason_name(message.reason).len,
                 (const char *)pn_reason_name(message.reason).at);

        TEST_ASSERT_EQUAL_INT_MESSAGE(p->reason, message.reason, note);
        TEST_ASSERT_EQUAL_INT_MESSAGE(p->reason ? PN_REFUSED : PN_DONE, message.step, note);
        TEST_ASSERT_TRUE_MESSAGE(
            p->reason || pn_slice_equal(p->body, pn_slice(message.body, message.body_bytes)), note);
        TEST_ASSERT_TRUE_MESSAGE(p->reason || message.used_bytes == p->bytes.len, note);
        snprintf(note, sizeof note, "%s: another verdict when cut at %zu", p->what, cut);
        TEST_ASSERT_TRUE_MESSAGE(same, note);
    }
}

/* An accepted message is awaited to its last byte, whatever it is cut to. */
static void test_no_prefix_of_an_accepted_message_is_enough(void)
{
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        const struct probe *p = &probes[i];

        if (p->reason != PN_REASON_NONE) continue;
        for (size_t len = 0; len < p->bytes.len; len++) {
            message.head = (struct pn_h1_head){ 0 };
            message_read(&message, MESSAGE_REQUEST, pn_slice_head(p->bytes, len),
                         (struct arrival){ len, 0 });
            TEST_ASSERT_EQUAL_INT_MESSAGE(PN_MORE, message.step, p->what);
        }
    }
}

/* What follows a message belongs to the next one. */
static void test_bytes_behind_the_message_are_left(void)
{
    static uint8_t bytes[1024];

    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        const struct probe *p = &probes[i];
        size_t cut;

        if (p->reason != PN_REASON_NONE) continue;
        memcpy(bytes, p->bytes.at, p->bytes.len);
        memcpy(bytes + p->bytes.len, "GET /", 5);
        message.head = (struct pn_h1_head){ 0 };
        TEST_ASSERT_TRUE_MESSAGE(message_read_every_way(&message, MESSAGE_REQUEST,
                                                        pn_slice(bytes, p->bytes.len + 5), &cut),
                                 p->what);
        TEST_ASSERT_EQUAL_size_t_MESSAGE(p->bytes.len, message.used_bytes, p->what);
    }
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
    RUN_TEST(test_every_probe_has_its_verdict);
    RUN_TEST(test_no_prefix_of_an_accepted_message_is_enough);
    RUN_TEST(test_bytes_behind_the_message_are_left);
    return UNITY_END();
}
