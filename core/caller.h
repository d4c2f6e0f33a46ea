/* caller.h - whose request an exchange is, by the policy that it has pinned.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_CALLER_H
#define PN_CALLER_H

#include "core/exchange.h"

/* Find the caller of the request whose head was read: see pn_identify(). Where it answers no and
 * `principal.awaited` is set, somebody is being asked: come back with pn_caller_asked() once an errand
 * has ended, which answers likewise. */
enum pn_reason pn_caller_find(struct pn_exchange *x);
enum pn_reason pn_caller_asked(struct pn_exchange *x);

/* Where nobody needs to be known: may the request be served to anybody? See pn_identify_nobody(). */
enum pn_reason pn_caller_nobody(struct pn_exchange *x);

/* Find who has the API key `key`, of the public name `name` where that is not empty. NONE, or
 * KEY_UNKNOWN, which is counted against the client's address, or TOKEN_RATE, or what is wrong with the
 * connection's certificate. */
enum pn_reason pn_caller_by_key(struct pn_exchange *x, struct pn_slice name, struct pn_slice key);

/* Find who is named by the token of an issuer that is to be exchanged, `token` in the window, for one for
 * the route `asked.path`: see pn_identify_token(). TOKEN_KEYS_ABSENT also where its key is being
 * asked for. */
enum pn_reason pn_caller_by_token(struct pn_exchange *x, struct pn_slice token);

/* What time it is, for tokens. */
struct pn_token_time pn_caller_time(const struct pn_exchange *x);

/* Find the same caller by the policy that is pinned now; false when it is not known there. */
bool pn_caller_find_again(struct pn_exchange *x);

#endif
