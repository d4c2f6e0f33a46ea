/* see builtin.h: strings. Positions count characters (code points).
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/compare.h"
#include "policy/text_search.h"

/* What was searched for is nowhere: or did steps run out? */
static struct pn_value unless_spent(const struct pn_machine *m, struct pn_value value)
{
    return m->steps_left == 0 ? pn_machine_spent(m) : value;
}

/* text[from, to) by characters. */
static struct pn_value part_of(struct pn_slice text, int64_t from, int64_t to)
{
    size_t begin = pn_character_offset(text, from), end = pn_character_offset(text, to);

    if (from > to || end == PN_NOWHERE) return pn_value_fault(PN_FAULT_INDEX_RANGE);
    if (from < 0) return pn_value_fault(PN_FAULT_INDEX_RANGE);
    return pn_value_string(pn_slice(text.at + begin, end - begin));
}

struct pn_value pn_fn_char_at(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    (void)count;
    if (args[1].type != PN_INT) return pn_no_overload();
    if (!pn_argument_text(m, args, &text, &fault)) return fault;
    if (pn_character_offset(text, args[1].as.i) == text.len)
        return pn_value_string(pn_slice("", 0));
    return args[1].as.i == INT64_MAX ? pn_value_fault(PN_FAULT_INDEX_RANGE)
                                     : part_of(text, args[1].as.i, args[1].as.i + 1);
}

struct pn_value pn_fn_substring(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    if (args[1].type != PN_INT || (count == 3 && args[2].type != PN_INT)) return pn_no_overload();
    if (!pn_argument_text(m, args, &text, &fault)) return fault;
    return part_of(text, args[1].as.i, count == 3 ? args[2].as.i : pn_character_count(text));
}

enum direction { FIRST, LAST };

/* Where the search may begin and end, in bytes; false when that leaves no place for the part. */
static bool search_range(struct pn_slice text, size_t part, enum direction direction, size_t at[2])
{
    if (part > text.len) return false;
    size_t last = text.len - part;
    if (direction == FIRST) {
        at[1] = last;
        return at[0] <= last;
    }
    if (at[0] > last) at[0] = last;
    at[1] = 0;
    return true;
}

static struct pn_value index_of(struct pn_machine *m, const struct pn_value *args, uint32_t count,
                                enum direction direction)
{
    struct pn_slice s[2];
    struct pn_value fault;
    size_t at[2];

    if (count == 3 && args[2].type != PN_INT) return pn_no_overload();
    if (!pn_argument_texts(m, args, 2, s, &fault)) return fault;
    if (s[1].len == 0 && count == 3) return args[2];
    at[0] = direction == FIRST ? 0 : s[0].len;
    if (count == 3) {
        at[0] = pn_character_offset(s[0], args[2].as.i);
        if (at[0] >= s[0].len) return pn_value_fault(PN_FAULT_INDEX_RANGE);
    }
    if (!search_range(s[0], s[1].len, direction, at)) return pn_value_int(-1);
    size_t found = pn_text_search(m, s[0], s[1], at[0], at[1]);
    if (found == PN_NOWHERE) return unless_spent(m, pn_value_int(-1));
    return pn_value_int(pn_character_count(pn_slice_head(s[0], found)));
}

struct pn_value pn_fn_index_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    return index_of(m, args, count, FIRST);
}

struct pn_value pn_fn_last_index_of(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    return index_of(m, args, count, LAST);
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

struct pn_value pn_fn_join(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice separator = { NULL, 0 };
    struct pn_sequence it;
    struct pn_value element;

    if (args[0].type != PN_LIST) return pn_no_overload();
    if (count == 2 && !pn_argument_text(m, &args[1], &separator, &element)) return element;
    struct pn_writer w = pn_machine_writer(m);
    pn_sequence_begin(&it, m, &args[0]);
    for (bool first = true; pn_sequence_next(&it, NULL, &element); first = false) {
        if (element.type != PN_STRING) return pn_no_overload();
        if (!first) pn_write(&w, separator);
        write_element(&w, &element);
        if (!pn_machine_spend(m, 1 + (separator.len + element.len) / 16))
            return pn_machine_spent(m);
    }
    return pn_machine_written(m, &w);
}

/* A copy in which the letters from `first` to `first` + 25 change their case. */
static struct pn_value ascii_case(struct pn_machine *m, const struct pn_value *arg, uint8_t first)
{
    struct pn_slice text;
    struct pn_value string;

    if (!pn_argument_text(m, arg, &text, &string)) return string;
    uint8_t *out = pn_machine_string(m, text.len, &string);
    if (out == NULL) return string;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        out[i] = ch >= first && ch <= first + 25 ? ch ^ 0x20 : ch;
    }
    return string;
}

struct pn_value pn_fn_lower_ascii(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return ascii_case(m, args, 'A');
}

struct pn_value pn_fn_upper_ascii(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return ascii_case(m, args, 'a');
}

/* Without an old text the new one goes before every character and behind the last, as often as the
 * limit allows; else it goes between the pieces that the old one separates. */
struct pn_value pn_fn_replace(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice s[3], piece;
    struct pn_value fault;
    int64_t limit = count == 4 ? args[3].as.i : -1;

    if (count == 4 && args[3].type != PN_INT) return pn_no_overload();
    if (!pn_argument_texts(m, args, 3, s, &fault)) return fault;
    if (limit == 0) return pn_value_string(s[0]);
    if (s[1].len > 0 && limit > 0 && limit < INT64_MAX) limit++;
    struct pn_pieces p = { m, s[0], s[1], limit, false };
    struct pn_writer w = pn_machine_writer(m);
    if (s[1].len == 0) pn_write(&w, s[2]);
    for (bool first = true; pn_pieces_next(&p, &piece); first = false) {
        if (!first) pn_write(&w, s[2]);
        pn_write(&w, piece);
        if (!pn_machine_spend(m, (s[2].len + piece.len) / 16)) break;
    }
    if (s[1].len == 0 && s[0].len > 0 && p.left != 0) pn_write(&w, s[2]);
    return unless_spent(m, pn_machine_written(m, &w));
}

struct pn_value pn_fn_split(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice s[2];
    struct pn_value fault;

    if (count == 3 && args[2].type != PN_INT) return pn_no_overload();
    if (!pn_argument_texts(m, args, 2, s, &fault)) return fault;
    return pn_text_split(m, s[0], s[1], count == 3 ? args[2].as.i : -1);
}

static struct pn_value reversed_list(struct pn_machine *m, const struct pn_value *list)
{
    struct pn_value out = pn_argument_cells(m, list);

    if (out.type == PN_ERROR) return out;
    for (uint32_t i = 0; i < out.len / 2; i++) {
        struct pn_value first = out.as.items[i];
        out.as.items[i] = out.as.items[out.len - 1 - i];
        out.as.items[out.len - 1 - i] = first;
    }
    return out;
}

struct pn_value pn_fn_reverse(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value string;

    (void)count;
    if (args[0].type == PN_LIST) return reversed_list(m, args);
    if (!pn_argument_text(m, args, &text, &string)) return string;
    uint8_t *out = pn_machine_string(m, text.len, &string);
    if (out == NULL) return string;
    for (uint8_t *end = out + text.len; text.len > 0;) {
        size_t bytes = pn_character_bytes(text);
        end -= bytes;
        memcpy(end, text.at, bytes);
        text = pn_slice_from(text, bytes);
    }
    return string;
}

/* White space as Unicode has it: everything of it is below U+3001. */
static bool is_space(struct pn_slice character)
{
    const uint8_t *at = character.at;

    if (character.len == 1) return *at == ' ' || (*at >= '\t' && *at <= '\r');
    if (character.len == 2) return at[0] == 0xC2 && (at[1] == 0x85 || at[1] == 0xA0);
    if (character.len != 3) return false;
    switch ((uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2]) {
    case 0xE19A80: /* U+1680 */
    case 0xE280A8: /* U+2028 */
    case 0xE280A9: /* U+2029 */
    case 0xE280AF: /* U+202F */
    case 0xE2819F: /* U+205F */
    case 0xE38080: /* U+3000 */ return true;
    default: return at[0] == 0xE2 && at[1] == 0x80 && at[2] <= 0x8A; /* U+2000 to U+200A */
    }
}

struct pn_value pn_fn_trim(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;
    size_t begin = 0, end = 0;
    bool inside = false;

    (void)count;
    if (!pn_argument_text(m, args, &text, &fault)) return fault;
    for (size_t at = 0, bytes; at < text.len; at += bytes) {
        bytes = pn_character_bytes(pn_slice_from(text, at));
        if (is_space(pn_slice(text.at + at, bytes))) continue;
        if (!inside) begin = at;
        inside = true;
        end = at + bytes;
    }
    return pn_value_string(pn_slice(text.at + begin, end - begin));
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
