/* issuer_key.h - the public keys of an issuer, and which of them verifies a token.
 *
 * A key is for one algorithm. What the token's header says finds a key and chooses nothing else:
 * whether the algorithm is the key's is for the caller to look at before it verifies.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ISSUER_KEY_H
#define PN_ISSUER_KEY_H

#include "core/identity/issuer_table.h"
#include "core/identity/jwks.h"
#include "core/identity/jwt.h"

/* A public key, from the table or fetched. */
struct pn_issuer_key {
    uint8_t alg; /* enum pn_jwt_alg */
    uint32_t exponent;
    struct pn_slice id, material;
};

/* The key of a record of the table's. Its texts borrow from the table. */
struct pn_issuer_key pn_issuer_key(const struct pn_issuer_table *table, const uint8_t *record);

/* Can it verify anything? That a point lies on its curve is found out where it is used. */
bool pn_issuer_key_check(const struct pn_issuer_key *key);

/* Find the key for a token among those that the policy has for `issuer`, or among the fetched ones.
 * False: there is none; or the token has no `kid`, and several keys it could be. */
bool pn_issuer_key_find(const struct pn_issuer_table *table, const uint8_t *issuer,
                        const struct pn_jwt *jwt, struct pn_issuer_key *found);
bool pn_issuer_key_find_fetched(const struct pn_jwks *set, const struct pn_jwt *jwt,
                                struct pn_issuer_key *found);

/* Is the token signed by that key? NONE, TOKEN_SIGNATURE, or TOKEN_UNVERIFIED when the library could
 * not find out. */
enum pn_reason pn_issuer_key_verify(const struct pn_issuer_key *key, const struct pn_jwt *jwt);

#endif
