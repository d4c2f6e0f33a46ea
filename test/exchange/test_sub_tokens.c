/* The token endpoint and the tokens it makes, through a whole gateway: who gets one, what it is good
 * for, and all it is not good for.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/identity/jwt_sign.h"
#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "test/exchange/mint.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

static struct desk *d;

static void open_desk(const char *more)
{
    d = desk_open(mint_with);
    if (more != NULL) desk_install(d, token_bundle(TOKEN_ES_1, more));
}

void setUp(void)
{
}

void tearDown(void)
{
    if (!Unity.CurrentTestFailed) desk_check_rest(d);
    desk_close(d);
    token_bundle_remove();
}

static const char *ask(const char *path, const char *fields, const char *body)
{
    return desk_text(desk_ask(d, desk_post(path, fields, body)));
}

static bool reaches(const char *path, const char *fields, const char *body, enum desk_upstream at)
{
    struct sim_conn *client = desk_ask(d, desk_post(path, fields, body));
    struct sim_conn *up = desk_reached(d, at);

    if (up != NULL) {
        TEST_ASSERT_NULL_MESSAGE(strstr(desk_text(up), "eyJ"), "a token went on");
        sim_close(up);
        desk_run(d);
    }
    sim_close(client);
    desk_run(d);
    return up != NULL;
}

/* --- what it is --- */

static void test_a_key_becomes_a_token(void)
{
    open_desk(NULL);
    const char *answer = mint_ask(d, MINT_FOR);
    desk_expect(answer, "HTTP/1.1 200 OK\r\n");
    desk_expect(answer, "cache-control: no-store\r\n");
    desk_expect(answer, "\"issued_token_type\":\"urn:ietf:params:oauth:token-type:access_token\"");
    desk_expect(answer, "\"token_type\":\"Bearer\",\"expires_in\":900}");
    const char *token = mint(d, MINT_FOR);
    const char *claims = mint_claims(token);
    desk_expect(claims, "{\"iss\":\"http://gate\",\"aud\":\"http://gate/mcp/payments\"");
    desk_expect(claims, "\"sub\":\"ana\",\"client_id\":\"tier-1-demo\"");
    TEST_ASSERT_TRUE(reaches("/mcp/payments", token, REFUND("4000"), DESK_PAYMENTS));
    desk_expect(ask("/mcp/payments", token, REFUND("900000")),
                "tier-1-support refund cap exceeded");
    const char *log = desk_log(d);
    desk_expect(log, "\"proof\":\"sub_token\"");
    desk_expect(log, "\"key_id\":\"tier-1-demo\",\"proof\":\"sub_token\",\"roles\":[\"tier-1-");
    desk_expect(log, "\"surface\":\"oauth\",\"server\":\"payments\",\"action\":\"token/issue\"");
    desk_expect(log, "\"token.path\":\"/mcp/payments\"");
    TEST_ASSERT_NULL_MESSAGE(strstr(log, "eyJ"), "a token is in the log");
    TEST_ASSERT_NULL_MESSAGE(strstr(log, "sk-postern"), "a key is in the log");
    TEST_ASSERT_EQUAL_UINT32(2, atomic_load(&pn_gateway_stats(d->gateway)->tokens_issued));
}

/* Its path is the route's, so whoever holds it can go nowhere else. */
static void test_it_is_for_one_route(void)
{
    open_desk(NULL);
    const char *token = mint(d, MINT_FOR);
    const char *answer = ask("/mcp/crm", token, REFUND("1"));
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "error=\"invalid_token\"");
    desk_expect(answer, "token_audience");
    desk_expect(ask(CHAT, token, HELLO), "token_audience");
    const char *other = mint(d, MINT_TIER_1 "&resource=/v1");
    desk_expect(ask("/mcp/payments", other, REFUND("1")), "token_audience");
    desk_nobody_asked(d);
    TEST_ASSERT_TRUE(reaches(CHAT, other, HELLO, DESK_MAIN));
    /* Nor is it a key. */
    desk_expect(ask(CHAT, "x-api-key: eyJ\r\n", HELLO), "key_unknown");
}

static void test_it_ends(void)
{
    open_desk(NULL);
    sim_set_unix_ms(d->sim, INT64_C(1750000000000));
    const char *token = mint(d, MINT_FOR "&expires_in=60");
    sim_set_unix_ms(d->sim, INT64_C(1750000059000));
    TEST_ASSERT_TRUE(reaches("/mcp/payments", token, REFUND("1"), DESK_PAYMENTS));
    sim_set_unix_ms(d->sim, INT64_C(1750000060000));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_expired");
    sim_set_unix_ms(d->sim, INT64_C(1749999000000));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_not_yet");
    desk_nobody_asked(d);
    desk_expect(mint_ask(d, MINT_FOR "&expires_in=999999"), "\"expires_in\":86400}");
    sim_set_unix_ms(d->sim, -1);
    const char *answer = mint_ask(d, MINT_FOR);
    desk_expect(answer, "HTTP/1.1 503 ");
    desk_expect(answer, "{\"error\":\"temporarily_unavailable\"");
    desk_expect(answer, "token_time_unknown");
}

#define KEYS \
    "keys:\n" \
    "  - id: user-key\n" \
    "    sha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683\n" \
    "    user: uma\n" \
    "    team: support\n" \
    "    roles: [tier-1-support]\n%s"
#define USER_KEY \
    MINT_GRANT MINT_TYPE "&subject_token=key&resource=http%3A%2F%2Fgate%2Fmcp%2Fpayments"

/* A bundle whose one key is "key" (its SHA-256 above), with more lines. */
static void install_keys(const char *more)
{
    char path[200];

    snprintf(path, sizeof path, "%s/identity.yaml", token_bundle(TOKEN_ES_1, NULL));
    FILE *out = fopen(path, "w");
    fprintf(out, KEYS, more);
    fclose(out);
    path[strlen(path) - strlen("/identity.yaml")] = 0;
    desk_install(d, path);
}

/* --- it follows its parent --- */

static void test_its_parent_is_looked_up_each_time(void)
{
    open_desk(NULL);
    install_keys("    task: T-1001\n");
    const char *token = mint(d, USER_KEY "&agent=%22helper%22");
    desk_expect(mint_claims(token), "\"agent\":\"\\\"helper\\\"\"");
    TEST_ASSERT_TRUE(reaches("/mcp/payments", token, REFUND("1"), DESK_PAYMENTS));
    desk_expect(desk_log(d), "\"who\":{\"id\":\"\\\"helper\\\"\",\"user\":\"uma\"");
    /* another agent or task now */
    install_keys("    task: T-1001\n    agent: other\n");
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_wider");
    /* gone, and somebody else has its name */
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    const char *answer = ask("/mcp/payments", token, REFUND("1"));
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "token_parent");
    /* no role any more */
    install_keys("    task: T-1001\n    attr: {x: 1}\n");
    TEST_ASSERT_TRUE(reaches("/mcp/payments", token, REFUND("1"), DESK_PAYMENTS));
}

static void test_it_ends_with_its_parent(void)
{
    open_desk(NULL);
    install_keys("    task: T-1001\n    expires: 2025-06-15T15:07:00Z\n");
    sim_set_unix_ms(d->sim, INT64_C(1750000000000)); /* 15:06:40 */
    const char *answer = mint_ask(d, USER_KEY);
    desk_expect(answer, "\"expires_in\":20}");
    const char *token = mint(d, USER_KEY);
    sim_set_unix_ms(d->sim, INT64_C(1750000019000));
    TEST_ASSERT_TRUE(reaches("/mcp/payments", token, REFUND("1"), DESK_PAYMENTS));
    sim_set_unix_ms(d->sim, INT64_C(1750000020000));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_expired");
    desk_expect(mint_ask(d, USER_KEY), "subject_unknown");
}

/* --- it is narrower --- */

static const struct {
    const char *form;
    const char *tool; /* called with it, NULL: the list of tools */
    bool attached;
} narrowings[] = {
    { "", "refund_issue", true },
    { "&tools=refund_issue", "refund_issue", true },
    { "&tools=refund_status+refund_issue", "refund_issue", true },
    { "&tools=refund_status", "refund_issue", false },
    { "&tools=refund_status", NULL, true },
    { "&servers=payments%20crm", "refund_issue", true },
    { "&servers=crm", "refund_issue", false },
    { "&servers=crm", NULL, false },
    { "&models=gpt-4o", "refund_issue", true },
};

static void test_narrowing(void)
{
    static const char list[] = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}";
    char form[600];

    open_desk(NULL);
    for (size_t i = 0; i < sizeof narrowings / sizeof narrowings[0]; i++) {
        snprintf(form, sizeof form, "%s%s", MINT_FOR, narrowings[i].form);
        const char *token = mint(d, form), *body = narrowings[i].tool ? REFUND("1") : list;
        bool reached = reaches("/mcp/payments", token, body, DESK_PAYMENTS);
        TEST_ASSERT_EQUAL_MESSAGE(narrowings[i].attached, reached, narrowings[i].form);
        if (reached) continue;
        desk_expect(ask("/mcp/payments", token, body), "not_attached");
    }
    const char *token = mint(d, MINT_TIER_1 "&resource=/v1&models=gpt-4o");
    TEST_ASSERT_TRUE(reaches(CHAT, token, HELLO, DESK_MAIN));
    desk_expect(ask(CHAT, token, "{\"model\":\"gpt-4o-mini\",\"messages\":[]}"), "not_attached");
    desk_nobody_asked(d);
}

/* What the agent of a token has is what its key has: naming an agent gives it nothing more. */
static void test_naming_an_agent_attaches_nothing(void)
{
    open_desk(NULL);
    install_keys("attachments:\n"
                 "  - {user: uma, servers: [payments]}\n"
                 "  - {agent: rich, servers: [crm], models: [gpt-4o]}\n");
    const char *token = mint(d, MINT_GRANT MINT_TYPE "&subject_token=key&resource=/v1&agent=rich");
    desk_expect(ask(CHAT, token, HELLO), "not_attached");
    desk_expect(mint_ask(d, MINT_GRANT MINT_TYPE "&subject_token=key&resource=/mcp/crm&agent=rich"),
                "{\"error\":\"invalid_target\"");
    desk_expect(mint_ask(d, USER_KEY "&servers=crm"), "{\"error\":\"invalid_scope\"");
    desk_nobody_asked(d);
}

/* --- what is refused --- */

static const struct {
    const char *form, *status, *error, *reason;
} refusals[] = {
    { "", "400", "invalid_request", "form_invalid" },
    { "grant_type", "400", "invalid_request", "form_invalid" },
    { "grant_type=password&username=a", "400", "unsupported_grant_type", "grant_unsupported" },
    { MINT_GRANT, "400", "invalid_request", "form_invalid" },
    { MINT_GRANT "&subject_token=sk-postern-demo-tier-1&resource=/v1", "400", "invalid_request",
      "form_invalid" },
    { MINT_TIER_1, "400", "invalid_target", "resource_invalid" },
    { MINT_FOR "&resource=/v1", "400", "invalid_target", "resource_invalid" },
    { MINT_FOR "&audience=x", "400", "invalid_target", "resource_invalid" },
    { MINT_TIER_1 "&resource=/mcp/none", "400", "invalid_target", "resource_invalid" },
    { MINT_TIER_1 "&resource=/mcp/payments/", "400", "invalid_target", "resource_invalid" },
    { MINT_TIER_1 "&resource=/v1/x", "400", "invalid_target", "resource_invalid" },
    { MINT_TIER_1 "&resource=http://gate", "400", "invalid_target", "resource_invalid" },
    { MINT_TIER_1 "&resource=http://other/mcp/payments", "400", "invalid_target",
      "resource_invalid" },
    { MINT_FOR "&agent=other", "400", "invalid_scope", "scope_invalid" },
    { MINT_FOR "&task=T-1", "400", "invalid_scope", "scope_invalid" },
    { MINT_FOR "&servers=none", "400", "invalid_scope", "scope_invalid" },
    { MINT_FOR "&tools=%22", "400", "invalid_scope", "scope_invalid" },
    { MINT_FOR "&tools=a++b", "400", "invalid_scope", "scope_invalid" },
    { MINT_FOR "&scope=all", "400", "invalid_scope", "scope_invalid" },
    { MINT_FOR "&tools=a&tools=b", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&expires_in=0", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&expires_in=1h", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&actor_token=x", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&requested_token_type=saml", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&agent=%", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&agent=%0a", "400", "invalid_request", "form_invalid" },
    { MINT_FOR "&=x", "400", "invalid_request", "form_invalid" },
    { MINT_GRANT MINT_TYPE "&subject_token=nobody&resource=/v1", "400", "invalid_request",
      "subject_unknown" },
    { "grant_type=client_credentials&resource=/v1", "401", "invalid_client", "client_unknown" },
};

static void test_refusals(void)
{
    open_desk(NULL);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        char line[100];
        const char *answer = mint_ask(d, refusals[i].form);
        snprintf(line, sizeof line, "HTTP/1.1 %s ", refusals[i].status);
        desk_expect(answer, line);
        snprintf(line, sizeof line, "{\"error\":\"%s\",\"error_description\":\"",
                 refusals[i].error);
        desk_expect(answer, line);
        snprintf(line, sizeof line, "\"reason_code\":\"%s\"}", refusals[i].reason);
        desk_expect(answer, line);
        desk_expect(answer, "cache-control: no-store\r\n");
        TEST_ASSERT_NULL(strstr(answer, "sk-postern"));
    }
    TEST_ASSERT_NULL_MESSAGE(strstr(desk_log(d), "sk-postern"), "a key is in the log");
    desk_nobody_asked(d);
}

static void test_clients(void)
{
    static const char form[] = "grant_type=client_credentials&resource=/v1";

    open_desk(NULL);
    /* tier-1-demo:sk-postern-demo-tier-1 */
    const char *good = "Authorization: Basic dGllci0xLWRlbW86c2stcG9zdGVybi1kZW1vLXRpZXItMQ==\r\n";
    desk_expect(desk_text(desk_ask(d, mint_post(good, form))), "{\"access_token\":\"");
    /* tier-2-demo:sk-postern-demo-tier-1 */
    const char *misnamed =
        "Authorization: Basic dGllci0yLWRlbW86c2stcG9zdGVybi1kZW1vLXRpZXItMQ==\r\n";
    const char *answer = desk_text(desk_ask(d, mint_post(misnamed, form)));
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "{\"error\":\"invalid_client\"");
    desk_expect(answer, "www-authenticate: Basic realm=\"postern\"\r\n");
    static const char *const others[] = { "Authorization: Basic\r\n", "Authorization: Basic %%\r\n",
                                          "Authorization: Basic YWJj\r\n",
                                          "Authorization: Basic YTolenQ=\r\n", TIER_1 };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        desk_expect(desk_text(desk_ask(d, mint_post(others[i], form))), "client_unknown");
    }
    /* two credentials */
    desk_expect(desk_text(desk_ask(d, mint_post(good, MINT_FOR))), "form_invalid");
}

static bool holds(const uint8_t *at, size_t len, const char *text)
{
    size_t text_len = strlen(text);

    for (size_t i = 0; i + text_len <= len; i++) {
        if (memcmp(at + i, text, text_len) == 0) return true;
    }
    return false;
}

/* Once it was looked up a key is nowhere in the exchange, good or bad, plain or encoded. */
static void test_keys_are_wiped(void)
{
    static const char basic[] =
        "Authorization: Basic dGllci0xLWRlbW86c2stcG9zdGVybi1kZW1vLXRpZXItMQ==\r\n";
    static const struct {
        const char *fields, *form;
    } asked[] = {
        { "", MINT_FOR },
        { "", MINT_GRANT MINT_TYPE "&resource=/v1&subject_token=sk%2Dpostern%2Ddemo%2Dtier%2D1" },
        { "", MINT_GRANT MINT_TYPE "&resource=/v1&subject_token=sk-postern-demo-tier-none" },
        { basic, "grant_type=client_credentials&resource=/v1" },
        { basic, MINT_FOR },
        { "", MINT_TIER_1 },
        { "", MINT_TIER_1 "&resource=/v2" },
        { "", "subject_token=sk-postern-demo-tier-1" },
    };

    size_t seen = 0;
    open_desk(NULL);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        desk_ask(d, mint_post(asked[i].fields, asked[i].form));
        for (uint32_t k = 0; k < d->config.limits.exchanges_max; k++) {
            const struct pn_exchange *x = d->gateway->exchanges[k];
            if (x == NULL || x->head_bytes == NULL) continue;
            TEST_ASSERT_FALSE(holds(x->head_bytes, PN_HEAD_BYTES, "postern-demo"));
            TEST_ASSERT_FALSE(holds(x->head_bytes, PN_HEAD_BYTES, "dGllci0x"));
            TEST_ASSERT_FALSE(holds(x->head_bytes, PN_HEAD_BYTES, "LXRpZXItMQ"));
            TEST_ASSERT_FALSE(holds(x->rx, PN_RELAY_BYTES, "postern-demo"));
            TEST_ASSERT_FALSE(holds(x->window, x->window_len, "postern-demo"));
            TEST_ASSERT_FALSE(holds(x->window, x->window_len, "Dtier"));
            seen += x->window_len;
        }
    }
    TEST_ASSERT_GREATER_THAN_size_t(400, seen);
}

static void nothing_is_left(const char *secret)
{
    for (uint32_t k = 0; k < d->config.limits.exchanges_max; k++) {
        const struct pn_exchange *x = d->gateway->exchanges[k];
        if (x == NULL || x->head_bytes == NULL) continue;
        TEST_ASSERT_FALSE_MESSAGE(holds(x->head_bytes, PN_HEAD_BYTES, secret), secret);
        TEST_ASSERT_FALSE_MESSAGE(holds(x->rx, PN_RELAY_BYTES, secret), secret);
        TEST_ASSERT_FALSE_MESSAGE(holds(x->window, x->window_len, secret), secret);
    }
}

/* Nor is a key there once its exchange has ended, whatever it was sent to and however that ended. */
static void test_keys_do_not_outlive_their_exchange(void)
{
    static const char *const asked[] = {
        "POST /oauth/token HTTP/1.1\r\nHost: gate\r\nContent-Type: text/plain\r\n"
        "Content-Length: 30\r\n\r\nsubject_token=sk-postern-secret",
        "POST /oauth/token HTTP/1.1\r\nHost: gate\r\nContent-Length: 99999\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\nsubject_token=sk-postern-secret",
        "POST /oauth/token HTTP/1.1\r\nHost: gate\r\nContent-Length: 99\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\nsubject_token=sk-postern-secret",
        "POST /oauth/token HTTP/1.1\r\nHost: gate\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n99\r\n"
        "subject_token=sk-postern-secret",
        "POST /oauth/token?access_token=sk-postern-secret HTTP/1.1\r\nHost: gate\r\n"
        "Content-Length: 0\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: gate\r\nAuthorization: Bearer sk-postern-secret\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: gate\r\nX-Api-Key: sk-postern-secret\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: gate\r\n" TIER_1 "\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: gate\r\nAuthorization: Basic sk-postern-secret\r\n",
    };

    open_desk(NULL);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct sim_conn *client = desk_ask(d, asked[i]);
        if (i % 2 == 0) desk_wait(d, 120000);
        sim_close(client);
        desk_run(d);
        nothing_is_left("postern-secret");
        nothing_is_left("postern-demo");
    }
}

/* No key is there, and no token either, where it may not be. */
static void test_a_token_in_the_query(void)
{
    static const char form[] = MINT_FOR;
    char request[600];

    open_desk(NULL);
    snprintf(request, sizeof request,
             "POST /oauth/token?access_token=x HTTP/1.1\r\nHost: gate\r\nContent-Length: %zu\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\n\r\n%s",
             strlen(form), form);
    const char *text = desk_text(desk_ask(d, request));
    desk_expect(text, "HTTP/1.1 400 ");
    desk_expect(text, "token_in_query");
    desk_expect(
        desk_text(desk_ask(d, "GET /oauth/jwks?access_token=x HTTP/1.1\r\nHost: gate\r\n\r\n")),
        "token_in_query");
    desk_expect(
        desk_text(desk_ask(d, "GET /.well-known/oauth-protected-resource?a&access%5Ftoken=x "
                              "HTTP/1.1\r\nHost: gate\r\n\r\n")),
        "token_in_query");
}

static void few_failures(struct pn_config *config)
{
    mint_with(config);
    config->limits.token_failures_max = 3;
}

static void test_failures_are_limited(void)
{
    static const char bad[] = MINT_GRANT MINT_TYPE "&subject_token=x&resource=/v1";

    d = desk_open(few_failures);
    for (int i = 0; i < 3; i++) desk_expect(mint_ask(d, bad), "subject_unknown");
    const char *answer = mint_ask(d, MINT_FOR);
    desk_expect(answer, "HTTP/1.1 429 ");
    desk_expect(answer, "token_rate");
    desk_expect(answer, "{\"error\":\"temporarily_unavailable\"");
    desk_wait(d, 61000);
    mint(d, MINT_FOR);
}

static void test_other_bodies(void)
{
    static char large[PN_FORM_BYTES + 2];

    open_desk(NULL);
    desk_expect(ask("/oauth/token", "", "{}"), "form_invalid");
    memset(large, 'a', PN_FORM_BYTES + 1);
    const char *answer = mint_ask(d, large);
    desk_expect(answer, "HTTP/1.1 413 ");
    desk_expect(answer, "The limit form_bytes is 16384 bytes.");
    large[PN_FORM_BYTES] = 0;
    desk_expect(mint_ask(d, large), "form_invalid");
    const char *chunked = "POST /oauth/token HTTP/1.1\r\nHost: gate\r\nContent-Type: "
                          "application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
    char request[600];
    snprintf(request, sizeof request, "%s%zx\r\n%s\r\n0\r\n\r\n", chunked, strlen(MINT_FOR),
             MINT_FOR);
    desk_expect(desk_text(desk_ask(d, request)), "{\"access_token\":\"");
    desk_expect(desk_text(desk_ask(d, "GET /oauth/token HTTP/1.1\r\nHost: gate\r\n\r\n")),
                "allow: POST\r\n");
}

/* Many at once: a few are signed in a turn, all in the end; and each token is verified once. */
static void test_many_at_once(void)
{
    enum { CLIENTS = 8 };
    const struct pn_stats *stats;
    struct sim_conn *clients[CLIENTS];

    open_desk(NULL);
    stats = pn_gateway_stats(d->gateway);
    for (int i = 0; i < CLIENTS; i++) {
        const char *request = mint_post("", MINT_FOR);
        clients[i] = sim_connect(d->sim, DESK_PORT);
        sim_push(clients[i], pn_slice(request, strlen(request)));
    }
    desk_run(d);
    for (int i = 0; i < CLIENTS; i++) {
        desk_expect(desk_text(clients[i]), "{\"access_token\":\"");
        sim_close(clients[i]);
    }
    desk_run(d);
    TEST_ASSERT_EQUAL_UINT32(CLIENTS, atomic_load(&stats->tokens_issued));
    const char *token = mint(d, MINT_FOR);
    for (uint32_t i = 0; i < 3; i++) {
        TEST_ASSERT_TRUE(reaches("/mcp/payments", token, REFUND("1"), DESK_PAYMENTS));
        TEST_ASSERT_EQUAL_UINT32(1, atomic_load(&stats->tokens_verified));
        TEST_ASSERT_EQUAL_UINT32(i, atomic_load(&stats->tokens_known));
    }
}

/* The same form in pieces of every size. */
static void test_cut_anywhere(void)
{
    open_desk(NULL);
    const char *request = mint_post("", MINT_FOR);
    char whole[1024];
    snprintf(whole, sizeof whole, "%s", request);
    for (size_t at = 1; at < strlen(whole); at += 7) {
        struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
        sim_push(client, pn_slice(whole, at));
        desk_run(d);
        sim_push(client, pn_slice(whole + at, strlen(whole) - at));
        desk_run(d);
        desk_expect(desk_text(client), "{\"access_token\":\"");
        sim_close(client);
        desk_run(d);
    }
}

/* A key that cannot sign, as a broken library. */
static void broken_key(struct pn_config *config)
{
    mint_with(config);
    memset(config->token_key.private_key, 0, sizeof config->token_key.private_key);
}

static void test_what_cannot_be_signed(void)
{
    d = desk_open(broken_key);
    const char *answer = mint_ask(d, MINT_FOR);
    desk_expect(answer, "HTTP/1.1 503 ");
    desk_expect(answer, "token_unsigned");
}

/* --- forgeries --- */

#define FORGED_CLAIMS \
    "{\"iss\":\"http://gate\",\"aud\":\"http://gate/mcp/payments\",\"sub\":\"ana\"," \
    "\"client_id\":\"tier-1-demo\",\"jti\":\"7-0-1\",\"iat\":1700000000,\"exp\":4102444800," \
    "\"parent\":\"EiHSB35b1A6HyEqsysDp5FIeWMQ8NEmLJJ48q5VRFx4\"}"
#define OWN_HEADER(alg, more) "{\"alg\":\"" alg "\",\"kid\":\"" MINT_KID "\"" more "}"
#define AT                    ",\"typ\":\"at+jwt\""

static void test_forgeries(void)
{
    static const uint8_t zeros[64];

    open_desk("");
    static const struct {
        const char *header;
        size_t signature_len;
        const char *reason;
    } rows[] = {
        { OWN_HEADER("none", AT), 0, "token_algorithm" },
        { OWN_HEADER("HS256", AT), 32, "token_algorithm" },
        { OWN_HEADER("ES384", AT), 64, "token_algorithm" },
        { OWN_HEADER("ES256", ""), 64, "token_type" },
        { OWN_HEADER("ES256", AT), 64, "token_signature" },
        { OWN_HEADER("ES256", AT), 63, "token_signature" },
        { OWN_HEADER("ES256", AT), 0, "token_signature" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *token =
            tokens_join(rows[i].header, FORGED_CLAIMS, zeros, rows[i].signature_len);
        desk_expect(ask("/mcp/payments", token_field(token), REFUND("1")), rows[i].reason);
    }
    const char *other = tokens_sign(OWN_HEADER("ES256", AT), FORGED_CLAIMS, TOKEN_ES_2);
    desk_expect(ask("/mcp/payments", token_field(other), REFUND("1")), "token_signature");
    /* by an issuer of the policy, in our name: it is not one of ours, and not of the issuer's */
    other = tokens_sign(TOKEN_HEADER, FORGED_CLAIMS, TOKEN_ES_1);
    desk_expect(ask("/mcp/payments", token_field(other), REFUND("1")), "token_issuer");
    desk_nobody_asked(d);
}

/* What our own key has signed for another purpose is no sub-token. */
static void test_other_tokens_of_our_key(void)
{
    open_desk(NULL);
    uint8_t room[2000];
    struct pn_writer w = pn_writer(room, sizeof room - 1);
    TEST_ASSERT_TRUE(
        pn_jwt_sign(&w, &d->config.token_key, PN_SLICE("at+jwt"), PN_SLICE(FORGED_CLAIMS)));
    room[w.len] = 0;
    desk_expect(ask("/mcp/payments", token_field((const char *)room), REFUND("1")), "token_parent");
    w = pn_writer(room, sizeof room - 1);
    TEST_ASSERT_TRUE(pn_jwt_sign(&w, &d->config.token_key, PN_SLICE("at+jwt"),
                                 PN_SLICE("{\"iss\":\"http://gate\",\"exp\":4102444800}")));
    room[w.len] = 0;
    desk_expect(ask("/mcp/payments", token_field((const char *)room), REFUND("1")), "token_claims");
    desk_nobody_asked(d);
}

static void test_it_makes_no_further_ones(void)
{
    char form[9000];

    open_desk(NULL);
    const char *token = mint(d, MINT_FOR) + strlen("Authorization: Bearer ");
    snprintf(form, sizeof form, "%s&resource=/v1&subject_token=%.*s", MINT_GRANT MINT_TYPE,
             (int)strcspn(token, "\r"), token);
    desk_expect(mint_ask(d, form), "subject_unknown");
}

/* A token's lists are judged when they arrive, by the policy of that moment. */
static void test_a_session_outlives_its_token(void)
{
    static const char initialize[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
        "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\","
        "\"version\":\"1\"}}}";
    static const char list[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}";
    static const char body[] =
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"refund_issue\","
        "\"inputSchema\":{}},{\"name\":\"payment_lookup\",\"inputSchema\":{}}]}}";
    char answer[700], fields[9600], id[256];

    open_desk(NULL);
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", mint(d, MINT_FOR), initialize));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 200 OK\r\nMcp-Session-Id: s-1\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    sim_push_text(up, answer);
    desk_run(d);
    sscanf(strstr(desk_text(client), "mcp-session-id: "), "mcp-session-id: %255s", id);
    sim_close(client);
    sim_close(up);
    desk_run(d);
    snprintf(fields, sizeof fields, "%sMcp-Session-Id: %s\r\n",
             mint(d, MINT_FOR "&tools=payment_lookup"), id);
    client = desk_ask(d, desk_post("/mcp/payments", fields, list));
    up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    sim_push_text(up, answer);
    desk_run(d);
    desk_expect(desk_text(client), "payment_lookup");
    TEST_ASSERT_NULL_MESSAGE(strstr(desk_text(client), "refund_issue"), "it is not attached");
    sim_close(client);
    sim_close(up);
    desk_run(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_key_becomes_a_token);
    RUN_TEST(test_it_is_for_one_route);
    RUN_TEST(test_it_ends);
    RUN_TEST(test_its_parent_is_looked_up_each_time);
    RUN_TEST(test_it_ends_with_its_parent);
    RUN_TEST(test_narrowing);
    RUN_TEST(test_naming_an_agent_attaches_nothing);
    RUN_TEST(test_refusals);
    RUN_TEST(test_clients);
    RUN_TEST(test_keys_are_wiped);
    RUN_TEST(test_keys_do_not_outlive_their_exchange);
    RUN_TEST(test_a_token_in_the_query);
    RUN_TEST(test_failures_are_limited);
    RUN_TEST(test_other_bodies);
    RUN_TEST(test_cut_anywhere);
    RUN_TEST(test_many_at_once);
    RUN_TEST(test_what_cannot_be_signed);
    RUN_TEST(test_forgeries);
    RUN_TEST(test_other_tokens_of_our_key);
    RUN_TEST(test_it_makes_no_further_ones);
    RUN_TEST(test_a_session_outlives_its_token);
    return UNITY_END();
}
