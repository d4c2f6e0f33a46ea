/* see builtin.h: strings. Positions count characters (code points).
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/result.h"
#include "policy/text_search.h"
#include "policy/value_text.h"

/* What was searched for is nowhere: or did steps run out? */
static void unless_spent(const struct pn_machine *m, struct pn_value *v)
{
    if (m->steps_left == 0) pn_put_spent(v, m);
}

enum { SUBSTRING, CHAR_AT };

/* text[from, to) by characters; behind the last one is nothing. */
void pn_fn_substring(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice text = pn_value_text(v);
    size_t begin = pn_character_offset(text, &v[1]), end = text.len;

    (void)m;
    if (c->which == CHAR_AT && begin < end)
        end = begin + pn_character_bytes(pn_slice_from(text, begin));
    if (c->count == 3) end = pn_character_offset(text, &v[2]);
    if (begin > end || end == PN_NOWHERE) pn_put_fault(v, PN_FAULT_INDEX_RANGE);
    else pn_put_text(v, pn_slice(text.at + begin, end - begin));
}

enum { FIRST, LAST };

void pn_fn_index_of(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice text = pn_value_text(v), part = pn_value_text(&v[1]);
    size_t at = c->which == FIRST ? 0 : text.len, last = text.len - part.len, found = PN_NOWHERE;

    if (c->count == 3) {
        at = part.len > 0 ? pn_character_offset(text, &v[2]) : 0;
        if (part.len == 0 || at >= text.len) {
            *v = v[2];
            if (part.len > 0) pn_put_fault(v, PN_FAULT_INDEX_RANGE);
            return;
        }
    }
    if (c->which == LAST && at > last) at = last;
    if (part.len <= text.len && at <= last) {
        found = pn_text_search(m, text, part, at, c->which == FIRST ? last : 0);
    }
    pn_put_int(v, -1);
    if (found == PN_NOWHERE) unless_spent(m, v);
    else pn_put_int(v, pn_character_count(pn_slice_head(text, found)));
}

void pn_fn_join(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice separator = { NULL, 0 };
    struct pn_writer w = pn_machine_writer(m);
    struct pn_sequence it;
    struct pn_value element;

    if (c->count == 2) separator = pn_value_text(&v[1]);
    pn_sequence_begin(&it, m, v);
    for (bool first = true; pn_sequence_next(&it, NULL, &element); first = false) {
        if (element.type != PN_STRING) {
            pn_put_no_overload(v);
            return;
        }
        if (!first) pn_write(&w, separator);
        (void)pn_write_scalar(m, &w, &element);
        if (!pn_machine_spend(m, 1 + (separator.len + element.len) / 16)) {
            pn_put_spent(v, m);
            return;
        }
    }
    pn_machine_written(m, &w, v);
}

enum { LOWER, UPPER };

void pn_fn_ascii_case(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    uint8_t first = c->which == LOWER ? 'A' : 'a';
    struct pn_slice text = pn_value_text(v);
    uint8_t *out = pn_machine_string(m, text.len, v);

    for (size_t i = 0; out != NULL && i < text.len; i++) {
        uint8_t ch = text.at[i];
        out[i] = (uint8_t)(ch - first) <= 25 ? ch ^ 0x20 : ch;
    }
}

/* Without an old text the new one goes before every character and behind the last, as often as the
 * limit allows; else it goes between the pieces that the old one separates. */
void pn_fn_replace(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice text = pn_value_text(v), old = pn_value_text(&v[1]), piece;
    struct pn_slice with = pn_value_text(&v[2]);
    uint32_t limit = c->count == 4 ? pn_pieces_limit(&v[3]) : UINT32_MAX;

    if (limit == 0) return;
    if (old.len > 0 && limit < UINT32_MAX) limit++;
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

void pn_fn_split(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    pn_text_split(m, v, pn_value_text(&v[1]), c->count == 3 ? pn_pieces_limit(&v[2]) : UINT32_MAX);
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

void pn_fn_reverse(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
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

/* White space as Unicode has it. */
static bool is_space(struct pn_slice character)
{
    static const struct {
        uint16_t first, last;
    } spaces[] = { { '\t', '\r' },     { ' ', ' ' },       { 0x85, 0x85 },     { 0xA0, 0xA0 },
                   { 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F },
                   { 0x205F, 0x205F }, { 0x3000, 0x3000 } };
    uint32_t code = character.at[0];

    if (character.len > 1) code &= 0x7Fu >> character.len;
    for (size_t i = 1; i < character.len; i++) code = code << 6 | (character.at[i] & 0x3F);
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (code >= spaces[i].first && code <= spaces[i].last) return true;
    }
    return false;
}

void pn_fn_trim(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
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
