/* dns.h - one DNS question and its answer, as bytes (RFC 1035; RFC 3596 for AAAA; RFC 6891).
 *
 * The reader trusts no length and no pointer: names are read with pointers that lead strictly
 * backwards, chains of aliases are bounded, records must fit the message, and the question must
 * come back byte for byte as it was sent. The letters of a name may be sent in random case, which a
 * forger would have to guess as well as id and port (draft-vixie-dnsext-dns0x20).
 *
 * Only the answer section is read. Nobody else's names are kept: an answer gives addresses to the
 * name that was asked, or nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_DNS_H
#define PN_DNS_H

#include "core/base/slice.h"
#include "core/base/writer.h"
#include "core/limits.h"

enum {
    PN_DNS_NAME_BYTES = 255, /* a name on the wire (RFC 1035, 3.1) */
    PN_DNS_UDP_BYTES = 1232, /* the largest answer we ask for over UDP: one IPv6 packet, whole */
    PN_DNS_QUERY_BYTES = 12 + PN_DNS_NAME_BYTES + 4 + 11,
    PN_DNS_ALIASES_MAX = 8, /* CNAME records on the way to an address */
    PN_DNS_CASE_BYTES = 32, /* randomness for the letters of a name */
};

enum pn_dns_type { PN_DNS_A = 1, PN_DNS_AAAA = 28 };

struct pn_dns_question {
    uint16_t id;
    uint16_t type; /* enum pn_dns_type */
    uint8_t name_len;
    uint8_t name[PN_DNS_NAME_BYTES];
};

enum pn_dns_verdict {
    PN_DNS_STRANGE,   /* no answer to this question, or not well-formed: as if it had not come */
    PN_DNS_FOUND,     /* addresses */
    PN_DNS_NOTHING,   /* no such name (NXDOMAIN), or no address of this type */
    PN_DNS_TRUNCATED, /* the answer did not fit: ask over TCP */
    PN_DNS_FAILED,    /* the server will not or cannot tell: ask another */
};

struct pn_dns_answer {
    uint32_t ttl_s; /* the least of all records on the way */
    uint8_t count;
    uint8_t ip[PN_ADDRESSES_MAX][16]; /* no address twice; of an A record the first four bytes */
};

/* Put `host` into `q` in wire form, in lower case. One dot may stand at its end. Letters, digits,
 * hyphens and underscores, labels of 1 to 63 bytes, 253 in all; a last label of digits is an
 * address somebody mistyped. False when it is not such a name. */
bool pn_dns_set_name(struct pn_dns_question *q, struct pn_slice host);

/* Give each letter of the name the case that a bit of `chance` says. */
void pn_dns_mix_case(struct pn_dns_question *q, const uint8_t chance[PN_DNS_CASE_BYTES]);

enum pn_dns_form {
    PN_DNS_PLAIN, /* RFC 1035 only, for servers that stumble over more; answers up to 512 bytes */
    PN_DNS_EDNS,  /* answers up to PN_DNS_UDP_BYTES (RFC 6891) */
};

/* Append the query: one question, recursion desired. At most PN_DNS_QUERY_BYTES. */
void pn_dns_write_query(struct pn_writer *w, const struct pn_dns_question *q,
                        enum pn_dns_form form);

/* Read `message` as the answer to `q`. `*answer` is filled after PN_DNS_FOUND, else undefined; with
 * more addresses than fit, the first. */
enum pn_dns_verdict pn_dns_read(const struct pn_dns_question *q, struct pn_slice message,
                                struct pn_dns_answer *answer);

#endif
