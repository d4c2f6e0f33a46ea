/* Denials that a scope would cure, and those that none would: RFC 6750 (3.1) through a whole gateway.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "test/exchange/mint.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

#define FOLDER PN_SOURCE_DIR "/test/exchange/bundles/scope-desk"
#define SCOPES \
    "        scope: {look: looker, pay: payer, 'pay:large': lead, models: modeller, idle: nobody," \
    " 'no\"word': payer}\n"
#define CALL(tool, cents) \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"" tool "\"," \
    "\"arguments\":{\"cents\":" cents "}}}"

static struct desk *d;

void setUp(void)
{
    d = desk_open(mint_with);
    desk_install(d, token_bundle_of(FOLDER, TOKEN_ES_1, SCOPES));
}

void tearDown(void)
{
    if (!Unity.CurrentTestFailed) desk_check_rest(d);
    desk_close(d);
    token_bundle_remove();
}

/* A token whose scope says that. */
static const char *with(const char *scope)
{
    char claims[400];

    snprintf(claims, sizeof claims, "{\"sub\":\"ana\",\"scope\":\"%s\"," TOKEN_CLAIMS "}", scope);
    return token_of(claims);
}

static const struct {
    const char *scope, *body;
    const char *wanted; /* the scope that is asked for; NULL: the ordinary refusal; "": it passes */
} rows[] = {
    { "look", CALL("look", "1"), "" },
    { "", CALL("look", "1"), "look" },
    { "idle", CALL("look", "1"), "look" },
    { "look", CALL("pay", "50"), "pay" },
    { "pay", CALL("pay", "50"), "" },
    { "pay", CALL("pay", "500"), "pay:large" },
    { "pay:large", CALL("pay", "500"), "pay" },
    { "look", CALL("pay", "500"), "pay pay:large" },
    { "pay pay:large", CALL("pay", "500"), "" },
    { "look", CALL("pay", "500000"), NULL },
    { "look", CALL("pay", "\"much\""), NULL }, /* an error of a rule */
    { "look", CALL("close", "1"), NULL },
    { "look", CALL("none", "1"), NULL },
};

static void expect_challenge(const char *answer, const char *scope, const char *route)
{
    char line[400];

    snprintf(line, sizeof line,
             "www-authenticate: Bearer error=\"insufficient_scope\", error_description=\"A scope "
             "that the token does not have would allow this call.\", scope=\"%s\", "
             "resource_metadata=\"http://gate/.well-known/oauth-protected-resource/%s\"\r\n",
             scope, route);
    desk_expect(answer, "HTTP/1.1 403 ");
    desk_expect(answer, line);
    desk_expect(answer, "insufficient_scope");
}

static void check(size_t i)
{
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", with(rows[i].scope), rows[i].body));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);

    fprintf(stderr, "%s %s\n", rows[i].scope, rows[i].body);
    TEST_ASSERT_EQUAL(rows[i].wanted && rows[i].wanted[0] == 0, up != NULL);
    if (up) {
        sim_close(up);
    } else if (rows[i].wanted) {
        expect_challenge(desk_text(client), rows[i].wanted, "mcp/payments");
        desk_expect(desk_text(client), "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":403,");
    } else {
        desk_expect(desk_text(client), "HTTP/1.1 200 OK\r\n");
        TEST_ASSERT_NULL(strstr(desk_text(client), "www-authenticate"));
    }
    sim_close(client);
    desk_run(d);
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) check(i);
    const char *log = desk_log(d);
    desk_expect(log, "\"error\":\"insufficient_scope\"");
    desk_expect(log, "\"outcome\":\"deny\"");
}

static void test_models(void)
{
    const char *answer = desk_text(
        desk_ask(d, desk_post("/v1/chat/completions", with("look"), "{\"model\":\"gpt-4o\"}")));
    expect_challenge(answer, "models", "v1");
    desk_expect(answer, "\"type\":\"permission_error\"");
    desk_nobody_asked(d);
}

/* Who has no token has no scopes to ask for. */
static void test_keys(void)
{
    const char *answer =
        desk_text(desk_ask(d, desk_post("/mcp/payments", TIER_1, CALL("pay", "1"))));
    TEST_ASSERT_NULL(strstr(answer, "insufficient_scope"));
    desk_expect(answer, "HTTP/1.1 200 OK\r\n");
    desk_nobody_asked(d);
}

static void test_they_are_published(void)
{
    const char *answer = desk_text(desk_ask(
        d,
        "GET /.well-known/oauth-protected-resource/mcp/payments HTTP/1.1\r\nHost: gate\r\n\r\n"));
    desk_expect(answer, "\"authorization_servers\":[\"" TOKEN_ISS "\",\"http://gate\"],"
                        "\"scopes_supported\":[");
    desk_expect(answer, "\"look\"");
    desk_expect(answer, "\"pay:large\"");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_models);
    RUN_TEST(test_keys);
    RUN_TEST(test_they_are_published);
    return UNITY_END();
}
