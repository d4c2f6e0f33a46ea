/* see structure.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/structure.h"

#include "tools/diff/structure_entries.h"

static const struct structure_entry *find(const struct structure_entries *entries,
                                          const struct structure_entry *like)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct structure_entry *entry = &entries->items[i];
        if (entry->what == like->what && pn_slice_equal(entry->name, like->name)) return entry;
    }
    return NULL;
}

static uint32_t differing(const struct structure_entry *a, const struct structure_entry *b)
{
    uint32_t parts = 0;

    for (size_t i = 0; i < ENTRY_PARTS_MAX; i++) {
        if (!pn_slice_equal(a->parts[i], b->parts[i])) parts |= 1u << i;
    }
    return parts;
}

static bool is_of_tables(const struct structure_entry *entry)
{
    return entry->what == STRUCTURE_KEY || entry->what == STRUCTURE_MODEL ||
           entry->what == STRUCTURE_SERVER || entry->what == STRUCTURE_ISSUER ||
           entry->what == STRUCTURE_ATTACHMENT;
}

static void tell(struct arena *arena, struct structure *structure,
                 const struct structure_entry *entry, enum structure_change change, uint32_t parts)
{
    LIST_PUSH(arena, &structure->items,
              ((struct structure_item){ entry, change, parts, is_of_tables(entry) }));
}

void structure_compare(struct arena *arena, const struct candidate *const sides[2],
                       struct structure *structure)
{
    struct structure_entries entries[2] = { { .items = NULL }, { .items = NULL } };

    for (size_t i = 0; i < 2; i++) structure_entries(arena, sides[i], &entries[i]);
    for (size_t i = 0; i < entries[0].count; i++) {
        const struct structure_entry *old = &entries[0].items[i];
        const struct structure_entry *new = find(&entries[1], old);
        uint32_t parts = new != NULL ? differing(old, new) : 0;
        if (new == NULL) tell(arena, structure, old, STRUCTURE_REMOVED, 0);
        else if (parts != 0) tell(arena, structure, new, STRUCTURE_CHANGED, parts);
    }
    for (size_t i = 0; i < entries[1].count; i++) {
        const struct structure_entry *new = &entries[1].items[i];
        if (find(&entries[0], new) == NULL) tell(arena, structure, new, STRUCTURE_ADDED, 0);
    }
}
