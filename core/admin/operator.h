/* operator.h - who stands at the admin door, what he may do there, and how he proved who he is.
 *
 * Whoever answers a request of the admin listener asks pn_admin_operator() (admin.h) whose it is. Events
 * that are told meanwhile carry it into the audit log without being asked to.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_OPERATOR_H
#define PN_OPERATOR_H

#include "core/base/slice.h"

/* Each may do what those before it may. */
enum pn_operator_role {
    PN_OPERATOR_NOBODY, /* of what is open to all */
    PN_OPERATOR_VIEWER, /* reads */
    PN_OPERATOR_OPERATOR,
    PN_OPERATOR_ADMIN,
    PN_OPERATOR_ROLE_COUNT,
};

enum pn_operator_proof {
    PN_OPERATOR_UNPROVEN,
    PN_OPERATOR_BY_LOOPBACK, /* he is on this machine, and nobody is asked who he is */
    PN_OPERATOR_BY_KEY,
    PN_OPERATOR_BY_PASSWORD,
    PN_OPERATOR_BY_CERTIFICATE,
    PN_OPERATOR_PROOF_COUNT,
};

/* All-zero is nobody. The name is lent for the life of the process. */
struct pn_operator {
    struct pn_slice name;
    uint8_t role;  /* enum pn_operator_role */
    uint8_t proof; /* enum pn_operator_proof */
};

/* As the device file and the audit log have it: "viewer", "operator", "admin"; "loopback", "admin_key",
 * "password", "mtls". */
struct pn_slice pn_operator_role_name(enum pn_operator_role role);
struct pn_slice pn_operator_proof_name(enum pn_operator_proof proof);

#endif
