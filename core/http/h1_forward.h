/* SPDX-License-Identifier: Apache-2.0 */
/* h1_forward.h - which fields of a received head go on to the other side.
 *
 * An allow-list: a field is copied when h1_field.def marks it UP or DOWN, or h1_prefix.def names
 * how it begins. What belongs to one connection, and whatever the Connection field lists, is never
 * copied (RFC 9110, 7.6.1). Credentials, Host, Origin, cookies and everything that frames the body
 * are not on the list: the gateway writes its own. */
#ifndef PN_HTTP_H1_FORWARD_H
#define PN_HTTP_H1_FORWARD_H

#include "core/base/writer.h"
#include "core/http/h1_head.h"

enum pn_h1_way {
    PN_H1_UPSTREAM,   /* a client's request to the upstream */
    PN_H1_DOWNSTREAM, /* an upstream's answer to the client */
};

/* A set of fields that the caller writes itself, though they are on the list. */
typedef uint64_t pn_field_set;
#define PN_FIELD_SET(field) ((pn_field_set)1 << (field))
_Static_assert(PN_FIELD_COUNT <= 64, "You need wider sets of fields.");

/* True when field line `index` of `h` goes that way. */
bool pn_h1_forwards(const struct pn_h1_head *h, unsigned index, enum pn_h1_way way);

/* Append every field line of `h` that goes that way and is not in `except`, names in the spelling
 * of h1_field.def where it has them. */
void pn_h1_write_forwarded(struct pn_writer *w, const struct pn_h1_head *h, enum pn_h1_way way,
                           pn_field_set except);

#endif
