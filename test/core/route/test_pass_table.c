/* Records of tokens that are asked for: found, and refused when they are not what they should be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/pass_table.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/limits.h"
#include "core/route/route_text.h"
#include "test/core/base/expectation.h"
#include "test/core/route/records.h"
#include "unity.h"

static const char pool[2000] = "host gate secret scopes resource audience issuer subject "
                               "authorization x-who";

static uint8_t upstreams[3 * PN_UPSTREAM_BYTES], passes[2 * PN_PASS_BYTES];
static uint8_t assertion[PN_ASSERTION_BYTES];
static struct pn_route_table table;

static void put_text(uint8_t *at, const char *text)
{
    records_put_text(at, pool, text);
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
    records_put_upstreams(upstreams, 3, pool);
    memset(passes, 0, sizeof passes);
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
    expect_text("gate", kept.client_id);
    expect_text("secret", kept.credential);
    expect_text("scopes", kept.scope);
    expect_text("resource", kept.resource);
    expect_text("audience", kept.audience);
    expect_text("issuer", kept.issuer);
    expect_text("subject", kept.subject_audience);
    free(room);
}

static void test_refused(void)
{
    static const struct record_row rows[] = {
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

    records_refuse(&table, passes, rows, sizeof rows / sizeof rows[0]);
    records_refuse_cuts(&table, &table.passes, PN_PASS_BYTES);
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
