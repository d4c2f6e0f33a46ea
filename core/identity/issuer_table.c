/* see issuer_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/issuer_table.h"

#include "core/base/bytes.h"
#include "core/identity/issuer_desk.h"
#include "core/identity/issuer_key.h"
#include "core/identity/key_table.h"

enum {
    SKEW_MAX_S = 3600,
    ASK_MAX_S = 3600,
    ALGORITHMS = 1 << PN_JWT_ES256 | 1 << PN_JWT_ES384 | 1 << PN_JWT_RS256 | 1 << PN_JWT_PS256,
};

struct pn_issuer_table pn_issuer_table_of(const struct pn_slice *section)
{
    return (struct pn_issuer_table){ .strings = section[PN_SECTION_STRINGS],
                                     .issuers = section[PN_SECTION_ISSUERS],
                                     .texts = section[PN_SECTION_ISSUER_TEXTS],
                                     .keys = section[PN_SECTION_ISSUER_KEYS],
                                     .roles = section[PN_SECTION_ISSUER_ROLES] };
}

struct pn_slice pn_issuer_text(const struct pn_issuer_table *table, const uint8_t *at)
{
    return pn_slice(table->strings.at + pn_load32(at), pn_load32(at + 4));
}

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
    if (fetch != PN_ISSUER_FETCH_JWKS && record[PN_ISSUER_KIND] == PN_ISSUER_SPIFFE) return false;
    return fetch <= PN_ISSUER_FETCH_DISCOVERY && is_url(keys_url) &&
           name.len <= PN_ISSUER_NAME_BYTES_MAX && pn_load32(record + PN_ISSUER_KEY_COUNT) == 0;
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

static bool key_is_valid(const struct pn_issuer_table *t, const uint8_t *record)
{
    if (!text_is_valid(t, record + PN_ISSUER_KEY_ID)) return false;
    if (!text_is_valid(t, record + PN_ISSUER_KEY_MATERIAL)) return false;
    if ((pn_load32(record + PN_ISSUER_KEY_ALG) & ~0xFFu) != 0) return false;

    struct pn_issuer_key key = pn_issuer_key(t, record);
    return pn_issuer_key_check(&key);
}

static bool role_is_valid(const struct pn_issuer_table *t, const uint8_t *record, size_t role_count)
{
    uint16_t bit = pn_load16(record + PN_ISSUER_ROLE_BIT);

    return text_is_valid(t, record + PN_ISSUER_ROLE_CLAIM) &&
           text_is_valid(t, record + PN_ISSUER_ROLE_VALUE) &&
           text_is_valid(t, record + PN_ISSUER_ROLE_NAME) &&
           (bit < role_count || bit == PN_ISSUER_NO_ROLE) && record[PN_ISSUER_ROLE_WORDS] <= 1 &&
           record[PN_ISSUER_ROLE_ZERO] == 0;
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

const uint8_t *pn_issuer_asked(const struct pn_issuer_table *t)
{
    for (size_t i = 0; i < pn_issuer_count(t); i++) {
        const uint8_t *issuer = pn_issuer_at(t, i);
        if (pn_issuer_text(t, issuer + PN_ISSUER_ASK_URL).len > 0) return issuer;
    }
    return NULL;
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
