/* revoked_table.h - what is revoked, as a table that people read.
 *
 * Made of the parts in which the admin listener lists it (core/admin/revocations.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_REVOKED_TABLE_H
#define PN_TOOLS_REVOKED_TABLE_H

#include <stdio.h>

#include "tools/json_tree.h"

struct revoked_table { /* all-zero is empty */
    struct arena arena;
    LIST(const struct json_tree *) entries;
    struct pn_slice count, max, fault; /* as the last part has them; a fault may be empty */
};

/* Add a part. False: it is none. */
bool revoked_table_add(struct revoked_table *t, struct pn_slice part);

/* Print a line for each entry, and one below that says how full the list is and what is wrong with it.
 * Bytes that could steer a terminal are printed as question marks. */
void revoked_table_print(const struct revoked_table *t, FILE *out);

void revoked_table_free(struct revoked_table *t);

#endif
