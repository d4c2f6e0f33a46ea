/* see egress.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/egress.h"

#include <string.h>

#include "core/route/route_format.h"

enum verdict {
    FORBIDDEN,
    ALLOWED,
    LOOPBACK,
    INNER, /* what counts is the IPv4 address inside */
};

struct range {
    uint8_t prefix[16];
    uint8_t bits;
    uint8_t verdict; /* enum verdict */
    uint8_t inner;   /* INNER: where the IPv4 address begins */
};

/* The first match counts. */
static const struct range four[] = {
    { { 0 }, 8, FORBIDDEN, 0 },                   /* "this network", RFC 1122, 3.2.1.3 */
    { { 100, 100, 100, 200 }, 32, FORBIDDEN, 0 }, /* Alibaba Cloud metadata */
    { { 127 }, 8, LOOPBACK, 0 },
    { { 168, 63, 129, 16 }, 32, FORBIDDEN, 0 }, /* Azure's platform service */
    { { 169, 254 }, 16, FORBIDDEN, 0 },         /* link-local, and most clouds' metadata */
    { { 192, 0, 0, 192 }, 32, FORBIDDEN, 0 },   /* Oracle Cloud metadata */
    { { 224 }, 4, FORBIDDEN, 0 },               /* multicast */
    { { 240 }, 4, FORBIDDEN, 0 },               /* reserved, and broadcast */
};

static const struct range six[] = {
    { { [15] = 1 }, 128, LOOPBACK, 0 },
    { { 0 }, 128, FORBIDDEN, 0 },                                 /* unspecified */
    { { [10] = 0xFF, 0xFF }, 96, INNER, 12 },                     /* mapped, RFC 4291 */
    { { [8] = 0xFF, 0xFF }, 96, INNER, 12 },                      /* translated, RFC 2765 */
    { { 0 }, 96, INNER, 12 },                                     /* compatible, RFC 4291 */
    { { 0x00, 0x64, 0xFF, 0x9B }, 96, INNER, 12 },                /* NAT64, RFC 6052 */
    { { 0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01 }, 48, FORBIDDEN, 0 }, /* NAT64, RFC 8215 */
    { { 0x20, 0x02 }, 16, INNER, 2 },                             /* 6to4, RFC 3056 */
    { { 0x20, 0x01, 0x00, 0x00 }, 32, FORBIDDEN, 0 },             /* Teredo, RFC 4380 */
    { { 0xFE, 0x80 }, 10, FORBIDDEN, 0 },                         /* link-local */
    { { 0xFE, 0xC0 }, 10, FORBIDDEN, 0 },                         /* site-local, RFC 3879 */
    { { 0xFF }, 8, FORBIDDEN, 0 },                                /* multicast */
    { { 0xFD, 0x00, 0x0E, 0xC2, [15] = 0x54, [14] = 0x02 }, 128, FORBIDDEN, 0 }, /* AWS metadata */
    { { 0xFD, 0x20, 0x00, 0xCE, [15] = 0x54, [14] = 0x02 }, 128, FORBIDDEN, 0 }, /* Google's */
};

static bool in_range(const struct range *r, const uint8_t *ip)
{
    uint8_t whole = r->bits / 8, rest = r->bits % 8;

    if (memcmp(r->prefix, ip, whole) != 0) return false;
    return rest == 0 || (r->prefix[whole] ^ ip[whole]) >> (8 - rest) == 0;
}

static const struct range *find(const struct range *ranges, size_t count, const uint8_t *ip)
{
    for (size_t i = 0; i < count; i++) {
        if (in_range(&ranges[i], ip)) return &ranges[i];
    }
    return NULL;
}

static enum verdict judge_four(const uint8_t ip[4])
{
    const struct range *r = find(four, sizeof four / sizeof four[0], ip);

    return r ? (enum verdict)r->verdict : ALLOWED;
}

static enum verdict judge_six(const uint8_t ip[16])
{
    const struct range *r = find(six, sizeof six / sizeof six[0], ip);

    if (!r) return ALLOWED;
    return r->verdict == INNER ? judge_four(ip + r->inner) : (enum verdict)r->verdict;
}

bool pn_egress_allows(uint8_t egress, const struct port_net_addr *address)
{
    enum verdict verdict = FORBIDDEN;

    if (address->family == 4) verdict = judge_four(address->ip);
    if (address->family == 6) verdict = judge_six(address->ip);
    return verdict == ALLOWED || (verdict == LOOPBACK && (egress & PN_EGRESS_LOOPBACK) != 0);
}
