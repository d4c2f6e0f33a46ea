/* revoked.h - an exchange whose caller is revoked does nothing more.
 *
 * Who a caller is, is kept as marks at the decision, when its names are still there: task, agent, SPIFFE
 * identifier, user, key (of a sub-token the key behind it), token (of a sub-token the token behind it
 * too), MCP session, and each actor of a token's chain (`act`), as an agent. Each of them may be revoked.
 * What was found out about a token before, or is cached of it, counts for nothing: the names are looked
 * up at every decision, and again with each turn in which something was revoked since.
 *
 * So a call that waits is refused when it is decided; one that was decided is refused as long as it has
 * no answer; and an answer under way ends, in an error event where the client's library understands
 * one. A client that does not take that within PN_REVOKED_MS is cut.
 *
 * Where the list of what is revoked could not be read, every call is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REVOKED_H
#define PN_REVOKED_H

#include "core/exchange.h"

enum { PN_REVOKED_MS = 800 };

/* The caller is known and the call is about to be decided: NONE, REVOKED, or REVOCATIONS_LOST. */
enum pn_reason pn_revoked_at_decision(struct pn_exchange *x);

/* Is one of its names revoked, as things are now? Not before its decision. */
bool pn_revoked_is(const struct pn_exchange *x);

/* The same, but only if something was revoked since this was asked last. */
bool pn_revoked_since(struct pn_exchange *x);

/* End an exchange that was decided: by a refusal, or its answer by an error event, or cut. Nothing
 * where the answer is whole. */
void pn_revoked_end(struct pn_exchange *x);

#endif
