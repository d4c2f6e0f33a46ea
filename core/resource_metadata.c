/* see resource_metadata.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/resource_metadata.h"

#include "core/public_url.h"
#include "core/reply.h"

#define WELL_KNOWN "/.well-known/oauth-protected-resource"

static void write_url(struct pn_writer *w, const struct pn_exchange *x, struct pn_slice path)
{
    pn_write_text(w, "\"");
    pn_public_url_write(w, x); /* of an authority nothing needs an escape */
    pn_write(w, path);
    pn_write_text(w, "\"");
}

static bool mints(const struct pn_exchange *x)
{
    return x->config->token_key->there;
}

/* --- RFC 9728 --- */

static void write_servers(struct pn_writer *w, const struct pn_exchange *x)
{
    const struct pn_issuer_table *issuers = &pn_exchange_policy(x)->issuers;
    bool any = false;

    pn_write_text(w, ",\"authorization_servers\":[");
    for (size_t i = 0; i < pn_issuer_count(issuers); i++) {
        struct pn_slice name = pn_issuer_name_at(issuers, i);
        if (name.len == 0) continue;
        if (any) pn_write_byte(w, ',');
        any = true;
        pn_write_json_string(w, name);
    }
    if (mints(x)) {
        if (any) pn_write_byte(w, ',');
        write_url(w, x, PN_SLICE(""));
    }
    pn_write_byte(w, ']');
}

/* Words that a scope may hold to give a role, each once. */
static void write_scopes(struct pn_writer *w, const struct pn_exchange *x)
{
    const struct pn_issuer_table *issuers = &pn_exchange_policy(x)->issuers;
    struct pn_slice word;
    bool any = false;

    for (size_t i = 0; pn_issuer_scope_at(issuers, i, &word); i++) {
        struct pn_slice before;
        size_t k = 0;
        while (k < i && pn_issuer_scope_at(issuers, k, &before) && !pn_slice_equal(before, word))
            k++;
        if (k < i) continue;
        pn_write(w, any ? PN_SLICE(",") : PN_SLICE(",\"scopes_supported\":["));
        pn_write_json_string(w, word);
        any = true;
    }
    if (any) pn_write_byte(w, ']');
}

static void write_resource(struct pn_writer *w, const struct pn_exchange *x, struct pn_slice name)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_writer path = pn_writer(room, sizeof room);
    struct pn_route route = x->route;

    route.surface = x->route.target;
    pn_public_path_write(&path, &route);
    pn_write_text(w, "{\"resource\":");
    write_url(w, x, pn_written(&path));
    write_servers(w, x);
    write_scopes(w, x);
    pn_write_text(w, ",\"bearer_methods_supported\":[\"header\"],\"resource_name\":");
    pn_write_json_string(w, name);
    pn_write_text(w, "}");
}

static enum pn_reason answer_resource(struct pn_exchange *x, struct pn_writer *w)
{
    const struct pn_active *active = pn_exchange_policy(x);
    bool server = x->route.target == PN_SURFACE_MCP;
    struct pn_server found;

    if (!mints(x) && pn_issuer_count(&active->issuers) == 0) return PN_REASON_ROUTE_UNKNOWN;
    if (server && !pn_server_find(&active->routes, x->route.name, &found)) {
        return PN_REASON_ROUTE_UNKNOWN;
    }
    write_resource(w, x, server ? found.name : PN_SLICE("postern"));
    return PN_REASON_NONE;
}

/* --- the gateway as an authorization server --- */

static void write_server(struct pn_writer *w, const struct pn_exchange *x)
{
    pn_write_text(w, "{\"issuer\":");
    write_url(w, x, PN_SLICE(""));
    /* No grant here uses it and nothing is there, but official clients take no metadata without. */
    pn_write_text(w, ",\"authorization_endpoint\":");
    write_url(w, x, PN_SLICE("/oauth/authorize"));
    pn_write_text(w, ",\"token_endpoint\":");
    write_url(w, x, PN_SLICE("/oauth/token"));
    pn_write_text(w, ",\"jwks_uri\":");
    write_url(w, x, PN_SLICE("/oauth/jwks"));
    pn_write_text(w,
                  ",\"grant_types_supported\":[\"client_credentials\","
                  "\"urn:ietf:params:oauth:grant-type:token-exchange\"],"
                  "\"response_types_supported\":[],"
                  "\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\",\"none\"]}");
}

static enum pn_reason write_document(struct pn_exchange *x, struct pn_writer *w)
{
    switch ((enum pn_document)x->route.document) {
    case PN_DOCUMENT_RESOURCE: return answer_resource(x, w);
    case PN_DOCUMENT_SERVER:
        if (!mints(x)) break;
        write_server(w, x);
        return PN_REASON_NONE;
    case PN_DOCUMENT_KEYS:
        if (!mints(x)) break;
        pn_write_text(w, "{\"keys\":[");
        pn_token_key_write_jwk(w, x->config->token_key);
        pn_write_text(w, "]}");
        return PN_REASON_NONE;
    case PN_DOCUMENT_NONE: break;
    }
    return PN_REASON_ROUTE_UNKNOWN;
}

enum pn_reason pn_metadata_answer(struct pn_exchange *x)
{
    struct pn_writer w = pn_writer(x->rx, PN_RELAY_BYTES);
    enum pn_reason reason = write_document(x, &w);

    if (reason != PN_REASON_NONE) return reason;
    if (w.full) return PN_REASON_ROUTE_UNKNOWN;
    pn_reply_json(x, pn_written(&w));
    return PN_REASON_NONE;
}

void pn_metadata_url_write(struct pn_writer *w, const struct pn_exchange *x)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_writer path = pn_writer(room, sizeof room);

    pn_public_path_write(&path, &x->route);
    if (path.full || path.len == 0) return;
    pn_public_url_write(w, x);
    pn_write_text(w, WELL_KNOWN);
    pn_write(w, pn_written(&path));
}
