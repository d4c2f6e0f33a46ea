/* see device_reading.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/device_reading.h"

#include "core/audit/audit_writer.h"
#include "tools/compile/yaml_fields.h"

/* What the path was meant to begin with, NULL when there is no telling. */
static const char *mask_meant(struct arena *arena, struct pn_slice path)
{
    static const struct {
        struct pn_slice wrong;
        const char *right;
    } beginnings[] = {
        { PN_SLICE_INIT("request.principal."), "P." },
        { PN_SLICE_INIT("principal."), "P." },
        { PN_SLICE_INIT("request.resource."), "R." },
        { PN_SLICE_INIT("resource."), "R." },
        { PN_SLICE_INIT("p."), "P." },
        { PN_SLICE_INIT("r."), "R." },
        { PN_SLICE_INIT("P."), "P.attr." },
        { PN_SLICE_INIT("R."), "R.attr." },
        { PN_SLICE_INIT("arguments."), "R.attr.arguments." },
        { PN_SLICE_INIT("attr."), "R.attr." },
        { PN_SLICE_INIT("jwt."), "auxData.jwt." },
        { PN_SLICE_INIT("request.auxData."), "auxData." },
    };
    bool attr =
        pn_slice_begins(path, PN_SLICE("P.attr")) || pn_slice_begins(path, PN_SLICE("R.attr"));

    for (size_t i = 0; !attr && i < sizeof beginnings / sizeof beginnings[0]; i++) {
        if (!pn_slice_begins(path, beginnings[i].wrong)) continue;
        struct pn_slice rest = pn_slice_from(path, beginnings[i].wrong.len);
        return arena_format(arena, "%s%.*s", beginnings[i].right, SLICE_ARGS(rest));
    }
    return NULL;
}

/* A mask on what no policy can read covers nothing, and its author believes it does. */
static void check_mask(struct device_reading *r, const struct yaml_node *node)
{
    static const struct pn_slice whole[] = {
        PN_SLICE_INIT("P.id"),        PN_SLICE_INIT("P.roles"), PN_SLICE_INIT("P.attr"),
        PN_SLICE_INIT("R.id"),        PN_SLICE_INIT("R.kind"),  PN_SLICE_INIT("R.attr"),
        PN_SLICE_INIT("auxData.jwt"),
    };
    static const struct pn_slice above[] = { PN_SLICE_INIT("P.attr."), PN_SLICE_INIT("R.attr."),
                                             PN_SLICE_INIT("auxData.jwt.") };
    const char *meant = mask_meant(r->arena, node->text);

    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (pn_slice_equal(node->text, whole[i])) return;
    }
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++) {
        if (node->text.len > above[i].len && pn_slice_begins(node->text, above[i])) return;
    }
    diag_error(r->diagnostics, node->mark,
               "no policy reads '%.*s'%s%s%s; a mask is P.id, P.roles, P.attr.NAME, R.id, R.kind, "
               "R.attr.NAME or auxData.jwt.NAME",
               SLICE_ARGS(node->text), meant ? "; did you mean '" : "", meant ? meant : "",
               meant ? "'?" : "");
}

static void read_masks(struct device_reading *r, const struct yaml_node *node)
{
    struct pn_device *d = r->device;

    if (!node) return;
    if (node->items.count > PN_MASKS_MAX) {
        diag_error(r->diagnostics, node->mark, "at most %d masked paths", PN_MASKS_MAX);
        return;
    }
    for (size_t i = 0; i < node->items.count; i++) {
        check_mask(r, node->items.items[i]);
        d->masked[i] = node->items.items[i]->text;
    }
    d->masked_count = (uint32_t)node->items.count;
}

void device_read_audit(struct device_reading *r, const struct yaml_node *node)
{
    static const char *const syncs[] = { "each", "interval", "none" };
    static const char *const facts_words[] = { "read", "none", "all" };
    struct yaml_node *file = NULL, *sync = NULL, *every = NULL, *facts = NULL, *mask = NULL;
    struct yaml_node *rotate = NULL;
    const struct yaml_field fields[] = {
        { "file", YAML_WANT_TEXT, &file },        { "sync", YAML_WANT_TEXT, &sync },
        { "sync_every", YAML_WANT_TEXT, &every }, { "facts", YAML_WANT_TEXT, &facts },
        { "mask", YAML_WANT_TEXTS, &mask },       { "rotate_bytes", YAML_WANT_TEXT, &rotate },
    };
    struct pn_device *d = r->device;
    uint64_t number;
    int word;

    if (!node ||
        !yaml_fields(r->diagnostics, node, "audit", fields, sizeof fields / sizeof fields[0])) {
        return;
    }
    if (file) d->audit_path = device_path_from(r, file->text);
    if (sync && (word = yaml_read_word(r->diagnostics, sync, syncs, 3)) >= 0)
        d->audit_sync = (uint8_t)word;
    if (facts && (word = yaml_read_word(r->diagnostics, facts, facts_words, 3)) >= 0) {
        d->audit_facts = (uint8_t)word;
    }
    if (every && yaml_read_milliseconds(r->diagnostics, every, &number)) {
        d->audit_sync_ms = number > 60000 ? 60000 : (uint32_t)number;
    }
    if (rotate && yaml_read_u64(r->diagnostics, rotate, UINT64_MAX / 2, &number)) {
        d->audit_rotate_bytes = number;
    }
    read_masks(r, mask);
}

_Static_assert(PN_AUDIT_SYNC_EACH == 0 && PN_AUDIT_SYNC_INTERVAL == 1 && PN_AUDIT_SYNC_NONE == 2,
               "You need the words of audit.sync in the order of their enum.");
_Static_assert(PN_AUDIT_FACTS_READ == 0 && PN_AUDIT_FACTS_NONE == 1 && PN_AUDIT_FACTS_ALL == 2,
               "You need the words of audit.facts in the order of their enum.");
