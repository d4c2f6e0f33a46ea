/* see freshness.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/freshness.h"

#include "port/port_random.h"

bool pn_freshness_turn(struct pn_freshness *f, uint64_t mono_s)
{
    f->mono_s = mono_s;
    if (!f->begun) {
        f->begun = true;
        f->until_mono_s = mono_s + f->stale_after_s;
    }
    return f->on_stale == PN_STALE_DENY && pn_freshness_is_stale(f);
}

bool pn_freshness_is_stale(const struct pn_freshness *f)
{
    return f->on_stale != PN_STALE_NOTHING && f->mono_s >= f->until_mono_s;
}

bool pn_freshness_ask(struct pn_freshness *f)
{
    f->asked = port_random(f->nonce, sizeof f->nonce) == PORT_RANDOM_DONE;
    f->asked_mono_s = f->mono_s;
    return f->asked;
}

enum pn_seal_refusal pn_freshness_answer(struct pn_freshness *f, const struct pn_keyset *keys,
                                         uint64_t now_s, struct pn_slice bytes)
{
    struct pn_timestamp_expect expect = { .keys = keys,
                                          .now_s = now_s,
                                          .nonce = f->asked ? f->nonce : NULL };
    struct pn_timestamp t;
    enum pn_seal_refusal refusal = pn_timestamp_check(&expect, bytes, &t);

    if (refusal != PN_SEAL_ACCEPTED) {
        f->refused++;
        return refusal;
    }
    uint64_t for_s = t.expires_s - t.now_s;
    if (f->stale_after_s != 0 && for_s > f->stale_after_s) for_s = f->stale_after_s;
    f->until_mono_s = f->asked_mono_s + for_s;
    f->last = t;
    f->any = true;
    f->asked = false;
    f->accepted++;
    return PN_SEAL_ACCEPTED;
}

enum pn_newest pn_freshness_newest(const struct pn_freshness *f, const struct pn_active *a)
{
    if (!f->any) return PN_NEWEST_UNKNOWN;
    if (a == NULL || a->sequence < f->last.sequence) return PN_NEWEST_NO;
    if (a->sequence > f->last.sequence) return PN_NEWEST_YES; /* it came after the answer */
    return memcmp(a->identity, f->last.identity, sizeof a->identity) == 0 ? PN_NEWEST_YES
                                                                          : PN_NEWEST_NO;
}
