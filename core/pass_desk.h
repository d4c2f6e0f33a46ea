/* pass_desk.h - tokens for upstreams, as one event loop holds them.
 *
 * A token is asked for when a call wants it and there is none, and again when three quarters of its
 * time are over and a call wants it: whoever comes meanwhile is served with the one that is there,
 * until its end. However many calls wait, one question is under way for a token. Where no token
 * came, all who wait are refused, and for a second, then two, four, up to a minute nobody asks again
 * and calls are refused at once.
 *
 * The tokens of client_credentials are the gateway's, one for each pass; those of an exchange are a
 * caller's, one for each pass, caller and issuer who named the caller. What an entry holds it has
 * copied: no policy stays pinned for it, and a token is found again only by who asks for exactly the
 * same. An entry is held by the exchanges that go by it, until the upstream's answer begins; the one
 * that nobody holds and nobody used for longest makes room.
 *
 * Time here is seconds that never run backwards: a token's life is told in seconds from its answer,
 * so no clock is needed. It counts from the question, which was before.
 *
 * Tokens are wiped when they end their use, and are in no log, record or metric.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_PASS_DESK_H
#define PN_PASS_DESK_H

#include "core/base/step.h"
#include "core/identity/assertion.h"
#include "core/json/json_keys.h"
#include "core/limits.h"
#include "core/route/pass_table.h"

enum { PN_PASS_TOKEN_BYTES = 4096, PN_PASS_NO_TOKEN = UINT32_MAX };

struct pn_pass_token {
    bool taken;       /* somebody asked for it once */
    bool wanted;      /* to be asked for when an errand is free */
    bool asked;       /* an errand is under way */
    uint8_t failures; /* since the last answer with a token */
    uint32_t holders;
    enum pn_reason reason; /* of the last failure */
    uint8_t error;         /* what the server said then: pn_pass_error() */
    uint32_t used_s, asked_s, fresh_until_s, ends_s, retry_s;
    struct pn_pass pass; /* its texts, and those of `to` and `caller`, lie in `text` */
    struct pn_upstream to;
    struct pn_slice caller;
    uint32_t token_len;
    uint8_t text[PN_ROUTE_TEXT_BYTES + PN_ASSERTION_CALLER_BYTES];
    uint8_t token[PN_PASS_TOKEN_BYTES];
};

struct pn_pass_digest {
    uint8_t bytes[32];
};

struct pn_pass_desk {
    struct pn_pass_token *tokens;
    struct pn_pass_digest *digests; /* of what each is asked for, side by side to be found */
    uint32_t token_max;
    uint32_t wanted_count;
    uint32_t next; /* where the search for one that is wanted begins */
};

/* What a call goes by. */
struct pn_pass_ask {
    const struct pn_pass *pass;
    const struct pn_upstream *to; /* the token endpoint */
    struct pn_slice caller;       /* from pn_assertion_caller(); of an exchange */
    uint32_t mono_s;
    struct pn_slice issuer; /* who named that caller; empty: the policy itself. Not kept */
};

/* What an authorization server answered. */
struct pn_pass_answer {
    enum pn_reason reason; /* none came */
    uint16_t status;
    struct pn_slice body;
    uint32_t mono_s;
};

/* Lend zeroed places for `token_max` tokens, at least one. */
void pn_pass_desk_init(struct pn_pass_desk *desk, struct pn_pass_token *tokens,
                       struct pn_pass_digest *digests, uint32_t token_max);

/* Hold the token that `ask` goes by, and have it asked for where that is due. Its index, or
 * PN_PASS_NO_TOKEN: all places are held. What is held is let go once. */
uint32_t pn_pass_hold(struct pn_pass_desk *desk, const struct pn_pass_ask *ask);
void pn_pass_let_go(struct pn_pass_desk *desk, uint32_t index);

/* PN_DONE: the token is there. PN_WAIT: it will be, or not, after some errand's end. PN_REFUSED: there
 * is none, for its `reason`. */
enum pn_step pn_pass_step(const struct pn_pass_desk *desk, uint32_t index, uint32_t mono_s);

/* The token; empty when there is none (any more). Lent until the next call of the desk. */
struct pn_slice pn_pass_bearer(const struct pn_pass_desk *desk, uint32_t index, uint32_t mono_s);

/* What the server said when it gave no token last, as its `error` (RFC 6749, 5.2; RFC 8707, 2) where
 * that is a word we know, such as "invalid_client"; else empty. Constant. */
struct pn_slice pn_pass_error(const struct pn_pass_desk *desk, uint32_t index);

/* The upstream did not take the token: one that is older than ten seconds is asked for anew. It is used
 * until the new one is there, and to its end where none comes: an upstream says 401 for reasons of its
 * own too, and all callers share the token. */
void pn_pass_spoiled(struct pn_pass_desk *desk, uint32_t index, uint32_t mono_s);

/* Forget the tokens that were got for callers and that nobody holds: one of them was revoked. */
void pn_pass_forget_callers(struct pn_pass_desk *desk);

/* --- for pass_errand.c --- */

/* The next one to be asked for, or PN_PASS_NO_TOKEN; then it counts as asked. */
uint32_t pn_pass_due(struct pn_pass_desk *desk, uint32_t mono_s);

/* Take the answer to it. `keys` is used meanwhile. A token is of type Bearer, fits a header field and
 * PN_PASS_TOKEN_BYTES, and holds for expires_in, or five minutes where that is not said. */
void pn_pass_answered(struct pn_pass_desk *desk, uint32_t index,
                      const struct pn_pass_answer *answer, struct pn_json_keys *keys);

#endif
