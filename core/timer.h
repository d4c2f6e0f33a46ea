/* timer.h - deadlines in constant time.
 *
 * Everything that waits belongs to one timeout class, and all waits of a class last equally long, so
 * a class is a FIFO list: arming appends, expiry looks at the head. Ticks are 32-bit milliseconds
 * that wrap; only differences are compared.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TIMER_H
#define PN_TIMER_H

#include <stddef.h>
#include <stdint.h>

enum pn_timeout {
    PN_TIMEOUT_NONE, /* not armed; zeroed memory */
    PN_TIMEOUT_IDLE,
    PN_TIMEOUT_HEAD,
    PN_TIMEOUT_BODY,
    PN_TIMEOUT_SEND,
    PN_TIMEOUT_LINGER,
    PN_TIMEOUT_RESOLVE,
    PN_TIMEOUT_CONNECT,
    PN_TIMEOUT_ANSWER,
    PN_TIMEOUT_STREAM,
    PN_TIMEOUT_UPSTREAM_IDLE,
    PN_TIMEOUT_HANDSHAKE,
    PN_TIMEOUT_CALLER, /* who the caller is, is being asked */
    PN_TIMEOUT_TOKEN,  /* what the upstream is to be shown is being got */
    PN_TIMEOUT_WAIT,   /* a turn later: something that is awaited is looked at again */
    PN_TIMEOUT_COUNT,
};

struct pn_timer {
    struct pn_timer *older, *newer;
    uint32_t deadline_ms;
    uint8_t timeout; /* enum pn_timeout */
};

struct pn_timers {
    struct pn_timer ends[PN_TIMEOUT_COUNT]; /* ring heads: newer = first to expire */
    uint32_t last_ms[PN_TIMEOUT_COUNT];     /* how long each class lasts */
};

void pn_timers_init(struct pn_timers *ts);

/* (Re)arm `t` in a class, to expire that class's time after `now_ms`. */
void pn_timer_arm(struct pn_timers *ts, struct pn_timer *t, enum pn_timeout timeout,
                  uint32_t now_ms);

/* Take it out; harmless when it is not armed. */
void pn_timer_stop(struct pn_timer *t);

/* The one of a class that expires first, which stays armed; NULL when the class has none. */
struct pn_timer *pn_timers_first(const struct pn_timers *ts, enum pn_timeout timeout);

/* The one of the same class that expires next after the armed `t`; NULL when it is the last. */
struct pn_timer *pn_timers_after(const struct pn_timers *ts, const struct pn_timer *t);

/* One expired timer, already taken out, and the class it was in; or NULL. */
struct pn_timer *pn_timers_expired(struct pn_timers *ts, uint32_t now_ms, enum pn_timeout *timeout);

/* Milliseconds until the next one expires, at most `most_ms`. */
uint32_t pn_timers_next(const struct pn_timers *ts, uint32_t now_ms, uint32_t most_ms);

#endif
