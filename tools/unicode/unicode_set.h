/* unicode_set.h - sets of characters by their Unicode names, and which differ in case only.
 *
 * The tables are written while building, by unicode_write.c from the pinned Unicode Character
 * Database, and linked into host programs only. A set comes as ranges, ascending and apart; walking
 * one decodes the whole table, some microseconds.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_UNICODE_SET_H
#define TOOLS_UNICODE_SET_H

#include "core/base/slice.h"

/* A set found by name, and how far it was walked. */
struct unicode_set {
    bool by_script;
    uint32_t wanted; /* a script's number, or a bit for each general category */
    struct pn_slice left;
    uint32_t at;    /* the code point that `left` goes on with */
    uint32_t until; /* no character from this on */
};

/* Begin the set of a general category (Lu, L, LC, Uppercase_Letter), a script (Greek), Any, Assigned
 * or ASCII. Case, spaces, '_' and '-' in the name say nothing. False when there is no such set. */
bool unicode_set_begin(struct unicode_set *set, struct pn_slice name);

/* The next range, both ends included; false behind the last. */
bool unicode_set_next(struct unicode_set *set, uint32_t *low, uint32_t *high);

/* Simple case folding, pair by pair: `from` folds to `to`. Characters that fold to the same one
 * differ in case only, from each other and from it. */
struct unicode_folds {
    struct pn_slice left;
    uint32_t from, count, stride;
    int32_t delta;
};

void unicode_folds_begin(struct unicode_folds *folds);
bool unicode_folds_next(struct unicode_folds *folds, uint32_t *from, uint32_t *to);

#endif
