/* regex_tree.h - a pattern as a tree, out of RE2 syntax or a Cerbos glob.
 *
 * What RE2 refuses is refused here too (back references, look-around), and so is what a table walk
 * over bytes cannot do (\b, multi-line anchors) or what would need Unicode tables (\p{...}, folding
 * beyond ASCII). Whether an operator is greedy changes no answer to "does it match" and is
 * accepted. Characters are code points; a byte is never a character of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REGEX_TREE_H
#define TOOLS_REGEX_TREE_H

#include "tools/compile/arena.h"

enum regex_kind {
    REGEX_EMPTY,
    REGEX_CLASS,  /* one character out of `ranges` */
    REGEX_CONCAT, /* parts in order */
    REGEX_EITHER, /* one of the parts */
    REGEX_REPEAT, /* parts[0], min to max times */
    REGEX_BEGIN,  /* the text begins here */
    REGEX_END,    /* the text ends here */
};

#define REGEX_UNBOUNDED (-1)

struct regex_range {
    uint32_t low, high; /* code points, both included */
};

struct regex_node {
    enum regex_kind kind;
    LIST(struct regex_range) ranges; /* sorted, apart from each other */
    LIST(struct regex_node *) parts;
    int min, max;
};

struct regex_error {
    size_t at; /* byte of the pattern */
    const char *message;
};

/* Parse RE2 syntax. NULL: refused, `error` says where and why. */
struct regex_node *regex_parse(struct arena *arena, struct pn_slice pattern,
                               struct regex_error *error);

/* Parse a glob of Cerbos: `*` is anything but ':', `**` anything, `?` one character but ':',
 * [a-z], [!a-z], {a,b}, and a backslash makes the next character plain. */
struct regex_node *glob_parse(struct arena *arena, struct pn_slice pattern,
                              struct regex_error *error);

/* Parts that parsers build with. */
struct regex_node *regex_new(struct arena *arena, enum regex_kind kind);
struct regex_node *regex_character(struct arena *arena, uint32_t code);
void regex_add_range(struct arena *arena, struct regex_node *set, uint32_t low, uint32_t high);

/* Sort the ranges and join those that touch; with `invert`, what they leave out of Unicode. */
enum regex_sense { REGEX_AS_IS, REGEX_INVERTED };
void regex_settle(struct arena *arena, struct regex_node *set, enum regex_sense sense);

/* The code point at the front of `text`, valid UTF-8 or a single byte, and its length. */
uint32_t regex_code_point(struct pn_slice text, size_t *len);

#endif
