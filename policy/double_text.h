/* double_text.h - doubles as text, exactly, and text as doubles.
 *
 * What a policy prints must be what the server it was written for prints: the shortest digits that
 * read back as the same double, and of several such the nearest. With a number of digits asked for,
 * the result is that of the exact value, rounded once, ties to even. All of it comes from one
 * division of whole numbers of about a thousand bits, so there are no tables, no C library and no
 * floating point in here. The stack needed is about 650 bytes.
 *
 * CEL writes a double in two ways:
 *
 *   string(x)             format("%s"), format("%d"), and durations
 *   pn_double_shortest    pn_double_plain
 *   1.5                   1.5
 *   123456                123456
 *   1e+06                 1000000           an exponent below -4 or above 5 is written as one
 *   1.5e-07               0.00000015
 *   -0                    -0
 *   NaN                   NaN
 *   +Inf, -Inf            Infinity, -Infinity
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_DOUBLE_TEXT_H
#define PN_POLICY_DOUBLE_TEXT_H

#include "core/base/writer.h"

/* Append the shortest text, as the table above says. */
void pn_double_shortest(struct pn_writer *w, double value);
void pn_double_plain(struct pn_writer *w, double value);

/* Append a finite number as JSON's writers do: plain from 1e-06 up to below 1e+21, else shortest. */
void pn_double_json(struct pn_writer *w, double value);

/* Append with `digits` digits after the point: 12.35, or 1.23e+01 with an exponent of at least two
 * digits. No point when `digits` is 0. What is not finite is written as by pn_double_plain(). */
void pn_double_fixed(struct pn_writer *w, double value, uint16_t digits);
void pn_double_scientific(struct pn_writer *w, double value, uint16_t digits);

/* Read what CEL's double() takes: an optional sign, digits with an optional point among, before or
 * behind them, an optional exponent; or "inf", "infinity" (optional sign) or "nan" (none) in any
 * letter case. False when it is anything else, or finite and beyond the largest double; `*value` is
 * then untouched. Hexadecimal digits, which Go also reads, are refused; underscores are
 * the caller's. */
bool pn_double_read(struct pn_slice text, double *value);

#endif
