/* request.h - the first half of the ask machine: a client's bytes become a request worth judging.
 *
 * Each step answers true when the exchange has moved on and may be stepped again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REQUEST_H
#define PN_REQUEST_H

#include "core/exchange.h"

/* ASK_HEAD: read the head; find route, policy, caller and session; refuse what needs no body. */
bool pn_request_head(struct pn_exchange *x);

/* ASK_CALLER: is it known by now who calls? Then go on as after the head. */
bool pn_request_caller(struct pn_exchange *x);

/* ASK_BODY: bring the body into the window, unframed, and scan what is there. */
bool pn_request_body(struct pn_exchange *x);

#endif
