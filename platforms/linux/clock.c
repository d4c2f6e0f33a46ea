/* SPDX-License-Identifier: Apache-2.0 */
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

/* A machine without a battery-backed clock starts in 1970 or at its image's build time; before 2024
 * nobody has told it the time. */
int64_t port_clock_unix_ms(void)
{
    int64_t now_ms = nanoseconds(CLOCK_REALTIME) / 1000000;
    return now_ms >= INT64_C(1704067200000) ? now_ms : -1;
}
