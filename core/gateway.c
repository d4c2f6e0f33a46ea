/* see postern.h and gateway.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/gateway.h"

#include "core/agenda.h"
#include "core/base/assert.h"
#include "core/layout.h"
#include "core/revoked.h"
#include "port/port_pages.h"

/* Exchanges beyond this many are rarely in use at once: all their memory goes back when they end. */
enum { HOT_EXCHANGES = 64, BODY_KEEP_BYTES = 65536 };

size_t pn_gateway_bytes(const struct pn_config *config)
{
    return pn_layout_bytes(config);
}

static void init_timers(struct pn_timers *timers, const struct pn_limits *limits)
{
    pn_timers_init(timers);
    timers->last_ms[PN_TIMEOUT_IDLE] = limits->idle_ms;
    timers->last_ms[PN_TIMEOUT_HEAD] = limits->head_ms;
    timers->last_ms[PN_TIMEOUT_BODY] = 10000;
    timers->last_ms[PN_TIMEOUT_SEND] = limits->send_ms;
    timers->last_ms[PN_TIMEOUT_LINGER] = limits->linger_ms;
    timers->last_ms[PN_TIMEOUT_CONNECT] = limits->connect_ms;
    timers->last_ms[PN_TIMEOUT_HANDSHAKE] = limits->handshake_ms;
    timers->last_ms[PN_TIMEOUT_ANSWER] = limits->answer_ms;
    timers->last_ms[PN_TIMEOUT_STREAM] = limits->stream_ms;
    timers->last_ms[PN_TIMEOUT_UPSTREAM_IDLE] = limits->upstream_idle_ms;
    timers->last_ms[PN_TIMEOUT_CALLER] = limits->errand_ms;
    timers->last_ms[PN_TIMEOUT_TOKEN] = limits->errand_ms;
    timers->last_ms[PN_TIMEOUT_WAIT] = 250;
}

static void init_pools(struct pn_gateway *g)
{
    for (uint32_t i = g->config.limits.connections_max; i > 0; i--) {
        g->conns[i - 1].next = g->free_conns;
        g->conns[i - 1].socket = PORT_NET_NONE;
        g->free_conns = &g->conns[i - 1];
    }
    for (uint32_t i = 0; i < g->config.limits.exchanges_max; i++) {
        /* The last to be taken is the first in the stack: low indexes are the hot ones. */
        g->free_exchanges[i] = g->config.limits.exchanges_max - 1 - i;
    }
    g->free_exchange_count = g->config.limits.exchanges_max;
}

struct pn_gateway *pn_gateway_init(void *memory, const struct pn_config *config)
{
    struct pn_gateway *g = pn_layout_make(memory, config);

    g->net = config->net;
    init_timers(&g->timers, &config->limits);
    init_pools(g);
    struct pn_resolver_config names = {
        .net = config->net,
        .nameservers = g->config.nameservers,
        .nameserver_count = config->nameserver_count,
        .hosts = config->hosts,
        .host_count = config->host_count,
        .resolve_ms = config->limits.resolve_ms,
    };
    g->resolver = pn_resolver_init(g->resolver, &names);
    if (config->tls) {
        g->tls =
            pn_tls_engine(config->tls, config->net, g->tls_memory, config->limits.tls_arena_bytes);
        if (g->tls) pn_tls_load(&g->loaded, config->tls, g->tls, config->worker);
    }
    return g;
}

/* --- pools --- */

struct pn_conn *pn_conn_open(struct pn_gateway *g, int32_t socket, enum pn_conn_role role)
{
    struct pn_conn *c = g->free_conns;

    if (!c) {
        port_net_close(g->net, socket);
        return NULL;
    }
    g->free_conns = c->next;
    *c = (struct pn_conn){ .socket = socket, .role = (uint8_t)role };
    port_net_socket_set_user(g->net, socket, c);
    return c;
}

void pn_listeners_feed(struct pn_gateway *g)
{
    g->starved = false;
    for (uint32_t i = 0; i < g->listener_count; i++) {
        port_net_want(g->net, g->listeners[i]->socket, PORT_NET_WANT_RX);
    }
}

void pn_conn_close(struct pn_gateway *g, struct pn_conn *c)
{
    PN_ASSERT(c->role != PN_CONN_FREE);
    pn_timer_stop(&c->timer);
    if (pn_conn_shakes(c)) pn_handshake_over(g, c);
    if (c->tls) port_tls_end(c->tls);
    port_net_close(g->net, c->socket);
    *c = (struct pn_conn){ .socket = PORT_NET_NONE, .next = g->free_conns };
    g->free_conns = c;
    if (g->starved) pn_listeners_feed(g);
}

void pn_conn_rest(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout)
{
    c->rests_since = g->turn;
    port_net_want(g->net, c->socket, PORT_NET_WANT_RX);
    pn_timer_arm(&g->timers, &c->timer, timeout, g->now_ms);
    if (g->starved) pn_listeners_feed(g);
}

enum pn_step pn_conn_resting(struct pn_gateway *g, struct pn_conn **c)
{
    static const uint8_t order[] = { PN_TIMEOUT_IDLE, PN_TIMEOUT_UPSTREAM_IDLE, PN_TIMEOUT_LINGER };
    enum pn_step step = PN_REFUSED;

    for (size_t i = 0; i < sizeof order; i++) {
        *c = (struct pn_conn *)(void *)pn_timers_first(&g->timers, (enum pn_timeout)order[i]);
        if (!*c) continue;
        if (g->turn - (*c)->rests_since >= 2) return PN_DONE;
        step = PN_WAIT;
    }
    return step;
}

struct pn_exchange *pn_exchange_take(struct pn_gateway *g)
{
    if (g->free_exchange_count == 0) return NULL;
    uint32_t index = g->free_exchanges[--g->free_exchange_count];
    struct pn_exchange *x = g->exchanges[index];
    /* Made with its first use, so that pages never used are never touched; and again when the
     * platform took its pages back. */
    if (!x->config) pn_layout_exchange(g, index);
    g->pipes[x->index] = (struct pn_pipe){ .may_reuse = true };
    pn_exchange_begin(x, &g->now);
    atomic_fetch_add_explicit(&g->stats.exchanges_open, 1, memory_order_relaxed);
    return x;
}

static void leave_turns(struct pn_gateway *g, struct pn_pipe *pipe)
{
    for (struct pn_pipe **at = &g->turns; pipe->in_turns && *at; at = &(*at)->next_turn) {
        if (*at != pipe) continue;
        *at = pipe->next_turn;
        break;
    }
    pipe->in_turns = false;
}

static void leave_awaiting(struct pn_gateway *g, struct pn_pipe *pipe)
{
    for (struct pn_pipe **at = &g->awaiting; pipe->in_awaiting && *at; at = &(*at)->next_awaiting) {
        if (*at != pipe) continue;
        *at = pipe->next_awaiting;
        break;
    }
    pipe->in_awaiting = false;
}

/* Which pages the platform takes is its affair: the keys are left such that they are an empty set
 * both as they are and when their memory or the exchange reads as zero. */
static void release_exchange(struct pn_gateway *g, struct pn_exchange *x)
{
    port_pages_release(x->window, BODY_KEEP_BYTES);
    pn_json_keys_reset(&x->keys);
    port_pages_release(x, g->exchange_bytes);
}

void pn_exchange_give(struct pn_gateway *g, struct pn_exchange *x)
{
    uint32_t used = x->window_len > x->stage_end ? x->window_len : x->stage_end;
    uint32_t index = x->index;

    leave_turns(g, pn_pipe_of(g, x));
    leave_awaiting(g, pn_pipe_of(g, x));
    pn_exchange_end(x);
    if (used > BODY_KEEP_BYTES || x->mode == PN_MODE_FILTER) {
        port_pages_release(x->window, g->window_bytes);
    }
    g->pipes[index] = (struct pn_pipe){ 0 };
    if (index >= HOT_EXCHANGES) release_exchange(g, x);
    g->free_exchanges[g->free_exchange_count++] = index;
    atomic_fetch_sub_explicit(&g->stats.exchanges_open, 1, memory_order_relaxed);
}

void pn_gateway_turn(struct pn_gateway *g, struct pn_exchange *x)
{
    struct pn_pipe *pipe = pn_pipe_of(g, x);

    if (pipe->in_turns) return;
    pipe->in_turns = true;
    pipe->next_turn = g->turns;
    g->turns = pipe;
}

void pn_gateway_await(struct pn_gateway *g, struct pn_exchange *x)
{
    struct pn_pipe *pipe = pn_pipe_of(g, x);

    if (pipe->in_awaiting) return;
    pipe->in_awaiting = true;
    pipe->next_awaiting = g->awaiting;
    g->awaiting = pipe;
}

void pn_gateway_wake(struct pn_gateway *g)
{
    struct pn_pipe *pipe = g->awaiting;

    g->awaiting = NULL;
    for (; pipe; pipe = pipe->next_awaiting) {
        pipe->in_awaiting = false;
        pn_gateway_turn(g, g->exchanges[pipe - g->pipes]);
    }
}

/* --- the turns --- */

void pn_gateway_listen(struct pn_gateway *g, int32_t listener)
{
    struct pn_conn *c = pn_conn_open(g, listener, PN_CONN_LISTENER);

    PN_ASSERT(c && g->listener_count < PN_LISTENERS_MAX);
    g->listeners[g->listener_count++] = c;
}

void pn_gateway_listen_tls(struct pn_gateway *g, int32_t listener, uint32_t index)
{
    PN_ASSERT(index < PN_LISTENERS_MAX);
    pn_gateway_listen(g, listener);
    g->listeners[g->listener_count - 1]->listener = (uint8_t)(index + 1);
}

const struct port_tls_counts *pn_gateway_tls_counts(const struct pn_gateway *g)
{
    return g->tls ? port_tls_counts(g->tls) : NULL;
}

static void conn_ready(struct pn_gateway *g, struct pn_conn *c)
{
    switch ((enum pn_conn_role)c->role) {
    case PN_CONN_LISTENER: pn_client_accept(g, c); return;
    case PN_CONN_CLIENT:
    case PN_CONN_LINGER: pn_client_ready(g, c); return;
    case PN_CONN_GREETS:
    case PN_CONN_SECURES: pn_handshake_ready(g, c); return;
    case PN_CONN_CONNECTS:
    case PN_CONN_UPSTREAM:
    case PN_CONN_IDLE: pn_upstream_ready(g, c); return;
    case PN_CONN_FREE: break;
    }
    PN_ASSERT(c->role != PN_CONN_FREE);
}

static void conn_timeout(struct pn_gateway *g, struct pn_conn *c, enum pn_timeout timeout)
{
    if (c->role == PN_CONN_CLIENT || c->role == PN_CONN_LINGER) pn_client_timeout(g, c, timeout);
    else if (timeout == PN_TIMEOUT_HANDSHAKE) pn_handshake_timeout(g, c);
    else pn_upstream_timeout(g, c, timeout);
}

void pn_conn_expire(struct pn_gateway *g, struct pn_conn *c)
{
    enum pn_timeout timeout = (enum pn_timeout)c->timer.timeout;

    pn_timer_stop(&c->timer);
    conn_timeout(g, c, timeout);
}

static void run_timers(struct pn_gateway *g)
{
    struct pn_timer *t;
    enum pn_timeout timeout;

    while ((t = pn_timers_expired(&g->timers, g->now_ms, &timeout)) != NULL) {
        conn_timeout(g, (struct pn_conn *)(void *)t, timeout);
    }
}

/* Runs those that asked for it before this turn; they may ask again. */
static void run_turns(struct pn_gateway *g)
{
    struct pn_pipe *pipe = g->turns;

    g->turns = NULL;
    for (struct pn_pipe *p = pipe; p; p = p->next_turn) p->in_turns = false;
    while (pipe) {
        struct pn_pipe *next = pipe->next_turn;
        struct pn_exchange *x = g->exchanges[pipe - g->pipes];
        pn_pump(g, x);
        pipe = next;
    }
}

/* Until those that asked for it since are run. */
static uint32_t turns_ms(const struct pn_gateway *g)
{
    uint32_t wait_ms = UINT32_MAX;

    for (struct pn_pipe *p = g->turns; p; p = p->next_turn) {
        const struct pn_exchange *x = g->exchanges[p - g->pipes];
        uint32_t soon = x->waiting || x->ask != ASK_BODY ? 2 : 0;
        if (soon < wait_ms) wait_ms = soon;
    }
    return wait_ms;
}

/* A request may dawdle without a byte that would make it look at the policy; so whoever still holds
 * a replaced one is looked at when that is seen, and again when its grace is over. */
static void sweep(struct pn_gateway *g)
{
    uint32_t current = atomic_load(&g->config.shared->current);
    bool due = g->sweeping && (int32_t)(g->now_ms - g->sweep_ms) >= 0;

    if (current == g->seen_policy && !due) return;
    g->seen_policy = current;
    g->sweeping = false;
    for (uint32_t i = 0; i < g->config.limits.exchanges_max; i++) {
        struct pn_exchange *x = g->exchanges[i];
        if (!g->pipes[i].client || x->generation == current) continue;
        if (x->generation == PN_GENERATION_NONE) continue;
        pn_pump(g, x);
        g->sweeping = true;
        g->sweep_ms = g->now_ms + g->config.limits.swap_grace_ms + 1;
    }
}

static void cut_off(struct pn_gateway *g, struct pn_exchange *x, enum pn_reason reason)
{
    pn_pipe_of(g, x)->client->given_up = true;
    pn_exchange_cut(x, reason);
    pn_pump(g, x);
}

/* Somebody was revoked: what is his ends with its next run, which is now; and what his client has not
 * taken a little later is not waited for. Tokens that were got for a caller are got anew. */
static void sweep_revoked(struct pn_gateway *g)
{
    uint32_t revision = pn_revoked_revision(&g->config.shared->revoked);
    bool due = g->revoking && (int32_t)(g->now_ms - g->revoke_ms) >= 0;

    if (revision == g->seen_revision && !due) return;
    if (due) g->revoking = false;
    bool any = revision != g->seen_revision, pending = g->revoking;
    g->seen_revision = revision;
    for (uint32_t i = 0; i < g->config.limits.exchanges_max; i++) {
        struct pn_exchange *x = g->exchanges[i];
        if (!g->pipes[i].client || !pn_revoked_is(x)) continue;
        if (any) pn_pump(g, x);
        if (!g->pipes[i].client || x->ask == ASK_OWN) continue;
        if (due) cut_off(g, x, PN_REASON_REVOKED);
        else g->revoking = true;
    }
    if (g->revoking && !pending) g->revoke_ms = g->now_ms + PN_REVOKED_MS;
    if (any) pn_pass_forget_callers(&g->bench->passes);
}

uint32_t pn_gateway_step(struct pn_gateway *g, const struct pn_now *now)
{
    int32_t socket;

    g->turn++;
    g->bench->tokens_signed = 0;
    g->now = *now;
    g->now_ms = (uint32_t)(now->mono_us / 1000);
    sweep_revoked(g);
    while ((socket = port_net_ready(g->net)) >= 0) {
        if (pn_resolver_ready(g->resolver, socket, g->now_ms)) continue;
        conn_ready(g, port_net_socket_user(g->net, socket));
    }
    if (g->tls) pn_tls_load(&g->loaded, g->config.tls, g->tls, g->config.worker);
    uint32_t shake_ms = pn_handshake_turn(g);
    run_timers(g);
    sweep(g);
    run_turns(g);
    pn_agenda_turn(g);
    uint32_t errands_ms = pn_errands_turn(g);
    uint32_t turn_ms = turns_ms(g);
    uint32_t names_ms = pn_resolver_tick(g->resolver, g->now_ms);
    uint32_t wait_ms = pn_timers_next(&g->timers, g->now_ms, 1000);
    if (turn_ms < wait_ms) wait_ms = turn_ms;
    if (shake_ms < wait_ms) wait_ms = shake_ms;
    if (errands_ms < wait_ms) wait_ms = errands_ms;
    if (g->revoking && wait_ms > PN_REVOKED_MS / 4) wait_ms = PN_REVOKED_MS / 4;
    return names_ms < wait_ms ? names_ms : wait_ms;
}

/* A client that reads gets the answer's last bytes; one that does not is not waited for. */
static void stop_exchange(struct pn_gateway *g, struct pn_exchange *x)
{
    const struct pn_pipe *pipe = pn_pipe_of(g, x);

    pn_exchange_stop(x);
    pn_pump(g, x);
    if (!pipe->client) return;
    cut_off(g, x, PN_REASON_STOPPED);
}

void pn_gateway_stop(struct pn_gateway *g, const struct pn_now *now)
{
    g->now = *now;
    g->now_ms = (uint32_t)(now->mono_us / 1000);
    pn_errands_stop(g);
    for (uint32_t i = 0; i < g->config.limits.exchanges_max; i++) {
        if (g->pipes[i].client) stop_exchange(g, g->exchanges[i]);
    }
    PN_ASSERT(pn_gateway_exchanges(g) == 0);
}

uint32_t pn_gateway_exchanges(const struct pn_gateway *g)
{
    return g->config.limits.exchanges_max - g->free_exchange_count;
}

uint32_t pn_gateway_clients(const struct pn_gateway *g)
{
    return atomic_load_explicit(&g->stats.clients_open, memory_order_relaxed);
}

const struct pn_stats *pn_gateway_stats(const struct pn_gateway *g)
{
    return &g->stats;
}
