/* tally.h - how often each kind of change was met, in bounded memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_TALLY_H
#define TOOLS_TALLY_H

#include "tools/compile/arena.h"

enum { TALLY_TEXTS = 5, TALLY_ROWS_MAX = 4096 };

struct tally_row {
    struct pn_slice texts[TALLY_TEXTS]; /* which kind it is; those not needed are empty */
    uint64_t count;
};

struct tally { /* all-zero is empty */
    struct arena arena;
    struct tally_row *rows;
    size_t count;
    uint32_t *places; /* hash table of row numbers plus 1 */
    uint64_t others;  /* met when there was no room for another row */
};

/* Count one more; the texts are copied. */
void tally_add(struct tally *t, const struct pn_slice texts[TALLY_TEXTS]);

/* Most frequent first; equal ones by their texts. Nothing can be added afterwards. */
void tally_sort(struct tally *t);

void tally_free(struct tally *t);

#endif
