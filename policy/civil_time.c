/* see civil_time.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/civil_time.h"

#include "core/base/civil.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, NANO_DIGITS = 9 };

static bool is_digit(uint8_t ch)
{
    return (uint8_t)(ch - '0') <= 9;
}

/* True when `text` is as long as `shape` and has a digit wherever `shape` has 0, else the same. */
static bool has_shape(struct pn_slice text, struct pn_slice shape)
{
    if (text.len != shape.len) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (shape.at[i] == '0' ? !is_digit(text.at[i]) : text.at[i] != shape.at[i]) return false;
    }
    return true;
}

static uint32_t number(const uint8_t *digits, size_t count)
{
    uint32_t value = 0;

    for (size_t i = 0; i < count; i++) value = value * 10 + (uint32_t)(digits[i] - '0');
    return value;
}

/* --- Reading --- */

enum strictness { LENIENT, STRICT };

/* Z or the distance from UTC in hours and minutes. */
static bool read_offset(struct pn_slice text, enum strictness how, int32_t *offset_s)
{
    *offset_s = 0;
    if (text.len == 1) return text.at[0] == 'Z';
    if (text.len != 6 || (text.at[0] != '+' && text.at[0] != '-')) return false;
    if (!has_shape(pn_slice_from(text, 1), PN_SLICE("00:00"))) return false;
    uint32_t hours = number(text.at + 1, 2), minutes = number(text.at + 4, 2);
    int32_t ahead = (int32_t)(hours * HOUR_S + minutes * MINUTE_S);
    *offset_s = text.at[0] == '-' ? -ahead : ahead;
    return hours + (how == STRICT) <= 24 && minutes + (how == STRICT) <= 60;
}

/* The point and its digits, if any, are taken from the front of `text`. */
static bool read_fraction(struct pn_slice *text, enum strictness how, uint32_t *nanos)
{
    size_t end = 1;

    *nanos = 0;
    if (text->len == 0) return true;
    if (text->at[0] != '.' && (how == STRICT || text->at[0] != ',')) return true;
    while (end < text->len && is_digit(text->at[end])) end++;
    for (size_t i = 1; i <= NANO_DIGITS; i++) {
        *nanos = *nanos * 10 + (i < end ? (uint32_t)(text->at[i] - '0') : 0);
    }
    *text = pn_slice_from(*text, end);
    return end > 1;
}

/* A day that no month has counts on into the next one. */
static bool is_date(struct pn_date date)
{
    if (date.month - 1 > 11 || date.day - 1 > 30) return false;
    return pn_date_of_days(pn_date_days(date)).month == date.month;
}

/* Take what is before the fraction, with two digits for the hour. */
static bool take_head(struct pn_slice *text, enum strictness how,
                      uint8_t head[PN_CIVIL_SECOND_BYTES])
{
    size_t hour = sizeof "0000-00-00T" - 1, missing = 0;

    if (how == LENIENT && text->len > hour + 1 && text->at[hour + 1] == ':') missing = 1;
    if (text->len < PN_CIVIL_SECOND_BYTES - missing) return false;
    memcpy(head, text->at, hour);
    head[hour] = '0';
    memcpy(head + hour + missing, text->at + hour, PN_CIVIL_SECOND_BYTES - hour - missing);
    *text = pn_slice_from(*text, PN_CIVIL_SECOND_BYTES - missing);
    return has_shape(pn_slice(head, PN_CIVIL_SECOND_BYTES), PN_SLICE("0000-00-00T00:00:00"));
}

static enum pn_instant_text read_instant(struct pn_slice text, enum strictness how,
                                         struct pn_instant *instant)
{
    uint8_t head[PN_CIVIL_SECOND_BYTES];
    uint32_t nanos;
    int32_t offset_s;

    if (!take_head(&text, how, head)) return PN_INSTANT_MALFORMED;
    uint32_t year = number(head, 4);
    /* The calendar repeats after 400 years: the year 0 is reckoned as one that it has. */
    struct pn_date date = { year + 400, number(head + 5, 2), number(head + 8, 2) };
    uint32_t hour = number(head + 11, 2), minute = number(head + 14, 2);
    uint32_t second = number(head + 17, 2);
    if (!is_date(date) || hour > 23 || minute > 59 || second > 59) return PN_INSTANT_MALFORMED;
    if (!read_fraction(&text, how, &nanos) || !read_offset(text, how, &offset_s))
        return PN_INSTANT_MALFORMED;
    int64_t seconds = (int64_t)(pn_date_days(date) - 146097) * DAY_S +
                      (int64_t)(hour * HOUR_S + minute * MINUTE_S + second) - offset_s;
    if (!pn_instant_is_second(seconds)) return PN_INSTANT_OUT_OF_RANGE;
    *instant = (struct pn_instant){ .seconds = seconds, .nanos = nanos };
    return PN_INSTANT_READ;
}

enum pn_instant_text pn_instant_read(struct pn_slice text, struct pn_instant *instant)
{
    return read_instant(text, STRICT, instant);
}

enum pn_instant_text pn_instant_read_lenient(struct pn_slice text, struct pn_instant *instant)
{
    return read_instant(text, LENIENT, instant);
}

int16_t pn_instant_offset_minutes(struct pn_slice text)
{
    int32_t offset_s = 0;

    if (text.len > 6 && text.at[text.len - 1] != 'Z') {
        (void)read_offset(pn_slice_from(text, text.len - 6), LENIENT, &offset_s);
    }
    return (int16_t)(offset_s / (int32_t)MINUTE_S);
}

/* One or two digits from the front of `text`; false when there are none or more. */
static bool read_two_digits(struct pn_slice *text, int32_t *value)
{
    size_t count = 0;

    while (count < text->len && is_digit(text->at[count])) count++;
    if (count == 0 || count > 2) return false;
    *value = (int32_t)number(text->at, count);
    *text = pn_slice_from(*text, count);
    return true;
}

bool pn_zone_offset_read(struct pn_slice text, int32_t *offset_s)
{
    bool behind = text.len > 0 && text.at[0] == '-';
    int32_t hours, minutes;

    if (text.len == 0 || pn_slice_equal(text, PN_SLICE("UTC"))) {
        *offset_s = 0;
        return true;
    }
    if (behind || text.at[0] == '+') text = pn_slice_from(text, 1);
    if (!read_two_digits(&text, &hours) || text.len == 0 || text.at[0] != ':') return false;
    text = pn_slice_from(text, 1);
    if (!read_two_digits(&text, &minutes) || text.len > 0) return false;
    *offset_s = (hours * HOUR_S + minutes * MINUTE_S) * (behind ? -1 : 1);
    return true;
}

/* --- Writing and taking apart --- */

static void write_offset(struct pn_writer *w, int16_t minutes)
{
    int16_t ahead = (int16_t)(minutes < 0 ? -minutes : minutes);
    uint8_t text[6] = { minutes < 0 ? '-' : '+',          (uint8_t)('0' + ahead / 600),
                        (uint8_t)('0' + ahead / 60 % 10), ':',
                        (uint8_t)('0' + ahead % 60 / 10), (uint8_t)('0' + ahead % 10) };

    pn_write(w, minutes != 0 ? pn_slice(text, sizeof text) : PN_SLICE("Z"));
}

void pn_instant_write_at(struct pn_writer *w, struct pn_instant instant, int16_t offset_minutes)
{
    uint8_t text[PN_CIVIL_SECOND_BYTES + 1 + NANO_DIGITS];
    size_t len = PN_CIVIL_SECOND_BYTES;
    int64_t shown = instant.seconds + (int64_t)offset_minutes * MINUTE_S;

    if (!pn_instant_is_second(shown)) {
        offset_minutes = 0;
        shown = instant.seconds;
    }
    pn_civil_second(text, shown);
    if (instant.nanos > 0) {
        uint32_t rest = instant.nanos;
        text[len++] = '.';
        for (uint32_t unit = 100000000; rest > 0; unit /= 10) {
            text[len++] = (uint8_t)('0' + rest / unit);
            rest %= unit;
        }
    }
    pn_write(w, pn_slice(text, len));
    write_offset(w, offset_minutes);
}

void pn_instant_write(struct pn_writer *w, struct pn_instant instant)
{
    pn_instant_write_at(w, instant, 0);
}

struct pn_civil pn_civil_of(struct pn_instant instant, int32_t offset_s)
{
    struct pn_civil_parts at = pn_civil_parts(instant.seconds + offset_s);
    struct pn_date date = pn_date_of_days(at.days);
    struct pn_date new_year = { date.year + 400, 1, 1 }; /* as in pn_instant_read() */

    return (struct pn_civil){
        .year = (int32_t)date.year,
        .year_day = (uint16_t)(at.days + 146097 - pn_date_days(new_year)),
        .milliseconds = (uint16_t)(instant.nanos / 1000000),
        .month = (uint8_t)(date.month - 1),
        .day = (uint8_t)date.day,
        .week_day = (uint8_t)((at.days + 4 + 7 * 200000) % 7), /* 1970-01-01 was a Thursday */
        .hour = (uint8_t)(at.second / HOUR_S),
        .minute = (uint8_t)(at.second / MINUTE_S % 60),
        .second = (uint8_t)(at.second % 60),
    };
}
