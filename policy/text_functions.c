/* see builtin.h: strings. Positions count characters (code points).
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/result.h"
#include "policy/text_search.h"

/* What was searched for is nowhere: or did steps run out? */
static void unless_spent(const struct pn_machine *m, struct pn_value *v)
{
    if (m->steps_left == 0) pn_put_spent(v, m);
}

enum { SUBSTRING, CHAR_AT };

/* text[from, to) by characters. */
void pn_fn_substring(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    struct pn_slice text = pn_value_text(v);
    int64_t from = v[1].as.i, to = c.count == 3 ? v[2].as.i : pn_character_count(text);

    (void)m;
    if (c.which == CHAR_AT && from < to) to = from + 1; /* behind the last: nothing */
    size_t begin = pn_character_offset(text, from), end = pn_character_offset(text, to);
    if (from < 0 || from > to || end == PN_NOWHERE) pn_put_fault(v, PN_FAULT_INDEX_RANGE);
    else pn_put_text(v, pn_slice(text.at + begin, end - begin));
}

enum { FIRST, LAST };

void pn_fn_index_of(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    struct pn_slice text = pn_value_text(v), part = pn_value_text(&v[1]);
    size_t at = c.which == FIRST ? 0 : text.len, last = text.len - part.len, found = PN_NOWHERE;

    if (c.count == 3) {
        at = part.len > 0 ? pn_character_offset(text, v[2].as.i) : 0;
        if (part.len == 0 || at >= text.len) {
            *v = v[2];
            if (part.len > 0) pn_put_fault(v, PN_FAULT_INDEX_RANGE);
            return;
        }
    }
    if (c.which == LAST && at > last) at = last;
    if (part.len <= text.len && at <= last) {
        found = pn_text_search(m, text, part, at, c.which == FIRST ? last : 0);
    }
    pn_put_int(v, -1);
    if (found == PN_NOWHERE) unless_spent(m, v);
    else pn_put_int(v, pn_character_count(pn_slice_head(text, found)));
}

/* Unescape an element into the writer: nothing may be taken from the scratch meanwhile. */
static void write_element(struct pn_writer *w, const struct pn_value *string)
{
    size_t len = w->full ? SIZE_MAX : pn_value_copy_text(string, w->at + w->len, w->max - w->len);

    if (len == SIZE_MAX) {
        w->full = true;
    } else {
        w->len += len;
    }
}

void pn_fn_join(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    struct pn_slice separator = { NULL, 0 };
    struct pn_writer w = pn_machine_writer(m);
    struct pn_sequence it;
    struct pn_value element;

    if (c.count == 2) separator = pn_value_text(&v[1]);
    pn_sequence_begin(&it, m, v);
    for (bool first = true; pn_sequence_next(&it, NULL, &element); first = false) {
        if (element.type != PN_STRING) {
            pn_put_no_overload(v);
            return;
        }
        if (!first) pn_write(&w, separator);
        write_element(&w, &element);
        if (!pn_machine_spend(m, 1 + (separator.len + element.len) / 16)) {
            pn_put_spent(v, m);
            return;
        }
    }
    pn_machine_written(m, &w, v);
}

enum { LOWER, UPPER };

void pn_fn_ascii_case(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    uint8_t first = c.which == LOWER ? 'A' : 'a';
    struct pn_slice text = pn_value_text(v);
    uint8_t *out = pn_machine_string(m, text.len, v);

    for (size_t i = 0; out != NULL && i < text.len; i++) {
        uint8_t ch = text.at[i];
        out[i] = (uint8_t)(ch - first) <= 25 ? ch ^ 0x20 : ch;
    }
}

/* Without an old text the new one goes before every character and behind the last, as often as the
 * limit allows; else it goes between the pieces that the old one separates. */
void pn_fn_replace(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    struct pn_slice text = pn_value_text(v), old = pn_value_text(&v[1]), piece;
    struct pn_slice with = pn_value_text(&v[2]);
    int64_t limit = c.count == 4 ? v[3].as.i : -1;

    if (limit == 0) return;
    if (old.len > 0 && limit > 0 && limit < INT64_MAX) limit++;
    struct pn_pieces p = { m, text, old, limit, false };
    struct pn_writer w = pn_machine_writer(m);
    if (old.len == 0) pn_write(&w, with);
    for (bool first = true; pn_pieces_next(&p, &piece); first = false) {
        if (!first) pn_write(&w, with);
        pn_write(&w, piece);
        if (!pn_machine_spend(m, (with.len + piece.len) / 16)) break;
    }
    if (old.len == 0 && text.len > 0 && p.left != 0) pn_write(&w, with);
    pn_machine_written(m, &w, v);
    unless_spent(m, v);
}

void pn_fn_split(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    pn_text_split(m, v, pn_value_text(&v[1]), c.count == 3 ? v[2].as.i : -1);
}

static void reverse_list(struct pn_machine *m, struct pn_value *list)
{
    if (!pn_argument_cells(m, list)) return;
    for (uint32_t i = 0, j = list->len; i + 1 < j; i++) {
        struct pn_value first = list->as.items[i];
        list->as.items[i] = list->as.items[--j];
        list->as.items[j] = first;
    }
}

void pn_fn_reverse(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    struct pn_slice text = pn_value_text(v);

    (void)c;
    if (v->type != PN_STRING) {
        if (v->type == PN_LIST) reverse_list(m, v);
        else pn_put_no_overload(v);
        return;
    }
    uint8_t *out = pn_machine_string(m, text.len, v);
    if (out == NULL) return;
    for (uint8_t *end = out + text.len; text.len > 0;) {
        size_t bytes = pn_character_bytes(text);
        end -= bytes;
        memcpy(end, text.at, bytes);
        text = pn_slice_from(text, bytes);
    }
}

/* White space as Unicode has it: everything of it is below U+3001. */
static bool is_space(struct pn_slice character)
{
    const uint8_t *at = character.at;
    uint32_t code = *at;

    for (size_t i = 1; i < character.len; i++) code = code << 8 | at[i];
    switch (code) {
    case ' ':
    case 0xC285:   /* U+0085 */
    case 0xC2A0:   /* U+00A0 */
    case 0xE19A80: /* U+1680 */
    case 0xE280A8: /* U+2028 */
    case 0xE280A9: /* U+2029 */
    case 0xE280AF: /* U+202F */
    case 0xE2819F: /* U+205F */
    case 0xE38080: /* U+3000 */ return true;
    default: /* ... and U+2000 to U+200A */
        return code - '\t' <= '\r' - '\t' || code - 0xE28080 <= 0x0A;
    }
}

void pn_fn_trim(struct pn_machine *m, struct pn_value *v, struct pn_builtin_call c)
{
    struct pn_slice text = pn_value_text(v);
    size_t begin = 0, end = 0;

    (void)m;
    (void)c;
    for (size_t at = 0, bytes; at < text.len; at += bytes) {
        bytes = pn_character_bytes(pn_slice_from(text, at));
        if (is_space(pn_slice(text.at + at, bytes))) continue;
        if (end == 0) begin = at;
        end = at + bytes;
    }
    pn_put_text(v, pn_slice(text.at + begin, end - begin));
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_TEXTS PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_text_functions = { .functions = functions,
                                                     .count =
                                                         sizeof functions / sizeof functions[0] };
