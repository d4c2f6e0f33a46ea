/* schema_compile.h - a JSON Schema as nodes of policy/schema.h.
 *
 * Of JSON Schema (2020-12, and what is the same in 2019-09 and draft-07) it takes what a device can
 * judge in bounded time: type, const and enum of scalars, properties, required,
 * additionalProperties, minProperties, maxProperties, items, prefixItems, minItems, maxItems,
 * uniqueItems of scalars in lists with maxItems, minLength, maxLength, pattern (RE2), minimum,
 * maximum, both exclusive ones, multipleOf, $ref within the file without recursion, allOf, anyOf,
 * oneOf, not, and format date-time, date, time, uuid and ipv4. Annotations are passed over.
 * Everything else is an error that names it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SCHEMA_COMPILE_H
#define TOOLS_SCHEMA_COMPILE_H

#include "tools/compile/image.h"
#include "tools/compile/yaml.h"

/* A part of a file that was compiled before. */
struct schema_part {
    const struct yaml_node *at;
    uint16_t node;
    bool busy; /* it is being compiled: who refers to it now recurs */
};

struct schema_file {
    struct pn_slice name;
    const struct yaml_node *root; /* NULL: it could not be read, which was told */
    LIST(struct schema_part) parts;
};

/* Compile the file's schema for the attributes of a side, with slots for those that it names at its
 * top. The node, or PN_NONE32 with errors. */
uint32_t schema_compile(struct image *image, struct schema_file *file, enum pn_side side);

#endif
