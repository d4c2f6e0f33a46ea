/* Tokens of an issuer that are exchanged for tokens of the gateway: which ones, what becomes of them, and
 * all that ends them.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/mint.h"
#include "test/exchange/token_issuer.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct desk *d;

#define AS_JWT   "&subject_token_type=urn:ietf:params:oauth:token-type:jwt"
#define PAYMENTS "&resource=http://gate/mcp/payments"
#define NAMED \
    "{\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"team\":\"support\",\"task\":\"T-1001\","
#define WITH(more) NAMED "\"roles\":[\"l1\"]," more "," TOKEN_CLAIMS "}"
#define NOBODYS    "{\"sub\":\"ana\",\"team\":\"support\",\"roles\":[\"l1\"]," TOKEN_CLAIMS "}"

static void open_desk(const char *more)
{
    d = desk_open(mint_with);
    desk_install(d, token_bundle(TOKEN_ES_1, more));
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

/* A form that exchanges a token; lent until the next call. */
static const char *form_of(const char *token, const char *more)
{
    static char form[20000];

    snprintf(form, sizeof form, "%s&subject_token=%s%s", MINT_GRANT, token, more);
    return form;
}

static const char *form_for(const char *claims, const char *more)
{
    return form_of(tokens_sign(TOKEN_HEADER, claims, TOKEN_ES_1), more);
}

static const char *ask(const char *path, const char *fields, const char *body)
{
    return desk_text(desk_ask(d, desk_post(path, fields, body)));
}

static bool reaches(const char *path, const char *fields, const char *body, enum desk_upstream at)
{
    return desk_reaches(d, desk_post(path, fields, body), at);
}

static bool refunds(const char *token)
{
    return reaches("/mcp/payments", token, REFUND("4000"), DESK_PAYMENTS);
}

static void expect_refused(const char *form, const char *reason)
{
    char line[100];
    const char *answer = mint_ask(d, form);

    desk_expect(answer, "HTTP/1.1 400 ");
    TEST_ASSERT_NULL_MESSAGE(strstr(answer, "www-authenticate"), answer);
    desk_expect(answer, "{\"error\":\"invalid_");
    snprintf(line, sizeof line, "\"reason_code\":\"%s\"}", reason);
    desk_expect(answer, line);
    TEST_ASSERT_NULL(strstr(answer, "eyJ"));
}

/* --- what it is --- */

static void test_a_token_becomes_another(void)
{
    static const char *const types[] = { MINT_TYPE, AS_JWT };
    char more[200];

    open_desk(NULL);
    for (int i = 0; i < 2; i++) {
        snprintf(more, sizeof more, "%s%s", types[i], PAYMENTS);
        const char *token = mint(d, form_for(WITH("\"jti\":\"t-1\""), more));
        const char *claims = mint_claims(token);
        desk_expect(
            claims,
            "{\"iss\":\"http://gate\",\"aud\":\"http://gate/mcp/payments\",\"sub\":\"ana\",");
        desk_expect(claims, "\"client_id\":\"tier-1-agent\"");
        desk_expect(claims,
                    "\"parent_token\":{\"alg\":1,\"typ\":1,\"kid\":\"es-1\",\"claims\":{\"sub\"");
        TEST_ASSERT_TRUE(refunds(token));
        desk_expect(ask("/mcp/payments", token, REFUND("900000")),
                    "tier-1-support refund cap exceeded");
        desk_expect(ask("/mcp/crm", token, REFUND("1")), "token_audience");
    }
    const char *log = desk_log(d);
    desk_expect(log, "\"key_id\":\"es-1\",\"issuer\":\"" TOKEN_ISS
                     "\",\"proof\":\"jwt\",\"roles\":[\"tier-1-support\"],\"token_id\":\"t-1\"}");
    desk_expect(
        log,
        "\"user\":\"ana\",\"agent\":\"tier-1-agent\",\"team\":\"support\",\"task\":\"T-1001\",\"key_id\":\"es-1\",\"issuer\":\"" TOKEN_ISS
        "\",\"proof\":\"sub_token\",\"roles\":[\"tier-1-support\"]");
    TEST_ASSERT_NULL_MESSAGE(strstr(log, "eyJ"), "a token is in the log");
}

static void test_it_ends_with_its_parent(void)
{
    static const char claims[] = NAMED "\"roles\":[\"l1\"],\"iss\":\"" TOKEN_ISS
                                       "\",\"aud\":\"" TOKEN_AUD "\",\"exp\":1750000100}";

    open_desk(NULL);
    sim_set_unix_ms(d->sim, INT64_C(1750000000000));
    desk_expect(mint_ask(d, form_for(claims, AS_JWT PAYMENTS)), "\"expires_in\":100}");
    desk_expect(mint_ask(d, form_for(claims, AS_JWT PAYMENTS "&expires_in=7")),
                "\"expires_in\":7}");
    const char *token = mint(d, form_for(claims, AS_JWT PAYMENTS "&expires_in=86400"));
    desk_expect(mint_claims(token), "\"exp\":1750000100");
    sim_set_unix_ms(d->sim, INT64_C(1750000099000));
    TEST_ASSERT_TRUE(refunds(token));
    /* The skew of clocks lets an issuer's token go on, nothing that is made of it. */
    sim_set_unix_ms(d->sim, INT64_C(1750000100000));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_expired");
    expect_refused(form_for(claims, AS_JWT PAYMENTS), "token_expired");
    TEST_ASSERT_TRUE(refunds(token_of(claims)));
}

static void test_narrowing(void)
{
    open_desk("attachments:\n  - {user: ana, servers: [payments]}\n"
              "  - {agent: rich, servers: [crm], models: [gpt-4o]}\n");
    expect_refused(form_for(WITH("\"x\":1"), AS_JWT PAYMENTS "&agent=other"), "scope_invalid");
    expect_refused(form_for(WITH("\"x\":1"), AS_JWT PAYMENTS "&task=T-2"), "scope_invalid");
    expect_refused(form_for(WITH("\"x\":1"), AS_JWT PAYMENTS "&servers=crm"), "scope_invalid");
    expect_refused(form_for(WITH("\"x\":1"), AS_JWT "&resource=/mcp/crm"), "resource_invalid");
    const char *token = mint(d, form_for(WITH("\"x\":1"), AS_JWT PAYMENTS "&tools=refund_status"));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "not_attached");
    /* Naming an agent attaches nothing to it. */
    token = mint(d, form_for(NOBODYS, AS_JWT "&resource=/v1&agent=rich"));
    desk_expect(ask(CHAT, token, HELLO), "not_attached");
    token = mint(d, form_for(NOBODYS, AS_JWT PAYMENTS "&agent=helper&task=T-1001"));
    TEST_ASSERT_TRUE(refunds(token));
    desk_expect(desk_log(d),
                "\"user\":\"ana\",\"agent\":\"helper\",\"team\":\"support\",\"task\":\"T-1001\"");
    /* ...nor does it make a further one. */
    token += strlen("Authorization: Bearer ");
    char text[9000];
    snprintf(text, sizeof text, "%.*s", (int)strcspn(token, "\r"), token);
    expect_refused(form_of(text, AS_JWT PAYMENTS), "subject_unknown");
}

/* --- which ones --- */

#define OTHERS(iss, aud, more) \
    NAMED "\"iss\":\"" iss "\",\"aud\":\"" aud "\",\"iat\":1700000000" more "}"
#define ENDS ",\"exp\":4102444800"

static void test_parents_that_are_refused(void)
{
    static const struct {
        const char *header, *claims, *reason;
        enum token_key key;
    } rows[] = {
        { TOKEN_HEADER, OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS), "token_signature", TOKEN_ES_2 },
        { TOKEN_HEADER, OTHERS(TOKEN_ISS, TOKEN_AUD, ",\"exp\":1700000001"), "token_expired",
          TOKEN_ES_1 },
        { TOKEN_HEADER, OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS ",\"nbf\":4102444000"), "token_not_yet",
          TOKEN_ES_1 },
        { TOKEN_HEADER, OTHERS(TOKEN_ISS, TOKEN_AUD, ""), "token_claims", TOKEN_ES_1 },
        { TOKEN_HEADER, OTHERS(TOKEN_ISS, "https://other", ENDS), "token_audience", TOKEN_ES_1 },
        { TOKEN_HEADER, OTHERS("https://other", TOKEN_AUD, ENDS), "token_issuer", TOKEN_ES_1 },
        { TOKEN_HEADER, OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS ",\"cnf\":{\"jkt\":\"x\"}"),
          "token_bound", TOKEN_ES_1 },
        { "{\"alg\":\"none\",\"typ\":\"at+jwt\"}", OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS),
          "token_algorithm", TOKEN_ES_1 },
        { "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"es-1\"}",
          OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS), "token_algorithm", TOKEN_ES_1 },
        { "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"es-9\"}",
          OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS), "token_key", TOKEN_ES_1 },
        { "{\"alg\":\"ES256\",\"typ\":\"logout+jwt\",\"kid\":\"es-1\"}",
          OTHERS(TOKEN_ISS, TOKEN_AUD, ENDS), "token_type", TOKEN_ES_1 },
        { TOKEN_HEADER, "{\"iss\":1}", "token_malformed", TOKEN_ES_1 },
    };
    static char large[6000];

    open_desk(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *token = tokens_sign(rows[i].header, rows[i].claims, rows[i].key);
        expect_refused(form_of(token, AS_JWT PAYMENTS), rows[i].reason);
    }
    expect_refused(form_of("sk-postern-demo-tier-1", AS_JWT PAYMENTS), "token_malformed");
    expect_refused(form_of("opaque", MINT_TYPE PAYMENTS), "subject_unknown");
    expect_refused(
        form_of("opaque", "&subject_token_type=urn:ietf:params:oauth:token-type:saml2" PAYMENTS),
        "form_invalid");
    /* more than a token can say of another */
    int len = snprintf(large, sizeof large, NAMED "\"roles\":[\"l1\"]," TOKEN_CLAIMS ",\"x\":\"");
    memset(large + len, 'x', (size_t)(2560 - 2 - len));
    strcpy(large + 2560 - 2, "\"}");
    mint(d, form_for(large, AS_JWT PAYMENTS));
    strcpy(large + 2560 - 2, "x\"}");
    expect_refused(form_for(large, AS_JWT PAYMENTS), "token_oversize");
    expect_refused(form_for(WITH("\"deep\":[[[[[[[[[[[[[[1]]]]]]]]]]]]]]"), AS_JWT PAYMENTS),
                   "token_oversize");
    const char *deep =
        mint(d, form_for(WITH("\"deep\":[[[[[[[[[[[[[1]]]]]]]]]]]]]"), AS_JWT PAYMENTS));
    TEST_ASSERT_TRUE(refunds(deep));
    TEST_ASSERT_NULL_MESSAGE(strstr(desk_log(d), "eyJ"), "a token is in the log");
}

/* Those with a bad signature count as they do anywhere. */
static void one_failure(struct pn_config *config)
{
    mint_with(config);
    config->limits.token_failures_max = 1;
}

static void test_failures_are_limited(void)
{
    d = desk_open(one_failure);
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    const char *forged = tokens_sign(TOKEN_HEADER, WITH("\"x\":1"), TOKEN_ES_2);
    expect_refused(form_of(forged, AS_JWT PAYMENTS), "token_signature");
    const char *answer = mint_ask(d, form_for(WITH("\"x\":1"), AS_JWT PAYMENTS));
    desk_expect(answer, "HTTP/1.1 429 ");
    desk_expect(answer, "\"token_rate\"");
}

/* A token that is for one route becomes none for another. */
static void test_parents_for_one_route(void)
{
    char path[200], keys[9000];
    static const char for_crm[] = NAMED "\"roles\":[\"l1\"],\"iss\":\"" TOKEN_ISS
                                        "\",\"aud\":\"http://gate/mcp/crm\"" ENDS "}";

    open_desk(NULL);
    snprintf(path, sizeof path, "%s/identity.yaml", token_bundle(TOKEN_ES_1, NULL));
    snprintf(keys, sizeof keys,
             "issuers:\n  - issuer: %s\n    audiences: [http://gate/mcp/crm]\n    jwks: %s\n",
             TOKEN_ISS, tokens_jwks(TOKEN_ES_1));
    FILE *out = fopen(path, "w");
    fputs(keys, out);
    fclose(out);
    path[strlen(path) - strlen("/identity.yaml")] = 0;
    desk_install(d, path);
    expect_refused(form_for(for_crm, AS_JWT PAYMENTS), "token_audience");
    const char *token = mint(d, form_for(for_crm, AS_JWT "&resource=/mcp/crm"));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_audience");
    TEST_ASSERT_TRUE(strstr(ask("/mcp/crm", token, REFUND("1")), "token_") == NULL);
}

/* --- what ends it --- */

static void test_it_is_revoked_with_its_parent(void)
{
    open_desk(NULL);
    const char *token = mint(d, form_for(WITH("\"jti\":\"p\\u002d1\""), AS_JWT PAYMENTS));
    const char *other = mint(d, form_for(WITH("\"jti\":\"p-2\""), AS_JWT PAYMENTS));
    TEST_ASSERT_TRUE(refunds(token));
    desk_revoke(d, PN_REVOKED_TOKEN, "p-1");
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "revoked");
    TEST_ASSERT_TRUE(refunds(other));
    const char *answer = mint_ask(d, form_for(WITH("\"jti\":\"p-1\""), AS_JWT PAYMENTS));
    desk_expect(answer, "{\"error\":\"invalid_grant\"");
    desk_lift(d, PN_REVOKED_TOKEN, "p-1");
    TEST_ASSERT_TRUE(refunds(token));
    /* by whatever else it is known by */
    static const struct {
        enum pn_revoked_kind kind;
        const char *name;
    } names[] = { { PN_REVOKED_USER, "ana" },
                  { PN_REVOKED_AGENT, "tier-1-agent" },
                  { PN_REVOKED_TASK, "T-1001" },
                  { PN_REVOKED_KEY, "es-1" } };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        desk_revoke(d, names[i].kind, names[i].name);
        desk_expect(ask("/mcp/payments", token, REFUND("1")), "revoked");
        desk_lift(d, names[i].kind, names[i].name);
    }
    char id[64];
    const char *at = strstr(mint_claims(token), "\"jti\":\"") + strlen("\"jti\":\"");
    snprintf(id, sizeof id, "%.*s", (int)strcspn(at, "\""), at);
    desk_revoke(d, PN_REVOKED_TOKEN, id);
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "revoked");
    TEST_ASSERT_TRUE(refunds(other));
}

/* Who stands behind the parent's agent counts too. */
static void test_actors_behind_it(void)
{
    static const char chain[] =
        "{\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\",\"act\":{\"sub\":\"planner\"}},"
        "\"team\":\"support\",\"task\":\"T-1001\",\"roles\":[\"l1\"]," TOKEN_CLAIMS "}";

    open_desk(NULL);
    const char *token = mint(d, form_for(chain, AS_JWT PAYMENTS));
    TEST_ASSERT_TRUE(refunds(token));
    desk_revoke(d, PN_REVOKED_AGENT, "planner");
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "revoked");
}

/* The policy of the moment says what its parent is worth. */
static void test_its_parent_is_judged_each_time(void)
{
    char keys[9000];

    open_desk(NULL);
    const char *token = mint(d, form_for(WITH("\"x\":1"), AS_JWT PAYMENTS));
    TEST_ASSERT_TRUE(refunds(token));
    desk_install(d, token_bundle(TOKEN_ES_2, NULL)); /* the key is withdrawn */
    const char *answer = ask("/mcp/payments", token, REFUND("1"));
    desk_expect(answer, "HTTP/1.1 401 ");
    desk_expect(answer, "token_parent");
    desk_install(d, token_bundle(TOKEN_ES_1, NULL));
    TEST_ASSERT_TRUE(refunds(token));
    snprintf(keys, sizeof keys, "jwks: %s\n    algorithms: [ES384]", tokens_jwks(TOKEN_ES_1));
    desk_install(d, token_bundle_with(DESK_FOLDER, keys, NULL));
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_parent");
    desk_install(d, DESK_FOLDER); /* nobody is believed */
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "token_parent");
    desk_nobody_asked(d);
}

#define DOMAIN \
    "  - spiffe: a.example\n    audiences: [" TOKEN_AUD "]\n    jwks: %s\n" \
    "certificates:\n  - spiffe_id: spiffe://a.example/agents/%s\n    agent: tier-1-agent\n" \
    "    team: support\n    task: T-1001\n    roles: [tier-1-support]\n%s"

/* Who a workload is, the policy says, then as now. */
static void install_workload(const char *name, const char *more)
{
    char lines[9000];

    snprintf(lines, sizeof lines, DOMAIN, tokens_domain_jwks(TOKEN_ES_1), name, more);
    desk_install(d, token_bundle(TOKEN_ES_1, lines));
}

static const char *svid(void)
{
    return tokens_sign("{\"alg\":\"ES256\",\"kid\":\"es-1\"}",
                       "{\"sub\":\"spiffe://a.example/agents/one\",\"aud\":\"" TOKEN_AUD
                       "\"," TOKEN_TIMES "}",
                       TOKEN_ES_1);
}

static void test_a_workload(void)
{
    open_desk(NULL);
    sim_set_unix_ms(d->sim, INT64_C(1750000000000)); /* 2025-06-15 15:06:40 */
    install_workload("one", "    expires: 2025-06-15T15:07:00Z\n");
    desk_expect(mint_ask(d, form_of(svid(), AS_JWT PAYMENTS)), "\"expires_in\":20}");
    install_workload("one", "");
    const char *token = mint(d, form_of(svid(), AS_JWT PAYMENTS));
    desk_expect(mint_claims(token), "\"sub\":\"spiffe://a.example/agents/one\"");
    TEST_ASSERT_TRUE(refunds(token));
    desk_expect(desk_log(d), "\"issuer\":\"spiffe://a.example\",\"proof\":\"sub_token\"");
    install_workload("two", "");
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "certificate_unknown");
    install_workload("one", "");
    desk_revoke(d, PN_REVOKED_AGENT, "spiffe://a.example/agents/one");
    desk_expect(ask("/mcp/payments", token, REFUND("1")), "revoked");
}

/* Rules read the parent's claims as if it had come itself, so that leaving it behind hides nothing. */
static void test_rules_read_the_claims(void)
{
    static const char rules[] =
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: llm\n  version: default\n"
        "  rules:\n    - actions: ['*']\n      effect: EFFECT_ALLOW\n      roles: ['*']\n"
        "    - actions: ['*']\n      effect: EFFECT_DENY\n      roles: ['*']\n"
        "      condition: {match: {any: {of: [\n"
        "        {expr: 'P.attr.claims.ext.suspended == true'},\n"
        "        {expr: 'request.auxData.jwt.azp != \"desk\"'}]}}}\n";
    struct bundle_folder folder;
    char identity[9000], claims[600];

    d = desk_open(mint_with);
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml", rules);
    bundle_folder_model(&folder);
    snprintf(identity, sizeof identity,
             "issuers:\n  - issuer: %s\n    audiences: [%s]\n    jwks: %s\n", TOKEN_ISS, TOKEN_AUD,
             tokens_jwks(TOKEN_ES_1));
    bundle_folder_write(&folder, "identity.yaml", identity);
    desk_install(d, folder.path);
    bundle_folder_remove(&folder);
    for (int suspended = 0; suspended < 2; suspended++) {
        snprintf(claims, sizeof claims,
                 "{\"sub\":\"ana\",\"azp\":\"desk\",\"ext\":{\"suspended\":%s}," TOKEN_CLAIMS "}",
                 suspended ? "true" : "false");
        const char *token = mint(d, form_for(claims, AS_JWT "&resource=/v1"));
        if (suspended) desk_expect(ask(CHAT, token, HELLO), "denied_by_rule");
        else TEST_ASSERT_TRUE(reaches(CHAT, token, HELLO, DESK_MAIN));
    }
}

/* --- keys that are fetched --- */

#define FETCHED "jwks_uri: http://127.0.0.1:9301/jwks\n    egress: [loopback]"

static void test_keys_that_are_fetched(void)
{
    d = issuer_opens(FETCHED, NULL, mint_with);
    struct sim_conn *up = issuer_asked();
    const char *answer = mint_ask(d, form_for(WITH("\"x\":1"), AS_JWT PAYMENTS));
    desk_expect(answer, "HTTP/1.1 503 ");
    desk_expect(answer, "{\"error\":\"temporarily_unavailable\"");
    desk_expect(answer, "\"token_keys_absent\"");
    issuer_answers(up, "200 OK", "Cache-Control: max-age=80\r\n", tokens_jwks(TOKEN_ES_1));
    const char *token = mint(d, form_for(WITH("\"x\":1"), AS_JWT PAYMENTS));
    TEST_ASSERT_TRUE(refunds(token));
    /* withdrawn: it is asked once more, and then the token has no parent */
    desk_wait(d, 72000);
    issuer_answers(issuer_asked(), "200 OK", "", tokens_jwks(TOKEN_ES_2));
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/payments", token, REFUND("1")));
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    issuer_answers(issuer_asked(), "200 OK", "", tokens_jwks(TOKEN_ES_2));
    desk_expect(desk_text(client), "token_parent");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_token_becomes_another);
    RUN_TEST(test_it_ends_with_its_parent);
    RUN_TEST(test_narrowing);
    RUN_TEST(test_parents_that_are_refused);
    RUN_TEST(test_failures_are_limited);
    RUN_TEST(test_parents_for_one_route);
    RUN_TEST(test_it_is_revoked_with_its_parent);
    RUN_TEST(test_actors_behind_it);
    RUN_TEST(test_its_parent_is_judged_each_time);
    RUN_TEST(test_a_workload);
    RUN_TEST(test_rules_read_the_claims);
    RUN_TEST(test_keys_that_are_fetched);
    return UNITY_END();
}
