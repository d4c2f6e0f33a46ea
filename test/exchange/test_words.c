/* What a rule says of the call at hand reaches the agent and the record, whatever the rule's
 * expression comes to.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "unity.h"

#define ODD_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"
#define CALL(name, arguments) \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" name \
    "\",\"arguments\":" arguments "}}"

static struct desk *d;

void setUp(void)
{
    d = desk_open_at(ODD_FOLDER, NULL);
}

void tearDown(void)
{
    desk_check_rest(d);
    desk_close(d);
}

static void ask(const char *path, const char *body, const char *const parts[])
{
    struct sim_conn *client = desk_ask(d, desk_post(path, TIER_1, body));

    for (size_t i = 0; parts[i] != NULL; i++) desk_expect(desk_text(client), parts[i]);
    desk_nobody_asked(d);
    sim_close(client);
    desk_run(d);
}

static void test_a_tool_result_says_the_amount(void)
{
    ask("/mcp/crm", CALL("credit", "{\"amount\":901}"),
        (const char *const[]){
            "HTTP/1.1 200 OK",
            "\"text\":\"Refused by policy: a credit of 901 is more than 500\\nWhat would help: "
            "{\\\"type\\\":\\\"step_up\\\",\\\"asked\\\":901,\\\"at_most\\\":500}\"",
            "\"isError\":true",
            "\"reason_code\":\"step_up_required\"",
            "\"outcome\":\"step_up\"",
            "\"reason\":\"a credit of 901 is more than 500\"",
            "\"remediation\":{\"type\":\"step_up\",\"asked\":901,\"at_most\":500}",
            NULL,
        });
    desk_expect(desk_log(d), "\"reason\":\"a credit of 901 is more than 500\"");
}

/* The next call gets words of its own. */
static void test_words_are_not_kept(void)
{
    ask("/mcp/crm", CALL("credit", "{\"amount\":901}"), (const char *const[]){ "of 901", NULL });
    ask("/mcp/crm", CALL("credit", "{\"amount\":77777.5}"),
        (const char *const[]){ "a credit of 77777.5 is more than 500\\n", "\"asked\":77777.5,",
                               NULL });
}

static void test_an_rpc_error_says_it_too(void)
{
    ask("/mcp/crm",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/get\",\"params\":{\"name\":\"credit\","
        "\"arguments\":{\"amount\":501}}}",
        (const char *const[]){
            "\"error\":{\"code\":403,\"message\":\"Refused by policy: a credit of 501 is more than "
            "500\"",
            "\"remediation\":{\"type\":\"step_up\",\"asked\":501,\"at_most\":500}", NULL });
}

static void test_openai_says_it_too(void)
{
    ask("/v1/chat/completions", "{\"model\":\"gpt-4o\",\"max_tokens\":4096,\"messages\":[]}",
        (const char *const[]){
            "HTTP/1.1 403 ",
            "\"message\":\"Refused by policy: 4096 tokens are too many for ",
            "\"reason\":\"4096 tokens are too many for ",
            NULL,
        });
    desk_expect(desk_log(d), "\"reason\":\"4096 tokens are too many for ");
}

/* Text of the agent's own comes back as text, not as JSON or lines of a log. */
static void test_quoted_text_stays_text(void)
{
    ask("/mcp/crm", CALL("vague", "{\"what\":\"\\\"},\\n{\",\"help\":{\"a\":\"\\u0022\\n\"}}"),
        (const char *const[]){ "\"reason\":\"not \\\"},\\n{\"",
                               "\"remediation\":{\"a\":\"\\\"\\n\"}", NULL });
    desk_expect(desk_log(d), "\"reason\":\"not \\\"},\\n{\"");
}

/* The decision stands; it is told as if the rule said nothing. */
static void test_an_error_changes_no_decision(void)
{
    ask("/mcp/crm", CALL("vague", "{\"what\":5}"),
        (const char *const[]){
            "\"reason_code\":\"denied_by_rule\"",
            "\"text\":\"A rule denies this call.\"",
            "\"rule\":\"says-what-is-not-there\"}",
            NULL,
        });
}

static void verbose(size_t text_bytes, const char *const parts[])
{
    char *body = malloc(text_bytes + 256);
    int head = sprintf(body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                             "{\"name\":\"verbose\",\"arguments\":{\"text\":\"");

    memset(body + head, 'x', text_bytes);
    strcpy(body + head + text_bytes, "\"}}}");
    ask("/mcp/crm", body, parts);
    free(body);
}

/* Too long for the answer, or for the memory lent to values: as if the rule gave no reason. What is
 * constant is said all the same. */
static void test_words_that_do_not_fit(void)
{
    verbose(4, (const char *const[]){ "\"reason\":\"xxxx xxxx xxxx", NULL });
    verbose(1000, (const char *const[]){
                      "\"text\":\"A rule",
                      "\"rule\":\"says-too-much\",\"remediation\":{\"try\":\"less\"}", NULL });
    verbose(40000, (const char *const[]){
                       "\"rule\":\"says-too-much\",\"remediation\":{\"try\":\"less\"}", NULL });
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_tool_result_says_the_amount);
    RUN_TEST(test_words_are_not_kept);
    RUN_TEST(test_an_rpc_error_says_it_too);
    RUN_TEST(test_openai_says_it_too);
    RUN_TEST(test_quoted_text_stays_text);
    RUN_TEST(test_an_error_changes_no_decision);
    RUN_TEST(test_words_that_do_not_fit);
    return UNITY_END();
}
