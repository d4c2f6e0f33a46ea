/* structure.h - what two policies name differently: rules, actions, roles, callers, models, servers
 * and settings that were added, removed or changed.
 *
 * Says nothing of what that means for requests; contrast.h does.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_STRUCTURE_H
#define TOOLS_STRUCTURE_H

#include "tools/simulate/candidate.h"

enum { ENTRY_PARTS_MAX = 7 };

enum structure_change { STRUCTURE_ADDED, STRUCTURE_REMOVED, STRUCTURE_CHANGED };

/* Something that a policy names. */
struct structure_entry {
    const char *what; /* "rule", "model", ... */
    struct pn_slice name;
    const char *part_names[ENTRY_PARTS_MAX]; /* NULL behind the last */
    struct pn_slice parts[ENTRY_PARTS_MAX];
};

struct structure_item {
    const struct structure_entry *entry;
    enum structure_change change;
    uint32_t parts; /* of CHANGED: bits of the parts that differ */
    bool of_tables; /* it is no rule of the policy but concerns who calls and what is there */
};

struct structure {
    LIST(struct structure_item) items;
};

/* Compare them; all lives as long as the arena and the policies. */
void structure_compare(struct arena *arena, const struct candidate *const sides[2],
                       struct structure *structure);

#endif
