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

enum pn_double_form {
    PN_DOUBLE_SHORTEST, /* as the table above says */
    PN_DOUBLE_PLAIN,
    PN_DOUBLE_JSON, /* as JSON's writers do: plain from 1e-06 up to below 1e+21, else shortest */
};

/* Append the shortest text. */
void pn_double_write(struct pn_writer *w, double value, enum pn_double_form form);

static inline void pn_double_shortest(struct pn_writer *w, double value)
{
    pn_double_write(w, value, PN_DOUBLE_SHORTEST);
}

static inline void pn_double_plain(struct pn_writer *w, double value)
{
    pn_double_write(w, value, PN_DOUBLE_PLAIN);
}

static inline void pn_double_json(struct pn_writer *w, double value)
{
    pn_double_write(w, value, PN_DOUBLE_JSON);
}

enum pn_double_notation {
    PN_DOUBLE_FIXED,      /* 12.35 */
    PN_DOUBLE_SCIENTIFIC, /* 1.23e+01, the exponent with two digits at least */
};

/* Append with `digits` digits after the point. No point when that is 0. What is not finite is written as
 * by pn_double_plain(). */
void pn_double_round(struct pn_writer *w, double value, uint16_t digits,
                     enum pn_double_notation as);

/* Read what CEL's double() takes: an optional sign, digits with an optional point among, before or
 * behind them, an optional exponent; or "inf", "infinity" (optional sign) or "nan" (none) in any
 * letter case. False when it is anything else, or finite and beyond the largest double; `*value` is
 * then untouched. Hexadecimal digits, which Go also reads, are refused; underscores are
 * the caller's. */
bool pn_double_read(struct pn_slice text, double *value);

#endif
