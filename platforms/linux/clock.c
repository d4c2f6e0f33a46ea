/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>
#include <time.h>

#include "port/port_clock.h"

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return -1;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t port_clock_ms(void)
{
    return (uint64_t)nanoseconds(CLOCK_MONOTONIC) / 1000000U;
}

uint64_t port_clock_us(void)
{
    return (uint64_t)nanoseconds(CLOCK_MONOTONIC) / 1000U;
}

/* What was told, less the time since the machine was started, asleep or not; 0: nothing was. */
static _Atomic int64_t told_ms;

void port_clock_tell(int64_t unix_ms)
{
    atomic_store(&told_ms, unix_ms < 0 ? 0 : unix_ms - nanoseconds(CLOCK_BOOTTIME) / 1000000);
}

static _Atomic int64_t passed_ms;

void port_clock_passed(int64_t unix_ms)
{
    atomic_store(&passed_ms, unix_ms);
}

int64_t port_clock_sure_ms(void)
{
    int64_t now_ms = port_clock_unix_ms();

    return now_ms + PORT_CLOCK_BEHIND_MS < atomic_load(&passed_ms) ? -1 : now_ms;
}

/* A machine without a battery-backed clock starts in 1970 or at its image's build time; before 2024
 * nobody has told it the time. */
int64_t port_clock_unix_ms(void)
{
    int64_t now_ms = nanoseconds(CLOCK_REALTIME) / 1000000;
    int64_t told = atomic_load(&told_ms);

    if (now_ms < INT64_C(1704067200000)) now_ms = -1;
    if (told != 0) told += nanoseconds(CLOCK_BOOTTIME) / 1000000;
    return now_ms + PORT_CLOCK_BEHIND_MS < told ? told : now_ms;
}
