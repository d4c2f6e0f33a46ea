/* postern.h - the gateway as a platform sees it.
 *
 * One `struct pn_gateway` is one event loop: it serves the clients of its listeners, decides each
 * call under the policy that `struct pn_shared` holds, and talks to upstreams. It never blocks,
 * never allocates and never reads a clock; the platform lends memory once, waits on the sockets,
 * and calls pn_gateway_step() with the time.
 *
 *     for (;;) {
 *         port_net_wait(net, wait_ms);
 *         wait_ms = pn_gateway_step(gateway, &now);
 *     }
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POSTERN_H
#define PN_POSTERN_H

#include "core/admin/admin_server.h"
#include "core/admin/revocations.h"
#include "core/audit/audit_writer.h"
#include "core/config.h"
#include "core/device.h"
#include "core/install.h"
#include "core/tls.h"
#include "core/vault/vault.h"

struct pn_gateway;

/* Bytes of memory that pn_gateway_init() needs under this configuration, bodies included: they are
 * address space, touched only as bodies arrive. */
size_t pn_gateway_bytes(const struct pn_config *config);

/* Build a gateway in `memory` (zeroed, aligned for any type, of pn_gateway_bytes()). `config` is
 * copied; what it points to is lent for the gateway's life. */
struct pn_gateway *pn_gateway_init(void *memory, const struct pn_config *config);

/* Serve clients of a listening socket of config->net. */
void pn_gateway_listen(struct pn_gateway *g, int32_t listener);

/* The same for clients that speak TLS, with what config->tls has for listener number `index`. */
void pn_gateway_listen_tls(struct pn_gateway *g, int32_t listener, uint32_t index);

/* Do all that is ready. Returns the milliseconds after which to call again at the latest. */
uint32_t pn_gateway_step(struct pn_gateway *g, const struct pn_now *now);

/* End whatever is under way, at once and for good: each request is answered as far as that is still
 * possible and its client takes it, and each decision gets its end record, `cut` for the reason
 * `stopped` where a call was under way. Another step would serve on; who stops makes none. */
void pn_gateway_stop(struct pn_gateway *g, const struct pn_now *now);

/* Requests under way and clients connected; a drained gateway has no request under way. */
uint32_t pn_gateway_exchanges(const struct pn_gateway *g);
uint32_t pn_gateway_clients(const struct pn_gateway *g);

/* Counters; may be read from any thread. Those of TLS are NULL where config->tls was, or
 * tls_arena_bytes had no room for an engine. */
const struct pn_stats *pn_gateway_stats(const struct pn_gateway *g);
const struct port_tls_counts *pn_gateway_tls_counts(const struct pn_gateway *g);

#endif
