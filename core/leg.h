/* leg.h - one request to one upstream.
 *
 * The head is written anew from parsed fields: an allow-list of the client's fields, the upstream's
 * own Host, and the credential that the agent never holds. The body goes out as the bytes that were
 * judged, with at most one edit spliced in: the name that the upstream knows the model by.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LEG_H
#define PN_LEG_H

#include "core/exchange.h"

/* Aim the leg, once the call is allowed. */
void pn_leg_for_model(struct pn_exchange *x, const struct pn_model *model);
void pn_leg_for_server(struct pn_exchange *x);

/* Does the device hold the credential that the upstream wants, if it wants one? */
bool pn_leg_has_credential(const struct pn_exchange *x);

/* Get ready what the upstream is told of the caller, if it is told anything.
 *
 *   PN_DONE     it is there
 *   PN_WAIT     this turn has signed enough; ask in the next
 *   PN_REFUSED  it cannot be told, so nothing may be sent */
enum pn_step pn_leg_assert(struct pn_exchange *x);

/* Refuse for that. */
void pn_leg_refuse_assertion(struct pn_exchange *x);

/* ASK_LEG -> ASK_SEND: write the request into the outbox of the upstream's side; or refuse, when the
 * upstream cannot be told any more who is calling. */
void pn_leg_begin(struct pn_exchange *x);

/* ASK_SEND: true when all of it was sent; the credential is wiped from the buffer then. */
bool pn_leg_sent(struct pn_exchange *x);

/* Wipe what is left of a request head, for it holds a credential. */
void pn_leg_forget(struct pn_exchange *x);

#endif
