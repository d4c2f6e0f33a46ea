/* admin.h - the operator's questions: is it alive, is it ready, what has it done, which policy.
 *
 *     GET /livez                    200 while the process runs
 *     GET /readyz                   200 when calls can be served, else 503; ?verbose says why
 *     GET /metrics                  counters in Prometheus text format 0.0.4
 *     GET /version                  name and version
 *     GET /v1/policy                the policy and the key set in force, and the last refusal
 *     PUT /v1/policy                install the sealed policy, or the signed key set, in the body
 *     GET /v1/time                  ask: a nonce for a signed timestamp, and the time that has passed
 *     PUT /v1/time                  answer: the timestamp in the body, once for each nonce
 *     GET /v1/keys                  the keys that are believed, and how many roots it takes
 *     /v1/revocations               who is revoked: see revocations.h
 *     GET /v1/inventory             what the policy lets anybody reach (inventory.h)
 *     GET /v1/system                the process: how it runs, what shuts it in, its limits
 *
 * /healthz, /health/liveliness and /health/readiness are other names for the first two, and these four
 * are open to all. What the others need is one table, in admin.c: viewers read, operators write. Who
 * asks is found out by the door (door.h), before pn_admin_answer() is called.
 *
 * GET of /v1/policy and /v1/keys gives an ETag: which policy and which key set are in force. PUT of
 * /v1/policy names it in If-Match (match.h). PUT of /v1/time does not: its nonce is good once.
 *
 * It belongs to the control thread, which may block on storage.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ADMIN_H
#define PN_ADMIN_H

#include "core/admin/door.h"
#include "core/admin/since.h"
#include "core/admin/system.h"
#include "core/audit/audit_writer.h"
#include "core/config.h"
#include "core/http/h1_head.h"
#include "core/install.h"
#include "core/tls.h"

enum { PN_ADMIN_TAG_BYTES = 64 };

/* A request that was turned away, lent for the call. While it is told pn_admin_operator() is whose it
 * was, where that is known. */
struct pn_admin_denied {
    enum pn_denial denial;
    const struct port_net_addr *from;
    const struct pn_h1_head *head;   /* NULL: there was no request, but a certificate */
    enum pn_attempt_telling telling; /* LAST: no more of this minute are told */
};

struct pn_admin_revocations;

struct pn_admin {
    struct pn_shared *shared;
    struct pn_install *install;
    const struct pn_audit_writer *audit;
    const struct pn_stats *const *stats;             /* of each worker */
    const struct port_tls_counts *const *tls_counts; /* likewise; NULL: no TLS */
    const int64_t *tls_end_s;                        /* when the first certificate ends; 0: none */
    const uint32_t *tls_refusals;                    /* new certificates that were not taken */
    const uint32_t *credential_reloads, *credential_failures; /* NULL: there are none to read */
    uint32_t worker_count;
    struct pn_slice version;
    const struct pn_system *system;
    /* After an attempt to install: for the platform to log and to record. May be NULL. */
    void (*installed)(void *context, const struct pn_install_result *result);
    void *context;
    /* After a request was turned away at the door: likewise. */
    void (*denied)(void *context, const struct pn_admin_denied *denied);
    struct pn_admin_revocations *revocations; /* NULL: nothing can be revoked here */
    struct pn_operator who;       /* whose request is being answered; all-zero between requests */
    const struct pn_since *since; /* NULL: there is no inventory */
    struct pn_door door;
    uint8_t tag[PN_ADMIN_TAG_BYTES]; /* the ETag of the answer */
};

/* Whose request is being answered now; NULL: none is. Borrows from `a` until it is answered. */
static inline const struct pn_operator *pn_admin_operator(const struct pn_admin *a)
{
    return a->who.role == PN_OPERATOR_NOBODY ? NULL : &a->who;
}

/* An answer to be sent. The body borrows from the writer that was lent. */
struct pn_admin_answer {
    uint16_t status;
    struct pn_slice content_type;
    struct pn_slice body;
    struct pn_slice allow; /* of a 405 */
    struct pn_slice tag;   /* the ETag; empty: none. Borrows from `a` until the next answer */
    struct pn_slice retry; /* of a 429: seconds. Lent until it is written */
    bool passwords;        /* a 401 asks for these too */
    bool lists;            /* the body is the inventory, written piece by piece */
};

/* What the request, whose head is whole, needs. */
enum pn_operator_role pn_admin_needs(const struct pn_h1_head *head);

/* Answer one request whose body is whole; `w` holds the answer's body, PN_ADMIN_BYTES do. */
struct pn_admin_answer pn_admin_answer(struct pn_admin *a, const struct pn_h1_head *head,
                                       struct pn_slice body, const struct pn_now *now,
                                       struct pn_writer *w);

/* The policy in force; NULL: none. */
const struct pn_active *pn_admin_active(const struct pn_admin *a);

/* Turn one away. */
struct pn_admin_answer pn_admin_deny(enum pn_denial denial, struct pn_writer *w);

enum { PN_ADMIN_BYTES = 65536 };

#endif
