/* Records of tokens that are asked for: found, and refused when they are not what they should be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/pass_table.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/limits.h"
#include "core/route/route_text.h"
#include "unity.h"

static const char pool[2000] = "host gate secret scopes resource audience issuer subject "
                               "authorization x-who";

static uint8_t upstreams[3 * PN_UPSTREAM_BYTES], passes[2 * PN_PASS_BYTES];
static uint8_t assertion[PN_ASSERTION_BYTES];
static struct pn_route_table table;

static void put_text(uint8_t *at, const char *text)
{
    const char *found = strstr(pool, text);

    TEST_ASSERT_NOT_NULL(found);
    pn_store32(at, (uint32_t)(found - pool));
    pn_store32(at + 4, (uint32_t)strlen(text));
}

static void put_pass(uint8_t *at, uint16_t upstream, enum pn_pass_kind kind)
{
    pn_store16(at + PN_PASS_UPSTREAM, upstream);
    pn_store16(at + PN_PASS_AT, 2);
    at[PN_PASS_KIND] = (uint8_t)kind;
    put_text(at + PN_PASS_CLIENT_ID, "gate");
    put_text(at + PN_PASS_CREDENTIAL, "secret");
    put_text(at + PN_PASS_SCOPE, "scopes");
    put_text(at + PN_PASS_RESOURCE, "resource");
    put_text(at + PN_PASS_AUDIENCE, "audience");
    put_text(at + PN_PASS_ISSUER, "issuer");
    put_text(at + PN_PASS_SUBJECT_AUDIENCE, "subject");
}

void setUp(void)
{
    memset(upstreams, 0, sizeof upstreams);
    memset(passes, 0, sizeof passes);
    for (int i = 0; i < 3; i++) {
        put_text(upstreams + i * PN_UPSTREAM_BYTES + PN_UPSTREAM_HOST, "host");
        pn_store16(upstreams + i * PN_UPSTREAM_BYTES + PN_UPSTREAM_PORT, 80);
        upstreams[i * PN_UPSTREAM_BYTES + PN_UPSTREAM_SCHEME] = PN_SCHEME_HTTP;
    }
    put_pass(passes, 0, PN_PASS_CLIENT);
    put_pass(passes + PN_PASS_BYTES, 1, PN_PASS_EXCHANGE);
    table = (struct pn_route_table){
        .strings = pn_slice(pool, sizeof pool),
        .upstreams = pn_slice(upstreams, sizeof upstreams),
        .passes = pn_slice(passes, sizeof passes),
    };
}

void tearDown(void)
{
}

static void expect(const char *text, struct pn_slice found)
{
    TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(pn_slice(text, strlen(text)), found), text);
}

static void test_found(void)
{
    TEST_ASSERT_TRUE(pn_route_table_check(&table));
    TEST_ASSERT_TRUE(pn_route_texts_fit(&table));
    struct pn_pass g = pn_pass_of(&table, 0);
    TEST_ASSERT_EQUAL(PN_PASS_CLIENT, g.kind);
    TEST_ASSERT_EQUAL(PN_PASS_EXCHANGE, pn_pass_of(&table, 1).kind);
    TEST_ASSERT_EQUAL(PN_PASS_NONE, pn_pass_of(&table, 2).kind);
    uint8_t *room = malloc(pn_pass_text_bytes(&g));
    struct pn_writer w = pn_writer(room, pn_pass_text_bytes(&g));
    struct pn_pass kept = pn_pass_keep_texts(&g, &w);
    TEST_ASSERT_FALSE(w.full);
    TEST_ASSERT_EQUAL(2, kept.at);
    expect("gate", kept.client_id);
    expect("secret", kept.credential);
    expect("scopes", kept.scope);
    expect("resource", kept.resource);
    expect("audience", kept.audience);
    expect("issuer", kept.issuer);
    expect("subject", kept.subject_audience);
    free(room);
}

static void test_refused(void)
{
    static const struct {
        const char *what;
        size_t at;
        uint8_t byte;
    } rows[] = {
        { "the same upstream twice", PN_PASS_BYTES + PN_PASS_UPSTREAM, 0 },
        { "an upstream that is not there", PN_PASS_BYTES + PN_PASS_UPSTREAM, 3 },
        { "a token endpoint that is not there", PN_PASS_AT, 3 },
        { "no kind", PN_PASS_KIND, 0 },
        { "a kind that nobody knows", PN_PASS_KIND, 3 },
        { "a reserved byte", PN_PASS_ZERO, 1 },
        { "another", PN_PASS_ZERO + 2, 1 },
        { "no client", PN_PASS_CLIENT_ID + 4, 0 },
        { "a text beyond the strings", PN_PASS_SUBJECT_AUDIENCE + 1, 9 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setUp();
        passes[rows[i].at] = rows[i].byte;
        TEST_ASSERT_FALSE_MESSAGE(pn_route_table_check(&table), rows[i].what);
    }
    for (size_t len = 1; len < PN_PASS_BYTES; len++) {
        setUp();
        uint8_t *cut = malloc(len);
        memcpy(cut, passes, len);
        table.passes = pn_slice(cut, len);
        TEST_ASSERT_FALSE(pn_route_table_check(&table));
        free(cut);
    }
}

static void put_assertion(const char *header)
{
    memset(assertion, 0, sizeof assertion);
    pn_store32(assertion + PN_ASSERTION_LIFETIME_S, 60);
    put_text(assertion + PN_ASSERTION_HEADER, header);
    table.assertions = pn_slice(assertion, sizeof assertion);
}

/* One field holds one thing, and what is asked for fits where it is kept. */
static void test_texts(void)
{
    put_assertion("x-who");
    TEST_ASSERT_TRUE(pn_route_table_check(&table));
    TEST_ASSERT_TRUE(pn_route_texts_fit(&table));
    put_assertion("authorization");
    TEST_ASSERT_TRUE(pn_route_table_check(&table));
    TEST_ASSERT_FALSE(pn_route_texts_fit(&table));
    setUp();
    put_text(upstreams + PN_UPSTREAM_CREDENTIAL, "secret");
    put_text(upstreams + PN_UPSTREAM_AUTH_HEADER, "x-who");
    TEST_ASSERT_FALSE(pn_route_texts_fit(&table));
    setUp();
    pn_store32(passes + PN_PASS_SCOPE + 4, PN_ROUTE_TEXT_BYTES);
    TEST_ASSERT_TRUE(pn_route_table_check(&table));
    TEST_ASSERT_FALSE(pn_route_texts_fit(&table));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_found);
    RUN_TEST(test_refused);
    RUN_TEST(test_texts);
    return UNITY_END();
}
