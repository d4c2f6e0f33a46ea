/* keyset_document.h - a signed key set: the keys to believe from now on, said by the root keys.
 *
 *     98([ protected, {}, payload, [ + [ << { 1: -7, 4: key id } >>, {}, signature ] ] ])
 *     protected = << { 3: content type } >>
 *
 * A COSE_Sign (RFC 9052, 4.1) with a signature of each root key that agrees; seal.cddl is the
 * grammar of the payload. As with policies, one shape is accepted and nothing else, and
 * PN_KEYSET_AAD, which is not sent, is part of what is signed: no signature of a policy counts here
 * and the other way round.
 *
 * A key set replaces the one before it as a whole: who is not in it is trusted no more. It is
 * accepted when `threshold` roots of the set before have signed it, and `threshold` roots of its
 * own, so that nobody can hand the roots over to keys that do not exist. Signatures of keys that
 * neither set knows are passed over: they may be there for devices that are further behind.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_KEYSET_DOCUMENT_H
#define PN_SEAL_KEYSET_DOCUMENT_H

#include "core/seal/keyset.h"
#include "core/seal/refusal.h"

#define PN_KEYSET_AAD          "postern/keyset/v1"
#define PN_KEYSET_CONTENT_TYPE "application/postern-keyset+cbor"

enum {
    PN_KEYSET_FORMAT = 1,
    PN_KEYSET_BYTES_MAX = 2048,   /* of the whole document */
    PN_KEYSET_SIGNATURES_MAX = 8, /* old roots and new ones */
    PN_KEYSET_IGNORED_FROM = 64   /* keys of the map from here on are passed over */
};

/* Keys of the payload, and of each key in it. */
enum pn_keyset_key {
    PN_KEYSET_KEY_FORMAT = 1,
    PN_KEYSET_KEY_VERSION = 2,
    PN_KEYSET_KEY_KEYS = 3,
    PN_KEYSET_KEY_REVOKED = 4,
    PN_KEYSET_KEY_THRESHOLD = 5,
    PN_KEYSET_KEY_COUNTERS = 6
};
enum pn_key_record_key {
    PN_KEY_RECORD_ID = 1,
    PN_KEY_RECORD_ALG = 2,
    PN_KEY_RECORD_XY = 3,
    PN_KEY_RECORD_ROLES = 4,
    PN_KEY_RECORD_NOT_AFTER = 5
};

/* One signature, borrowed. */
struct pn_keyset_signature {
    struct pn_slice protected_map, key_id, bytes;
    int64_t alg;
};

/* A document taken apart; slices borrow from its bytes. */
struct pn_keyset_document {
    struct pn_slice whole, payload;
    struct pn_keyset_signature signatures[PN_KEYSET_SIGNATURES_MAX];
    uint8_t signature_count;
    bool held;         /* the very key set that was compared with: nothing to do */
    bool has_counters; /* the two below are set: policies are counted from here again,
                          and the time that has certainly passed is forgotten */
    uint32_t epoch;
    uint64_t sequence;
    struct pn_keyset keys;
};

/* Does a key set stand here, and not a policy? Only the tag is looked at. */
bool pn_keyset_document_begins(struct pn_slice bytes);

/* Take apart the document at the front of `bytes`; what follows is not looked at. Nothing is
 * verified; for tools.
 *
 *   PN_SEAL_ACCEPTED            all of `doc` is set but `held`
 *   PN_SEAL_EMPTY, PN_SEAL_UNSIGNED, PN_SEAL_CBOR, PN_SEAL_ENVELOPE,
 *   PN_SEAL_ENVELOPE_OVERSIZE   as pn_cose_read() says; oversize is above PN_KEYSET_BYTES_MAX
 *   PN_SEAL_FORMAT              another format number
 *   PN_SEAL_KEYSET_MALFORMED    not the map of seal.cddl, or its keys contradict each other */
enum pn_seal_refusal pn_keyset_document_read(struct pn_slice bytes, struct pn_keyset_document *doc);

/* May the document at the front of `bytes` follow `held`, at Unix time `now_s` (0: do not ask
 * whether a root key has expired)? As above, and before anything of the payload is believed:
 *
 *   PN_SEAL_KEY_UNKNOWN     no root key of `held` has signed it
 *   PN_SEAL_KEY_REVOKED     a key that `held` revoked has
 *   PN_SEAL_KEY_ROLE        a key of `held` that is no root has
 *   PN_SEAL_KEY_EXPIRED     a root key that has come to its end has
 *   PN_SEAL_ALGORITHM       a signature names another algorithm than its key has
 *   PN_SEAL_SIGNATURE       a signature of a root key does not verify
 *   PN_SEAL_THRESHOLD       too few of the roots of `held`, or of its own, have signed it
 *   PN_SEAL_CRYPTO_FAULT    it could not be checked
 * and at last
 *   PN_SEAL_KEYSET_OLDER, PN_SEAL_KEYSET_CONFLICT   its version is not above that of `held` */
enum pn_seal_refusal pn_keyset_document_check(const struct pn_keyset *held, struct pn_slice bytes,
                                              uint64_t now_s, struct pn_keyset_document *doc);

/* The digest that a root key signs: SHA-256 of the Sig_structure of RFC 9052, 4.4. */
void pn_keyset_document_digest(struct pn_slice protected_map, struct pn_slice payload,
                               uint8_t digest[PORT_DIGEST_BYTES]);

/* The one protected map of a document, encoded. */
struct pn_slice pn_keyset_document_protected(void);

#endif
