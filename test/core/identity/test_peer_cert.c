/* Certificates and SVIDs judged by a compiled identity.yaml: whether they are believed, and whom they
 * name.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include "core/identity/identity.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/bytes.h"
#include "port/port_crypto.h"
#include "test/core/base/expectation.h"
#include "test/core/identity/tokens.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

enum { NOW_S = 1800000000 };
#define A     "spiffe://a.example/agents/one"
#define SIGNS PORT_TLS_USE_SIGNS

static struct bundle_folder folder;
static struct pn_policy policy;
static struct pn_key_table keys;
static struct pn_issuer_table issuers;
static struct pn_json_key places[256];
static struct pn_json_keys json_keys;
static struct pn_token_desk desk;
static struct pn_token_seen seen[64];
static struct pn_h1_head head;
static uint8_t bytes[PN_JWT_BYTES_MAX + 1024];
static struct pn_principal who;

static const char policies[] =
    "apiVersion: api.cerbos.dev/v1\n"
    "resourcePolicy: {resource: llm, version: default, rules: [\n"
    "  {actions: ['*'], effect: EFFECT_ALLOW, roles: [triage, worker],\n"
    "   condition: {match: {expr: P.attr.spiffe_id != '' && P.attr.level == 3 && 'x' in P.roles}}}]}\n";

static const char identity[] =
    "keys:\n"
    "  - {id: k, sha256: 0d62f396c1317066f55a96086517047c737087c61eb2bf016b72e6298927b15b, user: ana}\n"
    "certificates:\n"
    "  - {spiffe_id: 'spiffe://a.example/agents/*', agent: any, roles: [worker]}\n"
    "  - {spiffe_id: 'spiffe://a.example/agents/deep/*', team: deep}\n"
    "  - {spiffe_id: " A
    ", user: ana, agent: one, team: t, task: T-1, roles: [triage, x], attr: {level: 3}}\n"
    "  - {spiffe_id: 'spiffe://b.example/*', agent: b}\n"
    "  - {spiffe_id: 'spiffe://a.example/old/one', agent: old, expires: 2020-01-01}\n"
    "  - {spiffe_id: 'spiffe://a.example/agents/gone', agent: gone, expires: 2020-01-01}\n"
    "  - {spiffe_id: 'spiffe://a.example/agents/over/*', agent: over, expires: 2020-01-01}\n"
    "  - {spiffe_id: 'spiffe://a.example/agents/over/but', agent: but}\n"
    "  - {dns_name: worker.example, agent: worker}\n"
    "  - {dns_name: gone.example, agent: gone, expires: 2020-01-01}\n"
    "  - {common_name: Old Box, agent: box}\n";

static void open_tables(void)
{
    const struct pn_slice *section = policy.blob.section;
    static char yaml[16000];

    snprintf(yaml, sizeof yaml,
             "%sissuers:\n  - spiffe: a.example\n    audiences: [%s]\n    jwks: %s\n", identity,
             TOKEN_AUD, tokens_domain_jwks(TOKEN_ES_1 | TOKEN_ES_2));
    bundle_folder_write(&folder, "identity.yaml", yaml);
    bundle_folder_write(&folder, "policies/a.yaml", policies);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    keys = pn_key_table_of(section);
    issuers = pn_issuer_table_of(section);
    TEST_ASSERT_TRUE(pn_key_table_check(&keys, policy.slot_count));
    TEST_ASSERT_TRUE(pn_issuer_table_check(&issuers, policy.role_count));
}

void setUp(void)
{
    static const uint8_t seed[16] = "sixteen bytes ok";

    pn_json_keys_init(&json_keys, places, 256, seed);
    memset(seen, 0, sizeof seen);
    pn_token_desk_init(&desk, seen, 64, seed);
    desk.failures_max = 1000;
    bundle_folder_make(&folder);
    open_tables();
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

/* --- what certificates say --- */

struct shown {
    const char *says, *uri, *dns, *common_name;
    uint16_t uri_count, dns_count, common_name_count, trusts;
    uint8_t uses;
};

enum { PLAIN = 1, DOMAIN_A = 2, DOMAIN_B = 4 };

static struct port_tls_text text_of(const char *text)
{
    return (struct port_tls_text){ (const uint8_t *)text, text ? strlen(text) : 0 };
}

static int64_t ends_s = NOW_S;

static struct pn_peer_cert cert_of(const struct shown *s)
{
    static const struct pn_slice domains[] = { PN_SLICE_INIT(""), PN_SLICE_INIT("a.example"),
                                               PN_SLICE_INIT("b.example") };
    struct pn_peer_cert cert = { .domains = domains, .domain_count = 3 };

    if (!s) return cert;
    cert.shown = true;
    cert.peer = (struct port_tls_peer){ text_of(s->uri), text_of(s->dns), text_of(s->common_name),
                                        s->uri_count,    s->dns_count,    s->common_name_count,
                                        s->trusts,       s->uses,         ends_s };
    return cert;
}

static struct pn_identify how(const struct pn_peer_cert *cert)
{
    static const uint8_t no_policy[32];

    return (struct pn_identify){ .keys = &keys,
                                 .issuers = &issuers,
                                 .policy = no_policy,
                                 .desk = &desk,
                                 .json_keys = &json_keys,
                                 .time = { .now_s = NOW_S, .known = true },
                                 .cert = cert };
}

/* The caller of a request with that certificate and that field, which may be empty. */
static enum pn_reason call(const struct shown *s, const char *field)
{
    struct pn_peer_cert cert = cert_of(s);
    struct pn_identify by = how(&cert);
    int len = snprintf((char *)bytes, sizeof bytes, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", field);

    pn_h1_head_reset(&head);
    memset(&who, 0, sizeof who);
    TEST_ASSERT_EQUAL(PN_DONE, pn_h1_request_parse(&head, pn_slice(bytes, (size_t)len)));
    enum pn_reason reason = pn_identify(&head, bytes, &by, &who);
    TEST_ASSERT_EQUAL(reason == PN_REASON_NONE, who.known);
    if (reason == PN_REASON_NONE) TEST_ASSERT_TRUE(pn_identify_again(&who, &by));
    return reason;
}

static const struct {
    struct shown cert;
    const char *id, *key_id;
} named[] = {
    { { "an SVID", A, "", "", 1, 0, 0, DOMAIN_A, SIGNS }, "one", A },
    { { "names beside it", A, "worker.example", "Old Box", 1, 1, 1, DOMAIN_A, SIGNS }, "one", A },
    { { "below a path", "spiffe://a.example/agents/two", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      "any",
      "spiffe://a.example/agents/*" },
    { { "further below", "spiffe://a.example/agents/two/x", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      "any",
      "spiffe://a.example/agents/*" },
    { { "the longest path", "spiffe://a.example/agents/deep/x/y", "", "", 1, 0, 0, DOMAIN_A,
        SIGNS },
      "spiffe://a.example/agents/deep/x/y",
      "spiffe://a.example/agents/deep/*" },
    { { "a whole domain", "spiffe://b.example/x", "", "", 1, 0, 0, DOMAIN_B, SIGNS },
      "b",
      "spiffe://b.example/*" },
    { { "roots of two domains", "spiffe://b.example/x", "", "", 1, 0, 0, DOMAIN_A | DOMAIN_B,
        SIGNS },
      "b",
      "spiffe://b.example/*" },
    { { "a DNS name", "", "worker.example", "", 0, 1, 0, PLAIN, 0 }, "worker", "worker.example" },
    { { "in upper case", "", "Worker.Example", "", 0, 1, 0, PLAIN, 0 },
      "worker",
      "worker.example" },
    { { "another URI beside it", "https://x/", "worker.example", "", 1, 1, 0, PLAIN, 0 },
      "worker",
      "worker.example" },
    { { "a common name", "", "other.example", "Old Box", 0, 1, 1, PLAIN, 0 }, "box", "Old Box" },
    { { "an entry below an expired path", "spiffe://a.example/agents/over/but", "", "", 1, 0, 0,
        DOMAIN_A, SIGNS },
      "but",
      "spiffe://a.example/agents/over/but" },
};

static const struct {
    struct shown cert;
    enum pn_reason reason;
} refused[] = {
    { { "the path itself", "spiffe://a.example/agents", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "longer names", "spiffe://a.example/agents-x/one", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "another case", "spiffe://a.example/Agents/one", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "an entry that is over", "spiffe://a.example/old/one", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "another domain's root", A, "", "", 1, 0, 0, DOMAIN_B, SIGNS },
      PN_REASON_CERTIFICATE_DOMAIN },
    { { "a root of the others", A, "", "", 1, 0, 0, PLAIN, SIGNS }, PN_REASON_CERTIFICATE_DOMAIN },
    { { "no root", A, "", "", 1, 0, 0, 0, SIGNS }, PN_REASON_CERTIFICATE_DOMAIN },
    { { "a root of none of these", A, "", "", 1, 0, 0, 1 << 8, SIGNS },
      PN_REASON_CERTIFICATE_DOMAIN },
    { { "a domain nobody knows", "spiffe://c.example/x", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_DOMAIN },
    { { "two URIs", A, "", "", 2, 0, 0, DOMAIN_A, SIGNS }, PN_REASON_CERTIFICATE_SVID },
    { { "two other URIs", "https://x/", "worker.example", "", 2, 1, 0, PLAIN, SIGNS },
      PN_REASON_CERTIFICATE_SVID },
    { { "a domain's own", "spiffe://a.example", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_SVID },
    { { "an empty name", "spiffe://a.example//x", "", "", 1, 0, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_SVID },
    { { "another case of the scheme", "SPIFFE://a.example/agents/one", "worker.example", "", 1, 1,
        0, PLAIN, SIGNS },
      PN_REASON_CERTIFICATE_SVID },
    { { "an authority", A, "", "", 1, 0, 0, DOMAIN_A, SIGNS | PORT_TLS_USE_ISSUES },
      PN_REASON_CERTIFICATE_SVID },
    { { "not for signatures", A, "", "", 1, 0, 0, DOMAIN_A, 0 }, PN_REASON_CERTIFICATE_SVID },
    { { "two DNS names", "", "worker.example", "", 0, 2, 0, PLAIN, 0 },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "two common names", "", "", "Old Box", 0, 0, 2, PLAIN, 0 }, PN_REASON_CERTIFICATE_UNKNOWN },
    { { "a common name in another case", "", "", "old box", 0, 0, 1, PLAIN, 0 },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "a common name that is an identifier", "", "", A, 0, 0, 1, PLAIN, 0 },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "a DNS name that is a common name", "", "old box", "", 0, 1, 0, PLAIN, 0 },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "a name from a domain's root", "", "worker.example", "", 0, 1, 0, DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_DOMAIN },
    { { "an expired entry below one for all", "spiffe://a.example/agents/gone", "", "", 1, 0, 0,
        DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "an expired path below one for all", "spiffe://a.example/agents/over/one", "", "", 1, 0, 0,
        DOMAIN_A, SIGNS },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "an expired DNS name beside a common name", "", "gone.example", "Old Box", 0, 1, 1, PLAIN,
        0 },
      PN_REASON_CERTIFICATE_UNKNOWN },
    { { "nothing", "", "", "", 0, 0, 0, PLAIN, SIGNS }, PN_REASON_CERTIFICATE_UNKNOWN },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        expect_reason(PN_REASON_NONE, call(&named[i].cert, ""), named[i].cert.says);
        TEST_ASSERT_EQUAL(PN_PROOF_MTLS, who.proof);
        expect_text(named[i].id, who.id);
        expect_text(named[i].key_id, who.key.key_id);
    }
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        expect_reason(refused[i].reason, call(&refused[i].cert, ""), refused[i].cert.says);
    }
    expect_reason(PN_REASON_KEY_MISSING, call(NULL, ""), "no certificate");
}

/* The longest identifier, and one byte more. */
static void test_long_identifiers(void)
{
    static char uri[2100];
    struct shown cert = { "long", uri, "", "", 1, 0, 0, DOMAIN_A, SIGNS };

    for (int i = 0; i < 2; i++) {
        memset(uri, 'x', sizeof uri);
        for (size_t at = 30; at < 2048; at += 2) uri[at] = '/';
        uri[2048 + i] = 0;
        memcpy(uri, "spiffe://a.example/agents/", 26);
        if (i == 1) uri[2048] = 'y';
        expect_reason(i == 0 ? PN_REASON_NONE : PN_REASON_CERTIFICATE_SVID, call(&cert, ""),
                      "long");
    }
}

/* A connection that outlives its certificate is of no more use, whatever comes with it. */
static void test_its_end(void)
{
    struct shown cert = named[0].cert;

    ends_s = NOW_S - 1;
    expect_reason(PN_REASON_CERTIFICATE_EXPIRED, call(&cert, ""), "over");
    expect_reason(PN_REASON_CERTIFICATE_EXPIRED,
                  call(&cert, "Authorization: Bearer sk-test-key\r\n"), "over");
    expect_reason(PN_REASON_NONE, call(NULL, "Authorization: Bearer sk-test-key\r\n"), "none");
    ends_s = NOW_S;
}

/* Without user and agent the identifier is the agent's name, and as long as names may be. */
static void test_names_of_agents(void)
{
    static char uri[300];
    struct shown cert = { "named by itself", uri, "", "", 1, 0, 0, DOMAIN_A, SIGNS };

    for (size_t len = 255; len < 258; len++) {
        memset(uri, 'x', sizeof uri);
        memcpy(uri, "spiffe://a.example/agents/deep/", 31);
        uri[len] = 0;
        expect_reason(len > 256 ? PN_REASON_CERTIFICATE_UNKNOWN : PN_REASON_NONE, call(&cert, ""),
                      uri);
        if (len <= 256) expect_text(uri, who.key.agent);
    }
}

/* What the rules get. */
static void test_facts(void)
{
    static struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_facts facts;
    struct shown cert = named[0].cert;

    expect_reason(PN_REASON_NONE, call(&cert, ""), "facts");
    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
    pn_principal_facts(&who, &keys, &policy, &facts);
    uint16_t slot = policy.fact_slot[PN_FACT_PRINCIPAL_SPIFFE_ID];
    expect_text(A, pn_value_text(&facts.slots[slot]));
    expect_text("ana", who.key.user);
    expect_text("triage,x", who.key.role_names);
    expect_text("mtls", pn_proof_name(PN_PROOF_MTLS));
    for (uint16_t i = 0; i < policy.slot_count; i++) {
        if (pn_slice_equal(pn_policy_slot_path(&policy, i), PN_SLICE("P.attr.level"))) {
            TEST_ASSERT_EQUAL(3, facts.slots[i].as.i);
        }
        if (pn_slice_equal(pn_policy_slot_path(&policy, i), PN_SLICE("P.roles"))) {
            expect_text("[\"triage\",\"x\"]", pn_value_text(&facts.slots[i]));
        }
    }
}

/* Workloads that share an entry are told apart, and one keeps its digest. */
static void test_digests(void)
{
    uint8_t first[32];
    struct shown cert = named[2].cert;

    expect_reason(PN_REASON_NONE, call(&cert, ""), "first");
    memcpy(first, who.digest, sizeof first);
    expect_reason(PN_REASON_NONE, call(&cert, ""), "again");
    TEST_ASSERT_EQUAL_MEMORY(first, who.digest, sizeof first);
    cert.uri = "spiffe://a.example/agents/three";
    expect_reason(PN_REASON_NONE, call(&cert, ""), "another");
    TEST_ASSERT_TRUE(memcmp(first, who.digest, sizeof first) != 0);
}

/* --- beside a bearer --- */

#define KEY_FIELD "Authorization: Bearer sk-test-key\r\n"

static void test_a_bearer_names_the_caller(void)
{
    struct shown cert = named[0].cert;

    expect_reason(PN_REASON_NONE, call(&cert, KEY_FIELD), "a key");
    TEST_ASSERT_EQUAL(PN_PROOF_KEY, who.proof);
    expect_text("ana", who.id);
    expect_text(A, who.spiffe_id);
    expect_reason(PN_REASON_NONE, call(NULL, KEY_FIELD), "a key alone");
    expect_text("", who.spiffe_id);
    cert.uri = "spiffe://a.example/nobody";
    expect_reason(PN_REASON_NONE, call(&cert, KEY_FIELD), "a certificate for nobody beside it");
    expect_text("spiffe://a.example/nobody", who.spiffe_id);
    expect_reason(PN_REASON_KEY_UNKNOWN, call(&cert, "x-api-key: other\r\n"), "a bad key");
    cert.uri = A;
    expect_reason(PN_REASON_KEY_UNKNOWN, call(&cert, "x-api-key: other\r\n"),
                  "a bad key beside a good one");
    expect_reason(PN_REASON_KEY_MISSING, call(&cert, "Authorization: Basic eDp5\r\n"),
                  "another scheme");
    cert.trusts = DOMAIN_B;
    expect_reason(PN_REASON_CERTIFICATE_DOMAIN, call(&cert, KEY_FIELD), "a bad certificate");
    cert.uri_count = 2;
    expect_reason(PN_REASON_CERTIFICATE_SVID, call(&cert, KEY_FIELD), "two names");
}

/* No key is found by the text that an entry's digest is made of. */
static void test_no_key_is_an_entry(void)
{
    expect_reason(PN_REASON_KEY_UNKNOWN, call(NULL, "x-api-key: " A "\r\n"), "the identifier");
    expect_reason(PN_REASON_KEY_UNKNOWN, call(NULL, "x-api-key: worker.example\r\n"), "the name");
}

/* --- JWT-SVIDs --- */

#define HEADER  "{\"alg\":\"ES256\",\"kid\":\"es-1\"}"
#define REST    "\"aud\":\"" TOKEN_AUD "\"," TOKEN_TIMES "}"
#define SUB(id) "{\"sub\":\"" id "\"," REST

static const struct {
    const char *says, *header, *claims;
    enum pn_reason reason;
} tokens[] = {
    { "without typ", HEADER, SUB(A), PN_REASON_NONE },
    { "typ JWT", "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"es-1\"}", SUB(A), PN_REASON_NONE },
    { "typ JOSE", "{\"alg\":\"ES256\",\"typ\":\"JOSE\",\"kid\":\"es-1\"}", SUB(A), PN_REASON_NONE },
    { "an access token", TOKEN_HEADER, SUB(A), PN_REASON_TOKEN_TYPE },
    { "with an issuer", HEADER, "{\"iss\":\"https://spire.test\",\"sub\":\"" A "\"," REST,
      PN_REASON_NONE },
    { "another domain", HEADER, SUB("spiffe://b.example/agents/one"), PN_REASON_TOKEN_ISSUER },
    { "a longer domain", HEADER, SUB("spiffe://a.example.org/agents/one"), PN_REASON_TOKEN_ISSUER },
    { "the domain itself", HEADER, SUB("spiffe://a.example"), PN_REASON_TOKEN_ISSUER },
    { "an empty path", HEADER, SUB("spiffe://a.example/"), PN_REASON_TOKEN_CLAIMS },
    { "no valid path", HEADER, SUB("spiffe://a.example/a/../b"), PN_REASON_TOKEN_CLAIMS },
    { "escapes", HEADER, SUB("spiffe:\\/\\/a.example\\/agents\\/one"), PN_REASON_TOKEN_ISSUER },
    { "no subject", HEADER, "{" REST, PN_REASON_TOKEN_ISSUER },
    { "no audience", HEADER, "{\"sub\":\"" A "\"," TOKEN_TIMES "}", PN_REASON_TOKEN_AUDIENCE },
    { "another audience", HEADER, "{\"sub\":\"" A "\",\"aud\":[\"x\"]," TOKEN_TIMES "}",
      PN_REASON_TOKEN_AUDIENCE },
    { "no end", HEADER, "{\"sub\":\"" A "\",\"aud\":\"" TOKEN_AUD "\"}", PN_REASON_TOKEN_CLAIMS },
    { "over", HEADER, "{\"sub\":\"" A "\",\"exp\":1,\"aud\":\"" TOKEN_AUD "\"}",
      PN_REASON_TOKEN_EXPIRED },
    { "another key's name", "{\"alg\":\"ES256\",\"kid\":\"es-2\"}", SUB(A),
      PN_REASON_TOKEN_SIGNATURE },
    { "nobody", HEADER, SUB("spiffe://a.example/nobody"), PN_REASON_CERTIFICATE_UNKNOWN },
};

static const char *bearer(const char *header, const char *claims)
{
    static char field[9000];

    snprintf(field, sizeof field, "Authorization: Bearer %s\r\n",
             tokens_sign(header, claims, TOKEN_ES_1));
    return field;
}

static void test_tokens(void)
{
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        const char *field = bearer(tokens[i].header, tokens[i].claims);
        expect_reason(tokens[i].reason, call(NULL, field), tokens[i].says);
        if (tokens[i].reason != PN_REASON_NONE) continue;
        TEST_ASSERT_EQUAL(PN_PROOF_JWT, who.proof);
        expect_text(A, who.spiffe_id);
        expect_text("one", who.id);
        expect_text("triage,x", who.key.role_names);
    }
}

static void test_a_token_beside_a_certificate(void)
{
    struct shown cert = named[0].cert;

    expect_reason(PN_REASON_NONE, call(&cert, bearer(HEADER, SUB(A))), "the same");
    expect_text(A, who.spiffe_id);
    cert.uri = "spiffe://a.example/agents/two";
    expect_reason(PN_REASON_CERTIFICATE_CONTRADICTS, call(&cert, bearer(HEADER, SUB(A))),
                  "another");
}

/* An identifier that a token proved is not the caller's under a policy that does not believe it. */
static void test_a_domain_withdrawn(void)
{
    struct pn_peer_cert none = { .shown = false }, cert = cert_of(&named[0].cert);
    struct pn_identify by = how(&none);

    expect_reason(PN_REASON_NONE, call(NULL, bearer(HEADER, SUB(A))), "a token alone");
    expect_text(A, who.spiffe_id);
    issuers.issuers.len = 0;
    TEST_ASSERT_FALSE(pn_identify_again(&who, &by));
    expect_text("", who.spiffe_id);
    by.cert = &cert;
    TEST_ASSERT_FALSE(pn_identify_again(&who, &by));
    expect_text(A, who.spiffe_id);
}

/* Roles that claims gave are not the workload's under a policy that finds it by its identifier. */
static void test_an_issuer_that_becomes_a_domain(void)
{
    struct pn_peer_cert none = { .shown = false };
    struct pn_identify by = how(&none);

    expect_reason(PN_REASON_NONE, call(NULL, bearer(HEADER, SUB(A))), "as a workload");
    who.text.roles = PN_SLICE("[\"lead\"]"); /* as pn_issuer_name() leaves it */
    TEST_ASSERT_TRUE(pn_identify_again(&who, &by));
    expect_text("triage,x", who.key.role_names);
    expect_text("", who.text.roles);
}

int main(void)
{
    UNITY_BEGIN();
    tokens_begin();
    RUN_TEST(test_rows);
    RUN_TEST(test_long_identifiers);
    RUN_TEST(test_its_end);
    RUN_TEST(test_names_of_agents);
    RUN_TEST(test_facts);
    RUN_TEST(test_digests);
    RUN_TEST(test_a_bearer_names_the_caller);
    RUN_TEST(test_no_key_is_an_entry);
    RUN_TEST(test_tokens);
    RUN_TEST(test_a_token_beside_a_certificate);
    RUN_TEST(test_a_domain_withdrawn);
    RUN_TEST(test_an_issuer_that_becomes_a_domain);
    return UNITY_END();
}
