/* see caller_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/caller_text.h"

#include "core/base/bytes.h"
#include "policy/elements.h"

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
    if (bit != PN_ISSUER_NO_ROLE) who->roles[bit / 64] |= UINT64_C(1) << bit % 64;
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
