/* cbor_reader.h - read a small CBOR structure as it is written down (RFC 8949).
 *
 * TinyCBOR checks the one canonical form (4.2.1: shortest heads, definite lengths, sorted and
 * unique keys, depth at most CBOR_PARSER_MAX_RECURSIONS) before the first item is read; this reader
 * then takes item after item with a sticky error, so the code that uses it reads like the CDDL and
 * asks once at its end. After an error every take gives 0 or the empty slice.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_CBOR_READER_H
#define PN_SEAL_CBOR_READER_H

#include <cbor.h>

#include "core/base/slice.h"

struct pn_cbor_reader {
    CborParser parser;
    CborValue at[5]; /* the item to take next, at each level that was entered */
    uint8_t depth;   /* index of the level in use */
    bool bad;        /* something was not as the code said; nothing more is taken */
    bool cut;        /* bad at the beginning, because the bytes end inside the item */
};

/* Begin at the front of `bytes`, which stay with the caller and must outlive the reader. False, and
 * bad, when no canonical item stands there. Bytes may follow the item. */
bool pn_cbor_begin(struct pn_cbor_reader *r, struct pn_slice bytes);

/* Enter an array or map; returns its items, or pairs. pn_cbor_leave() wants all of them taken. */
uint32_t pn_cbor_enter_array(struct pn_cbor_reader *r);
uint32_t pn_cbor_enter_map(struct pn_cbor_reader *r);
void pn_cbor_leave(struct pn_cbor_reader *r);

/* True when the level that was entered has another item. */
bool pn_cbor_more(const struct pn_cbor_reader *r);

/* Take an integer: at most `max`, or any that int64 holds. */
uint64_t pn_cbor_take_uint(struct pn_cbor_reader *r, uint64_t max);
int64_t pn_cbor_take_int(struct pn_cbor_reader *r);

/* Take a byte or text string; the slice borrows from the bytes given to begin. */
struct pn_slice pn_cbor_take_bytes(struct pn_cbor_reader *r);
struct pn_slice pn_cbor_take_text(struct pn_cbor_reader *r);

/* Take `true`; anything else is an error. */
void pn_cbor_take_true(struct pn_cbor_reader *r);

/* Pass over one item, whatever it is. */
void pn_cbor_skip(struct pn_cbor_reader *r);

/* Where the item to take next begins, in the bytes given to begin; NULL when bad. */
const uint8_t *pn_cbor_next(const struct pn_cbor_reader *r);

#endif
