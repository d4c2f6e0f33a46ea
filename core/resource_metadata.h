/* resource_metadata.h - what anybody may know of this gateway before it has a token.
 *
 *   GET /.well-known/oauth-protected-resource[/mcp/<server>|/v1]  RFC 9728: who issues tokens for it
 *   GET /.well-known/oauth-authorization-server                   RFC 8414: the gateway's own endpoint
 *   GET /oauth/jwks                                               RFC 7517: its public key
 *
 * No credential is asked for and nothing is recorded, as the documents hold only what the policy
 * publishes by them: that a server of this name is here, and which issuers it believes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_RESOURCE_METADATA_H
#define PN_RESOURCE_METADATA_H

#include "core/exchange.h"

/* Answer such a request; PN_REASON_ROUTE_UNKNOWN where there is nothing to say, and nothing was
 * answered. */
enum pn_reason pn_metadata_answer(struct pn_exchange *x);

/* Append where the metadata of the request's route is: an absolute URL; nothing for other routes. */
void pn_metadata_url_write(struct pn_writer *w, const struct pn_exchange *x);

#endif
