/* see terms.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/terms.h"

#include <stdlib.h>

enum { CONTAINED_MAX = 3000 }; /* terms of which each is compared with all others */

/* What a variable can be, which is the same as saying nothing of it. */
static uint8_t full_mask(const struct variables *variables, const struct contrast *c, size_t place)
{
    if (place < c->roles.count) return 1u << PN_FALSE | 1u << PN_TRUE;
    return variables->items[c->variables[place]].possible;
}

/* Terms sorted so that those that differ at `place` only stand side by side. qsort() hands nothing
 * on, so the mask to leave out is written aside while it sorts. */
struct sorted {
    struct term *term;
    uint8_t aside;
};

static int order(const void *left, const void *right)
{
    const struct term *a = ((const struct sorted *)left)->term;
    const struct term *b = ((const struct sorted *)right)->term;

    if (a->change != b->change) return a->change < b->change ? -1 : 1;
    return memcmp(a->masks, b->masks, sizeof a->masks);
}

/* Join all that differ at `place` only; returns how many terms are left. */
static size_t join_at(struct sorted *list, size_t count, size_t place, uint8_t full)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        list[i].aside = list[i].term->masks[place];
        list[i].term->masks[place] = 0;
    }
    qsort(list, count, sizeof *list, order);
    for (size_t i = 0; i < count;) {
        size_t end = i;
        uint8_t mask = 0;
        for (; end < count && order(&list[i], &list[end]) == 0; end++) {
            mask |= list[end].aside == 0 ? full : list[end].aside;
        }
        list[kept] = list[i];
        list[kept++].aside = (mask & full) == full ? 0 : mask;
        i = end;
    }
    for (size_t i = 0; i < kept; i++) list[i].term->masks[place] = list[i].aside;
    return kept;
}

static bool contains(const struct contrast *c, const struct term *whole, const struct term *part)
{
    if (whole->change != part->change) return false;
    for (size_t i = 0; i < c->variable_count; i++) {
        if (whole->masks[i] == 0) continue;
        if (part->masks[i] == 0 || (part->masks[i] & ~whole->masks[i]) != 0) return false;
    }
    return true;
}

static size_t drop_contained(const struct contrast *c, struct sorted *list, size_t count)
{
    size_t kept = 0;

    if (count > CONTAINED_MAX) return count;
    for (size_t i = 0; i < count; i++) {
        bool needed = true;
        for (size_t k = 0; k < count && needed; k++) {
            if (k == i || list[k].term == NULL) continue;
            needed = !contains(c, list[k].term, list[i].term);
        }
        if (!needed) list[i].term = NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i].term != NULL) list[kept++] = list[i];
    }
    return kept;
}

void terms_join(struct arena *arena, const struct variables *variables, struct contrast *contrast)
{
    size_t count = contrast->terms.count, before;
    struct sorted *list = arena_take(arena, sizeof *list * (count + 1));
    struct term *copy = arena_take(arena, sizeof *copy * (count + 1));

    for (size_t i = 0; i < count; i++) {
        copy[i] = contrast->terms.items[i];
        list[i].term = &copy[i];
    }
    do {
        before = count;
        for (size_t place = contrast->variable_count; place-- > 0;) {
            count = join_at(list, count, place, full_mask(variables, contrast, place));
        }
    } while (count < before);
    count = drop_contained(contrast, list, count);
    for (size_t i = 0; i < count; i++) contrast->terms.items[i] = *list[i].term;
    contrast->terms.count = count;
}
