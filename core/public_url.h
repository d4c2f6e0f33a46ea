/* public_url.h - where clients find this gateway: what its routes are called outside.
 *
 * The device says so (`public_url`). Where it does not, the request's own Host stands for it, which
 * whoever sends the request chooses: it goes into answers to that request and into tokens made for
 * it, and decides nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_PUBLIC_URL_H
#define PN_PUBLIC_URL_H

#include "core/exchange.h"

enum { PN_PUBLIC_URL_BYTES = 320, PN_PUBLIC_PATH_BYTES = 140 };

/* Append scheme and authority: "https://gate.example.com". */
void pn_public_url_write(struct pn_writer *w, const struct pn_exchange *x);

/* Append the path by which tokens and metadata know a route: "/mcp/payments", or "/v1" for all that
 * has to do with models. Of others nothing. */
void pn_public_path_write(struct pn_writer *w, const struct pn_route *route);

#endif
