/* What a request may look like and still pass: bodies in chunks, listed origins, every revision of
 * MCP; and what of it goes no further.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "unity.h"

#define ODD_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"
#define JSON       "Content-Type: application/json\r\n"
#define CHUNKED    JSON "Transfer-Encoding: chunked\r\n\r\n"
#define CHAT_HEAD  "POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\n" TIER_1
#define PING       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
#define LOOK_UP \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"payment_lookup\"," \
    "\"arguments\":{}}}"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
}

static struct sim_conn *reached(enum desk_upstream upstream)
{
    struct sim_conn *up = desk_reached(d, upstream);

    TEST_ASSERT_NOT_NULL(up);
    return up;
}

/* --- bodies in chunks --- */

static void test_a_body_in_chunks_is_judged_and_sent_whole(void)
{
    d = desk_open(NULL);
    sim_close(desk_ask(d, CHAT_HEAD CHUNKED
                       "1\r\n{\r\n0010\r\n\"model\":\"gpt-4o\"\r\n1\r\n}\r\n0\r\n\r\n"));
    struct sim_conn *up = reached(DESK_MAIN);

    desk_expect(desk_text(up), "\r\n\r\n{\"model\":\"gpt-4o-2024-11-20\"}");
    desk_expect(desk_text(up), "content-length: 29\r\n");
    TEST_ASSERT_NULL(strstr(desk_text(up), "chunked"));
    desk_check_rest(d);
}

static void test_a_body_in_chunks_is_refused_alike(void)
{
    d = desk_open(NULL);
    struct sim_conn *client =
        desk_ask(d, CHAT_HEAD CHUNKED "1\r\n{\r\nc\r\n\"model\":\"o3\"\r\n1\r\n}\r\n0\r\n\r\n");

    desk_expect(desk_text(client), "HTTP/1.1 403 ");
    desk_expect(desk_text(client), "denied_by_default");
    desk_nobody_asked(d);
    sim_close(client);
    desk_check_rest(d);
}

/* Nobody says beforehand how much it will be. */
static void test_too_many_chunks_are_413(void)
{
    static uint8_t chunk[7 + 65536 + 2] = "10000\r\n";

    d = desk_open(NULL);
    memset(chunk + 7, ' ', 65536);
    memcpy(chunk + 7 + 65536, "\r\n", 2);
    struct sim_conn *client = desk_ask(d, CHAT_HEAD CHUNKED);
    for (uint32_t sent = 0; sent < d->config.limits.body_bytes_max; sent += 65536) {
        TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
        sim_push(client, pn_slice(chunk, sizeof chunk));
        desk_run(d);
    }
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len); /* as much as is allowed */
    sim_push_text(client, "1\r\n \r\n");
    desk_run(d);
    desk_expect(desk_text(client), "HTTP/1.1 413 ");
    desk_expect(desk_text(client), "body_bytes_max is 1048576 bytes.");
    desk_nobody_asked(d);
    sim_close(client);
    desk_check_rest(d);
}

/* --- MCP --- */

static const char *const welcome[] = {
    "",
    "Origin: http://desk.example\r\n",
    "MCP-Protocol-Version: 2025-03-26\r\n",
    "MCP-Protocol-Version: 2025-06-18\r\n",
    "MCP-Protocol-Version: 2025-11-25\r\n",
};

static void test_listed_origins_and_known_revisions_pass(void)
{
    d = desk_open_at(ODD_FOLDER, NULL);
    for (size_t i = 0; i < sizeof welcome / sizeof welcome[0]; i++) {
        char fields[256];

        snprintf(fields, sizeof fields, TIER_1 "%s", welcome[i]);
        sim_close(desk_ask(d, desk_post("/mcp/crm", fields, PING)));
        struct sim_conn *up = reached(DESK_CRM);
        desk_expect(desk_text(up), PING);
        TEST_ASSERT_NULL(strstr(desk_text(up), "desk.example")); /* the gateway is who asks */
        sim_close(up);
        desk_run(d);
    }
    desk_check_rest(d);
}

static const char *const unwelcome[] = {
    "Origin: http://desk.example.evil\r\n",
    "Origin: https://desk.example\r\n",
    "Origin: http://desk.example:80\r\n",
    "Origin: null\r\n",
    "Origin: \r\n",
};

static void test_other_origins_are_403(void)
{
    d = desk_open_at(ODD_FOLDER, NULL);
    for (size_t i = 0; i < sizeof unwelcome / sizeof unwelcome[0]; i++) {
        char fields[256];

        snprintf(fields, sizeof fields, TIER_1 "%s", unwelcome[i]);
        struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", fields, PING));
        desk_expect(desk_text(client), "HTTP/1.1 403 ");
        desk_expect(desk_text(client), "origin_refused");
        desk_nobody_asked(d);
        sim_close(client);
    }
    desk_check_rest(d);
}

/* The client's key comes in the very field in which this upstream wants its own. */
static void test_a_callers_key_goes_no_further(void)
{
    d = desk_open(NULL);
    sim_close(
        desk_ask(d, desk_post("/mcp/payments", "x-api-key: sk-postern-demo-tier-1\r\n", LOOK_UP)));
    struct sim_conn *up = reached(DESK_PAYMENTS);

    desk_expect(desk_text(up), "x-api-key: secret-payments\r\n");
    TEST_ASSERT_EQUAL_size_t(1, desk_count(desk_text(up), "api-key"));
    TEST_ASSERT_NULL(strstr(desk_text(up), "sk-postern-demo"));
    TEST_ASSERT_NULL(strstr(desk_log(d), "sk-postern-demo"));
    desk_check_rest(d);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_body_in_chunks_is_judged_and_sent_whole);
    RUN_TEST(test_a_body_in_chunks_is_refused_alike);
    RUN_TEST(test_too_many_chunks_are_413);
    RUN_TEST(test_listed_origins_and_known_revisions_pass);
    RUN_TEST(test_other_origins_are_403);
    RUN_TEST(test_a_callers_key_goes_no_further);
    return UNITY_END();
}
