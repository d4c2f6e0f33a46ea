/* Callers with tokens that only their issuer can read: what is asked, who they are, what is
 * remembered of them.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/token_issuer.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

#define STAT(name) atomic_load(&pn_gateway_stats(d->gateway)->name)

/* --- who it is --- */

static void test_what_is_asked(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("opaque+token/1=");
    struct sim_conn *up = issuer_asked();
    const char *text = desk_text(up);
    desk_expect(text, "POST /oauth/ask HTTP/1.1\r\nhost: 127.0.0.1:9301\r\n");
    desk_expect(text, "\r\naccept: application/json\r\n");
    /* "secret-crm", which has no colon, is an id without a secret */
    desk_expect(text, "\r\nauthorization: Basic c2VjcmV0LWNybTo=\r\n");
    desk_expect(text, "\r\ncontent-type: application/x-www-form-urlencoded\r\n");
    desk_expect(text, "\r\n\r\ntoken=opaque%2Btoken%2F1%3D&token_type_hint=access_token");
    issuer_answers(up, "200 OK", "", ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    const char *log = desk_log(d);
    desk_expect(log, "\"id\":\"tier-1-agent\"");
    desk_expect(log, "\"user\":\"ana\"");
    desk_expect(log, "\"proof\":\"introspection\"");
    desk_expect(log, "tier-1-support");
    TEST_ASSERT_NULL_MESSAGE(strstr(log, "opaque"), "a token is in the log");
    TEST_ASSERT_EQUAL(1, STAT(tokens_asked));
    desk_check_rest(d);
}

/* Its scopes are those of the issuer that was asked, whatever it calls itself. */
static void test_a_scope_that_it_lacks(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    desk_install(d, token_bundle_with(DESK_FOLDER, ISSUER_ASKED(""),
                                      "        scope: {refund: tier-1-support}\n"));
    struct sim_conn *client = issuer_client("t1");
    issuer_says("{\"active\":true,\"sub\":\"ana\",\"scope\":\"a b\",\"aud\":\"" TOKEN_AUD "\"}");
    desk_expect(desk_text(client), "HTTP/1.1 403 ");
    issuer_client_gets(client, "error=\"insufficient_scope\", error_description=\"A scope that the "
                               "token does not have would allow this call.\", scope=\"refund\"");
}

static void test_its_rules_are_those_of_its_roles(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", token_field("t1"), REFUND("900000")));
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    desk_expect(desk_text(client), "tier-1-support refund cap exceeded");
    client = desk_ask(d, desk_post("/mcp/payments", token_field("t1"), REFUND("4000")));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    TEST_ASSERT_NULL_MESSAGE(strstr(desk_text(up), "t1\r\n"), "a token went on to the server");
    issuer_not_asked();
}

/* A desk with one model, these rules for it and these callers. */
static void open_for(const char *rules, const char *identity,
                     void (*change)(struct pn_config *config))
{
    struct bundle_folder folder;

    d = issuer_listens(change);
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml", rules);
    bundle_folder_model(&folder);
    bundle_folder_write(&folder, "identity.yaml", identity);
    desk_install(d, folder.path);
    bundle_folder_remove(&folder);
}

/* Rules read what the issuer said, as they read a JWT's claims. */
static void test_rules_read_the_claims(void)
{
    static const char rules[] =
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: llm\n  version: default\n"
        "  rules:\n    - actions: ['*']\n      effect: EFFECT_ALLOW\n      roles: ['*']\n"
        "      condition: {match: {all: {of: [\n"
        "        {expr: 'P.attr.claims.client_id == \"desk\"'},\n"
        "        {expr: 'P.attr.claims.ext.level > 2'},\n"
        "        {expr: 'request.auxData.jwt.username == \"Ana\"'},\n"
        "        {expr: 'P.attr.proof == \"introspection\"'}]}}}\n";

    open_for(rules,
             "issuers:\n  - issuer: i\n    audiences: [" TOKEN_AUD "]\n    " ISSUER_ASKED("") "\n",
             NULL);
    for (int level = 2; level < 4; level++) {
        char said[600], name[24];
        snprintf(said, sizeof said, ISSUER_SAYS_TIER_1 ",\"ext\":{\"level\":%d}}", level);
        snprintf(name, sizeof name, "t%d", level);
        struct sim_conn *client = issuer_client(name);
        issuer_says(said);
        if (level == 2) issuer_client_gets(client, "denied_by_default");
        else TEST_ASSERT_TRUE(issuer_client_passes(client));
    }
}

/* Keys are found first, and JWTs are never shown to anybody. */
static void test_what_is_not_asked(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    TEST_ASSERT_TRUE(issuer_client_passes(desk_ask(d, desk_post(CHAT, TIER_1, HELLO))));
    issuer_client_gets(desk_ask(d, desk_post(CHAT, token_of(TOKEN_TIER_1), HELLO)), "token_key");
    issuer_client_gets(issuer_client("postern_Zm9yZ290dGVuIHNpbmNlIGxvbmcgYWdvLCBhbmQgc28gb24"),
                       "key_unknown");
    issuer_client_gets(issuer_client("postern_"), "key_unknown");
    issuer_client_gets(desk_ask(d, desk_post(CHAT, "X-Api-Key: unknown\r\n", HELLO)),
                       "key_unknown");
    static char longest[PN_ASKED_BYTES + 2];
    memset(longest, 'x', PN_ASKED_BYTES + 1);
    issuer_client_gets(issuer_client(longest), "token_oversize");
    issuer_not_asked();
    longest[PN_ASKED_BYTES] = '\0';
    struct sim_conn *client = issuer_client(longest);
    issuer_says("{\"active\":false}");
    issuer_client_gets(client, "token_inactive");
}

static const char anything[] =
    "apiVersion: api.cerbos.dev/v1\nresourcePolicy: {resource: llm, version: default, rules: [\n"
    "  {actions: ['*'], effect: EFFECT_ALLOW, roles: ['*']}]}\n";

/* A key that is over is still somebody's secret. */
static void test_an_ended_key_is_not_asked_about(void)
{
    open_for(anything,
             "keys:\n  - id: old\n    user: ana\n    expires: 2020-01-01T00:00:00Z\n" /* "old" */
             "    sha256: cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4\n"
             "issuers:\n  - issuer: i\n    audiences: [x]\n    " ISSUER_ASKED("") "\n",
             NULL);
    issuer_client_gets(issuer_client("old"), "key_unknown");
    issuer_not_asked();
    issuer_client("older");
    issuer_asked();
}

static void with_url(struct pn_config *config)
{
    config->public_url = PN_SLICE("https://gate.example");
}

static void test_a_route_is_an_audience_of_its_own(void)
{
    open_for(anything,
             "issuers:\n  - issuer: i\n    audiences: ['https://gate.example/mcp/payments', "
             "'https://gate.example/v1']\n    " ISSUER_ASKED("") "\n",
             with_url);
    struct sim_conn *client = issuer_client("t1");
    issuer_says("{\"active\":true,\"sub\":\"a\",\"aud\":\"https://gate.example/mcp/payments\"}");
    issuer_client_gets(client, "token_audience");
    client = issuer_client("t2");
    issuer_says("{\"active\":true,\"sub\":\"a\",\"aud\":\"https://gate.example/v1\"}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
}

/* --- what is remembered --- */

static void test_answers_are_remembered(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *one = issuer_client("t1"), *two = issuer_client("t1"), *up = issuer_asked();
    issuer_not_asked();
    issuer_answers(up, "200 OK", "", ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(one));
    TEST_ASSERT_TRUE(issuer_client_passes(two));
    desk_wait(d, 29000);
    TEST_ASSERT_TRUE(issuer_client_passes(issuer_client("t1")));
    issuer_not_asked();
    desk_wait(d, 2000);
    one = issuer_client("t1");
    issuer_says("{\"active\":false}"); /* it was revoked */
    issuer_client_gets(one, "token_inactive");
    issuer_client_gets(issuer_client("t1"), "token_inactive");
    issuer_not_asked();
    desk_wait(d, 6000);
    issuer_client("t1");
    issuer_asked();
}

static void test_never_beyond_its_end(void)
{
    char said[1024];

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    sim_set_unix_ms(d->sim, 1800000000000);
    snprintf(said, sizeof said, ISSUER_SAYS_TIER_1 ",\"exp\":%d}", 1800000010);
    struct sim_conn *client = issuer_client("t1");
    issuer_says(said);
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    desk_wait(d, 8000);
    TEST_ASSERT_TRUE(issuer_client_passes(issuer_client("t1")));
    desk_wait(d, 3000);
    issuer_client_gets(issuer_client("t1"), "token_expired");
    issuer_not_asked();
}

/* An end that nobody stated does not move on while an answer is under way. */
static void test_the_end_that_was_set_stays(void)
{
    static const char list[] = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{"
                               "\"tools\":[{\"name\":\"refund_issue\"}]}}\n\n";
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", token_field("t1"),
                              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"));
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    sim_push(up, pn_slice(head, sizeof head - 1));
    for (int s = 0; s < 40; s += 10) {
        desk_wait(d, 10000);
        sim_push(up, pn_slice(list, sizeof list - 1));
        desk_run(d);
        TEST_ASSERT_EQUAL(s < 30 ? s / 10 + 1 : 3, desk_count(desk_text(client), "refund_issue"));
    }
    TEST_ASSERT_EQUAL(4, desk_count(desk_text(client), "\"tools\""));
}

static void test_the_policy_says_for_how_long(void)
{
    d = issuer_opens(ISSUER_ASKED(", cache: 10s"), NULL, NULL);
    struct sim_conn *client = issuer_client("t1");
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    desk_wait(d, 11000);
    issuer_client("t1");
    issuer_asked();
}

static void test_another_policy_asks_anew(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("t1");
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    client = issuer_client("t2");
    struct sim_conn *up = issuer_asked();
    desk_install(d, token_bundle_with(DESK_FOLDER, ISSUER_ASKED(", cache: 10s"), NULL));
    desk_run(d);
    issuer_answers(up, "200 OK", "",
                   ISSUER_SAYS_TIER_1 "}"); /* to a question of the policy before */
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    issuer_not_asked(); /* by this policy for who was to be judged by that one */
    desk_wait(d, 5100);
    issuer_client_gets(client, "policy_changed");
    client = issuer_client("t2");
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    issuer_client("t1");
    issuer_asked();
}

static void test_more_than_there_are_places(void)
{
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, issuer_few_places);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "t%d", i);
        issuer_client(name);
    }
    issuer_client_gets(issuer_client("t4"), "token_unasked");
    for (int i = 0; i < 4; i++) {
        struct sim_conn *up = issuer_asked(); /* one after the other */
        issuer_not_asked();
        issuer_answers(up, "200 OK", "", ISSUER_SAYS_TIER_1 "}");
        TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    }
    struct sim_conn *client = issuer_client("t4"); /* takes the place of one that is known */
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
}

/* --- refusals --- */

static void test_answers_that_refuse(void)
{
    static const struct {
        const char *said, *reason;
    } rows[] = {
        { "{\"active\":false}", "token_inactive" },
        { "{\"active\":false,\"sub\":\"ana\",\"aud\":\"" TOKEN_AUD "\"}", "token_inactive" },
        { "{\"active\":true,\"sub\":\"ana\"}", "token_audience" },
        { "{\"active\":true,\"sub\":\"ana\",\"aud\":[]}", "token_audience" },
        { "{\"active\":true,\"sub\":\"ana\",\"aud\":\"other\"}", "token_audience" },
        { ISSUER_SAYS_TIER_1 ",\"iss\":\"https://other.example\"}", "token_issuer" },
        { ISSUER_SAYS_TIER_1 ",\"exp\":1700000000}", "token_expired" },
        { ISSUER_SAYS_TIER_1 ",\"nbf\":4102444000}", "token_not_yet" },
        { ISSUER_SAYS_TIER_1 ",\"token_use\":\"refresh_token\"}", "token_inactive" },
        { "{\"active\":true,\"token_type\":\"DPoP\",\"aud\":\"" TOKEN_AUD "\",\"sub\":\"ana\"}",
          "token_inactive" },
        { "{\"active\":true,\"aud\":\"" TOKEN_AUD "\"}", "token_claims" },
        { "{\"active\":true,\"aud\":\"" TOKEN_AUD "\",\"sub\":\"a\",\"act\":{}}", "token_claims" },
        { ISSUER_SAYS_TIER_1
          ",\"cnf\":{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}}",
          "token_bound" },
        { ISSUER_SAYS_TIER_1 ",\"cnf\":{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}}",
          "token_bound" },
        { ISSUER_SAYS_TIER_1 ",\"iss\":7}", "token_unasked" },
    };
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        struct sim_conn *client = issuer_client(name);
        issuer_says(rows[i].said);
        issuer_client_gets(client, rows[i].reason);
    }
    issuer_not_asked();
    desk_expect(desk_log(d), "\"error\":\"token_inactive\"");
}

static void test_iss_is_the_issuer(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("t1");
    issuer_says(ISSUER_SAYS_TIER_1 ",\"iss\":\"" TOKEN_ISS "\",\"exp\":4102444800}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_is_asked);
    RUN_TEST(test_a_scope_that_it_lacks);
    RUN_TEST(test_its_rules_are_those_of_its_roles);
    RUN_TEST(test_rules_read_the_claims);
    RUN_TEST(test_what_is_not_asked);
    RUN_TEST(test_an_ended_key_is_not_asked_about);
    RUN_TEST(test_a_route_is_an_audience_of_its_own);
    RUN_TEST(test_answers_are_remembered);
    RUN_TEST(test_never_beyond_its_end);
    RUN_TEST(test_the_end_that_was_set_stays);
    RUN_TEST(test_the_policy_says_for_how_long);
    RUN_TEST(test_another_policy_asks_anew);
    RUN_TEST(test_more_than_there_are_places);
    RUN_TEST(test_answers_that_refuse);
    RUN_TEST(test_iss_is_the_issuer);
    return UNITY_END();
}
