/* see vault.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/vault/vault.h"

#include "core/base/bytes.h"

enum {
    AT_KEY = 8,
    AT_LANES = 9,
    AT_PASSES = 10,
    AT_ZERO = 11,
    AT_MEMORY = 12,
    AT_SALT = 16,
    AT_NONCE = 32,
    AT_LEN = 44,
    ENTRY_VALUE_LEN = 1,
    ENTRY_SET = 3,
    ENTRY_NAME = 11
};

static const uint8_t magic[8] = { 'P', 'N', 'V', 'A', 'U', 'L', 'T', '1' };

struct pn_slice pn_vault_sentence(enum pn_vault_verdict verdict)
{
    switch (verdict) {
    case PN_VAULT_NOT_ONE: break;
    case PN_VAULT_GOOD: return PN_SLICE("the vault is good");
    case PN_VAULT_CUT: return PN_SLICE("the vault has been cut off, or something follows it");
    case PN_VAULT_COST:
        return PN_SLICE("the vault asks for more memory or time than is allowed: at most 1 GiB, 64 "
                        "passes, and 4 GiB in all of them");
    case PN_VAULT_SHUT:
        return PN_SLICE("the passphrase or key is not the vault's, or the file was altered");
    case PN_VAULT_MALFORMED: return PN_SLICE("what is in the vault cannot be read");
    case PN_VAULT_FULL: return PN_SLICE("there is no room for so much");
    case PN_VAULT_FAULT: return PN_SLICE("the cryptographic library failed");
    }
    return PN_SLICE("not a vault of a version that is known here");
}

/* --- the head --- */

static bool is_zero(const uint8_t *at, size_t len)
{
    uint8_t any = 0;

    for (size_t i = 0; i < len; i++) any |= at[i];
    return any == 0;
}

static enum pn_vault_verdict check_cost(const struct pn_vault_head *head)
{
    if (head->key == PN_VAULT_KEY_PASSPHRASE) {
        return port_argon2id_cost_is_good(&head->cost) ? PN_VAULT_GOOD : PN_VAULT_COST;
    }
    bool none = head->cost.lanes == 0 && head->cost.passes == 0 && head->cost.memory_kib == 0 &&
                is_zero(head->salt, sizeof head->salt);
    return head->key == PN_VAULT_KEY_GIVEN && none ? PN_VAULT_GOOD : PN_VAULT_NOT_ONE;
}

enum pn_vault_verdict pn_vault_read_head(struct pn_slice file, struct pn_vault_head *head)
{
    const uint8_t *at = file.at;

    memset(head, 0, sizeof *head);
    if (file.len < sizeof magic || memcmp(at, magic, sizeof magic) != 0) return PN_VAULT_NOT_ONE;
    if (file.len < PN_VAULT_HEAD_BYTES + PORT_GCM_TAG_BYTES || file.len > PN_VAULT_BYTES_MAX ||
        pn_load32(at + AT_LEN) != file.len - PN_VAULT_HEAD_BYTES - PORT_GCM_TAG_BYTES) {
        return PN_VAULT_CUT;
    }
    if (at[AT_ZERO] != 0) return PN_VAULT_NOT_ONE;
    head->key = at[AT_KEY];
    head->cost = (struct port_argon2id_cost){ .lanes = at[AT_LANES],
                                              .passes = at[AT_PASSES],
                                              .memory_kib = pn_load32(at + AT_MEMORY) };
    memcpy(head->salt, at + AT_SALT, sizeof head->salt);
    return check_cost(head);
}

static void write_head(uint8_t *at, const struct pn_vault_head *head, const uint8_t *nonce,
                       size_t len)
{
    memcpy(at, magic, sizeof magic);
    at[AT_KEY] = head->key;
    at[AT_LANES] = (uint8_t)head->cost.lanes;
    at[AT_PASSES] = (uint8_t)head->cost.passes;
    at[AT_ZERO] = 0;
    pn_store32(at + AT_MEMORY, head->cost.memory_kib);
    memcpy(at + AT_SALT, head->salt, sizeof head->salt);
    memcpy(at + AT_NONCE, nonce, PORT_GCM_NONCE_BYTES);
    pn_store32(at + AT_LEN, (uint32_t)len);
}

/* --- entries --- */

bool pn_vault_name_is_good(struct pn_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t ch = name.at[i], lower = pn_ascii_lower(ch);
        bool good = (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' ||
                    ch == '_' || ch == '-';
        if (!good) return false;
    }
    return name.len >= 1 && name.len <= PN_VAULT_NAME_BYTES_MAX;
}

bool pn_vault_next(const struct pn_vault *v, size_t *at, struct pn_vault_entry *entry)
{
    const uint8_t *e = v->text + *at;
    size_t left = v->len - *at;

    if (left < ENTRY_NAME) return false;
    size_t name_len = e[0], value_len = pn_load16(e + ENTRY_VALUE_LEN);
    if (left - ENTRY_NAME < name_len + value_len) return false;
    *entry = (struct pn_vault_entry){ .name = pn_slice(e + ENTRY_NAME, name_len),
                                      .value = pn_slice(e + ENTRY_NAME + name_len, value_len),
                                      .set_unix = pn_load64(e + ENTRY_SET) };
    *at += ENTRY_NAME + name_len + value_len;
    return true;
}

static bool entry_is_good(const struct pn_vault_entry *e)
{
    return pn_vault_name_is_good(e->name) && e->value.len >= 1 &&
           e->value.len <= PN_VAULT_VALUE_BYTES_MAX;
}

static bool is_well_formed(const struct pn_vault *v)
{
    struct pn_vault_entry entry, before = { .name = PN_SLICE("") };
    size_t at = 0;

    while (pn_vault_next(v, &at, &entry)) {
        if (!entry_is_good(&entry) || pn_slice_order(before.name, entry.name) >= 0) return false;
        before = entry;
    }
    return at == v->len;
}

/* Where the entry of that name is, or would be; its size, or 0. */
static size_t place_of(const struct pn_vault *v, struct pn_slice name, size_t *bytes)
{
    struct pn_vault_entry entry;
    size_t at = 0, next = 0;

    *bytes = 0;
    while (pn_vault_next(v, &next, &entry)) {
        int order = pn_slice_order(entry.name, name);
        if (order == 0) *bytes = next - at;
        if (order >= 0) break;
        at = next;
    }
    return at;
}

bool pn_vault_find(const struct pn_vault *v, struct pn_slice name, struct pn_vault_entry *entry)
{
    size_t bytes, at = place_of(v, name, &bytes);

    return bytes > 0 && pn_vault_next(v, &at, entry);
}

/* Make the `before` bytes at `at` `after` bytes, of which nothing is said. */
static void resize(struct pn_vault *v, size_t at, size_t before, size_t after)
{
    size_t len = v->len - before + after;

    memmove(v->text + at + after, v->text + at + before, v->len - at - before);
    if (len < v->len) pn_bytes_wipe(v->text + len, v->len - len);
    v->len = len;
}

enum pn_vault_verdict pn_vault_set(struct pn_vault *v, const struct pn_vault_entry *entry)
{
    size_t before, at = place_of(v, entry->name, &before);
    size_t after = ENTRY_NAME + entry->name.len + entry->value.len;
    uint8_t *e = v->text + at;

    if (!entry_is_good(entry)) return PN_VAULT_MALFORMED;
    if (v->len - before + after > v->max || v->len - before + after > PN_VAULT_TEXT_BYTES_MAX) {
        return PN_VAULT_FULL;
    }
    resize(v, at, before, after);
    e[0] = (uint8_t)entry->name.len;
    pn_store16(e + ENTRY_VALUE_LEN, (uint16_t)entry->value.len);
    pn_store64(e + ENTRY_SET, entry->set_unix);
    memcpy(e + ENTRY_NAME, entry->name.at, entry->name.len);
    memcpy(e + ENTRY_NAME + entry->name.len, entry->value.at, entry->value.len);
    return PN_VAULT_GOOD;
}

bool pn_vault_remove(struct pn_vault *v, struct pn_slice name)
{
    size_t bytes, at = place_of(v, name, &bytes);

    if (bytes > 0) resize(v, at, bytes, 0);
    return bytes > 0;
}

/* --- all of it --- */

static enum pn_vault_verdict open_text(struct pn_vault *v, const struct port_gcm *with,
                                       const uint8_t *tag)
{
    switch (port_gcm_open(with, v->text, v->len, tag)) {
    case PORT_CRYPTO_GOOD: return is_well_formed(v) ? PN_VAULT_GOOD : PN_VAULT_MALFORMED;
    case PORT_CRYPTO_BAD_SIGNATURE: return PN_VAULT_SHUT;
    case PORT_CRYPTO_FAULT: break;
    }
    return PN_VAULT_FAULT;
}

enum pn_vault_verdict pn_vault_open(struct pn_vault *v, struct pn_slice file,
                                    const uint8_t key[PORT_AES256_KEY_BYTES])
{
    struct port_gcm with = { key, file.at + AT_NONCE, file.at, PN_VAULT_HEAD_BYTES };
    struct pn_vault_head head;
    enum pn_vault_verdict verdict = pn_vault_read_head(file, &head);

    v->len = 0;
    if (verdict != PN_VAULT_GOOD) return verdict;
    size_t len = file.len - PN_VAULT_HEAD_BYTES - PORT_GCM_TAG_BYTES;
    if (len > v->max) return PN_VAULT_FULL;
    if (len > 0) memcpy(v->text, file.at + PN_VAULT_HEAD_BYTES, len);
    v->len = len;
    verdict = open_text(v, &with, file.at + PN_VAULT_HEAD_BYTES + len);
    if (verdict == PN_VAULT_GOOD) return verdict;
    pn_bytes_wipe(v->text, len);
    v->len = 0;
    return verdict;
}

enum pn_vault_verdict pn_vault_seal(const struct pn_vault *v, const struct pn_vault_head *head,
                                    const uint8_t key[PORT_AES256_KEY_BYTES],
                                    const uint8_t nonce[PORT_GCM_NONCE_BYTES], struct pn_writer *w)
{
    struct pn_writer start = *w;
    uint8_t *at = pn_write_room(w, PN_VAULT_HEAD_BYTES + v->len + PORT_GCM_TAG_BYTES);
    struct port_gcm with = { key, nonce, at, PN_VAULT_HEAD_BYTES };

    if (at == NULL) return PN_VAULT_FULL;
    uint8_t *text = at + PN_VAULT_HEAD_BYTES;
    write_head(at, head, nonce, v->len);
    if (v->len > 0) memcpy(text, v->text, v->len);
    if (port_gcm_seal(&with, text, v->len, text + v->len) == PORT_CRYPTO_GOOD) return PN_VAULT_GOOD;
    *w = start;
    return PN_VAULT_FAULT;
}
