/* revocation.h - the list of what is revoked: who may call nothing any more, until it is lifted.
 *
 * The list is the control thread's. What is on it stands in the set that the event loops look into
 * (revoked_set.h) before the caller is told so, and in the store: each change writes the whole list to
 * the area of the two that is not in use, and then its number to the log of slots.h, which is the
 * moment from which only this list, or a newer one, is believed. So a cut leaves the list before or
 * the new one, and a list that is lost later is noticed: then nobody is served until an operator has
 * begun a new list on purpose.
 *
 * Revoking is in force at once and kept then; lifting is kept first. Where the store refuses, what was
 * revoked stays in force, and keeping it is tried again; of a list that lifts, whatever was written is
 * erased before the answer, so that no restart finds done what was said to have failed. One that is
 * whole but not in the log is what a restart finds, so the lift is done; the log is tried again.
 *
 * Nothing is dropped for want of room: a full list takes no more. An entry is reclaimed once the end
 * that was stated for it has certainly passed, by more than any clock may be off for a token; one
 * without such an end stays until it is lifted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REVOCATION_H
#define PN_REVOCATION_H

#include "core/revocation/revoked_set.h"
#include "core/seal/slots.h"

enum {
    PN_REVOCATION_BYTES = 512, /* of a record, in memory and in the store */
    PN_REVOKED_NAME_BYTES = 256,
    PN_REVOCATION_REASON_BYTES = 160,
    PN_REVOCATION_BY_BYTES = 64,
    PN_REVOCATION_REST_S = 900, /* an entry stays so long behind its end */
};

/* One entry. Texts borrow from the list until it changes. */
struct pn_revocation {
    uint32_t id;            /* from 1; given by the list */
    uint8_t kind;           /* enum pn_revoked_kind */
    uint64_t at_s, until_s; /* Unix time; until_s 0: no end is known */
    struct pn_slice name, reason, by;
};

/* Lent memory and what says so below are set by the caller, the rest by pn_revocations_open(). */
struct pn_revocations {
    uint8_t *records; /* lent: PN_REVOCATION_BYTES each, in the order of their ids */
    uint32_t max, count, next_id;
    uint32_t number; /* of the last list that was written, or tried to be */
    uint8_t area;    /* where the one in use was written */
    bool unkept;     /* what is in force is not all in the store, or not in its log */
    struct pn_slots *slots;
    struct pn_revoked_set *set;
    /* Something is in force from now on, and not kept yet: event loops need not wait for the store.
     * NULL: nobody is told. Both set by the caller. */
    void (*in_force)(void *context);
    void *context;
};

enum pn_revocation_result {
    PN_REVOCATION_LOST,    /* the list could not be read at the start: nothing can be changed */
    PN_REVOCATION_FULL,    /* nothing was changed */
    PN_REVOCATION_UNKNOWN, /* there is no such entry */
    PN_REVOCATION_UNKEPT,  /* revoked, but not in the store; or not lifted, for the same reason */
    PN_REVOCATION_KEPT
};

/* Write a record of PN_REVOCATION_BYTES. The texts are within their bounds. */
void pn_revocation_write(uint8_t *record, const struct pn_revocation *e);

/* Read one; false: it is none. */
bool pn_revocation_read(const uint8_t *record, struct pn_revocation *e);

/* Read the list that the log names into `records`, which are lent with room for `max`, and put it into
 * `set`. `slots` was opened. False: there was one, and it cannot be read or has more than `max`
 * entries; set->lost tells the event loops. */
bool pn_revocations_open(struct pn_revocations *r, struct pn_slots *slots,
                         struct pn_revoked_set *set);

/* Begin an empty list in place of one that was lost. KEPT, or UNKEPT: it stays lost. */
enum pn_revocation_result pn_revocations_begin(struct pn_revocations *r);

/* Revoke. `e->id` is set. Who is revoked already keeps the id, gets the new reason, and the later end.
 * `passed_s` has certainly passed, see time_floor.h. KEPT, UNKEPT, FULL or LOST. */
enum pn_revocation_result pn_revocations_add(struct pn_revocations *r, struct pn_revocation *e,
                                             uint64_t passed_s);

/* KEPT: lifted. UNKEPT: not lifted. UNKNOWN or LOST. */
enum pn_revocation_result pn_revocations_lift(struct pn_revocations *r, uint32_t id);

/* Take out what has ended. The store follows with the next change: a restart does the same again. */
void pn_revocations_reclaim(struct pn_revocations *r, uint64_t passed_s);

/* Is there no room for another, now that what has ended was taken out? */
static inline bool pn_revocations_is_full(const struct pn_revocations *r)
{
    return r->max > 0 && r->count == r->max;
}

/* Write what is not kept yet. True when all is. */
bool pn_revocations_keep(struct pn_revocations *r);

/* Entry number `index`, below r->count; they are ordered by id. */
struct pn_revocation pn_revocations_at(const struct pn_revocations *r, uint32_t index);

/* Its index, or UINT32_MAX. */
uint32_t pn_revocations_find(const struct pn_revocations *r, uint32_t id);

#endif
