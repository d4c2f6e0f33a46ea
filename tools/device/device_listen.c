/* see device_reading.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "core/base/bytes.h"
#include "core/base/spiffe_id.h"
#include "port/port_tls.h"
#include "tools/compile/yaml_fields.h"
#include "tools/device/device_file.h"
#include "tools/device/device_reading.h"
#include "tools/device/device_values.h"

enum {
    CHECK_BYTES = 262144,    /* memory to look at a pair with */
    PAIR_TEXT_BYTES = 32768, /* of a certificate chain, and of a key */
};

void device_read_address_node(struct device_reading *r, const struct yaml_node *node,
                              struct port_net_addr *address)
{
    if (!device_read_address(node->text, address)) {
        diag_error(r->diagnostics, node->mark,
                   "not an address and port, such as 127.0.0.1:8080 or [::1]:8080");
    } else if (address->port == 0) {
        diag_error(r->diagnostics, node->mark, "port 0 is nobody's; choose a port");
    }
}

/* --- certificates --- */

/* The path of a readable file, with its text; NULL, diagnosed, when it is none. */
static const char *read_file(struct device_reading *r, const struct yaml_node *node,
                             const char *what, struct port_tls_text *text)
{
    const char *path = device_path_from(r, node->text);
    uint8_t *bytes = arena_take(r->arena, PAIR_TEXT_BYTES);
    FILE *file = fopen(path, "rb");

    if (file) setvbuf(file, NULL, _IONBF, 0); /* a key is to lie in one place only */
    size_t len = file ? fread(bytes, 1, PAIR_TEXT_BYTES, file) : 0;

    if (file) fclose(file);
    if (len > 0 && len < PAIR_TEXT_BYTES) {
        *text = (struct port_tls_text){ bytes, len };
        return path;
    }
    diag_error(r->diagnostics, node->mark,
               len > 0 ? "the %s file %s is too large" : "the %s file %s cannot be read", what,
               path);
    return NULL;
}

static void check_pair(struct device_reading *r, const struct port_tls_pair *pair,
                       const struct yaml_node *chain, const struct yaml_node *key)
{
    struct port_tls_setup setup = { .net = NULL };
    struct port_tls_pair_facts facts;
    struct port_tls *tls = port_tls_init(arena_take(r->arena, CHECK_BYTES), CHECK_BYTES, &setup);

    switch (tls ? port_tls_pair_check(tls, pair, &facts) : PORT_TLS_PAIR_NONE) {
    case PORT_TLS_PAIR_GOOD: break;
    case PORT_TLS_CHAIN_UNREADABLE:
        diag_error(r->diagnostics, chain->mark,
                   "no certificate in PEM, or of a kind not supported: RSA and the curves P-256 "
                   "and P-384 are");
        break;
    case PORT_TLS_CHAIN_LONG:
        diag_error(r->diagnostics, chain->mark,
                   "the certificate chain is too long: together at most about 8,000 bytes");
        break;
    case PORT_TLS_KEY_UNREADABLE:
        diag_error(r->diagnostics, key->mark,
                   "no private key in PEM without a password, or of a kind not supported");
        break;
    case PORT_TLS_KEY_OTHER:
        diag_error(r->diagnostics, key->mark, "the key does not belong to the certificate");
        break;
    case PORT_TLS_PAIR_NONE:
    case PORT_TLS_PAIR_MEMORY:
        diag_error(r->diagnostics, chain->mark, "the certificate cannot be checked");
        break;
    }
}

struct paths {
    const char *chain, *key;
};

/* False, diagnosed, when they cannot be read or there are `count` already. */
static bool read_paths(struct device_reading *r, const struct yaml_node *chain,
                       const struct yaml_node *key, uint32_t count, struct paths *paths)
{
    struct port_tls_pair pair;

    if (count == PN_DEVICE_PAIRS_MAX) {
        diag_error(r->diagnostics, chain->mark, "at most %d certificates", PN_DEVICE_PAIRS_MAX);
        return false;
    }
    paths->chain = read_file(r, chain, "certificate", &pair.chain);
    paths->key = read_file(r, key, "key", &pair.key);
    if (paths->chain && paths->key) check_pair(r, &pair, chain, key);
    if (paths->key) pn_bytes_wipe((void *)(uintptr_t)pair.key.at, pair.key.len);
    return paths->chain && paths->key;
}

static void read_pair(struct device_reading *r, const struct yaml_node *chain,
                      const struct yaml_node *key, struct pn_device_tls *tls)
{
    struct paths paths;

    if (!read_paths(r, chain, key, tls->pair_count, &paths)) return;
    tls->pairs[tls->pair_count].chain_path = paths.chain;
    tls->pairs[tls->pair_count].key_path = paths.key;
    tls->pair_count++;
}

static void read_other(struct device_reading *r, const struct yaml_node *node,
                       struct pn_device_tls *tls)
{
    struct yaml_node *chain = NULL, *key = NULL;
    const struct yaml_field fields[] = {
        { "certificate", YAML_WANT_TEXT | YAML_REQUIRED, &chain },
        { "key", YAML_WANT_TEXT | YAML_REQUIRED, &key },
    };

    if (yaml_fields(r->diagnostics, node, "a certificate", fields, 2)) {
        read_pair(r, chain, key, tls);
    }
}

/* --- whom to believe --- */

/* A file of certificates; that there are any in it is found out where it is used. */
static const char *roots_path(struct device_reading *r, const struct yaml_node *node)
{
    const char *path = device_path_from(r, node->text);
    FILE *file = fopen(path, "rb");

    if (!file) {
        diag_error(r->diagnostics, node->mark, "the file %s cannot be read", path);
        return NULL;
    }
    fclose(file);
    return path;
}

static void read_domain(struct device_reading *r, const struct yaml_pair *pair,
                        struct pn_device_tls *tls)
{
    if (tls->trust_count == PORT_TLS_TRUSTS_MAX) {
        diag_error(r->diagnostics, pair->key->mark, "at most %d trust domains",
                   PORT_TLS_TRUSTS_MAX - 1);
        return;
    }
    if (!pn_spiffe_is_domain(pair->key->text) || pair->key->text.len > PN_SPIFFE_DOMAIN_BYTES_MAX) {
        diag_error(r->diagnostics, pair->key->mark,
                   "a trust domain is wanted here, such as example.org: lower case, without "
                   "spiffe:// and without a path");
    }
    if (pair->value->kind != YAML_SCALAR) {
        diag_error(r->diagnostics, pair->value->mark,
                   "the file of the domain's roots is wanted here");
        return;
    }
    tls->trust_domains[tls->trust_count] = pair->key->text;
    tls->trust_paths[tls->trust_count++] = roots_path(r, pair->value);
}

static void read_clients(struct device_reading *r, const struct yaml_node *node,
                         struct pn_device_tls *tls)
{
    static const char *const words[] = { "optional", "required" };
    int word = node ? yaml_read_word(r->diagnostics, node, words, 2) : 1;

    tls->clients = word == 0 ? PORT_TLS_CLIENTS_OPTIONAL : PORT_TLS_CLIENTS_REQUIRED;
}

static void read_trust(struct device_reading *r, const struct yaml_node *roots,
                       const struct yaml_node *bundles, struct pn_device_tls *tls)
{
    tls->trust_count = 1;
    if (roots) tls->trust_paths[0] = roots_path(r, roots);
    for (size_t i = 0; bundles && i < bundles->pairs.count; i++) {
        read_domain(r, &bundles->pairs.items[i], tls);
    }
    if (!roots && bundles->pairs.count == 0) {
        diag_error(r->diagnostics, bundles->mark, "no trust domain: nobody could connect");
    }
}

void device_read_tls(struct device_reading *r, const struct yaml_node *node,
                     struct pn_device_tls *tls)
{
    struct yaml_node *chain = NULL, *key = NULL, *others = NULL, *roots = NULL;
    struct yaml_node *bundles = NULL, *clients = NULL;
    const struct yaml_field fields[] = {
        { "certificate", YAML_WANT_TEXT | YAML_REQUIRED, &chain },
        { "key", YAML_WANT_TEXT | YAML_REQUIRED, &key },
        { "others", YAML_WANT_LIST, &others },
        { "client_roots", YAML_WANT_TEXT, &roots },
        { "trust_bundles", YAML_WANT_MAP, &bundles },
        { "clients", YAML_WANT_TEXT, &clients },
    };

    if (!yaml_fields(r->diagnostics, node, "tls", fields, 6)) return;
    read_pair(r, chain, key, tls);
    for (size_t i = 0; others && i < others->items.count; i++) {
        read_other(r, others->items.items[i], tls);
    }
    if (roots || bundles) {
        read_trust(r, roots, bundles, tls);
        read_clients(r, clients, tls);
    } else if (clients) {
        diag_error(r->diagnostics, clients->mark,
                   "this needs client_roots or trust_bundles: who may sign the certificates of "
                   "clients");
    }
}

/* --- listeners --- */

static void read_listener(struct device_reading *r, const struct yaml_node *node, size_t i)
{
    struct yaml_node *at = NULL, *tls = NULL;
    const struct yaml_field fields[] = {
        { "at", YAML_WANT_TEXT | YAML_REQUIRED, &at },
        { "tls", YAML_WANT_MAP | YAML_REQUIRED, &tls },
    };
    struct pn_device *d = r->device;

    if (node->kind == YAML_SCALAR) {
        device_read_address_node(r, node, &d->listen[i]);
        return;
    }
    if (!yaml_fields(r->diagnostics, node, "a listener", fields, 2)) return;
    device_read_address_node(r, at, &d->listen[i]);
    device_read_tls(r, tls, &d->tls[i]);
}

void device_read_listen(struct device_reading *r, const struct yaml_node *node)
{
    struct pn_device *d = r->device;

    if (!node) return;
    if (node->items.count == 0 || node->items.count > PN_LISTENERS_MAX) {
        diag_error(r->diagnostics, node->mark, "1 to %d addresses", PN_LISTENERS_MAX);
        return;
    }
    d->listen_count = (uint32_t)node->items.count;
    for (size_t i = 0; i < node->items.count; i++) read_listener(r, node->items.items[i], i);
}

/* --- upstreams --- */

static void read_hosts(struct device_reading *r, const struct yaml_node *list,
                       struct pn_device_own *own)
{
    for (size_t i = 0; i < list->items.count; i++) {
        if (own->host_count == PN_PAIR_HOSTS_MAX) {
            diag_error(r->diagnostics, list->mark, "at most %d hosts", PN_PAIR_HOSTS_MAX);
            return;
        }
        own->hosts[own->host_count++] = list->items.items[i]->text;
    }
    if (list->items.count == 0) {
        diag_error(r->diagnostics, list->mark,
                   "a host is wanted here; without hosts: it is for all upstreams");
    }
}

/* Each host, and all others, have one certificate. */
static void check_own(struct device_reading *r, const struct yaml_node *node,
                      const struct pn_device_own *own)
{
    for (uint32_t i = 0; i < r->device->own_count; i++) {
        const struct pn_device_own *other = &r->device->own[i];
        bool same = own->host_count == 0 && other->host_count == 0;
        for (uint32_t a = 0; a < own->host_count; a++) {
            for (uint32_t b = 0; b < other->host_count; b++) {
                if (pn_slice_equal_fold(own->hosts[a], other->hosts[b])) same = true;
            }
        }
        if (same) diag_error(r->diagnostics, node->mark, "another certificate is for these hosts");
    }
}

static void read_own(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *chain = NULL, *key = NULL, *hosts = NULL;
    const struct yaml_field fields[] = {
        { "certificate", YAML_WANT_TEXT | YAML_REQUIRED, &chain },
        { "key", YAML_WANT_TEXT | YAML_REQUIRED, &key },
        { "hosts", YAML_WANT_TEXTS, &hosts },
    };
    struct pn_device_own own = { .host_count = 0 };
    struct paths paths;

    if (!yaml_fields(r->diagnostics, node, "a certificate", fields, 3)) return;
    if (hosts) read_hosts(r, hosts, &own);
    if (!read_paths(r, chain, key, r->device->own_count, &paths)) return;
    check_own(r, node, &own);
    own.chain_path = paths.chain;
    own.key_path = paths.key;
    r->device->own[r->device->own_count++] = own;
}

void device_read_upstream_tls(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *roots = NULL, *own = NULL;
    const struct yaml_field fields[] = { { "roots", YAML_WANT_TEXT, &roots },
                                         { "certificates", YAML_WANT_LIST, &own } };

    if (!node || !yaml_fields(r->diagnostics, node, "tls", fields, 2)) return;
    for (size_t i = 0; own && i < own->items.count; i++) read_own(r, own->items.items[i]);
    if (!roots || text_is(roots->text, "system")) return;
    const char *path = device_path_from(r, roots->text);
    FILE *file = fopen(path, "rb");
    if (!file) {
        diag_error(r->diagnostics, roots->mark,
                   "the file %s cannot be read; roots is `system` or a file of certificates", path);
        return;
    }
    fclose(file);
    r->device->roots_path = path;
}
