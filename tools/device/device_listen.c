/* see device_reading.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

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

static void read_pair(struct device_reading *r, const struct yaml_node *chain,
                      const struct yaml_node *key, struct pn_device_tls *tls)
{
    struct port_tls_pair pair;

    if (tls->pair_count == PN_DEVICE_PAIRS_MAX) {
        diag_error(r->diagnostics, chain->mark, "at most %d certificates", PN_DEVICE_PAIRS_MAX);
        return;
    }
    const char *chain_path = read_file(r, chain, "certificate", &pair.chain);
    const char *key_path = read_file(r, key, "key", &pair.key);
    if (!chain_path || !key_path) return;
    check_pair(r, &pair, chain, key);
    tls->pairs[tls->pair_count].chain_path = chain_path;
    tls->pairs[tls->pair_count].key_path = key_path;
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

static void read_tls(struct device_reading *r, const struct yaml_node *node,
                     struct pn_device_tls *tls)
{
    struct yaml_node *chain = NULL, *key = NULL, *others = NULL, *roots = NULL;
    struct port_tls_text text;
    const struct yaml_field fields[] = {
        { "certificate", YAML_WANT_TEXT | YAML_REQUIRED, &chain },
        { "key", YAML_WANT_TEXT | YAML_REQUIRED, &key },
        { "others", YAML_WANT_LIST, &others },
        { "client_roots", YAML_WANT_TEXT, &roots },
    };

    if (!yaml_fields(r->diagnostics, node, "tls", fields, 4)) return;
    read_pair(r, chain, key, tls);
    for (size_t i = 0; others && i < others->items.count; i++) {
        read_other(r, others->items.items[i], tls);
    }
    if (roots) tls->client_roots_path = read_file(r, roots, "client_roots", &text);
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
    read_tls(r, tls, &d->tls[i]);
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

void device_read_upstream_tls(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *roots = NULL;
    const struct yaml_field fields[] = { { "roots", YAML_WANT_TEXT | YAML_REQUIRED, &roots } };

    if (!node || !yaml_fields(r->diagnostics, node, "tls", fields, 1)) return;
    if (text_is(roots->text, "system")) return;
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
