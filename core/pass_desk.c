/* see pass_desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/pass_desk.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/json/json_scan.h"
#include "core/route/route_text.h"
#include "port/port_crypto.h"

enum { UNSAID_S = 300, LIFE_MAX_S = 86400, REST_MAX_S = 60, YOUNG_S = 10, DOUBLINGS_MAX = 6 };

void pn_pass_desk_init(struct pn_pass_desk *desk, struct pn_pass_token *tokens,
                       struct pn_pass_digest *digests, uint32_t token_max)
{
    PN_ASSERT(token_max > 0);
    *desk = (struct pn_pass_desk){ .tokens = tokens, .digests = digests, .token_max = token_max };
}

/* --- places --- */

static void add(struct port_sha256 *sha, struct pn_slice part)
{
    uint8_t len[4];

    pn_store32(len, (uint32_t)part.len);
    port_sha256_add(sha, len, sizeof len);
    port_sha256_add(sha, part.at, part.len);
}

static struct pn_pass_digest digest_of(const struct pn_pass_ask *ask)
{
    const struct pn_pass *g = ask->pass;
    const struct pn_upstream *to = ask->to;
    const uint8_t small[] = { g->kind, (uint8_t)to->scheme, to->egress, (uint8_t)to->port,
                              (uint8_t)(to->port >> 8) };
    const struct pn_slice parts[] = {
        { small, sizeof small }, to->host,    to->authority, to->path,    g->client_id,
        g->credential,           g->scope,    g->resource,   g->audience, g->issuer,
        g->subject_audience,     ask->caller, ask->issuer,
    };
    struct pn_pass_digest digest;
    struct port_sha256 sha;

    port_sha256_begin(&sha);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) add(&sha, parts[i]);
    port_sha256_end(&sha, digest.bytes);
    return digest;
}

static uint32_t find(const struct pn_pass_desk *desk, const struct pn_pass_digest *digest)
{
    for (uint32_t i = 0; i < desk->token_max; i++) {
        if (memcmp(&desk->digests[i], digest, sizeof *digest) == 0 && desk->tokens[i].taken) {
            return i;
        }
    }
    return PN_PASS_NO_TOKEN;
}

static bool is_free(const struct pn_pass_token *t)
{
    return t->holders == 0 && !t->asked;
}

static uint32_t find_room(const struct pn_pass_desk *desk)
{
    uint32_t oldest = PN_PASS_NO_TOKEN;

    for (uint32_t i = 0; i < desk->token_max; i++) {
        const struct pn_pass_token *t = &desk->tokens[i];
        if (!t->taken) return i;
        if (!is_free(t)) continue;
        if (oldest == PN_PASS_NO_TOKEN || t->used_s < desk->tokens[oldest].used_s) oldest = i;
    }
    return oldest;
}

static void forget(struct pn_pass_token *t)
{
    memset(t->token, 0, t->token_len);
    t->token_len = 0;
}

static void keep(struct pn_pass_token *t, const struct pn_pass_ask *ask)
{
    struct pn_writer w = pn_writer(t->text, sizeof t->text);

    t->pass = pn_pass_keep_texts(ask->pass, &w);
    t->to = pn_upstream_keep_texts(ask->to, &w);
    t->caller = pn_route_text_keep(&w, ask->caller);
    PN_ASSERT(!w.full); /* checked when the policy came */
}

static uint32_t take_place(struct pn_pass_desk *desk, const struct pn_pass_ask *ask,
                           const struct pn_pass_digest *digest)
{
    uint32_t index = find_room(desk);

    if (index == PN_PASS_NO_TOKEN) return index;
    struct pn_pass_token *t = &desk->tokens[index];
    if (t->wanted) desk->wanted_count--;
    forget(t);
    memset(t, 0, sizeof *t - sizeof t->token);
    desk->digests[index] = *digest;
    keep(t, ask);
    t->taken = true;
    return index;
}

/* --- calls --- */

static bool is_good(const struct pn_pass_token *t, uint32_t mono_s)
{
    return t->token_len > 0 && mono_s < t->ends_s;
}

static bool is_due(const struct pn_pass_token *t, uint32_t mono_s)
{
    if (t->asked || t->wanted) return false;
    if (t->failures > 0 && mono_s < t->retry_s) return false;
    return !is_good(t, mono_s) || mono_s >= t->fresh_until_s;
}

static void want(struct pn_pass_desk *desk, struct pn_pass_token *t)
{
    t->wanted = true;
    desk->wanted_count++;
}

uint32_t pn_pass_hold(struct pn_pass_desk *desk, const struct pn_pass_ask *ask)
{
    struct pn_pass_digest digest = digest_of(ask);
    uint32_t index = find(desk, &digest);

    if (index == PN_PASS_NO_TOKEN) index = take_place(desk, ask, &digest);
    if (index == PN_PASS_NO_TOKEN) return index;
    struct pn_pass_token *t = &desk->tokens[index];
    t->holders++;
    t->used_s = ask->mono_s;
    if (is_due(t, ask->mono_s)) want(desk, t);
    return index;
}

void pn_pass_let_go(struct pn_pass_desk *desk, uint32_t index)
{
    PN_ASSERT(index < desk->token_max && desk->tokens[index].holders > 0);
    desk->tokens[index].holders--;
}

enum pn_step pn_pass_step(const struct pn_pass_desk *desk, uint32_t index, uint32_t mono_s)
{
    const struct pn_pass_token *t = &desk->tokens[index];

    if (is_good(t, mono_s)) return PN_DONE;
    return t->wanted || t->asked ? PN_WAIT : PN_REFUSED;
}

struct pn_slice pn_pass_bearer(const struct pn_pass_desk *desk, uint32_t index, uint32_t mono_s)
{
    const struct pn_pass_token *t = &desk->tokens[index];

    return is_good(t, mono_s) ? pn_slice(t->token, t->token_len) : PN_SLICE("");
}

void pn_pass_spoiled(struct pn_pass_desk *desk, uint32_t index, uint32_t mono_s)
{
    struct pn_pass_token *t = &desk->tokens[index];

    if (mono_s - t->asked_s <= YOUNG_S || !is_good(t, mono_s)) return;
    t->fresh_until_s = mono_s;
    if (is_due(t, mono_s)) want(desk, t);
}

void pn_pass_forget_callers(struct pn_pass_desk *desk)
{
    for (uint32_t i = 0; i < desk->token_max; i++) {
        struct pn_pass_token *t = &desk->tokens[i];
        if (t->holders > 0 || t->pass.kind != PN_PASS_EXCHANGE) continue;
        forget(t);
        if (t->wanted) desk->wanted_count--;
        t->wanted = false;
    }
}

/* --- questions and answers --- */

uint32_t pn_pass_due(struct pn_pass_desk *desk, uint32_t mono_s)
{
    for (uint32_t i = 0; desk->wanted_count > 0 && i < desk->token_max; i++) {
        uint32_t index = (desk->next + i) % desk->token_max;
        struct pn_pass_token *t = &desk->tokens[index];
        if (!t->wanted) continue;
        t->wanted = false;
        t->asked = true;
        t->asked_s = mono_s;
        desk->wanted_count--;
        desk->next = index + 1;
        return index;
    }
    return PN_PASS_NO_TOKEN;
}

enum slot { ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, ERROR, SLOTS };

#define ANSWER_TRIE(NODE) \
    NODE(answer, root, "", 0, PN_TRIE_NO_SLOT, answer_access, 0) \
    NODE(answer, access, "access_token", 0, ACCESS_TOKEN, 0, answer_type) \
    NODE(answer, type, "token_type", 0, TOKEN_TYPE, 0, answer_expires) \
    NODE(answer, expires, "expires_in", 0, EXPIRES_IN, 0, answer_error) \
    NODE(answer, error, "error", 0, ERROR, 0, 0)
PN_TRIE_DEFINE(answer, SLOTS, ANSWER_TRIE)

static bool scan(struct pn_slice body, struct pn_json_keys *keys, struct pn_value slots[SLOTS])
{
    struct pn_json_pick pick = { .wire = answer_trie, .slots = slots, .base = body.at };
    struct pn_json_scan scan;

    pn_json_keys_reset(keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, keys, NULL);
    return pn_json_scan_step(&scan, body, PN_JSON_LAST, &pick) == PN_DONE;
}

static bool is_bearer(const struct pn_value *type)
{
    uint8_t room[8];
    size_t len = type->type == PN_STRING ? pn_value_copy_text(type, room, sizeof room) : SIZE_MAX;

    return len != SIZE_MAX && pn_slice_equal_fold(pn_slice(room, len), PN_SLICE("Bearer"));
}

/* How long it holds; 0: not understood. */
static uint32_t life_of(const struct pn_value *expires_in)
{
    if (expires_in->type == PN_ABSENT) return UNSAID_S;
    if (expires_in->type != PN_INT || expires_in->as.i <= 0) return 0;
    return expires_in->as.i < LIFE_MAX_S ? (uint32_t)expires_in->as.i : LIFE_MAX_S;
}

/* A token is one word of visible characters, or it would end the field that it is put in. */
static bool is_word(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] >= 0x7F) return false;
    }
    return text.len > 0;
}

/* What is no token leaves the one before in its place, unless that shows only without escapes. */
static bool take_token(struct pn_pass_token *t, const struct pn_value *text)
{
    if (text->type != PN_STRING || !is_word(pn_value_text(text))) return false;
    if (text->len > sizeof t->token) return false;
    forget(t);
    size_t len = pn_value_copy_text(text, t->token, sizeof t->token);
    t->token_len = len != SIZE_MAX ? (uint32_t)len : 0;
    if (is_word(pn_slice(t->token, t->token_len))) return true;
    forget(t);
    return false;
}

static const struct pn_slice errors[] = {
    PN_SLICE_INIT(""),
    PN_SLICE_INIT("invalid_request"),
    PN_SLICE_INIT("invalid_client"),
    PN_SLICE_INIT("invalid_grant"),
    PN_SLICE_INIT("unauthorized_client"),
    PN_SLICE_INIT("unsupported_grant_type"),
    PN_SLICE_INIT("invalid_scope"),
    PN_SLICE_INIT("invalid_target"),
};

/* Words that are not on the list may be anything, and are not repeated. */
static uint8_t error_of(struct pn_slice body, struct pn_json_keys *keys)
{
    struct pn_value slots[SLOTS];

    if (!scan(body, keys, slots)) return 0;
    for (uint8_t i = 1; i < sizeof errors / sizeof errors[0]; i++) {
        if (pn_value_is_text(&slots[ERROR], errors[i])) return i;
    }
    return 0;
}

struct pn_slice pn_pass_error(const struct pn_pass_desk *desk, uint32_t index)
{
    return errors[desk->tokens[index].error];
}

static bool take(struct pn_pass_token *t, struct pn_slice body, struct pn_json_keys *keys)
{
    struct pn_value slots[SLOTS];

    if (!scan(body, keys, slots) || !is_bearer(&slots[TOKEN_TYPE])) return false;
    uint32_t life_s = life_of(&slots[EXPIRES_IN]);
    if (life_s == 0 || !take_token(t, &slots[ACCESS_TOKEN])) return false;
    t->ends_s = t->asked_s + life_s;
    t->fresh_until_s = t->asked_s + life_s - life_s / 4;
    return true;
}

static void fail(struct pn_pass_token *t, enum pn_reason reason, uint32_t mono_s)
{
    uint32_t rest_s = t->failures < DOUBLINGS_MAX ? 1u << t->failures : REST_MAX_S;

    if (t->failures < UINT8_MAX) t->failures++;
    t->retry_s = mono_s + (rest_s < REST_MAX_S ? rest_s : REST_MAX_S);
    t->reason = reason;
}

/* What the server says of the question will not change by asking again soon; that it is away may. */
static enum pn_reason reason_of(const struct pn_pass_answer *answer)
{
    if (answer->reason == PN_REASON_CREDENTIAL_MISSING) return answer->reason;
    if (answer->reason == PN_REASON_ASSERTION_UNAVAILABLE) return answer->reason;
    bool away = answer->reason != PN_REASON_NONE || answer->status >= 500 || answer->status == 429;
    return away ? PN_REASON_UPSTREAM_TOKEN_AWAITED : PN_REASON_UPSTREAM_TOKEN_REFUSED;
}

void pn_pass_answered(struct pn_pass_desk *desk, uint32_t index,
                      const struct pn_pass_answer *answer, struct pn_json_keys *keys)
{
    struct pn_pass_token *t = &desk->tokens[index];
    bool whole = answer->reason == PN_REASON_NONE && answer->status == 200;

    PN_ASSERT(t->asked);
    t->asked = false;
    t->error = whole || answer->body.len == 0 ? 0 : error_of(answer->body, keys);
    if (whole && take(t, answer->body, keys)) t->failures = 0;
    else fail(t, reason_of(answer), answer->mono_s);
}
