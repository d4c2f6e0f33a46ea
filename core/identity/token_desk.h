/* token_desk.h - what one event loop remembers of tokens: which were verified, and who sent bad ones.
 *
 * Verifying a signature costs a tenth of a millisecond on a server and a hundred times that on a
 * small device. A token that was verified is known by its SHA-256 until its place is wanted, under
 * the policy that it was verified by and no other; all that is cheap is checked again each time,
 * its end included. And an address whose tokens did not verify token_failures_max times in a minute
 * may have no more of them tried in that minute; tokens that are known still pass. A token that its
 * issuer is asked about counts as one that did not verify until the issuer says that it is good: who
 * does not wait for the answer, and an issuer that gives none, cost as much as a "no".
 *
 * Addresses are counted in a table of fixed size; where it is full the one with the fewest failures
 * makes room, so that many addresses can cost more verifications than one, and never more memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOKEN_DESK_H
#define PN_TOKEN_DESK_H

#include "core/base/slice.h"

enum { PN_TOKEN_WAYS = 4, PN_TOKEN_SOURCES = 256 };

struct pn_token_seen {
    uint8_t digest[32];
    int64_t ends_s; /* its exp, 0: the place is free */
};

struct pn_token_source {
    uint64_t address; /* hashed; 0: the place is free */
    uint32_t minute, failures;
};

struct pn_token_desk {
    struct pn_token_seen *seen;
    uint32_t seen_max; /* a power of two, at least PN_TOKEN_WAYS */
    uint32_t failures_max;
    uint64_t seed[2];
    uint8_t policy[32]; /* whose verdicts these are */
    struct pn_token_source sources[PN_TOKEN_SOURCES];
};

/* Lend zeroed places for `seen_max` tokens, a power of two from PN_TOKEN_WAYS on. `seed` is
 * 16 random bytes. */
void pn_token_desk_init(struct pn_token_desk *desk, struct pn_token_seen *seen, uint32_t seen_max,
                        const uint8_t seed[16]);

/* Was the token of this SHA-256 verified under the policy `policy` (32 bytes, its identity)? Under
 * another policy than the last one asked for, everything is forgotten. */
bool pn_token_desk_knows(struct pn_token_desk *desk, const uint8_t policy[32],
                         const uint8_t digest[32]);

/* It was, just now, and holds until `ends_s`. The policy is that of the last question. */
void pn_token_desk_learn(struct pn_token_desk *desk, const uint8_t digest[32], int64_t ends_s);

/* Forget all: a key that verified some of them is withdrawn. */
void pn_token_desk_forget(struct pn_token_desk *desk);

/* May a token from this address (16 bytes) be verified at `mono_s`? Addresses of IPv6 count by
 * their first half. */
bool pn_token_desk_may_try(struct pn_token_desk *desk, const uint8_t address[16], uint32_t mono_s);

/* One from there did not verify, or is to be asked about. */
void pn_token_desk_failed(struct pn_token_desk *desk, const uint8_t address[16], uint32_t mono_s);

/* What was counted at `failed_s` was no failure. In a later minute nothing is left to take back. */
void pn_token_desk_forgive(struct pn_token_desk *desk, const uint8_t address[16],
                           uint32_t failed_s);

#endif
