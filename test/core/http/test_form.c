/* Forms: what is taken apart, what is refused, whole from exact buffers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/http/form.h"

#include <stdlib.h>
#include <string.h>

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct {
    const char *form;
    const char *pairs; /* "name=value;..." of what is read; NULL: refused */
} rows[] = {
    { "", "" },
    { "a=b", "a=b;" },
    { "a", "a=;" },
    { "a=", "a=;" },
    { "a=b&", "a=b;" },
    { "a=b=c&d", "a=b=c;d=;" },
    { "a+b=c+d%2B", "a b=c d+;" },
    { "%61=%C3%BC%7a", "a=\xC3\xBCz;" },
    { "a=%25%32%35", "a=%25;" },
    { "&", NULL },
    { "&a=b", NULL },
    { "=b", NULL },
    { "a=%", NULL },
    { "a=%4", NULL },
    { "a=%4g", NULL },
    { "%=b", NULL },
    { "a=%00", NULL },
    { "a=%0a", NULL },
    { "a=\n", NULL },
    { "a=\x7f", NULL },
    { "a=b&c=%", NULL },
};

static void append(char *text, struct pn_slice s, char end)
{
    size_t len = strlen(text);

    memcpy(text + len, s.at, s.len);
    text[len + s.len] = end;
    text[len + s.len + 1] = 0;
}

/* What is decoded leaves nothing of itself behind. */
static void test_nothing_is_left(void)
{
    uint8_t text[] = "%73%65%63ret";
    struct pn_slice decoded;

    TEST_ASSERT_TRUE(pn_form_decode(text, sizeof text - 1, &decoded));
    TEST_ASSERT_EQUAL_size_t(6, decoded.len);
    for (size_t i = 6; i < sizeof text; i++) TEST_ASSERT_EQUAL_UINT8(0, text[i]);
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].form);
        uint8_t *bytes = malloc(len > 0 ? len : 1);
        struct pn_form form = { bytes, len };
        struct pn_slice name, value;
        char pairs[100] = "";
        enum pn_step step;

        memcpy(bytes, rows[i].form, len);
        while ((step = pn_form_next(&form, &name, &value)) == PN_MORE) {
            append(pairs, name, '=');
            append(pairs, value, ';');
        }
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].pairs ? PN_DONE : PN_REFUSED, step, rows[i].form);
        if (rows[i].pairs) TEST_ASSERT_EQUAL_STRING(rows[i].pairs, pairs);
        free(bytes);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_nothing_is_left);
    return UNITY_END();
}
