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

/* A double without its sign: fraction * 2^exponent. */
struct parts {
    uint64_t fraction;
    int32_t exponent;
    bool negative, finite, nan;
};

static struct parts parts_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    uint32_t exponent = (uint32_t)(bits >> FRACTION_BITS) & 0x7FF;
    struct parts p = { .fraction = bits & (((uint64_t)1 << FRACTION_BITS) - 1),
                       .negative = bits >> 63 != 0,
                       .finite = exponent != 0x7FF };

    p.nan = !p.finite && p.fraction != 0;
    if (exponent > 0) p.fraction |= (uint64_t)1 << FRACTION_BITS;
    p.exponent = (int32_t)(exponent > 0 ? exponent : 1) - 1075;
    return p;
}

/* --- Digit after digit: the number is above / below * 10^point --- */

struct division {
    struct pn_big above, below;
    struct pn_big half; /* from the number to the middle of the next double, in the same unit */
    int32_t point;
    bool even;         /* the middles on both sides still read as this double */
    bool power_of_two; /* the next smaller double is half as far away */
    uint32_t words[3][WORDS_MAX];
};

static void set_shifted(struct pn_big *n, uint64_t value, uint32_t bits)
{
    n->word[0] = (uint32_t)value;
    n->word[1] = (uint32_t)(value >> 32);
    n->count = n->word[1] != 0 ? 2 : n->word[0] != 0 ? 1 : 0;
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

/* In units of a quarter of the fraction's last bit where the neighbours differ, else of a half. */
static void division_begin(struct division *d, struct parts p)
{
    uint32_t up = p.exponent > 0 ? (uint32_t)p.exponent : 0;
    uint32_t down = p.exponent < 0 ? (uint32_t)-p.exponent : 0;

    d->above.word = d->words[0];
    d->below.word = d->words[1];
    d->half.word = d->words[2];
    d->even = (p.fraction & 1) == 0;
    d->power_of_two = p.fraction == (uint64_t)1 << FRACTION_BITS && p.exponent > -1074;
    uint32_t unit = d->power_of_two ? 2 : 1;
    set_shifted(&d->above, p.fraction, up + unit);
    set_shifted(&d->below, 1, down + unit);
    set_shifted(&d->half, 1, up + unit - 1);
    d->point = 1;
    if (p.fraction == 0) return;
    place_point(d, p.exponent + 63 - __builtin_clzll(p.fraction));
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
    int order = pn_big_order_sum(&d->above, &d->above, &d->below);

    return order > 0 || (order == 0 && (last & 1) != 0);
}

/* --- As few digits as tell it from its neighbours --- */

struct digits { /* 0.DIGITS * 10^point */
    uint8_t digit[SHORTEST_MAX];
    uint32_t count;
    int32_t point;
};

static bool decided(int order, const struct division *d)
{
    return order < 0 || (order == 0 && d->even);
}

static struct digits shortest_digits(struct parts p)
{
    struct digits out = { .count = 0 };
    struct division d;
    bool low, high;

    division_begin(&d, p);
    do {
        uint8_t digit = next_digit(&d);
        pn_big_multiply_add(&d.half, 10, 0);
        low = decided(d.power_of_two ? pn_big_order_sum(&d.above, &d.above, &d.half)
                                     : pn_big_order(&d.above, &d.half),
                      &d);
        high = decided(-pn_big_order_sum(&d.above, &d.half, &d.below), &d);
        if (high && (!low || rounds_up(&d, digit))) digit++;
        out.digit[out.count++] = digit;
    } while (!low && !high && out.count < SHORTEST_MAX);

    out.point = d.point;
    if (out.digit[0] > '9') { /* only the first can get there: later ones would have been decided */
        out.digit[0] = '1';
        out.point++;
    }
    return out;
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
static void write_pointed(struct pn_writer *w, const struct digits *d, int32_t whole)
{
    int32_t count = (int32_t)d->count, before = whole < 0 ? 0 : whole > count ? count : whole;

    if (whole <= 0) pn_write_byte(w, '0');
    pn_write(w, pn_slice(d->digit, (size_t)before));
    write_zeros(w, whole - count);
    if (count <= whole) return;
    pn_write_byte(w, '.');
    write_zeros(w, -whole);
    pn_write(w, pn_slice(d->digit + before, (size_t)(count - before)));
}

/* The sign, and the whole text of what is not finite. */
static bool write_begin(struct pn_writer *w, struct parts p, struct pn_slice infinity)
{
    if (p.nan) {
        pn_write_text(w, "NaN");
        return false;
    }
    if (p.negative) pn_write_byte(w, '-');
    if (!p.finite) pn_write(w, infinity);
    return p.finite;
}

void pn_double_shortest(struct pn_writer *w, double value)
{
    struct parts p = parts_of(value);

    if (!p.finite && !p.negative && !p.nan) pn_write_byte(w, '+');
    if (!write_begin(w, p, PN_SLICE("Inf"))) return;
    struct digits d = shortest_digits(p);
    bool plain = d.point > -4 && d.point <= 6;
    write_pointed(w, &d, plain ? d.point : 1);
    if (!plain) write_exponent(w, d.point - 1);
}

void pn_double_plain(struct pn_writer *w, double value)
{
    struct parts p = parts_of(value);

    if (!write_begin(w, p, PN_SLICE("Infinity"))) return;
    struct digits d = shortest_digits(p);
    write_pointed(w, &d, d.point);
}

void pn_double_json(struct pn_writer *w, double value)
{
    const double plain_min = 1e-6, plain_max = 1e21;
    double size = value < 0 ? -value : value;

    if (size != 0 && (size < plain_min || size >= plain_max)) {
        pn_double_shortest(w, value);
    } else {
        pn_double_plain(w, value);
    }
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

void pn_double_fixed(struct pn_writer *w, double value, uint16_t digits)
{
    struct parts p = parts_of(value);
    struct division d;

    if (!write_begin(w, p, PN_SLICE("Infinity"))) return;
    division_begin(&d, p);
    size_t start = w->len;
    uint32_t whole = d.point > 0 ? (uint32_t)d.point : 1;
    if (!write_rounded(w, &d, whole, digits, (uint32_t)((int32_t)whole - d.point))) return;
    if (pn_write_room(w, 1) == NULL) return;
    memmove(w->at + start + 1, w->at + start, w->len - start - 1);
    w->at[start] = '1';
}

void pn_double_scientific(struct pn_writer *w, double value, uint16_t digits)
{
    struct parts p = parts_of(value);
    struct division d;

    if (!write_begin(w, p, PN_SLICE("Infinity"))) return;
    division_begin(&d, p);
    size_t start = w->len;
    if (write_rounded(w, &d, 1, digits, 0)) {
        w->at[start] = '1';
        d.point++;
    }
    write_exponent(w, d.point - 1);
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

static double double_of_bits(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

bool pn_double_read(struct pn_slice text, double *value)
{
    bool sign = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+');
    uint64_t negative = sign && text.at[0] == '-' ? (uint64_t)1 << 63 : 0;
    struct pn_slice rest = pn_slice_from(text, sign ? 1 : 0);

    if (is_decimal(rest)) return pn_json_number_double(negative != 0 ? text : rest, value);
    if (!sign && pn_slice_equal_fold(rest, PN_SLICE("nan"))) {
        *value = double_of_bits((uint64_t)0x7FF8 << 48);
        return true;
    }
    if (!pn_slice_equal_fold(rest, PN_SLICE("inf")) &&
        !pn_slice_equal_fold(rest, PN_SLICE("infinity"))) {
        return false;
    }
    *value = double_of_bits((uint64_t)0x7FF0 << 48 | negative);
    return true;
}
