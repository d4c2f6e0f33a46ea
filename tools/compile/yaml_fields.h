/* yaml_fields.h - maps of known keys, and what scalars mean.
 *
 * A key that nobody knows is an error with the nearest known one as a suggestion: a misspelled
 * setting never goes unnoticed. All functions add an error of their own where they refuse.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_YAML_FIELDS_H
#define TOOLS_YAML_FIELDS_H

#include "tools/compile/cel_ast.h"
#include "tools/compile/yaml.h"

enum yaml_want {
    YAML_WANT_ANY,
    YAML_WANT_TEXT, /* a scalar */
    YAML_WANT_LIST,
    YAML_WANT_TEXTS, /* a list of scalars */
    YAML_WANT_MAP,
    YAML_WANT_KIND = 7,
    YAML_REQUIRED = 8, /* or-ed to one of them */
};

struct yaml_field {
    const char *name;
    int want;              /* enum yaml_want */
    struct yaml_node **at; /* set to the value, or left NULL; NULL itself: read elsewhere */
};

/* Read the map `node` (`what` it is, for messages) by `fields`. A null counts as left out. Keys may
 * be written in snake_case where the name is camelCase. What is missing because it is misspelled is
 * told once, as that. False when anything was wrong; what was right is set all the same. */
bool yaml_fields(struct diagnostics *diagnostics, const struct yaml_node *node, const char *what,
                 const struct yaml_field *fields, size_t count);

/* What a scalar says. True and set, or false with an error that says what is `wanted`. */
bool yaml_read_bool(struct diagnostics *diagnostics, const struct yaml_node *node, bool *value);
bool yaml_read_u64(struct diagnostics *diagnostics, const struct yaml_node *node, uint64_t max,
                   uint64_t *value);

/* "90", "90s", "5m", "12h", "30d": in seconds, or with "250ms" allowed in milliseconds. */
bool yaml_read_seconds(struct diagnostics *diagnostics, const struct yaml_node *node,
                       uint64_t *seconds);
bool yaml_read_milliseconds(struct diagnostics *diagnostics, const struct yaml_node *node,
                            uint64_t *milliseconds);

/* Duration text to milliseconds; false when it is none. A bare number counts seconds. */
bool duration_read(struct pn_slice text, uint64_t *milliseconds);

/* A date and time of RFC 3339 to milliseconds since 1970; false when it is none. */
bool timestamp_read(struct pn_slice text, int64_t *milliseconds);

/* One of `words`: its index, or -1 with an error. */
int yaml_read_word(struct diagnostics *diagnostics, const struct yaml_node *node,
                   const char *const *words, size_t count);

/* Any YAML value as a constant: plain scalars by YAML 1.2's core schema, others as strings. */
bool yaml_read_value(struct arena *arena, struct diagnostics *diagnostics,
                     const struct yaml_node *node, struct cel_value *value);

#endif
