/* egress.h - addresses that no upstream may have.
 *
 * A name that somebody else controls may resolve to this machine, to its neighbours or to the
 * metadata service of its cloud. So every address is looked at after resolving and before
 * connecting: loopback, link-local, unspecified, multicast and broadcast addresses and the known
 * metadata services are refused unless the bundle's route allows that kind; IPv4 addresses mapped
 * into IPv6 are judged as what they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_EGRESS_H
#define PN_EGRESS_H

#include <stdbool.h>

#include "port/port_net.h"

/* True when an upstream whose route allows `egress` (bits of enum pn_egress, route_format.h) may be
 * reached at `address`. */
bool pn_egress_allows(uint8_t egress, const struct port_net_addr *address);

#endif
