/* see caller.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/caller.h"

#include "core/public_url.h"

struct pn_token_time pn_caller_time(const struct pn_exchange *x)
{
    const struct pn_shared *shared = x->config->shared;
    int64_t clock_unix = x->now.unix_ms < 0 ? -1 : x->now.unix_ms / 1000;

    return (struct pn_token_time){ pn_shared_now(shared, clock_unix),
                                   pn_shared_knows_time(shared, clock_unix),
                                   (uint32_t)(x->now.mono_us / 1000000) };
}

/* `room` is lent to the result. */
static struct pn_token_maker maker_of(const struct pn_exchange *x,
                                      uint8_t room[PN_PUBLIC_PATH_BYTES])
{
    struct pn_writer path = pn_writer(room, PN_PUBLIC_PATH_BYTES);

    pn_public_path_write(&path, &x->route);
    return (struct pn_token_maker){ .key =
                                        x->config->token_key->there ? x->config->token_key : NULL,
                                    .device_key = x->config->device_key,
                                    .url = x->config->public_url,
                                    .path = pn_written(&path) };
}

static struct pn_identify by_policy(struct pn_exchange *x, uint8_t room[PN_PUBLIC_PATH_BYTES])
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_identify by = {
        .maker = maker_of(x, room),
        .keys = &active->keys,
        .issuers = &active->issuers,
        .issuer_desk = &x->bench->issuers,
        .asked_desk = &x->bench->asked,
        .followed = x->bench->followed,
        .claims = x->claims,
        .policy = active->identity,
        .desk = &x->bench->tokens,
        .json_keys = &x->bench->token_keys,
        .time = pn_caller_time(x),
        .cert = &x->cert,
    };

    memcpy(by.source, x->source, sizeof by.source);
    return by;
}

static void count(struct pn_exchange *x)
{
    const struct pn_principal *who = &x->principal;
    bool token = who->proof == PN_PROOF_JWT || who->proof == PN_PROOF_SUB_TOKEN;

    if (!token || !who->known) return;
    atomic_fetch_add_explicit(who->verified ? &x->stats->tokens_verified : &x->stats->tokens_known,
                              1, memory_order_relaxed);
}

enum pn_reason pn_caller_find(struct pn_exchange *x)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_identify by = by_policy(x, room);
    enum pn_reason reason = pn_identify(&x->head, x->head_bytes, &by, &x->principal);

    count(x);
    return reason;
}

enum pn_reason pn_caller_nobody(struct pn_exchange *x)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_identify by = by_policy(x, room);

    return pn_identify_nobody(&x->head, &by, &x->principal);
}

enum pn_reason pn_caller_asked(struct pn_exchange *x)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_identify by = by_policy(x, room);
    enum pn_reason reason = pn_identify_asked(&x->principal, &by);

    count(x);
    return reason;
}

enum pn_reason pn_caller_by_key(struct pn_exchange *x, struct pn_slice name, struct pn_slice key)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_identify by = by_policy(x, room);
    struct pn_principal *who = &x->principal;

    enum pn_reason reason = pn_peer_cert_read(by.cert, by.time.now_s, &who->spiffe_id);
    if (reason != PN_REASON_NONE) return reason;
    if (!pn_token_desk_may_try(by.desk, by.source, by.time.mono_s)) return PN_REASON_TOKEN_RATE;
    reason = pn_identify_key(key, &by, who);
    who->known =
        reason == PN_REASON_NONE && (name.len == 0 || pn_slice_equal(name, who->key.key_id));
    if (who->known) return PN_REASON_NONE;
    pn_token_desk_failed(by.desk, by.source, by.time.mono_s);
    return PN_REASON_KEY_UNKNOWN;
}

enum pn_reason pn_caller_by_token(struct pn_exchange *x, struct pn_slice token)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_identify by = by_policy(x, room);
    struct pn_principal *who = &x->principal;

    by.maker.path = x->asked.path;
    enum pn_reason reason = pn_peer_cert_read(by.cert, by.time.now_s, &who->spiffe_id);
    if (reason != PN_REASON_NONE) return reason;
    reason = pn_identify_token(x->window + (token.at - x->window), token.len, &by, who);
    count(x);
    if (!who->awaited) return reason;
    who->awaited = false;
    return PN_REASON_TOKEN_KEYS_ABSENT;
}

bool pn_caller_find_again(struct pn_exchange *x)
{
    uint8_t room[PN_PUBLIC_PATH_BYTES];
    struct pn_identify by = by_policy(x, room);

    return pn_identify_again(&x->principal, &by);
}
