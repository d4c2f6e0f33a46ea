/* worker.h - one thread that runs one gateway.
 *
 * Everything it needs is made before it starts, so that nothing is left to fail: sockets, memory,
 * the gateway with its listeners. The thread then waits and steps until it is told to stop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_WORKER_H
#define PN_LINUX_WORKER_H

#include <pthread.h>

#include "core/postern.h"

struct shim;

struct pn_worker {
    pthread_t thread;
    struct shim *shim;
    struct port_net *net;
    struct pn_gateway *gateway;
    pthread_barrier_t *begin; /* nobody is served before all have met here */
    _Atomic uint32_t stop;
    _Atomic uint32_t turns; /* of its loop, counted; for the watchdog */
};

enum pn_worker_result { PN_WORKER_FAILED, PN_WORKER_MADE };

/* Make a worker that accepts from the descriptors `listeners`; those for which `device` has a
 * certificate speak TLS. `config->net` is filled in here.
 * FAILED when memory or descriptors ran out; errno says why. */
enum pn_worker_result pn_worker_make(struct pn_worker *w, struct pn_config *config,
                                     const int *listeners, const struct pn_device *device);

/* Run it in a thread of its own, which waits at `begin` before its first turn. */
enum pn_worker_result pn_worker_start(struct pn_worker *w, pthread_barrier_t *begin);

/* End at once whatever is under way, with its record, and wait for the thread to end. */
void pn_worker_stop(struct pn_worker *w);

#endif
