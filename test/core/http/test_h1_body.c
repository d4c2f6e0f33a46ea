/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_body.c - one reader over four kinds of framing. */
#include "core/http/h1_body.h"
#include "unity.h"

static struct pn_h1_body body_of(enum pn_h1_framing framing, uint64_t body_bytes)
{
    struct pn_h1_head h = { .framing = (uint8_t)framing, .body_bytes = body_bytes };

    return pn_h1_request_body(&h);
}

static void next_is(struct pn_h1_body *b, struct pn_slice *in, enum pn_step step, const char *data)
{
    struct pn_slice got = PN_SLICE("untouched");

    TEST_ASSERT_EQUAL_INT(step, pn_h1_body_next(b, in, &got));
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(data), got.len, data);
    if (got.len > 0) TEST_ASSERT_EQUAL_MEMORY(data, got.at, got.len);
}

static void test_no_body_is_done_at_once(void)
{
    struct pn_h1_body b = body_of(PN_BODY_NONE, 0);
    struct pn_slice in = PN_SLICE("GET"), none = pn_slice(NULL, 0);

    next_is(&b, &none, PN_DONE, "");
    next_is(&b, &in, PN_DONE, "");
    TEST_ASSERT_EQUAL_size_t(3, in.len);
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_body_end_of_stream(&b));

    b = body_of(PN_BODY_LENGTH, 0);
    next_is(&b, &none, PN_DONE, "");
}

static void test_a_length_is_counted(void)
{
    struct pn_h1_body b = body_of(PN_BODY_LENGTH, 5);
    struct pn_slice first = PN_SLICE("abc"), second = PN_SLICE("deGET"), none = pn_slice(NULL, 0);

    next_is(&b, &none, PN_MORE, "");
    next_is(&b, &first, PN_MORE, "abc");
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_h1_body_end_of_stream(&b));
    next_is(&b, &second, PN_DONE, "de");
    TEST_ASSERT_TRUE(pn_slice_equal(second, PN_SLICE("GET")));
    next_is(&b, &second, PN_DONE, "");
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_body_end_of_stream(&b));
}

static void test_a_length_beyond_32_bits_is_counted(void)
{
    struct pn_h1_body b = body_of(PN_BODY_LENGTH, 0x100000001u);
    struct pn_slice in = PN_SLICE("ab");

    next_is(&b, &in, PN_MORE, "ab");
    TEST_ASSERT_EQUAL_UINT64(0xFFFFFFFFu, b.chunk.left_bytes);
}

static void test_chunks_are_taken_apart(void)
{
    struct pn_h1_body b = body_of(PN_BODY_CHUNKED, 0);
    struct pn_slice in = PN_SLICE("3\r\nabc\r\n0\r\n\r\nGET");

    next_is(&b, &in, PN_MORE, "abc");
    TEST_ASSERT_EQUAL_INT(PN_REFUSED, pn_h1_body_end_of_stream(&b));
    next_is(&b, &in, PN_DONE, "");
    TEST_ASSERT_TRUE(pn_slice_equal(in, PN_SLICE("GET")));
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_body_end_of_stream(&b));
}

static void test_trailers_depend_on_the_side(void)
{
    struct pn_h1_head h = { .framing = PN_BODY_CHUNKED };
    struct pn_h1_body request = pn_h1_request_body(&h), response = pn_h1_response_body(&h);
    struct pn_slice in = PN_SLICE("0\r\nX: y\r\n\r\n"), same = in;

    next_is(&request, &in, PN_REFUSED, "");
    next_is(&response, &same, PN_DONE, "");
}

static void test_a_stream_ends_where_the_peer_closes(void)
{
    struct pn_h1_body b = body_of(PN_BODY_UNTIL_CLOSE, 0);
    struct pn_slice in = PN_SLICE("abc"), none = pn_slice(NULL, 0);

    next_is(&b, &none, PN_MORE, "");
    next_is(&b, &in, PN_MORE, "abc");
    TEST_ASSERT_EQUAL_size_t(0, in.len);
    TEST_ASSERT_EQUAL_INT(PN_DONE, pn_h1_body_end_of_stream(&b));
    next_is(&b, &none, PN_DONE, "");
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
    RUN_TEST(test_no_body_is_done_at_once);
    RUN_TEST(test_a_length_is_counted);
    RUN_TEST(test_a_length_beyond_32_bits_is_counted);
    RUN_TEST(test_chunks_are_taken_apart);
    RUN_TEST(test_trailers_depend_on_the_side);
    RUN_TEST(test_a_stream_ends_where_the_peer_closes);
    return UNITY_END();
}
