/* SPDX-License-Identifier: Apache-2.0 */
/* attack.h - a sealed policy in pieces, each of which an attack replaces; then it is signed again.
 *
 * attack_begin() fills in pieces that make a policy which the device accepts. attack_verdict() puts
 * them together as they are, signed with the author's key over what a verifier will see, and asks
 * pn_seal_check(). So what is refused is refused for what the attack changed, and not because the
 * signature no longer fits. */
#ifndef PN_TEST_ATTACK_H
#define PN_TEST_ATTACK_H

#include "test/core/seal/sealed.h"

enum { ATTACK_PAIRS_MAX = 20, ATTACK_BYTES_MAX = 16384 };

/* Places of the pairs of a good manifest. */
enum attack_pair {
    PAIR_FORMAT,
    PAIR_SEQUENCE,
    PAIR_ISSUED,
    PAIR_EXPIRES,
    PAIR_TENANT,
    PAIR_TARGETS,
    PAIR_EPOCH,
    PAIR_DIGEST,
    PAIR_BYTES,
    PAIR_ENGINE,
    PAIR_ON_EXPIRY,
    PAIR_KEYSET_MIN,
    PAIR_MODE,
    PAIR_COUNT
};

struct attack {
    /* The envelope, in order. A head that is empty is written as it should be. */
    struct pn_slice tag, array, protected_head, headers, unprotected, payload_head;
    struct pn_slice signature_head, signature, behind_signature, body;
    /* The manifest: a head (empty: as it should be), pairs, and what follows them. */
    struct pn_slice map_head, pairs[ATTACK_PAIRS_MAX], behind_pairs;
    size_t pair_count;
    const struct pn_key_pair *signer; /* who signs, whatever key id the headers have */
    struct pn_keyset keys;            /* what the device believes */
    struct pn_seal_expect expect;
    struct pn_seal_held held_next; /* set by attack_hold() */
    /* What attack_build() made. */
    uint8_t bytes[ATTACK_BYTES_MAX];
    size_t len, payload_at, payload_len, signature_at, body_at;
    uint8_t digest[40], made_signature[64];
};

extern struct attack attack;

/* A policy that is accepted: sequence 7, epoch 2, from SEALED_NOW_S for a day. */
void attack_begin(void);

/* Put the pieces together in attack.bytes. */
void attack_build(void);

/* Build, and what the device says. */
enum pn_seal_refusal attack_verdict(void);

/* The device holds the policy that attack.bytes is now. */
void attack_hold(void);

static inline struct pn_slice attack_bytes(void)
{
    return pn_slice(attack.bytes, attack.len);
}

/* One attack: what it is, how it is made from the pieces, and the one reason it is refused for. */
struct attack_row {
    const char *name;
    void (*make)(void);
    enum pn_seal_refusal refusal;
};

/* Make and judge each row, from pieces that are good. Sets Unity's message to the row's name. */
void attack_run(const struct attack_row *rows, size_t count);

#define ATTACK_RUN(rows) attack_run(rows, sizeof rows / sizeof *rows)

/* For rows that are no more than one piece: ATTACK(name, piece, bytes). */
#define ATTACK(function, piece, text) \
    static void function(void) \
    { \
        attack.piece = PN_SLICE(text); \
    }

#endif
