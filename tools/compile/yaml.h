/* yaml.h - a YAML 1.2 (or JSON) file as a tree whose every node knows where it stands.
 *
 * A file that could be read in two ways is refused: a key given twice, several documents, tags. A
 * plain key << merges the map, or the list of maps, that it is given: what is written beside it wins,
 * and of several maps the first. Aliases share the node they name; a file in which they multiply
 * beyond a bounded number of nodes is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_YAML_H
#define TOOLS_YAML_H

#include "tools/compile/diagnostics.h"

enum yaml_kind {
    YAML_SCALAR,
    YAML_LIST,
    YAML_MAP,
};

struct yaml_pair;

struct yaml_node {
    enum yaml_kind kind;
    struct mark mark;
    bool plain;           /* a scalar without quotes or block: may be a number, true or null */
    bool escaped;         /* in double quotes, where a backslash escapes */
    struct pn_slice text; /* of a scalar, as YAML means it */
    struct pn_slice file_text;
    size_t weight;  /* nodes from here on, those behind aliases counted each time */
    size_t file_at; /* where a scalar's own text begins in the file, behind quote or indicator */
    LIST(struct yaml_node *) items;
    LIST(struct yaml_pair) pairs;
};

struct yaml_pair {
    struct yaml_node *key; /* a scalar */
    struct yaml_node *value;
};

/* Read `text`, the contents of `file`, both of which must outlive the arena's use.
 *
 *   a tree  the one document that it holds
 *   NULL    refused, and `diagnostics` says why */
struct yaml_node *yaml_read(struct arena *arena, struct diagnostics *diagnostics, const char *file,
                            struct pn_slice text);

/* Read a whole file from disk and then as above. */
struct yaml_node *yaml_read_file(struct arena *arena, struct diagnostics *diagnostics,
                                 const char *path);

/* The place in the file of byte `offset` of a scalar's text. */
struct mark yaml_mark_in(const struct yaml_node *scalar, size_t offset);

/* The value of `key` in a map, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* True when the scalar's text is exactly `words`. */
bool yaml_text_is(const struct yaml_node *node, const char *words);

/* True for a plain null, "~" or nothing at all. */
bool yaml_is_null(const struct yaml_node *node);

#endif
