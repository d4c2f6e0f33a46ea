/* identity.yaml: who may call
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle.h"
#include "tools/bundle/url.h"
#include "tools/compile/yaml_fields.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])
#define TEXT_BYTES_MAX 256

/* The value is not repeated: somebody may have put the key itself here. */
static void read_hash(struct bundle *bundle, const struct yaml_node *node, struct bundle_key *key)
{
    bool good = node->text.len == 64;

    for (size_t i = 0; i < node->text.len && good; i++) {
        int digit = pn_hex_digit(node->text.at[i]);
        if (digit < 0) {
            good = false;
        } else {
            key->hash[i / 2] = (uint8_t)(key->hash[i / 2] << 4 | digit);
        }
    }
    if (good) return;
    diag_error(bundle->diagnostics, node->mark,
               "sha256 is the SHA-256 of the key in 64 hexadecimal digits, never the key itself; "
               "printf %%s \"$KEY\" | sha256sum prints it");
}

static struct pn_slice read_text(struct bundle *bundle, const struct yaml_node *node)
{
    if (node == NULL) return pn_slice("", 0);
    for (size_t i = 0; i < node->text.len; i++) {
        if (node->text.at[i] >= ' ' && node->text.at[i] != 0x7f) continue;
        diag_error(bundle->diagnostics, node->mark, "no control characters here");
        break;
    }
    if (node->text.len == 0 || node->text.len > TEXT_BYTES_MAX) {
        diag_error(bundle->diagnostics, node->mark, "1 to %d bytes are wanted here",
                   TEXT_BYTES_MAX);
    }
    return node->text;
}

static void read_expires(struct bundle *bundle, const struct yaml_node *node,
                         struct bundle_key *key)
{
    struct pn_slice text = node->text;
    int64_t ms;

    if (text.len == 10) {
        const char *midnight = arena_format(bundle->arena, "%.*sT00:00:00Z", SLICE_ARGS(text));
        text = pn_slice(midnight, strlen(midnight));
    }
    if (timestamp_read(text, &ms) && ms > 0) {
        key->expires_s = (uint64_t)ms / 1000;
        return;
    }
    diag_error(bundle->diagnostics, node->mark,
               "a date is wanted here, such as 2027-01-31 or 2027-01-31T18:00:00Z");
}

/* Attributes that have a place of their own are not hidden among the others. */
static void check_attr(struct bundle *bundle, const struct yaml_node *attr)
{
    static const char *const own[] = { "user",   "agent",     "team",  "task",  "session",
                                       "key_id", "spiffe_id", "proof", "claims" };

    for (size_t i = 0; i < attr->pairs.count; i++) {
        const struct yaml_node *name = attr->pairs.items[i].key;
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) {
            if (!pn_slice_equal(name->text, pn_slice(own[k], strlen(own[k])))) continue;
            diag_error(bundle->diagnostics, name->mark, "P.attr.%s %s", own[k],
                       k < 4 ? "is set by the key of that name, beside attr"
                             : "is set by the gateway itself");
        }
    }
}

static void read_roles(struct bundle *bundle, const struct yaml_node *roles, struct bundle_key *key)
{
    for (size_t i = 0; i < roles->items.count; i++) {
        struct yaml_node *role = roles->items.items[i];
        bool plain = role->text.len > 0 && pn_slice_find(role->text, ',') == role->text.len;
        if (!plain || pn_slice_equal(role->text, PN_SLICE("*"))) {
            diag_error(bundle->diagnostics, role->mark, "a role is a name without commas");
        }
        LIST_PUSH(bundle->arena, &key->roles, role);
    }
}

static void check_unique(struct bundle *bundle, const struct bundle_key *key)
{
    for (size_t i = 0; i < bundle->keys.count; i++) {
        const struct bundle_key *other = &bundle->keys.items[i];
        if (memcmp(other->hash, key->hash, sizeof key->hash) == 0) {
            diag_error(bundle->diagnostics, key->mark, "this is the same key as '%.*s' on line %u",
                       SLICE_ARGS(other->id), other->mark.line);
        } else if (pn_slice_equal(other->id, key->id)) {
            diag_error(bundle->diagnostics, key->mark, "the key on line %u has this id already",
                       other->mark.line);
        }
    }
}

static void read_key(struct bundle *bundle, const struct yaml_node *node)
{
    struct yaml_node *id = NULL, *hash = NULL, *user = NULL, *agent = NULL, *team = NULL;
    struct yaml_node *task = NULL, *roles = NULL, *attr = NULL, *expires = NULL;
    struct yaml_field fields[] = { { "id", YAML_WANT_TEXT | YAML_REQUIRED, &id },
                                   { "sha256", YAML_WANT_TEXT | YAML_REQUIRED, &hash },
                                   { "user", YAML_WANT_TEXT, &user },
                                   { "agent", YAML_WANT_TEXT, &agent },
                                   { "team", YAML_WANT_TEXT, &team },
                                   { "task", YAML_WANT_TEXT, &task },
                                   { "roles", YAML_WANT_TEXTS, &roles },
                                   { "attr", YAML_WANT_MAP, &attr },
                                   { "expires", YAML_WANT_TEXT, &expires } };
    struct bundle_key key = { .mark = node->mark, .attr = { .type = CEL_MAP } };
    size_t errors_before = bundle->diagnostics->error_count;

    yaml_fields(bundle->diagnostics, node, "a key", FIELDS(fields));
    if (id == NULL || hash == NULL) return;
    key.mark = id->mark;
    key.id = read_text(bundle, id);
    read_hash(bundle, hash, &key);
    key.user = read_text(bundle, user);
    key.agent = read_text(bundle, agent);
    key.team = read_text(bundle, team);
    key.task = read_text(bundle, task);
    if (user == NULL && agent == NULL) {
        diag_error(bundle->diagnostics, node->mark, "a key belongs to a user, an agent, or both");
    }
    if (roles != NULL) read_roles(bundle, roles, &key);
    if (expires != NULL) read_expires(bundle, expires, &key);
    if (attr != NULL) {
        check_attr(bundle, attr);
        yaml_read_value(bundle->arena, bundle->diagnostics, attr, &key.attr);
    }
    if (bundle->diagnostics->error_count == errors_before) check_unique(bundle, &key);
    LIST_PUSH(bundle->arena, &bundle->keys, key);
}

void bundle_read_identity(struct bundle *bundle, const struct yaml_node *root)
{
    struct yaml_node *keys = NULL, *issuers = NULL, *attachments = NULL;
    struct yaml_field fields[] = { { "keys", YAML_WANT_LIST, &keys },
                                   { "issuers", YAML_WANT_LIST, &issuers },
                                   { "attachments", YAML_WANT_LIST, &attachments } };

    yaml_fields(bundle->diagnostics, root, "identity.yaml", FIELDS(fields));
    for (size_t i = 0; keys != NULL && i < keys->items.count; i++) {
        read_key(bundle, keys->items.items[i]);
    }
    if (issuers != NULL) bundle_read_issuers(bundle, issuers);
    if (attachments != NULL) bundle_read_attachments(bundle, attachments);
}
