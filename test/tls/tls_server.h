/* tls_server.h - our own servers made to be like others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TLS_SERVER_H
#define TEST_TLS_SERVER_H

#include "port/port_tls.h"

enum tls_server_version { TLS_SERVER_1_2, TLS_SERVER_1_3 };

/* From now on it speaks that version alone. */
void tls_server_speaks(struct port_tls_config *server, enum tls_server_version version);

/* From now on it takes no handshake at all. */
void tls_server_takes_none(struct port_tls_config *server);

#endif
