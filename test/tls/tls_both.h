/* tls_both.h - our server and our client over a wire, with the certificates of certificates.sh.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_TLS_TLS_BOTH_H
#define TEST_TLS_TLS_BOTH_H

#include "test/tls/certificates.h"
#include "test/tls/tls_wire.h"

/* One at a time: its memory is the process's. */
struct tls_both {
    struct tls_wire wire;
    struct port_tls *tls; /* of both sides */
    struct port_tls_trust roots, rsa_roots;
};

/* Make the certificates and start the library; once. False where there is no openssl. */
bool tls_both_prepare(const char *source);

/* A new one, whose wire the test shuts. */
void tls_both_open(struct tls_both *t);

/* Trust in the roots of one file, which are laid out at `at`. */
struct port_tls_trust tls_both_trust(const struct tls_both *t, const char *name, uint8_t *at);

/* A server with the pair of that name; a client that believes `whom`. */
struct port_tls_config *tls_both_server(const struct tls_both *t, const char *name);
struct port_tls_config *tls_both_client(const struct tls_both *t,
                                        const struct port_tls_trust *whom);

/* The handshakes ended well, and both sides can talk. */
void tls_both_stand(struct tls_both *t);

/* The text is that one. */
void tls_both_text(const char *wanted, struct port_tls_text got);

#endif
