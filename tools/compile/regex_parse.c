/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/regex_parsing.h"

#define DEPTH_MAX  100
#define REPEAT_MAX 1000 /* RE2's own limit, of repeats in repeats too */

struct regex_node *regex_fail(struct regex_parser *p, size_t at, const char *message)
{
    if (p->error->message == NULL) *p->error = (struct regex_error){ at, message };
    return NULL;
}

int regex_peek(const struct regex_parser *p, size_t ahead)
{
    return p->at + ahead < p->text.len ? p->text.at[p->at + ahead] : -1;
}

bool regex_take(struct regex_parser *p, int ch)
{
    if (regex_peek(p, 0) != ch) return false;
    p->at++;
    return true;
}

bool regex_begins(const struct regex_parser *p, const char *sign)
{
    return pn_slice_begins(pn_slice_from(p->text, p->at), pn_slice(sign, strlen(sign)));
}

uint32_t regex_take_code(struct regex_parser *p)
{
    size_t len;
    uint32_t code = regex_code_point(pn_slice_from(p->text, p->at), &len);

    p->at += len;
    return code;
}

static struct regex_node *either(struct regex_parser *p);

static bool is_name(int ch)
{
    return ch == '_' || (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z');
}

static bool bad_flags(struct regex_parser *p, const char *message)
{
    return regex_fail(p, p->at, message) != NULL;
}

/* Flags behind "(?": sets them; true at ':' or ')'. A minus sign needs flags behind it. */
static bool flags(struct regex_parser *p)
{
    bool on = true, any = true;

    for (;; p->at++) {
        bool *flag = NULL;
        switch (regex_peek(p, 0)) {
        case 'i': flag = &p->flags.fold; break;
        case 'm': flag = &p->flags.multi_line; break;
        case 's': flag = &p->flags.dot_newline; break;
        case 'U': flag = &p->flags.lazy; break;
        case '-':
            if (!on) return bad_flags(p, "flags are switched off once");
            on = any = false;
            break;
        case ':':
        case ')': return any || bad_flags(p, "there is no flag to switch off");
        case '=':
        case '!':
        case '<': return bad_flags(p, "look-around is not part of RE2 syntax");
        default: return bad_flags(p, "this group is not part of RE2 syntax");
        }
        if (flag == NULL) continue;
        *flag = on;
        any = true;
    }
}

/* Behind "(?P<" or "(?<": a name, which means nothing here. */
static bool group_name(struct regex_parser *p)
{
    size_t at = p->at;

    while (is_name(regex_peek(p, 0))) p->at++;
    if (p->at > at && regex_take(p, '>')) return true;
    return regex_fail(p, at, "this is not the name of a group") != NULL;
}

static bool begins_name(const struct regex_parser *p)
{
    return regex_begins(p, "?P<") ||
           (regex_begins(p, "?<") && !regex_begins(p, "?<=") && !regex_begins(p, "?<!"));
}

/* What is between parentheses, up to the closing one. Flags end with the group they are set in. */
static struct regex_node *inside(struct regex_parser *p, size_t at, struct regex_flags before)
{
    if (++p->depth > DEPTH_MAX) return regex_fail(p, at, "the pattern is nested too deeply");
    struct regex_node *inner = either(p);
    p->depth--;
    if (inner == NULL) return NULL;
    if (!regex_take(p, ')')) return regex_fail(p, at, "this group has no closing parenthesis");
    p->flags = before;
    return inner;
}

static struct regex_node *remembered(struct regex_parser *p, size_t at)
{
    struct regex_node *group = regex_new(p->arena, REGEX_GROUP);

    group->group = ++p->groups;
    struct regex_node *inner = inside(p, at, p->flags);
    if (inner == NULL) return NULL;
    LIST_PUSH(p->arena, &group->parts, inner);
    return group;
}

/* Add the group at a parenthesis to `parts`; (?i) and its kind are flags for what follows, and no
 * part. False: it is wrong. */
static bool add_group(struct regex_parser *p, struct regex_node *parts)
{
    struct regex_flags before = p->flags;
    struct regex_node *part;
    size_t at = p->at++;

    if (begins_name(p)) {
        p->at += regex_peek(p, 1) == 'P' ? 3 : 2;
        if (!group_name(p)) return false;
        part = remembered(p, at);
    } else if (regex_take(p, '?')) {
        if (!flags(p)) return false;
        if (regex_take(p, ')')) return true;
        p->at++;
        part = inside(p, at, before);
    } else {
        part = remembered(p, at);
    }
    if (part != NULL) LIST_PUSH(p->arena, &parts->parts, part);
    return part != NULL;
}

static struct regex_node *dot(struct regex_parser *p)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);

    if (!p->flags.dot_newline) regex_add_range(p->arena, set, '\n', '\n');
    regex_settle(p->arena, set, REGEX_INVERTED);
    return set;
}

/* \Q...\E: plain text, each character a part of its own. */
static void add_quoted(struct regex_parser *p, struct regex_node *parts)
{
    p->at += 2;
    while (p->at < p->text.len && !regex_begins(p, "\\E")) {
        struct regex_node *part = regex_literal(p, regex_take_code(p));
        LIST_PUSH(p->arena, &parts->parts, part);
    }
    if (p->at < p->text.len) p->at += 2;
}

static struct regex_node *looking(struct regex_parser *p, size_t len, enum regex_look look)
{
    p->at += len;
    return regex_looking(p->arena, look);
}

static struct regex_node *backslash(struct regex_parser *p)
{
    struct regex_node *set;
    uint32_t code;

    switch (regex_peek(p, 1)) {
    case 'A': return looking(p, 2, REGEX_TEXT_BEGIN);
    case 'z': return looking(p, 2, REGEX_TEXT_END);
    case 'b': return looking(p, 2, REGEX_WORD_EDGE);
    case 'B': return looking(p, 2, REGEX_NO_WORD_EDGE);
    default: break;
    }
    set = regex_new(p->arena, REGEX_CLASS);
    enum regex_taken taken = regex_take_set(p, set);
    if (taken == REGEX_NOT_TAKEN)
        return regex_take_escape(p, &code) ? regex_literal(p, code) : NULL;
    regex_settle(p->arena, set, REGEX_AS_IS);
    return taken == REGEX_TAKEN ? set : NULL;
}

static struct regex_node *atom(struct regex_parser *p)
{
    bool lines = p->flags.multi_line;

    switch (regex_peek(p, 0)) {
    case '[': return regex_class(p);
    case '.': p->at++; return dot(p);
    case '^': return looking(p, 1, lines ? REGEX_LINE_BEGIN : REGEX_TEXT_BEGIN);
    case '$': return looking(p, 1, lines ? REGEX_LINE_END : REGEX_TEXT_END);
    case '\\': return backslash(p);
    default: return regex_literal(p, regex_take_code(p));
    }
}

/* Add what is next to `parts`; false when it is wrong. */
static bool add_atom(struct regex_parser *p, struct regex_node *parts)
{
    struct regex_node *part;

    if (regex_peek(p, 0) == '(') return add_group(p, parts);
    if (regex_begins(p, "\\Q")) {
        add_quoted(p, parts);
        return true;
    }
    part = atom(p);
    if (part != NULL) LIST_PUSH(p->arena, &parts->parts, part);
    return part != NULL;
}

/* A count without needless zeros, REPEAT_MAX + 1 for all above. */
static bool take_number(struct regex_parser *p, int *number)
{
    size_t at = p->at;

    *number = 0;
    while (regex_peek(p, 0) >= '0' && regex_peek(p, 0) <= '9') {
        *number = *number * 10 + (regex_peek(p, 0) - '0');
        if (*number > REPEAT_MAX) *number = REPEAT_MAX + 1;
        p->at++;
    }
    return p->at == at + 1 || (p->at > at && p->text.at[at] != '0');
}

/* {n}, {n,} or {n,m}; anything else in braces is plain text, as in RE2. */
static bool take_counts(struct regex_parser *p, int *min, int *max)
{
    size_t at = p->at++;

    if (take_number(p, min)) {
        *max = *min;
        if (regex_take(p, ',')) {
            bool open_end = regex_peek(p, 0) == '}';
            *max = REGEX_UNBOUNDED;
            if (!open_end && !take_number(p, max)) *min = -1;
        }
        if (*min >= 0 && regex_take(p, '}')) return true;
    }
    p->at = at;
    return false;
}

/* A sign of repetition, or counts; false when there is none here. */
static bool take_repeat(struct regex_parser *p, int *min, int *max)
{
    *min = regex_peek(p, 0) == '+';
    *max = regex_peek(p, 0) == '?' ? 1 : REGEX_UNBOUNDED;
    if (regex_peek(p, 0) == '{') return take_counts(p, min, max);
    return regex_take(p, '*') || regex_take(p, '+') || regex_take(p, '?');
}

/* Whether counts in counts stay within `limit` copies, as RE2 has it. */
static bool copies_fit(const struct regex_node *node, int limit)
{
    if (node->kind == REGEX_REPEAT) {
        int times = node->max != REGEX_UNBOUNDED ? node->max : node->min;
        if (node->max == 0) return true;
        if (times > limit) return false;
        if (times > 1) limit /= times;
    }
    for (size_t i = 0; i < node->parts.count; i++) {
        if (!copies_fit(node->parts.items[i], limit)) return false;
    }
    return true;
}

/* The last of `parts`, `min` to `max` times. */
static bool repeat_last(struct regex_parser *p, struct regex_node *parts, size_t at, int min,
                        int max)
{
    struct regex_node *repeat;

    if (min > REPEAT_MAX || max > REPEAT_MAX)
        return regex_fail(p, at, "repeated more than 1000 times") != NULL;
    if (max != REGEX_UNBOUNDED && max < min)
        return regex_fail(p, at, "these counts are the wrong way round") != NULL;
    if (parts->parts.count == 0)
        return regex_fail(p, at, "there is nothing to repeat before this") != NULL;
    repeat = regex_new(p->arena, REGEX_REPEAT);
    repeat->min = min;
    repeat->max = max;
    repeat->lazy = p->flags.lazy;
    if (regex_take(p, '?')) repeat->lazy = !repeat->lazy;
    LIST_PUSH(p->arena, &repeat->parts, parts->parts.items[parts->parts.count - 1]);
    parts->parts.items[parts->parts.count - 1] = repeat;
    if ((min > 1 || max > 1) && !copies_fit(repeat, REPEAT_MAX))
        return regex_fail(p, at, "counts in counts repeat this more than 1000 times") != NULL;
    return true;
}

static struct regex_node *concatenation(struct regex_parser *p)
{
    struct regex_node *parts = regex_new(p->arena, REGEX_CONCAT);
    bool repeated = false;
    int min, max;

    while (regex_peek(p, 0) >= 0 && regex_peek(p, 0) != '|' && regex_peek(p, 0) != ')') {
        size_t at = p->at;
        if (!take_repeat(p, &min, &max)) {
            if (!add_atom(p, parts)) return NULL;
            repeated = false;
            continue;
        }
        if (repeated) return regex_fail(p, at, "this repeats what is repeated already");
        if (!repeat_last(p, parts, at, min, max)) return NULL;
        repeated = true;
    }
    return parts;
}

static struct regex_node *either(struct regex_parser *p)
{
    struct regex_node *choice = regex_new(p->arena, REGEX_EITHER);

    do {
        struct regex_node *part = concatenation(p);
        if (part == NULL) return NULL;
        LIST_PUSH(p->arena, &choice->parts, part);
    } while (regex_take(p, '|'));
    return choice;
}

struct regex_node *regex_parse(struct arena *arena, struct pn_slice pattern,
                               struct regex_error *error)
{
    struct regex_parser p = { .arena = arena, .text = pattern, .error = error };

    *error = (struct regex_error){ 0 };
    struct regex_node *node = either(&p);
    if (node != NULL && p.at < pattern.len)
        return regex_fail(&p, p.at, "this parenthesis closes nothing");
    return node;
}
