/* see identity.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/identity.h"

#include "core/base/bytes.h"
#include "core/http/target.h"
#include "core/identity/asked_desk.h"
#include "core/json/json_scan.h"
#include "port/port_crypto.h"

/* The token of "Bearer <token>", or the empty slice (the scheme is case-insensitive). */
static struct pn_slice bearer_token(struct pn_slice value)
{
    const size_t scheme = sizeof "Bearer" - 1;

    if (value.len <= scheme || value.at[scheme] != ' ') return PN_SLICE("");
    if (!pn_slice_equal_fold(pn_slice_head(value, scheme), PN_SLICE("Bearer"))) return PN_SLICE("");
    return pn_slice_trim(pn_slice_from(value, scheme));
}

static struct pn_slice acting_id(const struct pn_key *key)
{
    if (key->agent.len > 0) return key->agent;
    return key->user.len > 0 ? key->user : key->key_id;
}

static uint64_t now_s(const struct pn_identify *by)
{
    return by->time.now_s > 0 ? (uint64_t)by->time.now_s : 0;
}

static void digest_caller(struct pn_principal *who, struct pn_slice by_whom)
{
    struct pn_slice parts[] = { by_whom, who->key.user, who->key.agent };
    struct port_sha256 sha;

    port_sha256_begin(&sha);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        uint8_t len[8];
        pn_store64(len, parts[i].len);
        port_sha256_add(&sha, len, sizeof len);
        port_sha256_add(&sha, parts[i].at, parts[i].len);
    }
    port_sha256_end(&sha, who->digest);
}

/* --- by key --- */

static bool find_key(struct pn_principal *who, const struct pn_identify *by)
{
    who->proof = PN_PROOF_KEY;
    who->known = pn_key_find(by->keys, who->digest, now_s(by), &who->key);
    if (who->known) who->id = acting_id(&who->key);
    return who->known;
}

/* --- by certificate, and by SVID --- */

static struct pn_slice trust_domain(struct pn_slice id)
{
    struct pn_spiffe_id parts;

    if (!pn_spiffe_read(id, &parts)) return PN_SLICE("");
    return pn_slice_head(id, id.len - parts.path.len);
}

/* An entry without user and agent is for an agent that is called as it is named. */
static bool name_agent(struct pn_principal *who, struct pn_slice name)
{
    if (who->key.user.len + who->key.agent.len > 0) return true;
    who->key.agent = name;
    return name.len <= PN_CALLER_NAME_BYTES;
}

/* With an identifier the caller is who the policy says it is for, by whatever it was proven. */
static enum pn_reason find_workload(struct pn_principal *who, const struct pn_identify *by)
{
    bool has_id = who->spiffe_id.len > 0;

    who->known = has_id ? pn_cert_find_spiffe(by->keys, who->spiffe_id, now_s(by), &who->key)
                        : pn_cert_find_named(by->keys, by->cert, now_s(by), &who->key);
    struct pn_slice name = has_id ? who->spiffe_id : who->key.key_id;
    if (who->known) who->known = name_agent(who, name);
    if (!who->known) return PN_REASON_CERTIFICATE_UNKNOWN;
    who->id = acting_id(&who->key);
    who->issuer = trust_domain(who->spiffe_id);
    digest_caller(who, name);
    return PN_REASON_NONE;
}

/* Behind the names in their room where it has escapes. One that is longer could not be shut out by it. */
static enum pn_reason take_token_id(struct pn_principal *who)
{
    const struct pn_value *jti = &who->jwt.jti;
    struct pn_writer *w = &who->text.writer;

    who->token_id = jti->type == PN_STRING ? pn_value_text(jti) : PN_SLICE("");
    if ((jti->flags & PN_VALUE_ESCAPED) != 0) {
        size_t len = pn_value_copy_text(jti, w->at + w->len, w->max - w->len);
        if (len == SIZE_MAX) return PN_REASON_TOKEN_CLAIMS;
        who->token_id = pn_slice(w->at + w->len, len);
        w->len += len;
    }
    return who->token_id.len <= PN_TOKEN_ID_BYTES ? PN_REASON_NONE : PN_REASON_TOKEN_CLAIMS;
}

/* A token whose names are in place is its caller, whom `by_whom` named. */
static enum pn_reason know(struct pn_principal *who, struct pn_slice by_whom)
{
    enum pn_reason reason = take_token_id(who);

    if (reason != PN_REASON_NONE) return reason;
    who->known = true;
    who->id = acting_id(&who->key);
    digest_caller(who, by_whom);
    return PN_REASON_NONE;
}

/* The identifier of a token, unless the connection's certificate has another. */
static enum pn_reason name_svid(struct pn_principal *who, const struct pn_identify *by,
                                const struct pn_jwt *svid)
{
    struct pn_slice id = pn_value_text(&svid->sub);

    if (who->spiffe_id.len > 0 && !pn_slice_equal(who->spiffe_id, id)) {
        return PN_REASON_CERTIFICATE_CONTRADICTS;
    }
    who->spiffe_id = id;
    who->text.writer = pn_writer(who->text.at, sizeof who->text.at);
    who->text.roles = PN_SLICE(""); /* claims gave them, under a policy before */
    enum pn_reason reason = take_token_id(who);
    return reason == PN_REASON_NONE ? find_workload(who, by) : reason;
}

/* --- by token --- */

enum pn_reason pn_identify_key(struct pn_slice key, const struct pn_identify *by,
                               struct pn_principal *who)
{
    port_sha256(key.at, key.len, who->digest);
    return find_key(who, by) ? PN_REASON_NONE : PN_REASON_KEY_UNKNOWN;
}

static bool is_own(const struct pn_principal *who, const struct pn_identify *by)
{
    return by->maker.key && pn_sub_token_is(by->maker.key, &who->jwt);
}

/* By the key of `match`, or of no match by the gateway's own. */
static enum pn_reason verify(const struct pn_identify *by, const struct pn_issuer_match *match,
                             struct pn_principal *who)
{
    const struct pn_jwt *jwt = &who->jwt;

    if (pn_token_desk_knows(by->desk, by->policy, jwt->digest)) return PN_REASON_NONE;
    if (!pn_token_desk_may_try(by->desk, by->source, by->time.mono_s)) return PN_REASON_TOKEN_RATE;
    enum pn_reason reason =
        match ? pn_issuer_verify(match, jwt) : pn_sub_token_verify(by->maker.key, jwt);
    if (reason == PN_REASON_TOKEN_SIGNATURE) {
        pn_token_desk_failed(by->desk, by->source, by->time.mono_s);
    }
    if (reason != PN_REASON_NONE) return reason;
    pn_token_desk_learn(by->desk, jwt->digest, jwt->exp.as.i);
    who->verified = true;
    return PN_REASON_NONE;
}

/* The desks ask by another policy than the caller is judged by: the loop has not seen the newest one
 * yet, or the caller came before it. */
static bool desks_differ(const struct pn_identify *by)
{
    return by->issuer_desk != NULL && memcmp(by->followed, by->policy, 32) != 0;
}

static struct pn_token_place place_of(const struct pn_identify *by)
{
    return (struct pn_token_place){ by->maker.url, by->maker.path };
}

static enum pn_reason judge_token(struct pn_principal *who, const struct pn_identify *by)
{
    struct pn_token_place here = place_of(by);
    struct pn_issuer_match match;
    enum pn_reason reason =
        pn_issuer_check(by->issuers, by->issuer_desk, &who->jwt, &by->time, &here, &match);

    who->proof = PN_PROOF_JWT;
    who->known = false;
    /* A token may have named itself under a policy before. */
    (void)pn_peer_cert_read(by->cert, by->time.now_s, &who->spiffe_id);
    who->awaited = match.awaited || (reason == PN_REASON_TOKEN_KEYS_ABSENT && desks_differ(by));
    if (reason == PN_REASON_NONE) reason = verify(by, &match, who);
    if (reason != PN_REASON_NONE) return reason;
    if (pn_issuer_is_spiffe(&match)) return name_svid(who, by, &who->jwt);
    reason = pn_issuer_name(by->issuers, &match, &who->jwt, &who->text, &who->key);
    if (reason != PN_REASON_NONE) return reason;
    who->issuer = pn_issuer_iss(by->issuers, &match);
    return know(who, who->issuer);
}

static enum pn_reason name_parent(struct pn_principal *who, const struct pn_identify *by,
                                  const struct pn_issuer_match *match)
{
    if (pn_issuer_is_spiffe(match)) return name_svid(who, by, &who->parent);
    who->issuer = pn_issuer_iss(by->issuers, match);
    return pn_issuer_name(by->issuers, match, &who->parent, &who->text, &who->key);
}

/* It was made from an issuer's token: all that is asked of one is asked of that again, but for the
 * signature. */
static enum pn_reason judge_parent(struct pn_principal *who, const struct pn_identify *by)
{
    struct pn_token_place here = place_of(by);
    struct pn_issuer_match match;

    if (!pn_sub_token_parent(&who->jwt, by->json_keys, &who->parent)) return PN_REASON_TOKEN_CLAIMS;
    enum pn_reason reason =
        pn_issuer_check(by->issuers, by->issuer_desk, &who->parent, &by->time, &here, &match);
    who->awaited = match.awaited || (reason == PN_REASON_TOKEN_KEYS_ABSENT && desks_differ(by));
    if (reason == PN_REASON_TOKEN_KEYS_ABSENT || who->awaited) return PN_REASON_TOKEN_KEYS_ABSENT;
    if (reason != PN_REASON_NONE) return PN_REASON_TOKEN_PARENT;
    reason = name_parent(who, by, &match);
    who->known = false;
    if (reason == PN_REASON_NONE) {
        reason = pn_sub_token_narrow(&who->jwt, &who->text, &who->key, &who->narrowed);
    }
    if (reason != PN_REASON_NONE) return reason;
    return know(who, pn_issuer_is_spiffe(&match) ? who->spiffe_id : who->issuer);
}

static enum pn_reason judge_sub_token(struct pn_principal *who, const struct pn_identify *by)
{
    enum pn_reason reason = pn_sub_token_check(&by->maker, &who->jwt, &by->time);

    who->proof = PN_PROOF_SUB_TOKEN;
    who->known = false;
    if (reason == PN_REASON_NONE) reason = verify(by, NULL, who);
    if (reason == PN_REASON_NONE && pn_sub_token_is_of_token(&who->jwt)) {
        return judge_parent(who, by);
    }
    if (reason == PN_REASON_NONE) {
        reason = pn_sub_token_name(&by->maker, &who->jwt, by->keys, &by->time, &who->text,
                                   &who->key, &who->narrowed);
    }
    return reason == PN_REASON_NONE ? know(who, pn_value_text(&who->jwt.iss)) : reason;
}

/* --- by asking --- */

/* The claims at by->claims, by the policy of `by`. */
static enum pn_reason judge_claims(struct pn_principal *who, const struct pn_identify *by,
                                   struct pn_slice claims)
{
    struct pn_token_place here = place_of(by);
    struct pn_issuer_match match;

    who->proof = PN_PROOF_INTROSPECTION;
    who->known = false;
    if (!pn_jwt_read_claims(claims, by->json_keys, &who->jwt)) return PN_REASON_TOKEN_UNASKED;
    enum pn_reason reason = pn_issuer_check_asked(by->issuers, &who->jwt, &by->time, &here, &match);
    if (reason == PN_REASON_NONE) {
        reason = pn_issuer_name(by->issuers, &match, &who->jwt, &who->text, &who->key);
    }
    if (reason != PN_REASON_NONE) return reason;
    who->issuer = pn_issuer_iss(by->issuers, &match);
    return know(who, who->issuer);
}

/* Nothing is known of it: ask, but not for everybody. Each question counts against who brought it until
 * the answer is that the token is good (core/agenda.c). */
static enum pn_reason ask_about(struct pn_principal *who, const struct pn_identify *by)
{
    if (pn_asked_desk_fell(by->asked_desk, who->digest, by->time.mono_s)) {
        return PN_REASON_TOKEN_UNASKED;
    }
    if (!pn_token_desk_may_try(by->desk, by->source, by->time.mono_s)) return PN_REASON_TOKEN_RATE;
    enum pn_step step =
        pn_asked_desk_ask(by->asked_desk, who->digest, who->opaque, by->source, by->time.mono_s);
    who->awaited = step == PN_WAIT;
    if (who->awaited) pn_token_desk_failed(by->desk, by->source, by->time.mono_s);
    return PN_REASON_TOKEN_UNASKED;
}

static enum pn_reason judge_opaque(struct pn_principal *who, const struct pn_identify *by)
{
    struct pn_slice answer = PN_SLICE("");

    who->proof = PN_PROOF_INTROSPECTION;
    who->known = false;
    who->awaited = desks_differ(by); /* and another issuer would be asked */
    if (who->awaited) return PN_REASON_TOKEN_UNASKED;
    switch (pn_asked_desk_find(by->asked_desk, who->digest, by->time.mono_s, &answer)) {
    case PN_DONE:
        memcpy(by->claims, answer.at, answer.len);
        return judge_claims(who, by, pn_slice(by->claims, answer.len));
    case PN_REFUSED: return PN_REASON_TOKEN_INACTIVE;
    case PN_WAIT: who->awaited = true; return PN_REASON_TOKEN_UNASKED;
    case PN_MORE: break;
    }
    return ask_about(who, by);
}

/* The same claims by another policy; the issuer must be the same too, and where it stated no end the
 * one that was set first stays. */
static bool judge_claims_again(struct pn_principal *who, const struct pn_identify *by)
{
    int64_t ends_s = who->jwt.exp.as.i;
    uint8_t before[sizeof who->digest];

    memcpy(before, who->digest, sizeof before);
    enum pn_reason reason = judge_claims(who, by, pn_value_text(&who->jwt.claims));
    if (who->jwt.exp.as.i > ends_s) who->jwt.exp = pn_value_int(ends_s);
    return reason == PN_REASON_NONE && by->time.now_s < ends_s &&
           memcmp(before, who->digest, sizeof before) == 0;
}

/* --- either --- */

static bool is_token_name(struct pn_slice name)
{
    uint8_t room[16];
    struct pn_writer w = pn_writer(room, sizeof room);

    pn_target_decode(&w, name);
    return pn_slice_equal_fold(pn_written(&w), PN_SLICE("access_token"));
}

static bool has_token_in_query(struct pn_slice query)
{
    while (query.len > 0) {
        struct pn_slice pair = pn_slice_head(query, pn_slice_find(query, '&'));
        if (is_token_name(pn_slice_head(pair, pn_slice_find(pair, '=')))) return true;
        query = pn_slice_from(query, pair.len < query.len ? pair.len + 1 : pair.len);
    }
    return false;
}

static bool reads_tokens(const struct pn_identify *by)
{
    return by->maker.key != NULL || pn_issuer_count(by->issuers) > 0;
}

static enum pn_reason find_bearer(struct pn_slice token, uint8_t *at, const struct pn_identify *by,
                                  struct pn_principal *who)
{
    enum pn_reason reason = pn_jwt_read(at, token.len, by->json_keys, &who->jwt);

    if (reason != PN_REASON_NONE) return reason;
    return is_own(who, by) ? judge_sub_token(who, by) : judge_token(who, by);
}

/* A key is told to nobody: not one that another gateway knows, nor one that is over. */
static bool is_key(struct pn_slice token, const struct pn_identify *by,
                   const struct pn_principal *who)
{
    struct pn_key ended;

    return pn_slice_begins(token, PN_SLICE(PN_KEY_PREFIX)) ||
           pn_key_find(by->keys, who->digest, 0, &ended);
}

static bool is_asked_about(struct pn_slice token, const struct pn_identify *by,
                           const struct pn_principal *who)
{
    return by->asked_desk != NULL && pn_issuer_asked(by->issuers) != NULL &&
           !is_key(token, by, who);
}

static enum pn_reason find_opaque(struct pn_slice token, const struct pn_identify *by,
                                  struct pn_principal *who)
{
    if (token.len > PN_ASKED_BYTES) return PN_REASON_TOKEN_OVERSIZE;
    who->opaque = token;
    return judge_opaque(who, by);
}

enum pn_reason pn_identify_nobody(const struct pn_h1_head *head, const struct pn_identify *by,
                                  struct pn_principal *who)
{
    if (has_token_in_query(pn_h1_query(head))) return PN_REASON_TOKEN_IN_QUERY;
    return pn_peer_cert_read(by->cert, by->time.now_s, &who->spiffe_id);
}

enum pn_reason pn_identify(const struct pn_h1_head *head, uint8_t *bytes,
                           const struct pn_identify *by, struct pn_principal *who)
{
    bool has_bearer = pn_h1_has(head, PN_FIELD_AUTHORIZATION);
    bool has_key = pn_h1_has(head, PN_FIELD_X_API_KEY);
    struct pn_slice token;

    enum pn_reason reason = pn_identify_nobody(head, by, who);
    if (reason != PN_REASON_NONE) return reason;
    if (has_bearer && has_key) return PN_REASON_KEY_REPEATED;
    if (by->cert->shown && !has_bearer && !has_key) {
        who->proof = PN_PROOF_MTLS;
        return find_workload(who, by);
    }
    if (has_key) token = pn_h1_field(head, PN_FIELD_X_API_KEY);
    else token = bearer_token(pn_h1_field(head, PN_FIELD_AUTHORIZATION));
    if (token.len == 0) return PN_REASON_KEY_MISSING;

    if (has_bearer && reads_tokens(by) && pn_jwt_looks_like(token)) {
        return find_bearer(token, bytes + (token.at - head->bytes), by, who);
    }
    reason = pn_identify_key(token, by, who);
    bool asks = reason != PN_REASON_NONE && has_bearer && is_asked_about(token, by, who);
    return asks ? find_opaque(token, by, who) : reason;
}

enum pn_reason pn_identify_asked(struct pn_principal *who, const struct pn_identify *by)
{
    if (who->opaque.len > 0) return judge_opaque(who, by);
    return who->proof == PN_PROOF_SUB_TOKEN ? judge_sub_token(who, by) : judge_token(who, by);
}

enum pn_reason pn_identify_token(uint8_t *token, size_t len, const struct pn_identify *by,
                                 struct pn_principal *who)
{
    enum pn_reason reason = pn_jwt_read(token, len, by->json_keys, &who->jwt);

    if (reason != PN_REASON_NONE) return reason;
    return is_own(who, by) ? PN_REASON_SUBJECT_UNKNOWN : judge_token(who, by);
}

bool pn_identify_again(struct pn_principal *who, const struct pn_identify *by)
{
    switch ((enum pn_proof)who->proof) {
    case PN_PROOF_JWT: return judge_token(who, by) == PN_REASON_NONE;
    case PN_PROOF_SUB_TOKEN: return judge_sub_token(who, by) == PN_REASON_NONE;
    case PN_PROOF_INTROSPECTION: return judge_claims_again(who, by);
    case PN_PROOF_KEY: return find_key(who, by);
    case PN_PROOF_MTLS: return find_workload(who, by) == PN_REASON_NONE;
    case PN_PROOF_NONE: break;
    }
    return false;
}

struct pn_slice pn_proof_name(enum pn_proof proof)
{
    switch (proof) {
    case PN_PROOF_KEY: return PN_SLICE("api_key");
    case PN_PROOF_JWT: return PN_SLICE("jwt");
    case PN_PROOF_SUB_TOKEN: return PN_SLICE("sub_token");
    case PN_PROOF_MTLS: return PN_SLICE("mtls");
    case PN_PROOF_INTROSPECTION: return PN_SLICE("introspection");
    case PN_PROOF_NONE: break;
    }
    return PN_SLICE("");
}

/* Layered policies go through the roles one after the other, in the order they were given. */
static void list_roles(const struct pn_key *key, const struct pn_policy *policy,
                       struct pn_facts *facts)
{
    struct pn_slice names = key->role_names;

    if (policy->layer_count == 0 && policy->mode == PN_MODE_EDGE) return;
    while (names.len > 0) {
        struct pn_slice name = pn_slice_head(names, pn_slice_find(names, ','));
        pn_facts_role(facts, policy, name);
        names = pn_slice_from(names, name.len < names.len ? name.len + 1 : name.len);
    }
}

static void set_if_stated(struct pn_facts *facts, const struct pn_policy *policy, enum pn_fact fact,
                          struct pn_slice text)
{
    if (text.len > 0) pn_facts_set_text(facts, policy, fact, text);
}

static bool has_claims(const struct pn_principal *who)
{
    return who->proof == PN_PROOF_JWT || who->proof == PN_PROOF_INTROSPECTION ||
           who->parent.claims.type == PN_MAP;
}

/* Of a key, and of what is for an SVID, the whole list is among its attributes where a rule reads
 * it. */
static void state_roles(const struct pn_caller_text *text, const struct pn_policy *policy,
                        struct pn_facts *facts)
{
    for (uint16_t slot = 0; slot < facts->slot_count; slot++) {
        if (!pn_slice_equal(pn_policy_slot_path(policy, slot), PN_SLICE("P.roles"))) continue;
        facts->slots[slot] = pn_value_string(text->roles);
        facts->slots[slot].type = PN_LIST;
    }
}

void pn_principal_facts(const struct pn_principal *who, const struct pn_key_table *keys,
                        const struct pn_policy *policy, struct pn_facts *facts)
{
    const struct pn_key *key = &who->key;

    for (uint32_t i = 0; i < key->attr_count; i++) {
        uint16_t slot;
        struct pn_value value = pn_key_attr(keys, key, i, &slot);
        facts->slots[slot] = value;
    }
    memcpy(facts->roles, key->roles, sizeof facts->roles);
    list_roles(key, policy, facts);
    pn_facts_set_text(facts, policy, PN_FACT_PRINCIPAL_ID, who->id);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_USER, key->user);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_AGENT, key->agent);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_TEAM, key->team);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_TASK, key->task);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_KEY_ID, key->key_id);
    set_if_stated(facts, policy, PN_FACT_PRINCIPAL_SPIFFE_ID, who->spiffe_id);
    pn_facts_set_text(facts, policy, PN_FACT_PRINCIPAL_PROOF,
                      pn_proof_name((enum pn_proof)who->proof));
    if (who->text.roles.len > 0) state_roles(&who->text, policy, facts);
}

bool pn_principal_claims(const struct pn_principal *who, const struct pn_policy *policy,
                         struct pn_json_keys *json_keys, struct pn_facts *facts)
{
    static const enum pn_place places[] = { PN_PLACE_CLAIMS, PN_PLACE_JWT };
    struct pn_slice claims = pn_value_text(&pn_principal_stated(who)->claims);

    for (size_t i = 0; has_claims(who) && i < sizeof places / sizeof places[0]; i++) {
        struct pn_json_pick pick = { .graft = pn_policy_trie(policy),
                                     .graft_slots = facts->slots,
                                     .graft_root = policy->place_node[places[i]],
                                     .base = claims.at };
        struct pn_json_scan scan;
        if (pick.graft_root == 0) continue;
        pn_json_keys_reset(json_keys);
        pn_json_pick_begin(&pick);
        pn_json_scan_begin(&scan, json_keys, NULL);
        if (pn_json_scan_step(&scan, claims, PN_JSON_LAST, &pick) != PN_DONE) return false;
    }
    return true;
}

_Static_assert(PN_KEY_ROLE_WORDS == PN_POLICY_ROLE_WORDS_MAX,
               "You need key records with as many role words as the policy's facts have.");
