/* see issuer_key.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/issuer_key.h"

#include "core/base/bytes.h"
#include "port/port_crypto.h"

struct pn_issuer_key pn_issuer_key(const struct pn_issuer_table *t, const uint8_t *record)
{
    return (struct pn_issuer_key){ .alg = record[PN_ISSUER_KEY_ALG],
                                   .exponent = pn_load32(record + PN_ISSUER_KEY_EXPONENT),
                                   .id = pn_issuer_text(t, record + PN_ISSUER_KEY_ID),
                                   .material = pn_issuer_text(t, record + PN_ISSUER_KEY_MATERIAL) };
}

static struct port_rsa_public rsa_key(const struct pn_issuer_key *key)
{
    return (struct port_rsa_public){ key->material.at, key->material.len, key->exponent };
}

bool pn_issuer_key_check(const struct pn_issuer_key *key)
{
    struct port_rsa_public rsa = rsa_key(key);

    switch ((enum pn_jwt_alg)key->alg) {
    case PN_JWT_ES256: return key->material.len == PORT_ES256_PUBLIC_BYTES && key->exponent == 0;
    case PN_JWT_ES384: return key->material.len == PORT_ES384_PUBLIC_BYTES && key->exponent == 0;
    case PN_JWT_RS256:
    case PN_JWT_PS256: return port_rsa_public_check(&rsa) == PORT_CRYPTO_GOOD;
    case PN_JWT_ALG_NONE: break;
    }
    return false;
}

static const uint8_t *key_at(const struct pn_issuer_table *t, const uint8_t *issuer, uint32_t index)
{
    size_t first = pn_load32(issuer + PN_ISSUER_KEY_FIRST);

    return t->keys.at + (first + index) * PN_ISSUER_KEY_BYTES;
}

/* How well a key fits a token: a token need not name it (RFC 7515, 4.1.4) where there is but one of
 * its algorithm. */
enum fit { NO_FIT, BY_ALG, BY_NAME };

static enum fit fit_of(const struct pn_issuer_key *key, const struct pn_jwt *jwt)
{
    if (jwt->kid.type != PN_STRING) return key->alg == jwt->alg ? BY_ALG : NO_FIT;
    return key->id.len > 0 && pn_value_is_text(&jwt->kid, key->id) ? BY_NAME : NO_FIT;
}

/* Is this the one? False where two could be it. */
static bool take_key(const struct pn_issuer_key *key, const struct pn_jwt *jwt,
                     struct pn_issuer_key *found)
{
    enum fit fit = fit_of(key, jwt);

    if (fit == NO_FIT) return true;
    if (found->alg != PN_JWT_ALG_NONE) return false;
    *found = *key;
    return true;
}

bool pn_issuer_key_find(const struct pn_issuer_table *t, const uint8_t *issuer,
                        const struct pn_jwt *jwt, struct pn_issuer_key *found)
{
    uint32_t count = pn_load32(issuer + PN_ISSUER_KEY_COUNT);

    *found = (struct pn_issuer_key){ .alg = PN_JWT_ALG_NONE };
    for (uint32_t i = 0; i < count; i++) {
        struct pn_issuer_key key = pn_issuer_key(t, key_at(t, issuer, i));
        if (!take_key(&key, jwt, found)) return false;
    }
    return found->alg != PN_JWT_ALG_NONE;
}

bool pn_issuer_key_find_fetched(const struct pn_jwks *set, const struct pn_jwt *jwt,
                                struct pn_issuer_key *found)
{
    *found = (struct pn_issuer_key){ .alg = PN_JWT_ALG_NONE };
    for (uint32_t i = 0; i < set->count; i++) {
        const struct pn_jwk *jwk = &set->keys[i].jwk;
        struct pn_issuer_key key = { .alg = jwk->alg,
                                     .exponent = jwk->exponent,
                                     .id = pn_jwks_id(&set->keys[i]),
                                     .material = pn_slice(jwk->material, jwk->material_len) };
        if (!take_key(&key, jwt, found)) return false;
    }
    return found->alg != PN_JWT_ALG_NONE;
}

static enum port_crypto_verdict verdict(const struct pn_issuer_key *key, const struct pn_jwt *jwt)
{
    struct pn_slice material = key->material, s = jwt->signature;
    struct port_rsa_public rsa = rsa_key(key);

    switch ((enum pn_jwt_alg)key->alg) {
    case PN_JWT_ES256:
        if (s.len != PORT_ES256_SIGNATURE_BYTES) break;
        return port_es256_verify(material.at, jwt->signed_digest, s.at);
    case PN_JWT_ES384:
        if (s.len != PORT_ES384_SIGNATURE_BYTES) break;
        return port_es384_verify(material.at, jwt->signed_digest, s.at);
    case PN_JWT_RS256:
        if (s.len != material.len) break;
        return port_rs256_verify(&rsa, jwt->signed_digest, s.at, s.len);
    case PN_JWT_PS256:
        if (s.len != material.len) break;
        return port_ps256_verify(&rsa, jwt->signed_digest, s.at, s.len);
    case PN_JWT_ALG_NONE: break;
    }
    return PORT_CRYPTO_BAD_SIGNATURE;
}

enum pn_reason pn_issuer_key_verify(const struct pn_issuer_key *key, const struct pn_jwt *jwt)
{
    enum port_crypto_verdict v = verdict(key, jwt);

    if (v == PORT_CRYPTO_GOOD) return PN_REASON_NONE;
    return v == PORT_CRYPTO_FAULT ? PN_REASON_TOKEN_UNVERIFIED : PN_REASON_TOKEN_SIGNATURE;
}
