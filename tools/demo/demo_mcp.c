/* see demo.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/facts/facts_mcp.h"
#include "core/json/json_scan.h"
#include "tools/demo/demo.h"

enum { KEYS = 1024 };

struct tool_row {
    const char *server;
    struct pn_slice name, description, properties, required;
};

#define ROW(server, name, description, properties, required) \
    { \
        server, PN_SLICE_INIT(name), PN_SLICE_INIT(description), PN_SLICE_INIT(properties), \
            PN_SLICE_INIT(required) \
    }

static const struct tool_row tools[] = {
    ROW("crm", "customer_lookup", "Find a customer.", "\"email\":{\"type\":\"string\"}",
        "\"email\""),
    ROW("crm", "customer_note", "Write a note on a customer.",
        "\"email\":{\"type\":\"string\"},\"note\":{\"type\":\"string\"}", "\"email\",\"note\""),
    ROW("tickets", "ticket_read", "Read a ticket.", "\"ticket_id\":{\"type\":\"string\"}",
        "\"ticket_id\""),
    ROW("tickets", "ticket_reply", "Answer a ticket.",
        "\"ticket_id\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}",
        "\"ticket_id\",\"text\""),
    ROW("tickets", "ticket_close", "Close a ticket.", "\"ticket_id\":{\"type\":\"string\"}",
        "\"ticket_id\""),
    ROW("payments", "refund_issue", "Pay money back to a customer.",
        "\"ticket_id\":{\"type\":\"string\"},\"amount_cents\":{\"type\":\"integer\"}",
        "\"ticket_id\",\"amount_cents\""),
    ROW("payments", "payment_lookup", "Find a payment.", "\"payment_id\":{\"type\":\"string\"}",
        "\"payment_id\""),
    ROW("payments", "payout_create", "Pay out to an account.",
        "\"amount_cents\":{\"type\":\"integer\"}", "\"amount_cents\""),
    ROW("payroll", "salary_read", "Read a salary.", "\"employee\":{\"type\":\"string\"}",
        "\"employee\""),
};

struct call {
    struct pn_value wire[PN_MCP_SLOTS];
    struct pn_json_span spans[PN_MCP_SLOTS];
    struct pn_mcp_message message;
};

static bool read_call(struct pn_slice body, struct call *call)
{
    struct pn_json_key *at = calloc(KEYS, sizeof *at);
    struct pn_json_pick pick = {
        .wire = pn_facts_mcp_trie(), .slots = call->wire, .spans = call->spans, .base = body.at
    };
    struct pn_json_keys keys;
    struct pn_json_scan scan;
    uint8_t seed[16] = { 2 };

    if (!at) return false;
    pn_json_keys_init(&keys, at, KEYS, seed);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, &keys, NULL);
    bool good = pn_json_scan_step(&scan, body, PN_JSON_LAST, &pick) == PN_DONE &&
                pn_facts_mcp_read(call->wire, call->spans, body, &call->message) == PN_REASON_NONE;
    free(at);
    return good;
}

static void begin_answer(struct pn_writer *w, const struct call *call)
{
    pn_write_text(w, "{\"jsonrpc\":\"2.0\",\"id\":");
    pn_write(w, call->message.id);
}

static void write_tool(struct pn_writer *w, const struct tool_row *tool)
{
    pn_write_text(w, "{\"name\":");
    pn_write_json_string(w, tool->name);
    pn_write_text(w, ",\"description\":");
    pn_write_json_string(w, tool->description);
    pn_write_text(w, ",\"inputSchema\":{\"type\":\"object\",\"properties\":{");
    pn_write(w, tool->properties);
    pn_write_text(w, "},\"required\":[");
    pn_write(w, tool->required);
    pn_write_text(w, "]}}");
}

static void write_tools(struct pn_writer *w, const char *server)
{
    bool any = false;

    pn_write_text(w, ",\"result\":{\"tools\":[");
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        if (strcmp(tools[i].server, server) != 0) continue;
        if (any) pn_write_text(w, ",");
        write_tool(w, &tools[i]);
        any = true;
    }
    pn_write_text(w, "]}}");
}

static void write_initialized(struct pn_writer *w, const char *server)
{
    pn_write_text(w,
                  ",\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                  "\"serverInfo\":{\"name\":");
    pn_write_json_string(w, pn_slice(server, strlen(server)));
    pn_write_text(w, ",\"version\":\"1.0.0\"}}}");
}

/* What the tool did, in words; it did nothing. */
static void write_done(struct pn_writer *w, const struct call *call)
{
    uint8_t room[1024];
    struct pn_writer text = pn_writer(room, sizeof room);
    const struct pn_value *arguments = &call->wire[PN_MCP_ARGUMENTS];

    pn_write(&text, call->message.item);
    pn_write_text(&text, " done");
    if (arguments->type == PN_MAP && arguments->len < 800) {
        pn_write_text(&text, ": ");
        pn_write(&text, pn_value_text(arguments));
    }
    pn_write_text(w, ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":");
    pn_write_json_string(w, pn_written(&text));
    pn_write_text(w, "}]}}");
}

static bool has_tool(const char *server, struct pn_slice name)
{
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        if (strcmp(tools[i].server, server) == 0 && pn_slice_equal(tools[i].name, name))
            return true;
    }
    return false;
}

static void write_error(struct pn_writer *w, int code, struct pn_slice message)
{
    pn_write_text(w, ",\"error\":{\"code\":");
    pn_write_i64(w, code);
    pn_write_text(w, ",\"message\":");
    pn_write_json_string(w, message);
    pn_write_text(w, "}}");
}

static void write_result(struct pn_writer *w, const char *server, const struct call *call)
{
    const struct pn_mcp_message *m = &call->message;

    begin_answer(w, call);
    if (m->row == PN_MCP_OPENING) write_initialized(w, server);
    else if (m->row == PN_MCP_TOOL_CALL && has_tool(server, m->item)) write_done(w, call);
    else if (m->row == PN_MCP_TOOL_CALL) write_error(w, -32602, PN_SLICE("Unknown tool"));
    else if (pn_slice_equal(m->method, PN_SLICE("tools/list"))) write_tools(w, server);
    else if (pn_slice_equal(m->method, PN_SLICE("ping"))) pn_write_text(w, ",\"result\":{}}");
    else write_error(w, -32601, PN_SLICE("Method not found"));
}

struct stand_in_answer demo_mcp(const struct stand_in *s, const struct stand_in_request *request,
                                struct pn_writer *w)
{
    struct call *call = calloc(1, sizeof *call);
    struct stand_in_answer answer = { .status = 405 };

    if (request->head->method == PN_METHOD_DELETE) answer.status = 200;
    if (request->head->method == PN_METHOD_POST && call) {
        answer.status = read_call(request->body, call) ? 202 : 400;
        if (answer.status == 202 && call->message.form == PN_MCP_REQUEST) {
            write_result(w, s->name, call);
            answer.status = 200;
            answer.content_type = PN_SLICE("application/json");
            answer.body = pn_written(w);
            if (call->message.row == PN_MCP_OPENING) answer.session = PN_SLICE("demo-session-1");
        }
    }
    free(call);
    return answer;
}
