/* see double_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/double_text.h"

#include "core/base/big.h"
#include "core/json/json_number.h"

enum {
    WORDS_MAX = 34, /* 1088 bits: ten times 2^1075 has 1079, ten times 4 * 10^309 fewer */
    SHORTEST_MAX = 17,
    FRACTION_BITS = 52,
};

/* --- Digit after digit: the number is above / below * 10^point --- */

struct division {
    struct pn_big above, below;
    struct pn_big half; /* from the number to the middle of the next double, in the same unit */
    int32_t point;
    bool even;         /* the middles on both sides still read as this double */
    bool power_of_two; /* the next smaller double is half as far away */
    uint32_t words[3][WORDS_MAX];
};

static void set_shifted(struct pn_big *n, uint32_t *words, uint64_t value, uint32_t bits)
{
    n->word = words;
    words[0] = (uint32_t)value;
    words[1] = (uint32_t)(value >> 32);
    n->count = words[1] != 0 ? 2 : words[0] != 0;
    if (n->count > 0) pn_big_shift_left(n, bits);
}

static void multiply_tens(struct pn_big *n, uint32_t power)
{
    if (n->count == 0) return;
    pn_big_multiply_fives(n, power);
    pn_big_shift_left(n, power);
}

/* The power of ten that is just above: from the highest bit, which may give one too few. */
static void place_point(struct division *d, int32_t highest_bit)
{
    d->point =
        ((highest_bit * 78913) >> 18) + 1; /* log10(2) is 78913 / 2^18, less than 10^-6 off */
    if (d->point > 0) {
        multiply_tens(&d->below, (uint32_t)d->point);
    } else {
        multiply_tens(&d->above, (uint32_t)-d->point);
        multiply_tens(&d->half, (uint32_t)-d->point);
    }
    if (pn_big_order(&d->above, &d->below) < 0) return;
    pn_big_multiply_add(&d->below, 10, 0);
    d->point++;
}

/* Of fraction * 2^exponent, in units of a quarter of the fraction's last bit. */
static void division_begin(struct division *d, uint64_t fraction, int32_t exponent)
{
    uint32_t up = (exponent > 0 ? (uint32_t)exponent : 0) + 2;
    uint32_t down = (exponent < 0 ? (uint32_t)-exponent : 0) + 2;

    d->even = (fraction & 1) == 0;
    d->power_of_two = fraction == (uint64_t)1 << FRACTION_BITS && exponent > -1074;
    set_shifted(&d->above, d->words[0], fraction, up);
    set_shifted(&d->below, d->words[1], 1, down);
    set_shifted(&d->half, d->words[2], 1, up - 1);
    d->point = 1;
    if (fraction != 0) place_point(d, exponent + 63 - __builtin_clzll(fraction));
}

/* Write the sign, and all of what is not finite: then false. */
static bool begin(struct pn_writer *w, double value, enum pn_double_form form, struct division *d)
{
    bool brief = form == PN_DOUBLE_SHORTEST; /* "+Inf" */
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    int32_t exponent = (int32_t)(bits >> FRACTION_BITS) & 0x7FF;
    uint64_t fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1);
    bool infinite = exponent == 0x7FF && fraction == 0, negative = bits >> 63 != 0;
    if (exponent == 0x7FF && !infinite) {
        pn_write_text(w, "NaN");
        return false;
    }
    if (negative || (infinite && brief)) pn_write_byte(w, negative ? '-' : '+');
    if (infinite) {
        pn_write(w, pn_slice("Infinity", brief ? 3 : 8));
        return false;
    }
    if (exponent > 0) fraction |= (uint64_t)1 << FRACTION_BITS;
    division_begin(d, fraction, (exponent > 0 ? exponent : 1) - 1075);
    return true;
}

static uint8_t next_digit(struct division *d)
{
    uint8_t digit = '0';

    pn_big_multiply_add(&d->above, 10, 0);
    while (pn_big_order(&d->above, &d->below) >= 0) {
        pn_big_subtract(&d->above, &d->below);
        digit++;
    }
    return digit;
}

/* What is left is nearer to the next digit: more than half of a one, or half and `last` odd. */
static bool rounds_up(const struct division *d, uint8_t last)
{
    return pn_big_order_sum(&d->above, &d->above, &d->below) > -(last & 1);
}

/* --- As few digits as tell it from its neighbours --- */

/* Into `digit`, 0.DIGITS * 10^point; returns how many there are. */
static uint32_t shortest_digits(struct division *d, uint8_t digit[SHORTEST_MAX])
{
    const struct pn_big nothing = { .count = 0 };
    const struct pn_big *twice = d->power_of_two ? &d->above : &nothing;
    uint32_t count = 0;
    bool low, high;

    do {
        uint8_t last = next_digit(d);
        pn_big_multiply_add(&d->half, 10, 0);
        low = pn_big_order_sum(&d->above, twice, &d->half) < d->even;
        high = pn_big_order_sum(&d->above, &d->half, &d->below) > -d->even;
        if (high && (!low || rounds_up(d, last))) last++;
        digit[count++] = last;
    } while (!low && !high && count < SHORTEST_MAX);

    if (digit[0] > '9') { /* only the first can get there: later ones would have been decided */
        digit[0] = '1';
        d->point++;
    }
    return count;
}

static void write_zeros(struct pn_writer *w, int32_t count)
{
    while (count-- > 0) pn_write_byte(w, '0');
}

static void write_exponent(struct pn_writer *w, int32_t exponent)
{
    uint32_t magnitude = (uint32_t)(exponent < 0 ? -exponent : exponent);

    pn_write_byte(w, 'e');
    pn_write_byte(w, exponent < 0 ? '-' : '+');
    if (magnitude < 10) pn_write_byte(w, '0');
    pn_write_u64(w, magnitude);
}

/* The digits with a point behind the first `whole` of them; zeros fill what is missing. */
static void write_pointed(struct pn_writer *w, const uint8_t *digit, int32_t count, int32_t whole)
{
    int32_t before = whole < 0 ? 0 : whole > count ? count : whole;

    if (whole <= 0) pn_write_byte(w, '0');
    pn_write(w, pn_slice(digit, (size_t)before));
    write_zeros(w, whole - count);
    if (count <= whole) return;
    pn_write_byte(w, '.');
    write_zeros(w, -whole);
    pn_write(w, pn_slice(digit + before, (size_t)(count - before)));
}

/* With an exponent unless the point is among these places. */
static const struct {
    int16_t point_min, point_max;
} plain[] = {
    [PN_DOUBLE_SHORTEST] = { -3, 6 },
    [PN_DOUBLE_PLAIN] = { INT16_MIN, INT16_MAX },
    [PN_DOUBLE_JSON] = { -5, 21 },
};

void pn_double_write(struct pn_writer *w, double value, enum pn_double_form form)
{
    uint8_t digit[SHORTEST_MAX];
    struct division d;

    if (!begin(w, value, form, &d)) return;
    int32_t count = (int32_t)shortest_digits(&d, digit);
    bool is_plain = d.point >= plain[form].point_min && d.point <= plain[form].point_max;
    write_pointed(w, digit, count, is_plain ? d.point : 1);
    if (!is_plain) write_exponent(w, d.point - 1);
}

/* --- As many digits as were asked for --- */

/* One more in the last place. True when all were 9 and are 0 now. */
static bool count_up(uint8_t *text, size_t len)
{
    while (len-- > 0) {
        if (text[len] == '.') continue;
        if (text[len] != '9') {
            text[len]++;
            return false;
        }
        text[len] = '0';
    }
    return true;
}

/* `whole` digits, the point and `fraction` digits; `zeros` of them come before the number's first.
 * True when rounding went over the first digit and left zeros. */
static bool write_rounded(struct pn_writer *w, struct division *d, uint32_t whole,
                          uint32_t fraction, uint32_t zeros)
{
    uint32_t len = whole + (fraction > 0 ? 1 + fraction : 0);
    uint8_t *text = pn_write_room(w, len), last = '0';

    if (text == NULL) return false;
    for (uint32_t i = 0; i < len; i++) {
        if (i == whole) {
            text[i] = '.';
            continue;
        }
        last = '0';
        if (zeros > 0) zeros--;
        else last = next_digit(d);
        text[i] = last;
    }
    return zeros == 0 && rounds_up(d, last) && count_up(text, len);
}

void pn_double_round(struct pn_writer *w, double value, uint16_t digits, enum pn_double_notation as)
{
    bool fixed = as == PN_DOUBLE_FIXED;
    struct division d;

    if (!begin(w, value, PN_DOUBLE_PLAIN, &d)) return;
    size_t start = w->len;
    int32_t whole = fixed && d.point > 0 ? d.point : 1;
    if (write_rounded(w, &d, (uint32_t)whole, digits, fixed ? (uint32_t)(whole - d.point) : 0)) {
        if (fixed && pn_write_room(w, 1) == NULL) return;
        if (fixed) memmove(w->at + start + 1, w->at + start, w->len - start - 1);
        w->at[start] = '1';
        d.point++;
    }
    if (!fixed) write_exponent(w, d.point - 1);
}

/* --- Text to double --- */

/* Digits with a point among them, or at either end; behind an e a sign and digits. */
static bool is_decimal(struct pn_slice text)
{
    enum { WHOLE, FRACTION, EXPONENT } part = WHOLE;
    size_t digits = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = pn_ascii_lower(text.at[i]);
        if ((uint8_t)(ch - '0') <= 9) {
            digits++;
        } else if (ch == '.' && part == WHOLE) {
            part = FRACTION;
        } else if (ch == 'e' && part != EXPONENT && digits > 0) {
            part = EXPONENT;
            digits = 0;
            if (i + 1 < text.len && (text.at[i + 1] == '-' || text.at[i + 1] == '+')) i++;
        } else {
            return false;
        }
    }
    return digits > 0;
}

bool pn_double_read(struct pn_slice text, double *value)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    bool sign = negative || (text.len > 0 && text.at[0] == '+');
    struct pn_slice rest = pn_slice_from(text, sign);

    if (is_decimal(rest)) return pn_json_number_double(negative ? text : rest, value);
    if (!sign && pn_slice_equal_fold(rest, PN_SLICE("nan"))) {
        *value = __builtin_nan("");
        return true;
    }
    bool brief = rest.len == 3; /* "inf" */
    if (!pn_slice_equal_fold(rest, pn_slice("infinity", brief ? 3 : 8))) return false;
    *value = negative ? -__builtin_inf() : __builtin_inf();
    return true;
}
