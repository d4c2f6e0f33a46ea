/* How many instructions does a decision take on a Cortex-M3? Reads cases.bin: the policy and the call of
 * `bench_decide emit`, and prints `name: value` lines. QEMU runs it with `-icount shift=0`: an
 * instruction takes a nanosecond, so the system's timer, at 25 MHz, counts 40 of them a tick, and
 * the figure is the same on every machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/bench/decide_call.h"
#include "test/policy/cel_spec/device_start.h"

enum { FILE_BYTES_MAX = 1024 * 1024, DECISIONS = 200, INSTRUCTIONS_PER_TICK = 40 };

#define TIMER_CONTROL (*(volatile uint32_t *)0xE000E010)
#define TIMER_RELOAD  (*(volatile uint32_t *)0xE000E014)
#define TIMER_VALUE   (*(volatile uint32_t *)0xE000E018)

static uint8_t file[FILE_BYTES_MAX];

static struct pn_slice take(FILE *f, size_t *used)
{
    uint8_t *at = file + *used;

    if (fread(at, 1, 4, f) != 4) exit(2);
    uint32_t len = pn_load32(at);
    if (len > sizeof file - *used || fread(at, 1, len, f) != len) exit(2);
    *used += len;
    return pn_slice(at, len);
}

/* The timer counts down, 24 bits of it: 671 ms. */
static unsigned instructions_of(struct pn_slice call, unsigned parts)
{
    TIMER_RELOAD = 0xFFFFFF;
    TIMER_VALUE = 0;
    TIMER_CONTROL = 5;
    uint32_t begin = TIMER_VALUE;
    for (int i = 0; i < DECISIONS; i++) once(call, parts);
    uint32_t ticks = (begin - TIMER_VALUE) & 0xFFFFFF;
    return (unsigned)(ticks * INSTRUCTIONS_PER_TICK / DECISIONS);
}

static void decide_once(void *call)
{
    once(*(struct pn_slice *)call, SCAN | DECIDE);
}

int main(void)
{
    FILE *f = fopen("cases.bin", "rb");
    size_t used = 0;

    if (f == NULL) return 1;
    struct pn_slice body = take(f, &used), call = take(f, &used);
    prepare_keys();
    if (pn_policy_open(&policy, body) != PN_POLICY_GOOD) return 3;
    printf("instructions: %u\n", instructions_of(call, SCAN | DECIDE));
    printf("instructions_of_scan: %u\n", instructions_of(call, SCAN));
    printf("stack_bytes: %u\n", (unsigned)device_stack_of(decide_once, &call));
    return 0;
}
