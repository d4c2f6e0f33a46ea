/* see jwk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/jwk.h"

#include "core/base/base64url.h"
#include "core/identity/jwt.h"

static bool has(const struct pn_jwk_text *t, enum pn_jwk_member member)
{
    return t->member[member].at != NULL;
}

static bool is(const struct pn_jwk_text *t, enum pn_jwk_member member, struct pn_slice word)
{
    return has(t, member) && pn_slice_equal(t->member[member], word);
}

/* --- the algorithm --- */

static bool verifies(const struct pn_jwk_text *t)
{
    if (has(t, PN_JWK_USE) && !is(t, PN_JWK_USE, PN_SLICE("sig"))) return false;
    return t->ops != PN_JWK_OPS_OTHER;
}

static enum pn_jwt_alg named_alg(const struct pn_jwk_text *t)
{
    struct pn_value name = pn_value_string(t->member[PN_JWK_ALG]);

    return pn_jwt_alg_of(&name);
}

static bool is_allowed(uint8_t allowed, enum pn_jwt_alg alg)
{
    return allowed == 0 || (allowed >> alg & 1) != 0;
}

/* The curve says which (RFC 7518, 3.4). */
static enum pn_jwk_verdict curve_alg(const struct pn_jwk_text *t, struct pn_jwk *key)
{
    bool p256 = is(t, PN_JWK_CRV, PN_SLICE("P-256"));

    if (!p256 && !is(t, PN_JWK_CRV, PN_SLICE("P-384"))) return PN_JWK_CURVE;
    key->alg = p256 ? PN_JWT_ES256 : PN_JWT_ES384;
    if (has(t, PN_JWK_ALG) && named_alg(t) != (enum pn_jwt_alg)key->alg) return PN_JWK_CURVE_ALG;
    return PN_JWK_GOOD;
}

static enum pn_jwk_verdict rsa_alg(const struct pn_jwk_text *t, uint8_t allowed, struct pn_jwk *key)
{
    bool rs = is_allowed(allowed, PN_JWT_RS256), ps = is_allowed(allowed, PN_JWT_PS256);

    if (has(t, PN_JWK_ALG)) {
        key->alg = (uint8_t)named_alg(t);
        bool fits = key->alg == PN_JWT_RS256 || key->alg == PN_JWT_PS256;
        return fits ? PN_JWK_GOOD : PN_JWK_RSA_ALG;
    }
    key->alg = rs ? PN_JWT_RS256 : PN_JWT_PS256;
    return rs == ps ? PN_JWK_NO_ALG : PN_JWK_GOOD;
}

/* --- the material --- */

/* `wanted` bytes of a member, or up to `wanted` of them. */
enum length { EXACTLY, AT_MOST };

static enum pn_jwk_verdict read_bytes(const struct pn_jwk_text *t, struct pn_jwk *key,
                                      enum length length, size_t wanted, struct pn_slice *out)
{
    struct pn_slice text = t->member[key->member];

    if (!has(t, (enum pn_jwk_member)key->member)) return PN_JWK_ABSENT;
    uint8_t room[PORT_RSA_BYTES_MAX];
    size_t bytes = pn_base64url_bytes(text.len);
    if (bytes > sizeof room) return length == AT_MOST ? PN_JWK_WEAK : PN_JWK_LENGTH;
    if (!pn_base64url_decode(text, room, out)) return PN_JWK_NOT_BASE64URL;
    if (length == EXACTLY ? bytes != wanted : bytes > wanted) return PN_JWK_LENGTH;
    memcpy(key->material + key->material_len, room, bytes);
    *out = pn_slice(key->material + key->material_len, bytes);
    return PN_JWK_GOOD;
}

static enum pn_jwk_verdict read_half(const struct pn_jwk_text *t, struct pn_jwk *key,
                                     enum pn_jwk_member member, size_t half)
{
    struct pn_slice bytes;

    key->member = (uint8_t)member;
    enum pn_jwk_verdict verdict = read_bytes(t, key, EXACTLY, half, &bytes);
    if (verdict == PN_JWK_GOOD) key->material_len = (uint16_t)(key->material_len + half);
    return verdict;
}

static enum pn_jwk_verdict read_point(const struct pn_jwk_text *t, struct pn_jwk *key)
{
    size_t half = key->alg == PN_JWT_ES256 ? 32 : 48;
    enum pn_jwk_verdict verdict = read_half(t, key, PN_JWK_X, half);

    if (verdict == PN_JWK_GOOD) verdict = read_half(t, key, PN_JWK_Y, half);
    if (verdict != PN_JWK_GOOD) return verdict;
    enum port_crypto_verdict point = key->alg == PN_JWT_ES256
                                         ? port_es256_public_check(key->material)
                                         : port_es384_public_check(key->material);
    return point == PORT_CRYPTO_BAD_SIGNATURE ? PN_JWK_NO_POINT : PN_JWK_GOOD;
}

static enum pn_jwk_verdict read_rsa(const struct pn_jwk_text *t, struct pn_jwk *key)
{
    struct pn_slice n, e;

    key->member = PN_JWK_E;
    enum pn_jwk_verdict verdict = read_bytes(t, key, AT_MOST, sizeof key->material, &e);
    if (verdict != PN_JWK_GOOD) return verdict;
    for (size_t i = 0; i < e.len && e.len <= 4; i++) key->exponent = key->exponent << 8 | e.at[i];
    key->member = PN_JWK_N;
    verdict = read_bytes(t, key, AT_MOST, sizeof key->material, &n);
    if (verdict != PN_JWK_GOOD) return verdict;
    key->material_len = (uint16_t)n.len;
    struct port_rsa_public rsa = { key->material, key->material_len, key->exponent };
    return port_rsa_public_check(&rsa) == PORT_CRYPTO_GOOD ? PN_JWK_GOOD : PN_JWK_WEAK;
}

enum pn_jwk_verdict pn_jwk_read(const struct pn_jwk_text *t, uint8_t allowed, struct pn_jwk *key)
{
    enum pn_jwk_verdict verdict;

    *key = (struct pn_jwk){ 0 };
    if (!verifies(t)) return PN_JWK_NOT_FOR_SIGNATURES;
    bool curve = is(t, PN_JWK_KTY, PN_SLICE("EC"));
    if (curve) verdict = curve_alg(t, key);
    else if (is(t, PN_JWK_KTY, PN_SLICE("RSA"))) verdict = rsa_alg(t, allowed, key);
    else return PN_JWK_KIND;
    if (verdict != PN_JWK_GOOD) return verdict;
    if (!is_allowed(allowed, (enum pn_jwt_alg)key->alg)) return PN_JWK_NOT_ALLOWED;
    return curve ? read_point(t, key) : read_rsa(t, key);
}
