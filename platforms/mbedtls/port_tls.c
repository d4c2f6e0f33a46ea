/* see port_tls.h and tls_engine.h
 *
 * Tickets. All engines of a listener must open each other's tickets, so their keys come from one
 * secret. Each period's secret is the digest of the one before, which is forgotten; so what is in
 * memory opens no ticket that is older than two periods.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/platform_util.h>

#include "platforms/mbedtls/tls_engine.h"
#include "port/port_clock.h"
#include "port/port_crypto.h"
#include "port/port_random.h"

enum {
    PERIODS_MAX = 1000
}; /* hashed one after the other; a clock that was just told jumps further */

static const struct {
    const char *name, *sentence;
} causes[PORT_TLS_CAUSE_COUNT] = {
    { "none", "nothing is wrong" },
#define PORT_TLS_CAUSE(NAME, name, sentence) { #name, sentence },
#include "port/port_tls.def"
#undef PORT_TLS_CAUSE
};

const char *port_tls_cause_name(enum port_tls_cause cause)
{
    return causes[cause].name;
}

const char *port_tls_cause_sentence(enum port_tls_cause cause)
{
    return causes[cause].sentence;
}

/* --- whose memory --- */

struct arena *pn_tls_enter(struct port_tls *tls)
{
    return pn_hooks_enter(&tls->arena);
}

static uint32_t cut_off(size_t bytes)
{
    return bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

void pn_tls_leave(struct port_tls *tls, struct arena *before)
{
    struct port_tls_counts *counts = &tls->counts;

    pn_hooks_enter(before);
    atomic_store_explicit(&counts->arena_bytes, cut_off(tls->arena.used_bytes),
                          memory_order_relaxed);
    atomic_store_explicit(&counts->arena_bytes_peak, cut_off(tls->arena.used_bytes_max),
                          memory_order_relaxed);
}

int pn_tls_random(void *context, unsigned char *out, size_t bytes)
{
    (void)context;
    return port_random(out, bytes) == PORT_RANDOM_DONE ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
}

/* --- tickets --- */

/* Seconds by the clock, or since the start while it tells none; so an engine of a device without a
 * clock turns its keys too. */
static int64_t now_s(void)
{
    int64_t unix_ms = port_clock_unix_ms();

    return unix_ms < 0 ? (int64_t)(port_clock_ms() / 1000) : unix_ms / 1000;
}

/* The period's key and its name are digests of its secret under different labels. */
static void use_secret(struct port_tls *tls)
{
    uint8_t key[PORT_DIGEST_BYTES], name[PORT_DIGEST_BYTES];
    struct port_hmac mac;

    port_hmac_begin(&mac, tls->ticket_secret, sizeof tls->ticket_secret);
    port_hmac_add(&mac, "ticket key", 10);
    port_hmac_end(&mac, key);
    port_hmac_begin(&mac, tls->ticket_secret, sizeof tls->ticket_secret);
    port_hmac_add(&mac, "ticket name", 11);
    port_hmac_end(&mac, name);
    PN_ASSERT(mbedtls_ssl_ticket_rotate(&tls->tickets, name, sizeof name, key, sizeof key,
                                        2 * PORT_TLS_TICKET_S) == 0);
    mbedtls_platform_zeroize(key, sizeof key);
}

void pn_tls_tickets_turn(struct port_tls *tls)
{
    int64_t period = (now_s() - tls->ticket_begin_s) / PORT_TLS_TICKET_S;

    /* A clock that went back keeps the key: the secret before it is gone. */
    if (period - tls->ticket_period > PERIODS_MAX) tls->ticket_period = period - 2;
    while (tls->ticket_period < period) {
        port_sha256(tls->ticket_secret, sizeof tls->ticket_secret, tls->ticket_secret);
        tls->ticket_period++;
        if (tls->ticket_period + 1 >= period) use_secret(tls);
    }
}

/* --- the engine --- */

static size_t rounded(size_t bytes)
{
    size_t unit = _Alignof(max_align_t);

    return (bytes + unit - 1) / unit * unit;
}

static enum pn_hooks make_tickets(struct port_tls *tls, const struct port_tls_setup *setup)
{
    struct arena *before = pn_tls_enter(tls);

    mbedtls_ssl_ticket_init(&tls->tickets);
    int failed = mbedtls_ssl_ticket_setup(&tls->tickets, pn_tls_random, NULL,
                                          MBEDTLS_CIPHER_AES_256_GCM, 2 * PORT_TLS_TICKET_S);
    memcpy(tls->ticket_secret, setup->ticket_secret, sizeof tls->ticket_secret);
    tls->ticket_begin_s = setup->ticket_begin_s;
    if (!failed) {
        use_secret(tls);
        pn_tls_tickets_turn(tls);
    }
    pn_tls_leave(tls, before);
    return failed ? PN_HOOKS_FAILED : PN_HOOKS_INSTALLED;
}

struct port_tls *port_tls_init(void *memory, size_t bytes, const struct port_tls_setup *setup)
{
    struct port_tls *tls = memory;
    size_t own = rounded(sizeof *tls);

    if (bytes < own || pn_hooks_installed() == PN_HOOKS_FAILED) return NULL;
    if (pn_tls_clock_install() == PN_HOOKS_FAILED) return NULL;
    tls->net = setup->net;
    pn_arena_init(&tls->arena, (uint8_t *)memory + own, bytes - own);
    if (setup->net && make_tickets(tls, setup) == PN_HOOKS_FAILED) return NULL;
    return tls;
}

const struct port_tls_counts *port_tls_counts(const struct port_tls *tls)
{
    return &tls->counts;
}

void pn_tls_saved_drop(struct tls_saved *saved)
{
    if (!saved->session) return;
    mbedtls_ssl_session_free(saved->session);
    mbedtls_free(saved->session);
    saved->session = NULL;
}

void port_tls_forget(struct port_tls *tls, uint16_t saved)
{
    if (saved >= PORT_TLS_SAVED_MAX) return;
    struct arena *before = pn_tls_enter(tls);
    pn_tls_saved_drop(&tls->saved[saved]);
    tls->saved[saved].era++;
    pn_tls_leave(tls, before);
}
