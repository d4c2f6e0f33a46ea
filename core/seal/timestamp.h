/* timestamp.h - what time it is and which policy is the newest, signed for this very question.
 *
 * The device asks with a nonce that nobody can foresee, and takes one answer to it, so an answer
 * that was recorded earlier is none. The envelope is that of cose.h with a content type and a
 * purpose of its own: neither a policy nor anything else can be taken for a timestamp, and the
 * other way round. seal.cddl has the grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_TIMESTAMP_H
#define PN_SEAL_TIMESTAMP_H

#include "core/seal/cose.h"

enum { PN_TIMESTAMP_FORMAT = 1, PN_NONCE_BYTES = 16 };

/* Keys of the map. */
enum pn_timestamp_key {
    PN_TIMESTAMP_KEY_FORMAT = 1,
    PN_TIMESTAMP_KEY_NONCE = 2,
    PN_TIMESTAMP_KEY_NOW = 3,
    PN_TIMESTAMP_KEY_EXPIRES = 4,
    PN_TIMESTAMP_KEY_SEQUENCE = 5,
    PN_TIMESTAMP_KEY_IDENTITY = 6
};

struct pn_timestamp {
    uint64_t now_s, expires_s; /* Unix time; the second is later: until then the rest holds */
    uint64_t sequence;         /* of the newest policy for who asked */
    uint8_t identity[PORT_DIGEST_BYTES];
    uint8_t nonce[PN_NONCE_BYTES];
};

/* Read the payload of an envelope whose signature has been verified: PN_SEAL_ACCEPTED, or
 * PN_SEAL_TIME, and then `t` is not to be used. */
enum pn_seal_refusal pn_timestamp_read(struct pn_slice payload, struct pn_timestamp *t);

/* Whom to believe, and what was asked. */
struct pn_timestamp_expect {
    const struct pn_keyset *keys;
    uint64_t now_s;       /* for the ends of keys: a time that has passed; 0: none is known */
    const uint8_t *nonce; /* PN_NONCE_BYTES; NULL: nothing was asked */
};

/* Check a timestamp, which is all of `bytes`. With PN_SEAL_ACCEPTED `t` is set; else it is zero, and
 * the refusal one of those of pn_cose_read() and pn_seal_check_envelope() up to CRYPTO_FAULT, or
 *
 *   PN_SEAL_TIME         signed, but no timestamp that can be read, or one that ends before it begins
 *   PN_SEAL_TIME_NONCE   not the answer to the last question */
enum pn_seal_refusal pn_timestamp_check(const struct pn_timestamp_expect *expect,
                                        struct pn_slice bytes, struct pn_timestamp *t);

#endif
