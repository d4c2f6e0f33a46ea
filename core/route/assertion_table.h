/* assertion_table.h - which upstreams are told who is calling, and how.
 *
 * The user who asks stands behind an agent, and the agent behind the gateway, whose own credential is
 * all that an upstream sees. Where the policy says so the upstream gets an assertion beside it: a
 * short-lived token (core/identity/assertion.h) that names the user, the agent and the task.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ASSERTION_TABLE_H
#define PN_ASSERTION_TABLE_H

#include "core/route/route_table.h"

/* All-zero: the upstream is told nothing. */
struct pn_assertion {
    struct pn_slice issuer, audience;
    struct pn_slice header, prefix;
    uint32_t lifetime_s; /* 0: there is none */
    bool per_call;
};

/* Check the records of `table`, whose upstreams are whole. Part of pn_route_table_check(). */
bool pn_assertion_table_check(const struct pn_route_table *table);

/* What upstream number `upstream` is told; all-zero for those that are told nothing. Its texts
 * borrow from the table. */
struct pn_assertion pn_assertion_of(const struct pn_route_table *table, size_t upstream);

#endif
