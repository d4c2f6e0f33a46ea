/* see civil.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/civil.h"

#define UNIX_MS_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

enum { DAY_S = 86400, ERA_DAYS = 146097, DAYS_BEFORE_1970 = 719468 };

struct civil_date {
    uint32_t year, month, day;
};

/* Years begin in March here, so that the leap day is the last of its year and the length of each
 * month follows one line: 153 days in five months. An era is 400 years. */
static struct civil_date date_of(uint32_t days_since_1970)
{
    uint32_t days = days_since_1970 + DAYS_BEFORE_1970;
    uint32_t era = days / ERA_DAYS, day = days % ERA_DAYS;
    uint32_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    uint32_t day_of_year = day - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * day_of_year + 2) / 153;

    return (struct civil_date){
        .year = era * 400 + year + (month >= 10 ? 1 : 0),
        .month = month >= 10 ? month - 9 : month + 3,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
    };
}

static void digits(uint8_t *out, uint32_t value, size_t count)
{
    for (size_t i = count; i-- > 0; value /= 10) {
        out[i] = (uint8_t)('0' + value % 10);
    }
}

void pn_write_civil(struct pn_writer *w, int64_t unix_ms)
{
    uint8_t text[PN_CIVIL_BYTES + 1] = "0000-00-00T00:00:00.000Z";
    uint64_t ms = (uint64_t)(unix_ms < 0 ? 0 : unix_ms > UNIX_MS_MAX ? UNIX_MS_MAX : unix_ms);
    uint64_t seconds = ms / 1000;
    uint32_t second = (uint32_t)(seconds % DAY_S);
    struct civil_date date = date_of((uint32_t)(seconds / DAY_S));

    digits(text, date.year, 4);
    digits(text + 5, date.month, 2);
    digits(text + 8, date.day, 2);
    digits(text + 11, second / 3600, 2);
    digits(text + 14, second / 60 % 60, 2);
    digits(text + 17, second % 60, 2);
    digits(text + 20, (uint32_t)(ms % 1000), 3);
    pn_write(w, pn_slice(text, PN_CIVIL_BYTES));
}
