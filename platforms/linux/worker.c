/* see worker.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/worker.h"

#include <signal.h>

#include "platforms/linux/memory.h"
#include "platforms/linux/net/shim.h"
#include "port/port_clock.h"

/* Beside connections: listeners, and the resolver's questions with their two sockets each. */
enum { OTHER_SOCKETS = PN_LISTENERS_MAX + 32 };

static enum pn_worker_result make_net(struct pn_worker *w, uint32_t sockets)
{
    size_t shim_size = shim_bytes(sockets + 1);
    size_t net_size = port_net_bytes(sockets);
    void *shim_memory = pn_memory_reserve(shim_size);
    void *net_memory = pn_memory_reserve(net_size);

    if (!shim_memory || !net_memory) return PN_WORKER_FAILED;
    w->shim = shim_init(shim_memory, shim_size, sockets + 1);
    if (!w->shim) return PN_WORKER_FAILED;
    shim_enter(w->shim);
    w->net = port_net_init(net_memory, net_size, sockets);
    return w->net ? PN_WORKER_MADE : PN_WORKER_FAILED;
}

static enum pn_worker_result listen_all(struct pn_worker *w, const int *listeners,
                                        const struct pn_device *device, uint32_t connections_max)
{
    for (uint32_t i = 0; i < device->listen_count; i++) {
        struct xSOCKET *native = shim_adopt(w->shim, listeners[i], connections_max);
        int32_t socket = native ? port_net_listen_adopt(w->net, (intptr_t)native) : PORT_NET_NONE;
        if (socket < 0) return PN_WORKER_FAILED;
        if (device->tls[i].pair_count > 0) pn_gateway_listen_tls(w->gateway, socket, i);
        else pn_gateway_listen(w->gateway, socket);
    }
    return PN_WORKER_MADE;
}

enum pn_worker_result pn_worker_make(struct pn_worker *w, struct pn_config *config,
                                     const int *listeners, const struct pn_device *device)
{
    uint32_t connections = config->limits.connections_max;

    if (make_net(w, connections + OTHER_SOCKETS) == PN_WORKER_FAILED) return PN_WORKER_FAILED;
    config->net = w->net;
    void *memory = pn_memory_reserve(pn_gateway_bytes(config));
    if (!memory) return PN_WORKER_FAILED;
    pn_memory_hide(memory, pn_gateway_bytes(config)); /* requests, tokens, keys */
    w->gateway = pn_gateway_init(memory, config);
    if (config->tls && !pn_gateway_tls_counts(w->gateway)) return PN_WORKER_FAILED;
    return listen_all(w, listeners, device, connections);
}

static void *run(void *argument)
{
    struct pn_worker *w = argument;
    uint32_t wait_ms = 0;

    pthread_barrier_wait(w->begin);
    shim_enter(w->shim);
    while (!atomic_load_explicit(&w->stop, memory_order_acquire)) {
        port_net_wait(w->net, wait_ms);
        struct pn_now now = { port_clock_us(), port_clock_unix_ms() };
        wait_ms = pn_gateway_step(w->gateway, &now);
        atomic_fetch_add_explicit(&w->turns, 1, memory_order_relaxed);
    }
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };
    pn_gateway_stop(w->gateway, &now);
    return NULL;
}

enum pn_worker_result pn_worker_start(struct pn_worker *w, pthread_barrier_t *begin)
{
    sigset_t all, before;

    w->begin = begin;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the control thread's */
    int failed = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? PN_WORKER_FAILED : PN_WORKER_MADE;
}

void pn_worker_stop(struct pn_worker *w)
{
    atomic_store_explicit(&w->stop, 1, memory_order_release);
    port_net_wake(w->net);
    pthread_join(w->thread, NULL);
}
