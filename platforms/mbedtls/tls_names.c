/* What a certificate says of whom it is for, from what the library has parsed. Nothing here decides.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/oid.h>

#include "platforms/mbedtls/tls_engine.h"

enum { ISSUES = MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN };

static void take(const mbedtls_x509_buf *buf, struct port_tls_text *text, uint16_t *count)
{
    if (*count == 0) *text = (struct port_tls_text){ buf->p, buf->len };
    if (*count < UINT16_MAX) (*count)++;
}

static void read_alternatives(const mbedtls_x509_crt *crt, struct port_tls_peer *peer)
{
    const mbedtls_x509_sequence *s = &crt->subject_alt_names;

    for (; s && s->buf.p; s = s->next) {
        switch (s->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) {
        case MBEDTLS_X509_SAN_UNIFORM_RESOURCE_IDENTIFIER:
            take(&s->buf, &peer->uri, &peer->uri_count);
            break;
        case MBEDTLS_X509_SAN_DNS_NAME: take(&s->buf, &peer->dns, &peer->dns_count); break;
        default: break;
        }
    }
}

static void read_subject(const mbedtls_x509_crt *crt, struct port_tls_peer *peer)
{
    for (const mbedtls_x509_name *n = &crt->subject; n; n = n->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &n->oid) != 0) continue;
        take(&n->val, &peer->common_name, &peer->common_name_count);
    }
}

static uint8_t uses_of(const mbedtls_x509_crt *crt)
{
    bool said = mbedtls_x509_crt_has_ext_type(crt, MBEDTLS_X509_EXT_KEY_USAGE) != 0;
    unsigned usage = said ? crt->MBEDTLS_PRIVATE(key_usage) : 0;
    uint8_t uses = 0;

    if (usage & MBEDTLS_X509_KU_DIGITAL_SIGNATURE) uses |= PORT_TLS_USE_SIGNS;
    if ((usage & ISSUES) || crt->MBEDTLS_PRIVATE(ca_istrue)) uses |= PORT_TLS_USE_ISSUES;
    return uses;
}

void pn_tls_names_read(const mbedtls_x509_crt *crt, struct port_tls_peer *peer)
{
    *peer =
        (struct port_tls_peer){ .uses = uses_of(crt), .end_s = pn_tls_seconds_of(&crt->valid_to) };
    read_alternatives(crt, peer);
    read_subject(crt, peer);
}
