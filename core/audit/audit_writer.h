/* audit_writer.h - the one who drains the rings into the log.
 *
 * One thread (one step of the loop, where there are no threads) runs pn_audit_writer_turn(): it
 * takes what waits in the rings, chains it, appends it in batches, and frees the room once the
 * batch is in the log. It never gives up a record: when the log cannot be written it says so to the
 * workers, who then make no new promise, and offers the same bytes again until they are taken.
 *
 * What is where when something dies:
 *
 *   the process        what is in the rings stays in the spools; the next start appends it. What of
 *                      it was in the log already is found there and not written twice.
 *   the machine        `each`: nothing of what was forwarded is lost; `interval`: at most sync_ms;
 *                      `none`: what the system had not written yet
 *   the disk is full   traffic stops with 503, and goes on by itself when there is room
 *   the log is removed a new one begins within a second, and its first record says so; while no
 *                      writer runs: so does the next start, see pn_audit_writer_open()
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_WRITER_H
#define PN_AUDIT_WRITER_H

#include "core/audit/audit_batch.h"
#include "core/audit/audit_ring.h"

enum pn_audit_sync {
    PN_AUDIT_SYNC_EACH,     /* before a call goes upstream; zero, as it loses least */
    PN_AUDIT_SYNC_INTERVAL, /* every sync_ms */
    PN_AUDIT_SYNC_NONE,     /* when the system likes to */
};

enum {
    PN_AUDIT_BATCH_BYTES_MIN = 3 * PN_AUDIT_LINE_BYTES,
    PN_AUDIT_NAP_MS = 5,      /* between two looks while records arrive; workers need not wake us */
    PN_AUDIT_RETRY_MS = 100,  /* between two attempts to write a log that failed */
    PN_AUDIT_CHECK_MS = 1000, /* between two looks at the size of the log and whether it is there */
};

/* Instead of milliseconds: not before being woken; and: stopped. */
#define PN_AUDIT_TURN_WAIT    0xFFFFFFFFu
#define PN_AUDIT_TURN_STOPPED 0xFFFFFFFEu

struct pn_audit_setup {
    struct port_audit *port;
    struct pn_audit_ring *rings; /* lent: one for each worker, then those of other threads */
    uint32_t ring_count;
    size_t spool_bytes; /* of each; see pn_audit_spool_bytes() */
    uint8_t *batch;     /* lent */
    size_t batch_bytes; /* PN_AUDIT_BATCH_BYTES_MIN or more; 64 KB are good */
    uint32_t nonce;     /* new and random in each run: the first part of decision ids */
    uint8_t sync;       /* enum pn_audit_sync */
    uint32_t sync_ms;
    uint64_t rotate_bytes; /* begin a new log beyond this size; 0: never */
};

/* What pn_audit_writer_open() met, as bits, so that the platform can tell the operator. */
enum pn_audit_met {
    PN_AUDIT_MET_LOG_DAMAGED = 1 << 0,   /* its last record does not verify: set aside */
    PN_AUDIT_MET_LOG_TORN = 1 << 1,      /* an unfinished last line was cut off */
    PN_AUDIT_MET_SPOOL_DAMAGED = 1 << 2, /* records that waited cannot be read */
    PN_AUDIT_MET_LOG_MISSING = 1 << 3,   /* no record is there, and `kept` was written */
    PN_AUDIT_MET_LOG_CUT = 1 << 4,       /* it ends with `found_seq`, before `kept`: set aside */
    PN_AUDIT_MET_LOG_REPLACED = 1 << 5,  /* it does not hold `kept`: set aside */
    PN_AUDIT_MET_HEAD_MISSING = 1 << 6,  /* nobody can tell whether it ends where it did */
};

struct pn_audit_writer {
    struct pn_audit_setup setup;
    struct pn_audit_shared shared;
    struct pn_audit_batch batch;
    uint64_t synced_ms, checked_ms;
    uint32_t ring_next; /* where the next batch begins, so that no worker waits for another */
    uint32_t met;       /* enum pn_audit_met, bits; this and the next three are of open */
    uint64_t found_seq; /* the last record that was in the log, 0: none */
    struct pn_audit_chain kept; /* the head kept outside it, all zero: no record */
    bool kept_known;            /* there was one that could be read */
    _Atomic uint32_t stop, ending, rotate;
};

/* Open the log: cut off an unfinished last line, go on with its chain, append what an earlier run
 * left in the spools, and make the rings. Before the first worker starts. Of the two times
 * `mono_ms` never runs backwards, and `unix_ms` is what records show, below 0 when nobody knows. It
 * may take a second for each 100 MB of log if a run was killed, as that is searched.
 *
 * The log must hold the record whose head was kept outside it (audit_head.h), or begin with the one
 * behind it. Where it does not, because it was removed, cut or replaced while no writer ran, records
 * are lost and cannot be brought back, so refusing to serve would help nobody; but it is not passed
 * over. What is there is set aside, never altered; the new log goes on from the head that was kept,
 * so that its first record has the number and names the hash that the lost ones lead to, and is an
 * event that says what was expected and what was found; `met` has it for the operator.
 *
 *   PORT_AUDIT_DONE   the rings are ready, hand each to its thread
 *   PORT_AUDIT_FAULT  the log or a spool cannot be read or written; the platform knows why. Nothing
 *                     is lost: what waits in the spools waits for the next attempt */
enum port_audit_result pn_audit_writer_open(struct pn_audit_writer *a,
                                            const struct pn_audit_setup *setup, uint64_t mono_ms,
                                            int64_t unix_ms);

/* Write what there is. Returns the milliseconds after which to call again, sooner when
 * port_audit_wake() was called; or PN_AUDIT_TURN_WAIT: only then; or PN_AUDIT_TURN_STOPPED: all is
 * written after pn_audit_writer_stop(), do not call again. */
uint32_t pn_audit_writer_turn(struct pn_audit_writer *a, uint64_t mono_ms, int64_t unix_ms);

/* From any thread: write all that waits and then stop, which takes as long as the log is failing;
 * or begin a new log. */
void pn_audit_writer_stop(struct pn_audit_writer *a);

/* From any thread, before what is to be the last record is put into a ring and the writer stopped:
 * from now on it adds no record of its own behind what it has written. */
void pn_audit_writer_ending(struct pn_audit_writer *a);
void pn_audit_writer_rotate(struct pn_audit_writer *a);

/* From any thread: 1 while the log cannot be written, for /readyz. */
static inline uint32_t pn_audit_writer_fault(const struct pn_audit_writer *a)
{
    return atomic_load_explicit(&a->shared.fault, memory_order_relaxed);
}

/* From any thread: bytes of records that are not in the log yet, over all rings. */
uint32_t pn_audit_writer_bytes_waiting(const struct pn_audit_writer *a);

#endif
