/* regex_parsing.h - the parser of RE2 syntax; for regex_parse.c and regex_class.c only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REGEX_PARSING_H
#define TOOLS_REGEX_PARSING_H

#include "tools/compile/regex_tree.h"

struct regex_flags {
    bool fold;        /* (?i) */
    bool multi_line;  /* (?m) */
    bool dot_newline; /* (?s) */
    bool lazy;        /* (?U): lazy and greedy change places */
};

struct regex_parser {
    struct arena *arena;
    struct pn_slice text;
    size_t at;
    unsigned depth, groups;
    struct regex_flags flags;
    struct regex_error *error;
};

/* Remember the first mistake. Returns NULL. */
struct regex_node *regex_fail(struct regex_parser *p, size_t at, const char *message);

/* The byte `ahead` of here, -1 behind the last. */
int regex_peek(const struct regex_parser *p, size_t ahead);
bool regex_take(struct regex_parser *p, int ch);
bool regex_begins(const struct regex_parser *p, const char *sign);
uint32_t regex_take_code(struct regex_parser *p);

/* One character, and under (?i) those that differ from it in case only. */
struct regex_node *regex_literal(struct regex_parser *p, uint32_t code);

/* At '[': the whole class. */
struct regex_node *regex_class(struct regex_parser *p);

/* At a backslash: what \d \D \s \S \w \W \p \P stand for, added to `set`. REGEX_NOT_TAKEN: it is
 * none of these; REGEX_WRONG: it is, but wrong. */
enum regex_taken { REGEX_NOT_TAKEN, REGEX_TAKEN, REGEX_WRONG };
enum regex_taken regex_take_set(struct regex_parser *p, struct regex_node *set);

/* At a backslash: the one character that it and what follows stand for. False: it is wrong. */
bool regex_take_escape(struct regex_parser *p, uint32_t *code);

#endif
