/* see builtin.h: text.format(list) and strings.quote().
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/frame.h"
#include "policy/builtin.h"
#include "policy/double_text.h"
#include "policy/result.h"
#include "policy/value_text.h"

enum {
    PRECISION = 6, /* digits behind the point when the clause does not say */
    PRECISION_MAX = 1000,
    DOUBLE_STEPS = 40, /* what it takes to find a double's digits */
};

struct clause {
    uint16_t precision;
    uint8_t letter;
};

/* What follows a percent sign: an optional point with digits, and a letter. */
static bool read_clause(struct pn_slice *text, struct clause *c)
{
    uint64_t precision = PRECISION;
    size_t digits = 0;

    if (text->len > 0 && text->at[0] == '.') {
        *text = pn_slice_from(*text, 1);
        while (digits < text->len && text->at[digits] >= '0' && text->at[digits] <= '9') digits++;
        if (!pn_slice_decimal(pn_slice_head(*text, digits), PRECISION_MAX, &precision))
            return false;
        *text = pn_slice_from(*text, digits);
    }
    if (text->len == 0) return false;
    *c = (struct clause){ (uint16_t)precision, text->at[0] };
    *text = pn_slice_from(*text, 1);
    return true;
}

static void write_hex_text(struct pn_writer *w, const struct pn_value *v, uint8_t ten)
{
    struct pn_text_iter it;

    pn_text_begin(&it, v);
    for (int ch = pn_text_next(&it); ch >= 0; ch = pn_text_next(&it)) {
        pn_write_bits(w, (uint64_t)ch >> 4, 4, ten);
        pn_write_bits(w, (uint64_t)ch & 15, 4, ten);
    }
}

static bool is_whole(const struct pn_value *v)
{
    return v->type == PN_INT || v->type == PN_UINT;
}

/* The clauses that fall to numbers in digits; false when the value is no such thing. */
PN_OWN_FRAME static bool write_number(struct pn_writer *w, const struct clause *c,
                                      const struct pn_value *v)
{
    if (!is_whole(v) && v->type != PN_DOUBLE) return false;
    switch (c->letter) {
    case 'f':
    case 'e':
        pn_double_round(w, pn_number_as_double(v), c->precision,
                        c->letter == 'f' ? PN_DOUBLE_FIXED : PN_DOUBLE_SCIENTIFIC);
        return true;
    default:
        if (v->type == PN_INT) pn_write_i64(w, v->as.i);
        if (v->type == PN_UINT) pn_write_u64(w, pn_value_as_uint(v));
        if (v->type == PN_DOUBLE) pn_double_plain(w, v->as.d);
        return true;
    }
}

/* A whole number in base 2, 8 or 16, the bits of a boolean, or the bytes of a text; else false. */
PN_OWN_FRAME static bool write_in_base(struct pn_writer *w, const struct clause *c,
                                       const struct pn_value *v)
{
    unsigned shift = c->letter == 'b' ? 1 : c->letter == 'o' ? 3 : 4;
    uint8_t ten = c->letter - ('x' - 'a');
    uint64_t bits = pn_value_as_uint(v);

    if (shift == 4 && (v->type == PN_STRING || v->type == PN_BYTES)) {
        write_hex_text(w, v, ten);
        return true;
    }
    if (shift == 1 && v->type == PN_BOOL) bits = v->as.b;
    else if (!is_whole(v)) return false;
    if (v->type == PN_INT && v->as.i < 0) {
        pn_write_byte(w, '-');
        bits = 0 - bits;
    }
    pn_write_bits(w, bits, shift, ten);
    return true;
}

/* PN_FAULT_COUNT: all is well. */
static enum pn_fault write_clause(struct pn_machine *m, struct pn_writer *w, const struct clause *c,
                                  const struct pn_value *v)
{
    bool written;

    if (v->type == PN_ERROR) return (enum pn_fault)v->as.i;
    switch (c->letter) {
    case 's': return pn_write_value(m, w, v, PN_FORM_TEXT);
    case 'd':
    case 'e':
    case 'f':
        if (!pn_machine_spend(m, DOUBLE_STEPS + c->precision)) return PN_FAULT_TOO_MANY_STEPS;
        written = write_number(w, c, v);
        break;
    case 'b':
    case 'o':
    case 'x':
    case 'X':
        if (!pn_machine_spend(m, 4 + v->len / 4)) return PN_FAULT_TOO_MANY_STEPS;
        written = write_in_base(w, c, v);
        break;
    default: return PN_FAULT_BAD_ARGUMENT;
    }
    return written ? PN_FAULT_COUNT : PN_FAULT_NO_SUCH_OVERLOAD;
}

/* What is between the clauses, and the sign itself where it is doubled. */
PN_OWN_FRAME static void write_plain(struct pn_writer *w, struct pn_slice *text)
{
    do {
        size_t plain = pn_slice_find(*text, '%');
        bool doubled = text->len - plain > 1 && text->at[plain + 1] == '%';
        pn_write(w, pn_slice_head(*text, plain + doubled));
        *text = pn_slice_from(*text, plain + 2 * (size_t)doubled);
        if (!doubled) return;
    } while (true);
}

/* PN_FAULT_COUNT: all is well. */
static enum pn_fault write_clauses(struct pn_machine *m, struct pn_writer *w, struct pn_slice text,
                                   const struct pn_value *list)
{
    enum pn_fault fault = PN_FAULT_COUNT;
    struct pn_sequence it;
    struct pn_value v;
    struct clause c;

    pn_sequence_begin(&it, m, list);
    for (write_plain(w, &text); fault == PN_FAULT_COUNT && text.len > 0; write_plain(w, &text)) {
        text = pn_slice_from(text, 1);
        if (!pn_sequence_next(&it, NULL, &v)) return PN_FAULT_INDEX_RANGE;
        if (!read_clause(&text, &c)) return PN_FAULT_BAD_ARGUMENT;
        fault = write_clause(m, w, &c, &v);
    }
    return fault;
}

void pn_fn_format(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_writer w = pn_machine_writer(m);
    enum pn_fault fault = write_clauses(m, &w, pn_value_text(v), &v[1]);

    (void)c;
    if (fault == PN_FAULT_COUNT) pn_machine_written(m, &w, v);
    else pn_put_fault(v, fault);
}

void pn_fn_quote(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    static const uint8_t special[] = "\a\b\f\n\r\t\v\\\"", letters[] = "abfnrtv\\\"";
    struct pn_slice text = pn_value_text(v);
    struct pn_writer w = pn_machine_writer(m);

    (void)c;
    pn_write_byte(&w, '"');
    for (size_t i = 0; i < text.len; i++) {
        size_t at = pn_slice_find(pn_slice(special, sizeof special - 1), text.at[i]);
        bool plain = at == sizeof special - 1;
        if (!plain) pn_write_byte(&w, '\\');
        pn_write_byte(&w, plain ? text.at[i] : letters[at]);
    }
    pn_write_byte(&w, '"');
    pn_machine_written(m, &w, v);
}
