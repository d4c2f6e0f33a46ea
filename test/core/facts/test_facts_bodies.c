/* What is read of a body, completion or message, and what of it decides the call.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/facts_llm.h"
#include "core/facts/facts_mcp.h"
#include "core/json/json_scan.h"
#include "core/limits.h"
#include "unity.h"

enum { KEYS = 64, SLOTS = 16 };

static struct pn_value wire[SLOTS];
static struct pn_json_span spans[SLOTS];
static struct pn_json_key key_memory[KEYS];
static uint8_t *body;

void setUp(void)
{
}

void tearDown(void)
{
    free(body);
    body = NULL;
}

/* Scan `text` from a block of exactly its size, picking by `trie`. */
static struct pn_slice pick(struct pn_trie trie, const char *text)
{
    static const uint8_t seed[16] = { 1 };
    struct pn_json_keys keys = { 0 };
    struct pn_json_scan scan;
    struct pn_json_pick p = { .wire = trie, .slots = wire, .spans = spans };
    size_t len = strlen(text);

    free(body);
    body = malloc(len);
    memcpy(body, text, len);
    p.base = body;
    pn_json_keys_init(&keys, key_memory, KEYS, seed);
    pn_json_pick_begin(&p);
    pn_json_scan_begin(&scan, &keys, NULL);
    TEST_ASSERT_EQUAL_MESSAGE(
        PN_DONE, pn_json_scan_step(&scan, pn_slice(body, len), PN_JSON_LAST, &p), text);
    return pn_slice(body, len);
}

/* --- completions --- */

static const struct llm_row {
    const char *body;
    enum pn_reason reason;
} completions[] = {
    { "{\"model\":\"m\"}", PN_REASON_NONE },
    { "{\"model\":\"m\",\"stream\":true,\"max_tokens\":5,\"messages\":[],\"tools\":[]}",
      PN_REASON_NONE },
    { "{\"model\":\"m\",\"stream\":null,\"max_tokens\":null,\"messages\":null,\"tools\":null}",
      PN_REASON_NONE },
    { "{\"model\":\"m\",\"max_completion_tokens\":1.5}", PN_REASON_NONE },
    { "{}", PN_REASON_MODEL_MISSING },
    { "[]", PN_REASON_MODEL_MISSING },
    { "\"m\"", PN_REASON_MODEL_MISSING },
    { "{\"model\":null}", PN_REASON_MODEL_MISSING },
    { "{\"model\":\"\"}", PN_REASON_MODEL_MISSING },
    { "{\"model\":[\"m\"]}", PN_REASON_MODEL_MISSING },
    { "{\"a\":{\"model\":\"m\"}}", PN_REASON_MODEL_MISSING },
    { "[{\"model\":\"m\"}]", PN_REASON_MODEL_MISSING },
    { "{\"model\":\"m\",\"stream\":1}", PN_REASON_FIELD_TYPE },
    { "{\"model\":\"m\",\"stream\":\"true\"}", PN_REASON_FIELD_TYPE },
    { "{\"model\":\"m\",\"max_tokens\":\"5\"}", PN_REASON_FIELD_TYPE },
    { "{\"model\":\"m\",\"max_completion_tokens\":{}}", PN_REASON_FIELD_TYPE },
    { "{\"model\":\"m\",\"messages\":{}}", PN_REASON_FIELD_TYPE },
    { "{\"model\":\"m\",\"messages\":\"hi\"}", PN_REASON_FIELD_TYPE },
    { "{\"model\":\"m\",\"tools\":{}}", PN_REASON_FIELD_TYPE },
};

static void test_completions(void)
{
    for (size_t i = 0; i < sizeof completions / sizeof completions[0]; i++) {
        pick(pn_facts_llm_trie(), completions[i].body);
        TEST_ASSERT_EQUAL_MESSAGE(completions[i].reason, pn_facts_llm_check(wire),
                                  completions[i].body);
    }
}

static void test_a_model_name_is_bounded(void)
{
    static char text[PN_NAME_BYTES + 64];

    for (int len = PN_NAME_BYTES - 1; len <= PN_NAME_BYTES + 1; len++) {
        memcpy(text, "{\"model\":\"", 10);
        memset(text + 10, 'm', (size_t)len);
        strcpy(text + 10 + len, "\"}");
        pick(pn_facts_llm_trie(), text);
        TEST_ASSERT_EQUAL(len <= PN_NAME_BYTES ? PN_REASON_NONE : PN_REASON_MODEL_MISSING,
                          pn_facts_llm_check(wire));
    }
}

/* --- messages --- */

#define RPC(rest)  "{\"jsonrpc\":\"2.0\"," rest "}"
#define CALL(name) RPC("\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":" name "}")

static const struct mcp_row {
    const char *body;
    enum pn_reason reason;
    enum pn_mcp_form form;
    enum pn_mcp_row row;
    const char *action, *id, *item;
} messages[] = {
    { RPC("\"id\":1,\"method\":\"initialize\",\"params\":{}"), PN_REASON_NONE, PN_MCP_REQUEST,
      PN_MCP_OPENING, "initialize", "1", "" },
    { RPC("\"id\":1,\"method\":\"ping\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_HOUSEKEEPING,
      "initialize", "1", "" },
    { RPC("\"method\":\"notifications/initialized\""), PN_REASON_NONE, PN_MCP_NOTIFICATION,
      PN_MCP_HOUSEKEEPING, "initialize", "", "" },
    { RPC("\"id\":\"x\",\"result\":{}"), PN_REASON_NONE, PN_MCP_ANSWER, PN_MCP_HOUSEKEEPING,
      "initialize", "\"x\"", "" },
    { RPC("\"id\":null,\"error\":{}"), PN_REASON_NONE, PN_MCP_ANSWER, PN_MCP_HOUSEKEEPING,
      "initialize", "null", "" },
    { RPC("\"id\":1,\"method\":\"tools/list\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_LISTING,
      "initialize", "1", "" },
    { RPC("\"id\":1,\"method\":\"prompts/list\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_LISTING,
      "initialize", "1", "" },
    { RPC("\"id\":1,\"method\":\"resources/list\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_LISTING,
      "initialize", "1", "" },
    { CALL("\"a_tool\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_TOOL_CALL, "tools/call/a_tool",
      "1", "a_tool" },
    { CALL("\"a\\u005ftool\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_TOOL_CALL,
      "tools/call/a_tool", "1", "a_tool" },
    { RPC("\"id\":1,\"method\":\"prompts/get\",\"params\":{\"name\":\"p\"}"), PN_REASON_NONE,
      PN_MCP_REQUEST, PN_MCP_PROMPT_GET, "prompts/get/p", "1", "p" },
    { RPC("\"id\":1,\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///a b\"}"),
      PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_RESOURCE_READ, "resources/read", "1", "file:///a b" },
    { RPC("\"id\":1,\"method\":\"logging/setLevel\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_OTHER,
      "logging/setLevel", "1", "" },
    { RPC("\"id\":1,\"method\":\"resources/templates/list\""), PN_REASON_NONE, PN_MCP_REQUEST,
      PN_MCP_OTHER, "resources/templates/list", "1", "" },
    { RPC("\"id\":1,\"method\":\"TOOLS/CALL\""), PN_REASON_NONE, PN_MCP_REQUEST, PN_MCP_OTHER,
      "TOOLS/CALL", "1", "" },
    { "[]", PN_REASON_RPC_BATCH, 0, 0, NULL, NULL, NULL },
    { "{}", PN_REASON_RPC_INVALID, 0, 0, NULL, NULL, NULL },
    { RPC("\"id\":1,\"method\":\"ping\",\"params\":5"), PN_REASON_RPC_INVALID, 0, 0, NULL, NULL,
      NULL },
    { RPC("\"id\":[],\"method\":\"ping\""), PN_REASON_RPC_INVALID, 0, 0, NULL, NULL, NULL },
    { RPC("\"method\":\"tools/call\",\"params\":{\"name\":\"a\"}"), PN_REASON_RPC_INVALID, 0, 0,
      NULL, NULL, NULL },
    { CALL("5"), PN_REASON_FIELD_TYPE, 0, 0, NULL, NULL, NULL },
    { CALL("\"\""), PN_REASON_FIELD_TYPE, 0, 0, NULL, NULL, NULL },
    { RPC("\"id\":1,\"method\":\"tools/call\""), PN_REASON_FIELD_TYPE, 0, 0, NULL, NULL, NULL },
    { RPC("\"id\":1,\"method\":\"resources/read\",\"params\":{\"name\":\"u\"}"),
      PN_REASON_FIELD_TYPE, 0, 0, NULL, NULL, NULL },
    { RPC("\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":[]}"),
      PN_REASON_FIELD_TYPE, 0, 0, NULL, NULL, NULL },
    { CALL("\"a b\""), PN_REASON_TOOL_NAME_INVALID, 0, 0, NULL, NULL, NULL },
    { CALL("\"a\\/../b;\""), PN_REASON_TOOL_NAME_INVALID, 0, 0, NULL, NULL, NULL },
};

static void expect_text(const char *expected, struct pn_slice got)
{
    TEST_ASSERT_EQUAL_size_t(strlen(expected), got.len);
    if (got.len > 0) TEST_ASSERT_EQUAL_MEMORY(expected, got.at, got.len);
}

static void test_messages(void)
{
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        const struct mcp_row *row = &messages[i];
        struct pn_mcp_message m;
        uint8_t room[300];
        struct pn_writer action = pn_writer(room, sizeof room);
        struct pn_slice text = pick(pn_facts_mcp_trie(), row->body);

        TEST_ASSERT_EQUAL_MESSAGE(row->reason, pn_facts_mcp_read(wire, spans, text, &m), row->body);
        if (row->reason != PN_REASON_NONE) continue;
        TEST_ASSERT_EQUAL_MESSAGE(row->form, m.form, row->body);
        TEST_ASSERT_EQUAL_MESSAGE(row->row, m.row, row->body);
        pn_facts_mcp_action(&action, &m);
        expect_text(row->action, pn_written(&action));
        expect_text(row->id, m.id);
        expect_text(row->item, m.item);
    }
}

static void test_tool_names(void)
{
    static const char fits[] = "abcxyzABCXYZ0189_-./";
    uint8_t text[130];

    for (int ch = 0; ch < 256; ch++) {
        text[0] = (uint8_t)ch;
        TEST_ASSERT_EQUAL(ch != 0 && (isalnum(ch) || strchr(fits, ch)) && ch < 128,
                          pn_facts_mcp_tool_name(pn_slice(text, 1)));
    }
    memset(text, 'a', sizeof text);
    TEST_ASSERT_FALSE(pn_facts_mcp_tool_name(pn_slice(text, 0)));
    for (size_t len = 1; len <= sizeof text; len++) {
        TEST_ASSERT_EQUAL(len <= 128, pn_facts_mcp_tool_name(pn_slice(text, len)));
    }
    text[100] = ' ';
    TEST_ASSERT_FALSE(pn_facts_mcp_tool_name(pn_slice(text, 128)));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_completions);
    RUN_TEST(test_a_model_name_is_bounded);
    RUN_TEST(test_messages);
    RUN_TEST(test_tool_names);
    return UNITY_END();
}
