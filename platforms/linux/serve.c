/* see serve.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "platforms/linux/audit_log.h"
#include "platforms/linux/audit_thread.h"
#include "platforms/linux/certificates.h"
#include "platforms/linux/control.h"
#include "platforms/linux/device_key.h"
#include "platforms/linux/listeners.h"
#include "platforms/linux/log.h"
#include "platforms/linux/memory.h"
#include "platforms/linux/notify.h"
#include "platforms/linux/resolv_conf.h"
#include "platforms/linux/sandbox.h"
#include "platforms/linux/secrets.h"
#include "platforms/linux/store.h"
#include "platforms/linux/worker.h"
#include "port/port_clock.h"
#include "port/port_random.h"

enum {
    AUDIT_BATCH_BYTES = 65536,
    AUDIT_STOP_MS = 10000, /* for what waits to be written */
    AUDIT_LAST_MS = 2000,  /* and for the last record */
};

/* Everything of one process that serves. */
struct serving {
    const struct pn_device *device;
    const struct pn_serve_operators *operators;
    struct pn_shared shared;
    struct port_store store;
    struct port_audit log;
    struct pn_audit_writer writer;
    struct pn_audit_thread audit_thread;
    struct pn_audit_ring rings[PN_WORKERS_MAX + 1];
    struct pn_worker workers[PN_WORKERS_MAX];
    struct pn_config config; /* what all workers share of theirs */
    struct pn_resolv_conf names;
    struct pn_certificates certificates;
    struct pn_secrets secrets;
    struct pn_control control;
    struct pn_listeners listeners;
    struct pn_notify notify;
    struct pn_watchdog watchdog;
    struct pn_system system;
    pthread_barrier_t begin;
    uint64_t told_sequence; /* of the policy that the service manager was told of */
};

enum made { NOT_MADE, MADE };

/* The empty statement keeps whole-program optimisation from dropping calls to what seems to do
 * nothing. */
__attribute__((weak, noinline)) void pn_serve_is_ready(void)
{
    __asm__ volatile("");
}

__attribute__((weak, noinline)) void pn_serve_is_over(void)
{
    __asm__ volatile("");
}

/* --- making everything --- */

/* The folders above `path`, for the gateway's eyes only where they are new. */
static enum made make_parents(const char *path)
{
    char above[4096];
    size_t len = strlen(path);

    if (len >= sizeof above) return MADE; /* opening it says what is wrong */
    for (size_t i = 1; i < len; i++) {
        if (path[i] != '/') continue;
        memcpy(above, path, i);
        above[i] = '\0';
        if (mkdir(above, 0700) == 0 || errno == EEXIST) continue;
        pn_log(PN_LOG_ERROR, "cannot make the folder %s for %s: %s", above, path, strerror(errno));
        return NOT_MADE;
    }
    return MADE;
}

static enum made key_failed(const struct serving *s, const char *name, uint64_t key_bytes)
{
    if (key_bytes != 32) {
        pn_log(PN_LOG_ERROR,
               "%s/%s is %llu bytes, not 32; restore it, or remove it to have a new one made",
               s->device->state_path, name, (unsigned long long)key_bytes);
    } else {
        pn_log(PN_LOG_ERROR, "%s/%s: %s", s->device->state_path, name, strerror(errno));
    }
    return NOT_MADE;
}

static enum made open_keys(struct serving *s)
{
    const char *state = s->device->state_path;
    struct pn_own_keys *own = pn_secrets_own(&s->secrets);
    uint8_t secret[PORT_ES256_PRIVATE_BYTES];
    uint64_t key_bytes;

    s->config.device_key = own->device_key;
    s->config.token_key = &own->token_key;
    if (!pn_device_key_load(state, own->device_key, &key_bytes)) {
        return key_failed(s, "device.key", key_bytes);
    }
    if (!pn_token_key_load(state, secret, &key_bytes)) return key_failed(s, "token.key", key_bytes);
    bool good = pn_token_key_of(&own->token_key, secret);
    pn_bytes_wipe(secret, sizeof secret);
    if (good) return MADE;
    pn_log(PN_LOG_ERROR, "%s/token.key is no private key; remove it to have a new one made", state);
    return NOT_MADE;
}

static enum made open_state(struct serving *s)
{
    const char *where = ".";
    uint32_t slot_bytes = s->device->policy_bytes_max + PN_SLOT_OVERHEAD_BYTES;

    if (make_parents(s->device->state_path) == NOT_MADE) return NOT_MADE;
    switch (pn_store_open(&s->store, s->device->state_path, slot_bytes, &where)) {
    case PN_STORE_OPEN: break;
    case PN_STORE_BUSY:
        pn_log(PN_LOG_ERROR, "another gateway uses the state directory %s", s->device->state_path);
        return NOT_MADE;
    case PN_STORE_FAILED:
        pn_log(PN_LOG_ERROR, "state directory %s: %s: %s", s->device->state_path, where,
               strerror(errno));
        return NOT_MADE;
    }
    return open_keys(s);
}

static void wake_worker(void *context, uint32_t index)
{
    struct serving *s = context;

    if (index < s->device->workers) port_net_wake(s->workers[index].net);
}

static enum made open_audit(struct serving *s)
{
    const struct pn_device *d = s->device;
    const char *where = d->audit_path;
    struct pn_audit_log_setup files = { .path = d->audit_path,
                                        .spool_folder = d->state_path,
                                        .wake_worker = wake_worker,
                                        .wake_context = s };
    uint8_t *batch = pn_memory_reserve(AUDIT_BATCH_BYTES);

    struct pn_audit_setup setup = {
        .port = &s->log,
        .rings = s->rings,
        .ring_count = d->workers + 1,
        .spool_bytes = pn_audit_spool_bytes(d->limits.exchanges_max),
        .batch = batch,
        .batch_bytes = AUDIT_BATCH_BYTES,
        .nonce = s->config.boot_nonce,
        .sync = d->audit_sync,
        .sync_ms = d->audit_sync_ms,
        .rotate_bytes = d->audit_rotate_bytes,
    };

    if (make_parents(d->audit_path) == NOT_MADE) return NOT_MADE;
    switch (pn_audit_log_open(&s->log, &files, &where)) {
    case PN_AUDIT_LOG_OPEN: break;
    case PN_AUDIT_LOG_BUSY:
        pn_log(PN_LOG_ERROR, "another process writes the audit log %s", where);
        return NOT_MADE;
    case PN_AUDIT_LOG_FAILED:
        pn_log(PN_LOG_ERROR, "audit log: %s: %s", where, strerror(errno));
        return NOT_MADE;
    }
    if (pn_audit_writer_open(&s->writer, &setup, port_clock_ms(), port_clock_unix_ms()) ==
        PORT_AUDIT_DONE) {
        return MADE;
    }
    pn_log(PN_LOG_ERROR, "audit log %s: %s", d->audit_path, strerror(pn_audit_log_error(&s->log)));
    return NOT_MADE;
}

static enum made make_config(struct serving *s)
{
    const struct pn_device *d = s->device;
    struct pn_config *c = &s->config;

    c->limits = d->limits;
    c->shared = &s->shared;
    c->public_url = d->public_url;
    c->audit = (struct pn_audit_config){ .masked = d->masked,
                                         .masked_count = d->masked_count,
                                         .facts = d->audit_facts,
                                         .sync_each = d->audit_sync == PN_AUDIT_SYNC_EACH };
    c->credentials = &s->secrets.credentials;
    pn_resolv_conf_read(&s->names);
    c->hosts = s->names.hosts;
    c->host_count = s->names.host_count;
    c->nameserver_count = d->nameserver_count > 0 ? d->nameserver_count : s->names.nameserver_count;
    memcpy(c->nameservers, d->nameserver_count > 0 ? d->nameservers : s->names.nameservers,
           sizeof c->nameservers);
    if (port_random((uint8_t *)&c->boot_nonce, sizeof c->boot_nonce) == PORT_RANDOM_DONE &&
        port_random(c->json_seed, sizeof c->json_seed) == PORT_RANDOM_DONE) {
        return MADE;
    }
    pn_log(PN_LOG_ERROR, "the system gives no random bytes");
    return NOT_MADE;
}

static enum made make_secrets(struct serving *s)
{
    return pn_secrets_make(&s->secrets, s->device) == PN_SECRETS_MADE ? MADE : NOT_MADE;
}

static enum made make_certificates(struct serving *s)
{
    if (!pn_certificates_make(&s->certificates, s->device)) return NOT_MADE;
    s->config.tls = &s->certificates.tls;
    return MADE;
}

static enum made make_workers(struct serving *s)
{
    for (uint32_t i = 0; i < s->device->workers; i++) {
        struct pn_config config = s->config;
        config.worker = i;
        config.audit.ring = &s->rings[i];
        enum pn_worker_result made =
            pn_worker_make(&s->workers[i], &config, s->listeners.listen, s->device);
        if (made == PN_WORKER_FAILED) {
            pn_log(PN_LOG_ERROR, "worker %u: no memory or descriptors for it: %s", i,
                   strerror(errno));
            return NOT_MADE;
        }
    }
    return MADE;
}

static enum made make_control(struct serving *s, const struct pn_serve_feed *feed)
{
    struct pn_control_setup setup = {
        .device = s->device,
        .shared = &s->shared,
        .store = &s->store,
        .writer = &s->writer,
        .ring = &s->rings[s->device->workers],
        .admin_listener = s->listeners.admin,
        .certificates = &s->certificates,
        .notify = &s->notify,
        .system = &s->system,
        .secrets = &s->secrets,
        .wake_worker = wake_worker,
        .wake_context = s,
        .feed = feed,
        .operators = s->operators,
    };

    for (uint32_t i = 0; i < s->device->workers; i++) {
        s->control.stats[i] = pn_gateway_stats(s->workers[i].gateway);
        s->control.tls_counts[i] = pn_gateway_tls_counts(s->workers[i].gateway);
    }
    return pn_control_make(&s->control, &setup) ? MADE : NOT_MADE;
}

/* --- running it --- */

static void make_watchdog(struct serving *s)
{
    s->watchdog = (struct pn_watchdog){ .notify = &s->notify,
                                        .worker_count = s->device->workers,
                                        .wake_worker = wake_worker,
                                        .wake_context = s };
    for (uint32_t i = 0; i < s->device->workers; i++) {
        s->watchdog.turns[i] = &s->workers[i].turns;
        s->watchdog.seen[i] = UINT32_MAX; /* none has turned, so the first word is due at once */
    }
}

static enum made start_threads(struct serving *s)
{
    make_watchdog(s);
    pthread_barrier_init(&s->begin, NULL, s->device->workers + 1);
    if (pn_audit_thread_start(&s->audit_thread, &s->writer, &s->log) == PN_AUDIT_THREAD_FAILED) {
        pn_log(PN_LOG_ERROR, "cannot start the audit thread: %s", strerror(errno));
        return NOT_MADE;
    }
    for (uint32_t i = 0; i < s->device->workers; i++) {
        if (pn_worker_start(&s->workers[i], &s->begin) == PN_WORKER_MADE) continue;
        pn_log(PN_LOG_ERROR, "cannot start worker %u: %s", i, strerror(errno));
        return NOT_MADE;
    }
    return MADE;
}

static void tell_ready(const struct serving *s)
{
    char at[PN_LISTENER_TEXT_BYTES], admin[PN_LISTENER_TEXT_BYTES];
    const struct pn_device *d = s->device;

    for (uint32_t i = 0; i < d->listen_count; i++) {
        pn_log(PN_LOG_INFO, "ready: listening on %s%s, admin on %s, %u worker%s",
               pn_listener_text(s->listeners.listen[i], at),
               d->tls[i].pair_count > 0 ? " with TLS" : "",
               pn_listener_text(s->listeners.admin, admin), d->workers, d->workers == 1 ? "" : "s");
    }
    pn_notify_say(&s->notify, "READY=1\nSTATUS=no policy: every call is answered 503");
}

static void tell_policy(struct serving *s)
{
    uint32_t current = atomic_load(&s->shared.current);
    uint64_t sequence = current == PN_GENERATION_NONE ? 0 : s->shared.generations[current].sequence;

    if (sequence == s->told_sequence) return;
    s->told_sequence = sequence;
    if (sequence == 0) pn_notify_say(&s->notify, "STATUS=no policy: every call is answered 503");
    else pn_notify_say(&s->notify, "STATUS=serving, policy %llu", (unsigned long long)sequence);
}

/* One turn of the control thread, with what the service manager wants to know. */
static void turn(struct serving *s, uint32_t wait_ms)
{
    pn_control_turn(&s->control, pn_watchdog_wait_ms(&s->watchdog, wait_ms));
    pn_watchdog_turn(&s->watchdog, port_clock_ms());
    tell_policy(s);
}

static uint32_t exchanges(const struct serving *s)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < s->device->workers; i++) {
        const struct pn_stats *stats = pn_gateway_stats(s->workers[i].gateway);
        sum += atomic_load_explicit(&stats->exchanges_open, memory_order_relaxed);
    }
    return sum;
}

/* Take nothing new, let what is under way end, at most for drain_ms. */
static void drain(struct serving *s)
{
    uint64_t until_ms = port_clock_ms() + s->device->limits.drain_ms;

    atomic_store(&s->shared.draining, 1);
    for (uint32_t i = 0; i < s->device->workers; i++) port_net_wake(s->workers[i].net);
    pn_log(PN_LOG_INFO, "draining: %u requests under way", exchanges(s));
    pn_notify_say(&s->notify, "STOPPING=1\nSTATUS=draining");
    while (exchanges(s) > 0 && port_clock_ms() < until_ms && !pn_control_hurried(&s->control)) {
        turn(s, 20);
    }
    uint32_t left = exchanges(s);
    if (left > 0) pn_log(PN_LOG_WARNING, "stopping with %u requests cut off", left);
}

/* That the gateway has stopped is the last record: what the workers put in is in the log before it,
 * or, where the log is failing, in spools that the next start reads first. */
static void tell_stopped(struct serving *s, uint64_t until_ms)
{
    pn_audit_writer_ending(&s->writer);
    port_audit_wake(&s->log);
    while (pn_audit_writer_bytes_waiting(&s->writer) > 0 && port_clock_ms() < until_ms) {
        pn_control_turn(&s->control, 1);
    }
    pn_control_tell(&s->control, PN_AUDIT_EVENT_GATEWAY_STOPPED, PN_SLICE(""));
}

static int stop(struct serving *s)
{
    uint64_t until_ms = port_clock_ms() + AUDIT_STOP_MS;

    for (uint32_t i = 0; i < s->device->workers; i++) pn_worker_stop(&s->workers[i]);
    tell_stopped(s, until_ms);
    pn_audit_writer_stop(&s->writer);
    if (pn_audit_thread_join(&s->audit_thread, AUDIT_LAST_MS) == PN_AUDIT_THREAD_FAILED) {
        pn_log(PN_LOG_ERROR, "the audit log cannot be written; its last records wait in %s",
               s->device->state_path);
        return 1;
    }
    pn_secrets_wipe(&s->secrets);
    pn_audit_log_shut(&s->log);
    pn_store_shut(&s->store);
    pn_log(PN_LOG_INFO, "stopped");
    return 0;
}

/* Rights are given up between what needs them, ports, and all the rest. */
static enum made enter(struct serving *s)
{
    pn_notify_open(&s->notify);
    if (!pn_listeners_open(&s->listeners, s->device)) return NOT_MADE;
    return pn_sandbox_enter(s->device, &s->system) ? MADE : NOT_MADE;
}

static enum made make(struct serving *s, const struct pn_serve_feed *feed)
{
    if (make_config(s) == NOT_MADE || enter(s) == NOT_MADE || make_secrets(s) == NOT_MADE ||
        open_state(s) == NOT_MADE || open_audit(s) == NOT_MADE ||
        make_certificates(s) == NOT_MADE || make_workers(s) == NOT_MADE ||
        make_control(s, feed) == NOT_MADE) {
        return NOT_MADE;
    }
    struct pn_sandbox_needs needs = { &s->certificates, &s->secrets,
                                      feed ? PN_LANDLOCK_SIGNALS_ANY : PN_LANDLOCK_SIGNALS_NONE };
    if (!pn_sandbox_shut(s->device, &needs, &s->system)) return NOT_MADE;
    if (start_threads(s) == NOT_MADE) return NOT_MADE;
    return pn_sandbox_seal(s->device, &s->system) ? MADE : NOT_MADE;
}

int pn_serve(const struct pn_device *device, const struct pn_serve_feed *feed,
             const struct pn_serve_operators *operators)
{
    struct serving *s = pn_memory_reserve(sizeof *s);

    if (!s) return 1;
    pn_memory_hide(s, sizeof *s);
    s->device = device;
    s->operators = operators;
    pn_shared_init(&s->shared);
    if (make(s, feed) == NOT_MADE) return 1;
    pn_control_tell(&s->control, PN_AUDIT_EVENT_GATEWAY_STARTED, PN_SLICE(""));
    pn_control_install_first(&s->control);
    pthread_barrier_wait(&s->begin); /* who waited in an inherited socket meets the policy */
    pn_serve_is_ready();
    tell_ready(s);
    while (!pn_control_asked_to_stop(&s->control)) turn(s, 1000);
    drain(s);
    int status = stop(s);
    pn_serve_is_over();
    return status;
}
