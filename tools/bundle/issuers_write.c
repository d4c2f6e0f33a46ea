/* The sections of issuers and attachments: core/identity/identity_format.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/identity/identity_format.h"
#include "tools/bundle/writing.h"

static void write_keys(struct writing *w, const struct bundle_issuer *issuer)
{
    struct bytes *out = &w->sections[PN_SECTION_ISSUER_KEYS];

    for (size_t i = 0; i < issuer->keys.count; i++) {
        const struct bundle_issuer_key *key = &issuer->keys.items[i];
        writing_text(w, out, key->id);
        writing_text(w, out, key->material);
        bytes_append_u32(out, key->exponent);
        bytes_append_u32(out, (uint32_t)key->alg); /* and three zeros */
    }
}

static void write_roles(struct writing *w, const struct bundle_issuer *issuer)
{
    struct bytes *out = &w->sections[PN_SECTION_ISSUER_ROLES];

    for (size_t i = 0; i < issuer->roles.count; i++) {
        const struct bundle_issuer_role *role = &issuer->roles.items[i];
        uint16_t bit = image_role_bit(w->image, role->role->text);
        if (bit == PN_NONE16) {
            diag_note(w->bundle->diagnostics, role->role->mark, "no rule names the role '%.*s'",
                      SLICE_ARGS(role->role->text));
        }
        writing_text(w, out, role->claim);
        writing_text(w, out, role->value);
        writing_text(w, out, role->role->text);
        bytes_append_u16(out, bit);
        bytes_append_u8(out, role->words ? 1 : 0);
        bytes_append_u8(out, 0);
    }
}

static uint32_t records(const struct writing *w, unsigned section, size_t record_bytes)
{
    return (uint32_t)(w->sections[section].len / record_bytes);
}

static void write_issuer(struct writing *w, const struct bundle_issuer *issuer)
{
    struct bytes *out = &w->sections[PN_SECTION_ISSUERS];
    uint32_t texts = records(w, PN_SECTION_ISSUER_TEXTS, 8);
    uint32_t keys = records(w, PN_SECTION_ISSUER_KEYS, PN_ISSUER_KEY_BYTES);
    uint32_t roles = records(w, PN_SECTION_ISSUER_ROLES, PN_ISSUER_ROLE_BYTES);

    for (size_t i = 0; i < issuer->audiences.count; i++) {
        writing_text(w, &w->sections[PN_SECTION_ISSUER_TEXTS], issuer->audiences.items[i]);
    }
    write_keys(w, issuer);
    write_roles(w, issuer);
    writing_text(w, out, issuer->name);
    for (int i = 0; i < BUNDLE_CLAIMS; i++) writing_text(w, out, issuer->claims[i]);
    bytes_append_u32(out, texts);
    bytes_append_u32(out, (uint32_t)issuer->audiences.count);
    bytes_append_u32(out, keys);
    bytes_append_u32(out, (uint32_t)issuer->keys.count);
    bytes_append_u32(out, roles);
    bytes_append_u32(out, records(w, PN_SECTION_ISSUER_ROLES, PN_ISSUER_ROLE_BYTES) - roles);
    bytes_append_u32(out, issuer->skew_s);
    bytes_append_u8(out, issuer->types);
    bytes_append_u8(out, issuer->fetch);
    bytes_append_u8(out, issuer->egress);
    bytes_append_u8(out, issuer->fetch == PN_ISSUER_FETCH_NONE ? 0 : issuer->algorithms);
    writing_text(w, out, issuer->keys_url);
    writing_text(w, out, issuer->ask_url);
    writing_text(w, out, issuer->credential);
    bytes_append_u32(out, issuer->ask_s);
    bytes_append_u32(out, issuer->kind); /* and three zeros */
}

static int by_name(const void *a, const void *b)
{
    return pn_slice_order(((const struct bundle_issuer *)a)->name,
                          ((const struct bundle_issuer *)b)->name);
}

void writing_issuers(struct writing *w)
{
    struct bundle *bundle = w->bundle;

    if (bundle->issuers.count == 0) return;
    qsort(bundle->issuers.items, bundle->issuers.count, sizeof *bundle->issuers.items, by_name);
    for (size_t i = 0; i < bundle->issuers.count; i++) write_issuer(w, &bundle->issuers.items[i]);
}

/* As core/identity/attachment_table.c looks for them. */
static int by_all(const void *one, const void *other)
{
    const struct bundle_attachment *a = one, *b = other;

    if (a->who_kind != b->who_kind) return a->who_kind - b->who_kind;
    if (a->what != b->what) return a->what - b->what;
    int by_who = pn_slice_order(a->who, b->who);
    if (by_who != 0) return by_who;
    int by_thing = pn_slice_order(a->name, b->name);
    return by_thing != 0 ? by_thing : pn_slice_order(a->tool, b->tool);
}

/* What is attached twice, as a model and its alias are, is written once. */
void writing_attachments(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_ATTACHMENTS];
    struct bundle_attachment *items = w->bundle->attachments.items;
    size_t count = w->bundle->attachments.count;

    if (count > 0) qsort(items, count, sizeof *items, by_all);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_all(&items[i - 1], &items[i]) == 0) continue;
        bytes_append_u8(out, items[i].who_kind);
        bytes_append_u8(out, items[i].what);
        bytes_append_u16(out, 0);
        writing_text(w, out, items[i].who);
        writing_text(w, out, items[i].name);
        writing_text(w, out, items[i].tool);
    }
}
