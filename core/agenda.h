/* agenda.h - what the gateway has to find out itself, and who is told the answer.
 *
 * The desks that know what is wanted and what an answer means touch no socket; errand.h carries
 * bytes and knows nothing of them. Here the two meet: in every turn of the loop each desk is asked
 * what it wants to know, as long as an errand is free, and when one ends its desk is told. The desks
 * take turns: however much one wants to know, the next free errand is for another that wants any.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AGENDA_H
#define PN_AGENDA_H

#include "core/gateway.h"

/* Send what is due on its way. Called in every turn. */
void pn_agenda_turn(struct pn_gateway *g);

/* `e` has ended: with an answer where its reason is NONE. It is free again when this returns. */
void pn_agenda_ended(struct pn_gateway *g, struct pn_errand *e);

#endif
