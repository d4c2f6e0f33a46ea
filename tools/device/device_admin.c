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

static void read_operators_file(struct device_reading *r, const char *path)
{
    struct yaml_node *list = NULL;
    const struct yaml_field fields[] = { { "operators", YAML_WANT_LIST | YAML_REQUIRED, &list } };

    if (!path) return;
    struct yaml_node *root = yaml_read_file(r->arena, r->diagnostics, path);
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

static void check_certificates(struct device_reading *r, struct mark mark)
{
    const struct pn_device *d = r->device;

    for (uint32_t i = 0; i < d->door.operator_count; i++) {
        if (d->door.operators[i].certificate.len == 0 || d->tls[PN_LISTENERS_MAX].trust_count > 0)
            continue;
        diag_error(r->diagnostics, mark,
                   "operator %.*s has a certificate, and the admin listener asks for none: it "
                   "needs tls: with client_roots or trust_bundles",
                   SLICE_ARGS(d->door.operators[i].name));
    }
}

/* Who is not on this machine is asked who he is, and nobody between reads how he proves it. */
static void check_reach(struct device_reading *r, const struct yaml_node *node)
{
    const struct pn_device *d = r->device;
    const struct pn_device_tls *tls = &d->tls[PN_LISTENERS_MAX];

    check_certificates(r, node->mark);
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

/* What the map under `admin` has. */
struct admin_nodes {
    struct yaml_node *at, *tls, *operators, *file, *hosts, *origins;
};

static bool read_nodes(struct device_reading *r, const struct yaml_node *node,
                       struct admin_nodes *n)
{
    const struct yaml_field fields[] = {
        { "at", YAML_WANT_TEXT, &n->at },
        { "tls", YAML_WANT_MAP, &n->tls },
        { "operators", YAML_WANT_LIST, &n->operators },
        { "operators_file", YAML_WANT_TEXT, &n->file },
        { "hosts", YAML_WANT_TEXTS, &n->hosts },
        { "origins", YAML_WANT_TEXTS, &n->origins },
    };

    return yaml_fields(r->diagnostics, node, "admin", fields, 6);
}

static void read_people(struct device_reading *r, const struct admin_nodes *n)
{
    struct pn_device *d = r->device;

    if (n->operators) d->operators_here = 1;
    if (n->file) d->operators_path = device_path_from(r, n->file->text);
    read_operators(r, n->operators);
    read_operators_file(r, d->operators_path);
}

void device_read_admin(struct device_reading *r, const struct yaml_node *node)
{
    struct admin_nodes n = { 0 };
    struct pn_device *d = r->device;
    size_t errors = r->diagnostics->error_count;

    if (!node) return;
    if (node->kind == YAML_SCALAR) {
        device_read_address_node(r, node, &d->admin);
        check_reach(r, node);
        return;
    }
    if (!read_nodes(r, node, &n)) return;
    if (n.at) device_read_address_node(r, n.at, &d->admin);
    if (n.tls) device_read_tls(r, n.tls, &d->tls[PN_LISTENERS_MAX]);
    read_people(r, &n);
    check_hosts(r, n.hosts);
    check_origins(r, n.origins);
    d->door.host_count = read_names(r, n.hosts, d->door.hosts);
    d->door.origin_count = read_names(r, n.origins, d->door.origins);
    if ((n.operators || n.file) && d->door.operator_count == 0 &&
        r->diagnostics->error_count == errors) {
        diag_error(r->diagnostics, node->mark, "no operator: nobody could come in");
    }
    if (r->diagnostics->error_count == errors) check_reach(r, n.at ? n.at : node);
}

/* --- again, while it runs --- */

static bool same_path(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The lists of the device file, which has some itself. Another file of them is in another folder, which
 * a gateway that is shut in cannot read. */
static void read_lists(struct device_reading *r)
{
    const char *path = r->device->operators_path;
    struct yaml_node *root = yaml_read_file(r->arena, r->diagnostics, r->path);
    struct yaml_node *admin = root ? yaml_get(root, "admin") : NULL;
    struct admin_nodes n = { 0 };

    if (!root) return;
    if (!admin || admin->kind != YAML_MAP) {
        diag_error(r->diagnostics, root->mark, "no operator: nobody could come in");
        return;
    }
    if (!read_nodes(r, admin, &n)) return;
    if (!same_path(path, n.file ? device_path_from(r, n.file->text) : NULL)) {
        diag_error(r->diagnostics, n.file ? n.file->mark : admin->mark,
                   "another operators_file needs a restart");
        return;
    }
    read_people(r, &n);
}

bool device_operators_read(struct arena *arena, struct diagnostics *diagnostics,
                           const struct pn_device *device, struct pn_door_rules *rules)
{
    struct pn_device *copy = ARENA_NEW(arena, struct pn_device);
    struct device_reading r = { arena, diagnostics, device->file_path, copy, VAULT_MISSING };
    struct mark mark = { .file =
                             device->operators_here ? device->file_path : device->operators_path };

    *copy = *device;
    copy->door.operator_count = 0;
    if (device->operators_here) read_lists(&r);
    else read_operators_file(&r, device->operators_path);
    if (diagnostics->error_count == 0) check_certificates(&r, mark);
    if (diagnostics->error_count == 0 && copy->door.operator_count == 0) {
        diag_error(diagnostics, mark, "no operator: nobody could come in");
    }
    *rules = copy->door;
    return diagnostics->error_count == 0;
}
