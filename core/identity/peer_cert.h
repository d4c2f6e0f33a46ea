/* peer_cert.h - whom a client's certificate is for.
 *
 * Its chain, times and use were verified in the handshake, and that the client holds its key. A
 * connection may outlive it, so its end is looked at again. What else is judged here is what it says, and who may say that: an identifier of SPIFFE is believed only from a
 * root of its own trust domain's bundle, and only of a certificate that is an X.509-SVID in all it
 * has to be (X509-SVID, 2 to 5: one URI, a path, no authority, made for signatures). A certificate
 * without such an identifier is believed only from the roots for such.
 *
 * The policy says who that is. Its entries for certificates are records of the table of keys, found
 * by a digest of what they are for that no API key can have; an entry for "spiffe://domain/path/ *"
 * (without the blank) is for all identifiers below that path, and the longest that fits is the one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_PEER_CERT_H
#define PN_PEER_CERT_H

#include "core/base/spiffe_id.h"
#include "core/base/step.h"
#include "core/identity/key_table.h"
#include "port/port_tls.h"

/* A client's certificate; all-zero: it showed none. */
struct pn_peer_cert {
    struct port_tls_peer peer;      /* what it says, and the trusts that its root is in */
    const struct pn_slice *domains; /* of those, by number; empty: roots of other certificates */
    uint32_t domain_count;
    bool shown;
};

/* Whom it is for at `now_s` (Unix time). `*spiffe_id` borrows from the certificate; empty where it has
 * none.
 *
 *   PN_REASON_NONE                to be believed, also when none was shown
 *   PN_REASON_CERTIFICATE_EXPIRED it is over
 *   PN_REASON_CERTIFICATE_SVID   several URIs, or an identifier of SPIFFE in a certificate that is
 *                                no X.509-SVID
 *   PN_REASON_CERTIFICATE_DOMAIN signed by roots for others */
enum pn_reason pn_peer_cert_read(const struct pn_peer_cert *cert, int64_t now_s,
                                 struct pn_slice *spiffe_id);

/* Is one shown that is over? Then its connection is of no more use. */
static inline bool pn_peer_cert_is_over(const struct pn_peer_cert *cert, int64_t now_s)
{
    return cert->shown && now_s > cert->peer.end_s;
}

/* What an entry is for, and the digest that it is found by. */
enum pn_cert_name { PN_CERT_SPIFFE_ID = 1, PN_CERT_DNS_NAME, PN_CERT_COMMON_NAME };
void pn_cert_digest(enum pn_cert_name kind, struct pn_slice name, uint8_t digest[32]);

/* The entry for a SPIFFE identifier, or for the longest path above it that has one. False: there is
 * none, or it has expired at `now_s`, whatever entries there are for shorter paths. */
bool pn_cert_find_spiffe(const struct pn_key_table *table, struct pn_slice id, uint64_t now_s,
                         struct pn_key *key);

/* The entry for a certificate without one: by its only DNS name, else by its only common name. False
 * as above. */
bool pn_cert_find_named(const struct pn_key_table *table, const struct pn_peer_cert *cert,
                        uint64_t now_s, struct pn_key *key);

#endif
