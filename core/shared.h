/* shared.h - what the workers and the control thread hold in common: the policy in force.
 *
 * A policy lives in one of PN_POLICY_GENERATIONS places. The control thread fills a free place,
 * then makes it the current one; workers pin the current place while they need it, each in a cell
 * of its own, and a place is free again when it is neither current nor pinned. Nothing here is a
 * lock: 32-bit atomics only, since wider ones do not link on small cores.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SHARED_H
#define PN_SHARED_H

#include <stdatomic.h>

#include "core/absence.h"
#include "core/base/step.h"
#include "core/identity/attachment_table.h"
#include "core/identity/issuer_table.h"
#include "core/limits.h"
#include "core/revocation/revoked_set.h"
#include "core/route/route_table.h"
#include "core/seal/manifest.h"
#include "policy/policy.h"

/* One opened policy and the tables that came in the same blob. Read-only once it is current. */
struct pn_active {
    struct pn_policy policy;
    struct pn_key_table keys;
    struct pn_issuer_table issuers;
    struct pn_attachment_table attachments;
    struct pn_route_table routes;
    uint8_t identity[32]; /* SHA-256 of the manifest */
    uint8_t signer[8];    /* key id of who signed it */
    uint64_t sequence;
    int64_t issued_unix, expires_unix, grace_until_unix; /* seconds; see core/seal/manifest.h */
    uint8_t on_expiry;                                   /* enum pn_on_expiry */
};

#define PN_GENERATION_NONE UINT32_MAX

struct pn_shared {
    struct pn_active generations[PN_POLICY_GENERATIONS];
    _Atomic uint32_t current; /* index of the newest, or PN_GENERATION_NONE */
    _Atomic uint32_t pins[PN_POLICY_GENERATIONS][PN_WORKERS_MAX];
    _Atomic uint32_t draining; /* 1: finish what is under way, take nothing new */
    _Atomic uint32_t passed_s; /* Unix time that has certainly passed; 0: none is known */
    _Atomic uint32_t stale; /* 1: refuse calls until a timestamp says what is the newest policy */
    struct pn_absence absence;     /* why there is no current one */
    struct pn_revoked_set revoked; /* who may call nothing, whatever the policy says */
};

void pn_shared_init(struct pn_shared *s);

/* Pin the policy in force for `worker`, any number of times.
 * Returns its index, or PN_GENERATION_NONE when there is none. */
uint32_t pn_shared_pin(struct pn_shared *s, uint32_t worker);
void pn_shared_unpin(struct pn_shared *s, uint32_t worker, uint32_t generation);

/* For the one installer: a place that nobody holds, or PN_GENERATION_NONE when all are pinned. */
uint32_t pn_shared_free(struct pn_shared *s);

/* Make a filled place the current one, or none at all (PN_GENERATION_NONE). */
void pn_shared_publish(struct pn_shared *s, uint32_t generation);

/* The time to judge ends by when the clock says `clock_unix`: it may have been set back. */
int64_t pn_shared_now(const struct pn_shared *s, int64_t clock_unix);

/* Is that the time? Not while nobody has told it, or while the clock is behind what has certainly
 * passed. */
bool pn_shared_knows_time(const struct pn_shared *s, int64_t clock_unix);

/* May calls be decided under `a` at this time, which is pn_shared_now()?
 * PN_REASON_NONE, or PN_REASON_POLICY_EXPIRED as its signed on_expiry says. */
enum pn_reason pn_active_usable(const struct pn_active *a, int64_t now_unix);

/* May calls be decided under `a` when the clock says `clock_unix`?
 * The same, or PN_REASON_POLICY_STALE. */
enum pn_reason pn_shared_usable(const struct pn_shared *s, const struct pn_active *a,
                                int64_t clock_unix);

#endif
