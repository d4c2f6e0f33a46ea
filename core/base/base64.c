/* see base64.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/base64.h"

#include "core/base/base64url.h"

const uint8_t pn_base64_digits[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void group(const uint8_t *from, size_t len, uint8_t to[4])
{
    uint32_t bits = (uint32_t)from[0] << 16;

    if (len > 1) bits |= (uint32_t)from[1] << 8;
    if (len > 2) bits |= from[2];
    to[0] = pn_base64_digits[bits >> 18];
    to[1] = pn_base64_digits[bits >> 12 & 63];
    to[2] = len > 1 ? pn_base64_digits[bits >> 6 & 63] : '=';
    to[3] = len > 2 ? pn_base64_digits[bits & 63] : '=';
}

/* From the end on, so that nothing is overwritten before it was read. */
void pn_write_base64_over(struct pn_writer *w, size_t begin)
{
    size_t len = w->len - begin, groups = (len + 2) / 3;
    uint8_t *at = w->at + begin;

    if (w->full || groups * 4 - len > w->max - w->len) {
        memset(at, 0, len);
        w->full = true;
        return;
    }
    for (size_t i = groups; i > 0; i--) {
        size_t from = (i - 1) * 3, left = len - from;
        uint8_t text[4];
        group(at + from, left < 3 ? left : 3, text);
        memcpy(at + (i - 1) * 4, text, sizeof text);
    }
    w->len = begin + groups * 4;
}

bool pn_base64_decode(struct pn_slice text, uint8_t *out, struct pn_slice *bytes)
{
    size_t len = text.len;

    for (int pads = 0; pads < 2 && text.len % 4 == 0 && len > 0 && text.at[len - 1] == '='; pads++)
        len--;
    for (size_t i = 0; i < len; i++) {
        uint8_t ch = text.at[i];
        if (ch == '-' || ch == '_') return false;
        out[i] = ch == '+' ? '-' : ch == '/' ? '_' : ch;
    }
    return pn_base64url_decode(pn_slice(out, len), out, bytes);
}
