/* see issuer_match.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/issuer_match.h"

#include "core/base/bytes.h"
#include "core/base/spiffe_id.h"
#include "core/identity/actors.h"
#include "core/identity/issuer_desk.h"
#include "policy/elements.h"

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
const uint8_t *pn_issuer_of(const struct pn_issuer_table *t, const struct pn_jwt *jwt)
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

/* The key of a token whose issuer's keys are fetched. */
static enum pn_reason look_up(const struct pn_issuer_table *t, struct pn_issuer_desk *desk,
                              const struct pn_jwt *jwt, uint32_t mono_s,
                              struct pn_issuer_match *match)
{
    struct pn_issuer_file *file = desk ? pn_issuer_desk_find(desk, t, match->issuer) : NULL;

    match->fetched = true;
    if (!file) return PN_REASON_TOKEN_KEYS_ABSENT;
    if (pn_issuer_key_find_fetched(&file->keys, jwt, &match->key)) return PN_REASON_NONE;
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

static bool actors_are_sound(const struct pn_jwt *jwt)
{
    struct pn_actors actors;

    return pn_actors_read(&jwt->act, &actors);
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
    const uint8_t *issuer = pn_issuer_of(t, jwt);

    *match = (struct pn_issuer_match){ .issuer = issuer };
    if (!issuer) return PN_REASON_TOKEN_ISSUER;
    if ((jwt->type & issuer[PN_ISSUER_TYPES]) == 0) return PN_REASON_TOKEN_TYPE;
    if (issuer[PN_ISSUER_FETCH] != PN_ISSUER_FETCH_NONE) {
        enum pn_reason reason = look_up(t, desk, jwt, time->mono_s, match);
        if (reason != PN_REASON_NONE) return reason;
    } else if (!pn_issuer_key_find(t, issuer, jwt, &match->key)) {
        return PN_REASON_TOKEN_KEY;
    }
    if (match->key.alg != jwt->alg) return PN_REASON_TOKEN_ALGORITHM;
    if (!has_audience(t, issuer, &jwt->aud, here)) return PN_REASON_TOKEN_AUDIENCE;
    if (is_bound(jwt)) return PN_REASON_TOKEN_BOUND;
    if (!actors_are_sound(jwt)) return PN_REASON_TOKEN_CLAIMS;
    if (pn_issuer_is_spiffe(match) && !is_workload(&jwt->sub)) return PN_REASON_TOKEN_CLAIMS;
    return pn_jwt_check_times(jwt, time, pn_load32(issuer + PN_ISSUER_SKEW_S));
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
    if (!actors_are_sound(jwt)) return PN_REASON_TOKEN_CLAIMS;
    return check_asked_times(issuer, jwt, time);
}

struct pn_slice pn_issuer_iss(const struct pn_issuer_table *t, const struct pn_issuer_match *match)
{
    return pn_issuer_text(t, match->issuer + PN_ISSUER_NAME);
}
