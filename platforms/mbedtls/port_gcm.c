/* AES-256-GCM of port_crypto.h over mbedTLS 3.6: the cipher that TLS links anyway.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/gcm.h>
#include <mbedtls/platform_util.h>

#include "platforms/mbedtls/hooks.h"
#include "port/port_crypto.h"

/* The library's context for `with`; what comes of it is the library's status. */
static int begin(mbedtls_gcm_context *gcm, const struct port_gcm *with)
{
    mbedtls_gcm_init(gcm);
    if (pn_hooks_installed() == PN_HOOKS_FAILED) return MBEDTLS_ERR_GCM_BAD_INPUT;
    return mbedtls_gcm_setkey(gcm, MBEDTLS_CIPHER_ID_AES, with->key, 256);
}

enum port_crypto_verdict port_gcm_seal(const struct port_gcm *with, uint8_t *text, size_t len,
                                       uint8_t tag[PORT_GCM_TAG_BYTES])
{
    mbedtls_gcm_context gcm;
    int failed = begin(&gcm, with);

    if (!failed) {
        failed = mbedtls_gcm_crypt_and_tag(&gcm, MBEDTLS_GCM_ENCRYPT, len, with->nonce,
                                           PORT_GCM_NONCE_BYTES, with->data, with->data_len, text,
                                           text, PORT_GCM_TAG_BYTES, tag);
    }
    mbedtls_gcm_free(&gcm);
    if (!failed) return PORT_CRYPTO_GOOD;
    mbedtls_platform_zeroize(text, len);
    mbedtls_platform_zeroize(tag, PORT_GCM_TAG_BYTES);
    return PORT_CRYPTO_FAULT;
}

enum port_crypto_verdict port_gcm_open(const struct port_gcm *with, uint8_t *text, size_t len,
                                       const uint8_t tag[PORT_GCM_TAG_BYTES])
{
    mbedtls_gcm_context gcm;
    int failed = begin(&gcm, with);

    if (!failed) {
        failed = mbedtls_gcm_auth_decrypt(&gcm, len, with->nonce, PORT_GCM_NONCE_BYTES, with->data,
                                          with->data_len, tag, PORT_GCM_TAG_BYTES, text, text);
    }
    mbedtls_gcm_free(&gcm);
    if (!failed) return PORT_CRYPTO_GOOD;
    mbedtls_platform_zeroize(text, len);
    return failed == MBEDTLS_ERR_GCM_AUTH_FAILED ? PORT_CRYPTO_BAD_SIGNATURE : PORT_CRYPTO_FAULT;
}
