/* see port_tls.h
 *
 * A system trusts about 140 roots. Parsed they would take half a megabyte in each engine; so they lie
 * in DER behind an index of their subjects, once for all engines, and the few that can have signed a
 * certificate at hand are parsed while it is verified.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/error.h>

#include "platforms/mbedtls/tls_engine.h"

#if defined(MBEDTLS_PEM_PARSE_C)
#include <mbedtls/pem.h>
#endif

struct root {
    uint32_t at, len; /* the certificate, in `der` */
    uint32_t subject_at, subject_len;
    uint8_t digest[PORT_DIGEST_BYTES];
};

struct port_tls_roots {
    uint32_t count, left_out;
    uint32_t der_len;
    uint8_t *der;
    struct root root[];
};

/* A certificate takes more than this many bytes in either form. */
enum { LEAST_BYTES = 128 };

/* Of what a peer sends: the certificates behind its own, and RSA keys that verify. */
enum { ISSUERS_MAX = 4, MODULUS_BITS_MAX = 4096, EXPONENT_BITS_MAX = 32 };

size_t port_tls_roots_bytes(size_t len)
{
    return sizeof(struct port_tls_roots) + (len / LEAST_BYTES + 1) * sizeof(struct root) + len;
}

uint32_t port_tls_roots_count(const struct port_tls_roots *roots)
{
    return roots->count;
}

uint32_t port_tls_roots_left_out(const struct port_tls_roots *roots)
{
    return roots->left_out;
}

/* Append one where it can be parsed. */
static void add(struct port_tls_roots *roots, const uint8_t *der, size_t len)
{
    mbedtls_x509_crt crt;
    uint8_t *copy = roots->der + roots->der_len;

    mbedtls_x509_crt_init(&crt);
    if (len >= LEAST_BYTES && mbedtls_x509_crt_parse_der_nocopy(&crt, der, len) == 0) {
        memcpy(copy, der, len);
        struct root *root = &roots->root[roots->count++];
        *root = (struct root){
            .at = roots->der_len,
            .len = (uint32_t)crt.raw.len,
            .subject_at = roots->der_len + (uint32_t)(crt.subject_raw.p - crt.raw.p),
            .subject_len = (uint32_t)crt.subject_raw.len,
        };
        port_sha256(crt.raw.p, crt.raw.len, root->digest);
        roots->der_len += (uint32_t)len;
    }
    mbedtls_x509_crt_free(&crt);
}

/* The whole length of the DER value at the front, 0 when it is none or longer than `len`. */
static size_t der_length(const uint8_t *at, size_t len)
{
    size_t whole = 0;

    if (len < 4 || at[0] != 0x30) return 0;
    if (at[1] == 0x81) whole = 3u + at[2];
    if (at[1] == 0x82) whole = 4u + ((size_t)at[2] << 8 | at[3]);
    return whole <= len ? whole : 0;
}

/* How many certificates it is the text of. */
static uint32_t add_all_der(struct port_tls_roots *roots, struct port_tls_text text)
{
    uint32_t begun = 0;
    size_t len;

    while ((len = der_length(text.at, text.len)) > 0) {
        add(roots, text.at, len);
        text.at += len;
        text.len -= len;
        begun++;
    }
    return begun + (text.len > 0 ? 1 : 0);
}

#if defined(MBEDTLS_PEM_PARSE_C)
/* One block at a time, from a copy that ends with a NUL as the library wants it. */
enum { BLOCK_BYTES_MAX = 16384 };

static const uint8_t *find(const uint8_t *at, const uint8_t *end, const char *word)
{
    size_t len = strlen(word);

    for (; (size_t)(end - at) >= len; at++) {
        at = memchr(at, word[0], (size_t)(end - at) - len + 1);
        if (!at) return NULL;
        if (memcmp(at, word, len) == 0) return at;
    }
    return NULL;
}

static void add_block(struct port_tls_roots *roots, const uint8_t *at, size_t len)
{
    mbedtls_pem_context pem;
    size_t used, der_len;
    uint8_t *copy = len < BLOCK_BYTES_MAX ? mbedtls_calloc(1, len + 1) : NULL;

    if (!copy) return;
    memcpy(copy, at, len);
    mbedtls_pem_init(&pem);
    if (mbedtls_pem_read_buffer(&pem, "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----",
                                copy, NULL, 0, &used) == 0) {
        const uint8_t *der = mbedtls_pem_get_buffer(&pem, &der_len);
        add(roots, der, der_len);
    }
    mbedtls_pem_free(&pem);
    mbedtls_free(copy);
}

/* Each has a first and a last line; of one that was cut there may be only one. */
static uint32_t count_pem(struct port_tls_text text)
{
    static const char word[] = " CERTIFICATE-----";
    const uint8_t *end = text.at + text.len, *at = text.at;
    uint32_t lines = 0;

    while ((at = find(at, end, word)) != NULL) {
        at += sizeof word - 1;
        lines++;
    }
    return (lines + 1) / 2;
}

static uint32_t add_all_pem(struct port_tls_roots *roots, struct port_tls_text text)
{
    static const char last[] = "-----END CERTIFICATE-----";
    const uint8_t *end = text.at + text.len, *at = text.at, *stop;

    while ((at = find(at, end, "-----BEGIN CERTIFICATE-----")) != NULL &&
           (stop = find(at, end, last)) != NULL) {
        stop += sizeof last - 1;
        add_block(roots, at, (size_t)(stop - at));
        at = stop;
    }
    return count_pem(text);
}
#endif

const struct port_tls_roots *port_tls_roots_make(struct port_tls *tls, struct port_tls_text text,
                                                 void *memory)
{
    struct port_tls_roots *roots = memory;
    struct arena *before = pn_tls_enter(tls);
    uint32_t begun = 0;

    roots->count = roots->der_len = 0;
    roots->der = (uint8_t *)&roots->root[text.len / LEAST_BYTES + 1];
    if (der_length(text.at, text.len) > 0) begun = add_all_der(roots, text);
#if defined(MBEDTLS_PEM_PARSE_C)
    else begun = add_all_pem(roots, text);
#endif
    pn_tls_leave(tls, before);
    roots->left_out = begun > roots->count ? begun - roots->count : 0;
    return roots->count > 0 ? roots : NULL;
}

static int add_candidate(mbedtls_x509_crt **found, const uint8_t *der, size_t len)
{
    if (!*found) {
        *found = mbedtls_calloc(1, sizeof **found);
        if (!*found) return MBEDTLS_ERR_X509_ALLOC_FAILED;
        mbedtls_x509_crt_init(*found);
    }
    return mbedtls_x509_crt_parse_der_nocopy(*found, der, len);
}

static int add_candidates(const struct port_tls_roots *roots, const mbedtls_x509_crt *child,
                          mbedtls_x509_crt **found)
{
    int failed = 0;

    for (uint32_t i = 0; i < roots->count && !failed; i++) {
        const struct root *r = &roots->root[i];
        if (r->subject_len != child->issuer_raw.len ||
            memcmp(roots->der + r->subject_at, child->issuer_raw.p, r->subject_len) != 0) {
            continue;
        }
        failed = add_candidate(found, roots->der + r->at, r->len);
    }
    return failed;
}

static bool is_costly(const mbedtls_pk_context *key)
{
    if (mbedtls_pk_get_type(key) != MBEDTLS_PK_RSA) return false;
    const mbedtls_rsa_context *rsa = mbedtls_pk_rsa(*key);
    return mbedtls_mpi_bitlen(&rsa->MBEDTLS_PRIVATE(N)) > MODULUS_BITS_MAX ||
           mbedtls_mpi_bitlen(&rsa->MBEDTLS_PRIVATE(E)) > EXPONENT_BITS_MAX;
}

/* The library tries each certificate that the peer sent behind `child` as its issuer, and nobody has
 * vouched for the peer so far. */
static bool costs_too_much(const mbedtls_x509_crt *child)
{
    unsigned behind = 0;

    if (is_costly(&child->pk)) return true;
    for (child = child->next; child; child = child->next) {
        if (++behind > ISSUERS_MAX || is_costly(&child->pk)) return true;
    }
    return false;
}

int pn_tls_roots_find(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **found)
{
    const struct port_tls_trust *trust = context;
    int failed = 0;

    *found = NULL;
    if (costs_too_much(child)) return MBEDTLS_ERR_X509_INVALID_FORMAT;
    for (int i = 0; i < PORT_TLS_TRUSTS_MAX && !failed; i++) {
        if (trust->roots[i]) failed = add_candidates(trust->roots[i], child, found);
    }
    if (failed && *found) {
        mbedtls_x509_crt_free(*found);
        mbedtls_free(*found);
        *found = NULL;
    }
    pn_tls_links_look(child, *found);
    return failed;
}

static bool holds(const struct port_tls_roots *roots, const uint8_t *digest)
{
    for (uint32_t i = 0; i < roots->count; i++) {
        if (memcmp(roots->root[i].digest, digest, PORT_DIGEST_BYTES) == 0) return true;
    }
    return false;
}

uint16_t pn_tls_roots_hold(const struct port_tls_trust *trust, const uint8_t *digest)
{
    unsigned sets = 0;

    for (int i = 0; i < PORT_TLS_TRUSTS_MAX; i++) {
        if (trust->roots[i] && holds(trust->roots[i], digest)) sets |= 1u << i;
    }
    return (uint16_t)sets;
}
