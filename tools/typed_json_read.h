/* typed_json_read.h - values as typed_json.h writes them, read back as constants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_TYPED_JSON_READ_H
#define TOOLS_TYPED_JSON_READ_H

#include "tools/compile/cel_names.h"
#include "tools/compile/cel_value.h"
#include "tools/json_tree.h"

/* The value; NULL, or what is wrong with it. */
const char *typed_json_read(struct arena *arena, const struct json_tree *tree,
                            struct cel_value *value);

/* Bind each member of the map {"name": value} in `scope`; its names may be dotted. Likewise. */
const char *typed_json_bind(struct arena *arena, const struct json_tree *map, struct scope *scope);

#endif
