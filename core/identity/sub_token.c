/* see sub_token.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/sub_token.h"

#include "core/base/base64url.h"
#include "core/identity/jwt_sign.h"
#include "core/json/json_scan.h"
#include "policy/elements.h"

enum { CLAIMS_BYTES = 4608, NESTED = 2 /* the parent's claims, deeper than they were */ };
_Static_assert(PN_JWT_SIGNED_TEXT_BYTES(CLAIMS_BYTES) <= PN_SUB_TOKEN_BYTES,
               "You need room for a token's claims, written in base64url.");
_Static_assert((int)PN_SUB_TOKEN_ROOM >= (int)PN_SUB_TOKEN_BYTES + (int)CLAIMS_BYTES,
               "You need room for a token and its claims.");
_Static_assert((int)PN_SUB_TOKEN_BYTES < (int)PN_JWT_BYTES_MAX,
               "You need tokens that can be read again.");

/* --- reading --- */

bool pn_sub_token_is(const struct pn_token_key *key, const struct pn_jwt *jwt)
{
    return key->there && pn_value_is_text(&jwt->kid, pn_slice(key->kid, sizeof key->kid));
}

/* aud is iss and the path of a route, so whoever asks for another one has the wrong token. */
static enum pn_reason check_place(const struct pn_token_maker *maker, const struct pn_jwt *jwt)
{
    struct pn_slice iss = pn_value_text(&jwt->iss), aud = pn_value_text(&jwt->aud);

    if (maker->url.len > 0 && !pn_slice_equal(iss, maker->url)) return PN_REASON_TOKEN_ISSUER;
    bool here =
        pn_slice_begins(aud, iss) && pn_slice_equal(pn_slice_from(aud, iss.len), maker->path);
    return here ? PN_REASON_NONE : PN_REASON_TOKEN_AUDIENCE;
}

/* A text as this gateway writes it: never with escapes. */
static bool is_text(const struct pn_value *value)
{
    return value->type == PN_STRING && (value->flags & PN_VALUE_ESCAPED) == 0;
}

enum pn_reason pn_sub_token_check(const struct pn_token_maker *maker, const struct pn_jwt *jwt,
                                  const struct pn_token_time *time)
{
    if (jwt->type != PN_JWT_TYPE_AT) return PN_REASON_TOKEN_TYPE;
    if (jwt->alg != PN_JWT_ES256) return PN_REASON_TOKEN_ALGORITHM;
    if (!is_text(&jwt->iss) || !is_text(&jwt->aud)) return PN_REASON_TOKEN_CLAIMS;
    enum pn_reason reason = check_place(maker, jwt);
    return reason == PN_REASON_NONE ? pn_jwt_check_times(jwt, time, 0) : reason;
}

enum pn_reason pn_sub_token_verify(const struct pn_token_key *key, const struct pn_jwt *jwt)
{
    struct pn_slice s = jwt->signature;

    if (s.len != PORT_ES256_SIGNATURE_BYTES) return PN_REASON_TOKEN_SIGNATURE;
    switch (port_es256_verify(key->public_key, jwt->signed_digest, s.at)) {
    case PORT_CRYPTO_GOOD: return PN_REASON_NONE;
    case PORT_CRYPTO_BAD_SIGNATURE: return PN_REASON_TOKEN_SIGNATURE;
    case PORT_CRYPTO_FAULT: break;
    }
    return PN_REASON_TOKEN_UNVERIFIED;
}

/* What hides a key's SHA-256: another one for each token. */
static void mask(const struct pn_token_maker *maker, struct pn_slice id, uint8_t hash[32])
{
    static const struct pn_slice purpose = PN_SLICE_INIT("sub-token parent");
    uint8_t mac[PORT_DIGEST_BYTES];
    struct port_hmac hmac;

    port_hmac_begin(&hmac, maker->device_key, 32);
    port_hmac_add(&hmac, purpose.at, purpose.len);
    port_hmac_add(&hmac, id.at, id.len);
    port_hmac_end(&hmac, mac);
    for (size_t i = 0; i < sizeof mac; i++) hash[i] ^= mac[i];
}

/* A claim's text, empty where there is none; false when it is something else. */
static bool take_text(const struct pn_jwt *jwt, struct pn_slice name, struct pn_slice *text)
{
    struct pn_value claim;

    *text = pn_slice("", 0);
    if (!pn_claim_find(&jwt->claims, name, &claim)) return true;
    *text = pn_value_text(&claim);
    return is_text(&claim);
}

static bool take_list(const struct pn_jwt *jwt, struct pn_slice name, struct pn_value *list)
{
    return !pn_claim_find(&jwt->claims, name, list) || list->type == PN_LIST;
}

/* Names are unescaped to `text`, since people choose them. */
static bool take_name(const struct pn_jwt *jwt, struct pn_slice name, struct pn_writer *w,
                      struct pn_slice *taken)
{
    struct pn_value claim;

    *taken = pn_slice("", 0);
    if (!pn_claim_find(&jwt->claims, name, &claim)) return true;
    if (claim.type != PN_STRING) return false;
    size_t len = pn_value_copy_text(&claim, w->at + w->len, w->max - w->len);
    if (len == SIZE_MAX || len > PN_CALLER_NAME_BYTES) return false;
    *taken = pn_slice(w->at + w->len, len);
    w->len += len;
    return true;
}

static bool find_parent(const struct pn_token_maker *maker, const struct pn_jwt *jwt,
                        const struct pn_key_table *keys, const struct pn_token_time *time,
                        struct pn_key *parent)
{
    struct pn_slice id, masked, hash;
    struct pn_value name;
    uint8_t room[33];

    if (!take_text(jwt, PN_SLICE("jti"), &id) || !take_text(jwt, PN_SLICE("parent"), &masked)) {
        return false;
    }
    if (masked.len != 43 || !pn_base64url_decode(masked, room, &hash)) return false;
    mask(maker, id, room);
    return pn_key_find(keys, room, time->now_s > 0 ? (uint64_t)time->now_s : 0, parent) &&
           pn_claim_find(&jwt->claims, PN_SLICE("client_id"), &name) && name.type == PN_STRING &&
           pn_value_is_text(&name, parent->key_id);
}

bool pn_sub_token_may_say(struct pn_slice own, struct pn_slice wanted)
{
    return own.len == 0 || wanted.len == 0 || pn_slice_equal(own, wanted);
}

static enum pn_reason say(struct pn_slice *own, struct pn_slice said)
{
    if (!pn_sub_token_may_say(*own, said)) return PN_REASON_TOKEN_WIDER;
    if (said.len > 0) *own = said;
    return PN_REASON_NONE;
}

enum pn_reason pn_sub_token_name(const struct pn_token_maker *maker, const struct pn_jwt *jwt,
                                 const struct pn_key_table *keys, const struct pn_token_time *time,
                                 struct pn_caller_text *text, struct pn_key *who,
                                 struct pn_narrowed *narrowed)
{
    text->writer = pn_writer(text->at, sizeof text->at);
    if (!find_parent(maker, jwt, keys, time, who)) return PN_REASON_TOKEN_PARENT;
    return pn_sub_token_narrow(jwt, text, who, narrowed);
}

enum pn_reason pn_sub_token_narrow(const struct pn_jwt *jwt, struct pn_caller_text *text,
                                   struct pn_key *who, struct pn_narrowed *narrowed)
{
    struct pn_slice agent, task;

    bool sound = take_name(jwt, PN_SLICE("agent"), &text->writer, &agent) &&
                 take_name(jwt, PN_SLICE("task"), &text->writer, &task) &&
                 take_list(jwt, PN_SLICE("servers"), &narrowed->servers) &&
                 take_list(jwt, PN_SLICE("tools"), &narrowed->tools) &&
                 take_list(jwt, PN_SLICE("models"), &narrowed->models);
    if (!sound) return PN_REASON_TOKEN_CLAIMS;
    narrowed->agent = who->agent;
    enum pn_reason reason = say(&who->agent, agent);
    return reason == PN_REASON_NONE ? say(&who->task, task) : reason;
}

/* --- made from a token --- */

#define PARENT_TOKEN       "parent_token"
#define OF_PARENT(member_) PN_SLICE(PARENT_TOKEN "\x1F" member_)

bool pn_sub_token_is_of_token(const struct pn_jwt *jwt)
{
    struct pn_value parent;

    return pn_claim_find(&jwt->claims, PN_SLICE(PARENT_TOKEN), &parent);
}

bool pn_sub_token_parent(const struct pn_jwt *jwt, struct pn_json_keys *keys, struct pn_jwt *parent)
{
    struct pn_value alg, type, claims;

    *parent = (struct pn_jwt){ .alg = PN_JWT_ALG_NONE };
    (void)pn_claim_find(&jwt->claims, OF_PARENT("kid"), &parent->kid);
    bool whole = pn_claim_find(&jwt->claims, OF_PARENT("alg"), &alg) && alg.type == PN_INT &&
                 pn_claim_find(&jwt->claims, OF_PARENT("typ"), &type) && type.type == PN_INT &&
                 pn_claim_find(&jwt->claims, OF_PARENT("claims"), &claims);
    if (!whole || claims.type != PN_MAP) return false;
    parent->alg = (uint8_t)alg.as.i;
    parent->type = (uint8_t)type.as.i;
    return pn_jwt_read_claims(pn_value_text(&claims), keys, parent);
}

bool pn_sub_token_fits(const struct pn_value *claims, struct pn_json_keys *keys)
{
    static const struct pn_json_limits limits = { .depth_max = PN_JWT_DEPTH_MAX - NESTED };
    struct pn_json_scan scan;

    if (claims->len > PN_SUB_TOKEN_FROM_BYTES) return false;
    pn_json_keys_reset(keys);
    pn_json_scan_begin(&scan, keys, &limits);
    return pn_json_scan_step(&scan, pn_value_text(claims), PN_JSON_LAST, NULL) == PN_DONE;
}

bool pn_narrowed_has(const struct pn_value *list, struct pn_slice name)
{
    struct pn_elements it;
    struct pn_value element;

    if (list->type != PN_LIST) return true;
    pn_elements_begin(&it, list);
    while (pn_elements_next(&it, &element)) {
        if (element.type == PN_STRING && pn_value_is_text(&element, name)) return true;
    }
    return false;
}

/* --- writing --- */

static void member(struct pn_writer *w, struct pn_slice name, struct pn_slice text)
{
    if (text.len == 0) return;
    pn_write_text(w, ",\"");
    pn_write(w, name);
    pn_write_text(w, "\":");
    pn_write_json_string(w, text);
}

static void member_list(struct pn_writer *w, struct pn_slice name, struct pn_slice words)
{
    if (words.len == 0) return;
    pn_write_text(w, ",\"");
    pn_write(w, name);
    pn_write_text(w, "\":");
    for (uint8_t before = '['; words.len > 0; before = ',') {
        size_t len = pn_slice_find(words, ' ');
        pn_write_byte(w, before);
        pn_write_json_string(w, pn_slice_head(words, len));
        words = pn_slice_from(words, len < words.len ? len + 1 : len);
    }
    pn_write_text(w, "]");
}

/* {"iss":...,"aud":...: without escapes, which an address has none of. */
static void write_place(struct pn_writer *w, const struct pn_token_maker *maker,
                        struct pn_slice url)
{
    pn_write_text(w, "{\"iss\":\"");
    pn_write(w, url);
    pn_write_text(w, "\",\"aud\":\"");
    pn_write(w, url);
    pn_write(w, maker->path);
    pn_write_text(w, "\"");
}

/* Escapes and all, as it was said. */
static void write_as_said(struct pn_writer *w, struct pn_slice before, const struct pn_value *text)
{
    if (text->type != PN_STRING) return;
    pn_write(w, before);
    pn_write(w, pn_value_text(text));
    pn_write_text(w, "\"");
}

static void write_parent_token(struct pn_writer *w, const struct pn_sub_token *token)
{
    const struct pn_key *who = token->parent;
    const struct pn_jwt *from = token->from;

    write_as_said(w, PN_SLICE(",\"sub\":\""), &from->sub);
    member(w, PN_SLICE("client_id"), who->agent.len > 0 ? who->agent : who->user);
    member(w, PN_SLICE("jti"), token->id);
    pn_write_text(w, ",\"" PARENT_TOKEN "\":{\"alg\":");
    pn_write_u64(w, from->alg);
    pn_write_text(w, ",\"typ\":");
    pn_write_u64(w, from->type);
    write_as_said(w, PN_SLICE(",\"kid\":\""), &from->kid);
    pn_write_text(w, ",\"claims\":");
    pn_write(w, pn_value_text(&from->claims));
    pn_write_text(w, "}");
}

static void write_parent(struct pn_writer *w, const struct pn_token_maker *maker,
                         const struct pn_sub_token *token)
{
    const struct pn_key *parent = token->parent;
    uint8_t hash[32];

    if (token->from) {
        write_parent_token(w, token);
        return;
    }
    memcpy(hash, token->parent_hash, sizeof hash);
    mask(maker, token->id, hash);
    member(w, PN_SLICE("sub"), parent->user.len > 0 ? parent->user : parent->agent);
    member(w, PN_SLICE("client_id"), parent->key_id);
    member(w, PN_SLICE("jti"), token->id);
    pn_write_text(w, ",\"parent\":\"");
    pn_write_base64url(w, pn_slice(hash, sizeof hash));
    pn_write_text(w, "\"");
}

bool pn_sub_token_write(struct pn_writer *w, const struct pn_token_maker *maker,
                        const struct pn_sub_token *token)
{
    if (w->full || w->max - w->len < PN_SUB_TOKEN_ROOM) return false;
    struct pn_writer claims = pn_writer(w->at + w->max - CLAIMS_BYTES, CLAIMS_BYTES);

    write_place(&claims, maker, token->url);
    write_parent(&claims, maker, token);
    pn_write_text(&claims, ",\"iat\":");
    pn_write_i64(&claims, token->now_s);
    pn_write_text(&claims, ",\"exp\":");
    pn_write_i64(&claims, token->now_s + token->holds_s);
    member(&claims, PN_SLICE("agent"), token->agent);
    member(&claims, PN_SLICE("task"), token->task);
    member_list(&claims, PN_SLICE("servers"), token->servers);
    member_list(&claims, PN_SLICE("tools"), token->tools);
    member_list(&claims, PN_SLICE("models"), token->models);
    pn_write_text(&claims, "}");
    return !claims.full && pn_jwt_sign(w, maker->key, PN_SLICE("at+jwt"), pn_written(&claims));
}
