/* Requests that are refused for what they are: HTTP, JSON, routes, MCP.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/provocation.h"

#define ODD_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"

static struct sim_conn *large_head(struct desk *d)
{
    static char request[PN_HEAD_BYTES + 64];

    snprintf(request, sizeof request, "GET /v1/models HTTP/1.1\r\nHost: x\r\nX-A: %0*d\r\n\r\n",
             PN_HEAD_BYTES, 1);
    return desk_ask(d, request);
}

static struct sim_conn *slow_head(struct desk *d)
{
    struct sim_conn *client = desk_ask(d, "GET /v1/models HTTP/1.1\r\nHo");

    desk_wait(d, 10100);
    return client;
}

static struct sim_conn *stalled_body(struct desk *d)
{
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 9000\r\n\r\n");

    desk_wait(d, 10100);
    return client;
}

static struct sim_conn *slow_body(struct desk *d)
{
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 9000\r\n\r\n{");

    for (int i = 0; i < 20; i++) {
        desk_wait(d, 1000);
        sim_push_text(client, " ");
    }
    desk_run(d);
    return client;
}

static void little_pool(struct pn_config *config)
{
    config->limits.body_bytes_total = 1000;
}

static struct sim_conn *full_pool(struct desk *d)
{
    struct sim_conn *holder = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 1000\r\n\r\n{");
    static char filler[999];

    memset(filler, ' ', sizeof filler - 1);
    sim_push(holder, pn_slice((uint8_t *)filler, sizeof filler - 1));
    desk_run(d);
    struct sim_conn *client = desk_ask(d, CHAT_HEAD TIER_1 JSON "Content-Length: 50\r\n\r\n{\"m");
    desk_wait(d, 2100);
    return client;
}

static void few_keys(struct pn_config *config)
{
    config->limits.json_keys_max = 64;
}

static struct sim_conn *many_keys(struct desk *d)
{
    static char body[4096];
    int len = snprintf(body, sizeof body, "{");

    for (int i = 0; i < 100; i++) {
        len += snprintf(body + len, sizeof body - (size_t)len, "\"k%d\":1,", i);
    }
    snprintf(body + len, sizeof body - (size_t)len, "\"z\":1}");
    return desk_ask(d, desk_post(CHAT, TIER_1, body));
}

static struct sim_conn *deep_body(struct desk *d)
{
    static char body[256] = "{\"a\":";

    memset(body + 5, '[', 100);
    return desk_ask(d, desk_post(CHAT, TIER_1, body));
}

const struct provocation provocations_of_requests[PN_REASON_COUNT] = {
    [PN_REASON_HEAD_MALFORMED] = RAW("GET\r\n\r\n"),
    [PN_REASON_LINE_END_INVALID] = RAW(MODELS "Host: x\n\r\n"),
    [PN_REASON_FIELD_FOLDED] = RAW(MODELS "Host: x\r\nX-A: b\r\n c\r\n\r\n"),
    [PN_REASON_HEAD_OVERSIZE] = { .act = large_head,
                                  .detail = "head_bytes is 8192 bytes in at most 64 fields." },
    [PN_REASON_VERSION_UNSUPPORTED] = RAW("GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
    [PN_REASON_METHOD_UNSUPPORTED] = RAW("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_TARGET_INVALID] = RAW("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_HOST_MISSING] = RAW(MODELS "\r\n"),
    [PN_REASON_HOST_REPEATED] = RAW(MODELS "Host: x\r\nHost: x\r\n\r\n"),
    [PN_REASON_HOST_INVALID] = RAW(MODELS "Host: x y\r\n\r\n"),
    [PN_REASON_FIELD_REPEATED] = RAW(MODELS "Host: x\r\n" TIER_1 TIER_1 "\r\n"),
    [PN_REASON_LENGTH_INVALID] = RAW(CHAT_HEAD "Content-Length: +1\r\n\r\n"),
    [PN_REASON_LENGTH_REPEATED] = RAW(CHAT_HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"),
    [PN_REASON_LENGTH_AND_CHUNKED] =
        RAW(CHAT_HEAD "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    [PN_REASON_LENGTH_REQUIRED] = RAW(CHAT_HEAD TIER_1 JSON "\r\n"),
    [PN_REASON_CODING_UNSUPPORTED] = RAW(CHAT_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    [PN_REASON_CHUNK_MALFORMED] =
        RAW(CHAT_HEAD TIER_1 JSON "Transfer-Encoding: chunked\r\n\r\n2\r\n{}}\r\n"),
    [PN_REASON_EXPECTATION_UNKNOWN] = RAW(CHAT_HEAD "Expect: tea\r\nContent-Length: 1\r\n\r\n"),
    [PN_REASON_HEAD_TIMEOUT] = { .act = slow_head, .detail = "head_ms is 10000 ms." },
    [PN_REASON_BODY_TIMEOUT] = { .act = stalled_body },
    [PN_REASON_BODY_TOO_SLOW] = { .act = slow_body, .detail = "body_rate_min is 512 bytes/s." },
    [PN_REASON_BODY_TOO_LARGE] = { .raw = CHAT_HEAD TIER_1 JSON "Content-Length: 1048577\r\n\r\n",
                                   .detail = "body_bytes_max is 1048576 bytes." },
    [PN_REASON_BODY_POOL_FULL] = { .act = full_pool,
                                   .change = little_pool,
                                   .detail = "body_bytes_total is 1000 bytes." },
    [PN_REASON_BODY_UNEXPECTED] = RAW(MODELS "Host: x\r\n" TIER_1 "Content-Length: 1\r\n\r\nx"),
    [PN_REASON_MEDIA_TYPE_UNSUPPORTED] =
        RAW(CHAT_HEAD TIER_1 "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"),
    [PN_REASON_CODING_OF_CONTENT] =
        RAW(CHAT_HEAD TIER_1 JSON "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    [PN_REASON_JSON_SYNTAX] = BODY("[}"),
    [PN_REASON_JSON_TRUNCATED] = BODY("{\"model\""),
    [PN_REASON_JSON_TRAILING] = BODY("{} {}"),
    [PN_REASON_JSON_DUPLICATE_KEY] = { .chat = "{\"a\":1,\"\\u0061\":2}", .detail = " At byte 7." },
    [PN_REASON_JSON_KEY_CASE] = BODY("{\"Model\":\"gpt-4o\"}"),
    [PN_REASON_JSON_KEYS_FULL] = { .act = many_keys,
                                   .change = few_keys,
                                   .detail = "json_keys_max is 64 keys." },
    [PN_REASON_JSON_DEPTH] = { .act = deep_body, .detail = "json_depth_max is 64 levels." },
    [PN_REASON_JSON_UTF8] = BODY("{\"a\":\"\xC0\xAF\"}"),
    [PN_REASON_JSON_SURROGATE] = BODY("{\"a\":\"\\ud800\"}"),
    [PN_REASON_JSON_CONTROL] = BODY("{\"a\":\"\x01\"}"),
    [PN_REASON_JSON_ESCAPE] = BODY("{\"a\":\"\\x\"}"),
    [PN_REASON_JSON_NUL] = BODY("{\"a\":\"\\u0000\"}"),
    [PN_REASON_JSON_BOM] = BODY("\xEF\xBB\xBF{}"),
    [PN_REASON_JSON_NUMBER] = BODY("{\"a\":01}"),
    [PN_REASON_ROUTE_UNKNOWN] = RAW("GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_METHOD_NOT_ALLOWED] = RAW("PUT /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"),
    [PN_REASON_MODEL_MISSING] = BODY("{\"messages\":[]}"),
    [PN_REASON_MODEL_UNKNOWN] = { .chat = "{\"model\":\"gpt-9\"}", .folder = ODD_FOLDER },
    [PN_REASON_FIELD_TYPE] = BODY("{\"model\":\"gpt-4o\",\"stream\":\"yes\"}"),
    [PN_REASON_ORIGIN_REFUSED] =
        RAW("GET /mcp/crm HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\n" TIER_1 "\r\n"),
    [PN_REASON_RPC_INVALID] = RPC("{\"jsonrpc\":\"1.0\"}"),
    [PN_REASON_RPC_BATCH] = RPC("[" REFUND("1") "]"),
    [PN_REASON_TOOL_NAME_INVALID] = RPC(CALL_BARE("refund issue")),
    [PN_REASON_SESSION_UNKNOWN] =
        RAW("GET /mcp/crm HTTP/1.1\r\nHost: x\r\nMcp-Session-Id: s\r\n" TIER_1 "\r\n"),
    [PN_REASON_SESSION_MISSING] = RAW("DELETE /mcp/crm HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n"),
    [PN_REASON_PROTOCOL_VERSION] =
        RAW("GET /mcp/crm HTTP/1.1\r\nHost: x\r\nMCP-Protocol-Version: 1\r\n" TIER_1 "\r\n"),
};
