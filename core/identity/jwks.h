/* jwks.h - the public keys that an issuer publishes, as a device fetches them (RFC 7517, 5).
 *
 * The document comes from outside and is read strictly: JSON that two readers cannot understand
 * differently, a list `keys`, and no two keys that can be used here with one name, of which nobody
 * could say which is meant. Of such a document nothing is taken. Single keys that are of no use here
 * (for encryption, of other kinds, too weak, with names too long) are passed over, as RFC 7517 wants,
 * and members that belong to private keys are not looked at.
 *
 * The bundle of a SPIFFE trust domain is such a document too (SPIFFE Trust Domain and Bundle, 4). There each
 * key says what it is for: one whose `use` is `jwt-svid` verifies tokens, all others are passed over, those
 * without `use` and roots for certificates (`x509-svid`) among them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JWKS_H
#define PN_JWKS_H

#include "core/identity/jwk.h"
#include "core/json/json_keys.h"

enum {
    PN_JWKS_KEYS_MAX = 16, /* of one issuer; 648 bytes each. Further ones are passed over */
    PN_KID_BYTES_MAX = 120,
};

struct pn_jwks_key {
    struct pn_jwk jwk;
    uint8_t id_len; /* 0: it has no name */
    uint8_t id[PN_KID_BYTES_MAX];
};

struct pn_jwks {
    uint32_t count;
    bool of_domain;     /* it is the bundle of a trust domain, of which these are read: */
    uint32_t refresh_s; /* `spiffe_refresh_hint`; 0: it has none */
    uint64_t sequence;  /* `spiffe_sequence`; 0: it has none, or 0 */
    struct pn_jwks_key keys[PN_JWKS_KEYS_MAX];
};

/* Read a document. `keys` is used meanwhile; `allowed` as in pn_jwk_read().
 *
 *   true   `*set` has those that can be used, which may be none
 *   false  not such a document; `*set` is undefined */
bool pn_jwks_read(struct pn_slice text, uint8_t allowed, struct pn_json_keys *keys,
                  struct pn_jwks *set);

/* The same of the bundle of a trust domain. False also where its sequence or its hint is no whole number
 * from 0 on. */
bool pn_jwks_read_domain(struct pn_slice text, uint8_t allowed, struct pn_json_keys *keys,
                         struct pn_jwks *set);

static inline struct pn_slice pn_jwks_id(const struct pn_jwks_key *key)
{
    return pn_slice(key->id, key->id_len);
}

/* Is each key of `before` in `set` too, with its name? */
bool pn_jwks_holds(const struct pn_jwks *set, const struct pn_jwks *before);

#endif
