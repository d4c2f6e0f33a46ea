/* refusal.h - a refusal that the caller's library can hand to its agent.
 *
 * A denial is a signal: it carries the reason, the rule, the decision's id and what would make the
 * call allowed, in the shape that the official client libraries surface. It carries no secret, and
 * of the call only what the rule itself puts into its reason or remediation.
 *
 *   OpenAI   the reason's HTTP status and {"error":{message,type,param,code,...}}; `x-should-retry:
 *            false` where trying again cannot help, Retry-After where it can
 *   MCP      a tool call that policy refuses is answered with status 200 and a tool result that
 *            `isError`, so that the model reads why; a tool that is hidden is answered exactly as
 *            one that does not exist (-32602); everything else is a JSON-RPC error
 *   OAuth    the reason's HTTP status, an error code of RFC 6749 (5.2), and the reason beside it
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_REFUSAL_H
#define PN_REFUSAL_H

#include "core/base/step.h"
#include "core/base/writer.h"
#include "policy/policy.h"

/* How an MCP message is answered when it is refused. */
enum pn_refusal_shape {
    PN_REFUSAL_OPENAI,
    PN_REFUSAL_RPC_STATUS,   /* JSON-RPC error under the reason's HTTP status */
    PN_REFUSAL_RPC_RESULT,   /* JSON-RPC error under status 200: requests that are not tool calls */
    PN_REFUSAL_TOOL_RESULT,  /* a result with isError under status 200 */
    PN_REFUSAL_UNKNOWN_TOOL, /* JSON-RPC error -32602 under status 200 */
    PN_REFUSAL_OAUTH,        /* {"error":...,"error_description":...} (RFC 6749, 5.2) */
};

struct pn_refusal {
    enum pn_reason reason;
    enum pn_refusal_shape shape;
    struct pn_slice rpc_id;  /* as it stood in the request, "null" when empty */
    struct pn_slice item;    /* the tool that UNKNOWN_TOOL names */
    struct pn_slice subject; /* what the sentence is about: an upstream, a limit; may be empty */
    struct pn_slice detail;  /* a sentence that follows: a limit's value, why there is no policy */
    struct pn_slice decision_id;        /* may be empty */
    const struct pn_decision *decision; /* NULL: nothing was decided */
    uint64_t json_offset;               /* of the offence, for JSON_* reasons */
};

/* The HTTP status of the answer. */
uint16_t pn_refusal_status(const struct pn_refusal *r);

/* Write the body, JSON in UTF-8. At most PN_REFUSAL_BYTES when it fits at all. */
void pn_refusal_body(struct pn_writer *w, const struct pn_refusal *r);

/* May the same request succeed later without anybody changing anything? */
bool pn_refusal_is_passing(enum pn_reason reason);

enum { PN_REFUSAL_BYTES = 6144 };

#endif
