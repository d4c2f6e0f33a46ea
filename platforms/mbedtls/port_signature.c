/* port_signature.c - what tokens are signed with beside ES256, over mbedTLS 3.6.
 *
 * Keys are imported for one verification. A key that the library does not take verifies nothing,
 * which is a bad signature and not a fault.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/sha512.h>
#include <psa/crypto.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/slice.h"
#include "port/port_crypto.h"

enum { UNCOMPRESSED = 0x04, DER_INTEGER = 0x02, DER_SEQUENCE = 0x30, DER_TWO_LENGTH_BYTES = 0x82 };

/* A sequence of two integers: each has a zero in front of it at most, and at most 4 bytes of tag
 * and length. */
enum { RSA_DER_BYTES = 4 + 4 + 1 + PORT_RSA_BYTES_MAX + 2 + 1 + 4 };

void port_sha384(const void *bytes, size_t len, uint8_t digest[PORT_SHA384_BYTES])
{
    PN_ASSERT(mbedtls_sha512(bytes, len, digest, 1) == 0);
}

static psa_key_attributes_t made_for(psa_key_type_t type, psa_algorithm_t algorithm)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;

    psa_set_key_type(&attributes, type);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
    psa_set_key_algorithm(&attributes, algorithm);
    return attributes;
}

/* Only what names the input is the input's fault. */
static enum port_crypto_verdict judge(psa_status_t status)
{
    switch (status) {
    case PSA_SUCCESS: return PORT_CRYPTO_GOOD;
    case PSA_ERROR_INVALID_SIGNATURE:
    case PSA_ERROR_INVALID_ARGUMENT: return PORT_CRYPTO_BAD_SIGNATURE;
    default: return PORT_CRYPTO_FAULT;
    }
}

static enum port_crypto_verdict let_go(psa_key_id_t key, psa_status_t status)
{
    return psa_destroy_key(key) == PSA_SUCCESS ? judge(status) : PORT_CRYPTO_FAULT;
}

/* --- ES384 --- */

/* Importing checks that the point lies on the curve. */
static psa_status_t import_point(const uint8_t public_key[PORT_ES384_PUBLIC_BYTES],
                                 psa_key_id_t *key)
{
    psa_key_attributes_t as = made_for(PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1),
                                       PSA_ALG_ECDSA(PSA_ALG_SHA_384));
    uint8_t point[1 + PORT_ES384_PUBLIC_BYTES] = { UNCOMPRESSED };

    psa_set_key_bits(&as, 384);
    memcpy(point + 1, public_key, PORT_ES384_PUBLIC_BYTES);
    return psa_import_key(&as, point, sizeof point, key);
}

enum port_crypto_verdict port_es384_verify(const uint8_t public_key[PORT_ES384_PUBLIC_BYTES],
                                           const uint8_t digest[PORT_SHA384_BYTES],
                                           const uint8_t signature[PORT_ES384_SIGNATURE_BYTES])
{
    psa_key_id_t key = 0;
    psa_status_t status = import_point(public_key, &key);

    if (status != PSA_SUCCESS) return judge(status);
    status = psa_verify_hash(key, PSA_ALG_ECDSA(PSA_ALG_SHA_384), digest, PORT_SHA384_BYTES,
                             signature, PORT_ES384_SIGNATURE_BYTES);
    return let_go(key, status);
}

enum port_crypto_verdict port_es384_public_check(const uint8_t public_key[PORT_ES384_PUBLIC_BYTES])
{
    psa_key_id_t key = 0;
    psa_status_t status = import_point(public_key, &key);

    return status == PSA_SUCCESS ? let_go(key, status) : judge(status);
}

/* --- RSA --- */

enum port_crypto_verdict port_rsa_public_check(const struct port_rsa_public *key)
{
    bool sized = key->modulus_len >= PORT_RSA_BYTES_MIN && key->modulus_len <= PORT_RSA_BYTES_MAX;
    bool good = sized && (key->modulus[0] & 0x80) != 0 &&
                (key->modulus[key->modulus_len - 1] & 1) != 0 &&
                key->exponent >= PORT_RSA_EXPONENT_MIN && (key->exponent & 1) != 0;

    return good ? PORT_CRYPTO_GOOD : PORT_CRYPTO_BAD_SIGNATURE;
}

static size_t put_exponent(uint8_t *at, uint32_t exponent)
{
    uint8_t bytes[5] = { 0, (uint8_t)(exponent >> 24), (uint8_t)(exponent >> 16),
                         (uint8_t)(exponent >> 8), (uint8_t)exponent };
    size_t skip = 0;

    /* The shortest form that is not negative. */
    while (skip < 4 && bytes[skip] == 0 && (bytes[skip + 1] & 0x80) == 0) skip++;
    at[0] = DER_INTEGER;
    at[1] = (uint8_t)(sizeof bytes - skip);
    memcpy(at + 2, bytes + skip, sizeof bytes - skip);
    return 2 + sizeof bytes - skip;
}

static void put_head(uint8_t *at, uint8_t tag, size_t len)
{
    at[0] = tag;
    at[1] = DER_TWO_LENGTH_BYTES;
    at[2] = (uint8_t)(len >> 8);
    at[3] = (uint8_t)len;
}

/* RSAPublicKey (RFC 8017, A.1.1), which is what importing wants. */
static size_t put_rsa_key(uint8_t der[RSA_DER_BYTES], const struct port_rsa_public *key)
{
    size_t modulus = 4 + 1 + key->modulus_len;
    size_t len = modulus + put_exponent(der + 4 + modulus, key->exponent);

    put_head(der, DER_SEQUENCE, len);
    put_head(der + 4, DER_INTEGER, 1 + key->modulus_len);
    der[8] = 0;
    memcpy(der + 9, key->modulus, key->modulus_len);
    return 4 + len;
}

static enum port_crypto_verdict rsa_verify(const struct port_rsa_public *key,
                                           psa_algorithm_t algorithm,
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           struct pn_slice signature)
{
    psa_key_attributes_t as = made_for(PSA_KEY_TYPE_RSA_PUBLIC_KEY, algorithm);
    uint8_t der[RSA_DER_BYTES];
    psa_key_id_t id = 0;

    if (port_rsa_public_check(key) != PORT_CRYPTO_GOOD) return PORT_CRYPTO_BAD_SIGNATURE;
    psa_status_t status = psa_import_key(&as, der, put_rsa_key(der, key), &id);
    if (status != PSA_SUCCESS) return judge(status);
    status = psa_verify_hash(id, algorithm, digest, PORT_DIGEST_BYTES, signature.at, signature.len);
    return let_go(id, status);
}

enum port_crypto_verdict port_rs256_verify(const struct port_rsa_public *key,
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           const uint8_t *signature, size_t signature_len)
{
    return rsa_verify(key, PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256), digest,
                      pn_slice(signature, signature_len));
}

enum port_crypto_verdict port_ps256_verify(const struct port_rsa_public *key,
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           const uint8_t *signature, size_t signature_len)
{
    return rsa_verify(key, PSA_ALG_RSA_PSS(PSA_ALG_SHA_256), digest,
                      pn_slice(signature, signature_len));
}
