/* see duration.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/duration.h"

#include "core/base/frame.h"
#include "policy/double_text.h"

/* The magnitude of the least duration; the largest is one less. */
#define NANOS_MOST ((uint64_t)1 << 63)

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

/* The digits at the front of a text. */
struct digits {
    size_t count;
    uint64_t value; /* of those that fit */
    double scale;   /* 10 for each of them */
    bool fit;       /* all of them, in NANOS_MOST */
};

static struct pn_slice take_digits(struct pn_slice text, struct digits *d)
{
    *d = (struct digits){ .scale = 1, .fit = true };
    for (; d->count < text.len; d->count++) {
        uint8_t digit = (uint8_t)(text.at[d->count] - '0');
        if (digit > 9) break;
        d->fit = d->fit && d->value <= (NANOS_MOST - digit) / 10;
        if (!d->fit) continue;
        d->value = d->value * 10 + digit;
        d->scale *= 10;
    }
    return pn_slice_from(text, d->count);
}

enum { SECONDS_FROM = 5 };

static const struct {
    uint8_t len, text[3];
    uint32_t size; /* in nanoseconds, then in seconds */
} units[] = {
    { 2, "ns", 1 },
    { 2, "us", 1000 },
    { 3, { 0xC2, 0xB5, 's' }, 1000 }, /* the micro sign */
    { 3, { 0xCE, 0xBC, 's' }, 1000 }, /* the letter mu */
    { 2, "ms", 1000000 },
    { 1, "s", 1 },
    { 1, "m", 60 },
    { 1, "h", 3600 },
};

/* The unit at the front of `text`, which ends where a number begins; 0 when there is none such. */
static uint64_t take_unit(struct pn_slice *text)
{
    size_t len = 0;

    while (len < text->len && text->at[len] != '.' && (uint8_t)(text->at[len] - '0') > 9) len++;
    struct pn_slice name = pn_slice_head(*text, len);
    *text = pn_slice_from(*text, len);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!pn_slice_equal(name, pn_slice(units[i].text, units[i].len))) continue;
        return units[i].size * (i < SECONDS_FROM ? 1 : (uint64_t)PN_SECOND_NS);
    }
    return 0;
}

/* Add a number with its unit to `*total`. The fraction is reckoned in doubles, as Go does it: exact to
 * the nanosecond wherever people can tell; digits of it that do not fit count for nothing. */
static bool take_quantity(struct pn_slice *text, uint64_t *total)
{
    struct digits whole, fraction = { .count = 0 };

    *text = take_digits(*text, &whole);
    if (text->len > 0 && text->at[0] == '.') {
        *text = take_digits(pn_slice_from(*text, 1), &fraction);
    }
    uint64_t unit = take_unit(text);
    if (whole.count + fraction.count == 0 || unit == 0 || !whole.fit) return false;
    if (whole.value > NANOS_MOST / unit) return false;
    uint64_t nanos = whole.value * unit;
    if (fraction.value > 0) {
        nanos += (uint64_t)((double)fraction.value * ((double)unit / fraction.scale));
    }
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
    if (text.len == 1 && text.at[0] == '0') text.len = 0;
    while (text.len > 0) {
        if (!take_quantity(&text, &total)) return false;
    }
    if (total == NANOS_MOST && !negative) return false;
    *d = pn_duration_of_nanos((int64_t)(negative ? 0 - total : total));
    return true;
}

/* --- In units --- */

PN_OWN_FRAME double pn_duration_in(struct pn_duration d, int64_t unit_ns)
{
    int64_t nanos = pn_duration_nanos(d);

    return (double)(nanos / unit_ns) + (double)(nanos % unit_ns) / (double)unit_ns;
}

void pn_duration_write(struct pn_writer *w, struct pn_duration d)
{
    pn_double_plain(w, pn_duration_in(d, PN_SECOND_NS));
    pn_write_byte(w, 's');
}
