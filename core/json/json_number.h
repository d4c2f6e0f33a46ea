/* json_number.h - the value of a number's text, exactly.
 *
 * A policy that compares numbers must see the number the server will see. Integers stay integers
 * while int64 holds them. Everything else is the double that is nearest to the decimal as written,
 * ties to even, however many digits it has: what every server that uses IEEE 754 doubles reads.
 * C's strtod does that too, but brings a library, a locale and an allocator with it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JSON_NUMBER_H
#define PN_JSON_NUMBER_H

#include "core/base/slice.h"

/* The value of `text`, a number by the JSON grammar (RFC 8259, 6) without fraction and exponent.
 * False when int64 cannot hold it; `*value` is then untouched. */
bool pn_json_number_int(struct pn_slice text, int64_t *value);

/* The double nearest to any number by that grammar. False when it is beyond the largest finite
 * double; `*value` is then untouched. What is too small for a double becomes 0 of its sign. */
bool pn_json_number_double(struct pn_slice text, double *value);

#endif
