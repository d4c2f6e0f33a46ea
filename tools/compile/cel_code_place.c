/* P.attr, R.attr and the JWT's claims as whole maps.
 *
 * A request in Cerbos's form holds each as one JSON map. The gateway knows attributes one by one
 * instead, so where there is no such map one is built of the facts that are there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_trie.h"
#include "tools/compile/cel_code.h"
#include "tools/compile/cel_operand.h"

static const struct pn_slice facts[] = {
#define PN_FACT(symbol, path) PN_SLICE_INIT(path),
#include "policy/facts.def"
#undef PN_FACT
};

enum { FACTS = sizeof facts / sizeof facts[0] };

struct place {
    struct coding *c;
    const struct cel_node *node;
    enum attr_root root;
};

/* The name that comes next in a fact's path behind `front`; empty when it is not below it. */
static struct pn_slice next_name(struct pn_slice fact, struct pn_slice front)
{
    if (fact.len <= front.len || memcmp(fact.at, front.at, front.len) != 0) return pn_slice("", 0);
    struct pn_slice rest = pn_slice_from(fact, front.len);
    return pn_slice(rest.at, pn_slice_find(rest, '.'));
}

/* Whether an earlier fact has the same next name: it stands for both. */
static bool is_told(size_t fact, struct pn_slice front)
{
    struct pn_slice name = next_name(facts[fact], front);

    for (size_t i = 0; i < fact; i++) {
        if (pn_slice_equal(next_name(facts[i], front), name)) return true;
    }
    return false;
}

static uint16_t slot_of(struct place *p, struct pn_slice path)
{
    struct attr_path attr = { .root = p->root };
    struct pn_slice rest = pn_slice_from(path, 2); /* behind "R." */

    while (rest.len > 0) {
        size_t len = pn_slice_find(rest, '.');
        LIST_PUSH(p->c->l->image->arena, &attr.steps, pn_slice(rest.at, len));
        rest = pn_slice_from(rest, len < rest.len ? len + 1 : len);
    }
    return image_slot(p->c->l->image, &attr, operand_mark(p->node), PN_TRIE_RAW | PN_TRIE_COMPARED);
}

/* Push whether a slot holds anything. */
static void code_there(struct place *p, uint16_t slot, struct pn_slice path)
{
    struct image *image = p->c->l->image;
    const char *text = arena_format(image->arena, "has(%.*s)", SLICE_ARGS(path));
    struct image_predicate has = { .kind = PN_PREDICATE_HAS,
                                   .slot = slot,
                                   .peer = PN_NONE16,
                                   .arg = PN_NONE32,
                                   .text = image_string(image, pn_slice(text, strlen(text))) };

    code_emit(p->c, PN_CODE_PREDICATE, 0, image_predicate(image, has));
}

/* Push whether any fact is there that is `path` or below it. */
static void code_any_there(struct place *p, struct pn_slice path)
{
    bool first = true;

    for (size_t i = 0; i < FACTS; i++) {
        bool within = facts[i].len >= path.len && memcmp(facts[i].at, path.at, path.len) == 0 &&
                      (facts[i].len == path.len || facts[i].at[path.len] == '.');
        if (!within) continue;
        code_there(p, slot_of(p, facts[i]), facts[i]);
        if (!first) code_emit(p->c, PN_CODE_OR, 0, 0);
        first = false;
    }
}

static void code_facts(struct place *p, struct pn_slice front);

/* The map on the stack with the fact's entry, if the call has it. */
static void code_fact(struct place *p, struct pn_slice fact, struct pn_slice front)
{
    struct coding *c = p->c;
    struct arena *arena = c->l->image->arena;
    struct cel_value name = { .type = CEL_STRING, .s = next_name(fact, front) };
    struct pn_slice path = pn_slice(fact.at, front.len + name.s.len);
    uint32_t map = c->depth - 1;

    code_any_there(p, path);
    size_t otherwise = code_skip(c, PN_CODE_BRANCH);
    code_local(c, map);
    code_value(c, &name);
    if (path.len == fact.len) {
        code_emit(c, PN_CODE_SLOT, 0, slot_of(p, path));
    } else {
        const char *below = arena_format(arena, "%.*s.", SLICE_ARGS(path));
        code_facts(p, pn_slice(below, strlen(below)));
    }
    code_emit(c, PN_CODE_PUT, 0, 0);
    size_t done = code_skip(c, PN_CODE_JUMP);
    code_land(c, otherwise);
    c->depth--;
    code_local(c, map);
    code_land(c, done);
    code_emit(c, PN_CODE_SLIDE, 0, 1);
}

/* A map of all facts below `front`, such as "R.attr.". */
static void code_facts(struct place *p, struct pn_slice front)
{
    uint32_t count = 0;

    for (size_t i = 0; i < FACTS; i++) count += next_name(facts[i], front).len > 0;
    code_emit(p->c, PN_CODE_MAP, 0, count);
    for (size_t i = 0; i < FACTS; i++) {
        if (next_name(facts[i], front).len == 0 || is_told(i, front)) continue;
        code_fact(p, facts[i], front);
    }
}

void cel_code_place(struct coding *c, const struct cel_node *node, const struct attr_path *path)
{
    struct place place = { c, node, path->root };
    struct image *image = c->l->image;
    const char *text = attr_path_text(image->arena, path);
    uint16_t slot = image_slot(image, path, operand_mark(node), PN_TRIE_RAW | PN_TRIE_COMPARED);

    code_there(&place, slot, pn_slice(text, strlen(text)));
    size_t otherwise = code_skip(c, PN_CODE_BRANCH);
    code_emit(c, PN_CODE_SLOT, 0, slot);
    size_t done = code_skip(c, PN_CODE_JUMP);
    code_land(c, otherwise);
    c->depth--;
    text = arena_format(image->arena, "%s.", text);
    code_facts(&place, pn_slice(text, strlen(text)));
    code_land(c, done);
}
