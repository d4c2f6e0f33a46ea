/* see exchange.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exchange.h"

#include "core/answer.h"
#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/judge.h"
#include "core/leg.h"
#include "core/leg_identity.h"
#include "core/reply.h"
#include "core/request.h"
#include "core/revoked.h"

void pn_exchange_begin(struct pn_exchange *x, const struct pn_now *now)
{
    uint8_t *from = &x->ask;

    memset(from, 0, (size_t)((uint8_t *)x->slots - from));
    pn_h1_head_reset(&x->head);
    pn_h1_head_reset(&x->answer_head);
    pn_outbox_reset(&x->out);
    pn_outbox_reset(&x->up);
    x->generation = PN_GENERATION_NONE;
    x->end = PN_END_CUT;
    x->now = *now;
    x->tally.begin_us = now->mono_us;
}

const struct pn_active *pn_exchange_policy(const struct pn_exchange *x)
{
    PN_ASSERT(x->generation != PN_GENERATION_NONE);
    return &x->config->shared->generations[x->generation];
}

void pn_exchange_unpin(struct pn_exchange *x)
{
    if (x->generation == PN_GENERATION_NONE) return;
    pn_shared_unpin(x->config->shared, x->config->worker, x->generation);
    x->generation = PN_GENERATION_NONE;
}

/* Credentials are in the head; and in the form that asks for a token, which may have come in anywhere. */
static void wipe(struct pn_exchange *x)
{
    pn_bytes_wipe(x->head_bytes, x->head_len);
    if (x->route.surface != PN_SURFACE_TOKENS) return;
    pn_bytes_wipe(x->rx, PN_RELAY_BYTES);
    pn_bytes_wipe(x->window, x->window_len);
}

void pn_exchange_end(struct pn_exchange *x)
{
    pn_judge_end(x);
    pn_exchange_unpin(x);
    *x->body_bytes_held -= x->held;
    x->held = 0;
    atomic_store_explicit(&x->stats->body_bytes_held, (uint32_t)*x->body_bytes_held,
                          memory_order_relaxed);
    pn_leg_forget(x);
    pn_leg_identity_let_go(x);
    wipe(x);
}

static bool ask_step(struct pn_exchange *x)
{
    switch ((enum pn_ask)x->ask) {
    case ASK_HEAD: return pn_request_head(x);
    case ASK_CALLER: return pn_request_caller(x);
    case ASK_BODY: return pn_request_body(x);
    case ASK_JUDGE: return pn_judge(x);
    case ASK_RECORD: return pn_judge_recorded(x);
    case ASK_TOKEN: return pn_leg_identity_step(x);
    case ASK_SEND: return pn_leg_sent(x);
    case ASK_LEG:  /* an upstream connection is awaited */
    case ASK_SENT: /* the answer is */
    case ASK_OWN: break;
    }
    return false;
}

static bool answer_step(struct pn_exchange *x)
{
    switch ((enum pn_answer)x->answer) {
    case ANSWER_HEAD: return pn_answer_head(x);
    case ANSWER_BODY: return pn_answer_body(x);
    case ANSWER_NONE:
    case ANSWER_END: break;
    }
    return false;
}

void pn_exchange_run(struct pn_exchange *x, const struct pn_now *now)
{
    x->now = *now;
    if (pn_revoked_since(x)) pn_revoked_end(x);
    while (ask_step(x) || answer_step(x)) pn_exchange_check(x);
    pn_exchange_check(x);
}

static uint32_t ask_wants(const struct pn_exchange *x)
{
    switch ((enum pn_ask)x->ask) {
    case ASK_HEAD: return PN_WANT_CLIENT_RX;
    case ASK_CALLER: return PN_WANT_ERRAND;
    case ASK_BODY: return x->waiting ? PN_WANT_TURN : PN_WANT_CLIENT_RX;
    case ASK_JUDGE:
    case ASK_RECORD: return PN_WANT_TURN;
    case ASK_TOKEN: return pn_leg_identity_wants(x);
    case ASK_LEG: return PN_WANT_UPSTREAM;
    case ASK_SEND: return PN_WANT_UPSTREAM_TX;
    case ASK_SENT:
    case ASK_OWN: break;
    }
    return 0;
}

static uint32_t answer_wants(const struct pn_exchange *x)
{
    switch ((enum pn_answer)x->answer) {
    case ANSWER_HEAD:
    case ANSWER_BODY: return pn_answer_has_room(x) ? PN_WANT_UPSTREAM_RX : 0;
    case ANSWER_END: return pn_outbox_empty(&x->out) ? PN_WANT_END : 0;
    case ANSWER_NONE: break;
    }
    return 0;
}

uint32_t pn_exchange_wants(const struct pn_exchange *x)
{
    uint32_t wants = ask_wants(x) | answer_wants(x);

    if (!pn_outbox_empty(&x->out)) wants |= PN_WANT_CLIENT_TX;
    return wants & PN_WANT_END ? PN_WANT_END : wants;
}

void pn_exchange_check(const struct pn_exchange *x)
{
    bool sending = x->ask == ASK_SEND || x->ask == ASK_SENT;

    PN_ASSERT(x->ask <= ASK_OWN && x->answer <= ANSWER_END);
    PN_ASSERT(x->head_len <= PN_HEAD_BYTES && x->rx_begin <= x->rx_end);
    PN_ASSERT(x->rx_end <= PN_RELAY_BYTES && x->scanned <= x->window_len);
    /* An answer is awaited or passed on only for a request on its way; our own is whole at once. */
    PN_ASSERT((x->answer != ANSWER_HEAD && x->answer != ANSWER_BODY) || sending);
    PN_ASSERT(x->ask != ASK_OWN || x->answer == ANSWER_END);
    PN_ASSERT(!sending || x->answer != ANSWER_NONE);
    /* Filtered answers lie where the request's body lay. */
    PN_ASSERT(x->answer != ANSWER_BODY || x->mode == PN_MODE_PASS || x->ask == ASK_SENT);
    /* No leg without a decision that allows it and its record. */
    bool leaving = x->ask == ASK_TOKEN || x->ask == ASK_LEG || sending;
    PN_ASSERT(!leaving || x->call.reason == PN_REASON_NONE);
    PN_ASSERT(!leaving || (x->leg.ready && x->recorded));
}

static void cut_off(struct pn_exchange *x, enum pn_reason reason, enum pn_audit_how how)
{
    x->reason = reason;
    x->how = (uint8_t)how;
    x->end = PN_END_CUT;
    x->ask = ASK_OWN;
    x->answer = ANSWER_END;
    pn_outbox_reset(&x->out);
}

void pn_exchange_client_gone(struct pn_exchange *x)
{
    cut_off(x, PN_REASON_CLIENT_GONE, PN_AUDIT_HOW_CLIENT_GONE);
}

void pn_exchange_stop(struct pn_exchange *x)
{
    if (x->answer == ANSWER_NONE) pn_reply_refusal(x, PN_REASON_STOPPED);
    if (x->answer == ANSWER_END) return;
    pn_answer_break(x, PN_REASON_STOPPED);
    x->how = PN_AUDIT_HOW_CUT;
}

void pn_exchange_cut(struct pn_exchange *x, enum pn_reason reason)
{
    cut_off(x, reason, PN_AUDIT_HOW_CUT);
}

void pn_exchange_client_slow(struct pn_exchange *x, enum pn_reason reason)
{
    if (x->answer == ANSWER_NONE) pn_reply_refusal(x, reason);
}
