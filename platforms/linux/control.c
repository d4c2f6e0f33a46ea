/* see control.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/control.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platforms/linux/control_revocations.h"
#include "platforms/linux/control_told.h"
#include "platforms/linux/log.h"
#include "platforms/linux/memory.h"
#include "platforms/linux/net/shim.h"
#include "platforms/linux/since_file.h"
#include "platforms/linux/version.h"
#include "port/port_clock.h"
#include "port/port_random.h"

enum { FEED_WAIT_MS = 100, ADMIN_SOCKETS = PN_ADMIN_CONNS_MAX + 4, ADMIN_TLS_BYTES = 2 << 20 };

/* A signal handler has no argument, so these two belong to the process. */
static volatile sig_atomic_t stop_signals, reload_signals, rotate_signals;
static struct port_net *signal_net;

static void on_signal(int signal)
{
    int error = errno;

    if (signal == SIGHUP) reload_signals = 1;
    else if (signal == SIGUSR1) rotate_signals = 1;
    else stop_signals = stop_signals + 1;
    port_net_wake(signal_net);
    errno = error;
}

static void take_signals(struct port_net *net)
{
    struct sigaction action = { .sa_handler = on_signal };
    static const int signals[] = { SIGHUP, SIGUSR1, SIGTERM, SIGINT };

    signal_net = net;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaction(signals[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

bool pn_control_asked_to_stop(const struct pn_control *c)
{
    (void)c;
    return stop_signals > 0;
}

bool pn_control_hurried(const struct pn_control *c)
{
    (void)c;
    return stop_signals > 1;
}

/* --- making --- */

static void installed(void *context, const struct pn_install_result *r)
{
    pn_control_told(context, r);
}

static void denied(void *context, const struct pn_admin_denied *d)
{
    pn_control_told_denied(context, d);
}

/* What operators sent to prove who they are is in it while they are served. */
static void *reserve_hidden(size_t bytes)
{
    void *memory = pn_memory_reserve(bytes);

    if (memory) pn_memory_hide(memory, bytes);
    return memory;
}

static bool secure(struct pn_control *c)
{
    struct pn_tls *tls = &c->setup.certificates->tls;

    if (c->setup.device->tls[PN_LISTENERS_MAX].pair_count == 0) return true;
    void *memory = reserve_hidden(ADMIN_TLS_BYTES);
    struct port_tls *engine = memory ? pn_tls_engine(tls, c->net, memory, ADMIN_TLS_BYTES) : NULL;
    return engine && pn_admin_server_secure(c->server, tls, engine);
}

/* Where passwords are verified, and a key that nobody knows. As much as any costs: operators come later,
 * and it is resident only while it is used. */
static bool make_passwords(struct pn_control *c)
{
    struct pn_passwords *p = &c->admin.door.passwords;

    if (c->setup.device->door.operator_count == 0) return true;
    p->memory_bytes = (size_t)PN_PASSWORD_KIB_MAX * 1024;
    p->memory = reserve_hidden(p->memory_bytes);
    return p->memory && port_random(p->secret, sizeof p->secret) == PORT_RANDOM_DONE;
}

static bool make_net(struct pn_control *c, struct pn_writer body)
{
    size_t shim_size = shim_bytes(ADMIN_SOCKETS + 1);
    size_t net_size = port_net_bytes(ADMIN_SOCKETS);
    void *shim_memory = pn_memory_reserve(shim_size);
    void *net_memory = pn_memory_reserve(net_size);
    struct shim *shim = shim_memory ? shim_init(shim_memory, shim_size, ADMIN_SOCKETS + 1) : NULL;

    if (!shim || !net_memory) return false;
    shim_enter(shim);
    c->net = port_net_init(net_memory, net_size, ADMIN_SOCKETS);
    struct xSOCKET *native = shim_adopt(shim, c->setup.admin_listener, PN_ADMIN_CONNS_MAX);
    if (!c->net || !native) return false;
    int32_t listener = port_net_listen_adopt(c->net, (intptr_t)native);
    c->server = reserve_hidden(sizeof *c->server);
    if (listener < 0 || !c->server) return false;
    pn_admin_server_init(c->server, &c->admin, c->net, listener, body);
    return secure(c) && make_passwords(c);
}

static bool make_install(struct pn_control *c)
{
    const struct pn_device *d = c->setup.device;
    struct pn_install *in = &c->install;
    uint32_t bytes = d->policy_bytes_max;

    in->shared = c->setup.shared;
    in->upstream_tls =
        c->setup.certificates->tls.sets[0].roots.roots[0] ? PN_INSTALL_TLS : PN_INSTALL_PLAIN;
    pn_install_for(in, d);
    /* While one develops it is told; calls to the upstream are refused by its name. */
    in->credentials = c->setup.feed ? NULL : &c->setup.secrets->credentials;
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) {
        void *memory = pn_memory_reserve(bytes);
        if (!memory) return false;
        in->memory[i] = pn_writer(memory, bytes);
    }
    in->self_test_room = pn_memory_reserve(sizeof *in->self_test_room);
    if (in->self_test_room == NULL) return false;
    return pn_install_open(in, c->setup.store) == PN_SEAL_ACCEPTED;
}

bool pn_control_make(struct pn_control *c, const struct pn_control_setup *setup)
{
    uint32_t bytes = setup->device->policy_bytes_max;
    void *file = pn_memory_reserve(bytes);
    void *feed = pn_memory_reserve(bytes);
    void *pushed = pn_memory_reserve(bytes);

    c->since = pn_memory_reserve(sizeof *c->since);

    c->setup = *setup;
    c->file = pn_writer(file, bytes);
    c->admin = (struct pn_admin){
        .shared = setup->shared,
        .install = &c->install,
        .audit = setup->writer,
        .stats = c->stats,
        .tls_counts = c->tls_counts,
        .tls_end_s = &c->setup.certificates->end_s,
        .tls_refusals = &c->setup.certificates->refusals,
        .credential_reloads = &setup->secrets->reloads,
        .credential_failures = &setup->secrets->refusals,
        .worker_count = setup->device->workers,
        .version = PN_SLICE(PN_VERSION),
        .system = setup->system,
        .since = c->since,
        .installed = installed,
        .denied = denied,
        .door = { .rules = &setup->device->door, .at = setup->device->admin },
        .context = c,
    };
    c->feed.socket = setup->feed ? setup->feed->socket : -1;
    c->feed.body = pn_writer(feed, bytes);
    if (setup->device->file_path) stat(setup->device->file_path, &c->device_file);
    if (!file || !feed || !pushed || !c->since || !make_net(c, pn_writer(pushed, bytes)) ||
        !make_install(c) || !pn_control_revocations_make(c)) {
        pn_log(PN_LOG_ERROR, "no memory for the control thread, or the slots cannot be read");
        return false;
    }
    pn_operators_make(&c->operators, setup->device, setup->operators);
    pn_since_file_read(setup->device->state_path, c->since);
    take_signals(c->net);
    return true;
}

/* --- policies --- */

static void install_told(struct pn_control *c, const struct pn_install_result *r,
                         const char *source)
{
    c->source = source;
    pn_control_told(c, r);
    c->source = NULL;
}

static void install(struct pn_control *c, struct pn_slice sealed, const char *source)
{
    struct pn_install_result r =
        pn_install_sealed(&c->install, sealed, port_clock_unix_ms() / 1000);
    install_told(c, &r, source);
}

/* Read the file of a policy or a key set; false, told, when it cannot be read. */
static bool read_sealed_file(struct pn_control *c, const char *what, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 0;

    c->file.len = 0;
    while (file >= 0 && c->file.len < c->file.max &&
           (got = read(file, c->file.at + c->file.len, c->file.max - c->file.len)) > 0) {
        c->file.len += (size_t)got;
    }
    int error = errno;
    if (file >= 0) close(file);
    if (file >= 0 && got == 0) return true;
    bool full = file >= 0 && got > 0;
    pn_log(PN_LOG_ERROR, "%s %s: %s", what, path,
           full ? "larger than policy.bytes_max" : strerror(error));
    pn_absence_tell(&c->setup.shared->absence, PN_SLICE("the policy file cannot be read"));
    return false;
}

static void install_from(struct pn_control *c, const char *what, const char *path)
{
    char source[512];

    if (!path || !read_sealed_file(c, what, path)) return;
    snprintf(source, sizeof source, "%s %s", what, path);
    install(c, pn_slice(c->file.at, c->file.len), source);
}

static void install_file(struct pn_control *c)
{
    install_from(c, "key set file", c->setup.device->keyset_path);
    install_from(c, "policy file", c->setup.device->policy_path);
}

/* Said once, and again only after the clock was right. */
static void watch_clock(struct pn_control *c, const struct pn_now *now)
{
    int64_t now_unix = now->unix_ms / 1000;
    enum pn_clock clock = pn_install_time(&c->install, now_unix, now->mono_us / 1000000);
    bool behind = clock == PN_CLOCK_BEHIND;
    char what[48];

    if (behind == (c->clock_told == PN_CLOCK_BEHIND)) return;
    c->clock_told = (uint8_t)clock;
    if (!behind) {
        pn_log(PN_LOG_INFO, "the clock is no longer behind a time that has passed");
        return;
    }
    int64_t by_s = (int64_t)c->install.floor.floor_s - now_unix;
    int len = snprintf(what, sizeof what, "by %lld s", (long long)by_s);
    pn_log(PN_LOG_ERROR,
           "the clock went back %s: what comes to an end is judged by the time it was, and "
           "certificates and tokens are refused",
           what);
    pn_control_tell(c, PN_AUDIT_EVENT_CLOCK_BEHIND, pn_slice(what, (size_t)len));
}

void pn_control_install_first(struct pn_control *c)
{
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };

    watch_clock(c, &now);
    struct pn_install_result r = pn_install_held(&c->install, now.unix_ms / 1000);

    if (c->install.keyring.lost) pn_control_told_lost(c);
    pn_control_revocations_tell(c);
    if (r.verdict == PN_INSTALL_DONE || !pn_control_is_named(&r, PN_SEAL_EMPTY)) {
        install_told(c, &r, "kept in the state directory");
    }
    install_file(c);
    if (!pn_control_active(c) && !c->setup.feed) {
        pn_log(PN_LOG_WARNING, "no policy: every call is answered 503 until one is installed");
    }
}

static void reload(struct pn_control *c)
{
    const struct pn_device *d = c->setup.device;
    struct stat now;

    if (d->file_path && stat(d->file_path, &now) == 0 &&
        (now.st_mtim.tv_sec != c->device_file.st_mtim.tv_sec ||
         now.st_mtim.tv_nsec != c->device_file.st_mtim.tv_nsec ||
         now.st_size != c->device_file.st_size || now.st_ino != c->device_file.st_ino)) {
        pn_log(PN_LOG_WARNING, "%s has changed; restart to use %s", d->file_path,
               d->operators_here ? "more of it than its operators" : "it");
    }
    if (c->setup.feed && c->setup.feed->process > 0) kill(c->setup.feed->process, SIGHUP);
    install_file(c);
    pn_certificates_hurry(c->setup.certificates);
    pn_secrets_hurry(c->setup.secrets);
    pn_operators_hurry(&c->operators);
}

/* The key that signs bundles is the device file's, so to speak; a key set replaces it like those. */
static void install_bundle(struct pn_control *c)
{
    const struct pn_install *in = &c->install;
    uint32_t refusals = in->refusals;

    install(c, pn_slice(c->feed.body.at, c->feed.body.len), "bundle");
    if (in->refusals == refusals || in->keyring.keys.version == 0) return;
    if (!pn_control_is_named(&in->last_refusal, PN_SEAL_KEY_UNKNOWN)) return;
    pn_log(PN_LOG_WARNING,
           "the state directory keeps a key set, which does not have the throw-away key of --dev: "
           "use another state directory for development");
}

static void read_feed(struct pn_control *c)
{
    switch (pn_feed_read(&c->feed)) {
    case PN_FEED_POLICY: install_bundle(c); return;
    case PN_FEED_COMPLAINT:
        pn_log(PN_LOG_ERROR, "the bundle does not compile; %s:",
               pn_control_active(c) ? "the policy before stays" : "there is no policy yet");
        if (write(STDERR_FILENO, c->feed.body.at, c->feed.body.len) < 0) return;
        pn_control_tell(c, PN_AUDIT_EVENT_POLICY_REFUSED, PN_SLICE("the bundle does not compile"));
        pn_absence_tell(&c->setup.shared->absence, PN_SLICE("the bundle does not compile"));
        return;
    case PN_FEED_NOTES:
        if (write(STDERR_FILENO, c->feed.body.at, c->feed.body.len) < 0) return;
        return;
    case PN_FEED_ENDED:
        pn_log(PN_LOG_ERROR, "the compiler process has ended; changes are no longer seen");
        c->feed.socket = -1;
        return;
    case PN_FEED_NOTHING: return;
    }
}

static void watch_signer(struct pn_control *c, int64_t now_unix)
{
    const struct pn_active *before = pn_control_active(c);
    struct pn_install_result r = { .verdict = PN_INSTALL_DONE };

    if (!pn_install_watch(&c->install, now_unix)) return;
    c->expiry_told = 0;
    const struct pn_active *a = pn_control_active(c);
    if (a && (!before || a->sequence > before->sequence)) {
        install_told(c, &r, "kept in the state directory");
        return;
    }
    pn_log(PN_LOG_ERROR, "the key that signed the policy has come to its end: %s",
           a ? "the policy before is in force again" : "every call is answered 503");
    pn_control_tell(c, PN_AUDIT_EVENT_POLICY_WITHDRAWN, pn_seal_refusal_name(PN_SEAL_KEY_EXPIRED));
}

static void watch_kept(struct pn_control *c)
{
    bool unkept = c->install.unkept;

    if (unkept == (c->unkept_told != 0)) return;
    c->unkept_told = unkept ? 1 : 0;
    if (unkept) {
        pn_log(PN_LOG_ERROR, "the state directory does not keep when a signing key ended: "
                             "a restart with a clock that is behind may believe the key again");
    } else {
        pn_log(PN_LOG_INFO, "the state directory keeps the time again");
    }
}

static void watch_expiry(struct pn_control *c, int64_t now_unix)
{
    const struct pn_active *a = pn_control_active(c);

    if (!a || c->expiry_told) return;
    if (pn_active_usable(a, pn_shared_now(c->setup.shared, now_unix)) == PN_REASON_NONE) return;
    c->expiry_told = 1;
    pn_log(PN_LOG_ERROR, "the policy has expired: every call is answered 503");
}

static void watch_freshness(struct pn_control *c)
{
    bool stale = pn_freshness_is_stale(&c->install.fresh);
    bool denies = c->setup.device->on_stale == PN_STALE_DENY;

    if (stale == (c->stale_told != 0)) return;
    c->stale_told = stale ? 1 : 0;
    if (!stale) {
        pn_log(PN_LOG_INFO, "a timestamp has come again");
        return;
    }
    pn_log(denies ? PN_LOG_ERROR : PN_LOG_WARNING, "no timestamp has come for too long: %s",
           denies ? "every call is answered 503" : "the policy may not be the newest");
    pn_control_tell(c, PN_AUDIT_EVENT_POLICY_STALE, PN_SLICE(""));
}

static void watch_certificates(struct pn_control *c, uint64_t now_ms)
{
    if (!pn_certificates_watch(c->setup.certificates, now_ms)) return;
    pn_admin_server_load(c->server);
    for (uint32_t i = 0; i < c->setup.device->workers; i++) {
        c->setup.wake_worker(c->setup.wake_context, i);
    }
}

/* However it came in force. */
static void watch_inventory(struct pn_control *c, int64_t now_unix)
{
    const struct pn_active *a = pn_control_active(c);

    if (!a || !pn_since_note(c->since, a, now_unix)) return;
    if (pn_since_file_write(c->setup.device->state_path, c->since)) return;
    pn_log(PN_LOG_WARNING, "inventory.since is not kept in the state directory: %s",
           strerror(errno));
}

static void watch_secrets(struct pn_control *c, uint64_t now_ms)
{
    switch (pn_secrets_watch(c->setup.secrets, now_ms)) {
    case PN_SECRETS_SAME: return;
    case PN_SECRETS_NEW: pn_control_told_changed(c); return;
    case PN_SECRETS_REFUSED: pn_control_told_missing(c); return;
    }
}

static void watch_operators(struct pn_control *c, uint64_t now_ms)
{
    const char *change = c->operators.change;

    switch (pn_operators_watch(&c->operators, now_ms)) {
    case PN_OPERATORS_SAME: return;
    case PN_OPERATORS_REFUSED:
        pn_control_tell(c, PN_AUDIT_EVENT_OPERATORS_REFUSED, PN_SLICE(""));
        return;
    case PN_OPERATORS_NEW: break;
    }
    pn_door_take(&c->admin.door, c->operators.current);
    if (change[0] == '\0') return;
    pn_control_tell(c, PN_AUDIT_EVENT_OPERATORS_CHANGED, pn_slice(change, strlen(change)));
}

void pn_control_turn(struct pn_control *c, uint32_t wait_ms)
{
    if (c->feed.socket >= 0 && wait_ms > FEED_WAIT_MS) wait_ms = FEED_WAIT_MS;
    port_net_wait(c->net, wait_ms);
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };
    watch_clock(c, &now);
    pn_admin_server_step(c->server, &now);
    bool reloads = reload_signals != 0;
    if (reloads) {
        reload_signals = 0;
        pn_notify_reloading(c->setup.notify);
        reload(c);
    }
    if (rotate_signals) {
        rotate_signals = 0;
        pn_audit_writer_rotate(c->setup.writer);
    }
    if (c->feed.socket >= 0) read_feed(c);
    watch_inventory(c, now.unix_ms / 1000);
    watch_certificates(c, now.mono_us / 1000);
    watch_secrets(c, now.mono_us / 1000);
    watch_operators(c, now.mono_us / 1000);
    if (reloads) pn_notify_say(c->setup.notify, "READY=1");
    watch_signer(c, now.unix_ms / 1000);
    watch_kept(c);
    watch_expiry(c, now.unix_ms / 1000);
    watch_freshness(c);
    pn_control_revocations_watch(c, now.mono_us / 1000);
    pn_control_told_untold(c);
}
