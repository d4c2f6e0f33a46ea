/* see request.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/request.h"

#include "core/base/assert.h"
#include "core/caller.h"
#include "core/http/h1_write.h"
#include "core/judge.h"
#include "core/reply.h"
#include "core/resource_metadata.h"
#include "core/route/session.h"

enum { READ_AT_ONCE_BYTES = 262144 }; /* of a body, so that one upload leaves a turn to others */

static void count(_Atomic uint32_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static enum pn_reason pin_policy(struct pn_exchange *x)
{
    struct pn_shared *shared = x->config->shared;

    if (atomic_load_explicit(&shared->draining, memory_order_relaxed)) return PN_REASON_DRAINING;
    x->generation = pn_shared_pin(shared, x->config->worker);
    if (x->generation == PN_GENERATION_NONE) return PN_REASON_NO_POLICY;
    return pn_shared_usable(shared, pn_exchange_policy(x), x->now.unix_ms / 1000);
}

static bool wants_form(const struct pn_exchange *x)
{
    return x->route.surface == PN_SURFACE_TOKENS;
}

/* A form comes from somebody who is not known yet. */
static uint32_t body_bytes_max(const struct pn_exchange *x)
{
    return wants_form(x) ? PN_FORM_BYTES : x->config->limits.body_bytes_max;
}

static enum pn_reason accept_media(const struct pn_exchange *x)
{
    if (x->head.coding != PN_CODING_IDENTITY) return PN_REASON_CODING_OF_CONTENT;
    if (wants_form(x)) {
        return x->head.media == PN_MEDIA_FORM ? PN_REASON_NONE : PN_REASON_FORM_INVALID;
    }
    return x->head.media == PN_MEDIA_JSON ? PN_REASON_NONE : PN_REASON_MEDIA_TYPE_UNSUPPORTED;
}

/* A body that can be judged: JSON, as it is, of a length we can hold. */
static enum pn_reason accept_body(struct pn_exchange *x)
{
    const struct pn_h1_head *head = &x->head;

    if (head->method != PN_METHOD_POST) {
        bool none = head->framing == PN_BODY_NONE ||
                    (head->framing == PN_BODY_LENGTH && head->body_bytes == 0);
        return none ? PN_REASON_NONE : PN_REASON_BODY_UNEXPECTED;
    }
    if (head->framing == PN_BODY_NONE) return PN_REASON_LENGTH_REQUIRED;
    if (head->framing == PN_BODY_LENGTH && head->body_bytes > body_bytes_max(x)) {
        return PN_REASON_BODY_TOO_LARGE;
    }
    return accept_media(x);
}

/* Revisions that are spoken here; an absent field stands for 2025-03-26 (MCP, transports). */
static bool version_is_known(struct pn_slice version)
{
    return version.at == NULL || pn_slice_equal(version, PN_SLICE("2025-11-25")) ||
           pn_slice_equal(version, PN_SLICE("2025-06-18")) ||
           pn_slice_equal(version, PN_SLICE("2025-03-26"));
}

static enum pn_reason open_session(struct pn_exchange *x)
{
    struct pn_slice sealed = pn_h1_field(&x->head, PN_FIELD_MCP_SESSION_ID);
    struct pn_session_owner owner = { x->server.name, x->principal.digest };

    if (sealed.at == NULL) {
        return x->head.method == PN_METHOD_DELETE ? PN_REASON_SESSION_MISSING : PN_REASON_NONE;
    }
    if (!pn_session_open(x->config->device_key, &owner, sealed, &x->session)) {
        return PN_REASON_SESSION_UNKNOWN;
    }
    return PN_REASON_NONE;
}

static enum pn_reason accept_mcp(struct pn_exchange *x)
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_slice origin = pn_h1_field(&x->head, PN_FIELD_ORIGIN);

    if (!pn_server_find(&active->routes, x->route.name, &x->server)) return PN_REASON_ROUTE_UNKNOWN;
    if (origin.at && !pn_server_lists_origin(&active->routes, &x->server, origin)) {
        return PN_REASON_ORIGIN_REFUSED;
    }
    if (!version_is_known(pn_h1_field(&x->head, PN_FIELD_MCP_PROTOCOL_VERSION))) {
        return PN_REASON_PROTOCOL_VERSION;
    }
    return open_session(x);
}

static enum pn_reason accept_head(struct pn_exchange *x)
{
    enum pn_reason reason =
        pn_route_find(pn_h1_path(&x->head), (enum pn_h1_method)x->head.method, &x->route);

    if (wants_form(x) && !x->config->token_key->there) return PN_REASON_ROUTE_UNKNOWN;
    return reason == PN_REASON_NONE ? pin_policy(x) : reason;
}

/* What depends on who calls. */
static enum pn_reason accept_caller(struct pn_exchange *x, enum pn_reason reason)
{
    if (reason == PN_REASON_NONE && x->route.surface == PN_SURFACE_MCP) reason = accept_mcp(x);
    return reason == PN_REASON_NONE ? accept_body(x) : reason;
}

/* Say what to pick, now that the surface and the policy are known. */
static void begin_scan(struct pn_exchange *x)
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_json_limits limits = { .depth_max = (uint8_t)x->config->limits.json_depth_max };
    bool mcp = x->route.surface == PN_SURFACE_MCP;

    pn_facts_begin(&x->call.facts, &active->policy, x->slots, PN_PHASE_CALL);
    x->pick = (struct pn_json_pick){
        .wire = mcp ? pn_facts_mcp_trie() : pn_facts_llm_trie(),
        .slots = x->wire,
        .spans = x->spans,
        .base = x->window,
        .nodes = x->nodes,
        .node_max = PN_NODES_MAX,
    };
    if (mcp) {
        x->pick.graft = pn_policy_trie(&active->policy);
        x->pick.graft_slots = x->slots;
        x->pick.graft_root = active->policy.place_node[PN_PLACE_ARGUMENTS];
    }
    pn_json_pick_begin(&x->pick);
    pn_json_scan_begin(&x->scan, &x->keys, &limits);
}

/* What came behind the head in the same buffer is the body's first bytes. */
static void begin_body(struct pn_exchange *x)
{
    uint32_t rest = x->head_len - x->head.head_bytes;

    _Static_assert(PN_HEAD_BYTES <= PN_RELAY_BYTES, "You need a relay buffer that holds a head.");
    memcpy(x->rx, x->head_bytes + x->head.head_bytes, rest);
    x->rx_begin = 0;
    x->rx_end = rest;
    x->body = pn_h1_request_body(&x->head);
    x->ask = ASK_BODY;
    if (x->head.method == PN_METHOD_POST && !wants_form(x)) begin_scan(x);
    if (x->head.expect_continue && rest == 0) {
        struct pn_writer w = pn_outbox_writer(&x->out);
        pn_h1_write_status_line(&w, 100);
        pn_h1_write_head_end(&w);
        pn_outbox_commit(&x->out, &w);
    }
}

static void go_on(struct pn_exchange *x, enum pn_reason caller)
{
    enum pn_reason reason = accept_caller(x, caller);

    if (reason == PN_REASON_NONE) begin_body(x);
    else pn_judge_refuse(x, reason);
}

/* What is asked without a credential: true where that is all. */
static bool is_for_anybody(struct pn_exchange *x)
{
    if (!wants_form(x) && x->route.surface != PN_SURFACE_METADATA) return false;
    enum pn_reason reason = pn_caller_nobody(x);
    if (wants_form(x)) {
        go_on(x, reason);
        return true;
    }
    if (reason == PN_REASON_NONE) reason = accept_body(x);
    if (reason == PN_REASON_NONE) reason = pn_metadata_answer(x);
    if (reason != PN_REASON_NONE) pn_judge_refuse(x, reason);
    return true;
}

bool pn_request_head(struct pn_exchange *x)
{
    enum pn_step step = pn_h1_request_parse(&x->head, pn_slice(x->head_bytes, x->head_len));

    if (step == PN_MORE) return false;
    count(&x->stats->requests);
    if (step == PN_REFUSED) {
        enum pn_reason reason = (enum pn_reason)x->head.reason;
        pn_h1_head_reset(&x->head);
        pn_reply_refusal(x, reason);
        return true;
    }
    enum pn_reason reason = accept_head(x);
    if (reason != PN_REASON_NONE) {
        pn_judge_refuse(x, reason);
        return true;
    }
    if (is_for_anybody(x)) return true;
    reason = pn_caller_find(x);
    if (x->principal.awaited) x->ask = ASK_CALLER;
    else go_on(x, reason);
    return true;
}

static enum pn_reason append(struct pn_exchange *x, struct pn_slice data)
{
    if (data.len > body_bytes_max(x) - x->window_len) return PN_REASON_BODY_TOO_LARGE;
    if (data.at != x->window + x->window_len) memcpy(x->window + x->window_len, data.at, data.len);
    x->window_len += (uint32_t)data.len;
    x->held += (uint32_t)data.len;
    *x->body_bytes_held += data.len;
    atomic_store_explicit(&x->stats->body_bytes_held, (uint32_t)*x->body_bytes_held,
                          memory_order_relaxed);
    x->tally.in_bytes += data.len;
    return PN_REASON_NONE;
}

/* Take the framing off `in`; what the body does not want is left there. */
static enum pn_reason unframe(struct pn_exchange *x, struct pn_slice *in)
{
    while (!x->body_whole) {
        struct pn_slice data = PN_SLICE("");
        enum pn_step step = pn_h1_body_next(&x->body, in, &data);

        if (step == PN_REFUSED) return PN_REASON_CHUNK_MALFORMED;
        if (data.len > 0) {
            enum pn_reason reason = append(x, data);
            if (reason != PN_REASON_NONE) return reason;
        }
        if (step == PN_DONE) x->body_whole = true;
        else if (in->len == 0) break;
    }
    return PN_REASON_NONE;
}

/* Scan what has arrived, a bounded piece a turn. */
static enum pn_step scan(struct pn_exchange *x)
{
    uint32_t piece = x->window_len - x->scanned;
    if (piece > PN_SCAN_BYTES_PER_TURN) piece = PN_SCAN_BYTES_PER_TURN;
    bool last = x->body_whole && x->scanned + piece == x->window_len;

    enum pn_step step = pn_json_scan_step(&x->scan, pn_slice(x->window + x->scanned, piece),
                                          last ? PN_JSON_LAST : PN_JSON_MORE, &x->pick);
    x->scanned += piece;
    return step;
}

static bool room_in_pool(const struct pn_exchange *x)
{
    return *x->body_bytes_held < x->config->limits.body_bytes_total;
}

/* The pool of body bytes was full. True when the wait is over, one way or the other. */
static bool waited(struct pn_exchange *x)
{
    uint32_t now_ms = (uint32_t)(x->now.mono_us / 1000);

    if (room_in_pool(x)) {
        x->waiting = false;
        return true;
    }
    if (now_ms - x->wait_ms < x->config->limits.body_wait_ms) return false;
    pn_judge_refuse(x, PN_REASON_BODY_POOL_FULL);
    return true;
}

static bool scan_body(struct pn_exchange *x)
{
    enum pn_step step = scan(x);

    if (step == PN_REFUSED) {
        pn_judge_refuse(x, x->scan.reason);
        return true;
    }
    if (step == PN_DONE) x->ask = ASK_JUDGE;
    return step == PN_DONE || x->scanned < x->window_len;
}

/* A request that dawdles must not be judged by a policy that was replaced long ago. */
static bool is_outdated(struct pn_exchange *x)
{
    uint32_t now_ms = (uint32_t)(x->now.mono_us / 1000);

    if (atomic_load(&x->config->shared->current) == x->generation) return false;
    if (!x->stale) x->stale_ms = now_ms;
    x->stale = true;
    return now_ms - x->stale_ms > x->config->limits.swap_grace_ms;
}

bool pn_request_caller(struct pn_exchange *x)
{
    if (is_outdated(x)) {
        pn_judge_refuse(x, PN_REASON_POLICY_CHANGED);
        return true;
    }
    enum pn_reason reason = pn_caller_asked(x);
    if (x->principal.awaited) return false;
    go_on(x, reason);
    return true;
}

void pn_exchange_caller_unknown(struct pn_exchange *x, const struct pn_now *now)
{
    bool opaque = x->principal.opaque.len > 0;
    bool replaced = atomic_load(&x->config->shared->current) != x->generation;
    enum pn_reason absent = opaque ? PN_REASON_TOKEN_UNASKED : PN_REASON_TOKEN_KEYS_ABSENT;

    PN_ASSERT(x->ask == ASK_CALLER);
    x->now = *now;
    pn_judge_refuse(x, replaced ? PN_REASON_POLICY_CHANGED : absent);
}

bool pn_request_body(struct pn_exchange *x)
{
    struct pn_slice in = pn_slice(x->rx + x->rx_begin, x->rx_end - x->rx_begin);

    if (is_outdated(x)) {
        pn_judge_refuse(x, PN_REASON_POLICY_CHANGED);
        return true;
    }
    if (x->waiting && !waited(x)) return false;
    if (x->ask != ASK_BODY) return true;
    enum pn_reason reason = unframe(x, &in);
    if (reason != PN_REASON_NONE) {
        pn_judge_refuse(x, reason);
        return true;
    }
    x->rx_begin = x->rx_end - (uint32_t)in.len;
    if (x->rx_begin == x->rx_end) x->rx_begin = x->rx_end = 0;
    x->surplus = x->body_whole && x->rx_end > 0;
    if (x->head.method == PN_METHOD_POST && !wants_form(x)) return scan_body(x);
    if (x->body_whole) x->ask = ASK_JUDGE;
    return x->body_whole;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A body of known length is read straight into the window. */
static size_t window_room(struct pn_exchange *x, uint8_t **at)
{
    size_t left = (size_t)(x->head.body_bytes - x->window_len);
    size_t pool = x->config->limits.body_bytes_total - (size_t)*x->body_bytes_held;

    *at = x->window + x->window_len;
    return least(least(left, READ_AT_ONCE_BYTES), pool);
}

size_t pn_exchange_client_room(struct pn_exchange *x, uint8_t **at)
{
    if (x->ask == ASK_HEAD) {
        *at = x->head_bytes + x->head_len;
        return PN_HEAD_BYTES - x->head_len;
    }
    if (x->ask != ASK_BODY || x->body_whole || x->waiting) return 0;
    if (!room_in_pool(x)) {
        x->waiting = true;
        x->wait_ms = (uint32_t)(x->now.mono_us / 1000);
        return 0;
    }
    if (x->head.framing == PN_BODY_LENGTH) return window_room(x, at);
    *at = x->rx + x->rx_end;
    return PN_RELAY_BYTES - x->rx_end;
}

void pn_exchange_client_got(struct pn_exchange *x, size_t bytes)
{
    if (x->ask == ASK_HEAD) {
        x->head_len += (uint32_t)bytes;
    } else if (x->head.framing == PN_BODY_LENGTH) {
        struct pn_slice in = pn_slice(x->window + x->window_len, bytes);
        enum pn_reason reason = unframe(x, &in);
        PN_ASSERT(reason == PN_REASON_NONE && in.len == 0);
    } else {
        x->rx_end += (uint32_t)bytes;
    }
}
