/* caller_text.h - the caller whom a verified token names, and the texts of its names.
 *
 * Which claim is which name, and which value of a claim gives which role, the record of the issuer
 * says. A name that has no escapes is used where it lies; everything else is written into one text,
 * and a caller whose names do not fit in it is none.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_CALLER_TEXT_H
#define PN_CALLER_TEXT_H

#include "core/base/writer.h"
#include "core/identity/issuer_match.h"
#include "core/identity/key_table.h"

/* Texts that a caller's names are made of: escapes removed, roles joined. */
enum { PN_CALLER_TEXT_BYTES = 1024, PN_CALLER_NAME_BYTES = 256 };
struct pn_caller_text {
    uint8_t at[PN_CALLER_TEXT_BYTES];
    struct pn_writer writer; /* into `at` */
    struct pn_slice roles;   /* their names, as a JSON list */
};

/* The caller that the claims of a verified token name: `who` gets user, agent, team, task and roles
 * and the key's id. A token whose user is its agent speaks for an agent alone. `text` stays lent to
 * `who`. NONE, or TOKEN_CLAIMS: nobody is named, a name is no text of 1 to PN_CALLER_NAME_BYTES, or
 * all of them are too long together. */
enum pn_reason pn_issuer_name(const struct pn_issuer_table *table,
                              const struct pn_issuer_match *match, const struct pn_jwt *jwt,
                              struct pn_caller_text *text, struct pn_key *who);

#endif
