/* Callers with tokens through a whole gateway: who they are, what is remembered of them, how often
 * they may fail, what is attached to them.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_clock.h"
#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

static struct desk *d;

static void open_desk(int keys, const char *more, void (*change)(struct pn_config *config))
{
    d = desk_open(change);
    tokens_begin();
    desk_install(d, token_bundle(keys, more));
}

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

static const char *ask(const char *path, const char *fields, const char *body)
{
    return desk_text(desk_ask(d, desk_post(path, fields, body)));
}

static bool reaches(enum desk_upstream upstream)
{
    struct sim_conn *up = desk_reached(d, upstream);

    if (up == NULL) return false;
    sim_close(up);
    desk_run(d);
    return true;
}

static uint32_t verified(void)
{
    return atomic_load(&pn_gateway_stats(d->gateway)->tokens_verified);
}

static uint32_t known(void)
{
    return atomic_load(&pn_gateway_stats(d->gateway)->tokens_known);
}

/* --- who it is --- */

static void test_a_token_is_a_caller(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", token_of(TOKEN_TIER_1), REFUND("4000")));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    const char *request = desk_text(up);
    TEST_ASSERT_NULL_MESSAGE(strstr(request, "eyJ"), "a token went on to the server");
    TEST_ASSERT_NULL(strstr(request, "Bearer"));
    sim_close(client);
    desk_run(d);
    const char *log = desk_log(d);
    desk_expect(log, "\"id\":\"tier-1-agent\"");
    desk_expect(log, "\"user\":\"ana\"");
    desk_expect(log, "\"proof\":\"jwt\"");
    desk_expect(log, "\"key_id\":\"es-1\"");
    desk_expect(log, "tier-1-support");
    TEST_ASSERT_NULL_MESSAGE(strstr(log, "eyJ"), "a token is in the log");
}

static void test_its_rules_are_those_of_its_roles(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    desk_expect(ask("/mcp/payments", token_of(TOKEN_TIER_1), REFUND("900000")),
                "tier-1-support refund cap exceeded");
    desk_nobody_asked(d);
    const char *other = "{\"sub\":\"ana\",\"task\":\"T-2\",\"roles\":[\"l1\"]," TOKEN_CLAIMS "}";
    desk_expect(ask("/mcp/payments", token_of(other), REFUND("4000")), "denied");
    const char *nobody = "{\"sub\":\"ana\"," TOKEN_CLAIMS "}";
    desk_expect(ask(CHAT, token_of(nobody), HELLO), "denied_by_default");
    desk_nobody_asked(d);
}

static void test_keys_still_work(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    desk_expect(desk_log(d), "\"proof\":\"api_key\"");
}

/* Without issuers a token is a key that nobody knows. */
static void test_without_issuers(void)
{
    d = desk_open(NULL);
    tokens_begin();
    desk_expect(ask(CHAT, token_of(TOKEN_TIER_1), HELLO), "key_unknown");
}

/* --- where it is shown --- */

#define ROUTES_ISS "https://routes.example.test/"
#define FOR(aud) \
    "{\"sub\":\"ana\",\"roles\":[\"l1\"],\"team\":\"support\",\"task\":\"T-1001\"," \
    "\"act\":{\"sub\":\"tier-1-agent\"},\"iss\":\"" ROUTES_ISS "\",\"aud\":\"" aud \
    "\"," TOKEN_TIMES "}"

static void with_url(struct pn_config *config)
{
    config->public_url = PN_SLICE("https://desk.example.test");
}

/* The URL of a route lets nobody in at another. */
static void only_at_payments(void (*change)(struct pn_config *config))
{
    static char more[4096];

    d = desk_open(change);
    tokens_begin();
    snprintf(more, sizeof more,
             "  - issuer: " ROUTES_ISS "\n    audiences: ['https://desk.example.test', "
             "'https://desk.example.test/mcp/payments']\n    jwks: %s\n    claims:\n"
             "      team: team\n      task: task\n      roles: {roles: {l1: tier-1-support}}\n",
             tokens_jwks(TOKEN_ES_1));
    desk_install(d, token_bundle(TOKEN_ES_1, more));
    const char *token = token_of(FOR("https://desk.example.test/mcp/payments"));
    desk_ask(d, desk_post("/mcp/payments", token, REFUND("4000")));
    TEST_ASSERT_TRUE(reaches(DESK_PAYMENTS));
    const char *answer = ask(CHAT, token, HELLO);
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "error=\"invalid_token\"");
    desk_expect(answer, "token_audience");
    desk_expect(ask("/mcp/crm", token, CALL("x", "{}")), "token_audience");
    desk_nobody_asked(d);
    desk_ask(d, desk_post(CHAT, token_of(FOR("https://desk.example.test")), HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
}

static void test_a_token_for_one_route(void)
{
    only_at_payments(with_url);
}

static void test_a_token_for_one_route_of_a_gate_without_a_name(void)
{
    only_at_payments(NULL);
}

/* --- refusals --- */

static const char *chat_with(const char *token)
{
    return ask(CHAT, token_field(token), HELLO);
}

static void test_challenges(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    const char *expired =
        "{\"sub\":\"ana\",\"iss\":\"" TOKEN_ISS "\",\"aud\":\"" TOKEN_AUD "\",\"exp\":1700000000}";
    const char *answer = ask(CHAT, token_of(expired), HELLO);
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "www-authenticate: Bearer error=\"invalid_token\", "
                        "error_description=\"The token has expired.\", resource_metadata=");
    desk_expect(answer, "\"type\":\"authentication_error\"");
    answer = ask("/mcp/payments", token_of(expired), REFUND("1"));
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "\"jsonrpc\":\"2.0\"");
    desk_expect(answer, "token_expired");
    answer = ask(CHAT, "", HELLO);
    desk_expect(answer, "www-authenticate: Bearer resource_metadata=\"http://gate/.well-known/");
    desk_nobody_asked(d);
}

static void test_a_token_in_the_query(void)
{
    static const char *const queries[] = { "?access_token=x", "?a=b&access_token=x",
                                           "?access%5Ftoken=x", "?Access_Token", "?access_token" };

    open_desk(TOKEN_ES_1, NULL, NULL);
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s%s", CHAT, queries[i]);
        const char *answer = ask(path, TIER_1, HELLO);
        desk_expect(answer, "HTTP/1.1 400 ");
        desk_expect(answer, "token_in_query");
    }
    desk_nobody_asked(d);
    desk_ask(d, desk_post(CHAT "?access_tokens=x&a", TIER_1, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
}

static void test_the_clock(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    sim_set_unix_ms(d->sim, -1);
    const char *answer = ask(CHAT, token_of(TOKEN_TIER_1), HELLO);
    desk_expect(answer, "HTTP/1.1 503 ");
    desk_expect(answer, "token_time_unknown");
    /* The clock is behind what has certainly passed, so it is not the time. */
    sim_set_unix_ms(d->sim, INT64_C(1750000000000));
    atomic_store(&d->shared.passed_s, 1750001000);
    desk_expect(ask(CHAT, token_of(TOKEN_TIER_1), HELLO), "token_time_unknown");
    desk_nobody_asked(d);
    sim_set_unix_ms(d->sim, INT64_C(1750001000000));
    desk_ask(d, desk_post(CHAT, token_of(TOKEN_TIER_1), HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
}

/* A device without a clock that was told the time knows what has ended. */
static void test_the_time_was_told(void)
{
    const char *token = "{\"sub\":\"ana\",\"roles\":[\"l1\"],\"iss\":\"" TOKEN_ISS
                        "\",\"aud\":\"" TOKEN_AUD "\",\"exp\":1800000000}";

    open_desk(TOKEN_ES_1, NULL, NULL);
    sim_set_unix_ms(d->sim, -1);
    desk_expect(ask(CHAT, token_of(token), HELLO), "token_time_unknown");
    port_clock_tell(INT64_C(1799999900000));
    desk_ask(d, desk_post(CHAT, token_of(token), HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    desk_wait(d, 159000); /* and the skew */
    desk_ask(d, desk_post(CHAT, token_of(token), HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    desk_wait(d, 2000);
    desk_expect(ask(CHAT, token_of(token), HELLO), "token_expired");
    desk_nobody_asked(d);
}

/* --- what is remembered --- */

static void test_a_token_is_verified_once(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    const char *token = token_of(TOKEN_TIER_1);
    for (uint32_t i = 0; i < 3; i++) {
        desk_ask(d, desk_post(CHAT, token, HELLO));
        TEST_ASSERT_TRUE(reaches(DESK_MAIN));
        TEST_ASSERT_EQUAL_UINT32(1, verified());
        TEST_ASSERT_EQUAL_UINT32(i, known());
    }
    desk_ask(
        d, desk_post(CHAT, token_of("{\"sub\":\"x\",\"roles\":[\"l1\"]," TOKEN_CLAIMS "}"), HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    TEST_ASSERT_EQUAL_UINT32(2, verified());
}

static void test_a_known_token_ends(void)
{
    open_desk(TOKEN_ES_1, NULL, NULL);
    const char *token = token_of("{\"sub\":\"ana\",\"roles\":[\"l1\"],\"iss\":\"" TOKEN_ISS
                                 "\",\"aud\":\"" TOKEN_AUD "\",\"exp\":1800000000}");
    sim_set_unix_ms(d->sim, INT64_C(1800000059000));
    desk_ask(d, desk_post(CHAT, token, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    sim_set_unix_ms(d->sim, INT64_C(1800000060000));
    desk_expect(ask(CHAT, token, HELLO), "token_expired");
    desk_nobody_asked(d);
}

/* A new policy takes the place of the old one's keys and of all that was remembered. */
static void test_rotation(void)
{
    static const char es2[] = "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"es-2\"}";
    char old[9000], new[9000];

    open_desk(TOKEN_ES_1, NULL, NULL);
    strcpy(old, token_of(TOKEN_TIER_1));
    strcpy(new, token_field(tokens_sign(es2, TOKEN_TIER_1, TOKEN_ES_2)));
    desk_ask(d, desk_post(CHAT, old, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    desk_expect(ask(CHAT, new, HELLO), "token_key");

    desk_install(d, token_bundle(TOKEN_ES_1 | TOKEN_ES_2, NULL));
    desk_ask(d, desk_post(CHAT, old, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    TEST_ASSERT_EQUAL_UINT32(2, verified()); /* again, by the new policy */
    desk_ask(d, desk_post(CHAT, new, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));

    desk_install(d, token_bundle(TOKEN_ES_2, NULL));
    desk_expect(ask(CHAT, old, HELLO), "token_key");
    desk_nobody_asked(d);
    desk_ask(d, desk_post(CHAT, new, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
}

/* --- how often one may fail --- */

static void few_failures(struct pn_config *config)
{
    config->limits.token_failures_max = 3;
}

static void test_failures_are_limited(void)
{
    static const uint8_t zeros[64];
    char bad[9000], good[9000];

    open_desk(TOKEN_ES_1, NULL, few_failures);
    strcpy(good, token_of(TOKEN_TIER_1));
    strcpy(bad, tokens_join(TOKEN_HEADER, TOKEN_TIER_1, zeros, sizeof zeros));
    desk_ask(d, desk_post(CHAT, good, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    for (int i = 0; i < 3; i++) desk_expect(chat_with(bad), "token_signature");
    const char *answer = chat_with(bad);
    desk_expect(answer, "HTTP/1.1 429 ");
    desk_expect(answer, "token_rate");
    desk_expect(answer, "retry-after: 60\r\n");
    /* What is cheap to refuse is refused as ever, and who is known passes. */
    desk_expect(ask(CHAT, token_of("{}"), HELLO), "token_issuer");
    desk_ask(d, desk_post(CHAT, good, HELLO));
    TEST_ASSERT_TRUE(reaches(DESK_MAIN));
    desk_wait(d, 61000);
    desk_expect(chat_with(bad), "token_signature");
    desk_nobody_asked(d);
}

/* --- sessions --- */

/* A session belongs to the caller, whichever token it brings. */
static void test_a_session_outlives_its_token(void)
{
    static const char initialize[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
        "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\","
        "\"version\":\"1\"}}}";
    static const char body[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
    char answer[400], fields[9600], id[256];

    open_desk(TOKEN_ES_1, NULL, NULL);
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/crm", token_of(TOKEN_TIER_1), initialize));
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    TEST_ASSERT_NOT_NULL(up);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nMcp-Session-Id: s-1\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    sim_push_text(up, answer);
    desk_run(d);
    const char *found = strstr(desk_text(client), "mcp-session-id: ");
    TEST_ASSERT_NOT_NULL(found);
    sscanf(found, "mcp-session-id: %255s", id);

    static const char list[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}";
    const char *later =
        "{\"jti\":\"2\",\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},"
        "\"team\":\"support\",\"task\":\"T-1001\",\"roles\":[\"l1\"]," TOKEN_CLAIMS "}";
    snprintf(fields, sizeof fields, "%sMcp-Session-Id: %s\r\n", token_of(later), id);
    desk_ask(d, desk_post("/mcp/crm", fields, list));
    TEST_ASSERT_NULL(strstr(desk_log(d), "session_unknown"));
    const char *other =
        "{\"sub\":\"ben\",\"act\":{\"sub\":\"tier-1-agent\"},"
        "\"team\":\"support\",\"task\":\"T-1001\",\"roles\":[\"l1\"]," TOKEN_CLAIMS "}";
    snprintf(fields, sizeof fields, "%sMcp-Session-Id: %s\r\n", token_of(other), id);
    desk_expect(ask("/mcp/crm", fields, list), "session_unknown");
}

/* --- attachments --- */

#define ATTACHED \
    "attachments:\n" \
    "  - agent: tier-1-agent\n" \
    "    servers: [crm]\n" \
    "    models: [gpt-4o-mini]\n" \
    "  - team: support\n" \
    "    tools: {payments: [refund_issue, refund_status]}\n" \
    "  - user: ben\n" \
    "    models: [gpt-4o]\n"

static const struct {
    const char *path, *fields, *body;
    bool attached;
} calls[] = {
    { CHAT, TIER_1, "{\"model\":\"gpt-4o-mini\",\"messages\":[]}", true },
    { CHAT, TIER_1, HELLO, false },
    { CHAT, TIER_2, HELLO, true },
    { CHAT, TIER_2, "{\"model\":\"gpt-4o-mini\",\"messages\":[]}", false },
    { CHAT, TRIAGE, HELLO, false },
    { CHAT, TIER_1, "{\"model\":\"gpt-9\",\"messages\":[]}", false },
    { "/mcp/payments", TIER_1, REFUND("4000"), true },
    { "/mcp/payments", TIER_1, CALL("refund_issued", "{}"), false },
    { "/mcp/payments", TIER_1, CALL("payout_create", "{}"), false },
    { "/mcp/payments", TIER_1,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\","
      "\"params\":{\"name\":\"p\"}}",
      false },
    { "/mcp/payments", TIER_1,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/read\","
      "\"params\":{\"uri\":\"x:y\"}}",
      false },
    { "/mcp/payments", TIER_1,
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"completion/complete\","
      "\"params\":{}}",
      false },
    { "/mcp/payments", TIER_1, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", true },
    { "/mcp/tickets", TIER_1, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", false },
    { "/mcp/payroll", PAYROLL, CALL("salary_read", "{}"), false },
    { "/mcp/crm", TIER_1, CALL("anything", "{}"), true },
    { "/mcp/crm", TIER_2, CALL("anything", "{}"), false },
};

/* What rules say of what is attached is another matter: then the reason is theirs. */
static void test_attachments(void)
{
    open_desk(TOKEN_ES_1, ATTACHED, NULL);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        char what[200];
        const char *answer = ask(calls[i].path, calls[i].fields, calls[i].body);
        snprintf(what, sizeof what, "%zu: %.150s", i, calls[i].body);
        TEST_ASSERT_EQUAL_MESSAGE(calls[i].attached, strstr(answer, "not_attached") == NULL, what);
        if (!calls[i].attached) desk_nobody_asked(d);
        for (int u = 0; u < DESK_UPSTREAMS; u++) reaches((enum desk_upstream)u);
    }
    desk_expect(ask("/mcp/payments", TIER_1, REFUND("900000")), "refund cap exceeded");
    const char *log = desk_log(d);
    desk_expect(log, "\"error\":\"not_attached\"");
}

static void test_attached_by_token(void)
{
    open_desk(TOKEN_ES_1, ATTACHED, NULL);
    desk_expect(ask(CHAT, token_of(TOKEN_TIER_1), HELLO), "not_attached");
    desk_ask(d, desk_post("/mcp/payments", token_of(TOKEN_TIER_1), REFUND("4000")));
    TEST_ASSERT_TRUE(reaches(DESK_PAYMENTS));
}

static void test_lists_omit_what_is_not_attached(void)
{
    static const char tools[] =
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"refund_issue\"},"
        "{\"name\":\"refund_preview\"},{\"name\":\"refund_status\"}]}}";
    char answer[600];

    open_desk(TOKEN_ES_1, ATTACHED, NULL);
    const char *models =
        desk_text(desk_ask(d, "GET /v1/models HTTP/1.1\r\nHost: gate\r\n" TIER_1 "\r\n"));
    desk_expect(models, "\"gpt-4o-mini\"");
    TEST_ASSERT_NULL(strstr(models, "\"gpt-4o\""));

    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", TIER_1,
                              "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}"));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(tools), tools);
    sim_push_text(up, answer);
    desk_run(d);
    const char *listed = desk_text(client);
    desk_expect(listed, "refund_issue");
    TEST_ASSERT_NULL(strstr(listed, "refund_preview"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_token_is_a_caller);
    RUN_TEST(test_its_rules_are_those_of_its_roles);
    RUN_TEST(test_keys_still_work);
    RUN_TEST(test_without_issuers);
    RUN_TEST(test_a_token_for_one_route);
    RUN_TEST(test_a_token_for_one_route_of_a_gate_without_a_name);
    RUN_TEST(test_challenges);
    RUN_TEST(test_a_token_in_the_query);
    RUN_TEST(test_the_clock);
    RUN_TEST(test_the_time_was_told);
    RUN_TEST(test_a_token_is_verified_once);
    RUN_TEST(test_a_known_token_ends);
    RUN_TEST(test_rotation);
    RUN_TEST(test_failures_are_limited);
    RUN_TEST(test_a_session_outlives_its_token);
    RUN_TEST(test_attachments);
    RUN_TEST(test_attached_by_token);
    RUN_TEST(test_lists_omit_what_is_not_attached);
    return UNITY_END();
}
