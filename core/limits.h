/* limits.h - the counts and sizes of one gateway.
 *
 * What a deployment may set is listed in limits.def. What is compiled in is below: these decide the
 * layout of structures, and their cost in bytes is given for one more of each.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LIMITS_H
#define PN_LIMITS_H

#include <stdint.h>

struct pn_limits {
#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) uint32_t name;
#include "core/limits.def"
#undef PN_LIMIT
};

/* Fill in every default. */
void pn_limits_default(struct pn_limits *limits);

enum {
    /* A request or response head, and the buffer it is read into. Over it: 431, or 502 upstream. */
    PN_HEAD_BYTES = 8192,
    /* What one exchange holds of an answer on its way; longer answers stream through it. */
    PN_RELAY_BYTES = 16384,
    PN_TOKENS_PER_TURN = 2,
    PN_FORM_BYTES = 16384, /* of a form for the token endpoint; a larger one is refused with 413 */
    /* Bytes of a body scanned in one turn of the loop, so that one large body stalls nobody. */
    PN_SCAN_BYTES_PER_TURN = 65536,
    /* Policies live at once: the newest, and older ones that open requests still hold. */
    PN_POLICY_GENERATIONS = 4,
    /* Event loops; 16 bytes each in every generation. */
    PN_WORKERS_MAX = 64,
    /* Values recorded inside lists and maps that a rule looks into; 32 bytes each. */
    PN_NODES_MAX = 256,
    /* Upstream host and port pairs one worker knows; 512 bytes each. */
    PN_AUTHORITIES_MAX = 64,
    /* Addresses kept of one name; each is tried in turn. */
    PN_ADDRESSES_MAX = 8,
    /* Names, addresses and paths of an upstream and a server, kept by an exchange. A policy with longer
     * ones is refused. */
    PN_ROUTE_TEXT_BYTES = 1024,
    /* Text of a tool, model or method name that is judged; longer names are refused. */
    PN_NAME_BYTES = 256,
};

#endif
