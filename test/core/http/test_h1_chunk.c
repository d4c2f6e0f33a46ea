/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_chunk.c - chunked framing, cut at every byte. */
#include "core/http/h1_chunk.h"
#include "unity.h"

#include <stdlib.h>

/* `left` is what remains of the input behind the body. */
struct row {
    struct pn_slice in;
    const char *data, *left;
    enum pn_step step;
    enum pn_trailers trailers;
};

#define ROW(in, data, left, step) \
    { \
        PN_SLICE_INIT(in), data, left, step, PN_TRAILERS_REFUSED \
    }
#define SKIP(in, data, left, step) \
    { \
        PN_SLICE_INIT(in), data, left, step, PN_TRAILERS_SKIPPED \
    }

static const struct row rows[] = {
    ROW("0\r\n\r\n", "", "", PN_DONE),
    ROW("3\r\nabc\r\n0\r\n\r\n", "abc", "", PN_DONE),
    ROW("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET", "abcde", "GET", PN_DONE),
    ROW("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "", PN_DONE),
    ROW("a\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n\r\n\r\n\r\n", "", PN_DONE),
    ROW("003\r\nabc\r\n000\r\n\r\n", "abc", "", PN_DONE),
    ROW("000000000000001\r\na\r\n0\r\n\r\n", "a", "", PN_DONE),
    ROW("fffffffffffffff\r\nabc", "abc", "", PN_MORE),
    ROW("", "", "", PN_MORE),
    ROW("3\r\nab", "ab", "", PN_MORE),
    ROW("3\r\nabc\r\n0\r\n\r", "abc", "", PN_MORE),
    ROW("3\nabc\r\n", "", NULL, PN_REFUSED),               /* bare LF */
    ROW("3\r\nabc\n0\r\n\r\n", "abc", NULL, PN_REFUSED),   /* bare LF behind the data */
    ROW("3\r\nabcd\r\n", "abc", NULL, PN_REFUSED),         /* more data than promised */
    ROW("3\rXabc", "", NULL, PN_REFUSED),                  /* CR without LF */
    ROW("ffffffffffffffff\r\n", "", NULL, PN_REFUSED),     /* 16 digits */
    ROW("0000000000000000\r\n\r\n", "", NULL, PN_REFUSED), /* 16 digits, of zero */
    ROW("\r\n0\r\n\r\n", "", NULL, PN_REFUSED),            /* no digit */
    ROW("\r\n\r\n", "", NULL, PN_REFUSED),                 /* no digit is not a zero */
    ROW("g\r\n", "", NULL, PN_REFUSED),                    /* no hexadecimal digit */
    ROW("0x3\r\nabc\r\n", "", NULL, PN_REFUSED),
    ROW("-1\r\n", "", NULL, PN_REFUSED),
    ROW("+3\r\nabc\r\n", "", NULL, PN_REFUSED),
    ROW(" 3\r\nabc\r\n", "", NULL, PN_REFUSED),
    ROW("3 \r\nabc\r\n", "", NULL, PN_REFUSED),
    ROW("3\t\r\nabc\r\n", "", NULL, PN_REFUSED),
    ROW("3;x=y\r\nabc\r\n", "", NULL, PN_REFUSED), /* extension */
    ROW("0;x\r\n\r\n", "", NULL, PN_REFUSED),
    ROW("3\0\r\nabc\r\n", "", NULL, PN_REFUSED),
    ROW("0\r\nX: y\r\n\r\n", "", NULL, PN_REFUSED), /* trailer on a request */
    ROW("0\r\n\n", "", NULL, PN_REFUSED),
    ROW("0\r\n\rX", "", NULL, PN_REFUSED),
    ROW("0\n\n", "", NULL, PN_REFUSED),

    SKIP("0\r\n\r\n!", "", "!", PN_DONE),
    SKIP("1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\nHTTP", "a", "HTTP", PN_DONE),
    SKIP("0\r\nX: y\r\n\r", "", "", PN_MORE),
    SKIP("0\r\nContent-Lengthy: 1\r\nContent-Lengt: 1\r\nAContent-Length: 1\r\n\r\n", "", "",
         PN_DONE),
    SKIP("0\r\nX: y\r\ncontent-LENGTH: 1\r\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\nX\r\n\r\n", "", NULL, PN_REFUSED), /* no colon */
    SKIP("0\r\nX : y\r\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\nX: y\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\nX: y\rZ\r\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\n X: y\r\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\n: y\r\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\nX: \x80\r\n\r\n", "", NULL, PN_REFUSED),
    SKIP("0\r\nX: \0\r\n\r\n", "", NULL, PN_REFUSED),
};

/* What came out so far, over all pieces. */
struct result {
    enum pn_step step;
    size_t data_len, used;
    uint8_t data[64];
};

static void feed(struct pn_chunk *c, struct pn_slice piece, struct result *r)
{
    uint8_t *exact = malloc(piece.len > 0 ? piece.len : 1);
    struct pn_slice in = pn_slice(exact, piece.len), data;

    if (piece.len > 0) memcpy(exact, piece.at, piece.len);
    do {
        r->step = pn_chunk_next(c, &in, &data);
        TEST_ASSERT_TRUE(r->data_len + data.len <= sizeof r->data);
        if (data.len > 0) memcpy(r->data + r->data_len, data.at, data.len);
        r->data_len += data.len;
    } while (r->step == PN_MORE && in.len > 0);
    r->used += piece.len - in.len;
    free(exact);
}

/* Feed `row` in pieces of `first` bytes, then `next` at a time. */
static struct result decode(const struct row *row, size_t first, size_t next)
{
    struct pn_chunk c = { .trailers = (uint8_t)row->trailers };
    struct result r = { .step = PN_MORE };
    struct pn_slice rest = row->in;

    for (size_t len = first; r.step == PN_MORE; len = next) {
        if (len > rest.len) len = rest.len;
        feed(&c, pn_slice_head(rest, len), &r);
        rest = pn_slice_from(rest, len);
        if (rest.len == 0) break;
    }
    return r;
}

static void check(const struct row *row, struct result r)
{
    const char *name = (const char *)row->in.at;

    TEST_ASSERT_EQUAL_INT_MESSAGE(row->step, r.step, name);
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(row->data), r.data_len, name);
    if (r.data_len > 0) TEST_ASSERT_EQUAL_MEMORY_MESSAGE(row->data, r.data, r.data_len, name);
    if (row->left) TEST_ASSERT_EQUAL_size_t_MESSAGE(row->in.len - strlen(row->left), r.used, name);
}

static void test_every_row_whole_cut_and_by_bytes(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check(&rows[i], decode(&rows[i], rows[i].in.len, 1));
        for (size_t cut = 0; cut < rows[i].in.len; cut++)
            check(&rows[i], decode(&rows[i], cut, rows[i].in.len));
        check(&rows[i], decode(&rows[i], 1, 1));
    }
}

static void test_an_end_stays_an_end(void)
{
    struct pn_chunk c = { 0 };
    struct pn_slice in = PN_SLICE("0\r\n\r\nnext"), data;

    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_chunk_next(&c, &in, &data));
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_chunk_next(&c, &in, &data));
    TEST_ASSERT_TRUE(pn_slice_equal(in, PN_SLICE("next")));

    c = (struct pn_chunk){ 0 };
    in = PN_SLICE("x0\r\n\r\n");
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_chunk_next(&c, &in, &data));
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_chunk_next(&c, &in, &data));
}

static void test_data_is_lent_not_copied(void)
{
    static const char text[] = "5\r\nhello\r\n0\r\n\r\n";
    struct pn_chunk c = { 0 };
    struct pn_slice in = PN_SLICE(text), data;

    in.at = (const uint8_t *)text;
    TEST_ASSERT_EQUAL_INT(PN_MORE, pn_chunk_next(&c, &in, &data));
    TEST_ASSERT_EQUAL_PTR(text + 3, data.at);
    TEST_ASSERT_EQUAL_size_t(5, data.len);
}

/* The section is skipped up to its limit, line feeds not counted, and no further. */
static void test_a_trailer_section_is_bounded(void)
{
    static uint8_t text[PN_TRAILER_BYTES_MAX + 16];
    struct pn_chunk c = { .trailers = PN_TRAILERS_SKIPPED };
    struct pn_slice in = pn_slice(text, PN_TRAILER_BYTES_MAX + 6), data;

    memset(text, 'x', sizeof text);
    memcpy(text, "0\r\nX:", 5);
    memcpy(text + 3 + PN_TRAILER_BYTES_MAX - 1, "\r\n\r\n", 4);
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_chunk_next(&c, &in, &data));

    memmove(text + 6, text + 5, sizeof text - 6);
    c = (struct pn_chunk){ .trailers = PN_TRAILERS_SKIPPED };
    in = pn_slice(text, PN_TRAILER_BYTES_MAX + 7);
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_chunk_next(&c, &in, &data));
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
    RUN_TEST(test_every_row_whole_cut_and_by_bytes);
    RUN_TEST(test_an_end_stays_an_end);
    RUN_TEST(test_data_is_lent_not_copied);
    RUN_TEST(test_a_trailer_section_is_bounded);
    return UNITY_END();
}
