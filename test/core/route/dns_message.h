/* SPDX-License-Identifier: Apache-2.0 */
/* dns_message.h - answers of name servers, put together by tests.
 *
 *     struct dns_message m = dns_reply(query, 0x8180);
 *     dns_record(&m, "\xC0\x0C", 5, 60, PN_SLICE("\3www\xC0\x0C"));
 *     ... dns_bytes(&m) ... */
#ifndef TEST_DNS_MESSAGE_H
#define TEST_DNS_MESSAGE_H

#include "core/base/slice.h"

struct dns_message {
    uint8_t bytes[8192];
    size_t len;
};

/* Flags of ordinary answers: response, recursion asked for and had. */
enum {
    DNS_ANSWER = 0x8180,
    DNS_NO_NAME = 0x8183,
    DNS_SERVER_FAILURE = 0x8182,
    DNS_REFUSAL = 0x8185,
    DNS_CUT = 0x8380,
};

enum { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28 };

/* An answer to `query` with its id and question and no record yet. Aborts when that is no query. */
struct dns_message dns_reply(struct pn_slice query, uint16_t flags);

/* Add an answer record of class IN. `owner` is in wire form. */
void dns_record(struct dns_message *m, struct pn_slice owner, uint16_t type, uint32_t ttl_s,
                struct pn_slice data);

/* A record of the name that was asked for, with an address in text form. */
void dns_address(struct dns_message *m, const char *address, uint32_t ttl_s);

/* The type that `query` asks for. */
uint16_t dns_type(struct pn_slice query);

struct pn_slice dns_bytes(const struct dns_message *m);

#endif
