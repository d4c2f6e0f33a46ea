/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_jwt.c - any bytes as a token.
 *
 * The first byte chooses: the rest is a token as it is; or a header and claims, separated by a line
 * end, which are put into base64url so that nothing is wasted on guessing it. What reads is judged
 * by one issuer, and what is taken is named; no signature is computed. */
/* links: linux */
#include "core/identity/caller_text.h"

#include <stdlib.h>

#include "core/base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TOKEN_MAX = PN_JWT_BYTES_MAX + 64 };

static const char pool[] = "iss0aud0sub0act\x1Fsub0team0scope0word0role0k";
static uint8_t issuer[PN_ISSUER_BYTES], audience[8], key[PN_ISSUER_KEY_BYTES];
static uint8_t role[PN_ISSUER_ROLE_BYTES];
static uint8_t strings[sizeof pool + 64];
static struct pn_issuer_table table;

static void must(bool holds)
{
    if (!holds) abort();
}

static void put(uint8_t *at, uint32_t from, uint32_t len)
{
    pn_store32(at, from);
    pn_store32(at + 4, len);
}

static void make_table(void)
{
    memcpy(strings, pool, sizeof pool);
    put(issuer + PN_ISSUER_NAME, 0, 3);
    put(issuer + PN_ISSUER_USER, 8, 3);
    put(issuer + PN_ISSUER_AGENT, 12, 7);
    put(issuer + PN_ISSUER_TEAM, 20, 4);
    pn_store32(issuer + PN_ISSUER_AUDIENCE_COUNT, 1);
    pn_store32(issuer + PN_ISSUER_KEY_COUNT, 1);
    pn_store32(issuer + PN_ISSUER_ROLE_COUNT, 1);
    pn_store32(issuer + PN_ISSUER_SKEW_S, 60);
    issuer[PN_ISSUER_TYPES] = 7;
    put(audience, 4, 3);
    put(key + PN_ISSUER_KEY_ID, 41, 1);
    put(key + PN_ISSUER_KEY_MATERIAL, sizeof pool, 64);
    key[PN_ISSUER_KEY_ALG] = PN_JWT_ES256;
    put(role + PN_ISSUER_ROLE_CLAIM, 25, 5);
    put(role + PN_ISSUER_ROLE_VALUE, 31, 4);
    put(role + PN_ISSUER_ROLE_NAME, 36, 4);
    role[PN_ISSUER_ROLE_WORDS] = 1;
    table = (struct pn_issuer_table){ pn_slice(strings, sizeof strings),
                                      pn_slice(issuer, sizeof issuer),
                                      pn_slice(audience, sizeof audience),
                                      pn_slice(key, sizeof key), pn_slice(role, sizeof role) };
    must(pn_issuer_table_check(&table, 1));
}

static void judge(const struct pn_jwt *jwt)
{
    struct pn_token_time time = { 1000, true, 0 };
    struct pn_token_place here = { PN_SLICE(""), PN_SLICE("/v1") };
    struct pn_issuer_match match;
    struct pn_caller_text text;
    struct pn_key who;

    if (pn_issuer_check(&table, NULL, jwt, &time, &here, &match) != PN_REASON_NONE) return;
    must(jwt->alg == PN_JWT_ES256 && jwt->exp.type == PN_INT && jwt->exp.as.i > 1000 - 60);
    if (pn_issuer_name(&table, &match, jwt, &text, &who) != PN_REASON_NONE) return;
    must(who.user.len + who.agent.len > 0);
    must(who.user.len <= PN_CALLER_NAME_BYTES && who.agent.len <= PN_CALLER_NAME_BYTES);
    must((who.roles[0] & ~UINT64_C(1)) == 0 && (who.roles[0] != 0) == (who.role_names.len > 0));
}

static void read_token(const uint8_t *bytes, size_t len)
{
    static struct pn_json_key places[256];
    struct pn_json_keys keys;
    struct pn_jwt jwt;
    uint8_t *token = malloc(len > 0 ? len : 1);

    if (token == NULL) abort();
    memcpy(token, bytes, len);
    pn_json_keys_init(&keys, places, 256, (const uint8_t *)"sixteen bytes ok");
    if (pn_jwt_read(token, len, &keys, &jwt) == PN_REASON_NONE) {
        must(jwt.alg != PN_JWT_ALG_NONE && jwt.claims.type == PN_MAP);
        must(jwt.signature.at >= token && jwt.signature.at + jwt.signature.len <= token + len);
        judge(&jwt);
    }
    free(token);
}

static size_t encode(uint8_t *out, const uint8_t *at, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t count = 0;

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)at[i] << 16;
        if (left > 1) bits |= (uint32_t)at[i + 1] << 8;
        if (left > 2) bits |= at[i + 2];
        for (size_t d = 0; d <= left; d++)
            out[count++] = (uint8_t)digits[bits >> (18 - 6 * d) & 63];
    }
    return count;
}

static void read_parts(const uint8_t *at, size_t len)
{
    static uint8_t token[TOKEN_MAX];
    size_t first = pn_slice_find(pn_slice(at, len), '\n');

    if (first == len || len > TOKEN_MAX / 2) return;
    size_t used = encode(token, at, first);
    token[used++] = '.';
    used += encode(token + used, at + first + 1, len - first - 1);
    token[used++] = '.';
    memset(token + used, 'A', 86);
    read_token(token, used + 86);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (table.strings.len == 0) make_table();
    if (size == 0) return 0;
    if (data[0] % 2 == 0) read_token(data + 1, size - 1);
    else read_parts(data + 1, size - 1);
    return 0;
}
