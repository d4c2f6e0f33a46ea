/* session.h - MCP session ids that only their owner can use.
 *
 * A server names a session in its answer to `initialize`; the client sends the name with every
 * later request (MCP 2025-11-25, transports, session management). The gateway keeps no table of
 * them: what the client gets is the server's id followed by a code that binds it to the server's
 * name and to the caller's key. So any worker, and the next run of the gateway, can tell whose a
 * session is, and with another key, or at another server, the id is nobody's.
 *
 *     <server's id> "." <32 hex digits: HMAC-SHA-256 under the device key, first 16 bytes>
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SESSION_H
#define PN_SESSION_H

#include "core/base/slice.h"
#include "core/base/writer.h"

struct pn_session_owner {
    struct pn_slice server;
    const uint8_t *key_digest; /* 32 bytes: SHA-256 of the API key */
};

/* Append the id that the client gets for the server's `id`. */
void pn_session_seal(struct pn_writer *w, const uint8_t device_key[32],
                     const struct pn_session_owner *owner, struct pn_slice id);

/* Find the server's id in what the client sent; `*id` borrows from `sealed`.
 * False when it was not sealed here for this owner. */
bool pn_session_open(const uint8_t device_key[32], const struct pn_session_owner *owner,
                     struct pn_slice sealed, struct pn_slice *id);

/* What names a session of a client: the code at the end of what the client sends, which tells nobody
 * the server's id. Empty when it is too short to have one. */
struct pn_slice pn_session_code(struct pn_slice sealed);

#endif
