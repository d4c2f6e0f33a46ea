/* The records of issuers, as they are checked before a policy becomes active.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include "core/base/bytes.h"
#include "test/core/identity/trial.h"
#include "unity.h"

static struct trial t;

void setUp(void)
{
    trial_begin(&t);
}

void tearDown(void)
{
    trial_end(&t);
}

static bool holds_with(const struct pn_slice *section, size_t at, uint8_t flip)
{
    uint8_t *byte = (uint8_t *)(uintptr_t)section->at + at;

    *byte ^= flip;
    bool holds = pn_issuer_table_check(&t.table, t.policy.role_count);
    *byte ^= flip;
    return holds;
}

static void test_malformed_records(void)
{
    trial_issuer(&t, TOKEN_ALL_KEYS, TRIAL_CLAIMS);
    static const size_t issuer_ats[] = { PN_ISSUER_NAME + 3,
                                         PN_ISSUER_NAME + 7,
                                         PN_ISSUER_TASK + 3,
                                         PN_ISSUER_AUDIENCE_FIRST + 3,
                                         PN_ISSUER_AUDIENCE_COUNT + 3,
                                         PN_ISSUER_KEY_FIRST + 3,
                                         PN_ISSUER_KEY_COUNT + 3,
                                         PN_ISSUER_ROLE_FIRST + 3,
                                         PN_ISSUER_ROLE_COUNT + 3,
                                         PN_ISSUER_SKEW_S + 3,
                                         PN_ISSUER_TYPES,
                                         PN_ISSUER_FETCH,
                                         PN_ISSUER_EGRESS,
                                         PN_ISSUER_ALGORITHMS,
                                         PN_ISSUER_KEYS_URL + 3,
                                         PN_ISSUER_ASK_URL + 3,
                                         PN_ISSUER_CREDENTIAL + 7,
                                         PN_ISSUER_ASK_S + 3 };
    static const size_t key_ats[] = { PN_ISSUER_KEY_ID + 3,       PN_ISSUER_KEY_MATERIAL + 3,
                                      PN_ISSUER_KEY_MATERIAL + 4, PN_ISSUER_KEY_EXPONENT + 2,
                                      PN_ISSUER_KEY_ALG,          PN_ISSUER_KEY_ZERO };
    static const size_t role_ats[] = { PN_ISSUER_ROLE_CLAIM + 3, PN_ISSUER_ROLE_VALUE + 3,
                                       PN_ISSUER_ROLE_NAME + 7,  PN_ISSUER_ROLE_BIT + 1,
                                       PN_ISSUER_ROLE_WORDS,     PN_ISSUER_ROLE_ZERO };

    for (size_t i = 0; i < sizeof issuer_ats / sizeof issuer_ats[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(holds_with(&t.table.issuers, issuer_ats[i], 0x80), "issuer");
    }
    for (size_t i = 0; i < sizeof key_ats / sizeof key_ats[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(holds_with(&t.table.keys, key_ats[i], 0x80), "key");
    }
    for (size_t i = 0; i < sizeof role_ats / sizeof role_ats[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(holds_with(&t.table.roles, role_ats[i], 0x80), "role");
    }
    TEST_ASSERT_FALSE(holds_with(&t.table.texts, 3, 0x80));
    TEST_ASSERT_TRUE(pn_issuer_table_check(&t.table, t.policy.role_count));

    struct pn_issuer_table cut = t.table;
    cut.issuers.len--;
    TEST_ASSERT_FALSE(pn_issuer_table_check(&cut, t.policy.role_count));
    cut = t.table;
    cut.keys.len -= PN_ISSUER_KEY_BYTES;
    TEST_ASSERT_FALSE(pn_issuer_table_check(&cut, t.policy.role_count));
    cut = t.table;
    cut.issuers.at += PN_ISSUER_BYTES;
    cut.issuers.len -= PN_ISSUER_BYTES;
    TEST_ASSERT_TRUE(pn_issuer_table_check(&cut, t.policy.role_count));
    TEST_ASSERT_FALSE(pn_issuer_table_check(&cut, 1)); /* a role that is none of the policy's */
}

/* A trust domain has a bundle that can be fetched, and no metadata. */
static void test_where_keys_are_fetched(void)
{
    static const struct {
        uint8_t kind, fetch;
        bool holds;
    } rows[] = {
        { PN_ISSUER_OAUTH, PN_ISSUER_FETCH_JWKS, true },
        { PN_ISSUER_OAUTH, PN_ISSUER_FETCH_DISCOVERY, true },
        { PN_ISSUER_OAUTH, PN_ISSUER_FETCH_DISCOVERY + 1, false },
        { PN_ISSUER_SPIFFE, PN_ISSUER_FETCH_JWKS, true },
        { PN_ISSUER_SPIFFE, PN_ISSUER_FETCH_DISCOVERY, false },
    };

    trial_issuer(&t, TOKEN_ALL_KEYS, TRIAL_CLAIMS);
    uint8_t *record = (uint8_t *)(uintptr_t)t.table.issuers.at;
    memcpy(record + PN_ISSUER_KEYS_URL, record + PN_ISSUER_NAME, 8);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        record[PN_ISSUER_KIND] = rows[i].kind;
        record[PN_ISSUER_FETCH] = rows[i].fetch;
        pn_store32(record + PN_ISSUER_KEY_COUNT, 0);
        TEST_ASSERT_EQUAL(rows[i].holds, pn_issuer_table_check(&t.table, t.policy.role_count));
        pn_store32(record + PN_ISSUER_KEY_COUNT, 1); /* beside those that are fetched */
        TEST_ASSERT_FALSE(pn_issuer_table_check(&t.table, t.policy.role_count));
    }
}

static void test_none(void)
{
    struct pn_issuer_table none = { 0 };

    TEST_ASSERT_TRUE(pn_issuer_table_check(&none, 0));
    TEST_ASSERT_EQUAL(0, pn_issuer_count(&none));
}

int main(void)
{
    tokens_begin();
    UNITY_BEGIN();
    RUN_TEST(test_malformed_records);
    RUN_TEST(test_where_keys_are_fetched);
    RUN_TEST(test_none);
    return UNITY_END();
}
