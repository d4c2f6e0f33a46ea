/* Which writes know what they replace.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unity.h"

#define TAG "\"ab-7-1\""

void setUp(void)
{
}

void tearDown(void)
{
}

struct row {
    const char *fields;
    enum pn_denial denial;
};

static const struct row rows[] = {
    { "", PN_DENIAL_MATCH_MISSING },
    { "If-None-Match: *\r\n", PN_DENIAL_MATCH_MISSING },
    { "If-Match: " TAG "\r\n", PN_DENIAL_NONE },
    { "if-match: *\r\n", PN_DENIAL_NONE },
    { "If-Match: \"a\", " TAG "\r\n", PN_DENIAL_NONE },
    { "If-Match: \"a\" ," TAG ",\r\n", PN_DENIAL_NONE },
    { "If-Match: \"a\"\r\nHost2: b\r\nIf-Match: " TAG "\r\n", PN_DENIAL_NONE },
    { "If-Match: \r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: ,,\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: \"ab-7-2\"\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: W/" TAG "\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: ab-7-1\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: \"ab-7-1\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: \"ab-7-1\"\"\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: \"ab-7-12\"\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: **\r\n", PN_DENIAL_MATCH_STALE },
    { "If-Match: \"*\"\r\n", PN_DENIAL_MATCH_STALE },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_h1_head head = { 0 };
        char text[256];
        int len =
            snprintf(text, sizeof text, "PUT / HTTP/1.1\r\nHost: a\r\n%s\r\n", rows[i].fields);
        uint8_t *exact = malloc((size_t)len);

        memcpy(exact, text, (size_t)len);
        TEST_ASSERT_EQUAL(PN_DONE, pn_h1_request_parse(&head, pn_slice(exact, (size_t)len)));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].denial, pn_match_check(&head, PN_SLICE(TAG)),
                                  rows[i].fields);
        free(exact);
    }
}

static void test_each_denial_says_why(void)
{
    for (int i = 1; i < PN_DENIAL_COUNT; i++) {
        TEST_ASSERT_GREATER_THAN_size_t(3, pn_denial_name((enum pn_denial)i).len);
        TEST_ASSERT_GREATER_THAN_size_t(10, pn_denial_sentence((enum pn_denial)i).len);
        TEST_ASSERT_EQUAL(4, pn_denial_status((enum pn_denial)i) / 100);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_each_denial_says_why);
    return UNITY_END();
}
