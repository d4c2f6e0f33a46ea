/* see device_reading.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/device_reading.h"

#include "tools/compile/yaml_fields.h"
#include "tools/device/device_values.h"

/* Of policy.bytes_max: room for the key sets of the store, and what a slot file may grow to. */
enum { POLICY_BYTES_FLOOR = 16384, POLICY_BYTES_CEILING = 64 << 20 };

static void read_key(struct device_reading *r, const struct yaml_node *node, uint8_t roles)
{
    const char *path = device_path_from(r, node->text);
    struct pn_slice text;

    if (!device_read_small_file(r->arena, path, &text)) {
        diag_error(r->diagnostics, node->mark, "the key file %s cannot be read", path);
        return;
    }
    switch (pn_keyset_add_text_as(&r->device->keys, text, roles)) {
    case PN_KEYSET_ADDED: return;
    case PN_KEYSET_FULL:
        diag_error(r->diagnostics, node->mark, "at most %d keys", PN_KEYSET_KEYS_MAX);
        return;
    case PN_KEYSET_ROLES_BAD:
        diag_error(r->diagnostics, node->mark,
                   "this key is under policy.keys too; a root key signs key sets and nothing else");
        return;
    case PN_KEYSET_TEXT_BAD:
    case PN_KEYSET_ID_BAD:
    case PN_KEYSET_POINT_BAD: break;
    }
    diag_error(r->diagnostics, node->mark,
               "%s is not a public key file as `postern key new` writes it", path);
}

static void read_groups(struct device_reading *r, const struct yaml_node *node)
{
    struct pn_device *d = r->device;

    if (!node) return;
    if (node->items.count > PN_GROUPS_MAX) {
        diag_error(r->diagnostics, node->mark, "at most %d groups", PN_GROUPS_MAX);
        return;
    }
    for (size_t i = 0; i < node->items.count; i++) d->groups[i] = node->items.items[i]->text;
    d->group_count = (uint32_t)node->items.count;
}

/* A root that is named twice would be counted once, and the threshold with it. */
static void read_root(struct device_reading *r, const struct yaml_node *node)
{
    uint8_t before = r->device->keys.count;
    size_t errors = r->diagnostics->error_count;

    read_key(r, node, PN_KEY_ROOT);
    if (r->device->keys.count == before && r->diagnostics->error_count == errors) {
        diag_error(r->diagnostics, node->mark, "this root key is named twice");
    }
}

/* The roots, and how many of them it takes: two where there are two, unless it is said. */
static void read_roots(struct device_reading *r, const struct yaml_node *roots,
                       const struct yaml_node *threshold)
{
    struct pn_keyset *keys = &r->device->keys;
    size_t count = roots ? roots->items.count : 0;
    uint64_t wanted;

    if (count > PN_KEYSET_ROOTS_MAX) {
        diag_error(r->diagnostics, roots->mark, "at most %d root keys", PN_KEYSET_ROOTS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) read_root(r, roots->items.items[i]);
    keys->threshold = (uint8_t)(count < 2 ? count : 2);
    if (!threshold || !yaml_read_u64(r->diagnostics, threshold, UINT32_MAX, &wanted)) return;
    if (count == 0) {
        diag_error(r->diagnostics, threshold->mark, "there are no keys under policy.roots");
    } else if (wanted == 0 || wanted > count) {
        diag_error(r->diagnostics, threshold->mark,
                   "from 1 to %zu, for so many keys are under policy.roots", count);
    } else {
        keys->threshold = (uint8_t)wanted;
    }
}

static void read_key_set(struct device_reading *r, const struct yaml_node *key_set,
                         const struct yaml_node *roots)
{
    if (!key_set) return;
    r->device->keyset_path = device_path_from(r, key_set->text);
    if (!roots || roots->items.count == 0) {
        diag_error(r->diagnostics, key_set->mark,
                   "a key set is believed when keys under policy.roots have signed it, and there "
                   "are none");
    }
}

static void read_bytes_max(struct device_reading *r, const struct yaml_node *node)
{
    uint64_t bytes;

    if (!node || !yaml_read_u64(r->diagnostics, node, UINT32_MAX, &bytes)) return;
    if (bytes < POLICY_BYTES_FLOOR || bytes > POLICY_BYTES_CEILING) {
        diag_error(r->diagnostics, node->mark, "from %d to %d", POLICY_BYTES_FLOOR,
                   POLICY_BYTES_CEILING);
        return;
    }
    r->device->policy_bytes_max = (uint32_t)bytes;
}

/* Stale after a span without a timestamp, and what then. */
static void read_stale(struct device_reading *r, const struct yaml_node *after,
                       const struct yaml_node *on_stale)
{
    static const char *const words[] = { "warn", "deny" };
    uint64_t seconds = 0;

    if (!after && !on_stale) return;
    if (!after || !on_stale) {
        diag_error(r->diagnostics, after ? after->mark : on_stale->mark,
                   "policy.stale_after and policy.on_stale go together");
        return;
    }
    int word = yaml_read_word(r->diagnostics, on_stale, words, 2);
    if (word >= 0) r->device->on_stale = (uint8_t)(word == 0 ? PN_STALE_WARN : PN_STALE_DENY);
    if (!yaml_read_seconds(r->diagnostics, after, &seconds)) return;
    if (seconds == 0 || seconds > UINT32_MAX) {
        diag_error(r->diagnostics, after->mark, "a span such as 24h");
    }
    r->device->stale_after_s = (uint32_t)seconds;
}

void device_read_policy(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *file = NULL, *keys = NULL, *id = NULL, *groups = NULL, *tenant = NULL;
    struct yaml_node *bytes = NULL, *roots = NULL, *threshold = NULL, *key_set = NULL;
    struct yaml_node *time_keys = NULL, *stale_after = NULL, *on_stale = NULL;
    const struct yaml_field fields[] = {
        { "file", YAML_WANT_TEXT, &file },
        { "keys", YAML_WANT_TEXTS, &keys },
        { "device", YAML_WANT_TEXT, &id },
        { "groups", YAML_WANT_TEXTS, &groups },
        { "tenant", YAML_WANT_TEXT, &tenant },
        { "bytes_max", YAML_WANT_TEXT, &bytes },
        { "roots", YAML_WANT_TEXTS, &roots },
        { "threshold", YAML_WANT_TEXT, &threshold },
        { "key_set", YAML_WANT_TEXT, &key_set },
        { "time_keys", YAML_WANT_TEXTS, &time_keys },
        { "stale_after", YAML_WANT_TEXT, &stale_after },
        { "on_stale", YAML_WANT_TEXT, &on_stale },
    };
    struct pn_device *d = r->device;

    if (!yaml_fields(r->diagnostics, node, "policy", fields, sizeof fields / sizeof fields[0]))
        return;
    if (file) d->policy_path = device_path_from(r, file->text);
    for (size_t i = 0; keys && i < keys->items.count; i++) {
        read_key(r, keys->items.items[i], PN_KEY_POLICY);
    }
    for (size_t i = 0; time_keys && i < time_keys->items.count; i++) {
        read_key(r, time_keys->items.items[i], PN_KEY_TIME);
    }
    read_stale(r, stale_after, on_stale);
    read_roots(r, roots, threshold);
    read_key_set(r, key_set, roots);
    if (id) d->device_id = id->text;
    read_groups(r, groups);
    if (tenant && !pn_key_text_hex(tenant->text, d->tenant, sizeof d->tenant)) {
        diag_error(r->diagnostics, tenant->mark, "a tenant is 32 hexadecimal digits");
    }
    read_bytes_max(r, bytes);
}
