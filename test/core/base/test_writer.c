/* test_writer.c - what is written, and that nothing is written beyond the buffer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/utf8.h"
#include "core/base/writer.h"
#include "unity.h"

#include <stdlib.h>

void setUp(void)
{
}

void tearDown(void)
{
}

static void expect_written(const struct pn_writer *w, struct pn_slice want)
{
    struct pn_slice got = pn_written(w);

    TEST_ASSERT_FALSE(w->full);
    TEST_ASSERT_EQUAL_size_t(want.len, got.len);
    if (want.len > 0) TEST_ASSERT_EQUAL_MEMORY(want.at, got.at, want.len);
}

static void test_pieces(void)
{
    char out[80];
    struct pn_writer w = pn_writer(out, sizeof out);

    pn_write_text(&w, "a=");
    pn_write_u64(&w, 0);
    pn_write_byte(&w, ' ');
    pn_write_u64(&w, UINT64_MAX);
    pn_write_byte(&w, ' ');
    pn_write_i64(&w, INT64_MIN);
    pn_write_byte(&w, ' ');
    pn_write_i64(&w, -1);
    pn_write_byte(&w, ' ');
    pn_write_i64(&w, INT64_MAX);
    expect_written(
        &w, PN_SLICE("a=0 18446744073709551615 -9223372036854775808 -1 9223372036854775807"));
}

static void test_hex(void)
{
    uint8_t bytes[100];
    char out[200];
    struct pn_writer w = pn_writer(out, sizeof out);

    for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 37);
    pn_write_hex(&w, bytes, sizeof bytes);
    TEST_ASSERT_EQUAL_size_t(200, pn_written(&w).len);
    for (unsigned i = 0; i < sizeof bytes; i++) {
        char pair[3] = { out[2 * i], out[2 * i + 1], 0 };
        TEST_ASSERT_EQUAL_HEX8(bytes[i], strtoul(pair, NULL, 16));
        TEST_ASSERT_NULL(strpbrk(pair, "ABCDEF"));
    }
}

/* At every size too small the writer says so, stays silent, and keeps to its buffer. */
static void test_full(void)
{
    static const char whole[] = "ab12345cd-7\"q\\n\"";

    for (size_t max = 0; max <= sizeof whole - 1; max++) {
        uint8_t *exact = malloc(max);
        struct pn_writer w = pn_writer(exact, max);
        pn_write_text(&w, "ab");
        pn_write_u64(&w, 12345);
        pn_write_text(&w, "cd");
        pn_write_i64(&w, -7);
        pn_write_json_string(&w, PN_SLICE("q\n"));
        TEST_ASSERT_EQUAL(max < sizeof whole - 1, w.full);
        TEST_ASSERT_LESS_OR_EQUAL_size_t(max, w.len);
        if (w.full) {
            TEST_ASSERT_EQUAL_size_t(0, pn_written(&w).len);
            size_t before = w.len;
            pn_write_text(&w, "");
            pn_write_byte(&w, 'x');
            TEST_ASSERT_EQUAL_size_t(before, w.len);
        } else {
            expect_written(&w, pn_slice(whole, sizeof whole - 1));
        }
        free(exact);
    }
}

static void test_room(void)
{
    uint8_t out[4];
    struct pn_writer w = pn_writer(out, sizeof out);
    uint8_t *room = pn_write_room(&w, 3);

    TEST_ASSERT_EQUAL_PTR(out, room);
    memcpy(room, "abc", 3);
    expect_written(&w, PN_SLICE("abc"));
    TEST_ASSERT_NULL(pn_write_room(&w, 2));
    TEST_ASSERT_TRUE(w.full);
    TEST_ASSERT_NULL(pn_write_room(&w, 1));
}

struct json_row {
    struct pn_slice text, want;
};

static void test_json_string(void)
{
    static const struct json_row rows[] = {
        { PN_SLICE_INIT(""), PN_SLICE_INIT("\"\"") },
        { PN_SLICE_INIT("plain text"), PN_SLICE_INIT("\"plain text\"") },
        { PN_SLICE_INIT("a\"b\\c/d"), PN_SLICE_INIT("\"a\\\"b\\\\c/d\"") },
        { PN_SLICE_INIT("\n\r\t\b\f"), PN_SLICE_INIT("\"\\n\\r\\t\\u0008\\u000c\"") },
        { PN_SLICE_INIT("\0\x1F\x7F"), PN_SLICE_INIT("\"\\u0000\\u001f\\u007f\"") },
        { PN_SLICE_INIT("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
          PN_SLICE_INIT("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"") },
        { PN_SLICE_INIT("a\xFF"
                        "b"),
          PN_SLICE_INIT("\"a\xEF\xBF\xBD"
                        "b\"") },
        { PN_SLICE_INIT("\xC0\x80"), PN_SLICE_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\"") },
        { PN_SLICE_INIT("\xE2\x82"), PN_SLICE_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\"") },
        { PN_SLICE_INIT("\xED\xA0\x80"),
          PN_SLICE_INIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[64];
        struct pn_writer w = pn_writer(out, sizeof out);
        pn_write_json_string(&w, rows[i].text);
        expect_written(&w, rows[i].want);
    }
}

/* Whatever two bytes come in, what goes out is UTF-8 without control characters. */
static void test_json_string_any_bytes(void)
{
    for (unsigned pair = 0; pair < 65536; pair++) {
        uint8_t in[2] = { (uint8_t)(pair >> 8), (uint8_t)pair }, out[16];
        struct pn_writer w = pn_writer(out, sizeof out);
        pn_write_json_string(&w, pn_slice(in, 2));
        TEST_ASSERT_TRUE(pn_utf8_valid(pn_written(&w)));
        for (size_t i = 0; i < w.len; i++) TEST_ASSERT_GREATER_OR_EQUAL_UINT8(0x20, out[i]);
    }
}

/* One byte of any value at any place in a text of any length: it stands for itself or it does not,
 * wherever it is. */
static void test_json_string_one_odd_byte(void)
{
    for (size_t len = 1; len <= 20; len++) {
        for (unsigned odd = 0; odd < 256 * len; odd++) {
            uint8_t in[20], out[64], ch = (uint8_t)(odd % 256);
            struct pn_writer w = pn_writer(out, len + 2);
            memset(in, 'x', sizeof in);
            in[odd / 256] = ch;
            pn_write_json_string(&w, pn_slice(in, len));
            bool plain = ch >= 0x20 && ch < 0x7F && ch != '"' && ch != '\\';
            bool same = !w.full && w.len == len + 2 && memcmp(out + 1, in, len) == 0;
            TEST_ASSERT_EQUAL(plain, same);
            w = pn_writer(out, len + 1);
            pn_write_json_string(&w, pn_slice(in, len));
            TEST_ASSERT_TRUE(w.full);
        }
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_json_string_one_odd_byte);
    RUN_TEST(test_pieces);
    RUN_TEST(test_hex);
    RUN_TEST(test_full);
    RUN_TEST(test_room);
    RUN_TEST(test_json_string);
    RUN_TEST(test_json_string_any_bytes);
    return UNITY_END();
}
