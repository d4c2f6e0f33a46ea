/* see token_claims.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/token_claims.h"

static int digit_of(uint8_t ch)
{
    if (ch >= 'A' && ch <= 'Z') return ch - 'A';
    if (ch >= 'a' && ch <= 'z') return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9') return ch - '0' + 52;
    return ch == '-' ? 62 : ch == '_' ? 63 : -1;
}

/* Without padding, as RFC 7515 (2) writes it. */
static bool decode(struct arena *arena, struct pn_slice text, struct pn_slice *bytes)
{
    uint8_t *out = arena_take(arena, text.len + 1);
    uint32_t bits = 0;
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.at[i]);
        if (digit < 0) return false;
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4 > 0) out[len++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    *bytes = pn_slice(out, len);
    return text.len % 4 != 1;
}

/* What is before the next dot, taken from the front of `rest`; false without a dot. */
static bool take_part(struct pn_slice *rest, struct pn_slice *part)
{
    size_t len = pn_slice_find(*rest, '.');

    if (len == rest->len) return false;
    *part = pn_slice_head(*rest, len);
    *rest = pn_slice_from(*rest, len + 1);
    return true;
}

bool token_claims(struct arena *arena, struct pn_slice token, struct pn_slice *claims)
{
    struct pn_slice head, body, ignored;

    if (!take_part(&token, &head) || !take_part(&token, &body)) return false;
    return decode(arena, head, &ignored) && decode(arena, body, claims) &&
           decode(arena, token, &ignored);
}
