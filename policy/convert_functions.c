/* see builtin.h: conversions, and what every type has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/double_text.h"
#include "policy/duration.h"
#include "policy/result.h"
#include "policy/value_text.h"

#define INT64_LIMIT  9223372036854775808.0  /* 2^63 */
#define UINT64_LIMIT 18446744073709551616.0 /* 2^64 */

void pn_fn_size(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)c;
    if (pn_value_is_sequence(v)) pn_put_int(v, pn_sequence_count(m, v));
    else if (v->type == PN_BYTES) pn_put_int(v, v->len);
    else if (v->type != PN_STRING) pn_put_no_overload(v);
    else if (!pn_machine_spend_text(m, v->len)) pn_put_spent(v, m);
    else pn_put_int(v, pn_text_size(v));
}

void pn_fn_type(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    pn_put_int(v, v->type);
    v->type = (uint8_t)PN_TYPE;
}

enum { TO_INT, TO_UINT };

/* Digits, behind a sign where the number may have one. */
static enum pn_fault whole_of_text(struct pn_slice text, uint8_t to, int64_t *i)
{
    bool negative = to == TO_INT && text.len > 0 && text.at[0] == '-';
    bool sign = negative || (to == TO_INT && text.len > 0 && text.at[0] == '+');
    uint64_t size, most = to == TO_INT ? (uint64_t)INT64_MAX + negative : UINT64_MAX;

    if (!pn_slice_decimal(pn_slice_from(text, sign), most, &size)) return PN_FAULT_BAD_CONVERSION;
    *i = (int64_t)(negative ? 0 - size : size);
    return PN_FAULT_COUNT;
}

static enum pn_fault whole_of_double(double d, uint8_t to, int64_t *i)
{
    if (to == TO_INT ? !(d > -INT64_LIMIT && d < INT64_LIMIT) : !(d >= 0 && d < UINT64_LIMIT)) {
        return PN_FAULT_OVERFLOW;
    }
    *i = to == TO_INT ? (int64_t)d : (int64_t)(uint64_t)d;
    return PN_FAULT_COUNT;
}

static enum pn_fault whole_of(const struct pn_value *v, uint8_t to, int64_t *i)
{
    switch (v->type) {
    case PN_INT: return to == TO_UINT && *i < 0 ? PN_FAULT_OVERFLOW : PN_FAULT_COUNT;
    case PN_UINT: return to == TO_INT && *i < 0 ? PN_FAULT_OVERFLOW : PN_FAULT_COUNT;
    case PN_DOUBLE: return whole_of_double(v->as.d, to, i);
    case PN_STRING: return whole_of_text(pn_value_text(v), to, i);
    case PN_DURATION: *i = pn_duration_nanos((struct pn_duration){ *i, v->len }); break;
    case PN_TIMESTAMP: break;
    default: return PN_FAULT_NO_SUCH_OVERLOAD;
    }
    return to == TO_INT ? PN_FAULT_COUNT : PN_FAULT_NO_SUCH_OVERLOAD;
}

/* int() and uint(). */
void pn_fn_whole(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    int64_t i = v->as.i;
    enum pn_fault fault = whole_of(v, c->which, &i);

    (void)m;
    pn_put_int(v, i);
    if (c->which == TO_UINT) v->type = (uint8_t)PN_UINT;
    if (fault != PN_FAULT_COUNT) pn_put_fault(v, fault);
}

static bool is_digit_at(struct pn_slice text, size_t i)
{
    return i < text.len && (uint8_t)(text.at[i] - '0') <= 9;
}

/* Cerbos reads 1_000 as Go writes it, an underscore between two digits. False: one is elsewhere. */
static bool without_underscores(struct pn_slice text, uint8_t *out, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '_') {
            out[(*len)++] = text.at[i];
        } else if (i == 0 || !is_digit_at(text, i - 1) || !is_digit_at(text, i + 1)) {
            return false;
        }
    }
    return true;
}

/* What was taken for it is given back. PN_FAULT_COUNT: it was read. */
static enum pn_fault read_double(struct pn_machine *m, struct pn_slice text, double *d)
{
    uint32_t used = m->scratch->used;
    size_t len;

    if (m->policy->mode == PN_MODE_CERBOS54 && pn_slice_find(text, '_') < text.len) {
        uint8_t *plain = pn_machine_take(m, text.len);
        if (plain == NULL) return PN_FAULT_SCRATCH_FULL;
        if (!without_underscores(text, plain, &len)) return PN_FAULT_BAD_CONVERSION;
        text = pn_slice(plain, len);
    }
    bool good = pn_double_read(text, d);
    pn_scratch_back_to(m->scratch, used);
    return good ? PN_FAULT_COUNT : PN_FAULT_BAD_CONVERSION;
}

static void double_of_text(struct pn_machine *m, struct pn_value *v)
{
    enum pn_fault fault = PN_FAULT_TOO_MANY_STEPS;
    double d = 0;

    if (pn_machine_spend(m, v->len)) fault = read_double(m, pn_value_text(v), &d);
    if (fault == PN_FAULT_COUNT) pn_put_double(v, d);
    else pn_put_fault(v, fault);
}

void pn_fn_double(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)c;
    switch (v->type) {
    case PN_INT:
    case PN_UINT:
    case PN_DOUBLE: pn_put_double(v, pn_number_as_double(v)); break;
    case PN_STRING: double_of_text(m, v); break;
    default: pn_put_no_overload(v); break;
    }
}

void pn_fn_string(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_writer w = pn_machine_writer(m);
    enum pn_fault fault = PN_FAULT_COUNT;

    (void)c;
    switch (v->type) {
    case PN_STRING: return;
    case PN_NULL:
    case PN_TYPE: fault = PN_FAULT_NO_SUCH_OVERLOAD; break;
    case PN_DOUBLE: pn_double_shortest(&w, v->as.d); break;
    case PN_IP:
    case PN_CIDR: pn_write_made(m, &w, v); break;
    default:
        if (v->type == PN_BYTES && !pn_machine_spend_text(m, v->len))
            fault = PN_FAULT_TOO_MANY_STEPS;
        else fault = pn_write_scalar(m, &w, v);
        break;
    }
    if (fault == PN_FAULT_COUNT) pn_machine_written(m, &w, v);
    else pn_put_fault(v, fault);
}

void pn_fn_bool(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    static const uint8_t spellings[] = "1 t T true TRUE True \0"
                                       "0 f F false FALSE False ";
    struct pn_slice rest = pn_slice(spellings, sizeof spellings - 1);
    bool value = true;

    (void)m;
    (void)c;
    if (v->type == PN_BOOL) return;
    while (v->type == PN_STRING && rest.len > 0) {
        if (rest.at[0] == 0) {
            value = false;
            rest = pn_slice_from(rest, 1);
        }
        size_t len = pn_slice_find(rest, ' ');
        if (pn_slice_equal(pn_slice_head(rest, len), pn_value_text(v))) {
            pn_put_bool(v, value);
            return;
        }
        rest = pn_slice_from(rest, len + 1);
    }
    pn_put_fault(v, v->type == PN_STRING ? PN_FAULT_BAD_CONVERSION : PN_FAULT_NO_SUCH_OVERLOAD);
}

void pn_fn_bytes(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    if (v->type == PN_STRING) v->type = (uint8_t)PN_BYTES;
    else if (v->type != PN_BYTES) pn_put_no_overload(v);
}
