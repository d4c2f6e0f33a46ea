/* Upstreams that are shown tokens of an authorization server, through a whole gateway: what the server
 * is asked, how often, what its answers come to, and what the upstream gets.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/bodies.h"
#include "test/exchange/mint.h"
#include "unity.h"

#define PASSES PN_SOURCE_DIR "/test/exchange/bundles/passes-desk"
#define TOKEN(text, expires) \
    "{\"access_token\":\"" text "\",\"token_type\":\"Bearer\",\"expires_in\":" expires "}"

enum { MANY = 100 };

static struct desk *d;

static void with_key(struct pn_config *config)
{
    mint_with(config);
    config->limits.errand_bytes_max = 8192;
}

static void with_room(struct pn_config *config)
{
    with_key(config);
    config->limits.exchanges_max = MANY + 8;
    config->limits.connections_max = 4 * MANY;
}

static void with_one_token(struct pn_config *config)
{
    with_key(config);
    config->limits.upstream_tokens_max = 1;
}

void setUp(void)
{
    d = NULL;
}

void tearDown(void)
{
    if (d) desk_close(d);
}

static void open_desk(void (*change)(struct pn_config *config))
{
    d = desk_open_at(PASSES, change);
}

static struct sim_conn *call(const char *server, const char *fields)
{
    return desk_ask(d, desk_post(server, fields, CALL_BARE("look")));
}

/* What somebody was asked: the first thing on a new connection. */
static const char *heard(struct sim_conn *up)
{
    static char texts[3][16384];
    static unsigned turn;
    char *text = texts[turn++ % 3];

    TEST_ASSERT_NOT_NULL(up);
    snprintf(text, sizeof texts[0], "%s", desk_text(up));
    return text;
}

static struct sim_conn *server_asked(void)
{
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, "no token was asked for");
    return up;
}

static void give(struct sim_conn *up, const char *body)
{
    desk_answer(d, up, "200 OK", body);
    sim_close(up);
    desk_run(d);
}

static void nobody_asks_for_a_token(void)
{
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    TEST_ASSERT_NULL(desk_reached(d, DESK_MINI));
}

static void leave(struct sim_conn *client)
{
    sim_close(client);
    desk_run(d);
}

/* Neither what was asked nor the token that came is left where errands do their work. */
static void expect_forgotten(void)
{
    const struct pn_errand *e = &d->gateway->errands[0];

    TEST_ASSERT_EQUAL(PN_ERRAND_FREE, e->state);
    TEST_ASSERT_EACH_EQUAL_HEX8(0, e->out.at, PN_OUTBOX_BYTES);
    TEST_ASSERT_EACH_EQUAL_HEX8(0, e->bytes, e->bytes_max);
}

/* --- client_credentials --- */

static void test_a_token_of_the_gateways_own(void)
{
    open_desk(with_key);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    desk_expect(desk_text(client), "");
    TEST_ASSERT_NULL(desk_reached(d, DESK_CRM));
    struct sim_conn *up = server_asked();
    const char *request = heard(up);
    desk_expect(request, "POST /oauth/token HTTP/1.1\r\nhost: 127.0.0.1:9101\r\n");
    desk_expect(request, "\r\nauthorization: Basic Z2F0ZTpzZWNyZXQtY3Jt\r\n"); /* gate:secret-crm */
    desk_expect(request, "\r\ncontent-type: application/x-www-form-urlencoded\r\n");
    desk_expect(request, "\r\n\r\ngrant_type=client_credentials&scope=crm.read+crm.write"
                         "&resource=https%3A%2F%2Fcrm.internal");
    TEST_ASSERT_NULL(strstr(request, "sk-postern"));
    give(up, TOKEN("t-1", "100"));
    expect_forgotten();
    request = desk_heard(d, DESK_CRM);
    desk_expect(request, "\r\nauthorization: Bearer t-1\r\n");
    TEST_ASSERT_EQUAL(1, desk_count(request, "authorization"));
    call("/mcp/crm", TIER_2); /* it is the gateway's, so it is everybody's */
    desk_expect(desk_heard(d, DESK_CRM), "\r\nauthorization: Bearer t-1\r\n");
    nobody_asks_for_a_token();
    const char *log = desk_log(d);
    TEST_ASSERT_NULL(strstr(log, "t-1\""));
    TEST_ASSERT_NULL(strstr(log, "secret-crm"));
}

static void test_many_share_one_question(void)
{
    struct sim_conn *clients[MANY];
    const char *request = desk_post("/mcp/crm", TIER_1, CALL_BARE("look"));

    open_desk(with_room);
    struct port_net_addr other = sim_addr("0.0.0.0", DESK_PORT + 1); /* a port takes 64 at once */
    pn_gateway_listen(d->gateway, port_net_listen(d->net, &other, 64));
    for (int i = 0; i < MANY; i++) {
        clients[i] = sim_connect(d->sim, (uint16_t)(DESK_PORT + i % 2));
        TEST_ASSERT_NOT_NULL(clients[i]);
        sim_push(clients[i], pn_slice(request, strlen(request)));
        if (i % 16 == 15) desk_run(d);
    }
    desk_run(d);
    TEST_ASSERT_NULL(desk_reached(d, DESK_CRM));
    struct sim_conn *up = server_asked();
    nobody_asks_for_a_token();
    give(up, TOKEN("t-1", "100"));
    nobody_asks_for_a_token();
    for (int i = 0; i < MANY; i++) {
        desk_expect(desk_heard(d, DESK_CRM), "\r\nauthorization: Bearer t-1\r\n");
    }
    TEST_ASSERT_NULL(desk_reached(d, DESK_CRM));
    for (int i = 0; i < MANY; i++) sim_close(clients[i]);
    desk_run(d);
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
    TEST_ASSERT_EQUAL_UINT32(0, d->gateway->bench->passes.tokens[0].holders);
}

/* While it is asked for anew the old one serves. */
static void test_it_is_renewed(void)
{
    open_desk(with_key);
    leave(call("/mcp/crm", TIER_1));
    give(server_asked(), TOKEN("t-1", "100"));
    desk_wait(d, 70000);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
    leave(client);
    nobody_asks_for_a_token();
    desk_wait(d, 6000);
    client = call("/mcp/crm", TIER_1);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
    leave(client);
    struct sim_conn *up = server_asked();
    desk_answer(d, up, "500 Internal Server Error", "{}");
    sim_close(up);
    client = call("/mcp/crm", TIER_1);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n"); /* the last good one */
    leave(client);
    desk_wait(d, 2000);
    client = call("/mcp/crm", TIER_1);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
    leave(client);
    give(server_asked(), TOKEN("t-2", "100"));
    call("/mcp/crm", TIER_1);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-2\r\n");
}

static void expect_spurned(const char *bearer)
{
    struct sim_conn *client = call("/mcp/crm", TIER_1), *up = desk_reached(d, DESK_CRM);

    desk_expect(heard(up), bearer);
    desk_answer(d, up, "401 Unauthorized", "{}");
    sim_close(up);
    leave(client);
}

/* One 401, which may be for anything, does not take the token away from everybody else. */
static void test_one_401_is_not_the_end_of_it(void)
{
    open_desk(with_key);
    leave(call("/mcp/crm", TIER_1));
    give(server_asked(), TOKEN("t-1", "3600"));
    desk_wait(d, 11000);
    expect_spurned("Bearer t-1\r\n");
    struct sim_conn *up = server_asked(); /* at once */
    struct sim_conn *client = call("/mcp/crm", TIER_2);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
    leave(client);
    desk_answer(d, up, "500 Internal Server Error", "{}"); /* and no other can be had */
    sim_close(up);
    for (int i = 0; i < 3; i++) {
        client = call("/mcp/crm", TIER_2);
        desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
        leave(client);
    }
    desk_wait(d, 2000);
    client = call("/mcp/crm", TIER_2);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
    leave(client);
    give(server_asked(), TOKEN("t-2", "3600"));
    call("/mcp/crm", TIER_2);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-2\r\n");
}

/* An upstream that forgot its tokens gets a new one with the next call, not an hour later. */
static void test_it_is_spurned(void)
{
    open_desk(with_key);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    give(server_asked(), TOKEN("t-1", "3600"));
    desk_wait(d, 11000);
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    desk_answer(d, up, "401 Unauthorized", "{}");
    sim_close(up);
    leave(client);
    give(server_asked(), TOKEN("t-2", "3600"));
    client = call("/mcp/crm", TIER_1);
    up = desk_reached(d, DESK_CRM);
    desk_expect(heard(up), "Bearer t-2\r\n");
    desk_answer(d, up, "401 Unauthorized", "{}"); /* a young one is not asked for again and again */
    sim_close(up);
    leave(client);
    call("/mcp/crm", TIER_1);
    nobody_asks_for_a_token();
}

/* --- an authorization server that does not do its part --- */

static void expect_refusal(struct sim_conn *client, const char *name, const char *about)
{
    const char *text = desk_text(client);

    desk_expect(text, name);
    desk_expect(text, about);
    TEST_ASSERT_NULL(desk_reached(d, DESK_CRM));
    leave(client);
}

/* Who waits is refused, and who comes in the next second too, without a question. */
static void test_it_is_down(void)
{
    open_desk(with_key);
    sim_upstream_refuse(d->upstream[DESK_MAIN]);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    desk_expect(desk_text(client), "retry-after: ");
    expect_refusal(client, "upstream_token_awaited", "(crm)");
    sim_upstream_answer(d->upstream[DESK_MAIN]);
    expect_refusal(call("/mcp/crm", TIER_1), "upstream_token_awaited", "(crm)");
    nobody_asks_for_a_token();
    desk_wait(d, 2000);
    call("/mcp/crm", TIER_1);
    give(server_asked(), TOKEN("t-1", "100"));
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
}

static void test_it_is_silent(void)
{
    open_desk(with_key);
    struct sim_conn *client = call("/mcp/crm", TIER_1);
    struct sim_conn *up = server_asked();
    desk_wait(d, d->config.limits.errand_ms - 500);
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client).len);
    desk_wait(d, 1000);
    expect_refusal(client, "upstream_token_awaited", "(crm)");
    sim_close(up);
    desk_check_rest(d);
}

static void test_it_answers_otherwise(void)
{
    static char huge[9000];
    static const struct {
        const char *status, *body, *name;
        const char *says; /* NULL: nothing of what it said */
    } rows[] = {
        { "200 OK", "{\"access_token\":\"x\"", "upstream_token_refused", NULL },
        { "200 OK", "<html>login</html>", "upstream_token_refused", NULL },
        { "200 OK", "{\"access_token\":\"a\\r\\nx: y\",\"token_type\":\"Bearer\"}",
          "upstream_token_refused", NULL },
        { "401 Unauthorized", "{\"error\":\"invalid_client\"}", "upstream_token_refused",
          "It says invalid_client." },
        { "400 Bad Request", "{\"error\":\"a secret\"}", "upstream_token_refused", NULL },
        { "302 Found", "", "upstream_token_refused", NULL },
        { "503 Service Unavailable", "", "upstream_token_awaited", NULL },
        { "200 OK", huge, "upstream_token_awaited", NULL },
    };

    memset(huge, ' ', sizeof huge - 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_desk(with_key);
        struct sim_conn *client = call("/mcp/crm", TIER_1);
        struct sim_conn *up = server_asked();
        desk_answer(d, up, rows[i].status, rows[i].body);
        sim_close(up);
        desk_run(d);
        if (rows[i].says) desk_expect(desk_text(client), rows[i].says);
        else TEST_ASSERT_NULL(strstr(desk_text(client), "It says"));
        expect_refusal(client, rows[i].name, "(crm)");
        desk_check_rest(d);
        desk_close(d);
    }
    d = NULL;
}

static void test_no_secret(void)
{
    open_desk(with_key);
    struct sim_conn *client = call("/mcp/payroll", PAYROLL);
    desk_expect(desk_text(client), "key_unknown");
    client = call("/mcp/payroll", TIER_1);
    desk_expect(desk_text(client), "credential_missing");
    desk_expect(desk_text(client), "(nowhere)");
    desk_nobody_asked(d);
}

/* The client leaves while its token is asked for; the token is there for the next. */
static void test_who_asked_has_left(void)
{
    open_desk(with_key);
    leave(call("/mcp/crm", TIER_1));
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
    give(server_asked(), TOKEN("t-1", "100"));
    TEST_ASSERT_NULL(desk_reached(d, DESK_CRM));
    call("/mcp/crm", TIER_1);
    desk_expect(desk_heard(d, DESK_CRM), "Bearer t-1\r\n");
    nobody_asks_for_a_token();
}

static void test_the_gateway_stops(void)
{
    open_desk(with_key);
    call("/mcp/crm", TIER_1);
    struct pn_now at = d->gateway->now;
    pn_gateway_stop(d->gateway, &at);
    TEST_ASSERT_EQUAL_UINT32(0, pn_gateway_exchanges(d->gateway));
}

/* --- token exchange --- */

/* The value of a form's field, which has no escapes. */
static const char *field_of(const char *form, const char *name)
{
    static char values[2][4096];
    static unsigned turn;
    char *value = values[turn++ % 2];

    const char *at = strstr(form, name);
    TEST_ASSERT_NOT_NULL_MESSAGE(at, form);
    at += strlen(name);
    snprintf(value, sizeof values[0], "%.*s", (int)strcspn(at, "&"), at);
    return value;
}

static void test_a_token_of_the_callers(void)
{
    open_desk(with_key);
    struct sim_conn *client = call("/mcp/tickets", TIER_1);
    struct sim_conn *up = server_asked();
    const char *form = heard(up);
    desk_expect(form, "authorization: Basic Z2F0ZTpzZWNyZXQtdGlja2V0cw==\r\n");
    desk_expect(form, "\r\n\r\ngrant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
                      "&subject_token=eyJ");
    desk_expect(form,
                "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
                "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
                "&audience=tickets");
    desk_expect(mint_signed(field_of(form, "subject_token=")),
                "{\"iss\":\"https://gate.example.com\",\"aud\":\"https://login.internal\","
                "\"sub\":\"ana\",\"act\":{\"sub\":\"tier-1-agent\"},\"task\":\"T-1001\",\"iat\":");
    give(up, TOKEN("t-ana", "100"));
    const char *request = desk_heard(d, DESK_TICKETS);
    desk_expect(request, "\r\nauthorization: Bearer t-ana\r\n");
    desk_expect(request, "\r\nx-postern-assertion: eyJ");
    leave(client);

    client = call("/mcp/tickets", TIER_2); /* somebody else's is another */
    up = server_asked();
    desk_expect(mint_signed(field_of(heard(up), "subject_token=")), "\"sub\":\"tier-2-agent\"");
    give(up, TOKEN("t-two", "100"));
    desk_expect(desk_heard(d, DESK_TICKETS), "\r\nauthorization: Bearer t-two\r\n");
    leave(client);

    call("/mcp/tickets", TIER_1);
    desk_expect(desk_heard(d, DESK_TICKETS), "\r\nauthorization: Bearer t-ana\r\n");
    nobody_asks_for_a_token();
}

static void test_a_client_without_a_secret(void)
{
    open_desk(with_key);
    call("/mcp/payments", TIER_1);
    struct sim_conn *up = desk_reached(d, DESK_MINI);
    const char *form = heard(up);
    desk_expect(form, "POST / HTTP/1.1\r\n");
    TEST_ASSERT_NULL(strstr(form, "authorization"));
    desk_expect(form, "&client_id=gate%3Away");
    desk_expect(mint_signed(field_of(form, "subject_token=")), "\"aud\":\"http://127.0.0.1:9102\"");
    give(up, TOKEN("t-1", "100"));
    desk_expect(desk_heard(d, DESK_PAYMENTS), "\r\nauthorization: Bearer t-1\r\n");
}

static void test_nothing_to_exchange(void)
{
    open_desk(NULL); /* no key */
    struct sim_conn *client = call("/mcp/tickets", TIER_1);
    desk_expect(desk_text(client), "assertion_unavailable");
    leave(client);
    desk_nobody_asked(d);
    desk_close(d);
    open_desk(with_key);
    sim_set_unix_ms(d->sim, -1);
    client = call("/mcp/tickets", TIER_1);
    desk_expect(desk_text(client), "assertion_unavailable");
    desk_expect(desk_text(client), "(tickets)");
    client = call("/mcp/tickets", TRIAGE); /* a name that is too long */
    desk_expect(desk_text(client), "assertion_unavailable");
    desk_nobody_asked(d);
}

static void test_no_place_for_a_token(void)
{
    open_desk(with_one_token);
    struct sim_conn *first = call("/mcp/tickets", TIER_1);
    struct sim_conn *up = server_asked();
    struct sim_conn *second = call("/mcp/tickets", TIER_2);
    desk_expect(desk_text(second), "upstream_tokens_full");
    desk_expect(desk_text(second), "The limit upstream_tokens_max is 1 tokens.");
    desk_expect(desk_text(second), "(tickets)");
    leave(second);
    give(up, TOKEN("t-ana", "100"));
    desk_heard(d, DESK_TICKETS);
    leave(first);
    second = call("/mcp/tickets", TIER_2);
    give(server_asked(), TOKEN("t-two", "100"));
    desk_expect(desk_heard(d, DESK_TICKETS), "\r\nauthorization: Bearer t-two\r\n");
}

/* Who listens for hours needs the token for a moment. */
static void test_an_open_stream_holds_no_place(void)
{
    open_desk(with_one_token);
    desk_ask(d, "GET /mcp/crm HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n" TIER_1 "\r\n");
    give(server_asked(), TOKEN("t-crm", "100"));
    struct sim_conn *up = desk_reached(d, DESK_CRM);
    desk_expect(heard(up), "Bearer t-crm\r\n");
    struct sim_conn *client = call("/mcp/tickets", TIER_2);
    desk_expect(desk_text(client), "upstream_tokens_full"); /* not answered: it may be sent again */
    leave(client);
    const char *head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: ping\n\n";
    sim_push(up, pn_slice(head, strlen(head)));
    desk_run(d);
    call("/mcp/tickets", TIER_2);
    give(server_asked(), TOKEN("t-two", "100"));
    desk_expect(desk_heard(d, DESK_TICKETS), "\r\nauthorization: Bearer t-two\r\n");
    TEST_ASSERT_TRUE(sim_held(up));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_token_of_the_gateways_own);
    RUN_TEST(test_many_share_one_question);
    RUN_TEST(test_it_is_renewed);
    RUN_TEST(test_one_401_is_not_the_end_of_it);
    RUN_TEST(test_it_is_spurned);
    RUN_TEST(test_it_is_down);
    RUN_TEST(test_it_is_silent);
    RUN_TEST(test_it_answers_otherwise);
    RUN_TEST(test_no_secret);
    RUN_TEST(test_who_asked_has_left);
    RUN_TEST(test_the_gateway_stops);
    RUN_TEST(test_a_token_of_the_callers);
    RUN_TEST(test_a_client_without_a_secret);
    RUN_TEST(test_nothing_to_exchange);
    RUN_TEST(test_no_place_for_a_token);
    RUN_TEST(test_an_open_stream_holds_no_place);
    return UNITY_END();
}
