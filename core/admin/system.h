/* system.h - GET /v1/system: the process as its operator wants to see it.
 *
 * What the platform found out about itself when it started; nothing of it changes later. The word for
 * each mechanism says what is in force, not what was asked for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ADMIN_SYSTEM_H
#define PN_ADMIN_SYSTEM_H

#include "core/base/writer.h"
#include "core/device.h"

enum pn_guard {
    PN_GUARD_OFF,         /* nobody asked for it */
    PN_GUARD_UNAVAILABLE, /* the system does not have it, or refused */
    PN_GUARD_PARTIAL,     /* what there is of it */
    PN_GUARD_ON,
};

enum { PN_SYSTEM_BROAD_MAX = 8 };

struct pn_system {
    uint64_t started_us; /* of the clock that never runs backwards */
    uint32_t pid, uid, gid, workers;
    uint64_t open_files_max;   /* descriptors the process may have; UINT64_MAX: any number */
    uint64_t locked_bytes_max; /* of memory it may lock */
    uint8_t sandbox;           /* enum pn_sandbox_mode */
    uint8_t privileges;        /* enum pn_guard: no capability is left, no way to new ones */
    uint8_t landlock, seccomp; /* enum pn_guard */
    uint8_t landlock_abi;
    uint32_t broad_count; /* of files for which Landlock leaves a folder open that others use */
    struct pn_slice
        broad[PN_SYSTEM_BROAD_MAX]; /* the first of them; lent for the life of the process */
    uint8_t core_dumps;             /* enum pn_core_dumps */
    const struct pn_limits *limits; /* of the device file */
};

/* Write the document. */
void pn_system_write(struct pn_writer *w, const struct pn_system *system, struct pn_slice version,
                     const struct pn_now *now);

#endif
