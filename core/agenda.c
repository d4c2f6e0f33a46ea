/* see agenda.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/agenda.h"

#include "core/pass_errand.h"

static uint32_t mono_s(const struct pn_gateway *g)
{
    return (uint32_t)(g->now.mono_us / 1000000);
}

static void count(_Atomic uint32_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Who came before it is looked at again. */
static void follow(struct pn_gateway *g, const struct pn_active *a)
{
    struct pn_bench *bench = g->bench;

    if (memcmp(a->identity, bench->followed, sizeof bench->followed) == 0) return;
    memcpy(bench->followed, a->identity, sizeof bench->followed);
    pn_asked_desk_follow(&bench->asked, &a->issuers);
    pn_issuer_desk_follow(&bench->issuers, &a->issuers, mono_s(g));
    pn_gateway_wake(g);
}

static void follow_policy(struct pn_gateway *g)
{
    struct pn_shared *shared = g->config.shared;
    uint32_t generation = pn_shared_pin(shared, g->config.worker);

    if (generation == PN_GENERATION_NONE) return;
    follow(g, &shared->generations[generation]);
    pn_shared_unpin(shared, g->config.worker, generation);
}

/* --- keys of issuers --- */

static struct pn_upstream upstream_of(const struct pn_url *url, uint8_t egress)
{
    return (struct pn_upstream){ .host = url->host,
                                 .authority = url->authority,
                                 .scheme = url->scheme,
                                 .port = url->port,
                                 .egress = egress };
}

/* A path may be empty in a URL, but not in a request (RFC 9112, 3.2.1). */
static struct pn_slice target_of(const struct pn_url *url, uint8_t *room, size_t room_bytes)
{
    struct pn_writer w = pn_writer(room, room_bytes);

    if (url->path.len == 0) pn_write_byte(&w, '/');
    pn_write(&w, url->path);
    pn_write(&w, url->query);
    return pn_written(&w);
}

static void tell_event(struct pn_gateway *g, enum pn_audit_event_name name, struct pn_slice detail,
                       enum pn_reason reason)
{
    struct pn_audit_event event = { .unix_ms = g->now.unix_ms,
                                    .name = (uint8_t)name,
                                    .detail = detail,
                                    .reason = pn_reason_name(reason) };

    (void)pn_audit_event(g->config.audit.ring, &event); /* without room it is in the counters */
}

static void tell_keys(struct pn_gateway *g, const struct pn_issuer_answer *answer,
                      enum pn_reason reason)
{
    const struct pn_issuer_file *file;
    enum pn_issuer_news news =
        pn_issuer_desk_told(&g->bench->issuers, answer, mono_s(g), &g->bench->token_keys, &file);

    if (news == PN_ISSUER_NOTHING) return;
    bool failed = news == PN_ISSUER_FAILED || news == PN_ISSUER_FELL;
    count(failed ? &g->stats.issuer_keys_failed : &g->stats.issuer_keys_fetched);
    if (news == PN_ISSUER_WITHDREW || news == PN_ISSUER_RENEWED) {
        pn_token_desk_forget(&g->bench->tokens);
    }
    struct pn_slice name = pn_slice(file->name, file->name_len);
    if (news == PN_ISSUER_FELL) tell_event(g, PN_AUDIT_EVENT_ISSUER_KEYS_FAILED, name, reason);
    if (news == PN_ISSUER_RECOVERED || news == PN_ISSUER_RENEWED) {
        tell_event(g, PN_AUDIT_EVENT_ISSUER_KEYS_FETCHED, name, PN_REASON_NONE);
    }
}

static void ask_for_keys(struct pn_gateway *g, const struct pn_issuer_question *q)
{
    uint8_t target[sizeof q->text + 1];
    struct pn_upstream to = upstream_of(&q->url, q->egress);
    struct pn_errand_ask ask = { .purpose = PN_ERRAND_FOR_KEYS,
                                 .about = q->about,
                                 .to = &to,
                                 .method = PN_METHOD_GET,
                                 .target = target_of(&q->url, target, sizeof target),
                                 .etag = q->etag };

    if (pn_errand_send(g, &ask, NULL)) return;
    tell_keys(g, &(struct pn_issuer_answer){ .about = q->about }, PN_REASON_UPSTREAM_MALFORMED);
    pn_gateway_wake(g);
}

/* --- what tokens are worth --- */

static void tell_asked(struct pn_gateway *g, const struct pn_asked_answer *answer,
                       enum pn_reason reason)
{
    struct pn_asked_desk *desk = &g->bench->asked;
    enum pn_asked_news news = pn_asked_desk_told(desk, answer, mono_s(g), &g->bench->token_keys);
    struct pn_slice url = pn_slice(desk->url, desk->url_len);

    if (news == PN_ASKED_NOTHING) return;
    const struct pn_asked *good = pn_asked_desk_good(desk, answer->about);
    if (good) pn_token_desk_forgive(&g->bench->tokens, good->source, good->asked_s);
    bool failed = news == PN_ASKED_FAILED || news == PN_ASKED_FELL;
    count(failed ? &g->stats.tokens_unasked : &g->stats.tokens_asked);
    if (news == PN_ASKED_FELL) tell_event(g, PN_AUDIT_EVENT_INTROSPECTION_FAILED, url, reason);
    if (news == PN_ASKED_RECOVERED) {
        tell_event(g, PN_AUDIT_EVENT_INTROSPECTION_ANSWERED, url, PN_REASON_NONE);
    }
}

static bool send_asked(struct pn_gateway *g, const struct pn_asked_question *q,
                       struct pn_slice secret)
{
    uint8_t target[PN_ASKED_URL_BYTES + 1];
    struct pn_upstream to = upstream_of(&q->url, q->egress);
    struct pn_errand_ask ask = { .purpose = PN_ERRAND_FOR_TOKEN,
                                 .about = q->about,
                                 .to = &to,
                                 .method = PN_METHOD_POST,
                                 .target = target_of(&q->url, target, sizeof target),
                                 .type = PN_SLICE("application/x-www-form-urlencoded"),
                                 .basic = secret };
    struct pn_writer body = pn_errand_body(g);

    pn_errand_write_form(&body, PN_SLICE("token"), q->token);
    pn_errand_write_form(&body, PN_SLICE("token_type_hint"), PN_SLICE("access_token"));
    return pn_errand_send(g, &ask, &body);
}

/* What the gateway shows is copied while the set is held. */
static bool send_with_secret(struct pn_gateway *g, const struct pn_asked_question *q)
{
    struct pn_credentials *c = g->config.credentials;
    uint32_t set = pn_credentials_hold(c, g->config.worker);
    bool sent = send_asked(g, q, pn_credential_value(c, set, q->credential));

    pn_credentials_let_go(c, g->config.worker, set);
    return sent;
}

static void ask_about(struct pn_gateway *g, const struct pn_asked_question *q)
{
    bool secret = q->credential.len > 0;
    bool known = !secret || pn_credentials_know(g->config.credentials, q->credential);

    if (known && (secret ? send_with_secret(g, q) : send_asked(g, q, PN_SLICE("")))) return;
    tell_asked(g, &(struct pn_asked_answer){ .about = q->about },
               known ? PN_REASON_UPSTREAM_MALFORMED : PN_REASON_CREDENTIAL_MISSING);
    pn_gateway_wake(g);
}

/* --- all --- */

static bool keys_next(struct pn_gateway *g)
{
    struct pn_issuer_question keys;
    bool asks = pn_issuer_desk_next(&g->bench->issuers, mono_s(g), &keys);

    if (asks) ask_for_keys(g, &keys);
    return asks;
}

static bool asked_next(struct pn_gateway *g)
{
    struct pn_asked_question token;
    uint32_t since_s = mono_s(g) - g->config.limits.errand_ms / 1000 - 1;
    bool asks = pn_asked_desk_next(&g->bench->asked, since_s, &token);

    if (asks) ask_about(g, &token);
    return asks;
}

/* One question of the desk whose turn it is, or of the next that has one. False: none has. */
static bool ask_next(struct pn_gateway *g)
{
    static bool (*const desks[])(struct pn_gateway *) = { keys_next, asked_next, pn_passes_next };
    enum { DESKS = sizeof desks / sizeof desks[0] };

    for (unsigned i = 0; i < DESKS; i++) {
        unsigned at = (g->desk_next + i) % DESKS;
        if (!desks[at](g)) continue;
        g->desk_next = (uint8_t)((at + 1) % DESKS);
        return true;
    }
    return false;
}

void pn_agenda_turn(struct pn_gateway *g)
{
    follow_policy(g);
    while (pn_errand_room(g) && ask_next(g)) continue;
}

void pn_agenda_ended(struct pn_gateway *g, struct pn_errand *e)
{
    const struct pn_h1_head *head = e->reason == PN_REASON_NONE ? &e->head : NULL;
    struct pn_issuer_answer keys = { e->about, head, e->body };
    struct pn_asked_answer token = { e->about, head, e->body };
    /* What was said was of no use, if it comes to that. */
    enum pn_reason reason = head ? PN_REASON_UPSTREAM_MALFORMED : e->reason;

    switch ((enum pn_errand_for)e->purpose) {
    case PN_ERRAND_FOR_KEYS: tell_keys(g, &keys, reason); return;
    case PN_ERRAND_FOR_TOKEN: tell_asked(g, &token, reason); return;
    case PN_ERRAND_FOR_NOBODY: break;
    case PN_ERRAND_FOR_UPSTREAM: pn_passes_ended(g, e); break;
    }
}
