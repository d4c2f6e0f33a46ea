/* Callers with tokens that only their issuer can read: what is asked, what is remembered, who is
 * limited, what becomes of answers that are none.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/desk.h"
#include "test/exchange/token_bundle.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

#define ASKED(more) \
    "introspection: {url: 'http://127.0.0.1:9301/oauth/ask', credential: credential:crm" more \
    "}\n" \
    "    egress: [loopback]"

/* What an issuer says of a tier-1 agent's token. */
#define TIER_1_SAID \
    "{\"active\":true,\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"team\":\"support\"," \
    "\"task\":\"T-1001\",\"roles\":[\"l1\"],\"token_type\":\"bearer\",\"client_id\":\"desk\"," \
    "\"username\":\"Ana\",\"scope\":\"a b\",\"aud\":[\"x\",\"" TOKEN_AUD "\"]"

static struct desk *d;
static struct sim_upstream *issuer;

static void open_with(const char *asked, void (*change)(struct pn_config *config))
{
    d = desk_open(change);
    tokens_begin();
    issuer = sim_listen(d->sim, sim_addr("127.0.0.1", 9301));
    desk_install(d, token_bundle_with(DESK_FOLDER, asked, NULL));
    desk_run(d);
}

static void open_desk(void)
{
    open_with(ASKED(""), NULL);
}

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

static struct sim_conn *asked(void)
{
    struct sim_conn *up = sim_accept(issuer);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, "nobody asks");
    return up;
}

static void nobody_asks(void)
{
    TEST_ASSERT_NULL_MESSAGE(sim_accept(issuer), "somebody asks");
}

static void answer(struct sim_conn *up, const char *status, const char *body)
{
    static char text[16384];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", status,
                       strlen(body), body);

    sim_push(up, pn_slice(text, (size_t)len));
    sim_fin(up);
    desk_run(d);
}

static struct sim_conn *bring(const char *token)
{
    return desk_ask(d, desk_post(CHAT, token_field(token), HELLO));
}

static bool reaches(struct sim_conn *client)
{
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    if (up == NULL) return false;
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    sim_close(up);
    sim_close(client);
    desk_run(d);
    return true;
}

static void expect_answer(struct sim_conn *client, const char *reason)
{
    desk_expect(desk_text(client), reason);
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    sim_close(client);
    desk_run(d);
}

#define STAT(name) atomic_load(&pn_gateway_stats(d->gateway)->name)

/* --- who it is --- */

static void test_what_is_asked(void)
{
    open_desk();
    struct sim_conn *client = bring("opaque+token/1=");
    struct sim_conn *up = asked();
    const char *text = desk_text(up);
    desk_expect(text, "POST /oauth/ask HTTP/1.1\r\nhost: 127.0.0.1:9301\r\n");
    desk_expect(text, "\r\naccept: application/json\r\n");
    /* "secret-crm", which has no colon, is an id without a secret */
    desk_expect(text, "\r\nauthorization: Basic c2VjcmV0LWNybTo=\r\n");
    desk_expect(text, "\r\ncontent-type: application/x-www-form-urlencoded\r\n");
    desk_expect(text, "\r\n\r\ntoken=opaque%2Btoken%2F1%3D&token_type_hint=access_token");
    answer(up, "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(client));
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
    open_desk();
    desk_install(
        d, token_bundle_with(DESK_FOLDER, ASKED(""), "        scope: {refund: tier-1-support}\n"));
    struct sim_conn *client = bring("t1");
    answer(asked(), "200 OK",
           "{\"active\":true,\"sub\":\"ana\",\"scope\":\"a b\",\"aud\":\"" TOKEN_AUD "\"}");
    desk_expect(desk_text(client), "HTTP/1.1 403 ");
    expect_answer(client, "error=\"insufficient_scope\", error_description=\"A scope that the "
                          "token does not have would allow this call.\", scope=\"refund\"");
}

static void test_its_rules_are_those_of_its_roles(void)
{
    open_desk();
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", token_field("t1"), REFUND("900000")));
    answer(asked(), "200 OK", TIER_1_SAID "}");
    desk_expect(desk_text(client), "tier-1-support refund cap exceeded");
    client = desk_ask(d, desk_post("/mcp/payments", token_field("t1"), REFUND("4000")));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);
    TEST_ASSERT_NOT_NULL(up);
    TEST_ASSERT_NULL_MESSAGE(strstr(desk_text(up), "t1\r\n"), "a token went on to the server");
    nobody_asks();
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
    struct bundle_folder folder;

    d = desk_open(NULL);
    tokens_begin();
    issuer = sim_listen(d->sim, sim_addr("127.0.0.1", 9301));
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml", rules);
    bundle_folder_write(
        &folder, "models.yaml",
        "model_list:\n  - model_name: gpt-4o\n    litellm_params:\n"
        "      {model: openai/x, api_base: 'http://127.0.0.1:9101', egress: [loopback]}\n");
    bundle_folder_write(&folder, "identity.yaml",
                        "issuers:\n  - issuer: i\n    audiences: [" TOKEN_AUD
                        "]\n    " ASKED("") "\n");
    desk_install(d, folder.path);
    for (int level = 2; level < 4; level++) {
        char said[600], name[24];
        snprintf(said, sizeof said, TIER_1_SAID ",\"ext\":{\"level\":%d}}", level);
        snprintf(name, sizeof name, "t%d", level);
        struct sim_conn *client = bring(name);
        answer(asked(), "200 OK", said);
        if (level == 2) expect_answer(client, "denied_by_default");
        else TEST_ASSERT_TRUE(reaches(client));
    }
    bundle_folder_remove(&folder);
}

/* Keys are found first, and JWTs are never shown to anybody. */
static void test_what_is_not_asked(void)
{
    open_desk();
    TEST_ASSERT_TRUE(reaches(desk_ask(d, desk_post(CHAT, TIER_1, HELLO))));
    expect_answer(desk_ask(d, desk_post(CHAT, token_of(TOKEN_TIER_1), HELLO)), "token_key");
    expect_answer(bring("postern_Zm9yZ290dGVuIHNpbmNlIGxvbmcgYWdvLCBhbmQgc28gb24"), "key_unknown");
    expect_answer(bring("postern_"), "key_unknown");
    expect_answer(desk_ask(d, desk_post(CHAT, "X-Api-Key: unknown\r\n", HELLO)), "key_unknown");
    static char longest[PN_ASKED_BYTES + 2];
    memset(longest, 'x', PN_ASKED_BYTES + 1);
    expect_answer(bring(longest), "token_oversize");
    nobody_asks();
    longest[PN_ASKED_BYTES] = '\0';
    struct sim_conn *client = bring(longest);
    answer(asked(), "200 OK", "{\"active\":false}");
    expect_answer(client, "token_inactive");
}

/* A desk with one model and these callers. */
static void open_for(const char *identity, void (*change)(struct pn_config *config))
{
    struct bundle_folder folder;

    d = desk_open(change);
    tokens_begin();
    issuer = sim_listen(d->sim, sim_addr("127.0.0.1", 9301));
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml",
                        "apiVersion: api.cerbos.dev/v1\nresourcePolicy: {resource: llm, version: "
                        "default, rules: [\n"
                        "  {actions: ['*'], effect: EFFECT_ALLOW, roles: ['*']}]}\n");
    bundle_folder_write(
        &folder, "models.yaml",
        "model_list:\n  - model_name: gpt-4o\n    litellm_params:\n"
        "      {model: openai/x, api_base: 'http://127.0.0.1:9101', egress: [loopback]}\n");
    bundle_folder_write(&folder, "identity.yaml", identity);
    desk_install(d, folder.path);
    bundle_folder_remove(&folder);
}

/* A key that is over is still somebody's secret. */
static void test_an_ended_key_is_not_asked_about(void)
{
    open_for("keys:\n  - id: old\n    user: ana\n    expires: 2020-01-01T00:00:00Z\n" /* "old" */
             "    sha256: cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4\n"
             "issuers:\n  - issuer: i\n    audiences: [x]\n    " ASKED("") "\n",
             NULL);
    expect_answer(bring("old"), "key_unknown");
    nobody_asks();
    bring("older");
    asked();
}

static void with_url(struct pn_config *config)
{
    config->public_url = PN_SLICE("https://gate.example");
}

static void test_a_route_is_an_audience_of_its_own(void)
{
    open_for("issuers:\n  - issuer: i\n    audiences: ['https://gate.example/mcp/payments', "
             "'https://gate.example/v1']\n    " ASKED("") "\n",
             with_url);
    struct sim_conn *client = bring("t1");
    answer(asked(), "200 OK",
           "{\"active\":true,\"sub\":\"a\",\"aud\":\"https://gate.example/mcp/payments\"}");
    expect_answer(client, "token_audience");
    client = bring("t2");
    answer(asked(), "200 OK",
           "{\"active\":true,\"sub\":\"a\",\"aud\":\"https://gate.example/v1\"}");
    TEST_ASSERT_TRUE(reaches(client));
}

/* --- what is remembered --- */

static void test_answers_are_remembered(void)
{
    open_desk();
    struct sim_conn *one = bring("t1"), *two = bring("t1"), *up = asked();
    nobody_asks();
    answer(up, "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(one));
    TEST_ASSERT_TRUE(reaches(two));
    desk_wait(d, 29000);
    TEST_ASSERT_TRUE(reaches(bring("t1")));
    nobody_asks();
    desk_wait(d, 2000);
    one = bring("t1");
    answer(asked(), "200 OK", "{\"active\":false}"); /* it was revoked */
    expect_answer(one, "token_inactive");
    expect_answer(bring("t1"), "token_inactive");
    nobody_asks();
    desk_wait(d, 6000);
    bring("t1");
    asked();
}

static void test_never_beyond_its_end(void)
{
    char said[1024];

    open_desk();
    sim_set_unix_ms(d->sim, 1800000000000);
    snprintf(said, sizeof said, TIER_1_SAID ",\"exp\":%d}", 1800000010);
    struct sim_conn *client = bring("t1");
    answer(asked(), "200 OK", said);
    TEST_ASSERT_TRUE(reaches(client));
    desk_wait(d, 8000);
    TEST_ASSERT_TRUE(reaches(bring("t1")));
    desk_wait(d, 3000);
    expect_answer(bring("t1"), "token_expired");
    nobody_asks();
}

/* An end that nobody stated does not move on while an answer is under way. */
static void test_the_end_that_was_set_stays(void)
{
    static const char list[] = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{"
                               "\"tools\":[{\"name\":\"refund_issue\"}]}}\n\n";
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    open_desk();
    struct sim_conn *client =
        desk_ask(d, desk_post("/mcp/payments", token_field("t1"),
                              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"));
    answer(asked(), "200 OK", TIER_1_SAID "}");
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
    open_with(ASKED(", cache: 10s"), NULL);
    struct sim_conn *client = bring("t1");
    answer(asked(), "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(client));
    desk_wait(d, 11000);
    bring("t1");
    asked();
}

static void test_another_policy_asks_anew(void)
{
    open_desk();
    struct sim_conn *client = bring("t1");
    answer(asked(), "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(client));
    client = bring("t2");
    struct sim_conn *up = asked();
    desk_install(d, token_bundle_with(DESK_FOLDER, ASKED(", cache: 10s"), NULL));
    desk_run(d);
    answer(up, "200 OK", TIER_1_SAID "}"); /* to a question of the policy before */
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    nobody_asks(); /* by this policy for who was to be judged by that one */
    desk_wait(d, 5100);
    expect_answer(client, "policy_changed");
    client = bring("t2");
    answer(asked(), "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(client));
    bring("t1");
    asked();
}

static void few_places(struct pn_config *config)
{
    config->limits.tokens_asked_max = 4;
    config->limits.errands_max = 1;
}

static void test_more_than_there_are_places(void)
{
    char name[24];

    open_with(ASKED(""), few_places);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "t%d", i);
        bring(name);
    }
    expect_answer(bring("t4"), "token_unasked");
    for (int i = 0; i < 4; i++) {
        struct sim_conn *up = asked(); /* one after the other */
        nobody_asks();
        answer(up, "200 OK", TIER_1_SAID "}");
        TEST_ASSERT_NOT_NULL(desk_reached(d, DESK_MAIN));
    }
    struct sim_conn *client = bring("t4"); /* takes the place of one that is known */
    answer(asked(), "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(client));
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
        { TIER_1_SAID ",\"iss\":\"https://other.example\"}", "token_issuer" },
        { TIER_1_SAID ",\"exp\":1700000000}", "token_expired" },
        { TIER_1_SAID ",\"nbf\":4102444000}", "token_not_yet" },
        { TIER_1_SAID ",\"token_use\":\"refresh_token\"}", "token_inactive" },
        { "{\"active\":true,\"token_type\":\"DPoP\",\"aud\":\"" TOKEN_AUD "\",\"sub\":\"ana\"}",
          "token_inactive" },
        { "{\"active\":true,\"aud\":\"" TOKEN_AUD "\"}", "token_claims" },
        { "{\"active\":true,\"aud\":\"" TOKEN_AUD "\",\"sub\":\"a\",\"act\":{}}", "token_claims" },
        { TIER_1_SAID ",\"cnf\":{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}}",
          "token_bound" },
        { TIER_1_SAID ",\"cnf\":{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}}",
          "token_bound" },
        { TIER_1_SAID ",\"iss\":7}", "token_unasked" },
    };
    char name[24];

    open_desk();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        struct sim_conn *client = bring(name);
        answer(asked(), "200 OK", rows[i].said);
        expect_answer(client, rows[i].reason);
    }
    nobody_asks();
    desk_expect(desk_log(d), "\"error\":\"token_inactive\"");
}

static void test_iss_is_the_issuer(void)
{
    open_desk();
    struct sim_conn *client = bring("t1");
    answer(asked(), "200 OK", TIER_1_SAID ",\"iss\":\"" TOKEN_ISS "\",\"exp\":4102444800}");
    TEST_ASSERT_TRUE(reaches(client));
}

/* --- answers that are none --- */

static void test_no_answer_allows_nothing(void)
{
    static const struct {
        const char *status, *said;
    } rows[] = {
        { "500 Internal Server Error", TIER_1_SAID "}" },
        { "401 Unauthorized", "{\"error\":\"invalid_client\"}" },
        { "302 Found", "" },
        { "204 No Content", "" },
        { "200 OK", "" },
        { "200 OK", "<html>" },
        { "200 OK", "[]" },
        { "200 OK", "{}" },
        { "200 OK", "{\"active\":\"true\"}" },
        { "200 OK", "{\"active\":1}" },
        { "200 OK", "{\"active\":false,\"active\":true}" },
        { "200 OK", "{\"active\":false,\"Active\":true}" },
        { "200 OK", "{\"active\":true" },
    };
    char name[24];

    open_desk();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        struct sim_conn *client = bring(name);
        answer(asked(), rows[i].status, rows[i].said);
        desk_expect(desk_text(client), "HTTP/1.1 503 ");
        desk_expect(desk_text(client), "retry-after: ");
        expect_answer(client, "token_unasked");
    }
    TEST_ASSERT_EQUAL(sizeof rows / sizeof rows[0], STAT(tokens_unasked));
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "introspection_failed"));
    expect_answer(bring(name), "token_unasked"); /* not asked again at once */
    nobody_asks();
    desk_wait(d, 3000);
    struct sim_conn *client = bring(name);
    answer(asked(), "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(client));
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "introspection_answered"));
}

static void test_an_answer_that_is_too_long(void)
{
    static char said[PN_ASKED_BYTES + 600];

    open_desk();
    for (int longer = 0; longer < 2; longer++) {
        char name[] = { 't', (char)('0' + longer), '\0' };
        strcpy(said, TIER_1_SAID ",\"x\":\"");
        memset(said + strlen(said), 'x',
               (size_t)PN_ASKED_BYTES + (size_t)longer - strlen(said) - 2);
        strcpy(said + PN_ASKED_BYTES + longer - 2, "\"}");
        TEST_ASSERT_EQUAL(PN_ASKED_BYTES + longer, strlen(said));
        struct sim_conn *client = bring(name);
        answer(asked(), "200 OK", said);
        if (longer) expect_answer(client, "token_unasked");
        else TEST_ASSERT_TRUE(reaches(client));
        memset(said, 0, sizeof said);
    }
}

static void test_nobody_answers(void)
{
    open_desk();
    struct sim_conn *client = bring("t1"), *up = asked();
    desk_wait(d, 4900);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 300);
    expect_answer(client, "token_unasked");
    TEST_ASSERT_FALSE(sim_held(up));
    desk_expect(desk_log(d), "\"reason\":\"upstream_timeout\"");
    client = bring("t2");
    asked();
    sim_close(client);
    desk_run(d);
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    desk_check_rest(d);
}

/* However long the queue is that it waits in. */
static void test_nobody_waits_for_longer_than_an_errand(void)
{
    struct sim_conn *clients[4];
    char name[24];

    open_with(ASKED(""), few_places);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "t%d", i);
        clients[i] = bring(name);
    }
    desk_wait(d, 4900);
    TEST_ASSERT_EQUAL_STRING("", desk_text(clients[3]));
    desk_wait(d, 300);
    for (int i = 0; i < 4; i++) {
        desk_expect(desk_text(clients[i]), "HTTP/1.1 503 ");
        expect_answer(clients[i], "token_unasked");
    }
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    asked();
    asked();
    desk_wait(d, 5200); /* what nobody waits for is not asked for ever */
    nobody_asks();
    bring("t5");
    asked();
}

/* Exchanges are for those who are known. */
static void test_strangers_do_not_take_every_exchange(void)
{
    struct sim_conn *clients[8];
    char name[24];

    open_desk();
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "t%d", i);
        clients[i] = bring(name);
        desk_wait(d, 10);
    }
    TEST_ASSERT_EQUAL(8, pn_gateway_exchanges(d->gateway));
    TEST_ASSERT_TRUE(reaches(desk_ask(d, desk_post(CHAT, TIER_1, HELLO))));
    TEST_ASSERT_EQUAL_STRING("", desk_text(clients[1]));
    desk_expect(desk_text(clients[0]), "HTTP/1.1 503 ");
    expect_answer(clients[0], "token_unasked");
    struct sim_conn *head = desk_ask(d, "GET /"); /* has been there for less long */
    TEST_ASSERT_TRUE(reaches(desk_ask(d, desk_post(CHAT, TIER_1, HELLO))));
    expect_answer(clients[1], "token_unasked");
    for (int i = 2; i < 8; i++) sim_close(clients[i]);
    sim_close(head);
    desk_wait(d, 6000);
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
}

static void no_credentials(struct pn_config *config)
{
    config->credential_count = 0;
}

static void test_no_credential(void)
{
    open_with(ASKED(""), no_credentials);
    expect_answer(bring("t1"), "token_unasked");
    nobody_asks();
    desk_expect(desk_log(d), "\"reason\":\"credential_missing\"");
}

/* --- who may ask how often --- */

static void three_failures(struct pn_config *config)
{
    config->limits.token_failures_max = 3;
}

static void test_who_guesses_is_limited(void)
{
    char name[24];

    open_with(ASKED(""), three_failures);
    struct sim_conn *good = bring("good");
    answer(asked(), "200 OK", TIER_1_SAID "}");
    TEST_ASSERT_TRUE(reaches(good));
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "t%d", i);
        struct sim_conn *client = bring(name);
        answer(asked(), "200 OK", "{\"active\":false}");
        expect_answer(client, "token_inactive");
    }
    expect_answer(bring("t9"), "token_rate");
    nobody_asks();
    TEST_ASSERT_TRUE(reaches(bring("good")));
    desk_wait(d, 61000);
    bring("t9");
    asked();
}

static void expect_limited(void)
{
    expect_answer(bring("one-more"), "token_rate");
    nobody_asks();
}

static void test_who_does_not_wait_is_counted(void)
{
    char name[24];

    open_with(ASKED(""), three_failures);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "t%d", i);
        sim_close(bring(name));
        asked();
    }
    expect_limited();
}

static void test_no_answer_is_counted(void)
{
    char name[24];

    open_with(ASKED(""), three_failures);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "t%d", i);
        struct sim_conn *client = bring(name);
        answer(asked(), "500 Internal Server Error", "");
        expect_answer(client, "token_unasked");
    }
    expect_limited();
}

/* However many requests waited for it. */
static void test_one_no_counts_once(void)
{
    struct sim_conn *clients[5];

    open_with(ASKED(""), three_failures);
    for (int i = 0; i < 5; i++) clients[i] = bring("revoked");
    answer(asked(), "200 OK", "{\"active\":false}");
    for (int i = 0; i < 5; i++) expect_answer(clients[i], "token_inactive");
    for (int i = 0; i < 2; i++) {
        struct sim_conn *client = bring(i ? "t1" : "t2");
        answer(asked(), "200 OK", "{\"active\":false}");
        expect_answer(client, "token_inactive");
    }
    expect_limited();
}

static void test_good_tokens_do_not_count(void)
{
    char name[24];

    open_with(ASKED(""), three_failures);
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "t%d", i);
        struct sim_conn *client = bring(name);
        answer(asked(), "200 OK", TIER_1_SAID "}");
        TEST_ASSERT_TRUE(reaches(client));
    }
}

static void one_errand(struct pn_config *config)
{
    config->limits.errands_max = 1;
}

/* Tokens for upstreams are asked for meanwhile. */
static void test_strangers_do_not_take_every_errand(void)
{
    open_with(ASKED(""), one_errand);
    token_bundle_remove();
    desk_install(
        d, token_bundle_with(PN_SOURCE_DIR "/test/exchange/bundles/passes-desk", ASKED(""), NULL));
    bring("t0");
    struct sim_conn *up = asked();
    bring("t1");
    bring("t2");
    desk_ask(d, desk_post("/mcp/crm", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
                          "\"params\":{\"name\":\"look\"}}"));
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    answer(up, "200 OK", "{\"active\":false}");
    TEST_ASSERT_NOT_NULL_MESSAGE(desk_reached(d, DESK_MAIN), "no token is asked for");
    nobody_asks();
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
    RUN_TEST(test_no_answer_allows_nothing);
    RUN_TEST(test_an_answer_that_is_too_long);
    RUN_TEST(test_nobody_answers);
    RUN_TEST(test_nobody_waits_for_longer_than_an_errand);
    RUN_TEST(test_strangers_do_not_take_every_exchange);
    RUN_TEST(test_no_credential);
    RUN_TEST(test_who_guesses_is_limited);
    RUN_TEST(test_who_does_not_wait_is_counted);
    RUN_TEST(test_no_answer_is_counted);
    RUN_TEST(test_one_no_counts_once);
    RUN_TEST(test_good_tokens_do_not_count);
    RUN_TEST(test_strangers_do_not_take_every_errand);
    return UNITY_END();
}
