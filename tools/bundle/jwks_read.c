/* see jwks_read.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/jwks_read.h"

#include "core/identity/identity_format.h"
#include "core/identity/jwk.h"
#include "tools/compile/yaml_fields.h"

struct reading {
    struct bundle *bundle;
    const struct yaml_node *jwk;
    uint8_t allowed;
    struct bundle_issuer_key key;
};

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

static const char *const names[PN_JWK_MEMBERS] = {
    [PN_JWK_KTY] = "kty", [PN_JWK_ALG] = "alg", [PN_JWK_USE] = "use", [PN_JWK_CRV] = "crv",
    [PN_JWK_N] = "n",     [PN_JWK_E] = "e",     [PN_JWK_X] = "x",     [PN_JWK_Y] = "y",
};

static enum pn_jwk_ops read_ops(const struct yaml_node *ops)
{
    if (ops == NULL) return PN_JWK_OPS_ABSENT;
    for (size_t i = 0; i < ops->items.count; i++) {
        const struct yaml_node *op = ops->items.items[i];
        if (op->kind == YAML_SCALAR && yaml_text_is(op, "verify")) return PN_JWK_OPS_VERIFY;
    }
    return PN_JWK_OPS_OTHER;
}

static struct pn_jwk_text members_of(const struct yaml_node *jwk)
{
    struct pn_jwk_text text = { .ops = read_ops(yaml_get(jwk, "key_ops")) };

    for (int i = 0; i < PN_JWK_MEMBERS; i++) {
        const struct yaml_node *node = yaml_get(jwk, names[i]);
        if (node != NULL && node->kind == YAML_SCALAR) text.member[i] = node->text;
    }
    return text;
}

/* Keys that are for something else are left out; what is no key is an error. */
static const char *why_left_out(enum pn_jwk_verdict verdict)
{
    switch (verdict) {
    case PN_JWK_NOT_FOR_SIGNATURES: return "it is not for signatures";
    case PN_JWK_KIND: return "its kind is neither EC nor RSA";
    case PN_JWK_CURVE: return "its curve is neither P-256 nor P-384";
    case PN_JWK_CURVE_ALG: return "its algorithm is not the one of its curve";
    case PN_JWK_RSA_ALG: return "its algorithm is neither RS256 nor PS256";
    case PN_JWK_NOT_ALLOWED: return "its algorithm is not among the issuer's";
    case PN_JWK_GOOD:
    case PN_JWK_NO_ALG:
    case PN_JWK_ABSENT:
    case PN_JWK_NOT_BASE64URL:
    case PN_JWK_LENGTH:
    case PN_JWK_NO_POINT:
    case PN_JWK_WEAK: break;
    }
    return NULL;
}

static void report(const struct reading *r, enum pn_jwk_verdict verdict, const struct pn_jwk *key)
{
    const char *why = why_left_out(verdict), *name = names[key->member];
    const struct yaml_node *member = yaml_get(r->jwk, name);

    if (why != NULL) {
        diag_note(r->bundle->diagnostics, r->jwk->mark, "this key is left out: %s", why);
    } else if (verdict == PN_JWK_ABSENT) {
        fail(r, member, arena_format(r->bundle->arena, "'%s' of the key is missing", name));
    } else if (verdict == PN_JWK_NOT_BASE64URL) {
        fail(r, member, "this is not base64url");
    } else if (verdict == PN_JWK_LENGTH) {
        int bytes = key->alg == PN_JWT_ES256 ? 32 : 48;
        fail(r, member, arena_format(r->bundle->arena, "%d bytes are wanted here", bytes));
    } else if (verdict == PN_JWK_NO_POINT) {
        fail(r, NULL, "this key is no point of its curve");
    } else if (verdict == PN_JWK_WEAK) {
        fail(r, NULL, "an RSA key has 2048 to 4096 bits and an exponent from 65537 on here");
    } else {
        fail(r, NULL,
             "this key does not say its 'alg'; name the issuer's algorithms, with RS256 "
             "or PS256 but not both");
    }
}

/* In the bundle of a trust domain each key says what it is for (SPIFFE Trust Domain and Bundle,
 * 4.2.2); false: not for tokens. */
static bool is_for_tokens(const struct reading *r, const struct bundle_issuer *issuer,
                          struct pn_jwk_text *text)
{
    if (issuer->kind != PN_ISSUER_SPIFFE) return true;
    if (!pn_slice_equal(text->member[PN_JWK_USE], PN_SLICE("jwt-svid"))) {
        diag_note(r->bundle->diagnostics, r->jwk->mark,
                  "this key is left out: its use is not "
                  "jwt-svid");
        return false;
    }
    text->member[PN_JWK_USE] = PN_SLICE("sig");
    return true;
}

static bool read_material(struct reading *r, const struct bundle_issuer *issuer)
{
    struct pn_jwk_text text = members_of(r->jwk);
    struct pn_jwk key;
    if (!is_for_tokens(r, issuer, &text)) return false;
    enum pn_jwk_verdict verdict = pn_jwk_read(&text, r->allowed, &key);

    if (verdict != PN_JWK_GOOD) {
        report(r, verdict, &key);
        return false;
    }
    uint8_t *material = arena_take(r->bundle->arena, key.material_len);
    memcpy(material, key.material, key.material_len);
    r->key.material = pn_slice(material, key.material_len);
    r->key.exponent = key.exponent;
    r->key.alg = (enum pn_jwt_alg)key.alg;
    return true;
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
    if (!read_material(r, issuer)) return;
    kid = yaml_get(r->jwk, "kid");
    if (kid != NULL) r->key.id = kid->text;
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
