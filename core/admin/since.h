/* since.h - since when models, servers and tools are there, as far as this gateway has seen.
 *
 * A policy does not say what the one before had. So each policy that comes in force is looked through
 * once: what the one before had keeps its time, what it had not begins now, and what is gone is
 * forgotten. What was there when the gateway looked for the first time may have been there earlier; a
 * platform that keeps the table over restarts looks for the first time once.
 *
 * A table of fixed size, by hash; what finds no place in it is there since nobody knows when. Tools are
 * those that the policy attaches to somebody by name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SINCE_H
#define PN_SINCE_H

#include "core/shared.h"

enum { PN_SINCE_PLACES = 2048 }; /* 32 bytes each */

enum pn_thing { PN_THING_MODEL = 1, PN_THING_SERVER, PN_THING_TOOL };

struct pn_since_entry {
    uint64_t key;      /* of a SHA-256 */
    uint64_t sequence; /* of the policy that brought it */
    int64_t at_s;      /* Unix time when that came in force here; below 0: unknown */
    uint32_t round;    /* the last that had it; 0: the place is free */
    uint32_t earlier;  /* 1: it may have been there before */
};

/* All-zero is the beginning. */
struct pn_since {
    uint8_t identity[32]; /* of the policy that was looked through last */
    uint32_t round;       /* counts them */
    struct pn_since_entry entries[PN_SINCE_PLACES];
};

/* Look `active`, which is in force since `now_s` or a moment ago, through. False: that is done. */
bool pn_since_note(struct pn_since *s, const struct pn_active *active, int64_t now_s);

/* Since when the model, the server, or the tool of that server is there; NULL: nobody knows. The name of
 * a model or server has no `tool`. */
const struct pn_since_entry *pn_since_of(const struct pn_since *s, enum pn_thing thing,
                                         struct pn_slice name, struct pn_slice tool);

#endif
