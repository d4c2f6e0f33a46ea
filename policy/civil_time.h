/* civil_time.h - instants of a policy: their text, their parts on a calendar and a clock.
 *
 * An instant is a number of seconds since 1970 with nanoseconds, from 0001-01-01T00:00:00Z to
 * 9999-12-31T23:59:59.999999999Z. It knows no leap seconds and no zone: who asks for the hour says
 * how far that clock is from UTC.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_CIVIL_TIME_H
#define PN_POLICY_CIVIL_TIME_H

#include "core/base/writer.h"

#define PN_INSTANT_SECONDS_MIN INT64_C(-62135596800)
#define PN_INSTANT_SECONDS_MAX INT64_C(253402300799)

struct pn_instant {
    int64_t seconds;       /* since 1970-01-01T00:00:00Z, rounded down */
    uint32_t nanos;        /* since that second, below 10^9 */
    int16_t clock_minutes; /* how far ahead of UTC the clock is that it is shown by */
};

/* True when that second lies in the range above. */
bool pn_instant_is_second(int64_t seconds);

enum pn_instant_text {
    PN_INSTANT_MALFORMED = 0, /* not a time by the grammar, or a day, hour or second there is not */
    PN_INSTANT_OUT_OF_RANGE,
    PN_INSTANT_READ,
};

enum pn_instant_form {
    /* RFC 3339 (5.6): "2026-11-20T23:35:18Z", "2026-11-20T23:35:18.042+05:30". T and Z are capitals;
     * the second 60 is refused; of more than nine digits of a second the first nine count. */
    PN_INSTANT_STRICT,
    /* The same as Go's parser of that form has it, and so Cerbos: also a comma before the fraction, an
     * hour of one digit, and a distance from UTC of 24 hours or 60 minutes. */
    PN_INSTANT_LENIENT,
};

/* Read an instant, with the clock that wrote it. `*instant` is written on PN_INSTANT_READ only. */
enum pn_instant_text pn_instant_read_as(struct pn_slice text, enum pn_instant_form form,
                                        struct pn_instant *instant);

static inline enum pn_instant_text pn_instant_read(struct pn_slice text, struct pn_instant *instant)
{
    return pn_instant_read_as(text, PN_INSTANT_STRICT, instant);
}

/* Append by its clock, at most 35 bytes: "2026-11-20T23:35:18Z", "2026-11-21T01:05:18+01:30"; with as
 * many digits of a second as are needed when it is not whole. In UTC where that clock shows a year
 * before 1 or after 9999. */
void pn_instant_write(struct pn_writer *w, const struct pn_instant *instant);

/* What a calendar and a clock show. */
enum pn_civil_part {
    PN_CIVIL_YEAR,  /* 0 to 10000: an offset may lead out of the range of instants */
    PN_CIVIL_MONTH, /* from 0 */
    PN_CIVIL_DATE,  /* from 1, and the same from 0: */
    PN_CIVIL_DAY_OF_MONTH,
    PN_CIVIL_DAY_OF_WEEK, /* from 0, which is Sunday */
    PN_CIVIL_DAY_OF_YEAR, /* from 0 */
    PN_CIVIL_HOUR,
    PN_CIVIL_MINUTE,
    PN_CIVIL_SECOND,
    PN_CIVIL_MILLISECOND,
    PN_CIVIL_PART_COUNT,
};

struct pn_civil {
    int32_t part[PN_CIVIL_PART_COUNT];
};

/* At `seconds` since 1970 on that clock, at most 100 days beyond the range of instants, and `nanos`. */
struct pn_civil pn_civil_of(int64_t seconds, uint32_t nanos);

/* Read a zone that is an offset: "+05:30", "-08:00", "2:00" (ahead), each part one or two digits;
 * or "UTC" or "", which are 0. False: a zone with a name, or none. */
bool pn_zone_offset_read(struct pn_slice text, int32_t *offset_s);

#endif
