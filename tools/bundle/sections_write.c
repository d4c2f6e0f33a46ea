/* The gateway's sections: core/route/route_format.h and core/identity/identity_format.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/identity/key_table.h"
#include "tools/bundle/writing.h"
#include "tools/compile/cel_value.h"

void writing_text(struct writing *w, struct bytes *record, struct pn_slice text)
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
        writing_text(w, out, u->name);
        writing_text(w, out, u->host);
        writing_text(w, out, u->authority);
        writing_text(w, out, u->path);
        writing_text(w, out, u->credential);
        writing_text(w, out, sends ? u->auth_header : pn_slice("", 0));
        writing_text(w, out, sends ? u->auth_prefix : pn_slice("", 0));
        bytes_append_u16(out, u->port);
        bytes_append_u8(out, (uint8_t)u->scheme);
        bytes_append_u8(out, u->egress);
        bytes_append_u32(out, u->connect_ms);
        bytes_append_u32(out, u->answer_ms);
        bytes_append_u32(out, u->idle_ms);
    }
}

static void write_assertions(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_ASSERTIONS];

    for (size_t i = 0; i < w->bundle->upstreams.count; i++) {
        const struct bundle_assertion *a = &w->bundle->upstreams.items[i].assertion;
        if (a->lifetime_s == 0) continue;
        bytes_append_u16(out, (uint16_t)i);
        bytes_append_u8(out, a->per_call ? PN_ASSERTION_PER_CALL : 0);
        bytes_append_u8(out, 0);
        bytes_append_u32(out, a->lifetime_s);
        writing_text(w, out, a->issuer);
        writing_text(w, out, a->audience);
        writing_text(w, out, a->header);
        writing_text(w, out, a->prefix);
    }
}

static void write_passes(struct writing *w)
{
    struct bytes *out = &w->sections[PN_SECTION_PASSES];

    for (size_t i = 0; i < w->bundle->upstreams.count; i++) {
        const struct bundle_pass *g = &w->bundle->upstreams.items[i].pass;
        if (g->kind == PN_PASS_NONE) continue;
        bytes_append_u16(out, (uint16_t)i);
        bytes_append_u16(out, g->at);
        bytes_append_u32(out, (uint32_t)g->kind); /* and three zeros */
        writing_text(w, out, g->client_id);
        writing_text(w, out, g->credential);
        writing_text(w, out, g->scope);
        writing_text(w, out, g->resource);
        writing_text(w, out, g->audience);
        writing_text(w, out, g->issuer);
        writing_text(w, out, g->subject_audience);
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
        writing_text(w, out, model->name);
        writing_text(w, out, model->group);
        writing_text(w, out, model->upstream_name);
        writing_text(w, out, model->provider);
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
        writing_text(w, out, server->name);
        writing_text(w, out, server->path);
        bytes_append_u16(out, server->upstream);
        bytes_append_u16(out, server->revisions);
        bytes_append_u32(out, (uint32_t)(origins->len / PN_TEXT_BYTES));
        bytes_append_u32(out, (uint32_t)server->origins.count);
        for (size_t o = 0; o < server->origins.count; o++) {
            writing_text(w, origins, server->origins.items[o]);
        }
    }
}

static void write_owner(struct writing *w, enum pn_owns what, size_t index, struct pn_slice owner)
{
    struct bytes *out = &w->sections[PN_SECTION_OWNERS];

    if (owner.len == 0) return;
    bytes_append_u8(out, (uint8_t)what);
    bytes_append_u8(out, 0);
    bytes_append_u16(out, (uint16_t)index);
    writing_text(w, out, owner);
}

/* Both have been sorted. */
static void write_owners(struct writing *w)
{
    const struct bundle *bundle = w->bundle;

    for (size_t i = 0; i < bundle->models.count; i++) {
        write_owner(w, PN_OWNS_MODEL, i, bundle->models.items[i].owner);
    }
    for (size_t i = 0; i < bundle->servers.count; i++) {
        write_owner(w, PN_OWNS_SERVER, i, bundle->servers.items[i].owner);
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

static void put(struct writing *w, struct cel_value *map, const char *name,
                const struct cel_value *value)
{
    struct cel_entry entry = { .key = { .type = CEL_STRING, .s = pn_slice(name, strlen(name)) },
                               .value = *value };

    LIST_PUSH(w->bundle->arena, &map->map, entry);
}

static void put_text(struct writing *w, struct cel_value *map, const char *name,
                     struct pn_slice text)
{
    if (text.len > 0) put(w, map, name, &(struct cel_value){ .type = CEL_STRING, .s = text });
}

/* P.attr as a whole: what the gateway states of the key, as in pn_principal_facts(), and the
 * record's own attributes, none of which has such a name. What is for certificates may be proven by one
 * or by a token, and for several identifiers: so proof and spiffe_id are not in the whole of it. */
static struct cel_value all_attrs(struct writing *w, const struct bundle_key *key)
{
    struct cel_value all = { .type = CEL_MAP };

    put_text(w, &all, "user", key->user);
    put_text(w, &all, "agent", key->agent);
    put_text(w, &all, "team", key->team);
    put_text(w, &all, "task", key->task);
    put_text(w, &all, "key_id", key->id);
    if (!key->is_certificate) put_text(w, &all, "proof", PN_SLICE("api_key"));
    for (size_t i = 0; i < key->attr.map.count; i++) {
        LIST_PUSH(w->bundle->arena, &all.map, key->attr.map.items[i]);
    }
    return all;
}

static struct cel_value all_roles(struct writing *w, const struct bundle_key *key)
{
    struct cel_value all = { .type = CEL_LIST };

    for (size_t i = 0; i < key->roles.count; i++) {
        struct cel_value name = { .type = CEL_STRING, .s = key->roles.items[i]->text };
        LIST_PUSH(w->bundle->arena, &all.list, name);
    }
    return all;
}

/* The value that a slot of the principal has for the key; false when it has none, or one that the
 * gateway states itself. */
static bool key_value(struct writing *w, const struct bundle_key *key,
                      const struct image_slot *slot, struct cel_value *value)
{
    const struct pn_slice *steps = slot->path.steps.items;

    if (slot->path.root != ATTR_PRINCIPAL || slot->fact != PN_FACT_NONE) return false;
    if (pn_slice_equal(steps[0], PN_SLICE("roles"))) {
        *value = all_roles(w, key);
        return true;
    }
    *value = all_attrs(w, key);
    for (size_t i = 1; i < slot->path.steps.count; i++) {
        const struct cel_value *next = NULL;
        for (size_t k = 0; value->type == CEL_MAP && k < value->map.count; k++) {
            const struct cel_entry *entry = &value->map.items[k];
            if (pn_slice_equal(entry->key.s, steps[i])) next = &entry->value;
        }
        if (next == NULL) return false;
        struct cel_value found = *next;
        *value = found;
    }
    return pn_slice_equal(steps[0], PN_SLICE("attr"));
}

/* A list or map as JSON, in `text`. */
static bool write_list_or_map(struct writing *w, const struct cel_value *value,
                              const struct bundle_key *key, struct bytes *text)
{
    enum pn_type type = value->type == CEL_LIST ? PN_LIST : PN_MAP;
    struct bytes json = { 0 };
    bool sound = cel_write_json(&json, value) && pn_key_json_is_sound(bytes_slice(&json), type);

    if (sound) writing_text(w, text, arena_copy(w->bundle->arena, bytes_slice(&json)));
    bytes_free(&json);
    if (!sound) {
        diag_error(w->bundle->diagnostics, key->mark,
                   "a rule reads more of this key's attributes at once than a device takes: a map, "
                   "with the maps in it, has at most %d keys",
                   PN_ATTR_JSON_KEYS_MAX - 1);
    }
    return sound;
}

static bool value_bits(struct writing *w, const struct cel_value *value,
                       const struct bundle_key *key, struct bytes *text, uint64_t *bits)
{
    *bits = 0;
    if (value->type == CEL_BOOL) *bits = value->b;
    if (value->type == CEL_INT) *bits = (uint64_t)value->i;
    if (value->type == CEL_DOUBLE) memcpy(bits, &value->d, sizeof *bits);
    if (value->type == CEL_STRING) writing_text(w, text, value->s);
    if (value->type != CEL_LIST && value->type != CEL_MAP) return true;
    return write_list_or_map(w, value, key, text);
}

static enum pn_type type_of(const struct cel_value *value)
{
    switch (value->type) {
    case CEL_BOOL: return PN_BOOL;
    case CEL_INT: return PN_INT;
    case CEL_DOUBLE: return PN_DOUBLE;
    case CEL_STRING: return PN_STRING;
    case CEL_LIST: return PN_LIST;
    case CEL_MAP: return PN_MAP;
    case CEL_NULL:
    case CEL_UINT:
    case CEL_BYTES:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: break; /* no file says such a value */
    }
    return PN_NULL;
}

static void write_attr(struct writing *w, uint16_t slot, const struct cel_value *value,
                       const struct bundle_key *key)
{
    struct bytes *out = &w->sections[PN_SECTION_KEY_ATTRS];
    struct bytes text = { 0 }; /* where it lies, and its length */
    uint64_t bits;

    if (value_bits(w, value, key, &text, &bits)) {
        bytes_append_u16(out, slot);
        bytes_append_u8(out, (uint8_t)type_of(value));
        bytes_append_u8(out, 0);
        bytes_append_u32(out, text.len > 0 ? pn_load32(text.at + 4) : 0);
        bytes_append_u64(out, text.len > 0 ? pn_load32(text.at) : bits);
    }
    bytes_free(&text);
}

static void write_attrs(struct writing *w, const struct bundle_key *key)
{
    struct cel_value value;

    for (size_t i = 0; i < w->image->slots.count; i++) {
        if (key_value(w, key, &w->image->slots.items[i], &value)) {
            write_attr(w, (uint16_t)i, &value, key);
        }
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
        writing_text(w, out, key->id);
        writing_text(w, out, key->user);
        writing_text(w, out, key->agent);
        writing_text(w, out, key->team);
        writing_text(w, out, key->task);
        writing_text(w, out, role_names(w, key));
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
    write_assertions(&w);
    write_passes(&w);
    write_models(&w);
    write_servers(&w);
    write_owners(&w);
    write_keys(&w);
    writing_issuers(&w);
    writing_attachments(&w);
    bytes_append(&sections[PN_SECTION_STRINGS], bytes_slice(&w.pool.string_bytes));
    image_free(&w.pool);
}
