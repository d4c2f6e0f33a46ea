/* Bytes go out in the order they were put in, copied or borrowed, however little is taken at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "unity.h"

static struct pn_outbox box;

void setUp(void)
{
    box.at = malloc(PN_OUTBOX_BYTES);
    pn_outbox_reset(&box);
}

void tearDown(void)
{
    free(box.at);
}

static void write_text(const char *text)
{
    struct pn_writer w = pn_outbox_writer(&box);

    pn_write(&w, pn_slice((const uint8_t *)text, strlen(text)));
    TEST_ASSERT_TRUE(pn_outbox_commit(&box, &w));
}

/* Everything that comes out, at most `piece` bytes at once; to be freed. */
static char *drain(size_t piece, size_t *len)
{
    char *out = calloc(1, 4 * PN_OUTBOX_BYTES);

    *len = 0;
    while (!pn_outbox_empty(&box)) {
        struct pn_slice next = pn_outbox_next(&box);
        size_t taken = next.len < piece ? next.len : piece;
        memcpy(out + *len, next.at, taken);
        *len += taken;
        pn_outbox_sent(&box, taken);
    }
    TEST_ASSERT_EQUAL_size_t(0, pn_outbox_next(&box).len);
    return out;
}

static void test_what_is_written_goes_out(void)
{
    size_t len;

    TEST_ASSERT_TRUE(pn_outbox_empty(&box));
    TEST_ASSERT_EQUAL_size_t(PN_OUTBOX_BYTES, pn_outbox_room(&box));
    for (size_t piece = 1; piece < 12; piece++) {
        write_text("hello ");
        write_text("world");
        char *out = drain(piece, &len);
        TEST_ASSERT_EQUAL_STRING("hello world", out);
        free(out);
        TEST_ASSERT_EQUAL_size_t(PN_OUTBOX_BYTES, pn_outbox_room(&box)); /* all of it again */
    }
}

static void test_what_does_not_fit_is_not_there(void)
{
    struct pn_writer w = pn_outbox_writer(&box);
    uint8_t byte = 'x';
    size_t len;

    for (size_t i = 0; i <= PN_OUTBOX_BYTES; i++) pn_write(&w, pn_slice(&byte, 1));
    TEST_ASSERT_FALSE(pn_outbox_commit(&box, &w));
    TEST_ASSERT_TRUE(pn_outbox_empty(&box));
    write_text("fits");
    char *out = drain(100, &len);
    TEST_ASSERT_EQUAL_STRING("fits", out);
    free(out);
}

static void test_short_bytes_are_copied_and_long_ones_borrowed(void)
{
    static uint8_t large[PN_OUTBOX_BYTES + 100];
    char little[] = "little";
    size_t len;

    memset(large, 'L', sizeof large);
    for (size_t piece = 1000; piece < 60000; piece *= 3) {
        write_text("head ");
        pn_outbox_lend(&box, pn_slice((uint8_t *)little, 6));
        memcpy(little, "gone!!", 6); /* it was copied */
        pn_outbox_lend(&box, pn_slice(large, sizeof large));
        TEST_ASSERT_EQUAL_size_t(0, pn_outbox_room(&box)); /* nothing may overtake it */
        pn_outbox_lend(&box, PN_SLICE("tail"));
        char *out = drain(piece, &len);
        TEST_ASSERT_EQUAL_size_t(5 + 6 + sizeof large + 4, len);
        TEST_ASSERT_EQUAL_MEMORY("head littleL", out, 12);
        TEST_ASSERT_EQUAL_STRING("Ltail", out + len - 5);
        free(out);
        memcpy(little, "little", 6);
    }
}

static void test_nothing_lent_is_nothing(void)
{
    pn_outbox_lend(&box, PN_SLICE(""));
    TEST_ASSERT_TRUE(pn_outbox_empty(&box));
    TEST_ASSERT_EQUAL_size_t(PN_OUTBOX_BYTES, pn_outbox_room(&box));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_is_written_goes_out);
    RUN_TEST(test_what_does_not_fit_is_not_there);
    RUN_TEST(test_short_bytes_are_copied_and_long_ones_borrowed);
    RUN_TEST(test_nothing_lent_is_nothing);
    return UNITY_END();
}
