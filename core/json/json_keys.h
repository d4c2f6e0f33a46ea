/* json_keys.h - has this object had this key before?
 *
 * RFC 8259 leaves open what a repeated key means, and readers differ: some take the first, some the
 * last. A gateway that judges one while the server acts on the other is no guard, so the scanner
 * refuses the repetition at any level. For each open object this set keeps 64-bit keyed hashes of
 * its unescaped keys. Two different keys with one hash are refused though they are innocent,
 * about one pair in 2^60; a repeated key is never missed.
 *
 * The hash multiplies under a secret seed, one product for eight bytes. It need not resist forgery:
 * who finds a collision has found a way to be refused. It must keep strangers from choosing long
 * probe runs.
 *
 * Objects nest, so the keys of the innermost lie last: an object's keys leave by moving one mark.
 * Few keys are compared one by one; more are also found through a hashed index in the same memory,
 * which costs time linear in the keys.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JSON_KEYS_H
#define PN_JSON_KEYS_H

#include "core/base/bytes.h"
#include "core/base/step.h"

struct pn_json_key {
    uint64_t hash;
    uint32_t bucket[2]; /* not of this key: two places of the index */
};

enum { PN_JSON_KEYS_SEEN = 128 };

struct pn_json_keys {
    struct pn_json_key *at;
    uint32_t max;    /* a power of two */
    uint32_t used;   /* keys of open objects, and one place for each open object */
    uint32_t object; /* where the innermost open object's keys begin */
    uint32_t few;    /* up to here its keys are few, and places are left; 0: not known yet */
    uint64_t first;  /* the sum that hashes of these keys begin with */
    uint64_t seed[2];
    uint8_t age;                     /* of the marks that count */
    uint8_t seen[PN_JSON_KEYS_SEEN]; /* a mark of this age where a key may be, none where none is */
};

/* An object with more keys than this is indexed. */
enum { PN_JSON_KEYS_LISTED = 32 };

/* Lend `max` places, a power of two, and 16 bytes from the platform's entropy. Zeroes the places;
 * done once, then the set serves one scan after the other. */
void pn_json_keys_init(struct pn_json_keys *keys, struct pn_json_key *at, uint32_t max,
                       const uint8_t seed[16]);

/* The same for places that are zero already. */
void pn_json_keys_init_zeroed(struct pn_json_keys *keys, struct pn_json_key *at, uint32_t max,
                              const uint8_t seed[16]);

/* Forget all open objects, whether the scan before came to its end or not. */
void pn_json_keys_reset(struct pn_json_keys *keys);

/* An object opens: false when no place is left. The innermost open object ends. */
bool pn_json_keys_open(struct pn_json_keys *keys);
void pn_json_keys_shut(struct pn_json_keys *keys);

/* Add the key with this hash to the innermost object.
 *
 *   PN_REASON_NONE                it was not there, and is now
 *   PN_REASON_JSON_DUPLICATE_KEY  it was there
 *   PN_REASON_JSON_KEYS_FULL      no place is left */
enum pn_reason pn_json_keys_find_add(struct pn_json_keys *keys, uint64_t hash);

/* The mark in `seen` for keys with this hash. */
static inline uint8_t *pn_json_keys_mark(struct pn_json_keys *keys, uint64_t hash)
{
    return &keys->seen[(uint32_t)(hash >> 32) % PN_JSON_KEYS_SEEN];
}

/* The same. Most objects are small, and that there is no mark tells of most of their keys that they
 * are new. */
static inline enum pn_reason pn_json_keys_add(struct pn_json_keys *keys, uint64_t hash)
{
    uint8_t *mark = pn_json_keys_mark(keys, hash);

    if (*mark == keys->age || keys->used >= keys->few) return pn_json_keys_find_add(keys, hash);
    *mark = keys->age;
    keys->at[keys->used++].hash = hash;
    return PN_REASON_NONE;
}

/* One round of the hash: the halves, masked, are multiplied with each other, and what went in is
 * added so that nothing is lost where a factor is 0. The middle of a product depends on every bit
 * of its factors, so it is where buckets are chosen from.
 *
 * No key holds a NUL, so the last word, filled up with zeros, tells where a key ends; one whose
 * length is a multiple of 8 has a word of zeros for its last. */
static inline uint64_t pn_json_hash_mix(const struct pn_json_keys *keys, uint64_t sum,
                                        uint64_t word)
{
    uint64_t x = sum ^ word, masked = x ^ keys->seed[1];

    return (masked & 0xFFFFFFFF) * (masked >> 32) + (x << 32 | x >> 32);
}

/* The hash of a key in the innermost object, byte by byte; it does not depend on how the key is
 * cut. Of keys without escapes pn_json_plain_key() makes the same (json_string.h). */
struct pn_json_hash {
    uint64_t sum;
    uint64_t word; /* bytes not yet in the sum, the first one lowest */
    uint32_t len;  /* of all bytes so far */
};

void pn_json_hash_begin(struct pn_json_hash *hash, const struct pn_json_keys *keys);
void pn_json_hash_add(struct pn_json_hash *hash, const struct pn_json_keys *keys, uint8_t byte);
uint64_t pn_json_hash_end(const struct pn_json_hash *hash, const struct pn_json_keys *keys);

#endif
