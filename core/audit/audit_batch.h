/* audit_batch.h - lines on their way into the log.
 *
 * Records become lines of the chain in a lent buffer, which is appended to the log as a whole. What
 * the log did not take is offered again, from the byte where it stopped: a line is never begun
 * twice and never left half written by a process that lives on.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_AUDIT_BATCH_H
#define PN_AUDIT_BATCH_H

#include <stdatomic.h>

#include "core/audit/audit.h"
#include "core/audit/audit_chain.h"
#include "core/audit/audit_head.h"
#include "port/port_audit.h"

/* For /metrics; may be read from any thread, each figure for itself. 32 bits that wrap. */
struct pn_audit_stats {
    _Atomic uint32_t records;   /* written to the log since the start, events included */
    _Atomic uint32_t kibibytes; /* written to the log since the start */
    _Atomic uint32_t syncs;     /* times the log was brought to stable storage */
    _Atomic uint32_t faults;    /* times the log began to fail */
    _Atomic uint32_t rotations; /* new logs begun */
    _Atomic uint32_t recovered; /* records of an earlier run, written at this start */
};

struct pn_audit_batch {
    struct port_audit *port;
    struct pn_audit_chain chain; /* its head, the lines in the buffer included */
    struct pn_audit_head kept;   /* the head of what the log has taken, outside it */
    struct pn_audit_stats stats;
    struct pn_writer lines;
    size_t taken_bytes; /* of the lines, by the log */
    uint32_t line_count;
    uint32_t odd_bytes; /* written, not yet a kibibyte */
    uint32_t unsynced;  /* 1: the log has taken bytes since it was last synced */
};

/* Room for one more line, however long? */
static inline bool pn_audit_batch_has_room(const struct pn_audit_batch *b)
{
    return b->lines.max - b->lines.len >= PN_AUDIT_LINE_BYTES;
}

/* Add a record, or an event of the writer's own with one sentence; there must be room. */
void pn_audit_batch_add(struct pn_audit_batch *b, struct pn_slice members);
void pn_audit_batch_event(struct pn_audit_batch *b, enum pn_audit_event_name name,
                          struct pn_slice detail, int64_t unix_ms);

/* Append all lines to the log and keep its head; DONE: the buffer is empty. FAULT: call again
 * later. */
enum port_audit_result pn_audit_batch_flush(struct pn_audit_batch *b);

/* Bring the log to stable storage, if it has taken anything. */
enum port_audit_result pn_audit_batch_sync(struct pn_audit_batch *b);

/* Put the log aside and begin a new one, whose first line is an event. The buffer must be empty.
 * FAULT: nothing has changed. */
enum port_audit_result pn_audit_batch_rotate(struct pn_audit_batch *b,
                                             enum pn_audit_event_name name, struct pn_slice detail,
                                             int64_t unix_ms);

/* The same for a log that does not end as it should: the new one goes on from the head `from`, and
 * the name of the old one says where it does end. */
enum port_audit_result pn_audit_batch_replace(struct pn_audit_batch *b,
                                              const struct pn_audit_chain *from,
                                              const struct pn_audit_event *event);

/* Count one, from the writer's thread only. */
static inline void pn_audit_count(_Atomic uint32_t *cell, uint32_t more)
{
    atomic_store_explicit(cell, atomic_load_explicit(cell, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

#endif
