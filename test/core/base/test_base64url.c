/* One text for each run of bytes: RFC 4648's own, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64url.h"

#include <stdlib.h>

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct {
    const char *text, *bytes; /* NULL: refused */
} rows[] = {
    { "", "" },
    { "Zg", "f" },
    { "Zm8", "fo" },
    { "Zm9v", "foo" },
    { "Zm9vYg", "foob" },
    { "Zm9vYmE", "fooba" },
    { "Zm9vYmFy", "foobar" },
    { "_-_-", "\xFF\xEF\xFE" },
    { "Zg==", NULL },     /* padding */
    { "Zh", NULL },       /* bits behind the end */
    { "Zm9", NULL },      /* the same, of two bytes */
    { "Zm9vY", NULL },    /* a digit too many */
    { "Z", NULL },        /* one digit */
    { "Zm+v", NULL },     /* the other alphabet */
    { "Zm/v", NULL },     /* */
    { "Zm v", NULL },     /* a space */
    { "Zm9v\nYg", NULL }, /* a line end */
    { "Zm9v.Yg", NULL },  /* */
    { "\x80m9v", NULL },  /* beyond ASCII */
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].text);
        uint8_t *text = malloc(len + 1), *out = malloc(pn_base64url_bytes(len) + 1);
        struct pn_slice bytes;

        memcpy(text, rows[i].text, len);
        bool good = pn_base64url_decode(pn_slice(text, len), out, &bytes);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].bytes != NULL, good, rows[i].text);
        if (good) {
            TEST_ASSERT_EQUAL(strlen(rows[i].bytes), bytes.len);
            TEST_ASSERT_EQUAL(bytes.len, pn_base64url_bytes(len));
            TEST_ASSERT_TRUE(memcmp(rows[i].bytes, bytes.at, bytes.len) == 0);
            /* and back */
            uint8_t *again = malloc(len + 1);
            struct pn_writer w = pn_writer(again, len), small = pn_writer(again, len - (len > 0));
            pn_write_base64url(&w, pn_slice(rows[i].bytes, bytes.len));
            TEST_ASSERT_TRUE(pn_slice_equal(pn_written(&w), pn_slice(rows[i].text, len)));
            pn_write_base64url(&small, pn_slice(rows[i].bytes, bytes.len));
            TEST_ASSERT_EQUAL(len > 0, small.full);
            free(again);
            /* in place */
            TEST_ASSERT_TRUE(pn_base64url_decode(pn_slice(text, len), text, &bytes));
            TEST_ASSERT_TRUE(memcmp(rows[i].bytes, text, bytes.len) == 0);
        }
        free(text);
        free(out);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    return UNITY_END();
}
