/* SPDX-License-Identifier: Apache-2.0 */
/* test_sse.c - event streams, cut at every byte.
 *
 * What is read is written down as text, so that a row says all of it: a letter for the field (e d i
 * r, c for a comment, o for others), its value in parentheses, "|" at the end of an event. */
#include "core/http/sse.h"
#include "unity.h"

#include <stdlib.h>

struct row {
    struct pn_slice in;
    const char *read;
};

#define ROW(in, read) \
    { \
        PN_SLICE_INIT(in), read \
    }

static const struct row rows[] = {
    ROW("", ""),
    ROW("data: a\n\n", "d(a)|"),
    ROW("data: a\r\n\r\n", "d(a)|"),
    ROW("data: a\r\r", "d(a)|"),
    ROW("data: a\r\n\ndata: b\n\r\n", "d(a)|d(b)|"),
    ROW("data:a\n\n", "d(a)|"),
    ROW("data:  a \n\n", "d( a )|"),
    ROW("data\n\n", "d()|"),
    ROW("data:\n\n", "d()|"),
    ROW("data: \n\n", "d()|"),
    ROW("data: a\ndata: b\n\n", "d(a)d(b)|"),
    ROW("event: ping\nid: 7\nretry: 10\ndata: {\"a\":1}\n\n", "e(ping)i(7)r(10)d({\"a\":1})|"),
    ROW(": hi\n\n", "c(hi)|"),
    ROW(":\n:x\n", "c()c(x)"),
    ROW("Data: a\nDATA: b\n\n", "o(a)o(b)|"),
    ROW("datax: a\ndat: b\nda\n\n", "o(a)o(b)o()|"),
    ROW("retryx: a\nevents: b\nidx: c\n\n", "o(a)o(b)o(c)|"),
    ROW("a field name that is long\n\n", "o()|"),
    ROW(" data: a\n\n", "o(a)|"),
    ROW("data : a\n\n", "o(a)|"),
    ROW("data: a: b\n\n", "d(a: b)|"),
    ROW("\n\n\n", "|||"),
    ROW("\r\n\r\n", "||"),
    ROW("\r\r\n\n", "|||"),
    ROW("data: a\n\ndata: b", "d(a)|d(b"),
    ROW("\xEF\xBB\xBF"
        "data: a\n\n",
        "d(a)|"),
    ROW("\xEF\xBB\xBF\xEF\xBB\xBF"
        "data: a\n\n",
        "o(a)|"),
    ROW("data: a\n\xEF\xBB\xBF"
        "data: b\n\n",
        "d(a)o(b)|"),
    ROW("\xEF\xBB"
        "data: a\n\n",
        "o(a)|"),
    ROW("\xEF\n\n", "o()|"),
    ROW("\xEF: a\n\n", "o(a)|"),
    ROW("data: a\0b\n\n", "d(a\\b)|"),
    ROW("data: \xE2\x80\xA8\x0b\x0c\x85\n\n", "d(\xE2\x80\xA8\x0b\x0c\x85)|"),
};

/* The text of what is read; reading goes on in it from piece to piece. */
struct reader {
    struct pn_sse sse;
    struct pn_writer text;
    bool in_line;
    enum pn_step step;
    size_t used;
};

static const char letters[] = { 'o', 'c', 'e', 'd', 'i', 'r' };

static void line_opened(struct reader *r, const struct pn_sse_item *item)
{
    if (r->in_line) return;
    pn_write_byte(&r->text, (uint8_t)letters[item->field]);
    pn_write_byte(&r->text, '(');
    r->in_line = true;
}

static void note(struct reader *r, const struct pn_sse_item *item)
{
    switch ((enum pn_sse_kind)item->kind) {
    case PN_SSE_VALUE:
        TEST_ASSERT_TRUE(item->value.len > 0);
        line_opened(r, item);
        for (size_t i = 0; i < item->value.len; i++) {
            pn_write_byte(&r->text, item->value.at[i] == 0 ? '\\' : item->value.at[i]);
        }
        break;
    case PN_SSE_LINE_END:
        line_opened(r, item);
        pn_write_byte(&r->text, ')');
        r->in_line = false;
        break;
    case PN_SSE_EVENT_END: pn_write_byte(&r->text, '|'); break;
    case PN_SSE_NOTHING: TEST_FAIL_MESSAGE("an item that is none");
    }
}

static void feed(struct reader *r, struct pn_slice piece)
{
    uint8_t *exact = malloc(piece.len > 0 ? piece.len : 1);
    struct pn_slice in = pn_slice(exact, piece.len);
    struct pn_sse_item item;

    if (piece.len > 0) memcpy(exact, piece.at, piece.len);
    while ((r->step = pn_sse_next(&r->sse, &in, &item)) == PN_DONE) note(r, &item);
    r->used += piece.len - in.len;
    free(exact);
}

static void read_cut(const struct row *row, size_t first, size_t next)
{
    uint8_t text[256];
    struct reader r = { .text = pn_writer(text, sizeof text) };
    struct pn_slice rest = row->in;

    for (size_t len = first; rest.len > 0; len = next) {
        if (len > rest.len) len = rest.len;
        feed(&r, pn_slice_head(rest, len));
        TEST_ASSERT_EQUAL_INT(PN_MORE, r.step);
        rest = pn_slice_from(rest, len);
    }
    TEST_ASSERT_EQUAL_size_t(row->in.len, r.used);
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(row->read), r.text.len, row->read);
    if (r.text.len > 0) TEST_ASSERT_EQUAL_MEMORY_MESSAGE(row->read, text, r.text.len, row->read);
    TEST_ASSERT_EQUAL_INT(row->read[0] == 0 || row->read[strlen(row->read) - 1] == '|',
                          pn_sse_between_events(&r.sse));
}

static void test_every_stream_whole_cut_and_by_bytes(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        read_cut(&rows[i], rows[i].in.len, 1);
        for (size_t cut = 0; cut < rows[i].in.len; cut++) read_cut(&rows[i], cut, rows[i].in.len);
        read_cut(&rows[i], 1, 1);
    }
}

/* The bytes consumed are the item: a caller can drop an event and pass the next one on. */
static void test_items_end_where_their_bytes_end(void)
{
    static const size_t ends[] = { 7, 9, 11, 16, 17 };
    struct pn_slice in = PN_SLICE("data: a\r\n\r\nid: 7\n"), whole = in;
    struct pn_sse s = { 0 };
    struct pn_sse_item item;

    for (size_t i = 0; i < 5; i++) {
        TEST_ASSERT_EQUAL_INT(PN_DONE, pn_sse_next(&s, &in, &item));
        TEST_ASSERT_EQUAL_size_t(ends[i], whole.len - in.len);
    }
    TEST_ASSERT_EQUAL_INT(PN_MORE, pn_sse_next(&s, &in, &item));
}

static enum pn_step read_all(struct pn_sse *s, struct pn_slice in)
{
    struct pn_sse_item item;
    enum pn_step step = PN_DONE;

    while (step == PN_DONE) step = pn_sse_next(s, &in, &item);
    return step;
}

static void test_a_line_has_a_limit(void)
{
    static const struct row refused[] = {
        ROW("data: 12345\n", ""),
        ROW("a very long name\n", ""),
        ROW(": 123456789", ""),
    };
    struct pn_sse s = { .line_bytes_max = 10 };

    TEST_ASSERT_EQUAL_INT(PN_MORE,
                          read_all(&s, PN_SLICE("data: 1234\ndata: 1234\n\n: 12345678\n")));
    for (size_t i = 0; i < 3; i++) {
        s = (struct pn_sse){ .line_bytes_max = 10 };
        TEST_ASSERT_EQUAL_INT(PN_REFUSED, read_all(&s, refused[i].in));
        TEST_ASSERT_EQUAL_INT(PN_REFUSED, read_all(&s, PN_SLICE("\n\n")));

        s = (struct pn_sse){ .line_bytes_max = 10 };
        for (size_t at = 0; at < refused[i].in.len; at++)
            read_all(&s, pn_slice(refused[i].in.at + at, 1));
        TEST_ASSERT_EQUAL_INT(PN_REFUSED, read_all(&s, PN_SLICE("\n")));
    }
}

/* 1 MiB in one line passes piece by piece; nothing is kept of it. */
static void test_long_data_passes_in_pieces(void)
{
    static uint8_t piece[1024];
    struct pn_sse s = { 0 };
    struct pn_sse_item item;
    size_t seen = 0;

    memset(piece, 'x', sizeof piece);
    TEST_ASSERT_EQUAL_INT(PN_MORE, read_all(&s, PN_SLICE("data: ")));
    for (unsigned i = 0; i < 1024; i++) {
        struct pn_slice in = pn_slice(piece, sizeof piece);
        TEST_ASSERT_EQUAL_INT(PN_DONE, pn_sse_next(&s, &in, &item));
        TEST_ASSERT_EQUAL_INT(PN_SSE_VALUE, item.kind);
        TEST_ASSERT_EQUAL_PTR(piece, item.value.at);
        seen += item.value.len;
        TEST_ASSERT_EQUAL_INT(PN_MORE, pn_sse_next(&s, &in, &item));
    }
    TEST_ASSERT_EQUAL_size_t(1048576, seen);
    TEST_ASSERT_FALSE(pn_sse_between_events(&s));
}

static uint8_t out[256];

static void written_is(struct pn_writer *w, const char *expected)
{
    TEST_ASSERT_FALSE_MESSAGE(w->full, expected);
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(expected), w->len, expected);
    TEST_ASSERT_EQUAL_MEMORY_MESSAGE(expected, out, w->len, expected);
    *w = pn_writer(out, sizeof out);
}

static void test_events_are_written(void)
{
    struct pn_writer w = pn_writer(out, sizeof out);

    pn_sse_write_event(&w, PN_SLICE(""), PN_SLICE("{}"));
    written_is(&w, "data: {}\n\n");
    pn_sse_write_event(&w, PN_SLICE("message"), PN_SLICE("a\nb\r\nc\rd\n"));
    written_is(&w, "event: message\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
    pn_sse_write_event(&w, PN_SLICE(""), PN_SLICE(""));
    written_is(&w, "data: \n\n");
    pn_sse_write_line(&w, PN_SSE_COMMENT, PN_SLICE("keep-alive"));
    pn_sse_write_line(&w, PN_SSE_ID, PN_SLICE("7"));
    pn_sse_write_line(&w, PN_SSE_RETRY, PN_SLICE("100"));
    pn_sse_write_event_end(&w);
    written_is(&w, ": keep-alive\nid: 7\nretry: 100\n\n");
}

static void test_a_line_is_one_line(void)
{
    static const struct pn_slice bad[] = { PN_SLICE_INIT("a\nb"), PN_SLICE_INIT("a\r"),
                                           PN_SLICE_INIT("a\0") };

    for (size_t i = 0; i < 3; i++) {
        struct pn_writer w = pn_writer(out, sizeof out);
        pn_sse_write_line(&w, PN_SSE_ID, bad[i]);
        TEST_ASSERT_TRUE(w.full);
        w = pn_writer(out, sizeof out);
        pn_sse_write_event(&w, bad[i], PN_SLICE("x"));
        TEST_ASSERT_TRUE(w.full);
    }
    struct pn_writer w = pn_writer(out, sizeof out);
    pn_sse_write_line(&w, PN_SSE_OTHER, PN_SLICE("x"));
    TEST_ASSERT_TRUE(w.full);
}

/* A value may be taken in parts; its bytes count once towards the line's limit. */
static void test_what_is_given_back_comes_again(void)
{
    struct pn_sse s = { .line_bytes_max = 13 };
    struct pn_slice in = PN_SLICE("data:  abcdef\n\n");
    struct pn_sse_item item;

    for (size_t left = 7; left > 0; left--) {
        TEST_ASSERT_EQUAL(PN_DONE, pn_sse_next(&s, &in, &item));
        TEST_ASSERT_EQUAL(PN_SSE_VALUE, item.kind);
        TEST_ASSERT_EQUAL(left, item.value.len);
        pn_sse_give_back(&s, &in, left);
        TEST_ASSERT_EQUAL(PN_DONE, pn_sse_next(&s, &in, &item));
        TEST_ASSERT_EQUAL(left, item.value.len);
        TEST_ASSERT_EQUAL(" abcdef"[7 - left], item.value.at[0]);
        pn_sse_give_back(&s, &in, left - 1);
    }
    TEST_ASSERT_EQUAL(PN_DONE, pn_sse_next(&s, &in, &item));
    TEST_ASSERT_EQUAL(PN_SSE_LINE_END, item.kind);
    TEST_ASSERT_EQUAL(PN_DONE, pn_sse_next(&s, &in, &item));
    TEST_ASSERT_EQUAL(PN_SSE_EVENT_END, item.kind);
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
    RUN_TEST(test_every_stream_whole_cut_and_by_bytes);
    RUN_TEST(test_items_end_where_their_bytes_end);
    RUN_TEST(test_a_line_has_a_limit);
    RUN_TEST(test_long_data_passes_in_pieces);
    RUN_TEST(test_events_are_written);
    RUN_TEST(test_a_line_is_one_line);
    RUN_TEST(test_what_is_given_back_comes_again);
    return UNITY_END();
}
