/* attachment_table.h - what is attached to a caller: the servers, tools and models it may know of.
 *
 * A policy may say for users, agents and teams what each may use at all. A caller has what is
 * attached to any of its three names; nothing else is there for it, whatever rules say, and rules
 * are not asked. A policy that attaches nothing to anybody has no such limits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ATTACHMENT_TABLE_H
#define PN_ATTACHMENT_TABLE_H

#include "core/identity/key_table.h"

struct pn_attachment_table {
    struct pn_slice strings; /* PN_SECTION_STRINGS */
    struct pn_slice records; /* PN_SECTION_ATTACHMENTS */
};

/* The table of a body's sections, by their numbers. */
static inline struct pn_attachment_table pn_attachment_table_of(const struct pn_slice *section)
{
    return (struct pn_attachment_table){ section[PN_SECTION_STRINGS],
                                         section[PN_SECTION_ATTACHMENTS] };
}

/* One thing that is attached to somebody, in the order that records are sorted by. */
struct pn_attachment {
    uint8_t who_kind, what; /* enum pn_attached_to, enum pn_attaches */
    struct pn_slice who, name, tool;
};

/* The count, and the record at an index below it; of a checked table. */
size_t pn_attachment_count(const struct pn_attachment_table *table);
struct pn_attachment pn_attachment_at(const struct pn_attachment_table *table, size_t index);

/* How much of a server is attached. */
enum pn_attached {
    PN_ATTACHED_NOT,
    PN_ATTACHED_TOOLS, /* some of its tools: pn_attached_tool() */
    PN_ATTACHED_WHOLE,
};

/* Check all records. False: the policy must not become active. */
bool pn_attachment_table_check(const struct pn_attachment_table *table);

/* Of the caller `who`, by its user, agent and team. */
enum pn_attached pn_attached_server(const struct pn_attachment_table *table,
                                    const struct pn_key *who, struct pn_slice server);
bool pn_attached_tool(const struct pn_attachment_table *table, const struct pn_key *who,
                      struct pn_slice server, struct pn_slice tool);
bool pn_attached_model(const struct pn_attachment_table *table, const struct pn_key *who,
                       struct pn_slice model);

#endif
