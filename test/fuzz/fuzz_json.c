/* fuzz_json.c - where a text is cut must not matter, and what is accepted must be walkable.
 *
 * The first bytes of the input choose the cuts, the rest is the text. It is scanned whole, then in
 * those pieces: verdict, reason, offset, slots, spans and nodes have to agree. Then once more with
 * each piece in a block of its own, as a stream that is not kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_scan.h"

#include <stdlib.h>

enum { CUT_BYTES = 4, PLACES = 64, NODES = 24, SLOTS = 6 };

#define ANY_TRIE(NODE) \
    NODE(any, root, "", PN_TRIE_RAW, 0, any_a, 0) \
    NODE(any, a, "a", PN_TRIE_COMPARED, 1, any_inner, any_list) \
    NODE(any, inner, "b", PN_TRIE_RAW | PN_TRIE_PAUSE_END, 2, 0, 0) \
    NODE(any, list, "list", PN_TRIE_NODES, 3, any_each, any_deep) \
    NODE(any, each, "", PN_TRIE_ELEMENT | PN_TRIE_PAUSE_BEGIN | PN_TRIE_PAUSE_END, 4, any_name, 0) \
    NODE(any, name, "Name", PN_TRIE_NODES | PN_TRIE_COMPARED, 5, 0, 0) \
    NODE(any, deep, "d", PN_TRIE_GRAFT, PN_TRIE_NO_SLOT, 0, 0)
PN_TRIE_DEFINE(any, SLOTS, ANY_TRIE)

struct result {
    struct pn_value slots[SLOTS], graft_slots[SLOTS];
    struct pn_json_span spans[SLOTS];
    struct pn_json_node nodes[NODES];
    struct pn_json_pick pick;
    struct pn_json_scan scan;
    enum pn_step step;
    unsigned pauses;
};

static void begin(struct result *r, struct pn_json_keys *keys, const uint8_t *base)
{
    memset(r, 0, sizeof *r);
    r->pick = (struct pn_json_pick){ .wire = any_trie,
                                     .slots = r->slots,
                                     .spans = r->spans,
                                     .graft = any_trie,
                                     .graft_slots = r->graft_slots,
                                     .graft_root = any_list,
                                     .nodes = r->nodes,
                                     .node_max = NODES,
                                     .base = base };
    pn_json_pick_begin(&r->pick);
    pn_json_scan_begin(&r->scan, keys, NULL);
}

static void give(struct result *r, struct pn_slice chunk, enum pn_json_input input)
{
    for (;;) {
        r->step = pn_json_scan_step(&r->scan, chunk, input, &r->pick);
        if (r->scan.consumed > chunk.len) abort();
        if (r->step != PN_WAIT) return;
        if (++r->pauses > 100000) abort();
        chunk = pn_slice_from(chunk, r->scan.consumed);
    }
}

/* The pieces that `cuts` asks for; with `apart` each is copied to a block of its size. */
static void give_pieces(struct result *r, struct pn_slice text, const uint8_t *cuts, bool apart)
{
    for (unsigned i = 0; r->step == PN_MORE; i++) {
        size_t len = i % CUT_BYTES == 3 ? cuts[3] + (size_t)1 : cuts[i % CUT_BYTES] % 16u;
        bool last = len >= text.len;
        struct pn_slice chunk = pn_slice_head(text, last ? text.len : len);
        uint8_t *block = apart ? malloc(chunk.len) : NULL;
        if (apart && chunk.len > 0) memcpy(block, chunk.at, chunk.len);
        give(r, apart ? pn_slice(block, chunk.len) : chunk, last ? PN_JSON_LAST : PN_JSON_MORE);
        free(block);
        text = pn_slice_from(text, chunk.len);
    }
}

static void same(bool holds)
{
    if (!holds) abort();
}

static void same_verdict(const struct result *a, const struct result *b)
{
    same(a->step == b->step && a->scan.reason == b->scan.reason);
    same(a->scan.offset == b->scan.offset && a->pauses == b->pauses);
    same(memcmp(a->spans, b->spans, sizeof a->spans) == 0);
}

static void same_value(const struct pn_value *a, const struct pn_value *b)
{
    same(a->type == b->type && a->flags == b->flags && a->node == b->node && a->len == b->len);
    same(a->as.i == b->as.i);
}

static void same_pick(const struct result *a, const struct result *b)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        same_value(&a->slots[i], &b->slots[i]);
        same_value(&a->graft_slots[i], &b->graft_slots[i]);
    }
    same(a->pick.node_count == b->pick.node_count);
}

/* Read every byte that a value lends, and count what hangs below it. */
static unsigned walk(const struct result *r, const struct pn_value *v, unsigned depth)
{
    unsigned count = 1, entries = 0;
    volatile uint8_t sum = 0;

    if (depth > PN_JSON_DEPTH_CEILING) abort();
    if (v->type == PN_STRING || v->type == PN_LIST || v->type == PN_MAP) {
        for (uint32_t i = 0; i < v->len; i++) sum = (uint8_t)(sum + v->as.text[i]);
    }
    if (v->type != PN_LIST && v->type != PN_MAP) return count;
    const struct pn_json_node *node = pn_json_node_first(r->nodes, v);
    for (; node; node = pn_json_node_next(r->nodes, node)) {
        if (++entries > NODES) abort();
        count += walk(r, &node->value, depth + 1);
    }
    same(entries == pn_json_node_entries(r->nodes, v));
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[16] = { 3, 1, 4, 1, 5, 9, 2, 6 };
    static struct pn_json_key places[PLACES];
    static struct result whole, pieces;
    struct pn_json_keys keys;

    if (size < CUT_BYTES || size > 65536) return 0;
    struct pn_slice text = pn_slice(data + CUT_BYTES, size - CUT_BYTES);
    pn_json_keys_init(&keys, places, PLACES, seed);

    begin(&whole, &keys, text.at);
    give(&whole, text, PN_JSON_LAST);
    same(whole.step == PN_DONE || whole.step == PN_REFUSED);
    begin(&pieces, &keys, text.at);
    give_pieces(&pieces, text, data, false);
    same_verdict(&whole, &pieces);
    same_pick(&whole, &pieces);
    if (whole.step == PN_DONE) {
        for (unsigned i = 0; i < SLOTS; i++) {
            walk(&whole, &whole.slots[i], 0);
            walk(&whole, &whole.graft_slots[i], 0);
        }
    }
    begin(&pieces, &keys, NULL);
    give_pieces(&pieces, text, data, true);
    same_verdict(&whole, &pieces);
    return 0;
}
