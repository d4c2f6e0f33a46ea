/* password.h - operators who are people and have a password (HTTP Basic, RFC 7617).
 *
 * What is kept of a password is an Argon2id of it. To verify one takes tens of milliseconds of a
 * processor and megabytes, so it is done one at a time, so much of it in a second whoever asks, in turn
 * by address (turns.h), and not at all for an address that has used up its attempts (attempts.h). A name
 * that nobody has costs the same.
 *
 * One that was right is known again for a quarter of an hour after its last use, by a MAC under a key of
 * this run: so whoever works is neither slow nor kept out by others' attempts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_PASSWORD_H
#define PN_PASSWORD_H

#include "core/admin/denial.h"
#include "core/admin/door_rules.h"
#include "core/admin/turns.h"

enum {
    PN_PASSWORDS_KNOWN = 4,
    PN_PASSWORD_KNOWN_S = 900,
    PN_PASSWORD_WORK_PER_S = 155648, /* KiB times passes: four of 19 MiB in two; one at least */
    PN_PASSWORD_TEXT_BYTES = 1024,   /* of what stands behind "Basic " */
};

struct pn_password_known {
    uint8_t mac[32];
    uint32_t until_s; /* 0: the place is free */
    uint32_t index;   /* of the operator */
};

struct pn_passwords {
    void *memory; /* lent, pn_password_bytes() or more; NULL: nobody comes in by a password */
    size_t memory_bytes;
    uint8_t secret[32]; /* random, of this run */
    struct pn_password_known known[PN_PASSWORDS_KNOWN];
    struct pn_turns turns;
    uint32_t wait_s; /* until the turn of the one that was not verified; 0: it has none */
};

/* Memory that verifying the costliest of the operators' passwords takes; 0: none has one. */
size_t pn_password_bytes(const struct pn_door_rules *rules);

enum pn_password_try { PN_PASSWORD_KNOWN_ONLY, PN_PASSWORD_TRY };

/* What somebody says who he is, and from where. */
struct pn_password_claim {
    struct pn_slice text; /* base64 of "name:password" */
    uint64_t address;     /* pn_attempts_address() */
    uint32_t mono_s;
    enum pn_password_try may_try;
};

/* Whose are that name and password?
 *
 *   PN_DENIAL_NONE     `*index` is the operator's
 *   PN_DENIAL_UNKNOWN  nobody's
 *   PN_DENIAL_RATE     not verified: it is others' turn, and p->wait_s says when it is this address's;
 *                      or `may_try` is PN_PASSWORD_KNOWN_ONLY and it is not known */
enum pn_denial pn_password_check(struct pn_passwords *p, const struct pn_door_rules *rules,
                                 const struct pn_password_claim *claim, uint32_t *index);

#endif
