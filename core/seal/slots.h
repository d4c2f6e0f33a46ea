/* slots.h - keep the policy through restarts and power cuts, and never go back.
 *
 * Two slots each hold one sealed policy. A log says which one is in force and how far this device
 * has come; each record holds that whole state, so the newest readable record is all there is to
 * know, and appending one is the single moment at which an installation happens:
 *
 *     check    -> open the body (the caller) -> commit
 *                                                erase the slot not in use
 *                                                write it, read it back, compare
 *                                                mark it committed
 *                                                append the record
 *
 * A cut before the record is whole leaves the old policy, one after it the new.
 *
 * Nothing that has not been authenticated erases a slot. A mark in a slot saves reading
 * half-written ones; it is never believed: every start verifies signature and digest again.
 *
 * The record keeps epoch, sequence and identity of the newest policy ever accepted, also when both
 * slots are lost. When the log is lost as well, the slots say what was held. Who can rewrite all of
 * this can bring an old policy back; stopping that takes a counter in hardware.
 *
 * Installing is confirmed at once; a trial that returns to the policy before unless confirmed has
 * its place in the record and is not built yet.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_SLOTS_H
#define PN_SEAL_SLOTS_H

#include "core/seal/seal.h"
#include "core/seal/slot.h"

enum {
    PN_SLOTS_RECORD_BYTES = 4 * PORT_STORE_UNIT_BYTES, /* a log sector holds at least two */
    PN_SLOTS_TIME_STEP_S = 3600 /* the time floor is written at most so often, to spare the flash */
};

/* The state in a log record. */
struct pn_slots_record {
    struct pn_seal_held held;
    uint64_t time_floor_s;
    uint32_t keyset_version; /* of the newest key set ever accepted; 0: none was */
    uint8_t keyset_area;     /* PORT_STORE_KEYS_A or _B: where it was written */
    uint8_t slot;            /* PORT_STORE_SLOT_A or _B: where the held policy was written */
    uint8_t flags;           /* enum pn_manifest_flag of the held policy */
    uint32_t revocations;    /* number of the newest list of what is revoked; 0: there was none */
};

/* The caller's; pn_slots_open() fills it. One thread. */
struct pn_slots {
    struct port_store *store;
    struct pn_slots_record record;
    uint64_t record_number; /* of the newest record; 0: none */
    uint32_t log_next;      /* where in log_area the next record goes */
    uint8_t log_area;
    uint8_t live; /* the slot in use, or PORT_STORE_AREA_COUNT */
    uint8_t live_identity[PORT_DIGEST_BYTES];
};

/* Read the log.
 *
 *   PN_SEAL_ACCEPTED   done; an empty or unreadable log is a device that holds nothing yet
 *   PN_SEAL_STORE      the store cannot be read: run without a policy */
enum pn_seal_refusal pn_slots_open(struct pn_slots *slots, struct port_store *store);

/* Which slot to try. At a start: NEWEST, and if that gives nothing usable, OTHER. */
enum pn_slots_choice { PN_SLOTS_NEWEST, PN_SLOTS_OTHER };

/* A sealed policy read back from a slot. */
struct pn_slots_loaded {
    struct pn_writer memory; /* set by the caller; holds the sealed policy afterwards */
    struct pn_seal seal;     /* borrows from it */
    uint8_t slot;
};

/* Read a slot into `loaded->memory` and verify what is there now. From `expect`, `held`, `moment`
 * and `body_bytes_max` are not used.
 *
 *   PN_SEAL_ACCEPTED   verified; open the body, then pn_slots_adopt()
 *   PN_SEAL_EMPTY      nothing was ever committed to this slot
 *   PN_SEAL_SLOT       not the policy that the log says; or longer than the memory
 *   PN_SEAL_STORE      it could not be read
 *   anything else      as pn_seal_check() says. OTHER is refused with EPOCH when a raised epoch
 *                      burned it, with SEQUENCE_OLDER when the newest one forbade falling back */
enum pn_seal_refusal pn_slots_load(const struct pn_slots *slots,
                                   const struct pn_seal_expect *expect, enum pn_slots_choice choice,
                                   struct pn_slots_loaded *loaded);

/* The loaded policy is the one in use now. Writes a record when the log did not know of it.
 * PN_SEAL_ACCEPTED, or PN_SEAL_STORE when that failed; the policy may be used all the same. */
enum pn_seal_refusal pn_slots_adopt(struct pn_slots *slots, const struct pn_slots_loaded *loaded);

/* Check a sealed policy that somebody hands over, against what is held: file, reload and push all
 * come here. `expect` as for pn_slots_load(). Nothing is written. On PN_SEAL_ACCEPTED open the
 * body, and only if that works call pn_slots_commit(); `seal->held`: it is in use already. */
enum pn_seal_refusal pn_slots_check(const struct pn_slots *slots,
                                    const struct pn_seal_expect *expect, struct pn_slice blob,
                                    struct pn_seal *seal);

/* Keep the policy of an accepted `seal`, whose bytes still stand where they were checked. When this
 * returns PN_SEAL_ACCEPTED it survives a power cut, and the caller puts it in force. Otherwise
 * (PN_SEAL_STORE, PN_SEAL_SLOT) the one before stays. Does nothing when `seal->held`. */
enum pn_seal_refusal pn_slots_commit(struct pn_slots *slots, const struct pn_seal *seal);

/* It is `now_s` for certain: expiry holds from now on also when the clock is lost or set back. Give
 * only a time that is known to be right, for it cannot be taken back. */
enum pn_seal_refusal pn_slots_note_time(struct pn_slots *slots, uint64_t now_s);

/* The same, but written at once when it is later than what is kept, not once in
 * PN_SLOTS_TIME_STEP_S: for a time that something was judged by, which a restart must not undo. */
enum pn_seal_refusal pn_slots_keep_time(struct pn_slots *slots, uint64_t now_s);

/* The list of revocations of this number is whole in the store: no older one is believed from now on
 * (core/revocation). False when the log does not take it. */
bool pn_slots_keep_revocations(struct pn_slots *slots, uint32_t number);

#endif
