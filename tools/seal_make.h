/* seal_make.h - seal a policy: write its manifest, sign it, put the body behind.
 *
 * The writing half of core/seal. What it writes is read back by the same code that devices run,
 * before anybody gets it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_SEAL_MAKE_H
#define PN_TOOLS_SEAL_MAKE_H

#include "core/seal/seal.h"
#include "tools/key_file.h"

/* What the author wants to say. Zero means: the least, no end, nobody; see each. */
struct pn_seal_wish {
    uint64_t sequence;            /* as it is */
    uint64_t issued_s, expires_s; /* Unix time; expires later than issued */
    uint8_t tenant[PN_TENANT_BYTES];
    const struct pn_slice *devices, *groups; /* none of both: every device of the tenant */
    size_t device_count, group_count;
    uint32_t epoch, grace_s; /* a grace above 0 means: on expiry, keep so long */
    uint32_t keyset_min;     /* version of the key set that a device needs first; 0: none */
    uint16_t engine_min;
    uint8_t mode;  /* enum pn_mode */
    uint8_t flags; /* enum pn_manifest_flag */
};

enum pn_seal_made {
    PN_SEAL_MAKE_FAILED,   /* the library could not sign */
    PN_SEAL_MAKE_REFUSED,  /* a device would not take it: expiry before issue, a bad target name ...
                            */
    PN_SEAL_MAKE_OVERSIZE, /* envelope above PN_ENVELOPE_BYTES_MAX, or `out` too small */
    PN_SEAL_MAKE_DONE
};

/* Bytes that `out` needs beside the body's. */
enum { PN_SEAL_MAKE_OVERHEAD_BYTES = PN_ENVELOPE_BYTES_MAX };

/* Seal `body` with `pair` into `out`. `seal` tells what a device would see and borrows from `out`;
 * unless DONE, `out` is to be thrown away. */
enum pn_seal_made pn_seal_make(const struct pn_seal_wish *wish, struct pn_slice body,
                               const struct pn_key_pair *pair, struct pn_writer *out,
                               struct pn_seal *seal);

/* For development, with a pair from pn_key_pair_new() that nobody keeps: every device, for a year,
 * in the mode of the body. Each change needs a greater sequence than the one before. */
struct pn_seal_wish pn_seal_wish_dev(uint64_t now_s, uint64_t sequence, enum pn_mode mode);

#endif
