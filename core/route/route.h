/* route.h - what a request is for, by its path and method.
 *
 *     POST   /v1/chat/completions   a chat completion, JSON or streamed
 *     GET    /v1/models             the models the caller may use
 *     GET    /v1/models/<model>     one of them
 *     POST GET DELETE /mcp/<server> an MCP server (Streamable HTTP)
 *     POST   /oauth/token           tokens of the gateway's own
 *     GET    /oauth/jwks and /.well-known/...  documents: see core/resource_metadata.h
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ROUTE_H
#define PN_ROUTE_H

#include "core/base/step.h"
#include "core/http/h1_head.h"

enum pn_surface {
    PN_SURFACE_NONE,
    PN_SURFACE_CHAT,
    PN_SURFACE_MODELS,
    PN_SURFACE_MCP,
    PN_SURFACE_TOKENS,
    PN_SURFACE_METADATA,
};

/* What is published to anybody. */
enum pn_document {
    PN_DOCUMENT_NONE,
    PN_DOCUMENT_RESOURCE, /* RFC 9728, of `target` */
    PN_DOCUMENT_SERVER,   /* RFC 8414 */
    PN_DOCUMENT_KEYS,     /* RFC 7517 */
};

/* In which protocol a refusal is put, so that the caller's library can tell its agent. */
enum pn_dialect {
    PN_DIALECT_OPENAI, /* also for paths that are nothing: {"error":{...}} */
    PN_DIALECT_MCP,    /* JSON-RPC 2.0 */
    PN_DIALECT_OAUTH,  /* {"error":...} (RFC 6749, 5.2) */
};

struct pn_route {
    uint8_t surface;          /* enum pn_surface */
    uint8_t dialect;          /* enum pn_dialect */
    uint8_t document, target; /* enum pn_document; of RESOURCE an enum pn_surface, NONE for all */
    struct pn_slice
        name; /* MCP server or model of the path, escapes decoded; borrows from `text` */
    uint8_t text[128];
};

/* Find the route of a request by its path, which the head reader has accepted.
 *
 *   PN_REASON_NONE                `*route` is filled
 *   PN_REASON_ROUTE_UNKNOWN       nothing is there; surface NONE
 *   PN_REASON_METHOD_NOT_ALLOWED  something is there for other methods; surface and dialect are set */
enum pn_reason pn_route_find(struct pn_slice path, enum pn_h1_method method,
                             struct pn_route *route);

/* The methods of a surface, as an Allow field lists them (RFC 9110, 10.2.1). */
struct pn_slice pn_route_methods(enum pn_surface surface);

/* The surface's name in records and metrics: "llm", "mcp", "oauth", or empty. */
struct pn_slice pn_surface_name(enum pn_surface surface);

#endif
