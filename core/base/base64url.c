/* see base64url.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64url.h"

static int digit_of(uint8_t ch)
{
    if (ch >= 'A' && ch <= 'Z') return ch - 'A';
    if (ch >= 'a' && ch <= 'z') return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9') return ch - '0' + 52;
    return ch == '-' ? 62 : ch == '_' ? 63 : -1;
}

bool pn_base64url_decode(struct pn_slice text, uint8_t *out, struct pn_slice *bytes)
{
    uint32_t held = 0; /* bits that no whole byte is made of yet */
    unsigned bits = 0;
    size_t len = 0;

    if (text.len % 4 == 1) return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.at[i]);
        if (digit < 0) return false;
        held = held << 6 | (uint32_t)digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[len++] = (uint8_t)(held >> bits);
        held &= (1u << bits) - 1;
    }
    *bytes = pn_slice(out, len);
    return held == 0;
}

static uint8_t digit(uint32_t value)
{
    static const uint8_t digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    return digits[value & 63];
}

void pn_write_base64url(struct pn_writer *w, struct pn_slice bytes)
{
    uint8_t *out = pn_write_room(w, (bytes.len * 4 + 2) / 3);
    uint32_t held = 0;
    unsigned bits = 0;

    if (out == NULL) return;
    for (size_t i = 0; i < bytes.len; i++) {
        held = held << 8 | bytes.at[i];
        for (bits += 8; bits >= 6; bits -= 6) *out++ = digit(held >> (bits - 6));
        held &= (1u << bits) - 1;
    }
    if (bits > 0) *out = digit(held << (6 - bits));
}
