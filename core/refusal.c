/* see refusal.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/refusal.h"

enum {
    RPC_INVALID_REQUEST = -32600,
    RPC_INVALID_PARAMS = -32602,
    RPC_INTERNAL = -32603,
    RPC_REFUSED = 403, /* outside the range that JSON-RPC reserves (JSON-RPC 2.0, 5.1) */
};

bool pn_refusal_is_passing(enum pn_reason reason)
{
    uint16_t status = pn_reason_status(reason);

    if (reason == PN_REASON_CREDENTIAL_MISSING || reason == PN_REASON_UPSTREAM_FORBIDDEN)
        return false;
    return status == 503 || status == 504 || status == 502 || status == 429;
}

uint16_t pn_refusal_status(const struct pn_refusal *r)
{
    switch (r->shape) {
    case PN_REFUSAL_RPC_RESULT:
    case PN_REFUSAL_TOOL_RESULT:
    case PN_REFUSAL_UNKNOWN_TOOL: return 200;
    case PN_REFUSAL_OAUTH: /* as RFC 6749, 5.2, wants it of all but the client itself */
        if (r->reason == PN_REASON_CLIENT_UNKNOWN) break;
        if (r->reason == PN_REASON_REVOKED || pn_reason_status(r->reason) == 401) return 400;
        break;
    case PN_REFUSAL_OPENAI:
    case PN_REFUSAL_RPC_STATUS: break;
    }
    return pn_reason_status(r->reason);
}

static bool is_json_reason(enum pn_reason reason)
{
    return reason >= PN_REASON_JSON_SYNTAX && reason <= PN_REASON_JSON_NUMBER;
}

/* The sentence a person or an agent reads: the rule's own words where it has any. */
static struct pn_slice sentence(struct pn_writer *w, const struct pn_refusal *r)
{
    const struct pn_decision *d = r->decision;

    if (d && d->reason.len > 0) {
        pn_write_text(w, "Refused by policy: ");
        pn_write(w, d->reason);
    } else {
        pn_write(w, pn_reason_sentence(r->reason));
    }
    if (r->subject.len > 0) {
        pn_write_text(w, " (");
        pn_write(w, r->subject);
        pn_write_text(w, ")");
    }
    if (r->detail.len > 0) {
        pn_write_text(w, " ");
        pn_write(w, r->detail);
    }
    if (is_json_reason(r->reason)) {
        pn_write_text(w, " At byte ");
        pn_write_u64(w, r->json_offset);
        pn_write_text(w, ".");
    }
    return pn_written(w);
}

static struct pn_slice outcome_name(const struct pn_decision *d)
{
    switch (d->outcome) {
    case PN_STEP_UP: return PN_SLICE("step_up");
    case PN_REDACT: return PN_SLICE("redact");
    case PN_ALLOW: return PN_SLICE("allow");
    case PN_DENY: break;
    }
    return PN_SLICE("deny");
}

static void member(struct pn_writer *w, struct pn_slice key, struct pn_slice text)
{
    pn_write_text(w, ",");
    pn_write_json_string(w, key);
    pn_write_text(w, ":");
    pn_write_json_string(w, text);
}

/* The rule without the policy it stands in: what an author called it. */
static struct pn_slice rule_name(const struct pn_decision *d)
{
    size_t hash = pn_slice_find(d->name, '#');

    return hash < d->name.len ? pn_slice_from(d->name, hash + 1) : d->name;
}

/* {"reason_code":...}: what was decided, for programs. */
static void decision_object(struct pn_writer *w, const struct pn_refusal *r)
{
    const struct pn_decision *d = r->decision;

    pn_write_text(w, "{\"reason_code\":");
    pn_write_json_string(w, pn_reason_name(r->reason));
    pn_write_text(w, ",\"retryable\":");
    pn_write(w, pn_refusal_is_passing(r->reason) ? PN_SLICE("true") : PN_SLICE("false"));
    if (r->decision_id.len > 0) member(w, PN_SLICE("decision_id"), r->decision_id);
    if (d) {
        member(w, PN_SLICE("outcome"), outcome_name(d));
        if (d->name.len > 0) member(w, PN_SLICE("rule"), rule_name(d));
        if (d->reason.len > 0) member(w, PN_SLICE("reason"), d->reason);
        if (d->remediation.len > 0) {
            pn_write_text(w, ",\"remediation\":");
            pn_write(w, d->remediation); /* JSON from the signed policy */
        }
    }
    pn_write_text(w, "}");
}

static struct pn_slice openai_type(enum pn_reason reason)
{
    switch (pn_reason_status(reason)) {
    case 401: return PN_SLICE("authentication_error");
    case 403: return PN_SLICE("permission_error");
    case 404: return PN_SLICE("not_found_error");
    case 400:
    case 405:
    case 408:
    case 411:
    case 413:
    case 415:
    case 417:
    case 431: return PN_SLICE("invalid_request_error");
    case 429: return PN_SLICE("rate_limit_error");
    default: return PN_SLICE("api_error");
    }
}

static void openai_body(struct pn_writer *w, const struct pn_refusal *r, struct pn_slice text)
{
    pn_write_text(w, "{\"error\":{\"message\":");
    pn_write_json_string(w, text);
    member(w, PN_SLICE("type"), openai_type(r->reason));
    pn_write_text(w, ",\"param\":null");
    member(w, PN_SLICE("code"), pn_reason_name(r->reason));
    pn_write_text(w, ",\"postern\":");
    decision_object(w, r);
    pn_write_text(w, "}}");
}

static struct pn_slice oauth_error(enum pn_reason reason)
{
    if (reason == PN_REASON_CLIENT_UNKNOWN) return PN_SLICE("invalid_client");
    if (reason == PN_REASON_GRANT_UNSUPPORTED) return PN_SLICE("unsupported_grant_type");
    if (reason == PN_REASON_RESOURCE_INVALID) return PN_SLICE("invalid_target");
    if (reason == PN_REASON_SCOPE_INVALID) return PN_SLICE("invalid_scope");
    if (reason == PN_REASON_REVOKED) return PN_SLICE("invalid_grant");
    return pn_refusal_is_passing(reason) ? PN_SLICE("temporarily_unavailable")
                                         : PN_SLICE("invalid_request");
}

static void oauth_body(struct pn_writer *w, const struct pn_refusal *r, struct pn_slice text)
{
    pn_write_text(w, "{\"error\":");
    pn_write_json_string(w, oauth_error(r->reason));
    member(w, PN_SLICE("error_description"), text);
    member(w, PN_SLICE("reason_code"), pn_reason_name(r->reason));
    pn_write_text(w, "}");
}

static void rpc_begin(struct pn_writer *w, const struct pn_refusal *r)
{
    pn_write_text(w, "{\"jsonrpc\":\"2.0\",\"id\":");
    pn_write(w, r->rpc_id.len > 0 ? r->rpc_id : PN_SLICE("null"));
}

static int rpc_code(const struct pn_refusal *r)
{
    if (r->decision || r->shape == PN_REFUSAL_RPC_RESULT) return RPC_REFUSED;
    return pn_reason_status(r->reason) < 500 ? RPC_INVALID_REQUEST : RPC_INTERNAL;
}

static void rpc_error(struct pn_writer *w, const struct pn_refusal *r, struct pn_slice text)
{
    rpc_begin(w, r);
    pn_write_text(w, ",\"error\":{\"code\":");
    pn_write_i64(w, rpc_code(r));
    pn_write_text(w, ",\"message\":");
    pn_write_json_string(w, text);
    pn_write_text(w, ",\"data\":");
    decision_object(w, r);
    pn_write_text(w, "}}");
}

/* Nothing here tells a hidden tool from one that never existed. */
static void rpc_unknown_tool(struct pn_writer *w, const struct pn_refusal *r)
{
    uint8_t room[300];
    struct pn_writer text = pn_writer(room, sizeof room);

    pn_write_text(&text, "Unknown tool: ");
    pn_write(&text, r->item);
    rpc_begin(w, r);
    pn_write_text(w, ",\"error\":{\"code\":");
    pn_write_i64(w, RPC_INVALID_PARAMS);
    pn_write_text(w, ",\"message\":");
    pn_write_json_string(w, pn_written(&text));
    pn_write_text(w, "}}");
}

/* A tool result that says no (reference shape H): text for the model, `_meta` for programs. */
static void tool_result(struct pn_writer *w, const struct pn_refusal *r, struct pn_slice text)
{
    uint8_t room[2048];
    struct pn_writer line = pn_writer(room, sizeof room);

    pn_write(&line, text);
    if (r->decision && r->decision->remediation.len > 0) {
        pn_write_text(&line, "\nWhat would help: ");
        pn_write(&line, r->decision->remediation);
    }
    rpc_begin(w, r);
    pn_write_text(w, ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":");
    pn_write_json_string(w, line.full ? text : pn_written(&line));
    pn_write_text(w, "}],\"isError\":true,\"_meta\":{\"dev.postern/decision\":");
    decision_object(w, r);
    pn_write_text(w, "}}}");
}

void pn_refusal_body(struct pn_writer *w, const struct pn_refusal *r)
{
    uint8_t room[1024];
    struct pn_writer text = pn_writer(room, sizeof room);
    struct pn_slice words = sentence(&text, r);

    if (text.full) words = pn_reason_sentence(r->reason);
    switch (r->shape) {
    case PN_REFUSAL_OPENAI: openai_body(w, r, words); return;
    case PN_REFUSAL_OAUTH: oauth_body(w, r, words); return;
    case PN_REFUSAL_RPC_STATUS:
    case PN_REFUSAL_RPC_RESULT: rpc_error(w, r, words); return;
    case PN_REFUSAL_TOOL_RESULT: tool_result(w, r, words); return;
    case PN_REFUSAL_UNKNOWN_TOOL: rpc_unknown_tool(w, r); return;
    }
}
