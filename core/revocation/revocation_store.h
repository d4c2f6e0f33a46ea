/* revocation_store.h - the list of revocations in its two areas of the store.
 *
 * A head of one unit, then the records as they lie in memory:
 *
 *     0   "PNR1"                  12  id of the next entry      28  CRC-32C of the 28 bytes before
 *     4   number of the list      16  CRC-32C of the records
 *     8   how many records        20  zero
 *
 * For revocation.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REVOCATION_STORE_H
#define PN_REVOCATION_STORE_H

#include "core/revocation/revocation.h"

/* Write the list as it stands and have it believed from now on; r->area and r->number follow.
 *
 *   UNWRITTEN  its area did not take it: what is found after a restart is the list before, or, where
 *              the store kept what it reported as failed, this one
 *   UNLOGGED   it is whole, and what a restart finds as long as it can be read; but that it is there
 *              is not in the log, so it would not be missed
 *   WRITTEN    it is both */
enum pn_revocation_written {
    PN_REVOCATION_UNWRITTEN,
    PN_REVOCATION_UNLOGGED,
    PN_REVOCATION_WRITTEN
};
enum pn_revocation_written pn_revocation_store_write(struct pn_revocations *r);

/* After UNWRITTEN: see to it that a restart finds the list before, by erasing what was written of this
 * one. Where the store refuses that too, nobody can say what it finds. */
void pn_revocation_store_undo(struct pn_revocations *r);

/* Read the newest list that the log still believes. r->max comes down to what an area can hold.
 * True also where there was never one. */
bool pn_revocation_store_read(struct pn_revocations *r);

#endif
