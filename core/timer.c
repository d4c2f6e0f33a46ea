/* see timer.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/timer.h"

#include "core/base/assert.h"

void pn_timers_init(struct pn_timers *ts)
{
    for (int i = 0; i < PN_TIMEOUT_COUNT; i++) {
        ts->ends[i] = (struct pn_timer){ .older = &ts->ends[i], .newer = &ts->ends[i] };
        ts->last_ms[i] = 0;
    }
}

void pn_timer_stop(struct pn_timer *t)
{
    if (t->timeout == PN_TIMEOUT_NONE) return;
    t->older->newer = t->newer;
    t->newer->older = t->older;
    t->timeout = PN_TIMEOUT_NONE;
}

void pn_timer_arm(struct pn_timers *ts, struct pn_timer *t, enum pn_timeout timeout,
                  uint32_t now_ms)
{
    struct pn_timer *end = &ts->ends[timeout];

    PN_ASSERT(timeout != PN_TIMEOUT_NONE);
    pn_timer_stop(t);
    t->timeout = (uint8_t)timeout;
    t->deadline_ms = now_ms + ts->last_ms[timeout];
    t->older = end->older;
    t->newer = end;
    end->older->newer = t;
    end->older = t;
}

struct pn_timer *pn_timers_first(const struct pn_timers *ts, enum pn_timeout timeout)
{
    struct pn_timer *first = ts->ends[timeout].newer;

    return first == &ts->ends[timeout] ? NULL : first;
}

struct pn_timer *pn_timers_after(const struct pn_timers *ts, const struct pn_timer *t)
{
    PN_ASSERT(t->timeout != PN_TIMEOUT_NONE);
    return t->newer == &ts->ends[t->timeout] ? NULL : t->newer;
}

struct pn_timer *pn_timers_expired(struct pn_timers *ts, uint32_t now_ms, enum pn_timeout *timeout)
{
    for (int i = 1; i < PN_TIMEOUT_COUNT; i++) {
        struct pn_timer *first = ts->ends[i].newer;
        if (first == &ts->ends[i] || (int32_t)(now_ms - first->deadline_ms) < 0) continue;
        pn_timer_stop(first);
        *timeout = (enum pn_timeout)i;
        return first;
    }
    return NULL;
}

uint32_t pn_timers_next(const struct pn_timers *ts, uint32_t now_ms, uint32_t most_ms)
{
    for (int i = 1; i < PN_TIMEOUT_COUNT; i++) {
        const struct pn_timer *first = ts->ends[i].newer;
        if (first == &ts->ends[i]) continue;
        int32_t left = (int32_t)(first->deadline_ms - now_ms);
        if (left <= 0) return 0;
        if ((uint32_t)left < most_ms) most_ms = (uint32_t)left;
    }
    return most_ms;
}
