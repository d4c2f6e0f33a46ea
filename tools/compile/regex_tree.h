/* regex_tree.h - a pattern as a tree, out of RE2 syntax or a Cerbos glob.
 *
 * What Go's regexp takes is taken, with the same meaning, up to 100 groups in one another; what it
 * refuses is refused here too (back references, look-around). Classes and (?i) are those of Unicode
 * 15.0. Whether an operator is lazy and where a group begins change no answer to "does it match"; the
 * tree keeps both for who asks where. Characters are code points; a byte is never a character of its
 * own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_REGEX_TREE_H
#define TOOLS_REGEX_TREE_H

#include "tools/compile/arena.h"

enum { REGEX_CODE_MAX = 0x10ffff }; /* the last code point */

enum regex_kind {
    REGEX_EMPTY,
    REGEX_CLASS,  /* one character out of `ranges` */
    REGEX_CONCAT, /* parts in order */
    REGEX_EITHER, /* one of the parts */
    REGEX_REPEAT, /* parts[0], min to max times */
    REGEX_GROUP,  /* parts[0], whose place is remembered as `group` */
    REGEX_LOOK,   /* no character: what is on both sides of the place, `look` */
};

enum regex_look {
    REGEX_TEXT_BEGIN,
    REGEX_TEXT_END,
    REGEX_LINE_BEGIN, /* the text begins, or a line feed is before */
    REGEX_LINE_END,
    REGEX_WORD_EDGE, /* one side is a letter, digit or _ of ASCII, the other is not */
    REGEX_NO_WORD_EDGE,
};

/* What is beside a place in a text. */
enum regex_side {
    REGEX_SIDE_OTHER,
    REGEX_SIDE_EDGE, /* nothing: the text begins or ends */
    REGEX_SIDE_NEWLINE,
    REGEX_SIDE_WORD,
    REGEX_SIDE_WITHIN, /* a byte that continues a character, so this is no place between two */
    REGEX_SIDE_UNKNOWN,
};

bool regex_look_holds(enum regex_look look, enum regex_side before, enum regex_side after);
enum regex_side regex_side_before(uint8_t byte);
enum regex_side regex_side_after(uint8_t byte);

#define REGEX_UNBOUNDED (-1)

struct regex_range {
    uint32_t low, high; /* code points, both included */
};

struct regex_node {
    enum regex_kind kind;
    LIST(struct regex_range) ranges; /* sorted, apart from each other */
    LIST(struct regex_node *) parts;
    int min, max;
    bool lazy;      /* of a repeat: as few times as possible */
    unsigned group; /* 1 and up, in the order of their parentheses */
    enum regex_look look;
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
struct regex_node *regex_looking(struct arena *arena, enum regex_look look);
void regex_add_range(struct arena *arena, struct regex_node *set, uint32_t low, uint32_t high);

/* Of a settled set: the first range that ends at `code` or behind it; their count when none does. */
size_t regex_range_at(const struct regex_node *set, uint32_t code);

/* Sort the ranges and join those that touch; with `invert`, what they leave out of Unicode. */
enum regex_sense { REGEX_AS_IS, REGEX_INVERTED };
void regex_settle(struct arena *arena, struct regex_node *set, enum regex_sense sense);

/* The code point at the front of `text`, valid UTF-8 or a single byte, and its length. */
uint32_t regex_code_point(struct pn_slice text, size_t *len);

#endif
