/* Tokens judged by a compiled identity.yaml: by whom they are believed, and whom they name.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include "core/identity/issuer_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/bytes.h"
#include "port/port_crypto.h"
#include "test/core/identity/token_vectors.h"
#include "test/core/identity/tokens.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

enum { NOW_S = 1800000000 };

static struct bundle_folder folder;
static struct pn_policy policy;
static struct pn_issuer_table table;
static struct pn_json_key places[256];
static struct pn_json_keys keys;
static struct pn_jwt jwt;
static struct pn_issuer_match match;
static struct pn_caller_text text;
static struct pn_key who;
static struct pn_token_place here;
static const char *further = ""; /* audiences */
static uint8_t bytes[PN_JWT_BYTES_MAX];

static const char policies[] =
    "apiVersion: api.cerbos.dev/v1\n"
    "resourcePolicy: {resource: llm, version: default, rules: [\n"
    "  {actions: ['*'], effect: EFFECT_ALLOW, roles: [tier-1, tier-2, refunder]}]}\n";

/* An issuer with the keys of the set `which` and further settings. */
static void write_issuer(int which, const char *settings)
{
    static char yaml[12000];

    snprintf(yaml, sizeof yaml,
             "issuers:\n"
             "  - issuer: http://other.example.test\n"
             "    audiences: [somebody]\n"
             "    jwks: {keys: []}\n"
             "  - issuer: %s\n"
             "    audiences: [other, %s%s]\n"
             "    jwks: %s\n%s",
             TOKEN_ISS, TOKEN_AUD, further, tokens_jwks(which), settings);
    bundle_folder_write(&folder, "identity.yaml", yaml);
    bundle_folder_write(&folder, "policies/a.yaml", policies);
}

static void open_table(void)
{
    const struct pn_slice *section = policy.blob.section;

    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    table =
        (struct pn_issuer_table){ section[PN_SECTION_STRINGS], section[PN_SECTION_ISSUERS],
                                  section[PN_SECTION_ISSUER_TEXTS], section[PN_SECTION_ISSUER_KEYS],
                                  section[PN_SECTION_ISSUER_ROLES] };
    TEST_ASSERT_TRUE(pn_issuer_table_check(&table, policy.role_count));
}

static void issuer_has(int which, const char *settings)
{
    write_issuer(which, settings);
    open_table();
}

void setUp(void)
{
    pn_json_keys_init(&keys, places, 256, (const uint8_t *)"sixteen bytes ok");
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

static enum pn_reason judge_at(const char *token, int64_t now_s, bool known)
{
    struct pn_token_time time = { now_s, known, 0 };
    size_t len = strlen(token);

    TEST_ASSERT_TRUE(len <= sizeof bytes);
    memcpy(bytes, token, len);
    enum pn_reason reason = pn_jwt_read(bytes, len, &keys, &jwt);
    if (reason == PN_REASON_NONE) {
        reason = pn_issuer_check(&table, NULL, &jwt, &time, &here, &match);
    }
    if (reason == PN_REASON_NONE) reason = pn_issuer_verify(&match, &jwt);
    if (reason == PN_REASON_NONE) reason = pn_issuer_name(&table, &match, &jwt, &text, &who);
    return reason;
}

static void expect(enum pn_reason wanted, enum pn_reason got, const char *what)
{
    char message[600];
    struct pn_slice a = pn_reason_name(wanted), b = pn_reason_name(got);

    if (wanted == got) return;
    snprintf(message, sizeof message, "%.300s: wanted %.*s, got %.*s", what, (int)a.len,
             (const char *)a.at, (int)b.len, (const char *)b.at);
    TEST_FAIL_MESSAGE(message);
}

static void is_text(const char *wanted, struct pn_slice got)
{
    char shown[300];

    snprintf(shown, sizeof shown, "%.*s", (int)got.len, (const char *)got.at);
    TEST_ASSERT_EQUAL_STRING(wanted, shown);
}

static const char *good(const char *claims)
{
    static char whole[8000];

    snprintf(whole, sizeof whole, "{%s" TOKEN_CLAIMS "}", claims);
    return tokens_sign(TOKEN_HEADER, whole, TOKEN_ES_1);
}

static void test_every_algorithm(void)
{
    issuer_has(TOKEN_ALL_KEYS, "");
    expect(PN_REASON_NONE, judge_at(good("\"sub\":\"ana\","), NOW_S, true), "ES256");
    expect(PN_REASON_NONE, judge_at(TOKEN_RS256, NOW_S, true), "RS256");
    is_text("rs-1", who.key_id);
    is_text("ana", who.user);
    expect(PN_REASON_NONE, judge_at(TOKEN_PS256, NOW_S, true), "PS256");
    expect(PN_REASON_NONE, judge_at(TOKEN_ES384, NOW_S, true), "ES384");
    is_text("e3-1", who.key_id);
}

struct row {
    const char *says, *header, *claims;
    enum pn_reason reason;
};

#define ES1          TOKEN_HEADER
#define KID(id, alg) "{\"alg\":\"" alg "\",\"typ\":\"at+jwt\",\"kid\":\"" id "\"}"
#define SUB          "\"sub\":\"ana\","
#define ISS          "\"iss\":\"" TOKEN_ISS "\","
#define AUD          "\"aud\":\"" TOKEN_AUD "\","

static const struct row rows[] = {
    { "good", ES1, "{" SUB TOKEN_CLAIMS "}", PN_REASON_NONE },
    { "one of several audiences", ES1,
      "{" SUB ISS "\"aud\":[\"x\",1,\"" TOKEN_AUD "\"]," TOKEN_TIMES "}", PN_REASON_NONE },
    { "escapes in the issuer", ES1,
      "{" SUB "\"iss\":\"https:\\/\\/login.example.test\\/\"," AUD TOKEN_TIMES "}",
      PN_REASON_NONE },
    { "typ JWT", "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"es-1\"}", "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_NONE },
    { "no issuer", ES1, "{" SUB AUD TOKEN_TIMES "}", PN_REASON_TOKEN_ISSUER },
    { "another issuer", ES1, "{\"iss\":\"https://login.example.test\"," AUD TOKEN_TIMES "}",
      PN_REASON_TOKEN_ISSUER },
    { "no typ", "{\"alg\":\"ES256\",\"kid\":\"es-1\"}", "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_TYPE },
    { "another typ", "{\"alg\":\"ES256\",\"typ\":\"secevent+jwt\",\"kid\":\"es-1\"}",
      "{" SUB TOKEN_CLAIMS "}", PN_REASON_TOKEN_TYPE },
    { "no such key", KID("es-9", "ES256"), "{" SUB TOKEN_CLAIMS "}", PN_REASON_TOKEN_KEY },
    { "a key of another case", KID("ES-1", "ES256"), "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_KEY },
    { "an empty kid", KID("", "ES256"), "{" SUB TOKEN_CLAIMS "}", PN_REASON_TOKEN_KEY },
    { "no kid, two keys of the algorithm", "{\"alg\":\"ES256\",\"typ\":\"JWT\"}",
      "{" SUB TOKEN_CLAIMS "}", PN_REASON_TOKEN_KEY },
    { "an issuer without keys", ES1,
      "{" SUB "\"iss\":\"http://other.example.test\",\"aud\":\"somebody\"," TOKEN_TIMES "}",
      PN_REASON_TOKEN_KEY },
    { "an ES256 key under RS256", KID("es-1", "RS256"), "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_ALGORITHM },
    { "an RSA key under ES256", KID("rs-1", "ES256"), "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_ALGORITHM },
    { "an RS256 key under PS256", KID("rs-1", "PS256"), "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_ALGORITHM },
    { "none", KID("es-1", "none"), "{" SUB TOKEN_CLAIMS "}", PN_REASON_TOKEN_ALGORITHM },
    { "HS256", KID("rs-1", "HS256"), "{" SUB TOKEN_CLAIMS "}", PN_REASON_TOKEN_ALGORITHM },
    { "no audience", ES1, "{" SUB ISS TOKEN_TIMES "}", PN_REASON_TOKEN_AUDIENCE },
    { "another audience", ES1, "{" SUB ISS "\"aud\":\"https://else.example.test\"," TOKEN_TIMES "}",
      PN_REASON_TOKEN_AUDIENCE },
    { "a longer audience", ES1, "{" SUB ISS "\"aud\":\"" TOKEN_AUD "/\"," TOKEN_TIMES "}",
      PN_REASON_TOKEN_AUDIENCE },
    { "other audiences", ES1, "{" SUB ISS "\"aud\":[\"a\",[\"" TOKEN_AUD "\"]]," TOKEN_TIMES "}",
      PN_REASON_TOKEN_AUDIENCE },
    { "an empty list of audiences", ES1, "{" SUB ISS "\"aud\":[]," TOKEN_TIMES "}",
      PN_REASON_TOKEN_AUDIENCE },
    { "another issuer's audience", ES1, "{" SUB ISS "\"aud\":\"somebody\"," TOKEN_TIMES "}",
      PN_REASON_TOKEN_AUDIENCE },
    { "bound to a certificate", ES1,
      "{" SUB "\"cnf\":{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}," TOKEN_CLAIMS
      "}",
      PN_REASON_TOKEN_BOUND },
    { "bound to a key", ES1,
      "{" SUB "\"cnf\":{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}," TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_BOUND },
    { "bound to what is not said", ES1, "{" SUB "\"cnf\":null," TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_BOUND },
    { "another claim's cnf", ES1, "{" SUB "\"x\":{\"cnf\":{}}," TOKEN_CLAIMS "}", PN_REASON_NONE },
    { "no end", ES1, "{" SUB ISS AUD "\"iat\":1}", PN_REASON_TOKEN_CLAIMS },
    { "an actor without a name", ES1, "{" SUB "\"act\":{}," TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_CLAIMS },
    { "an actor whose name is none", ES1, "{" SUB "\"act\":{\"sub\":1}," TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_CLAIMS },
    { "an earlier actor without a name", ES1,
      "{" SUB "\"act\":{\"sub\":\"b\",\"act\":\"c\"}," TOKEN_CLAIMS "}", PN_REASON_TOKEN_CLAIMS },
    { "four actors", ES1,
      "{" SUB "\"act\":{\"sub\":\"a\",\"act\":{\"sub\":\"b\",\"act\":{\"sub\":\"c\",\"act\":{"
      "\"sub\":\"d\"}}}}," TOKEN_CLAIMS "}",
      PN_REASON_NONE },
    { "five actors", ES1,
      "{" SUB "\"act\":{\"sub\":\"a\",\"act\":{\"sub\":\"b\",\"act\":{\"sub\":\"c\",\"act\":{"
      "\"sub\":\"d\",\"act\":{\"sub\":\"e\"}}}}}," TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_CLAIMS },
    { "nobody", ES1, "{" TOKEN_CLAIMS "}", PN_REASON_TOKEN_CLAIMS },
    { "an empty name", ES1, "{\"sub\":\"\"," TOKEN_CLAIMS "}", PN_REASON_TOKEN_CLAIMS },
    { "another key of the issuer's signed it", KID("es-2", "ES256"), "{" SUB TOKEN_CLAIMS "}",
      PN_REASON_TOKEN_SIGNATURE },
};

static void test_rows(void)
{
    issuer_has(TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *token = tokens_sign(rows[i].header, rows[i].claims, TOKEN_ES_1);
        expect(rows[i].reason, judge_at(token, NOW_S, true), rows[i].says);
    }
}

/* --- where it is shown --- */

static enum pn_reason shown_at(const char *url, const char *path, const char *aud)
{
    char claims[600];

    here = (struct pn_token_place){ pn_slice(url, strlen(url)), pn_slice(path, strlen(path)) };
    snprintf(claims, sizeof claims, "{" SUB ISS "\"aud\":%s," TOKEN_TIMES "}", aud);
    enum pn_reason reason = judge_at(tokens_sign(ES1, claims, TOKEN_ES_1), NOW_S, true);
    here = (struct pn_token_place){ 0 };
    return reason;
}

static void test_a_route_is_an_audience_of_its_own(void)
{
    static const char gate[] = "https://gate.example.test";
    static const struct {
        const char *url, *path, *aud;
        enum pn_reason reason;
    } places[] = {
        { gate, "/mcp/a", "\"https://gate.example.test/mcp/a\"", PN_REASON_NONE },
        { gate, "/mcp/a", "\"https:\\/\\/gate.example.test\\/mcp\\/a\"", PN_REASON_NONE },
        { gate, "/mcp/b", "\"https://gate.example.test/mcp/a\"", PN_REASON_TOKEN_AUDIENCE },
        { gate, "/mcp/b", "\"https:\\/\\/gate.example.test\\/mcp\\/a\"", PN_REASON_TOKEN_AUDIENCE },
        { gate, "/mcp/a/", "\"https://gate.example.test/mcp/a\"", PN_REASON_TOKEN_AUDIENCE },
        { gate, "/v1", "\"https://gate.example.test/mcp/a\"", PN_REASON_TOKEN_AUDIENCE },
        { gate, "/v1", "\"https://gate.example.test/v1\"", PN_REASON_NONE },
        { gate, "/mcp/a", "\"https://gate.example.test/v1\"", PN_REASON_TOKEN_AUDIENCE },
        { gate, "/v1", "\"https://GATE.example.test/mcp/c\"", PN_REASON_TOKEN_AUDIENCE },
        { gate, "/mcp/a", "[\"https://gate.example.test/v1\",\"https://gate.example.test/mcp/a\"]",
          PN_REASON_NONE },
        { gate, "/mcp/b", "[\"https://gate.example.test/mcp/a\",\"https://gate.example.test\"]",
          PN_REASON_NONE },
        { gate, "/mcp/b", "[\"https://gate.example.test/mcp/a\",\"https://gate.example.test/v1\"]",
          PN_REASON_TOKEN_AUDIENCE },
        { gate, "/mcp/b", "\"https://api.example.test/v1\"", PN_REASON_NONE },
        { gate, "/mcp/b", "\"https://gate.example.test/v1/all\"", PN_REASON_NONE },
        { gate, "/mcp/b", "\"other\"", PN_REASON_NONE },
        { "", "/mcp/b", "\"other\"", PN_REASON_NONE },
        { "", "/mcp/b", "\"urn:gate\"", PN_REASON_NONE },
        { "", "/mcp/b", "\"https://gate.example.test\"", PN_REASON_NONE },
        { "", "/mcp/a", "\"https://gate.example.test/mcp/a\"", PN_REASON_NONE },
        { "", "/mcp/b", "\"https://gate.example.test/mcp/a\"", PN_REASON_TOKEN_AUDIENCE },
        { "", "/v1", "\"https://api.example.test/v1\"", PN_REASON_NONE },
        { "", "/mcp/b", "\"https://api.example.test/v1\"", PN_REASON_TOKEN_AUDIENCE },
    };

    further = ", urn:gate, 'https://gate.example.test/v1', 'https://gate.example.test/v1/all', "
              "'https://gate.example.test/mcp/a', 'https://GATE.example.test/mcp/c', "
              "'https://api.example.test/v1'";
    issuer_has(TOKEN_ES_1, "");
    further = "";
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        expect(places[i].reason, shown_at(places[i].url, places[i].path, places[i].aud),
               places[i].aud);
    }
}

static void test_times(void)
{
    static const struct {
        const char *claims;
        int64_t now_s;
        bool known;
        enum pn_reason reason;
    } times[] = {
        { "\"exp\":1000", 900, true, PN_REASON_NONE },
        { "\"exp\":1000", 1059, true, PN_REASON_NONE }, /* the usual skew is 60 s */
        { "\"exp\":1000", 1060, true, PN_REASON_TOKEN_EXPIRED },
        { "\"exp\":1000", 1060, false, PN_REASON_TOKEN_EXPIRED },
        { "\"exp\":1000", 1059, false, PN_REASON_TOKEN_TIME_UNKNOWN },
        { "\"exp\":1000,\"nbf\":500", 440, true, PN_REASON_NONE },
        { "\"exp\":1000,\"nbf\":500", 439, true, PN_REASON_TOKEN_NOT_YET },
        { "\"exp\":1000,\"iat\":500", 440, true, PN_REASON_NONE },
        { "\"exp\":1000,\"iat\":500", 439, true, PN_REASON_TOKEN_NOT_YET },
        { "\"exp\":1000.9,\"nbf\":500.9", 440, true, PN_REASON_NONE },
        { "\"exp\":0", 0, true, PN_REASON_NONE },
        { "\"exp\":253402300799,\"nbf\":0,\"iat\":0", 253402300858, true, PN_REASON_NONE },
    };

    issuer_has(TOKEN_ES_1, "");
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char claims[300];
        snprintf(claims, sizeof claims, "{" SUB ISS AUD "%s}", times[i].claims);
        const char *token = tokens_sign(TOKEN_HEADER, claims, TOKEN_ES_1);
        expect(times[i].reason, judge_at(token, times[i].now_s, times[i].known), claims);
    }
    issuer_has(TOKEN_ES_1, "    clock_skew: 0\n");
    const char *token = tokens_sign(TOKEN_HEADER, "{" SUB ISS AUD "\"exp\":1000}", TOKEN_ES_1);
    expect(PN_REASON_NONE, judge_at(token, 999, true), "no skew");
    token = tokens_sign(TOKEN_HEADER, "{" SUB ISS AUD "\"exp\":1000}", TOKEN_ES_1);
    expect(PN_REASON_TOKEN_EXPIRED, judge_at(token, 1000, true), "no skew");
}

static void test_types_as_configured(void)
{
    static const char *const typs[] = { "\"typ\":\"at+jwt\",", "\"typ\":\"JWT\",", "" };
    static const char *const settings[] = { "    types: [at+jwt]\n", "    types: [JWT]\n",
                                            "    types: [absent]\n" };

    for (int s = 0; s < 3; s++) {
        issuer_has(TOKEN_ES_1, settings[s]);
        for (int t = 0; t < 3; t++) {
            char header[100];
            snprintf(header, sizeof header, "{%s\"alg\":\"ES256\"}", typs[t]);
            const char *token = tokens_sign(header, "{" SUB TOKEN_CLAIMS "}", TOKEN_ES_1);
            expect(s == t ? PN_REASON_NONE : PN_REASON_TOKEN_TYPE, judge_at(token, NOW_S, true),
                   settings[s]);
        }
    }
}

/* HS256 with the public key as its secret: what a reader falls for that lets the token choose. */
static void test_hs256_keyed_with_the_public_key(void)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"rs-1\"}";
    static const char claims[] = "{" SUB TOKEN_CLAIMS "}";
    const char *signed_text = tokens_join(header, claims, "", 0);
    struct port_hmac hmac;
    uint8_t mac[32];

    issuer_has(TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < table.keys.len / PN_ISSUER_KEY_BYTES; i++) {
        const uint8_t *key = table.keys.at + i * PN_ISSUER_KEY_BYTES + PN_ISSUER_KEY_MATERIAL;
        port_hmac_begin(&hmac, table.strings.at + pn_load32(key), pn_load32(key + 4));
        port_hmac_add(&hmac, signed_text, strlen(signed_text) - 1);
        port_hmac_end(&hmac, mac);
        expect(PN_REASON_TOKEN_ALGORITHM,
               judge_at(tokens_join(header, claims, mac, sizeof mac), NOW_S, true), "HS256");
    }
}

static void test_bad_signatures(void)
{
    static const uint8_t zeros[512];
    static const char rs[] = "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"rs-1\"}";
    static const size_t lengths[] = { 0, 1, 32, 63, 64, 65, 72, 96, 256, 512 };

    issuer_has(TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const char *token = tokens_join(TOKEN_HEADER, "{" SUB TOKEN_CLAIMS "}", zeros, lengths[i]);
        expect(PN_REASON_TOKEN_SIGNATURE, judge_at(token, NOW_S, true), "zeros");
        token = tokens_join(rs, "{" SUB TOKEN_CLAIMS "}", zeros, lengths[i]);
        expect(PN_REASON_TOKEN_SIGNATURE, judge_at(token, NOW_S, true), "zeros, RSA");
    }
    expect(PN_REASON_TOKEN_SIGNATURE, judge_at(TOKEN_RS256_FOR_PS, NOW_S, true), "RS as PS");
}

static void test_keys_that_come_and_go(void)
{
    static const char es2[] = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"es-2\"}";
    char old[2000], new[2000];

    strcpy(old, good(SUB));
    strcpy(new, tokens_sign(es2, "{" SUB TOKEN_CLAIMS "}", TOKEN_ES_2));
    issuer_has(TOKEN_ES_1, "");
    expect(PN_REASON_NONE, judge_at(old, NOW_S, true), "before");
    expect(PN_REASON_TOKEN_KEY, judge_at(new, NOW_S, true), "before");
    issuer_has(TOKEN_ES_1 | TOKEN_ES_2, "");
    expect(PN_REASON_NONE, judge_at(old, NOW_S, true), "both");
    expect(PN_REASON_NONE, judge_at(new, NOW_S, true), "both");
    issuer_has(TOKEN_ES_2, "");
    expect(PN_REASON_TOKEN_KEY, judge_at(old, NOW_S, true), "withdrawn");
    expect(PN_REASON_NONE, judge_at(new, NOW_S, true), "after");
    issuer_has(0, "");
    expect(PN_REASON_TOKEN_KEY, judge_at(new, NOW_S, true), "all withdrawn");
}

/* --- whom it names --- */

#define MAPPING \
    "    claims:\n" \
    "      team: org.team\n" \
    "      task: https://example.test/task\n" \
    "      roles:\n" \
    "        realm_access.roles: {lead: tier-2, agent: [tier-1, no-rule-knows]}\n" \
    "        scope: {refunds: refunder}\n" \
    "        level: {one: tier-1}\n"

static uint64_t bit(const char *role)
{
    return UINT64_C(1) << pn_policy_role(&policy, pn_slice(role, strlen(role)));
}

static void test_a_delegated_caller(void)
{
    issuer_has(TOKEN_ES_1, MAPPING);
    expect(PN_REASON_NONE,
           judge_at(good(SUB "\"act\":{\"sub\":\"desk-agent\",\"act\":{\"sub\":\"router\"}},"
                             "\"org\":{\"team\":\"support\"},\"https://example.test/task\":\"T-1\","
                             "\"realm_access\":{\"roles\":[1,\"agent\",\"x\"]},"
                             "\"scope\":\"read refunds write\","),
                    NOW_S, true),
           "delegated");
    is_text("ana", who.user);
    is_text("desk-agent", who.agent);
    is_text("support", who.team);
    is_text("T-1", who.task);
    is_text("tier-1,no-rule-knows,refunder", who.role_names);
    is_text("[\"tier-1\",\"no-rule-knows\",\"refunder\"]", text.roles);
    TEST_ASSERT_EQUAL_HEX64(bit("tier-1") | bit("refunder"), who.roles[0]);
    TEST_ASSERT_EQUAL_UINT64(4102444800, who.expires_s);
    is_text(TOKEN_ISS, pn_issuer_iss(&table, &match));
}

static const struct {
    const char *claims, *user, *agent, *roles;
} callers[] = {
    { "\"sub\":\"ana\",", "ana", "", "" },
    { "\"sub\":\"app\",\"act\":{\"sub\":\"app\"},", "", "app", "" },
    { "\"act\":{\"sub\":\"bot\"},", "", "bot", "" },
    { "\"sub\":\"a\\u006ea\\/\\u00e9\",\"act\":{\"sub\":\"b\\\"\"},", "ana/\xC3\xA9", "b\"", "" },
    { "\"sub\":\"ana\",\"level\":\"one\",", "ana", "", "tier-1" },
    { "\"sub\":\"ana\",\"level\":\"one two\",", "ana", "", "" }, /* no words in such a claim */
    { "\"sub\":\"ana\",\"level\":[\"one\",\"one\"],", "ana", "", "tier-1" },
    { "\"sub\":\"ana\",\"level\":[[\"one\"]],", "ana", "", "" },
    { "\"sub\":\"ana\",\"level\":{\"one\":1},", "ana", "", "" },
    { "\"sub\":\"ana\",\"scope\":\"refunds\",", "ana", "", "refunder" },
    { "\"sub\":\"ana\",\"scope\":[\"refunds\"],", "ana", "", "refunder" },
    { "\"sub\":\"ana\",\"scope\":\"refundsx xrefunds\",", "ana", "", "" },
    { "\"sub\":\"ana\",\"realm_access\":\"lead\",", "ana", "", "" },
    { "\"sub\":\"ana\",\"realm_access.roles\":[\"lead\"],", "ana", "", "" },
    { "\"sub\":\"ana\",\"realm_access\":{\"roles\":[\"lead\",\"agent\"]},", "ana", "",
      "tier-2,tier-1,no-rule-knows" },
    { "\"sub\":\"ana\",\"org\":{\"team\":null},", "ana", "", "" },
};

static void test_callers(void)
{
    issuer_has(TOKEN_ES_1, MAPPING);
    for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++) {
        expect(PN_REASON_NONE, judge_at(good(callers[i].claims), NOW_S, true), callers[i].claims);
        is_text(callers[i].user, who.user);
        is_text(callers[i].agent, who.agent);
        is_text(callers[i].roles, who.role_names);
    }
}

static void test_names_that_are_none(void)
{
    char claims[4000], name[600];

    issuer_has(TOKEN_ES_1, MAPPING);
    expect(PN_REASON_TOKEN_CLAIMS, judge_at(good(SUB "\"org\":{\"team\":[\"a\"]},"), NOW_S, true),
           "a team that is a list");
    for (int len = 256; len <= 257; len++) {
        snprintf(claims, sizeof claims, "\"sub\":\"%0*d\",", len, 0);
        expect(len == 256 ? PN_REASON_NONE : PN_REASON_TOKEN_CLAIMS,
               judge_at(good(claims), NOW_S, true), "a long name");
    }
    /* Escaped names share what a caller's texts have. */
    for (size_t i = 0; i < 256; i++) memcpy(name + 2 * i, "\\/", 3);
    snprintf(claims, sizeof claims,
             "\"sub\":\"%s\",\"act\":{\"sub\":\"%s\"},\"org\":{\"team\":\"%s\"},", name, name,
             name);
    expect(PN_REASON_NONE, judge_at(good(claims), NOW_S, true), "three long names");
    size_t used = strlen(claims);
    snprintf(claims + used, sizeof claims - used, "\"https://example.test/task\":\"%s\",", name);
    expect(PN_REASON_TOKEN_CLAIMS, judge_at(good(claims), NOW_S, true), "four long names");
}

/* --- the records --- */

static bool holds_with(const struct pn_slice *section, size_t at, uint8_t flip)
{
    uint8_t *byte = (uint8_t *)(uintptr_t)section->at + at;

    *byte ^= flip;
    bool holds = pn_issuer_table_check(&table, policy.role_count);
    *byte ^= flip;
    return holds;
}

static void test_malformed_records(void)
{
    issuer_has(TOKEN_ALL_KEYS, MAPPING);
    static const size_t issuer_ats[] = { PN_ISSUER_NAME + 3,
                                         PN_ISSUER_NAME + 7,
                                         PN_ISSUER_TASK + 3,
                                         PN_ISSUER_AUDIENCE_FIRST + 3,
                                         PN_ISSUER_AUDIENCE_COUNT + 3,
                                         PN_ISSUER_KEY_FIRST + 3,
                                         PN_ISSUER_KEY_COUNT + 3,
                                         PN_ISSUER_ROLE_FIRST + 3,
                                         PN_ISSUER_ROLE_COUNT + 3,
                                         PN_ISSUER_SKEW_S + 3,
                                         PN_ISSUER_TYPES,
                                         PN_ISSUER_FETCH,
                                         PN_ISSUER_EGRESS,
                                         PN_ISSUER_ALGORITHMS,
                                         PN_ISSUER_KEYS_URL + 3,
                                         PN_ISSUER_ASK_URL + 3,
                                         PN_ISSUER_CREDENTIAL + 7,
                                         PN_ISSUER_ASK_S + 3 };
    static const size_t key_ats[] = { PN_ISSUER_KEY_ID + 3,       PN_ISSUER_KEY_MATERIAL + 3,
                                      PN_ISSUER_KEY_MATERIAL + 4, PN_ISSUER_KEY_EXPONENT + 2,
                                      PN_ISSUER_KEY_ALG,          PN_ISSUER_KEY_ZERO };
    static const size_t role_ats[] = { PN_ISSUER_ROLE_CLAIM + 3, PN_ISSUER_ROLE_VALUE + 3,
                                       PN_ISSUER_ROLE_NAME + 7,  PN_ISSUER_ROLE_BIT + 1,
                                       PN_ISSUER_ROLE_WORDS,     PN_ISSUER_ROLE_ZERO };

    for (size_t i = 0; i < sizeof issuer_ats / sizeof issuer_ats[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(holds_with(&table.issuers, issuer_ats[i], 0x80), "issuer");
    }
    for (size_t i = 0; i < sizeof key_ats / sizeof key_ats[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(holds_with(&table.keys, key_ats[i], 0x80), "key");
    }
    for (size_t i = 0; i < sizeof role_ats / sizeof role_ats[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(holds_with(&table.roles, role_ats[i], 0x80), "role");
    }
    TEST_ASSERT_FALSE(holds_with(&table.texts, 3, 0x80));
    TEST_ASSERT_TRUE(pn_issuer_table_check(&table, policy.role_count));

    struct pn_issuer_table cut = table;
    cut.issuers.len--;
    TEST_ASSERT_FALSE(pn_issuer_table_check(&cut, policy.role_count));
    cut = table;
    cut.keys.len -= PN_ISSUER_KEY_BYTES;
    TEST_ASSERT_FALSE(pn_issuer_table_check(&cut, policy.role_count));
    cut = table;
    cut.issuers.at += PN_ISSUER_BYTES;
    cut.issuers.len -= PN_ISSUER_BYTES;
    TEST_ASSERT_TRUE(pn_issuer_table_check(&cut, policy.role_count));
    TEST_ASSERT_FALSE(pn_issuer_table_check(&cut, 1)); /* a role that is none of the policy's */
}

static void test_none(void)
{
    struct pn_issuer_table none = { 0 };

    TEST_ASSERT_TRUE(pn_issuer_table_check(&none, 0));
    TEST_ASSERT_EQUAL(0, pn_issuer_count(&none));
}

int main(void)
{
    tokens_begin();
    UNITY_BEGIN();
    RUN_TEST(test_every_algorithm);
    RUN_TEST(test_rows);
    RUN_TEST(test_a_route_is_an_audience_of_its_own);
    RUN_TEST(test_times);
    RUN_TEST(test_types_as_configured);
    RUN_TEST(test_hs256_keyed_with_the_public_key);
    RUN_TEST(test_bad_signatures);
    RUN_TEST(test_keys_that_come_and_go);
    RUN_TEST(test_a_delegated_caller);
    RUN_TEST(test_callers);
    RUN_TEST(test_names_that_are_none);
    RUN_TEST(test_malformed_records);
    RUN_TEST(test_none);
    return UNITY_END();
}
