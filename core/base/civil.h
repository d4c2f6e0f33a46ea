/* civil.h - moments as people write them (RFC 3339, in UTC, no leap seconds).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_CIVIL_H
#define PN_BASE_CIVIL_H

#include "core/base/writer.h"

enum { PN_CIVIL_BYTES = 24 };

/* Append the moment `unix_ms` after 1970-01-01 00:00 UTC in 24 bytes, such as
 * "2026-11-20T23:35:18.042Z". What lies before 1970 or after the year 9999 is written as that
 * bound. */
void pn_write_civil(struct pn_writer *w, int64_t unix_ms);

/* Write the second `unix_s` as 19 bytes, such as "2026-11-20T23:35:18". It lies between 0000-03-01
 * and the end of the year 9999. */
enum { PN_CIVIL_SECOND_BYTES = 19 };
void pn_civil_second(uint8_t text[PN_CIVIL_SECOND_BYTES], int64_t unix_s);

/* A second of that span in parts: whole days since 1970-01-01, rounded down, and the rest. */
struct pn_civil_parts {
    int32_t days;
    uint32_t second; /* of the day */
};
struct pn_civil_parts pn_civil_parts(int64_t unix_s);

/* A day of the Gregorian calendar, continued backwards; month 1 to 12, day 1 to 31. */
struct pn_date {
    uint32_t year, month, day;
};

/* The day so many days after 1970-01-01, from 0000-03-01 on (-719468). */
struct pn_date pn_date_of_days(int32_t days);

/* The reverse, for the same days. A day that its month does not have counts on into the next. */
int32_t pn_date_days(struct pn_date date);

#endif
