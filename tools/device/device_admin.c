/* see device_reading.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/yaml_fields.h"
#include "tools/device/device_reading.h"
#include "tools/device/device_values.h"
#include "tools/device/password_text.h"

/* --- operators --- */

static bool read_digest(struct pn_slice text, uint8_t digest[PN_ADMIN_KEY_DIGEST_BYTES])
{
    if (text.len != 2 * PN_ADMIN_KEY_DIGEST_BYTES) return false;
    for (size_t i = 0; i < PN_ADMIN_KEY_DIGEST_BYTES; i++) {
        int high = pn_hex_digit(text.at[2 * i]), low = pn_hex_digit(text.at[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        digest[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static void read_key(struct device_reading *r, const struct yaml_node *node,
                     struct pn_door_operator *o)
{
    if (!node) return;
    o->by_key = 1;
    if (read_digest(node->text, o->key_digest)) return;
    diag_error(r->diagnostics, node->mark,
               "the SHA-256 of an admin key is wanted here, 64 hexadecimal digits, as "
               "`postern admin key new` prints it");
}

static void read_password(struct device_reading *r, const struct yaml_node *node,
                          struct pn_door_operator *o)
{
    if (!node) return;
    o->by_password = 1;
    if (!password_text_read(node->text, &o->password)) {
        diag_error(r->diagnostics, node->mark,
                   "an Argon2id of a password is wanted here, as `postern admin password new` "
                   "prints it: $argon2id$v=19$m=...");
    } else if (!password_cost_is_fair(&o->password.cost)) {
        diag_error(r->diagnostics, node->mark,
                   "from 7 to 64 MiB are taken (m=7168 to 65536), and m times t from 32768 to "
                   "196608");
    } else if (pn_slice_find(o->name, ':') < o->name.len) {
        diag_error(r->diagnostics, node->mark,
                   "who has a password has a name without colons: it is sent as name:password");
    }
}

static bool is_same(struct pn_slice a, struct pn_slice b)
{
    return a.len > 0 && pn_slice_equal(a, b);
}

/* Who has done what is told by name, and what proves one operator proves no other. */
static void check_operator(struct device_reading *r, const struct yaml_node *node,
                           const struct pn_door_operator *o)
{
    const struct pn_door_rules *rules = &r->device->door;

    for (uint32_t i = 0; i < rules->operator_count; i++) {
        const struct pn_door_operator *other = &rules->operators[i];
        bool key = o->by_key && other->by_key &&
                   memcmp(o->key_digest, other->key_digest, sizeof o->key_digest) == 0;
        if (is_same(o->name, other->name)) {
            diag_error(r->diagnostics, node->mark, "there is an operator of this name already");
        } else if (key || is_same(o->certificate, other->certificate)) {
            diag_error(r->diagnostics, node->mark, "this key or certificate is %.*s's already",
                       SLICE_ARGS(other->name));
        }
    }
    if (!o->by_key && !o->by_password && o->certificate.len == 0) {
        diag_error(r->diagnostics, node->mark,
                   "say how he proves who he is: key_sha256:, password: or certificate:");
    }
}

static void read_operator(struct device_reading *r, const struct yaml_node *node)
{
    static const char *const roles[] = { "viewer", "operator", "admin" };
    struct yaml_node *name = NULL, *role = NULL, *key = NULL, *certificate = NULL;
    struct yaml_node *password = NULL;
    const struct yaml_field fields[] = {
        { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
        { "role", YAML_WANT_TEXT | YAML_REQUIRED, &role },
        { "key_sha256", YAML_WANT_TEXT, &key },
        { "password", YAML_WANT_TEXT, &password },
        { "certificate", YAML_WANT_TEXT, &certificate },
    };
    struct pn_door_rules *rules = &r->device->door;
    struct pn_door_operator o = { .role = PN_OPERATOR_NOBODY };

    if (!yaml_fields(r->diagnostics, node, "an operator", fields, 5)) return;
    if (rules->operator_count == PN_OPERATORS_MAX) {
        diag_error(r->diagnostics, node->mark, "at most %d operators", PN_OPERATORS_MAX);
        return;
    }
    int word = yaml_read_word(r->diagnostics, role, roles, 3);
    if (word >= 0) o.role = (uint8_t)(PN_OPERATOR_VIEWER + word);
    o.name = name->text;
    if (certificate) o.certificate = certificate->text;
    if (o.name.len == 0) diag_error(r->diagnostics, name->mark, "a name is wanted here");
    read_key(r, key, &o);
    read_password(r, password, &o);
    check_operator(r, node, &o);
    rules->operators[rules->operator_count++] = o;
}

static void read_operators(struct device_reading *r, const struct yaml_node *list)
{
    for (size_t i = 0; list && i < list->items.count; i++) read_operator(r, list->items.items[i]);
}

static void read_operators_file(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *list = NULL;
    const struct yaml_field fields[] = { { "operators", YAML_WANT_LIST | YAML_REQUIRED, &list } };

    if (!node) return;
    struct yaml_node *root =
        yaml_read_file(r->arena, r->diagnostics, device_path_from(r, node->text));
    if (root && yaml_fields(r->diagnostics, root, "the file of operators", fields, 1)) {
        read_operators(r, list);
    }
}

/* --- names --- */

static uint32_t read_names(struct device_reading *r, const struct yaml_node *list,
                           struct pn_slice *names)
{
    uint32_t count = 0;

    for (size_t i = 0; list && i < list->items.count; i++) {
        if (count == PN_DOOR_NAMES_MAX) {
            diag_error(r->diagnostics, list->mark, "at most %d", PN_DOOR_NAMES_MAX);
            break;
        }
        names[count++] = list->items.items[i]->text;
    }
    return count;
}

static void check_hosts(struct device_reading *r, const struct yaml_node *list)
{
    for (size_t i = 0; list && i < list->items.count; i++) {
        struct pn_slice name = list->items.items[i]->text;
        if (name.len > 0 && pn_slice_find(name, ':') == name.len &&
            pn_slice_find(name, '/') == name.len) {
            continue;
        }
        diag_error(r->diagnostics, list->items.items[i]->mark,
                   "a name is wanted here, without a scheme and a port: gate.example.com");
    }
}

static void check_origins(struct device_reading *r, const struct yaml_node *list)
{
    for (size_t i = 0; list && i < list->items.count; i++) {
        struct pn_slice origin = list->items.items[i]->text;
        size_t scheme = pn_slice_begins(origin, PN_SLICE("https://"))  ? 8
                        : pn_slice_begins(origin, PN_SLICE("http://")) ? 7
                                                                       : 0;
        struct pn_slice rest = pn_slice_from(origin, scheme);
        if (scheme > 0 && rest.len > 0 && pn_slice_find(rest, '/') == rest.len) continue;
        diag_error(r->diagnostics, list->items.items[i]->mark,
                   "an origin has a scheme and no path: https://console.example.com");
    }
}

/* --- the listener --- */

/* Who is not on this machine is asked who he is, and nobody between reads how he proves it. */
static void check_reach(struct device_reading *r, const struct yaml_node *node)
{
    const struct pn_device *d = r->device;
    const struct pn_device_tls *tls = &d->tls[PN_LISTENERS_MAX];

    for (uint32_t i = 0; i < d->door.operator_count; i++) {
        if (d->door.operators[i].certificate.len == 0 || tls->trust_count > 0) continue;
        diag_error(r->diagnostics, node->mark,
                   "operator %.*s has a certificate, and the admin listener asks for none: it "
                   "needs tls: with client_roots or trust_bundles",
                   SLICE_ARGS(d->door.operators[i].name));
    }
    if (device_is_loopback(&d->admin)) return;
    if (d->door.operator_count == 0) {
        diag_error(r->diagnostics, node->mark,
                   "an admin listener without operators: asks nobody who he is, so only a loopback "
                   "address is taken: 127.0.0.1:9901 or [::1]:9901");
    } else if (tls->pair_count == 0) {
        diag_error(r->diagnostics, node->mark,
                   "an admin listener without tls: can be overheard, so only a loopback address is "
                   "taken: 127.0.0.1:9901 or [::1]:9901");
    }
}

void device_read_admin(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *at = NULL, *tls = NULL, *operators = NULL, *file = NULL, *hosts = NULL;
    struct yaml_node *origins = NULL;
    const struct yaml_field fields[] = {
        { "at", YAML_WANT_TEXT, &at },
        { "tls", YAML_WANT_MAP, &tls },
        { "operators", YAML_WANT_LIST, &operators },
        { "operators_file", YAML_WANT_TEXT, &file },
        { "hosts", YAML_WANT_TEXTS, &hosts },
        { "origins", YAML_WANT_TEXTS, &origins },
    };
    struct pn_device *d = r->device;
    size_t errors = r->diagnostics->error_count;

    if (!node) return;
    if (node->kind == YAML_SCALAR) {
        device_read_address_node(r, node, &d->admin);
        check_reach(r, node);
        return;
    }
    if (!yaml_fields(r->diagnostics, node, "admin", fields, 6)) return;
    if (at) device_read_address_node(r, at, &d->admin);
    if (tls) device_read_tls(r, tls, &d->tls[PN_LISTENERS_MAX]);
    read_operators(r, operators);
    read_operators_file(r, file);
    check_hosts(r, hosts);
    check_origins(r, origins);
    d->door.host_count = read_names(r, hosts, d->door.hosts);
    d->door.origin_count = read_names(r, origins, d->door.origins);
    if ((operators || file) && d->door.operator_count == 0 &&
        r->diagnostics->error_count == errors) {
        diag_error(r->diagnostics, node->mark, "no operator: nobody could come in");
    }
    if (r->diagnostics->error_count == errors) check_reach(r, at ? at : node);
}
