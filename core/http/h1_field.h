/* SPDX-License-Identifier: Apache-2.0 */
/* h1_field.h - header field names become an enum at the first line that reads them.
 *
 * h1_field.def lists the known names with what holds for each: may it repeat, does it belong to one
 * connection, is it forwarded. Behind the parser nobody compares names as strings. Names are
 * compared without regard to ASCII case (RFC 9110, 5.1). */
#ifndef PN_HTTP_H1_FIELD_H
#define PN_HTTP_H1_FIELD_H

#include "core/base/slice.h"

enum pn_field {
    PN_FIELD_OTHER, /* a name that h1_field.def has no line for */
#define PN_H1_LENGTH(bytes)
#define PN_H1_FIELD(symbol, text, traits) PN_FIELD_##symbol,
#include "core/http/h1_field.def"
#undef PN_H1_FIELD
#undef PN_H1_LENGTH
    PN_FIELD_COUNT,
};

enum pn_field_trait {
    PN_FIELD_ONCE = 1,
    PN_FIELD_HOP = 2,
    PN_FIELD_UP = 4,
    PN_FIELD_DOWN = 8,
};

/* The field of that name, which is a token, or PN_FIELD_OTHER. */
enum pn_field pn_field_find(struct pn_slice name);

/* Its name in lower case; empty for PN_FIELD_OTHER. The bytes are constant. */
struct pn_slice pn_field_name(enum pn_field field);

/* Its traits, a set of enum pn_field_trait; 0 for PN_FIELD_OTHER. */
unsigned pn_field_traits(enum pn_field field);

/* Take the next element from the front of a comma-separated list of tokens (RFC 9110, 5.6.1),
 * spaces around it removed, empty elements passed over. False at the end of the list. For lists
 * whose elements hold no quoted strings, such as Connection. */
bool pn_field_list_next(struct pn_slice *rest, struct pn_slice *element);

#endif
