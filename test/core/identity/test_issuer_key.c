/* The keys of issuers: which one verifies a token, and what none of them verifies.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdio.h>
#include <string.h>

#include "core/base/bytes.h"
#include "port/port_crypto.h"
#include "test/core/identity/token_vectors.h"
#include "test/core/identity/trial.h"
#include "unity.h"

static struct trial t;

#define SUB "\"sub\":\"ana\","

void setUp(void)
{
    trial_begin(&t);
}

void tearDown(void)
{
    trial_end(&t);
}

static void test_every_algorithm(void)
{
    trial_issuer(&t, TOKEN_ALL_KEYS, "");
    expect_reason(PN_REASON_NONE, trial(&t, trial_good("\"sub\":\"ana\",")), "ES256");
    expect_reason(PN_REASON_NONE, trial(&t, TOKEN_RS256), "RS256");
    expect_text("rs-1", t.who.key_id);
    expect_text("ana", t.who.user);
    expect_reason(PN_REASON_NONE, trial(&t, TOKEN_PS256), "PS256");
    expect_reason(PN_REASON_NONE, trial(&t, TOKEN_ES384), "ES384");
    expect_text("e3-1", t.who.key_id);
}

/* HS256 with the public key as its secret: what a reader falls for that lets the token choose. */
static void test_hs256_keyed_with_the_public_key(void)
{
    static const char header[] = "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"rs-1\"}";
    static const char claims[] = "{" SUB TOKEN_CLAIMS "}";
    const char *signed_text = tokens_join(header, claims, "", 0);
    struct port_hmac hmac;
    uint8_t mac[32];

    trial_issuer(&t, TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < t.table.keys.len / PN_ISSUER_KEY_BYTES; i++) {
        const uint8_t *key = t.table.keys.at + i * PN_ISSUER_KEY_BYTES + PN_ISSUER_KEY_MATERIAL;
        port_hmac_begin(&hmac, t.table.strings.at + pn_load32(key), pn_load32(key + 4));
        port_hmac_add(&hmac, signed_text, strlen(signed_text) - 1);
        port_hmac_end(&hmac, mac);
        expect_reason(PN_REASON_TOKEN_ALGORITHM,
                      trial(&t, tokens_join(header, claims, mac, sizeof mac)), "HS256");
    }
}

static void test_bad_signatures(void)
{
    static const uint8_t zeros[512];
    static const char rs[] = "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"rs-1\"}";
    static const size_t lengths[] = { 0, 1, 32, 63, 64, 65, 72, 96, 256, 512 };

    trial_issuer(&t, TOKEN_ALL_KEYS, "");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const char *token = tokens_join(TOKEN_HEADER, "{" SUB TOKEN_CLAIMS "}", zeros, lengths[i]);
        expect_reason(PN_REASON_TOKEN_SIGNATURE, trial(&t, token), "zeros");
        token = tokens_join(rs, "{" SUB TOKEN_CLAIMS "}", zeros, lengths[i]);
        expect_reason(PN_REASON_TOKEN_SIGNATURE, trial(&t, token), "zeros, RSA");
    }
    expect_reason(PN_REASON_TOKEN_SIGNATURE, trial(&t, TOKEN_RS256_FOR_PS), "RS as PS");
}

static void test_keys_that_come_and_go(void)
{
    static const char es2[] = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"es-2\"}";
    char old[2000], new[2000];

    strcpy(old, trial_good(SUB));
    strcpy(new, tokens_sign(es2, "{" SUB TOKEN_CLAIMS "}", TOKEN_ES_2));
    trial_issuer(&t, TOKEN_ES_1, "");
    expect_reason(PN_REASON_NONE, trial(&t, old), "before");
    expect_reason(PN_REASON_TOKEN_KEY, trial(&t, new), "before");
    trial_issuer(&t, TOKEN_ES_1 | TOKEN_ES_2, "");
    expect_reason(PN_REASON_NONE, trial(&t, old), "both");
    expect_reason(PN_REASON_NONE, trial(&t, new), "both");
    trial_issuer(&t, TOKEN_ES_2, "");
    expect_reason(PN_REASON_TOKEN_KEY, trial(&t, old), "withdrawn");
    expect_reason(PN_REASON_NONE, trial(&t, new), "after");
    trial_issuer(&t, 0, "");
    expect_reason(PN_REASON_TOKEN_KEY, trial(&t, new), "all withdrawn");
}

int main(void)
{
    tokens_begin();
    UNITY_BEGIN();
    RUN_TEST(test_every_algorithm);
    RUN_TEST(test_hs256_keyed_with_the_public_key);
    RUN_TEST(test_bad_signatures);
    RUN_TEST(test_keys_that_come_and_go);
    return UNITY_END();
}
