/* see agenda.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/agenda.h"

static uint32_t mono_s(const struct pn_gateway *g)
{
    return (uint32_t)(g->now.mono_us / 1000000);
}

static void count(_Atomic uint32_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* A place may hold another policy than when it was looked at last. */
static bool is_followed(const struct pn_gateway *g, uint32_t generation)
{
    const struct pn_active *a = &g->config.shared->generations[generation];

    return generation == g->followed &&
           memcmp(a->identity, g->followed_identity, sizeof a->identity) == 0;
}

static void follow_policy(struct pn_gateway *g)
{
    struct pn_shared *shared = g->config.shared;
    uint32_t generation = pn_shared_pin(shared, g->config.worker);

    if (generation == PN_GENERATION_NONE) return;
    if (!is_followed(g, generation)) {
        const struct pn_active *a = &shared->generations[generation];
        pn_issuer_desk_follow(&g->bench->issuers, &a->issuers, mono_s(g));
        g->followed = generation;
        memcpy(g->followed_identity, a->identity, sizeof a->identity);
    }
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

static void tell_event(struct pn_gateway *g, enum pn_audit_event_name name,
                       const struct pn_issuer_file *file, enum pn_reason reason)
{
    struct pn_audit_event event = { .unix_ms = g->now.unix_ms,
                                    .name = (uint8_t)name,
                                    .detail = pn_slice(file->name, file->name_len),
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
    if (news == PN_ISSUER_FELL) tell_event(g, PN_AUDIT_EVENT_ISSUER_KEYS_FAILED, file, reason);
    if (news == PN_ISSUER_RECOVERED || news == PN_ISSUER_RENEWED) {
        tell_event(g, PN_AUDIT_EVENT_ISSUER_KEYS_FETCHED, file, PN_REASON_NONE);
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

/* --- both --- */

void pn_agenda_turn(struct pn_gateway *g)
{
    struct pn_issuer_question question;

    follow_policy(g);
    while (pn_errand_room(g) && pn_issuer_desk_next(&g->bench->issuers, mono_s(g), &question)) {
        ask_for_keys(g, &question);
    }
}

void pn_agenda_ended(struct pn_gateway *g, struct pn_errand *e)
{
    struct pn_issuer_answer answer = { .about = e->about,
                                       .head = e->reason == PN_REASON_NONE ? &e->head : NULL,
                                       .body = e->body };

    switch ((enum pn_errand_for)e->purpose) {
    case PN_ERRAND_FOR_KEYS: {
        bool heard = e->reason == PN_REASON_NONE; /* what was said was of no use, then */
        tell_keys(g, &answer, heard ? PN_REASON_UPSTREAM_MALFORMED : e->reason);
        return;
    }
    case PN_ERRAND_FOR_TOKEN:
    case PN_ERRAND_FOR_NOBODY: break;
    }
}
