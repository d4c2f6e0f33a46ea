/* see facts_mcp.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/facts/facts_mcp.h"

/* `root` is wanted only for its type: a list is a batch. */
#define MCP_TRIE(NODE) \
    NODE(mcp, root, "", 0, PN_MCP_ROOT, mcp_jsonrpc, 0) \
    NODE(mcp, jsonrpc, "jsonrpc", 0, PN_MCP_JSONRPC, 0, mcp_id) \
    NODE(mcp, id, "id", 0, PN_MCP_ID, 0, mcp_method) \
    NODE(mcp, method, "method", 0, PN_MCP_METHOD, 0, mcp_params) \
    NODE(mcp, params, "params", 0, PN_MCP_PARAMS, mcp_name, mcp_result) \
    NODE(mcp, result, "result", 0, PN_MCP_RESULT, 0, mcp_error) \
    NODE(mcp, error, "error", 0, PN_MCP_ERROR, 0, 0) \
    NODE(mcp, name, "name", 0, PN_MCP_NAME, 0, mcp_uri) \
    NODE(mcp, uri, "uri", 0, PN_MCP_URI, 0, mcp_arguments) \
    NODE(mcp, arguments, "arguments", PN_TRIE_RAW | PN_TRIE_GRAFT, PN_MCP_ARGUMENTS, 0, \
         mcp_client) \
    NODE(mcp, client, "clientInfo", 0, PN_MCP_CLIENT, mcp_client_name, 0) \
    NODE(mcp, client_name, "name", 0, PN_MCP_CLIENT_NAME, 0, mcp_client_version) \
    NODE(mcp, client_version, "version", 0, PN_MCP_CLIENT_VERSION, 0, 0)
PN_TRIE_DEFINE(mcp, PN_MCP_SLOTS, MCP_TRIE)

struct pn_trie pn_facts_mcp_trie(void)
{
    return mcp_trie;
}

struct method_row {
    struct pn_slice method;
    enum pn_mcp_row row;
};

static const struct method_row methods[] = {
    { PN_SLICE_INIT("initialize"), PN_MCP_OPENING },
    { PN_SLICE_INIT("ping"), PN_MCP_HOUSEKEEPING },
    { PN_SLICE_INIT("tools/call"), PN_MCP_TOOL_CALL },
    { PN_SLICE_INIT("prompts/get"), PN_MCP_PROMPT_GET },
    { PN_SLICE_INIT("resources/read"), PN_MCP_RESOURCE_READ },
    { PN_SLICE_INIT("tools/list"), PN_MCP_LISTING },
    { PN_SLICE_INIT("prompts/list"), PN_MCP_LISTING },
    { PN_SLICE_INIT("resources/list"), PN_MCP_LISTING },
};

static enum pn_mcp_row row_of(struct pn_slice method)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (pn_slice_equal(method, methods[i].method)) return methods[i].row;
    }
    return PN_MCP_OTHER;
}

/* A method's name is compared as it stands: one spelled with escapes is refused, not unescaped. */
static bool plain_text(const struct pn_value *v)
{
    return v->type == PN_STRING && (v->flags & PN_VALUE_ESCAPED) == 0 && v->len > 0;
}

static bool method_name(struct pn_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t ch = pn_ascii_lower(s.at[i]);
        bool fits = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '/' ||
                    ch == '_' || ch == '-' || ch == '.' || ch == '$';
        if (!fits) return false;
    }
    return s.len > 0 && s.len <= 64;
}

bool pn_facts_mcp_tool_name(struct pn_slice s)
{
    return s.len <= 128 && method_name(pn_slice_head(s, s.len < 64 ? s.len : 64)) &&
           (s.len <= 64 || method_name(pn_slice_from(s, 64))) && pn_slice_find(s, '$') == s.len;
}

static enum pn_reason read_form(const struct pn_value *wire, struct pn_mcp_message *m)
{
    bool has_id = wire[PN_MCP_ID].type != PN_ABSENT;
    bool id_fits = wire[PN_MCP_ID].type == PN_STRING || wire[PN_MCP_ID].type == PN_INT ||
                   wire[PN_MCP_ID].type == PN_DOUBLE;
    bool answers = wire[PN_MCP_RESULT].type != PN_ABSENT || wire[PN_MCP_ERROR].type != PN_ABSENT;
    const struct pn_value *method = &wire[PN_MCP_METHOD];
    const struct pn_value *params = &wire[PN_MCP_PARAMS];

    if (wire[PN_MCP_ROOT].type == PN_LIST) return PN_REASON_RPC_BATCH;
    if (!pn_value_is_text(&wire[PN_MCP_JSONRPC], PN_SLICE("2.0"))) return PN_REASON_RPC_INVALID;
    if (has_id && !id_fits && !(answers && wire[PN_MCP_ID].type == PN_NULL)) {
        return PN_REASON_RPC_INVALID;
    }
    if (answers) {
        m->form = PN_MCP_ANSWER;
        return method->type == PN_ABSENT && has_id ? PN_REASON_NONE : PN_REASON_RPC_INVALID;
    }
    if (!plain_text(method) || !method_name(pn_value_text(method))) return PN_REASON_RPC_INVALID;
    if (params->type != PN_ABSENT && params->type != PN_MAP) return PN_REASON_RPC_INVALID;
    m->form = has_id ? PN_MCP_REQUEST : PN_MCP_NOTIFICATION;
    return PN_REASON_NONE;
}

static enum pn_mcp_row row_of_message(const struct pn_mcp_message *m)
{
    if (m->form == PN_MCP_ANSWER) return PN_MCP_HOUSEKEEPING;
    if (pn_slice_begins(m->method, PN_SLICE("notifications/"))) return PN_MCP_HOUSEKEEPING;
    return row_of(m->method);
}

/* A method spelled like the action of a tool call, or a request spelled like a notification, would be
 * judged as something else than the server takes it for. */
static bool shadows(const struct pn_mcp_message *m)
{
    if (pn_slice_begins(m->method, PN_SLICE("tools/call/"))) return true;
    if (pn_slice_begins(m->method, PN_SLICE("prompts/get/"))) return true;
    return m->form == PN_MCP_REQUEST && pn_slice_begins(m->method, PN_SLICE("notifications/"));
}

/* The prompt, tool or URI that the message is about. */
static enum pn_reason read_item(const struct pn_value *wire, struct pn_mcp_message *m)
{
    const struct pn_value *v =
        m->row == PN_MCP_RESOURCE_READ ? &wire[PN_MCP_URI] : &wire[PN_MCP_NAME];
    bool named =
        m->row == PN_MCP_TOOL_CALL || m->row == PN_MCP_PROMPT_GET || m->row == PN_MCP_RESOURCE_READ;

    if (!named) return PN_REASON_NONE;
    if (v->type != PN_STRING || v->len == 0) return PN_REASON_FIELD_TYPE;
    size_t len = pn_value_copy_text(v, m->text, sizeof m->text);
    if (len == SIZE_MAX) return PN_REASON_TOOL_NAME_INVALID;
    m->item = pn_slice(m->text, len);
    if (m->row == PN_MCP_RESOURCE_READ) return PN_REASON_NONE;
    return pn_facts_mcp_tool_name(m->item) ? PN_REASON_NONE : PN_REASON_TOOL_NAME_INVALID;
}

enum pn_reason pn_facts_mcp_read(const struct pn_value *wire, const struct pn_json_span *spans,
                                 struct pn_slice body, struct pn_mcp_message *m)
{
    const struct pn_value *arguments = &wire[PN_MCP_ARGUMENTS];

    *m = (struct pn_mcp_message){ .form = PN_MCP_REQUEST };
    enum pn_reason reason = read_form(wire, m);
    if (reason != PN_REASON_NONE) return reason;

    const struct pn_json_span *id = &spans[PN_MCP_ID];
    if (id->end - id->begin > PN_MCP_ID_BYTES) return PN_REASON_RPC_INVALID;
    m->id = pn_slice(body.at + id->begin, id->end - id->begin);
    if (m->form != PN_MCP_ANSWER) m->method = pn_value_text(&wire[PN_MCP_METHOD]);
    m->row = (uint8_t)row_of_message(m);
    if (shadows(m)) return PN_REASON_RPC_INVALID;
    /* A call that expects no answer would be a call nobody can be refused. */
    if (m->form == PN_MCP_NOTIFICATION && m->row != PN_MCP_HOUSEKEEPING)
        return PN_REASON_RPC_INVALID;
    if (m->row == PN_MCP_TOOL_CALL && arguments->type != PN_ABSENT && arguments->type != PN_MAP &&
        arguments->type != PN_NULL) {
        return PN_REASON_FIELD_TYPE;
    }
    return read_item(wire, m);
}

void pn_facts_mcp_action(struct pn_writer *w, const struct pn_mcp_message *m)
{
    switch ((enum pn_mcp_row)m->row) {
    case PN_MCP_OPENING:
    case PN_MCP_HOUSEKEEPING:
    case PN_MCP_LISTING: pn_write_text(w, "initialize"); return;
    case PN_MCP_TOOL_CALL: pn_write_text(w, "tools/call/"); break;
    case PN_MCP_PROMPT_GET: pn_write_text(w, "prompts/get/"); break;
    case PN_MCP_RESOURCE_READ: pn_write_text(w, "resources/read"); return;
    case PN_MCP_OTHER: pn_write(w, m->method); return;
    }
    pn_write(w, m->item);
}

void pn_facts_mcp(struct pn_facts *facts, const struct pn_policy *policy, struct pn_slice server,
                  const struct pn_mcp_message *m, const struct pn_value *wire)
{
    pn_facts_set_text(facts, policy, PN_FACT_SERVER, server);
    if (m->row == PN_MCP_TOOL_CALL) {
        pn_facts_set_text(facts, policy, PN_FACT_TOOL, m->item);
        pn_facts_set(facts, policy, PN_FACT_ARGUMENTS, wire[PN_MCP_ARGUMENTS]);
    }
    if (m->row == PN_MCP_RESOURCE_READ) pn_facts_set_text(facts, policy, PN_FACT_URI, m->item);
    if (m->row == PN_MCP_OPENING && wire[PN_MCP_CLIENT_NAME].type == PN_STRING) {
        pn_facts_set(facts, policy, PN_FACT_CLIENT_NAME, wire[PN_MCP_CLIENT_NAME]);
    }
}
