/* see caller.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/caller.h"

static struct pn_identify by_policy(struct pn_exchange *x)
{
    const struct pn_active *active = pn_exchange_policy(x);
    const struct pn_shared *shared = x->config->shared;
    int64_t clock_unix = x->now.unix_ms < 0 ? -1 : x->now.unix_ms / 1000;
    struct pn_identify by = {
        .keys = &active->keys,
        .issuers = &active->issuers,
        .policy = active->identity,
        .desk = &x->bench->tokens,
        .json_keys = &x->bench->token_keys,
        .time = { pn_shared_now(shared, clock_unix), pn_shared_knows_time(shared, clock_unix) },
        .mono_s = (uint32_t)(x->now.mono_us / 1000000),
    };

    memcpy(by.source, x->source, sizeof by.source);
    return by;
}

static void count(struct pn_exchange *x)
{
    const struct pn_principal *who = &x->principal;

    if (who->proof != PN_PROOF_JWT || !who->known) return;
    atomic_fetch_add_explicit(who->verified ? &x->stats->tokens_verified : &x->stats->tokens_known,
                              1, memory_order_relaxed);
}

enum pn_reason pn_caller_find(struct pn_exchange *x)
{
    struct pn_identify by = by_policy(x);
    enum pn_reason reason = pn_identify(&x->head, x->head_bytes, &by, &x->principal);

    count(x);
    return reason;
}

enum pn_reason pn_caller_asked(struct pn_exchange *x)
{
    struct pn_identify by = by_policy(x);
    enum pn_reason reason = pn_identify_asked(&x->principal, &by);

    count(x);
    return reason;
}

bool pn_caller_find_again(struct pn_exchange *x)
{
    struct pn_identify by = by_policy(x);

    return pn_identify_again(&x->principal, &by);
}
