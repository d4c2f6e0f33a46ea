/* see device_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/device_file.h"

#include <stdlib.h>
#include <string.h>

#include "tools/compile/yaml_fields.h"
#include "tools/device/device_values.h"

/* Of policy.bytes_max: room for the key sets of the store, and what a slot file may grow to. */
enum { POLICY_BYTES_FLOOR = 16384, POLICY_BYTES_CEILING = 64 << 20 };

/* One reading: what every part needs. */
struct reader {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const char *path;
    struct pn_device *device;
};

void device_defaults(struct pn_device *d)
{
    *d = (struct pn_device){
        .listen = { { .family = 4, .port = 8080, .ip = { 127, 0, 0, 1 } } },
        .listen_count = 1,
        .admin = { .family = 4, .port = 9901, .ip = { 127, 0, 0, 1 } },
        .workers = 1,
        .device_id = PN_SLICE("device"),
        .policy_bytes_max = 4u << 20,
        .state_path = "/var/lib/postern",
        .audit_path = "/var/lib/postern/audit.jsonl",
        .audit_rotate_bytes = UINT64_C(256) << 20,
        .audit_sync_ms = 1000,
        .audit_sync = PN_AUDIT_SYNC_INTERVAL,
        .audit_facts = PN_AUDIT_FACTS_READ,
    };
    pn_limits_default(&d->limits);
}

static const char *path_from(struct reader *r, struct pn_slice text)
{
    const char *slash = strrchr(r->path, '/');

    if (text.len > 0 && text.at[0] == '/') return arena_format(r->arena, "%.*s", SLICE_ARGS(text));
    if (!slash) return arena_format(r->arena, "%.*s", SLICE_ARGS(text));
    return arena_format(r->arena, "%.*s/%.*s", (int)(slash - r->path), r->path, SLICE_ARGS(text));
}

/* --- addresses --- */

static void read_address(struct reader *r, const struct yaml_node *node,
                         struct port_net_addr *address)
{
    if (!device_read_address(node->text, address)) {
        diag_error(r->diagnostics, node->mark,
                   "not an address and port, such as 127.0.0.1:8080 or [::1]:8080");
    } else if (address->port == 0) {
        diag_error(r->diagnostics, node->mark, "port 0 is nobody's; choose a port");
    }
}

static void read_listen(struct reader *r, const struct yaml_node *node)
{
    struct pn_device *d = r->device;

    if (!node) return;
    if (node->items.count == 0 || node->items.count > PN_LISTENERS_MAX) {
        diag_error(r->diagnostics, node->mark, "1 to %d addresses", PN_LISTENERS_MAX);
        return;
    }
    d->listen_count = (uint32_t)node->items.count;
    for (size_t i = 0; i < node->items.count; i++)
        read_address(r, node->items.items[i], &d->listen[i]);
}

static void read_admin(struct reader *r, const struct yaml_node *node)
{
    struct port_net_addr *at = &r->device->admin;

    if (!node) return;
    read_address(r, node, at);
    if (device_is_loopback(at)) return;
    diag_error(r->diagnostics, node->mark,
               "the admin listener asks nobody who he is, so only a loopback address is taken: "
               "127.0.0.1:9901 or [::1]:9901");
}

static void read_resolver(struct reader *r, const struct yaml_node *node)
{
    struct yaml_node *servers = NULL;
    const struct yaml_field fields[] = {
        { "nameservers", YAML_WANT_TEXTS | YAML_REQUIRED, &servers },
    };
    struct pn_device *d = r->device;

    if (!node || !yaml_fields(r->diagnostics, node, "resolver", fields, 1)) return;
    if (servers->items.count > 3) {
        diag_error(r->diagnostics, servers->mark, "at most 3 name servers");
        return;
    }
    for (size_t i = 0; i < servers->items.count; i++) {
        const struct yaml_node *item = servers->items.items[i];
        if (!device_read_host(item->text, 53, &d->nameservers[i])) {
            diag_error(r->diagnostics, item->mark, "not an IP address, with or without a port");
        } else if (d->nameservers[i].port == 0) {
            diag_error(r->diagnostics, item->mark, "port 0 is nobody's; without a port it is 53");
        }
    }
    d->nameserver_count = (uint32_t)servers->items.count;
}

/* --- policy --- */

static void read_key(struct reader *r, const struct yaml_node *node, uint8_t roles)
{
    const char *path = path_from(r, node->text);
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

static void read_groups(struct reader *r, const struct yaml_node *node)
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
static void read_root(struct reader *r, const struct yaml_node *node)
{
    uint8_t before = r->device->keys.count;
    size_t errors = r->diagnostics->error_count;

    read_key(r, node, PN_KEY_ROOT);
    if (r->device->keys.count == before && r->diagnostics->error_count == errors) {
        diag_error(r->diagnostics, node->mark, "this root key is named twice");
    }
}

/* The roots, and how many of them it takes: two where there are two, unless it is said. */
static void read_roots(struct reader *r, const struct yaml_node *roots,
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

static void read_key_set(struct reader *r, const struct yaml_node *key_set,
                         const struct yaml_node *roots)
{
    if (!key_set) return;
    r->device->keyset_path = path_from(r, key_set->text);
    if (!roots || roots->items.count == 0) {
        diag_error(r->diagnostics, key_set->mark,
                   "a key set is believed when keys under policy.roots have signed it, and there "
                   "are none");
    }
}

static void read_bytes_max(struct reader *r, const struct yaml_node *node)
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
static void read_stale(struct reader *r, const struct yaml_node *after,
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

static void read_policy(struct reader *r, const struct yaml_node *node)
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
    if (file) d->policy_path = path_from(r, file->text);
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

/* --- credentials --- */

static bool usable(struct pn_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < 0x20 || value.at[i] > 0x7E) return false;
    }
    return value.len > 0 && value.len <= 4096;
}

static bool read_secret(struct reader *r, const struct yaml_node *env, const struct yaml_node *file,
                        struct pn_slice *value)
{
    if (env) {
        const char *text = getenv(arena_format(r->arena, "%.*s", SLICE_ARGS(env->text)));
        if (text) *value = arena_copy(r->arena, pn_slice(text, strlen(text)));
        else
            diag_error(r->diagnostics, env->mark, "the environment has no %.*s",
                       SLICE_ARGS(env->text));
        return text != NULL;
    }
    const char *path = path_from(r, file->text);
    if (!device_read_small_file(r->arena, path, value)) {
        diag_error(r->diagnostics, file->mark, "the credential file %s cannot be read", path);
        return false;
    }
    while (value->len > 0 &&
           (value->at[value->len - 1] == '\n' || value->at[value->len - 1] == '\r')) {
        value->len--;
    }
    return true;
}

static void read_credential(struct reader *r, const struct yaml_pair *pair)
{
    struct yaml_node *env = NULL, *file = NULL;
    const struct yaml_field fields[] = { { "env", YAML_WANT_TEXT, &env },
                                         { "file", YAML_WANT_TEXT, &file } };
    struct pn_device *d = r->device;
    struct pn_slice value;

    if (!yaml_fields(r->diagnostics, pair->value, "a credential", fields, 2)) return;
    if ((env != NULL) == (file != NULL)) {
        diag_error(r->diagnostics, pair->value->mark, "say where it is: env: NAME or file: PATH");
        return;
    }
    if (!read_secret(r, env, file, &value)) return;
    if (!usable(value)) {
        diag_error(r->diagnostics, pair->key->mark,
                   "the value of credential %.*s cannot go into a header: it is empty, longer than "
                   "4096 bytes, or not printable ASCII",
                   SLICE_ARGS(pair->key->text));
        return;
    }
    d->credentials[d->credential_count++] = (struct pn_credential){ pair->key->text, value };
}

static void read_credentials(struct reader *r, const struct yaml_node *node)
{
    if (!node) return;
    if (node->pairs.count > PN_CREDENTIALS_MAX) {
        diag_error(r->diagnostics, node->mark, "at most %d credentials", PN_CREDENTIALS_MAX);
        return;
    }
    for (size_t i = 0; i < node->pairs.count; i++) read_credential(r, &node->pairs.items[i]);
}

void device_credentials_from_environment(struct arena *arena, struct pn_device *d)
{
    extern char **environ;

    for (char **at = environ; *at && d->credential_count + 2 <= PN_CREDENTIALS_MAX; at++) {
        const char *equals = strchr(*at, '=');
        if (!equals) continue;
        struct pn_slice name = pn_slice(*at, (size_t)(equals - *at));
        struct pn_slice value = pn_slice(equals + 1, strlen(equals + 1));
        if (!usable(value)) continue;
        char *lower = arena_take(arena, name.len + 1);
        for (size_t i = 0; i < name.len; i++) {
            lower[i] = name.at[i] == '_' ? '-' : (char)pn_ascii_lower(name.at[i]);
        }
        d->credentials[d->credential_count++] = (struct pn_credential){ name, value };
        d->credentials[d->credential_count++] =
            (struct pn_credential){ pn_slice(lower, name.len), value };
    }
}

/* --- audit --- */

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
static void check_mask(struct reader *r, const struct yaml_node *node)
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

static void read_masks(struct reader *r, const struct yaml_node *node)
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

static void read_audit(struct reader *r, const struct yaml_node *node)
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
    if (file) d->audit_path = path_from(r, file->text);
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

/* --- limits --- */

static void check_limit(struct reader *r, const struct yaml_node *node, uint64_t floor,
                        uint64_t ceiling, uint32_t *limit)
{
    uint64_t value;

    if (!node || !yaml_read_u64(r->diagnostics, node, UINT32_MAX, &value)) return;
    if (value < floor || value > ceiling) {
        diag_error(r->diagnostics, node->mark, "from %llu to %llu", (unsigned long long)floor,
                   (unsigned long long)ceiling);
        return;
    }
    *limit = (uint32_t)value;
}

/* A pool smaller than one body would let the largest wait for room that never comes. */
static void check_pool(struct reader *r, const struct yaml_node *total, const struct yaml_node *one)
{
    const struct pn_limits *limits = &r->device->limits;

    if (limits->body_bytes_total >= limits->body_bytes_max || (!total && !one)) return;
    diag_error(r->diagnostics, total ? total->mark : one->mark,
               "body_bytes_total (%u) has no room for one body of body_bytes_max (%u)",
               limits->body_bytes_total, limits->body_bytes_max);
}

static void read_limits(struct reader *r, const struct yaml_node *node)
{
    struct {
#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) struct yaml_node *name;
#include "core/limits.def"
#undef PN_LIMIT
    } at = { 0 };
    const struct yaml_field fields[] = {
#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) { #name, YAML_WANT_TEXT, &at.name },
#include "core/limits.def"
#undef PN_LIMIT
    };

    if (!node ||
        !yaml_fields(r->diagnostics, node, "limits", fields, sizeof fields / sizeof fields[0])) {
        return;
    }
#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) \
    check_limit(r, at.name, floor, ceiling, &r->device->limits.name);
#include "core/limits.def"
#undef PN_LIMIT
    check_pool(r, at.body_bytes_total, at.body_bytes_max);
}

/* --- the file --- */

static void read_workers(struct reader *r, const struct yaml_node *node)
{
    uint64_t count;

    if (!node || !yaml_read_u64(r->diagnostics, node, UINT32_MAX, &count)) return;
    if (count < 1 || count > PN_WORKERS_MAX) {
        diag_error(r->diagnostics, node->mark, "1 to %d workers", PN_WORKERS_MAX);
        return;
    }
    r->device->workers = (uint32_t)count;
}

bool device_file_read(struct arena *arena, struct diagnostics *diagnostics, const char *path,
                      enum device_keys need, struct pn_device *device)
{
    struct yaml_node *listen = NULL, *admin = NULL, *workers = NULL, *state = NULL, *policy = NULL;
    struct yaml_node *credentials = NULL, *audit = NULL, *resolver = NULL, *limits = NULL;
    const struct yaml_field fields[] = {
        { "listen", YAML_WANT_TEXTS, &listen },  { "admin", YAML_WANT_TEXT, &admin },
        { "workers", YAML_WANT_TEXT, &workers }, { "state", YAML_WANT_TEXT, &state },
        { "policy", YAML_WANT_MAP, &policy },    { "credentials", YAML_WANT_MAP, &credentials },
        { "audit", YAML_WANT_MAP, &audit },      { "resolver", YAML_WANT_MAP, &resolver },
        { "limits", YAML_WANT_MAP, &limits },
    };
    struct reader r = { arena, diagnostics, path, device };
    struct yaml_node *root = yaml_read_file(arena, diagnostics, path);

    if (!root) return false;
    yaml_fields(diagnostics, root, "the device file", fields, sizeof fields / sizeof fields[0]);
    device->file_path = path;
    if (state) {
        device->state_path = path_from(&r, state->text);
        device->audit_path = arena_format(arena, "%s/audit.jsonl", device->state_path);
    }
    read_listen(&r, listen);
    read_admin(&r, admin);
    read_workers(&r, workers);
    if (policy) read_policy(&r, policy);
    read_credentials(&r, credentials);
    read_audit(&r, audit);
    read_resolver(&r, resolver);
    read_limits(&r, limits);
    if (need == DEVICE_KEYS_NEEDED && device->keys.count == 0 && diagnostics->error_count == 0) {
        diag_error(diagnostics, policy ? policy->mark : root->mark,
                   "no key under policy.keys: nobody's policy would be accepted");
    }
    return diagnostics->error_count == 0;
}
