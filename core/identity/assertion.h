/* assertion.h - tell an upstream who is calling, in a token that the gateway signs.
 *
 * Nothing that a caller sent is ever passed on. What an upstream may learn is what the gateway found
 * out: the user (`sub`), the agent that acts for that user (`act`, RFC 8693, 4.1), and the task, for
 * one audience and a minute or so. Where no user stands behind an agent the agent is `sub`.
 *
 * Two issuers may name the same user. Where an issuer's token named the caller, `sub_id` (RFC 9493, 4.1
 * and 3.2.3, "iss_sub") says which issuer and what that one calls it: an upstream that has users of
 * several issuers goes by that. `iss` cannot say so, since it is who signs, and neither can the `iss`
 * of an actor (RFC 8693, 4.1). Names that the policy itself gives, as of a key, have none.
 *
 * A signature costs a third of a millisecond, so each event loop keeps what it has signed, in a table
 * of fixed size, and sends it again for half its lifetime to the same audience for the same caller.
 * Such a token has no `jti`, since it stands for many calls. With `per_call` there is one for each
 * call, whose `jti` is the decision's id: then upstream and audit log can be matched call by call,
 * and each costs a signature. Of these a turn of the loop makes PN_ASSERTIONS_PER_TURN at most; who
 * comes later waits for the next.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ASSERTION_H
#define PN_ASSERTION_H

#include "core/base/step.h"
#include "core/identity/key_table.h"
#include "core/identity/token_key.h"
#include "core/route/assertion_table.h"

enum {
    PN_ASSERTION_NAMES_BYTES = 896,   /* of the claims that name a caller */
    PN_ASSERTION_CALLER_BYTES = 1408, /* of these, and of what its issuer calls it */
    PN_ASSERTION_CLAIMS_BYTES = 2048,
    PN_ASSERTION_TOKEN_BYTES = 2992,
    PN_ASSERTIONS_PER_TURN = 4,
    PN_ASSERTION_WAYS = 4,
};

/* One that was signed. */
struct pn_assertion_kept {
    uint8_t digest[32]; /* of what it says, but for the time */
    int64_t begin_s;    /* its iat */
    int64_t until_s;    /* sent until then; 0: the place is free */
    uint32_t len;
    uint8_t token[PN_ASSERTION_TOKEN_BYTES];
};

struct pn_assertion_desk {
    struct pn_assertion_kept *kept;
    uint32_t kept_max;
    uint32_t signed_count; /* in the turn that began at `turn_us` */
    uint64_t turn_us;
    const struct pn_token_key *key;
};

/* What one assertion is to say. */
struct pn_assertion_ask {
    const struct pn_assertion *of;
    struct pn_slice caller; /* from pn_assertion_caller() */
    struct pn_slice id;     /* the decision's: jti where it is wanted */
    int64_t now_s;          /* Unix time */
    uint64_t turn_us;       /* when this turn of the loop began */
};

/* Lend zeroed places for `kept_max` of them, a power of two from PN_ASSERTION_WAYS on, and the key. */
void pn_assertion_desk_init(struct pn_assertion_desk *desk, struct pn_assertion_kept *kept,
                            uint32_t kept_max, const struct pn_token_key *key);

/* Write the claims that name the caller. False: they do not fit. */
bool pn_assertion_caller(struct pn_writer *w, const struct pn_key *who);

/* Write behind them which issuer named the caller, and what it calls it: the claim `sub` of a token, as
 * it was sent. Nothing where there is none, or where `issuer` is empty. False: it does not fit. */
bool pn_assertion_subject(struct pn_writer *w, struct pn_slice issuer, const struct pn_value *sub);

/* The token that says this.
 *
 *   PN_DONE     `*token` is it, lent until the next call
 *   PN_WAIT     enough were signed in this turn; ask in the next
 *   PN_REFUSED  there is no key, no issuer, it is too long, or the library failed */
enum pn_step pn_assertion_get(struct pn_assertion_desk *desk, const struct pn_assertion_ask *ask,
                              struct pn_slice *token);

/* The same, signed now even if the turn has signed enough: PN_DONE or PN_REFUSED. */
enum pn_step pn_assertion_get_now(struct pn_assertion_desk *desk,
                                  const struct pn_assertion_ask *ask, struct pn_slice *token);

#endif
