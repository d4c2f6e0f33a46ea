/* see json_keys.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_keys.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"

enum { INDEX_FROM = 16 }; /* an object with more keys than this is indexed */

/* The places double as the index: two buckets each, so it is at most half full. A bucket holds the
 * number of a key's place plus 1. */
static uint32_t *bucket(struct pn_json_keys *keys, uint32_t number)
{
    return &keys->at[number >> 1].bucket[number & 1];
}

static uint32_t bucket_mask(const struct pn_json_keys *keys)
{
    return keys->max * 2 - 1;
}

void pn_json_keys_init(struct pn_json_keys *keys, struct pn_json_key *at, uint32_t max,
                       const uint8_t seed[16])
{
    PN_ASSERT(max > 0 && max <= 1u << 30 && (max & (max - 1)) == 0);
    *keys = (struct pn_json_keys){ .at = at, .max = max };
    keys->seed[0] = pn_load64(seed);
    keys->seed[1] = pn_load64(seed + 8);
    memset(at, 0, max * sizeof *at);
}

/* Put the key at `place` into the index. */
static void index_add(struct pn_json_keys *keys, uint32_t place)
{
    uint32_t mask = bucket_mask(keys), i = (uint32_t)keys->at[place].hash & mask;

    while (*bucket(keys, i) != 0) i = (i + 1) & mask;
    *bucket(keys, i) = place + 1;
}

/* Take the key at `place` out, if it is in. Keys leave in the reverse of the order they came, so
 * emptying the bucket restores what was there before and no probe run is cut. */
static void index_remove(struct pn_json_keys *keys, uint32_t place)
{
    uint32_t mask = bucket_mask(keys), i = (uint32_t)keys->at[place].hash & mask;

    while (*bucket(keys, i) != 0 && *bucket(keys, i) != place + 1) i = (i + 1) & mask;
    *bucket(keys, i) = 0;
}

/* Hashes of other open objects are in the index too, but differ: see pn_json_hash_begin(). */
static bool index_has(struct pn_json_keys *keys, uint64_t hash)
{
    uint32_t mask = bucket_mask(keys), i = (uint32_t)hash & mask;

    for (; *bucket(keys, i) != 0; i = (i + 1) & mask) {
        if (keys->at[*bucket(keys, i) - 1].hash == hash) return true;
    }
    return false;
}

void pn_json_keys_reset(struct pn_json_keys *keys)
{
    while (keys->used > 0) index_remove(keys, --keys->used);
    keys->object = 0;
}

bool pn_json_keys_open(struct pn_json_keys *keys)
{
    if (keys->used == keys->max) return false;
    keys->at[keys->used++].hash = keys->object; /* the way back */
    keys->object = keys->used;
    return true;
}

void pn_json_keys_shut(struct pn_json_keys *keys)
{
    if (keys->used - keys->object > INDEX_FROM) {
        while (keys->used > keys->object) index_remove(keys, --keys->used);
    }
    keys->used = keys->object - 1;
    keys->object = (uint32_t)keys->at[keys->used].hash;
}

static bool listed(const struct pn_json_keys *keys, uint64_t hash)
{
    for (uint32_t i = keys->object; i < keys->used; i++) {
        if (keys->at[i].hash == hash) return true;
    }
    return false;
}

enum pn_reason pn_json_keys_add(struct pn_json_keys *keys, uint64_t hash)
{
    uint32_t count = keys->used - keys->object;
    bool known = count <= INDEX_FROM ? listed(keys, hash) : index_has(keys, hash);

    if (known) return PN_REASON_JSON_DUPLICATE_KEY;
    if (keys->used == keys->max) return PN_REASON_JSON_KEYS_FULL;
    keys->at[keys->used++].hash = hash;
    if (count == INDEX_FROM) {
        for (uint32_t i = keys->object; i < keys->used; i++) index_add(keys, i);
    } else if (count > INDEX_FROM) {
        index_add(keys, keys->used - 1);
    }
    return PN_REASON_NONE;
}

/* One round: the halves, masked, are multiplied with each other, and what went in is added so that
 * nothing is lost where a factor is 0. A product of 32 bits by 32 is one instruction everywhere. */
static inline uint64_t mix(const struct pn_json_keys *keys, uint64_t sum, uint64_t word)
{
    uint64_t x = sum ^ word, masked = x ^ keys->seed[1];

    return (masked & 0xFFFFFFFF) * (masked >> 32) + (x << 32 | x >> 32);
}

/* Different for each open object, so that one index serves them all. */
static uint64_t first_sum(const struct pn_json_keys *keys)
{
    return keys->seed[0] + (uint64_t)keys->object * 0x9E3779B97F4A7C15u;
}

/* The last word has at most 7 bytes of the key; its highest byte makes lengths differ. The upper half
 * of a product depends on every bit of its factors, so it is brought down to where buckets are
 * chosen. */
static inline uint64_t last_sum(const struct pn_json_keys *keys, uint64_t sum, uint64_t word,
                                size_t len)
{
    uint64_t mixed = mix(keys, sum, word | (uint64_t)len << 56);

    return mixed ^ mixed >> 32;
}

void pn_json_hash_begin(struct pn_json_hash *hash, const struct pn_json_keys *keys)
{
    *hash = (struct pn_json_hash){ .sum = first_sum(keys) };
}

void pn_json_hash_add(struct pn_json_hash *hash, const struct pn_json_keys *keys, uint8_t byte)
{
    hash->word |= (uint64_t)byte << hash->len % 8 * 8;
    hash->len++;
    if (hash->len % 8 != 0) return;
    hash->sum = mix(keys, hash->sum, hash->word);
    hash->word = 0;
}

uint64_t pn_json_hash_end(const struct pn_json_hash *hash, const struct pn_json_keys *keys)
{
    return last_sum(keys, hash->sum, hash->word, hash->len);
}

static inline uint64_t last_word(const uint8_t *at, size_t len, size_t room)
{
    uint64_t word = 0;

    if (room >= 8) return pn_load64(at) & (((uint64_t)1 << len * 8) - 1);
    for (size_t i = 0; i < len; i++) word |= (uint64_t)at[i] << i * 8;
    return word;
}

uint64_t pn_json_hash_whole(const struct pn_json_keys *keys, struct pn_slice key, size_t room)
{
    uint64_t sum = first_sum(keys);
    size_t i = 0;

    for (; key.len - i >= 8; i += 8) sum = mix(keys, sum, pn_load64(key.at + i));
    return last_sum(keys, sum, last_word(key.at + i, key.len - i, room - i), key.len);
}
