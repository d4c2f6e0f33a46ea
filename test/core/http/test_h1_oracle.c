/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_oracle.c - our verdict over many messages, for another parser to be held against.
 *
 * Without an argument: the usual self-check. With a file: it holds messages, each as one byte of
 * kind (0 request, 1 response, 2 response to HEAD), four bytes of length, little-endian, and the
 * bytes. One line of output for each, which llhttp.ctest.sh compares with llhttp's:
 *
 *   accept METHOD-OR-STATUS TARGET-OR-DASH MINOR KEEP USED-BYTES BODY-IN-HEX
 *   refuse REASON
 *   more
 */
#include "core/base/bytes.h"
#include "h1_message.h"
#include "unity.h"

#include <stdio.h>

static struct message message;

static void print_slice(FILE *out, struct pn_slice s)
{
    fprintf(out, "%.*s", (int)s.len, (const char *)s.at);
}

static void print_accepted(FILE *out, enum message_kind kind)
{
    fputs("accept ", out);
    if (kind == MESSAGE_REQUEST) {
        print_slice(out, pn_h1_method_name((enum pn_h1_method)message.head.method));
        fputc(' ', out);
        print_slice(out, pn_h1_target(&message.head));
    } else {
        fprintf(out, "%u -", message.head.status);
    }
    fprintf(out, " %u %s %zu ", message.head.minor, message.head.keep_alive ? "keep" : "close",
            message.used_bytes);
    for (size_t i = 0; i < message.body_bytes; i++) fprintf(out, "%02x", message.body[i]);
    fputc('\n', out);
}

static void judge(FILE *out, uint8_t what, struct pn_slice bytes)
{
    enum message_kind kind = what == 0 ? MESSAGE_REQUEST : MESSAGE_RESPONSE;
    size_t cut = bytes.len % 7 + 1;

    message.head = (struct pn_h1_head){ .method = what == 2 ? PN_METHOD_HEAD : PN_METHOD_NONE };
    message_read(&message, kind, bytes, (struct arrival){ cut, 1000 });
    if (message.step == PN_DONE) {
        print_accepted(out, kind);
    } else if (message.step == PN_REFUSED) {
        fputs("refuse ", out);
        print_slice(out, pn_reason_name(message.reason));
        fputc('\n', out);
    } else {
        fputs("more\n", out);
    }
}

static int judge_file(const char *path)
{
    static uint8_t bytes[MESSAGE_BYTES_MAX];
    uint8_t start[5];
    FILE *in = fopen(path, "rb");

    if (in == NULL) return 2;
    while (fread(start, 1, sizeof start, in) == sizeof start) {
        size_t len = pn_load32(start + 1);
        if (len > sizeof bytes || fread(bytes, 1, len, in) != len) return 2;
        judge(stdout, start[0], pn_slice(bytes, len));
    }
    fclose(in);
    return 0;
}

static void line_is(const char *expected, uint8_t what, struct pn_slice bytes)
{
    char text[256] = "";
    FILE *out = fmemopen(text, sizeof text, "w");

    judge(out, what, bytes);
    fclose(out);
    TEST_ASSERT_EQUAL_STRING(expected, text);
}

static void test_verdicts_are_written_down(void)
{
    line_is("accept POST /a?b 1 keep 58 6162\n", 0,
            PN_SLICE("POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX: y\r\n\r\nabGET"));
    line_is("accept 200 - 1 close 21 6162\n", 1, PN_SLICE("HTTP/1.1 200 OK\r\n\r\nab"));
    line_is("accept 200 - 1 keep 19 \n", 2, PN_SLICE("HTTP/1.1 200 OK\r\n\r\n"));
    line_is("refuse host_missing\n", 0, PN_SLICE("GET / HTTP/1.1\r\n\r\n"));
    line_is("more\n", 0, PN_SLICE("GET / HTTP/1.1\r\n"));
}

void setUp(void)
{
}

void tearDown(void)
{
}

int main(int argc, char **argv)
{
    if (argc > 1) return judge_file(argv[1]);
    UNITY_BEGIN();
    RUN_TEST(test_verdicts_are_written_down);
    return UNITY_END();
}
