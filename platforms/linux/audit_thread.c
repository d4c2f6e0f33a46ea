/* see audit_thread.h
 * SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "platforms/linux/audit_thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "platforms/linux/log.h"
#include "port/port_clock.h"

enum { STACK_BYTES = 256 * 1024 };

static void *run(void *argument)
{
    struct pn_audit_thread *t = argument;
    uint32_t wait_ms;

    for (;;) {
        wait_ms = pn_audit_writer_turn(t->writer, port_clock_ms(), port_clock_unix_ms());
        if (wait_ms == PN_AUDIT_TURN_STOPPED) return NULL;
        if (wait_ms > 0) pn_audit_log_wait(t->log, wait_ms);
    }
}

/* Records are lost, or another log lies there; when nobody did it, the machine lost its power. */
static void tell_what_is_lost(const struct pn_audit_writer *a)
{
    unsigned long long found = a->found_seq, kept = a->kept.seq;

    if (a->met & PN_AUDIT_MET_LOG_MISSING) {
        pn_log(PN_LOG_ERROR,
               "audit: log_missing: the log was moved, removed or emptied while no gateway ran: it "
               "holds no record, and %llu were written; a new log goes on with record %llu",
               kept, kept + 1);
    }
    if (a->met & PN_AUDIT_MET_LOG_CUT) {
        pn_log(
            PN_LOG_ERROR,
            "audit: log_cut: the log was cut while no gateway ran: it ends with record %llu, and "
            "%llu were written; it was set aside and a new log goes on with record %llu",
            found, kept, kept + 1);
    }
    if (a->met & PN_AUDIT_MET_LOG_REPLACED) {
        pn_log(PN_LOG_ERROR,
               "audit: log_replaced: the log is not the one that was written: record %llu of it is "
               "missing or another; it was set aside and a new log goes on with record %llu",
               kept, kept + 1);
    }
    if (a->met & PN_AUDIT_MET_HEAD_MISSING) {
        pn_log(PN_LOG_ERROR, "audit: head_missing: audit-head is missing or damaged in the state "
                             "directory: whether the log was cut cannot be told");
    }
}

static void tell_what_was_met(const struct pn_audit_writer *a)
{
    uint32_t met = a->met;

    tell_what_is_lost(a);
    if (met & PN_AUDIT_MET_LOG_DAMAGED) {
        pn_log(PN_LOG_ERROR,
               "audit: log_damaged: the last record of the log does not verify: the file was set "
               "aside and a new one goes on after record %llu",
               (unsigned long long)a->kept.seq);
    }
    if (met & PN_AUDIT_MET_LOG_TORN) {
        pn_log(PN_LOG_ERROR,
               "audit: log_torn: the log ended in an unfinished line, which was cut off");
    }
    if (met & PN_AUDIT_MET_SPOOL_DAMAGED) {
        pn_log(PN_LOG_ERROR,
               "audit: spool_damaged: records that waited in a spool cannot be read and are lost");
    }
}

/* Signals stay with the threads that expect them. A write beyond a file size limit raises one in
 * the thread that writes; blocked, it leaves the error, which is what we want to see. */
enum pn_audit_thread_result pn_audit_thread_start(struct pn_audit_thread *t,
                                                  struct pn_audit_writer *writer,
                                                  struct port_audit *log)
{
    pthread_attr_t attributes;
    sigset_t all, before;

    *t = (struct pn_audit_thread){ .writer = writer, .log = log };
    tell_what_was_met(writer);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int error = pthread_create(&t->id, &attributes, run, t);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) pthread_setname_np(t->id, "postern-audit");
    errno = error;
    return error == 0 ? PN_AUDIT_THREAD_DONE : PN_AUDIT_THREAD_FAILED;
}

enum pn_audit_thread_result pn_audit_thread_join(struct pn_audit_thread *t, uint32_t wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    int error = pthread_timedjoin_np(t->id, NULL, &until);
    errno = error;
    return error == 0 ? PN_AUDIT_THREAD_DONE : PN_AUDIT_THREAD_FAILED;
}
