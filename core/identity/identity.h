/* identity.h - who is calling.
 *
 * A caller proves itself with an API key in `Authorization: Bearer` (RFC 6750, 2.1) or `x-api-key`.
 * The gateway holds no key, only SHA-256 digests of keys, in the signed policy; what it finds there
 * is the principal: user, agent, team, task, roles. A request with two credentials is refused, since
 * two readers could pick different ones. The key itself is not kept beyond this call.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_IDENTITY_H
#define PN_IDENTITY_H

#include "core/base/step.h"
#include "core/http/h1_head.h"
#include "core/identity/key_table.h"
#include "policy/policy.h"

struct pn_principal {
    struct pn_slice id; /* the agent where one is named, else the user */
    struct pn_key key;  /* borrows from the key table of the pinned policy */
    uint8_t digest[32]; /* SHA-256 of the API key: finds the key again in a newer policy */
    bool known;
};

/* Find the caller of `head` in `keys`.
 *
 *   PN_REASON_NONE          `*who` is filled
 *   PN_REASON_KEY_MISSING   no credential, or not of the forms above
 *   PN_REASON_KEY_REPEATED  two different fields hold one
 *   PN_REASON_KEY_UNKNOWN   not in the table, or expired at `now_unix` */
enum pn_reason pn_identify(const struct pn_h1_head *head, const struct pn_key_table *keys,
                           int64_t now_unix, struct pn_principal *who);

/* Find the same key in the table of another policy; false when it is no longer there. */
bool pn_identify_again(struct pn_principal *who, const struct pn_key_table *keys, int64_t now_unix);

/* State the principal's facts: id, user, agent, team, task, key_id, proof, roles and the attributes
 * of its key record. Slices borrow from the key table. */
void pn_principal_facts(const struct pn_principal *who, const struct pn_key_table *keys,
                        const struct pn_policy *policy, struct pn_facts *facts);

#endif
