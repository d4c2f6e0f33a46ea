/* see tls_server.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tls/tls_server.h"

#include "platforms/mbedtls/tls_engine.h"

void tls_server_speaks(struct port_tls_config *server, enum tls_server_version version)
{
    mbedtls_ssl_protocol_version number =
        version == TLS_SERVER_1_2 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3;

    mbedtls_ssl_conf_min_tls_version(&server->ssl, number);
    mbedtls_ssl_conf_max_tls_version(&server->ssl, number);
}

void tls_server_takes_none(struct port_tls_config *server)
{
    static const int none[] = { MBEDTLS_TLS_RSA_WITH_NULL_MD5, 0 };

    mbedtls_ssl_conf_ciphersuites(&server->ssl, none);
}
