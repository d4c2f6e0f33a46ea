/* see arithmetic.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/arithmetic.h"

#include "policy/builtin.h"

static struct pn_value overflow(void)
{
    return pn_value_fault(PN_FAULT_OVERFLOW);
}

static struct pn_value divided(uint8_t op, int64_t a, int64_t b)
{
    if (b == 0) return pn_value_fault(PN_FAULT_DIVIDE_BY_ZERO);
    if (b == -1 && a == INT64_MIN) return overflow();
    return pn_value_int(op == PN_CODE_DIVIDE ? a / b : a % b);
}

static struct pn_value of_ints(uint8_t op, int64_t a, int64_t b)
{
    int64_t result = 0;
    bool over = false;

    switch (op) {
    case PN_CODE_ADD: over = __builtin_add_overflow(a, b, &result); break;
    case PN_CODE_SUBTRACT: over = __builtin_sub_overflow(a, b, &result); break;
    case PN_CODE_MULTIPLY: over = __builtin_mul_overflow(a, b, &result); break;
    default: return divided(op, a, b);
    }
    return over ? overflow() : pn_value_int(result);
}

static struct pn_value of_uints(uint8_t op, uint64_t a, uint64_t b)
{
    uint64_t result = 0;
    bool over = false;

    switch (op) {
    case PN_CODE_ADD: over = __builtin_add_overflow(a, b, &result); break;
    case PN_CODE_SUBTRACT: over = __builtin_sub_overflow(a, b, &result); break;
    case PN_CODE_MULTIPLY: over = __builtin_mul_overflow(a, b, &result); break;
    default:
        if (b == 0) return pn_value_fault(PN_FAULT_DIVIDE_BY_ZERO);
        result = op == PN_CODE_DIVIDE ? a / b : a % b;
        break;
    }
    return over ? overflow() : pn_value_uint(result);
}

static struct pn_value of_doubles(uint8_t op, double a, double b)
{
    switch (op) {
    case PN_CODE_ADD: return pn_value_double(a + b);
    case PN_CODE_SUBTRACT: return pn_value_double(a - b);
    case PN_CODE_MULTIPLY: return pn_value_double(a * b);
    case PN_CODE_DIVIDE: return pn_value_double(a / b);
    default: return pn_no_overload();
    }
}

static struct pn_value joined_texts(struct pn_machine *m, const struct pn_value *a,
                                    const struct pn_value *b)
{
    struct pn_slice x, y;
    struct pn_value v;

    if (!pn_machine_text(m, a, &x) || !pn_machine_text(m, b, &y)) {
        return pn_value_fault(PN_FAULT_SCRATCH_FULL);
    }
    uint8_t *at = pn_machine_string(m, x.len + y.len, &v);
    if (at == NULL) return v;
    if (x.len > 0) memcpy(at, x.at, x.len);
    if (y.len > 0) memcpy(at + x.len, y.at, y.len);
    v.type = a->type;
    return v;
}

static struct pn_value joined_lists(struct pn_machine *m, const struct pn_value *a,
                                    const struct pn_value *b)
{
    struct pn_value list =
        pn_machine_list(m, (size_t)pn_sequence_count(m, a) + pn_sequence_count(m, b));
    const struct pn_value *parts[] = { a, b };
    struct pn_sequence s;
    struct pn_value element;

    for (int i = 0; i < 2 && list.type == PN_LIST; i++) {
        pn_sequence_begin(&s, m, parts[i]);
        while (pn_sequence_next(&s, NULL, &element)) {
            if (!pn_machine_spend(m, 1)) return pn_value_fault(PN_FAULT_TOO_MANY_STEPS);
            if (element.type == PN_ERROR) return element;
            list = pn_list_append(list, &element);
        }
    }
    return list;
}

static bool is_moment(const struct pn_value *v)
{
    return v->type == PN_TIMESTAMP || v->type == PN_DURATION;
}

/* Moments come from the functions of time alone, so a policy that has them has those. */
static struct pn_value of_moments(const struct pn_machine *m, uint8_t op, const struct pn_value *a,
                                  const struct pn_value *b)
{
    return m->policy->modules->functions[PN_FEATURE_BIT_TIME - PN_FEATURE_BIT_TEXTS]->compute(op, a,
                                                                                              b);
}

struct pn_value pn_arithmetic(struct pn_machine *m, uint8_t op, const struct pn_value *a,
                              const struct pn_value *b)
{
    if (is_moment(a) && is_moment(b)) return of_moments(m, op, a, b);
    if (a->type != b->type) return pn_no_overload();
    switch (a->type) {
    case PN_INT: return of_ints(op, a->as.i, b->as.i);
    case PN_UINT: return of_uints(op, pn_value_as_uint(a), pn_value_as_uint(b));
    case PN_DOUBLE: return of_doubles(op, a->as.d, b->as.d);
    case PN_STRING:
    case PN_BYTES: return op == PN_CODE_ADD ? joined_texts(m, a, b) : pn_no_overload();
    case PN_LIST: return op == PN_CODE_ADD ? joined_lists(m, a, b) : pn_no_overload();
    default: return pn_no_overload();
    }
}

struct pn_value pn_negated(struct pn_machine *m, const struct pn_value *v)
{
    if (v->type == PN_DOUBLE) return pn_value_double(-v->as.d);
    if (v->type == PN_DURATION) return of_moments(m, PN_CODE_NEGATE, v, v);
    if (v->type != PN_INT) return pn_no_overload();
    return v->as.i == INT64_MIN ? overflow() : pn_value_int(-v->as.i);
}
