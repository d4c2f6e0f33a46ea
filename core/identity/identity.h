/* identity.h - who is calling.
 *
 * A caller proves itself with an API key in `Authorization: Bearer` (RFC 6750, 2.1) or `x-api-key`,
 * or with the certificate of its connection.
 * The gateway holds no key, only SHA-256 digests of keys, in the signed policy; what it finds there
 * is the principal: user, agent, team, task, roles. A request with two credentials is refused, since
 * two readers could pick different ones. What was sent lies in the request's head, which is wiped when
 * the exchange ends.
 *
 * A bearer that looks like a JWT is judged by the issuers of the policy, where it has any, and its
 * claims say who the principal is. What the token said stays with the exchange, so that the caller
 * can be judged again by a newer policy; the token as it was sent does not. One that names the
 * gateway's own key is a sub-token: see sub_token.h.
 *
 * Whoever sends a credential is called as that says; a certificate beside it only adds its SPIFFE
 * identifier. It is never left out of account: one that may not be believed, or that contradicts the
 * identifier of a token (JWT-SVID), refuses the request.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_IDENTITY_H
#define PN_IDENTITY_H

#include "core/base/step.h"
#include "core/http/h1_head.h"
#include "core/identity/caller_text.h"
#include "core/identity/peer_cert.h"
#include "core/identity/sub_token.h"
#include "core/identity/token_desk.h"
#include "policy/policy.h"

enum pn_proof {
    PN_PROOF_NONE,
    PN_PROOF_KEY,
    PN_PROOF_JWT,
    PN_PROOF_SUB_TOKEN,
    PN_PROOF_MTLS,
    PN_PROOF_INTROSPECTION,
};

enum { PN_TOKEN_ID_BYTES = 256 }; /* of a jti, at most */

/* What a caller is recorded as, and may be shut out by, each without escapes and empty where there is
 * none: `key.user`, `key.agent`, `key.team`, `key.task`, and
 *
 *   key.key_id  the public name of the API key; of a sub-token that of what it was made from; of a
 *               certificate or an SVID that of the policy's entry; of other tokens the `kid` of
 *               the issuer's key, empty where the issuer was asked
 *   token_id    `jti` of the token, or in what its issuer says of it; at most PN_TOKEN_ID_BYTES
 *   spiffe_id   of the certificate, whatever the caller was proven by, or of the token (JWT-SVID)
 *   issuer      who gave the names: of a token, and of one made from it, its issuer as the policy writes
 *               it; with a SPIFFE identifier that named the caller its trust domain,
 *               "spiffe://example.org"; empty: the policy itself, as of API keys, what is made from them, and
 *               other certificates */
struct pn_principal {
    struct pn_slice id; /* the agent where one is named, else the user */
    struct pn_key
        key; /* what the record or the token says; borrows from the pinned policy's tables,
                           from `text` and from the bytes where the token was */
    struct pn_slice spiffe_id; /* empty: none; borrows from the certificate or those bytes */
    struct pn_slice token_id;  /* borrows from `text` or those bytes */
    struct pn_slice issuer;    /* borrows from the policy or as spiffe_id does */
    uint8_t
        digest[32]; /* SHA-256 of the API key, which finds it again in a newer policy; of a token
                           the same of its issuer, user and agent, whichever token it is; of an
                           SVID, and of a certificate, the same of its name, user and agent */
    uint8_t proof;  /* enum pn_proof */
    bool known;
    bool verified;          /* a token's signature was computed for this request */
    bool awaited;           /* not known, but may be once an errand has ended */
    struct pn_slice opaque; /* a token that its issuer is asked about; in the head */
    struct pn_jwt jwt;
    struct pn_jwt
        parent; /* what a sub-token was made from, where that was a token; else all-zero */
    struct pn_caller_text text;
    struct pn_narrowed narrowed; /* by a sub-token; else to nothing */
};

/* The token whose claims say who the caller is: its own, or the one that a sub-token was made from. */
static inline const struct pn_jwt *pn_principal_stated(const struct pn_principal *who)
{
    return who->parent.claims.type == PN_MAP ? &who->parent : &who->jwt;
}

/* What callers are found by. */
struct pn_identify {
    const struct pn_key_table *keys;
    const struct pn_issuer_table *issuers;
    struct pn_issuer_desk *issuer_desk; /* keys that were fetched; NULL: none */
    struct pn_asked_desk *asked_desk;   /* what was asked about tokens; NULL: nothing */
    const uint8_t *followed;     /* 32 bytes: identity of the policy by which these two ask */
    uint8_t *claims;             /* PN_ASKED_BYTES, where what was answered is kept for `who` */
    const uint8_t *policy;       /* 32 bytes: its identity */
    struct pn_token_maker maker; /* of sub-tokens; its key NULL: there are none here. Of
                                    all tokens: where they are shown */
    struct pn_token_desk *desk;
    struct pn_json_keys *json_keys; /* used meanwhile */
    struct pn_token_time time;
    uint8_t source[16]; /* the client's address */
    const struct pn_peer_cert *cert;
};

/* Find the caller of `head`, whose bytes begin at `bytes` and are overwritten where a token lies.
 *
 *   PN_REASON_NONE           `*who` is filled
 *   PN_REASON_KEY_MISSING    no credential, or not of the forms above
 *   PN_REASON_KEY_REPEATED   two different fields hold one
 *   PN_REASON_KEY_UNKNOWN    not in the table, or expired; its issuer is not asked about a key of ours
 *   PN_REASON_TOKEN_IN_QUERY the query has an access_token (RFC 6750, 2.3; MCP, authorization)
 *   PN_REASON_TOKEN_RATE     its signature was not looked at: too many from that address were bad
 *   PN_REASON_TOKEN_INACTIVE its issuer says that it is of no use
 *   PN_REASON_TOKEN_UNASKED  its issuer was not asked yet (where `who->awaited`), or did not answer
 *   others that begin so     see pn_jwt_read(), pn_issuer_check(), pn_issuer_verify(), and of
 *                            sub-tokens pn_sub_token_check(), _verify(), _name()
 *   PN_REASON_CERTIFICATE_UNKNOWN     no entry of the policy is for the certificate or the SVID, or one
 *                                     without user and agent for a name that is too long for these
 *   PN_REASON_CERTIFICATE_CONTRADICTS the certificate has another SPIFFE identifier than the token
 *   others that begin so     see pn_peer_cert_read() */
enum pn_reason pn_identify(const struct pn_h1_head *head, uint8_t *bytes,
                           const struct pn_identify *by, struct pn_principal *who);

/* The same once an errand has ended, where `who->awaited` was set. */
enum pn_reason pn_identify_asked(struct pn_principal *who, const struct pn_identify *by);

/* What refuses a request before anybody asks whose it is: NONE, TOKEN_IN_QUERY, or what
 * pn_peer_cert_read() says, which gives `who` the certificate's identifier. */
enum pn_reason pn_identify_nobody(const struct pn_h1_head *head, const struct pn_identify *by,
                                  struct pn_principal *who);

/* Find who has the API key `key`. NONE, or KEY_UNKNOWN. */
enum pn_reason pn_identify_key(struct pn_slice key, const struct pn_identify *by,
                               struct pn_principal *who);

/* Find whom the token of an issuer names that is exchanged for one of ours, at `by->maker.path`; its `len`
 * bytes at `token` are overwritten and stay lent to `*who`. As for a bearer, and
 * PN_REASON_SUBJECT_UNKNOWN: it is one of ours already. */
enum pn_reason pn_identify_token(uint8_t *token, size_t len, const struct pn_identify *by,
                                 struct pn_principal *who);

/* Find the same caller by the tables of another policy: false when the key is no longer there, or
 * the token would not be believed. */
bool pn_identify_again(struct pn_principal *who, const struct pn_identify *by);

/* "api_key", "jwt", "sub_token", "mtls", "introspection", or empty. */
struct pn_slice pn_proof_name(enum pn_proof proof);

/* State the principal's facts: id, user, agent, team, task, key_id, spiffe_id, proof, roles and the
 * attributes of its key record. Slices borrow from the key table. */
void pn_principal_facts(const struct pn_principal *who, const struct pn_key_table *keys,
                        const struct pn_policy *policy, struct pn_facts *facts);

/* State what the rules read of a token's claims: P.attr.claims and request.auxData.jwt. Of other
 * callers nothing. `json_keys` is used meanwhile. False when a claim that a rule reads is there in
 * other letter case, which two readers understand differently: nothing may be decided. */
bool pn_principal_claims(const struct pn_principal *who, const struct pn_policy *policy,
                         struct pn_json_keys *json_keys, struct pn_facts *facts);

#endif
