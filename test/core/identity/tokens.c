/* see tokens.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/identity/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_crypto.h"
#include "test/core/identity/token_vectors.h"

enum { TEXTS = 4, TEXT_BYTES = 24000 };

static uint8_t secret_of(enum token_key key)
{
    return key == TOKEN_ES_1 ? 0x11 : 0x22;
}

void tokens_begin(void)
{
    static uint64_t arena[8192];

    if (port_crypto_init(arena, sizeof arena) != PORT_CRYPTO_GOOD) abort();
}

static char *next_text(void)
{
    static char texts[TEXTS][TEXT_BYTES];
    static unsigned turn;

    return texts[turn++ % TEXTS];
}

const char *tokens_base64url(const void *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const uint8_t *at = bytes;
    char *text = next_text(), *out = text;

    if (len * 4 / 3 + 4 > TEXT_BYTES) abort();
    for (size_t i = 0; i < len; i += 3) {
        uint32_t left = (uint32_t)(len - i < 3 ? len - i : 3);
        uint32_t bits = (uint32_t)at[i] << 16;
        if (left > 1) bits |= (uint32_t)at[i + 1] << 8;
        if (left > 2) bits |= at[i + 2];
        for (uint32_t d = 0; d <= left; d++) *out++ = digits[bits >> (18 - 6 * d) & 63];
    }
    *out = 0;
    return text;
}

static void add_ec(char *out, const char *id, enum token_key key)
{
    uint8_t secret[32], point[64];

    memset(secret, secret_of(key), sizeof secret);
    if (port_es256_public(secret, point) != PORT_CRYPTO_GOOD) abort();
    sprintf(
        out + strlen(out),
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"},",
        id, tokens_base64url(point, 32), tokens_base64url(point + 32, 32));
}

#define RSA(alg, kid) \
    "\"kty\":\"RSA\",\"alg\":\"" alg "\",\"kid\":\"" kid "\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\""

const char *tokens_jwks(int keys)
{
    static char text[8000];

    strcpy(text, "{\"keys\":[");
    if (keys & TOKEN_ES_1) add_ec(text, "es-1", TOKEN_ES_1);
    if (keys & TOKEN_ES_2) add_ec(text, "es-2", TOKEN_ES_2);
    if (keys & TOKEN_RS) strcat(text, "{" RSA("RS256", "rs-1") "},");
    if (keys & TOKEN_PS) strcat(text, "{" RSA("PS256", "ps-1") "},");
    if (keys & TOKEN_E3) {
        strcat(text, "{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"e3-1\",\"x\":\"" ES384_X
                     "\",\"y\":\"" ES384_Y "\"},");
    }
    if (keys != 0) text[strlen(text) - 1] = '\0';
    strcat(text, "]}");
    return text;
}

const char *tokens_join(const char *header, const char *claims, const void *signature, size_t len)
{
    char *text = next_text();

    snprintf(text, TEXT_BYTES, "%s.", tokens_base64url(header, strlen(header)));
    strcat(text, tokens_base64url(claims, strlen(claims)));
    strcat(text, ".");
    return strcat(text, tokens_base64url(signature, len));
}

const char *tokens_domain_jwks(int keys)
{
    static const char use[] = "\"use\":\"sig\"";
    static char text[8400];
    const char *from = tokens_jwks(keys), *at;
    size_t len = 0;

    while ((at = strstr(from, use)) != NULL) {
        len += (size_t)sprintf(text + len, "%.*s\"use\":\"jwt-svid\"", (int)(at - from), from);
        from = at + sizeof use - 1;
    }
    strcpy(text + len, from);
    return text;
}

const char *tokens_sign(const char *header, const char *claims, enum token_key key)
{
    uint8_t secret[32], digest[32], signature[64];
    const char *signed_text = tokens_join(header, claims, "", 0);

    memset(secret, secret_of(key), sizeof secret);
    port_sha256(signed_text, strlen(signed_text) - 1, digest);
    if (port_es256_sign(secret, digest, signature) != PORT_CRYPTO_GOOD) abort();
    return tokens_join(header, claims, signature, sizeof signature);
}
