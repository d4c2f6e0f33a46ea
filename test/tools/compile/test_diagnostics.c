/* What messages suggest, and how much of a text they quote.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/diagnostics.h"
#include "unity.h"

static struct arena arena;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
}

/* A slip has a suggestion; another word has none. */
static void test_nearest(void)
{
    static const char *const names[] = { "name", "roles", "actions", "effect", "math.sign", "id" };
    static const struct {
        const char *word, *nearest;
    } rows[] = {
        { "nam", "name" },    { "naem", "name" },        { "role", "roles" },
        { "Roles", "roles" }, { "aktion", "actions" },   { "math.sine", "math.sign" },
        { "game", "name" },   { "rules", "roles" },      { "affects", "effect" },
        { "nob", NULL },      { "rope", NULL },          { "i", NULL },
        { "is", NULL },       { "fact", NULL },          { "actors", "actions" },
        { "", NULL },         { "math.absolute", NULL }, { "notes", NULL },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice word = pn_slice(rows[i].word, strlen(rows[i].word));
        const char *nearest = diag_nearest(word, names, sizeof names / sizeof names[0]);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(rows[i].nearest, nearest, rows[i].word);
    }
}

static void test_excerpt(void)
{
    char text[300];

    memset(text, 'a', sizeof text);
    TEST_ASSERT_EQUAL(80, diag_excerpt(&arena, pn_slice(text, 80)).len);
    struct pn_slice cut = diag_excerpt(&arena, pn_slice(text, sizeof text));
    TEST_ASSERT_EQUAL(83, cut.len);
    TEST_ASSERT_EQUAL_STRING("aaa...", (const char *)cut.at + 77);
    memcpy(text + 79, "\xc3\xa9", 2); /* no character is cut in two */
    cut = diag_excerpt(&arena, pn_slice(text, sizeof text));
    TEST_ASSERT_EQUAL_STRING("aa...", (const char *)cut.at + 77);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_nearest);
    RUN_TEST(test_excerpt);
    return UNITY_END();
}
