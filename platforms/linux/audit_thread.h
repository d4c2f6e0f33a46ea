/* audit_thread.h - the thread that runs the audit writer.
 *
 *     pn_audit_log_open        files and lock                         (audit_log.h)
 *     pn_audit_writer_open     chain and recovery; the rings are made (core/audit/audit_writer.h)
 *     pn_audit_thread_start    before the workers
 *     ... workers run, each with its ring ...
 *     workers stop: each ends what is under way
 *     pn_audit_writer_ending, wait until nothing waits in the rings
 *     pn_audit_event(gateway_stopped) on the control thread's ring: the last record
 *     pn_audit_writer_stop, pn_audit_thread_join, pn_audit_log_shut
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_AUDIT_THREAD_H
#define PN_LINUX_AUDIT_THREAD_H

#include <pthread.h>

#include "core/postern.h"
#include "platforms/linux/audit_log.h"

struct pn_audit_thread {
    struct pn_audit_writer *writer;
    struct port_audit *log;
    pthread_t id;
};

enum pn_audit_thread_result {
    PN_AUDIT_THREAD_FAILED, /* errno says why; or it did not stop in time */
    PN_AUDIT_THREAD_DONE,
};

/* Run pn_audit_writer_turn() until it has stopped. The thread takes no signal. */
enum pn_audit_thread_result pn_audit_thread_start(struct pn_audit_thread *t,
                                                  struct pn_audit_writer *writer,
                                                  struct port_audit *log);

/* After pn_audit_writer_stop(): wait until everything is in the log, at most `wait_ms`. FAILED: the
 * log is failing; what could not be written waits in the spools for the next start, and the thread
 * still runs, so the process may only exit. */
enum pn_audit_thread_result pn_audit_thread_join(struct pn_audit_thread *t, uint32_t wait_ms);

#endif
