/* route_format.h - the routing sections of a policy body, byte by byte.
 *
 * The host writes these records (tools/bundle), route_table.c reads them where they lie. All
 * integers are little-endian and nothing is aligned. A text is a pair (at u32, len u32) into the
 * string section, which every gateway section shares. Records have a fixed size and are sorted, so
 * a lookup is a binary search. Reserved bytes are zero; a reader refuses others, so that a later
 * format can use them.
 *
 *   PN_SECTION_STRINGS    bytes of all texts, in no order
 *   PN_SECTION_UPSTREAMS  where requests go
 *   PN_SECTION_MODELS     public model names, sorted bytewise, each once
 *   PN_SECTION_SERVERS    MCP servers, sorted bytewise by name, each once
 *   PN_SECTION_ORIGINS    texts (8 bytes each), ranges of which belong to servers
 *   PN_SECTION_ASSERTIONS what upstreams are told of the caller, ascending by upstream, each once
 *   PN_SECTION_PASSES     upstreams whose credential is a token that is asked for; the same order
 *   PN_SECTION_OWNERS     who answers for models and servers; models first, ascending by index
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ROUTE_FORMAT_H
#define PN_ROUTE_FORMAT_H

#define PN_SECTION_STRINGS    32
#define PN_SECTION_UPSTREAMS  33
#define PN_SECTION_MODELS     34
#define PN_SECTION_SERVERS    35
#define PN_SECTION_ORIGINS    36
#define PN_SECTION_ASSERTIONS 37
#define PN_SECTION_PASSES     38
#define PN_SECTION_OWNERS     39

#define PN_TEXT_BYTES 8

/* One upstream: offsets inside its record. */
#define PN_UPSTREAM_NAME       0  /* text: as the bundle calls it, for errors and metrics */
#define PN_UPSTREAM_HOST       8  /* text: DNS name or address, IPv6 without brackets */
#define PN_UPSTREAM_AUTHORITY  16 /* text: what the Host field says */
#define PN_UPSTREAM_PATH       24 /* text: base path, "" or "/..." without a slash at its end */
#define PN_UPSTREAM_CREDENTIAL 32 /* text: name of a secret that the device holds; "" for none */
#define PN_UPSTREAM_AUTH_HEADER \
    40                             /* text: field that carries the secret, such as authorization   \
                                    */
#define PN_UPSTREAM_AUTH_PREFIX 48 /* text: what stands before it, such as "Bearer " */
#define PN_UPSTREAM_PORT        56 /* u16 */
#define PN_UPSTREAM_SCHEME      58 /* u8: enum pn_scheme */
#define PN_UPSTREAM_EGRESS      59 /* u8: bits of enum pn_egress */
#define PN_UPSTREAM_CONNECT_MS  60 /* u32: 0 leaves it to the device */
#define PN_UPSTREAM_ANSWER_MS   64 /* u32: until the first byte of the answer; 0 as above */
#define PN_UPSTREAM_IDLE_MS     68 /* u32: between two reads of an answer; 0 as above */
#define PN_UPSTREAM_BYTES       72

enum pn_scheme {
    PN_SCHEME_NONE, /* never in a valid record */
    PN_SCHEME_HTTP,
    PN_SCHEME_HTTPS,
};

/* Addresses that are refused as destinations unless the bundle says otherwise. */
enum pn_egress {
    PN_EGRESS_LOOPBACK = 1, /* 127.0.0.0/8, ::1 */
};

/* One public model name. An alias is a record of its own with the same upstream. */
#define PN_MODEL_NAME          0  /* text: what clients ask for */
#define PN_MODEL_GROUP         8  /* text: the name that rules judge; differs for an alias only */
#define PN_MODEL_UPSTREAM_NAME 16 /* text: what the upstream calls it */
#define PN_MODEL_PROVIDER      24 /* text: such as openai */
#define PN_MODEL_UPSTREAM      32 /* u16: index of its upstream */
#define PN_MODEL_RESERVED      34 /* u16: 0 */
#define PN_MODEL_BYTES         36

/* One MCP server. */
#define PN_SERVER_NAME         0  /* text */
#define PN_SERVER_PATH         8  /* text: where its endpoint is, "/..." */
#define PN_SERVER_UPSTREAM     16 /* u16: index of its upstream */
#define PN_SERVER_REVISIONS    18 /* u16: bits of enum pn_mcp_revision; 0 means all of them */
#define PN_SERVER_ORIGIN_FIRST 20 /* u32: index into the origins */
#define PN_SERVER_ORIGIN_COUNT 24 /* u32 */
#define PN_SERVER_BYTES        28

/* Who answers for a model or a server. */
#define PN_OWNER_WHAT  0 /* u8: enum pn_owns */
#define PN_OWNER_ZERO  1 /* u8: 0 */
#define PN_OWNER_INDEX 2 /* u16: of the model or the server */
#define PN_OWNER_NAME  4 /* text */
#define PN_OWNER_BYTES 12

enum pn_owns { PN_OWNS_MODEL = 1, PN_OWNS_SERVER };

/* An upstream that is told who is calling, by an assertion that the gateway signs. */
#define PN_ASSERTION_UPSTREAM   0  /* u16: index of the upstream */
#define PN_ASSERTION_FLAGS      2  /* u8: bits of enum pn_assertion_flag */
#define PN_ASSERTION_ZERO       3  /* u8: 0 */
#define PN_ASSERTION_LIFETIME_S 4  /* u32: PN_ASSERTION_LIFETIME_MIN_S to _MAX_S */
#define PN_ASSERTION_ISSUER     8  /* text: the claim iss; "" for the device's public_url */
#define PN_ASSERTION_AUDIENCE   16 /* text: the claim aud */
#define PN_ASSERTION_HEADER     24 /* text: field that carries it */
#define PN_ASSERTION_PREFIX     32 /* text: what stands before it, such as "Bearer " */
#define PN_ASSERTION_BYTES      40

enum pn_assertion_flag {
    PN_ASSERTION_PER_CALL = 1, /* one is signed for each call, with the decision's id as jti */
};

/* An upstream that is shown a token of an authorization server's. */
#define PN_PASS_UPSTREAM         0  /* u16: index of the upstream */
#define PN_PASS_AT               2  /* u16: index of the upstream that is the token endpoint */
#define PN_PASS_KIND             4  /* u8: enum pn_pass_kind */
#define PN_PASS_ZERO             5  /* 3 bytes: 0 */
#define PN_PASS_CLIENT_ID        8  /* text */
#define PN_PASS_CREDENTIAL       16 /* text: name of a secret that the device holds; "" for none */
#define PN_PASS_SCOPE            24 /* text, as are all: "" is not asked for */
#define PN_PASS_RESOURCE         32
#define PN_PASS_AUDIENCE         40
#define PN_PASS_ISSUER           48 /* text: iss of the assertion that is exchanged, as above... */
#define PN_PASS_SUBJECT_AUDIENCE 56 /* ...and its claim aud */
#define PN_PASS_BYTES            64

enum pn_pass_kind {
    PN_PASS_NONE,     /* never in a valid record */
    PN_PASS_CLIENT,   /* client_credentials */
    PN_PASS_EXCHANGE, /* token exchange */
};

enum { PN_ASSERTION_LIFETIME_MIN_S = 10, PN_ASSERTION_LIFETIME_MAX_S = 3600 };

/* Revisions of the MCP protocol that a server may be spoken to in. */
enum pn_mcp_revision {
    PN_MCP_2024_11_05 = 1,
    PN_MCP_2025_03_26 = 2,
    PN_MCP_2025_06_18 = 4,
    PN_MCP_2025_11_25 = 8,
    PN_MCP_REVISIONS_ALL = 15,
};

#endif
