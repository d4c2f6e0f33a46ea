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

/* ASK_LEG -> ASK_SEND: write the request into the outbox of the upstream's side; or refuse, when
 * something that it is to be shown is not there any more. */
void pn_leg_begin(struct pn_exchange *x);

/* ASK_SEND: true when all of it was sent; the credential is wiped from the buffer then. */
bool pn_leg_sent(struct pn_exchange *x);

/* Wipe what is left of a request head, for it holds a credential. */
void pn_leg_forget(struct pn_exchange *x);

#endif
