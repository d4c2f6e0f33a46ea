/* issuer_match.h - whose token it is, and whether it may be believed here.
 *
 * pn_issuer_check() is everything that is cheaper than a signature, so that what a stranger can
 * make the gateway compute is bounded by what a stranger can know. Nothing that the token says
 * chooses how it is verified: its issuer and key id find a key, and then the algorithm must be the
 * key's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ISSUER_MATCH_H
#define PN_ISSUER_MATCH_H

#include "core/identity/issuer_key.h"

struct pn_issuer_desk;

/* Whose token it is: the issuer's record, and the key by which to verify it. */
struct pn_issuer_match {
    const uint8_t *issuer;
    struct pn_issuer_key key;
    bool awaited; /* the keys are being asked for: come again once an errand has ended */
    bool fetched; /* the key's bytes are the desk's, and live only for the call */
};

/* Where a token is shown. An audience that is `url` and the path of a route ("/mcp/payments", "/v1")
 * counts at that route alone; any other audience of the issuer counts everywhere. */
struct pn_token_place {
    struct pn_slice url;  /* what clients call the gateway; empty: whatever the audience says */
    struct pn_slice path; /* of the route that is asked for */
};

/* The record of a token's issuer, or NULL. */
const uint8_t *pn_issuer_of(const struct pn_issuer_table *table, const struct pn_jwt *jwt);

/* Everything but the signature. `desk` has the keys that were fetched; NULL: none were.
 *
 *   PN_REASON_NONE               `*match` says by which key to verify it
 *   PN_REASON_TOKEN_ISSUER       nobody here is called as `iss` says, and `sub` is nobody of a trust
 *                                domain of SPIFFE that is known here
 *   PN_REASON_TOKEN_TYPE         `typ` is not what this issuer's tokens have
 *   PN_REASON_TOKEN_KEY          it has no such key (yet, where `match->awaited`); or no `kid`, and
 *                                several keys it could be
 *   PN_REASON_TOKEN_KEYS_ABSENT  its issuer's keys are not known (yet, where `match->awaited`)
 *   PN_REASON_TOKEN_ALGORITHM    the key is for another algorithm
 *   PN_REASON_TOKEN_AUDIENCE     none of `aud` is an audience of the issuer's, or only one for
 *                                another route than `here`
 *   PN_REASON_TOKEN_BOUND        it is for the holder of a key alone (`cnf`: RFC 8705, RFC 9449), of
 *                                which this gateway asks for no proof
 *   PN_REASON_TOKEN_CLAIMS       no `exp`; actors that actors.h does not take; of a trust domain `sub`
 *                                is no identifier of a workload
 *   PN_REASON_TOKEN_EXPIRED      at or past `exp`, and the skew
 *   PN_REASON_TOKEN_NOT_YET      before `nbf` or `iat`
 *   PN_REASON_TOKEN_TIME_UNKNOWN not known to be expired, but the time is not known */
enum pn_reason pn_issuer_check(const struct pn_issuer_table *table, struct pn_issuer_desk *desk,
                               const struct pn_jwt *jwt, const struct pn_token_time *time,
                               const struct pn_token_place *here, struct pn_issuer_match *match);

/* Is the token signed by the key of `match`? See pn_issuer_key_verify(). */
static inline enum pn_reason pn_issuer_verify(const struct pn_issuer_match *match,
                                              const struct pn_jwt *jwt)
{
    return pn_issuer_key_verify(&match->key, jwt);
}

/* The claims that pn_issuer_asked() answered with; whether it said that the token is active is not
 * looked at.
 *
 *   PN_REASON_NONE           `*match` is filled; `exp` is, where it was not stated
 *   PN_REASON_TOKEN_ISSUER   nobody is asked here, or `iss` is another
 *   others                   as for pn_issuer_check(): AUDIENCE, BOUND, CLAIMS, EXPIRED,
 *                            NOT_YET, TIME_UNKNOWN */
enum pn_reason pn_issuer_check_asked(const struct pn_issuer_table *table, struct pn_jwt *jwt,
                                     const struct pn_token_time *time,
                                     const struct pn_token_place *here,
                                     struct pn_issuer_match *match);

/* Is the issuer a trust domain of SPIFFE? Then `sub` of a token that was checked is the identifier,
 * without escapes, and there is no other name. */
static inline bool pn_issuer_is_spiffe(const struct pn_issuer_match *match)
{
    return match->issuer[PN_ISSUER_KIND] == PN_ISSUER_SPIFFE;
}

/* The issuer's name. */
struct pn_slice pn_issuer_iss(const struct pn_issuer_table *table,
                              const struct pn_issuer_match *match);

#endif
