/* missing_scope.h - which scopes would let a denied call through (RFC 6750, 3.1; MCP, authorization).
 *
 * A client that is told of a missing scope asks its user for more, so it is told only when that
 * helps: when the same call, decided once more with the roles that scopes of the token's own issuer
 * give, would be allowed. One scope that does it alone is named alone; else the fewest that remain
 * when each that is not needed is left out. What rules read of claims themselves stays as it is.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MISSING_SCOPE_H
#define PN_MISSING_SCOPE_H

#include "core/exchange.h"

enum {
    PN_MISSING_SCOPES_MAX = 32,    /* of an issuer, in its order; more are not tried */
    PN_MISSING_SCOPES_BYTES = 512, /* of their words; where they take more, none are named */
};

/* Of a call that was just denied: a bit for each scope that is missing, by its place among those of
 * the token's issuer; 0: none would help. The loop's memory for decisions is used. */
uint32_t pn_missing_scopes(struct pn_exchange *x);

/* Append their words, with spaces between them, while the policy is pinned. */
void pn_missing_scopes_write(struct pn_writer *w, const struct pn_exchange *x, uint32_t scopes);

#endif
