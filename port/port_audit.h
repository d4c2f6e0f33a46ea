/* port_audit.h - where the audit log lies, and who wakes whom.
 *
 * The core writes the log and knows its format; the platform keeps the bytes: a file, a region of
 * flash. It also lends the spools, memory in which records wait and which outlives the process (or,
 * where nothing does, memory), and wakes the two sides. All but the wake functions are called by
 * the one thread or loop that runs the writer, and by nobody before it runs or after it stopped
 * except the one who opens it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_AUDIT_H
#define PORT_AUDIT_H

#include "core/base/slice.h"

/* The platform's own; the core passes it through. */
struct port_audit;

enum port_audit_result {
    PORT_AUDIT_FAULT = 0, /* not done; the platform knows and shows why */
    PORT_AUDIT_DONE,
};

/* The log. */

/* Its size, and up to `max` of its bytes from `at`; fewer only at its end or on a fault. */
uint64_t port_audit_log_bytes(struct port_audit *a);
size_t port_audit_log_read(struct port_audit *a, uint64_t at, uint8_t *out, size_t max);

/* Append. `*taken` of the bytes are in the log and outlive the process, fewer than all after a
 * FAULT; the rest is offered again later. */
enum port_audit_result port_audit_log_append(struct port_audit *a, struct pn_slice bytes,
                                             size_t *taken);

/* All that was appended is on stable storage once this is DONE. */
enum port_audit_result port_audit_log_sync(struct port_audit *a);

/* Drop what lies beyond `bytes`: the unfinished line of a run that was cut off. */
enum port_audit_result port_audit_log_cut(struct port_audit *a, uint64_t bytes);

/* Is the log still where the operator looks for it? FAULT: it was renamed or removed from outside,
 * so a new one is to be begun. */
enum port_audit_result port_audit_log_present(struct port_audit *a);

/* Put the log aside, under a name that says it ends with record `last_seq`, and begin a new one
 * that consists of the line `first`. All or nothing, across a power cut too: never is there
 * neither, and after FAULT the old log goes on. */
enum port_audit_result port_audit_log_rotate(struct port_audit *a, uint64_t last_seq,
                                             struct pn_slice first);

/* Spools. */

/* A spool that an earlier run left, by its number: memory for the process's life and its size in
 * `*bytes`; NULL when there is none. */
void *port_audit_spool_found(struct port_audit *a, uint32_t index, size_t *bytes);

/* Memory for a spool of this size, aligned to 8, for the process's life. It replaces the one found
 * under this number, and may be the same memory when the sizes agree. NULL on a fault. */
void *port_audit_spool_make(struct port_audit *a, uint32_t index, size_t bytes);

/* Forget the spool found under a number that is no longer in use. */
void port_audit_spool_drop(struct port_audit *a, uint32_t index);

/* The head of the log, see core/audit/audit_head.h. */

/* `bytes` of memory, for the process's life, that outlive the process as spools do and do not lie in
 * the log: zero when they are new, else as an earlier run left them. NULL on a fault. */
uint8_t *port_audit_head(struct port_audit *a, size_t bytes);

/* It is on stable storage once this is DONE. Asked for rarely: at start, at rotation, at stop. */
enum port_audit_result port_audit_head_sync(struct port_audit *a);

/* Waking; from any thread. */

/* The writer has work. Called by workers, rarely: only while it sleeps. */
void port_audit_wake(struct port_audit *a);

/* Worker `index` waits for room or acceptance, and something has moved. Called by the writer. */
void port_audit_wake_worker(struct port_audit *a, uint32_t index);

#endif
