/* The device the gateway runs on in the simulator: its clock, its entropy, its last words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "platforms/sim/sim_net.h"
#include "port/port_clock.h"
#include "port/port_panic.h"
#include "port/port_random.h"

static _Thread_local struct {
    jmp_buf back;
    int armed, line;
    const char *file;
} last_words;

uint64_t port_clock_ms(void)
{
    return sim_current()->now_ms;
}

uint64_t port_clock_us(void)
{
    return sim_current()->now_ms * 1000U;
}

int64_t port_clock_unix_ms(void)
{
    const struct sim *sim = sim_current();
    int64_t now_ms = sim->unix_base_ms < 0 ? -1 : sim->unix_base_ms + (int64_t)sim->now_ms;
    int64_t told_ms = sim->told_base_ms == 0 ? 0 : sim->told_base_ms + (int64_t)sim->now_ms;

    return now_ms + PORT_CLOCK_BEHIND_MS < told_ms ? told_ms : now_ms;
}

void port_clock_tell(int64_t unix_ms)
{
    struct sim *sim = sim_current();

    sim->told_base_ms = unix_ms < 0 ? 0 : unix_ms - (int64_t)sim->now_ms;
}

void port_clock_passed(int64_t unix_ms)
{
    sim_current()->passed_ms = unix_ms;
}

int64_t port_clock_sure_ms(void)
{
    int64_t now_ms = port_clock_unix_ms();

    return now_ms + PORT_CLOCK_BEHIND_MS < sim_current()->passed_ms ? -1 : now_ms;
}

void sim_set_unix_ms(struct sim *sim, int64_t unix_ms)
{
    sim->unix_base_ms = unix_ms < 0 ? -1 : unix_ms - (int64_t)sim->now_ms;
}

enum port_random_result port_random(uint8_t *out, size_t bytes)
{
    struct sim *sim = sim_current();

    if (sim->no_entropy) return PORT_RANDOM_NONE;
    for (size_t i = 0; i < bytes; i++) out[i] = (uint8_t)sim_chance(sim);
    return PORT_RANDOM_DONE;
}

void sim_drain_entropy(struct sim *sim)
{
    sim->no_entropy = true;
}

void sim_refill_entropy(struct sim *sim)
{
    sim->no_entropy = false;
}

jmp_buf *sim_catch_panic(void)
{
    last_words.armed = 1;
    return &last_words.back;
}

const char *sim_panic_file(void)
{
    return last_words.file;
}

int sim_panic_line(void)
{
    return last_words.line;
}

_Noreturn void port_panic(const char *file, int line)
{
    last_words.file = file;
    last_words.line = line;
    if (last_words.armed) {
        last_words.armed = 0;
        longjmp(last_words.back, 1);
    }
    fprintf(stderr, "sim: a promise was broken at %s:%d\n", file, line);
    abort();
}
