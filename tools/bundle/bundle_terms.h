/* bundle_terms.h - what a bundle wants its manifest to say.
 *
 * bundle.yaml names targets, expiry and tenant, but the manifest is written when the body is
 * sealed. The body carries them in a section that devices pass over (number 64), so that
 * `postern policy sign` needs no options for what the author has written down already.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_BUNDLE_TERMS_H
#define TOOLS_BUNDLE_TERMS_H

#include "tools/compile/arena.h"

#define BUNDLE_TERMS_SECTION   64
#define BUNDLE_TERMS_NAMES_MAX 64

struct bundle_terms {
    struct pn_slice name;
    uint8_t tenant[16];       /* all zero: not stated */
    uint64_t expires_after_s; /* after sealing; 0: not stated */
    uint64_t sequence;        /* 0: not stated */
    uint32_t grace_s;         /* above 0: on expiry it is kept so long */
    uint32_t epoch;
    struct pn_slice groups[BUNDLE_TERMS_NAMES_MAX], devices[BUNDLE_TERMS_NAMES_MAX];
    size_t group_count, device_count; /* none of both: every device */
};

/* Append the section's contents. */
void bundle_terms_write(struct bytes *out, const struct bundle_terms *terms);

/* Find and read them in a body. Slices borrow from it. False when the body has none or they are
 * malformed; `terms` is then zero. */
bool bundle_terms_read(struct pn_slice body, struct bundle_terms *terms);

#endif
