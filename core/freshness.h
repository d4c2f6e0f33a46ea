/* freshness.h - is the policy in force still the newest, as far as we were told?
 *
 * A control plane that is kept from speaking cannot revoke anything. So a device asks now and then
 * with a nonce, and whoever holds a key for it signs the time and which policy is the newest
 * (core/seal/timestamp.h). When no answer has come for too long the device is stale, and the device
 * file says what then: nothing, a warning, or no more calls. How long is counted from the question
 * by a clock that never runs backwards: an answer that was held back is as old as its question.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_FRESHNESS_H
#define PN_FRESHNESS_H

#include "core/seal/timestamp.h"
#include "core/shared.h"

enum pn_on_stale { PN_STALE_NOTHING, PN_STALE_WARN, PN_STALE_DENY };

/* Zeroed, but for the first two, which the caller sets. */
struct pn_freshness {
    uint32_t stale_after_s; /* from the question, and from the start; an answer may say less */
    uint8_t on_stale;       /* enum pn_on_stale */
    bool begun, asked, any; /* it was looked at; a question is open; an answer was taken */
    uint8_t nonce[PN_NONCE_BYTES];
    struct pn_timestamp last;
    uint64_t mono_s, asked_mono_s, until_mono_s;
    uint32_t accepted, refused; /* answers */
};

/* What an answer says of a policy. */
enum pn_newest {
    PN_NEWEST_UNKNOWN, /* there was none */
    PN_NEWEST_NO,
    PN_NEWEST_YES
};

/* It is `mono_s` by a clock that never runs backwards. Call before anything else, then now and then.
 * True when calls are to be refused. */
bool pn_freshness_turn(struct pn_freshness *f, uint64_t mono_s);

/* Has no answer come for too long? */
bool pn_freshness_is_stale(const struct pn_freshness *f);

/* Ask anew, which forgets the question before. False: there is no entropy, and nothing is asked. */
bool pn_freshness_ask(struct pn_freshness *f);

/* Take an answer, which must be to the last question; each question is answered once. The result is
 * that of pn_timestamp_check(), and with PN_SEAL_ACCEPTED `last` is what it says. */
enum pn_seal_refusal pn_freshness_answer(struct pn_freshness *f, const struct pn_keyset *keys,
                                         uint64_t now_s, struct pn_slice bytes);

/* Is `a`, which may be NULL, the newest policy? */
enum pn_newest pn_freshness_newest(const struct pn_freshness *f, const struct pn_active *a);

#endif
