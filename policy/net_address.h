/* net_address.h - IPv4 and IPv6 addresses and networks as text (RFC 4291, 2.2; RFC 5952). For the
 * files of this folder only.
 *
 * Reading is strict: four decimal numbers without leading zeros; no zone behind a percent sign; a
 * prefix length in plain decimal. Two readers of one text must not see two addresses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_NET_ADDRESS_H
#define PN_POLICY_NET_ADDRESS_H

#include "policy/machine.h"

struct pn_address {
    uint8_t bytes[16]; /* network order */
    uint8_t len;       /* 4 or 16 */
    uint8_t bits;      /* of a network: length of its prefix */
};

/* Read an address, or a network ("10.0.0.0/8"; bits beyond the prefix may be set). False when it is
 * none; `*a` is then worthless. */
enum pn_address_form { PN_FORM_ADDRESS, PN_FORM_NETWORK };
bool pn_address_read(struct pn_slice text, enum pn_address_form form, struct pn_address *a);

/* True for ::ffff:0:0/96, an IPv4 address in IPv6's clothes. */
bool pn_address_is_mapped(const struct pn_address *a);

/* Such an address, or a network of such, as what it stands for; others stay. */
void pn_address_unmap(struct pn_address *a);

/* True when the first `bits` bits of `a` and `b` are the same. */
bool pn_prefix_equal(const uint8_t *a, const uint8_t *b, uint32_t bits);

/* Append a PN_IP or PN_CIDR in its canonical form. */
void pn_write_address(struct pn_writer *w, const struct pn_value *v);

#endif
