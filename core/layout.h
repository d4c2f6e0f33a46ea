/* layout.h - one region of memory, cut once into all that a gateway will ever use.
 *
 * Measuring and cutting are the same walk, so that they cannot differ: with no memory it only
 * counts. What lies on pages of its own (an exchange, its window) can be given back to the system.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LAYOUT_H
#define PN_LAYOUT_H

#include "core/gateway.h"

/* Bytes of memory that pn_layout_make() needs for `config`, wherever they begin. */
size_t pn_layout_bytes(const struct pn_config *config);

/* Cut `memory`, which is zero and has pn_layout_bytes() bytes, into a gateway and all it points to. It has
 * its configuration, and its desks and errands are ready; the pools are empty, the timers unset. The
 * memory stays the caller's and must outlive the gateway. */
struct pn_gateway *pn_layout_make(void *memory, const struct pn_config *config);

/* Everything in an exchange that does not belong to one request. Its memory is zero. */
void pn_layout_exchange(struct pn_gateway *g, uint32_t index);

#endif
