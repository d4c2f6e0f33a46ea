/* token_key.h - the key with which this gateway signs tokens of its own (ES256).
 *
 * Each device makes one and keeps it; the public half is published, so that whoever gets a token of
 * the gateway's can tell that it is. The key's id is its thumbprint (RFC 7638): another key has
 * another id, and nobody needs to invent one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOKEN_KEY_H
#define PN_TOKEN_KEY_H

#include "core/base/writer.h"
#include "port/port_crypto.h"

enum { PN_TOKEN_KID_BYTES = 43 };

/* All-zero: there is none. */
struct pn_token_key {
    uint8_t private_key[PORT_ES256_PRIVATE_BYTES];
    uint8_t public_key[PORT_ES256_PUBLIC_BYTES];
    uint8_t kid[PN_TOKEN_KID_BYTES]; /* base64url */
    bool there;
};

/* Make `*key` of its private half. False: it is no scalar of the curve, or the library failed, and
 * there is no key then. */
bool pn_token_key_of(struct pn_token_key *key, const uint8_t private_key[PORT_ES256_PRIVATE_BYTES]);

/* Append the public half as a JWK (RFC 7517), with its id and what it is for. `key` is there. */
void pn_token_key_write_jwk(struct pn_writer *w, const struct pn_token_key *key);

#endif
