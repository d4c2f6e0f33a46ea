/* see audit_number.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_number.h"

#include "core/json/json_number.h"

enum {
    DIGITS_MAX = 17, /* as many tell any two doubles apart */
    LIMBS_MAX = 96,  /* of nine decimal digits: 2^53 * 5^1074 has 767 */
    LIMB = 1000000000,
    TEXT_BYTES_MAX = 32,
    PLAIN_MAX = 16, /* exponents of ten that are written out in zeros */
    PLAIN_MIN = -5,
};

/* A natural number, lowest limb first. */
struct big {
    uint32_t limbs[LIMBS_MAX];
    unsigned count;
};

/* d[0].d[1]d[2]... times ten to the exponent. */
struct decimal {
    uint8_t digits[DIGITS_MAX + 1];
    unsigned count;
    int exponent;
};

static void multiply(struct big *b, uint32_t factor)
{
    uint64_t carry = 0;

    for (unsigned i = 0; i < b->count; i++) {
        carry += (uint64_t)b->limbs[i] * factor;
        b->limbs[i] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
    while (carry > 0) {
        b->limbs[b->count++] = (uint32_t)(carry % LIMB);
        carry /= LIMB;
    }
}

/* Times base^power, `step` factors at a time: base^step is below 2^31. */
static void multiply_power(struct big *b, uint32_t base, int power, int step)
{
    while (power > 0) {
        uint32_t factor = 1;
        for (int i = 0; i < step && power > 0; i++, power--) {
            factor *= base;
        }
        multiply(b, factor);
    }
}

/* The nine digits of each limb, highest first, without leading zeros. */
static unsigned leading_digits(const struct big *b, uint8_t *out, unsigned max)
{
    unsigned count = 0;

    for (unsigned i = b->count; i-- > 0;) {
        uint32_t part = LIMB / 10;
        for (uint32_t rest = b->limbs[i]; part > 0; rest %= part, part /= 10) {
            uint8_t digit = (uint8_t)(rest / part);
            if ((count > 0 || digit > 0) && count < max) out[count++] = digit;
        }
    }
    return count;
}

static int digits_in(const struct big *b)
{
    int count = 9 * (int)(b->count - 1);

    for (uint32_t top = b->limbs[b->count - 1]; top > 0; top /= 10) {
        count++;
    }
    return count;
}

/* mantissa * 2^power exactly: below zero as mantissa * 5^-power, with the point moved. */
static int exact_digits(uint64_t mantissa, int power, uint8_t digits[DIGITS_MAX + 1],
                        unsigned *count)
{
    struct big b = { .count = 0 };

    for (; mantissa > 0; mantissa /= LIMB) {
        b.limbs[b.count++] = (uint32_t)(mantissa % LIMB);
    }
    if (power >= 0) multiply_power(&b, 2, power, 29);
    else multiply_power(&b, 5, -power, 13);
    *count = leading_digits(&b, digits, DIGITS_MAX + 1);
    return digits_in(&b) - 1 + (power < 0 ? power : 0);
}

/* The first `count` digits, rounded. Rounding what was cut off already may give a neighbour, which
 * reading back shows; with all 17 and one more it cannot. */
static struct decimal rounded(const uint8_t *digits, unsigned have, int exponent, unsigned count)
{
    struct decimal d = { .count = count < have ? count : have, .exponent = exponent };
    unsigned at = d.count;

    memcpy(d.digits, digits, d.count);
    if (count >= have || digits[count] < 5) return d;
    while (at > 0 && d.digits[at - 1] == 9) {
        d.digits[--at] = 0;
    }
    if (at > 0) {
        d.digits[at - 1]++;
    } else {
        d.digits[0] = 1;
        d.exponent++;
    }
    return d;
}

static void write_digits(struct pn_writer *w, const struct decimal *d, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        pn_write_byte(w, (uint8_t)('0' + (i < d->count ? d->digits[i] : 0)));
    }
}

static void write_plain(struct pn_writer *w, const struct decimal *d)
{
    unsigned whole = d->exponent >= 0 ? (unsigned)d->exponent + 1 : 0;

    if (whole == 0) pn_write_byte(w, '0');
    write_digits(w, d, 0, whole);
    pn_write_byte(w, '.');
    for (int i = -1; i > d->exponent; i--) {
        pn_write_byte(w, '0');
    }
    if (d->count > whole) write_digits(w, d, whole, d->count);
    else pn_write_byte(w, '0');
}

static void write_decimal(struct pn_writer *w, const struct decimal *d)
{
    if (d->exponent >= PLAIN_MIN && d->exponent <= PLAIN_MAX) {
        write_plain(w, d);
        return;
    }
    write_digits(w, d, 0, 1);
    if (d->count > 1) {
        pn_write_byte(w, '.');
        write_digits(w, d, 1, d->count);
    }
    pn_write_byte(w, 'e');
    pn_write_i64(w, d->exponent);
}

static bool reads_back(struct pn_slice text, double value)
{
    double got;

    return pn_json_number_double(text, &got) && got == value;
}

static void write_positive(struct pn_writer *w, double value, uint64_t bits)
{
    uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
    int power = (int)(bits >> 52 & 0x7FF);
    uint8_t digits[DIGITS_MAX + 1];
    unsigned have;
    int exponent = power > 0
                       ? exact_digits(fraction | UINT64_C(1) << 52, power - 1075, digits, &have)
                       : exact_digits(fraction, -1074, digits, &have);

    for (unsigned count = 1; count <= DIGITS_MAX; count++) {
        uint8_t bytes[TEXT_BYTES_MAX];
        struct pn_writer text = pn_writer(bytes, sizeof bytes);
        struct decimal d = rounded(digits, have, exponent, count);

        write_decimal(&text, &d);
        if (count < DIGITS_MAX && !reads_back(pn_written(&text), value)) continue;
        pn_write(w, pn_written(&text));
        return;
    }
}

void pn_audit_write_double(struct pn_writer *w, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    if ((bits >> 52 & 0x7FF) == 0x7FF) {
        pn_write_text(w, "null");
        return;
    }
    if (bits >> 63 != 0) pn_write_byte(w, '-');
    bits &= INT64_MAX;
    if (bits == 0) {
        pn_write_text(w, "0.0");
        return;
    }
    write_positive(w, value < 0 ? -value : value, bits);
}
