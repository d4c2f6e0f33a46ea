/* tls.h - what TLS sessions are made with, and how it is replaced while they live.
 *
 * The control thread owns the texts: certificates, keys, roots. It puts a new set beside the one in
 * force and then makes it the current one; each worker sees that in its next turn, makes
 * configurations of its own from it, and says that it has. Sessions that stand keep the certificates
 * they began with; but a client whose root is not believed any more is nobody with its next request,
 * and a connection to an upstream serves no other request than the one it has. The place of the older set is free again when every worker has the newer one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TLS_H
#define PN_TLS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/device.h"
#include "port/port_tls.h"

/* What one listener shows its clients, and whom it believes; without a pair it is plain. */
struct pn_tls_listener {
    struct port_tls_pair pairs[PORT_TLS_PAIRS_MAX];
    uint32_t pair_count;
    struct port_tls_trust trust; /* by the numbers of the device file */
};

struct pn_tls_set {
    struct pn_tls_listener listeners[PN_LISTENERS_MAX + 1]; /* the last is the admin listener */
    struct port_tls_trust roots; /* number 0: of upstreams; NULL: none is trusted */
    struct port_tls_pair own[PN_DEVICE_PAIRS_MAX]; /* by the numbers of the device file */
};

enum { PN_TLS_SETS = 2 };
_Static_assert((int)PN_DEVICE_PAIRS_MAX <= (int)PORT_TLS_PAIRS_MAX,
               "You need room in a configuration for the pairs of a device file.");

struct pn_tls {
    const struct pn_device *device;               /* what of it does not change */
    uint8_t ticket_secret[PORT_TLS_SECRET_BYTES]; /* random; the same for all workers */
    int64_t ticket_begin_s;
    struct pn_tls_set sets[PN_TLS_SETS];
    _Atomic uint32_t current; /* counts the sets put in force; sets[current % 2] is it */
    _Atomic uint32_t seen[PN_WORKERS_MAX];   /* by each worker; of no use beyond worker_count */
    _Atomic uint32_t failed[PN_WORKERS_MAX]; /* times a worker had no memory for a set */
    uint32_t worker_count;
};

/* Where the next set is filled in; NULL while a worker may still read it. */
struct pn_tls_set *pn_tls_next(struct pn_tls *tls);

/* Put it in force. */
void pn_tls_publish(struct pn_tls *tls);

/* A cause, in metrics. */
struct pn_slice pn_tls_cause_name(enum port_tls_cause cause);

/* --- a worker's --- */

struct pn_tls_loaded {
    struct port_tls_config *listeners[PN_LISTENERS_MAX]; /* NULL: nobody can connect there */
    struct port_tls_config *upstreams;                   /* NULL: no https */
    struct port_tls_config *own[PN_DEVICE_PAIRS_MAX];    /* for upstreams, each with its pair */
    struct port_tls_trust trusts[PN_LISTENERS_MAX];      /* what these believe now */
    struct port_tls_trust roots;
    uint32_t seen; /* the set, counted, plus 1 */
};

/* An engine with the secret that all workers share, or NULL. */
struct port_tls *pn_tls_engine(const struct pn_tls *tls, struct port_net *net, void *memory,
                               size_t bytes);

/* Make configurations of the set in force, if that is not done yet. One that cannot be made for want
 * of memory leaves the one before in its place; whom to believe is replaced at once, and no session
 * with an upstream from before is resumed. */
void pn_tls_load(struct pn_tls_loaded *l, struct pn_tls *tls, struct port_tls *engine,
                 uint32_t worker);

/* --- the admin listener's --- */

/* Of the thread that puts sets in force, so nobody waits for its word. All-zero is the beginning. */
struct pn_tls_admin {
    struct port_tls_config *config; /* NULL: nobody can connect */
    struct port_tls_trust trust;
    uint32_t seen; /* the set, counted, plus 1 */
};

/* As pn_tls_load(). */
void pn_tls_load_admin(struct pn_tls_admin *l, struct pn_tls *tls, struct port_tls *engine);

/* --- a worker's again --- */

/* For an upstream at `host`; NULL: it cannot be spoken to. */
struct port_tls_config *pn_tls_for(const struct pn_tls_loaded *l, const struct pn_tls *tls,
                                   struct pn_slice host);

#endif
