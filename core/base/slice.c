/* see slice.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/slice.h"

bool pn_slice_equal_fold(struct pn_slice a, struct pn_slice b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (pn_ascii_lower(a.at[i]) != pn_ascii_lower(b.at[i])) return false;
    }
    return true;
}

int pn_slice_order(struct pn_slice a, struct pn_slice b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both > 0 ? memcmp(a.at, b.at, both) : 0;

    if (order != 0 || a.len == b.len) return order;
    return a.len < b.len ? -1 : 1;
}

size_t pn_slice_find(struct pn_slice s, uint8_t ch)
{
    const uint8_t *found = s.len > 0 ? memchr(s.at, ch, s.len) : NULL;

    return found ? (size_t)(found - s.at) : s.len;
}

struct pn_slice pn_slice_trim(struct pn_slice s)
{
    while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t')) s = pn_slice_from(s, 1);
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t')) s.len--;
    return s;
}

bool pn_slice_decimal(struct pn_slice s, uint64_t max, uint64_t *value)
{
    uint64_t sum = 0;

    if (s.len == 0) return false;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t digit = (uint8_t)(s.at[i] - '0');
        if (digit > 9 || digit > max || sum > (max - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool pn_bytes_equal_secret(const uint8_t *a, const uint8_t *b, size_t len)
{
    uint8_t differ = 0;

    for (size_t i = 0; i < len; i++) differ = (uint8_t)(differ | (a[i] ^ b[i]));
    return differ == 0;
}
