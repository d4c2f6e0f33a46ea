/* SPDX-License-Identifier: Apache-2.0 */
/* octet.h - which bytes may stand where in an HTTP message (RFC 9110, 5.6; RFC 3986, appendix A).
 *
 * Only ASCII is in any class. Bytes from 0x80 up (obs-text) are refused everywhere, in field values
 * too: what they mean depends on who reads them, and no field this gateway judges or forwards needs
 * them. */
#ifndef PN_HTTP_OCTET_H
#define PN_HTTP_OCTET_H

#include "core/base/slice.h"

enum pn_octet_class {
    PN_OCTET_TOKEN = 0x01,      /* names of fields and methods */
    PN_OCTET_VALUE = 0x02,      /* field values: visible characters, space, tab */
    PN_OCTET_UNRESERVED = 0x04, /* what a URI never needs to escape */
    PN_OCTET_PATH = 0x08,       /* in a path as it is: pchar and "/", but not ";" (see target.h) */
    PN_OCTET_QUERY = 0x10, /* in a query as it is: pchar, "/", "?", and "[" "]" of form encoders */
    PN_OCTET_HOST = 0x20,  /* in a host name */
};

/* Classes of each byte, as a set of enum pn_octet_class. */
extern const uint8_t pn_octet_classes[256];

static inline bool pn_octet_is(uint8_t octet, enum pn_octet_class in)
{
    return (pn_octet_classes[octet] & in) != 0;
}

/* How many bytes at the front of `s` are in the class. */
static inline size_t pn_octets_span(struct pn_slice s, enum pn_octet_class in)
{
    size_t len = 0;

    while (len < s.len && pn_octet_is(s.at[len], in)) len++;
    return len;
}

/* True when every byte of `s` is in the class; the empty slice is. */
static inline bool pn_octets_all(struct pn_slice s, enum pn_octet_class in)
{
    return pn_octets_span(s, in) == s.len;
}

/* pn_octets_all(s, PN_OCTET_VALUE), several bytes at a time: values are most of a head. */
bool pn_octets_are_value(struct pn_slice s);

/* The value of a hexadecimal digit in either case, or -1. */
int pn_octet_hex(uint8_t octet);

#endif
