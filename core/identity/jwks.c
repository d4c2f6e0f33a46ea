/* see jwks.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/jwks.h"

#include "core/json/json_scan.h"
#include "policy/elements.h"

enum { DEPTH_MAX = 16 };

/* The members of jwk.h are the first slots. */
enum slot { KID = PN_JWK_MEMBERS, OPS, KEY, KEYS, SEQUENCE, REFRESH, SLOTS };

#define JWKS_TRIE(NODE) \
    NODE(jwks, root, "", 0, PN_TRIE_NO_SLOT, jwks_keys, 0) \
    NODE(jwks, keys, "keys", 0, KEYS, jwks_key, jwks_sequence) \
    NODE(jwks, sequence, "spiffe_sequence", 0, SEQUENCE, 0, jwks_refresh) \
    NODE(jwks, refresh, "spiffe_refresh_hint", 0, REFRESH, 0, 0) \
    NODE(jwks, key, "", PN_TRIE_ELEMENT | PN_TRIE_PAUSE_BEGIN | PN_TRIE_PAUSE_END, KEY, jwks_kty, \
         0) \
    NODE(jwks, kty, "kty", 0, PN_JWK_KTY, 0, jwks_alg) \
    NODE(jwks, alg, "alg", 0, PN_JWK_ALG, 0, jwks_use) \
    NODE(jwks, use, "use", 0, PN_JWK_USE, 0, jwks_crv) \
    NODE(jwks, crv, "crv", 0, PN_JWK_CRV, 0, jwks_n) \
    NODE(jwks, n, "n", 0, PN_JWK_N, 0, jwks_e) \
    NODE(jwks, e, "e", 0, PN_JWK_E, 0, jwks_x) \
    NODE(jwks, x, "x", 0, PN_JWK_X, 0, jwks_y) \
    NODE(jwks, y, "y", 0, PN_JWK_Y, 0, jwks_kid) \
    NODE(jwks, kid, "kid", 0, KID, 0, jwks_ops) \
    NODE(jwks, ops, "key_ops", PN_TRIE_RAW, OPS, 0, 0)
PN_TRIE_DEFINE(jwks, SLOTS, JWKS_TRIE)

static enum pn_jwk_ops ops_of(const struct pn_value *ops)
{
    struct pn_elements it;
    struct pn_value op;

    if (ops->type == PN_ABSENT) return PN_JWK_OPS_ABSENT;
    if (ops->type != PN_LIST) return PN_JWK_OPS_OTHER;
    pn_elements_begin(&it, ops);
    while (pn_elements_next(&it, &op)) {
        if (op.type == PN_STRING && pn_value_is_text(&op, PN_SLICE("verify"))) {
            return PN_JWK_OPS_VERIFY;
        }
    }
    return PN_JWK_OPS_OTHER;
}

/* None of these words needs an escape, so one that has them is none of these words. */
static bool take_members(const struct pn_value slots[SLOTS], struct pn_jwk_text *text)
{
    *text = (struct pn_jwk_text){ .ops = ops_of(&slots[OPS]) };
    for (int i = 0; i < PN_JWK_MEMBERS; i++) {
        if (slots[i].type == PN_ABSENT) continue;
        if (slots[i].type != PN_STRING || (slots[i].flags & PN_VALUE_ESCAPED) != 0) return false;
        text->member[i] = pn_value_text(&slots[i]);
    }
    return true;
}

static bool take_id(const struct pn_value *kid, struct pn_jwks_key *key)
{
    key->id_len = 0;
    if (kid->type == PN_ABSENT) return true;
    if (kid->type != PN_STRING) return false;
    size_t len = pn_value_copy_text(kid, key->id, sizeof key->id);
    if (len == SIZE_MAX) return false;
    key->id_len = (uint8_t)len;
    return true;
}

/* In the bundle of a trust domain each key says for what it is (4.2.2). */
static bool is_for_tokens(const struct pn_jwks *set, struct pn_jwk_text *text)
{
    struct pn_slice *use = &text->member[PN_JWK_USE];

    if (!set->of_domain) return true;
    if (!use->at || !pn_slice_equal(*use, PN_SLICE("jwt-svid"))) return false;
    *use = PN_SLICE("sig");
    return true;
}

/* A key that is of no use is passed over. False: another one has this name. */
static bool take_key(const struct pn_value slots[SLOTS], uint8_t allowed, struct pn_jwks *set)
{
    struct pn_jwk_text text;

    if (set->count == PN_JWKS_KEYS_MAX || slots[KEY].type != PN_MAP) return true;
    struct pn_jwks_key *key = &set->keys[set->count];
    if (!take_id(&slots[KID], key) || !take_members(slots, &text)) return true;
    if (!is_for_tokens(set, &text)) return true;
    if (pn_jwk_read(&text, allowed, &key->jwk) != PN_JWK_GOOD) return true;
    for (uint32_t i = 0; i < set->count; i++) {
        if (pn_slice_equal(pn_jwks_id(&set->keys[i]), pn_jwks_id(key))) return false;
    }
    set->count++;
    return true;
}

static bool take_number(const struct pn_value *value, uint64_t *number)
{
    *number = value->type == PN_INT ? (uint64_t)value->as.i : 0;
    return value->type == PN_ABSENT || (value->type == PN_INT && value->as.i >= 0);
}

static bool take_numbers(const struct pn_value slots[SLOTS], struct pn_jwks *set)
{
    uint64_t refresh_s;

    if (!set->of_domain) return true;
    if (!take_number(&slots[SEQUENCE], &set->sequence)) return false;
    if (!take_number(&slots[REFRESH], &refresh_s)) return false;
    set->refresh_s = refresh_s < UINT32_MAX ? (uint32_t)refresh_s : UINT32_MAX;
    return true;
}

static bool read(struct pn_slice text, uint8_t allowed, struct pn_json_keys *keys,
                 struct pn_jwks *set)
{
    static const struct pn_json_limits limits = { .depth_max = DEPTH_MAX };
    struct pn_value slots[SLOTS];
    struct pn_json_pick pick = { .wire = jwks_trie, .slots = slots, .base = text.at };
    struct pn_json_scan scan;
    enum pn_step step;

    set->count = 0;
    pn_json_keys_reset(keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, keys, &limits);
    while ((step = pn_json_scan_step(&scan, text, PN_JSON_LAST, &pick)) == PN_WAIT) {
        text = pn_slice_from(text, scan.consumed);
        if (scan.pause.edge == PN_JSON_VALUE_BEGIN) {
            for (int i = 0; i <= KEY; i++) slots[i] = pn_value_of(PN_ABSENT);
        } else if (!take_key(slots, allowed, set)) {
            return false;
        }
    }
    return step == PN_DONE && slots[KEYS].type == PN_LIST && take_numbers(slots, set);
}

bool pn_jwks_read(struct pn_slice text, uint8_t allowed, struct pn_json_keys *keys,
                  struct pn_jwks *set)
{
    set->of_domain = false;
    return read(text, allowed, keys, set);
}

bool pn_jwks_read_domain(struct pn_slice text, uint8_t allowed, struct pn_json_keys *keys,
                         struct pn_jwks *set)
{
    set->of_domain = true;
    return read(text, allowed, keys, set);
}

static bool holds(const struct pn_jwks *set, const struct pn_jwks_key *key)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct pn_jwks_key *other = &set->keys[i];
        if (pn_slice_equal(pn_jwks_id(other), pn_jwks_id(key)) && other->jwk.alg == key->jwk.alg &&
            other->jwk.exponent == key->jwk.exponent &&
            pn_slice_equal(pn_slice(other->jwk.material, other->jwk.material_len),
                           pn_slice(key->jwk.material, key->jwk.material_len))) {
            return true;
        }
    }
    return false;
}

bool pn_jwks_holds(const struct pn_jwks *set, const struct pn_jwks *before)
{
    for (uint32_t i = 0; i < before->count; i++) {
        if (!holds(set, &before->keys[i])) return false;
    }
    return true;
}
