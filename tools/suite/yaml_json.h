/* yaml_json.h - YAML values as JSON, and values compared.
 *
 * Fixtures are read as Cerbos reads them: yes, no, on, off, y and n without quotes are booleans, also
 * as keys ("true", "false"); 010 is octal as 0o10 is, 0b11 is binary, and 1_000 is a number.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_YAML_JSON_H
#define TOOLS_YAML_JSON_H

#include "tools/compile/yaml.h"

/* Append `node` as JSON. A number that JSON can spell keeps its spelling, so that a test decides what
 * it says and not what a reader made of it. NaN and infinities become strings. */
void yaml_write_json(struct arena *arena, struct bytes *out, const struct yaml_node *node);

/* Note where a boolean is written as somebody may mean a text, such as the country NO. NULL has none.
 */
void yaml_note_words(struct diagnostics *diagnostics, const struct yaml_node *node);

/* True when the JSON text `json` is the value `node`: numbers by value, maps in any order. */
bool yaml_equals_json(struct arena *arena, const struct yaml_node *node, struct pn_slice json);

#endif
