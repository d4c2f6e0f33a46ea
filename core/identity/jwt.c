/* see jwt.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/jwt.h"

#include "core/base/base64url.h"
#include "core/json/json_scan.h"
#include "policy/elements.h"
#include "port/port_crypto.h"

enum header_slot { ALG, TYP, KID, CRIT, HEADER_SLOTS };
enum claim_slot { ISS, SUB, AUD, EXP, NBF, IAT, ACT, JTI, CLAIM_SLOTS };

#define HEADER_TRIE(NODE) \
    NODE(header, root, "", 0, PN_TRIE_NO_SLOT, header_alg, 0) \
    NODE(header, alg, "alg", 0, ALG, 0, header_typ) \
    NODE(header, typ, "typ", 0, TYP, 0, header_kid) \
    NODE(header, kid, "kid", 0, KID, 0, header_crit) \
    NODE(header, crit, "crit", 0, CRIT, 0, 0)
PN_TRIE_DEFINE(header, HEADER_SLOTS, HEADER_TRIE)

#define CLAIMS_TRIE(NODE) \
    NODE(claims, root, "", 0, PN_TRIE_NO_SLOT, claims_iss, 0) \
    NODE(claims, iss, "iss", 0, ISS, 0, claims_sub) \
    NODE(claims, sub, "sub", 0, SUB, 0, claims_aud) \
    NODE(claims, aud, "aud", PN_TRIE_RAW, AUD, 0, claims_exp) \
    NODE(claims, exp, "exp", 0, EXP, 0, claims_nbf) \
    NODE(claims, nbf, "nbf", 0, NBF, 0, claims_iat) \
    NODE(claims, iat, "iat", 0, IAT, 0, claims_act) \
    NODE(claims, act, "act", PN_TRIE_RAW, ACT, 0, claims_jti) \
    NODE(claims, jti, "jti", 0, JTI, 0, 0)
PN_TRIE_DEFINE(claims, CLAIM_SLOTS, CLAIMS_TRIE)

static const double time_max = 253402300800.0; /* the year 10000 */

bool pn_jwt_looks_like(struct pn_slice text)
{
    return pn_slice_begins(text, PN_SLICE("eyJ")) && pn_slice_find(text, '.') < text.len;
}

enum pn_jwt_alg pn_jwt_alg_of(const struct pn_value *name)
{
    static const struct {
        struct pn_slice name;
        enum pn_jwt_alg alg;
    } known[] = { { PN_SLICE_INIT("ES256"), PN_JWT_ES256 },
                  { PN_SLICE_INIT("ES384"), PN_JWT_ES384 },
                  { PN_SLICE_INIT("RS256"), PN_JWT_RS256 },
                  { PN_SLICE_INIT("PS256"), PN_JWT_PS256 } };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (pn_value_is_text(name, known[i].name)) return known[i].alg;
    }
    return PN_JWT_ALG_NONE;
}

/* A map, strictly; its values in `slots`. */
static bool scan(struct pn_slice text, struct pn_trie wire, struct pn_value *slots,
                 struct pn_json_keys *keys)
{
    static const struct pn_json_limits limits = { .depth_max = PN_JWT_DEPTH_MAX };
    struct pn_json_pick pick = { .wire = wire, .slots = slots, .base = text.at };
    struct pn_json_scan scan;

    if (text.len < 2 || text.at[0] != '{' || text.at[text.len - 1] != '}') return false;
    pn_json_keys_reset(keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, keys, &limits);
    return pn_json_scan_step(&scan, text, PN_JSON_LAST, &pick) == PN_DONE;
}

/* Media types are compared without regard to case; "application/" may be left out (RFC 7515,
 * 4.1.9). */
static enum pn_jwt_type type_of(const struct pn_value *typ)
{
    static const struct pn_slice prefix = PN_SLICE_INIT("application/");
    uint8_t room[32];

    if (typ->type == PN_ABSENT) return PN_JWT_TYPE_ABSENT;
    if (typ->type != PN_STRING) return PN_JWT_TYPE_OTHER;
    size_t len = pn_value_copy_text(typ, room, sizeof room);
    if (len == SIZE_MAX) return PN_JWT_TYPE_OTHER;
    struct pn_slice text = pn_slice(room, len);
    bool prefixed =
        len > prefix.len && pn_slice_equal_fold(pn_slice_head(text, prefix.len), prefix);
    if (prefixed) text = pn_slice_from(text, prefix.len);
    if (pn_slice_equal_fold(text, PN_SLICE("at+jwt"))) return PN_JWT_TYPE_AT;
    if (pn_slice_equal_fold(text, PN_SLICE("JOSE"))) return PN_JWT_TYPE_JOSE;
    return pn_slice_equal_fold(text, PN_SLICE("JWT")) ? PN_JWT_TYPE_JWT : PN_JWT_TYPE_OTHER;
}

static enum pn_reason read_header(struct pn_slice text, struct pn_json_keys *keys,
                                  struct pn_jwt *jwt)
{
    struct pn_value slots[HEADER_SLOTS];

    if (!scan(text, header_trie, slots, keys)) return PN_REASON_TOKEN_MALFORMED;
    if (slots[KID].type != PN_ABSENT && slots[KID].type != PN_STRING) {
        return PN_REASON_TOKEN_MALFORMED;
    }
    jwt->alg = (uint8_t)pn_jwt_alg_of(&slots[ALG]);
    jwt->type = (uint8_t)type_of(&slots[TYP]);
    jwt->kid = slots[KID];
    if (slots[CRIT].type != PN_ABSENT) return PN_REASON_TOKEN_CRITICAL;
    return jwt->alg == PN_JWT_ALG_NONE ? PN_REASON_TOKEN_ALGORITHM : PN_REASON_NONE;
}

/* A NumericDate (RFC 7519, 2) may have a fraction, which is dropped. */
static bool read_time(struct pn_value *time)
{
    if (time->type == PN_ABSENT) return true;
    if (time->type == PN_DOUBLE && time->as.d >= 0 && time->as.d < time_max) {
        *time = pn_value_int((int64_t)time->as.d);
    }
    return time->type == PN_INT && time->as.i >= 0 && time->as.i < (int64_t)time_max;
}

static bool is_one_of(const struct pn_value *value, enum pn_type type, enum pn_type other)
{
    return value->type == PN_ABSENT || value->type == type || value->type == other;
}

bool pn_jwt_read_claims(struct pn_slice text, struct pn_json_keys *keys, struct pn_jwt *jwt)
{
    struct pn_value slots[CLAIM_SLOTS];

    if (!scan(text, claims_trie, slots, keys)) return false;
    jwt->iss = slots[ISS];
    jwt->sub = slots[SUB];
    jwt->aud = slots[AUD];
    jwt->act = slots[ACT];
    jwt->exp = slots[EXP];
    jwt->nbf = slots[NBF];
    jwt->iat = slots[IAT];
    jwt->jti = slots[JTI].type == PN_NULL ? pn_value_of(PN_ABSENT) : slots[JTI];
    jwt->claims = pn_value_string(text);
    jwt->claims.type = PN_MAP;
    return is_one_of(&jwt->iss, PN_STRING, PN_STRING) &&
           is_one_of(&jwt->sub, PN_STRING, PN_STRING) && is_one_of(&jwt->aud, PN_STRING, PN_LIST) &&
           is_one_of(&jwt->act, PN_MAP, PN_MAP) && is_one_of(&jwt->jti, PN_STRING, PN_STRING) &&
           read_time(&jwt->exp) && read_time(&jwt->nbf) && read_time(&jwt->iat);
}

/* The signature is over the text as it was sent, up to the second dot. */
static void digest(struct pn_slice token, size_t signed_len, struct pn_jwt *jwt)
{
    struct port_sha256 state, whole;

    port_sha256_begin(&state);
    port_sha256_add(&state, token.at, signed_len);
    whole = state;
    port_sha256_end(&state, jwt->signed_digest);
    port_sha256_add(&whole, token.at + signed_len, token.len - signed_len);
    port_sha256_end(&whole, jwt->digest);
    if (jwt->alg == PN_JWT_ES384) port_sha384(token.at, signed_len, jwt->signed_digest);
}

enum pn_reason pn_jwt_read(uint8_t *token, size_t len, struct pn_json_keys *keys,
                           struct pn_jwt *jwt)
{
    struct pn_slice text = pn_slice(token, len), header, claims;

    if (len > PN_JWT_BYTES_MAX) return PN_REASON_TOKEN_OVERSIZE;
    size_t first = pn_slice_find(text, '.');
    if (first > PN_JWT_HEADER_DIGITS) return PN_REASON_TOKEN_OVERSIZE;
    if (first == len) return PN_REASON_TOKEN_MALFORMED;
    struct pn_slice rest = pn_slice_from(text, first + 1);
    size_t second = pn_slice_find(rest, '.');
    if (second == rest.len) return PN_REASON_TOKEN_MALFORMED;

    /* The header is decoded aside first, since the digest wants the text as it was sent. */
    uint8_t room[PN_JWT_HEADER_DIGITS / 4 * 3];
    if (!pn_base64url_decode(pn_slice_head(text, first), room, &header)) {
        return PN_REASON_TOKEN_MALFORMED;
    }
    enum pn_reason reason = read_header(header, keys, jwt);
    if (reason != PN_REASON_NONE) return reason;
    digest(text, first + 1 + second, jwt);

    memcpy(token, room, header.len);
    reason = read_header(pn_slice(token, header.len), keys, jwt);
    bool good = reason == PN_REASON_NONE &&
                pn_base64url_decode(pn_slice_head(rest, second), token + header.len, &claims) &&
                pn_base64url_decode(pn_slice_from(rest, second + 1),
                                    token + header.len + claims.len, &jwt->signature) &&
                pn_jwt_read_claims(claims, keys, jwt);
    return good ? PN_REASON_NONE : PN_REASON_TOKEN_MALFORMED;
}

/* A time that is not stated has come. */
static bool is_to_come(const struct pn_value *time, int64_t now_s)
{
    return time->type == PN_INT && time->as.i > now_s;
}

enum pn_reason pn_jwt_check_times(const struct pn_jwt *jwt, const struct pn_token_time *time,
                                  int64_t skew_s)
{
    if (jwt->exp.type != PN_INT) return PN_REASON_TOKEN_CLAIMS;
    if (jwt->exp.as.i + skew_s <= time->now_s) return PN_REASON_TOKEN_EXPIRED;
    if (!time->known) return PN_REASON_TOKEN_TIME_UNKNOWN;
    bool early =
        is_to_come(&jwt->nbf, time->now_s + skew_s) || is_to_come(&jwt->iat, time->now_s + skew_s);
    return early ? PN_REASON_TOKEN_NOT_YET : PN_REASON_NONE;
}

static bool member(const struct pn_value *map, struct pn_slice name, struct pn_value *value)
{
    struct pn_elements it;
    struct pn_value key;

    if (map->type != PN_MAP) return false;
    pn_elements_begin(&it, map);
    while (pn_elements_next_entry(&it, &key, value)) {
        if (pn_value_is_text(&key, name)) return true;
    }
    return false;
}

bool pn_claim_find(const struct pn_value *claims, struct pn_slice path, struct pn_value *value)
{
    struct pn_value map = *claims;
    bool found = true;

    while (found) {
        struct pn_slice name = pn_slice_head(path, pn_slice_find(path, PN_CLAIM_STEP));
        found = member(&map, name, value);
        if (found && name.len == path.len) return true;
        path = pn_slice_from(path, name.len < path.len ? name.len + 1 : name.len);
        map = *value;
    }
    *value = pn_value_of(PN_ABSENT);
    return false;
}
