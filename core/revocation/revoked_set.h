/* revoked_set.h - what is revoked, as every event loop sees it.
 *
 * One thread changes the set, any number of others look into it without a lock and with 32-bit atomics
 * only. A name and its kind are there as a keyed hash of 64 bits. Whoever looks a name up after it was
 * added finds it; whoever was decided before finds the revision changed and looks again.
 *
 * The table has twice as many places as names may be revoked, so a search is short. A place that was
 * given up stays passable for searches, and is free again once nothing follows it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REVOKED_SET_H
#define PN_REVOKED_SET_H

#include <stdatomic.h>

#include "core/base/slice.h"

/* What can be revoked. Stored in records: numbers stay. */
enum pn_revoked_kind {
    PN_REVOKED_NOTHING,
    PN_REVOKED_TASK,
    PN_REVOKED_AGENT,
    PN_REVOKED_USER,
    PN_REVOKED_KEY,     /* by its public name */
    PN_REVOKED_TOKEN,   /* by its jti */
    PN_REVOKED_SESSION, /* of MCP: see pn_session_code() */
    PN_REVOKED_KINDS
};

/* One place; `high` is written last and cleared first. 0, 0: free; 0, 1: given up. */
struct pn_revoked_place {
    _Atomic uint32_t high, low;
};

struct pn_revoked_set {
    struct pn_revoked_place *places; /* lent; NULL: nothing can be revoked here */
    uint32_t mask;                   /* how many there are, a power of two, less 1 */
    uint8_t seed[16];
    _Atomic uint32_t count;    /* names in it */
    _Atomic uint32_t revision; /* changes with every addition */
    _Atomic uint32_t lost;     /* 1: the list could not be read, nobody may be believed */
};

/* A name as it is looked up; neither half is 0. */
struct pn_revoked_mark {
    uint32_t high, low;
};

/* How many places there have to be for `name_max` names. */
uint32_t pn_revoked_places(uint32_t name_max);

/* Lend zeroed places for `name_max` names, and 16 random bytes. In zeroed memory. */
void pn_revoked_set_init(struct pn_revoked_set *s, struct pn_revoked_place *places,
                         uint32_t name_max, const uint8_t seed[16]);

struct pn_revoked_mark pn_revoked_mark_of(const struct pn_revoked_set *s, enum pn_revoked_kind kind,
                                          struct pn_slice name);

/* For the one thread that changes it, with marks from pn_revoked_mark_of(). A name is added once, and
 * there is room: the caller counts. */
void pn_revoked_add(struct pn_revoked_set *s, struct pn_revoked_mark mark);
void pn_revoked_remove(struct pn_revoked_set *s, struct pn_revoked_mark mark);

/* For anybody. Read the revision before looking: what is added after that is not in this revision. */
static inline uint32_t pn_revoked_revision(const struct pn_revoked_set *s)
{
    return atomic_load_explicit(&s->revision, memory_order_acquire);
}

bool pn_revoked_has(const struct pn_revoked_set *s, struct pn_revoked_mark mark);

/* "task", "agent", "user", "key", "token", "session"; empty for NOTHING. */
struct pn_slice pn_revoked_kind_name(enum pn_revoked_kind kind);

/* The kind of that name, or NOTHING. */
enum pn_revoked_kind pn_revoked_kind_of(struct pn_slice name);

#endif
