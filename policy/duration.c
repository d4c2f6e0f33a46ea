/* see duration.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/duration.h"

#include "policy/double_text.h"

/* The magnitude of the least duration; the largest is one less. */
#define NANOS_MOST ((uint64_t)1 << 63)

int64_t pn_duration_nanos(struct pn_duration d)
{
    /* Modulo 2^64: the seconds of the least durations are rounded down to more than fits. */
    return (int64_t)((uint64_t)d.seconds * (uint64_t)PN_SECOND_NS + d.nanos);
}

struct pn_duration pn_duration_of_nanos(int64_t nanos)
{
    int64_t rest = nanos % PN_SECOND_NS;

    return (struct pn_duration){ .seconds = nanos / PN_SECOND_NS - (rest < 0 ? 1 : 0),
                                 .nanos = (uint32_t)(rest < 0 ? rest + PN_SECOND_NS : rest) };
}

/* What int64 does not hold comes back from it as something else. */
bool pn_duration_is_sound(struct pn_duration d)
{
    return d.nanos < PN_SECOND_NS &&
           pn_duration_of_nanos(pn_duration_nanos(d)).seconds == d.seconds;
}

/* --- Reading --- */

struct quantity {
    uint64_t whole, fraction;
    double scale; /* the fraction is fraction / scale */
};

static bool digit_next(struct pn_slice *text, uint32_t *digit)
{
    if (text->len == 0 || (uint8_t)(text->at[0] - '0') > 9) return false;
    *digit = (uint32_t)(text->at[0] - '0');
    *text = pn_slice_from(*text, 1);
    return true;
}

/* value = value * 10 + digit, unless that is more than NANOS_MOST. */
static bool append_digit(uint64_t *value, uint32_t digit)
{
    if (*value > (NANOS_MOST - digit) / 10) return false;
    *value = *value * 10 + digit;
    return true;
}

/* Digits of a fraction that do not fit count for nothing. */
static bool read_quantity(struct pn_slice *text, struct quantity *q)
{
    size_t len = text->len, points = 0;
    bool fits = true;
    uint32_t digit;

    *q = (struct quantity){ .scale = 1 };
    while (digit_next(text, &digit)) {
        if (!append_digit(&q->whole, digit)) return false;
    }
    if (text->len > 0 && text->at[0] == '.') {
        *text = pn_slice_from(*text, 1);
        points = 1;
        while (digit_next(text, &digit)) {
            fits = fits && append_digit(&q->fraction, digit);
            if (fits) q->scale *= 10;
        }
    }
    return len - text->len > points;
}

static const struct {
    uint8_t len;
    uint8_t text[3];
    int64_t nanos;
} units[] = {
    { 2, "ns", 1 },
    { 2, "us", 1000 },
    { 3, { 0xC2, 0xB5, 's' }, 1000 }, /* the micro sign */
    { 3, { 0xCE, 0xBC, 's' }, 1000 }, /* the letter mu */
    { 2, "ms", 1000000 },
    { 1, "s", PN_SECOND_NS },
    { 1, "m", PN_MINUTE_NS },
    { 1, "h", PN_HOUR_NS },
};

/* The unit at the front of `text`, which ends where a number begins; 0 when there is none such. */
static int64_t read_unit(struct pn_slice *text)
{
    size_t len = 0;

    while (len < text->len && text->at[len] != '.' && (uint8_t)(text->at[len] - '0') > 9) len++;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (pn_slice_equal(pn_slice_head(*text, len), pn_slice(units[i].text, units[i].len))) {
            *text = pn_slice_from(*text, len);
            return units[i].nanos;
        }
    }
    return 0;
}

/* Add to `*total`. The fraction is reckoned in doubles, as Go does it: exact to the nanosecond
 * wherever people can tell. */
static bool add_quantity(uint64_t *total, const struct quantity *q, int64_t unit)
{
    if (q->whole > NANOS_MOST / (uint64_t)unit) return false;
    uint64_t nanos = q->whole * (uint64_t)unit;
    if (q->fraction > 0) nanos += (uint64_t)((double)q->fraction * ((double)unit / q->scale));
    if (nanos > NANOS_MOST - *total) return false;
    *total += nanos;
    return true;
}

bool pn_duration_read(struct pn_slice text, struct pn_duration *d)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    uint64_t total = 0;

    if (negative || (text.len > 0 && text.at[0] == '+')) text = pn_slice_from(text, 1);
    if (text.len == 0) return false;
    if (pn_slice_equal(text, PN_SLICE("0"))) text.len = 0;
    while (text.len > 0) {
        struct quantity q;
        if (!read_quantity(&text, &q)) return false;
        int64_t unit = read_unit(&text);
        if (unit == 0 || !add_quantity(&total, &q, unit)) return false;
    }
    if (total == NANOS_MOST && !negative) return false;
    *d = pn_duration_of_nanos((int64_t)(negative ? 0 - total : total));
    return true;
}

/* --- In units --- */

static double in_units(struct pn_duration d, int64_t unit)
{
    int64_t nanos = pn_duration_nanos(d);

    return (double)(nanos / unit) + (double)(nanos % unit) / (double)unit;
}

void pn_duration_write(struct pn_writer *w, struct pn_duration d)
{
    pn_double_plain(w, in_units(d, PN_SECOND_NS));
    pn_write_byte(w, 's');
}

int64_t pn_duration_count(struct pn_duration d, int64_t unit_ns)
{
    return (int64_t)in_units(d, unit_ns);
}

int64_t pn_duration_milliseconds(struct pn_duration d)
{
    return pn_duration_nanos(d) / 1000000;
}

int32_t pn_duration_milliseconds_part(struct pn_duration d)
{
    return (int32_t)(pn_duration_nanos(d) % PN_SECOND_NS) / 1000000;
}

/* --- Arithmetic --- */

/* Nanoseconds between -10^9 and 2 * 10^9 are brought back to below 10^9. */
static struct pn_duration settled(int64_t seconds, int32_t nanos)
{
    if (nanos < 0) return (struct pn_duration){ seconds - 1, (uint32_t)(nanos + PN_SECOND_NS) };
    if (nanos >= PN_SECOND_NS)
        return (struct pn_duration){ seconds + 1, (uint32_t)(nanos - PN_SECOND_NS) };
    return (struct pn_duration){ seconds, (uint32_t)nanos };
}

static bool give(struct pn_duration d, struct pn_duration *out)
{
    if (!pn_duration_is_sound(d)) return false;
    *out = d;
    return true;
}

bool pn_duration_add(struct pn_duration a, struct pn_duration b, struct pn_duration *out)
{
    return give(settled(a.seconds + b.seconds, (int32_t)(a.nanos + b.nanos)), out);
}

bool pn_duration_subtract(struct pn_duration a, struct pn_duration b, struct pn_duration *out)
{
    return give(settled(a.seconds - b.seconds, (int32_t)(a.nanos - b.nanos)), out);
}

bool pn_duration_negate(struct pn_duration d, struct pn_duration *out)
{
    return pn_duration_subtract((struct pn_duration){ 0, 0 }, d, out);
}

bool pn_instant_add(struct pn_instant at, struct pn_duration d, struct pn_instant *out)
{
    d = settled(at.seconds + d.seconds, (int32_t)(at.nanos + d.nanos));
    if (!pn_instant_is_second(d.seconds)) return false;
    *out = (struct pn_instant){ d.seconds, d.nanos };
    return true;
}

bool pn_instant_subtract(struct pn_instant at, struct pn_duration d, struct pn_instant *out)
{
    return pn_duration_negate(d, &d) && pn_instant_add(at, d, out);
}

bool pn_instant_difference(struct pn_instant to, struct pn_instant from, struct pn_duration *out)
{
    return pn_duration_subtract((struct pn_duration){ to.seconds, to.nanos },
                                (struct pn_duration){ from.seconds, from.nanos }, out);
}
