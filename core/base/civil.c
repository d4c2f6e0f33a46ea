/* see civil.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/civil.h"

#define UNIX_MS_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

enum { DAY_S = 86400, ERA_DAYS = 146097, DAYS_BEFORE_1970 = 719468 };

/* Years begin in March here, so that the leap day is the last of its year and the length of each
 * month follows one line: 153 days in five months. An era is 400 years. */
struct pn_date pn_date_of_days(int32_t days_since_1970)
{
    uint32_t days = (uint32_t)(days_since_1970 + DAYS_BEFORE_1970);
    uint32_t era = days / ERA_DAYS, day = days % ERA_DAYS;
    uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint32_t day_of_year = day - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * day_of_year + 2) / 153;

    return (struct pn_date){
        .year = era * 400 + year + (month >= 10 ? 1 : 0),
        .month = month >= 10 ? month - 9 : month + 3,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
    };
}

int32_t pn_date_days(struct pn_date date)
{
    uint32_t year = date.month > 2 ? date.year : date.year - 1;
    uint32_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    uint32_t days = 365 * year + year / 4 - year / 100 + year / 400;

    return (int32_t)(days + (153 * month + 2) / 5 + date.day - 1) - DAYS_BEFORE_1970;
}

static void digits(uint8_t *out, uint32_t value, size_t count)
{
    for (size_t i = count; i-- > 0; value /= 10) {
        out[i] = (uint8_t)('0' + value % 10);
    }
}

struct pn_civil_parts pn_civil_parts(int64_t unix_s)
{
    uint64_t seconds = (uint64_t)(unix_s + (int64_t)DAYS_BEFORE_1970 * DAY_S); /* never negative */

    return (struct pn_civil_parts){ .days = (int32_t)(seconds / DAY_S) - DAYS_BEFORE_1970,
                                    .second = (uint32_t)(seconds % DAY_S) };
}

void pn_civil_second(uint8_t text[PN_CIVIL_SECOND_BYTES], int64_t unix_s)
{
    struct pn_civil_parts at = pn_civil_parts(unix_s);
    struct pn_date date = pn_date_of_days(at.days);

    memcpy(text, "0000-00-00T00:00:00", PN_CIVIL_SECOND_BYTES);
    digits(text, date.year, 4);
    digits(text + 5, date.month, 2);
    digits(text + 8, date.day, 2);
    digits(text + 11, at.second / 3600, 2);
    digits(text + 14, at.second / 60 % 60, 2);
    digits(text + 17, at.second % 60, 2);
}

void pn_write_civil(struct pn_writer *w, int64_t unix_ms)
{
    uint8_t text[PN_CIVIL_BYTES + 1] = "0000-00-00T00:00:00.000Z";
    uint64_t ms = (uint64_t)(unix_ms < 0 ? 0 : unix_ms > UNIX_MS_MAX ? UNIX_MS_MAX : unix_ms);

    pn_civil_second(text, (int64_t)(ms / 1000));
    digits(text + 20, (uint32_t)(ms % 1000), 3);
    pn_write(w, pn_slice(text, PN_CIVIL_BYTES));
}
