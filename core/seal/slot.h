/* slot.h - one area of the store that holds one thing whole: a sealed policy, or key sets.
 *
 * A head of one unit, a mark of one unit, the content. The head is a hint, protected by a checksum
 * against accidents only: it says how much to read and which of two areas to try first. The mark is
 * written last, so that a half-written content is not read. Neither is ever believed; what is read
 * is verified by whoever asked for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_SLOT_H
#define PN_SEAL_SLOT_H

#include "core/base/writer.h"
#include "core/seal/refusal.h"
#include "port/port_store.h"

enum { PN_SLOT_OVERHEAD_BYTES = 2 * PORT_STORE_UNIT_BYTES }; /* of an area, before the content */

struct pn_slot_head {
    uint64_t sequence; /* of the policy, or version of the key set */
    uint32_t epoch;
    uint32_t bytes; /* of the content */
    bool committed; /* false: there is nothing to read, and the rest is zero */
};

/* The largest content that `area` takes. */
uint32_t pn_slot_bytes_max(struct port_store *store, enum port_store_area area);

/* False when the store cannot be read; an area in which nothing was committed is no failure. */
bool pn_slot_read_head(struct port_store *store, enum port_store_area area,
                       struct pn_slot_head *head);

/* Read the content into `memory`, from its beginning.
 *
 *   PN_SEAL_ACCEPTED   read; nothing is verified
 *   PN_SEAL_EMPTY      nothing was ever committed here
 *   PN_SEAL_SLOT       longer than the memory, or than the area
 *   PN_SEAL_STORE      it could not be read */
enum pn_seal_refusal pn_slot_read(struct port_store *store, enum port_store_area area,
                                  struct pn_writer *memory);

/* Erase the area and write `content`, which pn_slot_bytes_max() allows; `head->bytes` and
 * `head->committed` are not looked at.
 *
 *   PN_SEAL_ACCEPTED   it stands there, was read back, and would survive a power cut
 *   PN_SEAL_SLOT       what was read back is something else
 *   PN_SEAL_STORE      the store failed */
enum pn_seal_refusal pn_slot_write(struct port_store *store, enum port_store_area area,
                                   const struct pn_slot_head *head, struct pn_slice content);

#endif
