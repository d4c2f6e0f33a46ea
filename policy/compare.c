/* see compare.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/compare.h"

#include "policy/policy_limits.h"

#define INT64_LIMIT 9223372036854775808.0 /* 2^63, the first double above every int64 */

static enum pn_order int_order(int64_t a, int64_t b)
{
    return a == b ? PN_SAME : a < b ? PN_LESS : PN_MORE_THAN;
}

static enum pn_order double_order(double a, double b)
{
    if (a < b) return PN_LESS;
    if (a > b) return PN_MORE_THAN;
    return a == b ? PN_SAME : PN_UNORDERED;
}

/* Truncation is exact, and so is the way back: what is left over decides. */
static enum pn_order mixed_order(int64_t i, double d)
{
    if (d >= INT64_LIMIT) return PN_LESS;
    if (d < -INT64_LIMIT) return PN_MORE_THAN;
    if (d != d) return PN_UNORDERED;
    int64_t whole = (int64_t)d;
    return i == whole ? double_order((double)whole, d) : int_order(i, whole);
}

static enum pn_order reversed(enum pn_order order)
{
    return order == PN_LESS ? PN_MORE_THAN : order == PN_MORE_THAN ? PN_LESS : order;
}

enum pn_order pn_number_order(const struct pn_value *a, const struct pn_value *b)
{
    if (a->type == PN_INT) {
        return b->type == PN_INT ? int_order(a->as.i, b->as.i) : mixed_order(a->as.i, b->as.d);
    }
    return b->type == PN_INT ? reversed(mixed_order(b->as.i, a->as.d))
                             : double_order(a->as.d, b->as.d);
}

static bool either_escaped(const struct pn_value *a, const struct pn_value *b)
{
    return ((a->flags | b->flags) & PN_VALUE_ESCAPED) != 0;
}

static enum pn_order escaped_order(const struct pn_value *a, const struct pn_value *b)
{
    struct pn_text_iter x, y;
    int left, right;

    pn_text_begin(&x, a);
    pn_text_begin(&y, b);
    do {
        left = pn_text_next(&x);
        right = pn_text_next(&y);
    } while (left == right && left >= 0);
    return int_order(left, right);
}

enum pn_order pn_text_order(const struct pn_value *a, const struct pn_value *b)
{
    if (either_escaped(a, b)) return escaped_order(a, b);
    return int_order(pn_slice_order(pn_value_text(a), pn_value_text(b)), 0);
}

/* True when what is left of `text` begins with what is left of `part`; uses both up. */
static bool rest_begins(struct pn_text_iter *text, struct pn_text_iter *part)
{
    for (int ch = pn_text_next(part); ch >= 0; ch = pn_text_next(part)) {
        if (pn_text_next(text) != ch) return false;
    }
    return true;
}

bool pn_text_begins(const struct pn_value *text, const struct pn_value *part)
{
    struct pn_text_iter x, y;

    pn_text_begin(&x, text);
    pn_text_begin(&y, part);
    return rest_begins(&x, &y);
}

static uint32_t byte_count(const struct pn_value *text)
{
    struct pn_text_iter it;
    uint32_t count = 0;

    if ((text->flags & PN_VALUE_ESCAPED) == 0) return text->len;
    pn_text_begin(&it, text);
    while (pn_text_next(&it) >= 0) count++;
    return count;
}

bool pn_text_ends(const struct pn_value *text, const struct pn_value *part)
{
    struct pn_text_iter x, y;
    uint32_t text_bytes = byte_count(text), part_bytes = byte_count(part);

    if (part_bytes > text_bytes) return false;
    pn_text_begin(&x, text);
    pn_text_begin(&y, part);
    for (uint32_t skip = text_bytes - part_bytes; skip > 0; skip--) (void)pn_text_next(&x);
    return rest_begins(&x, &y);
}

static enum pn_truth plain_holds(struct pn_slice text, struct pn_slice part)
{
    size_t steps = 0;

    if (part.len == 0) return PN_TRUE;
    while (text.len >= part.len) {
        size_t at = pn_slice_find(pn_slice_head(text, text.len - part.len + 1), part.at[0]);
        if (at > text.len - part.len) return PN_FALSE;
        text = pn_slice_from(text, at);
        if (memcmp(text.at, part.at, part.len) == 0) return PN_TRUE;
        steps += part.len;
        if (steps > PN_POLICY_HOLDS_STEPS_MAX) return PN_FAULTY;
        text = pn_slice_from(text, 1);
    }
    return PN_FALSE;
}

static enum pn_truth escaped_holds(const struct pn_value *text, const struct pn_value *part)
{
    struct pn_text_iter here, x, y;
    size_t steps = 0;

    pn_text_begin(&here, text);
    do {
        x = here;
        pn_text_begin(&y, part);
        if (rest_begins(&x, &y)) return PN_TRUE;
        steps += (size_t)(x.at - here.at);
        if (steps > PN_POLICY_HOLDS_STEPS_MAX) return PN_FAULTY;
    } while (pn_text_next(&here) >= 0);
    return PN_FALSE;
}

enum pn_truth pn_text_holds(const struct pn_value *text, const struct pn_value *part)
{
    if (either_escaped(text, part)) return escaped_holds(text, part);
    return plain_holds(pn_value_text(text), pn_value_text(part));
}

uint32_t pn_text_size(const struct pn_value *text)
{
    struct pn_text_iter it;
    uint32_t count = 0;

    pn_text_begin(&it, text);
    for (int ch = pn_text_next(&it); ch >= 0; ch = pn_text_next(&it)) {
        if ((ch & 0xC0) != 0x80) count++;
    }
    return count;
}
