/* Callers who are refused: keys, tokens, certificates, what they may use, and what they ask the token endpoint.
 * SPDX-License-Identifier: Apache-2.0 */
#include <psa/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "test/exchange/mint.h"
#include "test/exchange/provocation.h"
#include "test/exchange/tls_desk.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

static struct sim_conn *ask_with(struct desk *d, const char *field)
{
    return desk_ask(d, desk_post(CHAT, field, HELLO));
}

static void expect_tokens(struct desk *d)
{
    tokens_begin();
    desk_install(d, token_bundle(TOKEN_ES_1 | TOKEN_RS, NULL));
}

#define ALG(alg, more) "{\"alg\":\"" alg "\"" more "}"
#define WHO(sub, aud, times) \
    "{\"sub\":\"" sub "\",\"iss\":\"" TOKEN_ISS "\",\"aud\":\"" aud "\"," times "}"

static struct sim_conn *bring(struct desk *d, const char *header, const char *claims)
{
    expect_tokens(d);
    return ask_with(d, token_field(tokens_sign(header, claims, TOKEN_ES_1)));
}

static struct sim_conn *token_oversize(struct desk *d)
{
    static char token[9000];

    expect_tokens(d);
    memset(token, 'A', PN_JWT_BYTES_MAX + 1);
    memcpy(token, "eyJ.", 4);
    return ask_with(d, token_field(token));
}

static struct sim_conn *token_malformed(struct desk *d)
{
    expect_tokens(d);
    return ask_with(d, token_field("eyJ.eyJ.e"));
}

static struct sim_conn *token_critical(struct desk *d)
{
    return bring(d, ALG("ES256", ",\"crit\":[\"x\"]"), "{}");
}

static struct sim_conn *token_algorithm(struct desk *d)
{
    return bring(d, ALG("none", ""), "{}");
}

static struct sim_conn *token_type(struct desk *d)
{
    return bring(d, ALG("ES256", ""), TOKEN_TIER_1);
}

static struct sim_conn *token_issuer(struct desk *d)
{
    return bring(d, TOKEN_HEADER, "{}");
}

static struct sim_conn *token_key(struct desk *d)
{
    return bring(d, ALG("ES256", ",\"typ\":\"JWT\",\"kid\":\"x\""), TOKEN_TIER_1);
}

static struct sim_conn *token_keys_absent(struct desk *d)
{
    desk_install(d, token_bundle_with(DESK_FOLDER, "jwks_uri: https://127.0.0.1:9/jwks", NULL));
    return ask_with(d, token_field(tokens_sign(TOKEN_HEADER, TOKEN_TIER_1, TOKEN_ES_1)));
}

/* The issuer is one of the desk's servers, who says what the test wants. */
static struct sim_conn *token_asked(struct desk *d, const char *answer)
{
    desk_install(d, token_bundle_with(DESK_FOLDER,
                                      "introspection: {url: 'http://127.0.0.1:9201/'}\n"
                                      "    egress: [loopback]",
                                      NULL));
    struct sim_conn *client = ask_with(d, token_field("opaque"));
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    sim_push(up, pn_slice(answer, strlen(answer)));
    desk_run(d);
    return client;
}

static struct sim_conn *token_inactive(struct desk *d)
{
    return token_asked(d, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"active\":false}");
}

static struct sim_conn *token_unasked(struct desk *d)
{
    return token_asked(d, "HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n");
}

static struct sim_conn *token_audience(struct desk *d)
{
    return bring(d, TOKEN_HEADER, WHO("ana", "x", TOKEN_TIMES));
}

static struct sim_conn *token_bound(struct desk *d)
{
    return bring(d, TOKEN_HEADER, WHO("ana", TOKEN_AUD, "\"cnf\":{\"jkt\":\"x\"}," TOKEN_TIMES));
}

static struct sim_conn *token_expired(struct desk *d)
{
    return bring(d, TOKEN_HEADER, WHO("ana", TOKEN_AUD, "\"exp\":1"));
}

static struct sim_conn *token_not_yet(struct desk *d)
{
    return bring(d, TOKEN_HEADER, WHO("ana", TOKEN_AUD, "\"exp\":4102444800,\"nbf\":4102444000"));
}

static struct sim_conn *token_time_unknown(struct desk *d)
{
    sim_set_unix_ms(d->sim, -1);
    return bring(d, TOKEN_HEADER, TOKEN_TIER_1);
}

static struct sim_conn *token_claims(struct desk *d)
{
    return bring(d, TOKEN_HEADER, WHO("", TOKEN_AUD, TOKEN_TIMES));
}

static struct sim_conn *token_signature(struct desk *d)
{
    expect_tokens(d);
    return ask_with(d, token_field(tokens_join(TOKEN_HEADER, TOKEN_TIER_1, "", 0)));
}

static struct sim_conn *token_parent(struct desk *d)
{
    return ask_with(d, mint_odd(d, "nobody's", ""));
}

static struct sim_conn *token_wider(struct desk *d)
{
    return ask_with(d, mint_odd(d, "sk-postern-demo-tier-1", "other"));
}

static void broken_key(struct pn_config *config)
{
    mint_with(config);
    memset(config->token_key->private_key, 0, sizeof config->token_key->private_key);
}

static struct sim_conn *insufficient_scope(struct desk *d)
{
    tokens_begin();
    desk_install(d, token_bundle(TOKEN_ES_1, "        scope: {refund: tier-1-support}\n"));
    return ask_with(d, token_of("{\"sub\":\"ana\"," TOKEN_CLAIMS "}"));
}

static void one_failure(struct pn_config *config)
{
    config->limits.token_failures_max = 1;
}

static struct sim_conn *token_rate(struct desk *d)
{
    token_signature(d);
    return token_signature(d);
}

/* No place for a key is left in the library. */
static struct sim_conn *token_unverified(struct desk *d)
{
    psa_key_attributes_t as = PSA_KEY_ATTRIBUTES_INIT;
    static psa_key_id_t ids[4096];
    size_t count = 0;

    expect_tokens(d);
    const char *field = token_of(TOKEN_TIER_1);
    psa_set_key_type(&as, PSA_KEY_TYPE_RAW_DATA);
    while (count < 4096 &&
           psa_import_key(&as, (const uint8_t *)"x", 1, &ids[count]) == PSA_SUCCESS) {
        count++;
    }
    struct sim_conn *client = ask_with(d, field);
    while (count > 0) psa_destroy_key(ids[--count]);
    return client;
}

static struct sim_conn *revoked_user(struct desk *d)
{
    desk_revoke(d, PN_REVOKED_USER, "ana");
    return provoke_hello(d);
}

static struct sim_conn *not_attached(struct desk *d)
{
    desk_install(d, token_bundle(0, "attachments: [{user: ana, models: [gpt-4o-mini]}]\n"));
    return provoke_hello(d);
}

static struct sim_conn *behind_tls(struct desk *d, enum tls_desk_pair pair)
{
    tls_desk_listen(d);
    return tls_desk_ask(d, pair);
}

/* The gateway is its own upstream and asks itself with a certificate; what it refuses comes back. */
static struct sim_conn *mutual(struct desk *d)
{
    return behind_tls(d, TLS_GOOD);
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
static struct sim_conn *outlived(struct desk *d)
{
    sim_close(mutual(d));
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

static struct sim_conn *unknown_workload(struct desk *d)
{
    tokens_begin();
    desk_install(d, token_bundle(TOKEN_ES_1, domain()));
    return ask_with(d, token_field(svid("spiffe://a.example/nobody")));
}

/* The token of another workload is what the upstream gets as its credential. */
static void another_token(struct pn_config *config)
{
    static struct pn_credential credential = { .name = PN_SLICE_INIT("openai-main") };
    static char token[2000];

    snprintf(token, sizeof token, "%s", svid("spiffe://a.example/agents/two"));
    credential.value = pn_slice(token, strlen(token));
    tls_desk_configure_mutual(config, "svid-a");
    pn_credentials_init(config->credentials, &credential, 1);
}

static struct sim_conn *contradiction(struct desk *d)
{
    desk_install(d, token_bundle_of(TLS_DESK_FOLDER, TOKEN_ES_1, domain()));
    return mutual(d);
}

#define MUTUAL(what, as) \
    { \
        .act = what, .change = as, .folder = TLS_DESK_FOLDER, .heard = true \
    }

const struct provocation provocations_of_callers[PN_REASON_COUNT] = {
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
    [PN_REASON_REVOKED] = { .act = revoked_user, .detail = " (user)" },
    [PN_REASON_NOT_ATTACHED] = { .act = not_attached },
    [PN_REASON_INSUFFICIENT_SCOPE] = { .act = insufficient_scope },
};
