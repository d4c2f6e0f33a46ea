/* owner_table.h - who answers for a model or a server, in the words of the bundle.
 *
 * For people: no decision reads it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_OWNER_TABLE_H
#define PN_OWNER_TABLE_H

#include "core/route/route_table.h"

/* Check all records, whose models and servers have been checked. False: the policy must not become
 * active. */
bool pn_owner_table_check(const struct pn_route_table *table);

/* Of the model, or the server, at that index; empty: the bundle names nobody. */
struct pn_slice pn_owner_of(const struct pn_route_table *table, enum pn_owns what, size_t index);

#endif
