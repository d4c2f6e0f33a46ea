/* see arithmetic.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/arithmetic.h"

#include "policy/duration.h"

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

static struct pn_value duration_if(bool fits, const struct pn_duration *d)
{
    return fits ? pn_value_time(PN_DURATION, d->seconds, d->nanos) : overflow();
}

static struct pn_value of_durations(uint8_t op, struct pn_duration a, struct pn_duration b)
{
    if (op == PN_CODE_ADD) return duration_if(pn_duration_add(a, b, &a), &a);
    if (op != PN_CODE_SUBTRACT) return pn_no_overload();
    return duration_if(pn_duration_subtract(a, b, &a), &a);
}

static struct pn_value moved(uint8_t op, struct pn_instant at, struct pn_duration by)
{
    bool fits = op == PN_CODE_ADD ? pn_instant_add(at, by, &at) : pn_instant_subtract(at, by, &at);

    return fits ? pn_value_time(PN_TIMESTAMP, at.seconds, at.nanos) : overflow();
}

/* A moment that was moved is shown by the same clock. */
static struct pn_value shown_as(struct pn_value moved, const struct pn_value *moment)
{
    if (moved.type == PN_TIMESTAMP) moved.node = moment->node;
    return moved;
}

static struct pn_value of_moments(uint8_t op, const struct pn_value *a, const struct pn_value *b)
{
    bool at_a = a->type == PN_TIMESTAMP, at_b = b->type == PN_TIMESTAMP;
    struct pn_instant first = { a->as.i, a->len }, second = { b->as.i, b->len };
    struct pn_duration d = { a->as.i, a->len }, by = { b->as.i, b->len };

    if (!at_a && !at_b) return of_durations(op, d, by);
    if (op == PN_CODE_ADD && at_a != at_b) {
        return shown_as(moved(op, at_a ? first : second, at_a ? by : d), at_a ? a : b);
    }
    if (op != PN_CODE_SUBTRACT || !at_a) return pn_no_overload();
    if (!at_b) return shown_as(moved(op, first, by), a);
    return duration_if(pn_instant_difference(first, second, &d), &d);
}

static bool is_moment(const struct pn_value *v)
{
    return v->type == PN_TIMESTAMP || v->type == PN_DURATION;
}

struct pn_value pn_arithmetic(struct pn_machine *m, uint8_t op, const struct pn_value *a,
                              const struct pn_value *b)
{
    if (is_moment(a) && is_moment(b)) return of_moments(op, a, b);
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

struct pn_value pn_negated(const struct pn_value *v)
{
    struct pn_duration d = { v->as.i, v->len };

    if (v->type == PN_DOUBLE) return pn_value_double(-v->as.d);
    if (v->type == PN_DURATION) return duration_if(pn_duration_negate(d, &d), &d);
    if (v->type != PN_INT) return pn_no_overload();
    return v->as.i == INT64_MIN ? overflow() : pn_value_int(-v->as.i);
}
