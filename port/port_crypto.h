/* port_crypto.h - the cryptography a platform supplies.
 *
 * Digests, keyed digests, sealing with AES-256-GCM, ES256 signatures, and the verification of those that tokens come with
 * (ES384, RS256, PS256; RFC 7518, 3), one call each, over bytes the caller holds. Nothing here
 * blocks or keeps a key between calls. Digests work before port_crypto_init(); the rest answers
 * FAULT until it has been called.
 *
 * Three things are promised because getting them wrong opens the gate:
 * - A public key is checked to lie on the curve each time it is used (SP 800-186, appendix D), or
 *   to be of a size and form that can be secure.
 * - Verification answers one of three constants that are far apart, and zero is none of them, so a
 *   flipped bit or zeroed memory never reads as a good signature.
 * - A fault of the library, a full arena included, is its own answer. Callers treat it as a bad
 *   signature and count it; nobody skips the check.
 *
 * Comparing secrets is pn_bytes_equal_secret() in core/base/slice.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_CRYPTO_H
#define PORT_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

enum {
    PORT_DIGEST_BYTES = 32,          /* SHA-256, and HMAC with it */
    PORT_ES256_PUBLIC_BYTES = 64,    /* x, then y, big-endian */
    PORT_ES256_PRIVATE_BYTES = 32,   /* the scalar, big-endian */
    PORT_ES256_SIGNATURE_BYTES = 64, /* r, then s, big-endian, as COSE and JOSE carry it */
    PORT_SHA384_BYTES = 48,
    PORT_ES384_PUBLIC_BYTES = 96,    /* x, then y, big-endian */
    PORT_ES384_SIGNATURE_BYTES = 96, /* r, then s, big-endian */
    PORT_RSA_BYTES_MIN = 256,        /* of a modulus: 2048 bits... */
    PORT_RSA_BYTES_MAX = 512,        /* ...to 4096 */
    PORT_RSA_EXPONENT_MIN = 65537,
    PORT_AES256_KEY_BYTES = 32,
    PORT_GCM_NONCE_BYTES = 12,
    PORT_GCM_TAG_BYTES = 16
};

/* What verifying or signing came to. */
enum port_crypto_verdict {
    PORT_CRYPTO_GOOD = 0x3A96C51E,
    PORT_CRYPTO_BAD_SIGNATURE = 0x55C23B68, /* key, digest and signature do not belong together */
    PORT_CRYPTO_FAULT = 0x6C5DA473          /* the library failed, or was not initialised */
};

/* Lend the library `bytes` of memory at `arena`, aligned for any type, for the life of the process.
 * It takes no other memory. 16 KB do for all of it on one thread. Called once, before the first thread
 * starts; a second call changes nothing and answers as the first did.
 *
 *   PORT_CRYPTO_GOOD   ready
 *   PORT_CRYPTO_FAULT  the arena is too small, or the library does not work on this device */
enum port_crypto_verdict port_crypto_init(void *arena, size_t bytes);

/* The largest number of arena bytes that were in use at one time since the start. */
size_t port_crypto_arena_bytes_used_max(void);

/* SHA-256 (FIPS 180-4) in pieces. The state is the caller's, holds no pointer and may be copied by
 * assignment, which continues two texts with one beginning. `begin`, any number of `add`, `end`. */
struct port_sha256 {
    uint64_t opaque[14];
};
void port_sha256_begin(struct port_sha256 *state);
void port_sha256_add(struct port_sha256 *state, const void *bytes, size_t len);
void port_sha256_end(struct port_sha256 *state, uint8_t digest[PORT_DIGEST_BYTES]);

/* SHA-256 of bytes at hand. */
void port_sha256(const void *bytes, size_t len, uint8_t digest[PORT_DIGEST_BYTES]);

/* HMAC-SHA-256 (RFC 2104) in pieces, with a key of any length. A state that was only begun may be
 * kept and copied for each message: that saves half of the work on short ones. It then is as secret
 * as the key. `end` wipes the state it is given. */
struct port_hmac {
    struct port_sha256 inner, outer;
};
void port_hmac_begin(struct port_hmac *state, const uint8_t *key, size_t key_len);
void port_hmac_add(struct port_hmac *state, const void *bytes, size_t len);
void port_hmac_end(struct port_hmac *state, uint8_t mac[PORT_DIGEST_BYTES]);

/* Is `signature` one that the owner of `public_key` made of `digest` (FIPS 186-5, P-256)? Both
 * halves of s are accepted, so a signature identifies nothing: see core/seal/README.md.
 *
 *   PORT_CRYPTO_GOOD           yes
 *   PORT_CRYPTO_BAD_SIGNATURE  no; or the key is not a point of the curve
 *   PORT_CRYPTO_FAULT          could not be found out; treat as bad */
enum port_crypto_verdict port_es256_verify(const uint8_t public_key[PORT_ES256_PUBLIC_BYTES],
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           const uint8_t signature[PORT_ES256_SIGNATURE_BYTES]);

/* Sign `digest`; the same input gives the same signature (RFC 6979). GOOD, or FAULT when the key is
 * not a scalar of the curve or the library failed; `signature` is then all zero. */
enum port_crypto_verdict port_es256_sign(const uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                         const uint8_t digest[PORT_DIGEST_BYTES],
                                         uint8_t signature[PORT_ES256_SIGNATURE_BYTES]);

/* Make a key pair from port_random(). GOOD or FAULT; after FAULT both are all zero. */
enum port_crypto_verdict port_es256_key_new(uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                            uint8_t public_key[PORT_ES256_PUBLIC_BYTES]);

/* The public half of `private_key`. GOOD or FAULT, as for signing. */
enum port_crypto_verdict port_es256_public(const uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                           uint8_t public_key[PORT_ES256_PUBLIC_BYTES]);

/* GOOD when `public_key` is a point of P-256 other than infinity. */
enum port_crypto_verdict port_es256_public_check(const uint8_t public_key[PORT_ES256_PUBLIC_BYTES]);

/* SHA-384 (FIPS 180-4) of bytes at hand. */
void port_sha384(const void *bytes, size_t len, uint8_t digest[PORT_SHA384_BYTES]);

/* As port_es256_verify() and port_es256_public_check(), with P-384 and a SHA-384. */
enum port_crypto_verdict port_es384_verify(const uint8_t public_key[PORT_ES384_PUBLIC_BYTES],
                                           const uint8_t digest[PORT_SHA384_BYTES],
                                           const uint8_t signature[PORT_ES384_SIGNATURE_BYTES]);
enum port_crypto_verdict port_es384_public_check(const uint8_t public_key[PORT_ES384_PUBLIC_BYTES]);

/* A public RSA key; the modulus is lent. */
struct port_rsa_public {
    const uint8_t *modulus; /* big-endian, its first byte is not 0 */
    size_t modulus_len;
    uint32_t exponent;
};

/* GOOD when the key has 2048 to 4096 bits in whole bytes, is odd, and its exponent is odd and at
 * least 65537 (FIPS 186-5, 5.1). */
enum port_crypto_verdict port_rsa_public_check(const struct port_rsa_public *key);

/* Is `signature` one that the owner of `key` made of `digest`, a SHA-256, with RSASSA-PKCS1-v1_5,
 * or RSASSA-PSS with a salt as long as the digest (RFC 8017, 8)? It is as long as the modulus, or
 * bad. The answers are those of port_es256_verify(). */
enum port_crypto_verdict port_rs256_verify(const struct port_rsa_public *key,
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           const uint8_t *signature, size_t signature_len);
enum port_crypto_verdict port_ps256_verify(const struct port_rsa_public *key,
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           const uint8_t *signature, size_t signature_len);

/* What a text is sealed with: AES-256-GCM (SP 800-38D). A key never meets the same nonce twice. */
struct port_gcm {
    const uint8_t *key;   /* PORT_AES256_KEY_BYTES */
    const uint8_t *nonce; /* PORT_GCM_NONCE_BYTES */
    const void *data;     /* authenticated with it, and not hidden */
    size_t data_len;
};

/* Seal `text` where it lies. GOOD, or FAULT: then text and tag are all zero. */
enum port_crypto_verdict port_gcm_seal(const struct port_gcm *with, uint8_t *text, size_t len,
                                       uint8_t tag[PORT_GCM_TAG_BYTES]);

/* Open what was sealed, where it lies.
 *
 *   PORT_CRYPTO_GOOD           it is what was sealed with this key, nonce and data
 *   PORT_CRYPTO_BAD_SIGNATURE  it is not
 *   PORT_CRYPTO_FAULT          could not be found out
 *
 * Unless it is GOOD, `text` is all zero. */
enum port_crypto_verdict port_gcm_open(const struct port_gcm *with, uint8_t *text, size_t len,
                                       const uint8_t tag[PORT_GCM_TAG_BYTES]);

#endif
