/* token_endpoint.h - POST /oauth/token: an API key, or an issuer's JWT, becomes a token for one route (RFC
 * 6749, 3.2).
 *
 * It stands in the line of every request: the form is read where a call would be judged, the issue
 * of a token is a decision with a record, and the token is signed and answered only once the record
 * is accepted. A key that is not known counts as a signature that does not verify: an address that
 * sends too many waits. The key is wiped as soon as it was looked up; of what was refused before, the
 * form and the head are when the exchange ends.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOKEN_ENDPOINT_H
#define PN_TOKEN_ENDPOINT_H

#include "core/exchange.h"

/* Judge the form in the window; the exchange's call, principal and `asked` say what for the record.
 *
 *   PN_REASON_NONE             a token is to be issued
 *   those of pn_token_request_read(), and
 *   PN_REASON_TOKEN_RATE       too many from that address were bad
 *   PN_REASON_SUBJECT_UNKNOWN  the key to be exchanged is not known here, or is a token of ours
 *   PN_REASON_TOKEN_...        the issuer's token to be exchanged is not believed here, or its claims are too
 *                              long for another token
 *   PN_REASON_CLIENT_UNKNOWN   the client's name and key are not
 *   PN_REASON_RESOURCE_INVALID there is no such route for that key or token
 *   PN_REASON_SCOPE_INVALID    more than that has would be asked for
 *   PN_REASON_TOKEN_TIME_UNKNOWN */
enum pn_reason pn_token_judge(struct pn_exchange *x);

/* Sign and answer; or refuse with PN_REASON_TOKEN_UNSIGNED. */
void pn_token_answer(struct pn_exchange *x);

/* What the record says of the token, at most PN_TOKEN_FACTS of them. Returns how many. */
enum { PN_TOKEN_FACTS = 5 };
size_t pn_token_facts(const struct pn_exchange *x, struct pn_audit_fact *facts);

#endif
