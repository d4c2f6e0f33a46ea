/* spiffe_id.h - the form of a SPIFFE identifier: spiffe://domain/path.
 *
 * The standard (SPIFFE-ID, 2) leaves no room for two spellings of one identifier, and neither does
 * this reader: letters of a trust domain are lower case, no name of a path is empty, `.` or `..`, and
 * nothing is percent-encoded. So a query, a fragment, a port and user information are refused too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SPIFFE_ID_H
#define PN_SPIFFE_ID_H

#include "core/base/slice.h"

enum { PN_SPIFFE_ID_BYTES_MAX = 2048, PN_SPIFFE_DOMAIN_BYTES_MAX = 255 };

struct pn_spiffe_id {
    struct pn_slice text;   /* all of it */
    struct pn_slice domain; /* "example.org" */
    struct pn_slice path;   /* "/agents/triage", or empty: the trust domain itself */
};

/* Letters, digits, dots, hyphens and underscores, as a trust domain has them; of any length. */
bool pn_spiffe_is_domain(struct pn_slice text);

/* False: `text` is no identifier, and `*id` is untouched. Its slices borrow from `text`. Lengths are
 * not looked at: see pn_spiffe_fits(). */
bool pn_spiffe_read(struct pn_slice text, struct pn_spiffe_id *id);

/* Is it as short as everybody has to support (SPIFFE-ID, 2.3)? */
bool pn_spiffe_fits(const struct pn_spiffe_id *id);

#endif
