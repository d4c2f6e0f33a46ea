/* Which tests run: Cerbos's filters, and --run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/suite/suite_text.h"
#include "unity.h"

static struct arena arena;

void setUp(void)
{
}

void tearDown(void)
{
    arena_free(&arena);
}

/* Of suite "pay", test "small one", principal "ana", resource "d1" and this action. */
static const char *skips(const struct suite_filter *filter, const char *action)
{
    struct suite suite = { .name = PN_SLICE("pay") };
    struct suite_test test = { .name = PN_SLICE("small one") };
    struct suite_fixture principal = { .key = PN_SLICE("ana") },
                         resource = { .key = PN_SLICE("d1") };
    struct suite_case asked = { .test = &test, .principal = &principal, .resource = &resource };

    return suite_filter_skips(&arena, filter, &suite, &asked, pn_slice(action, strlen(action)));
}

static void test_filters(void)
{
    static const struct {
        const char *filter, *action;
        bool runs;
    } rows[] = {
        { "suite=pay", "view", true },
        { "suite=pa", "view", false },
        { "suite=p*", "view", true },
        { "suite=x,pay", "view", true },
        { "suite=x, y", "view", false },
        { "test=small*", "view", true },
        { "test=small ?ne", "view", true },
        { "test=pay/small one", "view", false },
        { "test=large;test=small*", "view", true }, /* what is given twice adds up */
        { "principal=ana;resource=d2", "view", false },
        { " principal = ana ; resource = d[0-9] ;; ", "view", true },
        { "PRINCIPAL=ana", "view", true },
        { "action=view", "view", true },
        { "action=view", "edit", false },
        { "action=*", "a:b:c", true }, /* alone it is whatever there is */
        { "action=a*", "a:b", false },
        { "action=a:*", "a:b", true },
        { "action=a:*", "a:b:c", false },
        { "action=a:**", "a:b:c", true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct suite_filter filter = { 0 };
        TEST_ASSERT_NULL(suite_filter_add(&arena, &filter, rows[i].filter));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].runs, skips(&filter, rows[i].action) == NULL,
                                  rows[i].filter);
    }
}

static void test_why(void)
{
    struct suite_filter filter = { 0 };

    TEST_ASSERT_NULL(skips(&filter, "view"));
    TEST_ASSERT_NULL(suite_filter_add(&arena, &filter, "resource=d2"));
    TEST_ASSERT_EQUAL_STRING("the resource does not fit the filter", skips(&filter, "view"));
    TEST_ASSERT_NULL(suite_filter_add(&arena, &filter, "resource=d1;principal=bob"));
    TEST_ASSERT_EQUAL_STRING("the principal does not fit the filter", skips(&filter, "view"));
}

static void test_wrong_filters(void)
{
    static const char *const rows[] = { "",        ";",  "suite",         "suite=",
                                        "bogus=1", "=a", "test={one,two}" };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct suite_filter filter = { 0 };
        TEST_ASSERT_NOT_NULL_MESSAGE(suite_filter_add(&arena, &filter, rows[i]), rows[i]);
    }
}

static void test_run(void)
{
    static const struct {
        const char *pattern;
        bool runs;
    } rows[] = {
        { "^pay/small one/ana/d1/view$", true },
        { "small", true },
        { "SMALL", false },
        { "(?i)SMALL", true },
        { "/ana/", true },
        { "/bob/", false },
        { "", true },
        { "o.e/a", true },
        { "view|edit", true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct suite_filter filter = { 0 };
        TEST_ASSERT_NULL(suite_filter_run(&arena, &filter, rows[i].pattern));
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].runs, skips(&filter, "view") == NULL, rows[i].pattern);
    }
    struct suite_filter filter = { 0 };
    TEST_ASSERT_NOT_NULL(suite_filter_run(&arena, &filter, "("));
    TEST_ASSERT_NOT_NULL(suite_filter_run(&arena, &filter, "(a{1000}){1000}"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_filters);
    RUN_TEST(test_why);
    RUN_TEST(test_wrong_filters);
    RUN_TEST(test_run);
    return UNITY_END();
}
