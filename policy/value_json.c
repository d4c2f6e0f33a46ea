/* see value_json.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/value_json.h"

#include "core/base/frame.h"
#include "policy/double_text.h"
#include "policy/value_text.h"

static const int64_t exact_max = (INT64_C(1) << 53) - 1;

enum { SCALAR_STEPS = 2, DOUBLE_STEPS = 40 };

const uint8_t pn_base64_digits[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void pn_write_base64(struct pn_writer *w, struct pn_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.at[i] << 16;
        if (left > 1) group |= (uint32_t)bytes.at[i + 1] << 8;
        if (left > 2) group |= bytes.at[i + 2];
        pn_write_byte(w, pn_base64_digits[group >> 18]);
        pn_write_byte(w, pn_base64_digits[group >> 12 & 63]);
        pn_write_byte(w, left > 1 ? pn_base64_digits[group >> 6 & 63] : '=');
        pn_write_byte(w, left > 2 ? pn_base64_digits[group & 63] : '=');
    }
}

/* As text of its own between quotes: nothing in it needs an escape. */
PN_OWN_FRAME static void write_quoted(const struct pn_machine *m, struct pn_writer *w,
                                      const struct pn_value *v)
{
    pn_write_byte(w, '"');
    (void)pn_write_scalar(m, w, v);
    pn_write_byte(w, '"');
}

PN_OWN_FRAME static void write_double(const struct pn_machine *m, struct pn_writer *w,
                                      const struct pn_value *v)
{
    bool finite = v->as.d - v->as.d == 0;

    if (finite) {
        pn_double_json(w, v->as.d);
    } else {
        write_quoted(m, w, v);
    }
}

static bool is_exact(const struct pn_value *v)
{
    if (v->type == PN_UINT) return pn_value_as_uint(v) <= (uint64_t)exact_max;
    return v->as.i >= -exact_max && v->as.i <= exact_max;
}

PN_OWN_FRAME static bool write_text(struct pn_machine *m, struct pn_writer *w,
                                    const struct pn_value *v)
{
    struct pn_slice text;

    if (!pn_machine_text(m, v, &text)) return false;
    pn_write_json_string(w, text);
    return true;
}

static bool write_json_within(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v,
                              uint32_t depth);

PN_OWN_FRAME static bool write_sequence(struct pn_machine *m, struct pn_writer *w,
                                        const struct pn_value *v, uint32_t depth)
{
    bool is_map = v->type == PN_MAP;
    struct pn_value key, item;
    struct pn_sequence s;

    if (depth == PN_POLICY_VALUE_DEPTH_MAX) return false;
    pn_write_byte(w, is_map ? '{' : '[');
    pn_sequence_begin(&s, m, v);
    for (bool first = true; pn_sequence_next(&s, &key, &item); first = false) {
        if (!first) pn_write_byte(w, ',');
        if (is_map) {
            if (key.type != PN_STRING || !write_text(m, w, &key)) return false;
            pn_write_byte(w, ':');
        }
        if (!write_json_within(m, w, &item, depth + 1)) return false;
    }
    pn_write_byte(w, is_map ? '}' : ']');
    return true;
}

static bool write_json_within(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v,
                              uint32_t depth)
{
    if (!pn_machine_spend(m, v->type == PN_DOUBLE ? DOUBLE_STEPS : SCALAR_STEPS)) return false;
    switch (v->type) {
    case PN_NULL:
    case PN_BOOL: (void)pn_write_scalar(m, w, v); return true;
    case PN_INT:
    case PN_UINT:
        if (is_exact(v)) {
            (void)pn_write_scalar(m, w, v);
        } else {
            write_quoted(m, w, v);
        }
        return true;
    case PN_DOUBLE: write_double(m, w, v); return true;
    case PN_STRING: return write_text(m, w, v);
    case PN_BYTES:
        pn_write_byte(w, '"');
        pn_write_base64(w, pn_value_text(v));
        pn_write_byte(w, '"');
        return true;
    case PN_TIMESTAMP:
    case PN_DURATION: write_quoted(m, w, v); return true;
    case PN_LIST:
    case PN_MAP: return write_sequence(m, w, v, depth);
    default: return false;
    }
}

bool pn_write_value_json(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v)
{
    size_t begin = w->len;
    bool written = write_json_within(m, w, v, 0);

    if (!written && !w->full) w->len = begin;
    return written;
}

/* What has no form is told as such, in the way of Cerbos. */
static void write_or_tell(struct pn_machine *m, struct pn_writer *w, const struct pn_value *v,
                          struct pn_slice quote)
{
    if (pn_write_value_json(m, w, v)) return;
    pn_write(w, quote);
    pn_write_text(w, "<failed to convert evaluation to protobuf value>");
    pn_write(w, quote);
}

static bool is_value(const struct pn_value *v)
{
    return v->type != PN_ERROR && v->type != PN_UNKNOWN;
}

bool pn_write_block_json(struct pn_machine *m, uint32_t block, struct pn_writer *w)
{
    uint32_t used = m->scratch->used;
    struct pn_value v = pn_machine_run(m, block);

    if (is_value(&v)) write_or_tell(m, w, &v, PN_SLICE("\""));
    pn_scratch_back_to(m->scratch, used);
    return is_value(&v);
}

bool pn_write_block_text(struct pn_machine *m, uint32_t block, struct pn_writer *w)
{
    uint32_t used = m->scratch->used;
    struct pn_value v = pn_machine_run(m, block);
    struct pn_slice text;

    if (v.type == PN_STRING && pn_machine_text(m, &v, &text)) {
        pn_write(w, text);
    } else if (is_value(&v)) {
        write_or_tell(m, w, &v, PN_SLICE(""));
    }
    pn_scratch_back_to(m->scratch, used);
    return is_value(&v);
}
