/* admin_tls.h - one request to an admin listener over TLS.
 *
 * The listener is believed by the roots that were named and by nothing else: those of the machine
 * vouch for strangers too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_ADMIN_TLS_H
#define PN_TOOLS_ADMIN_TLS_H

#include "core/base/writer.h"
#include "tools/admin_client.h"

/* Connect, prove who is there, send `request` and read up to the end of the connection. False, told on
 * standard error, where any of it failed. */
bool admin_tls_exchange(const struct admin_client *client, const struct port_net_addr *at,
                        struct pn_slice request, struct pn_writer *reply);

#endif
