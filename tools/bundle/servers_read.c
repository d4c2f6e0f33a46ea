/* servers.yaml: MCP servers behind the gate
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle.h"
#include "tools/bundle/field_name.h"
#include "tools/bundle/url.h"
#include "tools/compile/yaml_fields.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

/* credential: credential:NAME, or {name: credential:NAME, header: x-api-key, scheme: Bearer}. */
static void read_credential(struct bundle *bundle, const struct yaml_node *node,
                            struct bundle_upstream *upstream)
{
    struct yaml_node *name = NULL, *header = NULL, *scheme = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "header", YAML_WANT_TEXT, &header },
                                   { "scheme", YAML_WANT_TEXT, &scheme } };

    upstream->auth_header = PN_SLICE("authorization");
    upstream->auth_prefix = PN_SLICE("Bearer ");
    if (node->kind == YAML_SCALAR) {
        credential_read(bundle, node, &upstream->credential);
        return;
    }
    yaml_fields(bundle->diagnostics, node, "credential", FIELDS(fields));
    if (name != NULL) credential_read(bundle, name, &upstream->credential);
    if (header != NULL) {
        upstream->auth_header = field_name_read(bundle, header);
        upstream->auth_prefix = PN_SLICE("");
    }
    if (scheme == NULL) return;
    upstream->auth_prefix = field_scheme_read(bundle, scheme);
}

static void read_origins(struct bundle *bundle, const struct yaml_node *list,
                         struct bundle_server *server)
{
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        const struct yaml_node *origin = list->items.items[i];
        struct bundle_upstream parsed = { 0 };
        if (pn_slice_equal(origin->text, PN_SLICE("*"))) {
            diag_error(bundle->diagnostics, origin->mark, "origins are listed one by one");
        } else if (url_read(bundle, origin, &parsed) && parsed.path.len > 0) {
            diag_error(bundle->diagnostics, origin->mark, "an origin has no path");
        }
        if (origin->text.len > 0 && origin->text.at[origin->text.len - 1] == '/') {
            diag_error(bundle->diagnostics, origin->mark, "an origin has no slash at its end");
        }
        LIST_PUSH(bundle->arena, &server->origins, origin->text);
    }
}

static void read_revisions(struct bundle *bundle, const struct yaml_node *list,
                           struct bundle_server *server)
{
    static const char *const revisions[] = { "2024-11-05", "2025-03-26", "2025-06-18",
                                             "2025-11-25" };

    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        int bit = yaml_read_word(bundle->diagnostics, list->items.items[i], revisions, 4);
        if (bit >= 0) server->revisions = (uint16_t)(server->revisions | 1u << bit);
    }
}

static uint32_t read_ms(struct bundle *bundle, const struct yaml_node *node)
{
    uint64_t ms = 0;

    if (node == NULL || !yaml_read_milliseconds(bundle->diagnostics, node, &ms)) return 0;
    if (ms <= UINT32_MAX) return (uint32_t)ms;
    diag_error(bundle->diagnostics, node->mark, "this is too long");
    return 0;
}

static void check_name(struct bundle *bundle, const struct yaml_node *name)
{
    if (!is_plain_name(name->text)) {
        diag_error(bundle->diagnostics, name->mark,
                   "a server's name has letters, digits, '.', '_' and '-': it is part of a path");
    }
    for (size_t i = 0; i < bundle->servers.count; i++) {
        if (!pn_slice_equal_fold(bundle->servers.items[i].name, name->text)) continue;
        diag_error(bundle->diagnostics, name->mark, "there is a server of this name already");
    }
}

static void read_server(struct bundle *bundle, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *url = NULL, *credential = NULL, *origins = NULL, *egress = NULL;
    struct yaml_node *connect = NULL, *answer = NULL, *idle = NULL, *revisions = NULL;
    struct yaml_node *assertion = NULL, *credential_from = NULL, *exchange = NULL, *owner = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "url", YAML_WANT_TEXT | YAML_REQUIRED, &url },
                                   { "description", YAML_WANT_TEXT, NULL },
                                   { "owner", YAML_WANT_TEXT, &owner },
                                   { "credential", YAML_WANT_ANY, &credential },
                                   { "credential_from", YAML_WANT_MAP, &credential_from },
                                   { "exchange", YAML_WANT_MAP, &exchange },
                                   { "assertion", YAML_WANT_MAP, &assertion },
                                   { "origins", YAML_WANT_TEXTS, &origins },
                                   { "egress", YAML_WANT_TEXTS, &egress },
                                   { "connect_timeout", YAML_WANT_TEXT, &connect },
                                   { "timeout", YAML_WANT_TEXT, &answer },
                                   { "idle_timeout", YAML_WANT_TEXT, &idle },
                                   { "revisions", YAML_WANT_TEXTS, &revisions } };
    struct bundle_server server = { .mark = node->mark };
    struct bundle_upstream upstream = { 0 };

    yaml_fields(bundle->diagnostics, node, "a server", FIELDS(fields));
    if (name == NULL || url == NULL || !url_read(bundle, url, &upstream)) return;
    check_name(bundle, name);
    egress_read(bundle, egress, &upstream.egress);
    egress_check(bundle, url, &upstream);
    if (credential != NULL) read_credential(bundle, credential, &upstream);
    if (credential_from != NULL) {
        bundle_read_pass(bundle, credential_from, PN_PASS_CLIENT, &upstream);
    }
    if (exchange != NULL) bundle_read_pass(bundle, exchange, PN_PASS_EXCHANGE, &upstream);
    if (assertion != NULL) bundle_read_assertion(bundle, assertion, &upstream);
    upstream.connect_ms = read_ms(bundle, connect);
    upstream.answer_ms = read_ms(bundle, answer);
    upstream.idle_ms = read_ms(bundle, idle);
    read_origins(bundle, origins, &server);
    read_revisions(bundle, revisions, &server);
    upstream.name = name->text;
    server.name = name->text;
    if (owner != NULL) server.owner = owner->text;
    server.path = upstream.path.len > 0 ? upstream.path : PN_SLICE("/");
    upstream.path = PN_SLICE("");
    server.upstream = bundle_upstream(bundle, &upstream);
    LIST_PUSH(bundle->arena, &bundle->servers, server);
}

void bundle_read_servers(struct bundle *bundle, const struct yaml_node *root)
{
    struct yaml_node *servers = NULL, *apis = NULL;
    struct yaml_field fields[] = { { "servers", YAML_WANT_LIST, &servers },
                                   { "apis", YAML_WANT_ANY, &apis } };

    yaml_fields(bundle->diagnostics, root, "servers.yaml", FIELDS(fields));
    if (apis != NULL) diag_error(bundle->diagnostics, apis->mark, "not supported yet: HTTP APIs");
    for (size_t i = 0; servers != NULL && i < servers->items.count; i++) {
        read_server(bundle, servers->items.items[i]);
    }
}
