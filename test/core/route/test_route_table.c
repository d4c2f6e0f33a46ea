/* Models, servers and upstreams: found, listed, and refused when a record is not what it should be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/route_table.h"

#include <stdlib.h>

#include "core/base/bytes.h"
#include "test/core/base/expectation.h"
#include "unity.h"

static const char pool[] = "mainhost.example:8080/v1keyauthorizationBearer crmgpt-4gpt-4oopenai/mcp"
                           "http://a.examplehttp://b.example";

/* Where a text lies in the pool. */
static void put_text(uint8_t *at, const char *text)
{
    const char *found = strstr(pool, text);

    TEST_ASSERT_NOT_NULL(found);
    pn_store32(at, (uint32_t)(found - pool));
    pn_store32(at + 4, (uint32_t)strlen(text));
}

static uint8_t upstreams[PN_UPSTREAM_BYTES], models[2 * PN_MODEL_BYTES], servers[PN_SERVER_BYTES];
static uint8_t origins[2 * PN_TEXT_BYTES];
static struct pn_route_table table;

static void put_model(uint8_t *at, const char *name, const char *group)
{
    put_text(at + PN_MODEL_NAME, name);
    put_text(at + PN_MODEL_GROUP, group);
    put_text(at + PN_MODEL_UPSTREAM_NAME, "gpt-4o");
    put_text(at + PN_MODEL_PROVIDER, "openai");
}

void setUp(void)
{
    memset(upstreams, 0, sizeof upstreams);
    memset(models, 0, sizeof models);
    memset(servers, 0, sizeof servers);
    put_text(upstreams + PN_UPSTREAM_NAME, "main");
    put_text(upstreams + PN_UPSTREAM_HOST, "host.example");
    put_text(upstreams + PN_UPSTREAM_AUTHORITY, "host.example:8080");
    put_text(upstreams + PN_UPSTREAM_PATH, "/v1");
    put_text(upstreams + PN_UPSTREAM_CREDENTIAL, "key");
    put_text(upstreams + PN_UPSTREAM_AUTH_HEADER, "authorization");
    put_text(upstreams + PN_UPSTREAM_AUTH_PREFIX, "Bearer ");
    pn_store16(upstreams + PN_UPSTREAM_PORT, 8080);
    upstreams[PN_UPSTREAM_SCHEME] = PN_SCHEME_HTTP;
    upstreams[PN_UPSTREAM_EGRESS] = PN_EGRESS_LOOPBACK;
    pn_store32(upstreams + PN_UPSTREAM_ANSWER_MS, 60000);
    put_model(models, "gpt-4", "gpt-4o");
    put_model(models + PN_MODEL_BYTES, "gpt-4o", "gpt-4o");
    put_text(servers + PN_SERVER_NAME, "crm");
    put_text(servers + PN_SERVER_PATH, "/mcp");
    pn_store32(servers + PN_SERVER_ORIGIN_COUNT, 2);
    put_text(origins, "http://a.example");
    put_text(origins + PN_TEXT_BYTES, "http://b.example");
    table = (struct pn_route_table){
        .strings = pn_slice(pool, sizeof pool - 1),
        .upstreams = pn_slice(upstreams, sizeof upstreams),
        .models = pn_slice(models, sizeof models),
        .servers = pn_slice(servers, sizeof servers),
        .origins = pn_slice(origins, sizeof origins),
    };
}

void tearDown(void)
{
}

static void test_found(void)
{
    struct pn_model model;
    struct pn_server server;

    TEST_ASSERT_TRUE(pn_route_table_check(&table));
    TEST_ASSERT_EQUAL(1, pn_upstream_count(&table));
    TEST_ASSERT_EQUAL(2, pn_model_count(&table));
    TEST_ASSERT_EQUAL(1, pn_server_count(&table));
    TEST_ASSERT_TRUE(pn_model_find(&table, PN_SLICE("gpt-4"), &model));
    expect_text("gpt-4", model.name);
    expect_text("gpt-4o", model.group);
    expect_text("gpt-4o", model.upstream_name);
    expect_text("openai", model.provider);
    TEST_ASSERT_TRUE(pn_model_find(&table, PN_SLICE("gpt-4o"), &model));
    TEST_ASSERT_TRUE(pn_server_find(&table, PN_SLICE("crm"), &server));
    expect_text("/mcp", server.path);
    TEST_ASSERT_EQUAL(PN_MCP_REVISIONS_ALL, server.revisions);
    struct pn_upstream upstream = pn_upstream_at(&table, model.upstream);
    expect_text("host.example", upstream.host);
    expect_text("host.example:8080", upstream.authority);
    expect_text("/v1", upstream.path);
    expect_text("key", upstream.credential);
    expect_text("Bearer ", upstream.auth_prefix);
    TEST_ASSERT_EQUAL(8080, upstream.port);
    TEST_ASSERT_EQUAL(PN_EGRESS_LOOPBACK, upstream.egress);
    TEST_ASSERT_EQUAL(60000, upstream.answer_ms);
}

static void test_not_found(void)
{
    static const char *const names[] = { "", "gpt", "gpt-4oo", "GPT-4", "a", "z" };
    struct pn_model model;
    struct pn_server server;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct pn_slice name = pn_slice(names[i], strlen(names[i]));
        TEST_ASSERT_FALSE(pn_model_find(&table, name, &model));
        TEST_ASSERT_FALSE(pn_server_find(&table, name, &server));
    }
}

static void test_origins(void)
{
    struct pn_server server;

    TEST_ASSERT_TRUE(pn_server_find(&table, PN_SLICE("crm"), &server));
    TEST_ASSERT_TRUE(pn_server_lists_origin(&table, &server, PN_SLICE("http://a.example")));
    TEST_ASSERT_TRUE(pn_server_lists_origin(&table, &server, PN_SLICE("http://b.example")));
    TEST_ASSERT_FALSE(pn_server_lists_origin(&table, &server, PN_SLICE("http://a.example.org")));
    TEST_ASSERT_FALSE(pn_server_lists_origin(&table, &server, PN_SLICE("null")));
}

static void test_empty_sections(void)
{
    struct pn_route_table none = { 0 };
    struct pn_model model;

    TEST_ASSERT_TRUE(pn_route_table_check(&none));
    TEST_ASSERT_EQUAL(0, pn_model_count(&none));
    TEST_ASSERT_FALSE(pn_model_find(&none, PN_SLICE("gpt-4"), &model));
}

/* Each row spoils one field. */
static void test_malformed(void)
{
    const struct {
        uint8_t *record;
        size_t field;
        uint32_t value;
        size_t bytes;
    } rows[] = {
        { upstreams, PN_UPSTREAM_NAME, 1000, 4 },
        { upstreams, PN_UPSTREAM_NAME + 4, 0xffffffff, 4 },
        { upstreams, PN_UPSTREAM_HOST + 4, 0, 4 },
        { upstreams, PN_UPSTREAM_PATH, 0, 4 }, /* "mai": no slash */
        { upstreams, PN_UPSTREAM_PORT, 0, 2 },
        { upstreams, PN_UPSTREAM_SCHEME, PN_SCHEME_NONE, 1 },
        { upstreams, PN_UPSTREAM_SCHEME, 3, 1 },
        { upstreams, PN_UPSTREAM_EGRESS, 2, 1 },
        { upstreams, PN_UPSTREAM_EGRESS, 4, 1 },
        { models, PN_MODEL_UPSTREAM, 1, 2 },
        { models, PN_MODEL_RESERVED, 1, 2 },
        { models, PN_MODEL_PROVIDER + 4, 5000, 4 },
        { models + PN_MODEL_BYTES, PN_MODEL_NAME + 4, 5, 4 }, /* "gpt-4" twice */
        { servers, PN_SERVER_UPSTREAM, 1, 2 },
        { servers, PN_SERVER_REVISIONS, 16, 2 },
        { servers, PN_SERVER_PATH + 4, 0, 4 },
        { servers, PN_SERVER_PATH, 0, 4 },
        { servers, PN_SERVER_ORIGIN_FIRST, 1, 4 },
        { servers, PN_SERVER_ORIGIN_COUNT, 3, 4 },
        { servers, PN_SERVER_ORIGIN_FIRST, 0xffffffff, 4 },
        { origins, 4, 5000, 4 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setUp();
        if (rows[i].bytes == 1) rows[i].record[rows[i].field] = (uint8_t)rows[i].value;
        if (rows[i].bytes == 2) pn_store16(rows[i].record + rows[i].field, (uint16_t)rows[i].value);
        if (rows[i].bytes == 4) pn_store32(rows[i].record + rows[i].field, rows[i].value);
        TEST_ASSERT_FALSE(pn_route_table_check(&table));
    }
    setUp();
    table.models.len--;
    TEST_ASSERT_FALSE(pn_route_table_check(&table));
    setUp();
    table.origins.len = 4;
    TEST_ASSERT_FALSE(pn_route_table_check(&table));
    setUp();
    table.strings.len = 10;
    TEST_ASSERT_FALSE(pn_route_table_check(&table));
}

/* Whatever a byte is turned into, a table that passes can be read whole. Sections are copied to
 * blocks of their exact size, so that a byte read beyond is seen. */
static void test_any_byte(void)
{
    for (size_t at = 0; at < sizeof servers + sizeof models; at++) {
        for (unsigned value = 0; value < 256; value += 17) {
            setUp();
            if (at < sizeof servers) servers[at] = (uint8_t)value;
            if (at >= sizeof servers) models[at - sizeof servers] = (uint8_t)value;
            if (!pn_route_table_check(&table)) continue;
            uint8_t *exact = malloc(table.strings.len);
            memcpy(exact, pool, table.strings.len);
            table.strings.at = exact;
            struct pn_server server = pn_server_at(&table, 0);
            struct pn_model model = pn_model_at(&table, 1);
            pn_upstream_at(&table, model.upstream);
            pn_server_lists_origin(&table, &server, PN_SLICE("http://b.example"));
            pn_model_find(&table, PN_SLICE("gpt-4o"), &model);
            free(exact);
        }
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_found);
    RUN_TEST(test_not_found);
    RUN_TEST(test_origins);
    RUN_TEST(test_empty_sections);
    RUN_TEST(test_malformed);
    RUN_TEST(test_any_byte);
    return UNITY_END();
}
