/* address.h - IP addresses as people write them.
 *
 * IPv4 is four decimal numbers and nothing else: the shortened, octal and hexadecimal forms that
 * some C libraries take ("127.1", "0177.0.0.1") name addresses that a reader of the configuration
 * does not see. IPv6 is RFC 4291, 2.2, without a zone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ADDRESS_H
#define PN_ADDRESS_H

#include "core/base/slice.h"
#include "port/port_net.h"

/* Read `text`, all of it, as an address; IPv6 may stand in brackets. `*address` is filled, its port
 * 0. False, and `*address` untouched, when it is none. */
bool pn_address_parse(struct pn_slice text, struct port_net_addr *address);

/* True when both are the same address and port. */
bool pn_address_equal(const struct port_net_addr *a, const struct port_net_addr *b);

#endif
