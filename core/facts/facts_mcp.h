/* facts_mcp.h - what an MCP message asks for, as policy sees it.
 *
 * A message is one JSON-RPC 2.0 request, notification or answer (MCP 2025-11-25, transports). One
 * trie says what is read of it; `params.arguments` continues in the policy's own trie, so that a
 * rule's R.attr.arguments paths are picked in the same pass. Batches are refused: no element of
 * one could slip through undecided.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_FACTS_MCP_H
#define PN_FACTS_MCP_H

#include "core/base/step.h"
#include "core/base/writer.h"
#include "core/json/json_pick.h"
#include "core/json/json_trie.h"
#include "policy/policy.h"

/* Slots of the wire values. */
enum pn_mcp_slot {
    PN_MCP_ROOT,
    PN_MCP_JSONRPC,
    PN_MCP_ID,
    PN_MCP_METHOD,
    PN_MCP_PARAMS,
    PN_MCP_NAME,
    PN_MCP_URI,
    PN_MCP_ARGUMENTS,
    PN_MCP_CLIENT,
    PN_MCP_CLIENT_NAME,
    PN_MCP_CLIENT_VERSION,
    PN_MCP_RESULT,
    PN_MCP_ERROR,
    PN_MCP_SLOTS,
};

enum { PN_MCP_ID_BYTES = 256 }; /* of a message's id as it stands; a longer one is refused */

enum pn_mcp_form { PN_MCP_REQUEST, PN_MCP_NOTIFICATION, PN_MCP_ANSWER };

/* How a method is judged (vocabulary: resources and actions). */
enum pn_mcp_row {
    PN_MCP_OPENING,      /* initialize */
    PN_MCP_HOUSEKEEPING, /* ping, notifications, answers: follow an allowed initialize */
    PN_MCP_TOOL_CALL,
    PN_MCP_PROMPT_GET,
    PN_MCP_RESOURCE_READ,
    PN_MCP_LISTING, /* the list methods: follow an allowed initialize, answers are filtered */
    PN_MCP_OTHER,   /* judged under its own name */
};

struct pn_mcp_message {
    uint8_t form;           /* enum pn_mcp_form */
    uint8_t row;            /* enum pn_mcp_row */
    struct pn_slice id;     /* raw JSON text; empty in a notification */
    struct pn_slice method; /* empty in an answer */
    struct pn_slice item;   /* tool, prompt or URI, unescaped, in `text` */
    uint8_t text[256];
};

/* What to pick from a message. */
struct pn_trie pn_facts_mcp_trie(void);

/* Read the picked values as a message.
 *
 *   PN_REASON_NONE               `*m` is filled
 *   PN_REASON_RPC_BATCH          the body is a list
 *   PN_REASON_RPC_INVALID        no JSON-RPC 2.0 message of one of the three forms
 *   PN_REASON_FIELD_TYPE         a field that decides the call has the wrong type or is missing
 *   PN_REASON_TOOL_NAME_INVALID  a tool name with other characters than A-Z a-z 0-9 _ . - / */
enum pn_reason pn_facts_mcp_read(const struct pn_value *wire, const struct pn_json_span *spans,
                                 struct pn_slice body, struct pn_mcp_message *m);

/* Append the action that the message is judged by: "tools/call/<tool>", "initialize", .... */
void pn_facts_mcp_action(struct pn_writer *w, const struct pn_mcp_message *m);

/* State R.attr of a message to `server`. */
void pn_facts_mcp(struct pn_facts *facts, const struct pn_policy *policy, struct pn_slice server,
                  const struct pn_mcp_message *m, const struct pn_value *wire);

/* True when `name` may name a tool here. */
bool pn_facts_mcp_tool_name(struct pn_slice name);

#endif
