/* see builtin.h: numbers. Doubles are taken apart by their bits, for there is no maths library.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/result.h"

enum { FRACTION_BITS = 52, EXPONENT_MAX = 2047, EXPONENT_ZERO = 1023 };

#define SIGN_BIT      ((uint64_t)1 << 63)
#define FRACTION_MASK (((uint64_t)1 << FRACTION_BITS) - 1)
#define INFINITY_BITS ((uint64_t)EXPONENT_MAX << FRACTION_BITS)

static bool is_number(uint8_t type)
{
    return type == PN_INT || type == PN_UINT || type == PN_DOUBLE;
}

static uint64_t bits_of(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static void put_bits(struct pn_value *v, uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof d);
    pn_put_double(v, d);
}

static int exponent_of(uint64_t bits)
{
    return (int)(bits >> FRACTION_BITS & EXPONENT_MAX);
}

enum { GREATEST, LEAST };

/* Put the first of the numbers that none goes beyond in direction `beyond`. */
static void put_extreme(struct pn_machine *m, struct pn_sequence *numbers, enum pn_relation beyond,
                        struct pn_value *best)
{
    enum pn_relation relation = beyond;
    enum pn_fault fault = PN_FAULT_COUNT;
    struct pn_value v;

    pn_put_fault(best, PN_FAULT_BAD_ARGUMENT);
    while (pn_sequence_next(numbers, NULL, &v)) {
        if (best->type != PN_ERROR) relation = pn_machine_order(m, &v, best);
        if (!is_number(v.type)) fault = PN_FAULT_NO_SUCH_OVERLOAD;
        else if (relation == PN_RELATION_NONE) fault = PN_FAULT_BAD_ARGUMENT;
        else if (relation == beyond) *best = v;
        if (!pn_machine_spend(m, 1)) fault = PN_FAULT_TOO_MANY_STEPS;
        if (fault == PN_FAULT_COUNT) continue;
        pn_put_fault(best, v.type == PN_ERROR ? (enum pn_fault)v.as.i : fault);
        return;
    }
}

void pn_fn_extreme(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_sequence numbers = { .machine = m, .cells = v, .left = c->count, .step = 1 };
    struct pn_value best;

    if (c->count == 1 && v->type == PN_LIST) pn_sequence_begin(&numbers, m, v);
    put_extreme(m, &numbers, c->which == GREATEST ? PN_RELATION_MORE : PN_RELATION_LESS, &best);
    *v = best;
}

/* To a whole number: towards zero, down, up, or to the nearest with halves away from zero. */
enum { TRUNCATE, DOWN, UP, NEAREST };

void pn_fn_rounded(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    uint64_t bits = bits_of(v->as.d), sign = bits & SIGN_BIT;
    int whole_bits = exponent_of(bits) - EXPONENT_ZERO;
    bool away = c->which == (sign != 0 ? DOWN : UP);

    (void)m;
    if (whole_bits >= FRACTION_BITS) return; /* whole already, infinite, or no number */
    if (whole_bits < 0) {
        if (c->which == NEAREST) away = whole_bits == -1;
        if ((bits & ~SIGN_BIT) == 0) away = false;
        put_bits(v, sign | (away ? bits_of(1) : 0));
        return;
    }
    uint64_t rest = FRACTION_MASK >> whole_bits;
    if (c->which == NEAREST)
        bits += (rest >> 1) + 1; /* may carry into the exponent, as it should */
    if (away) bits += rest;
    put_bits(v, bits & ~rest);
}

void pn_fn_abs(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    if (v->type == PN_UINT) return;
    if (v->type == PN_DOUBLE) put_bits(v, bits_of(v->as.d) & ~SIGN_BIT);
    else if (v->type != PN_INT) pn_put_no_overload(v);
    else if (v->as.i == INT64_MIN) pn_put_fault(v, PN_FAULT_OVERFLOW);
    else if (v->as.i < 0) v->as.i = -v->as.i;
}

/* Of the number's own type. A NaN has none and stays. */
void pn_fn_sign(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    const struct pn_value zero = pn_value_int(0);
    enum pn_relation is = pn_machine_order(m, v, &zero);
    int sign = (int)is - (int)PN_RELATION_SAME;

    (void)c;
    if (is == PN_RELATION_NO_OVERLOAD) pn_put_no_overload(v);
    else if (is == PN_RELATION_NONE) return;
    else if (v->type == PN_DOUBLE) pn_put_double(v, sign);
    else v->as.i = sign;
}

_Static_assert(PN_RELATION_LESS + 1 == PN_RELATION_SAME && PN_RELATION_SAME + 1 == PN_RELATION_MORE,
               "a relation to 0 is a sign");

/* The square root of fraction * 2^exponent, rounded to nearest: 53 bits of it, one at a time, and
 * what is left decides. There is never a tie. */
static uint64_t root_of(uint64_t fraction, int exponent)
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
    return ((uint64_t)(exponent / 2 + 26 + EXPONENT_ZERO) << FRACTION_BITS) +
           (root - ((uint64_t)1 << FRACTION_BITS));
}

void pn_fn_sqrt(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    if (!is_number(v->type)) {
        pn_put_no_overload(v);
        return;
    }
    pn_put_double(v, pn_number_as_double(v));
    uint64_t bits = bits_of(v->as.d), fraction = bits & FRACTION_MASK;
    int exponent = exponent_of(bits);
    if ((bits & ~SIGN_BIT) == 0 || (exponent == EXPONENT_MAX && bits != INFINITY_BITS + SIGN_BIT)) {
        return; /* zeros, infinity and what is no number */
    }
    if (bits >> 63 != 0) {
        put_bits(v, INFINITY_BITS | (uint64_t)1 << 51);
        return;
    }
    if (exponent > 0) fraction |= (uint64_t)1 << FRACTION_BITS;
    put_bits(v, root_of(fraction, (exponent > 0 ? exponent : 1) - EXPONENT_ZERO - FRACTION_BITS));
}

enum { IS_NAN, IS_INFINITE, IS_FINITE };

void pn_fn_is_special(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    uint64_t bits = bits_of(v->as.d) & ~SIGN_BIT;
    uint8_t is = bits > INFINITY_BITS ? IS_NAN : bits == INFINITY_BITS ? IS_INFINITE : IS_FINITE;

    (void)m;
    pn_put_bool(v, is == c->which);
}

enum { AND, OR, XOR, NOT, LEFT, RIGHT };

/* Also of a signed number the sign moves like any bit. */
static uint64_t joined(uint64_t a, uint64_t b, uint8_t which)
{
    switch (which) {
    case AND: return a & b;
    case OR: return a | b;
    case XOR: return a ^ b;
    case NOT: return ~a;
    default: break;
    }
    if (b >= 64) return 0;
    return which == LEFT ? a << b : a >> b;
}

/* Whole numbers, signed or not; two of them of one type, but for how far to shift. */
void pn_fn_bits(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    const struct pn_value *b = &v[c->count - 1]; /* for NOT the same */

    (void)m;
    if ((v->type != PN_INT && v->type != PN_UINT) || (c->which < NOT && v->type != b->type)) {
        pn_put_no_overload(v);
    } else if (c->which >= LEFT && b->as.i < 0) {
        pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
    } else {
        v->as.i = (int64_t)joined(pn_value_as_uint(v), pn_value_as_uint(b), c->which);
    }
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
