/* issuer_table.h - who issues tokens that are believed here.
 *
 * A token is believed because a key says so that the signed policy pins to one issuer and one
 * algorithm. The sections stay where the blob lies and are checked once. issuer_key.h reads the keys,
 * issuer_match.h judges tokens by the records, caller_text.h says whom their claims name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ISSUER_TABLE_H
#define PN_ISSUER_TABLE_H

#include "core/base/slice.h"
#include "core/identity/identity_format.h"

/* The sections as they lie in the body; one that the body lacks is empty. */
struct pn_issuer_table {
    struct pn_slice strings; /* PN_SECTION_STRINGS */
    struct pn_slice issuers; /* PN_SECTION_ISSUERS */
    struct pn_slice texts;   /* PN_SECTION_ISSUER_TEXTS */
    struct pn_slice keys;    /* PN_SECTION_ISSUER_KEYS */
    struct pn_slice roles;   /* PN_SECTION_ISSUER_ROLES */
};

/* The table of a body's sections, by their numbers. */
struct pn_issuer_table pn_issuer_table_of(const struct pn_slice *section);

/* Check all records for a policy with `role_count` roles. False: the policy must not become
 * active. */
bool pn_issuer_table_check(const struct pn_issuer_table *table, size_t role_count);

static inline size_t pn_issuer_count(const struct pn_issuer_table *table)
{
    return table->issuers.len / PN_ISSUER_BYTES;
}

/* The record of an issuer, below the count. */
static inline const uint8_t *pn_issuer_at(const struct pn_issuer_table *table, size_t index)
{
    return table->issuers.at + index * PN_ISSUER_BYTES;
}

/* The record of the one that is asked about tokens, or NULL. */
const uint8_t *pn_issuer_asked(const struct pn_issuer_table *table);

/* A text of a record. */
struct pn_slice pn_issuer_text(const struct pn_issuer_table *table, const uint8_t *at);

/* The name of the issuer at an index below the count, empty of a trust domain, whose tokens nobody
 * can ask for there; and the words of scopes that give a role, of all issuers, some twice; false
 * beyond the last. */
struct pn_slice pn_issuer_name_at(const struct pn_issuer_table *table, size_t index);
bool pn_issuer_scope_at(const struct pn_issuer_table *table, size_t index, struct pn_slice *word);

/* A word of a scope and the role that it gives. */
struct pn_issuer_scope {
    struct pn_slice word, role;
};

/* The word of an issuer at an index; false beyond the last. */
bool pn_issuer_scope_of(const struct pn_issuer_table *table, const uint8_t *issuer, size_t index,
                        struct pn_issuer_scope *scope);

#endif
