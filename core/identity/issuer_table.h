/* issuer_table.h - who issues tokens that are believed here, and how their claims become a caller.
 *
 * A token is believed because a key says so that the signed policy pins to one issuer and one
 * algorithm. Nothing that the token says chooses how it is verified: its issuer and key id find a
 * key, and then the algorithm must be the key's.
 *
 * pn_issuer_check() is everything that is cheaper than a signature, so that what a stranger can
 * make the gateway compute is bounded by what a stranger can know. The sections stay where the blob
 * lies and are checked once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ISSUER_TABLE_H
#define PN_ISSUER_TABLE_H

#include "core/base/writer.h"
#include "core/identity/identity_format.h"
#include "core/identity/jwt.h"
#include "core/identity/key_table.h"

/* The sections as they lie in the body; one that the body lacks is empty. */
struct pn_issuer_table {
    struct pn_slice strings; /* PN_SECTION_STRINGS */
    struct pn_slice issuers; /* PN_SECTION_ISSUERS */
    struct pn_slice texts;   /* PN_SECTION_ISSUER_TEXTS */
    struct pn_slice keys;    /* PN_SECTION_ISSUER_KEYS */
    struct pn_slice roles;   /* PN_SECTION_ISSUER_ROLES */
};

/* A public key, from the table or fetched. */
struct pn_issuer_key {
    uint8_t alg; /* enum pn_jwt_alg */
    uint32_t exponent;
    struct pn_slice id, material;
};

/* Whose token it is: the issuer's record, and the key by which to verify it. */
struct pn_issuer_match {
    const uint8_t *issuer;
    struct pn_issuer_key key;
    bool awaited; /* the keys are being asked for: come again once an errand has ended */
    bool fetched; /* the key's bytes are the desk's, and live only for the call */
};

struct pn_issuer_desk;

/* Texts that a caller's names are made of: escapes removed, roles joined. */
enum { PN_CALLER_TEXT_BYTES = 1024, PN_CALLER_NAME_BYTES = 256, PN_ACTORS_MAX = 4 };
struct pn_caller_text {
    uint8_t at[PN_CALLER_TEXT_BYTES];
    struct pn_writer writer; /* into `at` */
    struct pn_slice roles;   /* their names, as a JSON list */
};

/* Where a token is shown. An audience that is `url` and the path of a route ("/mcp/payments", "/v1")
 * counts at that route alone; any other audience of the issuer counts everywhere. */
struct pn_token_place {
    struct pn_slice url;  /* what clients call the gateway; empty: whatever the audience says */
    struct pn_slice path; /* of the route that is asked for */
};

/* Check all records for a policy with `role_count` roles. False: the policy must not become
 * active. */
bool pn_issuer_table_check(const struct pn_issuer_table *table, size_t role_count);

static inline size_t pn_issuer_count(const struct pn_issuer_table *table)
{
    return table->issuers.len / PN_ISSUER_BYTES;
}

/* The record of an issuer, below the count. */
static inline const uint8_t *pn_issuer_at(const struct pn_issuer_table *table, size_t index)
{
    return table->issuers.at + index * PN_ISSUER_BYTES;
}

/* The record of the one that is asked about tokens, or NULL. */
const uint8_t *pn_issuer_asked(const struct pn_issuer_table *table);

/* The claims that it answered with, but whether it said that the token is active.
 *
 *   PN_REASON_NONE           `*match` is filled; `exp` is, where it was not stated
 *   PN_REASON_TOKEN_ISSUER   nobody is asked here, or `iss` is another
 *   others                   as for pn_issuer_check(): AUDIENCE, BOUND, CLAIMS, EXPIRED, NOT_YET, TIME_UNKNOWN */
enum pn_reason pn_issuer_check_asked(const struct pn_issuer_table *table, struct pn_jwt *jwt,
                                     const struct pn_token_time *time,
                                     const struct pn_token_place *here,
                                     struct pn_issuer_match *match);

/* A text of a record. */
struct pn_slice pn_issuer_text(const struct pn_issuer_table *table, const uint8_t *at);

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
 *   PN_REASON_TOKEN_CLAIMS       no `exp`; actors nested too deep or without a name; of a trust domain
 *                                `sub` is no identifier of a workload
 *   PN_REASON_TOKEN_EXPIRED      at or past `exp`, and the skew
 *   PN_REASON_TOKEN_NOT_YET      before `nbf` or `iat`
 *   PN_REASON_TOKEN_TIME_UNKNOWN not known to be expired, but the time is not known */
enum pn_reason pn_issuer_check(const struct pn_issuer_table *table, struct pn_issuer_desk *desk,
                               const struct pn_jwt *jwt, const struct pn_token_time *time,
                               const struct pn_token_place *here, struct pn_issuer_match *match);

/* Is the token signed by the key of `match`? NONE, TOKEN_SIGNATURE, or TOKEN_UNVERIFIED when the
 * library could not find out. */
enum pn_reason pn_issuer_verify(const struct pn_issuer_match *match, const struct pn_jwt *jwt);

/* Is the issuer a trust domain of SPIFFE? Then `sub` of a token that was checked is the identifier,
 * without escapes, and there is no other name. */
static inline bool pn_issuer_is_spiffe(const struct pn_issuer_match *match)
{
    return match->issuer[PN_ISSUER_KIND] == PN_ISSUER_SPIFFE;
}

/* The caller that the claims of a verified token name: `who` gets user, agent, team, task and roles
 * and the key's id. A token whose user is its agent speaks for an agent alone. `text` stays lent to
 * `who`. NONE, or TOKEN_CLAIMS: nobody is named, a name is no text of 1 to PN_CALLER_NAME_BYTES, or
 * all of them are too long together. */
enum pn_reason pn_issuer_name(const struct pn_issuer_table *table,
                              const struct pn_issuer_match *match, const struct pn_jwt *jwt,
                              struct pn_caller_text *text, struct pn_key *who);

/* The name of the issuer at an index below the count, empty of a trust domain, whose tokens nobody
 * can ask for there; and the words of scopes that give a role, of all issuers, some twice; false
 * beyond the last. */
struct pn_slice pn_issuer_name_at(const struct pn_issuer_table *table, size_t index);
bool pn_issuer_scope_at(const struct pn_issuer_table *table, size_t index, struct pn_slice *word);

/* A word of a scope and the role that it gives. */
struct pn_issuer_scope {
    struct pn_slice word, role;
};

/* The record of a token's issuer, or NULL. */
const uint8_t *pn_issuer_of(const struct pn_issuer_table *table, const struct pn_jwt *jwt);

/* Its word at an index; false beyond the last. */
bool pn_issuer_scope_of(const struct pn_issuer_table *table, const uint8_t *issuer, size_t index,
                        struct pn_issuer_scope *scope);

/* The issuer's name. */
struct pn_slice pn_issuer_iss(const struct pn_issuer_table *table,
                              const struct pn_issuer_match *match);

#endif
