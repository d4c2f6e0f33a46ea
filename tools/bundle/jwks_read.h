/* jwks_read.h - a JSON Web Key Set (RFC 7517), as an authorization server publishes it.
 *
 * A key of a kind that cannot verify here (encryption, other curves, other algorithms) is left out
 * with a note, as sets hold all keys of a server. A private or symmetric key is an error that does
 * not repeat it. Each key verifies one algorithm: the one it names, the one of its curve, or of a
 * list the only one that it could be.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_JWKS_READ_H
#define TOOLS_JWKS_READ_H

#include "tools/bundle/bundle.h"

/* Add the keys of `set` to the issuer; `allowed` has a bit for each enum pn_jwt_alg that its keys
 * may have, 0: all. */
void jwks_read(struct bundle *bundle, const struct yaml_node *set, uint8_t allowed,
               struct bundle_issuer *issuer);

#endif
