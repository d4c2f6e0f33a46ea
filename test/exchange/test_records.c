/* What the audit log holds of a call: who, with what, what was decided and why, what came of it.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "tools/audit_record.h"
#include "unity.h"

#define AGENT "User-Agent: desk-bot/2.1\r\n"
#define REFUND \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"refund_issue\"," \
    "\"arguments\":{\"ticket_id\":\"T-1001\",\"amount_cents\":4000,\"note\":\"by card\"}}}"
#define OK_ANSWER \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n" \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}  "

static struct desk *d;

void setUp(void)
{
    d = NULL;
}

void tearDown(void)
{
    desk_close(d);
}

static void ask_refund(void)
{
    desk_ask(d, desk_post("/mcp/payments", TIER_1 AGENT, REFUND));
    struct sim_conn *up = desk_reached(d, DESK_PAYMENTS);

    TEST_ASSERT_NOT_NULL(up);
    desk_wait(d, 40);
    sim_push_text(up, OK_ANSWER);
    desk_run(d);
}

/* The record of that kind, which is a line of its own. */
static const char *record(const char *kind)
{
    static char line[PN_AUDIT_LINE_BYTES];
    const char *log = desk_log(d), *at = strstr(log, kind);

    TEST_ASSERT_NOT_NULL_MESSAGE(at, kind);
    while (at > log && at[-1] != '\n') at--;
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void test_a_decision_says_who_did_what_and_why(void)
{
    static const char *const parts[] = {
        "\"seq\":",
        "\"time\":\"",
        "\"who\":{\"id\":\"",
        "\"key_id\":\"",
        "\"proof\":\"api_key\",\"roles\":[\"tier-1-support\"",
        "\"task\":\"T-1001\"",
        "\"client\":{\"user_agent\":\"desk-bot/2.1\"}",
        "\"surface\":\"mcp\",\"server\":\"payments\",\"tool\":\"refund_issue\",\"method\":\"tools/call\"",
        "\"action\":\"tools/call/refund_issue\",\"args_hmac\":\"hmac-sha256:",
        "\"outcome\":\"allow\",\"rule\":\"resource.mcp:payments.vdefault#allow-listed-actions\"",
        "\"policy\":{\"id\":\"",
        "\"sequence\":1}",
        "\"R.attr.arguments.amount_cents\":4000",
        "\"R.attr.arguments.ticket_id\":\"T-1001\"",
        "\"P.attr.task\":\"T-1001\"",
    };

    d = desk_open(NULL);
    ask_refund();
    const char *decision = record("\"kind\":\"decision\"");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) desk_expect(decision, parts[i]);
    TEST_ASSERT_NULL(strstr(decision, "by card")); /* no rule reads it */
}

static void test_an_end_says_what_came_of_it(void)
{
    char id[64];

    d = desk_open(NULL);
    ask_refund();
    const char *at = strstr(record("\"kind\":\"decision\""), "\"id\":\"");
    snprintf(id, sizeof id, "%.*s", (int)strcspn(at, ","), at);
    const char *end = record("\"kind\":\"end\"");
    desk_expect(end, id);
    desk_expect(
        end, "\"status\":200,\"upstream\":\"payments\",\"upstream_status\":200,\"latency_us\":4");
    desk_expect(end, "\"bytes_out\":38,\"how\":\"done\"");
    char bytes_in[32];
    snprintf(bytes_in, sizeof bytes_in, "\"bytes_in\":%zu,", strlen(REFUND));
    desk_expect(end, bytes_in);
}

static void test_an_opening_says_which_client_it_is(void)
{
    d = desk_open(NULL);
    desk_ask(d, desk_post("/mcp/crm", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                          "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{"
                          "\"name\":\"desk-client\",\"version\":\"1\"}}}"));
    desk_expect(record("\"kind\":\"decision\""), "\"client\":{\"name\":\"desk-client\"}");
}

static void no_facts(struct pn_config *config)
{
    config->audit.facts = PN_AUDIT_FACTS_NONE;
}

static void test_without_facts_the_digest_stays(void)
{
    d = desk_open(no_facts);
    ask_refund();
    desk_expect(record("\"kind\":\"decision\""), "\"args_hmac\":\"hmac-sha256:");
    TEST_ASSERT_NULL(strstr(desk_log(d), "\"facts\""));
    TEST_ASSERT_NULL(strstr(record("\"kind\":\"decision\""), "4000"));
}

static void all_facts(struct pn_config *config)
{
    config->audit.facts = PN_AUDIT_FACTS_ALL;
}

static void test_all_facts_are_the_arguments_whole(void)
{
    d = desk_open(all_facts);
    ask_refund();
    desk_expect(record("\"kind\":\"decision\""), "\"R.attr.arguments\":");
    desk_expect(record("\"kind\":\"decision\""), "by card");
}

static const struct pn_slice masked[] = { PN_SLICE_INIT("R.attr.arguments.amount_cents"),
                                          PN_SLICE_INIT("P.attr") };

static void mask_some(struct pn_config *config)
{
    config->audit.masked = masked;
    config->audit.masked_count = 2;
}

static void mask_some_of_all(struct pn_config *config)
{
    mask_some(config);
    all_facts(config);
}

static void test_what_is_masked_is_not_written(void)
{
    d = desk_open(mask_some);
    ask_refund();
    const char *decision = record("\"kind\":\"decision\"");
    desk_expect(decision, "\"R.attr.arguments.amount_cents\":\"***\"");
    desk_expect(decision, "\"P.attr.task\":\"***\"");
    desk_expect(decision, "\"P.attr.task\":\"masked\"");
    desk_expect(decision, "\"R.attr.arguments.ticket_id\":\"T-1001\"");
    TEST_ASSERT_NULL(strstr(decision, "4000"));
}

/* The mask of a part covers the whole that it is a part of. */
static void test_what_is_masked_is_not_written_within_the_whole(void)
{
    d = desk_open(mask_some_of_all);
    ask_refund();
    TEST_ASSERT_NULL(strstr(record("\"kind\":\"decision\""), "4000"));
}

/* What rules that speak of the call could read, and what was not there, is told from what was not
 * recorded, by a state that no client can imitate. */
static void test_what_was_absent_is_named(void)
{
    d = desk_open(NULL);
    desk_ask(d, desk_post("/mcp/payments", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                          "\"name\":\"refund_issue\",\"arguments\":{\"ticket_id\":\"T-1001\"}}}"));
    const char *decision = record("\"kind\":\"decision\"");
    desk_expect(decision, "\"fact_states\":{\"R.attr.arguments.amount_cents\":\"absent\"}");
    desk_expect(decision, "\"R.attr.arguments.ticket_id\":\"T-1001\"");
}

/* A schema that only warns stops nothing, and the record says what it found. */
static void test_a_warning_is_recorded(void)
{
    d = desk_open_at(PN_SOURCE_DIR "/test/exchange/bundles/warn-desk", NULL);
    desk_ask(d, desk_post("/mcp/crm", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                          "\"name\":\"annotate\",\"arguments\":{\"note\":\"longer\"}}}"));
    const char *decision = record("\"kind\":\"decision\"");
    desk_expect(decision, "\"outcome\":\"allow\"");
    desk_expect(decision, "\"warning\":\"R.attr/arguments/note: maxLength\"");
}

/* Of another call's rules nothing is said. */
static void test_what_other_rules_read_is_not_named(void)
{
    d = desk_open(NULL);
    desk_ask(d,
             desk_post("/v1/chat/completions", TRIAGE, "{\"model\":\"gpt-4o\",\"messages\":[]}"));
    TEST_ASSERT_NULL(strstr(record("\"kind\":\"decision\""), "amount_cents"));
}

/* A map where a rule wants a number is told by its type: the record stays one that can be read. */
static void test_a_map_for_a_number_leaves_a_whole_record(void)
{
    struct pn_audit_record read;

    d = desk_open(NULL);
    desk_ask(d, desk_post("/mcp/payments", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                          "\"name\":\"refund_issue\",\"arguments\":{\"ticket_id\":\"T-1001\","
                          "\"amount_cents\":{\"a\":1}}}}"));
    const char *decision = record("\"kind\":\"decision\"");
    desk_expect(decision, "\"R.attr.arguments.amount_cents\":{}");
    desk_expect(decision, "\"R.attr.arguments.amount_cents\":\"type\"");
    TEST_ASSERT_TRUE(pn_audit_record_read(pn_slice(decision, strlen(decision)), &read));
}

/* What the signed policy calls secret is not written either, nor within the whole. */
static void test_a_secret_is_not_written(void)
{
    static const char call[] =
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
        "\"name\":\"vault\",\"arguments\":{\"pin\":\"4711\",\"slot\":3}}}";
    static void (*const wishes[])(struct pn_config *) = { NULL, all_facts };

    for (size_t i = 0; i < 2; i++) {
        if (i > 0) desk_close(d);
        d = desk_open_at(PN_SOURCE_DIR "/test/exchange/bundles/ordered-desk", wishes[i]);
        desk_ask(d, desk_post("/mcp/crm", TIER_1, call));
        desk_expect(record("\"kind\":\"decision\""), "\":\"masked\"");
        desk_expect(record("\"kind\":\"decision\""), "\"outcome\":\"allow\"");
        TEST_ASSERT_NULL(strstr(desk_log(d), "4711"));
    }
}

/* Layered policies go through the roles that the caller's key has, one after the other. */
static void test_a_policy_decided_role_by_role(void)
{
    d = desk_open_at(PN_SOURCE_DIR "/test/exchange/bundles/ordered-desk", NULL);
    desk_ask(d, desk_post("/mcp/crm", TIER_1,
                          "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{"
                          "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}"));
    desk_expect(record("\"kind\":\"decision\""), "\"action\":\"initialize\",\"outcome\":\"allow\"");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_decision_says_who_did_what_and_why);
    RUN_TEST(test_an_end_says_what_came_of_it);
    RUN_TEST(test_an_opening_says_which_client_it_is);
    RUN_TEST(test_without_facts_the_digest_stays);
    RUN_TEST(test_all_facts_are_the_arguments_whole);
    RUN_TEST(test_what_is_masked_is_not_written);
    RUN_TEST(test_what_is_masked_is_not_written_within_the_whole);
    RUN_TEST(test_what_was_absent_is_named);
    RUN_TEST(test_a_warning_is_recorded);
    RUN_TEST(test_what_other_rules_read_is_not_named);
    RUN_TEST(test_a_map_for_a_number_leaves_a_whole_record);
    RUN_TEST(test_a_policy_decided_role_by_role);
    RUN_TEST(test_a_secret_is_not_written);
    return UNITY_END();
}
