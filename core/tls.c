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

/* Have `made` in the place of `*at`, if it was made. */
static bool put(struct port_tls_config **at, struct port_tls_config *made)
{
    if (!made) return false;
    if (*at) port_tls_config_drop(*at);
    *at = made;
    return true;
}

static bool load_listener(struct port_tls_config **at, struct port_tls_trust *trust,
                          const struct pn_tls *tls, uint32_t i, struct port_tls *engine)
{
    const struct pn_tls_listener *from = &tls->sets[tls->current % PN_TLS_SETS].listeners[i];
    enum port_tls_pair_verdict why;
    struct port_tls_server_setup setup = {
        .pairs = from->pairs,
        .pair_count = from->pair_count,
        .trust = trust,
        .clients = (enum port_tls_clients)tls->device->tls[i].clients,
    };

    if (from->pair_count == 0) return true;
    *trust = from->trust;
    return put(at, port_tls_server(engine, &setup, &why));
}

static bool load_upstreams(struct pn_tls_loaded *l, const struct pn_tls *tls,
                           struct port_tls *engine)
{
    const struct pn_tls_set *set = &tls->sets[tls->current % PN_TLS_SETS];
    enum port_tls_pair_verdict why;
    bool made = true;

    l->roots = set->roots;
    for (uint16_t i = 0; i < PORT_TLS_SAVED_MAX; i++) port_tls_forget(engine, i);
    if (!l->roots.roots[0]) return true;
    if (!l->upstreams) l->upstreams = port_tls_client(engine, &l->roots, NULL, &why);
    for (uint32_t i = 0; i < tls->device->own_count; i++) {
        made &= put(&l->own[i], port_tls_client(engine, &l->roots, &set->own[i], &why));
    }
    return made && l->upstreams;
}

void pn_tls_load(struct pn_tls_loaded *l, struct pn_tls *tls, struct port_tls *engine,
                 uint32_t worker)
{
    uint32_t current = atomic_load_explicit(&tls->current, memory_order_acquire);

    if (l->seen == current + 1) return;
    for (uint32_t i = 0; i < PN_LISTENERS_MAX; i++) {
        if (!load_listener(&l->listeners[i], &l->trusts[i], tls, i, engine)) {
            atomic_fetch_add(&tls->failed[worker], 1);
        }
    }
    if (!load_upstreams(l, tls, engine)) atomic_fetch_add(&tls->failed[worker], 1);
    l->seen = current + 1;
    atomic_store(&tls->seen[worker], current);
}

void pn_tls_load_admin(struct pn_tls_admin *l, struct pn_tls *tls, struct port_tls *engine)
{
    if (l->seen == tls->current + 1) return;
    (void)load_listener(&l->config, &l->trust, tls, PN_LISTENERS_MAX, engine);
    l->seen = tls->current + 1;
}

static bool is_for(const struct pn_device_own *own, struct pn_slice host)
{
    for (uint32_t i = 0; i < own->host_count; i++) {
        if (pn_slice_equal_fold(own->hosts[i], host)) return true;
    }
    return false;
}

struct port_tls_config *pn_tls_for(const struct pn_tls_loaded *l, const struct pn_tls *tls,
                                   struct pn_slice host)
{
    struct port_tls_config *chosen = l->upstreams;

    for (uint32_t i = 0; i < tls->device->own_count; i++) {
        const struct pn_device_own *own = &tls->device->own[i];
        if (is_for(own, host)) return l->own[i];
        if (own->host_count == 0) chosen = l->own[i];
    }
    return chosen;
}
