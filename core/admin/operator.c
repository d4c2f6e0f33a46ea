/* see operator.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/operator.h"

struct pn_slice pn_operator_role_name(enum pn_operator_role role)
{
    static const struct pn_slice names[PN_OPERATOR_ROLE_COUNT] = {
        PN_SLICE_INIT(""),
        PN_SLICE_INIT("viewer"),
        PN_SLICE_INIT("operator"),
        PN_SLICE_INIT("admin"),
    };

    return names[role];
}

struct pn_slice pn_operator_proof_name(enum pn_operator_proof proof)
{
    static const struct pn_slice names[PN_OPERATOR_PROOF_COUNT] = {
        PN_SLICE_INIT(""),         PN_SLICE_INIT("loopback"), PN_SLICE_INIT("admin_key"),
        PN_SLICE_INIT("password"), PN_SLICE_INIT("mtls"),
    };

    return names[proof];
}
