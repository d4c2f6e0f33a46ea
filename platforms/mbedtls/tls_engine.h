/* tls_engine.h - what the files of TLS share. Reading order: port/port_tls.h, port_tls.c (the engine,
 * tickets), tls_roots.c, tls_links.c, tls_config.c, tls_session.c.
 *
 * Every call into the library runs between pn_tls_enter() and pn_tls_leave(): so all it takes comes
 * from this engine's arena, and goes back there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MBEDTLS_TLS_ENGINE_H
#define PN_MBEDTLS_TLS_ENGINE_H

#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>
#include <string.h>

#include "core/base/assert.h"
#include "platforms/mbedtls/hooks.h"
#include "port/port_crypto.h"
#include "port/port_tls.h"

/* When the chain that a session rests on was verified, and its first end; seconds since 1970. */
struct tls_proof {
    int64_t at_s, end_s;
};

/* Signatures in a peer's chain that one step of its handshake has put off for the next ones, so that
 * none takes longer than a signature: certificates of that chain, each with the key that is said to
 * have signed it. Beyond so many none is put off. */
enum { TLS_LINKS_MAX = 4 };

struct tls_links {
    struct tls_link {
        const mbedtls_x509_crt *child;
        mbedtls_pk_context *key;
    } link[TLS_LINKS_MAX];
    unsigned count;
    const mbedtls_x509_crt *child, *roots; /* that the library looks at now */
};

/* A session with an upstream, for resumption. */
struct tls_saved {
    mbedtls_ssl_session *session; /* NULL: none */
    struct tls_proof proof;
    uint32_t era; /* how often its number was forgotten */
};

struct port_tls {
    struct arena arena;
    struct port_net *net;
    struct port_tls_counts counts;
    mbedtls_ssl_ticket_context tickets;
    uint8_t ticket_secret[PORT_TLS_SECRET_BYTES]; /* of the period `ticket_period` */
    int64_t ticket_begin_s, ticket_period;
    struct tls_saved saved[PORT_TLS_SAVED_MAX];
};

struct tls_pair {
    mbedtls_x509_crt chain;
    mbedtls_pk_context key;
};

struct port_tls_config {
    struct port_tls *tls;
    mbedtls_ssl_config ssl;
    struct tls_pair pairs[PORT_TLS_PAIRS_MAX];
    uint32_t pair_count;
    const struct port_tls_trust *trust;
    uint32_t sessions; /* that use it */
    bool dropped;
};

enum tls_state {
    TLS_SHAKES, /* handshake under way */
    TLS_OPEN,
    TLS_ENDED, /* the peer said that it sent all */
    TLS_BROKEN,
};

struct port_tls_session {
    mbedtls_ssl_context ssl;
    struct port_tls_config *config;
    struct tls_proof proof; /* of the peer; taken over by a resumption */
    struct tls_links links;
    int32_t socket;
    uint32_t refused_count; /* of the arena, when the session began */
    size_t taken;           /* bytes of the record that the socket has not taken whole */
    uint32_t era;           /* of its number, when the session began */
    uint16_t saved;
    uint8_t state; /* enum tls_state */
    uint8_t cause; /* enum port_tls_cause */
    bool is_client;
    bool kept;                         /* saved for resumption */
    bool offers;                       /* what was saved is to be resumed */
    bool certified;                    /* the server sent its certificate: it is no resumption */
    bool anchored;                     /* `anchor` is told */
    uint8_t anchor[PORT_DIGEST_BYTES]; /* of the root that the peer's chain led to */
};

/* Have the library take the time from port_clock. */
enum pn_hooks pn_tls_clock_install(void);

/* Where the library's memory comes from; what it was before. */
struct arena *pn_tls_enter(struct port_tls *tls);
void pn_tls_leave(struct port_tls *tls, struct arena *before);

/* Have the key of new tickets be that of the period that is now. */
void pn_tls_tickets_turn(struct port_tls *tls);

/* Give back what is saved under a number; the caller has entered the engine. */
void pn_tls_saved_drop(struct tls_saved *saved);

/* The library's source of randomness. */
int pn_tls_random(void *context, unsigned char *out, size_t bytes);

/* The roots of a struct port_tls_trust whose subject is the issuer of `child`, parsed; the library
 * gives them back. Fails, and the handshake with it, where verifying what the peer sent would take
 * long: more than 4 certificates behind its own, or a key of RSA beyond 4096 bits or with an exponent
 * beyond 32. */
int pn_tls_roots_find(void *trust, const mbedtls_x509_crt *child, mbedtls_x509_crt **found);

/* From here on this thread's calls may put signatures off, into `links`; until it leaves. */
void pn_tls_links_enter(struct tls_links *links);
void pn_tls_links_leave(void);

/* The library looks for the issuer of `child`, among these roots first. */
void pn_tls_links_look(const mbedtls_x509_crt *child, const mbedtls_x509_crt *roots);

/* Verify one of those put off; there is one. 0, or the library's error. The handshake may go on when none
 * is left: until then nothing must be sent to the peer, nor believed. */
int pn_tls_links_settle(struct tls_links *links);

/* In which sets of the trust the certificate with that SHA-256 is, a bit each. */
uint16_t pn_tls_roots_hold(const struct port_tls_trust *trust, const uint8_t *digest);

/* Seconds since 1970. */
int64_t pn_tls_seconds_of(const mbedtls_x509_time *t);

/* What the certificate says; all but `trusts`. */
void pn_tls_names_read(const mbedtls_x509_crt *crt, struct port_tls_peer *peer);

/* One session more, or fewer, uses the configuration; it goes with the last when it was dropped. */
void pn_tls_config_hold(struct port_tls_config *config);
void pn_tls_config_release(struct port_tls_config *config);

#endif
