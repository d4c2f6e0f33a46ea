/* egress.h - addresses that no upstream may have.
 *
 * A name that somebody else controls may resolve to this machine, to its neighbours or to the
 * metadata service of its cloud. So every address is looked at after resolving and before
 * connecting, whether it was looked up or stands in the bundle. The rule:
 *
 *     loopback (127.0.0.0/8, ::1)              only with PN_EGRESS_LOOPBACK: the bundle says
 *                                              `egress: [loopback]` for this upstream
 *     link-local (169.254.0.0/16, fe80::/10)   never
 *     known metadata services                  never, also where they lie in private ranges
 *     unspecified, "this network", multicast,
 *     broadcast and reserved                   never
 *     private (RFC 1918, RFC 6598, fc00::/7)   always
 *     all others                               always
 *
 * Private addresses are where an operator's own models and servers are; the bundle that names them
 * is signed, and a route needs no second permission. IPv6 forms that lead to an IPv4 address (mapped, translated, compatible, NAT64,
 * 6to4) are judged as that address; tunnels and translation prefixes that hide it are refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_EGRESS_H
#define PN_EGRESS_H

#include <stdbool.h>

#include "port/port_net.h"

/* True when an upstream whose route allows `egress` (bits of enum pn_egress, route_format.h) may be
 * reached at `address`. Its port is of no account. A family that is neither 4 nor 6 is refused. */
bool pn_egress_allows(uint8_t egress, const struct port_net_addr *address);

#endif
