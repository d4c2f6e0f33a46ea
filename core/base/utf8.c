/* see utf8.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/utf8.h"

/* The least and the greatest second byte after `first` (RFC 3629, section 4). */
static bool second_byte_fits(uint8_t first, uint8_t second)
{
    uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

    return second >= least && second <= most;
}

static size_t length_by_first(uint8_t first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

size_t pn_utf8_length(struct pn_slice s)
{
    size_t len = s.len > 0 ? length_by_first(s.at[0]) : 0;

    if (len == 0 || len > s.len) return 0;
    if (len > 1 && !second_byte_fits(s.at[0], s.at[1])) return 0;
    for (size_t i = 2; i < len; i++) {
        if ((s.at[i] & 0xC0) != 0x80) return 0;
    }
    return len;
}

bool pn_utf8_valid(struct pn_slice s)
{
    while (s.len > 0) {
        size_t len = pn_utf8_length(s);
        if (len == 0) return false;
        s = pn_slice_from(s, len);
    }
    return true;
}

size_t pn_utf8_encode(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (code & 0x3F));
    return 4;
}
