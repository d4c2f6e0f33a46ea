/* port_crypto.c - port_crypto.h over mbedTLS 3.6.
 *
 * What differs between versions of the library is in this file, in port_sha256.c and in
 * mbedtls_config.h. Digests use direct SHA-256 calls, which allocate nothing and take no lock; they
 * run on every request. Signatures go through PSA, whose shape 4.x keeps.
 *
 * The arena of the process is a static here; TLS engines bring arenas of their own (hooks.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "port/port_crypto.h"

#include <mbedtls/platform_util.h>
#include <psa/crypto.h>
#include <string.h>

#include "core/base/assert.h"
#include "platforms/mbedtls/arena.h"
#include "platforms/mbedtls/hooks.h"
#include "port/port_random.h"

enum { BLOCK_BYTES = 64, POINT_BYTES = 1 + PORT_ES256_PUBLIC_BYTES, UNCOMPRESSED = 0x04 };

static struct {
    struct arena arena;
    enum port_crypto_verdict ready; /* 0 before port_crypto_init() */
} lib;

enum port_crypto_verdict port_crypto_init(void *arena, size_t bytes)
{
    if (lib.ready != 0) return lib.ready;
    lib.ready = PORT_CRYPTO_FAULT;
    pn_arena_init(&lib.arena, arena, bytes);
    if (pn_hooks_install(&lib.arena) == PN_HOOKS_FAILED) return lib.ready;
    if (psa_crypto_init() == PSA_SUCCESS) lib.ready = PORT_CRYPTO_GOOD;
    return lib.ready;
}

size_t port_crypto_arena_bytes_used_max(void)
{
    return lib.arena.used_bytes_max;
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                             uint8_t *output, size_t output_size,
                                             size_t *output_length)
{
    (void)context;
    if (port_random(output, output_size) != PORT_RANDOM_DONE) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *output_length = output_size;
    return PSA_SUCCESS;
}

/* One half of the key schedule of RFC 2104: the key, padded to a block, under `pad`. */
static void add_padded_key(struct port_sha256 *state, const uint8_t key[BLOCK_BYTES], uint8_t pad)
{
    uint8_t block[BLOCK_BYTES];

    for (size_t i = 0; i < sizeof block; i++) {
        block[i] = (uint8_t)(key[i] ^ pad);
    }
    port_sha256_begin(state);
    port_sha256_add(state, block, sizeof block);
    mbedtls_platform_zeroize(block, sizeof block);
}

void port_hmac_begin(struct port_hmac *state, const uint8_t *key, size_t key_len)
{
    uint8_t block[BLOCK_BYTES] = { 0 };

    if (key_len > sizeof block) {
        port_sha256(key, key_len, block);
    } else if (key_len > 0) {
        memcpy(block, key, key_len);
    }
    add_padded_key(&state->inner, block, 0x36);
    add_padded_key(&state->outer, block, 0x5C);
    mbedtls_platform_zeroize(block, sizeof block);
}

void port_hmac_add(struct port_hmac *state, const void *bytes, size_t len)
{
    port_sha256_add(&state->inner, bytes, len);
}

void port_hmac_end(struct port_hmac *state, uint8_t mac[PORT_DIGEST_BYTES])
{
    uint8_t inner[PORT_DIGEST_BYTES];

    port_sha256_end(&state->inner, inner);
    port_sha256_add(&state->outer, inner, sizeof inner);
    port_sha256_end(&state->outer, mac);
    mbedtls_platform_zeroize(inner, sizeof inner);
    mbedtls_platform_zeroize(state, sizeof *state);
}

static psa_key_attributes_t attributes(psa_key_type_t type, psa_key_usage_t usage)
{
    psa_key_attributes_t made = PSA_KEY_ATTRIBUTES_INIT;

    psa_set_key_type(&made, type);
    psa_set_key_bits(&made, 256);
    psa_set_key_usage_flags(&made, usage);
    psa_set_key_algorithm(&made, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256));
    return made;
}

/* Importing checks that the point lies on the curve. */
static psa_status_t import_public(const uint8_t public_key[PORT_ES256_PUBLIC_BYTES],
                                  psa_key_id_t *key)
{
    psa_key_attributes_t as =
        attributes(PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), PSA_KEY_USAGE_VERIFY_HASH);
    uint8_t point[POINT_BYTES] = { UNCOMPRESSED };

    if (lib.ready != PORT_CRYPTO_GOOD) return PSA_ERROR_BAD_STATE;
    memcpy(point + 1, public_key, PORT_ES256_PUBLIC_BYTES);
    return psa_import_key(&as, point, sizeof point, key);
}

static psa_status_t import_private(const uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                   psa_key_id_t *key)
{
    psa_key_attributes_t as =
        attributes(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_KEY_USAGE_SIGN_HASH);

    if (lib.ready != PORT_CRYPTO_GOOD) return PSA_ERROR_BAD_STATE;
    return psa_import_key(&as, private_key, PORT_ES256_PRIVATE_BYTES, key);
}

/* Only what names the input is the input's fault. A corruption, a full arena or a status that a
 * later version invents stays a fault. */
static enum port_crypto_verdict verdict_of(psa_status_t status)
{
    switch (status) {
    case PSA_SUCCESS: return PORT_CRYPTO_GOOD;
    case PSA_ERROR_INVALID_SIGNATURE:
    case PSA_ERROR_INVALID_ARGUMENT: return PORT_CRYPTO_BAD_SIGNATURE;
    default: return PORT_CRYPTO_FAULT;
    }
}

enum port_crypto_verdict port_es256_verify(const uint8_t public_key[PORT_ES256_PUBLIC_BYTES],
                                           const uint8_t digest[PORT_DIGEST_BYTES],
                                           const uint8_t signature[PORT_ES256_SIGNATURE_BYTES])
{
    psa_key_id_t key = 0;
    psa_status_t status = import_public(public_key, &key);

    if (status != PSA_SUCCESS) return verdict_of(status);
    status = psa_verify_hash(key, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), digest,
                             PORT_DIGEST_BYTES, signature, PORT_ES256_SIGNATURE_BYTES);
    if (psa_destroy_key(key) != PSA_SUCCESS) return PORT_CRYPTO_FAULT;
    return verdict_of(status);
}

enum port_crypto_verdict port_es256_public_check(const uint8_t public_key[PORT_ES256_PUBLIC_BYTES])
{
    psa_key_id_t key = 0;
    psa_status_t status = import_public(public_key, &key);

    if (status != PSA_SUCCESS) return verdict_of(status);
    return psa_destroy_key(key) == PSA_SUCCESS ? PORT_CRYPTO_GOOD : PORT_CRYPTO_FAULT;
}

enum port_crypto_verdict port_es256_sign(const uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                         const uint8_t digest[PORT_DIGEST_BYTES],
                                         uint8_t signature[PORT_ES256_SIGNATURE_BYTES])
{
    psa_key_id_t key = 0;
    psa_status_t status = import_private(private_key, &key);
    size_t len = 0;

    if (status == PSA_SUCCESS) {
        status = psa_sign_hash(key, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), digest,
                               PORT_DIGEST_BYTES, signature, PORT_ES256_SIGNATURE_BYTES, &len);
    }
    psa_destroy_key(key);
    if (status == PSA_SUCCESS && len == PORT_ES256_SIGNATURE_BYTES) return PORT_CRYPTO_GOOD;
    memset(signature, 0, PORT_ES256_SIGNATURE_BYTES);
    return PORT_CRYPTO_FAULT;
}

enum port_crypto_verdict port_es256_public(const uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                           uint8_t public_key[PORT_ES256_PUBLIC_BYTES])
{
    psa_key_id_t key = 0;
    psa_status_t status = import_private(private_key, &key);
    uint8_t point[POINT_BYTES] = { 0 };
    size_t len = 0;

    if (status == PSA_SUCCESS) {
        status = psa_export_public_key(key, point, sizeof point, &len);
    }
    psa_destroy_key(key);
    if (status != PSA_SUCCESS || len != sizeof point) memset(point, 0, sizeof point);
    memcpy(public_key, point + 1, PORT_ES256_PUBLIC_BYTES);
    return point[0] == UNCOMPRESSED ? PORT_CRYPTO_GOOD : PORT_CRYPTO_FAULT;
}

static psa_status_t generate(uint8_t private_key[PORT_ES256_PRIVATE_BYTES])
{
    psa_key_attributes_t as = attributes(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
                                         PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_EXPORT);
    psa_key_id_t key = 0;
    size_t len = 0;
    psa_status_t status = PSA_ERROR_BAD_STATE;

    if (lib.ready != PORT_CRYPTO_GOOD) return status;
    status = psa_generate_key(&as, &key);
    if (status == PSA_SUCCESS) {
        status = psa_export_key(key, private_key, PORT_ES256_PRIVATE_BYTES, &len);
    }
    psa_destroy_key(key);
    if (status == PSA_SUCCESS && len != PORT_ES256_PRIVATE_BYTES) return PSA_ERROR_GENERIC_ERROR;
    return status;
}

enum port_crypto_verdict port_es256_key_new(uint8_t private_key[PORT_ES256_PRIVATE_BYTES],
                                            uint8_t public_key[PORT_ES256_PUBLIC_BYTES])
{
    if (generate(private_key) == PSA_SUCCESS &&
        port_es256_public(private_key, public_key) == PORT_CRYPTO_GOOD) {
        return PORT_CRYPTO_GOOD;
    }
    mbedtls_platform_zeroize(private_key, PORT_ES256_PRIVATE_BYTES);
    memset(public_key, 0, PORT_ES256_PUBLIC_BYTES);
    return PORT_CRYPTO_FAULT;
}
