/* see json_trie.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_trie.h"

#define FNV_BASIS 2166136261u
#define FNV_PRIME 16777619u

enum { CHILDREN_MAX = 1024 }; /* of one node; checking them takes quadratic time */

static const uint8_t *node_at(const struct pn_trie *trie, uint16_t node)
{
    return trie->nodes + (size_t)node * PN_TRIE_NODE_BYTES;
}

static uint8_t flags_of(const uint8_t *node)
{
    return node[5];
}

static uint16_t child_of(const uint8_t *node)
{
    return pn_load16(node + 8);
}

static uint16_t next_of(const uint8_t *node)
{
    return pn_load16(node + 10);
}

static struct pn_slice key_of(const struct pn_trie *trie, const uint8_t *node)
{
    return pn_slice(trie->keys.at + pn_load32(node), node[4]);
}

uint32_t pn_trie_fold_hash(struct pn_slice key)
{
    uint32_t hash = FNV_BASIS;

    for (size_t i = 0; i < key.len; i++) hash = (hash ^ pn_ascii_lower(key.at[i])) * FNV_PRIME;
    return hash;
}

/* --- Keys as the widest reader takes them --- */

/* True when a byte of `key` is not ASCII. */
static bool is_wide(struct pn_slice key)
{
    uint64_t all = 0;

    if (key.len >= 8) {
        all = pn_load64(key.at + key.len - 8);
        for (size_t i = 0; i + 8 < key.len; i += 8) all |= pn_load64(key.at + i);
    } else if (key.len >= 4) {
        all = pn_load32(key.at) | pn_load32(key.at + key.len - 4);
    } else {
        for (size_t i = 0; i < key.len; i++) all |= key.at[i];
    }
    return (all & 0x8080808080808080u) != 0;
}

/* Takes the first character of what is left: a whole one where it folds to a letter, else a byte. */
static uint8_t take_folded(struct pn_slice *left)
{
    uint8_t folded = pn_ascii_lower(left->at[0]);
    size_t len = 1;

    if (pn_slice_begins(*left, PN_SLICE("\xC5\xBF"))) { /* U+017F, the long s */
        folded = 's';
        len = 2;
    } else if (pn_slice_begins(*left, PN_SLICE("\xE2\x84\xAA"))) { /* U+212A, the Kelvin sign */
        folded = 'k';
        len = 3;
    }
    *left = pn_slice_from(*left, len);
    return folded;
}

static bool equal_wide(struct pn_slice a, struct pn_slice b)
{
    while (a.len > 0 && b.len > 0) {
        if (take_folded(&a) != take_folded(&b)) return false;
    }
    return a.len == b.len;
}

static bool is_element(const uint8_t *node)
{
    return (flags_of(node) & PN_TRIE_ELEMENT) != 0;
}

/* A child whose key `key` may be taken for where one of the two is not ASCII, or 0. */
static uint16_t find_wide(const struct pn_trie *trie, uint16_t node, struct pn_slice key)
{
    bool wide = is_wide(key);
    const uint8_t *at;

    for (uint16_t i = child_of(node_at(trie, node)); i != 0; i = next_of(at)) {
        at = node_at(trie, i);
        struct pn_slice wanted = key_of(trie, at);
        if (is_element(at) || (!wide && !is_wide(wanted))) continue;
        if (equal_wide(key, wanted)) return i;
    }
    return 0;
}

enum pn_trie_match pn_trie_find(const struct pn_trie *trie, uint16_t node, struct pn_slice key,
                                uint16_t *child)
{
    const uint8_t *at;
    uint16_t like = 0;

    if (key.len > PN_TRIE_SPELLED_MAX) return PN_TRIE_UNKNOWN;
    for (uint16_t i = child_of(node_at(trie, node)); i != 0; i = next_of(at)) {
        at = node_at(trie, i);
        if (at[4] != key.len || is_element(at)) continue;
        struct pn_slice wanted = key_of(trie, at);
        if (key.len > 0 && ((key.at[0] ^ wanted.at[0]) & ~0x20) != 0) continue; /* most, cheaply */
        if (pn_bytes_same(key.at, wanted.at, key.len)) {
            *child = i;
            return PN_TRIE_EXACT;
        }
        if (pn_slice_equal_fold(key, wanted)) like = i;
    }
    if (like == 0) like = find_wide(trie, node, key);
    if (like == 0) return PN_TRIE_UNKNOWN;
    *child = like;
    return PN_TRIE_CASE;
}

static uint8_t first_of(struct pn_slice key)
{
    return key.len > 0 ? key.at[0] : '"';
}

uint64_t pn_trie_sieve(const struct pn_trie *trie, uint16_t node)
{
    uint64_t sieve = 0;
    const uint8_t *at;

    for (uint16_t i = child_of(node_at(trie, node)); i != 0; i = next_of(at)) {
        at = node_at(trie, i);
        if (is_element(at)) continue;
        struct pn_slice key = key_of(trie, at);
        if (is_wide(key)) return UINT64_MAX;
        sieve |= (uint64_t)1 << pn_trie_sieve_bit(first_of(key), key.len);
    }
    return sieve;
}

bool pn_trie_sieve_passes(uint64_t sieve, struct pn_slice key)
{
    if (key.len > PN_TRIE_SPELLED_MAX) return false;
    return pn_trie_sieve_has(sieve, first_of(key), key.len) || is_wide(key);
}

bool pn_trie_is_key(const struct pn_trie *trie, uint16_t node, struct pn_slice key)
{
    const uint8_t *at = node_at(trie, node);

    if (node == 0 || at[4] != key.len || is_element(at)) return false;
    return pn_bytes_same(key_of(trie, at).at, key.at, key.len);
}

uint16_t pn_trie_element(const struct pn_trie *trie, uint16_t node)
{
    uint16_t i = child_of(node_at(trie, node));

    while (i != 0 && (flags_of(node_at(trie, i)) & PN_TRIE_ELEMENT) == 0) {
        i = next_of(node_at(trie, i));
    }
    return i;
}

static bool link_good(const struct pn_trie *trie, uint16_t from, uint16_t to)
{
    return to == 0 || (to > from && to < trie->node_count);
}

static bool key_good(const struct pn_trie *trie, const uint8_t *node)
{
    size_t len = node[4], off = pn_load32(node);

    if (len > PN_TRIE_KEY_MAX || off > trie->keys.len || len > trie->keys.len - off) return false;
    if ((flags_of(node) & PN_TRIE_ELEMENT) != 0 && len > 0) return false;
    return pn_trie_fold_hash(key_of(trie, node)) == pn_load32(node + 12);
}

static bool node_good(const struct pn_trie *trie, uint16_t i)
{
    const uint8_t *node = node_at(trie, i);
    uint16_t slot = pn_trie_slot(node);

    return key_good(trie, node) && (flags_of(node) & 0x80) == 0 &&
           (slot == PN_TRIE_NO_SLOT || slot < trie->slot_count) &&
           link_good(trie, i, child_of(node)) && link_good(trie, i, next_of(node));
}

static bool same_place(const struct pn_trie *trie, const uint8_t *a, const uint8_t *b)
{
    if (((flags_of(a) ^ flags_of(b)) & PN_TRIE_ELEMENT) != 0) return false;
    if (pn_load32(a + 12) == pn_load32(b + 12)) {
        return pn_slice_equal_fold(key_of(trie, a), key_of(trie, b));
    }
    if (!is_wide(key_of(trie, a)) && !is_wide(key_of(trie, b))) return false;
    return equal_wide(key_of(trie, a), key_of(trie, b));
}

/* Compares each child with those after it; the links are known to be good. */
static bool children_distinct(const struct pn_trie *trie, uint16_t first)
{
    unsigned count = 0;

    for (uint16_t a = first; a != 0; a = next_of(node_at(trie, a))) {
        if (++count > CHILDREN_MAX) return false;
        for (uint16_t b = next_of(node_at(trie, a)); b != 0; b = next_of(node_at(trie, b))) {
            if (same_place(trie, node_at(trie, a), node_at(trie, b))) return false;
        }
    }
    return true;
}

/* Walks depth first from node 0: each node that is there once takes one step. */
static bool walk_bounded(const struct pn_trie *trie)
{
    uint16_t path[PN_TRIE_LEVELS_MAX];
    uint32_t steps = 1;
    int level = 0;

    path[0] = 0;
    while (level >= 0) {
        uint16_t child = child_of(node_at(trie, path[level]));
        if (child != 0) {
            if (level + 1 == PN_TRIE_LEVELS_MAX) return false;
            path[++level] = child;
        } else {
            while (level >= 0 && next_of(node_at(trie, path[level])) == 0) level--;
            if (level < 0) break;
            path[level] = next_of(node_at(trie, path[level]));
        }
        if (++steps > trie->node_count) return false;
    }
    return true;
}

bool pn_trie_check(struct pn_trie trie)
{
    if (trie.node_count == 0) return true;
    if (trie.node_count > PN_TRIE_NODES_MAX) return false;
    for (uint16_t i = 0; i < trie.node_count; i++) {
        if (!node_good(&trie, i)) return false;
    }
    for (uint16_t i = 0; i < trie.node_count; i++) {
        if (!children_distinct(&trie, child_of(node_at(&trie, i)))) return false;
    }
    return walk_bounded(&trie);
}
