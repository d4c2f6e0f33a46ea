/* see json_pick.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_pick.h"

#include "core/base/bytes.h"
#include "core/base/frame.h"
#include "core/json/json_number.h"

/* A place in the two tries is a node's index, with PN_JSON_GRAFTED when it is of the graft. */
enum { PAUSES = PN_TRIE_PAUSE_BEGIN | PN_TRIE_PAUSE_END };

static const struct pn_trie *trie_of(const struct pn_json_pick *pick, uint16_t place)
{
    return (place & PN_JSON_GRAFTED) != 0 ? &pick->graft : &pick->wire;
}

static uint16_t index_of(uint16_t place)
{
    return place & PN_TRIE_NODES_MAX;
}

static const uint8_t *node_at(const struct pn_json_pick *pick, uint16_t place)
{
    return trie_of(pick, place)->nodes + (size_t)index_of(place) * PN_TRIE_NODE_BYTES;
}

static bool has_flag(const uint8_t *node, enum pn_trie_flag flag)
{
    return node && (node[5] & flag) != 0;
}

/* The value to come is the one at `place`. */
static void place_set(struct pn_json_pick *pick, uint16_t place)
{
    pick->node = place;
    pick->at = node_at(pick, place);
    pick->pauses = (place & PN_JSON_GRAFTED) != 0 ? 0 : pick->at[5] & PAUSES;
}

static void place_clear(struct pn_json_pick *pick)
{
    pick->at = NULL;
    pick->pauses = 0;
}

/* Where a value whose node is `at` goes besides: to the graft's root, or NULL. */
static const uint8_t *graft_of(const struct pn_json_pick *pick, uint16_t place, const uint8_t *at)
{
    bool here = (place & PN_JSON_GRAFTED) == 0 && has_flag(at, PN_TRIE_GRAFT);

    return here ? pick->graft_at : NULL;
}

/* What is inside the value at `place` matches its children, or those of the graft there. */
static void parent_set(struct pn_json_pick *pick, uint16_t place)
{
    bool grafted = graft_of(pick, place, node_at(pick, place)) != NULL;

    pick->parent = grafted ? pick->graft_root | PN_JSON_GRAFTED : place;
    pick->sieve = UINT64_MAX;
}

void pn_json_pick_begin(struct pn_json_pick *pick)
{
    uint16_t slots = pick->wire.slot_count, root = pick->graft_root | PN_JSON_GRAFTED;
    bool grafts = pick->graft_root != 0 && pick->graft_root < pick->graft.node_count;

    for (uint16_t i = 0; i < slots; i++) pick->slots[i] = pn_value_of(PN_ABSENT);
    if (pick->spans && slots > 0) memset(pick->spans, 0, slots * sizeof pick->spans[0]);
    pick->levels = pick->strays = pick->compared = pick->key_flags = 0;
    pick->recording = pick->next = 0;
    pick->sieve = UINT64_MAX;
    pick->key = pn_slice(NULL, 0);
    pick->graft_at = grafts ? node_at(pick, root) : NULL;
    place_clear(pick);
    if (pick->wire.node_count > 0) place_set(pick, 0);
    else if (grafts) place_set(pick, root);
}

/* --- Slots --- */

/* The slots that the next value's node names. */
static struct pn_value *own_slots(const struct pn_json_pick *pick)
{
    return (pick->node & PN_JSON_GRAFTED) != 0 ? pick->graft_slots : pick->slots;
}

static struct pn_value *slot_of(struct pn_value *slots, const uint8_t *node)
{
    uint16_t slot = pn_trie_slot(node);

    return slot == PN_TRIE_NO_SLOT ? NULL : &slots[slot];
}

static struct pn_json_span *span_of(const struct pn_json_pick *pick)
{
    if (!pick->spans || !pick->at || (pick->node & PN_JSON_GRAFTED) != 0) return NULL;
    uint16_t slot = pn_trie_slot(pick->at);
    return slot == PN_TRIE_NO_SLOT ? NULL : &pick->spans[slot];
}

/* --- Recorded nodes --- */

/* Returns the node's number; 0 when there is no room. Then none of those that are open will be whole,
 * and they become errors as they shut. */
static uint16_t node_add(struct pn_json_pick *pick, struct pn_value value)
{
    struct pn_json_node *parent = pick->recording > 0 ? &pick->nodes[pick->recording - 1] : NULL;
    uint16_t number = (uint16_t)(pick->node_count + 1);

    if (pick->node_count >= pick->node_max) {
        pick->recording = 0;
        return 0;
    }
    if (parent) {
        /* While a map or list is open, its value.len holds the number of its last entry. */
        if (parent->value.len > 0) pick->nodes[parent->value.len - 1].next = number;
        parent->value.len = number;
        if (parent->entries < UINT16_MAX) parent->entries++;
    }
    pick->nodes[pick->node_count++] =
        (struct pn_json_node){ .value = value, .key = pick->key, .key_flags = pick->key_flags };
    return number;
}

/* Record a map or list, if one around it is recorded or its node asks for it; 0 if not. */
static uint16_t recording_open(struct pn_json_pick *pick, struct pn_value value,
                               const uint8_t *graft)
{
    if (pick->recording == 0) {
        if (!has_flag(pick->at, PN_TRIE_NODES) && !has_flag(graft, PN_TRIE_NODES)) return 0;
        pick->compared = has_flag(pick->at, PN_TRIE_COMPARED) || has_flag(graft, PN_TRIE_COMPARED);
        pick->key = pn_slice(NULL, 0);
        pick->key_flags = 0;
    }
    uint16_t number = node_add(pick, value);
    if (number == 0) return 0;
    struct pn_json_node *node = &pick->nodes[number - 1];
    node->value.node = number;
    node->next = pick->recording; /* the way back, while it is open */
    pick->recording = number;
    return number;
}

/* End the innermost recorded map or list; returns its number, 0 when there is none. */
static uint16_t recording_shut(struct pn_json_pick *pick, const uint8_t *end)
{
    uint16_t number = pick->recording;

    if (number == 0) return 0;
    struct pn_json_node *node = &pick->nodes[number - 1];
    node->value.len = (uint32_t)(end - node->value.as.text);
    pick->recording = node->next;
    node->next = 0;
    return number;
}

/* --- What the scanner tells --- */

/* The value to come is that of `child`. */
static inline enum pn_reason child_set(struct pn_json_pick *pick, const struct pn_trie *trie,
                                       uint16_t child)
{
    pick->next = pn_trie_next(trie, child);
    place_set(pick, child | (pick->parent & PN_JSON_GRAFTED));
    return PN_REASON_NONE;
}

PN_APART static enum pn_reason key_find(struct pn_json_pick *pick, struct pn_slice key)
{
    const struct pn_trie *trie = trie_of(pick, pick->parent);
    uint16_t child, parent = index_of(pick->parent);

    place_clear(pick);
    if (pick->sieve == UINT64_MAX) pick->sieve = pn_trie_sieve(trie, parent);
    if (!pn_trie_sieve_passes(pick->sieve, key)) return PN_REASON_NONE;
    switch (pn_trie_find(trie, parent, key, &child)) {
    case PN_TRIE_EXACT: return child_set(pick, trie, child);
    case PN_TRIE_CASE: return PN_REASON_JSON_KEY_CASE;
    case PN_TRIE_UNKNOWN: break;
    }
    return PN_REASON_NONE;
}

enum pn_reason pn_json_pick_key(struct pn_json_pick *pick, struct pn_slice key)
{
    const struct pn_trie *trie = trie_of(pick, pick->parent);

    if (!pn_trie_is_key(trie, pick->next, key)) return key_find(pick, key);
    return child_set(pick, trie, pick->next);
}

void pn_json_pick_element(struct pn_json_pick *pick)
{
    pick->key = pn_slice(NULL, 0);
    pick->key_flags = 0;
    if (pick->strays > 0) return;
    place_clear(pick);
    uint16_t parent = pick->parent;
    uint16_t child = pn_trie_element(trie_of(pick, parent), index_of(parent));
    if (child != 0) place_set(pick, child | (parent & PN_JSON_GRAFTED));
}

/* Sets `*rounded` when an integer is one that only a double could hold. */
static struct pn_value number_of(struct pn_slice text, enum pn_type written, bool *rounded)
{
    struct pn_value v = pn_value_of(PN_INT);

    if (written == PN_INT && pn_json_number_int(text, &v.as.i)) return v;
    *rounded = written == PN_INT;
    v.type = PN_DOUBLE;
    return pn_json_number_double(text, &v.as.d) ? v : pn_value_of(PN_ERROR);
}

static struct pn_value scalar_of(const uint8_t *base, const struct pn_json_token *token,
                                 bool *rounded)
{
    struct pn_slice text = pn_slice(base + token->begin, (size_t)(token->end - token->begin));
    struct pn_value v = pn_value_of(token->type);

    if (token->type == PN_STRING) {
        v.flags = token->flags;
        v.len = (uint32_t)(text.len - 2);
        v.as.text = text.at + 1;
    } else if (token->type == PN_BOOL) {
        v.as.b = text.at[0] == 't';
    } else if (token->type != PN_NULL) {
        return number_of(text, token->type, rounded);
    }
    return v;
}

/* A rounded number is an error where numbers must be exact. */
static void slot_fill(struct pn_value *slots, const uint8_t *node, struct pn_value v, bool rounded)
{
    struct pn_value *slot = slot_of(slots, node);

    if (!slot) return;
    *slot = rounded && has_flag(node, PN_TRIE_COMPARED) ? pn_value_of(PN_ERROR) : v;
}

void pn_json_pick_scalar(struct pn_json_pick *pick, const struct pn_json_token *token)
{
    struct pn_json_span *span = span_of(pick);
    bool rounded = false;

    if (span) *span = (struct pn_json_span){ (uint32_t)token->begin, (uint32_t)token->end };
    if (!pick->base) return;
    struct pn_value v = scalar_of(pick->base, token, &rounded);
    if (pick->at) {
        const uint8_t *graft = graft_of(pick, pick->node, pick->at);
        slot_fill(own_slots(pick), pick->at, v, rounded);
        if (graft) slot_fill(pick->graft_slots, graft, v, rounded);
    }
    if (pick->recording == 0) return;
    if (rounded && pick->compared) v = pn_value_of(PN_ERROR);
    node_add(pick, v);
}

/* A list or map in a slot: its type and where it begins. Its length follows when it shuts. */
static void slot_open(struct pn_value *slots, const uint8_t *node, struct pn_value v)
{
    struct pn_value *slot = slot_of(slots, node);

    if (slot) *slot = v;
}

static void path_push(struct pn_json_pick *pick)
{
    if (!pick->at || pick->levels == PN_JSON_PATH_MAX) {
        pick->strays++;
        place_clear(pick);
    } else {
        pick->path[pick->levels++] = pick->node;
        parent_set(pick, pick->node);
        pick->next = pn_trie_first(trie_of(pick, pick->parent), index_of(pick->parent));
    }
}

void pn_json_pick_open_wanted(struct pn_json_pick *pick, enum pn_type type, uint64_t begin)
{
    struct pn_json_span *span = span_of(pick);

    if (span) span->begin = span->end = (uint32_t)begin;
    if (pick->base) {
        struct pn_value v = { .type = (uint8_t)type, .as.text = pick->base + begin };
        const uint8_t *graft = graft_of(pick, pick->node, pick->at);
        v.node = recording_open(pick, v, graft);
        if (pick->at) slot_open(own_slots(pick), pick->at, v);
        if (graft) slot_open(pick->graft_slots, graft, v);
    }
    path_push(pick);
}

/* Fill in what only the end tells. A slot that a value inside was put into as well may hold no list
 * or map by now, and one whose nodes found no room has only some of them: errors both. */
static void slot_shut(struct pn_value *slots, const uint8_t *node, uint16_t number,
                      const uint8_t *end)
{
    struct pn_value *slot = slot_of(slots, node);

    if (!slot) return;
    bool other = (slot->type != PN_LIST && slot->type != PN_MAP) || !slot->as.text;
    if (other || (has_flag(node, PN_TRIE_NODES) && (number == 0 || slot->node != number))) {
        *slot = pn_value_of(PN_ERROR);
        return;
    }
    bool text = has_flag(node, PN_TRIE_RAW) || has_flag(node, PN_TRIE_NODES);
    if (!text || slot->node != number) slot->node = 0;
    if (text) slot->len = (uint32_t)(end - slot->as.text);
    else slot->as.text = NULL;
}

void pn_json_pick_shut_wanted(struct pn_json_pick *pick, uint64_t end)
{
    uint16_t number = pick->base ? recording_shut(pick, pick->base + end) : 0;

    if (pick->strays > 0) {
        pick->strays--;
        place_clear(pick);
        return;
    }
    place_set(pick, pick->path[--pick->levels]);
    pick->next = pn_trie_next(trie_of(pick, pick->node), index_of(pick->node));
    if (pick->levels > 0) parent_set(pick, pick->path[pick->levels - 1]);
    struct pn_json_span *span = span_of(pick);
    if (span) span->end = (uint32_t)end;
    if (!pick->base) return;
    const uint8_t *graft = graft_of(pick, pick->node, pick->at);
    slot_shut(own_slots(pick), pick->at, number, pick->base + end);
    if (graft) slot_shut(pick->graft_slots, graft, number, pick->base + end);
}

/* --- Walking what was recorded --- */

const struct pn_json_node *pn_json_node_first(const struct pn_json_node *nodes,
                                              const struct pn_value *of)
{
    bool empty = of->node == 0 || nodes[of->node - 1].entries == 0;

    return empty ? NULL : &nodes[of->node];
}

const struct pn_json_node *pn_json_node_next(const struct pn_json_node *nodes,
                                             const struct pn_json_node *node)
{
    return node->next == 0 ? NULL : &nodes[node->next - 1];
}

static bool key_is(const struct pn_json_node *node, struct pn_slice key)
{
    struct pn_value name = pn_value_string(node->key);

    name.flags = node->key_flags;
    return pn_value_is_text(&name, key);
}

const struct pn_json_node *pn_json_node_find(const struct pn_json_node *nodes,
                                             const struct pn_value *of, struct pn_slice key)
{
    const struct pn_json_node *node = of->type == PN_MAP ? pn_json_node_first(nodes, of) : NULL;

    while (node && !key_is(node, key)) node = pn_json_node_next(nodes, node);
    return node;
}

uint16_t pn_json_node_entries(const struct pn_json_node *nodes, const struct pn_value *of)
{
    return of->node == 0 ? 0 : nodes[of->node - 1].entries;
}
