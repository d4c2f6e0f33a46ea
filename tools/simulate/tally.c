/* see tally.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/tally.h"

#include <stdlib.h>

enum { PLACES = 4 * TALLY_ROWS_MAX };

static uint32_t hash_of(const struct pn_slice *texts)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < TALLY_TEXTS; i++) {
        for (size_t k = 0; k < texts[i].len; k++) hash = (hash ^ texts[i].at[k]) * 16777619u;
        hash = (hash ^ 0x100u) * 16777619u;
    }
    return hash;
}

static bool equal(const struct pn_slice *a, const struct pn_slice *b)
{
    for (size_t i = 0; i < TALLY_TEXTS; i++) {
        if (!pn_slice_equal(a[i], b[i])) return false;
    }
    return true;
}

static void begin(struct tally *t)
{
    if (t->rows != NULL) return;
    t->rows = arena_take(&t->arena, sizeof *t->rows * TALLY_ROWS_MAX);
    t->places = arena_take(&t->arena, sizeof *t->places * PLACES);
}

void tally_add(struct tally *t, const struct pn_slice texts[TALLY_TEXTS])
{
    begin(t);
    uint32_t at = hash_of(texts) % PLACES;
    while (t->places[at] != 0) {
        struct tally_row *row = &t->rows[t->places[at] - 1];
        if (equal(row->texts, texts)) {
            row->count++;
            return;
        }
        at = (at + 1) % PLACES;
    }
    if (t->count == TALLY_ROWS_MAX) {
        t->others++;
        return;
    }
    struct tally_row *row = &t->rows[t->count++];
    t->places[at] = (uint32_t)t->count;
    row->count = 1;
    for (size_t i = 0; i < TALLY_TEXTS; i++) row->texts[i] = arena_copy(&t->arena, texts[i]);
}

static int order(const void *left, const void *right)
{
    const struct tally_row *a = left, *b = right;
    int by_text = 0;

    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    for (size_t i = 0; i < TALLY_TEXTS && by_text == 0; i++) {
        by_text = pn_slice_order(a->texts[i], b->texts[i]);
    }
    return by_text;
}

void tally_sort(struct tally *t)
{
    if (t->count > 0) qsort(t->rows, t->count, sizeof *t->rows, order);
}

void tally_free(struct tally *t)
{
    arena_free(&t->arena);
    *t = (struct tally){ .count = 0 };
}
