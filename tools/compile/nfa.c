/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/nfa.h"

#include "core/base/utf8.h"

/* Steps are added from the end of the pattern to its beginning: whoever adds one knows where it
 * leads. */
struct builder {
    struct arena *arena;
    struct nfa *nfa;
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

/* One more way, `way`, beside those gathered so far; NO_WAY is none yet. */
#define NO_WAY UINT32_MAX

static uint32_t or_way(struct builder *b, uint32_t ways, uint32_t way)
{
    return ways == NO_WAY ? way : split(b, ways, way);
}

/* Bytes low[i] to high[i] in a row. */
static uint32_t byte_row(struct builder *b, const uint8_t *low, const uint8_t *high, size_t len,
                         uint32_t to)
{
    for (size_t i = len; i > 0; i--) {
        to = add(b, (struct nfa_step){ NFA_BYTES, low[i - 1], high[i - 1], to, 0 });
    }
    return to;
}

/* A range whose ends have the same number of bytes is cut until each piece is a row of byte
 * ranges: the bytes behind the first that differs must run from 80 to BF. */
static uint32_t equal_length(struct builder *b, uint32_t low, uint32_t high, uint32_t to)
{
    uint8_t from[4], until[4];
    size_t len = pn_utf8_encode(low, from);

    pn_utf8_encode(high, until);
    for (unsigned bits = 6; bits < 6 * len; bits += 6) {
        uint32_t mask = (1u << bits) - 1;
        if ((low & ~mask) == (high & ~mask)) break;
        if ((low & mask) != 0) {
            uint32_t rest = equal_length(b, (low | mask) + 1, high, to);
            return split(b, equal_length(b, low, low | mask, to), rest);
        }
        if ((high & mask) != mask) {
            uint32_t rest = equal_length(b, high & ~mask, high, to);
            return split(b, equal_length(b, low, (high & ~mask) - 1, to), rest);
        }
    }
    return byte_row(b, from, until, len, to);
}

static uint32_t code_range(struct builder *b, struct regex_range range, uint32_t ways, uint32_t to)
{
    static const struct regex_range lengths[] = {
        { 0, 0x7f }, { 0x80, 0x7ff }, { 0x800, 0xd7ff }, { 0xe000, 0xffff }, { 0x10000, 0x10ffff },
    };

    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint32_t low = range.low > lengths[i].low ? range.low : lengths[i].low;
        uint32_t high = range.high < lengths[i].high ? range.high : lengths[i].high;
        if (low <= high) ways = or_way(b, ways, equal_length(b, low, high, to));
    }
    return ways;
}

/* A class without characters leads nowhere: a step that takes no byte. */
static uint32_t class(struct builder *b, const struct regex_node *node, uint32_t to)
{
    uint32_t ways = NO_WAY;

    for (size_t i = 0; i < node->ranges.count; i++) {
        ways = code_range(b, node->ranges.items[i], ways, to);
    }
    return ways != NO_WAY ? ways : add(b, (struct nfa_step){ NFA_BYTES, 1, 0, to, 0 });
}

static uint32_t build(struct builder *b, const struct regex_node *node, uint32_t to);

static uint32_t repeat(struct builder *b, const struct regex_node *node, uint32_t to)
{
    const struct regex_node *part = node->parts.items[0];

    if (node->max == REGEX_UNBOUNDED) {
        uint32_t loop = split(b, to, to);
        uint32_t body = build(b, part, loop);
        if (!b->full) b->nfa->steps.items[loop].other = body;
        to = loop;
    } else {
        uint32_t out = to;
        for (int i = node->min; i < node->max && !b->full; i++)
            to = split(b, build(b, part, to), out);
    }
    for (int i = 0; i < node->min && !b->full; i++) to = build(b, part, to);
    return to;
}

static uint32_t build(struct builder *b, const struct regex_node *node, uint32_t to)
{
    uint32_t ways = NO_WAY;

    if (b->full) return 0;
    switch (node->kind) {
    case REGEX_EMPTY: return to;
    case REGEX_CLASS: return class(b, node, to);
    case REGEX_REPEAT: return repeat(b, node, to);
    case REGEX_BEGIN: return add(b, (struct nfa_step){ .kind = NFA_BEGIN, .to = to });
    case REGEX_END: return add(b, (struct nfa_step){ .kind = NFA_END, .to = to });
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

bool nfa_build(struct arena *arena, const struct regex_node *tree, struct nfa *nfa)
{
    struct builder b = { .arena = arena, .nfa = nfa };

    *nfa = (struct nfa){ 0 };
    uint32_t match = add(&b, (struct nfa_step){ .kind = NFA_MATCH });
    nfa->start = build(&b, tree, match);
    return !b.full;
}
