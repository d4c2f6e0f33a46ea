/* token_claims.h - the claims that a JWT states, unverified.
 *
 * Cerbos's requests carry a token, and its server verifies it. A command that only asks what a
 * policy would say has no keys: it takes the token at its word, and must never be asked by anybody
 * who enforces.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_TOKEN_CLAIMS_H
#define TOOLS_TOKEN_CLAIMS_H

#include "tools/compile/arena.h"

/* The JSON in the middle of `token` (RFC 7519, 3). False when it is not made of three parts of
 * base64url with dots between them. Claims that are no JSON are the reader's to refuse. */
bool token_claims(struct arena *arena, struct pn_slice token, struct pn_slice *claims);

#endif
