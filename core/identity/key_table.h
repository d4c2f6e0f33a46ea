/* key_table.h - the API keys of the active policy, found by their SHA-256.
 *
 * The search walks by the first 8 bytes of the hash and then compares all 32 in constant time.
 * What its timing can show is where a hash lies among others, and a caller who could use that
 * would need keys with chosen hashes; the bytes of a stored hash beyond the prefix never steer a
 * branch. The bundle holds no key in clear text, so this table holds none either.
 *
 * The sections stay where the blob lies and are checked once, after which looking up cannot fail
 * in any other way than "unknown". What is returned borrows from the sections.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_KEY_TABLE_H
#define PN_KEY_TABLE_H

#include "core/base/slice.h"
#include "core/base/value.h"
#include "core/identity/identity_format.h"
#include "core/route/route_format.h"

/* What a key begins with that `postern token new` makes: scanners for lost secrets look for it, and
 * such a bearer is shown to nobody. Keys of other forms may be in the table too. */
#define PN_KEY_PREFIX "postern_"

/* The sections as they lie in the body; one that the body lacks is empty. */
struct pn_key_table {
    struct pn_slice strings; /* PN_SECTION_STRINGS */
    struct pn_slice keys;    /* PN_SECTION_KEYS */
    struct pn_slice attrs;   /* PN_SECTION_KEY_ATTRS */
};

/* The table of a body's sections, by their numbers. */
static inline struct pn_key_table pn_key_table_of(const struct pn_slice *section)
{
    return (struct pn_key_table){ section[PN_SECTION_STRINGS], section[PN_SECTION_KEYS],
                                  section[PN_SECTION_KEY_ATTRS] };
}

struct pn_key {
    struct pn_slice key_id;
    struct pn_slice user, agent, team, task; /* empty: not stated */
    struct pn_slice role_names;              /* "a,b", in the order of the bundle */
    uint64_t roles[PN_KEY_ROLE_WORDS];       /* bits of the policy's role table */
    uint64_t expires_s;                      /* 0: never */
    uint32_t attr_first, attr_count;
};

/* Check all records of `table`, whose slices the caller has set, for a policy with `slot_count`
 * slots.
 *
 *   true   every lookup below is safe
 *   false  not what the format says; the policy must not become active */
bool pn_key_table_check(const struct pn_key_table *table, size_t slot_count);

/* Find a key that has a role which no rule of the policy names: a bit from `role_count` on. Derived
 * roles have such bits, and nobody has one of those by key. `table` has been checked.
 *
 *   true   `*key_id` is its public name; the policy must not become active
 *   false  there is none */
bool pn_key_beyond_roles(const struct pn_key_table *table, size_t role_count,
                         struct pn_slice *key_id);

/* Whether a list or map of this type can be an attribute: JSON without blanks around it that the
 * scanner takes, with no more keys than PN_ATTR_JSON_KEYS_MAX open at once. */
bool pn_key_json_is_sound(struct pn_slice json, enum pn_type type);

size_t pn_key_count(const struct pn_key_table *table);

/* Find the key whose SHA-256 is `hash` (32 bytes).
 *
 *   true   `*key` is filled
 *   false  there is none, or it has expired at `now_s` (Unix time); `*key` is untouched */
bool pn_key_find(const struct pn_key_table *table, const uint8_t *hash, uint64_t now_s,
                 struct pn_key *key);

/* Attribute number `index`, below `key->attr_count`: its value and, in `*slot`, where it goes. */
struct pn_value pn_key_attr(const struct pn_key_table *table, const struct pn_key *key,
                            uint32_t index, uint16_t *slot);

#endif
