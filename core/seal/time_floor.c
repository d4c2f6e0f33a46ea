/* see time_floor.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/time_floor.h"

static bool runs_evenly(const struct pn_time_floor *f, uint64_t clock_s, uint64_t mono_s)
{
    uint64_t expected_s = f->clock_s + (mono_s - f->mono_s);
    uint64_t apart_s = clock_s > expected_s ? clock_s - expected_s : expected_s - clock_s;

    return f->clock_s != 0 && clock_s != 0 && apart_s <= PN_TIME_JUMP_S;
}

uint64_t pn_time_floor_turn(struct pn_time_floor *f, uint64_t clock_s, uint64_t mono_s)
{
    if (!runs_evenly(f, clock_s, mono_s)) f->settling_mono_s = mono_s;
    if (f->floor_s != 0) f->floor_s += mono_s - f->mono_s;
    f->clock_s = clock_s;
    f->mono_s = mono_s;
    if (mono_s - f->settling_mono_s >= PN_TIME_SETTLED_S) pn_time_floor_raise(f, clock_s);
    return f->floor_s;
}

void pn_time_floor_raise(struct pn_time_floor *f, uint64_t passed_s)
{
    if (passed_s > f->floor_s) f->floor_s = passed_s;
}
