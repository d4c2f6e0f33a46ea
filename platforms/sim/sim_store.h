/* sim_store.h - port_store.h in memory, with the faults of real flash.
 *
 * Power can be cut at a chosen step: each erase, each programmed unit and each sync is one. At the
 * cut the unit or sector under way is left torn; from then on every call fails, as nothing runs,
 * until sim_store_boot(). What was not synced may be lost: in that mode each unit that was changed
 * since the last sync is kept or not as the dice fall, so later writes may survive earlier ones.
 * Programming a unit twice without an erase is counted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SIM_STORE_H
#define PN_SIM_STORE_H

#include "port/port_store.h"

enum { SIM_SLOT_BYTES = 4096, SIM_LOG_BYTES = 4 * 128, SIM_NEVER = -1 };

struct port_store {
    uint8_t bytes[PORT_STORE_AREA_COUNT][SIM_SLOT_BYTES];
    uint8_t synced[PORT_STORE_AREA_COUNT][SIM_SLOT_BYTES];
    int steps;              /* taken since the boot */
    int cut_at;             /* the step that is cut, or SIM_NEVER */
    int fail_program_at;    /* the step that writes garbage and reports failure, or SIM_NEVER */
    int corrupt_program_at; /* the step that writes a wrong bit and reports success, or SIM_NEVER */
    int deny_from,
        deny_until;        /* steps that do their work and report failure: from the first on, before
                                  the second */
    uint32_t torn_bits;    /* what a torn unit looks like: a mask that is rotated over its words */
    bool lose_unsynced;    /* a cut takes some of what was not synced */
    bool down;             /* after a cut */
    unsigned reprogrammed; /* units that were programmed twice; a test asks for 0 */
};

/* A store of erased flash. */
void sim_store_init(struct port_store *store);

/* Power is back. The step count begins again and no fault is armed. */
void sim_store_boot(struct port_store *store);

#endif
