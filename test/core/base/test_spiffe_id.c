/* What is a SPIFFE identifier and what is not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/spiffe_id.h"

#include <stdlib.h>
#include <string.h>

#include "test/core/base/expectation.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct {
    const char *text, *domain, *path; /* NULL: refused */
} rows[] = {
    { "spiffe://example.org/agents/triage", "example.org", "/agents/triage" },
    { "spiffe://example.org", "example.org", "" },
    { "spiffe://a-b_c.1/A.b-C_9", "a-b_c.1", "/A.b-C_9" },
    { "spiffe://a/...", "a", "/..." },
    { "spiffe://a/.b/b.", "a", "/.b/b." },
    { "", NULL, NULL },
    { "spiffe:", NULL, NULL },
    { "spiffe://", NULL, NULL },
    { "spiffe:///a", NULL, NULL },
    { "SPIFFE://a/b", NULL, NULL },
    { "Spiffe://a/b", NULL, NULL },
    { "spiffe:/a/b", NULL, NULL },
    { "https://a/b", NULL, NULL },
    { "spiffe://Example.org/a", NULL, NULL },
    { "spiffe://example.org/", NULL, NULL },
    { "spiffe://example.org/a/", NULL, NULL },
    { "spiffe://example.org//a", NULL, NULL },
    { "spiffe://example.org/a//b", NULL, NULL },
    { "spiffe://example.org/.", NULL, NULL },
    { "spiffe://example.org/..", NULL, NULL },
    { "spiffe://example.org/a/../b", NULL, NULL },
    { "spiffe://example.org/a/./b", NULL, NULL },
    { "spiffe://example.org/a?b", NULL, NULL },
    { "spiffe://example.org/a#b", NULL, NULL },
    { "spiffe://example.org?a=b", NULL, NULL },
    { "spiffe://example.org#a", NULL, NULL },
    { "spiffe://example.org:443/a", NULL, NULL },
    { "spiffe://user@example.org/a", NULL, NULL },
    { "spiffe://example.org/a%2Fb", NULL, NULL },
    { "spiffe://ex%61mple.org/a", NULL, NULL },
    { "spiffe://example.org/a*", NULL, NULL },
    { "spiffe://example.org/*", NULL, NULL },
    { "spiffe://example.org/\xC3\xA9", NULL, NULL },
    { "spiffe://ex\xC3\xA9.org/a", NULL, NULL },
    { "spiffe://example.org/a b", NULL, NULL },
    { " spiffe://example.org/a", NULL, NULL },
    { "spiffe://example.org/a\n", NULL, NULL },
    { "spiffe://[::1]/a", NULL, NULL },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].text);
        char *exact = malloc(len > 0 ? len : 1);
        struct pn_spiffe_id id;
        memcpy(exact, rows[i].text, len);
        bool good = pn_spiffe_read(pn_slice(exact, len), &id);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].domain != NULL, good, rows[i].text);
        if (good) {
            expect_text(rows[i].text, id.text);
            expect_text(rows[i].domain, id.domain);
            expect_text(rows[i].path, id.path);
            TEST_ASSERT_TRUE(pn_spiffe_fits(&id));
        }
        free(exact);
    }
}

/* Every front of a good one is judged from a buffer of just its length. */
static void test_cut_anywhere(void)
{
    static const char whole[] = "spiffe://example.org/agents/triage";

    for (size_t len = 0; len < sizeof whole; len++) {
        char *exact = malloc(len > 0 ? len : 1);
        struct pn_spiffe_id id;
        memcpy(exact, whole, len);
        bool good = pn_spiffe_read(pn_slice(exact, len), &id);
        bool slash = len > 0 && whole[len - 1] == '/';
        bool nul = len == sizeof whole;
        TEST_ASSERT_EQUAL(len > 9 && !slash && !nul, good);
        free(exact);
    }
}

static void test_lengths(void)
{
    static char text[2100];
    struct pn_spiffe_id id;

    memset(text, 'a', sizeof text);
    memcpy(text, "spiffe://a/", 11);
    TEST_ASSERT_TRUE(pn_spiffe_read(pn_slice(text, 2048), &id) && pn_spiffe_fits(&id));
    TEST_ASSERT_TRUE(pn_spiffe_read(pn_slice(text, 2049), &id));
    TEST_ASSERT_FALSE(pn_spiffe_fits(&id));
    memset(text, 'a', sizeof text);
    memcpy(text, "spiffe://", 9);
    TEST_ASSERT_TRUE(pn_spiffe_read(pn_slice(text, 9 + 255), &id) && pn_spiffe_fits(&id));
    TEST_ASSERT_TRUE(pn_spiffe_read(pn_slice(text, 9 + 256), &id));
    TEST_ASSERT_FALSE(pn_spiffe_fits(&id));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_cut_anywhere);
    RUN_TEST(test_lengths);
    return UNITY_END();
}
