/* audit_open_ids.h - decisions whose end has not been met yet.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_AUDIT_OPEN_IDS_H
#define PN_TOOLS_AUDIT_OPEN_IDS_H

#include "tools/audit_record.h"

enum { PN_AUDIT_SUMMARY_BYTES = 160 };

struct pn_audit_open_id {
    char id[48];                          /* empty: a free place */
    char summary[PN_AUDIT_SUMMARY_BYTES]; /* when, who, what */
};

struct pn_audit_open_ids {
    struct pn_audit_open_id *at; /* from calloc(); a power of two of them, or NULL */
    size_t max, count;
};

/* A record goes by: a decision is added, an end takes its decision out. False: out of memory. */
bool pn_audit_open_ids_see(struct pn_audit_open_ids *ids, const struct pn_audit_record *record);

/* The one after `*at`, which begins at 0, in no order; NULL when there is none. */
const struct pn_audit_open_id *pn_audit_open_ids_next(const struct pn_audit_open_ids *ids,
                                                      size_t *at);

void pn_audit_open_ids_end(struct pn_audit_open_ids *ids);

#endif
