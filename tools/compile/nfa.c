/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/nfa.h"

/* Steps are added from the end of the pattern to its beginning: whoever adds one knows where it
 * leads. */
struct builder {
    struct arena *arena;
    struct nfa *nfa;
    size_t class_from; /* the first step of the class being built */
    bool full;
};

static uint32_t add(struct builder *b, struct nfa_step step)
{
    if (b->nfa->steps.count >= NFA_STEPS_MAX) {
        b->full = true;
        return 0;
    }
    LIST_PUSH(b->arena, &b->nfa->steps, step);
    return (uint32_t)b->nfa->steps.count - 1;
}

static uint32_t split(struct builder *b, uint32_t to, uint32_t other)
{
    return add(b, (struct nfa_step){ .kind = NFA_SPLIT, .to = to, .other = other });
}

/* The arcs of a step that is being made. */
struct arcs {
    struct nfa_arc arc[256];
    uint32_t count;
};

/* An arc that goes on where the last one ends is part of it. */
static void add_arc(struct arcs *arcs, uint32_t low, uint32_t high, uint32_t to)
{
    struct nfa_arc *last = arcs->count > 0 ? &arcs->arc[arcs->count - 1] : NULL;

    if (to == NFA_NOWHERE) return;
    if (last != NULL && last->to == to && last->high + 1u == low) {
        last->high = (uint8_t)high;
    } else {
        arcs->arc[arcs->count++] = (struct nfa_arc){ (uint8_t)low, (uint8_t)high, to };
    }
}

static bool has_arcs(const struct builder *b, const struct nfa_step *step, const struct arcs *arcs)
{
    if (step->kind != NFA_BYTES || step->other != arcs->count) return false;
    for (uint32_t i = 0; i < arcs->count; i++) {
        const struct nfa_arc *mine = &b->nfa->arcs.items[step->to + i], *its = &arcs->arc[i];
        if (mine->low != its->low || mine->high != its->high || mine->to != its->to) return false;
    }
    return true;
}

/* A step with these arcs: one that the class has already, or a new one. */
static uint32_t add_bytes(struct builder *b, const struct arcs *arcs)
{
    uint32_t first = (uint32_t)b->nfa->arcs.count;

    for (size_t i = b->class_from; i < b->nfa->steps.count; i++) {
        if (has_arcs(b, &b->nfa->steps.items[i], arcs)) return (uint32_t)i;
    }
    b->full |= first + arcs->count > NFA_ARCS_MAX;
    if (b->full) return 0;
    for (uint32_t i = 0; i < arcs->count; i++) LIST_PUSH(b->arena, &b->nfa->arcs, arcs->arc[i]);
    return add(b, (struct nfa_step){ .kind = NFA_BYTES, .to = first, .other = arcs->count });
}

static bool is_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

/* Characters whose UTF-8 has one length. */
struct form {
    uint32_t first_byte, last_byte, more_bytes;
    uint32_t least; /* smaller ones are written shorter */
};

/* Any `more` bytes that continue a character. */
static uint32_t any(struct builder *b, unsigned more, uint32_t to)
{
    struct arcs arcs = { .count = 0 };

    if (more == 0) return to;
    add_arc(&arcs, 0x80, 0xbf, any(b, more - 1, to));
    return add_bytes(b, &arcs);
}

/* Where to go on to take one of the characters from `base` on that the class has, when `more` bytes
 * are still to come: 64 to the power of `more` characters. */
static uint32_t block(struct builder *b, const struct regex_node *node, uint32_t base,
                      unsigned more, uint32_t least, uint32_t to)
{
    uint32_t last = base + (1u << 6 * more) - 1;
    size_t at = regex_range_at(node, base > least ? base : least);
    struct arcs arcs = { .count = 0 };

    if (at == node->ranges.count || node->ranges.items[at].low > last) return NFA_NOWHERE;
    if (last < least || is_surrogate(base)) return NFA_NOWHERE;
    bool whole = node->ranges.items[at].low <= base && node->ranges.items[at].high >= last;
    if (whole && base >= least && !is_surrogate(last)) return any(b, more, to);
    for (uint32_t i = 0; i < 64 && !b->full; i++) {
        uint32_t from = base + (i << 6 * (more - 1));
        add_arc(&arcs, 0x80 + i, 0x80 + i, block(b, node, from, more - 1, least, to));
    }
    return arcs.count > 0 ? add_bytes(b, &arcs) : NFA_NOWHERE;
}

/* A class without characters leads nowhere: a step without arcs. */
static uint32_t class(struct builder *b, const struct regex_node *node, uint32_t to)
{
    static const struct form forms[] = {
        { 0x00, 0x7f, 0, 0 },
        { 0xc2, 0xdf, 1, 0x80 },
        { 0xe0, 0xef, 2, 0x800 },
        { 0xf0, 0xf4, 3, 0x10000 },
    };
    struct arcs arcs = { .count = 0 };

    b->class_from = b->nfa->steps.count;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *f = &forms[i];
        uint32_t mask = f->more_bytes == 0 ? 0x7f : 0x3fu >> f->more_bytes;
        for (uint32_t byte = f->first_byte; byte <= f->last_byte && !b->full; byte++) {
            uint32_t base = (byte & mask) << 6 * f->more_bytes;
            add_arc(&arcs, byte, byte, block(b, node, base, f->more_bytes, f->least, to));
        }
    }
    return add_bytes(b, &arcs);
}

uint32_t nfa_after(const struct nfa *nfa, const struct nfa_step *step, uint8_t byte)
{
    const struct nfa_arc *arcs = nfa->arcs.items + step->to;
    size_t low = 0, high = step->other;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (arcs[middle].high < byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < step->other && arcs[low].low <= byte ? arcs[low].to : NFA_NOWHERE;
}

/* One more way, `way`, beside those gathered so far; NFA_NOWHERE is none yet. */
static uint32_t or_way(struct builder *b, uint32_t ways, uint32_t way)
{
    return ways == NFA_NOWHERE ? way : split(b, ways, way);
}

static uint32_t build(struct builder *b, const struct regex_node *node, uint32_t to);

/* Once more or on: in the order of preference. */
static uint32_t more_or_out(struct builder *b, const struct regex_node *repeat, uint32_t more,
                            uint32_t out)
{
    return repeat->lazy ? split(b, out, more) : split(b, more, out);
}

/* Can a match of it be empty? */
static bool may_be_empty(const struct regex_node *node)
{
    switch (node->kind) {
    case REGEX_EMPTY:
    case REGEX_LOOK: return true;
    case REGEX_CLASS: return false;
    case REGEX_REPEAT: return node->min == 0 || may_be_empty(node->parts.items[0]);
    case REGEX_GROUP: return may_be_empty(node->parts.items[0]);
    case REGEX_CONCAT:
    case REGEX_EITHER: break;
    }
    bool one_decides = node->kind == REGEX_EITHER;
    for (size_t i = 0; i < node->parts.count; i++) {
        if (may_be_empty(node->parts.items[i]) == one_decides) return one_decides;
    }
    return !one_decides;
}

/* The loop of x* or x+, and the body that is its entrance in x+. */
static uint32_t loop(struct builder *b, const struct regex_node *repeat, uint32_t to,
                     uint32_t *body)
{
    uint32_t loop = more_or_out(b, repeat, to, to);

    *body = build(b, repeat->parts.items[0], loop);
    if (b->full) return 0;
    *(repeat->lazy ? &b->nfa->steps.items[loop].other : &b->nfa->steps.items[loop].to) = *body;
    return loop;
}

/* x*, or x+ where it is at least once. What may be empty is (x+)? instead of x*, or its preferences
 * would come in another order; what may not is the loop alone, for the same reason. */
static uint32_t any_times(struct builder *b, const struct regex_node *repeat, uint32_t to)
{
    uint32_t body, star = loop(b, repeat, to, &body);

    if (repeat->min > 0) return body;
    return may_be_empty(repeat->parts.items[0]) ? more_or_out(b, repeat, body, to) : star;
}

/* xx(x(x)?)? for x{2,4}, xx+ for x{2,}, (x+)? for x*. */
static uint32_t repeat(struct builder *b, const struct regex_node *node, uint32_t to)
{
    const struct regex_node *part = node->parts.items[0];
    int times = node->min;

    if (node->max == REGEX_UNBOUNDED) {
        to = any_times(b, node, to);
        times--;
    } else {
        uint32_t out = to;
        for (int i = node->min; i < node->max && !b->full; i++)
            to = more_or_out(b, node, build(b, part, to), out);
    }
    for (int i = 0; i < times && !b->full; i++) to = build(b, part, to);
    return to;
}

static uint32_t look(struct builder *b, const struct regex_node *node, uint32_t to)
{
    b->nfa->looks |= 1u << node->look;
    return add(b, (struct nfa_step){ .kind = NFA_LOOK, .look = (uint8_t)node->look, .to = to });
}

static uint32_t group(struct builder *b, const struct regex_node *node, uint32_t to)
{
    to = add(b, (struct nfa_step){ .kind = NFA_SAVE, .to = to, .other = 2 * node->group + 1 });
    to = build(b, node->parts.items[0], to);
    return add(b, (struct nfa_step){ .kind = NFA_SAVE, .to = to, .other = 2 * node->group });
}

static uint32_t build(struct builder *b, const struct regex_node *node, uint32_t to)
{
    uint32_t ways = NFA_NOWHERE;

    if (b->full) return 0;
    switch (node->kind) {
    case REGEX_EMPTY: return to;
    case REGEX_CLASS: return class(b, node, to);
    case REGEX_REPEAT: return repeat(b, node, to);
    case REGEX_GROUP: return group(b, node, to);
    case REGEX_LOOK: return look(b, node, to);
    case REGEX_CONCAT:
        for (size_t i = node->parts.count; i > 0; i--) to = build(b, node->parts.items[i - 1], to);
        return to;
    case REGEX_EITHER:
        for (size_t i = 0; i < node->parts.count; i++) {
            ways = or_way(b, ways, build(b, node->parts.items[i], to));
        }
        return ways;
    }
    return to;
}

/* Groups in what is repeated no times count too. */
static unsigned groups(const struct regex_node *node)
{
    unsigned most = node->group;

    for (size_t i = 0; i < node->parts.count; i++) {
        unsigned inner = groups(node->parts.items[i]);
        if (inner > most) most = inner;
    }
    return most;
}

bool nfa_build(struct arena *arena, const struct regex_node *tree, struct nfa *nfa)
{
    struct builder b = { .arena = arena, .nfa = nfa };

    *nfa = (struct nfa){ .groups = groups(tree) };
    uint32_t match = add(&b, (struct nfa_step){ .kind = NFA_MATCH });
    nfa->start = build(&b, tree, match);
    return !b.full;
}
