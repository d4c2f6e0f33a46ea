/* see builtin.h: numbers. Doubles are taken apart by their bits, for there is no maths library.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"

enum { FRACTION_BITS = 52, EXPONENT_MAX = 2047, EXPONENT_ZERO = 1023 };

#define SIGN_BIT      ((uint64_t)1 << 63)
#define FRACTION_MASK (((uint64_t)1 << FRACTION_BITS) - 1)

static bool is_number(const struct pn_value *v)
{
    return v->type == PN_INT || v->type == PN_UINT || v->type == PN_DOUBLE;
}

static uint64_t bits_of(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static struct pn_value of_bits(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof d);
    return pn_value_double(d);
}

static int exponent_of(uint64_t bits)
{
    return (int)(bits >> FRACTION_BITS & EXPONENT_MAX);
}

/* The first of the numbers that none goes beyond in direction `beyond`. */
static struct pn_value extreme(struct pn_machine *m, struct pn_sequence *numbers,
                               enum pn_relation beyond)
{
    struct pn_value best = pn_value_fault(PN_FAULT_BAD_ARGUMENT), v;

    for (bool first = true; pn_sequence_next(numbers, NULL, &v); first = false) {
        if (!pn_machine_spend(m, 1)) return pn_machine_spent(m);
        if (v.type == PN_ERROR) return v;
        if (!is_number(&v)) return pn_no_overload();
        enum pn_relation relation = first ? beyond : pn_machine_order(m, &v, &best);
        if (relation == PN_RELATION_NONE) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
        if (relation == beyond) best = v;
    }
    return best;
}

static struct pn_value extreme_of(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                                  enum pn_relation beyond)
{
    struct pn_sequence numbers = { .machine = m, .cells = args, .left = count, .step = 1 };

    if (count == 1 && args[0].type == PN_LIST) pn_sequence_begin(&numbers, m, args);
    return extreme(m, &numbers, beyond);
}

struct pn_value pn_fn_greatest(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return extreme_of(m, args, count, PN_RELATION_MORE);
}

struct pn_value pn_fn_least(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return extreme_of(m, args, count, PN_RELATION_LESS);
}

/* To a whole number: towards zero, down, up, or to the nearest with halves away from zero. */
enum rounding { TRUNCATE, DOWN, UP, NEAREST };

static struct pn_value rounded(const struct pn_value *arg, enum rounding rounding)
{
    if (arg->type != PN_DOUBLE) return pn_no_overload();
    uint64_t bits = bits_of(arg->as.d), sign = bits & SIGN_BIT;
    int whole_bits = exponent_of(bits) - EXPONENT_ZERO;

    if (whole_bits >= FRACTION_BITS) return *arg; /* whole already, infinite, or no number */
    bool away = rounding == (sign != 0 ? DOWN : UP);
    if (whole_bits < 0) {
        if (rounding == NEAREST) away = whole_bits == -1;
        if ((bits & ~SIGN_BIT) == 0) away = false;
        return of_bits(sign | (away ? bits_of(1) : 0));
    }
    uint64_t rest = FRACTION_MASK >> whole_bits;
    if (rounding == NEAREST)
        bits += (rest >> 1) + 1; /* may carry into the exponent, as it should */
    if (away) bits += rest;
    return of_bits(bits & ~rest);
}

struct pn_value pn_fn_ceil(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return rounded(args, UP);
}

struct pn_value pn_fn_floor(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return rounded(args, DOWN);
}

struct pn_value pn_fn_round(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return rounded(args, NEAREST);
}

struct pn_value pn_fn_trunc(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return rounded(args, TRUNCATE);
}

struct pn_value pn_fn_abs(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (args->type == PN_UINT) return *args;
    if (args->type == PN_DOUBLE) return of_bits(bits_of(args->as.d) & ~SIGN_BIT);
    if (args->type != PN_INT) return pn_no_overload();
    if (args->as.i == INT64_MIN) return pn_value_fault(PN_FAULT_OVERFLOW);
    return pn_value_int(args->as.i < 0 ? -args->as.i : args->as.i);
}

struct pn_value pn_fn_sign(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (args->type == PN_UINT) return pn_value_uint(args->as.i != 0);
    if (args->type == PN_INT) return pn_value_int((args->as.i > 0) - (args->as.i < 0));
    if (args->type != PN_DOUBLE) return pn_no_overload();
    if (args->as.d != args->as.d) return *args;
    return pn_value_double((args->as.d > 0) - (args->as.d < 0));
}

/* The square root of fraction * 2^exponent, rounded to nearest: 53 bits of it, one at a time, and
 * what is left decides. There is never a tie. */
static struct pn_value root_of(uint64_t fraction, int exponent)
{
    uint64_t root = 0, rest = 0;

    while ((fraction & (uint64_t)1 << FRACTION_BITS) == 0) {
        fraction <<= 1;
        exponent--;
    }
    if (exponent % 2 != 0) {
        fraction <<= 1;
        exponent--;
    }
    fraction <<= 10; /* two bits of it at a time, from bits 63 and 62 down */
    for (int bit = 0; bit < FRACTION_BITS + 1; bit++) {
        rest = rest << 2 | fraction >> 62;
        fraction <<= 2;
        uint64_t trial = root << 2 | 1;
        root <<= 1;
        if (rest < trial) continue;
        rest -= trial;
        root |= 1;
    }
    if (rest > root) root++;
    return of_bits(((uint64_t)(exponent / 2 + 26 + EXPONENT_ZERO) << FRACTION_BITS) +
                   (root - ((uint64_t)1 << FRACTION_BITS)));
}

struct pn_value pn_fn_sqrt(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    double d = args->as.d;

    (void)m;
    (void)count;
    if (!is_number(args)) return pn_no_overload();
    if (args->type == PN_INT) d = (double)args->as.i;
    if (args->type == PN_UINT) d = (double)pn_value_as_uint(args);
    uint64_t bits = bits_of(d);
    if (d < 0) return of_bits((uint64_t)EXPONENT_MAX << FRACTION_BITS | (uint64_t)1 << 51);
    if (d == 0 || exponent_of(bits) == EXPONENT_MAX) return pn_value_double(d);
    uint64_t fraction = bits & FRACTION_MASK;
    int exponent = exponent_of(bits);
    if (exponent > 0) fraction |= (uint64_t)1 << FRACTION_BITS;
    return root_of(fraction, (exponent > 0 ? exponent : 1) - EXPONENT_ZERO - FRACTION_BITS);
}

/* Bits without the sign, and how they compare with those of infinity. */
static struct pn_value is_special(const struct pn_value *arg, bool holds(uint64_t, uint64_t))
{
    if (arg->type != PN_DOUBLE) return pn_no_overload();
    return pn_value_bool(
        holds(bits_of(arg->as.d) & ~SIGN_BIT, (uint64_t)EXPONENT_MAX << FRACTION_BITS));
}

static bool above(uint64_t bits, uint64_t infinity)
{
    return bits > infinity;
}

static bool equal(uint64_t bits, uint64_t infinity)
{
    return bits == infinity;
}

static bool below(uint64_t bits, uint64_t infinity)
{
    return bits < infinity;
}

struct pn_value pn_fn_is_nan(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return is_special(args, above);
}

struct pn_value pn_fn_is_inf(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return is_special(args, equal);
}

struct pn_value pn_fn_is_finite(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return is_special(args, below);
}

static bool is_whole(const struct pn_value *v)
{
    return v->type == PN_INT || v->type == PN_UINT;
}

/* `bits` as a number of the type of `like`. */
static struct pn_value whole(const struct pn_value *like, uint64_t bits)
{
    return (struct pn_value){ .type = like->type, .as.i = (int64_t)bits };
}

static bool are_alike(const struct pn_value *args)
{
    return is_whole(args) && args[0].type == args[1].type;
}

struct pn_value pn_fn_bit_and(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (!are_alike(args)) return pn_no_overload();
    return whole(args, pn_value_as_uint(&args[0]) & pn_value_as_uint(&args[1]));
}

struct pn_value pn_fn_bit_or(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (!are_alike(args)) return pn_no_overload();
    return whole(args, pn_value_as_uint(&args[0]) | pn_value_as_uint(&args[1]));
}

struct pn_value pn_fn_bit_xor(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (!are_alike(args)) return pn_no_overload();
    return whole(args, pn_value_as_uint(&args[0]) ^ pn_value_as_uint(&args[1]));
}

struct pn_value pn_fn_bit_not(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return is_whole(args) ? whole(args, ~pn_value_as_uint(args)) : pn_no_overload();
}

enum way { LEFT, RIGHT };

/* Also of a signed number the sign moves like any bit. */
static struct pn_value shifted(const struct pn_value *args, enum way way)
{
    uint64_t bits = pn_value_as_uint(args);
    int64_t places = args[1].as.i;

    if (!is_whole(args) || args[1].type != PN_INT) return pn_no_overload();
    if (places < 0) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
    if (places >= 64) return whole(args, 0);
    return whole(args, way == LEFT ? bits << places : bits >> places);
}

struct pn_value pn_fn_bit_shift_left(struct pn_machine *m, const struct pn_value *args,
                                     uint32_t count)
{
    (void)m;
    (void)count;
    return shifted(args, LEFT);
}

struct pn_value pn_fn_bit_shift_right(struct pn_machine *m, const struct pn_value *args,
                                      uint32_t count)
{
    (void)m;
    (void)count;
    return shifted(args, RIGHT);
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_MATH PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_math_functions = { .functions = functions,
                                                     .count =
                                                         sizeof functions / sizeof functions[0] };
