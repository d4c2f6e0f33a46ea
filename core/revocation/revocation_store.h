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

/* Write the list as it stands and have it believed from now on; r->area and r->number follow. False:
 * the store refused, and what is found after a restart is the list before or this one. */
bool pn_revocation_store_write(struct pn_revocations *r);

/* Read the newest list that the log still believes. r->max comes down to what an area can hold.
 * True also where there was never one. */
bool pn_revocation_store_read(struct pn_revocations *r);

#endif
