/* see tls.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/tls.h"

#include <string.h>

struct pn_slice pn_tls_cause_name(enum port_tls_cause cause)
{
    static const struct pn_slice names[PORT_TLS_CAUSE_COUNT] = {
        PN_SLICE_INIT("none"),
#define PORT_TLS_CAUSE(NAME, name, sentence) PN_SLICE_INIT(#name),
#include "port/port_tls.def"
#undef PORT_TLS_CAUSE
    };

    return names[cause];
}

struct pn_tls_set *pn_tls_next(struct pn_tls *tls)
{
    uint32_t current = atomic_load(&tls->current);

    for (uint32_t i = 0; i < tls->worker_count; i++) {
        if (atomic_load(&tls->seen[i]) != current) return NULL;
    }
    return &tls->sets[(current + 1) % PN_TLS_SETS];
}

void pn_tls_publish(struct pn_tls *tls)
{
    atomic_fetch_add(&tls->current, 1);
}

struct port_tls *pn_tls_engine(const struct pn_tls *tls, struct port_net *net, void *memory,
                               size_t bytes)
{
    struct port_tls_setup setup = { .net = net, .ticket_begin_s = tls->ticket_begin_s };

    memcpy(setup.ticket_secret, tls->ticket_secret, sizeof setup.ticket_secret);
    return port_tls_init(memory, bytes, &setup);
}

static struct port_tls_config *server(const struct pn_tls_listener *from, struct port_tls *engine)
{
    enum port_tls_pair_verdict why;
    struct port_tls_server_setup setup = {
        .pairs = from->pairs,
        .pair_count = from->pair_count,
        .roots = from->client_roots,
        .clients = (enum port_tls_clients)from->clients,
    };

    return port_tls_server(engine, &setup, &why);
}

static bool load_listener(struct port_tls_config **at, const struct pn_tls_listener *from,
                          struct port_tls *engine)
{
    if (from->pair_count == 0) return true;
    struct port_tls_config *made = server(from, engine);
    if (!made) return false;
    if (*at) port_tls_config_drop(*at);
    *at = made;
    return true;
}

void pn_tls_load(struct pn_tls_loaded *l, struct pn_tls *tls, struct port_tls *engine,
                 uint32_t worker)
{
    uint32_t current = atomic_load_explicit(&tls->current, memory_order_acquire);
    const struct pn_tls_set *set = &tls->sets[current % PN_TLS_SETS];
    enum port_tls_pair_verdict why;

    if (l->seen == current + 1) return;
    for (int i = 0; i < PN_LISTENERS_MAX; i++) {
        if (!load_listener(&l->listeners[i], &set->listeners[i], engine)) {
            atomic_fetch_add(&tls->failed[worker], 1);
        }
    }
    if (!l->upstreams && tls->roots) {
        l->upstreams = port_tls_client(engine, tls->roots, NULL, &why);
    }
    l->seen = current + 1;
    atomic_store(&tls->seen[worker], current);
}
