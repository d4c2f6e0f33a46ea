/* see leg_identity.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/leg_identity.h"

#include "core/base/assert.h"
#include "core/reply.h"
#include "core/route/route_text.h"

static uint32_t mono_s(const struct pn_exchange *x)
{
    return (uint32_t)(x->now.mono_us / 1000000);
}

/* --- the credential --- */

static bool holds(const struct pn_exchange *x, struct pn_slice name)
{
    return name.len == 0 || pn_credentials_know(x->config->credentials, name);
}

static void write_credential(const struct pn_exchange *x, struct pn_writer *w)
{
    const struct pn_upstream *u = &x->leg.upstream;
    struct pn_credentials *c = x->config->credentials;

    if (u->credential.len == 0) return;
    PN_ASSERT(holds(x, u->credential));
    /* Not through pn_h1_write_field_named(): the value is put together in place, so that no copy of
     * it is left on the stack. Values with control characters were refused when they were loaded. */
    uint32_t set = pn_credentials_hold(c, x->config->worker);
    pn_write(w, u->auth_header);
    pn_write_text(w, ": ");
    pn_write(w, u->auth_prefix);
    pn_write(w, pn_credential_value(c, set, u->credential));
    pn_write_text(w, "\r\n");
    pn_credentials_let_go(c, x->config->worker, set);
}

/* --- the assertion --- */

typedef enum pn_step assertion_get(struct pn_assertion_desk *desk,
                                   const struct pn_assertion_ask *ask, struct pn_slice *token);

static enum pn_step get_assertion(const struct pn_exchange *x, assertion_get *get,
                                  struct pn_slice *token)
{
    const struct pn_shared *shared = x->config->shared;
    int64_t clock_unix = x->now.unix_ms < 0 ? -1 : x->now.unix_ms / 1000;
    struct pn_assertion_ask ask = { .of = &x->leg.assertion,
                                    .caller = x->leg.caller,
                                    .id = x->decision_id,
                                    .now_s = pn_shared_now(shared, clock_unix),
                                    .turn_us = x->now.mono_us };

    if (x->leg.caller.len == 0 || !pn_shared_knows_time(shared, clock_unix)) return PN_REFUSED;
    return get(&x->bench->assertions, &ask, token);
}

/* Who the caller is, is kept too: the policy's record of it will not stay. A SPIFFE identifier is nobody's
 * name: the policy says whom it stands for. */
static void keep_caller(struct pn_exchange *x)
{
    struct pn_writer w = pn_writer(x->caller_text, PN_ASSERTION_NAMES_BYTES);
    const struct pn_principal *who = &x->principal;
    bool by_issuer = who->issuer.len > 0 && !pn_slice_begins(who->issuer, PN_SLICE("spiffe:"));

    bool fits = pn_assertion_caller(&w, &who->key);
    w.max = sizeof x->caller_text;
    if (fits && by_issuer)
        fits = pn_assertion_subject(&w, who->issuer, &pn_principal_stated(who)->sub);
    x->leg.caller = fits ? pn_written(&w) : PN_SLICE("");
}

static enum pn_reason write_assertion(const struct pn_exchange *x, struct pn_writer *w)
{
    const struct pn_assertion *a = &x->leg.assertion;
    struct pn_slice token;

    if (a->lifetime_s == 0) return PN_REASON_NONE;
    if (get_assertion(x, pn_assertion_get_now, &token) != PN_DONE) {
        return PN_REASON_ASSERTION_UNAVAILABLE;
    }
    pn_write(w, a->header);
    pn_write_text(w, ": ");
    pn_write(w, a->prefix);
    pn_write(w, token);
    pn_write_text(w, "\r\n");
    return PN_REASON_NONE;
}

static enum pn_step step_assertion(const struct pn_exchange *x)
{
    struct pn_slice token;

    if (x->leg.assertion.lifetime_s == 0) return PN_DONE;
    return get_assertion(x, pn_assertion_get, &token);
}

/* --- the token --- */

static enum pn_reason hold_token(struct pn_exchange *x, const struct pn_pass *pass)
{
    bool exchange = pass->kind == PN_PASS_EXCHANGE;
    struct pn_upstream to = pn_upstream_at(&pn_exchange_policy(x)->routes, pass->at);
    struct pn_pass_ask ask = { .pass = pass,
                               .to = &to,
                               .caller = exchange ? x->leg.caller : PN_SLICE(""),
                               .mono_s = mono_s(x),
                               .issuer = exchange ? x->principal.issuer : PN_SLICE("") };

    if (exchange && x->leg.caller.len == 0) return PN_REASON_ASSERTION_UNAVAILABLE;
    uint32_t index = pn_pass_hold(&x->bench->passes, &ask);
    if (index == PN_PASS_NO_TOKEN) return PN_REASON_UPSTREAM_TOKENS_FULL;
    x->leg.token = index + 1;
    return PN_REASON_NONE;
}

static enum pn_step step_token(const struct pn_exchange *x)
{
    if (x->leg.token == 0) return PN_DONE;
    return pn_pass_step(&x->bench->passes, x->leg.token - 1, mono_s(x));
}

static enum pn_reason token_reason(const struct pn_exchange *x)
{
    enum pn_reason reason = x->bench->passes.tokens[x->leg.token - 1].reason;

    return reason != PN_REASON_NONE ? reason : PN_REASON_UPSTREAM_TOKEN_AWAITED;
}

static enum pn_reason write_token(const struct pn_exchange *x, struct pn_writer *w)
{
    if (x->leg.token == 0) return PN_REASON_NONE;
    struct pn_slice token = pn_pass_bearer(&x->bench->passes, x->leg.token - 1, mono_s(x));
    if (token.len == 0) return token_reason(x);
    pn_write_text(w, "authorization: Bearer ");
    pn_write(w, token);
    pn_write_text(w, "\r\n");
    return PN_REASON_NONE;
}

void pn_leg_identity_let_go(struct pn_exchange *x)
{
    if (x->leg.token > 0) pn_pass_let_go(&x->bench->passes, x->leg.token - 1);
    x->leg.token = 0;
}

void pn_leg_identity_spurned(struct pn_exchange *x)
{
    if (x->leg.token > 0) pn_pass_spoiled(&x->bench->passes, x->leg.token - 1, mono_s(x));
}

/* --- all of it --- */

void pn_leg_identity_aim(struct pn_exchange *x, uint16_t index, struct pn_writer *w)
{
    const struct pn_route_table *routes = &pn_exchange_policy(x)->routes;
    struct pn_assertion a = pn_assertion_of(routes, index);

    x->leg.upstream_index = index;
    x->leg.assertion = a;
    x->leg.assertion.issuer =
        a.issuer.len > 0 ? pn_route_text_keep(w, a.issuer) : x->config->public_url;
    x->leg.assertion.audience = pn_route_text_keep(w, a.audience);
    x->leg.assertion.header = pn_route_text_keep(w, a.header);
    x->leg.assertion.prefix = pn_route_text_keep(w, a.prefix);
}

static bool names_credential(struct pn_exchange *x, struct pn_slice name)
{
    if (holds(x, name)) return true;
    x->subject = name;
    pn_reply_refusal(x, PN_REASON_CREDENTIAL_MISSING);
    return false;
}

void pn_leg_identity_refuse(struct pn_exchange *x, enum pn_reason reason)
{
    x->subject = x->leg.upstream.name;
    pn_reply_refusal(x, reason);
}

void pn_leg_identity_begin(struct pn_exchange *x)
{
    struct pn_pass pass = pn_pass_of(&pn_exchange_policy(x)->routes, x->leg.upstream_index);

    if (!names_credential(x, x->leg.upstream.credential)) return;
    if (!names_credential(x, pass.credential)) return;
    if (x->leg.assertion.lifetime_s > 0 || pass.kind == PN_PASS_EXCHANGE) keep_caller(x);
    enum pn_reason reason = pass.kind != PN_PASS_NONE ? hold_token(x, &pass) : PN_REASON_NONE;
    if (reason != PN_REASON_NONE) pn_leg_identity_refuse(x, reason);
    else x->ask = ASK_TOKEN;
}

bool pn_leg_identity_step(struct pn_exchange *x)
{
    enum pn_step token = step_token(x), assertion = token == PN_DONE ? step_assertion(x) : PN_WAIT;

    if (token == PN_REFUSED) pn_leg_identity_refuse(x, token_reason(x));
    else if (assertion == PN_REFUSED) pn_leg_identity_refuse(x, PN_REASON_ASSERTION_UNAVAILABLE);
    else if (assertion == PN_DONE) x->ask = ASK_LEG;
    return x->ask != ASK_TOKEN;
}

void pn_exchange_token_late(struct pn_exchange *x, const struct pn_now *now)
{
    bool token = x->leg.token > 0 && step_token(x) != PN_DONE;

    PN_ASSERT(x->ask == ASK_TOKEN);
    x->now = *now;
    pn_leg_identity_refuse(x, token ? PN_REASON_UPSTREAM_TOKEN_AWAITED
                                    : PN_REASON_ASSERTION_UNAVAILABLE);
}

uint32_t pn_leg_identity_wants(const struct pn_exchange *x)
{
    return step_token(x) == PN_WAIT ? PN_WANT_ERRAND : PN_WANT_TURN;
}

enum pn_reason pn_leg_identity_write(struct pn_exchange *x, struct pn_writer *w)
{
    enum pn_reason reason = write_token(x, w);

    write_credential(x, w);
    return reason != PN_REASON_NONE ? reason : write_assertion(x, w);
}
