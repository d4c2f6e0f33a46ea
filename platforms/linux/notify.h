/* notify.h - what the service manager is told, and the watchdog.
 *
 * systemd's protocol, without its library: one datagram for each word to the socket that
 * NOTIFY_SOCKET names. READY=1 when calls are served, RELOADING=1 and READY=1 around a reload,
 * STOPPING=1 when the drain begins, STATUS= for people. Where WATCHDOG_USEC is set, WATCHDOG=1
 * comes four times in that span, but only while every event loop makes turns: each worker is woken
 * and must have turned before the next word, and the control thread is who sends it. So a loop that
 * hangs has the gateway restarted, however well the others do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_NOTIFY_H
#define PN_LINUX_NOTIFY_H

#include <stdint.h>

#include "core/limits.h"

struct pn_notify {
    int socket;           /* connected; -1: there is nobody to be told */
    uint32_t watchdog_ms; /* 0: nobody waits for a sign of life */
};

/* Read the environment, take what was read out of it, and connect: a process in a sandbox may still
 * use what is connected already. */
void pn_notify_open(struct pn_notify *n);

/* Send one word, such as "READY=1"; several are lines. Formats as printf() does; never blocks. */
void pn_notify_say(const struct pn_notify *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A reload begins: RELOADING=1 with the time that systemd wants beside it. */
void pn_notify_reloading(const struct pn_notify *n);

/* Who must be alive. Zeroed but for the first four at the start. */
struct pn_watchdog {
    const struct pn_notify *notify;
    const _Atomic uint32_t *turns[PN_WORKERS_MAX]; /* that each worker has made */
    uint32_t worker_count;
    void (*wake_worker)(void *context, uint32_t index);
    void *wake_context;
    uint32_t seen[PN_WORKERS_MAX]; /* turns when each was woken last */
    uint64_t due_ms;               /* when the next sign of life may be given */
};

/* One turn of the control thread: give a sign of life if it is time and everybody has turned. */
void pn_watchdog_turn(struct pn_watchdog *w, uint64_t now_ms);

/* How long the control thread may wait between two turns, at most `wait_ms`. */
uint32_t pn_watchdog_wait_ms(const struct pn_watchdog *w, uint32_t wait_ms);

#endif
