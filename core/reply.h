/* reply.h - the answers that the gateway gives by itself.
 *
 * Each ends the ask machine: the answer is written whole into the outbox, and whatever is left of
 * the request is dropped. A request body that has not been read yet decides how the connection
 * ends: shut and drained, because a client that is still sending would otherwise see a reset
 * instead of the answer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REPLY_H
#define PN_REPLY_H

#include "core/exchange.h"

/* Refuse, in the caller's dialect. Before the head of an answer has gone to the client. */
void pn_reply_refusal(struct pn_exchange *x, enum pn_reason reason);

/* Answer 200 with a JSON body that stays where it is until it is sent. */
void pn_reply_json(struct pn_exchange *x, struct pn_slice body);

/* The same with a body that nobody may keep (RFC 6749, 5.1). */
void pn_reply_secret(struct pn_exchange *x, struct pn_slice body);

/* What follows the answer on the client's connection. */
enum pn_h1_after pn_reply_after(struct pn_exchange *x);

/* The refusal as the exchange would give it now: shape, subject, decision. */
struct pn_refusal pn_reply_describe(const struct pn_exchange *x, enum pn_reason reason);

#endif
