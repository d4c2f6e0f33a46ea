/* How a caller was proven, as the record of its call says it: by which key, by which token, with which
 * identifier of SPIFFE.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "test/exchange/mint.h"
#include "test/exchange/tls_desk.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

#define CHAT  "/v1/chat/completions"
#define HELLO "{\"model\":\"gpt-4o\",\"messages\":[]}"
#define JTI(id) \
    "{\"sub\":\"ana\",\"roles\":[\"l1\"],\"team\":\"support\",\"task\":\"T-1001\"," \
    "\"act\":{\"sub\":\"tier-1-agent\"},\"jti\":" id "," TOKEN_CLAIMS "}"

static struct desk *d;

static void open_desk(void (*change)(struct pn_config *config), const char *keys)
{
    d = desk_open(change);
    desk_install(d, keys != NULL ? token_bundle_with(DESK_FOLDER, keys, NULL)
                                 : token_bundle(TOKEN_ES_1, NULL));
    desk_run(d);
}

void setUp(void)
{
    tokens_begin();
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

static void ask(const char *fields)
{
    sim_close(desk_ask(d, desk_post(CHAT, fields, HELLO)));
    desk_run(d);
}

/* The last decision of the log, from its `who` on. */
static const char *last(void)
{
    static char who[PN_AUDIT_LINE_BYTES];
    const char *at = desk_log(d), *found = NULL;

    while ((at = strstr(at, "\"kind\":\"decision\"")) != NULL) found = at++;
    TEST_ASSERT_NOT_NULL(found);
    snprintf(who, sizeof who, "%.*s", (int)strcspn(found, "\n"), found);
    return who;
}

static void lacks(const char *part)
{
    TEST_ASSERT_NULL_MESSAGE(strstr(last(), part), last());
}

static void test_a_key(void)
{
    open_desk(NULL, NULL);
    ask(TIER_1);
    desk_expect(last(), "\"key_id\":\"tier-1-demo\",\"proof\":\"api_key\"");
    lacks("token_id");
    lacks("spiffe_id");
    lacks("issuer");
}

static void test_a_token(void)
{
    open_desk(NULL, NULL);
    ask(token_of(JTI("\"t-1\"")));
    desk_expect(last(), "\"key_id\":\"es-1\",\"issuer\":\"" TOKEN_ISS "\","
                        "\"proof\":\"jwt\",\"roles\":[\"tier-1-support\"],\"token_id\":\"t-1\"}");
    ask(token_of(JTI("\"t\\u002d\\\"2\"")));
    desk_expect(last(), "\"token_id\":\"t-\\\"2\"}");
    ask(token_of(JTI("null")));
    lacks("token_id");
    ask(token_of(TOKEN_TIER_1));
    lacks("token_id");
    desk_expect(last(), "\"proof\":\"jwt\"");
}

/* An id of any length up to the bound is recorded whole; beyond it the token is refused. */
static void test_how_long_an_id_may_be(void)
{
    char id[300], claims[1000], part[320];

    open_desk(NULL, NULL);
    for (int len = 255; len <= 257; len++) {
        memset(id, 'x', (size_t)len);
        id[len] = 0;
        for (int escaped = 0; escaped < 2; escaped++) {
            snprintf(claims, sizeof claims, JTI("\"%s%s\""), escaped ? "\\u0078" : "x", id + 1);
            ask(token_of(claims));
            if (len > PN_TOKEN_ID_BYTES) {
                desk_expect(last(), "\"error\":\"token_claims\"");
                lacks("token_id");
                continue;
            }
            snprintf(part, sizeof part, "\"token_id\":\"%s\"}", id);
            desk_expect(last(), part);
        }
    }
}

static const char *times(const char *one, int count)
{
    static char text[PN_TOKEN_ID_BYTES * 8];

    text[0] = 0;
    for (int i = 0; i < count; i++) strcat(text, one);
    return text;
}

/* One that needs more room than that with its escapes is cut, and says by how much: it stays one text. */
static void test_an_id_full_of_escapes(void)
{
    enum { TOLD_BYTES = 258 - 2 - 24 }; /* but for the quotes and the mark */
    static const char *const ones[] = { "\\\"", "\\u0001", "\\u001b" };
    char claims[3000], part[400];

    open_desk(NULL, NULL);
    for (int i = 0; i < 3; i++) {
        int told = TOLD_BYTES / (int)strlen(ones[i]);
        snprintf(claims, sizeof claims, JTI("\"%s\""), times(ones[i], PN_TOKEN_ID_BYTES));
        ask(token_of(claims));
        snprintf(part, sizeof part, "\"token_id\":\"%s\xE2\x80\xA6[+%d]\"}", times(ones[i], told),
                 PN_TOKEN_ID_BYTES - told);
        desk_expect(last(), part);
        snprintf(claims, sizeof claims, JTI("\"%s\""), times(ones[i], PN_TOKEN_ID_BYTES + 1));
        ask(token_of(claims));
        desk_expect(last(), "\"error\":\"token_claims\"");
    }
}

/* The id of the decision to make it, by which its calls are found. */
static void test_a_token_of_our_own(void)
{
    char id[64], part[100];

    open_desk(mint_with, NULL);
    const char *field = mint(d, MINT_TIER_1 "&resource=http://gate/v1");
    const char *issued = strstr(last(), "\"id\":\"") + strlen("\"id\":\"");
    snprintf(id, sizeof id, "%.*s", (int)strcspn(issued, "\""), issued);
    desk_expect(last(), "\"action\":\"token/issue\"");
    lacks("token_id");
    ask(field);
    snprintf(part, sizeof part, "\"token_id\":\"%s\"}", id);
    desk_expect(last(), part);
    desk_expect(last(), "\"key_id\":\"tier-1-demo\",\"proof\":\"sub_token\"");
}

static void test_what_an_issuer_says(void)
{
    static const char said[] =
        "{\"active\":true,\"jti\":\"opaque\\u002d7\",\"sub\":\"ana\",\"roles\":[\"l1\"]," TOKEN_CLAIMS
        "}";
    char answer[600];

    open_desk(NULL,
              "introspection: {url: 'http://127.0.0.1:9301/ask', credential: credential:crm}\n"
              "    egress: [loopback]");
    struct sim_upstream *issuer = sim_listen(d->sim, sim_addr("127.0.0.1", 9301));
    struct sim_conn *client = desk_ask(d, desk_post(CHAT, token_field("what-it-reads"), HELLO));
    struct sim_conn *up = sim_accept(issuer);
    TEST_ASSERT_NOT_NULL(up);
    int len = snprintf(answer, sizeof answer,
                       "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(said), said);
    sim_push(up, pn_slice(answer, (size_t)len));
    sim_fin(up);
    desk_run(d);
    desk_expect(last(), "\"issuer\":\"" TOKEN_ISS
                        "\",\"proof\":\"introspection\",\"roles\":[\"tier-1-support\"],"
                        "\"token_id\":\"opaque-7\"}");
    sim_close(client);
}

/* The gateway asks itself, with a key or a token as the upstream's credential. */
static void show(struct pn_config *config, const char *text)
{
    static struct pn_credential credential = { .name = PN_SLICE_INIT("openai-main") };
    static char value[2000];

    snprintf(value, sizeof value, "%s", text);
    credential.value = pn_slice(value, strlen(value));
    tls_desk_configure_mutual(config, "svid-a");
    pn_credentials_init(config->credentials, &credential, 1);
}

static void with_key(struct pn_config *config)
{
    show(config, "sk-postern-demo-tier-1");
}

static void with_svid(struct pn_config *config)
{
    show(config, tokens_sign("{\"alg\":\"ES256\",\"kid\":\"es-1\"}",
                             "{\"sub\":\"spiffe://a.example/agents/one\",\"aud\":\"" TOKEN_AUD
                             "\",\"jti\":\"w\\u002d1\"," TOKEN_TIMES "}",
                             TOKEN_ES_1));
}

static void test_a_certificate_beside_a_key(void)
{
    d = desk_open_at(TLS_DESK_FOLDER, with_key);
    tls_desk_listen(d);
    tls_desk_ask(d, TLS_GOOD);
    desk_expect(desk_log(d), "\"proof\":\"api_key\",\"roles\":[\"tier-1-support\"],"
                             "\"spiffe_id\":\"spiffe://a.example/agents/one\"}");
    lacks("issuer"); /* the key named the caller */
}

static void test_a_token_of_a_workload(void)
{
    char more[1500];

    d = desk_open_at(TLS_DESK_FOLDER, with_svid);
    tls_desk_listen(d);
    snprintf(more, sizeof more,
             "  - spiffe: a.example\n    audiences: [" TOKEN_AUD "]\n    jwks: %s\n"
             "certificates:\n  - spiffe_id: spiffe://a.example/agents/one\n    agent: one\n",
             tokens_domain_jwks(TOKEN_ES_1));
    desk_install(d, token_bundle_of(TLS_DESK_FOLDER, TOKEN_ES_1, more));
    tls_desk_ask(d, TLS_GOOD);
    desk_expect(desk_log(d),
                "\"issuer\":\"spiffe://a.example\",\"proof\":\"jwt\",\"token_id\":\"w-1\","
                "\"spiffe_id\":\"spiffe://a.example/agents/one\"}");
}

/* By the identifier of its certificate or its token, and by the token's id. */
static void test_a_workload_that_is_revoked(void)
{
    d = desk_open_at(TLS_DESK_FOLDER, with_key);
    tls_desk_listen(d);
    desk_revoke(d, PN_REVOKED_AGENT, "spiffe://a.example/agents/one");
    tls_desk_ask(d, TLS_GOOD);
    desk_expect(last(), "\"error\":\"revoked\"");
    desk_lift(d, PN_REVOKED_AGENT, "spiffe://a.example/agents/one");
    tls_desk_ask(d, TLS_GOOD);
    lacks("\"error\":\"revoked\"");
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_desk_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_a_key);
    RUN_TEST(test_a_token);
    RUN_TEST(test_how_long_an_id_may_be);
    RUN_TEST(test_an_id_full_of_escapes);
    RUN_TEST(test_a_token_of_our_own);
    RUN_TEST(test_what_an_issuer_says);
    RUN_TEST(test_a_certificate_beside_a_key);
    RUN_TEST(test_a_token_of_a_workload);
    RUN_TEST(test_a_workload_that_is_revoked);
    certificates_remove();
    return UNITY_END();
}
