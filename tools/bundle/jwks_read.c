/* see jwks_read.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/jwks_read.h"

#include "core/base/base64url.h"
#include "core/identity/jwt.h"
#include "port/port_crypto.h"
#include "tools/compile/yaml_fields.h"

struct reading {
    struct bundle *bundle;
    const struct yaml_node *jwk;
    uint8_t allowed;
    struct bundle_issuer_key key;
};

static bool is(const struct yaml_node *node, const char *words)
{
    return node != NULL && node->kind == YAML_SCALAR && yaml_text_is(node, words);
}

static bool fail(const struct reading *r, const struct yaml_node *at, const char *message)
{
    diag_error(r->bundle->diagnostics, at != NULL ? at->mark : r->jwk->mark, "%s", message);
    return false;
}

/* The value is not repeated. */
static bool holds_secret(const struct reading *r)
{
    static const char *const members[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct yaml_node *secret = yaml_get(r->jwk, members[i]);
        if (secret == NULL) continue;
        fail(r, secret,
             "this is a secret key; a bundle holds public ones only, and this one should "
             "be replaced");
        return true;
    }
    return false;
}

/* Bytes of a member; `wanted` of them, or any number (0). */
static bool read_bytes(const struct reading *r, const char *name, size_t wanted,
                       struct pn_slice *bytes)
{
    const struct yaml_node *node = yaml_get(r->jwk, name);

    if (node == NULL || node->kind != YAML_SCALAR) {
        return fail(r, node, arena_format(r->bundle->arena, "'%s' of the key is missing", name));
    }
    uint8_t *room = arena_take(r->bundle->arena, node->text.len + 1);
    if (!pn_base64url_decode(node->text, room, bytes)) {
        return fail(r, node, "this is not base64url");
    }
    if (wanted == 0 || bytes->len == wanted) return true;
    return fail(r, node, arena_format(r->bundle->arena, "%zu bytes are wanted here", wanted));
}

static enum port_crypto_verdict check_point(const struct bundle_issuer_key *key)
{
    return key->alg == PN_JWT_ES256 ? port_es256_public_check(key->material.at)
                                    : port_es384_public_check(key->material.at);
}

static bool read_point(struct reading *r, size_t half)
{
    struct pn_slice x, y;

    if (!read_bytes(r, "x", half, &x) || !read_bytes(r, "y", half, &y)) return false;
    uint8_t *point = arena_take(r->bundle->arena, 2 * half);
    memcpy(point, x.at, half);
    memcpy(point + half, y.at, half);
    r->key.material = pn_slice(point, 2 * half);
    if (check_point(&r->key) != PORT_CRYPTO_BAD_SIGNATURE) return true;
    return fail(r, NULL, "this key is no point of its curve");
}

static bool read_rsa(struct reading *r)
{
    struct pn_slice e;

    if (!read_bytes(r, "n", 0, &r->key.material) || !read_bytes(r, "e", 0, &e)) return false;
    for (size_t i = 0; i < e.len && e.len <= 4; i++) {
        r->key.exponent = r->key.exponent << 8 | e.at[i];
    }
    struct port_rsa_public key = { r->key.material.at, r->key.material.len, r->key.exponent };
    if (port_rsa_public_check(&key) == PORT_CRYPTO_GOOD) return true;
    return fail(r, NULL, "an RSA key has 2048 to 4096 bits and an exponent from 65537 on here");
}

static bool is_allowed(const struct reading *r, enum pn_jwt_alg alg)
{
    return r->allowed == 0 || (r->allowed >> alg & 1) != 0;
}

static enum pn_jwt_alg named_alg(const struct yaml_node *alg)
{
    struct pn_value name = pn_value_string(alg->text);

    return pn_jwt_alg_of(&name);
}

/* The one algorithm of an RSA key that names none. */
static enum pn_jwt_alg only_rsa(const struct reading *r)
{
    if (r->allowed == 0) return PN_JWT_ALG_NONE;
    bool rs = is_allowed(r, PN_JWT_RS256), ps = is_allowed(r, PN_JWT_PS256);
    return rs == ps ? PN_JWT_ALG_NONE : rs ? PN_JWT_RS256 : PN_JWT_PS256;
}

static void leave_out(const struct reading *r, const char *why)
{
    diag_note(r->bundle->diagnostics, r->jwk->mark, "this key is left out: %s", why);
}

/* The curve says which algorithm (RFC 7518, 3.4); a key that says another is left out. */
static bool read_curve(struct reading *r, const struct yaml_node *alg)
{
    const struct yaml_node *curve = yaml_get(r->jwk, "crv");
    bool p256 = is(curve, "P-256"), p384 = is(curve, "P-384");

    r->key.alg = p256 ? PN_JWT_ES256 : PN_JWT_ES384;
    if (!p256 && !p384) {
        leave_out(r, "its curve is neither P-256 nor P-384");
        return false;
    }
    if (alg != NULL && named_alg(alg) != r->key.alg) {
        leave_out(r, "its algorithm is not the one of its curve");
        return false;
    }
    return true;
}

static bool read_alg(struct reading *r)
{
    const struct yaml_node *kty = yaml_get(r->jwk, "kty"), *alg = yaml_get(r->jwk, "alg");

    if (is(kty, "EC")) return read_curve(r, alg);
    if (!is(kty, "RSA")) {
        leave_out(r, "its kind is neither EC nor RSA");
        return false;
    }
    r->key.alg = alg != NULL ? named_alg(alg) : only_rsa(r);
    if (r->key.alg == PN_JWT_RS256 || r->key.alg == PN_JWT_PS256) return true;
    if (alg != NULL) {
        leave_out(r, "its algorithm is neither RS256 nor PS256");
        return false;
    }
    return fail(r, NULL,
                "this key does not say its 'alg'; name the issuer's algorithms, with RS256 "
                "or PS256 but not both");
}

static bool verifies(const struct yaml_node *jwk)
{
    const struct yaml_node *use = yaml_get(jwk, "use"), *ops = yaml_get(jwk, "key_ops");

    if (use != NULL && !is(use, "sig")) return false;
    if (ops == NULL) return true;
    for (size_t i = 0; i < ops->items.count; i++) {
        if (is(ops->items.items[i], "verify")) return true;
    }
    return false;
}

static void check_id(const struct reading *r, const struct bundle_issuer *issuer)
{
    const struct yaml_node *kid = yaml_get(r->jwk, "kid");

    for (size_t i = 0; i < issuer->keys.count; i++) {
        if (!pn_slice_equal(issuer->keys.items[i].id, r->key.id)) continue;
        fail(r, kid,
             r->key.id.len > 0 ? "another key of this issuer has the same kid"
                               : "of several keys each needs a kid");
        return;
    }
}

static void read_key(struct reading *r, struct bundle_issuer *issuer)
{
    const struct yaml_node *kid;

    if (r->jwk->kind != YAML_MAP) {
        fail(r, NULL, "a key is a map, as in the authorization server's own JWKS");
        return;
    }
    if (holds_secret(r)) return;
    if (!verifies(r->jwk)) {
        leave_out(r, "it is not for signatures");
        return;
    }
    if (!read_alg(r)) return;
    if (!is_allowed(r, (enum pn_jwt_alg)r->key.alg)) {
        leave_out(r, "its algorithm is not among the issuer's");
        return;
    }
    kid = yaml_get(r->jwk, "kid");
    if (kid != NULL) r->key.id = kid->text;
    bool good = r->key.alg == PN_JWT_ES256   ? read_point(r, 32)
                : r->key.alg == PN_JWT_ES384 ? read_point(r, 48)
                                             : read_rsa(r);
    if (!good) return;
    check_id(r, issuer);
    LIST_PUSH(r->bundle->arena, &issuer->keys, r->key);
}

void jwks_read(struct bundle *bundle, const struct yaml_node *set, uint8_t allowed,
               struct bundle_issuer *issuer)
{
    const struct yaml_node *keys = yaml_get(set, "keys");

    if (keys == NULL || keys->kind != YAML_LIST) {
        diag_error(bundle->diagnostics, set->mark, "a JWKS is wanted here: {keys: [...]}");
        return;
    }
    for (size_t i = 0; i < keys->items.count; i++) {
        struct reading r = { .bundle = bundle,
                             .jwk = keys->items.items[i],
                             .allowed = allowed,
                             .key = { .mark = keys->items.items[i]->mark } };
        read_key(&r, issuer);
    }
    if (issuer->keys.count == 0) {
        diag_note(bundle->diagnostics, set->mark,
                  "no key of this issuer can verify a token, so none of its tokens is believed");
    }
}
