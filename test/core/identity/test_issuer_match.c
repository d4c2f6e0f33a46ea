/* Tokens judged by a compiled identity.yaml: which are believed, and where.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdio.h>
#include <string.h>

#include "test/core/identity/trial.h"
#include "unity.h"

static struct trial t;

#define ES1          TOKEN_HEADER
#define KID(id, alg) "{\"alg\":\"" alg "\",\"typ\":\"at+jwt\",\"kid\":\"" id "\"}"
#define SUB          "\"sub\":\"ana\","
#define ISS          "\"iss\":\"" TOKEN_ISS "\","
#define AUD          "\"aud\":\"" TOKEN_AUD "\","

void setUp(void)
{
    trial_begin(&t);
}

void tearDown(void)
{
    trial_end(&t);
}

static const struct {
    const char *says, *header, *claims;
    enum pn_reason reason;
} rows[] = {
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

/* Names of actors are no longer than what can be revoked, as they are meant, not as they are written. */
static void test_the_names_of_actors(void)
{
    static char name[2000], claims[3000];
    static const struct {
        size_t len;
        const char *letter;
        enum pn_reason reason;
    } names[] = { { 256, "a", PN_REASON_NONE },
                  { 257, "a", PN_REASON_TOKEN_CLAIMS },
                  { 256, "\\u0061", PN_REASON_NONE },
                  { 257, "\\u0061", PN_REASON_TOKEN_CLAIMS } };

    trial_issuer(&t, TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t step = strlen(names[i].letter);
        for (size_t k = 0; k < names[i].len; k++) memcpy(name + k * step, names[i].letter, step);
        name[names[i].len * step] = '\0';
        snprintf(claims, sizeof claims,
                 "{" SUB "\"act\":{\"sub\":\"a\",\"act\":{\"sub\":\"%s\"}}," TOKEN_CLAIMS "}",
                 name);
        expect_reason(names[i].reason, trial(&t, tokens_sign(ES1, claims, TOKEN_ES_1)), "an actor");
    }
}

static void test_rows(void)
{
    trial_issuer(&t, TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *token = tokens_sign(rows[i].header, rows[i].claims, TOKEN_ES_1);
        expect_reason(rows[i].reason, trial(&t, token), rows[i].says);
    }
}

static enum pn_reason shown_at(const char *url, const char *path, const char *aud)
{
    char claims[600];

    t.here = (struct pn_token_place){ pn_slice(url, strlen(url)), pn_slice(path, strlen(path)) };
    snprintf(claims, sizeof claims, "{" SUB ISS "\"aud\":%s," TOKEN_TIMES "}", aud);
    enum pn_reason reason = trial(&t, tokens_sign(ES1, claims, TOKEN_ES_1));
    t.here = (struct pn_token_place){ 0 };
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

    t.audiences = ", urn:gate, 'https://gate.example.test/v1', 'https://gate.example.test/v1/all', "
                  "'https://gate.example.test/mcp/a', 'https://GATE.example.test/mcp/c', "
                  "'https://api.example.test/v1'";
    trial_issuer(&t, TOKEN_ES_1, "");
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        expect_reason(places[i].reason, shown_at(places[i].url, places[i].path, places[i].aud),
                      places[i].aud);
    }
}

static void test_times(void)
{
    static const struct {
        const char *claims;
        struct pn_token_time time;
        enum pn_reason reason;
    } times[] = {
        { "\"exp\":1000", { 900, true, 0 }, PN_REASON_NONE },
        { "\"exp\":1000", { 1059, true, 0 }, PN_REASON_NONE }, /* the usual skew is 60 s */
        { "\"exp\":1000", { 1060, true, 0 }, PN_REASON_TOKEN_EXPIRED },
        { "\"exp\":1000", { 1060, false, 0 }, PN_REASON_TOKEN_EXPIRED },
        { "\"exp\":1000", { 1059, false, 0 }, PN_REASON_TOKEN_TIME_UNKNOWN },
        { "\"exp\":1000,\"nbf\":500", { 440, true, 0 }, PN_REASON_NONE },
        { "\"exp\":1000,\"nbf\":500", { 439, true, 0 }, PN_REASON_TOKEN_NOT_YET },
        { "\"exp\":1000,\"iat\":500", { 440, true, 0 }, PN_REASON_NONE },
        { "\"exp\":1000,\"iat\":500", { 439, true, 0 }, PN_REASON_TOKEN_NOT_YET },
        { "\"exp\":1000.9,\"nbf\":500.9", { 440, true, 0 }, PN_REASON_NONE },
        { "\"exp\":0", { 0, true, 0 }, PN_REASON_NONE },
        { "\"exp\":253402300799,\"nbf\":0,\"iat\":0", { 253402300858, true, 0 }, PN_REASON_NONE },
    };

    trial_issuer(&t, TOKEN_ES_1, "");
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        char claims[300];
        snprintf(claims, sizeof claims, "{" SUB ISS AUD "%s}", times[i].claims);
        const char *token = tokens_sign(TOKEN_HEADER, claims, TOKEN_ES_1);
        expect_reason(times[i].reason, trial_in(&t, token, &times[i].time), claims);
    }
    trial_issuer(&t, TOKEN_ES_1, "    clock_skew: 0\n");
    const char *token = tokens_sign(TOKEN_HEADER, "{" SUB ISS AUD "\"exp\":1000}", TOKEN_ES_1);
    expect_reason(PN_REASON_NONE, trial_at(&t, token, 999), "no skew");
    token = tokens_sign(TOKEN_HEADER, "{" SUB ISS AUD "\"exp\":1000}", TOKEN_ES_1);
    expect_reason(PN_REASON_TOKEN_EXPIRED, trial_at(&t, token, 1000), "no skew");
}

static void test_types_as_configured(void)
{
    static const char *const typs[] = { "\"typ\":\"at+jwt\",", "\"typ\":\"JWT\",", "" };
    static const char *const settings[] = { "    types: [at+jwt]\n", "    types: [JWT]\n",
                                            "    types: [absent]\n" };

    for (int s = 0; s < 3; s++) {
        trial_issuer(&t, TOKEN_ES_1, settings[s]);
        for (int i = 0; i < 3; i++) {
            char header[100];
            snprintf(header, sizeof header, "{%s\"alg\":\"ES256\"}", typs[i]);
            const char *token = tokens_sign(header, "{" SUB TOKEN_CLAIMS "}", TOKEN_ES_1);
            expect_reason(s == i ? PN_REASON_NONE : PN_REASON_TOKEN_TYPE, trial(&t, token),
                          settings[s]);
        }
    }
}

int main(void)
{
    tokens_begin();
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_the_names_of_actors);
    RUN_TEST(test_a_route_is_an_audience_of_its_own);
    RUN_TEST(test_times);
    RUN_TEST(test_types_as_configured);
    return UNITY_END();
}
