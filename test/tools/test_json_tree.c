/* JSON as a tree: what is a number, a text, a list, and what is none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/json_tree.h"
#include "unity.h"

static struct arena arena;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
}

static const struct json_tree *read(const char *text)
{
    return json_tree_read(&arena, pn_slice(text, strlen(text)));
}

static void test_numbers(void)
{
    static const char *const good[] = { "0",    "-0",     "10",
                                        "1.5",  "-1.25",  "1e5",
                                        "1E+5", "0.0e-1", "12345678901234567890" };
    static const char *const bad[] = { "1.2.3--", "+1",  "01",   "1.",    ".5",  "-",  "1e",
                                       "1e+",     "--1", "1e5.", "1e1e1", "0x1", "1-", "NaN" };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct json_tree *tree = read(good[i]);
        TEST_ASSERT_NOT_NULL_MESSAGE(tree, good[i]);
        TEST_ASSERT_EQUAL(JSON_NUMBER, tree->kind);
        TEST_ASSERT_TRUE(text_is(tree->text, good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        TEST_ASSERT_NULL_MESSAGE(read(bad[i]), bad[i]);
    }
}

static void test_others(void)
{
    static const char *const bad[] = { "",         "[",           "[1,]",   "{\"a\"}",
                                       "{\"a\":}", "tru",         "\"\n\"", "\"\\x\"",
                                       "[1] 2",    "\"\\ud800\"", "{1:2}",  "nul" };

    TEST_ASSERT_EQUAL(3, read(" [1, 2.5 ,null] ")->items.count);
    TEST_ASSERT_EQUAL(JSON_TRUE, json_member(read("{\"a\":1,\"b\":true}"), "b")->kind);
    TEST_ASSERT_TRUE(text_is(read("\"\\ud83d\\ude00\\n\"")->text, "\xf0\x9f\x98\x80\n"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        TEST_ASSERT_NULL_MESSAGE(read(bad[i]), bad[i]);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_numbers);
    RUN_TEST(test_others);
    return UNITY_END();
}
