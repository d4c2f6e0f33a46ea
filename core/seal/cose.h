/* cose.h - the signed envelope in front of a policy (COSE_Sign1, RFC 9052, 4.2).
 *
 *     18([ protected, {}, payload, signature ])
 *     protected = << { 1: -7, 3: content type, 4: key id } >>
 *
 * One shape is accepted and nothing else: tag 18, canonical encoding, exactly these three protected
 * headers, an empty unprotected map, the payload inside, a raw signature of 64 bytes. Anything that
 * COSE leaves optional and that is absent, elsewhere or added is a refusal; there is no path on
 * which a missing piece makes the check weaker.
 *
 * What is signed includes the purpose's own word, which is not sent: a signature made for another
 * purpose or product does not verify here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_COSE_H
#define PN_SEAL_COSE_H

#include "core/seal/keyset.h"
#include "core/seal/refusal.h"

#define PN_COSE_AAD          "postern/policy-manifest/v1"
#define PN_COSE_CONTENT_TYPE "application/postern-policy-manifest+cbor"

enum { PN_ENVELOPE_BYTES_MAX = 1024 };

/* What an envelope is for: in its headers, and in what is signed. */
struct pn_cose_purpose {
    struct pn_slice content_type, aad;
};
extern const struct pn_cose_purpose pn_cose_policy;    /* the two above */
extern const struct pn_cose_purpose pn_cose_timestamp; /* timestamp.h */

/* The parts of an envelope, borrowed from the bytes it was read from. */
struct pn_cose {
    struct pn_slice protected_map; /* the encoded map inside the byte string */
    struct pn_slice key_id;
    struct pn_slice payload;
    struct pn_slice signature;
    const struct pn_cose_purpose *purpose;
    int64_t alg;           /* what the header claims; only the key record decides */
    size_t envelope_bytes; /* the body of the policy begins after so many bytes */
};

/* Read the envelope at the front of `blob`; what follows it is not looked at. Nothing is verified.
 *
 *   PN_SEAL_ACCEPTED            the shape is right, all of `cose` is set
 *   PN_SEAL_EMPTY               no bytes
 *   PN_SEAL_UNSIGNED            no tag 18 in front
 *   PN_SEAL_CBOR                cut short or not canonical
 *   PN_SEAL_ENVELOPE_OVERSIZE   does not end within PN_ENVELOPE_BYTES_MAX
 *   PN_SEAL_ENVELOPE            another shape */
enum pn_seal_refusal pn_cose_read(struct pn_slice blob, struct pn_cose *cose);

/* The same for another purpose than a policy. */
enum pn_seal_refusal pn_cose_read_for(const struct pn_cose_purpose *purpose, struct pn_slice blob,
                                      struct pn_cose *cose);

/* Verify the signature with `key`, whose id is the envelope's.
 *
 *   PN_SEAL_ACCEPTED       the owner of the key signed this payload for this purpose
 *   PN_SEAL_ALGORITHM      the header and the key record differ
 *   PN_SEAL_SIGNATURE      it does not verify
 *   PN_SEAL_CRYPTO_FAULT   it could not be checked */
enum pn_seal_refusal pn_cose_verify(const struct pn_cose *cose, const struct pn_seal_key *key);

/* Add a byte string to a digest, in its canonical encoding. At most 65,535 bytes. */
void pn_cose_add_bytes(struct port_sha256 *sha, struct pn_slice bytes);

/* The digest that is signed: SHA-256 of the Sig_structure (RFC 9052, 4.4). */
void pn_cose_digest(struct pn_slice protected_map, struct pn_slice payload,
                    uint8_t digest[PORT_DIGEST_BYTES]);
void pn_cose_digest_for(const struct pn_cose_purpose *purpose, struct pn_slice protected_map,
                        struct pn_slice payload, uint8_t digest[PORT_DIGEST_BYTES]);

#endif
