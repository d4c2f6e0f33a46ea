/* sim_audit.h - an audit log in memory, and everything that can happen to one.
 *
 * The test owns the struct, sets what is to fail, and looks at what was written. Spools stay where
 * they are when a writer is opened again over the same struct, as mapped files do when a process is
 * killed; so do the log and its head.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_AUDIT_H
#define SIM_AUDIT_H

#include <stdalign.h>
#include <stdatomic.h>

#include "port/port_audit.h"

enum {
    SIM_AUDIT_LOG_BYTES = 1 << 21,
    SIM_AUDIT_SPOOLS = 4,
    SIM_AUDIT_SPOOL_BYTES = 1 << 18,
    SIM_AUDIT_HEAD_BYTES = 256,
};

struct port_audit {
    /* What the test may set at any time. */
    size_t disk_bytes;  /* the log takes no more than this; from 0 bytes over it is full */
    size_t write_bytes; /* most that one append takes; 0: all */
    int sync_fails, rotate_fails, read_fails, cut_fails, head_fails, moved_away;

    /* What it may look at. */
    uint8_t log[SIM_AUDIT_LOG_BYTES];
    size_t log_len, synced_len;
    uint8_t aside[SIM_AUDIT_LOG_BYTES]; /* the log before, after a rotation */
    size_t aside_len;
    uint64_t aside_last_seq;
    _Atomic uint32_t wakes, worker_wakes[SIM_AUDIT_SPOOLS];

    alignas(64) uint8_t spools[SIM_AUDIT_SPOOLS][SIM_AUDIT_SPOOL_BYTES];
    size_t spool_bytes[SIM_AUDIT_SPOOLS]; /* 0: none */
    uint8_t head[SIM_AUDIT_HEAD_BYTES], synced_head[SIM_AUDIT_HEAD_BYTES];
};

/* An empty log on a disk that holds all of it. */
void sim_audit_init(struct port_audit *a);

#endif
