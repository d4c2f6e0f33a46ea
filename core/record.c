/* see record.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include "core/route/session.h"
#include "core/token_endpoint.h"
#include "policy/policy_reads.h"
#include "port/port_crypto.h"

bool pn_record_overdue(struct pn_exchange *x)
{
    uint32_t now_ms = (uint32_t)(x->now.mono_us / 1000);

    if (!x->waiting) x->wait_ms = now_ms;
    x->waiting = true;
    return now_ms - x->wait_ms >= x->config->limits.body_wait_ms;
}

enum pn_step pn_record_reserve(struct pn_exchange *x)
{
    if (x->ticket.id.counter > 0) return PN_DONE;
    enum pn_step step = pn_audit_reserve(x->config->audit.ring, &x->ticket);
    if (step == PN_DONE) x->decision_id = pn_audit_id_text(&x->ticket.id, x->id_text);
    if (step != PN_WAIT) return step;

    return pn_record_overdue(x) ? PN_REFUSED : PN_WAIT;
}

static bool is_secret_slot(const struct pn_policy *policy, uint16_t slot)
{
    return (pn_policy_slot_flags(policy, slot) & PN_SLOT_SECRET) != 0;
}

static bool has_secrets(const struct pn_exchange *x)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;

    for (uint16_t slot = 0; slot < x->call.facts.slot_count; slot++) {
        if (is_secret_slot(policy, slot)) return true;
    }
    return false;
}

/* What holds a secret is as secret as what lies in one. */
static bool is_secret(const struct pn_exchange *x, struct pn_slice path)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;

    for (uint16_t slot = 0; slot < x->call.facts.slot_count; slot++) {
        if (!is_secret_slot(policy, slot)) continue;
        struct pn_slice secret = pn_policy_slot_path(policy, slot);
        if (pn_audit_masked(&secret, 1, path)) return true;
    }
    return false;
}

static bool is_masked(const struct pn_exchange *x, struct pn_slice path)
{
    const struct pn_audit_config *audit = &x->config->audit;

    return pn_audit_masked(audit->masked, audit->masked_count, path);
}

static bool lacks_fact(const struct pn_exchange *x)
{
    for (uint16_t slot = 0; slot < x->call.facts.slot_count; slot++) {
        if (x->slots[slot].type == PN_ABSENT) return true;
    }
    return false;
}

/* Which attributes the rules could read that spoke of this call, if it matters: where none of the
 * policy's is absent, all of them are recorded anyway. */
static void find_reads(struct pn_exchange *x, struct pn_reads *reads)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;

    if (!lacks_fact(x)) return;
    pn_policy_reads(policy, &x->call.facts, &x->bench->scratch, reads);
}

/* The arguments as a whole are told with `all`, not twice. */
static bool tells_whole(const struct pn_exchange *x)
{
    return x->config->audit.facts == PN_AUDIT_FACTS_ALL && x->route.surface == PN_SURFACE_MCP &&
           x->wire[PN_MCP_ARGUMENTS].type == PN_MAP;
}

/* The values that the policy's rules read, and which of those that spoke of this call were absent;
 * with `all`, the arguments as a whole too. */
static size_t gather_facts(struct pn_exchange *x)
{
    const struct pn_policy *policy = &pn_exchange_policy(x)->policy;
    struct pn_audit_fact *facts = x->bench->facts;
    struct pn_reads reads = { .slots = { 0 } };
    bool whole = tells_whole(x), secrets = has_secrets(x);
    size_t count = 0;

    if (x->config->audit.facts == PN_AUDIT_FACTS_NONE) return 0;
    if (x->route.surface == PN_SURFACE_TOKENS) return pn_token_facts(x, facts);
    find_reads(x, &reads);
    for (uint16_t slot = 0; slot < x->call.facts.slot_count; slot++) {
        bool absent = x->slots[slot].type == PN_ABSENT;
        if (absent && !pn_reads_slot(&reads, slot)) continue;
        if (whole && slot == policy->fact_slot[PN_FACT_ARGUMENTS]) continue;
        struct pn_slice path = pn_policy_slot_path(policy, slot);
        bool masked = is_masked(x, path) || (secrets && is_secret(x, path));
        facts[count++] = (struct pn_audit_fact){ path, x->slots[slot], masked };
    }
    if (whole) {
        struct pn_slice path = pn_fact_path(PN_FACT_ARGUMENTS);
        bool masked = is_masked(x, path) || (secrets && is_secret(x, path));
        facts[count++] = (struct pn_audit_fact){ path, x->wire[PN_MCP_ARGUMENTS], masked };
    }
    return count;
}

static struct pn_slice outcome_of(const struct pn_exchange *x)
{
    bool judged = x->call.action.len > 0 && x->call.reason != PN_REASON_NOT_ATTACHED &&
                  x->call.reason != PN_REASON_REVOKED;

    if (!judged) return PN_SLICE("refused");
    switch (x->call.decision.outcome) {
    case PN_ALLOW:
        return x->call.reason == PN_REASON_NONE ? PN_SLICE("allow") : PN_SLICE("refused");
    case PN_REDACT: return PN_SLICE("redact");
    case PN_STEP_UP: return PN_SLICE("step_up");
    case PN_DENY: break;
    }
    return PN_SLICE("deny");
}

static void describe_caller(const struct pn_exchange *x, struct pn_audit_decision *d)
{
    const struct pn_key *key = &x->principal.key;

    d->client.user_agent = pn_h1_field(&x->head, PN_FIELD_USER_AGENT);
    if (!x->principal.known) return;
    d->who.id = x->principal.id;
    d->who.user = key->user;
    d->who.agent = key->agent;
    d->who.team = key->team;
    d->who.task = key->task;
    d->who.key_id = key->key_id;
    d->who.proof = pn_proof_name((enum pn_proof)x->principal.proof);
    d->who.roles = key->role_names;
    d->who.token_id = x->principal.token_id;
    d->who.spiffe_id = x->principal.spiffe_id;
    d->who.issuer = x->principal.issuer;
}

static void describe_call(struct pn_exchange *x, struct pn_audit_decision *d,
                          uint8_t mac[PORT_DIGEST_BYTES])
{
    const struct pn_value *arguments = &x->wire[PN_MCP_ARGUMENTS];

    d->surface = pn_surface_name((enum pn_surface)x->route.surface);
    d->model = x->call.model;
    d->action = x->call.action;
    if (x->route.surface == PN_SURFACE_TOKENS) d->server = x->route.name;
    if (x->route.surface != PN_SURFACE_MCP) return;
    d->server = x->route.name;
    d->method = x->message.method;
    if (x->session.len > 0) {
        d->session = pn_session_code(pn_h1_field(&x->head, PN_FIELD_MCP_SESSION_ID));
    }
    if (x->message.row == PN_MCP_TOOL_CALL) d->tool = x->message.item;
    if (x->wire[PN_MCP_CLIENT_NAME].type == PN_STRING) {
        d->client.name = pn_value_text(&x->wire[PN_MCP_CLIENT_NAME]);
    }
    if (arguments->type == PN_MAP) {
        struct port_hmac hmac;
        port_hmac_begin(&hmac, x->config->device_key, 32);
        port_hmac_add(&hmac, arguments->as.text, arguments->len);
        port_hmac_end(&hmac, mac);
        d->args_mac = mac;
    }
}

static void describe_decision(struct pn_exchange *x, struct pn_audit_decision *d,
                              enum pn_reason reason)
{
    d->outcome = outcome_of(x);
    d->rule = x->call.decision.name;
    d->reason = x->call.decision.reason;
    d->warning = x->call.decision.warning;
    if (reason != PN_REASON_NONE) d->error = pn_reason_name(reason);
    if (x->generation == PN_GENERATION_NONE) return;
    d->policy.identity = pn_exchange_policy(x)->identity;
    d->policy.sequence = pn_exchange_policy(x)->sequence;
    d->facts = x->bench->facts;
    d->fact_count = x->call.action.len > 0 ? gather_facts(x) : 0;
}

void pn_record_decision(struct pn_exchange *x, enum pn_reason reason)
{
    struct pn_audit_decision d = { .unix_ms = x->now.unix_ms };
    uint8_t mac[PORT_DIGEST_BYTES];

    describe_caller(x, &d);
    describe_call(x, &d, mac);
    describe_decision(x, &d, reason);
    pn_audit_decide(x->config->audit.ring, &x->ticket, &d);
    x->recorded = true;
}

enum pn_step pn_record_accepted(struct pn_exchange *x)
{
    return pn_audit_accepted(x->config->audit.ring, &x->ticket);
}

static uint32_t latency_us(const struct pn_exchange *x)
{
    uint64_t us = x->now.mono_us - x->tally.begin_us;

    return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

void pn_record_end(struct pn_exchange *x)
{
    struct pn_audit_ring *ring = x->config->audit.ring;

    if (!x->recorded) {
        pn_audit_release(ring, &x->ticket);
        return;
    }
    struct pn_audit_end e = {
        .unix_ms = x->now.unix_ms,
        .status = x->tally.status,
        .upstream = x->tally.tries > 0 ? x->leg.upstream.name : PN_SLICE(""),
        .upstream_status = x->tally.upstream_status,
        .latency_us = latency_us(x),
        .bytes_in = x->tally.in_bytes,
        .bytes_out = x->tally.out_bytes,
        .how = x->how,
    };
    if (x->reason != PN_REASON_NONE) e.error = pn_reason_name(x->reason);
    pn_audit_end(ring, &x->ticket, &e);
    x->recorded = false;
}
