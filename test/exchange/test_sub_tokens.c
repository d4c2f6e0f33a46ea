/* Tokens that the gateway makes, through a whole gateway: what one is good for, and all it is not good
 * for.
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
    return desk_reaches(d, desk_post(path, fields, body), at);
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
        pn_jwt_sign(&w, d->config.token_key, PN_SLICE("at+jwt"), PN_SLICE(FORGED_CLAIMS)));
    room[w.len] = 0;
    desk_expect(ask("/mcp/payments", token_field((const char *)room), REFUND("1")), "token_parent");
    w = pn_writer(room, sizeof room - 1);
    TEST_ASSERT_TRUE(pn_jwt_sign(&w, d->config.token_key, PN_SLICE("at+jwt"),
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
    RUN_TEST(test_many_at_once);
    RUN_TEST(test_forgeries);
    RUN_TEST(test_other_tokens_of_our_key);
    RUN_TEST(test_it_makes_no_further_ones);
    RUN_TEST(test_a_session_outlives_its_token);
    return UNITY_END();
}
