/* Two issuers that name the same user, and a key whose user is called so too: three callers, each with
 * tokens of its own for upstreams, and told apart by whoever is told who is calling.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/base/base64url.h"
#include "test/exchange/bodies.h"
#include "test/exchange/mint.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

#define PASSES PN_SOURCE_DIR "/test/exchange/bundles/passes-desk"
#define OTHER  "https://other.example.test/"
#define OTHERS "\"iss\":\"" OTHER "\",\"aud\":\"" TOKEN_AUD "\"," TOKEN_TIMES
#define ANA \
    "\"act\":{\"sub\":\"tier-1-agent\"},\"team\":\"support\",\"task\":\"T-1001\",\"roles\":[\"l1\"],"

static struct desk *d;
static char fields[2][3000]; /* of ana by either issuer */

static void with_key(struct pn_config *config)
{
    mint_with(config);
    config->limits.errand_bytes_max = 8192;
}

void setUp(void)
{
    char more[4000];

    tokens_begin();
    d = desk_open_at(PASSES, with_key);
    snprintf(more, sizeof more,
             "  - issuer: " OTHER "\n    audiences: [" TOKEN_AUD "]\n    jwks: %s\n"
             "    claims: {team: team, task: task, roles: {roles: {l1: tier-1-support}}}\n",
             tokens_jwks(TOKEN_ES_2));
    desk_install(d, token_bundle_of(PASSES, TOKEN_ES_1, more));
    snprintf(fields[0], sizeof fields[0], "%s", token_of("{\"sub\":\"ana\"," ANA TOKEN_CLAIMS "}"));
    snprintf(fields[1], sizeof fields[1], "%s",
             token_field(tokens_sign("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"es-2\"}",
                                     "{\"sub\":\"an\\u0061\"," ANA OTHERS "}", TOKEN_ES_2)));
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

/* The claims of the first token in a text behind `mark`. */
static const char *claims_in(const char *text, const char *mark)
{
    static char claims[4096];
    struct pn_slice bytes;

    const char *token = strstr(text, mark);
    TEST_ASSERT_NOT_NULL_MESSAGE(token, text);
    token = strchr(token + strlen(mark), '.') + 1;
    struct pn_slice part = pn_slice(token, strcspn(token, "."));
    TEST_ASSERT_TRUE(pn_base64url_decode(part, (uint8_t *)claims, &bytes));
    claims[bytes.len] = 0;
    return claims;
}

static void expect_subject(const char *claims, const char *subject)
{
    desk_expect(claims, "\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"task\":\"T-1001\"");
    if (subject) desk_expect(claims, subject);
    else TEST_ASSERT_NULL_MESSAGE(strstr(claims, "sub_id"), claims);
}

static void give(struct sim_conn *server, const char *token)
{
    char body[200];

    snprintf(body, sizeof body,
             "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":600}", token);
    desk_answer(d, server, "200 OK", body);
    sim_close(server);
    desk_run(d);
}

/* A call of this caller; the server is asked for a token, and gives it, where `given` says so. */
static void call(const char *caller, const char *given, const char *shown, const char *subject)
{
    char bearer[80];
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/tickets", caller, CALL_BARE("look")));
    struct sim_conn *server = desk_reached(d, DESK_MAIN);

    TEST_ASSERT_EQUAL_MESSAGE(given != NULL, server != NULL, shown);
    if (server) {
        expect_subject(claims_in(desk_text(server), "subject_token="), subject);
        give(server, given);
    }
    struct sim_conn *up = desk_reached(d, DESK_TICKETS);
    TEST_ASSERT_NOT_NULL_MESSAGE(up, desk_text(client));
    snprintf(bearer, sizeof bearer, "authorization: Bearer %s\r\n", shown);
    desk_expect(desk_text(up), bearer);
    expect_subject(claims_in(desk_text(up), "postern-assertion: "), subject);
    sim_close(up);
    sim_close(client);
    desk_run(d);
}

#define NAMED(iss, sub) \
    "\"sub_id\":{\"format\":\"iss_sub\",\"iss\":\"" iss "\",\"sub\":\"" sub "\"}"
#define ONE NAMED(TOKEN_ISS, "ana")
#define TWO NAMED(OTHER, "an\\u0061")

static void test_each_has_a_token_of_its_own(void)
{
    call(fields[0], "for-one", "for-one", ONE);
    call(fields[1], "for-two", "for-two", TWO);
    call(TIER_1, "for-key", "for-key", NULL);
    for (int i = 0; i < 2; i++) {
        call(fields[1], NULL, "for-two", TWO);
        call(TIER_1, NULL, "for-key", NULL);
        call(fields[0], NULL, "for-one", ONE);
    }
}

/* What is made of such a token speaks for the same caller, by the same issuer. */
static void test_so_has_what_is_made_of_it(void)
{
    static const char *const given[] = { "for-one", "for-two" };
    char form[4000];

    for (int i = 0; i < 2; i++) {
        const char *token = fields[i] + strlen("Authorization: Bearer ");
        snprintf(form, sizeof form, "%s&resource=/mcp/tickets&subject_token=%.*s",
                 MINT_GRANT MINT_TYPE, (int)strcspn(token, "\r"), token);
        const char *made = mint(d, form);
        call(made, given[i], given[i], i == 0 ? ONE : TWO);
        call(fields[i], NULL, given[i], i == 0 ? ONE : TWO);
    }
}

/* Nor is one asked for together with another's. */
static void test_each_is_asked_for_by_itself(void)
{
    struct sim_conn *clients[4], *servers[3];

    for (int i = 0; i < 4; i++) {
        clients[i] = desk_ask(
            d, desk_post("/mcp/tickets", i < 3 ? fields[i % 2] : TIER_1, CALL_BARE("look")));
    }
    for (int i = 0; i < 3; i++) {
        servers[i] = desk_reached(d, DESK_MAIN);
        TEST_ASSERT_NOT_NULL(servers[i]);
    }
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    for (int i = 0; i < 3; i++) sim_close(servers[i]);
    for (int i = 0; i < 4; i++) sim_close(clients[i]);
    desk_run(d);
    desk_nobody_asked(d);
}

/* Who cannot be told apart because of what its issuer calls it is told to nobody. */
static void test_a_subject_too_long(void)
{
    char more[4000], claims[2000], sub[1500];

    snprintf(more, sizeof more,
             "  - issuer: " OTHER "\n    audiences: [" TOKEN_AUD "]\n    jwks: %s\n"
             "    claims: {user: name, task: task}\n",
             tokens_jwks(TOKEN_ES_2));
    desk_install(d, token_bundle_of(PASSES, TOKEN_ES_1, more));
    memset(sub, 's', sizeof sub);
    sub[1400] = 0;
    snprintf(claims, sizeof claims, "{\"name\":\"ana\",\"sub\":\"%s\"," OTHERS "}", sub);
    const char *caller = token_field(
        tokens_sign("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"es-2\"}", claims, TOKEN_ES_2));
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/tickets", caller, CALL_BARE("look")));
    desk_expect(desk_text(client), "assertion_unavailable");
    desk_nobody_asked(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_each_has_a_token_of_its_own);
    RUN_TEST(test_so_has_what_is_made_of_it);
    RUN_TEST(test_each_is_asked_for_by_itself);
    RUN_TEST(test_a_subject_too_long);
    return UNITY_END();
}
