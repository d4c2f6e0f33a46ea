/* see arithmetic.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/arithmetic.h"

#include "core/base/frame.h"
#include "policy/builtin.h"
#include "policy/result.h"

/* How an operation on whole numbers ends; the first is a result. */
enum { FITS = PN_FAULT_COUNT };

/* False: it is beyond 64 bits. */
PN_OWN_FRAME static bool multiply(uint64_t *a, uint64_t b)
{
    uint64_t product = *a * b;
    bool fits = b == 0 || product / b == *a;

    *a = product;
    return fits;
}

static bool multiply_signed(int64_t *a, int64_t b)
{
    bool negative = (*a < 0) != (b < 0);
    uint64_t size = *a < 0 ? 0 - (uint64_t)*a : (uint64_t)*a;
    bool fits = multiply(&size, b < 0 ? 0 - (uint64_t)b : (uint64_t)b);

    *a = (int64_t)(negative ? 0 - size : size);
    return fits && size <= (uint64_t)INT64_MAX + negative;
}

static enum pn_fault of_ints(uint8_t op, int64_t *a, int64_t b)
{
    bool over;

    switch (op) {
    case PN_CODE_ADD: over = __builtin_add_overflow(*a, b, a); break;
    case PN_CODE_SUBTRACT: over = __builtin_sub_overflow(*a, b, a); break;
    case PN_CODE_MULTIPLY: over = !multiply_signed(a, b); break;
    default:
        if (b == 0) return PN_FAULT_DIVIDE_BY_ZERO;
        over = b == -1 && *a == INT64_MIN;
        if (!over) *a = op == PN_CODE_DIVIDE ? *a / b : *a % b;
        break;
    }
    return over ? PN_FAULT_OVERFLOW : (enum pn_fault)FITS;
}

static enum pn_fault of_uints(uint8_t op, uint64_t *a, uint64_t b)
{
    bool over = false;

    switch (op) {
    case PN_CODE_ADD: over = __builtin_add_overflow(*a, b, a); break;
    case PN_CODE_SUBTRACT: over = __builtin_sub_overflow(*a, b, a); break;
    case PN_CODE_MULTIPLY: over = !multiply(a, b); break;
    default:
        if (b == 0) return PN_FAULT_DIVIDE_BY_ZERO;
        *a = op == PN_CODE_DIVIDE ? *a / b : *a % b;
        break;
    }
    return over ? PN_FAULT_OVERFLOW : (enum pn_fault)FITS;
}

static void of_whole(uint8_t op, struct pn_value *a, const struct pn_value *b)
{
    uint64_t u = pn_value_as_uint(a);
    enum pn_fault fault =
        a->type == PN_INT ? of_ints(op, &a->as.i, b->as.i) : of_uints(op, &u, pn_value_as_uint(b));

    if (a->type == PN_UINT) a->as.i = (int64_t)u;
    if (fault != (enum pn_fault)FITS) pn_put_fault(a, fault);
}

static void of_doubles(uint8_t op, struct pn_value *a, double b)
{
    switch (op) {
    case PN_CODE_ADD: a->as.d += b; break;
    case PN_CODE_SUBTRACT: a->as.d -= b; break;
    case PN_CODE_MULTIPLY: a->as.d *= b; break;
    case PN_CODE_DIVIDE: a->as.d /= b; break;
    default: pn_put_no_overload(a); break;
    }
}

static void join_texts(struct pn_machine *m, struct pn_value *a, const struct pn_value *b)
{
    struct pn_slice x, y;
    uint8_t type = a->type;

    if (!pn_machine_text(m, a, &x) || !pn_machine_text(m, b, &y)) {
        pn_put_fault(a, PN_FAULT_SCRATCH_FULL);
        return;
    }
    uint8_t *at = pn_machine_string(m, x.len + y.len, a);
    if (at == NULL) return;
    if (x.len > 0) memcpy(at, x.at, x.len);
    if (y.len > 0) memcpy(at + x.len, y.at, y.len);
    a->type = type;
}

static void join_lists(struct pn_machine *m, struct pn_value *a, const struct pn_value *b)
{
    size_t room = (size_t)pn_sequence_count(m, a) + pn_sequence_count(m, b);
    struct pn_value list;

    if (pn_machine_list(m, room, &list) && pn_list_append_all(m, &list, a)) {
        (void)pn_list_append_all(m, &list, b);
    }
    *a = list;
}

static bool is_moment(const struct pn_value *v)
{
    return v->type == PN_TIMESTAMP || v->type == PN_DURATION;
}

/* Moments come from the functions of time alone, so a policy that has them has those. */
static void of_moments(const struct pn_machine *m, uint8_t op, struct pn_value *a,
                       const struct pn_value *b)
{
    m->policy->modules->functions[PN_FEATURE_BIT_TIME - PN_FEATURE_BIT_TEXTS]->compute(op, a, b);
}

void pn_arithmetic(struct pn_machine *m, uint8_t op, struct pn_value *a, const struct pn_value *b)
{
    bool joins = a->type == b->type && op == PN_CODE_ADD;

    if (is_moment(a) && is_moment(b)) of_moments(m, op, a, b);
    else if (joins && (a->type == PN_STRING || a->type == PN_BYTES)) join_texts(m, a, b);
    else if (joins && a->type == PN_LIST) join_lists(m, a, b);
    else if (a->type != b->type) pn_put_no_overload(a);
    else if (a->type == PN_DOUBLE) of_doubles(op, a, b->as.d);
    else if (a->type == PN_INT || a->type == PN_UINT) of_whole(op, a, b);
    else pn_put_no_overload(a);
}

void pn_negate(struct pn_machine *m, struct pn_value *v)
{
    if (v->type == PN_DOUBLE) v->as.d = -v->as.d;
    else if (v->type == PN_DURATION) of_moments(m, PN_CODE_NEGATE, v, v);
    else if (v->type != PN_INT) pn_put_no_overload(v);
    else if (v->as.i == INT64_MIN) pn_put_fault(v, PN_FAULT_OVERFLOW);
    else v->as.i = -v->as.i;
}
