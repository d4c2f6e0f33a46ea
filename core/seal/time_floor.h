/* time_floor.h - a time that has certainly passed, whatever the clock says now.
 *
 * Nothing here is a clock. It is a lower bound: what the log of slots.h keeps, moved on by the
 * seconds since, which a clock that never runs backwards counts. The system's clock raises it, but
 * only after it ran as evenly as that one for PN_TIME_SETTLED_S: a clock that was ahead for a
 * moment and is set right again must not make everything expire for good. So who sets the clock
 * back gains nothing, and who sets it ahead has to do so for an hour.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_TIME_FLOOR_H
#define PN_SEAL_TIME_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PN_TIME_SETTLED_S = 3600, /* so long a clock runs evenly before it is believed */
    PN_TIME_JUMP_S = 10       /* two clocks that drift by more between two looks: one was set */
};

/* The caller's, zeroed at first. */
struct pn_time_floor {
    uint64_t floor_s;         /* Unix time that had passed at `mono_s`; 0: none is known */
    uint64_t clock_s, mono_s; /* as they were last told */
    uint64_t settling_mono_s; /* since when the clock runs evenly */
};

/* The clock says Unix time `clock_s`, 0 when it is not set; `mono_s` is that of a clock that never
 * runs backwards, from any moment on. Returns the time that has certainly passed, 0 for none. */
uint64_t pn_time_floor_turn(struct pn_time_floor *f, uint64_t clock_s, uint64_t mono_s);

/* `passed_s` has certainly passed; what is known better stays. */
void pn_time_floor_raise(struct pn_time_floor *f, uint64_t passed_s);

#endif
