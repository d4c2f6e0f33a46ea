/* see asked_desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/asked_desk.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/identity/jwt.h"
#include "core/json/json_scan.h"

enum state {
    FREE,
    WANTED, /* to be asked about: the text is the token */
    BUSY,   /* being asked about */
    ACTIVE, /* the text is the answer */
    INACTIVE,
    FAILED,
};

void pn_asked_desk_init(struct pn_asked_desk *desk, struct pn_asked *tokens, uint32_t token_max)
{
    PN_ASSERT((token_max & (token_max - 1)) == 0 && token_max != 1 && token_max != 2);
    desk->tokens = tokens;
    desk->token_max = token_max;
}

static void forget(struct pn_asked *t)
{
    memset(t->text, 0, t->text_len);
    t->text_len = 0;
    t->state = FREE;
    t->serial++;
}

void pn_asked_desk_follow(struct pn_asked_desk *desk, const struct pn_issuer_table *table)
{
    const uint8_t *issuer = pn_issuer_asked(table);

    /* Where nobody was asked, no memory is touched. */
    for (uint32_t i = 0; i < desk->token_max && desk->url_len > 0; i++) {
        if (desk->tokens[i].state != FREE) forget(&desk->tokens[i]);
    }
    desk->waiting = 0;
    desk->url_len = 0;
    desk->failing = false;
    if (!issuer) return;
    struct pn_slice url = pn_issuer_text(table, issuer + PN_ISSUER_ASK_URL);
    struct pn_slice name = pn_issuer_text(table, issuer + PN_ISSUER_CREDENTIAL);
    memcpy(desk->url, url.at, url.len);
    if (name.len > 0) memcpy(desk->credential, name.at, name.len);
    desk->url_len = (uint16_t)url.len;
    desk->credential_len = (uint16_t)name.len;
    desk->egress = issuer[PN_ISSUER_EGRESS];
    desk->believed_s = pn_load32(issuer + PN_ISSUER_ASK_S);
}

/* --- tokens --- */

/* Digests are even, and nobody gains by choosing one. */
static struct pn_asked *places(struct pn_asked_desk *desk, const uint8_t digest[32])
{
    return desk->tokens +
           (pn_load32(digest) & (desk->token_max - 1) & ~(uint32_t)(PN_ASKED_WAYS - 1));
}

static bool is_pending(const struct pn_asked *t)
{
    return t->state == WANTED || t->state == BUSY;
}

static bool is_over(const struct pn_asked *t, uint32_t mono_s)
{
    return !is_pending(t) && (int32_t)(mono_s - t->until_s) >= 0;
}

static struct pn_asked *find(struct pn_asked_desk *desk, const uint8_t digest[32], uint32_t mono_s)
{
    struct pn_asked *at = places(desk, digest);

    for (int way = 0; way < PN_ASKED_WAYS && desk->token_max > 0; way++) {
        if (at[way].state == FREE || memcmp(at[way].digest, digest, 32) != 0) continue;
        if (!is_over(&at[way], mono_s)) return &at[way];
        forget(&at[way]);
    }
    return NULL;
}

enum pn_step pn_asked_desk_find(struct pn_asked_desk *desk, const uint8_t digest[32],
                                uint32_t mono_s, struct pn_slice *answer)
{
    const struct pn_asked *t = find(desk, digest, mono_s);

    if (!t) return PN_MORE;
    switch ((enum state)t->state) {
    case WANTED:
    case BUSY: return PN_WAIT;
    case ACTIVE: *answer = pn_slice(t->text, t->text_len); return PN_DONE;
    case INACTIVE: return PN_REFUSED;
    case FAILED:
    case FREE: break;
    }
    return PN_MORE;
}

bool pn_asked_desk_fell(struct pn_asked_desk *desk, const uint8_t digest[32], uint32_t mono_s)
{
    const struct pn_asked *t = find(desk, digest, mono_s);

    return t && t->state == FAILED;
}

/* The place of a token of which nothing is known: free, or of the one that is forgotten first. NULL
 * while all are being asked about. */
static struct pn_asked *make_room(struct pn_asked_desk *desk, const uint8_t digest[32])
{
    struct pn_asked *at = places(desk, digest), *first = NULL;

    for (int way = 0; way < PN_ASKED_WAYS; way++) {
        if (at[way].state == FREE) return &at[way];
        if (is_pending(&at[way])) continue;
        if (!first || (int32_t)(at[way].until_s - first->until_s) < 0) first = &at[way];
    }
    if (first) forget(first);
    return first;
}

enum pn_step pn_asked_desk_ask(struct pn_asked_desk *desk, const uint8_t digest[32],
                               struct pn_slice token, const uint8_t source[16], uint32_t mono_s)
{
    if (desk->url_len == 0 || desk->token_max == 0) return PN_REFUSED;
    if (find(desk, digest, mono_s)) return PN_REFUSED;
    struct pn_asked *t = make_room(desk, digest);
    if (!t) return PN_REFUSED;
    PN_ASSERT(token.len <= sizeof t->text);
    memcpy(t->digest, digest, 32);
    memcpy(t->source, source, sizeof t->source);
    memcpy(t->text, token.at, token.len);
    t->text_len = (uint16_t)token.len;
    t->asked_s = mono_s;
    t->state = WANTED;
    desk->waiting++;
    return PN_WAIT;
}

/* --- questions --- */

/* They take turns, so that nobody waits for those who come after. */
static struct pn_asked *wanted(struct pn_asked_desk *desk, uint32_t since_s)
{
    while (desk->waiting > 0) {
        struct pn_asked *t = &desk->tokens[desk->next++ % desk->token_max];
        if (t->state != WANTED) continue;
        desk->waiting--;
        if ((int32_t)(t->asked_s - since_s) >= 0) return t;
        forget(t);
    }
    return NULL;
}

bool pn_asked_desk_next(struct pn_asked_desk *desk, uint32_t since_s, struct pn_asked_question *q)
{
    struct pn_asked *t = wanted(desk, since_s);

    if (!t) return false;
    uint32_t index = (uint32_t)(t - desk->tokens);
    t->state = BUSY;
    enum pn_url_verdict url = pn_url_read(pn_slice(desk->url, desk->url_len), &q->url);
    PN_ASSERT(url == PN_URL_GOOD);
    q->about = (uint16_t)(index << 4 | (t->serial & 15));
    q->egress = desk->egress;
    q->credential = pn_slice(desk->credential, desk->credential_len);
    q->token = pn_slice(t->text, t->text_len);
    return true;
}

/* --- answers --- */

enum answer_slot { IS_ACTIVE, TOKEN_TYPE, TOKEN_USE, ANSWER_SLOTS };
#define ANSWER_TRIE(NODE) \
    NODE(answer, root, "", 0, PN_TRIE_NO_SLOT, answer_active, 0) \
    NODE(answer, active, "active", 0, IS_ACTIVE, 0, answer_type) \
    NODE(answer, type, "token_type", 0, TOKEN_TYPE, 0, answer_use) \
    NODE(answer, use, "token_use", 0, TOKEN_USE, 0, 0)
PN_TRIE_DEFINE(answer, ANSWER_SLOTS, ANSWER_TRIE)

static bool read_answer(struct pn_slice text, struct pn_json_keys *keys,
                        struct pn_value slots[ANSWER_SLOTS])
{
    static const struct pn_json_limits limits = { .depth_max = PN_JWT_DEPTH_MAX };
    struct pn_json_pick pick = { .wire = answer_trie, .slots = slots, .base = text.at };
    struct pn_json_scan scan;

    pn_json_keys_reset(keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, keys, &limits);
    return pn_json_scan_step(&scan, text, PN_JSON_LAST, &pick) == PN_DONE &&
           slots[IS_ACTIVE].type == PN_BOOL;
}

/* Absent, or that word in any letter case (token types are so, RFC 6749, 5.1). */
static bool is_word_or_absent(const struct pn_value *value, struct pn_slice word)
{
    uint8_t room[16];

    if (value->type == PN_ABSENT) return true;
    size_t len = value->type == PN_STRING ? pn_value_copy_text(value, room, sizeof room) : SIZE_MAX;
    return len != SIZE_MAX && pn_slice_equal_fold(pn_slice(room, len), word);
}

static bool is_bearers(const struct pn_value slots[ANSWER_SLOTS])
{
    return is_word_or_absent(&slots[TOKEN_TYPE], PN_SLICE("Bearer")) &&
           is_word_or_absent(&slots[TOKEN_USE], PN_SLICE("access_token"));
}

static void keep(struct pn_asked *t, enum state state, struct pn_slice text, uint32_t until_s)
{
    memset(t->text, 0, t->text_len);
    if (text.len > 0) memcpy(t->text, text.at, text.len);
    t->text_len = (uint16_t)text.len;
    t->state = (uint8_t)state;
    t->until_s = until_s;
}

static bool take(struct pn_asked_desk *desk, struct pn_asked *t, const struct pn_asked_answer *a,
                 uint32_t mono_s, struct pn_json_keys *keys)
{
    struct pn_value slots[ANSWER_SLOTS];
    struct pn_slice text = a->body;
    uint32_t yes_s = desk->believed_s > PN_ASKED_LEAST_S ? desk->believed_s : PN_ASKED_LEAST_S;
    uint32_t no_s = yes_s < PN_ASKED_NO_S ? yes_s : PN_ASKED_NO_S;

    if (!a->head || a->head->status != 200 || !read_answer(text, keys, slots)) return false;
    if (!slots[IS_ACTIVE].as.b || !is_bearers(slots)) {
        keep(t, INACTIVE, pn_slice("", 0), mono_s + no_s);
        return true;
    }
    if (text.len > sizeof t->text) return false;
    keep(t, ACTIVE, text, mono_s + yes_s);
    return true;
}

enum pn_asked_news pn_asked_desk_told(struct pn_asked_desk *desk, const struct pn_asked_answer *a,
                                      uint32_t mono_s, struct pn_json_keys *keys)
{
    struct pn_asked *t = &desk->tokens[a->about >> 4];
    bool failing = desk->failing;

    if (t->state != BUSY || (t->serial & 15) != (a->about & 15)) return PN_ASKED_NOTHING;
    desk->failing = !take(desk, t, a, mono_s, keys);
    if (!desk->failing) return failing ? PN_ASKED_RECOVERED : PN_ASKED_ANSWERED;
    keep(t, FAILED, pn_slice("", 0), mono_s + PN_ASKED_LEAST_S);
    return failing ? PN_ASKED_FAILED : PN_ASKED_FELL;
}

const struct pn_asked *pn_asked_desk_good(const struct pn_asked_desk *desk, uint16_t about)
{
    const struct pn_asked *t = &desk->tokens[about >> 4];

    return t->state == ACTIVE ? t : NULL;
}
