/* tls_desk.h - a desk that speaks TLS on both sides, and its own TLS listeners as its upstreams.
 *
 * The test stands between: what the gateway sends to an upstream it carries to one of the gateway's
 * listeners, and back. So both ends are real, and the test may cut, keep or replace what passes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_TLS_DESK_H
#define TEST_EXCHANGE_TLS_DESK_H

#include "test/exchange/desk.h"
#include "test/tls/certificates.h"

enum tls_desk_pair { TLS_GOOD, TLS_STRANGER, TLS_MISNAMED, TLS_EXPIRED, TLS_GARBAGE, TLS_PAIRS };

#define TLS_DESK_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/tls-desk"

/* For desk_open_at(): a configuration with certificates. `source` is PN_SOURCE_DIR, set before. False
 * where there is no openssl. */
bool tls_desk_prepare(const char *source);
void tls_desk_configure(struct pn_config *config);

/* The same, where TLS_GOOD asks for certificates, a.example and b.example have roots, and the gateway
 * shows its upstreams the pair of that name, such as "svid-a". */
void tls_desk_configure_mutual(struct pn_config *config, const char *own);

/* What the workers share, to be replaced by the test. */
struct pn_tls *tls_desk_shared(void);

/* Open the listeners and the upstreams of a desk that was opened so. */
void tls_desk_listen(struct desk *d);

/* Ask for the model of a pair as a client; NULL request: only connect to the TLS listener. */
struct sim_conn *tls_desk_ask(struct desk *d, enum tls_desk_pair pair);
struct sim_conn *tls_desk_connect(struct desk *d, enum tls_desk_pair pair);

/* Connections beyond the first `count` that the gateway opens to its upstreams hear nothing; without
 * this all do. */
void tls_desk_carries(unsigned count);

/* Carry all bytes of the connections that the gateway opened, until nothing moves. How many there have
 * been is returned. */
unsigned tls_desk_carry(struct desk *d);

#endif
