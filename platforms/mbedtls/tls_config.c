/* see port_tls.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/asn1.h>

#include "core/base/civil.h"
#include "core/base/slice.h"
#include "platforms/mbedtls/tls_engine.h"

static const char *protocols[] = { "http/1.1", NULL };

/* --- pairs --- */

/* The library takes PEM only where a NUL ends it, so each text is copied for a moment; what was
 * copied may be a key. */
static uint8_t *with_end(struct port_tls_text text, size_t *len)
{
    uint8_t *copy = mbedtls_calloc(1, text.len + 1);

    if (!copy) return NULL;
    if (text.len > 0) memcpy(copy, text.at, text.len);
    *len = text.len > 0 && text.at[0] == 0x30 ? text.len : text.len + 1;
    return copy;
}

static void wipe(uint8_t *copy, size_t len)
{
    volatile uint8_t *at = copy;

    for (size_t i = 0; i < len; i++) at[i] = 0;
    mbedtls_free(copy);
}

/* A chain goes out in one message, which has to fit a record of ours. */
static bool fits_record(const mbedtls_x509_crt *chain)
{
    size_t bytes = 64;

    for (; chain; chain = chain->next) bytes += chain->raw.len + 5;
    return bytes <= MBEDTLS_SSL_OUT_CONTENT_LEN;
}

static bool is_memory(int error)
{
    return error == MBEDTLS_ERR_X509_ALLOC_FAILED || error == MBEDTLS_ERR_PK_ALLOC_FAILED ||
           error == MBEDTLS_ERR_ASN1_ALLOC_FAILED || error == MBEDTLS_ERR_MPI_ALLOC_FAILED;
}

static enum port_tls_pair_verdict read_chain(struct port_tls_text text, mbedtls_x509_crt *chain)
{
    size_t len;
    uint8_t *copy = with_end(text, &len);

    if (!copy) return PORT_TLS_PAIR_MEMORY;
    int result = mbedtls_x509_crt_parse(chain, copy, len);
    mbedtls_free(copy);
    if (is_memory(result)) return PORT_TLS_PAIR_MEMORY;
    if (result != 0) return PORT_TLS_CHAIN_UNREADABLE;
    return fits_record(chain) ? PORT_TLS_PAIR_GOOD : PORT_TLS_CHAIN_LONG;
}

static enum port_tls_pair_verdict read_key(struct port_tls_text text, mbedtls_pk_context *key)
{
    size_t len;
    uint8_t *copy = with_end(text, &len);

    if (!copy) return PORT_TLS_PAIR_MEMORY;
    int result = mbedtls_pk_parse_key(key, copy, len, NULL, 0, pn_tls_random, NULL);
    wipe(copy, text.len);
    if (is_memory(result)) return PORT_TLS_PAIR_MEMORY;
    return result == 0 ? PORT_TLS_PAIR_GOOD : PORT_TLS_KEY_UNREADABLE;
}

static void init_pair(struct tls_pair *pair)
{
    mbedtls_x509_crt_init(&pair->chain);
    mbedtls_pk_init(&pair->key);
}

static void free_pair(struct tls_pair *pair)
{
    mbedtls_x509_crt_free(&pair->chain);
    mbedtls_pk_free(&pair->key);
}

/* An arena that is full looks like damage in some of the library's answers. */
static enum port_tls_pair_verdict read_pair(struct port_tls *tls, const struct port_tls_pair *from,
                                            struct tls_pair *pair)
{
    uint32_t refused = tls->arena.refused_count;
    enum port_tls_pair_verdict verdict = read_chain(from->chain, &pair->chain);

    if (verdict == PORT_TLS_PAIR_GOOD) verdict = read_key(from->key, &pair->key);
    if (verdict == PORT_TLS_PAIR_GOOD &&
        mbedtls_pk_check_pair(&pair->chain.pk, &pair->key, pn_tls_random, NULL) != 0) {
        verdict = PORT_TLS_KEY_OTHER;
    }
    if (verdict != PORT_TLS_PAIR_GOOD && tls->arena.refused_count != refused) {
        return PORT_TLS_PAIR_MEMORY;
    }
    return verdict;
}

int64_t pn_tls_seconds_of(const mbedtls_x509_time *t)
{
    struct pn_date date = { (uint32_t)t->year, (uint32_t)t->mon, (uint32_t)t->day };

    return (int64_t)pn_date_days(date) * 86400 + t->hour * 3600 + t->min * 60 + t->sec;
}

enum port_tls_pair_verdict port_tls_pair_check(struct port_tls *tls,
                                               const struct port_tls_pair *pair,
                                               struct port_tls_pair_facts *facts)
{
    struct arena *before = pn_tls_enter(tls);
    struct tls_pair read;

    init_pair(&read);
    enum port_tls_pair_verdict verdict = read_pair(tls, pair, &read);
    if (verdict == PORT_TLS_PAIR_GOOD) {
        *facts = (struct port_tls_pair_facts){ .begin_s = pn_tls_seconds_of(&read.chain.valid_from),
                                               .end_s = pn_tls_seconds_of(&read.chain.valid_to) };
    }
    free_pair(&read);
    pn_tls_leave(tls, before);
    return verdict;
}

/* --- which pair for a name --- */

static bool same_text(struct pn_slice a, struct pn_slice b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (pn_ascii_lower(a.at[i]) != pn_ascii_lower(b.at[i])) return false;
    }
    return true;
}

/* "*.example.org" is for one label more than "example.org" (RFC 9525, 6.3). */
static bool is_for(struct pn_slice pattern, struct pn_slice name)
{
    if (pattern.len < 3 || pattern.at[0] != '*' || pattern.at[1] != '.') {
        return same_text(pattern, name);
    }
    size_t dot = pn_slice_find(name, '.');
    return dot > 0 && dot < name.len &&
           same_text(pn_slice_from(pattern, 1), pn_slice_from(name, dot));
}

static bool pair_is_for(const struct tls_pair *pair, struct pn_slice name)
{
    const mbedtls_x509_sequence *s = &pair->chain.subject_alt_names;

    for (; s; s = s->next) {
        bool is_dns = s->buf.tag == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME);
        if (is_dns && is_for(pn_slice(s->buf.p, s->buf.len), name)) return true;
    }
    return false;
}

static int choose_pair(void *context, mbedtls_ssl_context *ssl, const unsigned char *name,
                       size_t len)
{
    struct port_tls_config *c = context;
    uint32_t chosen = 0;

    for (uint32_t i = c->pair_count; i > 0; i--) {
        if (pair_is_for(&c->pairs[i - 1], pn_slice(name, len))) chosen = i - 1;
    }
    return mbedtls_ssl_set_hs_own_cert(ssl, &c->pairs[chosen].chain, &c->pairs[chosen].key);
}

/* --- configurations --- */

static void free_config(struct port_tls_config *c)
{
    mbedtls_ssl_config_free(&c->ssl);
    for (uint32_t i = 0; i < c->pair_count; i++) free_pair(&c->pairs[i]);
    mbedtls_free(c);
}

static struct port_tls_config *new_config(struct port_tls *tls, int endpoint)
{
    struct port_tls_config *c = mbedtls_calloc(1, sizeof *c);

    if (!c) return NULL;
    c->tls = tls;
    mbedtls_ssl_config_init(&c->ssl);
    if (mbedtls_ssl_config_defaults(&c->ssl, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0 ||
        mbedtls_ssl_conf_alpn_protocols(&c->ssl, protocols) != 0) {
        free_config(c);
        return NULL;
    }
    mbedtls_ssl_conf_rng(&c->ssl, pn_tls_random, NULL);
    mbedtls_ssl_conf_min_tls_version(&c->ssl, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(&c->ssl, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_session_tickets(&c->ssl, MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
    return c;
}

static enum port_tls_pair_verdict add_pair(struct port_tls_config *c,
                                           const struct port_tls_pair *from)
{
    struct tls_pair *pair = &c->pairs[c->pair_count++];

    init_pair(pair);
    enum port_tls_pair_verdict verdict = read_pair(c->tls, from, pair);
    if (verdict != PORT_TLS_PAIR_GOOD) return verdict;
    return mbedtls_ssl_conf_own_cert(&c->ssl, &pair->chain, &pair->key) == 0 ? PORT_TLS_PAIR_GOOD
                                                                             : PORT_TLS_PAIR_MEMORY;
}

static void set_trust(struct port_tls_config *c, const struct port_tls_trust *trust, int mode)
{
    c->trust = trust;
    mbedtls_ssl_conf_ca_cb(&c->ssl, pn_tls_roots_find, (void *)(uintptr_t)trust);
    mbedtls_ssl_conf_authmode(&c->ssl, mode);
}

static void give_tickets(struct port_tls_config *c)
{
    mbedtls_ssl_conf_session_tickets_cb(&c->ssl, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse,
                                        &c->tls->tickets);
    mbedtls_ssl_conf_new_session_tickets(&c->ssl, 1);
}

static enum port_tls_pair_verdict fill_server(struct port_tls_config *c,
                                              const struct port_tls_server_setup *setup)
{
    enum port_tls_pair_verdict verdict = PORT_TLS_PAIR_NONE;

    for (uint32_t i = 0; i < setup->pair_count && i < PORT_TLS_PAIRS_MAX; i++) {
        verdict = add_pair(c, &setup->pairs[i]);
        if (verdict != PORT_TLS_PAIR_GOOD) return verdict;
    }
    mbedtls_ssl_conf_sni(&c->ssl, choose_pair, c);
    switch (setup->clients) {
    case PORT_TLS_CLIENTS_ANY:
        give_tickets(c);
        mbedtls_ssl_conf_authmode(&c->ssl, MBEDTLS_SSL_VERIFY_NONE);
        break;
    /* Tickets of all listeners are of one key, and that of one who showed nothing opens every door. */
    case PORT_TLS_CLIENTS_OPTIONAL: set_trust(c, setup->trust, MBEDTLS_SSL_VERIFY_OPTIONAL); break;
    case PORT_TLS_CLIENTS_REQUIRED: set_trust(c, setup->trust, MBEDTLS_SSL_VERIFY_REQUIRED); break;
    }
    return verdict;
}

/* Hand out what is good; give back what is not. */
static struct port_tls_config *settle(struct port_tls_config *c, enum port_tls_pair_verdict verdict,
                                      enum port_tls_pair_verdict *why)
{
    *why = verdict;
    if (verdict == PORT_TLS_PAIR_GOOD) return c;
    if (c) free_config(c);
    return NULL;
}

struct port_tls_config *port_tls_server(struct port_tls *tls,
                                        const struct port_tls_server_setup *setup,
                                        enum port_tls_pair_verdict *why)
{
    struct arena *before = pn_tls_enter(tls);
    struct port_tls_config *c = new_config(tls, MBEDTLS_SSL_IS_SERVER);

    c = settle(c, c ? fill_server(c, setup) : PORT_TLS_PAIR_MEMORY, why);
    pn_tls_leave(tls, before);
    return c;
}

struct port_tls_config *port_tls_client(struct port_tls *tls, const struct port_tls_trust *trust,
                                        const struct port_tls_pair *pair,
                                        enum port_tls_pair_verdict *why)
{
    struct arena *before = pn_tls_enter(tls);
    struct port_tls_config *c = new_config(tls, MBEDTLS_SSL_IS_CLIENT);
    enum port_tls_pair_verdict verdict = c ? PORT_TLS_PAIR_GOOD : PORT_TLS_PAIR_MEMORY;

    if (c) {
        set_trust(c, trust, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
            &c->ssl, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
        if (pair) verdict = add_pair(c, pair);
    }
    c = settle(c, verdict, why);
    pn_tls_leave(tls, before);
    return c;
}

static void free_if_unused(struct port_tls_config *c)
{
    if (c->dropped && c->sessions == 0) free_config(c);
}

void port_tls_config_drop(struct port_tls_config *c)
{
    struct port_tls *tls = c->tls;
    struct arena *before = pn_tls_enter(tls);

    c->dropped = true;
    free_if_unused(c);
    pn_tls_leave(tls, before);
}

void pn_tls_config_hold(struct port_tls_config *c)
{
    c->sessions++;
}

void pn_tls_config_release(struct port_tls_config *c)
{
    c->sessions--;
    free_if_unused(c);
}
