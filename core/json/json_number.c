/* see json_number.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_number.h"

#include "core/base/big.h"

/* A double is decided by its first 767 significant digits and whether anything follows; DIGITS_MAX
 * keeps one more in which that is noted. */
enum {
    DIGITS_MAX = 769,
    EXPONENT_LEAST = -326, /* below 10^-326 all is nearer to 0 than to the least double */
    EXPONENT_MOST = 310,   /* from 10^310 on all is beyond double */
};

/* digits * 10^exponent, the digits being all of the text's significant ones. */
struct decimal {
    struct pn_slice digits; /* text from the first to the last digit that is not 0, '.' included */
    uint32_t digit_count;   /* of them, at most UINT32_MAX */
    int64_t exponent;       /* of ten, for the last of them */
    bool negative;
};

bool pn_json_number_int(struct pn_slice text, int64_t *value)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    uint64_t magnitude = 0, max = (uint64_t)INT64_MAX + (negative ? 1 : 0);

    if (!pn_slice_decimal(pn_slice_from(text, negative ? 1 : 0), max, &magnitude)) return false;
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

/* --- Taking the text apart --- */

/* Large enough that no count of digits in a text can bring it back into range. */
#define EXPONENT_HUGE ((int64_t)1 << 40)

static int64_t written_exponent(struct pn_slice text)
{
    bool negative = text.at[0] == '-';
    int64_t exponent = 0;

    for (size_t i = text.at[0] == '-' || text.at[0] == '+' ? 1 : 0; i < text.len; i++) {
        if (exponent < EXPONENT_HUGE) exponent = exponent * 10 + (text.at[i] - '0');
    }
    return negative ? -exponent : exponent;
}

static size_t mantissa_length(struct pn_slice text)
{
    size_t len = 0;

    while (len < text.len && text.at[len] != 'e' && text.at[len] != 'E') len++;
    return len;
}

/* Zeros and the point at either end, which count only in the exponent. */
static struct pn_slice significant(struct pn_slice mantissa)
{
    while (mantissa.len > 0 && (mantissa.at[0] == '0' || mantissa.at[0] == '.')) {
        mantissa = pn_slice_from(mantissa, 1);
    }
    while (mantissa.len > 0 &&
           (mantissa.at[mantissa.len - 1] == '0' || mantissa.at[mantissa.len - 1] == '.')) {
        mantissa.len--;
    }
    return mantissa;
}

static struct decimal take_apart(struct pn_slice text)
{
    struct decimal d = { .negative = text.at[0] == '-' };
    struct pn_slice mantissa = pn_slice_from(text, d.negative ? 1 : 0);
    size_t len = mantissa_length(mantissa);

    if (len < mantissa.len) d.exponent = written_exponent(pn_slice_from(mantissa, len + 1));
    mantissa.len = len;
    d.digits = significant(mantissa);

    size_t point = pn_slice_find(mantissa, '.');
    size_t end = (size_t)(d.digits.at - mantissa.at) + d.digits.len; /* of the last digit kept */
    d.exponent += end > point ? -(int64_t)(end - point - 1) : (int64_t)(point - end);
    bool has_point = pn_slice_find(d.digits, '.') < d.digits.len;
    d.digit_count = (uint32_t)(d.digits.len - (has_point ? 1 : 0));
    return d;
}

/* --- The short way: both parts of a fraction are exact in a double, so it is rounded once --- */

static const double exact_tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                     1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18 };

/* Takes numbers of at most 19 bytes without exponent, whose digits make at most 2^53. */
static bool short_way(struct pn_slice text, double *value)
{
    uint64_t digits = 0;
    size_t fraction = 0, i = text.at[0] == '-' ? 1 : 0;
    bool point = false;

    if (text.len > 19) return false;
    for (; i < text.len; i++) {
        uint8_t digit = (uint8_t)(text.at[i] - '0');
        if (digit <= 9) {
            digits = digits * 10 + digit;
            if (point) fraction++;
        } else if (text.at[i] == '.') {
            point = true;
        } else {
            return false;
        }
    }
    if (digits > (uint64_t)1 << 53) return false;
    double absolute = (double)digits / exact_tens[fraction];
    *value = text.at[0] == '-' ? -absolute : absolute;
    return true;
}

/* --- The long way: whole numbers of any size --- */

enum { WORDS_MAX = 96 }; /* 3072 bits: 10^769 has 2555, 5^(769 + 326) has 2543, and 64 to shift */

/* The digits as a whole number, and at most DIGITS_MAX of them: what is dropped ends in a digit
 * that is not 0, so one digit 1 stands for it in every comparison that rounding makes. Returns how
 * many powers of ten that took. */
static uint32_t big_of_digits(struct pn_big *n, const struct decimal *d)
{
    uint32_t kept = 0, most = d->digit_count > DIGITS_MAX ? DIGITS_MAX - 1 : d->digit_count;
    uint32_t group = 0, scale = 1; /* up to nine digits are taken at a time */

    for (size_t i = 0; kept < most; i++) {
        if (d->digits.at[i] == '.') continue;
        group = group * 10 + (uint32_t)(d->digits.at[i] - '0');
        scale *= 10;
        kept++;
        if (scale < 1000000000 && kept < most) continue;
        pn_big_multiply_add(n, scale, group);
        group = 0;
        scale = 1;
    }
    if (kept == d->digit_count) return 0;
    pn_big_multiply_add(n, 10, 1);
    return d->digit_count - DIGITS_MAX;
}

/* 64 bits from the highest one down, times 2^power; `inexact` when something lies below them. */
struct binary {
    uint64_t bits;
    int32_t power;
    bool inexact;
};

static struct binary binary_top(const struct pn_big *n)
{
    struct binary b = { .power = (int32_t)pn_big_bits(n) - 64 };

    for (uint32_t i = 0; i < n->count; i++) {
        int32_t place = (int32_t)i * 32 - b.power; /* of the word's lowest bit among the 64 */
        uint64_t word = n->word[i];
        if (place >= 0) b.bits |= word << place;
        else if (place > -32) b.bits |= word >> -place;
        if (place < 0 && (place <= -32 || word << (64 + place) != 0)) b.inexact |= word != 0;
    }
    return b;
}

/* n / m to 64 bits. Both are aligned first, so the quotient lies between a half and two. */
static struct binary binary_ratio(struct pn_big *n, struct pn_big *m)
{
    struct binary b = { .bits = 0 };
    int32_t shift = (int32_t)pn_big_bits(n) - (int32_t)pn_big_bits(m);

    if (shift > 0) pn_big_shift_left(m, (uint32_t)shift);
    else pn_big_shift_left(n, (uint32_t)-shift);
    if (pn_big_order(n, m) < 0) {
        pn_big_shift_left(n, 1);
        shift--;
    }
    b.power = shift - 63;
    for (int i = 0; i < 64; i++) {
        b.bits <<= 1;
        if (pn_big_order(n, m) >= 0) {
            pn_big_subtract(n, m);
            b.bits |= 1;
        }
        if (n->count > 0) pn_big_shift_left(n, 1);
    }
    b.inexact = n->count > 0;
    return b;
}

/* Cut off the lowest `drop` bits (1 to 64), to nearest, ties to even. */
static uint64_t round_bits(struct binary b, uint32_t drop)
{
    uint64_t kept = drop < 64 ? b.bits >> drop : 0;
    uint64_t half = (uint64_t)1 << (drop - 1), below = b.bits & (half - 1);
    bool up = (b.bits & half) != 0 && (below != 0 || b.inexact || (kept & 1) != 0);

    return kept + (up ? 1 : 0);
}

/* IEEE 754 binary64. The fraction's carry runs into the exponent as it should. */
static bool double_of_binary(struct binary b, double *value)
{
    int32_t exponent = b.power + 63;
    uint64_t bits;

    if (exponent > 1023) return false;
    if (exponent >= -1022) {
        bits = round_bits(b, 11) + ((uint64_t)(exponent + 1022) << 52);
    } else {
        uint32_t drop = (uint32_t)(11 + (-1022 - exponent));
        bits = drop <= 64 ? round_bits(b, drop) : 0;
    }
    if (bits >= (uint64_t)0x7FF << 52) return false;
    memcpy(value, &bits, sizeof bits);
    return true;
}

static bool long_way(const struct decimal *d, double *value)
{
    uint32_t n_words[WORDS_MAX], m_words[WORDS_MAX];
    struct pn_big n = { .word = n_words }, m = { .word = m_words, .count = 1 };
    int32_t exponent = (int32_t)(d->exponent + big_of_digits(&n, d));
    struct binary b;

    m_words[0] = 1;
    if (exponent >= 0) {
        pn_big_multiply_fives(&n, (uint32_t)exponent);
        b = binary_top(&n);
    } else {
        pn_big_multiply_fives(&m, (uint32_t)-exponent);
        b = binary_ratio(&n, &m);
    }
    b.power += exponent;
    return double_of_binary(b, value);
}

bool pn_json_number_double(struct pn_slice text, double *value)
{
    if (short_way(text, value)) return true;
    struct decimal d = take_apart(text);
    int64_t magnitude = d.exponent + d.digit_count; /* the number is below 10^magnitude */
    double absolute = 0;

    if (d.digit_count > 0 && magnitude > EXPONENT_MOST) return false;
    if (d.digit_count > 0 && magnitude >= EXPONENT_LEAST && !long_way(&d, &absolute)) return false;
    *value = d.negative ? -absolute : absolute;
    return true;
}
