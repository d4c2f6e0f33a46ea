/* What is revoked does nothing more, through a whole gateway: calls that come, that wait and that are
 * under way, streams, tokens of every kind, and clients that do not read. Nobody else notices.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revoked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/route/session.h"
#include "test/exchange/mint.h"
#include "test/exchange/token_issuer.h"
#include "unity.h"

#define PASSES    PN_SOURCE_DIR "/test/exchange/bundles/passes-desk"
#define STREAM    "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}"
#define RPC(rest) "{\"jsonrpc\":\"2.0\"," rest "}"
#define SSE \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define EVENT     "9\r\ndata: a\n\n\r\n"
#define COUNT(of) (sizeof(of) / sizeof *(of))

static struct desk *d;

void setUp(void)
{
    d = NULL;
}

void tearDown(void)
{
    if (d) desk_close(d);
    token_bundle_remove();
}

static void open_desk(void)
{
    d = desk_open(NULL);
}

static const char *ask(const char *path, const char *fields, const char *body)
{
    return desk_text(desk_ask(d, desk_post(path, fields, body)));
}

/* A call passes as far as its upstream, and all leave. */
static void passes(const char *path, const char *fields, const char *body, enum desk_upstream at)
{
    struct sim_conn *client = desk_ask(d, desk_post(path, fields, body));
    struct sim_conn *up = desk_reached(d, at);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, desk_text(client));
    sim_close(up);
    sim_close(client);
    desk_run(d);
}

/* --- calls that come --- */

static const struct {
    enum pn_revoked_kind kind;
    const char *name;
} names[] = {
    { PN_REVOKED_TASK, "T-1001" },
    { PN_REVOKED_AGENT, "tier-1-agent" },
    { PN_REVOKED_USER, "ana" },
    { PN_REVOKED_KEY, "tier-1-demo" },
};

static void test_the_next_call_is_refused(void)
{
    open_desk();
    for (size_t i = 0; i < COUNT(names); i++) {
        char subject[32];

        passes(CHAT, TIER_1, HELLO, DESK_MAIN);
        desk_revoke(d, names[i].kind, names[i].name);
        const char *text = ask(CHAT, TIER_1, HELLO);
        desk_expect(text, "HTTP/1.1 403 ");
        desk_expect(text, "\"code\":\"revoked\"");
        desk_expect(text, "\"type\":\"permission_error\"");
        desk_expect(text, "\"retryable\":false");
        desk_expect(text, "x-should-retry: false\r\n");
        TEST_ASSERT_NULL(strstr(text, "retry-after"));
        struct pn_slice kind = pn_revoked_kind_name(names[i].kind);
        snprintf(subject, sizeof subject, " (%.*s)", (int)kind.len, (const char *)kind.at);
        desk_expect(text, subject);
        desk_nobody_asked(d);
        passes(CHAT, TIER_2, HELLO, DESK_MAIN);
        desk_lift(d, names[i].kind, names[i].name);
        passes(CHAT, TIER_1, HELLO, DESK_MAIN);
    }
    const char *log = desk_log(d);
    TEST_ASSERT_EQUAL_size_t(COUNT(names), desk_count(log, "\"outcome\":\"refused\""));
    desk_expect(log, "\"error\":\"revoked\"");
    desk_check_rest(d);
}

/* The same name of another kind is somebody else. */
static void test_a_kind_is_part_of_the_name(void)
{
    open_desk();
    desk_revoke(d, PN_REVOKED_USER, "T-1001");
    desk_revoke(d, PN_REVOKED_TASK, "ana");
    desk_revoke(d, PN_REVOKED_TOKEN, "tier-1-demo");
    passes(CHAT, TIER_1, HELLO, DESK_MAIN);
}

static void test_each_dialect(void)
{
    d = desk_open(mint_with);
    desk_revoke(d, PN_REVOKED_AGENT, "tier-1-agent");
    const char *text = ask("/mcp/payments", TIER_1, REFUND("4000"));
    desk_expect(text, "HTTP/1.1 200 ");
    desk_expect(text, "\"isError\":true");
    desk_expect(text, "This caller has been revoked: stop, and do not try again. (agent)");
    desk_expect(text, "\"reason_code\":\"revoked\",\"retryable\":false");
    text = ask("/mcp/payments", TIER_1, RPC("\"id\":8,\"method\":\"tools/list\""));
    desk_expect(text, "\"error\":{\"code\":403,");
    desk_expect(text, "\"reason_code\":\"revoked\"");
    text = ask("/mcp/crm", TIER_1,
               RPC("\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                   "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\","
                   "\"version\":\"1\"}}"));
    desk_expect(text, "HTTP/1.1 403 ");
    text = desk_text(desk_ask(d, "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n"));
    desk_expect(text, "HTTP/1.1 403 ");
    text = mint_ask(d, MINT_FOR);
    desk_expect(text, "HTTP/1.1 400 ");
    desk_expect(text, "\"error\":\"invalid_grant\"");
    desk_expect(text, "\"reason_code\":\"revoked\"");
    desk_nobody_asked(d);
}

static void test_a_list_that_was_lost(void)
{
    open_desk();
    atomic_store(&d->shared.revoked.lost, 1);
    const char *text = ask(CHAT, TIER_1, HELLO);
    desk_expect(text, "HTTP/1.1 503 ");
    desk_expect(text, "\"code\":\"revocations_lost\"");
    desk_nobody_asked(d);
    atomic_store(&d->shared.revoked.lost, 0);
    passes(CHAT, TIER_1, HELLO, DESK_MAIN);
}

/* --- calls that wait --- */

static void test_while_its_body_arrives(void)
{
    open_desk();
    struct sim_conn *client = desk_ask(d, "POST " CHAT " HTTP/1.1\r\nHost: x\r\n" TIER_1
                                          "Content-Type: application/json\r\n"
                                          "Content-Length: 33\r\n\r\n{\"model\":\"gpt-4o\",");
    desk_revoke(d, PN_REVOKED_USER, "ana");
    desk_run(d);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    sim_push(client, PN_SLICE("\"messages\":[] }"));
    desk_run(d);
    desk_expect(desk_text(client), "\"code\":\"revoked\"");
    desk_nobody_asked(d);
}

static void test_while_its_upstream_is_connected_to(void)
{
    open_desk();
    sim_upstream_silence(d->upstream[DESK_MAIN]);
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *other = desk_ask(d, desk_post(CHAT, TIER_2, HELLO));
    desk_revoke(d, PN_REVOKED_USER, "ana");
    desk_run(d);
    desk_expect(desk_text(client), "\"code\":\"revoked\"");
    TEST_ASSERT_EQUAL_STRING("", desk_text(other));
    desk_expect(desk_log(d), "\"error\":\"revoked\",\"status\":403,");
}

static void with_key(struct pn_config *config)
{
    mint_with(config);
    config->limits.errand_bytes_max = 8192;
}

static void give_token(struct sim_conn *server)
{
    static const char body[] =
        "{\"access_token\":\"t-ana\",\"token_type\":\"Bearer\",\"expires_in\":600}";
    char text[256];

    TEST_ASSERT_NOT_NULL_MESSAGE(server, "no token was asked for");
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       sizeof body - 1, body);
    sim_push(server, pn_slice(text, (size_t)len));
    desk_run(d);
    sim_close(server);
    desk_run(d);
}

/* The token was asked for in the name of somebody who is revoked meanwhile. */
static void test_while_a_token_is_got_for_it(void)
{
    d = desk_open_at(PASSES, with_key);
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/tickets", TIER_1, CALL_BARE("look")));
    struct sim_conn *server = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(server);
    desk_revoke(d, PN_REVOKED_TASK, "T-1001");
    desk_run(d);
    desk_expect(desk_text(client), "\"reason_code\":\"revoked\"");
    give_token(server);
    TEST_ASSERT_NULL(desk_reached(d, DESK_TICKETS));
}

/* What was got for a caller and kept is got anew after a revocation, whoever's it was. */
static void test_tokens_got_for_callers_are_forgotten(void)
{
    d = desk_open_at(PASSES, with_key);
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/tickets", TIER_1, CALL_BARE("look")));
    give_token(desk_reached(d, DESK_MAIN));
    struct sim_conn *up = desk_reached(d, DESK_TICKETS);
    TEST_ASSERT_NOT_NULL(up);
    sim_close(up);
    sim_close(client);
    desk_run(d);
    passes("/mcp/tickets", TIER_1, CALL_BARE("look"), DESK_TICKETS); /* with the one that is kept */
    desk_revoke(d, PN_REVOKED_USER, "ana");
    desk_expect(ask("/mcp/tickets", TIER_1, CALL_BARE("look")), "\"reason_code\":\"revoked\"");
    desk_lift(d, PN_REVOKED_USER, "ana");
    desk_ask(d, desk_post("/mcp/tickets", TIER_1, CALL_BARE("look")));
    TEST_ASSERT_NULL(desk_reached(d, DESK_TICKETS));
    give_token(desk_reached(d, DESK_MAIN));
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_TICKETS));
}

static void test_while_its_issuer_is_asked(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("opaque");
    desk_revoke(d, PN_REVOKED_TASK, "T-1001");
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    issuer_client_gets(client, "\"code\":\"revoked\"");
    desk_nobody_asked(d);
}

static void test_a_token_that_its_issuer_vouched_for(void)
{
    static const struct {
        enum pn_revoked_kind kind;
        const char *name;
    } rows[] = { { PN_REVOKED_USER, "ana" },
                 { PN_REVOKED_AGENT, "tier-1-agent" },
                 { PN_REVOKED_TOKEN, "j-1" } };

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("opaque");
    issuer_says(ISSUER_SAYS_TIER_1 ",\"jti\":\"j-\\u0031\"}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    for (size_t i = 0; i < COUNT(rows); i++) {
        desk_revoke(d, rows[i].kind, rows[i].name);
        desk_expect(ask(CHAT, token_field("opaque"), HELLO), "\"code\":\"revoked\"");
        desk_nobody_asked(d);
        desk_lift(d, rows[i].kind, rows[i].name);
    }
    passes(CHAT, token_field("opaque"), HELLO, DESK_MAIN);
}

/* --- tokens --- */

static void test_a_token_that_is_known(void)
{
    static const struct {
        enum pn_revoked_kind kind;
        const char *name;
    } rows[] = { { PN_REVOKED_USER, "ana" },
                 { PN_REVOKED_AGENT, "tier-1-agent" },
                 { PN_REVOKED_TASK, "T-1001" },
                 { PN_REVOKED_TOKEN, "id-1" } };
    open_desk();
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    const char *field =
        token_of("{\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"team\":\"support\","
                 "\"task\":\"T-1001\",\"roles\":[\"l1\"],\"jti\":\"id-1\"," TOKEN_CLAIMS "}");
    char token[4096];
    snprintf(token, sizeof token, "%s", field);
    passes(CHAT, token, HELLO, DESK_MAIN);
    for (size_t i = 0; i < COUNT(rows); i++) {
        desk_revoke(d, rows[i].kind, rows[i].name);
        desk_expect(ask(CHAT, token, HELLO), "\"code\":\"revoked\"");
        desk_nobody_asked(d);
        desk_lift(d, rows[i].kind, rows[i].name);
    }
    passes(CHAT, token, HELLO, DESK_MAIN);
}

/* Four agents, each of whom set the next one to work (RFC 8693, 4.1); the last is the first here. */
#define CHAIN \
    "\"act\":{\"sub\":\"tier-1-agent\",\"act\":{\"sub\":\"planner\",\"act\":{" \
    "\"sub\":\"spiffe://example.org\\/router\",\"act\":{\"sub\":\"st\\u0061rter\"}}}}"

static const char *const chain[] = { "tier-1-agent", "planner", "spiffe://example.org/router",
                                     "starter" };

static void with_chain(char token[4096])
{
    const char *field =
        token_of("{\"sub\":\"ana\"," CHAIN ",\"team\":\"support\",\"task\":\"T-1001\","
                 "\"roles\":[\"l1\"]," TOKEN_CLAIMS "}");
    snprintf(token, 4096, "%s", field);
}

/* Whoever of the agents is revoked, nothing is done for any of them. */
static void test_agents_further_down_the_chain(void)
{
    char token[4096];

    open_desk();
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    with_chain(token);
    passes(CHAT, token, HELLO, DESK_MAIN);
    for (size_t i = 0; i < COUNT(chain); i++) {
        desk_revoke(d, PN_REVOKED_USER, chain[i]); /* somebody else */
        passes(CHAT, token, HELLO, DESK_MAIN);
        desk_revoke(d, PN_REVOKED_AGENT, chain[i]);
        const char *text = ask(CHAT, token, HELLO);
        desk_expect(text, "\"code\":\"revoked\"");
        desk_expect(text, " (agent)");
        desk_nobody_asked(d);
        passes(CHAT, TIER_2, HELLO, DESK_MAIN);
        desk_lift(d, PN_REVOKED_AGENT, chain[i]);
    }
    passes(CHAT, token, HELLO, DESK_MAIN);
}

static void test_a_chain_that_its_issuer_vouched_for(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("opaque");
    issuer_says("{\"active\":true,\"sub\":\"ana\"," CHAIN ",\"task\":\"T-1001\",\"roles\":[\"l1\"],"
                "\"aud\":\"" TOKEN_AUD "\"}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    for (size_t i = 0; i < COUNT(chain); i++) {
        desk_revoke(d, PN_REVOKED_AGENT, chain[i]);
        desk_expect(ask(CHAT, token_field("opaque"), HELLO), "\"code\":\"revoked\"");
        desk_lift(d, PN_REVOKED_AGENT, chain[i]);
    }
    passes(CHAT, token_field("opaque"), HELLO, DESK_MAIN);
}

static void test_a_stream_on_behalf_of_a_chain(void)
{
    char token[4096];

    open_desk();
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    with_chain(token);
    for (size_t i = 0; i < COUNT(chain); i++) {
        struct sim_conn *client = desk_ask(d, desk_post(CHAT, token, STREAM));
        struct sim_conn *up = desk_reached(d, DESK_MAIN);
        TEST_ASSERT_NOT_NULL(up);
        sim_push_text(up, SSE EVENT);
        desk_run(d);
        desk_revoke(d, PN_REVOKED_AGENT, chain[i]);
        desk_run(d);
        desk_expect(desk_text(client),
                    "data: {\"error\":{\"message\":\"This caller has been revoked");
        TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
        desk_lift(d, PN_REVOKED_AGENT, chain[i]);
        sim_close(client);
        desk_run(d);
    }
}

/* A sub-token goes with the key that it was made from, and alone. */
static void test_sub_tokens(void)
{
    char first[8192], second[8192], id[64];

    d = desk_open(mint_with);
    snprintf(first, sizeof first, "%s", mint(d, MINT_FOR));
    snprintf(second, sizeof second, "%s", mint(d, MINT_FOR));
    passes("/mcp/payments", first, REFUND("4000"), DESK_PAYMENTS);
    desk_revoke(d, PN_REVOKED_KEY, "tier-1-demo");
    desk_expect(ask("/mcp/payments", first, REFUND("4000")), "\"reason_code\":\"revoked\"");
    desk_expect(ask("/mcp/payments", second, REFUND("4000")), "\"reason_code\":\"revoked\"");
    desk_lift(d, PN_REVOKED_KEY, "tier-1-demo");
    const char *at = strstr(mint_claims(first), "\"jti\":\"");
    TEST_ASSERT_NOT_NULL(at);
    TEST_ASSERT_EQUAL(1, sscanf(at, "\"jti\":\"%63[^\"]", id));
    desk_revoke(d, PN_REVOKED_TOKEN, id);
    desk_expect(ask("/mcp/payments", first, REFUND("4000")), "\"reason_code\":\"revoked\"");
    passes("/mcp/payments", second, REFUND("4000"), DESK_PAYMENTS);
}

/* --- calls under way --- */

static void test_a_call_whose_answer_is_awaited(void)
{
    open_desk();
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", TIER_1, REFUND("4000")));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    desk_revoke(d, PN_REVOKED_AGENT, "tier-1-agent");
    desk_run(d);
    desk_expect(desk_text(client), "\"isError\":true");
    desk_expect(desk_text(client), "\"reason_code\":\"revoked\"");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    desk_check_rest(d);
}

static void test_a_stream_of_a_completion(void)
{
    open_desk();
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, STREAM));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    struct sim_conn *other = desk_ask(d, desk_post(CHAT, TIER_2, STREAM));
    struct sim_conn *up_other = desk_reached(d, DESK_MAIN);

    sim_push_text(up, SSE EVENT);
    sim_push_text(up_other, SSE EVENT);
    desk_run(d);
    uint64_t at_ms = sim_now_ms(d->sim);
    desk_revoke(d, PN_REVOKED_TASK, "T-1001");
    sim_push_text(up, EVENT); /* comes in the turn that sees the revocation */
    sim_push_text(up_other, EVENT);
    desk_turn(d);
    TEST_ASSERT_EQUAL_UINT64(at_ms, sim_now_ms(d->sim));
    desk_expect(desk_text(client), "data: a\n\n");
    TEST_ASSERT_EQUAL_size_t(1, desk_count(desk_text(client), "data: a\n\n"));
    desk_expect(desk_text(client), "data: {\"error\":{\"message\":\"This caller has been revoked");
    desk_expect(desk_text(client), "data: [DONE]\n\n");
    desk_expect(desk_text(client), "\r\n0\r\n\r\n");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    desk_run(d);
    TEST_ASSERT_EQUAL_size_t(2, desk_count(desk_text(other), "data: a\n\n"));
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(other));
    desk_expect(desk_log(d), "\"error\":\"revoked\",\"status\":200,");
    sim_close(other);
    desk_check_rest(d);
}

/* An answer of known length cannot say why it ends, and its client notices. */
static void test_an_answer_that_has_begun(void)
{
    open_desk();
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: 100\r\n\r\n{\"half\":");
    desk_run(d);
    desk_revoke(d, PN_REVOKED_USER, "ana");
    desk_run(d);
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    desk_expect(desk_log(d), "\"error\":\"revoked\",\"status\":200,");
    desk_check_rest(d);
}

/* Who has the whole answer keeps it; the next call on the connection is refused. */
static void test_an_answer_that_is_whole(void)
{
    open_desk();
    const char *request = desk_post(CHAT, TIER_1, HELLO);
    struct sim_conn *client = desk_ask(d, request);
    sim_push_text(desk_reached(d, DESK_MAIN), "HTTP/1.1 200 OK\r\nContent-Type: application/json"
                                              "\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    desk_revoke(d, PN_REVOKED_USER, "ana");
    desk_run(d);
    desk_expect(desk_text(client), "\r\n\r\n{}");
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client));
    request = desk_post(CHAT, TIER_1, HELLO);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_run(d);
    desk_expect(desk_text(client), "\"code\":\"revoked\"");
}

static struct sim_conn *open_session(char field[256])
{
    char id[200];
    struct sim_conn *client = desk_ask(
        d, desk_post("/mcp/crm", TIER_1,
                     RPC("\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                         "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\","
                         "\"version\":\"1\"}}")));
    struct sim_conn *up = desk_reached(d, DESK_CRM);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: up-1"
                      "\r\nContent-Length: 36\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}");
    desk_run(d);
    const char *at = strstr(desk_text(client), "mcp-session-id: ");
    TEST_ASSERT_NOT_NULL(at);
    TEST_ASSERT_EQUAL(1, sscanf(at, "mcp-session-id: %199s", id));
    snprintf(field, 256, "Mcp-Session-Id: %s\r\n", id);
    sim_close(client);
    sim_close(up);
    desk_run(d);
    return up;
}

static struct sim_conn *listen_in(const char *field)
{
    char request[1024];

    snprintf(request, sizeof request,
             "GET /mcp/crm HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n" TIER_1 "%s\r\n",
             field);
    return desk_ask(d, request);
}

static void test_a_session_and_its_stream(void)
{
    char field[256], other_field[256], code[64];

    open_desk();
    open_session(field);
    struct sim_conn *client = listen_in(field);
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    sim_push_text(up, SSE);
    desk_run(d);
    size_t len = strlen(field) - 2; /* without CR LF */
    struct pn_slice named = pn_session_code(pn_slice(field, len));
    snprintf(code, sizeof code, "%.*s", (int)named.len, (const char *)named.at);
    snprintf(other_field, sizeof other_field, "%s", "");
    desk_revoke(d, PN_REVOKED_SESSION, code);
    desk_run(d);
    desk_expect(desk_text(client), "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":null,"
                                   "\"error\":{\"code\":403,");
    desk_expect(desk_text(client), "\"reason_code\":\"revoked\"");
    desk_expect(desk_text(client), "\r\n0\r\n\r\n");
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    desk_expect(desk_text(listen_in(field)), "HTTP/1.1 403 ");
    char recorded[80];
    snprintf(recorded, sizeof recorded, "\"session\":\"%s\"", code);
    desk_expect(desk_log(d), recorded);
    /* Its caller may still begin another one. */
    listen_in(other_field);
    TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_CRM));
}

/* --- clients that do not read --- */

/* While others are revoked and lifted; NULL: nobody is. */
static void cut_off_unread(const char *others)
{
    static char event[8000];
    const char *request = desk_post(CHAT, TIER_1, STREAM);

    open_desk();
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    sim_window(client, 512);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_run(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    memset(event, 'x', sizeof event);
    memcpy(event, "data: ", 6);
    event[sizeof event - 2] = event[sizeof event - 1] = '\n';
    sim_push_text(up, SSE "1f40\r\n");
    sim_push(up, pn_slice(event, sizeof event));
    sim_push_text(up, "\r\n");
    desk_run(d);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client));
    uint64_t at_ms = sim_now_ms(d->sim);
    desk_revoke(d, PN_REVOKED_TASK, "T-1001");
    while (sim_end(client) == SIM_OPEN && sim_now_ms(d->sim) - at_ms < 5000) {
        if (others) desk_revoke(d, PN_REVOKED_TASK, others);
        desk_wait(d, 50);
        if (others) desk_lift(d, PN_REVOKED_TASK, others);
    }
    TEST_ASSERT_LESS_THAN_UINT64(1000, sim_now_ms(d->sim) - at_ms);
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(client));
    TEST_ASSERT_NOT_EQUAL(SIM_OPEN, sim_end(up));
    desk_check_rest(d);
}

static void test_a_client_that_does_not_read(void)
{
    cut_off_unread(NULL);
}

/* Further revocations do not put off what is due. */
static void test_one_that_does_not_read_among_many_revocations(void)
{
    cut_off_unread("T-9");
}

/* Many streams of several callers; one of these is revoked. */
static void with_room(struct pn_config *config)
{
    config->limits.exchanges_max = 256;
    config->limits.connections_max = 1024;
}

static void test_many_streams(void)
{
    enum { STREAMS = 60 };
    static struct sim_conn *clients[STREAMS];
    unsigned ended = 0;

    d = desk_open(with_room);
    for (int i = 0; i < STREAMS; i++) {
        clients[i] = desk_ask(d, desk_post(CHAT, i % 2 == 0 ? TIER_1 : TIER_2, STREAM));
        sim_push_text(desk_reached(d, DESK_MAIN), SSE EVENT);
    }
    desk_run(d);
    desk_revoke(d, PN_REVOKED_KEY, "tier-1-demo");
    desk_turn(d);
    for (int i = 0; i < STREAMS; i++) {
        bool over = strstr(desk_text(clients[i]), "\"code\":\"revoked\"") != NULL;
        TEST_ASSERT_EQUAL(i % 2 == 0, over);
        if (over) ended++;
    }
    TEST_ASSERT_EQUAL_UINT(STREAMS / 2, ended);
    for (int i = 0; i < STREAMS; i++) sim_close(clients[i]);
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_next_call_is_refused);
    RUN_TEST(test_a_kind_is_part_of_the_name);
    RUN_TEST(test_each_dialect);
    RUN_TEST(test_a_list_that_was_lost);
    RUN_TEST(test_while_its_body_arrives);
    RUN_TEST(test_while_its_upstream_is_connected_to);
    RUN_TEST(test_while_a_token_is_got_for_it);
    RUN_TEST(test_tokens_got_for_callers_are_forgotten);
    RUN_TEST(test_while_its_issuer_is_asked);
    RUN_TEST(test_a_token_that_its_issuer_vouched_for);
    RUN_TEST(test_a_token_that_is_known);
    RUN_TEST(test_agents_further_down_the_chain);
    RUN_TEST(test_a_chain_that_its_issuer_vouched_for);
    RUN_TEST(test_a_stream_on_behalf_of_a_chain);
    RUN_TEST(test_sub_tokens);
    RUN_TEST(test_a_call_whose_answer_is_awaited);
    RUN_TEST(test_a_stream_of_a_completion);
    RUN_TEST(test_an_answer_that_has_begun);
    RUN_TEST(test_an_answer_that_is_whole);
    RUN_TEST(test_a_session_and_its_stream);
    RUN_TEST(test_a_client_that_does_not_read);
    RUN_TEST(test_one_that_does_not_read_among_many_revocations);
    RUN_TEST(test_many_streams);
    return UNITY_END();
}
