/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/regex_tree.h"

#include <stdlib.h>

#include "core/base/utf8.h"

struct regex_node *regex_new(struct arena *arena, enum regex_kind kind)
{
    struct regex_node *node = ARENA_NEW(arena, struct regex_node);

    node->kind = kind;
    return node;
}

void regex_add_range(struct arena *arena, struct regex_node *set, uint32_t low, uint32_t high)
{
    LIST_PUSH(arena, &set->ranges, ((struct regex_range){ low, high }));
}

size_t regex_range_at(const struct regex_node *set, uint32_t code)
{
    size_t low = 0, high = set->ranges.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->ranges.items[middle].high < code) low = middle + 1;
        else high = middle;
    }
    return low;
}

struct regex_node *regex_character(struct arena *arena, uint32_t code)
{
    struct regex_node *node = regex_new(arena, REGEX_CLASS);

    regex_add_range(arena, node, code, code);
    return node;
}

struct regex_node *regex_looking(struct arena *arena, enum regex_look look)
{
    struct regex_node *node = regex_new(arena, REGEX_LOOK);

    node->look = look;
    return node;
}

static bool ends_line(enum regex_side side)
{
    return side == REGEX_SIDE_EDGE || side == REGEX_SIDE_NEWLINE;
}

bool regex_look_holds(enum regex_look look, enum regex_side before, enum regex_side after)
{
    bool edge = (before == REGEX_SIDE_WORD) != (after == REGEX_SIDE_WORD);

    switch (look) {
    case REGEX_TEXT_BEGIN: return before == REGEX_SIDE_EDGE;
    case REGEX_TEXT_END: return after == REGEX_SIDE_EDGE;
    case REGEX_LINE_BEGIN: return ends_line(before);
    case REGEX_LINE_END: return ends_line(after);
    case REGEX_WORD_EDGE: return edge;
    case REGEX_NO_WORD_EDGE: return !edge && after != REGEX_SIDE_WITHIN;
    }
    return false;
}

enum regex_side regex_side_before(uint8_t byte)
{
    uint8_t lower = byte | 0x20;

    if (byte == '\n') return REGEX_SIDE_NEWLINE;
    bool is_word = (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
    return is_word ? REGEX_SIDE_WORD : REGEX_SIDE_OTHER;
}

enum regex_side regex_side_after(uint8_t byte)
{
    return (byte & 0xc0) == 0x80 ? REGEX_SIDE_WITHIN : regex_side_before(byte);
}

static int by_low(const void *a, const void *b)
{
    const struct regex_range *x = a, *y = b;

    return x->low < y->low ? -1 : x->low > y->low;
}

static void invert(struct arena *arena, struct regex_node *set)
{
    struct regex_node inverse = { 0 };
    uint32_t next = 0;

    for (size_t i = 0; i < set->ranges.count; i++) {
        struct regex_range range = set->ranges.items[i];
        if (range.low > next) regex_add_range(arena, &inverse, next, range.low - 1);
        next = range.high + 1;
    }
    if (next <= REGEX_CODE_MAX) regex_add_range(arena, &inverse, next, REGEX_CODE_MAX);
    set->ranges.items = inverse.ranges.items;
    set->ranges.count = inverse.ranges.count;
    set->ranges.max = inverse.ranges.max;
}

void regex_settle(struct arena *arena, struct regex_node *set, enum regex_sense sense)
{
    size_t kept = 0;

    if (set->ranges.count > 0) {
        qsort(set->ranges.items, set->ranges.count, sizeof *set->ranges.items, by_low);
    }
    for (size_t i = 0; i < set->ranges.count; i++) {
        struct regex_range range = set->ranges.items[i];
        if (kept > 0 && range.low <= set->ranges.items[kept - 1].high + 1) {
            struct regex_range *last = &set->ranges.items[kept - 1];
            if (range.high > last->high) last->high = range.high;
        } else {
            set->ranges.items[kept++] = range;
        }
    }
    set->ranges.count = kept;
    if (sense == REGEX_INVERTED) invert(arena, set);
}

uint32_t regex_code_point(struct pn_slice text, size_t *len)
{
    size_t length = pn_utf8_length(text);
    uint32_t code = text.at[0];

    *len = length > 0 ? length : 1;
    if (length < 2) return code;
    code &= 0x7fu >> length;
    for (size_t i = 1; i < length; i++) code = code << 6 | (text.at[i] & 0x3fu);
    return code;
}
