/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/regex_tree.h"

#define DEPTH_MAX  100
#define REPEAT_MAX 1000 /* RE2's own limit */
#define CODE_MAX   0x10ffffu

struct parser {
    struct arena *arena;
    struct pn_slice text;
    size_t at;
    unsigned depth;
    bool fold;        /* (?i) */
    bool dot_newline; /* (?s) */
    struct regex_error *error;
};

static struct regex_node *fail(struct parser *p, size_t at, const char *message)
{
    if (p->error->message == NULL) *p->error = (struct regex_error){ at, message };
    return NULL;
}

static int peek(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->text.len ? p->text.at[p->at + ahead] : -1;
}

static bool take(struct parser *p, int ch)
{
    if (peek(p, 0) != ch) return false;
    p->at++;
    return true;
}

static uint32_t take_code(struct parser *p)
{
    size_t len;
    uint32_t code = regex_code_point(pn_slice_from(p->text, p->at), &len);

    p->at += len;
    return code;
}

/* Add the range and, under (?i), its other-case letters. k and s have a third form in Unicode
 * (U+212A, U+017F), as RE2 has it. False when folding would need tables. */
static bool add_folded(struct parser *p, struct regex_node *set, uint32_t low, uint32_t high)
{
    regex_add_range(p->arena, set, low, high);
    if (!p->fold) return true;
    if (high > 0x7f) return low <= 0x7f && high == CODE_MAX;
    for (uint32_t code = low; code <= high; code++) {
        bool upper = code >= 'A' && code <= 'Z', lower = code >= 'a' && code <= 'z';
        if (upper || lower) regex_add_range(p->arena, set, code ^ 0x20, code ^ 0x20);
        if ((code | 0x20) == 'k') regex_add_range(p->arena, set, 0x212a, 0x212a);
        if ((code | 0x20) == 's') regex_add_range(p->arena, set, 0x17f, 0x17f);
    }
    return true;
}

static struct regex_node *literal(struct parser *p, uint32_t code, size_t at)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);

    if (!add_folded(p, set, code, code)) {
        return fail(p, at, "not supported yet: (?i) on letters beyond ASCII");
    }
    regex_settle(p->arena, set, REGEX_AS_IS);
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
static void add_ranges(struct parser *p, struct regex_node *set, const struct regex_range *ranges,
                       size_t count, enum regex_sense sense)
{
    struct regex_node some = { 0 };

    for (size_t i = 0; i < count; i++) {
        if (ranges[i].high == 0) continue; /* the rest of a shorter row; "ascii" has 0x7f */
        add_folded(p, &some, ranges[i].low, ranges[i].high);
    }
    regex_settle(p->arena, &some, sense);
    for (size_t i = 0; i < some.ranges.count; i++) {
        regex_add_range(p->arena, set, some.ranges.items[i].low, some.ranges.items[i].high);
    }
}

/* \d \D \s \S \w \W at the backslash: add them to `set` and take them. */
static bool take_perl_class(struct parser *p, struct regex_node *set)
{
    int letter = peek(p, 0) == '\\' ? peek(p, 1) : -1;
    enum regex_sense sense = letter >= 'A' && letter <= 'Z' ? REGEX_INVERTED : REGEX_AS_IS;
    size_t count;
    const struct regex_range *ranges;

    switch (letter) {
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
    default: return false;
    }
    add_ranges(p, set, ranges, count, sense);
    p->at += 2;
    return true;
}

static int hex_digit(int ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    int lower = ch | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Behind \x: two digits, or any number of them in braces. */
static bool hex_escape(struct parser *p, uint32_t *code)
{
    bool braces = take(p, '{');
    unsigned count = 0;

    *code = 0;
    while (hex_digit(peek(p, 0)) >= 0 && (braces ? *code <= CODE_MAX : count < 2)) {
        *code = *code * 16 + (uint32_t)hex_digit(peek(p, 0));
        count++;
        p->at++;
    }
    if (braces && !take(p, '}')) return false;
    return count >= (braces ? 1u : 2u) && *code <= CODE_MAX;
}

static bool is_octal(int ch)
{
    return ch >= '0' && ch <= '7';
}

/* At the first of up to three octal digits. */
static uint32_t octal_escape(struct parser *p)
{
    uint32_t code = 0;

    for (int i = 0; i < 3 && is_octal(peek(p, 0)); i++) {
        code = code * 8 + (uint32_t)(p->text.at[p->at++] - '0');
    }
    return code;
}

/* A digit behind a backslash: \0, or two and more octal digits. One alone refers back. */
static bool digit_escape(struct parser *p, uint32_t *code)
{
    if (peek(p, 0) != '0' && !(is_octal(peek(p, 0)) && is_octal(peek(p, 1)))) {
        return fail(p, p->at - 1, "back references are not part of RE2 syntax") != NULL;
    }
    *code = octal_escape(p);
    return true;
}

/* A backslash and what it makes of the next character, where that is one character. */
static bool escaped_character(struct parser *p, uint32_t *code)
{
    size_t at = p->at++;
    int ch = peek(p, 0);

    if (ch < 0) return fail(p, at, "the pattern ends with a backslash") != NULL;
    bool is_letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
    if (ch >= '0' && ch <= '9') return digit_escape(p, code);
    if (!is_letter && ch < 0x80) {
        *code = take_code(p);
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
        return fail(p, at, "\\x takes two hexadecimal digits, or some in braces") != NULL;
    case 'b':
    case 'B': return fail(p, at, "\\b and \\B are not supported: they look at two sides") != NULL;
    case 'p':
    case 'P': return fail(p, at, "not supported yet: Unicode classes with \\p") != NULL;
    default: return fail(p, at, "this escape is not part of RE2 syntax") != NULL;
    }
}

/* [:name:] or [:^name:] inside a class, at its bracket. */
static bool take_named_class(struct parser *p, struct regex_node *set)
{
    for (size_t i = 0; i < sizeof named_classes / sizeof named_classes[0]; i++) {
        for (size_t negated = 0; negated < 2; negated++) {
            const char *whole =
                arena_format(p->arena, "[:%s%s:]", negated ? "^" : "", named_classes[i].name);
            struct pn_slice name = pn_slice(whole, strlen(whole));
            if (!pn_slice_begins(pn_slice_from(p->text, p->at), name)) continue;
            add_ranges(p, set, named_classes[i].ranges, 4, negated ? REGEX_INVERTED : REGEX_AS_IS);
            p->at += name.len;
            return true;
        }
    }
    return false;
}

static bool class_character(struct parser *p, uint32_t *code)
{
    if (peek(p, 0) == '\\') return escaped_character(p, code);
    *code = take_code(p);
    return true;
}

/* One character or range of a class. */
static bool class_range(struct parser *p, struct regex_node *set)
{
    size_t at = p->at;
    uint32_t low, high;

    if (!class_character(p, &low)) return false;
    high = low;
    if (peek(p, 0) == '-' && peek(p, 1) != ']' && peek(p, 1) >= 0) {
        p->at++;
        if (!class_character(p, &high)) return false;
        if (high < low) return fail(p, at, "this range is the wrong way round") != NULL;
    }
    if (add_folded(p, set, low, high)) return true;
    return fail(p, at, "not supported yet: (?i) on letters beyond ASCII") != NULL;
}

static struct regex_node *class(struct parser *p)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);
    size_t at = p->at++;
    enum regex_sense sense = take(p, '^') ? REGEX_INVERTED : REGEX_AS_IS;
    bool first = true;

    while (first || peek(p, 0) != ']') {
        if (peek(p, 0) < 0) return fail(p, at, "this class has no closing bracket");
        first = false;
        if (peek(p, 0) == '[' && peek(p, 1) == ':') {
            if (take_named_class(p, set)) continue;
            return fail(p, p->at, "this is not the name of a class");
        }
        if (take_perl_class(p, set)) continue;
        if (!class_range(p, set)) return NULL;
    }
    p->at++;
    regex_settle(p->arena, set, sense);
    return set;
}

static struct regex_node *either(struct parser *p);

static bool is_name(int ch)
{
    return ch == '_' || (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z');
}

/* Flags behind "(?": sets them; true at ':' or ')'. */
static bool flags(struct parser *p)
{
    bool on = true;

    for (;; p->at++) {
        switch (peek(p, 0)) {
        case 'i': p->fold = on; break;
        case 's': p->dot_newline = on; break;
        case 'U': break; /* swaps greedy and lazy: the same answer */
        case '-': on = false; break;
        case ':':
        case ')': return true;
        case 'm': return fail(p, p->at, "not supported yet: (?m)") != NULL;
        case '=':
        case '!':
        case '<': return fail(p, p->at, "look-around is not part of RE2 syntax") != NULL;
        default: return fail(p, p->at, "this group is not part of RE2 syntax") != NULL;
        }
    }
}

/* Behind "(?P<" or "(?<": the name of a capture, which means nothing here. */
static bool capture_name(struct parser *p)
{
    size_t at = p->at;

    while (is_name(peek(p, 0))) p->at++;
    if (p->at > at && take(p, '>')) return true;
    return fail(p, at, "this is not the name of a group") != NULL;
}

static bool begins(const struct parser *p, const char *sign)
{
    return pn_slice_begins(pn_slice_from(p->text, p->at), pn_slice(sign, strlen(sign)));
}

/* Behind the opening parenthesis. Flags end with the group they are set in. */
static struct regex_node *group(struct parser *p, size_t at)
{
    bool fold = p->fold, dot_newline = p->dot_newline;

    if (begins(p, "?P<") || (begins(p, "?<") && !begins(p, "?<=") && !begins(p, "?<!"))) {
        p->at += peek(p, 1) == 'P' ? 3 : 2;
        if (!capture_name(p)) return NULL;
    } else if (take(p, '?')) {
        if (!flags(p)) return NULL;
        if (take(p, ')')) return regex_new(p->arena, REGEX_EMPTY); /* (?i): for what follows */
        p->at++;
    }
    if (++p->depth > DEPTH_MAX) return fail(p, at, "the pattern is nested too deeply");
    struct regex_node *inner = either(p);
    p->depth--;
    if (inner == NULL) return NULL;
    if (!take(p, ')')) return fail(p, at, "this group has no closing parenthesis");
    p->fold = fold;
    p->dot_newline = dot_newline;
    return inner;
}

static struct regex_node *dot(struct parser *p)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);

    if (!p->dot_newline) regex_add_range(p->arena, set, '\n', '\n');
    regex_settle(p->arena, set, REGEX_INVERTED);
    return set;
}

/* \Q...\E: plain text. */
static struct regex_node *quoted(struct parser *p)
{
    struct regex_node *parts = regex_new(p->arena, REGEX_CONCAT);

    p->at += 2;
    while (p->at < p->text.len && !begins(p, "\\E")) {
        size_t at = p->at;
        struct regex_node *part = literal(p, take_code(p), at);
        if (part == NULL) return NULL;
        LIST_PUSH(p->arena, &parts->parts, part);
    }
    if (p->at < p->text.len) p->at += 2;
    return parts;
}

static struct regex_node *backslash(struct parser *p)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);
    size_t at = p->at;
    uint32_t code;

    if (peek(p, 1) == 'A' || peek(p, 1) == 'z') {
        bool begin = peek(p, 1) == 'A';
        p->at += 2;
        return regex_new(p->arena, begin ? REGEX_BEGIN : REGEX_END);
    }
    if (peek(p, 1) == 'Q') return quoted(p);
    if (take_perl_class(p, set)) {
        regex_settle(p->arena, set, REGEX_AS_IS);
        return set;
    }
    return escaped_character(p, &code) ? literal(p, code, at) : NULL;
}

static struct regex_node *atom(struct parser *p)
{
    size_t at = p->at;

    switch (peek(p, 0)) {
    case '(': p->at++; return group(p, at);
    case '[': return class(p);
    case '.': p->at++; return dot(p);
    case '^': p->at++; return regex_new(p->arena, REGEX_BEGIN);
    case '$': p->at++; return regex_new(p->arena, REGEX_END);
    case '\\': return backslash(p);
    case '*':
    case '+':
    case '?': return fail(p, at, "there is nothing to repeat before this");
    default: return literal(p, take_code(p), at);
    }
}

static bool take_number(struct parser *p, int *number)
{
    size_t at = p->at;

    *number = 0;
    while (peek(p, 0) >= '0' && peek(p, 0) <= '9' && *number <= REPEAT_MAX) {
        *number = *number * 10 + (peek(p, 0) - '0');
        p->at++;
    }
    return p->at > at;
}

/* {n}, {n,} or {n,m}; anything else in braces is plain text, as in RE2. */
static bool take_counts(struct parser *p, int *min, int *max)
{
    size_t at = p->at++;

    if (take_number(p, min)) {
        *max = *min;
        bool open_end = take(p, ',');
        if (open_end && !take_number(p, max)) *max = REGEX_UNBOUNDED;
        if (take(p, '}')) return true;
    }
    p->at = at;
    return false;
}

static bool take_repeat(struct parser *p, int *min, int *max)
{
    *min = peek(p, 0) == '+';
    *max = peek(p, 0) == '?' ? 1 : REGEX_UNBOUNDED;
    if (peek(p, 0) == '{') return take_counts(p, min, max);
    return take(p, '*') || take(p, '+') || take(p, '?');
}

static struct regex_node *repeated(struct parser *p)
{
    struct regex_node *node = atom(p);
    size_t at = p->at;
    int min, max;
    bool twice = false;

    while (node != NULL && take_repeat(p, &min, &max)) {
        if (twice) return fail(p, at, "this repeats what is repeated already");
        if (min > REPEAT_MAX || max > REPEAT_MAX)
            return fail(p, at, "repeated more than 1000 times");
        if (max != REGEX_UNBOUNDED && max < min)
            return fail(p, at, "these counts are the wrong way round");
        take(p, '?');
        struct regex_node *repeat = regex_new(p->arena, REGEX_REPEAT);
        LIST_PUSH(p->arena, &repeat->parts, node);
        repeat->min = min;
        repeat->max = max;
        node = repeat;
        at = p->at;
        twice = true;
    }
    return node;
}

static struct regex_node *concatenation(struct parser *p)
{
    struct regex_node *parts = regex_new(p->arena, REGEX_CONCAT);

    while (peek(p, 0) >= 0 && peek(p, 0) != '|' && peek(p, 0) != ')') {
        struct regex_node *part = repeated(p);
        if (part == NULL) return NULL;
        LIST_PUSH(p->arena, &parts->parts, part);
    }
    return parts;
}

static struct regex_node *either(struct parser *p)
{
    struct regex_node *choice = regex_new(p->arena, REGEX_EITHER);

    do {
        struct regex_node *part = concatenation(p);
        if (part == NULL) return NULL;
        LIST_PUSH(p->arena, &choice->parts, part);
    } while (take(p, '|'));
    return choice;
}

struct regex_node *regex_parse(struct arena *arena, struct pn_slice pattern,
                               struct regex_error *error)
{
    struct parser p = { .arena = arena, .text = pattern, .error = error };

    *error = (struct regex_error){ 0 };
    struct regex_node *node = either(&p);
    if (node != NULL && p.at < pattern.len)
        return fail(&p, p.at, "this parenthesis closes nothing");
    return node;
}
