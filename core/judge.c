/* see judge.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/judge.h"

#include "core/base/assert.h"
#include "core/caller.h"
#include "core/leg.h"
#include "core/leg_identity.h"
#include "core/missing_scope.h"
#include "core/models.h"
#include "core/record.h"
#include "core/reply.h"
#include "core/revoked.h"
#include "core/token_endpoint.h"
#include "policy/policy_output.h"

/* --- facts --- */

static struct pn_slice put(uint8_t *text, size_t max, struct pn_slice front, struct pn_slice back)
{
    struct pn_writer w = pn_writer(text, max);

    pn_write(&w, front);
    pn_write(&w, back);
    return pn_written(&w);
}

/* False when the caller's claims cannot be understood in one way only. */
static bool state_call(struct pn_exchange *x, struct pn_facts *facts, struct pn_slice id)
{
    const struct pn_active *active = pn_exchange_policy(x);

    facts->now_ms = x->now.unix_ms;
    pn_principal_facts(&x->principal, &active->keys, &active->policy, facts);
    pn_facts_call(facts, &active->policy, x->call.kind, x->call.action);
    pn_facts_set_text(facts, &active->policy, PN_FACT_RESOURCE_ID, id);
    return pn_principal_claims(&x->principal, &active->policy, &x->bench->token_keys, facts);
}

static enum pn_reason reason_of(const struct pn_decision *d)
{
    switch (d->outcome) {
    case PN_ALLOW: return PN_REASON_NONE;
    case PN_STEP_UP: return PN_REASON_STEP_UP_REQUIRED;
    case PN_REDACT: return PN_REASON_OUTCOME_UNSUPPORTED;
    case PN_DENY: break;
    }
    switch (d->why) {
    case PN_WHY_RULE: return PN_REASON_DENIED_BY_RULE;
    case PN_WHY_ERROR: return PN_REASON_DENIED_ON_ERROR;
    case PN_WHY_SCHEMA: return PN_REASON_DENIED_BY_SCHEMA;
    case PN_WHY_DEFAULT: break;
    }
    return PN_REASON_DENIED_BY_DEFAULT;
}

/* Tell the agent which attribute could not be judged: its path, never its value. */
static void name_the_error(struct pn_exchange *x, const struct pn_policy *policy)
{
    uint16_t slot = x->call.decision.error_slot;

    if (x->call.reason != PN_REASON_DENIED_ON_ERROR || slot == PN_NONE16) return;
    x->subject = pn_policy_slot_path(policy, slot);
}

/* What the rule says may depend on the call. It is recorded and answered before the loop's memory
 * for it is used again. */
static void complete(struct pn_exchange *x, const struct pn_policy *policy)
{
    struct pn_writer words = pn_writer(x->bench->words, PN_WORDS_BYTES);

    pn_output_complete(policy, &x->call.facts, &x->bench->scratch, &x->call.decision, &words);
}

/* Only what was denied: a step-up is cured by an approval. */
static void name_the_scopes(struct pn_exchange *x)
{
    if (x->call.decision.outcome != PN_DENY) return;
    x->call.scopes = pn_missing_scopes(x);
    if (x->call.scopes == 0) return;
    x->call.reason = PN_REASON_INSUFFICIENT_SCOPE;
    x->subject = PN_SLICE("");
}

static void decide(struct pn_exchange *x)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;

    pn_policy_decide(policy, &x->call.facts, &x->bench->scratch, &x->call.decision);
    x->call.reason = reason_of(&x->call.decision);
    complete(x, policy);
    name_the_error(x, policy);
    name_the_scopes(x);
    _Atomic uint32_t *counter = x->call.reason == PN_REASON_NONE ? &x->stats->decisions_allowed
                                                                 : &x->stats->decisions_refused;
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* What is not attached to the caller is refused before any rule is read. */
static void refuse_unattached(struct pn_exchange *x)
{
    x->call.decision = (struct pn_decision){ .rule = PN_NONE16,
                                             .error_predicate = PN_NONE16,
                                             .error_slot = PN_NONE16,
                                             .error_rule = PN_NONE16 };
    x->call.reason = PN_REASON_NOT_ATTACHED;
    atomic_fetch_add_explicit(&x->stats->decisions_refused, 1, memory_order_relaxed);
}

/* What a sub-token's agent has is what the key behind it has, and no more. */
static struct pn_key attached_to(const struct pn_exchange *x)
{
    struct pn_key who = x->principal.key;

    if (x->principal.proof == PN_PROOF_SUB_TOKEN) who.agent = x->principal.narrowed.agent;
    return who;
}

static bool model_is_attached(const struct pn_exchange *x, struct pn_slice model)
{
    struct pn_key who = attached_to(x);

    return pn_narrowed_has(&x->principal.narrowed.models, model) &&
           pn_attached_model(&pn_exchange_policy(x)->attachments, &who, model);
}

static enum pn_attached server_attached(const struct pn_exchange *x)
{
    const struct pn_narrowed *narrowed = &x->principal.narrowed;
    struct pn_key who = attached_to(x);

    if (!pn_narrowed_has(&narrowed->servers, x->route.name)) return PN_ATTACHED_NOT;
    enum pn_attached attached =
        pn_attached_server(&pn_exchange_policy(x)->attachments, &who, x->route.name);
    bool some = attached == PN_ATTACHED_WHOLE && narrowed->tools.type == PN_LIST;
    return some ? PN_ATTACHED_TOOLS : attached;
}

static bool tool_is_attached(const struct pn_exchange *x, struct pn_slice tool)
{
    const struct pn_narrowed *narrowed = &x->principal.narrowed;
    struct pn_key who = attached_to(x);

    return pn_narrowed_has(&narrowed->servers, x->route.name) &&
           pn_narrowed_has(&narrowed->tools, tool) &&
           pn_attached_tool(&pn_exchange_policy(x)->attachments, &who, x->route.name, tool);
}

/* --- chat completions --- */

static enum pn_reason judge_chat(struct pn_exchange *x)
{
    const struct pn_active *active = pn_exchange_policy(x);
    enum pn_reason reason = pn_facts_llm_check(x->wire);
    struct pn_model model;

    if (reason != PN_REASON_NONE) return reason;
    size_t len = pn_value_copy_text(&x->wire[PN_LLM_MODEL], x->call.model_text, PN_NAME_BYTES);
    if (len == SIZE_MAX) return PN_REASON_MODEL_MISSING;
    x->call.model = pn_slice(x->call.model_text, len);
    bool routed = pn_model_find(&active->routes, x->call.model, &model);

    x->call.kind = PN_SLICE("llm");
    x->call.action = PN_SLICE("completion");
    /* An alias is judged as what it stands for, or it would pass by a rule on its target. */
    struct pn_slice judged = routed ? model.group : x->call.model;
    if (!state_call(x, &x->call.facts, judged)) return PN_REASON_TOKEN_CLAIMS;
    pn_facts_set_text(&x->call.facts, &active->policy, PN_FACT_MODEL, judged);
    pn_facts_set(&x->call.facts, &active->policy, PN_FACT_INPUT_BYTES, pn_value_int(x->window_len));
    pn_facts_llm(&x->call.facts, &active->policy, x->wire, routed ? &model : NULL);
    if (model_is_attached(x, judged)) decide(x);
    else refuse_unattached(x);
    if (x->call.reason == PN_REASON_NONE && !routed) x->call.reason = PN_REASON_MODEL_UNKNOWN;
    if (x->call.reason == PN_REASON_NONE) pn_leg_for_model(x, &model);
    return PN_REASON_NONE;
}

/* The list itself is always answered; what is in it is decided model by model. */
static enum pn_reason judge_models(struct pn_exchange *x)
{
    x->call.kind = PN_SLICE("llm");
    x->call.action = PN_SLICE("list");
    x->call.decision.outcome = PN_ALLOW;
    return PN_REASON_NONE;
}

/* --- MCP --- */

static bool is_hidden(struct pn_exchange *x)
{
    return x->message.row == PN_MCP_TOOL_CALL && x->call.reason != PN_REASON_NONE &&
           x->call.reason != PN_REASON_NOT_ATTACHED &&
           x->call.reason != PN_REASON_INSUFFICIENT_SCOPE &&
           pn_judge_item(x, PN_LIST_TOOLS, x->message.item) == PN_HIDDEN;
}

/* Of a server some of whose tools are attached, what else it has is not. */
static bool message_is_attached(const struct pn_exchange *x)
{
    enum pn_attached attached = server_attached(x);

    if (attached != PN_ATTACHED_TOOLS) return attached == PN_ATTACHED_WHOLE;
    switch ((enum pn_mcp_row)x->message.row) {
    case PN_MCP_OPENING:
    case PN_MCP_HOUSEKEEPING:
    case PN_MCP_LISTING: return true;
    case PN_MCP_TOOL_CALL: return tool_is_attached(x, x->message.item);
    case PN_MCP_PROMPT_GET:
    case PN_MCP_RESOURCE_READ:
    case PN_MCP_OTHER: break;
    }
    return false;
}

static enum pn_reason read_message(struct pn_exchange *x)
{
    if (x->head.method != PN_METHOD_POST) { /* the stream of a session, or its end */
        x->message.row = PN_MCP_HOUSEKEEPING;
        return PN_REASON_NONE;
    }
    return pn_facts_mcp_read(x->wire, x->spans, pn_slice(x->window, x->window_len), &x->message);
}

static enum pn_reason judge_mcp(struct pn_exchange *x)
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_writer action = pn_writer(x->call.text, sizeof x->call.text);
    enum pn_reason reason = read_message(x);

    if (reason != PN_REASON_NONE) return reason;
    if (x->head.method != PN_METHOD_POST) {
        pn_facts_begin(&x->call.facts, &active->policy, x->slots, PN_PHASE_CALL);
    }
    pn_facts_mcp_action(&action, &x->message);
    if (action.full) return PN_REASON_TOOL_NAME_INVALID;
    x->call.action = pn_written(&action);
    x->call.kind =
        put(x->call.kind_text, sizeof x->call.kind_text, PN_SLICE("mcp:"), x->route.name);
    struct pn_slice id = x->message.item.len > 0 ? x->message.item : x->route.name;
    if (!state_call(x, &x->call.facts, id)) return PN_REASON_TOKEN_CLAIMS;
    pn_facts_mcp(&x->call.facts, &active->policy, x->route.name, &x->message, x->wire);
    if (message_is_attached(x)) decide(x);
    else refuse_unattached(x);
    if (is_hidden(x)) x->call.reason = PN_REASON_TOOL_HIDDEN;
    if (x->call.reason == PN_REASON_NONE) pn_leg_for_server(x);
    return PN_REASON_NONE;
}

/* --- lists --- */

static enum pn_shown hide(struct pn_exchange *x)
{
    atomic_fetch_add_explicit(&x->stats->items_hidden, 1, memory_order_relaxed);
    return PN_HIDDEN;
}

static enum pn_shown judge_listed(struct pn_exchange *x, struct pn_slice id)
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_bench *bench = x->bench;
    struct pn_facts facts;

    pn_facts_begin(&facts, &active->policy, bench->slots, PN_PHASE_LIST);
    if (!state_call(x, &facts, id)) return PN_HIDDEN;
    if (x->route.surface == PN_SURFACE_MCP) {
        pn_facts_set_text(&facts, &active->policy, PN_FACT_SERVER, x->route.name);
        pn_facts_set_text(&facts, &active->policy, PN_FACT_TOOL, id);
    } else {
        pn_facts_set_text(&facts, &active->policy, PN_FACT_MODEL, id);
    }
    pn_policy_decide(&active->policy, &facts, &bench->scratch, &bench->decision);
    return bench->decision.outcome != PN_DENY ? PN_SHOWN : hide(x);
}

static bool item_is_attached(const struct pn_exchange *x, enum pn_list list, struct pn_slice name)
{
    if (list == PN_LIST_TOOLS) return tool_is_attached(x, name);
    return server_attached(x) == PN_ATTACHED_WHOLE;
}

static struct pn_slice list_action(enum pn_list list)
{
    switch (list) {
    case PN_LIST_TOOLS: return PN_SLICE("tools/call/");
    case PN_LIST_PROMPTS: return PN_SLICE("prompts/get/");
    case PN_LIST_RESOURCES: break;
    }
    return PN_SLICE("resources/read");
}

/* Lists may come long after the call was decided, so the newest policy judges them: the caller is
 * looked up again, and who is no longer known sees nothing. */
static bool pin_newest(struct pn_exchange *x)
{
    if (x->generation != PN_GENERATION_NONE) return true;
    x->generation = pn_shared_pin(x->config->shared, x->config->worker);
    if (x->generation == PN_GENERATION_NONE) return false;

    const struct pn_active *active = pn_exchange_policy(x);
    const struct pn_shared *shared = x->config->shared;
    return pn_shared_usable(shared, active, x->now.unix_ms / 1000) == PN_REASON_NONE &&
           pn_caller_find_again(x);
}

enum pn_shown pn_judge_entry(struct pn_exchange *x, enum pn_list list, struct pn_slice name)
{
    enum pn_shown shown = pin_newest(x) ? pn_judge_item(x, list, name) : PN_HIDDEN;

    pn_exchange_unpin(x);
    return shown;
}

enum pn_shown pn_judge_item(struct pn_exchange *x, enum pn_list list, struct pn_slice name)
{
    uint8_t text[PN_NAME_BYTES + 32];
    struct pn_slice action = x->call.action;
    bool named = list != PN_LIST_RESOURCES;

    if (named && !pn_facts_mcp_tool_name(name)) return PN_HIDDEN;
    if (!item_is_attached(x, list, name)) return hide(x);
    x->call.action = put(text, sizeof text, list_action(list), named ? name : PN_SLICE(""));
    enum pn_shown shown = judge_listed(x, name);
    x->call.action = action;
    return shown;
}

enum pn_shown pn_judge_model(struct pn_exchange *x, const struct pn_model *model)
{
    return model_is_attached(x, model->group) ? judge_listed(x, model->group) : hide(x);
}

/* --- the steps --- */

static enum pn_reason judge_surface(struct pn_exchange *x)
{
    switch ((enum pn_surface)x->route.surface) {
    case PN_SURFACE_CHAT: return judge_chat(x);
    case PN_SURFACE_MODELS: return judge_models(x);
    case PN_SURFACE_MCP: return judge_mcp(x);
    case PN_SURFACE_TOKENS: return pn_token_judge(x);
    case PN_SURFACE_METADATA:
    case PN_SURFACE_NONE: break;
    }
    return PN_REASON_ROUTE_UNKNOWN;
}

bool pn_judge(struct pn_exchange *x)
{
    enum pn_step room = pn_record_reserve(x);

    if (room == PN_WAIT) return false;
    if (room == PN_REFUSED) {
        pn_reply_refusal(x, PN_REASON_AUDIT_UNAVAILABLE);
        return true;
    }
    enum pn_reason reason = judge_surface(x);
    if (reason != PN_REASON_NONE) {
        pn_judge_refuse(x, reason);
        return true;
    }
    enum pn_reason revoked = pn_revoked_at_decision(x);
    if (revoked != PN_REASON_NONE) x->call.reason = revoked;
    pn_record_decision(x, x->call.reason);
    x->waiting = false;
    if (x->call.reason == PN_REASON_NONE) x->ask = ASK_RECORD;
    else pn_reply_refusal(x, x->call.reason);
    return true;
}

/* A signature costs a third of a millisecond, so a turn makes few. */
static bool may_sign(struct pn_exchange *x)
{
    if (x->route.surface != PN_SURFACE_TOKENS) return true;
    return x->bench->tokens_signed++ < PN_TOKENS_PER_TURN;
}

bool pn_judge_recorded(struct pn_exchange *x)
{
    enum pn_step step = pn_record_accepted(x);

    if (step == PN_WAIT && !pn_record_overdue(x)) return false;
    if (step == PN_WAIT) step = PN_REFUSED;
    if (step == PN_DONE && !may_sign(x)) return false;
    if (step == PN_REFUSED) pn_reply_refusal(x, PN_REASON_AUDIT_UNAVAILABLE);
    else if (x->route.surface == PN_SURFACE_MODELS) pn_models_answer(x);
    else if (x->route.surface == PN_SURFACE_TOKENS) pn_token_answer(x);
    else pn_leg_identity_begin(x);
    pn_exchange_unpin(x);
    return true;
}

/* Anybody can be refused without a key, so these records are bounded: a stranger must not fill the
 * disk that known callers need. What is left out is counted. */
static bool is_left_out(struct pn_exchange *x)
{
    struct pn_bench *bench = x->bench;
    uint32_t second = (uint32_t)(x->now.mono_us / 1000000);

    if (x->principal.known || x->ticket.id.counter > 0) return false;
    if (bench->stranger_second != second) bench->stranger_count = 0;
    bench->stranger_second = second;
    if (bench->stranger_count++ < x->config->limits.stranger_records_max) return false;
    atomic_fetch_add_explicit(&x->stats->refusals_unrecorded, 1, memory_order_relaxed);
    return true;
}

void pn_judge_refuse(struct pn_exchange *x, enum pn_reason reason)
{
    if (is_left_out(x)) {
        pn_reply_refusal(x, reason);
        return;
    }
    if (pn_record_reserve(x) != PN_DONE) {
        pn_reply_refusal(x, PN_REASON_AUDIT_UNAVAILABLE);
        return;
    }
    pn_record_decision(x, reason);
    pn_reply_refusal(x, reason);
}

void pn_judge_end(struct pn_exchange *x)
{
    pn_record_end(x);
}
