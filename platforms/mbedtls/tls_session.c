/* see port_tls.h
 *
 * A record that the socket does not take whole stays in the library's buffer. Its bytes count as sent
 * from then on: they are encrypted under a number that is used up, so they can neither be taken back
 * nor be changed. `taken` remembers them until they have left.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/error.h>

#include "platforms/mbedtls/tls_engine.h"
#include "port/port_clock.h"

enum { STEPS_PER_CALL = 40, TICKETS_PER_READ = 8 };

/* --- beneath: the socket --- */

static int send_below(void *context, const unsigned char *from, size_t bytes)
{
    struct port_tls_session *s = context;
    int32_t sent = port_net_send(s->config->tls->net, s->socket, from, bytes);

    if (sent == PORT_NET_AGAIN) return MBEDTLS_ERR_SSL_WANT_WRITE;
    return sent > 0 ? (int)sent : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int recv_below(void *context, unsigned char *into, size_t bytes_max)
{
    struct port_tls_session *s = context;
    int32_t got = port_net_recv(s->config->tls->net, s->socket, into, bytes_max);

    if (got == PORT_NET_AGAIN) return MBEDTLS_ERR_SSL_WANT_READ;
    return got > 0 ? (int)got : MBEDTLS_ERR_SSL_CONN_EOF;
}

/* --- beginning and end --- */

static void count(_Atomic uint32_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void count_failed(struct port_tls *tls, bool is_client, enum port_tls_cause cause)
{
    count(is_client ? &tls->counts.upstream_failed[cause] : &tls->counts.failed[cause]);
}

/* Called for each certificate of a chain, its root first. */
static int look_at(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    struct port_tls_session *s = context;
    int64_t unix_ms = port_clock_sure_ms(), end_s = pn_tls_seconds_of(&crt->valid_to);

    (void)depth;
    if (unix_ms < 0) *flags |= MBEDTLS_X509_BADCERT_FUTURE; /* one may be valid since 1970 */
    if (!s->anchored) {
        port_sha256(crt->raw.p, crt->raw.len, s->anchor);
        s->proof = (struct tls_proof){ unix_ms / 1000, end_s };
    }
    if (end_s < s->proof.end_s) s->proof.end_s = end_s;
    s->anchored = true;
    return 0;
}

static struct port_tls_session *new_session(struct port_tls_config *config, int32_t socket)
{
    uint32_t refused = config->tls->arena.refused_count;
    struct port_tls_session *s = mbedtls_calloc(1, sizeof *s);

    if (!s) return NULL;
    s->config = config;
    s->socket = socket;
    s->saved = PORT_TLS_UNSAVED;
    s->refused_count = refused;
    mbedtls_ssl_init(&s->ssl);
    if (mbedtls_ssl_setup(&s->ssl, &config->ssl) != 0) {
        mbedtls_ssl_free(&s->ssl);
        mbedtls_free(s);
        return NULL;
    }
    mbedtls_ssl_set_bio(&s->ssl, s, send_below, recv_below, NULL);
    if (config->trust) mbedtls_ssl_set_verify(&s->ssl, look_at, s);
    pn_tls_config_hold(config);
    count(&config->tls->counts.sessions);
    return s;
}

static void free_session(struct port_tls_session *s)
{
    struct port_tls_config *config = s->config;

    atomic_fetch_sub_explicit(&config->tls->counts.sessions, 1, memory_order_relaxed);
    mbedtls_ssl_free(&s->ssl);
    mbedtls_free(s);
    pn_tls_config_release(config);
}

struct port_tls_session *port_tls_accept(struct port_tls_config *config, int32_t socket)
{
    struct port_tls *tls = config->tls;
    struct arena *before = pn_tls_enter(tls);

    pn_tls_tickets_turn(tls);
    struct port_tls_session *s = new_session(config, socket);
    if (!s) count_failed(tls, false, PORT_TLS_MEMORY);
    pn_tls_leave(tls, before);
    return s;
}

/* The name it must prove; "example.org." is "example.org". */
static int set_host(struct port_tls_session *s, struct port_tls_text host)
{
    char name[256];

    if (host.len > 1 && host.at[host.len - 1] == '.') host.len--;
    if (host.len == 0 || host.len >= sizeof name) return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    memcpy(name, host.at, host.len);
    name[host.len] = '\0';
    return mbedtls_ssl_set_hostname(&s->ssl, name);
}

/* Whoever is resumed was verified a while ago: not too long, and nothing of the chain is over. */
static bool still_holds(const struct tls_proof *proof)
{
    int64_t unix_ms = port_clock_sure_ms(), now_s = unix_ms / 1000;

    return unix_ms >= 0 && now_s >= proof->at_s && now_s - proof->at_s < PORT_TLS_PROOF_S &&
           now_s <= proof->end_s;
}

/* One that cannot be taken up is no reason to fail: there is the whole handshake. */
static void resume(struct port_tls_session *s, const struct tls_saved *saved)
{
    s->era = saved->era;
    if (!saved->session || !still_holds(&saved->proof)) return;
    s->proof = saved->proof;
    s->offers = mbedtls_ssl_set_session(&s->ssl, saved->session) == 0;
}

struct port_tls_session *port_tls_connect(struct port_tls_config *config, int32_t socket,
                                          struct port_tls_text host, uint16_t saved)
{
    struct port_tls *tls = config->tls;
    struct arena *before = pn_tls_enter(tls);
    struct port_tls_session *s = new_session(config, socket);

    if (s && set_host(s, host) != 0) {
        free_session(s);
        s = NULL;
    }
    if (s) {
        s->is_client = true;
        s->saved = saved;
        if (saved < PORT_TLS_SAVED_MAX) resume(s, &tls->saved[saved]);
    } else {
        count_failed(tls, true, PORT_TLS_MEMORY);
    }
    pn_tls_leave(tls, before);
    return s;
}

void port_tls_end(struct port_tls_session *s)
{
    struct port_tls *tls = s->config->tls;
    struct arena *before = pn_tls_enter(tls);

    free_session(s);
    pn_tls_leave(tls, before);
}

/* --- resumption --- */

/* The number is another's by now, or other roots are in force than when the session began. */
static bool is_forgotten(const struct port_tls_session *s)
{
    return s->saved < PORT_TLS_SAVED_MAX && s->config->tls->saved[s->saved].era != s->era;
}

/* Once a session: a server sends several tickets, and one will do. */
static void keep(struct port_tls_session *s)
{
    if (s->saved >= PORT_TLS_SAVED_MAX || s->kept || is_forgotten(s)) return;
    struct tls_saved *saved = &s->config->tls->saved[s->saved];
    mbedtls_ssl_session *copy = mbedtls_calloc(1, sizeof *copy);
    if (!copy) return;
    mbedtls_ssl_session_init(copy);
    if (mbedtls_ssl_get_session(&s->ssl, copy) != 0) {
        mbedtls_ssl_session_free(copy);
        mbedtls_free(copy);
        return;
    }
    pn_tls_saved_drop(saved);
    saved->session = copy;
    saved->proof = s->proof;
    s->kept = true;
}

/* --- the handshake --- */

/* Of several things that are wrong with a certificate, the one to put right first. */
static enum port_tls_cause cause_of_flags(uint32_t flags)
{
    if (flags == 0) return PORT_TLS_PROTOCOL;
    if (flags & MBEDTLS_X509_BADCERT_MISSING) return PORT_TLS_ABSENT;
    if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) return PORT_TLS_UNTRUSTED;
    if (flags & MBEDTLS_X509_BADCERT_EXPIRED) return PORT_TLS_EXPIRED;
    if (flags & MBEDTLS_X509_BADCERT_FUTURE) return PORT_TLS_NOT_YET;
    if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) return PORT_TLS_NAME;
    return PORT_TLS_UNFIT;
}

static enum port_tls_cause cause_of(const struct port_tls_session *s, int error)
{
    if (s->config->tls->arena.refused_count != s->refused_count) return PORT_TLS_MEMORY;
    switch (error) {
    case MBEDTLS_ERR_SSL_ALLOC_FAILED: return PORT_TLS_MEMORY;
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE: /* one whose use is another, or that cannot be read */
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
        return cause_of_flags(mbedtls_ssl_get_verify_result(&s->ssl));
    case MBEDTLS_ERR_X509_FATAL_ERROR: return PORT_TLS_UNFIT; /* pn_tls_roots_find() says so */
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE: return PORT_TLS_ABSENT;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return PORT_TLS_ALERT;
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return PORT_TLS_CLOSED;
    default: return PORT_TLS_PROTOCOL;
    }
}

/* What was to be resumed may be why: a server that has given up its version refuses all that follows. */
static void forget_saved(struct port_tls_session *s)
{
    if (!s->is_client || s->saved >= PORT_TLS_SAVED_MAX || is_forgotten(s)) return;
    pn_tls_saved_drop(&s->config->tls->saved[s->saved]);
}

/* The caller has entered the engine. */
static enum port_tls_step fail(struct port_tls_session *s, enum port_tls_cause cause)
{
    s->state = TLS_BROKEN;
    s->cause = (uint8_t)cause;
    count_failed(s->config->tls, s->is_client, cause);
    forget_saved(s);
    return PORT_TLS_FAULT;
}

/* Does what was done in this state take a public-key operation? */
static bool is_costly(int state)
{
    switch (state) {
    case MBEDTLS_SSL_CLIENT_HELLO:
    case MBEDTLS_SSL_SERVER_HELLO:
    case MBEDTLS_SSL_SERVER_CERTIFICATE:
    case MBEDTLS_SSL_SERVER_KEY_EXCHANGE:
    case MBEDTLS_SSL_CLIENT_CERTIFICATE:
    case MBEDTLS_SSL_CLIENT_KEY_EXCHANGE:
    case MBEDTLS_SSL_CERTIFICATE_VERIFY:
    case MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY: return true;
    default: return false;
    }
}

static enum port_tls_step opened(struct port_tls_session *s)
{
    struct port_tls_counts *counts = &s->config->tls->counts;

    if (s->is_client && !s->certified && is_forgotten(s)) return fail(s, PORT_TLS_UNTRUSTED);
    s->state = TLS_OPEN;
    count(s->is_client ? &counts->upstream_done : &counts->handshakes);
    if (!s->certified) count(&counts->resumed);
    /* TLS 1.3 sends its tickets later. */
    if (s->is_client && mbedtls_ssl_get_version_number(&s->ssl) == MBEDTLS_SSL_VERSION_TLS1_2) {
        keep(s);
    }
    return PORT_TLS_DONE;
}

/* Where a certificate need not be shown the library goes on with a bad one. */
static enum port_tls_step refuse_bad(struct port_tls_session *s)
{
    const uint32_t none = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    uint32_t flags = mbedtls_ssl_get_verify_result(&s->ssl);

    if ((flags & ~none) == 0) return PORT_TLS_DONE;
    (void)mbedtls_ssl_send_alert_message(&s->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                         MBEDTLS_SSL_ALERT_MSG_BAD_CERT);
    return fail(s, cause_of_flags(flags));
}

/* One of the signatures that were put off. */
static enum port_tls_step settle(struct port_tls_session *s)
{
    if (pn_tls_links_settle(&s->links) == 0) return PORT_TLS_TURN;
    if (cause_of(s, 0) == PORT_TLS_MEMORY) return fail(s, PORT_TLS_MEMORY);
    (void)mbedtls_ssl_send_alert_message(&s->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                         MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA);
    return fail(s, PORT_TLS_UNTRUSTED);
}

static int take_step(struct port_tls_session *s)
{
    pn_tls_links_enter(&s->links);
    int result = mbedtls_ssl_handshake_step(&s->ssl);
    pn_tls_links_leave();
    return result;
}

static enum port_tls_step shake(struct port_tls_session *s)
{
    for (int i = 0; i < STEPS_PER_CALL; i++) {
        if (s->links.count > 0) return settle(s);
        int state = s->ssl.MBEDTLS_PRIVATE(state);
        if (state == MBEDTLS_SSL_HANDSHAKE_OVER) return opened(s);
        if (state == MBEDTLS_SSL_SERVER_CERTIFICATE) s->certified = true;
        int result = take_step(s);
        if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) {
            return PORT_TLS_AGAIN;
        }
        if (result != 0) return fail(s, cause_of(s, result));
        if (state == MBEDTLS_SSL_CLIENT_CERTIFICATE && !s->is_client &&
            refuse_bad(s) == PORT_TLS_FAULT) {
            return PORT_TLS_FAULT;
        }
        if (is_costly(state) && s->ssl.MBEDTLS_PRIVATE(state) != state) return PORT_TLS_TURN;
    }
    return PORT_TLS_TURN;
}

enum port_tls_step port_tls_handshake(struct port_tls_session *s)
{
    struct arena *before = pn_tls_enter(s->config->tls);

    PN_ASSERT(s->state == TLS_SHAKES);
    enum port_tls_step step = shake(s);
    pn_tls_leave(s->config->tls, before);
    return step;
}

void port_tls_timed_out(struct port_tls_session *s)
{
    struct arena *before = pn_tls_enter(s->config->tls);

    if (s->state == TLS_SHAKES) (void)fail(s, PORT_TLS_TIMEOUT);
    pn_tls_leave(s->config->tls, before);
}

enum port_tls_cause port_tls_cause(const struct port_tls_session *s)
{
    return (enum port_tls_cause)s->cause;
}

int port_tls_offered(const struct port_tls_session *s)
{
    return s->state == TLS_BROKEN && s->offers && !s->certified;
}

/* --- bytes --- */

static int32_t broken(struct port_tls_session *s)
{
    s->state = TLS_BROKEN;
    return PORT_NET_FAULT;
}

static int32_t read_some(struct port_tls_session *s, void *into, size_t bytes_max)
{
    for (int i = 0; i < TICKETS_PER_READ; i++) {
        int got = mbedtls_ssl_read(&s->ssl, into, bytes_max);
        switch (got) {
        case MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET: keep(s); continue;
        case MBEDTLS_ERR_SSL_WANT_READ:
        case MBEDTLS_ERR_SSL_WANT_WRITE: return PORT_NET_AGAIN;
        case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: s->state = TLS_ENDED; return PORT_NET_EOF;
        default: return got > 0 ? (int32_t)got : broken(s); /* 0: it just ended */
        }
    }
    return PORT_NET_AGAIN;
}

int32_t port_tls_recv(struct port_tls_session *s, void *into, size_t bytes_max)
{
    if (s->state == TLS_ENDED) return PORT_NET_EOF;
    if (s->state != TLS_OPEN) return PORT_NET_FAULT;
    struct arena *before = pn_tls_enter(s->config->tls);
    int32_t got = read_some(s, into, bytes_max < INT32_MAX ? bytes_max : INT32_MAX);
    pn_tls_leave(s->config->tls, before);
    return got;
}

int port_tls_unsent(const struct port_tls_session *s)
{
    return s->state != TLS_BROKEN && s->ssl.MBEDTLS_PRIVATE(out_left) != 0;
}

/* The library goes on with the record it holds and does not look at what it is given. */
static enum port_net_result flush(struct port_tls_session *s)
{
    static const unsigned char nothing[1];

    int sent = mbedtls_ssl_write(&s->ssl, nothing, s->taken > 0 ? s->taken : 1);
    if (sent == MBEDTLS_ERR_SSL_WANT_WRITE) return PORT_NET_AGAIN;
    if (sent < 0) return (enum port_net_result)broken(s);
    s->taken = 0;
    return PORT_NET_DONE;
}

enum port_net_result port_tls_flush(struct port_tls_session *s)
{
    if (s->state == TLS_BROKEN) return PORT_NET_FAULT;
    if (s->state == TLS_SHAKES || !port_tls_unsent(s)) return PORT_NET_DONE;
    struct arena *before = pn_tls_enter(s->config->tls);
    enum port_net_result result = flush(s);
    pn_tls_leave(s->config->tls, before);
    return result;
}

static int32_t write_record(struct port_tls_session *s, const void *from, size_t bytes)
{
    int room = mbedtls_ssl_get_max_out_record_payload(&s->ssl);

    if (room <= 0) return broken(s);
    if (bytes > (size_t)room) bytes = (size_t)room;
    int sent = mbedtls_ssl_write(&s->ssl, from, bytes);
    if (sent == MBEDTLS_ERR_SSL_WANT_WRITE) {
        s->taken = bytes;
        return (int32_t)bytes;
    }
    return sent > 0 ? (int32_t)sent : broken(s);
}

int32_t port_tls_send(struct port_tls_session *s, const void *from, size_t bytes)
{
    if (s->state != TLS_OPEN && s->state != TLS_ENDED) return PORT_NET_FAULT;
    enum port_net_result before_it = port_tls_flush(s);
    if (before_it != PORT_NET_DONE) return before_it;
    struct arena *before = pn_tls_enter(s->config->tls);
    int32_t sent = write_record(s, from, bytes);
    pn_tls_leave(s->config->tls, before);
    return sent;
}

size_t port_tls_pending(const struct port_tls_session *s)
{
    if (s->state != TLS_OPEN) return 0;
    size_t bytes = mbedtls_ssl_get_bytes_avail(&s->ssl);
    return bytes > 0 || !mbedtls_ssl_check_pending(&s->ssl) ? bytes : 1;
}

void port_tls_shut(struct port_tls_session *s)
{
    if (s->state != TLS_OPEN && s->state != TLS_ENDED) return;
    struct arena *before = pn_tls_enter(s->config->tls);
    if (mbedtls_ssl_close_notify(&s->ssl) != 0 && !port_tls_unsent(s)) (void)broken(s);
    pn_tls_leave(s->config->tls, before);
}

int port_tls_peer(const struct port_tls_session *s, struct port_tls_peer *peer)
{
    const mbedtls_x509_crt *crt =
        s->state == TLS_SHAKES ? NULL : mbedtls_ssl_get_peer_cert(&s->ssl);

    if (!crt || !s->anchored) return 0;
    pn_tls_names_read(crt, peer);
    peer->trusts = pn_tls_roots_hold(s->config->trust, s->anchor);
    return 1;
}
