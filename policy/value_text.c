/* see value_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/value_text.h"

#include "core/base/base64.h"
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

void pn_write_bits(struct pn_writer *w, uint64_t bits, unsigned shift, uint8_t ten)
{
    uint8_t digits[64];
    size_t at = sizeof digits;

    do {
        uint8_t digit = (uint8_t)((uint32_t)bits & ((1u << shift) - 1));
        digits[--at] = (uint8_t)(digit < 10 ? '0' + digit : ten + digit - 10);
        bits >>= shift;
    } while (bits > 0);
    pn_write(w, pn_slice(digits + at, sizeof digits - at));
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

/* --- As JSON --- */

void pn_write_base64(struct pn_writer *w, struct pn_slice bytes)
{
    size_t begin = w->len;

    pn_write(w, bytes);
    pn_write_base64_over(w, begin);
}

/* Whole numbers that a double holds, and those next to them. */
static bool is_exact(const struct pn_value *v)
{
    const int64_t most = (INT64_C(1) << 53) - 1;

    return v->as.i <= most && v->as.i >= (v->type == PN_INT ? -most : 0);
}

/* What JSON has no form for is a text of its own between quotes; nothing in it needs an escape. */
static bool is_quoted(const struct pn_value *v)
{
    if (v->type == PN_INT || v->type == PN_UINT) return !is_exact(v);
    return v->type != PN_NULL && v->type != PN_BOOL;
}

PN_OWN_FRAME static enum pn_fault write_json_text(struct pn_machine *m, struct pn_writer *w,
                                                  const struct pn_value *v)
{
    struct pn_slice text;

    if (!pn_machine_text(m, v, &text)) return PN_FAULT_SCRATCH_FULL;
    pn_write_json_string(w, text);
    return PN_FAULT_COUNT;
}

PN_OWN_FRAME static enum pn_fault write_json_scalar(struct pn_machine *m, struct pn_writer *w,
                                                    const struct pn_value *v)
{
    enum pn_fault fault = PN_FAULT_COUNT;
    bool quoted = is_quoted(v);

    if (v->type == PN_STRING) return write_json_text(m, w, v);
    if (v->type == PN_DOUBLE && v->as.d - v->as.d == 0) { /* finite */
        pn_double_json(w, v->as.d);
        return fault;
    }
    if (quoted) pn_write_byte(w, '"');
    if (v->type == PN_BYTES) pn_write_base64(w, pn_value_text(v));
    else fault = pn_write_scalar(m, w, v);
    if (quoted) pn_write_byte(w, '"');
    return fault;
}

/* --- Lists and maps, and what is in them --- */

struct form {
    struct pn_machine *machine;
    struct pn_writer *writer;
    bool json;
};

static enum pn_fault write_within(const struct form *f, const struct pn_value *v, uint32_t depth);

/* Between entries, or behind a key. */
static void write_separator(const struct form *f, uint8_t separator)
{
    pn_write_byte(f->writer, separator);
    if (!f->json) pn_write_byte(f->writer, ' ');
}

static enum pn_fault write_key(const struct form *f, const struct pn_value *key)
{
    enum pn_fault fault = PN_FAULT_NO_SUCH_OVERLOAD;

    if (!f->json) fault = pn_write_scalar(f->machine, f->writer, key);
    else if (key->type == PN_STRING) fault = write_json_text(f->machine, f->writer, key);
    write_separator(f, ':');
    return fault;
}

/* People get the entries of a map in order. */
PN_OWN_FRAME static enum pn_fault write_sequence(const struct form *f, const struct pn_value *v,
                                                 uint32_t depth)
{
    bool map = v->type == PN_MAP, sorts = map && !f->json;
    enum pn_fault fault = PN_FAULT_COUNT;
    struct entry at = { .index = 0 };
    struct pn_sequence s;

    pn_sequence_begin(&s, f->machine, v);
    pn_write_byte(f->writer, map ? '{' : '[');
    for (bool first = true; fault == PN_FAULT_COUNT; first = false) {
        if (!(sorts ? next_entry(f->machine, v, &at) : pn_sequence_next(&s, &at.key, &at.value))) {
            break;
        }
        if (!first) write_separator(f, ',');
        if (map) fault = write_key(f, &at.key);
        if (fault == PN_FAULT_COUNT) fault = write_within(f, &at.value, depth);
    }
    pn_write_byte(f->writer, map ? '}' : ']');
    return f->machine->steps_left == 0 && sorts ? PN_FAULT_TOO_MANY_STEPS : fault;
}

PN_OWN_FRAME static enum pn_fault write_text_scalar(const struct form *f, const struct pn_value *v)
{
    struct pn_value plain = *v;

    if (v->type == PN_TYPE) {
        pn_write(f->writer, pn_type_name(v->as.i));
        return PN_FAULT_COUNT;
    }
    if (v->type == PN_TIMESTAMP) plain.node = 0; /* always in UTC */
    return pn_write_scalar(f->machine, f->writer, &plain);
}

static enum pn_fault write_within(const struct form *f, const struct pn_value *v, uint32_t depth)
{
    bool digits = v->type == PN_DOUBLE || v->type == PN_DURATION;
    size_t steps = digits ? DOUBLE_STEPS : SCALAR_STEPS;

    if (v->type == PN_STRING && !f->json) steps += v->len / 16;
    if (!pn_machine_spend(f->machine, steps)) return PN_FAULT_TOO_MANY_STEPS;
    if (v->type == PN_LIST || v->type == PN_MAP) {
        return depth == 0 ? PN_FAULT_TOO_DEEP : write_sequence(f, v, depth - 1);
    }
    return f->json ? write_json_scalar(f->machine, f->writer, v) : write_text_scalar(f, v);
}

enum pn_fault pn_write_value(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v,
                             enum pn_value_form form)
{
    struct form f = { m, w, form == PN_FORM_JSON };

    return write_within(&f, v, f.json ? PN_POLICY_VALUE_DEPTH_MAX : PN_VALUE_TEXT_DEPTH_MAX);
}
