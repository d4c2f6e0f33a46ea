/* see issuer_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/issuer_table.h"

#include "core/base/bytes.h"
#include "core/base/spiffe_id.h"
#include "core/http/octet.h"
#include "core/identity/issuer_desk.h"
#include "policy/elements.h"
#include "port/port_crypto.h"

enum {
    NO_ROLE = 0xFFFF,
    SKEW_MAX_S = 3600,
    ASK_MAX_S = 3600,
    ALGORITHMS = 1 << PN_JWT_ES256 | 1 << PN_JWT_ES384 | 1 << PN_JWT_RS256 | 1 << PN_JWT_PS256,
};

struct pn_slice pn_issuer_text(const struct pn_issuer_table *table, const uint8_t *at)
{
    return pn_slice(table->strings.at + pn_load32(at), pn_load32(at + 4));
}

/* --- checking --- */

static bool text_is_valid(const struct pn_issuer_table *table, const uint8_t *record)
{
    uint32_t at = pn_load32(record), len = pn_load32(record + 4);

    return at <= table->strings.len && len <= table->strings.len - at;
}

static bool range_is_valid(const uint8_t *record, size_t records)
{
    uint32_t first = pn_load32(record);

    return first <= records && pn_load32(record + 4) <= records - first;
}

static bool is_url(struct pn_slice text)
{
    struct pn_url url;

    return text.len <= PN_URL_BYTES_MAX && pn_url_read(text, &url) == PN_URL_GOOD;
}

/* What is asked of it goes into request heads. */
static bool fetch_is_valid(const struct pn_issuer_table *t, const uint8_t *record)
{
    uint8_t fetch = record[PN_ISSUER_FETCH];
    struct pn_slice keys_url = pn_issuer_text(t, record + PN_ISSUER_KEYS_URL);
    struct pn_slice name = pn_issuer_text(t, record + PN_ISSUER_NAME);

    if (fetch == PN_ISSUER_FETCH_NONE) return keys_url.len == 0;
    return fetch <= PN_ISSUER_FETCH_DISCOVERY && is_url(keys_url) && name.len <= 256 &&
           pn_load32(record + PN_ISSUER_KEY_COUNT) == 0;
}

static bool asking_is_valid(const struct pn_issuer_table *t, const uint8_t *record)
{
    struct pn_slice url = pn_issuer_text(t, record + PN_ISSUER_ASK_URL);

    struct pn_slice name = pn_issuer_text(t, record + PN_ISSUER_CREDENTIAL);

    return (url.len == 0 || is_url(url)) && name.len <= 128 &&
           pn_load32(record + PN_ISSUER_ASK_S) <= ASK_MAX_S &&
           record[PN_ISSUER_EGRESS] <= PN_EGRESS_LOOPBACK &&
           (record[PN_ISSUER_ALGORITHMS] & ~ALGORITHMS) == 0;
}

static bool issuer_is_valid(const struct pn_issuer_table *t, const uint8_t *record)
{
    for (size_t at = PN_ISSUER_KEYS_URL; at <= PN_ISSUER_CREDENTIAL; at += 8) {
        if (!text_is_valid(t, record + at)) return false;
    }
    for (size_t at = PN_ISSUER_NAME; at <= PN_ISSUER_TASK; at += 8) {
        if (!text_is_valid(t, record + at)) return false;
    }
    return range_is_valid(record + PN_ISSUER_AUDIENCE_FIRST, t->texts.len / 8) &&
           pn_load32(record + PN_ISSUER_AUDIENCE_COUNT) > 0 &&
           range_is_valid(record + PN_ISSUER_KEY_FIRST, t->keys.len / PN_ISSUER_KEY_BYTES) &&
           range_is_valid(record + PN_ISSUER_ROLE_FIRST, t->roles.len / PN_ISSUER_ROLE_BYTES) &&
           pn_load32(record + PN_ISSUER_SKEW_S) <= SKEW_MAX_S && record[PN_ISSUER_TYPES] < 16 &&
           (pn_load32(record + PN_ISSUER_KIND) & ~1u) == 0 && fetch_is_valid(t, record) &&
           asking_is_valid(t, record);
}

static struct pn_issuer_key key_of(const struct pn_issuer_table *t, const uint8_t *record)
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

/* That a point lies on its curve is found out where it is used. */
static bool key_is_valid(const struct pn_issuer_table *t, const uint8_t *record)
{
    if (!text_is_valid(t, record + PN_ISSUER_KEY_ID)) return false;
    if (!text_is_valid(t, record + PN_ISSUER_KEY_MATERIAL)) return false;
    if ((pn_load32(record + PN_ISSUER_KEY_ALG) & ~0xFFu) != 0) return false;

    struct pn_issuer_key key = key_of(t, record);
    struct port_rsa_public rsa = rsa_key(&key);
    switch ((enum pn_jwt_alg)key.alg) {
    case PN_JWT_ES256: return key.material.len == PORT_ES256_PUBLIC_BYTES && key.exponent == 0;
    case PN_JWT_ES384: return key.material.len == PORT_ES384_PUBLIC_BYTES && key.exponent == 0;
    case PN_JWT_RS256:
    case PN_JWT_PS256: return port_rsa_public_check(&rsa) == PORT_CRYPTO_GOOD;
    case PN_JWT_ALG_NONE: break;
    }
    return false;
}

static bool role_is_valid(const struct pn_issuer_table *t, const uint8_t *record, size_t role_count)
{
    uint16_t bit = pn_load16(record + PN_ISSUER_ROLE_BIT);

    return text_is_valid(t, record + PN_ISSUER_ROLE_CLAIM) &&
           text_is_valid(t, record + PN_ISSUER_ROLE_VALUE) &&
           text_is_valid(t, record + PN_ISSUER_ROLE_NAME) && (bit < role_count || bit == NO_ROLE) &&
           record[PN_ISSUER_ROLE_WORDS] <= 1 && record[PN_ISSUER_ROLE_ZERO] == 0;
}

static bool records_are_valid(const struct pn_issuer_table *t, size_t role_count)
{
    for (size_t at = 0; at < t->texts.len; at += 8) {
        if (!text_is_valid(t, t->texts.at + at)) return false;
    }
    for (size_t at = 0; at < t->keys.len; at += PN_ISSUER_KEY_BYTES) {
        if (!key_is_valid(t, t->keys.at + at)) return false;
    }
    for (size_t at = 0; at < t->roles.len; at += PN_ISSUER_ROLE_BYTES) {
        if (!role_is_valid(t, t->roles.at + at, role_count)) return false;
    }
    return true;
}

bool pn_issuer_table_check(const struct pn_issuer_table *t, size_t role_count)
{
    bool whole = t->issuers.len % PN_ISSUER_BYTES == 0 && t->texts.len % 8 == 0 &&
                 t->keys.len % PN_ISSUER_KEY_BYTES == 0 && t->roles.len % PN_ISSUER_ROLE_BYTES == 0;

    if (!whole || role_count > 64 * PN_KEY_ROLE_WORDS || !records_are_valid(t, role_count)) {
        return false;
    }
    size_t asked = 0;
    for (size_t i = 0; i < pn_issuer_count(t); i++) {
        const uint8_t *record = pn_issuer_at(t, i);
        if (!issuer_is_valid(t, record)) return false;
        asked += pn_issuer_text(t, record + PN_ISSUER_ASK_URL).len > 0;
        if (asked > 1) return false;
        if (i > 0 && pn_slice_order(pn_issuer_text(t, pn_issuer_at(t, i - 1)),
                                    pn_issuer_text(t, record)) >= 0) {
            return false;
        }
    }
    return true;
}

/* --- finding --- */

/* A trust domain is found by the subject, since a JWT-SVID need not have `iss`. One whose slashes
 * are escaped is nobody's. */
static bool is_of_domain(const struct pn_value *sub, struct pn_slice domain)
{
    if (sub->type != PN_STRING || (sub->flags & PN_VALUE_ESCAPED) != 0) return false;
    struct pn_slice id = pn_value_text(sub);
    return pn_slice_begins(id, domain) && id.len > domain.len && id.at[domain.len] == '/';
}

static bool is_issuer(const struct pn_issuer_table *t, const uint8_t *record,
                      const struct pn_jwt *jwt, enum pn_issuer_kind kind)
{
    if (record[PN_ISSUER_KIND] != kind) return false;
    if (kind == PN_ISSUER_SPIFFE) {
        return is_of_domain(&jwt->sub, pn_issuer_text(t, record));
    }
    return jwt->iss.type == PN_STRING && pn_value_is_text(&jwt->iss, pn_issuer_text(t, record));
}

/* Issuers are few, and their names may come with escapes. */
static const uint8_t *find_issuer(const struct pn_issuer_table *t, const struct pn_jwt *jwt)
{
    for (int kind = PN_ISSUER_OAUTH; kind <= PN_ISSUER_SPIFFE; kind++) {
        for (size_t i = 0; i < pn_issuer_count(t); i++) {
            if (is_issuer(t, pn_issuer_at(t, i), jwt, (enum pn_issuer_kind)kind)) {
                return pn_issuer_at(t, i);
            }
        }
    }
    return NULL;
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

static bool find_key(const struct pn_issuer_table *t, const uint8_t *issuer,
                     const struct pn_jwt *jwt, struct pn_issuer_key *found)
{
    uint32_t count = pn_load32(issuer + PN_ISSUER_KEY_COUNT);

    *found = (struct pn_issuer_key){ .alg = PN_JWT_ALG_NONE };
    for (uint32_t i = 0; i < count; i++) {
        struct pn_issuer_key key = key_of(t, key_at(t, issuer, i));
        if (!take_key(&key, jwt, found)) return false;
    }
    return found->alg != PN_JWT_ALG_NONE;
}

static bool find_fetched(const struct pn_jwks *set, const struct pn_jwt *jwt,
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

/* The key of a token whose issuer's keys are fetched. */
static enum pn_reason look_up(const struct pn_issuer_table *t, struct pn_issuer_desk *desk,
                              const struct pn_jwt *jwt, uint32_t mono_s,
                              struct pn_issuer_match *match)
{
    struct pn_issuer_file *file = desk ? pn_issuer_desk_find(desk, t, match->issuer) : NULL;

    match->fetched = true;
    if (!file) return PN_REASON_TOKEN_KEYS_ABSENT;
    if (find_fetched(&file->keys, jwt, &match->key)) return PN_REASON_NONE;
    match->awaited = pn_issuer_desk_miss(file, mono_s) == PN_WAIT;
    return file->has_keys ? PN_REASON_TOKEN_KEY : PN_REASON_TOKEN_KEYS_ABSENT;
}

/* What follows the public URL; where that is not known, an address of any host is taken for it. */
static struct pn_slice path_below(struct pn_slice audience, struct pn_slice url)
{
    static const struct pn_slice mark = PN_SLICE_INIT("://");

    if (url.len > 0) {
        bool ours =
            audience.len >= url.len && pn_slice_equal_fold(pn_slice_head(audience, url.len), url);
        return pn_slice_from(audience, ours ? url.len : audience.len);
    }
    struct pn_slice rest = pn_slice_from(audience, pn_slice_find(audience, ':'));
    if (!pn_slice_begins(rest, mark)) return pn_slice_from(rest, rest.len);
    rest = pn_slice_from(rest, mark.len);
    return pn_slice_from(rest, pn_slice_find(rest, '/'));
}

/* An audience that is a route's is no other route's (RFC 8707, 2; RFC 9728, 3). */
static bool counts_here(struct pn_slice audience, const struct pn_token_place *here)
{
    struct pn_slice path = path_below(audience, here->url);
    bool is_route =
        pn_slice_equal(path, PN_SLICE("/v1")) || pn_slice_begins(path, PN_SLICE("/mcp/"));

    return !is_route || pn_slice_equal(path, here->path);
}

static bool is_audience(const struct pn_issuer_table *t, const uint8_t *issuer,
                        const struct pn_value *audience, const struct pn_token_place *here)
{
    size_t first = pn_load32(issuer + PN_ISSUER_AUDIENCE_FIRST);
    uint32_t count = pn_load32(issuer + PN_ISSUER_AUDIENCE_COUNT);

    for (uint32_t i = 0; audience->type == PN_STRING && i < count; i++) {
        struct pn_slice text = pn_issuer_text(t, t->texts.at + (first + i) * 8);
        if (pn_value_is_text(audience, text)) return counts_here(text, here);
    }
    return false;
}

static bool has_audience(const struct pn_issuer_table *t, const uint8_t *issuer,
                         const struct pn_value *aud, const struct pn_token_place *here)
{
    struct pn_elements it;
    struct pn_value audience;

    if (aud->type != PN_LIST) return is_audience(t, issuer, aud, here);
    pn_elements_begin(&it, aud);
    while (pn_elements_next(&it, &audience)) {
        if (is_audience(t, issuer, &audience, here)) return true;
    }
    return false;
}

/* Each actor is a map that names one, and within it the one who acted before (RFC 8693, 4.1). */
static bool actors_are_sound(const struct pn_value *act)
{
    struct pn_value actor = *act, name, before;

    for (int depth = 0; actor.type != PN_ABSENT; depth++) {
        if (depth == PN_ACTORS_MAX || actor.type != PN_MAP) return false;
        if (!pn_claim_find(&actor, PN_SLICE("sub"), &name) || name.type != PN_STRING) return false;
        pn_claim_find(&actor, PN_SLICE("act"), &before);
        actor = before;
    }
    return true;
}

/* Its issuer says that only who holds a key may use it (RFC 7800, 3.1), and nobody looks for that key
 * here. */
static bool is_bound(const struct pn_jwt *jwt)
{
    struct pn_value confirmation;

    return pn_claim_find(&jwt->claims, PN_SLICE("cnf"), &confirmation);
}

static bool is_workload(const struct pn_value *sub)
{
    struct pn_spiffe_id id;

    return pn_spiffe_read(pn_value_text(sub), &id) && pn_spiffe_fits(&id);
}

enum pn_reason pn_issuer_check(const struct pn_issuer_table *t, struct pn_issuer_desk *desk,
                               const struct pn_jwt *jwt, const struct pn_token_time *time,
                               const struct pn_token_place *here, struct pn_issuer_match *match)
{
    const uint8_t *issuer = find_issuer(t, jwt);

    *match = (struct pn_issuer_match){ .issuer = issuer };
    if (!issuer) return PN_REASON_TOKEN_ISSUER;
    if ((jwt->type & issuer[PN_ISSUER_TYPES]) == 0) return PN_REASON_TOKEN_TYPE;
    if (issuer[PN_ISSUER_FETCH] != PN_ISSUER_FETCH_NONE) {
        enum pn_reason reason = look_up(t, desk, jwt, time->mono_s, match);
        if (reason != PN_REASON_NONE) return reason;
    } else if (!find_key(t, issuer, jwt, &match->key)) {
        return PN_REASON_TOKEN_KEY;
    }
    if (match->key.alg != jwt->alg) return PN_REASON_TOKEN_ALGORITHM;
    if (!has_audience(t, issuer, &jwt->aud, here)) return PN_REASON_TOKEN_AUDIENCE;
    if (is_bound(jwt)) return PN_REASON_TOKEN_BOUND;
    if (!actors_are_sound(&jwt->act)) return PN_REASON_TOKEN_CLAIMS;
    if (pn_issuer_is_spiffe(match) && !is_workload(&jwt->sub)) return PN_REASON_TOKEN_CLAIMS;
    return pn_jwt_check_times(jwt, time, pn_load32(issuer + PN_ISSUER_SKEW_S));
}

const uint8_t *pn_issuer_asked(const struct pn_issuer_table *t)
{
    for (size_t i = 0; i < pn_issuer_count(t); i++) {
        const uint8_t *issuer = pn_issuer_at(t, i);
        if (pn_issuer_text(t, issuer + PN_ISSUER_ASK_URL).len > 0) return issuer;
    }
    return NULL;
}

/* An answer is believed no longer than the token lasts, whatever the clocks are; its end need not be
 * stated (RFC 7662, 2.2). */
static enum pn_reason check_asked_times(const uint8_t *issuer, struct pn_jwt *jwt,
                                        const struct pn_token_time *time)
{
    if (jwt->exp.type == PN_ABSENT) {
        jwt->exp = pn_value_int(time->now_s + (int64_t)pn_load32(issuer + PN_ISSUER_ASK_S) + 1);
    }
    if (jwt->exp.as.i <= time->now_s) return PN_REASON_TOKEN_EXPIRED;
    return pn_jwt_check_times(jwt, time, pn_load32(issuer + PN_ISSUER_SKEW_S));
}

enum pn_reason pn_issuer_check_asked(const struct pn_issuer_table *t, struct pn_jwt *jwt,
                                     const struct pn_token_time *time,
                                     const struct pn_token_place *here,
                                     struct pn_issuer_match *match)
{
    const uint8_t *issuer = pn_issuer_asked(t);

    *match = (struct pn_issuer_match){ .issuer = issuer };
    if (!issuer) return PN_REASON_TOKEN_ISSUER;
    struct pn_slice name = pn_issuer_text(t, issuer + PN_ISSUER_NAME);
    if (jwt->iss.type == PN_STRING && !pn_value_is_text(&jwt->iss, name)) {
        return PN_REASON_TOKEN_ISSUER;
    }
    if (!has_audience(t, issuer, &jwt->aud, here)) return PN_REASON_TOKEN_AUDIENCE;
    if (is_bound(jwt)) return PN_REASON_TOKEN_BOUND;
    if (!actors_are_sound(&jwt->act)) return PN_REASON_TOKEN_CLAIMS;
    return check_asked_times(issuer, jwt, time);
}

/* --- the signature --- */

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

enum pn_reason pn_issuer_verify(const struct pn_issuer_match *match, const struct pn_jwt *jwt)
{
    enum port_crypto_verdict v = verdict(&match->key, jwt);

    if (v == PORT_CRYPTO_GOOD) return PN_REASON_NONE;
    return v == PORT_CRYPTO_FAULT ? PN_REASON_TOKEN_UNVERIFIED : PN_REASON_TOKEN_SIGNATURE;
}

/* --- who it is --- */

/* A name without escapes is used where it lies. False when the claim is there and no name. */
static bool take_name(const struct pn_jwt *jwt, struct pn_slice path, struct pn_writer *w,
                      struct pn_slice *name)
{
    struct pn_value claim;

    *name = pn_slice("", 0);
    if (path.len == 0 || !pn_claim_find(&jwt->claims, path, &claim)) return true;
    if (claim.type != PN_STRING) return claim.type == PN_NULL;
    if ((claim.flags & PN_VALUE_ESCAPED) == 0) {
        *name = pn_value_text(&claim);
    } else {
        size_t len =
            w->full ? SIZE_MAX : pn_value_copy_text(&claim, w->at + w->len, w->max - w->len);
        if (len == SIZE_MAX) return false;
        *name = pn_slice(w->at + w->len, len);
        w->len += len;
    }
    return name->len <= PN_CALLER_NAME_BYTES;
}

static bool holds_word(const struct pn_value *text, struct pn_slice word)
{
    struct pn_slice rest = pn_value_text(text);

    while (rest.len > 0) {
        size_t len = pn_slice_find(rest, ' ');
        if (pn_slice_equal(pn_slice_head(rest, len), word)) return true;
        rest = pn_slice_from(rest, len < rest.len ? len + 1 : len);
    }
    return false;
}

static bool claim_says(const struct pn_value *claim, const uint8_t *role, struct pn_slice value)
{
    struct pn_elements it;
    struct pn_value element;

    if (claim->type == PN_STRING) {
        return pn_value_is_text(claim, value) ||
               (role[PN_ISSUER_ROLE_WORDS] != 0 && holds_word(claim, value));
    }
    if (claim->type != PN_LIST) return false;
    pn_elements_begin(&it, claim);
    while (pn_elements_next(&it, &element)) {
        if (element.type == PN_STRING && pn_value_is_text(&element, value)) return true;
    }
    return false;
}

static bool is_listed(struct pn_slice names, struct pn_slice name)
{
    while (names.len > 0) {
        size_t len = pn_slice_find(names, ',');
        if (pn_slice_equal(pn_slice_head(names, len), name)) return true;
        names = pn_slice_from(names, len < names.len ? len + 1 : len);
    }
    return false;
}

static void give_role(const struct pn_issuer_table *t, const uint8_t *role, struct pn_writer *w,
                      struct pn_key *who)
{
    struct pn_slice name = pn_issuer_text(t, role + PN_ISSUER_ROLE_NAME);
    uint16_t bit = pn_load16(role + PN_ISSUER_ROLE_BIT);

    if (is_listed(who->role_names, name)) return;
    if (who->role_names.len > 0) pn_write_byte(w, ',');
    pn_write(w, name);
    if (w->full) return;
    who->role_names.len = (size_t)(w->at + w->len - who->role_names.at);
    if (bit != NO_ROLE) who->roles[bit / 64] |= UINT64_C(1) << bit % 64;
}

static void give_roles(const struct pn_issuer_table *t, const uint8_t *issuer,
                       const struct pn_jwt *jwt, struct pn_writer *w, struct pn_key *who)
{
    size_t first = pn_load32(issuer + PN_ISSUER_ROLE_FIRST);
    uint32_t count = pn_load32(issuer + PN_ISSUER_ROLE_COUNT);

    who->role_names = pn_slice(w->at + w->len, 0);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *role = t->roles.at + (first + i) * PN_ISSUER_ROLE_BYTES;
        struct pn_value claim;
        if (!pn_claim_find(&jwt->claims, pn_issuer_text(t, role + PN_ISSUER_ROLE_CLAIM), &claim))
            continue;
        if (claim_says(&claim, role, pn_issuer_text(t, role + PN_ISSUER_ROLE_VALUE))) {
            give_role(t, role, w, who);
        }
    }
}

static void list_roles(struct pn_caller_text *text, struct pn_slice names)
{
    struct pn_writer *w = &text->writer;
    size_t begin = w->len;

    pn_write_byte(w, '[');
    while (names.len > 0) {
        size_t len = pn_slice_find(names, ',');
        pn_write_json_string(w, pn_slice_head(names, len));
        names = pn_slice_from(names, len < names.len ? len + 1 : len);
        if (names.len > 0) pn_write_byte(w, ',');
    }
    pn_write_byte(w, ']');
    text->roles = pn_slice(w->at + begin, w->len - begin);
}

/* A fetched key may be replaced while the caller is served. */
static struct pn_slice keep_id(const struct pn_issuer_match *match, struct pn_writer *w)
{
    size_t begin = w->len;

    if (!match->fetched) return match->key.id;
    pn_write(w, match->key.id);
    return w->full ? pn_slice("", 0) : pn_slice(w->at + begin, match->key.id.len);
}

enum pn_reason pn_issuer_name(const struct pn_issuer_table *t, const struct pn_issuer_match *match,
                              const struct pn_jwt *jwt, struct pn_caller_text *text,
                              struct pn_key *who)
{
    const uint8_t *issuer = match->issuer;
    struct pn_writer *w = &text->writer;

    *w = pn_writer(text->at, sizeof text->at);
    *who = (struct pn_key){ .key_id = keep_id(match, w), .expires_s = (uint64_t)jwt->exp.as.i };
    bool named = take_name(jwt, pn_issuer_text(t, issuer + PN_ISSUER_USER), w, &who->user) &&
                 take_name(jwt, pn_issuer_text(t, issuer + PN_ISSUER_AGENT), w, &who->agent) &&
                 take_name(jwt, pn_issuer_text(t, issuer + PN_ISSUER_TEAM), w, &who->team) &&
                 take_name(jwt, pn_issuer_text(t, issuer + PN_ISSUER_TASK), w, &who->task);
    if (!named || who->user.len + who->agent.len == 0) return PN_REASON_TOKEN_CLAIMS;
    /* Of a token for client_credentials the subject is the client itself (RFC 9068, 2.2). */
    if (pn_slice_equal(who->user, who->agent)) who->user = pn_slice("", 0);
    give_roles(t, issuer, jwt, w, who);
    list_roles(text, who->role_names);
    return w->full ? PN_REASON_TOKEN_CLAIMS : PN_REASON_NONE;
}

struct pn_slice pn_issuer_iss(const struct pn_issuer_table *t, const struct pn_issuer_match *match)
{
    return pn_issuer_text(t, match->issuer + PN_ISSUER_NAME);
}

struct pn_slice pn_issuer_name_at(const struct pn_issuer_table *t, size_t index)
{
    const uint8_t *issuer = pn_issuer_at(t, index);

    if (issuer[PN_ISSUER_KIND] == PN_ISSUER_SPIFFE) return pn_slice("", 0);
    return pn_issuer_text(t, issuer + PN_ISSUER_NAME);
}

bool pn_issuer_scope_at(const struct pn_issuer_table *t, size_t index, struct pn_slice *word)
{
    for (size_t at = 0; at < t->roles.len; at += PN_ISSUER_ROLE_BYTES) {
        const uint8_t *role = t->roles.at + at;
        if (role[PN_ISSUER_ROLE_WORDS] == 0 || index-- > 0) continue;
        *word = pn_issuer_text(t, role + PN_ISSUER_ROLE_VALUE);
        return true;
    }
    return false;
}

const uint8_t *pn_issuer_of(const struct pn_issuer_table *t, const struct pn_jwt *jwt)
{
    return find_issuer(t, jwt);
}

bool pn_issuer_scope_of(const struct pn_issuer_table *t, const uint8_t *issuer, size_t index,
                        struct pn_issuer_scope *scope)
{
    size_t first = pn_load32(issuer + PN_ISSUER_ROLE_FIRST);
    uint32_t count = pn_load32(issuer + PN_ISSUER_ROLE_COUNT);

    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *role = t->roles.at + (first + i) * PN_ISSUER_ROLE_BYTES;
        if (role[PN_ISSUER_ROLE_WORDS] == 0 || index-- > 0) continue;
        *scope = (struct pn_issuer_scope){ pn_issuer_text(t, role + PN_ISSUER_ROLE_VALUE),
                                           pn_issuer_text(t, role + PN_ISSUER_ROLE_NAME) };
        return true;
    }
    return false;
}
