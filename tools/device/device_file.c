/* see device_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/device_file.h"

#include <stdlib.h>
#include <string.h>

#include "tools/compile/yaml_fields.h"
#include "tools/device/device_reading.h"
#include "tools/device/device_values.h"

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
        .sandbox = PN_SANDBOX_BEST_EFFORT,
    };
    pn_limits_default(&d->limits);
}

const char *device_path_from(struct device_reading *r, struct pn_slice text)
{
    const char *slash = strrchr(r->path, '/');

    if (text.len > 0 && text.at[0] == '/') return arena_format(r->arena, "%.*s", SLICE_ARGS(text));
    if (!slash) return arena_format(r->arena, "%.*s", SLICE_ARGS(text));
    return arena_format(r->arena, "%.*s/%.*s", (int)(slash - r->path), r->path, SLICE_ARGS(text));
}

/* --- addresses --- */

static void read_resolver(struct device_reading *r, const struct yaml_node *node)
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

/* --- what it is called --- */

static bool is_authority(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        bool good = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || ch == '-' ||
                    ch == '.' || ch == ':' || ch == '[' || ch == ']';
        if (!good) return false;
    }
    return text.len > 0 && text.len <= 255;
}

static void read_public_url(struct device_reading *r, const struct yaml_node *node)
{
    if (!node) return;
    struct pn_slice rest = node->text;
    bool tls = pn_slice_begins(rest, PN_SLICE("https://"));
    bool plain = pn_slice_begins(rest, PN_SLICE("http://"));

    if (tls || plain) rest = pn_slice_from(rest, tls ? 8 : 7);
    if ((tls || plain) && is_authority(rest)) {
        r->device->public_url = node->text;
        return;
    }
    diag_error(r->diagnostics, node->mark,
               "this is how clients call the gateway, in lower case and without a path: "
               "https://gate.example.com or http://10.0.0.5:8080");
}

/* --- limits --- */

static void check_limit(struct device_reading *r, const struct yaml_node *node, uint64_t floor,
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
static void check_pool(struct device_reading *r, const struct yaml_node *total,
                       const struct yaml_node *one)
{
    const struct pn_limits *limits = &r->device->limits;

    if (limits->body_bytes_total >= limits->body_bytes_max || (!total && !one)) return;
    diag_error(r->diagnostics, total ? total->mark : one->mark,
               "body_bytes_total (%u) has no room for one body of body_bytes_max (%u)",
               limits->body_bytes_total, limits->body_bytes_max);
}

static void read_limits(struct device_reading *r, const struct yaml_node *node)
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

static void read_workers(struct device_reading *r, const struct yaml_node *node)
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
    struct yaml_node *tls = NULL, *public_url = NULL, *user = NULL, *vault = NULL;
    const struct yaml_field fields[] = {
        { "listen", YAML_WANT_LIST, &listen },    { "admin", YAML_WANT_ANY, &admin },
        { "workers", YAML_WANT_TEXT, &workers },  { "state", YAML_WANT_TEXT, &state },
        { "policy", YAML_WANT_MAP, &policy },     { "credentials", YAML_WANT_MAP, &credentials },
        { "vault", YAML_WANT_MAP, &vault },       { "audit", YAML_WANT_MAP, &audit },
        { "resolver", YAML_WANT_MAP, &resolver }, { "limits", YAML_WANT_MAP, &limits },
        { "tls", YAML_WANT_MAP, &tls },           { "public_url", YAML_WANT_TEXT, &public_url },
        { "user", YAML_WANT_TEXT, &user },
    };
    struct device_reading r = { arena, diagnostics, path, device, VAULT_MISSING };
    struct yaml_node *root = yaml_read_file(arena, diagnostics, path);

    if (!root) return false;
    if (!yaml_fields(diagnostics, root, "the device file", fields,
                     sizeof fields / sizeof fields[0])) {
        r.vault = VAULT_UNCLEAR; /* it may be what was misspelled */
    }
    device->file_path = path;
    if (state) {
        device->state_path = device_path_from(&r, state->text);
        device->audit_path = arena_format(arena, "%s/audit.jsonl", device->state_path);
    }
    device_read_listen(&r, listen);
    device_read_upstream_tls(&r, tls);
    device_read_admin(&r, admin);
    read_public_url(&r, public_url);
    if (user) device->user = arena_format(arena, "%.*s", SLICE_ARGS(user->text));
    read_workers(&r, workers);
    if (policy) device_read_policy(&r, policy);
    device_read_vault(&r, vault);
    device_read_credentials(&r, credentials);
    device_read_audit(&r, audit);
    read_resolver(&r, resolver);
    read_limits(&r, limits);
    if (need == DEVICE_KEYS_NEEDED && device->keys.count == 0 && diagnostics->error_count == 0) {
        diag_error(diagnostics, policy ? policy->mark : root->mark,
                   "no key under policy.keys: nobody's policy would be accepted");
    }
    return diagnostics->error_count == 0;
}
