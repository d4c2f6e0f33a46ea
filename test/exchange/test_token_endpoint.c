/* The token endpoint through a whole gateway: who gets no token, how often one may be asked for, and
 * what is left of the keys that are sent to it.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/mint.h"
#include "unity.h"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
    if (!Unity.CurrentTestFailed) desk_check_rest(d);
    desk_close(d);
}

static const char *ask(const char *path, const char *fields, const char *body)
{
    return desk_text(desk_ask(d, desk_post(path, fields, body)));
}

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
    d = desk_open(mint_with);
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

    d = desk_open(mint_with);
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
    d = desk_open(mint_with);
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

    d = desk_open(mint_with);
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

    d = desk_open(mint_with);
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

    d = desk_open(mint_with);
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

/* The same form in pieces of every size. */
static void test_cut_anywhere(void)
{
    d = desk_open(mint_with);
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
    memset(config->token_key->private_key, 0, sizeof config->token_key->private_key);
}

static void test_what_cannot_be_signed(void)
{
    d = desk_open(broken_key);
    const char *answer = mint_ask(d, MINT_FOR);
    desk_expect(answer, "HTTP/1.1 503 ");
    desk_expect(answer, "token_unsigned");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_refusals);
    RUN_TEST(test_clients);
    RUN_TEST(test_keys_are_wiped);
    RUN_TEST(test_keys_do_not_outlive_their_exchange);
    RUN_TEST(test_a_token_in_the_query);
    RUN_TEST(test_failures_are_limited);
    RUN_TEST(test_other_bodies);
    RUN_TEST(test_cut_anywhere);
    RUN_TEST(test_what_cannot_be_signed);
    return UNITY_END();
}
