/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/regex_parsing.h"
#include "tools/unicode/unicode_set.h"

static void add_all(struct arena *arena, struct regex_node *set, const struct regex_node *more)
{
    for (size_t i = 0; i < more->ranges.count; i++) {
        regex_add_range(arena, set, more->ranges.items[i].low, more->ranges.items[i].high);
    }
}

/* Of a settled set. */
static bool has(const struct regex_node *set, uint32_t code)
{
    size_t at = regex_range_at(set, code);

    return at < set->ranges.count && set->ranges.items[at].low <= code;
}

/* Add what differs from a character of the set in case only: first what these fold to, then all that
 * fold to the same. */
static void fold(struct arena *arena, struct regex_node *set)
{
    struct unicode_folds folds;
    struct regex_node targets = { 0 };
    uint32_t from, to;

    regex_settle(arena, set, REGEX_AS_IS);
    unicode_folds_begin(&folds);
    while (unicode_folds_next(&folds, &from, &to)) {
        if (has(set, from) || has(set, to)) regex_add_range(arena, &targets, to, to);
    }
    regex_settle(arena, &targets, REGEX_AS_IS);
    add_all(arena, set, &targets);
    unicode_folds_begin(&folds);
    while (targets.ranges.count > 0 && unicode_folds_next(&folds, &from, &to)) {
        if (has(&targets, to)) regex_add_range(arena, set, from, from);
    }
    regex_settle(arena, set, REGEX_AS_IS);
}

/* Add a part of a class, or all but it. Case is folded before the sense is turned. */
static void add_part(struct regex_parser *p, struct regex_node *set, struct regex_node *part,
                     enum regex_sense sense)
{
    if (p->flags.fold) fold(p->arena, part);
    regex_settle(p->arena, part, sense);
    add_all(p->arena, set, part);
}

struct regex_node *regex_literal(struct regex_parser *p, uint32_t code)
{
    struct regex_node *set = regex_character(p->arena, code);

    if (p->flags.fold) fold(p->arena, set);
    return set;
}

static const struct regex_range digits[] = { { '0', '9' } };
static const struct regex_range blanks[] = { { '\t', '\n' }, { '\f', '\r' }, { ' ', ' ' } };
static const struct regex_range words[] = {
    { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' }
};

struct named_class {
    const char *name;
    struct regex_range ranges[4];
};

static const struct named_class named_classes[] = {
    { "alnum", { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' } } },
    { "alpha", { { 'A', 'Z' }, { 'a', 'z' } } },
    { "ascii", { { 0, 0x7f } } },
    { "blank", { { '\t', '\t' }, { ' ', ' ' } } },
    { "cntrl", { { 0, 0x1f }, { 0x7f, 0x7f } } },
    { "digit", { { '0', '9' } } },
    { "graph", { { '!', '~' } } },
    { "lower", { { 'a', 'z' } } },
    { "print", { { ' ', '~' } } },
    { "punct", { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' } } },
    { "space", { { '\t', '\r' }, { ' ', ' ' } } },
    { "upper", { { 'A', 'Z' } } },
    { "word", { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } } },
    { "xdigit", { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } } },
};

/* Add known ranges, or all but them, to `set`. */
static void add_ranges(struct regex_parser *p, struct regex_node *set,
                       const struct regex_range *ranges, size_t count, enum regex_sense sense)
{
    struct regex_node some = { 0 };

    for (size_t i = 0; i < count; i++) {
        if (ranges[i].high == 0) continue; /* the rest of a shorter row; "ascii" has 0x7f */
        regex_add_range(p->arena, &some, ranges[i].low, ranges[i].high);
    }
    add_part(p, set, &some, sense);
}

/* The name behind \p: one character, or in braces. */
static bool take_set_name(struct regex_parser *p, struct pn_slice *name)
{
    size_t at = p->at - 2, begin = p->at;

    if (!regex_take(p, '{')) {
        if (regex_peek(p, 0) < 0) return regex_fail(p, at, "\\p takes the name of a set") != NULL;
        regex_take_code(p);
        *name = pn_slice_head(pn_slice_from(p->text, begin), p->at - begin);
        return true;
    }
    *name = pn_slice_from(p->text, p->at);
    size_t len = pn_slice_find(*name, '}');
    if (len == name->len) return regex_fail(p, at, "this name has no closing brace") != NULL;
    *name = pn_slice_head(*name, len);
    p->at += len + 1;
    return true;
}

/* \pN \p{Greek} \P{^Lu}, at the backslash. */
static enum regex_taken take_unicode_set(struct regex_parser *p, struct regex_node *set)
{
    enum regex_sense sense = regex_peek(p, 1) == 'P' ? REGEX_INVERTED : REGEX_AS_IS;
    struct regex_node some = { 0 };
    struct unicode_set named;
    struct pn_slice name;
    size_t at = p->at;
    uint32_t low, high;

    p->at += 2;
    if (!take_set_name(p, &name)) return REGEX_WRONG;
    if (name.len > 0 && name.at[0] == '^') {
        sense = sense == REGEX_AS_IS ? REGEX_INVERTED : REGEX_AS_IS;
        name = pn_slice_from(name, 1);
    }
    if (!unicode_set_begin(&named, name)) {
        regex_fail(p, at, "Unicode has no category or script of this name");
        return REGEX_WRONG;
    }
    while (unicode_set_next(&named, &low, &high)) regex_add_range(p->arena, &some, low, high);
    add_part(p, set, &some, sense);
    return REGEX_TAKEN;
}

enum regex_taken regex_take_set(struct regex_parser *p, struct regex_node *set)
{
    int letter = regex_peek(p, 0) == '\\' ? regex_peek(p, 1) : -1;
    enum regex_sense sense = letter >= 'A' && letter <= 'Z' ? REGEX_INVERTED : REGEX_AS_IS;
    size_t count;
    const struct regex_range *ranges;

    switch (letter) {
    case 'p':
    case 'P': return take_unicode_set(p, set);
    case 'd':
    case 'D':
        ranges = digits;
        count = 1;
        break;
    case 's':
    case 'S':
        ranges = blanks;
        count = 3;
        break;
    case 'w':
    case 'W':
        ranges = words;
        count = 4;
        break;
    default: return REGEX_NOT_TAKEN;
    }
    add_ranges(p, set, ranges, count, sense);
    p->at += 2;
    return REGEX_TAKEN;
}

/* Behind \x: two digits, or any number of them in braces. */
static bool hex_escape(struct regex_parser *p, uint32_t *code)
{
    bool braces = regex_take(p, '{');
    unsigned count = 0;

    *code = 0;
    while (pn_hex_digit(regex_peek(p, 0)) >= 0 && (braces ? *code <= REGEX_CODE_MAX : count < 2)) {
        *code = *code * 16 + (uint32_t)pn_hex_digit(regex_peek(p, 0));
        count++;
        p->at++;
    }
    if (braces && !regex_take(p, '}')) return false;
    return count >= (braces ? 1u : 2u) && *code <= REGEX_CODE_MAX;
}

static bool is_octal(int ch)
{
    return ch >= '0' && ch <= '7';
}

/* At the first of up to three octal digits. */
static uint32_t octal_escape(struct regex_parser *p)
{
    uint32_t code = 0;

    for (int i = 0; i < 3 && is_octal(regex_peek(p, 0)); i++) {
        code = code * 8 + (uint32_t)(p->text.at[p->at++] - '0');
    }
    return code;
}

/* A digit behind a backslash: \0, or two and more octal digits. One alone refers back. */
static bool digit_escape(struct regex_parser *p, uint32_t *code)
{
    if (regex_peek(p, 0) != '0' && !(is_octal(regex_peek(p, 0)) && is_octal(regex_peek(p, 1)))) {
        return regex_fail(p, p->at - 1, "back references are not part of RE2 syntax") != NULL;
    }
    *code = octal_escape(p);
    return true;
}

/* A backslash and what it makes of the next character, where that is one character. */
bool regex_take_escape(struct regex_parser *p, uint32_t *code)
{
    size_t at = p->at++;
    int ch = regex_peek(p, 0);

    if (ch < 0) return regex_fail(p, at, "the pattern ends with a backslash") != NULL;
    bool is_letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
    if (ch >= '0' && ch <= '9') return digit_escape(p, code);
    if (!is_letter && ch < 0x80) {
        *code = regex_take_code(p);
        return true;
    }
    p->at++;
    switch (ch) {
    case 'a': *code = '\a'; return true;
    case 'f': *code = '\f'; return true;
    case 'n': *code = '\n'; return true;
    case 'r': *code = '\r'; return true;
    case 't': *code = '\t'; return true;
    case 'v': *code = '\v'; return true;
    case 'x':
        if (hex_escape(p, code)) return true;
        return regex_fail(p, at, "\\x takes two hexadecimal digits, or some in braces") != NULL;
    default: return regex_fail(p, at, "this escape is not part of RE2 syntax") != NULL;
    }
}

/* Is there a ":]" behind the "[:" here? */
static bool closes_name(const struct regex_parser *p)
{
    size_t ahead = 2;

    while (regex_peek(p, ahead) >= 0) {
        if (regex_peek(p, ahead) == ':' && regex_peek(p, ahead + 1) == ']') return true;
        ahead++;
    }
    return false;
}

/* [:name:] or [:^name:] inside a class, at its bracket. Without ":]" behind it, a bracket. */
static enum regex_taken take_named_class(struct regex_parser *p, struct regex_node *set)
{
    if (!regex_begins(p, "[:") || !closes_name(p)) return REGEX_NOT_TAKEN;
    for (size_t i = 0; i < sizeof named_classes / sizeof named_classes[0]; i++) {
        for (size_t negated = 0; negated < 2; negated++) {
            const char *whole =
                arena_format(p->arena, "[:%s%s:]", negated ? "^" : "", named_classes[i].name);
            if (!regex_begins(p, whole)) continue;
            add_ranges(p, set, named_classes[i].ranges, 4, negated ? REGEX_INVERTED : REGEX_AS_IS);
            p->at += strlen(whole);
            return REGEX_TAKEN;
        }
    }
    regex_fail(p, p->at, "this is not the name of a class");
    return REGEX_WRONG;
}

/* An end of a range. */
static bool class_character(struct regex_parser *p, uint32_t *code)
{
    int letter = regex_peek(p, 1) >= 0 ? regex_peek(p, 1) : 0;

    if (regex_peek(p, 0) != '\\') {
        *code = regex_take_code(p);
        return true;
    }
    if (strchr("dDsSwWpP", letter) != NULL && letter != 0)
        return regex_fail(p, p->at, "a range ends with one character, this stands for many") !=
               NULL;
    if (strchr("AbBzQ", letter) != NULL && letter != 0)
        return regex_fail(p, p->at, "inside a class this escape means nothing") != NULL;
    return regex_take_escape(p, code);
}

/* One character or range of a class. */
static bool class_range(struct regex_parser *p, struct regex_node *set)
{
    struct regex_node some = { 0 };
    size_t at = p->at;
    uint32_t low, high;

    if (!class_character(p, &low)) return false;
    high = low;
    if (regex_peek(p, 0) == '-' && regex_peek(p, 1) != ']' && regex_peek(p, 1) >= 0) {
        p->at++;
        if (!class_character(p, &high)) return false;
        if (high < low) return regex_fail(p, at, "this range is the wrong way round") != NULL;
    }
    regex_add_range(p->arena, &some, low, high);
    add_part(p, set, &some, REGEX_AS_IS);
    return true;
}

/* One part of a class, whatever its form. */
static bool class_part(struct regex_parser *p, struct regex_node *set)
{
    enum regex_taken taken = take_named_class(p, set);

    if (taken == REGEX_NOT_TAKEN) taken = regex_take_set(p, set);
    return taken == REGEX_NOT_TAKEN ? class_range(p, set) : taken == REGEX_TAKEN;
}

struct regex_node *regex_class(struct regex_parser *p)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);
    size_t at = p->at++;
    enum regex_sense sense = regex_take(p, '^') ? REGEX_INVERTED : REGEX_AS_IS;

    do {
        if (regex_peek(p, 0) < 0) return regex_fail(p, at, "this class has no closing bracket");
        if (!class_part(p, set)) return NULL;
    } while (regex_peek(p, 0) != ']');
    p->at++;
    regex_settle(p->arena, set, sense);
    return set;
}
