/* Tokens whose issuer's keys the gateway fetches itself: who waits, when it asks again, what becomes
 * of answers that are none.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/token_issuer.h"
#include "unity.h"

#define FETCHED   "jwks_uri: http://127.0.0.1:9301/jwks\n    egress: [loopback]"
#define KID(kid)  "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"" kid "\"}"
#define NEVER_ISS "http://127.0.0.1:9301/tenant"

static struct desk *d;

/* Another issuer, which is found by its metadata. */
#define FOUND \
    "  - issuer: " NEVER_ISS "\n    audiences: [" TOKEN_AUD "]\n    discovery: true\n" \
    "    egress: [loopback]\n    claims: {roles: {roles: {l1: tier-1-support}}}\n"
#define FOUND_CLAIMS \
    "{\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"roles\":[\"l1\"],\"iss\":\"" NEVER_ISS \
    "\",\"aud\":\"" TOKEN_AUD "\"," TOKEN_TIMES "}"

static void open_desk(const char *keys, const char *more)
{
    d = issuer_opens(keys, more, NULL);
}

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

/* --- the issuer --- */

static void give_keys(int keys, const char *fields)
{
    issuer_answers(issuer_asked(), "200 OK", fields, tokens_jwks(keys));
}

/* --- clients --- */

static struct sim_conn *bring(const char *header, enum token_key key)
{
    return issuer_client(tokens_sign(header, TOKEN_TIER_1, key));
}

static void expect_good(const char *header, enum token_key key)
{
    TEST_ASSERT_TRUE_MESSAGE(issuer_client_passes(bring(header, key)), "the token is not believed");
}

static void expect_refused(const char *header, enum token_key key, const char *reason)
{
    issuer_client_gets(bring(header, key), reason);
}

static uint32_t stat_of(const _Atomic uint32_t *stat)
{
    return atomic_load(stat);
}

#define FETCHES  stat_of(&pn_gateway_stats(d->gateway)->issuer_keys_fetched)
#define FAILURES stat_of(&pn_gateway_stats(d->gateway)->issuer_keys_failed)

/* --- who waits --- */

static void test_keys_are_there_before_a_token_comes(void)
{
    open_desk(FETCHED, NULL);
    struct sim_conn *up = issuer_asked();
    desk_expect(desk_text(up), "GET /jwks HTTP/1.1\r\nhost: 127.0.0.1:9301\r\n");
    issuer_answers(up, "200 OK", "", tokens_jwks(TOKEN_ES_1));
    TEST_ASSERT_EQUAL(1, FETCHES);
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    expect_good("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", TOKEN_ES_1);
    desk_expect(desk_log(d), "\"key_id\":\"es-1\"");
    issuer_not_asked();
}

static void test_many_wait_for_one_answer(void)
{
    struct sim_conn *clients[5];

    open_desk(FETCHED, NULL);
    for (int i = 0; i < 5; i++) clients[i] = bring(TOKEN_HEADER, TOKEN_ES_1);
    struct sim_conn *up = issuer_asked();
    issuer_not_asked();
    desk_wait(d, 3000);
    for (int i = 0; i < 5; i++) TEST_ASSERT_EQUAL_STRING("", desk_text(clients[i]));
    issuer_answers(up, "200 OK", "", tokens_jwks(TOKEN_ES_1));
    for (int i = 0; i < 5; i++) TEST_ASSERT_TRUE(issuer_client_passes(clients[i]));
    TEST_ASSERT_EQUAL(1, FETCHES);
    desk_check_rest(d);
}

static void test_who_leaves_is_let_go(void)
{
    open_desk(FETCHED, NULL);
    struct sim_conn *one = bring(TOKEN_HEADER, TOKEN_ES_1);
    struct sim_conn *two = bring(TOKEN_HEADER, TOKEN_ES_1);
    TEST_ASSERT_EQUAL(2, pn_gateway_exchanges(d->gateway));
    sim_close(one);
    desk_run(d);
    TEST_ASSERT_EQUAL(1, pn_gateway_exchanges(d->gateway));
    sim_reset(two);
    desk_run(d);
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    give_keys(TOKEN_ES_1, "");
    desk_check_rest(d);
}

/* What comes behind the head while it waits is the body's. */
static void test_the_body_comes_meanwhile(void)
{
    char request[8192];

    open_desk(FETCHED, NULL);
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    strcpy(request, desk_post(CHAT, token_of(TOKEN_TIER_1), HELLO));
    size_t len = strlen(request);
    for (size_t i = 0; i < len; i++) {
        sim_push(client, pn_slice(request + i, 1));
        desk_turn(d);
    }
    desk_run(d);
    give_keys(TOKEN_ES_1, "");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
}

static void test_a_policy_that_changes_meanwhile(void)
{
    open_desk(FETCHED, NULL);
    struct sim_conn *up = issuer_asked();
    struct sim_conn *client = bring(TOKEN_HEADER, TOKEN_ES_1);
    desk_install(d, token_bundle(TOKEN_ES_2, NULL));
    desk_run(d);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    issuer_answers(up, "200 OK", "",
                   tokens_jwks(TOKEN_ES_1)); /* for an issuer that is not asked any more */
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 5100);
    desk_expect(desk_text(client), "policy_changed");
    expect_refused(TOKEN_HEADER, TOKEN_ES_1, "token_key");
    expect_good(KID("es-2"), TOKEN_ES_2);
    desk_check_rest(d);
}

/* The policy and a token that it is for come in one turn. */
static void test_a_policy_that_came_just_now(void)
{
    open_desk("jwks: {keys: []}", NULL);
    const char *token = token_field(tokens_sign(TOKEN_HEADER, TOKEN_TIER_1, TOKEN_ES_1));
    struct sim_conn *client = sim_connect(d->sim, DESK_PORT);
    const char *request = desk_post(CHAT, token, HELLO);
    sim_push(client, pn_slice(request, strlen(request)));
    desk_install(d, token_bundle_with(DESK_FOLDER, FETCHED, NULL));
    desk_run(d);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    give_keys(TOKEN_ES_1, "");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
}

static void test_stop_meanwhile(void)
{
    open_desk(FETCHED, NULL);
    struct sim_conn *client = bring(TOKEN_HEADER, TOKEN_ES_1);
    struct pn_now now = { 0, 0 };
    pn_gateway_stop(d->gateway, &now);
    desk_run(d);
    desk_expect(desk_text(client), "stopped");
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
}

/* --- when it asks again --- */

static void test_a_key_that_is_not_known(void)
{
    open_desk(FETCHED, NULL);
    give_keys(TOKEN_ES_1, "");
    struct sim_conn *client = bring(KID("es-2"), TOKEN_ES_2);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    give_keys(TOKEN_ES_1 | TOKEN_ES_2, "");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    /* Strangers cannot make it ask again so soon. */
    expect_refused(KID("es-3"), TOKEN_ES_2, "\"token_key\"");
    expect_refused(KID("es-4"), TOKEN_ES_2, "\"token_key\"");
    issuer_not_asked();
    desk_wait(d, 29000);
    expect_refused(KID("es-3"), TOKEN_ES_2, "\"token_key\"");
    issuer_not_asked();
    desk_wait(d, 2000);
    client = bring(KID("es-3"), TOKEN_ES_2);
    give_keys(TOKEN_ES_1, "");
    desk_expect(desk_text(client), "\"token_key\"");
    TEST_ASSERT_EQUAL(3, FETCHES);
}

static void test_withdrawn_keys(void)
{
    open_desk(FETCHED, NULL);
    give_keys(TOKEN_ES_1, "Cache-Control: max-age=80\r\n");
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    TEST_ASSERT_EQUAL(1, stat_of(&pn_gateway_stats(d->gateway)->tokens_known));
    desk_wait(d, 72000);
    give_keys(TOKEN_ES_2, "Cache-Control: max-age=80\r\n");
    struct sim_conn *client = bring(TOKEN_HEADER, TOKEN_ES_1);
    give_keys(TOKEN_ES_2, "Cache-Control: max-age=80\r\n");
    desk_expect(desk_text(client), "\"token_key\"");
}

/* The name stays, the key is another: what was verified with the old one is not known any more. */
static void test_a_key_that_is_replaced(void)
{
    char other[2048], *at;

    open_desk(FETCHED, NULL);
    give_keys(TOKEN_ES_1, "Cache-Control: max-age=80\r\n");
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    desk_wait(d, 72000);
    strcpy(other, tokens_jwks(TOKEN_ES_2));
    at = strstr(other, "es-2");
    at[3] = '1';
    issuer_says(other);
    expect_refused(TOKEN_HEADER, TOKEN_ES_1, "token_signature");
    expect_good(TOKEN_HEADER, TOKEN_ES_2);
}

static void test_etag(void)
{
    open_desk(FETCHED, NULL);
    give_keys(TOKEN_ES_1, "ETag: \"v1\"\r\nCache-Control: public, max-age=80\r\n");
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    desk_wait(d, 72000);
    struct sim_conn *up = issuer_asked();
    desk_expect(desk_text(up), "if-none-match: \"v1\"\r\n");
    issuer_answers(up, "304 Not Modified", "ETag: \"v1\"\r\nCache-Control: max-age=80\r\n", "");
    TEST_ASSERT_EQUAL(2, FETCHES);
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    TEST_ASSERT_EQUAL(1, stat_of(&pn_gateway_stats(d->gateway)->tokens_known));
    desk_wait(d, 72000);
    up = issuer_asked();
    desk_expect(desk_text(up), "if-none-match: \"v1\"\r\n");
    issuer_answers(up, "200 OK", "", tokens_jwks(TOKEN_ES_2));
    expect_good(KID("es-2"), TOKEN_ES_2);
}

struct age {
    const char *fields;
    uint32_t seconds; /* after which it is asked again, 7/8 of what is said */
};

static void test_ages(void)
{
    static const struct age rows[] = {
        { "", 3150 },
        { "Cache-Control: max-age=800\r\n", 700 },
        { "Cache-Control: max-age=0\r\n", 53 },
        { "Cache-Control: max-age=800, no-store\r\n", 53 },
        { "Cache-Control: max-age=9999999\r\n", 75600 },
        { "Cache-Control: max-age=99999999999999999999\r\n", 75600 },
        { "Cache-Control: private\r\n", 3150 },
        { "Cache-Control: max-age=\"800\"\r\n", 700 },
        { "Cache-Control: MAX-AGE=800\r\n", 700 },
        { "Cache-Control: max-age=x\r\n", 53 },
        { "Cache-Control: max-age=\r\n", 53 },
        { "Cache-Control: max-age=\"\"\r\n", 53 },
        { "Cache-Control: max-age=\"800\r\n", 53 },
        { "Cache-Control: max-age=-1\r\n", 53 },
        { "Cache-Control: max-age=99999999999999999999x\r\n", 53 },
        { "Cache-Control: max-age=900\r\nAge: 100\r\n", 700 },
        { "Cache-Control: max-age=900\r\nAge: 900\r\n", 53 },
        { "Cache-Control: max-age=900\r\nAge: 99999999999999999999\r\n", 53 },
        { "Cache-Control: max-age=800\r\nAge: soon\r\n", 700 },
    };

    open_desk(FETCHED, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        give_keys(TOKEN_ES_1, rows[i].fields);
        sim_advance(d->sim, (rows[i].seconds - 2) * 1000);
        desk_run(d);
        issuer_not_asked();
        sim_advance(d->sim, 3000);
        desk_run(d);
    }
    give_keys(TOKEN_ES_1, "");
    TEST_ASSERT_EQUAL(0, FAILURES);
}

/* --- answers that are none --- */

static void test_nobody_answers(void)
{
    open_desk(FETCHED, NULL);
    struct sim_conn *up = issuer_asked();
    struct sim_conn *client = bring(TOKEN_HEADER, TOKEN_ES_1);
    desk_wait(d, 5100);
    TEST_ASSERT_FALSE(sim_held(up));
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "token_keys_absent");
    desk_expect(desk_text(client), "retry-after: 1\r\n");
    /* It is not asked again at once for everybody who comes. */
    expect_refused(TOKEN_HEADER, TOKEN_ES_1, "token_keys_absent");
    issuer_not_asked();
    TEST_ASSERT_EQUAL(1, FAILURES);
    desk_expect(desk_log(d), "\"event\":\"issuer_keys_failed\"");
    desk_expect(desk_log(d), "\"reason\":\"upstream_timeout\"");
    desk_expect(desk_log(d), TOKEN_ISS);
    desk_wait(d, 5100);
    give_keys(TOKEN_ES_1, "");
    desk_expect(desk_log(d), "\"event\":\"issuer_keys_fetched\"");
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
}

/* Who has no keys at all is not left without for long. */
static void test_it_does_not_give_up(void)
{
    static const uint32_t wait_s[] = { 5, 10, 15, 15, 15 };

    open_desk(FETCHED, NULL);
    for (size_t i = 0; i < sizeof wait_s / sizeof wait_s[0]; i++) {
        issuer_answers(issuer_asked(), "503 Service Unavailable", "", "");
        desk_wait(d, wait_s[i] * 1000 - 1000);
        issuer_not_asked();
        desk_wait(d, 2000);
    }
    give_keys(TOKEN_ES_1, "");
    expect_good(TOKEN_HEADER, TOKEN_ES_1);
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "issuer_keys_failed"));
}

static void test_keys_serve_on(void)
{
    static const struct {
        const char *status, *fields, *body;
    } lies[] = {
        { "500 Internal Server Error", "", "{\"keys\":[]}" },
        { "302 Found", "Location: http://127.0.0.1:9301/other\r\n", "" },
        { "404 Not Found", "", "{\"keys\":[]}" },
        { "304 Not Modified", "", "" }, /* to a question that had no ETag */
        { "200 OK", "", "<html>" },
        { "200 OK", "", "{\"keys\":{}}" },
        { "200 OK", "", "{\"keys\":[" },
        { "200 OK", "Content-Encoding: gzip\r\n", "{\"keys\":[]}" },
        { "204 No Content", "", "" },
    };
    uint32_t wait_s = 53;

    open_desk(FETCHED, NULL);
    give_keys(TOKEN_ES_1, "Cache-Control: max-age=0\r\n");
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        desk_wait(d, wait_s * 1000 + 1000);
        issuer_answers(issuer_asked(), lies[i].status, lies[i].fields, lies[i].body);
        TEST_ASSERT_EQUAL_MESSAGE(i + 1, FAILURES, lies[i].body);
        expect_good(TOKEN_HEADER, TOKEN_ES_1);
        wait_s = i == 0 ? 5 : wait_s * 2 < 300 ? wait_s * 2 : 300;
    }
    /* One event for all of it. */
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "issuer_keys_failed"));
    desk_wait(d, wait_s * 1000 + 1000);
    give_keys(0, "");
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "issuer_keys_fetched"));
    struct sim_conn *client = bring(TOKEN_HEADER, TOKEN_ES_1);
    give_keys(0, "");
    desk_expect(desk_text(client), "\"token_key\"");
}

static void test_huge_answer(void)
{
    static char body[70000];

    open_desk(FETCHED, NULL);
    struct sim_conn *up = issuer_asked(), *client = bring(TOKEN_HEADER, TOKEN_ES_1);
    memset(body, ' ', sizeof body - 1);
    sim_push_text(up, "HTTP/1.1 200 OK\r\n\r\n{\"keys\":[]");
    sim_push(up, pn_slice(body, sizeof body - 1));
    desk_run(d);
    desk_expect(desk_text(client), "token_keys_absent");
    TEST_ASSERT_FALSE(sim_held(up));
    TEST_ASSERT_EQUAL(1, FAILURES);
}

static void no_files(struct pn_config *config)
{
    config->limits.issuers_fetched_max = 0;
}

static void test_no_place_for_an_issuer(void)
{
    d = issuer_opens(FETCHED, NULL, no_files);
    expect_refused(TOKEN_HEADER, TOKEN_ES_1, "token_keys_absent");
    issuer_not_asked();
}

/* --- discovery --- */

static struct sim_conn *bring_found(void)
{
    return desk_ask(d, desk_post(CHAT, token_of(FOUND_CLAIMS), HELLO));
}

#define OPENID "/tenant/.well-known/openid-configuration"
#define OAUTH  "/.well-known/oauth-authorization-server/tenant"

static void answer_at(const char *path, const char *status, const char *body)
{
    char line[200];
    struct sim_conn *up = issuer_asked();

    snprintf(line, sizeof line, "GET %s HTTP/1.1\r\n", path);
    desk_expect(desk_text(up), line);
    issuer_answers(up, status, "", body);
}

static void test_discovery(void)
{
    open_desk("jwks: {keys: []}", FOUND);
    struct sim_conn *client = bring_found();
    answer_at(OPENID, "200 OK",
              "{\"issuer\":\"" NEVER_ISS "\",\"x\":[],"
              "\"jwks_uri\":\"http:\\/\\/127.0.0.1:9301/keys?p=1\"}");
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    answer_at("/keys?p=1", "200 OK", tokens_jwks(TOKEN_ES_1));
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    TEST_ASSERT_EQUAL(1, FETCHES);
}

static void test_discovery_in_the_other_form(void)
{
    open_desk("jwks: {keys: []}", FOUND);
    struct sim_conn *client = bring_found();
    answer_at(OPENID, "404 Not Found", "");
    answer_at(OAUTH, "200 OK",
              "{\"issuer\":\"" NEVER_ISS "\",\"jwks_uri\":\"http://127.0.0.1:9301/\"}");
    answer_at("/", "200 OK", tokens_jwks(TOKEN_ES_1));
    TEST_ASSERT_TRUE(issuer_client_passes(client));
}

/* However many questions it takes. */
static void test_nobody_waits_for_longer_than_an_errand(void)
{
    open_desk("jwks: {keys: []}", FOUND);
    struct sim_conn *client = bring_found();
    desk_wait(d, 4000);
    answer_at(OPENID, "404 Not Found", "");
    desk_wait(d, 900);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 200);
    desk_expect(desk_text(client), "HTTP/1.1 503 ");
    desk_expect(desk_text(client), "token_keys_absent");
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    answer_at(OAUTH, "200 OK",
              "{\"issuer\":\"" NEVER_ISS "\",\"jwks_uri\":\"http://127.0.0.1:9301/\"}");
    answer_at("/", "200 OK", tokens_jwks(TOKEN_ES_1));
    TEST_ASSERT_TRUE(issuer_client_passes(bring_found()));
}

static void test_metadata_that_lies(void)
{
    static const char *const lies[] = {
        "{\"issuer\":\"" NEVER_ISS "/\",\"jwks_uri\":\"http://127.0.0.1:9301/\"}",
        "{\"issuer\":\"http://127.0.0.1:9301\",\"jwks_uri\":\"http://127.0.0.1:9301/\"}",
        "{\"jwks_uri\":\"http://127.0.0.1:9301/\"}",
        "{\"issuer\":\"" NEVER_ISS "\"}",
        "{\"issuer\":\"" NEVER_ISS "\",\"jwks_uri\":[]}",
        "{\"issuer\":\"" NEVER_ISS "\",\"jwks_uri\":\"file:///etc/passwd\"}",
        "{\"issuer\":\"" NEVER_ISS "\",\"jwks_uri\":\"http://a@127.0.0.1/\"}",
        "{\"issuer\":\"" NEVER_ISS "\",\"issuer\":\"" NEVER_ISS
        "\",\"jwks_uri\":\"http://127.0.0.1:9301/\"}",
        "[]",
    };

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        open_desk("jwks: {keys: []}", FOUND);
        struct sim_conn *client = bring_found();
        answer_at(OPENID, "200 OK", lies[i]);
        desk_expect(desk_text(client), "token_keys_absent");
        issuer_not_asked();
        if (i + 1 < sizeof lies / sizeof lies[0]) desk_close(d);
    }
}

/* Where the metadata leads is held to the same rules about addresses. */
static void test_metadata_that_leads_inside(void)
{
    open_desk("jwks: {keys: []}", FOUND);
    struct sim_conn *client = bring_found();
    answer_at(OPENID, "200 OK",
              "{\"issuer\":\"" NEVER_ISS "\",\"jwks_uri\":\"http://169.254.169.254/latest\"}");
    desk_expect(desk_text(client), "token_keys_absent");
    desk_expect(desk_log(d), "\"reason\":\"upstream_forbidden\"");
}

/* --- the bundle of a trust domain --- */

#define DOMAIN_FETCHED \
    "  - spiffe: a.example\n    audiences: [" TOKEN_AUD "]\n    egress: [loopback]\n" \
    "    jwks_uri: http://127.0.0.1:9301/bundle\n" \
    "certificates:\n  - spiffe_id: spiffe://a.example/agents/one\n    agent: tier-1-agent\n" \
    "    team: support\n    task: T-1001\n    roles: [tier-1-support]\n"
#define SVID_CLAIMS \
    "{\"sub\":\"spiffe://a.example/agents/one\",\"aud\":\"" TOKEN_AUD "\"," TOKEN_TIMES "}"

/* Without `kid`: where there is one key it is that. */
static struct sim_conn *bring_svid(enum token_key key)
{
    return issuer_client(tokens_sign("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", SVID_CLAIMS, key));
}

/* What it answers: keys, a root among them, and these members. */
static void give_domain(int keys, const char *members)
{
    char body[9000];
    const char *jwks = tokens_domain_jwks(keys);

    snprintf(body, sizeof body, "{%s\"keys\":[{\"use\":\"x509-svid\",\"kty\":\"EC\"}%s%s", members,
             keys != 0 ? "," : "", strchr(jwks, '[') + 1);
    issuer_answers(issuer_asked(), "200 OK", "Cache-Control: max-age=80000\r\n", body);
}

static void test_the_bundle_of_a_trust_domain(void)
{
    open_desk("jwks: {keys: []}", DOMAIN_FETCHED);
    struct sim_conn *client = bring_svid(TOKEN_ES_1), *up = issuer_asked();
    desk_expect(desk_text(up), "GET /bundle HTTP/1.1\r\n");
    issuer_answers(up, "200 OK", "",
                   tokens_jwks(TOKEN_ES_1)); /* keys for no use that counts here */
    give_domain(0, "");
    desk_expect(desk_text(client), "\"token_key\"");
    desk_wait(d, 31000);
    client = bring_svid(TOKEN_ES_1);
    give_domain(TOKEN_ES_1, "");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    desk_expect(desk_log(d), "\"spiffe_id\":\"spiffe://a.example/agents/one\"");
    issuer_client_gets(bring_svid(TOKEN_ES_2), "token_signature");
}

/* The bundle says when it is asked for again, whatever max-age is. */
static void test_refresh_hints(void)
{
    static const struct {
        const char *members;
        uint32_t seconds; /* 7/8 of it */
    } rows[] = {
        { "", 263 },
        { "\"spiffe_refresh_hint\":0,", 263 },
        { "\"spiffe_refresh_hint\":800,", 700 },
        { "\"spiffe_refresh_hint\":1,", 53 },
        { "\"spiffe_refresh_hint\":99999999999,", 75600 },
    };

    open_desk("jwks: {keys: []}", DOMAIN_FETCHED);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        give_domain(TOKEN_ES_1, rows[i].members);
        sim_advance(d->sim, (rows[i].seconds - 2) * 1000);
        desk_run(d);
        issuer_not_asked();
        sim_advance(d->sim, 3000);
        desk_run(d);
    }
    give_domain(TOKEN_ES_1, "");
    TEST_ASSERT_EQUAL(0, FAILURES);
}

static void test_keys_of_a_domain_that_rotate(void)
{
    open_desk("jwks: {keys: []}", DOMAIN_FETCHED);
    give_domain(TOKEN_ES_1, "\"spiffe_sequence\":7,\"spiffe_refresh_hint\":80,");
    TEST_ASSERT_TRUE(issuer_client_passes(bring_svid(TOKEN_ES_1)));
    desk_wait(d, 72000);
    give_domain(TOKEN_ES_2, "\"spiffe_sequence\":8,\"spiffe_refresh_hint\":80,");
    issuer_client_gets(bring_svid(TOKEN_ES_1), "token_signature");
    TEST_ASSERT_TRUE(issuer_client_passes(bring_svid(TOKEN_ES_2)));
    desk_wait(d, 72000);
    issuer_says("<html>");
    TEST_ASSERT_EQUAL(1, FAILURES);
    TEST_ASSERT_TRUE(issuer_client_passes(bring_svid(TOKEN_ES_2)));
    desk_wait(d, 6000);
    give_domain(TOKEN_ES_2, ""); /* one that does not count its changes is believed */
    TEST_ASSERT_TRUE(issuer_client_passes(bring_svid(TOKEN_ES_2)));
}

/* What somebody kept does not bring a withdrawn key back; who begins to count anew is believed in the end. */
static void test_an_older_bundle(void)
{
    static const uint32_t wait_s[] = { 5, 10, 20, 40, 80, 160, 300 };

    open_desk("jwks: {keys: []}", DOMAIN_FETCHED);
    give_domain(TOKEN_ES_2, "\"spiffe_sequence\":7,\"spiffe_refresh_hint\":80,");
    desk_wait(d, 72000);
    for (size_t i = 0; i < sizeof wait_s / sizeof wait_s[0]; i++) {
        give_domain(TOKEN_ES_1, "\"spiffe_sequence\":6,");
        TEST_ASSERT_EQUAL(i + 1, FAILURES);
        issuer_client_gets(bring_svid(TOKEN_ES_1), "token_signature");
        desk_wait(d, wait_s[i] * 1000 + 1000);
    }
    give_domain(TOKEN_ES_1, "\"spiffe_sequence\":6,\"spiffe_refresh_hint\":80,");
    TEST_ASSERT_TRUE(issuer_client_passes(bring_svid(TOKEN_ES_1)));
    desk_wait(d, 72000);
    give_domain(TOKEN_ES_2, "\"spiffe_sequence\":5,"); /* counted from the start */
    TEST_ASSERT_EQUAL(sizeof wait_s / sizeof wait_s[0] + 1, FAILURES);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_keys_are_there_before_a_token_comes);
    RUN_TEST(test_many_wait_for_one_answer);
    RUN_TEST(test_who_leaves_is_let_go);
    RUN_TEST(test_the_body_comes_meanwhile);
    RUN_TEST(test_a_policy_that_changes_meanwhile);
    RUN_TEST(test_a_policy_that_came_just_now);
    RUN_TEST(test_stop_meanwhile);
    RUN_TEST(test_a_key_that_is_not_known);
    RUN_TEST(test_withdrawn_keys);
    RUN_TEST(test_a_key_that_is_replaced);
    RUN_TEST(test_etag);
    RUN_TEST(test_ages);
    RUN_TEST(test_nobody_answers);
    RUN_TEST(test_it_does_not_give_up);
    RUN_TEST(test_keys_serve_on);
    RUN_TEST(test_huge_answer);
    RUN_TEST(test_no_place_for_an_issuer);
    RUN_TEST(test_discovery);
    RUN_TEST(test_discovery_in_the_other_form);
    RUN_TEST(test_nobody_waits_for_longer_than_an_errand);
    RUN_TEST(test_metadata_that_lies);
    RUN_TEST(test_metadata_that_leads_inside);
    RUN_TEST(test_the_bundle_of_a_trust_domain);
    RUN_TEST(test_refresh_hints);
    RUN_TEST(test_keys_of_a_domain_that_rotate);
    RUN_TEST(test_an_older_bundle);
    return UNITY_END();
}
