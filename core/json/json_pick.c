/* see json_pick.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_pick.h"

#include "core/base/bytes.h"
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

static uint8_t flags_at(const struct pn_json_pick *pick, uint16_t place)
{
    return node_at(pick, place)[5];
}

static uint16_t slot_at(const struct pn_json_pick *pick, uint16_t place)
{
    return pn_load16(node_at(pick, place) + 6);
}

/* Where the value at `place` continues in the graft, or PN_JSON_NO_NODE. */
static uint16_t graft_of(const struct pn_json_pick *pick, uint16_t place)
{
    if ((place & PN_JSON_GRAFTED) != 0 || (flags_at(pick, place) & PN_TRIE_GRAFT) == 0) return PN_JSON_NO_NODE;
    if (pick->graft_root == 0 || pick->graft_root >= pick->graft.node_count) return PN_JSON_NO_NODE;
    return pick->graft_root | PN_JSON_GRAFTED;
}

/* What is inside the value at `place` matches its children, or those of the graft there. */
static void parent_set(struct pn_json_pick *pick, uint16_t place)
{
    uint16_t graft = graft_of(pick, place);

    pick->parent = graft != PN_JSON_NO_NODE ? graft : place;
}

static void place_set(struct pn_json_pick *pick, uint16_t place)
{
    bool wire = (place & PN_JSON_GRAFTED) == 0;

    pick->node = place;
    pick->pauses = wire ? (uint8_t)(flags_at(pick, place) & PAUSES) : 0;
}

static void place_clear(struct pn_json_pick *pick)
{
    pick->node = PN_JSON_NO_NODE;
    pick->pauses = 0;
}

void pn_json_pick_begin(struct pn_json_pick *pick)
{
    uint16_t slots = pick->wire.slot_count;

    for (uint16_t i = 0; i < slots; i++) pick->slots[i] = pn_value_of(PN_ABSENT);
    if (pick->spans && slots > 0) memset(pick->spans, 0, slots * sizeof pick->spans[0]);
    pick->levels = pick->strays = pick->compared = pick->key_flags = 0;
    pick->recording = pick->last = 0;
    pick->key = pn_slice(NULL, 0);
    place_clear(pick);
    if (pick->wire.node_count > 0) place_set(pick, 0);
    else if (pick->graft_root != 0 && pick->graft_root < pick->graft.node_count) {
        place_set(pick, pick->graft_root | PN_JSON_GRAFTED);
    }
}

/* --- Slots --- */

/* A scalar as it is kept. One that is `rounded`, an integer that only a double could hold, is an error
 * where numbers must be exact. */
struct scalar {
    struct pn_value value;
    bool rounded;
};

static struct pn_value fitted(const struct scalar *s, bool compared)
{
    return s->rounded && compared ? pn_value_of(PN_ERROR) : s->value;
}

static struct pn_value *slot_of(const struct pn_json_pick *pick, uint16_t place)
{
    uint16_t slot = slot_at(pick, place);

    if (slot == PN_TRIE_NO_SLOT) return NULL;
    return (place & PN_JSON_GRAFTED) != 0 ? &pick->graft_slots[slot] : &pick->slots[slot];
}

static void span_set(const struct pn_json_pick *pick, uint64_t begin, uint64_t end)
{
    if ((pick->node & PN_JSON_GRAFTED) != 0) return; /* PN_JSON_NO_NODE has that bit, too */
    uint16_t slot = slot_at(pick, pick->node);
    if (slot == PN_TRIE_NO_SLOT) return;
    pick->spans[slot] = (struct pn_json_span){ (uint32_t)begin, (uint32_t)end };
}

/* --- Recorded nodes --- */

static uint16_t node_add(struct pn_json_pick *pick, struct pn_value value)
{
    struct pn_json_node *parent = pick->recording > 0 ? &pick->nodes[pick->recording - 1] : NULL;
    uint16_t number = (uint16_t)(pick->node_count + 1);

    if (pick->node_count >= pick->node_max) return 0;
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

/* From here on nothing around is whole: those that are open will become errors as they shut. */
static void recording_fail(struct pn_json_pick *pick)
{
    pick->node_count = pick->node_max;
    pick->recording = 0;
}

static bool wants_nodes(const struct pn_json_pick *pick, uint16_t place)
{
    return place != PN_JSON_NO_NODE && (flags_at(pick, place) & PN_TRIE_NODES) != 0;
}

static bool wants_exact(const struct pn_json_pick *pick, uint16_t place)
{
    return place != PN_JSON_NO_NODE && (flags_at(pick, place) & PN_TRIE_COMPARED) != 0;
}

/* Record a map or list, if one around it is recorded or its node asks for it; 0 if not. */
static uint16_t recording_open(struct pn_json_pick *pick, struct pn_value value, uint16_t graft)
{
    if (pick->recording == 0) {
        if (!wants_nodes(pick, pick->node) && !wants_nodes(pick, graft)) return 0;
        pick->compared = wants_exact(pick, pick->node) || wants_exact(pick, graft);
        pick->key = pn_slice(NULL, 0);
        pick->key_flags = 0;
    }
    uint16_t number = node_add(pick, value);
    if (number == 0) {
        recording_fail(pick);
        return 0;
    }
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

enum pn_reason pn_json_pick_key(struct pn_json_pick *pick, struct pn_slice key)
{
    const struct pn_trie *trie = trie_of(pick, pick->parent);
    uint16_t child = pick->last != 0 ? pn_trie_follow(trie, pick->last, key) : 0;

    if (child == 0) {
        enum pn_trie_match match = pn_trie_find(trie, index_of(pick->parent), key, &child);
        if (match == PN_TRIE_CASE) return PN_REASON_JSON_KEY_CASE;
        if (match == PN_TRIE_UNKNOWN) {
            place_clear(pick);
            return PN_REASON_NONE;
        }
    }
    pick->last = child;
    place_set(pick, child | (pick->parent & PN_JSON_GRAFTED));
    return PN_REASON_NONE;
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

static void number_of(struct scalar *s, struct pn_slice text, enum pn_type written)
{
    if (written == PN_INT && pn_json_number_int(text, &s->value.as.i)) return;
    s->rounded = written == PN_INT;
    s->value.type = PN_DOUBLE;
    if (!pn_json_number_double(text, &s->value.as.d)) s->value = pn_value_of(PN_ERROR);
}

static struct scalar scalar_of(const struct pn_json_pick *pick, const struct pn_json_token *token)
{
    struct pn_slice text = pn_slice(pick->base + token->begin, (size_t)(token->end - token->begin));
    struct scalar s = { .value = pn_value_of(token->type) };

    if (token->type == PN_STRING) {
        s.value = pn_value_string(pn_slice(text.at + 1, text.len - 2));
        s.value.flags = token->flags;
    } else if (token->type == PN_BOOL) {
        s.value.as.b = token->truth != 0;
    } else if (token->type != PN_NULL) {
        number_of(&s, text, token->type);
    }
    return s;
}

static void slot_fill(struct pn_value *slots, const uint8_t *node, const struct scalar *s)
{
    uint16_t slot = pn_load16(node + 6);

    if (slot != PN_TRIE_NO_SLOT) slots[slot] = fitted(s, (node[5] & PN_TRIE_COMPARED) != 0);
}

static void slots_fill(struct pn_json_pick *pick, const struct scalar *s)
{
    const uint8_t *node = node_at(pick, pick->node);

    if ((pick->node & PN_JSON_GRAFTED) != 0) {
        slot_fill(pick->graft_slots, node, s);
        return;
    }
    slot_fill(pick->slots, node, s);
    if ((node[5] & PN_TRIE_GRAFT) == 0) return;
    uint16_t graft = graft_of(pick, pick->node);
    if (graft != PN_JSON_NO_NODE) slot_fill(pick->graft_slots, node_at(pick, graft), s);
}

void pn_json_pick_scalar(struct pn_json_pick *pick, const struct pn_json_token *token)
{
    if (pick->spans) span_set(pick, token->begin, token->end);
    if (!pick->base) return;
    struct scalar s = scalar_of(pick, token);
    if (pick->node != PN_JSON_NO_NODE) slots_fill(pick, &s);
    if (pick->recording > 0 && node_add(pick, fitted(&s, pick->compared != 0)) == 0) {
        recording_fail(pick);
    }
}

/* A list or map in a slot: its type and where it begins. Its length follows when it shuts. */
static void slot_open(const struct pn_json_pick *pick, uint16_t place, struct pn_value v)
{
    struct pn_value *slot = place != PN_JSON_NO_NODE ? slot_of(pick, place) : NULL;

    if (slot) *slot = v;
}

static void path_push(struct pn_json_pick *pick)
{
    if (pick->node == PN_JSON_NO_NODE || pick->levels == PN_JSON_PATH_MAX) {
        pick->strays++;
        place_clear(pick);
    } else {
        pick->path[pick->levels++] = pick->node;
        parent_set(pick, pick->node);
        pick->last = 0;
    }
}

void pn_json_pick_open_wanted(struct pn_json_pick *pick, enum pn_type type, uint64_t begin)
{
    if (pick->base && (pick->node != PN_JSON_NO_NODE || pick->recording > 0)) {
        struct pn_value v = { .type = (uint8_t)type, .as.text = pick->base + begin };
        uint16_t graft = pick->node != PN_JSON_NO_NODE ? graft_of(pick, pick->node) : PN_JSON_NO_NODE;
        v.node = recording_open(pick, v, graft);
        slot_open(pick, pick->node, v);
        slot_open(pick, graft, v);
    }
    if (pick->spans) span_set(pick, begin, begin);
    path_push(pick);
}

/* Fill in what only the end tells. A slot that a value inside was put into as well may hold no list
 * or map by now, and one whose nodes found no room has only some of them: errors both. */
static void slot_shut(const struct pn_json_pick *pick, uint16_t place, uint16_t number,
                      const uint8_t *end)
{
    struct pn_value *slot = place != PN_JSON_NO_NODE ? slot_of(pick, place) : NULL;

    if (!slot) return;
    uint8_t flags = flags_at(pick, place);
    if ((slot->type != PN_LIST && slot->type != PN_MAP) || !slot->as.text) {
        *slot = pn_value_of(PN_ERROR);
        return;
    }
    if (slot->node != number) slot->node = 0;
    if ((flags & PN_TRIE_NODES) != 0 && slot->node == 0) {
        *slot = pn_value_of(PN_ERROR);
    } else if ((flags & (PN_TRIE_RAW | PN_TRIE_NODES)) != 0) {
        slot->len = (uint32_t)(end - slot->as.text);
    } else {
        slot->as.text = NULL;
        slot->node = 0;
    }
}

static void span_shut(const struct pn_json_pick *pick, uint64_t end)
{
    uint16_t slot = (pick->node & PN_JSON_GRAFTED) == 0 ? slot_at(pick, pick->node) : PN_TRIE_NO_SLOT;

    if (pick->spans && slot != PN_TRIE_NO_SLOT) pick->spans[slot].end = (uint32_t)end;
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
    pick->last = index_of(pick->node);
    if (pick->levels > 0) parent_set(pick, pick->path[pick->levels - 1]);
    span_shut(pick, end);
    if (!pick->base) return;
    slot_shut(pick, pick->node, number, pick->base + end);
    slot_shut(pick, graft_of(pick, pick->node), number, pick->base + end);
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
    const struct pn_json_node *node =
        of->type == PN_MAP ? pn_json_node_first(nodes, of) : NULL;

    while (node && !key_is(node, key)) node = pn_json_node_next(nodes, node);
    return node;
}

uint16_t pn_json_node_entries(const struct pn_json_node *nodes, const struct pn_value *of)
{
    return of->node == 0 ? 0 : nodes[of->node - 1].entries;
}
