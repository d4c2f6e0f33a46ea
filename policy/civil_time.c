/* see civil_time.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/civil_time.h"

#include "core/base/civil.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, NANO_DIGITS = 9 };

/* How far a clock is from UTC. */
struct distance {
    uint32_t hours, minutes;
    bool sign, behind;
};

bool pn_instant_is_second(int64_t seconds)
{
    return seconds >= PN_INSTANT_SECONDS_MIN && seconds <= PN_INSTANT_SECONDS_MAX;
}

/* --- Reading: each takes what it reads from the front of `text` --- */

static bool take_byte(struct pn_slice *text, uint8_t ch)
{
    if (text->len == 0 || text->at[0] != ch) return false;
    *text = pn_slice_from(*text, 1);
    return true;
}

/* As many digits as there are up to `most`, of which there must be `least`. */
static bool take_number(struct pn_slice *text, size_t least, size_t most, uint32_t *value)
{
    size_t count = 0;

    for (*value = 0; count < most && count < text->len; count++) {
        uint8_t digit = (uint8_t)(text->at[count] - '0');
        if (digit > 9) break;
        *value = *value * 10 + digit;
    }
    *text = pn_slice_from(*text, count);
    return count >= least;
}

/* Hours and minutes, each of `least` to two digits, at the end of the text; minus may stand before them. */
static bool take_distance(struct pn_slice *text, size_t least, struct distance *d)
{
    d->behind = take_byte(text, '-');
    d->sign = d->behind || take_byte(text, '+');
    return take_number(text, least, 2, &d->hours) && take_byte(text, ':') &&
           take_number(text, least, 2, &d->minutes) && text->len == 0;
}

static int32_t minutes_ahead(const struct distance *d)
{
    int32_t minutes = (int32_t)(d->hours * 60 + d->minutes);

    return d->behind ? -minutes : minutes;
}

/* Z or the distance from UTC. */
static bool take_clock(struct pn_slice *text, uint32_t lenient, int16_t *minutes)
{
    struct distance d;

    *minutes = 0;
    if (take_byte(text, 'Z')) return text->len == 0;
    if (!take_distance(text, 2, &d) || !d.sign) return false;
    *minutes = (int16_t)minutes_ahead(&d);
    return d.hours <= 23 + lenient && d.minutes <= 59 + lenient;
}

/* The point and its digits, if any; those behind the ninth count for nothing. */
static bool take_fraction(struct pn_slice *text, uint32_t lenient, uint32_t *nanos)
{
    uint32_t ignored;
    size_t len = text->len;

    *nanos = 0;
    if (!take_byte(text, '.') && !(lenient != 0 && take_byte(text, ','))) return true;
    if (!take_number(text, 1, NANO_DIGITS, nanos)) return false;
    for (size_t digits = len - 1 - text->len; digits < NANO_DIGITS; digits++) *nanos *= 10;
    while (take_number(text, 1, 1, &ignored)) continue;
    return true;
}

/* A day that no month has counts on into the next one. */
static bool is_date(struct pn_date date)
{
    if (date.month - 1 > 11 || date.day - 1 > 30) return false;
    return pn_date_of_days(pn_date_days(date)).month == date.month;
}

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PART_COUNT };

/* "2026-11-20T23:35:18", an hour of one digit where that is `lenient`. */
static bool take_parts(struct pn_slice *text, uint32_t lenient, uint32_t part[PART_COUNT])
{
    static const uint8_t before[PART_COUNT] = { 0, '-', '-', 'T', ':', ':' };

    for (size_t i = YEAR; i < PART_COUNT; i++) {
        size_t most = i == YEAR ? 4 : 2, least = i == HOUR ? most - lenient : most;
        if (i > YEAR && !take_byte(text, before[i])) return false;
        if (!take_number(text, least, most, &part[i])) return false;
    }
    return part[HOUR] <= 23 && part[MINUTE] <= 59 && part[SECOND] <= 59;
}

enum pn_instant_text pn_instant_read_as(struct pn_slice text, enum pn_instant_form form,
                                        struct pn_instant *instant)
{
    struct pn_instant read;
    uint32_t part[PART_COUNT];

    if (!take_parts(&text, form, part) || !take_fraction(&text, form, &read.nanos) ||
        !take_clock(&text, form, &read.clock_minutes)) {
        return PN_INSTANT_MALFORMED;
    }
    /* The calendar repeats after 400 years: the year 0 is reckoned as one that it has. */
    struct pn_date date = { part[YEAR] + 400, part[MONTH], part[DAY] };
    if (!is_date(date)) return PN_INSTANT_MALFORMED;
    int32_t minutes = (int32_t)(part[HOUR] * 60 + part[MINUTE]) - read.clock_minutes;
    read.seconds =
        (int64_t)(pn_date_days(date) - 146097) * DAY_S + minutes * MINUTE_S + (int32_t)part[SECOND];
    if (!pn_instant_is_second(read.seconds)) return PN_INSTANT_OUT_OF_RANGE;
    *instant = read;
    return PN_INSTANT_READ;
}

bool pn_zone_offset_read(struct pn_slice text, int32_t *offset_s)
{
    struct distance d = { 0 };

    if (text.len > 0 && !pn_slice_equal(text, PN_SLICE("UTC")) && !take_distance(&text, 1, &d)) {
        return false;
    }
    *offset_s = minutes_ahead(&d) * MINUTE_S;
    return true;
}

/* --- Writing and taking apart --- */

/* The point and as many digits as are needed: all nine behind a one, in whose place it then stands. */
static void write_fraction(struct pn_writer *w, uint32_t nanos)
{
    uint8_t text[1 + NANO_DIGITS];
    struct pn_writer digits = pn_writer(text, sizeof text);

    if (nanos == 0) return;
    pn_write_u64(&digits, nanos + 1000000000);
    text[0] = '.';
    while (text[digits.len - 1] == '0') digits.len--;
    pn_write(w, pn_written(&digits));
}

/* Hours and minutes as one number of four digits, behind a one in whose place the sign then stands. */
static void write_clock(struct pn_writer *w, int32_t minutes)
{
    uint32_t ahead = (uint32_t)(minutes < 0 ? -minutes : minutes);
    uint8_t text[5];
    struct pn_writer digits = pn_writer(text, sizeof text);

    if (minutes == 0) {
        pn_write_byte(w, 'Z');
        return;
    }
    pn_write_u64(&digits, 10000 + ahead / 60 * 100 + ahead % 60);
    text[0] = minutes < 0 ? '-' : '+';
    pn_write(w, pn_slice(text, 3));
    pn_write_byte(w, ':');
    pn_write(w, pn_slice(text + 3, 2));
}

void pn_instant_write(struct pn_writer *w, const struct pn_instant *instant)
{
    int32_t minutes = instant->clock_minutes;
    uint8_t text[PN_CIVIL_SECOND_BYTES];

    if (!pn_instant_is_second(instant->seconds + minutes * MINUTE_S)) minutes = 0;
    pn_civil_second(text, instant->seconds + minutes * MINUTE_S);
    pn_write(w, pn_slice(text, sizeof text));
    write_fraction(w, instant->nanos);
    write_clock(w, minutes);
}

struct pn_civil pn_civil_of(int64_t seconds, uint32_t nanos)
{
    struct pn_civil_parts at = pn_civil_parts(seconds);
    struct pn_date date = pn_date_of_days(at.days);
    struct pn_date new_year = { date.year + 400, 1, 1 }; /* as in pn_instant_read_as() */

    return (struct pn_civil){ {
        [PN_CIVIL_YEAR] = (int32_t)date.year,
        [PN_CIVIL_MONTH] = (int32_t)date.month - 1,
        [PN_CIVIL_DATE] = (int32_t)date.day,
        [PN_CIVIL_DAY_OF_MONTH] = (int32_t)date.day - 1,
        [PN_CIVIL_DAY_OF_WEEK] = (at.days + 4 + 7 * 200000) % 7, /* 1970-01-01 was a Thursday */
        [PN_CIVIL_DAY_OF_YEAR] = at.days + 146097 - pn_date_days(new_year),
        [PN_CIVIL_HOUR] = (int32_t)(at.second / HOUR_S),
        [PN_CIVIL_MINUTE] = (int32_t)(at.second / MINUTE_S % 60),
        [PN_CIVIL_SECOND] = (int32_t)(at.second % MINUTE_S),
        [PN_CIVIL_MILLISECOND] = (int32_t)(nanos / 1000000),
    } };
}
