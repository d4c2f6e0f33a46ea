/* Callers with tokens that only their issuer can read: what becomes of answers that are none, who is
 * limited, and what strangers leave to those who are known.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/token_issuer.h"
#include "unity.h"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
    desk_close(d);
    token_bundle_remove();
}

#define STAT(name) atomic_load(&pn_gateway_stats(d->gateway)->name)

/* --- answers that are none --- */

static void test_no_answer_allows_nothing(void)
{
    static const struct {
        const char *status, *said;
    } rows[] = {
        { "500 Internal Server Error", ISSUER_SAYS_TIER_1 "}" },
        { "401 Unauthorized", "{\"error\":\"invalid_client\"}" },
        { "302 Found", "" },
        { "204 No Content", "" },
        { "200 OK", "" },
        { "200 OK", "<html>" },
        { "200 OK", "[]" },
        { "200 OK", "{}" },
        { "200 OK", "{\"active\":\"true\"}" },
        { "200 OK", "{\"active\":1}" },
        { "200 OK", "{\"active\":false,\"active\":true}" },
        { "200 OK", "{\"active\":false,\"Active\":true}" },
        { "200 OK", "{\"active\":true" },
    };
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        struct sim_conn *client = issuer_client(name);
        issuer_answers(issuer_asked(), rows[i].status, "", rows[i].said);
        desk_expect(desk_text(client), "HTTP/1.1 503 ");
        desk_expect(desk_text(client), "retry-after: ");
        issuer_client_gets(client, "token_unasked");
    }
    TEST_ASSERT_EQUAL(sizeof rows / sizeof rows[0], STAT(tokens_unasked));
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "introspection_failed"));
    issuer_client_gets(issuer_client(name), "token_unasked"); /* not asked again at once */
    issuer_not_asked();
    desk_wait(d, 3000);
    struct sim_conn *client = issuer_client(name);
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(client));
    TEST_ASSERT_EQUAL(1, desk_count(desk_log(d), "introspection_answered"));
}

static void test_an_answer_that_is_too_long(void)
{
    static char said[PN_ASKED_BYTES + 600];

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    for (int longer = 0; longer < 2; longer++) {
        char name[] = { 't', (char)('0' + longer), '\0' };
        strcpy(said, ISSUER_SAYS_TIER_1 ",\"x\":\"");
        memset(said + strlen(said), 'x',
               (size_t)PN_ASKED_BYTES + (size_t)longer - strlen(said) - 2);
        strcpy(said + PN_ASKED_BYTES + longer - 2, "\"}");
        TEST_ASSERT_EQUAL(PN_ASKED_BYTES + longer, strlen(said));
        struct sim_conn *client = issuer_client(name);
        issuer_says(said);
        if (longer) issuer_client_gets(client, "token_unasked");
        else TEST_ASSERT_TRUE(issuer_client_passes(client));
        memset(said, 0, sizeof said);
    }
}

static void test_nobody_answers(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    struct sim_conn *client = issuer_client("t1"), *up = issuer_asked();
    desk_wait(d, 4900);
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    desk_wait(d, 300);
    issuer_client_gets(client, "token_unasked");
    TEST_ASSERT_FALSE(sim_held(up));
    desk_expect(desk_log(d), "\"reason\":\"upstream_timeout\"");
    client = issuer_client("t2");
    issuer_asked();
    sim_close(client);
    desk_run(d);
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    desk_check_rest(d);
}

/* However long the queue is that it waits in. */
static void test_nobody_waits_for_longer_than_an_errand(void)
{
    struct sim_conn *clients[4];
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, issuer_few_places);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "t%d", i);
        clients[i] = issuer_client(name);
    }
    desk_wait(d, 4900);
    TEST_ASSERT_EQUAL_STRING("", desk_text(clients[3]));
    desk_wait(d, 300);
    for (int i = 0; i < 4; i++) {
        desk_expect(desk_text(clients[i]), "HTTP/1.1 503 ");
        issuer_client_gets(clients[i], "token_unasked");
    }
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
    issuer_asked();
    issuer_asked();
    desk_wait(d, 5200); /* what nobody waits for is not asked for ever */
    issuer_not_asked();
    issuer_client("t5");
    issuer_asked();
}

/* Exchanges are for those who are known. */
static void test_strangers_do_not_take_every_exchange(void)
{
    struct sim_conn *clients[8];
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, NULL);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "t%d", i);
        clients[i] = issuer_client(name);
        desk_wait(d, 10);
    }
    TEST_ASSERT_EQUAL(8, pn_gateway_exchanges(d->gateway));
    TEST_ASSERT_TRUE(issuer_client_passes(desk_ask(d, desk_post(CHAT, TIER_1, HELLO))));
    TEST_ASSERT_EQUAL_STRING("", desk_text(clients[1]));
    desk_expect(desk_text(clients[0]), "HTTP/1.1 503 ");
    issuer_client_gets(clients[0], "token_unasked");
    struct sim_conn *head = desk_ask(d, "GET /"); /* has been there for less long */
    TEST_ASSERT_TRUE(issuer_client_passes(desk_ask(d, desk_post(CHAT, TIER_1, HELLO))));
    issuer_client_gets(clients[1], "token_unasked");
    for (int i = 2; i < 8; i++) sim_close(clients[i]);
    sim_close(head);
    desk_wait(d, 6000);
    TEST_ASSERT_EQUAL(0, pn_gateway_exchanges(d->gateway));
}

static void no_credentials(struct pn_config *config)
{
    config->credentials = NULL;
}

static void test_no_credential(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, no_credentials);
    issuer_client_gets(issuer_client("t1"), "token_unasked");
    issuer_not_asked();
    desk_expect(desk_log(d), "\"reason\":\"credential_missing\"");
}

/* --- who may ask how often --- */

static void three_failures(struct pn_config *config)
{
    config->limits.token_failures_max = 3;
}

static void test_who_guesses_is_limited(void)
{
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, three_failures);
    struct sim_conn *good = issuer_client("good");
    issuer_says(ISSUER_SAYS_TIER_1 "}");
    TEST_ASSERT_TRUE(issuer_client_passes(good));
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "t%d", i);
        struct sim_conn *client = issuer_client(name);
        issuer_says("{\"active\":false}");
        issuer_client_gets(client, "token_inactive");
    }
    issuer_client_gets(issuer_client("t9"), "token_rate");
    issuer_not_asked();
    TEST_ASSERT_TRUE(issuer_client_passes(issuer_client("good")));
    desk_wait(d, 61000);
    issuer_client("t9");
    issuer_asked();
}

static void expect_limited(void)
{
    issuer_client_gets(issuer_client("one-more"), "token_rate");
    issuer_not_asked();
}

static void test_who_does_not_wait_is_counted(void)
{
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, three_failures);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "t%d", i);
        sim_close(issuer_client(name));
        issuer_asked();
    }
    expect_limited();
}

static void test_no_answer_is_counted(void)
{
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, three_failures);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "t%d", i);
        struct sim_conn *client = issuer_client(name);
        issuer_answers(issuer_asked(), "500 Internal Server Error", "", "");
        issuer_client_gets(client, "token_unasked");
    }
    expect_limited();
}

/* However many requests waited for it. */
static void test_one_no_counts_once(void)
{
    struct sim_conn *clients[5];

    d = issuer_opens(ISSUER_ASKED(""), NULL, three_failures);
    for (int i = 0; i < 5; i++) clients[i] = issuer_client("revoked");
    issuer_says("{\"active\":false}");
    for (int i = 0; i < 5; i++) issuer_client_gets(clients[i], "token_inactive");
    for (int i = 0; i < 2; i++) {
        struct sim_conn *client = issuer_client(i ? "t1" : "t2");
        issuer_says("{\"active\":false}");
        issuer_client_gets(client, "token_inactive");
    }
    expect_limited();
}

static void test_good_tokens_do_not_count(void)
{
    char name[24];

    d = issuer_opens(ISSUER_ASKED(""), NULL, three_failures);
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "t%d", i);
        struct sim_conn *client = issuer_client(name);
        issuer_says(ISSUER_SAYS_TIER_1 "}");
        TEST_ASSERT_TRUE(issuer_client_passes(client));
    }
}

static void one_errand(struct pn_config *config)
{
    config->limits.errands_max = 1;
}

/* Tokens for upstreams are asked for meanwhile. */
static void test_strangers_do_not_take_every_errand(void)
{
    d = issuer_opens(ISSUER_ASKED(""), NULL, one_errand);
    token_bundle_remove();
    desk_install(d, token_bundle_with(PN_SOURCE_DIR "/test/exchange/bundles/passes-desk",
                                      ISSUER_ASKED(""), NULL));
    issuer_client("t0");
    struct sim_conn *up = issuer_asked();
    issuer_client("t1");
    issuer_client("t2");
    desk_ask(d, desk_post("/mcp/crm", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\","
                          "\"params\":{\"name\":\"look\"}}"));
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    issuer_answers(up, "200 OK", "", "{\"active\":false}");
    TEST_ASSERT_NOT_NULL_MESSAGE(desk_reached(d, DESK_MAIN), "no token is asked for");
    issuer_not_asked();
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_no_answer_allows_nothing);
    RUN_TEST(test_an_answer_that_is_too_long);
    RUN_TEST(test_nobody_answers);
    RUN_TEST(test_nobody_waits_for_longer_than_an_errand);
    RUN_TEST(test_strangers_do_not_take_every_exchange);
    RUN_TEST(test_no_credential);
    RUN_TEST(test_who_guesses_is_limited);
    RUN_TEST(test_who_does_not_wait_is_counted);
    RUN_TEST(test_no_answer_is_counted);
    RUN_TEST(test_one_no_counts_once);
    RUN_TEST(test_good_tokens_do_not_count);
    RUN_TEST(test_strangers_do_not_take_every_errand);
    return UNITY_END();
}
