/* json_trie.h - which values of a JSON text are wanted: a trie of keys in sixteen bytes a node.
 *
 * A trie comes out of a signed policy blob or from a constant table in the gateway; both are the
 * same bytes, read through little-endian loads, so a blob is used where it lies. Node 0 stands for
 * the whole text. A node:
 *
 *    0  u32 key_off    its key in `keys`, unescaped UTF-8; `key_len` bytes, at most 63
 *    4  u8  key_len
 *    5  u8  flags      enum pn_trie_flag
 *    6  u16 slot       where the value goes, or PN_TRIE_NO_SLOT
 *    8  u16 child      first child, or 0
 *   10  u16 next       next child of the same parent, or 0
 *   12  u32 fold_hash  FNV-1a of the key in ASCII lower case
 *
 * Links point forward only, so every walk ends. Keys match byte for byte. A key of the text that
 * the server behind may take for a wanted one is refused by the scanner: one that equals it when
 * ASCII case is ignored, U+017F (long s) is an s and U+212A (Kelvin sign) a k, as they are under
 * Unicode's simple case folding. Other letters outside ASCII are compared as they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JSON_TRIE_H
#define PN_JSON_TRIE_H

#include "core/base/bytes.h"
#include "core/base/slice.h"

enum pn_trie_flag {
    PN_TRIE_ELEMENT = 1,      /* stands for every element of an array; has no key */
    PN_TRIE_RAW = 2,          /* a list or map is wanted as its raw text */
    PN_TRIE_NODES = 4,        /* a list or map is wanted with all it holds, as nodes and raw text */
    PN_TRIE_COMPARED = 8,     /* an integer that int64 cannot hold is an error, not rounded */
    PN_TRIE_GRAFT = 16,       /* the value continues in the second trie of the pick */
    PN_TRIE_PAUSE_BEGIN = 32, /* the scanner returns to its caller before the value */
    PN_TRIE_PAUSE_END = 64,   /* the scanner returns to its caller after the value */
};

enum {
    PN_TRIE_NODE_BYTES = 16,
    PN_TRIE_KEY_MAX = 63,
    PN_TRIE_SPELLED_MAX =
        3 * PN_TRIE_KEY_MAX, /* bytes of a text's key that may fold to a wanted one */
    PN_TRIE_NO_SLOT = 0xFFFF,
    PN_TRIE_NODES_MAX = 0x7FFF,
    PN_TRIE_LEVELS_MAX = 16, /* from node 0, which counts, to the deepest node */
};

struct pn_trie {
    const uint8_t *nodes; /* node_count * PN_TRIE_NODE_BYTES bytes; NULL with no nodes */
    struct pn_slice keys;
    uint16_t node_count; /* 0: nothing is wanted */
    uint16_t slot_count; /* slots that nodes name are below this */
};

/* Check a trie once, when it arrives. True when every index and key is in range; links point
 * forward, and from node 0 meet no more nodes than there are, at most PN_TRIE_LEVELS_MAX deep;
 * hashes are right; ELEMENT nodes have no key; the keys under one parent, at most 1024, differ by
 * more than case (see above), with at most one ELEMENT among them. All other functions rely on that.
 * Takes time linear in the nodes and quadratic in the children of one node. */
bool pn_trie_check(struct pn_trie trie);

/* FNV-1a (32 bit) of `key` in ASCII lower case: what belongs into fold_hash. */
uint32_t pn_trie_fold_hash(struct pn_slice key);

/* The slot field of the node at `node`. */
static inline uint16_t pn_trie_slot(const uint8_t *node)
{
    return pn_load16(node + 6);
}

enum pn_trie_match {
    PN_TRIE_UNKNOWN, /* no child has this key */
    PN_TRIE_EXACT,   /* `*child` has it */
    PN_TRIE_CASE,    /* `*child` has it in other letter case, in the wide sense above */
};

/* Find `key` among the children of `node`; sets `*child` unless PN_TRIE_UNKNOWN. Of a key longer
 * than PN_TRIE_SPELLED_MAX, which is unknown, no byte is read. */
enum pn_trie_match pn_trie_find(const struct pn_trie *trie, uint16_t node, struct pn_slice key,
                                uint16_t *child);

/* A set of what the keys of the children of `node` may look like, for pn_trie_sieve_passes(). */
uint64_t pn_trie_sieve(const struct pn_trie *trie, uint16_t node);

/* Is the bit of that set there for a key's length and first byte? It is the same for both cases of a
 * letter; the first byte of an empty key is a quote. A key that is ASCII and whose bit is not there
 * is unknown. */
static inline unsigned pn_trie_sieve_bit(uint8_t first, size_t len)
{
    return ((first & 0x1Fu) + (unsigned)len * 8) & 63;
}

static inline bool pn_trie_sieve_has(uint64_t sieve, uint8_t first, size_t len)
{
    return (sieve >> pn_trie_sieve_bit(first, len) & 1) != 0;
}

/* False when pn_trie_find() would not know `key` under the node that `sieve` was made of; it is
 * cheaper than finding out there. Reads no byte of a key longer than PN_TRIE_SPELLED_MAX. */
bool pn_trie_sieve_passes(uint64_t sieve, struct pn_slice key);

/* True when `key` is the key of `node`, which is 0 for no node, byte for byte. Keys often come in the
 * order in which a trie has them, so the next one is asked first. */
bool pn_trie_is_key(const struct pn_trie *trie, uint16_t node, struct pn_slice key);

/* The first child of `node`, and the one after `node` under the same parent; 0: there is none. */
static inline uint16_t pn_trie_first(const struct pn_trie *trie, uint16_t node)
{
    return pn_load16(trie->nodes + (size_t)node * PN_TRIE_NODE_BYTES + 8);
}

static inline uint16_t pn_trie_next(const struct pn_trie *trie, uint16_t node)
{
    return pn_load16(trie->nodes + (size_t)node * PN_TRIE_NODE_BYTES + 10);
}

/* The child of `node` that stands for the elements of an array, or 0. */
uint16_t pn_trie_element(const struct pn_trie *trie, uint16_t node);

/* --- A trie as a constant table ---------------------------------------------------------------
 *
 * List the nodes in index order, parents first, and let PN_TRIE_DEFINE lay them out. The list
 * takes one macro and gives it, for each node: table, name, key, flags, slot, child, next. `child`
 * and `next` are TABLE_NAME or 0.
 *
 *     #define RPC_TRIE(NODE) \
 *         NODE(rpc, root,   "",       0, PN_TRIE_NO_SLOT, rpc_method, 0) \
 *         NODE(rpc, method, "method", 0, RPC_METHOD,      0, rpc_params) \
 *         NODE(rpc, params, "params", PN_TRIE_GRAFT, PN_TRIE_NO_SLOT, 0, 0)
 *     PN_TRIE_DEFINE(rpc, RPC_SLOT_COUNT, RPC_TRIE)
 *
 * defines `static const struct pn_trie rpc_trie` and the enumerators rpc_root, rpc_method, ....
 * Keys of such tables have at most 24 bytes. A test runs pn_trie_check() over each table. */
#define PN_TRIE_DEFINE(table, slots, list) \
    enum { list(PN_TRIE_NAME_) table##_node_count }; \
    struct table##_trie_keys { \
        list(PN_TRIE_FIELD_) \
    }; \
    static const uint8_t table##_trie_text[] = list(PN_TRIE_TEXT_); \
    static const struct pn_trie_node table##_trie_nodes[] = { list(PN_TRIE_NODE_) }; \
    static const struct pn_trie table##_trie = { \
        .nodes = (const uint8_t *)table##_trie_nodes, \
        .keys = { table##_trie_text, sizeof(struct table##_trie_keys) }, \
        .node_count = table##_node_count, \
        .slot_count = (slots), \
    };

/* A node of such a table, byte for byte what a blob has. */
struct pn_trie_node {
    uint32_t key_at;
    uint8_t key_len, flags;
    uint16_t slot, child, next;
    uint32_t fold_hash;
};

_Static_assert(sizeof(struct pn_trie_node) == PN_TRIE_NODE_BYTES, "no gaps");

/* FNV-1a over a literal of at most 24 bytes as a constant; past its end the steps multiply by 1. It is
 * long, and what it is nested in costs the preprocessor time with the square of its depth: write it
 * once. */
#define PN_TRIE_HASH(key) \
    PN_TRIE_HASH8_(key, 16u, PN_TRIE_HASH8_(key, 8u, PN_TRIE_HASH8_(key, 0u, 2166136261u)))

#define PN_TRIE_NAME_(table, name, key, flags, slot, child, next)  table##_##name,
#define PN_TRIE_FIELD_(table, name, key, flags, slot, child, next) char key_##name[sizeof(key)];
#define PN_TRIE_TEXT_(table, name, key, flags, slot, child, next)  key "\0"
#define PN_TRIE_NODE_(table, name, key, flags, slot, child, next) \
    { PN_LITTLE32(offsetof(struct table##_trie_keys, key_##name)), \
      (uint8_t)(sizeof(key) - 1), \
      (uint8_t)(flags), \
      PN_LITTLE16(slot), \
      PN_LITTLE16(child), \
      PN_LITTLE16(next), \
      PN_LITTLE32(PN_TRIE_HASH(key)) },
#define PN_TRIE_24_ZEROS_     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define PN_TRIE_BYTE_(key, i) ((unsigned)(uint8_t)(key PN_TRIE_24_ZEROS_)[i])
#define PN_TRIE_LOWER_(ch)    (ch + (ch - 'A' < 26u) * 0x20u)
#define PN_TRIE_HASH1_(key, i, hash) \
    (((hash) ^ PN_TRIE_LOWER_(PN_TRIE_BYTE_(key, i))) * ((i) < sizeof(key) - 1 ? 16777619u : 1u))
#define PN_TRIE_HASH2_(key, i, hash) PN_TRIE_HASH1_(key, (i) + 1, PN_TRIE_HASH1_(key, i, hash))
#define PN_TRIE_HASH4_(key, i, hash) PN_TRIE_HASH2_(key, (i) + 2, PN_TRIE_HASH2_(key, i, hash))
#define PN_TRIE_HASH8_(key, i, hash) PN_TRIE_HASH4_(key, (i) + 4, PN_TRIE_HASH4_(key, i, hash))

#endif
