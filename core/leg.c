/* see leg.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/leg.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/http/h1_forward.h"
#include "core/http/h1_write.h"
#include "core/leg_identity.h"
#include "core/reply.h"
#include "core/route/route_text.h"

/* Keep a text of the policy in the exchange. That they all fit is checked when a policy comes. */
static struct pn_slice keep(struct pn_leg *leg, struct pn_slice text)
{
    uint8_t *at = leg->text + leg->text_len;

    PN_ASSERT(text.len <= sizeof leg->text - leg->text_len);
    if (text.len > 0) memcpy(at, text.at, text.len);
    leg->text_len = (uint16_t)(leg->text_len + text.len);
    return pn_slice(at, text.len);
}

static void aim(struct pn_exchange *x, uint16_t index)
{
    struct pn_leg *leg = &x->leg;
    struct pn_upstream u = pn_upstream_at(&pn_exchange_policy(x)->routes, index);

    struct pn_writer w = pn_writer(leg->text, sizeof leg->text);

    leg->upstream = pn_upstream_keep_texts(&u, &w);
    pn_leg_identity_aim(x, index, &w);
    PN_ASSERT(!w.full);
    leg->text_len = (uint16_t)w.len;
    leg->ready = true;
}

void pn_leg_for_model(struct pn_exchange *x, const struct pn_model *model)
{
    struct pn_writer w = pn_writer(x->leg.splice, sizeof x->leg.splice);

    aim(x, model->upstream);
    x->leg.path = PN_SLICE("/chat/completions");
    if (pn_slice_equal(model->upstream_name, x->call.model)) return;
    pn_write_json_string(&w, model->upstream_name);
    PN_ASSERT(!w.full);
    x->leg.replacement = pn_written(&w);
    x->leg.cut = x->spans[PN_LLM_MODEL];
}

void pn_leg_for_server(struct pn_exchange *x)
{
    aim(x, x->server.upstream);
    x->leg.path = keep(&x->leg, x->server.path);
}

static struct pn_slice target(const struct pn_exchange *x, uint8_t *room, size_t room_bytes)
{
    struct pn_writer w = pn_writer(room, room_bytes);

    pn_write(&w, x->leg.upstream.path);
    pn_write(&w, x->leg.path);
    return pn_written(&w);
}

static size_t body_bytes(const struct pn_exchange *x)
{
    return x->window_len - (x->leg.cut.end - x->leg.cut.begin) + x->leg.replacement.len;
}

/* NONE, or why it cannot be written any more. */
static enum pn_reason write_head(struct pn_exchange *x, struct pn_writer *w)
{
    uint8_t path[PN_ROUTE_TEXT_BYTES];

    pn_h1_write_request_line(w, (enum pn_h1_method)x->head.method, target(x, path, sizeof path));
    pn_h1_write_field(w, PN_FIELD_HOST, x->leg.upstream.authority);
    pn_h1_write_forwarded(w, &x->head, PN_H1_UPSTREAM, PN_FIELD_SET(PN_FIELD_MCP_SESSION_ID));
    pn_h1_write_field(w, PN_FIELD_ACCEPT_ENCODING, PN_SLICE("identity"));
    if (x->session.len > 0) pn_h1_write_field(w, PN_FIELD_MCP_SESSION_ID, x->session);
    enum pn_reason reason = pn_leg_identity_write(x, w);
    if (x->head.method == PN_METHOD_POST) {
        pn_h1_write_field(w, PN_FIELD_CONTENT_TYPE, PN_SLICE("application/json"));
        pn_h1_write_length(w, body_bytes(x));
    }
    pn_h1_write_head_end(w);
    return reason;
}

static void lend_body(struct pn_exchange *x)
{
    struct pn_slice body = pn_slice(x->window, x->window_len);

    if (x->head.method != PN_METHOD_POST) return;
    pn_outbox_lend(&x->up, pn_slice_head(body, x->leg.cut.begin));
    pn_outbox_lend(&x->up, x->leg.replacement);
    pn_outbox_lend(&x->up, pn_slice_from(body, x->leg.cut.end));
}

void pn_leg_begin(struct pn_exchange *x)
{
    struct pn_writer w;

    PN_ASSERT(x->ask == ASK_LEG && x->call.reason == PN_REASON_NONE && x->recorded);
    pn_outbox_reset(&x->up);
    w = pn_outbox_writer(&x->up);
    enum pn_reason reason = write_head(x, &w);
    PN_ASSERT(pn_outbox_commit(&x->up, &w));
    x->leg.head_bytes = (uint32_t)w.len;
    if (reason != PN_REASON_NONE) {
        pn_leg_forget(x);
        pn_outbox_reset(&x->up);
        pn_leg_identity_refuse(x, reason);
        return;
    }
    lend_body(x);
    x->tally.tries++;
    x->rx_begin = x->rx_end = 0;
    pn_h1_head_reset(&x->answer_head);
    x->answer_head.method = x->head.method;
    x->ask = ASK_SEND;
    x->answer = ANSWER_HEAD;
}

bool pn_leg_sent(struct pn_exchange *x)
{
    if (!pn_outbox_empty(&x->up)) return false;
    pn_leg_forget(x);
    x->ask = ASK_SENT;
    return true;
}

void pn_leg_forget(struct pn_exchange *x)
{
    pn_bytes_wipe(x->up.at, x->leg.head_bytes);
    x->leg.head_bytes = 0;
}

void pn_exchange_upstream_ready(struct pn_exchange *x, bool reused, const struct pn_now *now)
{
    x->now = *now;
    x->leg.reused = reused;
    pn_leg_begin(x);
}

void pn_exchange_upstream_failed(struct pn_exchange *x, enum pn_reason reason)
{
    PN_ASSERT(x->ask == ASK_LEG);
    x->subject = x->leg.upstream.name;
    pn_reply_refusal(x, reason);
}

/* A call that the server has read whole may have been carried out although no answer came (RFC 9110,
 * 9.2.2), so a tool call is not sent twice; asking again for a list or a completion harms nobody. */
static bool is_repeatable(const struct pn_exchange *x)
{
    if (x->ask == ASK_SEND || x->head.method == PN_METHOD_GET) return true;
    if (x->route.surface != PN_SURFACE_MCP) return true;
    return x->message.row == PN_MCP_LISTING || x->message.row == PN_MCP_OPENING;
}

bool pn_exchange_may_retry(const struct pn_exchange *x)
{
    return x->leg.reused && x->answer == ANSWER_HEAD && x->rx_end == 0 && is_repeatable(x);
}

void pn_exchange_retry(struct pn_exchange *x)
{
    PN_ASSERT(pn_exchange_may_retry(x));
    x->upstream_shut = false;
    x->answer = ANSWER_NONE;
    x->ask = ASK_LEG;
}
