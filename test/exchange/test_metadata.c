/* What anybody may ask a gateway before it has a token, and what a challenge says of it.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "test/exchange/mint.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

#define WELL "/.well-known/oauth-protected-resource"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
    if (!Unity.CurrentTestFailed) desk_check_rest(d);
    desk_close(d);
    token_bundle_remove();
}

static void with_url(struct pn_config *config)
{
    mint_with(config);
    config->public_url = PN_SLICE("https://desk.example.test");
}

static const char *get(const char *path)
{
    char request[300];

    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: gate:81\r\n\r\n", path);
    return desk_text(desk_ask(d, request));
}

static void test_documents(void)
{
    d = desk_open(mint_with);
    const char *answer = get(WELL "/mcp/payments");
    desk_expect(answer, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n");
    desk_expect(answer, "\r\n\r\n{\"resource\":\"http://gate:81/mcp/payments\","
                        "\"authorization_servers\":[\"http://gate:81\"],"
                        "\"bearer_methods_supported\":[\"header\"],"
                        "\"resource_name\":\"payments\"}");
    desk_expect(get(WELL), "{\"resource\":\"http://gate:81\",");
    desk_expect(get(WELL "/v1"), "{\"resource\":\"http://gate:81/v1\",");
    answer = get("/.well-known/oauth-authorization-server");
    desk_expect(answer, "{\"issuer\":\"http://gate:81\","
                        "\"authorization_endpoint\":\"http://gate:81/oauth/authorize\","
                        "\"token_endpoint\":\"http://gate:81/oauth/token\","
                        "\"jwks_uri\":\"http://gate:81/oauth/jwks\",");
    answer = get("/oauth/jwks");
    desk_expect(answer, "{\"keys\":[{\"crv\":\"P-256\",\"kty\":\"EC\",");
    desk_expect(answer, "\"kid\":\"" MINT_KID "\"}]}");
    TEST_ASSERT_EQUAL_STRING_MESSAGE("", desk_log(d), "a record of what anybody may ask");
}

static void test_what_is_not_there(void)
{
    static const char *const paths[] = {
        WELL "/mcp/none",  WELL "/mcp",      WELL "/mcp/",
        WELL "/v1/models", WELL "/x",        WELL "/",
        "/.well-known/",   "/.well-known/x", "/.well-known/oauth-authorization-server/x",
        "/oauth",          "/oauth/",        "/oauth/x",
        "/oauth/jwks/",
    };

    d = desk_open(mint_with);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        desk_expect(get(paths[i]), "route_unknown");
    }
    desk_expect(desk_text(desk_ask(d, desk_post("/oauth/jwks", "", "{}"))), "allow: GET\r\n");
    const char *body = "GET /oauth/jwks HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx";
    desk_expect(desk_text(desk_ask(d, body)), "body_unexpected");
}

/* A device without a key makes no tokens, and where nobody else does there is nothing to publish. */
static void test_without_a_key(void)
{
    d = desk_open(NULL);
    tokens_begin();
    desk_expect(get("/oauth/jwks"), "route_unknown");
    desk_expect(get("/.well-known/oauth-authorization-server"), "route_unknown");
    desk_expect(get(WELL "/mcp/payments"), "route_unknown");
    desk_expect(mint_ask(d, MINT_FOR), "{\"error\":\"invalid_request\"");
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    desk_expect(get(WELL "/mcp/payments"),
                "\"authorization_servers\":[\"" TOKEN_ISS "\"],\"bearer");
    /* A trust domain of SPIFFE is no place to go to. */
    desk_install(d, token_bundle(TOKEN_ES_1, "  - {spiffe: a.example, audiences: [x], "
                                             "jwks: {keys: []}}\n"));
    desk_expect(get(WELL "/mcp/payments"),
                "\"authorization_servers\":[\"" TOKEN_ISS "\"],\"bearer");
}

static void test_a_public_url(void)
{
    static const char *const forms[] = { MINT_TIER_1 "&resource=/mcp/payments", MINT_TIER_1
                                         "&resource=https://desk.example.test/mcp/payments" };

    d = desk_open(with_url);
    desk_expect(get(WELL "/mcp/payments"),
                "{\"resource\":\"https://desk.example.test/mcp/payments\","
                "\"authorization_servers\":[\"https://desk.example.test\"]");
    desk_expect(mint_ask(d, MINT_FOR), "resource_invalid"); /* http://gate/..., as Host says */
    for (int i = 0; i < 2; i++) {
        const char *token = mint(d, forms[i]);
        desk_expect(mint_claims(token), "{\"iss\":\"https://desk.example.test\","
                                        "\"aud\":\"https://desk.example.test/mcp/payments\"");
        const char *list = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}";
        desk_ask(d, desk_post("/mcp/payments", token, list));
        struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
        TEST_ASSERT_NOT_NULL(up);
        sim_close(up);
        desk_run(d);
    }
}

/* Made by this key under another name: the device was given a new one since. */
static void test_a_token_of_another_name(void)
{
    char token[9000];

    d = desk_open(mint_with);
    strcpy(token, mint(d, MINT_FOR));
    desk_check_rest(d);
    desk_close(d);
    d = desk_open(with_url);
    desk_expect(desk_text(desk_ask(d, desk_post("/mcp/payments", token, "{}"))), "token_issuer");
}

static void test_challenges(void)
{
    d = desk_open(mint_with);
    const char *answer = desk_text(desk_ask(d, desk_post("/mcp/payments", "", "{}")));
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "www-authenticate: Bearer resource_metadata=\"http://gate" WELL
                        "/mcp/payments\"\r\n");
    answer = desk_text(desk_ask(d, desk_post(CHAT, "Authorization: Bearer x\r\n", HELLO)));
    desk_expect(answer,
                "www-authenticate: Bearer error=\"invalid_token\", error_description=\"The "
                "API key is not known here.\", resource_metadata=\"http://gate" WELL "/v1\"\r\n");
    desk_expect(answer, "\"type\":\"authentication_error\"");
    answer = desk_text(desk_ask(d, desk_post("/mcp/payments?access_token=x", "", "{}")));
    desk_expect(answer, "HTTP/1.1 400 ");
    desk_expect(answer, "token_in_query");
    desk_expect(answer, "www-authenticate: Bearer error=\"invalid_request\", ");
}

/* A Host that is too long for a URL is left out, and nothing else. */
static void test_a_long_host(void)
{
    char request[1200];

    d = desk_open(mint_with);
    snprintf(request, sizeof request, "GET /v1/models HTTP/1.1\r\nHost: %0*d\r\n\r\n", 900, 1);
    desk_expect(desk_text(desk_ask(d, request)), "HTTP/1.1 401 ");
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\"b\r\n\r\n", WELL);
    desk_expect(desk_text(desk_ask(d, request)), "host_invalid");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_documents);
    RUN_TEST(test_what_is_not_there);
    RUN_TEST(test_without_a_key);
    RUN_TEST(test_a_public_url);
    RUN_TEST(test_a_token_of_another_name);
    RUN_TEST(test_challenges);
    RUN_TEST(test_a_long_host);
    return UNITY_END();
}
