/* sub_token.h - a token that stands for an API key, or for a token of an issuer, and can only do less
 * (RFC 9068, RFC 7519).
 *
 * Whoever holds a key of the policy can have tokens made from it for its agents: each for one route,
 * for a short time, and narrowed as wanted. The gateway signs them with a key of its own, which is
 * in no policy; so neither a bundle nor a sealed policy suffices to make one. A token names its
 * parent and holds none of its rights: on each use the parent's record of that moment is looked up,
 * its roles and attributes apply, and where it is gone or has expired the token is worth nothing.
 * A token of the gateway makes no further tokens.
 *
 * Where the parent's record says no agent or task, a token may say one; where it says one, a token
 * says the same or nothing. Lists of servers, tools and models are tested beside the attachments of
 * the parent, of which a token's agent has no more than the parent itself.
 *
 * Claims: iss, aud (the route's URL: iss and a path), sub, client_id (the parent's public name), jti
 * (the id of the decision to issue it), iat, exp, parent, agent, task, servers, tools, models.
 * `parent` is the SHA-256 of the parent's key, masked under the device's secret and jti: it finds
 * that one key again, also where another has got its name since, and tells a reader nothing.
 *
 * One that was made from the token of an issuer says instead, in `parent_token`, what that one was: its
 * claims whole, and the header's kid, alg and typ. On each use all that is asked of a token is asked of
 * them once more but for the signature, which was good when it was made: the issuer is still known and
 * still has a key of that name, the audience is one for this route, it has not ended. Names, roles and
 * what rules read of claims come from them, by the policy of that moment. `sub` is the issuer's,
 * `client_id` the agent or user, and it ends with its parent at the latest.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SUB_TOKEN_H
#define PN_SUB_TOKEN_H

#include "core/base/writer.h"
#include "core/identity/caller_text.h"
#include "core/identity/jwt.h"
#include "core/identity/key_table.h"
#include "core/identity/token_key.h"

enum {
    PN_SUB_TOKEN_S = 900,           /* how long a token holds where nothing is asked */
    PN_SUB_TOKEN_S_MAX = 86400,     /* and at most */
    PN_SUB_TOKEN_BYTES = 6656,      /* of its text, at most */
    PN_SUB_TOKEN_ROOM = 11264,      /* that a writer needs to have left for one, with its claims */
    PN_SUB_TOKEN_FROM_BYTES = 2560, /* of the claims of a token that it is made from, at most */
};

/* Whose tokens they are. */
struct pn_token_maker {
    const struct pn_token_key *key;
    const uint8_t *device_key; /* 32 bytes */
    struct pn_slice url;       /* what iss says; empty: what is signed is believed */
    struct pn_slice path;      /* of the route that is asked for: "/mcp/payments", "/v1" */
};

/* To what. */
struct pn_narrowed {
    struct pn_value servers, tools, models; /* lists of names; PN_ABSENT: not narrowed */
    struct pn_slice agent; /* the parent's own, or empty: what is attached is attached to that */
};

/* Is the token one of ours, whatever it is worth? It names our key. */
bool pn_sub_token_is(const struct pn_token_key *key, const struct pn_jwt *jwt);

/* Everything but the signature: NONE, or TOKEN_TYPE, TOKEN_ALGORITHM, TOKEN_CLAIMS, TOKEN_ISSUER,
 * TOKEN_AUDIENCE (it is for another route), TOKEN_EXPIRED, TOKEN_NOT_YET, TOKEN_TIME_UNKNOWN. */
enum pn_reason pn_sub_token_check(const struct pn_token_maker *maker, const struct pn_jwt *jwt,
                                  const struct pn_token_time *time);

/* NONE, TOKEN_SIGNATURE, or TOKEN_UNVERIFIED when the library could not find out. */
enum pn_reason pn_sub_token_verify(const struct pn_token_key *key, const struct pn_jwt *jwt);

/* The caller that a verified token stands for: the parent's record with the token's agent and task.
 * `text` and the token's bytes stay lent to `who` and `narrowed`.
 *
 *   PN_REASON_NONE           both are filled
 *   PN_REASON_TOKEN_PARENT   the key that it was made from is not known any more, or has expired
 *   PN_REASON_TOKEN_WIDER    it says another agent or task than the parent's record does now
 *   PN_REASON_TOKEN_CLAIMS   a claim is not as this gateway writes it */
enum pn_reason pn_sub_token_name(const struct pn_token_maker *maker, const struct pn_jwt *jwt,
                                 const struct pn_key_table *keys, const struct pn_token_time *time,
                                 struct pn_caller_text *text, struct pn_key *who,
                                 struct pn_narrowed *narrowed);

/* Was it made from the token of an issuer? */
bool pn_sub_token_is_of_token(const struct pn_jwt *jwt);

/* That token, but for its signature; it borrows from `jwt`. `keys` is used meanwhile. False: a claim is
 * not as this gateway writes it. */
bool pn_sub_token_parent(const struct pn_jwt *jwt, struct pn_json_keys *keys,
                         struct pn_jwt *parent);

/* Have `who`, whom such a parent names, be whom the token stands for: NONE, TOKEN_WIDER or
 * TOKEN_CLAIMS, as above. Names go behind what is in `text`. */
enum pn_reason pn_sub_token_narrow(const struct pn_jwt *jwt, struct pn_caller_text *text,
                                   struct pn_key *who, struct pn_narrowed *narrowed);

/* Can a token be made from one with those claims: are they short enough, and not too deep? */
bool pn_sub_token_fits(const struct pn_value *claims, struct pn_json_keys *keys);

/* Does the list hold that name? One that is absent holds all. */
bool pn_narrowed_has(const struct pn_value *list, struct pn_slice name);

/* What a new token is to say. Texts that are empty are left out; lists are names with single spaces
 * between them. */
struct pn_sub_token {
    const struct pn_key *parent;
    const uint8_t *parent_hash; /* 32 bytes: SHA-256 of its key */
    const struct pn_jwt *from;  /* the issuer's token that named the parent; NULL: its key did */
    struct pn_slice id;         /* jti, never used twice by this device */
    struct pn_slice url;        /* iss; aud is this and the maker's path */
    struct pn_slice agent, task, servers, tools, models;
    int64_t now_s;
    uint32_t holds_s;
};

/* The agent or task that the parent's record may become for a token: its own, or `wanted` where it
 * has none. False: it has another one. */
bool pn_sub_token_may_say(struct pn_slice own, struct pn_slice wanted);

/* Append the token to a writer with PN_SUB_TOKEN_ROOM left, behind which the claims are written
 * meanwhile. False: there is less, the claims are too long, or it could not be signed; nothing was
 * appended. */
bool pn_sub_token_write(struct pn_writer *w, const struct pn_token_maker *maker,
                        const struct pn_sub_token *token);

#endif
