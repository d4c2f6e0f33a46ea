/* url.h - the address of an upstream, as a bundle writes it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_URL_H
#define TOOLS_URL_H

#include "core/route/url.h"
#include "tools/bundle/bundle.h"

/* Read "http://host:port/path" into the scheme, host, authority, port and path of `upstream`. A
 * slash at the end of the path is dropped. False, with an error, for anything else: user names,
 * queries, fragments, other schemes. */
bool url_read(struct bundle *bundle, const struct yaml_node *url, struct bundle_upstream *upstream);

/* The same for any URL, a query included: taken apart, or an error. */
bool url_check(struct bundle *bundle, const struct yaml_node *node, struct pn_url *url);

/* "credential:NAME" or "os.environ/NAME": the name of a secret that the device holds. False, with
 * an error that does not repeat the value, for anything else: a secret never enters a bundle. */
bool credential_read(struct bundle *bundle, const struct yaml_node *node, struct pn_slice *name);

/* A list of words, of which there is "loopback", as bits of enum pn_egress. */
void egress_read(struct bundle *bundle, const struct yaml_node *list, uint8_t *egress);

/* Tell when the address is one that the gateway refuses without an egress entry. */
void egress_check(struct bundle *bundle, const struct yaml_node *url,
                  const struct bundle_upstream *upstream);

/* Tell what harm comes of it when what is asked there, or answered, goes unprotected over a network. */
void http_check(struct bundle *bundle, const struct yaml_node *node, const struct pn_url *url,
                const char *harm);

/* True when `name` is made of letters, digits, '.', '_' and '-' and begins with none of the last.
 */
bool is_plain_name(struct pn_slice name);

#endif
