/* see json_keys.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_keys.h"

#include "core/base/assert.h"

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

/* The bucket to look into first. */
static uint32_t home(const struct pn_json_keys *keys, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & bucket_mask(keys);
}

void pn_json_keys_init(struct pn_json_keys *keys, struct pn_json_key *at, uint32_t max,
                       const uint8_t seed[16])
{
    memset(at, 0, max * sizeof *at);
    pn_json_keys_init_zeroed(keys, at, max, seed);
}

void pn_json_keys_init_zeroed(struct pn_json_keys *keys, struct pn_json_key *at, uint32_t max,
                              const uint8_t seed[16])
{
    PN_ASSERT(max > 0 && max <= 1u << 30 && (max & (max - 1)) == 0);
    *keys = (struct pn_json_keys){ .at = at, .max = max };
    keys->seed[0] = pn_load64(seed);
    keys->seed[1] = pn_load64(seed + 8);
    pn_json_keys_reset(keys);
}

/* Put the key at `place` into the index. */
static void index_add(struct pn_json_keys *keys, uint32_t place)
{
    uint32_t mask = bucket_mask(keys), i = home(keys, keys->at[place].hash);

    while (*bucket(keys, i) != 0) i = (i + 1) & mask;
    *bucket(keys, i) = place + 1;
}

/* Take the key at `place` out, if it is in. Keys leave in the reverse of the order they came, so
 * emptying the bucket restores what was there before and no probe run is cut. */
static void index_remove(struct pn_json_keys *keys, uint32_t place)
{
    uint32_t mask = bucket_mask(keys), i = home(keys, keys->at[place].hash);

    while (*bucket(keys, i) != 0 && *bucket(keys, i) != place + 1) i = (i + 1) & mask;
    *bucket(keys, i) = 0;
}

/* Hashes of other open objects are in the index too, but differ: see object_set(). */
static bool index_has(struct pn_json_keys *keys, uint64_t hash)
{
    uint32_t mask = bucket_mask(keys), i = home(keys, hash);

    for (; *bucket(keys, i) != 0; i = (i + 1) & mask) {
        if (keys->at[*bucket(keys, i) - 1].hash == hash) return true;
    }
    return false;
}

/* Each open object's hashes begin differently, so that one index serves them all. No mark that is
 * there counts for it. */
static void object_set(struct pn_json_keys *keys, uint32_t object)
{
    keys->object = object;
    keys->first = keys->seed[0] + object * 0x9E3779B97F4A7C15u;
    keys->few = 0;
    if (++keys->age != 0) return;
    memset(keys->seen, 0, sizeof keys->seen);
    keys->age = 1;
}

/* Mark the keys that are there. */
static void marks_set(struct pn_json_keys *keys)
{
    uint32_t left = keys->max - keys->object;

    keys->few = keys->object + (left < PN_JSON_KEYS_LISTED ? left : PN_JSON_KEYS_LISTED);
    for (uint32_t i = keys->object; i < keys->used; i++) {
        *pn_json_keys_mark(keys, keys->at[i].hash) = keys->age;
    }
}

void pn_json_keys_reset(struct pn_json_keys *keys)
{
    while (keys->used > 0) index_remove(keys, --keys->used);
    object_set(keys, 0);
}

bool pn_json_keys_open(struct pn_json_keys *keys)
{
    if (keys->used == keys->max) return false;
    keys->at[keys->used++].hash = keys->object; /* the way back */
    object_set(keys, keys->used);
    marks_set(keys);
    return true;
}

/* Whether a key follows in the object around it is not known yet: its keys are marked when one does.
 */
void pn_json_keys_shut(struct pn_json_keys *keys)
{
    if (keys->used - keys->object > PN_JSON_KEYS_LISTED) {
        while (keys->used > keys->object) index_remove(keys, --keys->used);
    }
    keys->used = keys->object - 1;
    object_set(keys, (uint32_t)keys->at[keys->used].hash);
}

static bool listed(const struct pn_json_keys *keys, uint64_t hash)
{
    for (uint32_t i = keys->object; i < keys->used; i++) {
        if (keys->at[i].hash == hash) return true;
    }
    return false;
}

enum pn_reason pn_json_keys_find_add(struct pn_json_keys *keys, uint64_t hash)
{
    uint32_t count = keys->used - keys->object;
    bool known = count <= PN_JSON_KEYS_LISTED ? listed(keys, hash) : index_has(keys, hash);

    if (known) return PN_REASON_JSON_DUPLICATE_KEY;
    if (keys->used == keys->max) return PN_REASON_JSON_KEYS_FULL;
    keys->at[keys->used++].hash = hash;
    if (count < PN_JSON_KEYS_LISTED) {
        if (keys->few == 0) marks_set(keys);
        *pn_json_keys_mark(keys, hash) = keys->age;
    } else if (count == PN_JSON_KEYS_LISTED) {
        for (uint32_t i = keys->object; i < keys->used; i++) index_add(keys, i);
    } else {
        index_add(keys, keys->used - 1);
    }
    return PN_REASON_NONE;
}

void pn_json_hash_begin(struct pn_json_hash *hash, const struct pn_json_keys *keys)
{
    *hash = (struct pn_json_hash){ .sum = keys->first };
}

void pn_json_hash_add(struct pn_json_hash *hash, const struct pn_json_keys *keys, uint8_t byte)
{
    hash->word |= (uint64_t)byte << hash->len % 8 * 8;
    hash->len++;
    if (hash->len % 8 != 0) return;
    hash->sum = pn_json_hash_mix(keys, hash->sum, hash->word);
    hash->word = 0;
}

uint64_t pn_json_hash_end(const struct pn_json_hash *hash, const struct pn_json_keys *keys)
{
    return pn_json_hash_mix(keys, hash->sum, hash->word);
}
