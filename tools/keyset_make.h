/* keyset_make.h - write a key set, and put the signatures of root keys on it, one after the other.
 *
 * The writing half of core/seal/keyset_document.h. A document without signatures is a draft: root
 * keys lie in different places, so each signs where it is, and the file travels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_KEYSET_MAKE_H
#define PN_TOOLS_KEYSET_MAKE_H

#include "core/seal/keyset_document.h"
#include "tools/key_file.h"

/* What the key set is to say. From `keys`, `identity` is not used. */
struct pn_keyset_wish {
    struct pn_keyset keys;
    bool has_counters; /* begin to count policies anew, from the two below */
    uint32_t epoch;
    uint64_t sequence;
};

enum pn_keyset_made {
    PN_KEYSET_MAKE_FAILED,   /* the library could not sign */
    PN_KEYSET_MAKE_REFUSED,  /* a device would not read it: no root, a threshold out of reach ... */
    PN_KEYSET_MAKE_OVERSIZE, /* above PN_KEYSET_BYTES_MAX, or `out` too small */
    PN_KEYSET_MAKE_FULL,     /* PN_KEYSET_SIGNATURES_MAX are on it already */
    PN_KEYSET_MAKE_DONE
};

/* Write a draft into `out`, and take it apart again into `doc`, which borrows from `out`. */
enum pn_keyset_made pn_keyset_make(const struct pn_keyset_wish *wish, struct pn_writer *out,
                                   struct pn_keyset_document *doc);

/* Write `document` into `out` with the signature of `pair` on it; one that it has of that key is
 * replaced. Whether this key may sign is the device's to say, not ours. */
enum pn_keyset_made pn_keyset_sign(struct pn_slice document, const struct pn_key_pair *pair,
                                   struct pn_writer *out);

#endif
