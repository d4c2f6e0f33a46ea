/* SPDX-License-Identifier: Apache-2.0 */
/* mbedtls_config.h - what of mbedTLS 3.6 is compiled in, and why.
 *
 * The gateway calls mbedTLS through PSA and mbedtls_sha*_* only. Random bytes come from
 * port_random by mbedtls_psa_external_get_random() in platforms/mbedtls: the platform's generator
 * is as good as ours would be, and workers then share no generator and no lock for one. That is
 * why there is no entropy module and no CTR_DRBG here. Memory comes through
 * mbedtls_platform_set_calloc_free, so that a fixed region can be installed. */
#ifndef PN_MBEDTLS_CONFIG_H
#define PN_MBEDTLS_CONFIG_H

/* The platform: our memory, no files, no clock, no sockets. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_HAVE_ASM
#if defined(__unix__)
#define MBEDTLS_THREADING_C /* workers verify and sign at the same time */
#define MBEDTLS_THREADING_PTHREAD
#endif

/* PSA. Key slots are a fixed table with room for the key inside, so importing allocates nothing. */
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_USE_PSA_CRYPTO
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS
#define MBEDTLS_PSA_STATIC_KEY_SLOTS
#define MBEDTLS_PSA_KEY_SLOT_COUNT 32

/* Hashes: digests of bodies, keys and records; HMAC of arguments; HKDF for device keys. */
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_USE_ARMV8_A_CRYPTO_IF_PRESENT
#define MBEDTLS_MD_C
#define MBEDTLS_HKDF_C

/* ES256: sealed policies and JWS. Signing is deterministic (RFC 6979); a poor generator on a
 * device then costs unlinkability, not the key. */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECDSA_DETERMINISTIC
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_PK_C

/* What tokens are signed with beside ES256: ES384, RS256, PS256. */
#define MBEDTLS_SHA512_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21

/* AES-GCM: secrets at rest. */
#define MBEDTLS_AES_C
#define MBEDTLS_AESNI_C
#define MBEDTLS_AESCE_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C

#define MBEDTLS_DEPRECATED_REMOVED

#endif
