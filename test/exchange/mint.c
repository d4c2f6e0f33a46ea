/* see mint.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/mint.h"

#include <stdio.h>
#include <string.h>

#include "core/base/base64url.h"
#include "core/identity/jwt.h"
#include "core/identity/sub_token.h"
#include "port/port_crypto.h"
#include "test/core/identity/tokens.h"
#include "unity.h"

static const uint8_t secret[32] = { 0xC9, 0xAF, 0xA9, 0xD8, 0x45, 0xBA, 0x75, 0x16,
                                    0x6B, 0x5C, 0x21, 0x57, 0x67, 0xB1, 0xD6, 0x93,
                                    0x4E, 0x50, 0xC3, 0xDB, 0x36, 0xE8, 0x9B, 0x12,
                                    0x7B, 0x8A, 0x62, 0x2B, 0x12, 0x0F, 0x67, 0x21 };

void mint_with(struct pn_config *config)
{
    tokens_begin();
    TEST_ASSERT_TRUE(pn_token_key_of(config->token_key, secret));
}

const char *mint_post(const char *fields, const char *form)
{
    static char request[65536];
    int len = snprintf(request, sizeof request,
                       "POST /oauth/token HTTP/1.1\r\nHost: gate\r\n"
                       "Content-Type: application/x-www-form-urlencoded\r\n"
                       "%sContent-Length: %zu\r\n\r\n%s",
                       fields, strlen(form), form);

    TEST_ASSERT_LESS_THAN((int)sizeof request, len);
    return request;
}

const char *mint_ask(struct desk *d, const char *form)
{
    return desk_text(desk_ask(d, mint_post("", form)));
}

const char *mint(struct desk *d, const char *form)
{
    static char fields[4][9000];
    static unsigned turn;
    char *field = fields[turn++ % 4];
    const char *answer = mint_ask(d, form);

    desk_expect(answer, "HTTP/1.1 200 OK\r\n");
    const char *token = strstr(answer, "{\"access_token\":\"");
    TEST_ASSERT_NOT_NULL(token);
    token += strlen("{\"access_token\":\"");
    snprintf(field, sizeof fields[0], "Authorization: Bearer %.*s\r\n", (int)strcspn(token, "\""),
             token);
    return field;
}

const char *mint_odd(struct desk *d, const char *key, const char *agent)
{
    static char field[PN_SUB_TOKEN_ROOM + 40];
    uint8_t text[PN_SUB_TOKEN_ROOM + 1], hash[32];
    struct pn_writer w = pn_writer(text, sizeof text - 1);
    struct pn_key parent = { .key_id = PN_SLICE("tier-1-demo"), .user = PN_SLICE("ana") };
    struct pn_token_maker maker = { .key = d->config.token_key,
                                    .device_key = d->config.device_key,
                                    .path = PN_SLICE("/v1") };

    port_sha256(key, strlen(key), hash);
    struct pn_sub_token token = { .parent = &parent,
                                  .parent_hash = hash,
                                  .id = PN_SLICE("odd"),
                                  .url = PN_SLICE("http://gate"),
                                  .agent = pn_slice(agent, strlen(agent)),
                                  .now_s = 1750000000,
                                  .holds_s = 4000000000 };
    TEST_ASSERT_TRUE(pn_sub_token_write(&w, &maker, &token));
    text[w.len] = 0;
    snprintf(field, sizeof field, "Authorization: Bearer %s\r\n", (const char *)text);
    return field;
}

const char *mint_claims(const char *field)
{
    static uint8_t text[9000];
    struct pn_slice bytes;
    const char *begin = strchr(field, '.') + 1;

    TEST_ASSERT_TRUE(pn_base64url_decode(pn_slice(begin, strcspn(begin, ".")), text, &bytes));
    text[bytes.len] = 0;
    return (const char *)text;
}

const char *mint_signed(const char *token)
{
    static struct pn_json_key places[64];
    static struct pn_json_keys keys;
    static const uint8_t seed[16] = { 1 };
    static uint8_t bytes[8192];
    static char claims[4096];
    struct pn_token_key key;
    struct pn_jwt jwt;
    size_t len = strlen(token);

    TEST_ASSERT_LESS_OR_EQUAL(sizeof bytes, len);
    memcpy(bytes, token, len);
    pn_json_keys_init(&keys, places, 64, seed);
    TEST_ASSERT_EQUAL(PN_REASON_NONE, pn_jwt_read(bytes, len, &keys, &jwt));
    TEST_ASSERT_EQUAL(PN_JWT_TYPE_JWT, jwt.type);
    TEST_ASSERT_TRUE(pn_token_key_of(&key, secret));
    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD,
                      port_es256_verify(key.public_key, jwt.signed_digest, jwt.signature.at));
    struct pn_slice text = pn_value_text(&jwt.claims);
    snprintf(claims, sizeof claims, "%.*s", (int)text.len, (const char *)text.at);
    return claims;
}
