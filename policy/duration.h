/* duration.h - spans of time.
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

/* The same as one number, modulo 2^64: the seconds of the least durations are rounded down to more than
 * fits. And back. */
static inline int64_t pn_duration_nanos(struct pn_duration d)
{
    return (int64_t)((uint64_t)d.seconds * (uint64_t)PN_SECOND_NS + d.nanos);
}
struct pn_duration pn_duration_of_nanos(int64_t nanos);

/* Read a sequence of decimal numbers with units: "1h30m", "-1.5s", "100ns". Units are h, m, s, ms,
 * us (also with the micro sign or the letter mu) and ns; one sign may stand before all; "0" needs no
 * unit. False when it is anything else or does not fit; `*d` is then untouched. */
bool pn_duration_read(struct pn_slice text, struct pn_duration *d);

/* Append in seconds: "5400s", "1.5s", "-0.002s". Never an exponent. */
void pn_duration_write(struct pn_writer *w, struct pn_duration d);

/* In units of `unit_ns`, such as PN_HOUR_NS. */
double pn_duration_in(struct pn_duration d, int64_t unit_ns);

#endif
