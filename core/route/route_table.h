/* route_table.h - models, MCP servers and upstreams of the active policy.
 *
 * The sections stay where the blob lies; opening checks every record once, and after that a lookup
 * cannot fail in any other way than "there is no such name". Names are compared byte for byte.
 * What is returned borrows from the sections and lives as long as they do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ROUTE_TABLE_H
#define PN_ROUTE_TABLE_H

#include "core/base/slice.h"
#include "core/route/route_format.h"

/* The sections as they lie in the body; one that the body lacks is empty. Also what is opened. */
struct pn_route_table {
    struct pn_slice strings;
    struct pn_slice upstreams;
    struct pn_slice models;
    struct pn_slice servers;
    struct pn_slice origins;
    struct pn_slice assertions; /* looked up by assertion_table.h */
    struct pn_slice passes;     /* looked up by pass_table.h */
    struct pn_slice owners;     /* looked up by owner_table.h */
};

/* The table of a body's sections, by their numbers. */
static inline struct pn_route_table pn_route_table_of(const struct pn_slice *section)
{
    return (struct pn_route_table){
        .strings = section[PN_SECTION_STRINGS],
        .upstreams = section[PN_SECTION_UPSTREAMS],
        .models = section[PN_SECTION_MODELS],
        .servers = section[PN_SECTION_SERVERS],
        .origins = section[PN_SECTION_ORIGINS],
        .assertions = section[PN_SECTION_ASSERTIONS],
        .passes = section[PN_SECTION_PASSES],
        .owners = section[PN_SECTION_OWNERS],
    };
}

struct pn_upstream {
    struct pn_slice name;
    struct pn_slice host;
    struct pn_slice authority;
    struct pn_slice path;       /* "" or "/v1": goes before the path of a request */
    struct pn_slice credential; /* empty: the upstream wants none */
    struct pn_slice auth_header;
    struct pn_slice auth_prefix;
    enum pn_scheme scheme;
    uint16_t port;
    uint8_t egress;                          /* bits of enum pn_egress */
    uint32_t connect_ms, answer_ms, idle_ms; /* 0: the device's own setting */
};

struct pn_model {
    struct pn_slice name;
    struct pn_slice group; /* judge this one, or an alias would pass by a rule on its target */
    struct pn_slice upstream_name;
    struct pn_slice provider;
    uint16_t upstream; /* index for pn_upstream_at() */
};

struct pn_server {
    struct pn_slice name;
    struct pn_slice path;
    uint16_t upstream;  /* index for pn_upstream_at() */
    uint16_t revisions; /* bits of enum pn_mcp_revision, never 0 */
    uint32_t origin_first, origin_count;
};

/* Check all records of `table`, whose slices the caller has set.
 *
 *   true   every lookup below is safe
 *   false  not what the format says; the policy must not become active */
bool pn_route_table_check(const struct pn_route_table *table);

/* The counts, and the record at an index below the count. Models and servers come in the order of
 * their names. */
size_t pn_upstream_count(const struct pn_route_table *table);
size_t pn_model_count(const struct pn_route_table *table);
size_t pn_server_count(const struct pn_route_table *table);
struct pn_upstream pn_upstream_at(const struct pn_route_table *table, size_t index);
struct pn_model pn_model_at(const struct pn_route_table *table, size_t index);
struct pn_server pn_server_at(const struct pn_route_table *table, size_t index);

/* The name of the secret that the device must hold for the upstream: its credential, or what proves
 * the gateway to the authorization server that its token is from. Empty: none. */
struct pn_slice pn_upstream_secret(const struct pn_route_table *table, size_t index);

/* Find by name: true and `*model` (`*server`) filled, or false and untouched. */
bool pn_model_find(const struct pn_route_table *table, struct pn_slice name,
                   struct pn_model *model);
bool pn_server_find(const struct pn_route_table *table, struct pn_slice name,
                    struct pn_server *server);

/* The text that a record has at `record`, and whether the `count` texts from there on lie within the
 * strings: for tables that upstreams are looked up in. */
struct pn_slice pn_route_text_at(const struct pn_route_table *table, const uint8_t *record);
bool pn_route_texts_are_valid(const struct pn_route_table *table, const uint8_t *record,
                              size_t count);

/* Do records of `bytes` each begin with the index of an upstream (u16), ascending, none twice? */
bool pn_route_is_by_upstream(const struct pn_route_table *table, struct pn_slice records,
                             size_t bytes);

/* True when `origin`, the value of an Origin field, is one that the server lists. */
bool pn_server_lists_origin(const struct pn_route_table *table, const struct pn_server *server,
                            struct pn_slice origin);

#endif
