/* SPDX-License-Identifier: Apache-2.0 */
/* test_target.c - which request targets have one meaning. */
#include "core/http/target.h"
#include "unity.h"

/* `query` is NULL when there is none. */
struct accepted {
    const char *target, *path, *query;
};

static const struct accepted accepted[] = {
    { "/", "/", NULL },
    { "/v1/chat/completions", "/v1/chat/completions", NULL },
    { "/v1/models/ft:gpt-4o@2024~x_y.z", "/v1/models/ft:gpt-4o@2024~x_y.z", NULL },
    { "/a/", "/a/", NULL },
    { "/a?", "/a", "" },
    { "/a?b=c&d[]=e/f?g;h", "/a", "b=c&d[]=e/f?g;h" },
    { "/a?x=%C3%A4%2F%0A%25", "/a", "x=%C3%A4%2F%0A%25" },
    { "/a?..//.", "/a", "..//." },
    { "/a%20b%3Fc%23%3b", "/a%20b%3Fc%23%3b", NULL },
    { "/...", "/...", NULL },
    { "/.a/..b/c..", "/.a/..b/c..", NULL },
    { "/!$&'()*+,=:@", "/!$&'()*+,=:@", NULL },
};

static const char *const refused[] = {
    "",        "a",      "*",       "?",       "http://a/", "//",         "//a",      "/a//b",
    "/a//",    "/.",     "/..",     "/a/.",    "/a/..",     "/./a",       "/../a",    "/a/./b",
    "/a/../b", "/%2e",   "/%2e%2e", "/%2E./a", "/.%2e/a",   "/a%2fb",     "/a%2Fb",   "/a%5cb",
    "/a\\b",   "/a%00",  "/a%0a",   "/a%1f",   "/a%7f",     "/a%80",      "/a%C3%A4", "/a%41",
    "/a%7e",   "/a%2d",  "/a%25",   "/a%252e", "/a%",       "/a%2",       "/a%g0",    "/a%0g",
    "/a%%20",  "/a% 20", "/a b",    "/a\tb",   "/a\x7f",    "/a\xC3\xA4", "/a#b",     "/a?b#c",
    "/a;b",    "/..;/a", "/a\"b",   "/a<b",    "/a^b",      "/a`b",       "/a{b}",    "/a|b",
    "/a[b]",   "/a?b c", "/a?%",    "/a?%4",   "/a?%zz",    "/a?%00",     "/a?\"",    "/a?\x80",
    "/a?|",    "/a?\\",
};

static struct pn_slice text(const char *s)
{
    return pn_slice(s, s ? strlen(s) : 0);
}

static void test_normal_form_is_accepted(void)
{
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        const struct accepted *row = &accepted[i];
        struct pn_target target;

        TEST_ASSERT_TRUE_MESSAGE(pn_target_split(text(row->target), &target), row->target);
        TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(target.path, text(row->path)), row->target);
        TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(target.query, text(row->query)), row->target);
        TEST_ASSERT_EQUAL_INT_MESSAGE(row->query != NULL, target.query.at != NULL, row->target);
    }
}

static void test_everything_else_is_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct pn_target target;

        TEST_ASSERT_FALSE_MESSAGE(pn_target_split(text(refused[i]), &target), refused[i]);
    }
    TEST_ASSERT_FALSE(pn_target_split(PN_SLICE("/a\0b"), &(struct pn_target){ { 0 }, { 0 } }));
    TEST_ASSERT_FALSE(pn_target_split(PN_SLICE("/a?\0b"), &(struct pn_target){ { 0 }, { 0 } }));
}

static void segments_are(const char *path, const char *const *segments, unsigned count)
{
    struct pn_slice rest = text(path), segment;

    for (unsigned i = 0; i < count; i++) {
        TEST_ASSERT_TRUE_MESSAGE(pn_target_segment(&rest, &segment), path);
        TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(segment, text(segments[i])), path);
    }
    TEST_ASSERT_FALSE_MESSAGE(pn_target_segment(&rest, &segment), path);
}

static void test_paths_are_walked(void)
{
    segments_are("/v1/models/x", (const char *const[]){ "v1", "models", "x" }, 3);
    segments_are("/v1/", (const char *const[]){ "v1", "" }, 2);
    segments_are("/", (const char *const[]){ "" }, 1);
    segments_are("", NULL, 0);
}

static void test_segments_are_decoded(void)
{
    uint8_t buffer[8];
    struct pn_writer w = pn_writer(buffer, sizeof buffer);

    pn_target_decode(&w, PN_SLICE("a%20b%3A"));
    TEST_ASSERT_TRUE(pn_slice_equal(pn_written(&w), PN_SLICE("a b:")));

    pn_target_decode(&w, PN_SLICE("12345"));
    TEST_ASSERT_TRUE(w.full);
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
    RUN_TEST(test_normal_form_is_accepted);
    RUN_TEST(test_everything_else_is_refused);
    RUN_TEST(test_paths_are_walked);
    RUN_TEST(test_segments_are_decoded);
    return UNITY_END();
}
