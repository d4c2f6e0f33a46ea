/* Tokens that the gateway gets for an upstream: `credential_from` and `exchange`
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle.h"
#include "tools/bundle/url.h"
#include "tools/compile/yaml_fields.h"

enum { TEXT_BYTES_MAX = 256 };

static struct pn_slice read_text(struct bundle *bundle, const struct yaml_node *node)
{
    bool good = node->text.len > 0 && node->text.len <= TEXT_BYTES_MAX;

    for (size_t i = 0; i < node->text.len; i++) {
        if (node->text.at[i] < ' ' || node->text.at[i] >= 0x7F) good = false;
    }
    if (!good) {
        diag_error(bundle->diagnostics, node->mark, "1 to %d visible characters are wanted here",
                   TEXT_BYTES_MAX);
    }
    return node->text;
}

static void read_if_said(struct bundle *bundle, const struct yaml_node *node, struct pn_slice *text)
{
    if (node != NULL) *text = read_text(bundle, node);
}

/* The token endpoint is an upstream like any other, that no model or server leads to. */
static void read_endpoint(struct bundle *bundle, const struct yaml_node *url,
                          const struct yaml_node *egress, struct bundle_pass *pass)
{
    struct bundle_upstream to = { 0 };
    struct pn_url parts;

    if (!url_read(bundle, url, &to) || !url_check(bundle, url, &parts)) return;
    http_check(bundle, url, &parts, "read the client's secret and the tokens");
    egress_read(bundle, egress, &to.egress);
    egress_check(bundle, url, &to);
    to.name = to.authority;
    pass->at = bundle_upstream(bundle, &to);
}

/* The first colon parts it from the secret (RFC 7617, 2). */
static void check_client(struct bundle *bundle, const struct yaml_node *node)
{
    if (pn_slice_find(node->text, ':') == node->text.len) return;
    diag_error(bundle->diagnostics, node->mark, "a client_id with a secret has no colon");
}

static void check_alone(struct bundle *bundle, const struct yaml_node *node,
                        const struct bundle_upstream *upstream)
{
    if (upstream->credential.len == 0 && upstream->pass.kind == PN_PASS_NONE) return;
    diag_error(bundle->diagnostics, node->mark,
               "one of credential, credential_from and exchange is enough");
}

void bundle_read_pass(struct bundle *bundle, const struct yaml_node *node, enum pn_pass_kind kind,
                      struct bundle_upstream *upstream)
{
    struct yaml_node *url = NULL, *client_id = NULL, *credential = NULL, *scope = NULL;
    struct yaml_node *resource = NULL, *audience = NULL, *egress = NULL;
    struct yaml_node *issuer = NULL, *subject_audience = NULL;
    struct yaml_field fields[] = { { "token_url", YAML_WANT_TEXT | YAML_REQUIRED, &url },
                                   { "client_id", YAML_WANT_TEXT | YAML_REQUIRED, &client_id },
                                   { "credential", YAML_WANT_TEXT, &credential },
                                   { "scope", YAML_WANT_TEXT, &scope },
                                   { "resource", YAML_WANT_TEXT, &resource },
                                   { "audience", YAML_WANT_TEXT, &audience },
                                   { "egress", YAML_WANT_TEXTS, &egress },
                                   { "issuer", YAML_WANT_TEXT, &issuer },
                                   { "subject_audience", YAML_WANT_TEXT, &subject_audience } };
    bool exchange = kind == PN_PASS_EXCHANGE;
    struct bundle_pass pass = { .kind = kind };

    check_alone(bundle, node, upstream);
    if (!exchange) fields[2].want |= YAML_REQUIRED;
    yaml_fields(bundle->diagnostics, node, exchange ? "exchange" : "credential_from", fields,
                exchange ? 9 : 7);
    if (url == NULL || client_id == NULL) return;
    pass.client_id = read_text(bundle, client_id);
    if (credential != NULL) {
        credential_read(bundle, credential, &pass.credential);
        check_client(bundle, client_id);
    }
    read_if_said(bundle, scope, &pass.scope);
    read_if_said(bundle, resource, &pass.resource);
    read_if_said(bundle, audience, &pass.audience);
    read_if_said(bundle, issuer, &pass.issuer);
    if (exchange) pass.subject_audience = url->text;
    read_if_said(bundle, subject_audience, &pass.subject_audience);
    read_endpoint(bundle, url, egress, &pass);
    upstream->pass = pass;
}

bool bundle_same_pass(const struct bundle_pass *a, const struct bundle_pass *b)
{
    return a->kind == b->kind && a->at == b->at && pn_slice_equal(a->client_id, b->client_id) &&
           pn_slice_equal(a->credential, b->credential) && pn_slice_equal(a->scope, b->scope) &&
           pn_slice_equal(a->resource, b->resource) && pn_slice_equal(a->audience, b->audience) &&
           pn_slice_equal(a->issuer, b->issuer) &&
           pn_slice_equal(a->subject_audience, b->subject_audience);
}
