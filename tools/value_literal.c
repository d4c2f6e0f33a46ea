/* see value_literal.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/value_literal.h"

#include "policy/civil_time.h"
#include "policy/double_text.h"
#include "policy/duration.h"
#include "policy/type_name.h"

enum { DEPTH_MAX = 32 };

static void write_bytes(struct pn_writer *w, struct pn_slice bytes)
{
    pn_write_text(w, "b\"");
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t ch = bytes.at[i];
        if (ch >= 0x20 && ch < 0x7f && ch != '"' && ch != '\\') {
            pn_write_byte(w, ch);
        } else {
            pn_write_text(w, "\\x");
            pn_write_hex(w, &ch, 1);
        }
    }
    pn_write_byte(w, '"');
}

/* A double without a point or an exponent would be read as an int. */
static void write_double(struct pn_writer *w, double d)
{
    size_t begin = w->len;

    if (d - d != 0) {
        pn_write_text(w, "double(\"");
        pn_double_plain(w, d);
        pn_write_text(w, "\")");
        return;
    }
    pn_double_shortest(w, d);
    for (size_t i = begin; i < w->len; i++) {
        if (w->at[i] == '.' || w->at[i] == 'e') return;
    }
    pn_write_text(w, ".0");
}

static void write_within(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *value, unsigned depth);

static void write_sequence(struct pn_writer *w, struct pn_machine *machine,
                           const struct pn_value *value, unsigned depth)
{
    bool is_map = value->type == PN_MAP;
    struct pn_value key, item;
    struct pn_sequence s;

    if (depth == DEPTH_MAX) {
        pn_write_text(w, "...");
        return;
    }
    pn_write_byte(w, is_map ? '{' : '[');
    pn_sequence_begin(&s, machine, value);
    for (bool first = true; pn_sequence_next(&s, &key, &item); first = false) {
        if (!first) pn_write_text(w, ", ");
        if (is_map) {
            write_within(w, machine, &key, depth + 1);
            pn_write_text(w, ": ");
        }
        write_within(w, machine, &item, depth + 1);
    }
    pn_write_byte(w, is_map ? '}' : ']');
}

static void write_string(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *string)
{
    struct pn_slice text = { 0 };

    (void)pn_machine_text(machine, string, &text);
    pn_write_json_string(w, text);
}

static void write_scalar(struct pn_writer *w, const struct pn_value *v)
{
    switch (v->type) {
    case PN_NULL: pn_write_text(w, "null"); return;
    case PN_BOOL: pn_write(w, v->as.b ? PN_SLICE("true") : PN_SLICE("false")); return;
    case PN_INT: pn_write_i64(w, v->as.i); return;
    case PN_UINT:
        pn_write_u64(w, pn_value_as_uint(v));
        pn_write_byte(w, 'u');
        return;
    case PN_DOUBLE: write_double(w, v->as.d); return;
    case PN_BYTES: write_bytes(w, pn_value_text(v)); return;
    case PN_TIMESTAMP:
        pn_write_text(w, "timestamp(\"");
        pn_instant_write(w, &(struct pn_instant){ v->as.i, v->len, 0 });
        pn_write_text(w, "\")");
        return;
    case PN_DURATION:
        pn_write_text(w, "duration(\"");
        pn_duration_write(w, (struct pn_duration){ v->as.i, v->len });
        pn_write_text(w, "\")");
        return;
    case PN_TYPE: pn_write(w, pn_type_name(v->as.i)); return;
    case PN_UNKNOWN: pn_write_text(w, "unknown"); return;
    case PN_ERROR:
        pn_write_text(w, "error: ");
        pn_write(w, pn_fault_sentence((enum pn_fault)v->as.i));
        return;
    default:
        pn_write_byte(w, '<');
        pn_write(w, pn_type_name(v->type));
        pn_write_byte(w, '>');
        return;
    }
}

static void write_within(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *value, unsigned depth)
{
    if (value->type == PN_LIST || value->type == PN_MAP) {
        write_sequence(w, machine, value, depth);
    } else if (value->type == PN_STRING) {
        write_string(w, machine, value);
    } else {
        write_scalar(w, value);
    }
}

void value_literal_write(struct pn_writer *w, struct pn_machine *machine,
                         const struct pn_value *value)
{
    write_within(w, machine, value, 0);
}
