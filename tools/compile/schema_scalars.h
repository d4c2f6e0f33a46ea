/* schema_scalars.h - the keywords of a JSON Schema that judge one value by itself, as words of its node.
 *
 * Each pushes what the value of its keyword says, or reports an error there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SCHEMA_SCALARS_H
#define TOOLS_SCHEMA_SCALARS_H

#include "tools/compile/schema_compile.h"

/* A node while it is put together. */
struct schema_building {
    struct image *image;
    struct schema_file *file;
    const struct yaml_node *at;
    struct image_schema_node node;
};

/* One word of the node; an error at a place. */
void schema_push(struct schema_building *b, enum pn_schema_op op, uint16_t a, uint32_t bb);
void schema_wrong(struct schema_building *b, const struct yaml_node *at, const char *message);

/* The bit of a type by its name in PN_SCHEMA_TYPE; 0: there is none of that name. */
uint16_t schema_type_bit(const struct yaml_node *name);

void schema_read_type(struct schema_building *b, const struct yaml_node *value);
void schema_read_const(struct schema_building *b, const struct yaml_node *value);
void schema_read_enum(struct schema_building *b, const struct yaml_node *value);
void schema_read_pattern(struct schema_building *b, const struct yaml_node *value);
void schema_read_format(struct schema_building *b, const struct yaml_node *value);
void schema_read_multiple(struct schema_building *b, const struct yaml_node *value);

/* A count of at most 32 bits; a number. */
void schema_push_count(struct schema_building *b, const struct yaml_node *value,
                       enum pn_schema_op op);
void schema_push_bound(struct schema_building *b, const struct yaml_node *value,
                       enum pn_schema_op op);

#endif
