/* duration.h - spans of time, and what they do to instants.
 *
 * A duration is a number of nanoseconds that fits int64, about 292 years either way: what Go's
 * time.Duration holds, and the narrower of the ranges that CEL's conformance tests allow. Two
 * instants may be further apart than that, and their difference is then out of range.
 *
 * Text, hours, minutes and seconds pass through a double as they do there. So the last nanosecond
 * may be lost in text (46.854775858s is written 46.854775857999996s, and beyond about 100 days less
 * is exact), and 9000000000.999999999s has 9000000001 seconds. Whoever compares a policy's answer
 * with Cerbos's sees the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_DURATION_H
#define PN_POLICY_DURATION_H

#include "policy/civil_time.h"

#define PN_SECOND_NS INT64_C(1000000000)
#define PN_MINUTE_NS (60 * PN_SECOND_NS)
#define PN_HOUR_NS   (60 * PN_MINUTE_NS)

struct pn_duration {
    int64_t seconds; /* rounded down */
    uint32_t nanos;  /* from there on, below 10^9: -1.5s is -2 s and 500000000 ns */
};

/* True when both parts are in range. What every other function here takes is sound. */
bool pn_duration_is_sound(struct pn_duration d);

/* The same as one number and back. */
int64_t pn_duration_nanos(struct pn_duration d);
struct pn_duration pn_duration_of_nanos(int64_t nanos);

/* Read a sequence of decimal numbers with units: "1h30m", "-1.5s", "100ns". Units are h, m, s, ms,
 * us (also with the micro sign or the letter mu) and ns; one sign may stand before all; "0" needs no
 * unit. False when it is anything else or does not fit; `*d` is then untouched. */
bool pn_duration_read(struct pn_slice text, struct pn_duration *d);

/* Append in seconds: "5400s", "1.5s", "-0.002s". Never an exponent. */
void pn_duration_write(struct pn_writer *w, struct pn_duration d);

/* Whole units of `unit_ns`, the fraction cut off: PN_HOUR_NS, PN_MINUTE_NS or PN_SECOND_NS. */
int64_t pn_duration_count(struct pn_duration d, int64_t unit_ns);

/* All of it in milliseconds, as cel-go counts; or, as CEL's specification does, what is beyond the
 * last whole second (-999 to 999). The fraction is cut off. */
int64_t pn_duration_milliseconds(struct pn_duration d);
int32_t pn_duration_milliseconds_part(struct pn_duration d);

/* Arithmetic. False when the result is out of its range; what `out` points to is then untouched. */
bool pn_duration_add(struct pn_duration a, struct pn_duration b, struct pn_duration *out);
bool pn_duration_subtract(struct pn_duration a, struct pn_duration b, struct pn_duration *out);
bool pn_duration_negate(struct pn_duration d, struct pn_duration *out);
bool pn_instant_add(struct pn_instant at, struct pn_duration d, struct pn_instant *out);
bool pn_instant_subtract(struct pn_instant at, struct pn_duration d, struct pn_instant *out);

/* How long from `from` to `to`; negative when `to` is earlier. */
bool pn_instant_difference(struct pn_instant to, struct pn_instant from, struct pn_duration *out);

#endif
