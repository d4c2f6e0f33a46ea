/* see examination.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/route/egress.h"
#include "core/route/resolve.h"
#include "core/route/url.h"
#include "core/shared.h"
#include "port/port_clock.h"
#include "port/port_tls.h"
#include "tools/doctor/examination.h"

enum { PATIENCE_MS = 5000, TURN_MS = 50, TLS_BYTES = 1 << 20, ROOTS_BYTES = 2 << 20 };

/* Somebody that the gateway talks to. */
struct peer {
    const char *kind; /* "upstream" or "issuer" */
    struct pn_slice name, host;
    uint16_t port;
    uint8_t egress;
    enum pn_scheme scheme;
};

struct reach {
    const struct examination *x;
    struct port_net *net;
    struct pn_resolver *resolver;
    struct port_tls_config *tls; /* NULL: there are no roots */
    struct port_tls_trust trust;
    const struct peer *peer;
};

#define TEXT(slice) (int)(slice).len, (const char *)(slice).at

static void fault(const struct reach *r, const char *name, const char *why, const char *cure)
{
    const struct peer *p = r->peer;

    finding_add(r->x->findings, FINDING_FAULT, name, cure, "%s %.*s at %.*s:%u: %s", p->kind,
                TEXT(p->name), TEXT(p->host), p->port, why);
}

/* --- to its address --- */

static enum pn_step resolve(struct reach *r, struct pn_authority *a)
{
    uint64_t until_ms = port_clock_ms() + PATIENCE_MS + 1000;
    enum pn_step step = pn_resolve(r->resolver, a, (uint32_t)port_clock_ms());

    while (step == PN_WAIT && port_clock_ms() < until_ms) {
        int32_t socket;
        port_net_wait(r->net, TURN_MS);
        uint32_t now_ms = (uint32_t)port_clock_ms();
        while ((socket = port_net_ready(r->net)) >= 0)
            pn_resolver_ready(r->resolver, socket, now_ms);
        pn_resolver_tick(r->resolver, now_ms);
        step = pn_resolve(r->resolver, a, now_ms);
    }
    return step;
}

/* Let the marks of this round go: there is one socket only. */
static void turn(struct reach *r)
{
    port_net_wait(r->net, TURN_MS);
    while (port_net_ready(r->net) >= 0) continue;
}

static int32_t connect_to(struct reach *r, const struct port_net_addr *to)
{
    int32_t socket = port_net_connect(r->net, to);
    uint64_t until_ms = port_clock_ms() + PATIENCE_MS;

    while (socket >= 0 && port_clock_ms() < until_ms) {
        enum port_net_result result = port_net_connected(r->net, socket);
        if (result == PORT_NET_DONE) return socket;
        if (result == PORT_NET_FAULT) break;
        turn(r);
    }
    if (socket >= 0) port_net_close(r->net, socket);
    return PORT_NET_NONE;
}

/* A connection to the first address that answers; NONE, told. */
static int32_t reach_any(struct reach *r, const struct pn_authority *a)
{
    bool allowed = false;

    for (uint32_t i = 0; i < a->address_count; i++) {
        if (!pn_egress_allows(r->peer->egress, &a->address[i])) continue;
        allowed = true;
        int32_t socket = connect_to(r, &a->address[i]);
        if (socket >= 0) return socket;
    }
    if (allowed) {
        fault(r, "unreachable", "nobody answers there",
              "see that it runs, and that no firewall or IPAddressDeny= is between");
    } else {
        fault(r, "egress", "its addresses are not allowed",
              "addresses of this machine need `egress: [loopback]` in the bundle; link-local ones "
              "and metadata services are never allowed");
    }
    return PORT_NET_NONE;
}

/* --- and who it is --- */

static void prove(struct reach *r, int32_t socket)
{
    static const char cure[] = "correct its certificate, or tls.roots of the device file";
    struct port_tls_text host = { r->peer->host.at, r->peer->host.len };
    uint64_t until_ms = port_clock_ms() + PATIENCE_MS;

    if (!r->tls) {
        fault(r, "tls", "there are no roots to verify it by",
              "install ca-certificates or tls.roots");
        return;
    }
    struct port_tls_session *s = port_tls_connect(r->tls, socket, host, PORT_TLS_UNSAVED);
    enum port_tls_step step = s ? port_tls_handshake(s) : PORT_TLS_FAULT;
    while ((step == PORT_TLS_AGAIN || step == PORT_TLS_TURN) && port_clock_ms() < until_ms) {
        if (step == PORT_TLS_AGAIN) turn(r);
        step = port_tls_handshake(s);
    }
    if (s && step != PORT_TLS_DONE && step != PORT_TLS_FAULT) port_tls_timed_out(s);
    if (s && step != PORT_TLS_DONE) {
        fault(r, "tls", port_tls_cause_sentence(port_tls_cause(s)), cure);
    }
    if (s) port_tls_end(s);
}

static void examine_peer(struct reach *r, const struct peer *p)
{
    struct pn_authority a = { .host_len = (uint8_t)p->host.len, .port = p->port };
    int32_t socket;

    r->peer = p;
    memcpy(a.host, p->host.at, p->host.len);
    a.scheme = (uint8_t)p->scheme;
    if (resolve(r, &a) != PN_DONE || a.address_count == 0) {
        fault(r, "name", "the name has no address, or no name server answers",
              "correct the name, or name servers under resolver: in the device file");
        return;
    }
    socket = reach_any(r, &a);
    if (socket < 0) return;
    if (p->scheme == PN_SCHEME_HTTPS) prove(r, socket);
    port_net_close(r->net, socket);
}

/* --- all of them --- */

static bool same_place(const struct pn_upstream *a, const struct pn_upstream *b)
{
    return a->port == b->port && a->scheme == b->scheme && pn_slice_equal(a->host, b->host);
}

static void examine_upstreams(struct reach *r, const struct pn_route_table *t)
{
    for (size_t i = 0; i < pn_upstream_count(t); i++) {
        struct pn_upstream u = pn_upstream_at(t, i), before;
        size_t k = 0;
        for (; k < i; k++) {
            before = pn_upstream_at(t, k);
            if (same_place(&u, &before)) break;
        }
        struct peer p = { "upstream", u.name, u.host, u.port, u.egress, u.scheme };
        if (k == i && u.host.len < sizeof((struct pn_authority *)0)->host) examine_peer(r, &p);
    }
}

static void examine_url(struct reach *r, struct pn_slice name, struct pn_slice text, uint8_t egress)
{
    struct pn_url url;

    if (text.len == 0 || pn_url_read(text, &url) != PN_URL_GOOD || url.host.len > 253) return;
    struct peer p = { "issuer", name, url.host, url.port, egress, url.scheme };
    examine_peer(r, &p);
}

static void examine_issuers(struct reach *r, const struct pn_issuer_table *t)
{
    for (size_t i = 0; i < pn_issuer_count(t); i++) {
        const uint8_t *at = pn_issuer_at(t, i);
        struct pn_slice name = pn_issuer_text(t, at + PN_ISSUER_NAME);
        if (at[PN_ISSUER_FETCH] != PN_ISSUER_FETCH_NONE) {
            examine_url(r, name, pn_issuer_text(t, at + PN_ISSUER_KEYS_URL), at[PN_ISSUER_EGRESS]);
        }
        examine_url(r, name, pn_issuer_text(t, at + PN_ISSUER_ASK_URL), at[PN_ISSUER_EGRESS]);
    }
}

/* --- with what --- */

static void open_tls(struct reach *r)
{
    const struct examination *x = r->x;
    struct arena *arena = &x->findings->arena;
    const char *path = x->device->roots_path ? x->device->roots_path : x->machine.roots_path;
    struct port_tls_setup setup = { .net = r->net };
    struct port_tls *tls = port_tls_init(arena_take(arena, TLS_BYTES), TLS_BYTES, &setup);
    FILE *file = path && tls ? fopen(path, "rbe") : NULL;
    enum port_tls_pair_verdict why;

    if (!file) return;
    uint8_t *text = arena_take(arena, ROOTS_BYTES);
    struct port_tls_text roots = { text, fread(text, 1, ROOTS_BYTES, file) };
    fclose(file);
    void *memory = arena_take(arena, port_tls_roots_bytes(roots.len));
    r->trust.roots[0] = port_tls_roots_make(tls, roots, memory);
    if (r->trust.roots[0]) r->tls = port_tls_client(tls, &r->trust, NULL, &why);
}

static void open_resolver(struct reach *r)
{
    const struct doctor_machine *m = &r->x->machine;
    const struct pn_device *d = r->x->device;
    bool own = d->nameserver_count > 0;
    struct pn_resolver_config config = {
        .net = r->net,
        .nameservers = own ? d->nameservers : m->nameservers,
        .nameserver_count = own ? d->nameserver_count : m->nameserver_count,
        .hosts = m->hosts,
        .host_count = m->host_count,
        .resolve_ms = PATIENCE_MS,
    };

    r->resolver =
        pn_resolver_init(arena_take(&r->x->findings->arena, pn_resolver_bytes()), &config);
}

void examine_reach(const struct examination *x, struct port_net *net)
{
    struct reach r = { .x = x, .net = net };
    uint32_t current = x->install ? atomic_load(&x->install->shared->current) : PN_GENERATION_NONE;

    if (!net || current == PN_GENERATION_NONE) return;
    const struct pn_active *a = &x->install->shared->generations[current];
    open_resolver(&r);
    open_tls(&r);
    examine_upstreams(&r, &a->routes);
    examine_issuers(&r, &a->issuers);
}
