/* Upstreams that are told who is calling, through a whole gateway: what they get, how often it is
 * signed, and that nothing is sent where it cannot be told.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/mint.h"
#include "unity.h"

#define TOLD PN_SOURCE_DIR "/test/exchange/bundles/told-desk"

static struct desk *d;

static void with_key(struct pn_config *config)
{
    mint_with(config);
    config->public_url = PN_SLICE("https://desk.example.com");
}

static void with_few_places(struct pn_config *config)
{
    with_key(config);
    config->limits.assertions_cached_max = 4;
}

void setUp(void)
{
    d = NULL;
}

void tearDown(void)
{
    if (d) desk_close(d);
}

static struct sim_conn *call(const char *server, const char *fields)
{
    return desk_ask(d, desk_post(server, fields, CALL_BARE("look")));
}

/* The claims of the token behind `field` in a request, verified. */
static const char *claims_in(const char *request, const char *field)
{
    static char token[8192];
    const char *at = strstr(request, field);

    TEST_ASSERT_NOT_NULL_MESSAGE(at, request);
    TEST_ASSERT_NULL_MESSAGE(strstr(at + 1, field), "the field is there twice");
    at += strlen(field);
    snprintf(token, sizeof token, "%.*s", (int)strcspn(at, "\r"), at);
    return mint_signed(token);
}

static void test_who_is_calling(void)
{
    d = desk_open_at(TOLD, with_key);
    call("/mcp/crm", TIER_1);
    const char *request = desk_heard(d, DESK_CRM);
    desk_expect(request, "\r\nauthorization: Bearer secret-crm\r\n");
    const char *claims = claims_in(request, "\r\nx-postern-assertion: ");
    desk_expect(claims, "{\"iss\":\"https://gate.example.com\",\"aud\":\"https://crm.internal\","
                        "\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"task\":\"T-1001\","
                        "\"iat\":");
    TEST_ASSERT_NULL(strstr(claims, "jti"));
    call("/mcp/crm", TIER_2);
    claims = claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: ");
    desk_expect(claims, "\"sub\":\"tier-2-agent\",\"iat\":");
    desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));
    claims = claims_in(desk_heard(d, DESK_MAIN), "\r\nx-caller: ");
    desk_expect(claims, "{\"iss\":\"https://desk.example.com\","
                        "\"aud\":\"https://models.internal\",\"sub\":\"ana\"");
    call("/mcp/payments", TIER_1);
    TEST_ASSERT_NULL(strstr(desk_heard(d, DESK_PAYMENTS), "eyJ"));
    TEST_ASSERT_NULL_MESSAGE(strstr(desk_log(d), "eyJ"), "a token is in the log");
}

/* A client that sends such a field itself says nothing by it. */
static void test_nobody_else_says_it(void)
{
    d = desk_open_at(TOLD, with_key);
    call("/mcp/crm", TIER_1 "X-Postern-Assertion: eyJ.forged.token\r\n");
    claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: ");
    call("/mcp/payments", TIER_1 "X-Postern-Assertion: eyJ.forged.token\r\n");
    TEST_ASSERT_NULL(strstr(desk_heard(d, DESK_PAYMENTS), "forged"));
}

static void test_one_for_each_call(void)
{
    char part[100];

    d = desk_open_at(TOLD, with_key);
    for (int i = 0; i < 3; i++) {
        call("/mcp/tickets", TIER_1);
        const char *request = desk_heard(d, DESK_TICKETS);
        const char *claims = claims_in(request, "\r\nauthorization: Bearer ");
        const char *id = strstr(claims, "\"jti\":\"");
        TEST_ASSERT_NOT_NULL(id);
        snprintf(part, sizeof part, "\"id\":\"%.*s\"", (int)strcspn(id + 7, "\""), id + 7);
        desk_expect(desk_log(d), part);
        TEST_ASSERT_EQUAL(2, desk_count(desk_log(d), part)); /* its decision and its end */
    }
}

static uint32_t signed_at_once(void)
{
    return d->gateway->bench->assertions.signed_count;
}

static void test_it_is_sent_again(void)
{
    char first[4096];

    d = desk_open_at(TOLD, with_key);
    call("/mcp/crm", TIER_1);
    snprintf(first, sizeof first, "%s",
             claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: "));
    desk_wait(d, 29000);
    call("/mcp/crm", TIER_1);
    TEST_ASSERT_EQUAL_STRING(first,
                             claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: "));
    TEST_ASSERT_EQUAL_UINT32(0, signed_at_once());
    desk_wait(d, 2000);
    call("/mcp/crm", TIER_1);
    TEST_ASSERT_NOT_EQUAL(
        0, strcmp(first, claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: ")));
}

/* Eight at once are signed in two turns, and in places for four each gets its own. */
static void test_many_at_once(void)
{
    struct sim_conn *clients[8];
    const char *request = desk_post("/mcp/tickets", TIER_1, CALL_BARE("look"));

    d = desk_open_at(TOLD, with_few_places);
    for (int i = 0; i < 8; i++) {
        clients[i] = sim_connect(d->sim, DESK_PORT);
        sim_push(clients[i], pn_slice(request, strlen(request)));
    }
    desk_run(d);
    char seen[8][64];
    for (int i = 0; i < 8; i++) {
        const char *claims = claims_in(desk_heard(d, DESK_TICKETS), "\r\nauthorization: Bearer ");
        snprintf(seen[i], sizeof seen[i], "%s", strstr(claims, "\"jti\":"));
        for (int k = 0; k < i; k++) TEST_ASSERT_NOT_EQUAL(0, strcmp(seen[i], seen[k]));
        sim_close(clients[i]);
    }
    desk_run(d);
    desk_check_rest(d);
}

/* A kept connection that closed is tried again, with the same words. */
static void test_again_on_another_connection(void)
{
    d = desk_open_at(TOLD, with_key);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                      "\r\n{}");
    desk_run(d);
    sim_close(client);
    client = desk_ask(d, desk_post("/mcp/crm", TIER_1,
                                   "{\"jsonrpc\":\"2.0\",\"id\":1,"
                                   "\"method\":\"tools/list\"}"));
    sim_close(up);
    desk_run(d);
    claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: ");
}

/* --- where it cannot be told nothing is sent --- */

static void refuses(struct sim_conn *client)
{
    const char *answer = desk_text(client);

    desk_expect(answer, "assertion_unavailable");
    desk_expect(answer, "(crm)");
    desk_nobody_asked(d);
    sim_close(client);
    desk_run(d);
    desk_check_rest(d);
}

static void test_without_a_key(void)
{
    d = desk_open_at(TOLD, NULL);
    refuses(call("/mcp/crm", TIER_1));
}

static void without_a_name(struct pn_config *config)
{
    with_key(config);
    config->public_url = PN_SLICE("");
}

static void test_without_a_name(void)
{
    d = desk_open_at(TOLD, without_a_name);
    struct sim_conn *client = desk_ask(d, desk_post("/v1/chat/completions", TIER_1, HELLO));
    desk_expect(desk_text(client), "assertion_unavailable");
    desk_nobody_asked(d);
    call("/mcp/crm", TIER_1); /* the policy says its own */
    claims_in(desk_heard(d, DESK_CRM), "\r\nx-postern-assertion: ");
}

static void test_without_the_time(void)
{
    d = desk_open_at(TOLD, with_key);
    sim_set_unix_ms(d->sim, -1);
    refuses(call("/mcp/crm", TIER_1));
}

static void test_names_too_long(void)
{
    d = desk_open_at(TOLD, with_key);
    refuses(call("/mcp/crm", TRIAGE));
}

/* It was known when the call was allowed, and is not any more when the connection stands. */
static void test_time_lost_meanwhile(void)
{
    d = desk_open_at(TOLD, with_key);
    sim_upstream_delay(d->upstream[DESK_CRM], 100);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    sim_set_unix_ms(d->sim, -1);
    desk_wait(d, 200);
    desk_expect(desk_text(client), "assertion_unavailable");
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    TEST_ASSERT_NOT_NULL(up);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(up).len);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_who_is_calling);
    RUN_TEST(test_nobody_else_says_it);
    RUN_TEST(test_one_for_each_call);
    RUN_TEST(test_it_is_sent_again);
    RUN_TEST(test_many_at_once);
    RUN_TEST(test_again_on_another_connection);
    RUN_TEST(test_without_a_key);
    RUN_TEST(test_without_a_name);
    RUN_TEST(test_without_the_time);
    RUN_TEST(test_names_too_long);
    RUN_TEST(test_time_lost_meanwhile);
    return UNITY_END();
}
