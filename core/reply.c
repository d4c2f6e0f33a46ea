/* see reply.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/reply.h"

#include "core/base/assert.h"
#include "core/base/civil.h"
#include "core/caller.h"
#include "core/http/h1_write.h"
#include "core/missing_scope.h"
#include "core/refusal.h"
#include "core/resource_metadata.h"

/* What is left in the head buffer behind the head may be the whole body: then it counts as read. */
static bool body_is_here(const struct pn_exchange *x)
{
    if (x->body_whole) return true;
    if (x->head.head_bytes == 0) return false;
    if (x->head.framing == PN_BODY_NONE) return x->head_len == x->head.head_bytes;
    return x->head.framing == PN_BODY_LENGTH && x->window_len == 0 &&
           x->head.body_bytes == x->head_len - x->head.head_bytes;
}

enum pn_h1_after pn_reply_after(struct pn_exchange *x)
{
    bool draining = atomic_load_explicit(&x->config->shared->draining, memory_order_relaxed) != 0;

    /* Whoever sends more behind a request may still be sending: closing at once could reset the
     * connection before the answer is read. */
    bool over = pn_peer_cert_is_over(&x->cert, pn_caller_time(x).now_s);
    if (!body_is_here(x) || x->surplus) x->end = PN_END_LINGER;
    else x->end = x->head.keep_alive && !draining && !over ? PN_END_KEEP : PN_END_CLOSE;
    return x->end == PN_END_KEEP ? PN_H1_KEEP : PN_H1_CLOSE;
}

static bool is_policy_denial(enum pn_reason reason)
{
    return reason >= PN_REASON_REVOKED && reason <= PN_REASON_OUTCOME_UNSUPPORTED;
}

static enum pn_refusal_shape shape_of(const struct pn_exchange *x, enum pn_reason reason)
{
    const struct pn_mcp_message *m = &x->message;

    if (x->route.dialect == PN_DIALECT_OPENAI) return PN_REFUSAL_OPENAI;
    if (x->route.dialect == PN_DIALECT_OAUTH) return PN_REFUSAL_OAUTH;
    if (reason == PN_REASON_TOOL_HIDDEN) return PN_REFUSAL_UNKNOWN_TOOL;
    if (reason == PN_REASON_INSUFFICIENT_SCOPE) return PN_REFUSAL_RPC_STATUS;
    if (!is_policy_denial(reason) || m->form != PN_MCP_REQUEST) return PN_REFUSAL_RPC_STATUS;
    if (m->row == PN_MCP_TOOL_CALL) return PN_REFUSAL_TOOL_RESULT;
    /* Without a session there is nothing that a 403 could tear down. */
    if (m->row == PN_MCP_OPENING || m->method.len == 0) return PN_REFUSAL_RPC_STATUS;
    return PN_REFUSAL_RPC_RESULT;
}

struct pn_refusal pn_reply_describe(const struct pn_exchange *x, enum pn_reason reason)
{
    return (struct pn_refusal){
        .reason = reason,
        .shape = shape_of(x, reason),
        .rpc_id = x->message.id,
        .item = x->message.item,
        .subject = x->subject,
        .decision_id = x->decision_id,
        .decision = is_policy_denial(reason) ? &x->call.decision : NULL,
        .json_offset = x->scan.offset,
    };
}

enum { DETAIL_BYTES = 128, CHALLENGE_BYTES = 1280 };

static int64_t valid_until_unix(const struct pn_active *a)
{
    return a->on_expiry == PN_EXPIRY_KEEP ? a->grace_until_unix : a->expires_unix;
}

/* Whoever has to put it right reads what GET /v1/policy on the admin listener says. */
static void write_absence(struct pn_writer *w, struct pn_shared *shared)
{
    uint8_t room[PN_ABSENCE_BYTES];
    struct pn_slice name = pn_absence_read(&shared->absence, room);

    if (name.len == 0) {
        pn_write_text(w, "None was installed yet.");
        return;
    }
    pn_write_text(w, "The last one was refused: ");
    pn_write(w, name);
    pn_write_text(w, ".");
}

struct limit {
    struct pn_slice
        name; /* of limits.def, or as limits.h has it in lower case; empty: none is hit */
    uint32_t value;
    struct pn_slice unit;
};

/* The limit that a client ran into, so that it or its operator can do something about it. */
static struct limit limit_hit(const struct pn_limits *l, const struct pn_route *route,
                              enum pn_reason reason)
{
    if (reason == PN_REASON_HEAD_OVERSIZE)
        return (struct limit){ PN_SLICE("head_bytes"), PN_HEAD_BYTES,
                               PN_SLICE("bytes in at most 64 fields") };
    if (reason == PN_REASON_BODY_TOO_LARGE && route->surface == PN_SURFACE_TOKENS)
        return (struct limit){ PN_SLICE("form_bytes"), PN_FORM_BYTES, PN_SLICE("bytes") };
    if (reason == PN_REASON_BODY_TOO_LARGE)
        return (struct limit){ PN_SLICE("body_bytes_max"), l->body_bytes_max, PN_SLICE("bytes") };
    if (reason == PN_REASON_BODY_POOL_FULL)
        return (struct limit){ PN_SLICE("body_bytes_total"), l->body_bytes_total,
                               PN_SLICE("bytes") };
    if (reason == PN_REASON_BODY_TOO_SLOW)
        return (struct limit){ PN_SLICE("body_rate_min"), l->body_rate_min, PN_SLICE("bytes/s") };
    if (reason == PN_REASON_HEAD_TIMEOUT)
        return (struct limit){ PN_SLICE("head_ms"), l->head_ms, PN_SLICE("ms") };
    if (reason == PN_REASON_JSON_DEPTH)
        return (struct limit){ PN_SLICE("json_depth_max"), l->json_depth_max, PN_SLICE("levels") };
    if (reason == PN_REASON_JSON_KEYS_FULL)
        return (struct limit){ PN_SLICE("json_keys_max"), l->json_keys_max, PN_SLICE("keys") };
    if (reason == PN_REASON_UPSTREAM_TOKENS_FULL)
        return (struct limit){ PN_SLICE("upstream_tokens_max"), l->upstream_tokens_max,
                               PN_SLICE("tokens") };
    if (reason == PN_REASON_POLICY_CHANGED)
        return (struct limit){ PN_SLICE("swap_grace_ms"), l->swap_grace_ms, PN_SLICE("ms") };
    return (struct limit){ PN_SLICE(""), 0, PN_SLICE("") };
}
_Static_assert(PN_H1_FIELDS_MAX == 64, "limit_hit() says so");

static void write_limit(struct pn_writer *w, const struct limit *limit)
{
    pn_write_text(w, "The limit ");
    pn_write(w, limit->name);
    pn_write_text(w, " is ");
    pn_write_u64(w, limit->value);
    pn_write_text(w, " ");
    pn_write(w, limit->unit);
    pn_write_text(w, ".");
}

/* What the authorization server said, for whoever has to put it right. */
static void write_token_error(struct pn_writer *w, const struct pn_exchange *x)
{
    struct pn_slice error =
        x->leg.token > 0 ? pn_pass_error(&x->bench->passes, x->leg.token - 1) : PN_SLICE("");

    if (error.len == 0) return;
    pn_write_text(w, "It says ");
    pn_write(w, error);
    pn_write_text(w, ".");
}

/* The figures of a refusal, in a sentence of their own; empty where there are none. */
static struct pn_slice detail(struct pn_writer *w, const struct pn_exchange *x,
                              enum pn_reason reason)
{
    struct limit limit = limit_hit(&x->config->limits, &x->route, reason);

    if (limit.name.len > 0) write_limit(w, &limit);
    if (reason == PN_REASON_UPSTREAM_TOKEN_REFUSED) write_token_error(w, x);
    if (reason == PN_REASON_NO_POLICY) write_absence(w, x->config->shared);
    if (reason == PN_REASON_POLICY_EXPIRED) {
        pn_write_text(w, "It was valid until ");
        pn_write_civil(w, valid_until_unix(pn_exchange_policy(x)) * 1000);
        pn_write_text(w, ".");
    }
    return pn_written(w);
}

/* Where it is told who issues tokens for this route (RFC 9728, 5.1), unless that is too long. */
static void write_metadata(struct pn_writer *w, const struct pn_exchange *x, struct pn_slice before)
{
    struct pn_writer without = *w;
    size_t begin;

    pn_write(w, before);
    pn_write_text(w, "resource_metadata=\"");
    begin = w->len;
    pn_metadata_url_write(w, x);
    bool none = w->len == begin;
    pn_write_text(w, "\"");
    if (w->full || none) *w = without;
}

static void write_scopes(struct pn_writer *w, const struct pn_exchange *x)
{
    pn_write_text(w, ", scope=\"");
    pn_missing_scopes_write(w, x, x->call.scopes);
    pn_write_text(w, "\"");
}

/* RFC 6750, 3.1. */
static struct pn_slice bearer_error(enum pn_reason reason)
{
    if (reason == PN_REASON_INSUFFICIENT_SCOPE) return PN_SLICE("insufficient_scope");
    return reason == PN_REASON_TOKEN_IN_QUERY ? PN_SLICE("invalid_request")
                                              : PN_SLICE("invalid_token");
}

static bool challenges(enum pn_reason reason)
{
    return pn_reason_status(reason) == 401 || reason == PN_REASON_INSUFFICIENT_SCOPE ||
           reason == PN_REASON_TOKEN_IN_QUERY;
}

/* A credential that was sent and is not good is told from one that was not sent (RFC 6750, 3.1). */
static void write_challenge(struct pn_writer *w, const struct pn_exchange *x, enum pn_reason reason)
{
    if (reason == PN_REASON_CLIENT_UNKNOWN) {
        pn_write_text(w, "Basic realm=\"postern\"");
        return;
    }
    pn_write_text(w, "Bearer");
    if (reason == PN_REASON_KEY_MISSING || reason == PN_REASON_KEY_REPEATED) {
        write_metadata(w, x, PN_SLICE(" "));
        return;
    }
    bool scope = reason == PN_REASON_INSUFFICIENT_SCOPE;
    pn_write_text(w, " error=\"");
    pn_write(w, bearer_error(reason));
    pn_write_text(w, "\", error_description=\"");
    pn_write(w, pn_reason_sentence(reason));
    pn_write_text(w, "\"");
    if (scope) write_scopes(w, x);
    write_metadata(w, x, PN_SLICE(", "));
}

/* Fields beside the body: how the client is to go on. */
static unsigned extra_fields(const struct pn_exchange *x, const struct pn_refusal *r,
                             struct pn_writer *challenge, struct pn_h1_extra *extra)
{
    unsigned count = 0;
    bool passing = pn_reason_status(r->reason) == 503;
    bool limited = pn_reason_status(r->reason) == 429;

    if (r->reason == PN_REASON_METHOD_NOT_ALLOWED) {
        struct pn_slice methods = pn_route_methods((enum pn_surface)x->route.surface);
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_ALLOW, methods };
    }
    bool form = r->shape == PN_REFUSAL_OAUTH && r->reason != PN_REASON_CLIENT_UNKNOWN;
    if (challenges(r->reason) && !form) {
        write_challenge(challenge, x, r->reason);
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_WWW_AUTHENTICATE, pn_written(challenge) };
    }
    if (limited) extra[count++] = (struct pn_h1_extra){ PN_FIELD_RETRY_AFTER, PN_SLICE("60") };
    if (passing) extra[count++] = (struct pn_h1_extra){ PN_FIELD_RETRY_AFTER, PN_SLICE("1") };
    if (r->shape == PN_REFUSAL_OPENAI && !pn_refusal_is_passing(r->reason)) {
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_X_SHOULD_RETRY, PN_SLICE("false") };
    }
    if (r->shape == PN_REFUSAL_OAUTH) {
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_CACHE_CONTROL, PN_SLICE("no-store") };
    }
    if (x->decision_id.len > 0) {
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_POSTERN_DECISION_ID, x->decision_id };
    }
    return count;
}

/* The answer is written, so the policy has no more to say: a client that reads slowly must not hold
 * it. */
static void finish(struct pn_exchange *x, unsigned status)
{
    x->tally.status = (uint16_t)status;
    pn_exchange_unpin(x);
    x->ask = ASK_OWN;
    x->answer = ANSWER_END;
}

void pn_reply_refusal(struct pn_exchange *x, enum pn_reason reason)
{
    struct pn_refusal r = pn_reply_describe(x, reason);
    struct pn_writer body = pn_writer(x->rx, PN_RELAY_BYTES);
    struct pn_writer w;
    struct pn_h1_extra extra[6];
    uint8_t room[DETAIL_BYTES];
    struct pn_writer words = pn_writer(room, sizeof room);
    struct pn_writer challenge = pn_writer(x->bench->relay, CHALLENGE_BYTES);

    PN_ASSERT(reason != PN_REASON_NONE);
    PN_ASSERT(x->answer != ANSWER_BODY && x->answer != ANSWER_END);
    x->reason = reason;
    x->how = PN_AUDIT_HOW_REFUSED;
    atomic_fetch_add_explicit(&x->stats->refused[reason], 1, memory_order_relaxed);
    pn_outbox_reset(&x->out); /* a 100 Continue that nobody needs any more */
    r.detail = detail(&words, x, reason);
    pn_refusal_body(&body, &r);
    if (body.full) { /* the rule's words do not fit beside the rest: without them it always does */
        r.decision = NULL;
        body = pn_writer(x->rx, PN_RELAY_BYTES);
        pn_refusal_body(&body, &r);
    }
    PN_ASSERT(!body.full);

    w = pn_outbox_writer(&x->out);
    struct pn_h1_response response = {
        .status = pn_refusal_status(&r),
        .method = (enum pn_h1_method)x->head.method,
        .after = pn_reply_after(x),
        .content_type = PN_SLICE("application/json"),
        .body = pn_written(&body),
        .extra = extra,
        .extra_count = extra_fields(x, &r, &challenge, extra),
    };
    pn_h1_write_response(&w, &response);
    PN_ASSERT(pn_outbox_commit(&x->out, &w));
    x->tally.out_bytes = body.len;
    finish(x, response.status);
}

/* `caching` is what Cache-Control says, or empty. */
static void reply_json(struct pn_exchange *x, struct pn_slice body, struct pn_slice caching)
{
    struct pn_writer w = pn_outbox_writer(&x->out);

    pn_h1_write_status_line(&w, 200);
    pn_h1_write_field(&w, PN_FIELD_CONTENT_TYPE, PN_SLICE("application/json"));
    if (caching.len > 0) pn_h1_write_field(&w, PN_FIELD_CACHE_CONTROL, caching);
    if (x->decision_id.len > 0) pn_h1_write_field(&w, PN_FIELD_POSTERN_DECISION_ID, x->decision_id);
    pn_h1_write_length(&w, body.len);
    pn_h1_write_connection(&w, pn_reply_after(x));
    pn_h1_write_head_end(&w);
    PN_ASSERT(pn_outbox_commit(&x->out, &w));
    pn_outbox_lend(&x->out, body);
    x->tally.out_bytes = body.len;
    x->how = PN_AUDIT_HOW_COMPLETE;
    finish(x, 200);
}

void pn_reply_json(struct pn_exchange *x, struct pn_slice body)
{
    reply_json(x, body, PN_SLICE(""));
}

void pn_reply_secret(struct pn_exchange *x, struct pn_slice body)
{
    reply_json(x, body, PN_SLICE("no-store"));
}
