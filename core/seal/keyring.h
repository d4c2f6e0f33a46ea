/* keyring.h - the keys this device believes now, through restarts and power cuts.
 *
 * It begins with what the device file names: working keys, root keys and how many roots it takes.
 * The first signed key set that the roots hand over replaces the working keys and the roots, each
 * further one those before; keyset_document.h says when one is accepted.
 *
 * Two areas of the store take turns. An area holds a chain of documents: those that changed the
 * roots, from the device file's to today's, and last the key set in force. A start walks the chain
 * and verifies every signature in it, so the store is believed in nothing but its age: whoever can
 * rewrite it can bring back an older key set, never one that the roots did not sign. The log of
 * slots.h keeps the version in its record, and appending that record is the single moment at which
 * a key set comes into force:
 *
 *     check -> write the other area, read it back, mark it -> append the record
 *
 * When the log names a version that neither area can show, no working key is believed until the
 * key set is handed over again: an older one would revive the keys it removed.
 *
 * Installing takes some 7 KB of stack beside what the cryptography needs, and the time of up to three
 * verifications for each signature.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_KEYRING_H
#define PN_SEAL_KEYRING_H

#include "core/seal/keyset_document.h"
#include "core/seal/slots.h"

/* The caller's; pn_keyring_open() fills it. One thread. */
struct pn_keyring {
    struct pn_keyset keys;               /* what is believed now */
    const struct pn_keyset *provisioned; /* version 0, the caller's */
    uint8_t area;                        /* where the chain in use stands, or AREA_COUNT */
    bool lost;                           /* the version in the log is nowhere to be found */
};

/* Bytes of memory to lend, for a store whose areas for keys have `area_bytes`. */
#define PN_KEYRING_MEMORY_BYTES(area_bytes) ((size_t)(area_bytes) + PN_KEYSET_BYTES_MAX)

/* Read what the store keeps. `slots` is open; `memory` is used during the call only.
 *
 *   PN_SEAL_ACCEPTED   `ring->keys` is to be believed; with `ring->lost` it has roots only
 *   PN_SEAL_STORE      the store could not be read: run without a policy */
enum pn_seal_refusal pn_keyring_open(struct pn_keyring *ring, struct pn_slots *slots,
                                     const struct pn_keyset *provisioned, struct pn_writer *memory);

/* Take a key set that somebody hands over: `document` is the whole of it and nothing else. When
 * this returns PN_SEAL_ACCEPTED it is in force and survives a power cut, and policies have to be
 * judged again, in slots as in memory; `*held` tells that it was in force before. Otherwise nothing
 * has changed:
 *
 *   PN_SEAL_BODY_LENGTH    bytes follow the document
 *   PN_SEAL_KEYSET_CHAIN   the roots have changed so often that the chain does not fit
 *   PN_SEAL_STORE, PN_SEAL_SLOT   it could not be kept
 *   anything else          as pn_keyset_document_check() says */
enum pn_seal_refusal pn_keyring_install(struct pn_keyring *ring, struct pn_slots *slots,
                                        struct pn_slice document, uint64_t now_s,
                                        struct pn_writer *memory, bool *held);

#endif
