/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/regex_tree.h"

#define DEPTH_MAX 20

struct parser {
    struct arena *arena;
    struct pn_slice text;
    size_t at;
    unsigned depth;
    struct regex_error *error;
};

static struct regex_node *fail(struct parser *p, size_t at, const char *message)
{
    if (p->error->message == NULL) *p->error = (struct regex_error){ at, message };
    return NULL;
}

static int peek(const struct parser *p)
{
    return p->at < p->text.len ? p->text.at[p->at] : -1;
}

static uint32_t take_code(struct parser *p)
{
    size_t len;

    if (peek(p) == '\\' && p->at + 1 < p->text.len) p->at++;
    uint32_t code = regex_code_point(pn_slice_from(p->text, p->at), &len);
    p->at += len;
    return code;
}

enum separator { SEPARATOR_STOPS, SEPARATOR_PASSES };

static struct regex_node *any_character(struct parser *p, enum separator separator)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);

    if (separator == SEPARATOR_STOPS) regex_add_range(p->arena, set, ':', ':');
    regex_settle(p->arena, set, REGEX_INVERTED);
    return set;
}

static struct regex_node *stars(struct parser *p)
{
    struct regex_node *repeat = regex_new(p->arena, REGEX_REPEAT);
    size_t at = p->at;

    while (peek(p) == '*') p->at++;
    enum separator separator = p->at - at > 1 ? SEPARATOR_PASSES : SEPARATOR_STOPS;
    LIST_PUSH(p->arena, &repeat->parts, any_character(p, separator));
    repeat->max = REGEX_UNBOUNDED;
    return repeat;
}

static struct regex_node *class(struct parser *p)
{
    struct regex_node *set = regex_new(p->arena, REGEX_CLASS);
    size_t at = p->at++;
    enum regex_sense sense = REGEX_AS_IS;

    if (peek(p) == '!') {
        p->at++;
        sense = REGEX_INVERTED;
    }
    while (peek(p) != ']') {
        if (peek(p) < 0) return fail(p, at, "this class has no closing bracket");
        uint32_t low = take_code(p), high = low;
        if (peek(p) == '-' && p->at + 1 < p->text.len && p->text.at[p->at + 1] != ']') {
            p->at++;
            high = take_code(p);
        }
        if (high < low) return fail(p, at, "this range is the wrong way round");
        regex_add_range(p->arena, set, low, high);
    }
    p->at++;
    if (set->ranges.count == 0) return fail(p, at, "this class is empty");
    regex_settle(p->arena, set, sense);
    return set;
}

static struct regex_node *sequence(struct parser *p);

static struct regex_node *choice(struct parser *p)
{
    struct regex_node *either = regex_new(p->arena, REGEX_EITHER);
    size_t at = p->at;

    if (++p->depth > DEPTH_MAX) return fail(p, at, "the pattern is nested too deeply");
    do {
        p->at++;
        struct regex_node *part = sequence(p);
        if (part == NULL) return NULL;
        LIST_PUSH(p->arena, &either->parts, part);
    } while (peek(p) == ',');
    p->depth--;
    if (peek(p) != '}') return fail(p, at, "this choice has no closing brace");
    p->at++;
    return either;
}

static struct regex_node *part(struct parser *p)
{
    switch (peek(p)) {
    case '*': return stars(p);
    case '?': p->at++; return any_character(p, SEPARATOR_STOPS);
    case '[': return class(p);
    case '{': return choice(p);
    default: return regex_character(p->arena, take_code(p));
    }
}

static struct regex_node *sequence(struct parser *p)
{
    struct regex_node *parts = regex_new(p->arena, REGEX_CONCAT);

    while (peek(p) >= 0 && !(p->depth > 0 && (peek(p) == ',' || peek(p) == '}'))) {
        struct regex_node *next = part(p);
        if (next == NULL) return NULL;
        LIST_PUSH(p->arena, &parts->parts, next);
    }
    return parts;
}

struct regex_node *glob_parse(struct arena *arena, struct pn_slice pattern,
                              struct regex_error *error)
{
    struct parser p = { .arena = arena, .text = pattern, .error = error };

    *error = (struct regex_error){ 0 };
    return sequence(&p);
}
