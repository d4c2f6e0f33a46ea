/* see assertion.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/assertion.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/identity/jwt_sign.h"

_Static_assert(PN_JWT_SIGNED_TEXT_BYTES((int)PN_ASSERTION_CLAIMS_BYTES) <= PN_ASSERTION_TOKEN_BYTES,
               "You need room for a token whose claims are as long as they may be.");

enum { CALL_KEPT_S = 5 }; /* one for a single call makes room early */

void pn_assertion_desk_init(struct pn_assertion_desk *desk, struct pn_assertion_kept *kept,
                            uint32_t kept_max, const struct pn_token_key *key)
{
    PN_ASSERT(kept_max >= PN_ASSERTION_WAYS && (kept_max & (kept_max - 1)) == 0);
    *desk = (struct pn_assertion_desk){ .kept = kept, .kept_max = kept_max, .key = key };
}

/* --- what it says --- */

bool pn_assertion_caller(struct pn_writer *w, const struct pn_key *who)
{
    struct pn_slice sub = who->user.len > 0 ? who->user : who->agent;

    pn_write_text(w, "\"sub\":");
    pn_write_json_string(w, sub.len > 0 ? sub : who->key_id);
    if (who->user.len > 0 && who->agent.len > 0) {
        pn_write_text(w, ",\"act\":{\"sub\":");
        pn_write_json_string(w, who->agent);
        pn_write_byte(w, '}');
    }
    if (who->task.len > 0) {
        pn_write_text(w, ",\"task\":");
        pn_write_json_string(w, who->task);
    }
    return !w->full;
}

bool pn_assertion_subject(struct pn_writer *w, struct pn_slice issuer, const struct pn_value *sub)
{
    if (issuer.len == 0 || sub->type != PN_STRING) return true;
    pn_write_text(w, ",\"sub_id\":{\"format\":\"iss_sub\",\"iss\":");
    pn_write_json_string(w, issuer);
    pn_write_text(w, ",\"sub\":\"");
    pn_write(w, pn_value_text(sub)); /* its escapes are JSON's already */
    pn_write_text(w, "\"}");
    return !w->full;
}

/* All but the times and the closing brace. */
static void write_constant(struct pn_writer *w, const struct pn_assertion_ask *ask)
{
    pn_write_text(w, "{\"iss\":");
    pn_write_json_string(w, ask->of->issuer);
    pn_write_text(w, ",\"aud\":");
    pn_write_json_string(w, ask->of->audience);
    pn_write_byte(w, ',');
    pn_write(w, ask->caller);
    if (!ask->of->per_call) return;
    pn_write_text(w, ",\"jti\":");
    pn_write_json_string(w, ask->id);
}

static void write_times(struct pn_writer *w, const struct pn_assertion_ask *ask)
{
    pn_write_text(w, ",\"iat\":");
    pn_write_i64(w, ask->now_s);
    pn_write_text(w, ",\"exp\":");
    pn_write_i64(w, ask->now_s + ask->of->lifetime_s);
    pn_write_byte(w, '}');
}

/* --- what was signed --- */

static struct pn_assertion_kept *places(struct pn_assertion_desk *desk, const uint8_t digest[32])
{
    return desk->kept +
           (pn_load32(digest) & (desk->kept_max - 1) & ~(uint32_t)(PN_ASSERTION_WAYS - 1));
}

/* A clock that was set back makes what was signed before one of the future: not sent. */
static const struct pn_assertion_kept *find(struct pn_assertion_desk *desk,
                                            const uint8_t digest[32], int64_t now_s)
{
    const struct pn_assertion_kept *at = places(desk, digest);

    for (int way = 0; way < PN_ASSERTION_WAYS; way++) {
        if (at[way].begin_s > now_s || now_s >= at[way].until_s) continue;
        if (memcmp(at[way].digest, digest, 32) == 0) return &at[way];
    }
    return NULL;
}

static void digest_of(const struct pn_writer *w, uint32_t lifetime_s, uint8_t digest[32])
{
    struct port_sha256 sha;
    uint8_t lifetime[4];

    pn_store32(lifetime, lifetime_s);
    port_sha256_begin(&sha);
    port_sha256_add(&sha, lifetime, sizeof lifetime);
    port_sha256_add(&sha, w->at, w->len);
    port_sha256_end(&sha, digest);
}

/* The place of the one that is of no use first. */
static struct pn_assertion_kept *make_room(struct pn_assertion_desk *desk, const uint8_t digest[32])
{
    struct pn_assertion_kept *at = places(desk, digest), *first = at;

    for (int way = 1; way < PN_ASSERTION_WAYS; way++) {
        if (at[way].until_s < first->until_s) first = &at[way];
    }
    return first;
}

static const struct pn_assertion_kept *sign(struct pn_assertion_desk *desk,
                                            const struct pn_assertion_ask *ask,
                                            const uint8_t digest[32], struct pn_slice claims)
{
    struct pn_assertion_kept *kept = make_room(desk, digest);
    struct pn_writer w = pn_writer(kept->token, sizeof kept->token);
    uint32_t half_s = ask->of->lifetime_s / 2;

    if (ask->of->per_call && half_s > CALL_KEPT_S) half_s = CALL_KEPT_S;
    kept->until_s = 0;
    desk->signed_count++;
    if (!pn_jwt_sign(&w, desk->key, PN_SLICE("JWT"), claims)) return NULL;
    memcpy(kept->digest, digest, sizeof kept->digest);
    kept->len = (uint32_t)w.len;
    kept->begin_s = ask->now_s;
    kept->until_s = ask->now_s + half_s;
    return kept;
}

enum pn_step pn_assertion_get_now(struct pn_assertion_desk *desk,
                                  const struct pn_assertion_ask *ask, struct pn_slice *token)
{
    desk->signed_count = 0;
    return pn_assertion_get(desk, ask, token);
}

enum pn_step pn_assertion_get(struct pn_assertion_desk *desk, const struct pn_assertion_ask *ask,
                              struct pn_slice *token)
{
    uint8_t text[PN_ASSERTION_CLAIMS_BYTES], digest[32];
    struct pn_writer w = pn_writer(text, sizeof text);

    write_constant(&w, ask);
    digest_of(&w, ask->of->lifetime_s, digest);
    write_times(&w, ask);
    if (w.full || !desk->key->there || ask->of->issuer.len == 0) return PN_REFUSED;

    const struct pn_assertion_kept *kept = find(desk, digest, ask->now_s);
    if (desk->turn_us != ask->turn_us) desk->signed_count = 0;
    desk->turn_us = ask->turn_us;
    if (kept == NULL && desk->signed_count >= PN_ASSERTIONS_PER_TURN) return PN_WAIT;
    if (kept == NULL) kept = sign(desk, ask, digest, pn_written(&w));
    if (kept == NULL) return PN_REFUSED;
    *token = pn_slice(kept->token, kept->len);
    return PN_DONE;
}
