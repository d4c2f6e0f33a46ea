/* json_tree.h - a JSON text as a tree, for commands that read what people and tests wrote.
 *
 * Numbers keep their text. Unlike the gateway's scanner it takes NUL in strings, and the last of
 * two equal keys wins: nothing is decided by it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_JSON_TREE_H
#define TOOLS_JSON_TREE_H

#include "tools/compile/arena.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_LIST, JSON_MAP };

struct json_tree {
    enum json_kind kind;
    struct pn_slice text; /* of a string, unescaped, or of a number */
    LIST(struct json_tree *) items;
    LIST(struct pn_slice) keys; /* of a map: items[i] is the value of keys[i] */
};

/* The tree of `text`, or NULL when it is not JSON. It borrows nothing. */
struct json_tree *json_tree_read(struct arena *arena, struct pn_slice text);

/* The member of a map, or NULL: no map, or no such member. */
const struct json_tree *json_member(const struct json_tree *map, const char *key);

#endif
