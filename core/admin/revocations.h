/* revocations.h - the kill switch at the admin door: who may call nothing any more.
 *
 *     GET /v1/revocations            the list, from the id after ?after=ID on, as far as it fits;
 *                                    "next" says where it goes on
 *     POST /v1/revocations           revoke: {"kind":"task","name":"T-1","reason":"why"}, and "until",
 *                                    Unix time, where it is known when the credential ends
 *     DELETE /v1/revocations/ID      lift one
 *     DELETE /v1/revocations         begin an empty list, where the stored one could not be read
 *
 * `kind` is task, agent, user, key, token or session. Names are as the audit log has them: who.task,
 * who.agent or a SPIFFE identifier, who.user, who.key_id, and of a token its jti; of a session what
 * the client sends as Mcp-Session-Id, or the 32 digits at its end. A name counts whoever gave it.
 *
 * Each answer has the list's ETag, and a write names it in If-Match (match.h). Before the answer is 200
 * the change is in force in every worker and in the store. 507 revocations_unkept says that it is in
 * force but not in the store; 507 revocations_full that the list takes no more; both are in /readyz.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ADMIN_REVOCATIONS_H
#define PN_ADMIN_REVOCATIONS_H

#include "core/admin/admin.h"
#include "core/json/json_keys.h"
#include "core/revocation/revocation.h"

enum pn_revocation_act { PN_REVOCATION_REVOKED, PN_REVOCATION_LIFTED, PN_REVOCATION_BEGUN };

/* What was done, for the platform to log and to record. Lent for the
 * call; while it is told pn_admin_operator() is who did it. */
struct pn_revocation_told {
    enum pn_revocation_act act;
    enum pn_revocation_result result;  /* KEPT or UNKEPT */
    const struct pn_revocation *entry; /* NULL when a list was begun */
};

enum { PN_REVOCATION_KEYS = 16 };

/* The caller's, zeroed; `list` is opened, `keys` made, `told` set or NULL. */
struct pn_admin_revocations {
    struct pn_revocations list;
    struct pn_json_keys keys; /* of PN_REVOCATION_KEYS at `places` */
    struct pn_json_key places[PN_REVOCATION_KEYS];
    void (*told)(void *context, const struct pn_revocation_told *told);
    void *context;
};

/* Answer a request whose path is /v1/revocations or below. `a->revocations` is there. */
struct pn_admin_answer pn_admin_revocations_answer(struct pn_admin *a,
                                                   const struct pn_h1_head *head,
                                                   struct pn_slice body, const struct pn_now *now,
                                                   struct pn_writer *w);

/* Is the path one of these? */
bool pn_admin_revocations_has(struct pn_slice path);

/* What is wrong with the list, for /readyz: "revocations_lost", "revocations_unkept",
 * "revocations_full", or empty. Constant. */
struct pn_slice pn_admin_revocations_fault(const struct pn_admin_revocations *r);

#endif
