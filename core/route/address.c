/* see address.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/address.h"

enum { GROUPS = 8 };

static bool read_four(struct pn_slice text, uint8_t ip[4])
{
    for (int i = 0; i < 4; i++) {
        size_t dot = i < 3 ? pn_slice_find(text, '.') : text.len;
        struct pn_slice part = pn_slice_head(text, dot);
        uint64_t value;
        if (part.len > 3 || (part.len > 1 && part.at[0] == '0')) return false;
        if (!pn_slice_decimal(part, 255, &value)) return false;
        if (i < 3 && dot == text.len) return false;
        ip[i] = (uint8_t)value;
        text = pn_slice_from(text, i < 3 ? dot + 1 : dot);
    }
    return true;
}

static bool read_group(struct pn_slice text, uint8_t group[2])
{
    unsigned value = 0;

    if (text.len == 0 || text.len > 4) return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = pn_hex_digit(text.at[i]);
        if (digit < 0) return false;
        value = value << 4 | (unsigned)digit;
    }
    group[0] = (uint8_t)(value >> 8);
    group[1] = (uint8_t)value;
    return true;
}

/* Groups between colons; the last two may be an IPv4 address. Returns how many, or -1. */
static int read_groups(struct pn_slice text, uint8_t ip[16])
{
    int count = 0;

    if (text.len == 0) return 0;
    for (;;) {
        size_t colon = pn_slice_find(text, ':');
        if (count == GROUPS) return -1;
        if (colon == text.len && pn_slice_find(text, '.') < text.len) {
            return count <= GROUPS - 2 && read_four(text, ip + 2 * count) ? count + 2 : -1;
        }
        if (!read_group(pn_slice_head(text, colon), ip + 2 * count)) return -1;
        count++;
        if (colon == text.len) return count;
        text = pn_slice_from(text, colon + 1);
    }
}

/* Where "::" stands, or the length. */
static size_t find_gap(struct pn_slice text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] == ':' && text.at[i + 1] == ':') return i;
    }
    return text.len;
}

static bool read_six(struct pn_slice text, uint8_t ip[16])
{
    uint8_t front[16] = { 0 }, back[16];
    size_t gap = find_gap(text);
    int before = read_groups(pn_slice_head(text, gap), front);

    memcpy(ip, front, sizeof front);
    if (gap == text.len) return before == GROUPS && text.len > 0;
    if (pn_slice_find(pn_slice_head(text, gap), '.') < gap) return false;
    int after = read_groups(pn_slice_from(text, gap + 2), back);
    if (before < 0 || after < 0 || before + after >= GROUPS) return false;
    memcpy(ip + 16 - 2 * after, back, (size_t)(2 * after));
    return true;
}

bool pn_address_parse(struct pn_slice text, struct port_net_addr *address)
{
    struct port_net_addr read = { .family = 4 };

    if (text.len > 2 && text.at[0] == '[' && text.at[text.len - 1] == ']') {
        text = pn_slice(text.at + 1, text.len - 2);
        read.family = 6;
    } else if (pn_slice_find(text, ':') < text.len) {
        read.family = 6;
    }
    if (read.family == 4 ? !read_four(text, read.ip) : !read_six(text, read.ip)) return false;
    *address = read;
    return true;
}

bool pn_address_equal(const struct port_net_addr *a, const struct port_net_addr *b)
{
    return a->family == b->family && a->port == b->port &&
           memcmp(a->ip, b->ip, a->family == 4 ? 4 : 16) == 0;
}
