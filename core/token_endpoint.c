/* see token_endpoint.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/token_endpoint.h"

#include "core/base/base64url.h"
#include "core/caller.h"
#include "core/http/form.h"
#include "core/public_url.h"
#include "core/reply.h"

/* --- whose key it is --- */

/* "Basic" and base64 of name:key (RFC 7617), where it lies; each part is encoded as in a form (RFC
 * 6749, 2.3.1). */
static bool read_basic(struct pn_exchange *x, struct pn_slice *name, struct pn_slice *key)
{
    static const struct pn_slice scheme = PN_SLICE_INIT("Basic ");
    struct pn_slice value = pn_h1_field(&x->head, PN_FIELD_AUTHORIZATION), text;

    if (value.len <= scheme.len) return false;
    if (!pn_slice_equal_fold(pn_slice_head(value, scheme.len), scheme)) return false;
    uint8_t *at = x->head_bytes + (value.at + scheme.len - x->head.bytes);
    size_t len = value.len - scheme.len;
    for (int pads = 0; pads < 2 && len > 0 && at[len - 1] == '='; pads++) len--;
    for (size_t i = 0; i < len; i++) at[i] = at[i] == '+' ? '-' : at[i] == '/' ? '_' : at[i];
    if (!pn_base64url_decode(pn_slice(at, len), at, &text)) return false;
    memset(at + text.len, 0, value.len - scheme.len - text.len);
    size_t colon = pn_slice_find(text, ':');
    return colon < text.len && pn_form_decode(at, colon, name) &&
           pn_form_decode(at + colon + 1, text.len - colon - 1, key);
}

static void wipe(uint8_t *from, struct pn_slice secret, const uint8_t *base)
{
    memset(from + (secret.at - base), 0, secret.len);
}

/* The token itself is gone once it was read; its claims are needed until the new one is written. */
static enum pn_reason by_token(struct pn_exchange *x)
{
    enum pn_reason reason = pn_caller_by_token(x, x->asked.subject);

    if (reason != PN_REASON_NONE) return reason;
    bool fits = pn_sub_token_fits(&x->principal.jwt.claims, &x->bench->token_keys);
    return fits ? PN_REASON_NONE : PN_REASON_TOKEN_OVERSIZE;
}

static enum pn_reason by_exchange(struct pn_exchange *x)
{
    struct pn_slice key = x->asked.subject;

    if (pn_h1_has(&x->head, PN_FIELD_AUTHORIZATION)) return PN_REASON_FORM_INVALID;
    if (x->asked.is_jwt || pn_jwt_looks_like(key)) return by_token(x);
    enum pn_reason reason = pn_caller_by_key(x, PN_SLICE(""), key);
    wipe(x->window, key, x->window);
    return reason == PN_REASON_KEY_UNKNOWN ? PN_REASON_SUBJECT_UNKNOWN : reason;
}

static enum pn_reason by_client(struct pn_exchange *x)
{
    struct pn_slice name, key;

    if (!read_basic(x, &name, &key)) return PN_REASON_CLIENT_UNKNOWN;
    enum pn_reason reason = pn_caller_by_key(x, name, key);
    wipe(x->head_bytes, key, x->head_bytes);
    return reason == PN_REASON_KEY_UNKNOWN ? PN_REASON_CLIENT_UNKNOWN : reason;
}

/* --- what it may have --- */

/* The path of a resource that is one of ours; empty where it is not. */
static struct pn_slice path_of(const struct pn_exchange *x, struct pn_slice resource)
{
    uint8_t room[PN_PUBLIC_URL_BYTES];
    struct pn_writer url = pn_writer(room, sizeof room);

    if (resource.at[0] == '/') return resource;
    pn_public_url_write(&url, x);
    if (url.full || resource.len < url.len) return PN_SLICE("");
    bool ours = pn_slice_equal_fold(pn_slice_head(resource, url.len), pn_written(&url));
    return ours ? pn_slice_from(resource, url.len) : PN_SLICE("");
}

/* A server that is not attached is told from one that does not exist by nobody. */
static bool find_route(struct pn_exchange *x)
{
    static const struct pn_slice prefix = PN_SLICE_INIT("/mcp/");
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_slice path = x->asked.path;

    if (pn_slice_equal(path, PN_SLICE("/v1"))) return true;
    if (!pn_slice_begins(path, prefix)) return false;
    if (!pn_server_find(&active->routes, pn_slice_from(path, prefix.len), &x->server)) return false;
    x->route.name = x->server.name;
    return pn_attached_server(&active->attachments, &x->principal.key, x->server.name) !=
           PN_ATTACHED_NOT;
}

static bool has_server(const struct pn_exchange *x, struct pn_slice name)
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_server server;

    return pn_server_find(&active->routes, name, &server) &&
           pn_attached_server(&active->attachments, &x->principal.key, name) != PN_ATTACHED_NOT;
}

static bool has_tool(const struct pn_exchange *x, struct pn_slice name)
{
    const struct pn_active *active = pn_exchange_policy(x);

    if (!pn_facts_mcp_tool_name(name)) return false;
    return x->route.name.len == 0 ||
           pn_attached_tool(&active->attachments, &x->principal.key, x->route.name, name);
}

static bool has_model(const struct pn_exchange *x, struct pn_slice name)
{
    const struct pn_active *active = pn_exchange_policy(x);

    return name.len > 0 && pn_attached_model(&active->attachments, &x->principal.key, name);
}

static bool has_all(const struct pn_exchange *x, struct pn_slice words,
                    bool (*has)(const struct pn_exchange *x, struct pn_slice word))
{
    struct pn_slice word;

    while (pn_token_request_word(&words, &word)) {
        if (!has(x, word)) return false;
    }
    return true;
}

static enum pn_reason narrow(struct pn_exchange *x)
{
    const struct pn_token_request *asked = &x->asked;
    struct pn_key *key = &x->principal.key;

    bool less = has_all(x, asked->servers, has_server) && has_all(x, asked->tools, has_tool) &&
                has_all(x, asked->models, has_model) &&
                pn_sub_token_may_say(key->agent, asked->agent) &&
                pn_sub_token_may_say(key->task, asked->task);
    if (!less) return PN_REASON_SCOPE_INVALID;
    if (asked->agent.len > 0) key->agent = asked->agent;
    if (asked->task.len > 0) key->task = asked->task;
    return PN_REASON_NONE;
}

/* When what the new token is made from ends: the record, and the token that named it. */
static uint64_t ends_of(const struct pn_principal *who)
{
    uint64_t record_s = who->key.expires_s > 0 ? who->key.expires_s : UINT64_MAX;
    uint64_t token_s = who->proof == PN_PROOF_JWT ? (uint64_t)who->jwt.exp.as.i : UINT64_MAX;

    return record_s < token_s ? record_s : token_s;
}

static enum pn_reason bound(struct pn_exchange *x)
{
    struct pn_token_time time = pn_caller_time(x);
    uint64_t ends_s = ends_of(&x->principal), now_s = (uint64_t)time.now_s;

    if (!time.known) return PN_REASON_TOKEN_TIME_UNKNOWN;
    if (ends_s <= now_s) return PN_REASON_TOKEN_EXPIRED; /* but for the clocks' skew */
    uint64_t left_s = ends_s - now_s;
    if (x->asked.holds_s > left_s) x->asked.holds_s = (uint32_t)left_s;
    return PN_REASON_NONE;
}

/* The form is whole in the window, and parts of it still where they came in. */
static void wipe_ways(struct pn_exchange *x)
{
    uint32_t head_bytes = x->head.head_bytes;

    memset(x->head_bytes + head_bytes, 0, x->head_len - head_bytes);
    memset(x->rx, 0, PN_RELAY_BYTES);
}

/* Who is not known may have put the key anywhere. */
static void wipe_all(struct pn_exchange *x)
{
    struct pn_slice sent = pn_h1_field(&x->head, PN_FIELD_AUTHORIZATION);

    if (sent.len > 0) wipe(x->head_bytes, sent, x->head.bytes);
    memset(x->window, 0, x->window_len);
}

static enum pn_reason judge(struct pn_exchange *x)
{
    enum pn_reason reason = pn_token_request_read(x->window, x->window_len, &x->asked);

    if (reason != PN_REASON_NONE) return reason;
    x->asked.path = path_of(x, x->asked.resource);
    reason = x->asked.grant == PN_GRANT_EXCHANGE ? by_exchange(x) : by_client(x);
    if (reason != PN_REASON_NONE) return reason;
    if (!find_route(x)) return PN_REASON_RESOURCE_INVALID;
    reason = narrow(x);
    return reason == PN_REASON_NONE ? bound(x) : reason;
}

enum pn_reason pn_token_judge(struct pn_exchange *x)
{
    wipe_ways(x);
    enum pn_reason reason = judge(x);

    if (!x->principal.known) wipe_all(x);
    if (reason != PN_REASON_NONE) return reason;
    x->call.kind = PN_SLICE("oauth");
    x->call.action = PN_SLICE("token/issue");
    x->call.decision.outcome = PN_ALLOW;
    return PN_REASON_NONE;
}

/* --- the answer --- */

static bool write_token(struct pn_exchange *x, struct pn_writer *w)
{
    uint8_t room[PN_PUBLIC_URL_BYTES];
    struct pn_writer url = pn_writer(room, sizeof room);
    const struct pn_token_request *asked = &x->asked;
    bool by_jwt = x->principal.proof == PN_PROOF_JWT;
    struct pn_token_maker maker = { .key = x->config->token_key,
                                    .device_key = x->config->device_key,
                                    .path = asked->path };

    pn_public_url_write(&url, x);
    struct pn_sub_token token = { .parent = &x->principal.key,
                                  .parent_hash = x->principal.digest,
                                  .from = by_jwt ? &x->principal.jwt : NULL,
                                  .id = x->decision_id,
                                  .url = pn_written(&url),
                                  .agent = asked->agent,
                                  .task = asked->task,
                                  .servers = asked->servers,
                                  .tools = asked->tools,
                                  .models = asked->models,
                                  .now_s = pn_caller_time(x).now_s,
                                  .holds_s = asked->holds_s };
    return !url.full && pn_sub_token_write(w, &maker, &token);
}

void pn_token_answer(struct pn_exchange *x)
{
    struct pn_writer w = pn_writer(x->rx, PN_RELAY_BYTES);

    pn_write_text(&w, "{\"access_token\":\"");
    if (!write_token(x, &w)) {
        pn_reply_refusal(x, PN_REASON_TOKEN_UNSIGNED);
        return;
    }
    pn_write_text(&w, "\",\"issued_token_type\":"
                      "\"urn:ietf:params:oauth:token-type:access_token\","
                      "\"token_type\":\"Bearer\",\"expires_in\":");
    pn_write_u64(&w, x->asked.holds_s);
    pn_write_text(&w, "}");
    atomic_fetch_add_explicit(&x->stats->tokens_issued, 1, memory_order_relaxed);
    pn_reply_secret(x, pn_written(&w));
}

/* --- the record --- */

static size_t fact(struct pn_audit_fact *facts, size_t count, struct pn_slice path,
                   struct pn_slice text)
{
    if (text.len == 0) return count;
    facts[count] = (struct pn_audit_fact){ path, pn_value_string(text), false };
    return count + 1;
}

size_t pn_token_facts(const struct pn_exchange *x, struct pn_audit_fact *facts)
{
    const struct pn_token_request *asked = &x->asked;
    size_t count = fact(facts, 0, PN_SLICE("token.path"), asked->path);

    facts[count++] =
        (struct pn_audit_fact){ PN_SLICE("token.holds_s"), pn_value_int(asked->holds_s), false };
    count = fact(facts, count, PN_SLICE("token.servers"), asked->servers);
    count = fact(facts, count, PN_SLICE("token.tools"), asked->tools);
    return fact(facts, count, PN_SLICE("token.models"), asked->models);
}
