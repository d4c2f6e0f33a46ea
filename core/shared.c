/* see shared.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/shared.h"

#include "core/base/assert.h"
#include "core/seal/seal.h"

void pn_shared_init(struct pn_shared *s)
{
    memset(s->generations, 0, sizeof s->generations);
    atomic_init(&s->current, PN_GENERATION_NONE);
    atomic_init(&s->draining, 0);
    atomic_init(&s->passed_s, 0);
    atomic_init(&s->stale, 0);
    pn_absence_init(&s->absence);
    memset(&s->revoked, 0, sizeof s->revoked);
    for (int g = 0; g < PN_POLICY_GENERATIONS; g++) {
        for (int w = 0; w < PN_WORKERS_MAX; w++) atomic_init(&s->pins[g][w], 0);
    }
}

/* The installer looks at the pins only after it has made another place current. So either it sees
 * our pin, or we see that the place is no longer current and let go of it: that is what needs the
 * total order of sequentially consistent atomics, and why the index is read twice. */
uint32_t pn_shared_pin(struct pn_shared *s, uint32_t worker)
{
    PN_ASSERT(worker < PN_WORKERS_MAX);
    for (;;) {
        uint32_t generation = atomic_load(&s->current);
        if (generation == PN_GENERATION_NONE) return generation;
        atomic_fetch_add(&s->pins[generation][worker], 1);
        if (atomic_load(&s->current) == generation) return generation;
        atomic_fetch_sub(&s->pins[generation][worker], 1);
    }
}

void pn_shared_unpin(struct pn_shared *s, uint32_t worker, uint32_t generation)
{
    uint32_t before =
        atomic_fetch_sub_explicit(&s->pins[generation][worker], 1, memory_order_release);
    PN_ASSERT(before > 0);
}

static bool pinned(struct pn_shared *s, uint32_t generation)
{
    for (int w = 0; w < PN_WORKERS_MAX; w++) {
        if (atomic_load(&s->pins[generation][w]) > 0) return true;
    }
    return false;
}

uint32_t pn_shared_free(struct pn_shared *s)
{
    uint32_t current = atomic_load(&s->current);

    for (uint32_t g = 0; g < PN_POLICY_GENERATIONS; g++) {
        if (g != current && !pinned(s, g)) return g;
    }
    return PN_GENERATION_NONE;
}

void pn_shared_publish(struct pn_shared *s, uint32_t generation)
{
    atomic_store(&s->current, generation);
}

int64_t pn_shared_now(const struct pn_shared *s, int64_t clock_unix)
{
    int64_t passed = atomic_load_explicit(&s->passed_s, memory_order_relaxed);

    return clock_unix > passed ? clock_unix : passed;
}

bool pn_shared_knows_time(const struct pn_shared *s, int64_t clock_unix)
{
    int64_t passed = atomic_load_explicit(&s->passed_s, memory_order_relaxed);

    return clock_unix >= 0 && clock_unix + PN_SEAL_SKEW_S >= passed;
}

enum pn_reason pn_active_usable(const struct pn_active *a, int64_t now_unix)
{
    if (a->expires_unix == 0 || now_unix < a->expires_unix) return PN_REASON_NONE;
    if (a->on_expiry == PN_EXPIRY_KEEP && now_unix < a->grace_until_unix) return PN_REASON_NONE;
    return PN_REASON_POLICY_EXPIRED;
}

enum pn_reason pn_shared_usable(const struct pn_shared *s, const struct pn_active *a,
                                int64_t clock_unix)
{
    enum pn_reason reason = pn_active_usable(a, pn_shared_now(s, clock_unix));

    if (reason != PN_REASON_NONE) return reason;
    if (atomic_load_explicit(&s->stale, memory_order_relaxed)) return PN_REASON_POLICY_STALE;
    return PN_REASON_NONE;
}
