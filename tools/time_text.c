/* see time_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/civil.h"
#include "core/base/slice.h"

static const uint64_t day_s = 86400, span_s_max = (uint64_t)36525 * 86400;
static const uint64_t year_10000_s = 253402300800;

static uint64_t unit_seconds(char unit)
{
    switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return day_s;
    case 'w': return 7 * day_s;
    default: return 0;
    }
}

bool pn_span_read(const char *text, uint64_t *seconds)
{
    size_t len = strlen(text);
    uint64_t unit = len > 0 ? unit_seconds(text[len - 1]) : 0;
    uint64_t count = 0;

    if (unit == 0 || !pn_slice_decimal(pn_slice(text, len - 1), span_s_max / unit, &count)) {
        return false;
    }
    *seconds = count * unit;
    return true;
}

/* True when `text` is digits where `shape` has 0 and the same byte elsewhere. */
static bool has_shape(const char *text, const char *shape)
{
    if (strlen(text) != strlen(shape)) return false;
    for (; *shape != '\0'; shape++, text++) {
        bool digit = *text >= '0' && *text <= '9';
        if (*shape == '0' ? !digit : *shape != *text) return false;
    }
    return true;
}

/* The digits of `text`, whose shape is known, from `at` on. */
static uint32_t number_at(const char *text, size_t at, size_t digits)
{
    uint32_t number = 0;

    for (size_t i = at; i < at + digits; i++) number = number * 10 + (uint32_t)(text[i] - '0');
    return number;
}

/* The days since 1970 of a date; negative before it and where there is no such day. */
static int32_t days_at(const char *text)
{
    struct pn_date in = { number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2) };

    if (in.year < 1970 || in.month < 1 || in.month > 12) return -1;
    int32_t days = pn_date_days(in);
    struct pn_date there = pn_date_of_days(days);
    return there.month == in.month && there.day == in.day ? days : -1; /* 30 February */
}

/* The second of its day; day_s where there is none. */
static uint64_t second_at(const char *text)
{
    uint32_t hour = number_at(text, 11, 2), minute = number_at(text, 14, 2);
    uint32_t second = number_at(text, 17, 2);

    if (hour > 23 || minute > 59 || second > 59) return day_s;
    return ((uint64_t)hour * 60 + minute) * 60 + second;
}

/* Neither strptime() nor timegm(): with what they bring they are 90 KB of the binary. */
bool pn_time_read(const char *text, uint64_t now_s, uint64_t *unix_s)
{
    uint64_t span = 0, second = 0;

    if (pn_span_read(text, &span)) {
        *unix_s = now_s + span;
        return true;
    }
    bool whole = has_shape(text, "0000-00-00T00:00:00Z");
    if (!whole && !has_shape(text, "0000-00-00")) return false;
    int32_t days = days_at(text);
    if (whole) second = second_at(text);
    if (days < 0 || second == day_s) return false;
    *unix_s = (uint64_t)days * day_s + second;
    return *unix_s > 0;
}

void pn_time_write(uint64_t unix_s, char text[PN_TIME_TEXT_BYTES])
{
    if (unix_s >= year_10000_s) {
        snprintf(text, PN_TIME_TEXT_BYTES, "%" PRIu64, unix_s);
        return;
    }
    pn_civil_second((uint8_t *)text, (int64_t)unix_s);
    memcpy(text + PN_CIVIL_SECOND_BYTES, "Z", 2);
}
