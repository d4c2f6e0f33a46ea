/* The gateway's sections: core/route/route_format.h and core/identity/identity_format.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/identity/identity_format.h"
#include "tools/bundle/bundle.h"

struct writing {
    struct bundle *bundle;
    const struct image *image;
    struct image pool; /* of which only the strings are used */
    struct bytes *sections;
};

/* A text once in the pool, its place and length in the record. */
static void write_text(struct writing *w, struct bytes *record, struct pn_slice text)
{
    uint32_t index = image_string(&w->pool, text);

    bytes_append_u32(record, w->pool.string_at.items[index]);
    bytes_append_u32(record, (uint32_t)text.len);
}

static void write_upstreams(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_UPSTREAMS];

    for (size_t i = 0; i < w->bundle->upstreams.count; i++) {
        const struct bundle_upstream *u = &w->bundle->upstreams.items[i];
        bool sends = u->credential.len > 0;
        write_text(w, out, u->name);
        write_text(w, out, u->host);
        write_text(w, out, u->authority);
        write_text(w, out, u->path);
        write_text(w, out, u->credential);
        write_text(w, out, sends ? u->auth_header : pn_slice("", 0));
        write_text(w, out, sends ? u->auth_prefix : pn_slice("", 0));
        bytes_append_u16(out, u->port);
        bytes_append_u8(out, (uint8_t)u->scheme);
        bytes_append_u8(out, u->egress);
        bytes_append_u32(out, u->connect_ms);
        bytes_append_u32(out, u->answer_ms);
        bytes_append_u32(out, u->idle_ms);
    }
}

static int by_model_name(const void *a, const void *b)
{
    return pn_slice_order(((const struct bundle_model *)a)->name,
                          ((const struct bundle_model *)b)->name);
}

static int by_server_name(const void *a, const void *b)
{
    return pn_slice_order(((const struct bundle_server *)a)->name,
                          ((const struct bundle_server *)b)->name);
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const struct bundle_key *)a)->hash, ((const struct bundle_key *)b)->hash, 32);
}

static void write_models(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_MODELS];
    struct bundle *bundle = w->bundle;

    if (bundle->models.count == 0) return;
    qsort(bundle->models.items, bundle->models.count, sizeof *bundle->models.items, by_model_name);
    for (size_t i = 0; i < bundle->models.count; i++) {
        const struct bundle_model *model = &bundle->models.items[i];
        write_text(w, out, model->name);
        write_text(w, out, model->group);
        write_text(w, out, model->upstream_name);
        write_text(w, out, model->provider);
        bytes_append_u16(out, model->upstream);
        bytes_append_u16(out, 0);
    }
}

static void write_servers(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_SERVERS];
    struct bytes *origins = &w->sections[PN_SECTION_ORIGINS];
    struct bundle *bundle = w->bundle;

    if (bundle->servers.count == 0) return;
    qsort(bundle->servers.items, bundle->servers.count, sizeof *bundle->servers.items,
          by_server_name);
    for (size_t i = 0; i < bundle->servers.count; i++) {
        const struct bundle_server *server = &bundle->servers.items[i];
        write_text(w, out, server->name);
        write_text(w, out, server->path);
        bytes_append_u16(out, server->upstream);
        bytes_append_u16(out, server->revisions);
        bytes_append_u32(out, (uint32_t)(origins->len / PN_TEXT_BYTES));
        bytes_append_u32(out, (uint32_t)server->origins.count);
        for (size_t o = 0; o < server->origins.count; o++) {
            write_text(w, origins, server->origins.items[o]);
        }
    }
}

/* --- keys --- */

static struct pn_slice role_names(struct writing *w, const struct bundle_key *key)
{
    struct bytes names = { 0 };

    for (size_t i = 0; i < key->roles.count; i++) {
        if (i > 0) bytes_append_u8(&names, ',');
        bytes_append(&names, key->roles.items[i]->text);
    }
    struct pn_slice copy = arena_copy(w->bundle->arena, bytes_slice(&names));
    bytes_free(&names);
    return copy;
}

static void write_roles(struct writing *w, struct bytes *out, const struct bundle_key *key)
{
    uint64_t words[PN_KEY_ROLE_WORDS] = { 0 };

    for (size_t i = 0; i < key->roles.count; i++) {
        const struct yaml_node *role = key->roles.items[i];
        uint16_t bit = image_role_bit(w->image, role->text);
        if (bit == PN_NONE16) {
            diag_note(w->bundle->diagnostics, role->mark, "no rule names the role '%.*s'",
                      SLICE_ARGS(role->text));
        } else if (bit < 64 * PN_KEY_ROLE_WORDS) {
            words[bit / 64] |= UINT64_C(1) << bit % 64;
        }
    }
    for (size_t i = 0; i < PN_KEY_ROLE_WORDS; i++) bytes_append_u64(out, words[i]);
}

/* The value that a slot below P.attr has in the key's attributes, or NULL. */
static const struct cel_value *attr_value(const struct bundle_key *key,
                                          const struct attr_path *path)
{
    const struct cel_value *value = &key->attr;

    for (size_t i = 1; value != NULL && i < path->steps.count; i++) {
        const struct cel_value *next = NULL;
        for (size_t k = 0; value->type == CEL_MAP && k < value->map.count; k++) {
            const struct cel_entry *entry = &value->map.items[k];
            if (pn_slice_equal(entry->key.s, path->steps.items[i])) next = &entry->value;
        }
        value = next;
    }
    return value;
}

static void write_attr(struct writing *w, uint16_t slot, const struct cel_value *value,
                       const struct bundle_key *key)
{
    struct bytes *out = &w->sections[PN_SECTION_KEY_ATTRS];
    struct bytes place = { 0 };
    uint64_t bits = 0;
    enum pn_type type = PN_NULL;

    if (value->type == CEL_STRING) type = PN_STRING;
    if (value->type == CEL_BOOL) type = PN_BOOL, bits = value->b;
    if (value->type == CEL_INT) type = PN_INT, bits = (uint64_t)value->i;
    if (value->type == CEL_DOUBLE) type = PN_DOUBLE, memcpy(&bits, &value->d, sizeof bits);
    if (value->type == CEL_LIST) {
        diag_error(w->bundle->diagnostics, key->mark,
                   "not supported yet: %s is a list here, and a rule reads it",
                   (const char *)w->image->strings.items[w->image->slots.items[slot].text].at);
        return;
    }
    if (value->type == CEL_MAP)
        return; /* its members have slots of their own where rules read them */
    write_text(w, &place, type == PN_STRING ? value->s : pn_slice("", 0));
    bytes_append_u16(out, slot);
    bytes_append_u8(out, (uint8_t)type);
    bytes_append_u8(out, 0);
    bytes_append(out, pn_slice(place.at + 4, 4));
    if (type == PN_STRING) {
        bytes_append(out, pn_slice(place.at, 4));
        bytes_append_u32(out, 0);
    } else {
        bytes_append_u64(out, bits);
    }
    bytes_free(&place);
}

static void write_attrs(struct writing *w, const struct bundle_key *key)
{
    for (size_t i = 0; i < w->image->slots.count; i++) {
        const struct image_slot *slot = &w->image->slots.items[i];
        bool is_attr = slot->path.root == ATTR_PRINCIPAL && slot->fact == PN_FACT_NONE &&
                       slot->path.steps.count > 1;
        const struct cel_value *value = is_attr ? attr_value(key, &slot->path) : NULL;
        if (value != NULL) write_attr(w, (uint16_t)i, value, key);
    }
}

static void write_keys(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_KEYS];
    struct bytes *attrs = &w->sections[PN_SECTION_KEY_ATTRS];
    struct bundle *bundle = w->bundle;

    if (bundle->keys.count == 0) return;
    qsort(bundle->keys.items, bundle->keys.count, sizeof *bundle->keys.items, by_hash);
    for (size_t i = 0; i < bundle->keys.count; i++) {
        const struct bundle_key *key = &bundle->keys.items[i];
        uint32_t first = (uint32_t)(attrs->len / PN_ATTR_BYTES);
        write_attrs(w, key);
        bytes_append(out, pn_slice(key->hash, sizeof key->hash));
        write_text(w, out, key->id);
        write_text(w, out, key->user);
        write_text(w, out, key->agent);
        write_text(w, out, key->team);
        write_text(w, out, key->task);
        write_text(w, out, role_names(w, key));
        write_roles(w, out, key);
        bytes_append_u64(out, key->expires_s);
        bytes_append_u32(out, first);
        bytes_append_u32(out, (uint32_t)(attrs->len / PN_ATTR_BYTES) - first);
    }
}

void bundle_write_sections(struct bundle *bundle, const struct image *image,
                           struct bytes sections[PN_POLICY_SECTION_COUNT])
{
    struct writing w = { .bundle = bundle, .image = image, .sections = sections };

    image_begin(&w.pool, bundle->arena, bundle->diagnostics, bundle->mode);
    write_upstreams(&w);
    write_models(&w);
    write_servers(&w);
    write_keys(&w);
    bytes_append(&sections[PN_SECTION_STRINGS], bytes_slice(&w.pool.string_bytes));
    image_free(&w.pool);
}
