/* siphash.h - a short keyed hash of a name (SipHash-2-4, Aumasson and Bernstein 2012).
 *
 * For tables of names that strangers may choose: without the seed nobody can find two names with one
 * hash, so 64 bits stand for a name of any length. Not for secrets, and not for what is stored: the
 * seed is random with each start.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_SIPHASH_H
#define PN_BASE_SIPHASH_H

#include "core/base/slice.h"

/* The hash of `bytes` under 16 bytes of seed, of which the first is taken with `domain` added to it
 * bit by bit: the same bytes have another hash in each domain. Domain 0 is SipHash as published. */
uint64_t pn_siphash(const uint8_t seed[16], uint8_t domain, struct pn_slice bytes);

#endif
