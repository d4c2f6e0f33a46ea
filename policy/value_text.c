/* see value_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/value_text.h"

#include "core/base/frame.h"
#include "core/base/utf8.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/double_text.h"
#include "policy/type_name.h"

enum { SCALAR_STEPS = 2, DOUBLE_STEPS = 40 };

static void write_text(struct pn_writer *w, const struct pn_value *string)
{
    size_t len = w->full ? SIZE_MAX : pn_value_copy_text(string, w->at + w->len, w->max - w->len);

    w->full = len == SIZE_MAX;
    if (!w->full) w->len += len;
}

/* Bytes become part of a string, so they have to be text. */
static enum pn_fault write_bytes(struct pn_writer *w, struct pn_slice bytes)
{
    if (!pn_utf8_valid(bytes)) return PN_FAULT_BAD_CONVERSION;
    pn_write(w, bytes);
    return PN_FAULT_COUNT;
}

void pn_write_made(const struct pn_machine *m, struct pn_writer *w, const struct pn_value *v)
{
    bool moment = v->type == PN_TIMESTAMP || v->type == PN_DURATION;
    unsigned bit = moment ? PN_FEATURE_BIT_TIME : PN_FEATURE_BIT_NETWORK;

    m->policy->modules->functions[bit - PN_FEATURE_BIT_TEXTS]->write(w, v);
}

enum pn_fault pn_write_scalar(const struct pn_machine *m, struct pn_writer *w,
                              const struct pn_value *v)
{
    switch (v->type) {
    case PN_ERROR: return (enum pn_fault)v->as.i;
    case PN_NULL: pn_write_text(w, "null"); break;
    case PN_BOOL: pn_write(w, v->as.b ? PN_SLICE("true") : PN_SLICE("false")); break;
    case PN_INT: pn_write_i64(w, v->as.i); break;
    case PN_UINT: pn_write_u64(w, pn_value_as_uint(v)); break;
    case PN_DOUBLE: pn_double_plain(w, v->as.d); break;
    case PN_STRING: write_text(w, v); break;
    case PN_BYTES: return write_bytes(w, pn_value_text(v));
    case PN_TIMESTAMP:
    case PN_DURATION: pn_write_made(m, w, v); break;
    default: return PN_FAULT_NO_SUCH_OVERLOAD;
    }
    return PN_FAULT_COUNT;
}

/* An entry of a map that is written in order. */
struct entry {
    struct pn_value key, value;
    uint32_t index;
};

/* The order of two keys as they are written; 24 bytes hold what is no string. */
static enum pn_order key_order(const struct pn_machine *m, const struct pn_value *a,
                               const struct pn_value *b)
{
    const struct pn_value *keys[2] = { a, b };
    struct pn_value texts[2];
    uint8_t digits[2][24];

    for (int i = 0; i < 2; i++) {
        struct pn_writer w = pn_writer(digits[i], sizeof digits[i]);
        texts[i] = *keys[i];
        if (keys[i]->type == PN_STRING) continue;
        (void)pn_write_scalar(m, &w, keys[i]);
        texts[i] = pn_value_string(pn_written(&w));
    }
    return pn_text_order(&texts[0], &texts[1]);
}

static bool is_before(const struct pn_machine *m, const struct entry *a, const struct entry *b)
{
    enum pn_order order = key_order(m, &a->key, &b->key);

    return order == PN_LESS || (order == PN_SAME && a->index < b->index);
}

/* Go to the entry behind `at`, or to the first while `at` has no key: memory to sort them is not
 * needed. False when there is none, or no step. */
PN_OWN_FRAME static bool next_entry(struct pn_machine *m, const struct pn_value *map,
                                    struct entry *at)
{
    struct entry e = { .index = 0 }, next = { .index = 0 };
    struct pn_sequence it;

    pn_sequence_begin(&it, m, map);
    for (; pn_sequence_next(&it, &e.key, &e.value); e.index++) {
        if (!pn_machine_spend(m, SCALAR_STEPS + e.value.len / 16)) return false;
        if (at->key.type != PN_ABSENT && !is_before(m, at, &e)) continue;
        if (next.key.type == PN_ABSENT || is_before(m, &e, &next)) next = e;
    }
    *at = next;
    return next.key.type != PN_ABSENT;
}

static enum pn_fault write_text_within(struct pn_machine *m, struct pn_writer *w,
                                       const struct pn_value *v, uint32_t depth);

PN_OWN_FRAME static enum pn_fault write_map(struct pn_machine *m, struct pn_writer *w,
                                            const struct pn_value *map, uint32_t depth)
{
    struct entry at = { .index = 0 };

    pn_write_byte(w, '{');
    for (bool first = true; next_entry(m, map, &at); first = false) {
        if (!first) pn_write_text(w, ", ");
        enum pn_fault fault = pn_write_scalar(m, w, &at.key);
        pn_write_text(w, ": ");
        if (fault == PN_FAULT_COUNT) fault = write_text_within(m, w, &at.value, depth);
        if (fault != PN_FAULT_COUNT) return fault;
    }
    pn_write_byte(w, '}');
    return m->steps_left == 0 ? PN_FAULT_TOO_MANY_STEPS : PN_FAULT_COUNT;
}

PN_OWN_FRAME static enum pn_fault write_list(struct pn_machine *m, struct pn_writer *w,
                                             const struct pn_value *list, uint32_t depth)
{
    struct pn_sequence it;
    struct pn_value v;

    pn_write_byte(w, '[');
    pn_sequence_begin(&it, m, list);
    for (bool first = true; pn_sequence_next(&it, NULL, &v); first = false) {
        if (!first) pn_write_text(w, ", ");
        enum pn_fault fault = write_text_within(m, w, &v, depth);
        if (fault != PN_FAULT_COUNT) return fault;
    }
    pn_write_byte(w, ']');
    return PN_FAULT_COUNT;
}

static enum pn_fault write_text_within(struct pn_machine *m, struct pn_writer *w,
                                       const struct pn_value *v, uint32_t depth)
{
    bool nested = v->type == PN_LIST || v->type == PN_MAP;
    bool digits = v->type == PN_DOUBLE || v->type == PN_DURATION;
    size_t steps = digits ? DOUBLE_STEPS : SCALAR_STEPS;

    if (v->type == PN_STRING) steps += v->len / 16;
    if (!pn_machine_spend(m, steps)) return PN_FAULT_TOO_MANY_STEPS;
    if (v->type == PN_TYPE) {
        pn_write(w, pn_type_name(v->as.i));
        return PN_FAULT_COUNT;
    }
    if (!nested) {
        struct pn_value plain = *v;
        if (v->type == PN_TIMESTAMP) plain.node = 0; /* always in UTC */
        return pn_write_scalar(m, w, &plain);
    }
    if (depth == 0) return PN_FAULT_TOO_DEEP;
    return v->type == PN_LIST ? write_list(m, w, v, depth - 1) : write_map(m, w, v, depth - 1);
}

enum pn_fault pn_write_value(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v)
{
    return write_text_within(m, w, v, PN_VALUE_TEXT_DEPTH_MAX);
}
