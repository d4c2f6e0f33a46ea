/* see notify.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/notify.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "port/port_clock.h"

static int connect_to(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    size_t len = strlen(path);

    if ((path[0] != '/' && path[0] != '@') || len >= sizeof to.sun_path) return -1;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@') to.sun_path[0] = '\0'; /* a name that is no file */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, bytes) == 0) return fd;
    close(fd);
    return -1;
}

/* The watchdog is meant for the process that the manager knows. */
static uint32_t read_watchdog(void)
{
    const char *span = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
    unsigned long long us = span ? strtoull(span, NULL, 10) : 0;

    if (process && strtol(process, NULL, 10) != (long)getpid()) return 0;
    return us / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(us / 1000);
}

void pn_notify_open(struct pn_notify *n)
{
    static const char *const names[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID" };
    const char *path = getenv(names[0]);

    n->socket = path ? connect_to(path) : -1;
    n->watchdog_ms = n->socket >= 0 ? read_watchdog() : 0;
    for (size_t i = 0; i < 3; i++) unsetenv(names[i]);
}

void pn_notify_say(const struct pn_notify *n, const char *format, ...)
{
    char word[512];
    va_list arguments;

    if (n->socket < 0) return;
    va_start(arguments, format);
    int len = vsnprintf(word, sizeof word, format, arguments);
    va_end(arguments);
    if (len >= (int)sizeof word) len = (int)sizeof word - 1;
    if (send(n->socket, word, (size_t)len, MSG_NOSIGNAL) < 0) return; /* it will ask again */
}

void pn_notify_reloading(const struct pn_notify *n)
{
    pn_notify_say(n, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)port_clock_us());
}

static uint32_t turns(const struct pn_watchdog *w, uint32_t i)
{
    return atomic_load_explicit(w->turns[i], memory_order_relaxed);
}

static int all_turned(const struct pn_watchdog *w)
{
    for (uint32_t i = 0; i < w->worker_count; i++) {
        if (turns(w, i) == w->seen[i]) return 0;
    }
    return 1;
}

void pn_watchdog_turn(struct pn_watchdog *w, uint64_t now_ms)
{
    if (w->notify->watchdog_ms == 0 || now_ms < w->due_ms || !all_turned(w)) return;
    pn_notify_say(w->notify, "WATCHDOG=1");
    w->due_ms = now_ms + w->notify->watchdog_ms / 4;
    for (uint32_t i = 0; i < w->worker_count; i++) {
        w->seen[i] = turns(w, i);
        w->wake_worker(w->wake_context, i);
    }
}

uint32_t pn_watchdog_wait_ms(const struct pn_watchdog *w, uint32_t wait_ms)
{
    uint32_t most_ms = w->notify->watchdog_ms / 8;

    if (w->notify->watchdog_ms == 0 || most_ms >= wait_ms) return wait_ms;
    return most_ms > 0 ? most_ms : 1;
}
