/* port_sha256.c - the digest of port_crypto.h: by x86 instructions where there are any, else by
 * mbedTLS, which knows those of Arm.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>
#include <string.h>

#include "core/base/assert.h"
#include "platforms/mbedtls/sha256_x86.h"
#include "port/port_crypto.h"

enum { BLOCK_BYTES = 64, LENGTH_BYTES = 8 };

/* What the opaque words hold on such an x86. */
struct digest {
    uint32_t state[8];
    uint64_t bytes;             /* taken in so far */
    uint8_t block[BLOCK_BYTES]; /* the last of them, that do not fill a block */
};

_Static_assert(sizeof(mbedtls_sha256_context) <= sizeof(struct port_sha256) &&
                   sizeof(struct digest) <= sizeof(struct port_sha256),
               "raise the opaque words of struct port_sha256 in port/port_crypto.h");

static mbedtls_sha256_context *sha(struct port_sha256 *state)
{
    return (mbedtls_sha256_context *)(void *)state->opaque;
}

static struct digest *digest_in(struct port_sha256 *state)
{
    return (struct digest *)(void *)state->opaque;
}

static void begin_x86(struct digest *d)
{
    static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

    memcpy(d->state, first, sizeof first);
    d->bytes = 0;
}

static void add_x86(struct digest *d, const uint8_t *at, size_t len)
{
    size_t held = (size_t)(d->bytes % BLOCK_BYTES);

    d->bytes += len;
    if (held > 0) {
        size_t more = len < BLOCK_BYTES - held ? len : BLOCK_BYTES - held;

        memcpy(d->block + held, at, more);
        if (held + more < BLOCK_BYTES) return;
        pn_sha256_x86_blocks(d->state, d->block, 1);
        at += more;
        len -= more;
    }
    size_t whole = len / BLOCK_BYTES;
    if (whole > 0) pn_sha256_x86_blocks(d->state, at, whole);
    if (len % BLOCK_BYTES > 0) memcpy(d->block, at + whole * BLOCK_BYTES, len % BLOCK_BYTES);
}

static void put_big_endian(uint8_t *out, uint64_t value, size_t bytes)
{
    for (size_t i = bytes; i-- > 0; value >>= 8) {
        out[i] = (uint8_t)value;
    }
}

/* A one bit, zeros, and the length in bits at the end of a block (FIPS 180-4, 5.1.1). */
static void end_x86(struct digest *d, uint8_t out[PORT_DIGEST_BYTES])
{
    uint8_t padding[2 * BLOCK_BYTES] = { 0x80 };
    uint64_t bits = d->bytes * 8;
    size_t held = (size_t)(d->bytes % BLOCK_BYTES);
    size_t zeros_to = held < BLOCK_BYTES - LENGTH_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    size_t len = zeros_to - held;

    put_big_endian(padding + len - LENGTH_BYTES, bits, LENGTH_BYTES);
    add_x86(d, padding, len);
    for (size_t i = 0; i < 8; i++) {
        put_big_endian(out + 4 * i, d->state[i], 4);
    }
    mbedtls_platform_zeroize(d, sizeof *d);
}

void port_sha256_begin(struct port_sha256 *state)
{
    if (pn_sha256_x86_present()) {
        begin_x86(digest_in(state));
        return;
    }
    mbedtls_sha256_init(sha(state));
    PN_ASSERT(mbedtls_sha256_starts(sha(state), 0) == 0);
}

/* The software digest cannot fail; an accelerator that does leaves nothing to be trusted. */
void port_sha256_add(struct port_sha256 *state, const void *bytes, size_t len)
{
    if (len == 0) return;
    if (pn_sha256_x86_present()) {
        add_x86(digest_in(state), bytes, len);
        return;
    }
    PN_ASSERT(mbedtls_sha256_update(sha(state), bytes, len) == 0);
}

void port_sha256_end(struct port_sha256 *state, uint8_t digest[PORT_DIGEST_BYTES])
{
    if (pn_sha256_x86_present()) {
        end_x86(digest_in(state), digest);
        return;
    }
    PN_ASSERT(mbedtls_sha256_finish(sha(state), digest) == 0);
    mbedtls_sha256_free(sha(state));
}

void port_sha256(const void *bytes, size_t len, uint8_t digest[PORT_DIGEST_BYTES])
{
    struct port_sha256 state;

    port_sha256_begin(&state);
    port_sha256_add(&state, bytes, len);
    port_sha256_end(&state, digest);
}
