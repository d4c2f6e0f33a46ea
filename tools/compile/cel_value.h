/* cel_value.h - constants: compared, and written as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_VALUE_H
#define TOOLS_CEL_VALUE_H

#include "tools/compile/cel_ast.h"

bool cel_is_number(const struct cel_value *value);

/* CEL's == on values: numbers by value whatever their type, other types never equal each other. */
bool cel_values_equal(const struct cel_value *a, const struct cel_value *b);

/* The value as compact JSON. False for what JSON has not, such as bytes or NaN. */
bool cel_write_json(struct bytes *out, const struct cel_value *value);

/* A text as a JSON string, quotes included. */
void cel_write_json_string(struct bytes *out, struct pn_slice text);

const char *cel_type_name(enum cel_type type);

#endif
