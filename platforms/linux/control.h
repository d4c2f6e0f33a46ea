/* control.h - the control thread: policy, reload, signals, the admin listener.
 *
 * It owns all that may block. Signals only set a flag and wake it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_CONTROL_H
#define PN_LINUX_CONTROL_H

#include <sys/stat.h>

#include "core/postern.h"
#include "platforms/linux/certificates.h"
#include "platforms/linux/feed.h"
#include "platforms/linux/notify.h"
#include "platforms/linux/operators.h"
#include "platforms/linux/secrets.h"
#include "platforms/linux/serve.h"

struct pn_control_setup {
    const struct pn_device *device;
    struct pn_shared *shared;
    struct port_store *store;
    struct pn_audit_writer *writer;
    struct pn_audit_ring *ring; /* for events */
    int admin_listener;
    const struct pn_serve_feed *feed;           /* NULL: none */
    const struct pn_serve_operators *operators; /* likewise */
    struct pn_certificates *certificates;
    const struct pn_notify *notify;
    const struct pn_system *system;
    struct pn_secrets *secrets;
    void (*wake_worker)(void *context, uint32_t index);
    void *wake_context;
};

struct pn_control {
    struct pn_control_setup setup;
    struct pn_install install;
    struct pn_admin admin;
    struct pn_operators operators;
    struct pn_since *since; /* when what the policy has came to be there */
    struct pn_admin_server *server;
    struct port_net *net;
    struct pn_writer file; /* room for a sealed policy read from a file */
    struct pn_feed feed;
    struct stat device_file;
    const char *source;  /* of the policy being installed, for the log; NULL: pushed */
    uint8_t expiry_told; /* the policy in force was said to have expired */
    uint8_t clock_told;  /* enum pn_clock; that it is behind was said */
    uint8_t unkept_told; /* that the store does not keep the time was said */
    struct pn_admin_revocations revocations;
    uint64_t unkept_ms; /* when the list of what is revoked could not be kept last */
    uint8_t stale_told; /* that no timestamp has come was said */
    uint32_t untold;    /* denials that wait to be told, together, in one event */
    const struct pn_stats *stats[PN_WORKERS_MAX]; /* filled by the caller before making */
    const struct port_tls_counts *tls_counts[PN_WORKERS_MAX]; /* likewise */
};

/* Make it: open the slots, take the signals, adopt the admin listener. False, told on standard error,
 * when that cannot be. `c` was zeroed but for its stats. */
bool pn_control_make(struct pn_control *c, const struct pn_control_setup *setup);

/* Put in force what the slots hold and then what the policy file says; without either the gateway
 * runs and refuses every call. */
void pn_control_install_first(struct pn_control *c);

/* Wait for something to do, at most `wait_ms`, and do it. */
void pn_control_turn(struct pn_control *c, uint32_t wait_ms);

/* SIGTERM or SIGINT has come; a second one has. */
bool pn_control_asked_to_stop(const struct pn_control *c);
bool pn_control_hurried(const struct pn_control *c);

/* Put an event into the audit log; with a reason, where there is one. While a request of the admin
 * listener is answered the event says whose it is. */
void pn_control_tell(struct pn_control *c, enum pn_audit_event_name name, struct pn_slice detail);
void pn_control_tell_why(struct pn_control *c, enum pn_audit_event_name name,
                         struct pn_slice detail, struct pn_slice reason);

#endif
