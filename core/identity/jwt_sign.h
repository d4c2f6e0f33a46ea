/* jwt_sign.h - write a token of the gateway's own (RFC 7515, 7.1; RFC 7519), signed with ES256.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JWT_SIGN_H
#define PN_JWT_SIGN_H

#include "core/identity/token_key.h"

/* Bytes that a token takes at most whose claims are `claims_bytes` long and whose `typ` has at most
 * 16 bytes. */
#define PN_JWT_SIGNED_TEXT_BYTES(claims_bytes) (((claims_bytes)*4 + 2) / 3 + 256)

/* Append the token of `claims`, a JSON object, signed with `key`. `type` is what its header says as
 * `typ`, and needs no escapes. One signature: a third of a millisecond on a server.
 *
 *   true   it is written
 *   false  it did not fit, there is no key, or the library failed; nothing was appended */
bool pn_jwt_sign(struct pn_writer *w, const struct pn_token_key *key, struct pn_slice type,
                 struct pn_slice claims);

#endif
