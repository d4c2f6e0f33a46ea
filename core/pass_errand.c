/* see pass_errand.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/pass_errand.h"

#include "core/base/bytes.h"
#include "core/errand.h"

enum { PAIR_BYTES = 1024, SUBJECT_LIFETIME_S = 60 };

#define URN "urn:ietf:params:oauth:"

static uint32_t mono_s(const struct pn_gateway *g)
{
    return (uint32_t)(g->now.mono_us / 1000000);
}

static void write_if_said(struct pn_writer *w, struct pn_slice name, struct pn_slice value)
{
    if (value.len > 0) pn_errand_write_form(w, name, value);
}

/* Who is calling, for the authorization server's eyes. */
static bool write_subject(struct pn_gateway *g, struct pn_writer *w, const struct pn_pass_token *t)
{
    struct pn_slice said = t->pass.issuer;
    struct pn_assertion of = { .issuer = said.len > 0 ? said : g->config.public_url,
                               .audience = t->pass.subject_audience,
                               .lifetime_s = SUBJECT_LIFETIME_S };
    int64_t clock_unix = g->now.unix_ms < 0 ? -1 : g->now.unix_ms / 1000;
    struct pn_assertion_ask ask = { .of = &of,
                                    .caller = t->caller,
                                    .now_s = pn_shared_now(g->config.shared, clock_unix),
                                    .turn_us = g->now.mono_us };
    struct pn_slice token;

    if (!pn_shared_knows_time(g->config.shared, clock_unix)) return false;
    if (pn_assertion_get_now(&g->bench->assertions, &ask, &token) != PN_DONE) return false;
    pn_errand_write_form(w, PN_SLICE("subject_token"), token);
    pn_errand_write_form(w, PN_SLICE("subject_token_type"), PN_SLICE(URN "token-type:jwt"));
    pn_errand_write_form(w, PN_SLICE("requested_token_type"),
                         PN_SLICE(URN "token-type:access_token"));
    return true;
}

static bool write_body(struct pn_gateway *g, struct pn_writer *w, const struct pn_pass_token *t)
{
    bool exchange = t->pass.kind == PN_PASS_EXCHANGE;

    pn_errand_write_form(w, PN_SLICE("grant_type"),
                         exchange ? PN_SLICE(URN "grant-type:token-exchange")
                                  : PN_SLICE("client_credentials"));
    if (exchange && !write_subject(g, w, t)) return false;
    if (t->pass.credential.len == 0) {
        pn_errand_write_form(w, PN_SLICE("client_id"), t->pass.client_id);
    }
    write_if_said(w, PN_SLICE("scope"), t->pass.scope);
    write_if_said(w, PN_SLICE("resource"), t->pass.resource);
    write_if_said(w, PN_SLICE("audience"), t->pass.audience);
    return true;
}

static bool send(struct pn_gateway *g, uint32_t index, struct pn_slice basic,
                 const struct pn_writer *body)
{
    const struct pn_pass_token *t = &g->bench->passes.tokens[index];
    struct pn_errand_ask ask = { .purpose = PN_ERRAND_FOR_UPSTREAM,
                                 .about = (uint16_t)index,
                                 .to = &t->to,
                                 .method = PN_METHOD_POST,
                                 .target = t->to.path.len > 0 ? PN_SLICE("") : PN_SLICE("/"),
                                 .type = PN_SLICE("application/x-www-form-urlencoded"),
                                 .basic = basic };

    return pn_errand_send(g, &ask, body);
}

/* The pair of id and secret lies in the bench, where it is wiped in earnest. */
static bool send_as_client(struct pn_gateway *g, uint32_t index, const struct pn_writer *body)
{
    const struct pn_pass *pass = &g->bench->passes.tokens[index].pass;
    struct pn_writer pair = pn_writer(g->bench->relay, PAIR_BYTES);
    struct pn_credentials *c = g->config.credentials;

    if (pass->credential.len == 0) return send(g, index, PN_SLICE(""), body);
    uint32_t set = pn_credentials_hold(c, g->config.worker);
    pn_write(&pair, pass->client_id);
    pn_write_byte(&pair, ':');
    pn_write(&pair, pn_credential_value(c, set, pass->credential));
    pn_credentials_let_go(c, g->config.worker, set);
    bool sent = !pair.full && send(g, index, pn_written(&pair), body);
    pn_bytes_wipe(pair.at, pair.max);
    return sent;
}

/* NONE, or why it was not sent. */
static enum pn_reason ask_for(struct pn_gateway *g, uint32_t index)
{
    const struct pn_pass_token *t = &g->bench->passes.tokens[index];
    struct pn_slice secret = t->pass.credential;
    struct pn_writer body = pn_errand_body(g);

    if (secret.len > 0 && !pn_credentials_know(g->config.credentials, secret)) {
        return PN_REASON_CREDENTIAL_MISSING;
    }
    if (!write_body(g, &body, t)) return PN_REASON_ASSERTION_UNAVAILABLE;
    return send_as_client(g, index, &body) ? PN_REASON_NONE : PN_REASON_UPSTREAM_TOKEN_AWAITED;
}

bool pn_passes_next(struct pn_gateway *g)
{
    struct pn_pass_desk *desk = &g->bench->passes;
    uint32_t index = pn_pass_due(desk, mono_s(g));

    if (index == PN_PASS_NO_TOKEN) return false;
    enum pn_reason reason = ask_for(g, index);
    if (reason == PN_REASON_NONE) return true;
    struct pn_pass_answer none = { .reason = reason, .mono_s = mono_s(g) };
    pn_pass_answered(desk, index, &none, &g->bench->token_keys);
    pn_gateway_wake(g);
    return true;
}

void pn_passes_ended(struct pn_gateway *g, struct pn_errand *e)
{
    struct pn_pass_answer answer = {
        .reason = e->reason, .status = e->head.status, .body = e->body, .mono_s = mono_s(g)
    };

    pn_pass_answered(&g->bench->passes, e->about, &answer, &g->bench->token_keys);
}
