/* leg_identity.h - what an upstream is shown: by whose right the gateway asks, and who is calling.
 *
 *     a credential    a secret of the device, the same for all calls      [upstream.credential]
 *     a token         of an authorization server, for the gateway or
 *                     exchanged for the caller                            [core/pass_desk.h]
 *     an assertion    who is calling, signed by the gateway               [identity/assertion.h]
 *
 * An upstream may want one of the first two, and the third beside it or alone. Nothing that a caller
 * sent is among them. All are written into the request head and nowhere else; what cannot be had
 * refuses the call before a connection is wanted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LEG_IDENTITY_H
#define PN_LEG_IDENTITY_H

#include "core/exchange.h"

/* Upstream number `index` is aimed at: keep in the exchange what is to be said of the caller, its
 * texts in `w`. While the policy is pinned. */
void pn_leg_identity_aim(struct pn_exchange *x, uint16_t index, struct pn_writer *w);

/* ASK_RECORD -> ASK_TOKEN, or refused: begin to get all of it. While the policy is pinned. */
void pn_leg_identity_begin(struct pn_exchange *x);

/* ASK_TOKEN: true when all of it is there, and the exchange has moved on, or it was refused. */
bool pn_leg_identity_step(struct pn_exchange *x);

/* What ASK_TOKEN wants. */
uint32_t pn_leg_identity_wants(const struct pn_exchange *x);

/* Write the fields into a request head. NONE, or why one is not there any more. */
enum pn_reason pn_leg_identity_write(struct pn_exchange *x, struct pn_writer *w);

/* Refuse for that, naming what is missing. */
void pn_leg_identity_refuse(struct pn_exchange *x, enum pn_reason reason);

/* The upstream has answered with 401: it does not take the token. */
void pn_leg_identity_spurned(struct pn_exchange *x);

/* Let go of the token, if one is held. */
void pn_leg_identity_let_go(struct pn_exchange *x);

#endif
