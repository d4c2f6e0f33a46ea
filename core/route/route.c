/* see route.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/route.h"

#include "core/http/target.h"

static bool is(struct pn_slice segment, struct pn_slice text)
{
    return pn_slice_equal(segment, text);
}

/* Decode the last segment of `path` as a name; false when there is more, or nothing. */
static bool take_name(struct pn_slice path, struct pn_route *route)
{
    struct pn_writer w = pn_writer(route->text, sizeof route->text);
    struct pn_slice segment;

    if (!pn_target_segment(&path, &segment) || segment.len == 0 || path.len > 0) return false;
    pn_target_decode(&w, segment);
    route->name = pn_written(&w);
    return !w.full;
}

/* Model names may hold slashes: "openai/gpt-4o" is the rest of the path. */
static bool take_rest(struct pn_slice path, struct pn_route *route)
{
    struct pn_writer w = pn_writer(route->text, sizeof route->text);

    if (path.len < 2) return false;
    pn_target_decode(&w, pn_slice_from(path, 1));
    route->name = pn_written(&w);
    return !w.full;
}

static enum pn_surface surface_of_v1(struct pn_slice path, struct pn_route *route)
{
    struct pn_slice segment;

    if (!pn_target_segment(&path, &segment)) return PN_SURFACE_NONE;
    if (is(segment, PN_SLICE("models"))) {
        return path.len == 0 || take_rest(path, route) ? PN_SURFACE_MODELS : PN_SURFACE_NONE;
    }
    if (!is(segment, PN_SLICE("chat")) || !pn_target_segment(&path, &segment))
        return PN_SURFACE_NONE;
    return is(segment, PN_SLICE("completions")) && path.len == 0 ? PN_SURFACE_CHAT
                                                                 : PN_SURFACE_NONE;
}

static enum pn_surface document_of(enum pn_document document, struct pn_route *route)
{
    route->document = (uint8_t)document;
    return PN_SURFACE_METADATA;
}

/* The route's own path follows (RFC 9728, 3.1). */
static enum pn_surface surface_of_resource(struct pn_slice path, struct pn_route *route)
{
    struct pn_slice segment;

    if (path.len == 0) return document_of(PN_DOCUMENT_RESOURCE, route);
    if (!pn_target_segment(&path, &segment)) return PN_SURFACE_NONE;
    bool mcp = is(segment, PN_SLICE("mcp")) && take_name(path, route);
    if (!mcp && (!is(segment, PN_SLICE("v1")) || path.len > 0)) return PN_SURFACE_NONE;
    route->target = mcp ? PN_SURFACE_MCP : PN_SURFACE_MODELS;
    return document_of(PN_DOCUMENT_RESOURCE, route);
}

static enum pn_surface surface_of_well_known(struct pn_slice path, struct pn_route *route)
{
    struct pn_slice segment;

    if (!pn_target_segment(&path, &segment)) return PN_SURFACE_NONE;
    if (is(segment, PN_SLICE("oauth-protected-resource"))) return surface_of_resource(path, route);
    bool server = is(segment, PN_SLICE("oauth-authorization-server")) && path.len == 0;
    return server ? document_of(PN_DOCUMENT_SERVER, route) : PN_SURFACE_NONE;
}

static enum pn_surface surface_of_oauth(struct pn_slice path, struct pn_route *route)
{
    if (is(path, PN_SLICE("/token"))) return PN_SURFACE_TOKENS;
    return is(path, PN_SLICE("/jwks")) ? document_of(PN_DOCUMENT_KEYS, route) : PN_SURFACE_NONE;
}

static enum pn_surface surface_of(struct pn_slice path, struct pn_route *route)
{
    struct pn_slice segment;

    if (!pn_target_segment(&path, &segment)) return PN_SURFACE_NONE;
    if (is(segment, PN_SLICE("v1"))) return surface_of_v1(path, route);
    if (is(segment, PN_SLICE("mcp")) && take_name(path, route)) return PN_SURFACE_MCP;
    if (is(segment, PN_SLICE(".well-known"))) return surface_of_well_known(path, route);
    if (is(segment, PN_SLICE("oauth"))) return surface_of_oauth(path, route);
    return PN_SURFACE_NONE;
}

static bool takes(enum pn_surface surface, enum pn_h1_method method)
{
    switch (surface) {
    case PN_SURFACE_CHAT:
    case PN_SURFACE_TOKENS: return method == PN_METHOD_POST;
    case PN_SURFACE_METADATA:
    case PN_SURFACE_MODELS: return method == PN_METHOD_GET;
    case PN_SURFACE_MCP:
        return method == PN_METHOD_POST || method == PN_METHOD_GET || method == PN_METHOD_DELETE;
    case PN_SURFACE_NONE: break;
    }
    return false;
}

enum pn_reason pn_route_find(struct pn_slice path, enum pn_h1_method method, struct pn_route *route)
{
    *route = (struct pn_route){ .surface = PN_SURFACE_NONE };
    route->surface = (uint8_t)surface_of(path, route);
    if (route->surface == PN_SURFACE_NONE) return PN_REASON_ROUTE_UNKNOWN;
    if (route->surface == PN_SURFACE_MCP) route->dialect = PN_DIALECT_MCP;
    if (route->surface == PN_SURFACE_TOKENS) route->dialect = PN_DIALECT_OAUTH;
    return takes((enum pn_surface)route->surface, method) ? PN_REASON_NONE
                                                          : PN_REASON_METHOD_NOT_ALLOWED;
}

struct pn_slice pn_route_methods(enum pn_surface surface)
{
    switch (surface) {
    case PN_SURFACE_CHAT:
    case PN_SURFACE_TOKENS: return PN_SLICE("POST");
    case PN_SURFACE_METADATA:
    case PN_SURFACE_MODELS: return PN_SLICE("GET");
    case PN_SURFACE_MCP: return PN_SLICE("GET, POST, DELETE");
    case PN_SURFACE_NONE: break;
    }
    return PN_SLICE("");
}

struct pn_slice pn_surface_name(enum pn_surface surface)
{
    switch (surface) {
    case PN_SURFACE_CHAT:
    case PN_SURFACE_MODELS: return PN_SLICE("llm");
    case PN_SURFACE_MCP: return PN_SLICE("mcp");
    case PN_SURFACE_TOKENS:
    case PN_SURFACE_METADATA: return PN_SLICE("oauth");
    case PN_SURFACE_NONE: break;
    }
    return PN_SLICE("");
}
