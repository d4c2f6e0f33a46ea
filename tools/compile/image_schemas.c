/* see image.h: sections SCHEMA_*.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "tools/compile/image.h"

static int binding_order(const void *a, const void *b)
{
    const struct image_schema_binding *x = a, *y = b;
    int order = pn_slice_order(x->kind, y->kind);

    return order != 0 ? order : pn_slice_order(x->version, y->version);
}

static void write_binding(struct image_writing *w, const struct image_schema_binding *binding)
{
    struct bytes *out = &w->sections[PN_POLICY_SECTION_SCHEMA_BINDINGS];

    bytes_append_u32(out, image_string(w->image, binding->kind));
    bytes_append_u32(out, image_string(w->image, binding->version));
    bytes_append_u8(out, binding->enforcement);
    bytes_append_zero(out, 3);
    for (int side = 0; side < 2; side++) {
        bytes_append_u32(out, binding->node[side]);
        bytes_append_u32(out, binding->ignore[side]);
    }
}

static void write_node(struct image_writing *w, const struct image_schema_node *node)
{
    struct bytes *nodes = &w->sections[PN_POLICY_SECTION_SCHEMA_NODES];
    struct bytes *words = &w->sections[PN_POLICY_SECTION_SCHEMA_WORDS];

    bytes_append_u32(nodes, (uint32_t)(words->len / PN_SCHEMA_WORD_BYTES));
    bytes_append_u16(nodes, (uint16_t)node->words.count);
    bytes_append_u16(nodes, node->depth);
    for (size_t i = 0; i < node->words.count; i++) {
        bytes_append_u8(words, node->words.items[i].op);
        bytes_append_u8(words, 0);
        bytes_append_u16(words, node->words.items[i].a);
        bytes_append_u32(words, node->words.items[i].b);
    }
}

void image_write_schemas(struct image_writing *w)
{
    struct image *image = w->image;

    qsort(image->schema_bindings.items, image->schema_bindings.count,
          sizeof *image->schema_bindings.items, binding_order);
    for (size_t i = 0; i < image->schema_bindings.count; i++) {
        write_binding(w, &image->schema_bindings.items[i]);
    }
    for (size_t i = 0; i < image->schema_nodes.count; i++) {
        write_node(w, &image->schema_nodes.items[i]);
    }
}
