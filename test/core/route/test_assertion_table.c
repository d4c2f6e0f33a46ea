/* Records of what upstreams are told: found, and refused when they are not what they should be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/assertion_table.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/limits.h"
#include "core/route/route_text.h"
#include "test/core/route/records.h"
#include "unity.h"

static const char pool[] = "host https://gate https://crm x-caller Bearer ";

static uint8_t upstreams[3 * PN_UPSTREAM_BYTES], assertions[2 * PN_ASSERTION_BYTES];
static struct pn_route_table table;

static void put_text(uint8_t *at, const char *text)
{
    records_put_text(at, pool, text);
}

static void put_assertion(uint8_t *at, uint16_t upstream)
{
    pn_store16(at + PN_ASSERTION_UPSTREAM, upstream);
    pn_store32(at + PN_ASSERTION_LIFETIME_S, 60);
    put_text(at + PN_ASSERTION_ISSUER, "https://gate");
    put_text(at + PN_ASSERTION_AUDIENCE, "https://crm");
    put_text(at + PN_ASSERTION_HEADER, "x-caller");
    put_text(at + PN_ASSERTION_PREFIX, "Bearer ");
}

void setUp(void)
{
    records_put_upstreams(upstreams, 3, pool);
    memset(assertions, 0, sizeof assertions);
    put_assertion(assertions, 0);
    put_assertion(assertions + PN_ASSERTION_BYTES, 2);
    assertions[PN_ASSERTION_BYTES + PN_ASSERTION_FLAGS] = PN_ASSERTION_PER_CALL;
    table = (struct pn_route_table){
        .strings = pn_slice(pool, sizeof pool - 1),
        .upstreams = pn_slice(upstreams, sizeof upstreams),
        .assertions = pn_slice(assertions, sizeof assertions),
    };
}

void tearDown(void)
{
}

static void test_found(void)
{
    TEST_ASSERT_TRUE(pn_route_table_check(&table));
    struct pn_assertion a = pn_assertion_of(&table, 0);
    TEST_ASSERT_TRUE(pn_slice_equal(a.issuer, PN_SLICE("https://gate")));
    TEST_ASSERT_TRUE(pn_slice_equal(a.audience, PN_SLICE("https://crm")));
    TEST_ASSERT_TRUE(pn_slice_equal(a.header, PN_SLICE("x-caller")));
    TEST_ASSERT_TRUE(pn_slice_equal(a.prefix, PN_SLICE("Bearer ")));
    TEST_ASSERT_EQUAL_UINT32(60, a.lifetime_s);
    TEST_ASSERT_FALSE(a.per_call);
    TEST_ASSERT_EQUAL_UINT32(0, pn_assertion_of(&table, 1).lifetime_s);
    TEST_ASSERT_TRUE(pn_assertion_of(&table, 2).per_call);
}

static void test_refused(void)
{
    static const struct record_row rows[] = {
        { "the same upstream twice", PN_ASSERTION_BYTES + PN_ASSERTION_UPSTREAM, 0 },
        { "an upstream that is not there", PN_ASSERTION_BYTES + PN_ASSERTION_UPSTREAM, 3 },
        { "not ascending", PN_ASSERTION_UPSTREAM, 2 },
        { "a flag that nobody knows", PN_ASSERTION_FLAGS, 2 },
        { "a reserved byte", PN_ASSERTION_ZERO, 1 },
        { "too short a life", PN_ASSERTION_LIFETIME_S, 9 },
        { "too long a life", PN_ASSERTION_LIFETIME_S + 1, 0x0F },
        { "no header", PN_ASSERTION_HEADER + 4, 0 },
        { "a text beyond the strings", PN_ASSERTION_ISSUER + 1, 1 },
        { "a text longer than the strings", PN_ASSERTION_PREFIX + 4, 99 },
    };

    records_refuse(&table, assertions, rows, sizeof rows / sizeof rows[0]);
    records_refuse_cuts(&table, &table.assertions, PN_ASSERTION_BYTES);
}

/* What stands in a request head with it must leave it alone, and all texts must fit an exchange. */
static void test_texts(void)
{
    static char long_pool[2000];
    static const char *const names[] = { "host", "traceparent", "connection", "x caller",
                                         "x-api-key" };

    TEST_ASSERT_TRUE(pn_route_texts_fit(&table));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        memcpy(long_pool, pool, sizeof pool);
        strcpy(long_pool + sizeof pool, names[i]);
        setUp();
        table.strings = pn_slice(long_pool, sizeof long_pool);
        pn_store32(assertions + PN_ASSERTION_HEADER, sizeof pool);
        pn_store32(assertions + PN_ASSERTION_HEADER + 4, (uint32_t)strlen(names[i]));
        TEST_ASSERT_TRUE(pn_route_table_check(&table));
        TEST_ASSERT_FALSE_MESSAGE(pn_route_texts_fit(&table), names[i]);
    }
    setUp();
    table.strings = pn_slice(long_pool, sizeof long_pool);
    pn_store32(assertions + PN_ASSERTION_AUDIENCE + 4, PN_ROUTE_TEXT_BYTES);
    TEST_ASSERT_FALSE(pn_route_texts_fit(&table));
    setUp();
    put_text(upstreams + PN_UPSTREAM_CREDENTIAL, "host");
    put_text(upstreams + PN_UPSTREAM_AUTH_HEADER, "x-caller");
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
