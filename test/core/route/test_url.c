/* links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/url.h"

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
    const char *text;
    enum pn_url_verdict verdict;
    const char *host, *authority, *path, *query;
    uint16_t port;
    enum pn_scheme scheme;
} rows[] = {
    { "https://a.example", PN_URL_GOOD, "a.example", "a.example", "", "", 443, PN_SCHEME_HTTPS },
    { "http://a.example/", PN_URL_GOOD, "a.example", "a.example", "/", "", 80, PN_SCHEME_HTTP },
    { "https://a:8443/x/y?z=1/2?", PN_URL_GOOD, "a", "a:8443", "/x/y", "?z=1/2?", 8443,
      PN_SCHEME_HTTPS },
    { "https://a?b@c:d/e", PN_URL_GOOD, "a", "a", "", "?b@c:d/e", 443, PN_SCHEME_HTTPS },
    { "http://[::1]:80/x", PN_URL_GOOD, "::1", "[::1]:80", "/x", "", 80, PN_SCHEME_HTTP },
    { "http://[2001:DB8::7]", PN_URL_GOOD, "2001:DB8::7", "[2001:DB8::7]", "", "", 80,
      PN_SCHEME_HTTP },
    { "https://a/%7Eb", PN_URL_GOOD, "a", "a", "/%7Eb", "", 443, PN_SCHEME_HTTPS },
    { "ftp://a/", PN_URL_SCHEME, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "HTTPS://a/", PN_URL_SCHEME, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https:/a", PN_URL_SCHEME, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "", PN_URL_SCHEME, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://u:p@a/", PN_URL_USER, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a\\@b/", PN_URL_USER, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a/b#c", PN_URL_PATH, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a/b c", PN_URL_PATH, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a/b\r\nx: y", PN_URL_PATH, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a/?b\n", PN_URL_PATH, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a/\xC3\xA9", PN_URL_PATH, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://[::1/", PN_URL_BRACKET, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https:///x", PN_URL_HOST, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a b/", PN_URL_HOST, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://[::1]x/", PN_URL_HOST, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://[v1.x]/", PN_URL_HOST, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a#b", PN_URL_HOST, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a:0/", PN_URL_PORT, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a:70000/", PN_URL_PORT, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a:/", PN_URL_PORT, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
    { "https://a:+1/", PN_URL_PORT, NULL, NULL, NULL, NULL, 0, PN_SCHEME_NONE },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].text);
        char *exact = malloc(len > 0 ? len : 1);
        struct pn_url url;
        memcpy(exact, rows[i].text, len);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].verdict, pn_url_read(pn_slice(exact, len), &url),
                                  rows[i].text);
        if (rows[i].verdict == PN_URL_GOOD) {
            expect_text(rows[i].host, url.host);
            expect_text(rows[i].authority, url.authority);
            expect_text(rows[i].path, url.path);
            expect_text(rows[i].query, url.query);
            TEST_ASSERT_EQUAL(rows[i].port, url.port);
            TEST_ASSERT_EQUAL(rows[i].scheme, url.scheme);
        }
        free(exact);
    }
}

/* Cut anywhere it is read, or refused, and no byte beyond it is looked at. */
static void test_cut(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t len = 0; len < strlen(rows[i].text); len++) {
            char *exact = malloc(len > 0 ? len : 1);
            struct pn_url url;
            memcpy(exact, rows[i].text, len);
            (void)pn_url_read(pn_slice(exact, len), &url);
            free(exact);
        }
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_cut);
    return UNITY_END();
}
