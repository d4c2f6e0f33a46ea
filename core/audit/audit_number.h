/* audit_number.h - doubles as text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_NUMBER_H
#define PN_AUDIT_NUMBER_H

#include "core/base/writer.h"

/* Append `value` as a JSON number that reads back as the same double, in the fewest digits for
 * which that is so, with a point or an exponent: 12.5, 900000.0, 1e300. At most 25 bytes. What is
 * no number is appended as null. */
void pn_audit_write_double(struct pn_writer *w, double value);

#endif
