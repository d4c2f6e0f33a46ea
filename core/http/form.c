/* SPDX-License-Identifier: Apache-2.0 */
/* see form.h */
#include "core/http/form.h"

/* The byte that `text`, which is not empty, begins with, and how many bytes stand for it; below 0:
 * none may. */
static int byte_of(struct pn_slice text, size_t *taken)
{
    int high, low;

    *taken = 1;
    if (text.at[0] == '+') return ' ';
    if (text.at[0] != '%') return text.at[0];
    if (text.len < 3) return -1;
    high = pn_hex_digit(text.at[1]);
    low = pn_hex_digit(text.at[2]);
    *taken = 3;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

bool pn_form_decode(uint8_t *at, size_t len, struct pn_slice *text)
{
    struct pn_slice rest = pn_slice(at, len);
    size_t count = 0;

    while (rest.len > 0) {
        size_t taken;
        int byte = byte_of(rest, &taken);
        if (byte < ' ' || byte == 0x7f) return false;
        at[count++] = (uint8_t)byte;
        rest = pn_slice_from(rest, taken);
    }
    memset(at + count, 0, len - count); /* what is shorter now may be a secret */
    *text = pn_slice(at, count);
    return true;
}

enum pn_step pn_form_next(struct pn_form *form, struct pn_slice *name, struct pn_slice *value)
{
    if (form->len == 0) return PN_DONE;
    uint8_t *at = form->at;
    size_t len = pn_slice_find(pn_slice(at, form->len), '&');
    size_t equals = pn_slice_find(pn_slice(at, len), '=');
    size_t taken = len < form->len ? len + 1 : len;

    form->at += taken;
    form->len -= taken;
    *value = pn_slice("", 0);
    if (!pn_form_decode(at, equals, name) || name->len == 0) return PN_REFUSED;
    if (equals == len) return PN_MORE;
    return pn_form_decode(at + equals + 1, len - equals - 1, value) ? PN_MORE : PN_REFUSED;
}
