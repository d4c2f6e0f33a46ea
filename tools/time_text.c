/* see time_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

/* The digits of `text`, whose shape is known, from `at` on. strptime() is 13 KB of the binary. */
static int number_at(const char *text, size_t at, size_t digits)
{
    int number = 0;

    for (size_t i = at; i < at + digits; i++) number = number * 10 + (text[i] - '0');
    return number;
}

static struct tm fields_of(const char *text)
{
    struct tm in = { .tm_year = number_at(text, 0, 4) - 1900,
                     .tm_mon = number_at(text, 5, 2) - 1,
                     .tm_mday = number_at(text, 8, 2) };

    if (text[10] == '\0') return in;
    in.tm_hour = number_at(text, 11, 2);
    in.tm_min = number_at(text, 14, 2);
    in.tm_sec = number_at(text, 17, 2);
    return in;
}

bool pn_time_read(const char *text, uint64_t now_s, uint64_t *unix_s)
{
    struct tm in, normal;
    uint64_t span = 0;
    time_t at;

    if (pn_span_read(text, &span)) {
        *unix_s = now_s + span;
        return true;
    }
    if (!has_shape(text, "0000-00-00") && !has_shape(text, "0000-00-00T00:00:00Z")) return false;
    normal = in = fields_of(text);
    at = timegm(&normal);
    if (at <= 0) return false;
    if (normal.tm_mon != in.tm_mon || normal.tm_mday != in.tm_mday ||
        normal.tm_hour != in.tm_hour || normal.tm_min != in.tm_min || normal.tm_sec != in.tm_sec) {
        return false; /* 30 February, 25 o'clock */
    }
    *unix_s = (uint64_t)at;
    return true;
}

void pn_time_write(uint64_t unix_s, char text[PN_TIME_TEXT_BYTES])
{
    time_t at = (time_t)unix_s;
    struct tm out;

    if (unix_s < year_10000_s && gmtime_r(&at, &out) != NULL) {
        strftime(text, PN_TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &out);
    } else {
        snprintf(text, PN_TIME_TEXT_BYTES, "%" PRIu64, unix_s);
    }
}
