/* SPDX-License-Identifier: Apache-2.0 */
#include "core/route/route_table.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/route/assertion_table.h"
#include "core/route/owner_table.h"
#include "core/route/pass_table.h"

#define RECORDS_MAX 0xffff /* an index is 16 bits */

struct pn_slice pn_route_text_at(const struct pn_route_table *table, const uint8_t *record)
{
    return pn_slice(table->strings.at + pn_load32(record), pn_load32(record + 4));
}

static bool text_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    uint32_t at = pn_load32(record), len = pn_load32(record + 4);

    return at <= table->strings.len && len <= table->strings.len - at;
}

bool pn_route_texts_are_valid(const struct pn_route_table *table, const uint8_t *record,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!text_is_valid(table, record + i * PN_TEXT_BYTES)) return false;
    }
    return true;
}

bool pn_route_is_by_upstream(const struct pn_route_table *table, struct pn_slice records,
                             size_t bytes)
{
    size_t least = 0; /* what the next record's upstream is at least */

    if (records.len % bytes != 0) return false;
    for (size_t at = 0; at < records.len; at += bytes) {
        size_t upstream = pn_load16(records.at + at);
        if (upstream < least || upstream >= pn_upstream_count(table)) return false;
        least = upstream + 1;
    }
    return true;
}

static bool is_array(struct pn_slice section, size_t record_bytes)
{
    return section.len % record_bytes == 0 && section.len / record_bytes <= RECORDS_MAX;
}

static bool path_is_valid(struct pn_slice path)
{
    return path.len == 0 || path.at[0] == '/';
}

static bool upstream_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    if (!pn_route_texts_are_valid(table, record, PN_UPSTREAM_PORT / PN_TEXT_BYTES)) return false;
    if (pn_load32(record + PN_UPSTREAM_HOST + 4) == 0) return false;
    if (!path_is_valid(pn_route_text_at(table, record + PN_UPSTREAM_PATH))) return false;
    if (pn_load16(record + PN_UPSTREAM_PORT) == 0) return false;
    if ((record[PN_UPSTREAM_EGRESS] & ~PN_EGRESS_LOOPBACK) != 0) return false;
    return record[PN_UPSTREAM_SCHEME] == PN_SCHEME_HTTP ||
           record[PN_UPSTREAM_SCHEME] == PN_SCHEME_HTTPS;
}

static bool model_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    return pn_route_texts_are_valid(table, record, PN_MODEL_UPSTREAM / PN_TEXT_BYTES) &&
           pn_load16(record + PN_MODEL_UPSTREAM) < pn_upstream_count(table) &&
           pn_load16(record + PN_MODEL_RESERVED) == 0;
}

static bool server_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    size_t origins = table->origins.len / PN_TEXT_BYTES;
    uint32_t first = pn_load32(record + PN_SERVER_ORIGIN_FIRST);

    if (!pn_route_texts_are_valid(table, record, PN_SERVER_UPSTREAM / PN_TEXT_BYTES)) return false;
    if (pn_route_text_at(table, record + PN_SERVER_PATH).len == 0) return false;
    if (!path_is_valid(pn_route_text_at(table, record + PN_SERVER_PATH))) return false;
    if (pn_load16(record + PN_SERVER_UPSTREAM) >= pn_upstream_count(table)) return false;
    if ((pn_load16(record + PN_SERVER_REVISIONS) & ~PN_MCP_REVISIONS_ALL) != 0) return false;
    return first <= origins && pn_load32(record + PN_SERVER_ORIGIN_COUNT) <= origins - first;
}

/* Names stand first in both sorted records. */
static bool names_ascend(const struct pn_route_table *table, struct pn_slice section, size_t bytes)
{
    for (size_t at = bytes; at < section.len; at += bytes) {
        struct pn_slice before = pn_route_text_at(table, section.at + at - bytes);
        if (pn_slice_order(before, pn_route_text_at(table, section.at + at)) >= 0) return false;
    }
    return true;
}

bool pn_route_table_check(const struct pn_route_table *table)
{
    if (!is_array(table->upstreams, PN_UPSTREAM_BYTES)) return false;
    if (!is_array(table->models, PN_MODEL_BYTES)) return false;
    if (!is_array(table->servers, PN_SERVER_BYTES)) return false;
    if (!is_array(table->origins, PN_TEXT_BYTES)) return false;

    for (size_t at = 0; at < table->upstreams.len; at += PN_UPSTREAM_BYTES) {
        if (!upstream_is_valid(table, table->upstreams.at + at)) return false;
    }
    for (size_t at = 0; at < table->models.len; at += PN_MODEL_BYTES) {
        if (!model_is_valid(table, table->models.at + at)) return false;
    }
    for (size_t at = 0; at < table->servers.len; at += PN_SERVER_BYTES) {
        if (!server_is_valid(table, table->servers.at + at)) return false;
    }
    return pn_route_texts_are_valid(table, table->origins.at, table->origins.len / PN_TEXT_BYTES) &&
           names_ascend(table, table->models, PN_MODEL_BYTES) &&
           names_ascend(table, table->servers, PN_SERVER_BYTES) &&
           pn_assertion_table_check(table) && pn_pass_table_check(table) &&
           pn_owner_table_check(table);
}

size_t pn_upstream_count(const struct pn_route_table *table)
{
    return table->upstreams.len / PN_UPSTREAM_BYTES;
}

size_t pn_model_count(const struct pn_route_table *table)
{
    return table->models.len / PN_MODEL_BYTES;
}

size_t pn_server_count(const struct pn_route_table *table)
{
    return table->servers.len / PN_SERVER_BYTES;
}

struct pn_upstream pn_upstream_at(const struct pn_route_table *table, size_t index)
{
    PN_ASSERT(index < pn_upstream_count(table));
    const uint8_t *record = table->upstreams.at + index * PN_UPSTREAM_BYTES;

    return (struct pn_upstream){
        .name = pn_route_text_at(table, record + PN_UPSTREAM_NAME),
        .host = pn_route_text_at(table, record + PN_UPSTREAM_HOST),
        .authority = pn_route_text_at(table, record + PN_UPSTREAM_AUTHORITY),
        .path = pn_route_text_at(table, record + PN_UPSTREAM_PATH),
        .credential = pn_route_text_at(table, record + PN_UPSTREAM_CREDENTIAL),
        .auth_header = pn_route_text_at(table, record + PN_UPSTREAM_AUTH_HEADER),
        .auth_prefix = pn_route_text_at(table, record + PN_UPSTREAM_AUTH_PREFIX),
        .scheme = (enum pn_scheme)record[PN_UPSTREAM_SCHEME],
        .port = pn_load16(record + PN_UPSTREAM_PORT),
        .egress = record[PN_UPSTREAM_EGRESS],
        .connect_ms = pn_load32(record + PN_UPSTREAM_CONNECT_MS),
        .answer_ms = pn_load32(record + PN_UPSTREAM_ANSWER_MS),
        .idle_ms = pn_load32(record + PN_UPSTREAM_IDLE_MS),
    };
}

struct pn_slice pn_upstream_secret(const struct pn_route_table *table, size_t index)
{
    struct pn_pass pass = pn_pass_of(table, index);

    return pass.kind != PN_PASS_NONE ? pass.credential : pn_upstream_at(table, index).credential;
}

struct pn_model pn_model_at(const struct pn_route_table *table, size_t index)
{
    PN_ASSERT(index < pn_model_count(table));
    const uint8_t *record = table->models.at + index * PN_MODEL_BYTES;

    return (struct pn_model){
        .name = pn_route_text_at(table, record + PN_MODEL_NAME),
        .group = pn_route_text_at(table, record + PN_MODEL_GROUP),
        .upstream_name = pn_route_text_at(table, record + PN_MODEL_UPSTREAM_NAME),
        .provider = pn_route_text_at(table, record + PN_MODEL_PROVIDER),
        .upstream = pn_load16(record + PN_MODEL_UPSTREAM),
    };
}

struct pn_server pn_server_at(const struct pn_route_table *table, size_t index)
{
    PN_ASSERT(index < pn_server_count(table));
    const uint8_t *record = table->servers.at + index * PN_SERVER_BYTES;
    uint16_t revisions = pn_load16(record + PN_SERVER_REVISIONS);

    return (struct pn_server){
        .name = pn_route_text_at(table, record + PN_SERVER_NAME),
        .path = pn_route_text_at(table, record + PN_SERVER_PATH),
        .upstream = pn_load16(record + PN_SERVER_UPSTREAM),
        .revisions = revisions != 0 ? revisions : PN_MCP_REVISIONS_ALL,
        .origin_first = pn_load32(record + PN_SERVER_ORIGIN_FIRST),
        .origin_count = pn_load32(record + PN_SERVER_ORIGIN_COUNT),
    };
}

/* Index of the record whose first text is `name`, or the count when there is none. */
static size_t name_find(const struct pn_route_table *table, struct pn_slice section, size_t bytes,
                        struct pn_slice name)
{
    size_t count = section.len / bytes, low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = pn_slice_order(pn_route_text_at(table, section.at + middle * bytes), name);
        if (order == 0) return middle;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return count;
}

bool pn_model_find(const struct pn_route_table *table, struct pn_slice name, struct pn_model *model)
{
    size_t index = name_find(table, table->models, PN_MODEL_BYTES, name);

    if (index == pn_model_count(table)) return false;
    *model = pn_model_at(table, index);
    return true;
}

bool pn_server_find(const struct pn_route_table *table, struct pn_slice name,
                    struct pn_server *server)
{
    size_t index = name_find(table, table->servers, PN_SERVER_BYTES, name);

    if (index == pn_server_count(table)) return false;
    *server = pn_server_at(table, index);
    return true;
}

bool pn_server_lists_origin(const struct pn_route_table *table, const struct pn_server *server,
                            struct pn_slice origin)
{
    for (uint32_t i = 0; i < server->origin_count; i++) {
        size_t at = (size_t)(server->origin_first + i) * PN_TEXT_BYTES;
        if (pn_slice_equal(pn_route_text_at(table, table->origins.at + at), origin)) return true;
    }
    return false;
}
