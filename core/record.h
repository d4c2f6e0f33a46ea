/* record.h - an exchange's two audit records.
 *
 * Room for both is reserved before anything is decided; the decision is put in before the first byte
 * goes upstream; the end closes it with the same id.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_RECORD_H
#define PN_RECORD_H

#include "core/exchange.h"

/* PN_DONE: room is reserved and x->decision_id is set. PN_WAIT: none yet. PN_REFUSED: the log cannot
 * be written, or there was no room for `body_wait_ms`. */
enum pn_step pn_record_reserve(struct pn_exchange *x);

/* Put in the decision; `reason` is why it was refused, or PN_REASON_NONE. */
void pn_record_decision(struct pn_exchange *x, enum pn_reason reason);

/* PN_DONE once the record is accepted by the writer; PN_WAIT; PN_REFUSED when the log failed. */
enum pn_step pn_record_accepted(struct pn_exchange *x);

/* Has the record waited for `body_wait_ms` to be accepted? A disk that hangs must not hold calls for
 * ever. */
bool pn_record_overdue(struct pn_exchange *x);

/* Put in the end, or give back what was reserved. */
void pn_record_end(struct pn_exchange *x);

#endif
