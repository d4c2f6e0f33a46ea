/* Every reason of reason.def is provoked through a whole gateway, and answered as it says.
 *
 * A reason without a row fails, so a reason that nothing can set cannot stay in the list.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/policy_format.h"
#include "test/exchange/bodies.h"
#include "test/exchange/mint.h"
#include "test/exchange/tls_desk.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

#define ODD_FOLDER    PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"
#define PASSES_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/passes-desk"
#define CHAT_HEAD     "POST " CHAT " HTTP/1.1\r\nHost: gate\r\n"
#define JSON          "Content-Type: application/json\r\n"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
}

/* --- what takes more than one request; each returns the client that is refused --- */

static struct sim_conn *ask_hello(void)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, HELLO));
}

static struct sim_conn *reach_main(struct sim_conn **client)
{
    *client = ask_hello();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);
    TEST_ASSERT_NOT_NULL(up);
    return up;
}

static struct sim_conn *large_head(void)
{
    static char request[PN_HEAD_BYTES + 64];

    snprintf(request, sizeof request, "GET /v1/models HTTP/1.1\r\nHost: x\r\nX-A: %0*d\r\n\r\n",
             PN_HEAD_BYTES, 1);
    return desk_ask(d, request);
}

static struct sim_conn *slow_head(void)
{
    struct sim_conn *client = desk_ask(d, "GET /v1/models HTTP/1.1\r\nHo");

    desk_wait(d, 10100);
    return client;
}

static struct sim_conn *stalled_body(void)
{
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 9000\r\n\r\n");

    desk_wait(d, 10100);
    return client;
}

static struct sim_conn *slow_body(void)
{
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 9000\r\n\r\n{");

    for (int i = 0; i < 20; i++) {
        desk_wait(d, 1000);
        sim_push_text(client, " ");
    }
    desk_run(d);
    return client;
}

static struct sim_conn *ask_crm(void)
{
    return desk_ask(d, desk_post("/mcp/crm", TIER_1, CALL_BARE("look")));
}

static struct sim_conn *server_down(void)
{
    sim_upstream_refuse(d->upstream[DESK_MAIN]);
    return ask_crm();
}

static struct sim_conn *server_refuses(void)
{
    struct sim_conn *client = ask_crm();
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    return client;
}

static void one_token(struct pn_config *config)
{
    mint_with(config);
    config->limits.upstream_tokens_max = 1;
}

/* The only place is held by a call that waits for its token. */
static struct sim_conn *second_token(void)
{
    desk_ask(d, desk_post("/mcp/tickets", TIER_1, CALL_BARE("look")));
    return ask_crm();
}

static void little_pool(struct pn_config *config)
{
    config->limits.body_bytes_total = 1000;
}

static struct sim_conn *full_pool(void)
{
    struct sim_conn *holder = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 1000\r\n\r\n{");
    static char filler[999];

    memset(filler, ' ', sizeof filler - 1);
    sim_push(holder, pn_slice((uint8_t *)filler, sizeof filler - 1));
    desk_run(d);
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 50\r\n\r\n{\"m");
    desk_wait(d, 2100);
    return client;
}

static void few_keys(struct pn_config *config)
{
    config->limits.json_keys_max = 64;
}

static struct sim_conn *many_keys(void)
{
    static char body[4096];
    int len = snprintf(body, sizeof body, "{");

    for (int i = 0; i < 100; i++) {
        len += snprintf(body + len, sizeof body - (size_t)len, "\"k%d\":1,", i);
    }
    snprintf(body + len, sizeof body - (size_t)len, "\"z\":1}");
    return desk_ask(d, desk_post(CHAT, TIER_1, body));
}

static struct sim_conn *deep_body(void)
{
    static char body[256] = "{\"a\":";

    memset(body + 5, '[', 100);
    return desk_ask(d, desk_post(CHAT, TIER_1, body));
}

static struct sim_conn *no_policy(void)
{
    pn_shared_publish(&d->shared, PN_GENERATION_NONE);
    return ask_hello();
}

static struct sim_conn *expired_policy(void)
{
    d->shared.generations[atomic_load(&d->shared.current)].expires_unix = 1;
    return ask_hello();
}

static struct sim_conn *stale_policy(void)
{
    atomic_store(&d->shared.stale, 1);
    return ask_hello();
}

static struct sim_conn *swapped_policy(void)
{
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 90000\r\n\r\n{");
    static char filler[1000];

    memset(filler, ' ', sizeof filler);
    desk_install(d, DESK_FOLDER);
    for (int i = 0; i < 7; i++) {
        sim_push(client, pn_slice((uint8_t *)filler, sizeof filler));
        desk_wait(d, 1000);
    }
    return client;
}

static struct sim_conn *approval(void)
{
    return desk_ask(d, desk_post("/mcp/crm", TIER_1, CALL_BARE("customer_delete")));
}

static struct sim_conn *long_note(void)
{
    return desk_ask(d,
                    desk_post("/mcp/crm", TIER_1,
                              "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                              "\"name\":\"annotate\",\"arguments\":{\"note\":\"l\\u00f6nger\"}}}"));
}

/* No compiler writes this outcome yet, but a later one will: an older gateway then refuses it. */
static struct sim_conn *redaction(void)
{
    uint32_t place = atomic_load(&d->shared.current);
    struct pn_slice rules =
        d->shared.generations[place].policy.blob.section[PN_POLICY_SECTION_RULES];
    uint8_t *bytes = d->bodies[place].at + (rules.at - (const uint8_t *)d->bodies[place].at);

    size_t rule_bytes = rules.len / d->shared.generations[place].policy.rule_count;

    for (size_t at = 0; at < rules.len; at += rule_bytes) {
        if (bytes[at + PN_RULE_OUTCOME] == PN_ALLOW) bytes[at + PN_RULE_OUTCOME] = PN_REDACT;
    }
    return ask_hello();
}

static struct sim_conn *unresolved(void)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, "{\"model\":\"nowhere\"}"));
}

static struct sim_conn *forbidden(void)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, "{\"model\":\"forbidden\"}"));
}

static struct sim_conn *refused_connect(void)
{
    sim_upstream_refuse(d->upstream[DESK_MAIN]);
    return ask_hello();
}

static struct sim_conn *reset_upstream(void)
{
    struct sim_conn *client;

    sim_reset(reach_main(&client));
    desk_run(d);
    return client;
}

static struct sim_conn *malformed_answer(void)
{
    struct sim_conn *client;

    sim_push_text(reach_main(&client), "HTTP/2 200\r\n\r\n");
    desk_run(d);
    return client;
}

static struct sim_conn *cut_answer(void)
{
    struct sim_conn *client, *up = reach_main(&client);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-");
    sim_fin(up);
    desk_run(d);
    return client;
}

static void quick_answers(struct pn_config *config)
{
    config->limits.answer_ms = 1000;
}

static struct sim_conn *silent_upstream(void)
{
    struct sim_conn *client;

    reach_main(&client);
    desk_wait(d, 1100);
    return client;
}

static void no_credentials(struct pn_config *config)
{
    config->credential_count = 0;
}

static struct sim_conn *full_exchanges(void)
{
    for (uint32_t i = 0; i < d->config.limits.exchanges_max; i++) ask_hello();
    return ask_hello();
}

static void one_client(struct pn_config *config)
{
    config->limits.connections_max = 2; /* and the listener */
}

static struct sim_conn *full_disk(void)
{
    d->audit.disk_bytes = d->audit.log_len;
    sim_close(ask_hello());
    desk_reached(d, DESK_MAIN);
    desk_wait(d, 200);
    return ask_hello();
}

static struct sim_conn *draining(void)
{
    atomic_store(&d->shared.draining, 1);
    return ask_hello();
}

static struct sim_conn *stopped(void)
{
    struct pn_now now = { 1000 * sim_now_ms(d->sim), -1 };
    struct sim_conn *client;

    reach_main(&client);
    pn_gateway_stop(d->gateway, &now);
    desk_run(d);
    return client;
}

static struct sim_conn *gone_client(void)
{
    struct sim_conn *client;

    reach_main(&client);
    sim_close(client);
    desk_run(d);
    return client;
}

/* --- tokens --- */

static struct sim_conn *ask_with(const char *field)
{
    return desk_ask(d, desk_post(CHAT, field, HELLO));
}

static void expect_tokens(void)
{
    tokens_begin();
    desk_install(d, token_bundle(TOKEN_ES_1 | TOKEN_RS, NULL));
}

static struct sim_conn *bring(const char *header, const char *claims)
{
    expect_tokens();
    return ask_with(token_field(tokens_sign(header, claims, TOKEN_ES_1)));
}

#define ALG(alg, more) "{\"alg\":\"" alg "\"" more "}"
#define WHO(sub, aud, times) \
    "{\"sub\":\"" sub "\",\"iss\":\"" TOKEN_ISS "\",\"aud\":\"" aud "\"," times "}"

static struct sim_conn *token_oversize(void)
{
    static char token[9000];

    expect_tokens();
    memset(token, 'A', PN_JWT_BYTES_MAX + 1);
    memcpy(token, "eyJ.", 4);
    return ask_with(token_field(token));
}

static struct sim_conn *token_malformed(void)
{
    expect_tokens();
    return ask_with(token_field("eyJ.eyJ.e"));
}

static struct sim_conn *token_critical(void)
{
    return bring(ALG("ES256", ",\"crit\":[\"x\"]"), "{}");
}

static struct sim_conn *token_algorithm(void)
{
    return bring(ALG("none", ""), "{}");
}

static struct sim_conn *token_type(void)
{
    return bring(ALG("ES256", ""), TOKEN_TIER_1);
}

static struct sim_conn *token_issuer(void)
{
    return bring(TOKEN_HEADER, "{}");
}

static struct sim_conn *token_key(void)
{
    return bring(ALG("ES256", ",\"typ\":\"JWT\",\"kid\":\"x\""), TOKEN_TIER_1);
}

static struct sim_conn *token_keys_absent(void)
{
    desk_install(d, token_bundle_with(DESK_FOLDER, "jwks_uri: https://127.0.0.1:9/jwks", NULL));
    return ask_with(token_field(tokens_sign(TOKEN_HEADER, TOKEN_TIER_1, TOKEN_ES_1)));
}

/* The issuer is one of the desk's servers, who says what the test wants. */
static struct sim_conn *token_asked(const char *answer)
{
    desk_install(d, token_bundle_with(DESK_FOLDER,
                                      "introspection: {url: 'http://127.0.0.1:9201/'}\n"
                                      "    egress: [loopback]",
                                      NULL));
    struct sim_conn *client = ask_with(token_field("opaque"));
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    sim_push(up, pn_slice(answer, strlen(answer)));
    desk_run(d);
    return client;
}

static struct sim_conn *token_inactive(void)
{
    return token_asked("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"active\":false}");
}

static struct sim_conn *token_unasked(void)
{
    return token_asked("HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n");
}

static struct sim_conn *token_audience(void)
{
    return bring(TOKEN_HEADER, WHO("ana", "x", TOKEN_TIMES));
}

static struct sim_conn *token_bound(void)
{
    return bring(TOKEN_HEADER, WHO("ana", TOKEN_AUD, "\"cnf\":{\"jkt\":\"x\"}," TOKEN_TIMES));
}

static struct sim_conn *token_expired(void)
{
    return bring(TOKEN_HEADER, WHO("ana", TOKEN_AUD, "\"exp\":1"));
}

static struct sim_conn *token_not_yet(void)
{
    return bring(TOKEN_HEADER, WHO("ana", TOKEN_AUD, "\"exp\":4102444800,\"nbf\":4102444000"));
}

static struct sim_conn *token_time_unknown(void)
{
    sim_set_unix_ms(d->sim, -1);
    return bring(TOKEN_HEADER, TOKEN_TIER_1);
}

static struct sim_conn *token_claims(void)
{
    return bring(TOKEN_HEADER, WHO("", TOKEN_AUD, TOKEN_TIMES));
}

static struct sim_conn *token_signature(void)
{
    expect_tokens();
    return ask_with(token_field(tokens_join(TOKEN_HEADER, TOKEN_TIER_1, "", 0)));
}

static struct sim_conn *token_parent(void)
{
    return ask_with(mint_odd(d, "nobody's", ""));
}

static struct sim_conn *token_wider(void)
{
    return ask_with(mint_odd(d, "sk-postern-demo-tier-1", "other"));
}

static void broken_key(struct pn_config *config)
{
    mint_with(config);
    memset(config->token_key.private_key, 0, sizeof config->token_key.private_key);
}

static struct sim_conn *insufficient_scope(void)
{
    tokens_begin();
    desk_install(d, token_bundle(TOKEN_ES_1, "        scope: {refund: tier-1-support}\n"));
    return ask_with(token_of("{\"sub\":\"ana\"," TOKEN_CLAIMS "}"));
}

static void one_failure(struct pn_config *config)
{
    config->limits.token_failures_max = 1;
}

static struct sim_conn *token_rate(void)
{
    token_signature();
    return token_signature();
}

/* No place for a key is left in the library. */
static struct sim_conn *token_unverified(void)
{
    psa_key_attributes_t as = PSA_KEY_ATTRIBUTES_INIT;
    static psa_key_id_t ids[4096];
    size_t count = 0;

    expect_tokens();
    const char *field = token_of(TOKEN_TIER_1);
    psa_set_key_type(&as, PSA_KEY_TYPE_RAW_DATA);
    while (count < 4096 &&
           psa_import_key(&as, (const uint8_t *)"x", 1, &ids[count]) == PSA_SUCCESS) {
        count++;
    }
    struct sim_conn *client = ask_with(field);
    while (count > 0) psa_destroy_key(ids[--count]);
    return client;
}

static struct sim_conn *not_attached(void)
{
    desk_install(d, token_bundle(0, "attachments: [{user: ana, models: [gpt-4o-mini]}]\n"));
    return ask_hello();
}

/* --- TLS --- */

static struct sim_conn *behind_tls(enum tls_desk_pair pair)
{
    tls_desk_listen(d);
    return tls_desk_ask(d, pair);
}

static struct sim_conn *no_tls(void)
{
    return behind_tls(TLS_GARBAGE);
}

static struct sim_conn *untrusted(void)
{
    return behind_tls(TLS_STRANGER);
}

static struct sim_conn *expired(void)
{
    return behind_tls(TLS_EXPIRED);
}

static struct sim_conn *misnamed(void)
{
    return behind_tls(TLS_MISNAMED);
}

/* The gateway is its own upstream and asks itself with a certificate; what it refuses comes back. */
static struct sim_conn *mutual(void)
{
    return behind_tls(TLS_GOOD);
}

static void two_names(struct pn_config *config)
{
    tls_desk_configure_mutual(config, "svid-two");
}

static void wrong_domain(struct pn_config *config)
{
    tls_desk_configure_mutual(config, "svid-wrong");
}

/* An issuer beside the bundle's other one. */
static const char *domain(void)
{
    static char text[1000];

    snprintf(text, sizeof text,
             "  - spiffe: a.example\n    audiences: [" TOKEN_AUD "]\n    jwks: %s\n",
             tokens_domain_jwks(TOKEN_ES_1));
    return text;
}

/* A connection that was kept for longer than the certificate holds: it ends with the answer. */
static struct sim_conn *outlived(void)
{
    sim_close(mutual());
    sim_set_unix_ms(d->sim, ((int64_t)time(NULL) + 40 * 86400) * 1000);
    struct sim_conn *client = tls_desk_ask(d, TLS_GOOD);
    TEST_ASSERT_EQUAL(1, pn_gateway_tls_counts(d->gateway)->handshakes);
    TEST_ASSERT_EQUAL(0, pn_gateway_tls_counts(d->gateway)->sessions);
    return client;
}

static void good_svid(struct pn_config *config)
{
    tls_desk_configure_mutual(config, "svid-a");
}

static const char *svid(const char *sub)
{
    char claims[300];

    snprintf(claims, sizeof claims, "{\"sub\":\"%s\",\"aud\":\"" TOKEN_AUD "\"," TOKEN_TIMES "}",
             sub);
    return tokens_sign("{\"alg\":\"ES256\",\"kid\":\"es-1\"}", claims, TOKEN_ES_1);
}

static struct sim_conn *unknown_workload(void)
{
    tokens_begin();
    desk_install(d, token_bundle(TOKEN_ES_1, domain()));
    return ask_with(token_field(svid("spiffe://a.example/nobody")));
}

/* The token of another workload is what the upstream gets as its credential. */
static void another_token(struct pn_config *config)
{
    static struct pn_credential credential = { .name = PN_SLICE_INIT("openai-main") };
    static char token[2000];

    snprintf(token, sizeof token, "%s", svid("spiffe://a.example/agents/two"));
    credential.value = pn_slice(token, strlen(token));
    tls_desk_configure_mutual(config, "svid-a");
    config->credentials = &credential;
    config->credential_count = 1;
}

static struct sim_conn *contradiction(void)
{
    desk_install(d, token_bundle_of(TLS_DESK_FOLDER, TOKEN_ES_1, domain()));
    return mutual();
}

/* --- the rows --- */

struct provocation {
    const char *raw;  /* a request as it is; or */
    const char *chat; /* the body of a completion; or */
    const char *rpc;  /* of a message to payments; or */
    const char *form; /* of a request for a token; or */
    struct sim_conn *(*act)(void);
    void (*change)(struct pn_config *config);
    const char *folder; /* of another policy than the desk's */
    const char *detail; /* what the answer says beside the reason's own sentence */
    bool silent;        /* nobody is told this reason */
    bool heard;         /* an upstream hears of it */
};

#define MODELS "GET /v1/models HTTP/1.1\r\n"
#define RAW(text) \
    { \
        .raw = text \
    }
#define FORM(text) \
    { \
        .form = text, .change = mint_with \
    }
#define BODY(text) \
    { \
        .chat = text \
    }
#define TLS(what, of) \
    { \
        .act = what, .change = tls_desk_configure, .folder = TLS_DESK_FOLDER, .detail = of \
    }
#define MUTUAL(what, as) \
    { \
        .act = what, .change = as, .folder = TLS_DESK_FOLDER, .heard = true \
    }
#define RPC(text) \
    { \
        .rpc = text \
    }

static const struct provocation rows[PN_REASON_COUNT] = {
    [PN_REASON_HEAD_MALFORMED] = RAW("GET\r\n\r\n"),
    [PN_REASON_LINE_END_INVALID] = RAW(MODELS "Host: x\n\r\n"),
    [PN_REASON_FIELD_FOLDED] = RAW(MODELS "Host: x\r\nX-A: b\r\n c\r\n\r\n"),
    [PN_REASON_HEAD_OVERSIZE] = { .act = large_head,
                                  .detail = "head_bytes is 8192 bytes in at most 64 fields." },
    [PN_REASON_VERSION_UNSUPPORTED] = RAW("GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
    [PN_REASON_METHOD_UNSUPPORTED] = RAW("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_TARGET_INVALID] = RAW("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_HOST_MISSING] = RAW(MODELS "\r\n"),
    [PN_REASON_HOST_REPEATED] = RAW(MODELS "Host: x\r\nHost: x\r\n\r\n"),
    [PN_REASON_HOST_INVALID] = RAW(MODELS "Host: x y\r\n\r\n"),
    [PN_REASON_FIELD_REPEATED] = RAW(MODELS "Host: x\r\n" TIER_1 TIER_1 "\r\n"),
    [PN_REASON_LENGTH_INVALID] = RAW(CHAT_HEAD "Content-Length: +1\r\n\r\n"),
    [PN_REASON_LENGTH_REPEATED] = RAW(CHAT_HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"),
    [PN_REASON_LENGTH_AND_CHUNKED] =
        RAW(CHAT_HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    [PN_REASON_LENGTH_REQUIRED] = RAW(CHAT_HEAD TIER_1 JSON "\r\n"),
    [PN_REASON_CODING_UNSUPPORTED] = RAW(CHAT_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    [PN_REASON_CHUNK_MALFORMED] =
        RAW(CHAT_HEAD TIER_1 JSON "Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n"),
    [PN_REASON_EXPECTATION_UNKNOWN] = RAW(CHAT_HEAD "Expect: tea\r\nContent-Length: 1\r\n\r\n"),
    [PN_REASON_HEAD_TIMEOUT] = { .act = slow_head, .detail = "head_ms is 10000 ms." },
    [PN_REASON_BODY_TIMEOUT] = { .act = stalled_body },
    [PN_REASON_BODY_TOO_SLOW] = { .act = slow_body, .detail = "body_rate_min is 512 bytes/s." },
    [PN_REASON_BODY_TOO_LARGE] = { .raw = CHAT_HEAD TIER_1 JSON "Content-Length: 1048577\r\n\r\n",
                                   .detail = "body_bytes_max is 1048576 bytes." },
    [PN_REASON_BODY_POOL_FULL] = { .act = full_pool,
                                   .change = little_pool,
                                   .detail = "body_bytes_total is 1000 bytes." },
    [PN_REASON_BODY_UNEXPECTED] = RAW(MODELS "Host: x\r\n" TIER_1 "Content-Length: 1\r\n\r\nx"),
    [PN_REASON_MEDIA_TYPE_UNSUPPORTED] =
        RAW(CHAT_HEAD TIER_1 "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"),
    [PN_REASON_CODING_OF_CONTENT] =
        RAW(CHAT_HEAD TIER_1 JSON "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),

    [PN_REASON_JSON_SYNTAX] = BODY("[}"),
    [PN_REASON_JSON_TRUNCATED] = BODY("{\"model\""),
    [PN_REASON_JSON_TRAILING] = BODY("{} {}"),
    [PN_REASON_JSON_DUPLICATE_KEY] = { .chat = "{\"a\":1,\"\\u0061\":2}", .detail = " At byte 7." },
    [PN_REASON_JSON_KEY_CASE] = BODY("{\"Model\":\"gpt-4o\"}"),
    [PN_REASON_JSON_KEYS_FULL] = { .act = many_keys,
                                   .change = few_keys,
                                   .detail = "json_keys_max is 64 keys." },
    [PN_REASON_JSON_DEPTH] = { .act = deep_body, .detail = "json_depth_max is 64 levels." },
    [PN_REASON_JSON_UTF8] = BODY("{\"a\":\"\xC0\xAF\"}"),
    [PN_REASON_JSON_SURROGATE] = BODY("{\"a\":\"\\ud800\"}"),
    [PN_REASON_JSON_CONTROL] = BODY("{\"a\":\"\x01\"}"),
    [PN_REASON_JSON_ESCAPE] = BODY("{\"a\":\"\\x\"}"),
    [PN_REASON_JSON_NUL] = BODY("{\"a\":\"\\u0000\"}"),
    [PN_REASON_JSON_BOM] = BODY("\xEF\xBB\xBF{}"),
    [PN_REASON_JSON_NUMBER] = BODY("{\"a\":01}"),

    [PN_REASON_KEY_MISSING] = RAW(MODELS "Host: x\r\n\r\n"),
    [PN_REASON_KEY_REPEATED] = RAW(MODELS "Host: x\r\nx-api-key: a\r\n" TIER_1 "\r\n"),
    [PN_REASON_KEY_UNKNOWN] = RAW(MODELS "Host: x\r\nx-api-key: a\r\n\r\n"),

    [PN_REASON_TOKEN_IN_QUERY] = RAW("GET /v1/models?access_token=x HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_TOKEN_OVERSIZE] = { .act = token_oversize },
    [PN_REASON_TOKEN_MALFORMED] = { .act = token_malformed },
    [PN_REASON_TOKEN_CRITICAL] = { .act = token_critical },
    [PN_REASON_TOKEN_ALGORITHM] = { .act = token_algorithm },
    [PN_REASON_TOKEN_TYPE] = { .act = token_type },
    [PN_REASON_TOKEN_ISSUER] = { .act = token_issuer },
    [PN_REASON_TOKEN_KEY] = { .act = token_key },
    [PN_REASON_TOKEN_KEYS_ABSENT] = { .act = token_keys_absent },
    [PN_REASON_TOKEN_INACTIVE] = { .act = token_inactive },
    [PN_REASON_TOKEN_UNASKED] = { .act = token_unasked },
    [PN_REASON_TOKEN_AUDIENCE] = { .act = token_audience },
    [PN_REASON_TOKEN_BOUND] = { .act = token_bound },
    [PN_REASON_TOKEN_EXPIRED] = { .act = token_expired },
    [PN_REASON_TOKEN_NOT_YET] = { .act = token_not_yet },
    [PN_REASON_TOKEN_TIME_UNKNOWN] = { .act = token_time_unknown },
    [PN_REASON_TOKEN_CLAIMS] = { .act = token_claims },
    [PN_REASON_TOKEN_SIGNATURE] = { .act = token_signature },
    [PN_REASON_TOKEN_PARENT] = { .act = token_parent, .change = mint_with },
    [PN_REASON_TOKEN_WIDER] = { .act = token_wider, .change = mint_with },
    [PN_REASON_TOKEN_UNVERIFIED] = { .act = token_unverified },
    [PN_REASON_TOKEN_RATE] = { .act = token_rate, .change = one_failure },
    [PN_REASON_CERTIFICATE_SVID] = MUTUAL(mutual, two_names),
    [PN_REASON_CERTIFICATE_DOMAIN] = MUTUAL(mutual, wrong_domain),
    [PN_REASON_CERTIFICATE_EXPIRED] = MUTUAL(outlived, good_svid),
    [PN_REASON_CERTIFICATE_UNKNOWN] = { .act = unknown_workload },
    [PN_REASON_CERTIFICATE_CONTRADICTS] = MUTUAL(contradiction, another_token),

    [PN_REASON_FORM_INVALID] = FORM("grant_type"),
    [PN_REASON_GRANT_UNSUPPORTED] = FORM("grant_type=password"),
    [PN_REASON_SUBJECT_UNKNOWN] = FORM(MINT_GRANT MINT_TYPE "&subject_token=x&resource=/v1"),
    [PN_REASON_CLIENT_UNKNOWN] = FORM("grant_type=client_credentials&resource=/v1"),
    [PN_REASON_RESOURCE_INVALID] = FORM(MINT_TIER_1 "&resource=/v2"),
    [PN_REASON_SCOPE_INVALID] = FORM(MINT_FOR "&task=T-9"),
    [PN_REASON_TOKEN_UNSIGNED] = { .form = MINT_FOR, .change = broken_key },

    [PN_REASON_ROUTE_UNKNOWN] = RAW("GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_METHOD_NOT_ALLOWED] = RAW("PUT /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_MODEL_MISSING] = BODY("{\"messages\":[]}"),
    [PN_REASON_MODEL_UNKNOWN] = { .chat = "{\"model\":\"gpt-9\"}", .folder = ODD_FOLDER },
    [PN_REASON_FIELD_TYPE] = BODY("{\"model\":\"gpt-4o\",\"stream\":\"yes\"}"),
    [PN_REASON_ORIGIN_REFUSED] =
        RAW("GET /mcp/crm HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\n" TIER_1 "\r\n"),
    [PN_REASON_RPC_INVALID] = RPC("{\"jsonrpc\":\"1.0\"}"),
    [PN_REASON_RPC_BATCH] = RPC("[" REFUND("1") "]"),
    [PN_REASON_TOOL_NAME_INVALID] = RPC(CALL_BARE("refund issue")),
    [PN_REASON_SESSION_UNKNOWN] =
        RAW("GET /mcp/crm HTTP/1.1\r\nHost: x\r\nMcp-Session-Id: s\r\n" TIER_1 "\r\n"),
    [PN_REASON_SESSION_MISSING] = RAW("DELETE /mcp/crm HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n"),
    [PN_REASON_PROTOCOL_VERSION] =
        RAW("GET /mcp/crm HTTP/1.1\r\nHost: x\r\nMCP-Protocol-Version: 1\r\n" TIER_1 "\r\n"),

    [PN_REASON_NO_POLICY] = { .act = no_policy, .detail = "None was installed yet." },
    [PN_REASON_POLICY_EXPIRED] = { .act = expired_policy,
                                   .detail = "valid until 1970-01-01T00:00:01" },
    [PN_REASON_POLICY_STALE] = { .act = stale_policy },
    [PN_REASON_POLICY_CHANGED] = { .act = swapped_policy, .detail = "swap_grace_ms is 5000 ms." },
    [PN_REASON_NOT_ATTACHED] = { .act = not_attached },
    [PN_REASON_INSUFFICIENT_SCOPE] = { .act = insufficient_scope },
    [PN_REASON_DENIED_BY_DEFAULT] = BODY("{\"model\":\"o3\"}"),
    [PN_REASON_DENIED_BY_RULE] = RPC(REFUND("5001")),
    [PN_REASON_DENIED_ON_ERROR] = RPC(REFUND("\"1\"")),
    [PN_REASON_DENIED_BY_SCHEMA] = { .act = long_note,
                                     .folder = ODD_FOLDER,
                                     .detail = "R.attr/arguments/note: maxLength" },
    [PN_REASON_STEP_UP_REQUIRED] = { .act = approval, .folder = ODD_FOLDER },
    [PN_REASON_OUTCOME_UNSUPPORTED] = { .act = redaction, .folder = ODD_FOLDER },
    [PN_REASON_TOOL_HIDDEN] = { .rpc = CALL_BARE("payout_create"), .silent = true },

    [PN_REASON_UPSTREAM_UNRESOLVED] = { .act = unresolved,
                                        .folder = ODD_FOLDER,
                                        .detail = "(nowhere)" },
    [PN_REASON_UPSTREAM_FORBIDDEN] = { .act = forbidden,
                                       .folder = ODD_FOLDER,
                                       .detail = "(forbidden)" },
    [PN_REASON_UPSTREAM_REFUSED] = { .act = refused_connect, .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_TLS] = TLS(no_tls, "(garbage)"),
    [PN_REASON_UPSTREAM_UNTRUSTED] = TLS(untrusted, "(stranger)"),
    [PN_REASON_UPSTREAM_EXPIRED] = TLS(expired, "(expired)"),
    [PN_REASON_UPSTREAM_MISNAMED] = TLS(misnamed, "(misnamed)"),
    [PN_REASON_UPSTREAM_RESET] = { .act = reset_upstream, .heard = true, .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_MALFORMED] = { .act = malformed_answer,
                                       .heard = true,
                                       .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_CUT] = { .act = cut_answer, .heard = true, .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_TIMEOUT] = { .act = silent_upstream,
                                     .change = quick_answers,
                                     .heard = true,
                                     .detail = "(gpt-4o)" },
    [PN_REASON_CREDENTIAL_MISSING] = { .chat = HELLO,
                                       .change = no_credentials,
                                       .detail = "(openai-main)" },
    [PN_REASON_UPSTREAM_TOKEN_AWAITED] = { .act = server_down,
                                           .folder = PASSES_FOLDER,
                                           .detail = "(crm)" },
    [PN_REASON_UPSTREAM_TOKEN_REFUSED] = { .act = server_refuses,
                                           .folder = PASSES_FOLDER,
                                           .detail = "(crm)" },
    [PN_REASON_UPSTREAM_TOKENS_FULL] = { .act = second_token,
                                         .folder = PASSES_FOLDER,
                                         .change = one_token,
                                         .heard = true,
                                         .detail = "(crm)" },
    [PN_REASON_ASSERTION_UNAVAILABLE] = { .chat = HELLO,
                                          .folder =
                                              PN_SOURCE_DIR "/test/exchange/bundles/told-desk",
                                          .detail = "(gpt-4o)" },

    [PN_REASON_EXCHANGES_FULL] = { .act = full_exchanges,
                                   .heard = true,
                                   .detail = "exchanges_max is " },
    [PN_REASON_UPSTREAMS_FULL] = { .chat = HELLO, .change = one_client },
    [PN_REASON_AUDIT_UNAVAILABLE] = { .act = full_disk },
    [PN_REASON_DRAINING] = { .act = draining },
    [PN_REASON_STOPPED] = { .act = stopped, .heard = true },
    [PN_REASON_CLIENT_GONE] = { .act = gone_client, .silent = true, .heard = true },
};

static struct sim_conn *provoke(const struct provocation *row)
{
    if (row->raw) return desk_ask(d, row->raw);
    if (row->form) return desk_ask(d, mint_post("", row->form));
    if (row->chat) return desk_ask(d, desk_post(CHAT, TIER_1, row->chat));
    if (row->rpc) return desk_ask(d, desk_post("/mcp/payments", TIER_1, row->rpc));
    return row->act();
}

static const char *name_of(enum pn_reason reason)
{
    static char name[64];
    struct pn_slice s = pn_reason_name(reason);

    snprintf(name, sizeof name, "%.*s", (int)s.len, (const char *)s.at);
    return name;
}

/* The answer names the reason, has its status, and says whether to come again. */
static void check_answer(const char *answer, enum pn_reason reason)
{
    uint16_t status = pn_reason_status(reason);
    bool rpc_status = strstr(answer, "HTTP/1.1 200 OK\r\n") && strstr(answer, "\"jsonrpc\"");
    char line[32];

    snprintf(line, sizeof line, "HTTP/1.1 %u ", status);
    if (!rpc_status) desk_expect(answer, line);
    else TEST_ASSERT_EQUAL(403, status);
    desk_expect(answer, name_of(reason));
    if (status == 503) desk_expect(answer, "retry-after: ");
    if (status == 401) desk_expect(answer, "www-authenticate: B"); /* Bearer, or Basic */
    if (status == 429) desk_expect(answer, "retry-after: ");
}

static void check_count(enum pn_reason reason)
{
    const struct pn_stats *stats = pn_gateway_stats(d->gateway);
    uint32_t count = reason == PN_REASON_CLIENT_GONE ? atomic_load(&stats->clients_gone)
                                                     : atomic_load(&stats->refused[reason]);

    TEST_ASSERT_GREATER_OR_EQUAL_UINT32_MESSAGE(1, count, name_of(reason));
}

static void test_every_reason_is_provoked(void)
{
    for (int i = 1; i < PN_REASON_COUNT; i++) {
        enum pn_reason reason = (enum pn_reason)i;
        const struct provocation *row = &rows[i];

        fprintf(stderr, "%s\n", name_of(reason));
        TEST_ASSERT_TRUE_MESSAGE(row->raw || row->form || row->chat || row->rpc || row->act,
                                 name_of(reason));
        d = desk_open_at(row->folder ? row->folder : DESK_FOLDER, row->change);
        struct sim_conn *client = provoke(row);
        if (!row->silent) check_answer(desk_text(client), reason);
        if (row->detail) desk_expect(desk_text(client), row->detail);
        check_count(reason);
        if (!row->heard && reason != PN_REASON_AUDIT_UNAVAILABLE) desk_nobody_asked(d);
        desk_close(d);
        token_bundle_remove();
    }
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_desk_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_every_reason_is_provoked);
    certificates_remove();
    return UNITY_END();
}
