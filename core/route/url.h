/* url.h - an absolute http or https URL, taken apart (RFC 3986, in the one form that is accepted).
 *
 * The compiler reads those of a bundle with it, and devices those that an issuer's metadata names.
 * There is no user name or password, no fragment, no blank and nothing beyond ASCII; names of hosts
 * are letters, digits, dots, hyphens and underscores, so that what is resolved is what the certificate
 * is compared with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_URL_H
#define PN_URL_H

#include "core/base/slice.h"
#include "core/route/route_format.h"

struct pn_url {
    enum pn_scheme scheme;
    struct pn_slice host;      /* IPv6 without its brackets */
    struct pn_slice authority; /* as it is written, with the port if there is one */
    struct pn_slice path;      /* empty, or from its slash on */
    struct pn_slice query;     /* empty, or from its question mark on; it follows the path */
    uint16_t port;             /* what is written, or 80 or 443 */
};

enum pn_url_verdict {
    PN_URL_GOOD,
    PN_URL_SCHEME,
    PN_URL_USER,
    PN_URL_PATH,
    PN_URL_BRACKET,
    PN_URL_HOST,
    PN_URL_PORT,
};

/* `*url` refers to `text`; undefined unless GOOD. */
enum pn_url_verdict pn_url_read(struct pn_slice text, struct pn_url *url);

#endif
