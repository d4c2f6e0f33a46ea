/* see image.h: scopes, and the policies that lie in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "tools/compile/image.h"

static int scope_order(const void *a, const void *b)
{
    return pn_slice_order(((const struct image_scope *)a)->name,
                          ((const struct image_scope *)b)->name);
}

static uint16_t scope_index(const struct image *image, struct pn_slice name)
{
    for (size_t i = 0; i < image->scopes.count; i++) {
        if (pn_slice_equal(image->scopes.items[i].name, name)) return (uint16_t)i;
    }
    return 0;
}

static bool is_above(struct pn_slice above, struct pn_slice name)
{
    if (above.len == 0) return name.len > 0;
    return pn_slice_begins(name, above) && name.len > above.len && name.at[above.len] == '.';
}

/* The scopes are sorted, so the nearest above is the last that is above. */
static uint16_t scope_above(const struct image *image, size_t scope, uint8_t flag)
{
    const struct image_scope *all = image->scopes.items;
    uint16_t above = PN_NONE16;

    for (size_t i = 0; i < scope; i++) {
        if ((all[i].flags & flag) != 0 && is_above(all[i].name, all[scope].name)) {
            above = (uint16_t)i;
        }
    }
    return above;
}

static void write_scopes(struct image_writing *w)
{
    struct bytes *out = &w->sections[PN_POLICY_SECTION_SCOPES];
    struct image *image = w->image;

    for (size_t i = 0; i < image->scopes.count; i++) {
        const struct image_scope *scope = &image->scopes.items[i];
        bool first = i == 0;
        bytes_append_u32(out, image_string(image, scope->name));
        bytes_append_u16(out, scope_above(image, i, PN_SCOPE_HAS_PRINCIPAL));
        bytes_append_u16(out, scope_above(image, i, PN_SCOPE_HAS_RESOURCE));
        bytes_append_u8(out, scope->flags);
        bytes_append_u8(out, 0);
        bytes_append_u16(out, first ? scope_index(image, image->default_scope) : 0);
        bytes_append_u32(out, first ? image_string(image, image->default_version) : 0);
    }
}

static int layer_order(const void *a, const void *b)
{
    const struct image_layer *x = a, *y = b;
    int order = (int)x->kind - (int)y->kind;

    if (order == 0) order = pn_slice_order(x->scope, y->scope);
    if (order == 0) order = pn_slice_order(x->version, y->version);
    return order != 0 ? order : pn_slice_order(x->subject, y->subject);
}

static void write_layer(struct image_writing *w, const struct image_layer *layer)
{
    struct bytes *out = &w->sections[PN_POLICY_SECTION_LAYERS];
    struct bytes *entries = &w->sections[PN_POLICY_SECTION_ENTRIES];
    bool resource = layer->kind == PN_LAYER_RESOURCE;
    uint32_t first = (uint32_t)(entries->len / PN_ENTRY_BYTES);

    bytes_append_u8(out, (uint8_t)layer->kind);
    bytes_append_u8(out, 0);
    bytes_append_u16(out, scope_index(w->image, layer->scope));
    bytes_append_u32(out, image_string(w->image, layer->version));
    bytes_append_u32(out, image_string(w->image, layer->subject));
    bytes_append_u32(out, resource ? w->kind_position[layer->image_kind] : first);
    bytes_append_u32(out, resource ? 1 : (uint32_t)layer->entries.count);
    bytes_append_u16(out, layer->rules);
    bytes_append_u16(out, layer->rule_count);
    bytes_append_u32(out, layer->has_roles ? image_write_roles(w, &layer->roles) : PN_NONE32);
    for (size_t i = 0; i < layer->entries.count; i++) {
        bytes_append_u16(entries, layer->entries.items[i].resource);
        bytes_append_u16(entries, layer->entries.items[i].action);
        bytes_append_u16(entries, layer->entries.items[i].rule);
        bytes_append_u16(entries, 0);
    }
}

static void write_patterns(struct image_writing *w)
{
    struct bytes *out = &w->sections[PN_POLICY_SECTION_PATTERNS];

    for (size_t i = 0; i < w->image->patterns.count; i++) {
        const struct image_pattern *pattern = &w->image->patterns.items[i];
        bytes_append_u32(out, pattern->prefix);
        bytes_append_u8(out, pattern->rest);
        bytes_append_zero(out, 3);
        bytes_append_u32(out, pattern->dfa);
    }
}

void image_write_layers(struct image_writing *w)
{
    struct image *image = w->image;

    qsort(image->scopes.items, image->scopes.count, sizeof *image->scopes.items, scope_order);
    if (image->layers.count > 0) {
        qsort(image->layers.items, image->layers.count, sizeof *image->layers.items, layer_order);
    }
    write_scopes(w);
    for (size_t i = 0; i < image->layers.count; i++) write_layer(w, &image->layers.items[i]);
    write_patterns(w);
}
