/* answer.h - the answer machine: the upstream's bytes become the client's answer.
 *
 * The head is written anew from an allow-list of fields. The body passes in one of three ways, in
 * constant memory and in the turn of the loop in which it arrived:
 *
 *     PASS    as it is
 *     EVENTS  a stream of events nobody looks into; only whole events go on, so that a stream that
 *             breaks can end in an error event that the client's library understands. An event
 *             larger than the stage goes on in parts.
 *     FILTER  MCP answers with lists, see filter_mcp.h
 *
 * An upstream's answer is framed as strictly as a client's request. What breaks before the client's
 * head was written is answered as a refusal, what breaks later as an error event where one fits, or
 * by cutting the connection, so that a cut answer never looks whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ANSWER_H
#define PN_ANSWER_H

#include "core/exchange.h"

/* ANSWER_HEAD: read the upstream's head, write the client's. True when the exchange moved on. */
bool pn_answer_head(struct pn_exchange *x);

/* ANSWER_BODY: bring bytes from the upstream's side to the client's. True when any moved. */
bool pn_answer_body(struct pn_exchange *x);

/* End an answer that cannot go on. */
void pn_answer_break(struct pn_exchange *x, enum pn_reason reason);

/* Is there room for more bytes of the upstream? */
bool pn_answer_has_room(const struct pn_exchange *x);

#endif
