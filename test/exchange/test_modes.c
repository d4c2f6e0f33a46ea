/* A gateway that decides as Cerbos does, one role after the other; lists and maps among what a key's
 * record says of its caller.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/desk.h"
#include "unity.h"

#define CERBOS_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/cerbos-desk"
#define CALL(name, arguments) \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" name \
    "\",\"arguments\":" arguments "}}"

static struct desk *d;

void setUp(void)
{
    d = desk_open_at(CERBOS_FOLDER, NULL);
}

void tearDown(void)
{
    desk_check_rest(d);
    desk_close(d);
}

static void refused(const char *key, const char *body, const char *const parts[])
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", key, body));

    for (size_t i = 0; parts[i] != NULL; i++) desk_expect(desk_text(client), parts[i]);
    desk_nobody_asked(d);
    sim_close(client);
    desk_run(d);
}

static void passes(const char *key, const char *body)
{
    struct sim_conn *client = desk_ask(d, desk_post("/mcp/crm", key, body));
    struct sim_conn *up = desk_reached(d, DESK_CRM);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, desk_text(client));
    sim_close(client);
    desk_run(d);
}

static void test_one_role_that_may_is_enough(void)
{
    passes(TIER_2, CALL("lookup", "{\"who\":\"x\"}"));
}

static void test_whole_values_of_a_call(void)
{
    refused(
        TIER_1, CALL("lookup", "{\"who\":\"x\"}"),
        (const char *const[]){
            "\"reason\":\"tier-1-support and visitor in emea, apac \\\"south\\\"\"",
            "\"remediation\":{\"principal\":{\"user\":\"ana\",\"agent\":\"tier-1-agent\","
            "\"team\":\"support\",\"task\":\"T-1001\",\"key_id\":\"tier-1-demo\","
            "\"proof\":\"api_key\",\"regions\":[\"emea\",\"apac \\\"south\\\"\"],\"limits\":{"
            "\"refund\":50,\"note\":null}},\"resource\":{\"server\":\"crm\",\"tool\":\"lookup\","
            "\"arguments\":{\"who\":\"x\"},\"phase\":\"call\"}}",
            NULL,
        });
}

static void test_lists_of_a_key(void)
{
    passes(TIER_1, CALL("visit", "{\"region\":\"apac \\\"south\\\"\"}"));
    passes(TIER_1, CALL("visit", "{\"region\":\"emea\"}"));
    refused(TIER_1, CALL("visit", "{\"region\":\"amer\"}"),
            (const char *const[]){ "denied_by_default", NULL });
    refused(TIER_2, CALL("visit", "{\"region\":\"emea\"}"),
            (const char *const[]){ "Unknown", NULL });
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_one_role_that_may_is_enough);
    RUN_TEST(test_whole_values_of_a_call);
    RUN_TEST(test_lists_of_a_key);
    return UNITY_END();
}
