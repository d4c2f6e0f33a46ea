/* links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64.h"

#include <stdlib.h>
#include <string.h>

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

/* RFC 4648, 10, and digits that base64url has otherwise */
static const struct {
    const char *bytes, *text;
} rows[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xFF\xEF\xBE", "/+++" },
};

static void test_vectors(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t max = 2 + strlen(rows[i].text);
        uint8_t *room = malloc(max);
        struct pn_writer w = pn_writer(room, max);
        pn_write_text(&w, "x ");
        pn_write(&w, pn_slice(rows[i].bytes, strlen(rows[i].bytes)));
        pn_write_base64_over(&w, 2);
        TEST_ASSERT_FALSE(w.full);
        TEST_ASSERT_EQUAL(max, w.len);
        TEST_ASSERT_EQUAL_MEMORY("x ", room, 2);
        if (w.len > 2) TEST_ASSERT_EQUAL_MEMORY(rows[i].text, room + 2, w.len - 2);
        free(room);
    }
}

static void test_what_does_not_fit_is_wiped(void)
{
    uint8_t room[7] = { 0 };
    struct pn_writer w = pn_writer(room, sizeof room);

    pn_write_text(&w, "foob");
    pn_write_base64_over(&w, 0);
    TEST_ASSERT_TRUE(w.full);
    TEST_ASSERT_EACH_EQUAL_UINT8(0, room, sizeof room);
}

static void test_decoding(void)
{
    static const char *const wrong[] = { "Z",     "Zg=",  "Zg===",    "Zh==",     "Zm9=",
                                         "Zm8==", "-___", "Zm9v=",    "Zm9v====", "Z===",
                                         "=",     "====", "Zg==Zg==", "Zm 9",     "Zm9v\n" };
    uint8_t out[64];
    struct pn_slice bytes;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice text = pn_slice(rows[i].text, strlen(rows[i].text));
        for (int pads = 0; pads < 2; pads++) {
            TEST_ASSERT_TRUE(pn_base64_decode(text, out, &bytes));
            TEST_ASSERT_EQUAL_size_t(strlen(rows[i].bytes), bytes.len);
            TEST_ASSERT_TRUE(bytes.len == 0 || memcmp(rows[i].bytes, bytes.at, bytes.len) == 0);
            while (text.len > 0 && text.at[text.len - 1] == '=') text.len--; /* again without */
        }
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct pn_slice text = pn_slice(wrong[i], strlen(wrong[i]));
        TEST_ASSERT_FALSE_MESSAGE(pn_base64_decode(text, out, &bytes), wrong[i]);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_vectors);
    RUN_TEST(test_decoding);
    RUN_TEST(test_what_does_not_fit_is_wiped);
    return UNITY_END();
}
