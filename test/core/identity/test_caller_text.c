/* Callers whom the claims of tokens name, as a compiled identity.yaml maps them.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdio.h>
#include <string.h>

#include "test/core/identity/trial.h"
#include "unity.h"

static struct trial t;

#define SUB "\"sub\":\"ana\","

void setUp(void)
{
    trial_begin(&t);
}

void tearDown(void)
{
    trial_end(&t);
}

static uint64_t bit(const char *role)
{
    return UINT64_C(1) << pn_policy_role(&t.policy, pn_slice(role, strlen(role)));
}

static void test_a_delegated_caller(void)
{
    trial_issuer(&t, TOKEN_ES_1, TRIAL_CLAIMS);
    expect_reason(
        PN_REASON_NONE,
        trial(&t,
              trial_good(SUB "\"act\":{\"sub\":\"desk-agent\",\"act\":{\"sub\":\"router\"}},"
                             "\"org\":{\"team\":\"support\"},\"https://example.test/task\":\"T-1\","
                             "\"realm_access\":{\"roles\":[1,\"agent\",\"x\"]},"
                             "\"scope\":\"read refunds write\",")),
        "delegated");
    expect_text("ana", t.who.user);
    expect_text("desk-agent", t.who.agent);
    expect_text("support", t.who.team);
    expect_text("T-1", t.who.task);
    expect_text("tier-1,no-rule-knows,refunder", t.who.role_names);
    expect_text("[\"tier-1\",\"no-rule-knows\",\"refunder\"]", t.text.roles);
    TEST_ASSERT_EQUAL_HEX64(bit("tier-1") | bit("refunder"), t.who.roles[0]);
    TEST_ASSERT_EQUAL_UINT64(4102444800, t.who.expires_s);
    expect_text(TOKEN_ISS, pn_issuer_iss(&t.table, &t.match));
}

static const struct {
    const char *claims, *user, *agent, *roles;
} callers[] = {
    { "\"sub\":\"ana\",", "ana", "", "" },
    { "\"sub\":\"app\",\"act\":{\"sub\":\"app\"},", "", "app", "" },
    { "\"act\":{\"sub\":\"bot\"},", "", "bot", "" },
    { "\"sub\":\"a\\u006ea\\/\\u00e9\",\"act\":{\"sub\":\"b\\\"\"},", "ana/\xC3\xA9", "b\"", "" },
    { "\"sub\":\"ana\",\"level\":\"one\",", "ana", "", "tier-1" },
    { "\"sub\":\"ana\",\"level\":\"one two\",", "ana", "", "" }, /* no words in such a claim */
    { "\"sub\":\"ana\",\"level\":[\"one\",\"one\"],", "ana", "", "tier-1" },
    { "\"sub\":\"ana\",\"level\":[[\"one\"]],", "ana", "", "" },
    { "\"sub\":\"ana\",\"level\":{\"one\":1},", "ana", "", "" },
    { "\"sub\":\"ana\",\"scope\":\"refunds\",", "ana", "", "refunder" },
    { "\"sub\":\"ana\",\"scope\":[\"refunds\"],", "ana", "", "refunder" },
    { "\"sub\":\"ana\",\"scope\":\"refundsx xrefunds\",", "ana", "", "" },
    { "\"sub\":\"ana\",\"realm_access\":\"lead\",", "ana", "", "" },
    { "\"sub\":\"ana\",\"realm_access.roles\":[\"lead\"],", "ana", "", "" },
    { "\"sub\":\"ana\",\"realm_access\":{\"roles\":[\"lead\",\"agent\"]},", "ana", "",
      "tier-2,tier-1,no-rule-knows" },
    { "\"sub\":\"ana\",\"org\":{\"team\":null},", "ana", "", "" },
};

static void test_callers(void)
{
    trial_issuer(&t, TOKEN_ES_1, TRIAL_CLAIMS);
    for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++) {
        expect_reason(PN_REASON_NONE, trial(&t, trial_good(callers[i].claims)), callers[i].claims);
        expect_text(callers[i].user, t.who.user);
        expect_text(callers[i].agent, t.who.agent);
        expect_text(callers[i].roles, t.who.role_names);
    }
}

static void test_names_that_are_none(void)
{
    char claims[4000], name[600];

    trial_issuer(&t, TOKEN_ES_1, TRIAL_CLAIMS);
    expect_reason(PN_REASON_TOKEN_CLAIMS, trial(&t, trial_good(SUB "\"org\":{\"team\":[\"a\"]},")),
                  "a team that is a list");
    for (int len = 256; len <= 257; len++) {
        snprintf(claims, sizeof claims, "\"sub\":\"%0*d\",", len, 0);
        expect_reason(len == 256 ? PN_REASON_NONE : PN_REASON_TOKEN_CLAIMS,
                      trial(&t, trial_good(claims)), "a long name");
    }
    /* Escaped names share what a caller's texts have. */
    for (size_t i = 0; i < 256; i++) memcpy(name + 2 * i, "\\/", 3);
    snprintf(claims, sizeof claims,
             "\"sub\":\"%s\",\"act\":{\"sub\":\"%s\"},\"org\":{\"team\":\"%s\"},", name, name,
             name);
    expect_reason(PN_REASON_NONE, trial(&t, trial_good(claims)), "three long names");
    size_t used = strlen(claims);
    snprintf(claims + used, sizeof claims - used, "\"https://example.test/task\":\"%s\",", name);
    expect_reason(PN_REASON_TOKEN_CLAIMS, trial(&t, trial_good(claims)), "four long names");
}

int main(void)
{
    tokens_begin();
    UNITY_BEGIN();
    RUN_TEST(test_a_delegated_caller);
    RUN_TEST(test_callers);
    RUN_TEST(test_names_that_are_none);
    return UNITY_END();
}
