/* audit_log.h - port_audit.h on files: one log, and a spool for each ring.
 *
 *     audit.jsonl                 the log; old ones become audit.jsonl.000000012345, named for the
 *                                 last record they hold. Nothing is ever deleted here
 *     audit.jsonl.new             for the moment of a rotation
 *     <state>/audit-spool-00 ...  the rings: mapped shared, so that the page cache keeps what a
 *                                 killed process put in
 *     <state>/audit-head          the head of the log, two lines of text, mapped likewise
 *
 * Spools and head are allocated whole when they are made; a full disk then shows at the start and not as a
 * signal later. The log is locked, so that two gateways never write one. After opening nothing is
 * allocated; rotation opens a file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_AUDIT_LOG_H
#define PN_LINUX_AUDIT_LOG_H

#include <stdatomic.h>
#include <sys/types.h>

#include "core/limits.h"
#include "port/port_audit.h"

enum { PN_AUDIT_SPOOLS_MAX = PN_WORKERS_MAX + 8, PN_AUDIT_NAME_BYTES = 256 };

struct pn_audit_log_setup {
    const char *path;         /* of the log */
    const char *spool_folder; /* the state directory, which the caller has locked */
    /* Wake the thread of ring `index`: as port_net_wake(). Called by the writer's thread; NULL
     * where nobody waits. */
    void (*wake_worker)(void *context, uint32_t index);
    void *wake_context;
};

struct port_audit {
    struct pn_audit_log_setup setup;
    int folder, log, spools, event; /* descriptors */
    char name[PN_AUDIT_NAME_BYTES]; /* of the log in its folder */
    uint64_t log_bytes;
    dev_t log_device;
    ino_t log_inode;
    _Atomic int error;    /* errno of the last failure */
    int spool_unreadable; /* 1: what an earlier run left must not be overwritten */
    void *head;
    size_t head_bytes;
    struct {
        void *at;
        size_t bytes;
    } spool[PN_AUDIT_SPOOLS_MAX];
};

enum pn_audit_log_result {
    PN_AUDIT_LOG_FAILED, /* errno says why, `*where` names the path */
    PN_AUDIT_LOG_BUSY,   /* another process writes this log */
    PN_AUDIT_LOG_OPEN,
};

/* Open the log, made (0640) when it is missing, and the spool folder, which must be there. The
 * paths are lent until then only. Unless OPEN, nothing stays open. */
enum pn_audit_log_result pn_audit_log_open(struct port_audit *a,
                                           const struct pn_audit_log_setup *setup,
                                           const char **where);

/* Close everything, the rings' memory included; the writer and all workers have stopped. */
void pn_audit_log_shut(struct port_audit *a);

/* Wait until port_audit_wake() or for `wait_ms`, without end for UINT32_MAX. */
void pn_audit_log_wait(struct port_audit *a, uint32_t wait_ms);

/* errno of the last failure, to be told while pn_audit_writer_fault(); 0 when there was none. */
int pn_audit_log_error(const struct port_audit *a);

#endif
