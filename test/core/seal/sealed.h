/* SPDX-License-Identifier: Apache-2.0 */
/* sealed.h - sealed policies for tests, right and wrong. The key is the P-256 one of RFC 6979,
 * A.2.5; the clock stands at SEALED_NOW_S. */
#ifndef PN_TEST_SEALED_H
#define PN_TEST_SEALED_H

#include "tools/seal_make.h"

enum { SEALED_BYTES_MAX = 4096, SEALED_ENGINE = 3 };
#define SEALED_NOW_S ((uint64_t)1800000000)

struct sealed {
    uint8_t bytes[SEALED_BYTES_MAX];
    size_t len;
    struct pn_seal seal; /* as its author saw it; borrows from bytes */
};

/* Give port_crypto its memory; again and again does no harm. */
void sealed_crypto_init(void);

/* The author's key pair, and another one nobody trusts. */
const struct pn_key_pair *sealed_author(void);
const struct pn_key_pair *sealed_stranger(void);

/* A key set with the author's key, and what a device with it expects now. The device is "d1", its
 * groups are "edge" and "lab". */
const struct pn_keyset *sealed_keys(void);
struct pn_seal_expect sealed_expect(void);

/* A wish that such a device takes: sequence 7, epoch 2, engine SEALED_ENGINE, for a day. */
struct pn_seal_wish sealed_wish(void);

/* Seal `body`; the author's hand slips never. */
void sealed_make(struct sealed *out, const struct pn_seal_wish *wish, struct pn_slice body);

/* An envelope of encoded parts, each put in as it is: the protected map without its byte string's
 * head, the unprotected map, the manifest. The author signs it properly. Then the body. */
void sealed_raw(struct sealed *out, struct pn_slice headers, struct pn_slice unprotected,
                struct pn_slice payload, struct pn_slice body);

/* The headers and the manifest that sealed_make() would write. */
struct pn_slice sealed_headers(void);

/* Bytes of `s` on the heap in a block of exactly that size. */
uint8_t *sealed_exact(struct pn_slice s);

/* What pn_seal_check() says of `s` in an exact block. */
enum pn_seal_refusal sealed_verdict(const struct pn_seal_expect *expect, struct pn_slice s);

/* Turn the signature of an envelope, its last 64 bytes, into its twin (r, n - s). */
void sealed_twin(uint8_t signature[64]);

#endif
