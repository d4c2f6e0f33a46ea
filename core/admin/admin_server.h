/* admin_server.h - the few connections of the admin listener.
 *
 * Small on purpose: PN_ADMIN_CONNS_MAX connections, each with a head and an answer of its own, and
 * one buffer for one body at a time, as large as the largest sealed policy; a second body meanwhile
 * is answered 503. Requests are framed as strictly as on the data listener. A connection that is
 * idle or slow for PN_ADMIN_WAIT_MS is closed; where all places are taken, already after
 * PN_ADMIN_PATIENCE_MS when nobody has come in by it yet. So strangers keep no operator out.
 *
 * Each request stands at the door (door.h) before its body is read, and again after it where operators have
 * changed meanwhile. What it said to prove who asks is
 * wiped when it is answered. A connection that is refused is read for a moment longer, so that the
 * answer is not lost on the way.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ADMIN_SERVER_H
#define PN_ADMIN_SERVER_H

#include "core/admin/admin.h"
#include "core/admin/inventory.h"
#include "core/http/h1_body.h"
#include "core/limits.h"
#include "core/tls.h"

enum {
    PN_ADMIN_CONNS_MAX = 16,
    PN_ADMIN_WAIT_MS = 30000,
    PN_ADMIN_PATIENCE_MS = 1000,
    PN_ADMIN_LINGER_MS = 2000,
};

struct pn_admin_conn {
    int32_t socket;               /* PORT_NET_NONE: free */
    struct port_tls_session *tls; /* NULL: plain */
    struct port_net_addr peer;
    struct pn_operator who; /* of the request */
    uint32_t turn;          /* of the door, when it came in */
    uint32_t begun_ms, since_ms;
    uint32_t head_len, out_begin, out_end;
    uint8_t state;    /* enum in admin_server.c */
    bool keep, known; /* somebody has come in by it */
    bool lists;       /* the inventory, which goes on when this piece has left */
    struct pn_inventory inventory;
    struct pn_h1_head head;
    struct pn_h1_body body;
    uint8_t head_bytes[PN_HEAD_BYTES];
    uint8_t out[PN_ADMIN_BYTES + PN_HEAD_BYTES];
};

struct pn_admin_server {
    struct pn_admin *admin;
    struct port_net *net;
    struct pn_writer body;            /* lent: for one body */
    struct pn_admin_conn *body_owner; /* whose it is now, or NULL */
    int32_t listener;
    struct pn_tls *tls; /* NULL: it is plain */
    struct port_tls *engine;
    struct pn_tls_admin loaded;
    uint8_t answer[PN_ADMIN_BYTES]; /* body of the answer being written */
    struct pn_admin_conn conns[PN_ADMIN_CONNS_MAX];
};

/* Begin in zeroed memory. `listener` is a listening socket of `net`; `body` is lent for bodies. */
void pn_admin_server_init(struct pn_admin_server *s, struct pn_admin *admin, struct port_net *net,
                          int32_t listener, struct pn_writer body);

/* Speak TLS, with what `tls` says of the admin listener; before the first step. `engine` belongs to
 * `net`. False: there is no memory for it. Whenever another set is in force, load it at once. */
bool pn_admin_server_secure(struct pn_admin_server *s, struct pn_tls *tls, struct port_tls *engine);
void pn_admin_server_load(struct pn_admin_server *s);

/* Do all that is ready. Returns the milliseconds after which to call again at the latest. */
uint32_t pn_admin_server_step(struct pn_admin_server *s, const struct pn_now *now);

#endif
