/* admin_client.h - ask the admin listener of a running gateway, from a command.
 *
 * One request, one connection: over TLS where roots are named by which to believe the listener, else in
 * plain HTTP. Who asks is proven with a certificate, or with an admin key, which is read from a file or
 * from the environment and never from the command line, where every process of the machine sees it. In
 * plain HTTP a key is sent over loopback only: elsewhere it would be anybody's on the way.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_ADMIN_CLIENT_H
#define PN_TOOLS_ADMIN_CLIENT_H

#include "core/base/slice.h"
#include "port/port_net.h"

#define ADMIN_CLIENT_AT       "127.0.0.1:9901"
#define ADMIN_CLIENT_VARIABLE "POSTERN_ADMIN_KEY"

enum {
    ADMIN_CLIENT_SOCKETS = 2,
    ADMIN_CLIENT_WAIT_S = 30,
    ADMIN_REPLY_BYTES = 131072,
    ADMIN_KEY_BYTES = 512
};

struct admin_client {
    const char *program;  /* for messages */
    const char *at;       /* address and port */
    const char *key_path; /* of the file with the key; NULL: the variable, or no key */
    /* Of TLS. */
    const char *roots_path; /* NULL: plain */
    const char *name;       /* whom the listener's certificate is for; NULL: its address */
    const char *certificate_path, *certificate_key_path; /* our own; both or neither */
    struct port_net *net;                                /* for ADMIN_CLIENT_SOCKETS */
};

struct admin_request {
    const char *method, *path;
    struct pn_slice match; /* If-Match; empty: none */
    struct pn_slice body;  /* JSON; empty: none */
};

/* The slices borrow from `bytes`. */
struct admin_reply {
    unsigned status;
    struct pn_slice tag, body;
    uint8_t bytes[ADMIN_REPLY_BYTES + 1];
};

/* Ask. False, told on standard error, when no answer came. */
bool admin_client_ask(const struct admin_client *client, const struct admin_request *request,
                      struct admin_reply *reply);

#endif
