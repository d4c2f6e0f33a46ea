/* port_tls.h - TLS 1.2 and 1.3 over the sockets of port_net.
 *
 * One `struct port_tls` is an engine: it serves one event loop and one thread, beside that loop's
 * port_net. All its memory is a fixed region that the caller lends once. When the region is full a
 * handshake is refused and counted; nothing else in the process notices. Nothing here blocks.
 *
 *     config = port_tls_server(tls, &setup, &why);        certificates, keys, who may be a client
 *     session = port_tls_accept(config, socket);          a port_net socket, accepted
 *     while (port_tls_handshake(session) != PORT_TLS_DONE) wait for the socket, or for a turn
 *     port_tls_recv, port_tls_send, port_tls_shut         as in port_net, with the same results
 *     port_tls_end(session); port_net_close(net, socket);
 *
 * A configuration never changes. A new one takes its place for new sessions; the old one is dropped
 * and goes when its last session has ended.
 *
 * Verification of an upstream's certificate cannot be switched off: a chain to one of the given roots,
 * the name, the time, the use. While port_clock knows no time no certificate is valid. The application
 * protocol is http/1.1, offered and accepted; a client that offers only others is refused.
 *
 * Who waits on readiness minds two things. A session may hold bytes that were decrypted and not read
 * while its socket has none: ask port_tls_pending(), and have port_net_mark() report the socket. And
 * it may hold a record that the socket did not take whole: then port_tls_unsent() says so, and
 * port_tls_flush() is called when the socket has room, before the session ends in order.
 *
 * port_crypto_init() comes before all of this.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_TLS_H
#define PORT_TLS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "port/port_net.h"

struct port_tls;         /* an engine */
struct port_tls_config;  /* of one side of sessions; belongs to an engine */
struct port_tls_session; /* belongs to an engine */
struct port_tls_roots;   /* whom to trust; may be shared by engines and threads */

enum port_tls_cause {
    PORT_TLS_NO_CAUSE,
#define PORT_TLS_CAUSE(NAME, name, sentence) PORT_TLS_##NAME,
#include "port/port_tls.def"
#undef PORT_TLS_CAUSE
    PORT_TLS_CAUSE_COUNT,
};

/* The name in metrics, and a sentence for people. */
const char *port_tls_cause_name(enum port_tls_cause cause);
const char *port_tls_cause_sentence(enum port_tls_cause cause);

enum {
    PORT_TLS_PAIRS_MAX = 8,  /* certificates of one listener */
    PORT_TLS_TRUSTS_MAX = 9, /* sets of roots for its clients */
    PORT_TLS_SAVED_MAX = 64, /* sessions saved for resumption by one engine */
    PORT_TLS_SECRET_BYTES = 32,
    PORT_TLS_PROOF_S = 86400, /* how long an upstream is resumed until it is verified anew */
    PORT_TLS_TICKET_S =
        3600, /* how long a ticket's key makes new tickets; as long again it opens them */
};

/* Bytes, lent. */
struct port_tls_text {
    const uint8_t *at;
    size_t len;
};

/* --- the engine --- */

struct port_tls_setup {
    struct port_net *net; /* NULL: for port_tls_pair_check() only */
    /* Random, the same for all engines that serve a listener, so that each opens the others' tickets. */
    uint8_t ticket_secret[PORT_TLS_SECRET_BYTES];
    int64_t
        ticket_begin_s; /* the second, since 1970 or since the start, when that secret was made */
};

/* Begin in `memory` of `bytes`, aligned for any type, zeroed, lent until the end of the process. NULL:
 * too few bytes, or port_crypto_init() has not been called. */
struct port_tls *port_tls_init(void *memory, size_t bytes, const struct port_tls_setup *setup);

/* What happened since the start; each may be read from any thread. */
struct port_tls_counts {
    _Atomic uint32_t sessions;                              /* there now */
    _Atomic uint32_t handshakes;                            /* done, as server */
    _Atomic uint32_t upstream_done;                         /* done, as client */
    _Atomic uint32_t resumed;                               /* of both, without certificates */
    _Atomic uint32_t failed[PORT_TLS_CAUSE_COUNT];          /* handshakes as server, by cause */
    _Atomic uint32_t upstream_failed[PORT_TLS_CAUSE_COUNT]; /* as client */
    _Atomic uint32_t arena_bytes;      /* in use now; sizes are cut off at 4 GB */
    _Atomic uint32_t arena_bytes_peak; /* at most in use at one time */
};
const struct port_tls_counts *port_tls_counts(const struct port_tls *tls);

/* --- whom to trust --- */

/* Bytes of memory that port_tls_roots_make() needs for a text of `len` bytes. */
size_t port_tls_roots_bytes(size_t len);

/* Take the roots of `text`: certificates in PEM one behind the other, or in DER likewise. `memory` is
 * aligned for any type and lent for as long as the result is used; `text` is not needed any more. A
 * certificate that cannot be read, or was cut, is left out and counted. NULL: there was none that can be. The engine only lends
 * its memory meanwhile. */
const struct port_tls_roots *port_tls_roots_make(struct port_tls *tls, struct port_tls_text text,
                                                 void *memory);
uint32_t port_tls_roots_count(const struct port_tls_roots *roots);
uint32_t port_tls_roots_left_out(const struct port_tls_roots *roots);

/* Sets of roots, by number: each may sign, and port_tls_peer() says which of them did. Owned by the
 * caller, who may put other roots into the same places (or NULL: none) between two calls of the
 * engine; handshakes under way then mind these. So roots that were replaced are read by nobody. */
struct port_tls_trust {
    const struct port_tls_roots *roots[PORT_TLS_TRUSTS_MAX];
};

/* --- configurations --- */

/* A certificate with its chain, leaf first, and its private key; each PEM, or DER (then a chain is one
 * certificate). */
struct port_tls_pair {
    struct port_tls_text chain, key;
};

/* What was wrong with a pair. */
enum port_tls_pair_verdict {
    PORT_TLS_PAIR_NONE, /* not looked at */
    PORT_TLS_PAIR_GOOD,
    PORT_TLS_CHAIN_UNREADABLE, /* no certificate, or one of a kind not supported */
    PORT_TLS_CHAIN_LONG,       /* it does not fit a record */
    PORT_TLS_KEY_UNREADABLE,   /* no key, an encrypted one, or of a kind not supported */
    PORT_TLS_KEY_OTHER,        /* it does not belong to the certificate */
    PORT_TLS_PAIR_MEMORY,      /* the arena is full */
};

struct port_tls_pair_facts {
    int64_t begin_s, end_s; /* the leaf is valid from, and through, these seconds since 1970 */
};

/* Look at a pair without using it. */
enum port_tls_pair_verdict port_tls_pair_check(struct port_tls *tls,
                                               const struct port_tls_pair *pair,
                                               struct port_tls_pair_facts *facts);

enum port_tls_clients {
    PORT_TLS_CLIENTS_ANY,      /* no certificate is asked for */
    PORT_TLS_CLIENTS_OPTIONAL, /* asked for; one that is sent must be good */
    PORT_TLS_CLIENTS_REQUIRED,
};

struct port_tls_server_setup {
    const struct port_tls_pair *pairs; /* the first serves clients that name nothing known */
    uint32_t pair_count;
    const struct port_tls_trust *trust; /* of clients, lent; NULL where none are asked for theirs */
    enum port_tls_clients clients;
};

/* For sessions with clients. The texts are copied. NULL: `*why` says what is wrong with the first pair
 * that is not good. A client that names a host gets the first pair whose certificate is for it. Where
 * certificates are asked for no session is resumed, neither one begun here nor one of another
 * configuration: each client shows its own, and holds its key, on every connection. */
struct port_tls_config *port_tls_server(struct port_tls *tls,
                                        const struct port_tls_server_setup *setup,
                                        enum port_tls_pair_verdict *why);

/* For sessions with upstreams: `trust`, lent, may sign their certificates; `pair` is our own where one
 * asks for it, or NULL. NULL as above. */
struct port_tls_config *port_tls_client(struct port_tls *tls, const struct port_tls_trust *trust,
                                        const struct port_tls_pair *pair,
                                        enum port_tls_pair_verdict *why);

/* No new session will use it. */
void port_tls_config_drop(struct port_tls_config *config);

/* --- sessions --- */

/* Begin on an accepted socket. NULL: no memory, which is counted. */
struct port_tls_session *port_tls_accept(struct port_tls_config *config, int32_t socket);

enum { PORT_TLS_UNSAVED = 0xFFFF };

/* Begin on a connected socket; `host` (1 to 255 bytes) is whom the certificate must be for: a name, or
 * an address in text. Under the number `saved`, below PORT_TLS_SAVED_MAX, the session is kept for
 * resumption and one kept before is resumed, for a day at most, while no certificate of its chain has
 * ended and until a handshake fails; the caller gives each host and port a number of its own.
 * PORT_TLS_UNSAVED: neither. NULL: no memory, which is counted. */
struct port_tls_session *port_tls_connect(struct port_tls_config *config, int32_t socket,
                                          struct port_tls_text host, uint16_t saved);

/* The number is for another host from now on, or other roots are trusted: nothing that was proven
 * before is resumed. A ticket that comes late is not kept, and a resumption under way fails as
 * UNTRUSTED. */
void port_tls_forget(struct port_tls *tls, uint16_t saved);

enum port_tls_step {
    PORT_TLS_FAULT, /* it failed: ask port_tls_cause(), end it, close the socket. It is counted */
    PORT_TLS_DONE,  /* the session stands */
    PORT_TLS_AGAIN, /* waits for the socket: want RX, and TX where port_tls_unsent() */
    PORT_TLS_TURN,  /* a costly step was made: call again when others have had their turn */
};

/* Go on with the handshake, by one public-key operation at most; where several roots have the name of
 * an issuer, as many as these are to be tried. */
enum port_tls_step port_tls_handshake(struct port_tls_session *s);

/* The handshake took too long: count that as its cause. */
void port_tls_timed_out(struct port_tls_session *s);

/* Why it failed. */
enum port_tls_cause port_tls_cause(const struct port_tls_session *s);

/* Did it offer a session that was kept, and fail before the server showed a certificate? What was saved
 * under its number is forgotten then, and the same server may well take a whole handshake: one of another
 * version than the server that gave the session takes no other. */
int port_tls_offered(const struct port_tls_session *s);

/* As port_net_recv(). A part of what was asked for does not mean that there is no more. EOF is the
 * peer's word that it sent all; a connection that just ends is a FAULT, since anybody on the way can
 * end it. */
int32_t port_tls_recv(struct port_tls_session *s, void *into, size_t bytes_max);

/* As port_net_send(); at most one record is taken. What is taken is the session's to send: see
 * port_tls_unsent(). AGAIN: the record before has not gone yet. */
int32_t port_tls_send(struct port_tls_session *s, const void *from, size_t bytes);

/* Bytes decrypted and not yet read. */
size_t port_tls_pending(const struct port_tls_session *s);

/* Is something taken that the socket has not? Then send it: DONE, AGAIN (want TX) or FAULT. */
int port_tls_unsent(const struct port_tls_session *s);
enum port_net_result port_tls_flush(struct port_tls_session *s);

/* Tell the peer that this was all. What the socket does not take now is lost. */
void port_tls_shut(struct port_tls_session *s);

/* Give the session's memory back; the socket stays the caller's. Without port_tls_shut() before, the
 * peer knows that it did not get all. */
void port_tls_end(struct port_tls_session *s);

/* What a certificate is made for. */
enum port_tls_use {
    PORT_TLS_USE_SIGNS = 1, /* digital signatures, said in so many words */
    PORT_TLS_USE_ISSUES =
        2, /* it is an authority, or may sign certificates or lists of revoked ones */
};

/* What the peer's certificate, which was verified, says. The texts live as long as the session, are
 * as long as they are, and may hold any bytes; empty: there is none. */
struct port_tls_peer {
    struct port_tls_text uri, dns, common_name; /* the first of each kind */
    uint16_t uri_count, dns_count, common_name_count;
    uint16_t trusts; /* bit n: its root is among those that are number n of the trust now */
    uint8_t uses;    /* bits of enum port_tls_use */
    int64_t end_s;   /* it is valid through this second since 1970; a session may outlive it */
};

/* False: it showed none, or the session was resumed. */
int port_tls_peer(const struct port_tls_session *s, struct port_tls_peer *peer);

#endif
