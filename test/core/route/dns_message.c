/* SPDX-License-Identifier: Apache-2.0 */
/* see dns_message.h */
#include "dns_message.h"

#include <arpa/inet.h>
#include <stdlib.h>

static void add(struct dns_message *m, const void *bytes, size_t len)
{
    if (len > sizeof m->bytes - m->len) abort();
    if (len > 0) memcpy(m->bytes + m->len, bytes, len);
    m->len += len;
}

static void add16(struct dns_message *m, uint32_t value)
{
    add(m, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

/* Where the question ends. */
static size_t question_end(struct pn_slice query)
{
    size_t at = 12;

    while (at < query.len && query.at[at] != 0) at += query.at[at] + 1u;
    if (at + 5 > query.len) abort();
    return at + 5;
}

struct dns_message dns_reply(struct pn_slice query, uint16_t flags)
{
    struct dns_message m = { .len = 0 };
    size_t end = question_end(query);

    add(&m, query.at, 2);
    add16(&m, flags);
    add(&m, "\0\1\0\0\0\0\0\0", 8);
    add(&m, query.at + 12, end - 12);
    return m;
}

void dns_record(struct dns_message *m, struct pn_slice owner, uint16_t type, uint32_t ttl_s,
                struct pn_slice data)
{
    add(m, owner.at, owner.len);
    add16(m, type);
    add16(m, 1);
    add16(m, ttl_s >> 16);
    add16(m, ttl_s);
    add16(m, (uint32_t)data.len);
    add(m, data.at, data.len);
    m->bytes[7]++;
    if (m->bytes[7] == 0) m->bytes[6]++;
}

void dns_address(struct dns_message *m, const char *address, uint32_t ttl_s)
{
    uint8_t ip[16];

    if (inet_pton(AF_INET, address, ip) == 1)
        dns_record(m, PN_SLICE("\xC0\x0C"), DNS_A, ttl_s, pn_slice(ip, 4));
    else if (inet_pton(AF_INET6, address, ip) == 1)
        dns_record(m, PN_SLICE("\xC0\x0C"), DNS_AAAA, ttl_s, pn_slice(ip, 16));
    else abort();
}

uint16_t dns_type(struct pn_slice query)
{
    size_t end = question_end(query);

    return (uint16_t)(query.at[end - 4] << 8 | query.at[end - 3]);
}

struct pn_slice dns_bytes(const struct dns_message *m)
{
    return pn_slice(m->bytes, m->len);
}
