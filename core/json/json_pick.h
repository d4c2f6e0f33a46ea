/* json_pick.h - what a scan keeps of a JSON text: values in slots, and whole subtrees as nodes.
 *
 * A pick holds one or two tries (json_trie.h) and the places for what they want. The first is the
 * gateway's own ("wire"): where the method, the model, the tool name are. Where one of its nodes is
 * flagged GRAFT, the value continues in the second, the policy's, at node `graft_root`. The
 * scanner drives it; the caller reads the results once the scan is done, or at a pause.
 *
 * Values borrow from the text, which the caller keeps at `base` without moving it: a scan may be
 * cut anywhere, its picked values are whole. With `base` NULL the text is passing through: then
 * no value is kept, only spans (offsets from the first byte of the text, modulo 2^32) and pauses.
 *
 * Wire slots of values that do not occur are PN_ABSENT; graft slots are left as the caller set
 * them, since not all of the policy's slots come from this text. A value under an ELEMENT node
 * overwrites the one before it; a caller that wants each pauses at it. A map or list in a slot has
 * its raw text where the node is flagged RAW or NODES, else only its type. Numbers are PN_INT where
 * they are written as integers and int64 holds them, else the nearest PN_DOUBLE; where the node is
 * COMPARED, an integer beyond int64 is PN_ERROR. A number beyond double is PN_ERROR always.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JSON_PICK_H
#define PN_JSON_PICK_H

#include "core/base/step.h"
#include "core/base/value.h"
#include "core/json/json_trie.h"

/* One value of a recorded subtree; a node's subtree follows it. A map's or list's own
 * value.node is its own index plus 1, so a value copied from a slot or node can be walked. */
struct pn_json_node {
    struct pn_value value;
    struct pn_slice key; /* between the quotes, as written; empty in lists */
    uint16_t next;       /* index plus 1 of the next entry of the same map or list, or 0 */
    uint16_t entries;    /* of a map or list */
    uint8_t key_flags;   /* PN_VALUE_ESCAPED: `key` holds escapes */
};

/* The raw text of a value, quotes and brackets included, as offsets from the start of the text. */
struct pn_json_span {
    uint32_t begin, end; /* both 0: the value does not occur */
};

enum {
    PN_JSON_PATH_MAX = 2 * PN_TRIE_LEVELS_MAX,
    PN_JSON_NODES_MAX = 0xFFFE, /* the most that node_max may be */
    PN_JSON_GRAFTED = 0x8000,
};

struct pn_json_pick {
    /* Set by the caller. Tries have passed pn_trie_check(). */
    struct pn_trie wire;
    struct pn_value *slots;       /* wire.slot_count of them */
    struct pn_json_span *spans;   /* as many, or NULL */
    struct pn_trie graft;         /* no nodes, or graft_root 0: nothing is grafted */
    struct pn_value *graft_slots; /* graft.slot_count of them */
    struct pn_json_node *nodes;   /* node_max of them; NULL with none */
    const uint8_t *base;          /* the first byte of the text; NULL when it is not kept */
    uint16_t graft_root;          /* with an empty wire trie, the whole text is grafted there */
    uint16_t node_max;
    uint16_t node_count; /* nodes in use; a scan appends, so several texts can share them.
                                   A subtree without room makes its slot PN_ERROR, nothing else. */

    /* The scanner's place in the tries. */
    const uint8_t *at;       /* the node of the value to come, NULL when no trie wants it */
    const uint8_t *graft_at; /* the node at graft_root, NULL when nothing is grafted */
    uint16_t node;           /* the index of `at`; PN_JSON_GRAFTED is set when it is of the graft */
    uint16_t parent;         /* the same, of the node whose children are entries here */
    uint16_t next;           /* of those children, the one after that which matched last, or 0 */
    uint64_t sieve;          /* pn_trie_sieve() of that parent; all ones: it may not be made yet */
    uint16_t recording;      /* innermost open map or list that is recorded, plus 1; 0: none is */
    uint8_t pauses;          /* PAUSE flags of `at` */
    uint8_t levels;          /* open maps and lists that nodes stand for: path[0 .. levels) */
    uint8_t strays;          /* open maps and lists below those */
    uint8_t compared;        /* numbers being recorded must be exact */
    uint8_t key_flags;       /* of the entry to come, as is `key` */
    struct pn_slice key;
    uint16_t path[PN_JSON_PATH_MAX];
};

/* Make ready for a text: empties wire slots and spans, and goes back to the root. */
void pn_json_pick_begin(struct pn_json_pick *pick);

/* --- Reading recorded nodes. `of` is the value of a slot or of a node, `nodes` the pick's. --- */

/* The first entry of a map or list; NULL when it is empty or was not recorded. */
const struct pn_json_node *pn_json_node_first(const struct pn_json_node *nodes,
                                              const struct pn_value *of);

/* The entry after `node`; NULL at the end. */
const struct pn_json_node *pn_json_node_next(const struct pn_json_node *nodes,
                                             const struct pn_json_node *node);

/* The entry of a recorded map whose key, unescaped, is `key`; NULL when there is none. */
const struct pn_json_node *pn_json_node_find(const struct pn_json_node *nodes,
                                             const struct pn_value *of, struct pn_slice key);

/* How many entries a map or list has; 0 when it was not recorded. */
uint16_t pn_json_node_entries(const struct pn_json_node *nodes, const struct pn_value *of);

/* --- What the scanner tells a pick; nobody else calls these. Offsets are from the first byte of
 * the text, `end` is past the last byte. --- */

/* One string, number or literal as it stands in the text. */
struct pn_json_token {
    uint64_t begin, end;
    enum pn_type type; /* a number's by how it is written: PN_INT, PN_DOUBLE */
    uint8_t flags;     /* PN_VALUE_ESCAPED */
};

/* The next value is an entry of the innermost map, under the unescaped `key`. Returns
 * PN_REASON_JSON_KEY_CASE when that is a wanted key in other letter case. To be called only where
 * pn_json_pick_on_path(). */
enum pn_reason pn_json_pick_key(struct pn_json_pick *pick, struct pn_slice key);

/* The same for a key of `len` bytes of ASCII at `key`, with a quote behind them. Most keys that no
 * rule names are turned away here. */
static inline enum pn_reason pn_json_pick_plain_key(struct pn_json_pick *pick, const uint8_t *key,
                                                    size_t len)
{
    if (pn_trie_sieve_has(pick->sieve, key[0], len)) {
        return pn_json_pick_key(pick, pn_slice(key, len));
    }
    pick->at = NULL;
    pick->pauses = 0;
    return PN_REASON_NONE;
}

/* False when nothing that the innermost open map or list holds is wanted by a trie. */
static inline bool pn_json_pick_on_path(const struct pn_json_pick *pick)
{
    return pick->strays == 0;
}

/* The same key as it stands in the text, for the node that is recorded of the value. */
static inline void pn_json_pick_name(struct pn_json_pick *pick, uint64_t begin, uint64_t end,
                                     uint8_t flags)
{
    if (pick->recording == 0) return;
    pick->key = pn_slice(pick->base + begin + 1, (size_t)(end - begin - 2));
    pick->key_flags = flags;
}

/* The next value is an element of the innermost list. */
void pn_json_pick_element(struct pn_json_pick *pick);

/* False when nothing is kept of the next value if it is no map or list. */
static inline bool pn_json_pick_wants(const struct pn_json_pick *pick)
{
    return pick->at || pick->recording > 0;
}

/* The next value is this one; to be called only where pn_json_pick_wants() something. */
void pn_json_pick_scalar(struct pn_json_pick *pick, const struct pn_json_token *token);

/* The next value is a string without escapes; the same holds. */
static inline void pn_json_pick_plain_text(struct pn_json_pick *pick, uint64_t begin, uint64_t end)
{
    bool simple = (pick->node & PN_JSON_GRAFTED) != 0 && pick->recording == 0 && pick->base;

    if (!simple) {
        struct pn_json_token token = { begin, end, PN_STRING, 0 };
        pn_json_pick_scalar(pick, &token);
        return;
    }
    uint16_t slot = pn_trie_slot(pick->at);
    struct pn_slice text = pn_slice(pick->base + begin + 1, (size_t)(end - begin - 2));
    if (slot != PN_TRIE_NO_SLOT) pick->graft_slots[slot] = pn_value_string(text);
}

/* The next value is a map or list that opens at `begin`; it ends before `end`. After the end,
 * pick->node and pick->pauses are those of the map or list. */
void pn_json_pick_open_wanted(struct pn_json_pick *pick, enum pn_type type, uint64_t begin);
void pn_json_pick_shut_wanted(struct pn_json_pick *pick, uint64_t end);

static inline void pn_json_pick_open(struct pn_json_pick *pick, enum pn_type type, uint64_t begin)
{
    if (pn_json_pick_wants(pick)) pn_json_pick_open_wanted(pick, type, begin);
    else pick->strays++;
}

static inline void pn_json_pick_shut(struct pn_json_pick *pick, uint64_t end)
{
    if (pick->strays == 0 || pick->recording > 0) pn_json_pick_shut_wanted(pick, end);
    else pick->strays--;
}

#endif
