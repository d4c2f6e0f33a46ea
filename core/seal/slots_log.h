/* slots_log.h - the log of slots.h: append one record, find the newest.
 *
 * Two sectors. Records are appended to one until it is full; then the other is erased and gets the
 * next. The newest record thus never stands in the sector that is being erased, and needs no copy.
 * A record that was torn is passed over, and so is its place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_SLOTS_LOG_H
#define PN_SEAL_SLOTS_LOG_H

#include "core/seal/slots.h"

/* Find the newest record of both sectors; sets record, record_number, log_area and log_next.
 * False when the store cannot be read. */
bool pn_slots_log_read(struct pn_slots *slots);

/* Make `record` the newest, durably. False when no place in either sector took it; `slots->record`
 * then stays as it was. */
bool pn_slots_log_append(struct pn_slots *slots, const struct pn_slots_record *record);

#endif
