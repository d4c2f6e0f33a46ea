/* blob.h - the container of a policy: a deterministic CBOR map of sections.
 *
 * The body of a sealed policy is {1: h'...', 2: h'...', ...}: unsigned keys in ascending order,
 * each with one byte string. Opening checks the CBOR (RFC 8949, 4.2.1: shortest lengths, sorted,
 * unique keys, nothing indefinite, nothing behind the map) and finds the byte strings; it does not
 * look inside them. Signature and digest were checked before: see core/seal.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_BLOB_H
#define PN_POLICY_BLOB_H

#include "core/base/slice.h"
#include "policy/policy_format.h"

/* Why a policy is refused; one line each in policy_fault.def, and for what a device lacks in
 * feature.def. PN_POLICY_GOOD is 0. */
enum pn_policy_fault {
    PN_POLICY_GOOD,
#define PN_POLICY_FAULT(symbol, name, sentence) PN_POLICY_BAD_##symbol,
#include "policy/policy_fault.def"
#undef PN_POLICY_FAULT
#define PN_FEATURE(bit, symbol, name, what) PN_POLICY_LACKS_##symbol,
#include "policy/feature.def"
#undef PN_FEATURE
    PN_POLICY_FAULT_COUNT,
};

/* The fault's name in lower case, such as "bad_offset", and one sentence for people. */
struct pn_slice pn_policy_fault_name(enum pn_policy_fault fault);
struct pn_slice pn_policy_fault_sentence(enum pn_policy_fault fault);

struct pn_blob {
    struct pn_slice section[PN_POLICY_SECTION_COUNT]; /* empty where the blob has none */
    uint64_t present;                                 /* bit n: section n is in the blob */
};

/* Find the sections of `body`. They borrow from it: it must outlive the blob, unchanged.
 *
 *   PN_POLICY_GOOD             every section is in `blob`
 *   PN_POLICY_BAD_CBOR             not a map of that shape, or not in deterministic form
 *   PN_POLICY_BAD_SECTION_UNKNOWN  a section of the engine that this version does not know
 *
 * Sections 32 to 63 pass unread; who owns them refuses the bits of `present` that it does not know.
 */
enum pn_policy_fault pn_blob_open(struct pn_blob *blob, struct pn_slice body);

#endif
