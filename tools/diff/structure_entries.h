/* structure_entries.h - everything that a policy names, with what it says of it as text.
 *
 * For structure.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_STRUCTURE_ENTRIES_H
#define TOOLS_STRUCTURE_ENTRIES_H

#include "tools/diff/structure.h"

extern const char STRUCTURE_KEY[], STRUCTURE_MODEL[], STRUCTURE_SERVER[];
extern const char STRUCTURE_ISSUER[], STRUCTURE_ATTACHMENT[];

struct structure_entries {
    struct structure_entry *items;
    size_t count, max;
};

void structure_entries(struct arena *arena, const struct candidate *c,
                       struct structure_entries *entries);

#endif
