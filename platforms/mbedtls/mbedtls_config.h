/* SPDX-License-Identifier: Apache-2.0 */
/* mbedtls_config.h - what of mbedTLS 3.6 is compiled in, and why.
 *
 * The gateway calls mbedTLS for TLS, and else through PSA and mbedtls_sha*_* only. Random bytes come
 * from port_random by mbedtls_psa_external_get_random() in platforms/mbedtls: the platform's generator
 * is as good as ours would be, and workers then share no generator and no lock for one. That is
 * why there is no entropy module and no CTR_DRBG here. Memory comes through
 * mbedtls_platform_set_calloc_free, so that a fixed region can be installed. */
#ifndef PN_MBEDTLS_CONFIG_H
#define PN_MBEDTLS_CONFIG_H

/* The platform: our memory, no files, no sockets; the time is port_clock's (tls_clock.c), and while
 * nobody has told it, no certificate is valid yet. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#define MBEDTLS_PLATFORM_TIME_ALT
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#define MBEDTLS_PLATFORM_GMTIME_R_ALT
#define MBEDTLS_HAVE_ASM
#if defined(__unix__)
#define MBEDTLS_THREADING_C /* workers verify and sign at the same time */
#define MBEDTLS_THREADING_PTHREAD
#endif

/* PSA. Key slots are a fixed table with room for the key inside, so importing allocates nothing. TLS
 * does without it (no MBEDTLS_USE_PSA_CRYPTO): records would each allocate and hold two slots a
 * session. What is left is the key agreement of TLS 1.3, which takes a slot from our hello to the
 * upstream's, so the table has room for the handshakes under way in all workers. */
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS
#define MBEDTLS_PSA_STATIC_KEY_SLOTS
#define MBEDTLS_PSA_STATIC_KEY_SLOT_BUFFER_SIZE 640 /* a public key of RSA 4096, and less */
#if defined(__unix__)
#define MBEDTLS_PSA_KEY_SLOT_COUNT 512
#else
#define MBEDTLS_PSA_KEY_SLOT_COUNT 16
#endif

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
/* An RSA listener signs in four fifths of the time, for 4 KB more. */
#define MBEDTLS_MPI_WINDOW_SIZE 5
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21

/* AES-GCM: secrets at rest, and records. ChaCha20 is three times as fast where AES has no
 * instructions. */
#define MBEDTLS_AES_C
#define MBEDTLS_AESNI_C
#define MBEDTLS_AESCE_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

/* TLS 1.2 and 1.3, ECDHE with certificates only: no renegotiation, no static RSA, no CBC, no PSK but
 * for resumption. RSASSA_PSS is what TLS 1.3 needs with RSA certificates. An upstream may send records
 * of full size whatever it is asked; ours go out smaller, but our certificate chain has to fit. */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_SESSION_TICKETS
#define MBEDTLS_SSL_TICKET_C
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_IN_CONTENT_LEN 16384
#if defined(__unix__)
#define MBEDTLS_SSL_OUT_CONTENT_LEN 8192
#else
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096
#endif
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK /* roots stay DER until one is needed */
#define MBEDTLS_X509_REMOVE_INFO
#if defined(__unix__)
#define MBEDTLS_PEM_PARSE_C /* devices get DER */
#define MBEDTLS_BASE64_C
#endif

#define MBEDTLS_DEPRECATED_REMOVED

#endif
