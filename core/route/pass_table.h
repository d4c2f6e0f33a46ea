/* pass_table.h - upstreams whose credential is a token that an authorization server gives: a pass.
 *
 * Two ways to one: the gateway asks for itself (client_credentials, RFC 6749, 4.4), or it exchanges
 * an assertion of its own that names the caller (RFC 8693), so that the upstream's token is the
 * caller's. core/pass_desk.h keeps the tokens.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_PASS_TABLE_H
#define PN_PASS_TABLE_H

#include "core/base/writer.h"
#include "core/route/route_table.h"

/* All-zero: there is none. */
struct pn_pass {
    uint8_t kind; /* enum pn_pass_kind */
    uint16_t at;  /* the authorization server's token endpoint: index for pn_upstream_at() */
    struct pn_slice client_id, credential;     /* credential: of the device; empty: none */
    struct pn_slice scope, resource, audience; /* each may be empty: not asked for */
    struct pn_slice issuer, subject_audience;  /* of the assertion that is exchanged */
};

/* Check the records of `table`, whose upstreams are whole. Part of pn_route_table_check(). */
bool pn_pass_table_check(const struct pn_route_table *table);

/* How upstream number `upstream` gets its token. Texts borrow from the table. */
struct pn_pass pn_pass_of(const struct pn_route_table *table, size_t upstream);

/* Bytes of its texts, and the same pass with its texts in `w`, as with pn_upstream_keep_texts(). */
size_t pn_pass_text_bytes(const struct pn_pass *pass);
struct pn_pass pn_pass_keep_texts(const struct pn_pass *pass, struct pn_writer *w);

#endif
