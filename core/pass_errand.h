/* pass_errand.h - ask authorization servers for the tokens that pass_desk.h wants.
 *
 * One POST each (RFC 6749, 4.4; RFC 8693, 2.1), with the client's secret as Basic and nowhere else.
 * The subject of an exchange is an assertion of the gateway's own that names the caller: what the
 * caller sent is never passed on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_PASS_ERRAND_H
#define PN_PASS_ERRAND_H

#include "core/gateway.h"

/* Ask for one that is wanted; only while pn_errand_room(). False: none is. */
bool pn_passes_next(struct pn_gateway *g);

/* One of these errands has ended. */
void pn_passes_ended(struct pn_gateway *g, struct pn_errand *e);

#endif
