/* port_argon2id.h - a key of what a person remembers: Argon2id (RFC 9106, version 0x13).
 *
 * Made to be costly in memory and time, so that whoever has a file that was sealed with a passphrase, or
 * a password's record, tries few of them. Once is a tenth of a second of a processor: never called
 * by an event loop. Platforms without a person in front of them need not supply it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_ARGON2ID_H
#define PORT_ARGON2ID_H

#include "core/base/slice.h"

enum {
    PORT_ARGON2ID_LANES_MAX = 16,
    PORT_ARGON2ID_PASSES_MAX = 64,
    PORT_ARGON2ID_KIB_MAX = 1048576,        /* 1 GiB: a file that asks for more is not obeyed */
    PORT_ARGON2ID_KIB_PASSES_MAX = 4194304, /* 4 GiB: nor one that has so much filled in all */
    PORT_ARGON2ID_SALT_BYTES_MIN = 8,
    PORT_ARGON2ID_BYTES = 32 /* of what is derived */
};

/* What one derivation costs. The recommendation for 64 MiB is three passes and four lanes (RFC 9106,
 * 4); lanes are worked on one after the other. */
struct port_argon2id_cost {
    uint32_t memory_kib, passes, lanes;
};

/* True when the cost is within the limits above and has 8 KiB for each lane. Memory times passes is the
 * time that it takes: each is harmless alone, and both at their ends are a minute of a processor. */
static inline bool port_argon2id_cost_is_good(const struct port_argon2id_cost *cost)
{
    return cost->lanes >= 1 && cost->lanes <= PORT_ARGON2ID_LANES_MAX && cost->passes >= 1 &&
           cost->passes <= PORT_ARGON2ID_PASSES_MAX && cost->memory_kib >= 8 * cost->lanes &&
           cost->memory_kib <= PORT_ARGON2ID_KIB_MAX &&
           cost->memory_kib * cost->passes <= PORT_ARGON2ID_KIB_PASSES_MAX;
}

/* Bytes of memory that a derivation of a good cost takes. */
static inline size_t port_argon2id_bytes(const struct port_argon2id_cost *cost)
{
    return (size_t)cost->memory_kib * 1024;
}

/* `secret` and `data` are the optional K and X of the RFC; mostly empty. */
struct port_argon2id_input {
    struct pn_slice password, salt, secret, data;
};

/* Derive a key, in `memory` of port_argon2id_bytes(), aligned for any type, which holds nothing of it
 * afterwards. Nothing is allocated.
 *
 *   true   done
 *   false  the cost or the salt is beyond the limits: `key` is all zero */
bool port_argon2id(const struct port_argon2id_cost *cost, const struct port_argon2id_input *input,
                   void *memory, uint8_t key[PORT_ARGON2ID_BYTES]);

#endif
