/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/key_table.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/json/json_scan.h"
#include "policy/policy_limits.h"

#define HASH_BYTES   32
#define PREFIX_BYTES 8

_Static_assert(PN_KEY_ROLE_WORDS == PN_POLICY_ROLE_WORDS_MAX,
               "a key holds every role a policy has");

static struct pn_slice text_at(const struct pn_key_table *table, const uint8_t *record)
{
    return pn_slice(table->strings.at + pn_load32(record), pn_load32(record + 4));
}

static bool lies_in_strings(const struct pn_key_table *table, uint64_t at, uint32_t len)
{
    return at <= table->strings.len && len <= table->strings.len - at;
}

static bool key_is_valid(const struct pn_key_table *table, const uint8_t *record)
{
    size_t attrs = table->attrs.len / PN_ATTR_BYTES;
    uint32_t first = pn_load32(record + PN_KEY_ATTR_FIRST);

    for (size_t at = PN_KEY_ID; at < PN_KEY_ROLES; at += 8) {
        if (!lies_in_strings(table, pn_load32(record + at), pn_load32(record + at + 4)))
            return false;
    }
    return first <= attrs && pn_load32(record + PN_KEY_ATTR_COUNT) <= attrs - first;
}

bool pn_key_json_is_sound(struct pn_slice json, enum pn_type type)
{
    static const uint8_t seed[16] = { 0 }; /* the text is signed: nobody chooses its keys */
    struct pn_json_key places[PN_ATTR_JSON_KEYS_MAX];
    struct pn_json_keys keys;
    struct pn_json_scan scan;

    if (json.len == 0 || json.at[0] != (type == PN_MAP ? '{' : '[')) return false;
    if (json.at[json.len - 1] != (type == PN_MAP ? '}' : ']')) return false;
    pn_json_keys_init(&keys, places, PN_ATTR_JSON_KEYS_MAX, seed);
    pn_json_scan_begin(&scan, &keys, NULL);
    return pn_json_scan_step(&scan, json, PN_JSON_LAST, NULL) == PN_DONE;
}

static struct pn_slice string_at(const struct pn_key_table *table, uint64_t at, uint32_t len)
{
    return pn_slice(table->strings.at + at, len);
}

static bool attr_is_valid(const struct pn_key_table *table, const uint8_t *record,
                          size_t slot_count)
{
    uint32_t len = pn_load32(record + PN_ATTR_LEN);
    uint64_t value = pn_load64(record + PN_ATTR_VALUE);

    if (pn_load16(record + PN_ATTR_SLOT) >= slot_count || record[PN_ATTR_ZERO] != 0) return false;

    enum pn_type type = (enum pn_type)record[PN_ATTR_TYPE];
    switch (type) {
    case PN_NULL: return len == 0 && value == 0;
    case PN_BOOL: return len == 0 && value <= 1;
    case PN_INT:
    case PN_DOUBLE: return len == 0;
    case PN_STRING: return lies_in_strings(table, value, len);
    case PN_LIST:
    case PN_MAP:
        return lies_in_strings(table, value, len) &&
               pn_key_json_is_sound(string_at(table, value, len), type);
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN: break;
    }
    return false;
}

bool pn_key_table_check(const struct pn_key_table *table, size_t slot_count)
{
    const uint8_t *keys = table->keys.at;

    if (table->keys.len % PN_KEY_BYTES != 0 || table->attrs.len % PN_ATTR_BYTES != 0) return false;

    for (size_t at = 0; at < table->attrs.len; at += PN_ATTR_BYTES) {
        if (!attr_is_valid(table, table->attrs.at + at, slot_count)) return false;
    }
    for (size_t at = 0; at < table->keys.len; at += PN_KEY_BYTES) {
        if (!key_is_valid(table, keys + at)) return false;
        if (at > 0 && memcmp(keys + at - PN_KEY_BYTES, keys + at, HASH_BYTES) >= 0) return false;
    }
    return true;
}

/* Has the record a bit of its roles from `role_count` on? */
static bool is_beyond(const uint8_t *record, size_t role_count)
{
    uint64_t beyond = 0;

    for (size_t word = 0; word < PN_KEY_ROLE_WORDS; word++) {
        size_t first = 64 * word; /* the word's first role */
        uint64_t mask = role_count <= first        ? UINT64_MAX
                        : role_count - first >= 64 ? 0
                                                   : UINT64_MAX << (role_count - first);
        beyond |= pn_load64(record + PN_KEY_ROLES + 8 * word) & mask;
    }
    return beyond != 0;
}

bool pn_key_beyond_roles(const struct pn_key_table *table, size_t role_count,
                         struct pn_slice *key_id)
{
    for (size_t at = 0; at < table->keys.len; at += PN_KEY_BYTES) {
        if (!is_beyond(table->keys.at + at, role_count)) continue;
        *key_id = text_at(table, table->keys.at + at + PN_KEY_ID);
        return true;
    }
    return false;
}

size_t pn_key_count(const struct pn_key_table *table)
{
    return table->keys.len / PN_KEY_BYTES;
}

/* Index of the first key whose hash does not begin below the prefix of `hash`. */
static size_t first_candidate(const struct pn_key_table *table, const uint8_t *hash)
{
    size_t low = 0, high = pn_key_count(table);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(table->keys.at + middle * PN_KEY_BYTES, hash, PREFIX_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct pn_key key_at(const struct pn_key_table *table, const uint8_t *record)
{
    struct pn_key key = {
        .key_id = text_at(table, record + PN_KEY_ID),
        .user = text_at(table, record + PN_KEY_USER),
        .agent = text_at(table, record + PN_KEY_AGENT),
        .team = text_at(table, record + PN_KEY_TEAM),
        .task = text_at(table, record + PN_KEY_TASK),
        .role_names = text_at(table, record + PN_KEY_ROLE_NAMES),
        .expires_s = pn_load64(record + PN_KEY_EXPIRES_S),
        .attr_first = pn_load32(record + PN_KEY_ATTR_FIRST),
        .attr_count = pn_load32(record + PN_KEY_ATTR_COUNT),
    };

    for (size_t i = 0; i < PN_KEY_ROLE_WORDS; i++) {
        key.roles[i] = pn_load64(record + PN_KEY_ROLES + 8 * i);
    }
    return key;
}

bool pn_key_find(const struct pn_key_table *table, const uint8_t *hash, uint64_t now_s,
                 struct pn_key *key)
{
    size_t count = pn_key_count(table);

    for (size_t i = first_candidate(table, hash); i < count; i++) {
        const uint8_t *record = table->keys.at + i * PN_KEY_BYTES;
        if (!pn_bytes_equal_secret(record, hash, PREFIX_BYTES)) return false;
        if (!pn_bytes_equal_secret(record, hash, HASH_BYTES)) continue;

        struct pn_key found = key_at(table, record);
        if (found.expires_s != 0 && found.expires_s <= now_s) return false;
        *key = found;
        return true;
    }
    return false;
}

static double double_of(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof d);
    return d;
}

struct pn_value pn_key_attr(const struct pn_key_table *table, const struct pn_key *key,
                            uint32_t index, uint16_t *slot)
{
    PN_ASSERT(index < key->attr_count);
    const uint8_t *record = table->attrs.at + (size_t)(key->attr_first + index) * PN_ATTR_BYTES;
    uint64_t bits = pn_load64(record + PN_ATTR_VALUE);
    struct pn_value value = pn_value_of((enum pn_type)record[PN_ATTR_TYPE]);

    *slot = pn_load16(record + PN_ATTR_SLOT);
    switch ((enum pn_type)value.type) {
    case PN_BOOL: value.as.b = bits != 0; break;
    case PN_INT: value.as.i = (int64_t)bits; break;
    case PN_DOUBLE: value.as.d = double_of(bits); break;
    case PN_STRING:
    case PN_LIST:
    case PN_MAP:
        value.len = pn_load32(record + PN_ATTR_LEN);
        value.as.text = table->strings.at + bits;
        break;
    case PN_NULL:
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN: break;
    }
    return value;
}
