/* identity.yaml: who may call
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/peer_cert.h"
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

static struct pn_slice read_long_text(struct bundle *bundle, const struct yaml_node *node,
                                      size_t bytes_max)
{
    if (node == NULL) return pn_slice("", 0);
    for (size_t i = 0; i < node->text.len; i++) {
        if (node->text.at[i] >= ' ' && node->text.at[i] != 0x7f) continue;
        diag_error(bundle->diagnostics, node->mark, "no control characters here");
        break;
    }
    if (node->text.len == 0 || node->text.len > bytes_max) {
        diag_error(bundle->diagnostics, node->mark, "1 to %zu bytes are wanted here", bytes_max);
    }
    return node->text;
}

static struct pn_slice read_text(struct bundle *bundle, const struct yaml_node *node)
{
    return read_long_text(bundle, node, TEXT_BYTES_MAX);
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
            diag_error(bundle->diagnostics, key->mark, "this is the same %s as '%.*s' on line %u",
                       key->is_certificate ? "name" : "key", SLICE_ARGS(other->id),
                       other->mark.line);
        } else if (pn_slice_equal(other->id, key->id)) {
            diag_error(bundle->diagnostics, key->mark, "the %s on line %u has this %s already",
                       other->is_certificate ? "entry" : "key", other->mark.line,
                       other->is_certificate ? "name" : "id");
        }
    }
}

/* --- whom a key, or a certificate, stands for --- */

struct caller_nodes {
    struct yaml_node *user, *agent, *team, *task, *roles, *attr, *expires;
};

static void read_caller(struct bundle *bundle, const struct caller_nodes *at,
                        struct bundle_key *key)
{
    key->user = read_text(bundle, at->user);
    key->agent = read_text(bundle, at->agent);
    key->team = read_text(bundle, at->team);
    key->task = read_text(bundle, at->task);
    if (at->roles != NULL) read_roles(bundle, at->roles, key);
    if (at->expires != NULL) read_expires(bundle, at->expires, key);
    if (at->attr == NULL) return;
    check_attr(bundle, at->attr);
    yaml_read_value(bundle->arena, bundle->diagnostics, at->attr, &key->attr);
}

static void read_key(struct bundle *bundle, const struct yaml_node *node)
{
    struct yaml_node *id = NULL, *hash = NULL;
    struct caller_nodes at = { 0 };
    struct yaml_field fields[] = { { "id", YAML_WANT_TEXT | YAML_REQUIRED, &id },
                                   { "sha256", YAML_WANT_TEXT | YAML_REQUIRED, &hash },
                                   { "user", YAML_WANT_TEXT, &at.user },
                                   { "agent", YAML_WANT_TEXT, &at.agent },
                                   { "team", YAML_WANT_TEXT, &at.team },
                                   { "task", YAML_WANT_TEXT, &at.task },
                                   { "roles", YAML_WANT_TEXTS, &at.roles },
                                   { "attr", YAML_WANT_MAP, &at.attr },
                                   { "expires", YAML_WANT_TEXT, &at.expires } };
    struct bundle_key key = { .mark = node->mark, .attr = { .type = CEL_MAP } };
    size_t errors_before = bundle->diagnostics->error_count;

    yaml_fields(bundle->diagnostics, node, "a key", FIELDS(fields));
    if (id == NULL || hash == NULL) return;
    key.mark = id->mark;
    key.id = read_text(bundle, id);
    read_hash(bundle, hash, &key);
    read_caller(bundle, &at, &key);
    if (at.user == NULL && at.agent == NULL) {
        diag_error(bundle->diagnostics, node->mark, "a key belongs to a user, an agent, or both");
    }
    if (bundle->diagnostics->error_count == errors_before) check_unique(bundle, &key);
    LIST_PUSH(bundle->arena, &bundle->keys, key);
}

/* --- certificates --- */

/* An identifier of a workload, or with "/ *" (without the blank) at its end all below a path. */
static void read_spiffe_id(struct bundle *bundle, const struct yaml_node *node,
                           struct bundle_key *key)
{
    struct pn_slice text = read_long_text(bundle, node, PN_SPIFFE_ID_BYTES_MAX), id = text;
    struct pn_spiffe_id read;
    bool all = text.len > 2 && text.at[text.len - 1] == '*' && text.at[text.len - 2] == '/';

    if (all) id.len -= 2;
    if (!pn_spiffe_read(id, &read) || !pn_spiffe_fits(&read) || (!all && read.path.len == 0)) {
        diag_error(
            bundle->diagnostics, node->mark,
            "a SPIFFE identifier is wanted here, such as spiffe://example.org/agents/triage, "
            "or spiffe://example.org/agents/* for all below a path");
    }
    key->id = text;
    pn_cert_digest(PN_CERT_SPIFFE_ID, text, key->hash);
}

static void read_dns_name(struct bundle *bundle, const struct yaml_node *node,
                          struct bundle_key *key)
{
    key->id = read_text(bundle, node);
    for (size_t i = 0; i < key->id.len; i++) {
        if (pn_ascii_lower(key->id.at[i]) == key->id.at[i] && key->id.at[i] != '*') continue;
        diag_error(bundle->diagnostics, node->mark,
                   "a DNS name in lower case is wanted here, without wildcards");
        break;
    }
    pn_cert_digest(PN_CERT_DNS_NAME, key->id, key->hash);
}

static void read_common_name(struct bundle *bundle, const struct yaml_node *node,
                             struct bundle_key *key)
{
    key->id = read_text(bundle, node);
    pn_cert_digest(PN_CERT_COMMON_NAME, key->id, key->hash);
}

static void read_certificate(struct bundle *bundle, const struct yaml_node *node)
{
    struct yaml_node *spiffe = NULL, *dns = NULL, *common = NULL;
    struct caller_nodes at = { 0 };
    struct yaml_field fields[] = {
        { "spiffe_id", YAML_WANT_TEXT, &spiffe },   { "dns_name", YAML_WANT_TEXT, &dns },
        { "common_name", YAML_WANT_TEXT, &common }, { "user", YAML_WANT_TEXT, &at.user },
        { "agent", YAML_WANT_TEXT, &at.agent },     { "team", YAML_WANT_TEXT, &at.team },
        { "task", YAML_WANT_TEXT, &at.task },       { "roles", YAML_WANT_TEXTS, &at.roles },
        { "attr", YAML_WANT_MAP, &at.attr },        { "expires", YAML_WANT_TEXT, &at.expires }
    };
    struct bundle_key key = { .is_certificate = true,
                              .mark = node->mark,
                              .attr = { .type = CEL_MAP } };
    size_t errors_before = bundle->diagnostics->error_count;

    yaml_fields(bundle->diagnostics, node, "a certificate", FIELDS(fields));
    if ((spiffe != NULL) + (dns != NULL) + (common != NULL) != 1) {
        diag_error(bundle->diagnostics, node->mark,
                   "an entry is for one spiffe_id, dns_name or common_name");
        return;
    }
    if (spiffe != NULL) read_spiffe_id(bundle, spiffe, &key);
    if (dns != NULL) read_dns_name(bundle, dns, &key);
    if (common != NULL) read_common_name(bundle, common, &key);
    read_caller(bundle, &at, &key);
    if (bundle->diagnostics->error_count == errors_before) check_unique(bundle, &key);
    LIST_PUSH(bundle->arena, &bundle->keys, key);
}

void bundle_read_identity(struct bundle *bundle, const struct yaml_node *root)
{
    struct yaml_node *keys = NULL, *certificates = NULL, *issuers = NULL, *attachments = NULL;
    struct yaml_field fields[] = { { "keys", YAML_WANT_LIST, &keys },
                                   { "certificates", YAML_WANT_LIST, &certificates },
                                   { "issuers", YAML_WANT_LIST, &issuers },
                                   { "attachments", YAML_WANT_LIST, &attachments } };

    yaml_fields(bundle->diagnostics, root, "identity.yaml", FIELDS(fields));
    for (size_t i = 0; keys != NULL && i < keys->items.count; i++) {
        read_key(bundle, keys->items.items[i]);
    }
    for (size_t i = 0; certificates != NULL && i < certificates->items.count; i++) {
        read_certificate(bundle, certificates->items.items[i]);
    }
    if (issuers != NULL) bundle_read_issuers(bundle, issuers);
    if (attachments != NULL) bundle_read_attachments(bundle, attachments);
}
