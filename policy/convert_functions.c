/* see builtin.h: conversions, and what every type has.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/double_text.h"
#include "policy/duration.h"
#include "policy/value_text.h"

#define INT64_LIMIT  9223372036854775808.0  /* 2^63 */
#define UINT64_LIMIT 18446744073709551616.0 /* 2^64 */

static struct pn_value bad_conversion(void)
{
    return pn_value_fault(PN_FAULT_BAD_CONVERSION);
}

static struct pn_value overflow(void)
{
    return pn_value_fault(PN_FAULT_OVERFLOW);
}

struct pn_value pn_fn_size(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    if (pn_value_is_sequence(args)) return pn_value_int(pn_sequence_count(m, args));
    if (args->type == PN_BYTES) return pn_value_int(args->len);
    if (args->type != PN_STRING) return pn_no_overload();
    if (!pn_machine_spend(m, args->len / 16)) return pn_machine_spent(m);
    return pn_value_int(pn_text_size(args));
}

struct pn_value pn_fn_type(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return (struct pn_value){ .type = PN_TYPE, .as.i = args->type };
}

/* Digits behind a sign, as decimal numbers of people have them. */
static struct pn_value int_of_text(struct pn_slice text)
{
    bool negative = text.len > 0 && text.at[0] == '-';
    uint64_t magnitude, max = (uint64_t)INT64_MAX + negative;

    if (text.len > 0 && (negative || text.at[0] == '+')) text = pn_slice_from(text, 1);
    if (!pn_slice_decimal(text, max, &magnitude)) return bad_conversion();
    return pn_value_int((int64_t)(negative ? 0 - magnitude : magnitude));
}

static struct pn_value int_of_double(double d)
{
    return d > -INT64_LIMIT && d < INT64_LIMIT ? pn_value_int((int64_t)d) : overflow();
}

static struct pn_duration duration_of(const struct pn_value *v)
{
    return (struct pn_duration){ v->as.i, v->len };
}

struct pn_value pn_fn_int(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    (void)count;
    switch (args->type) {
    case PN_INT: return *args;
    case PN_UINT: return args->as.i < 0 ? overflow() : pn_value_int(args->as.i);
    case PN_DOUBLE: return int_of_double(args->as.d);
    case PN_TIMESTAMP: return pn_value_int(args->as.i);
    case PN_DURATION: return pn_value_int(pn_duration_nanos(duration_of(args)));
    default: return pn_argument_text(m, args, &text, &fault) ? int_of_text(text) : fault;
    }
}

static struct pn_value uint_of_double(double d)
{
    return d >= 0 && d < UINT64_LIMIT ? pn_value_uint((uint64_t)d) : overflow();
}

static struct pn_value uint_of_text(struct pn_slice text)
{
    uint64_t u;

    return pn_slice_decimal(text, UINT64_MAX, &u) ? pn_value_uint(u) : bad_conversion();
}

struct pn_value pn_fn_uint(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    (void)count;
    switch (args->type) {
    case PN_INT: return args->as.i < 0 ? overflow() : pn_value_uint((uint64_t)args->as.i);
    case PN_UINT: return *args;
    case PN_DOUBLE: return uint_of_double(args->as.d);
    default: return pn_argument_text(m, args, &text, &fault) ? uint_of_text(text) : fault;
    }
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

static struct pn_value double_of_text(struct pn_machine *m, struct pn_slice text)
{
    uint32_t used = m->scratch->used;
    size_t len;
    double d;

    if (m->policy->mode == PN_MODE_CERBOS54 && pn_slice_find(text, '_') < text.len) {
        uint8_t *plain = pn_scratch_take(m->scratch, (uint32_t)text.len);
        if (plain == NULL) return pn_value_fault(PN_FAULT_SCRATCH_FULL);
        if (!without_underscores(text, plain, &len)) return bad_conversion();
        text = pn_slice(plain, len);
    }
    bool good = pn_double_read(text, &d);
    pn_scratch_back_to(m->scratch, used);
    return good ? pn_value_double(d) : bad_conversion();
}

struct pn_value pn_fn_double(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    (void)count;
    switch (args->type) {
    case PN_INT: return pn_value_double((double)args->as.i);
    case PN_UINT: return pn_value_double((double)pn_value_as_uint(args));
    case PN_DOUBLE: return *args;
    default:
        if (!pn_argument_text(m, args, &text, &fault)) return fault;
        return pn_machine_spend(m, text.len) ? double_of_text(m, text) : pn_machine_spent(m);
    }
}

struct pn_value pn_fn_string(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_writer w = pn_machine_writer(m);
    enum pn_fault fault = PN_FAULT_COUNT;

    (void)count;
    switch (args->type) {
    case PN_STRING: return *args;
    case PN_NULL:
    case PN_TYPE: return pn_no_overload();
    case PN_DOUBLE: pn_double_shortest(&w, args->as.d); break;
    case PN_IP:
    case PN_CIDR: pn_write_made(m, &w, args); break;
    case PN_BYTES:
        if (!pn_machine_spend(m, args->len / 16)) return pn_machine_spent(m);
        fault = pn_write_scalar(m, &w, args);
        break;
    default: fault = pn_write_scalar(m, &w, args); break;
    }
    return fault == PN_FAULT_COUNT ? pn_machine_written(m, &w) : pn_value_fault(fault);
}

struct pn_value pn_fn_bool(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    static const uint8_t spellings[] = "1 t T true TRUE True \0"
                                       "0 f F false FALSE False ";
    struct pn_slice text, rest = pn_slice(spellings, sizeof spellings - 1);
    struct pn_value fault;
    bool value = true;

    (void)count;
    if (args->type == PN_BOOL) return *args;
    if (!pn_argument_text(m, args, &text, &fault)) return fault;
    while (rest.len > 0) {
        if (rest.at[0] == 0) value = false;
        if (rest.at[0] == 0) rest = pn_slice_from(rest, 1);
        size_t len = pn_slice_find(rest, ' ');
        if (pn_slice_equal(pn_slice_head(rest, len), text)) return pn_value_bool(value);
        rest = pn_slice_from(rest, len + 1);
    }
    return bad_conversion();
}

struct pn_value pn_fn_bytes(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value bytes;

    (void)count;
    if (args->type == PN_BYTES) return *args;
    if (!pn_argument_text(m, args, &text, &bytes)) return bytes;
    bytes = pn_value_string(text);
    bytes.type = PN_BYTES;
    return bytes;
}
