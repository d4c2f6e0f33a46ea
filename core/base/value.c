/* see value.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/value.h"
#include "core/base/utf8.h"

void pn_text_begin(struct pn_text_iter *it, const struct pn_value *string)
{
    *it = (struct pn_text_iter){ .at = string->as.text,
                                 .end = string->as.text + string->len,
                                 .escaped = (string->flags & PN_VALUE_ESCAPED) != 0 };
}

static uint32_t hex4(const uint8_t *at)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        uint8_t ch = pn_ascii_lower(at[i]);
        unit = unit << 4 | (uint32_t)(ch <= '9' ? ch - '0' : ch - 'a' + 10);
    }
    return unit;
}

/* A \u escape, or a pair of them for a character beyond U+FFFF (RFC 8259, 7). */
static uint32_t unicode_escape(struct pn_text_iter *it)
{
    uint32_t unit = hex4(it->at);

    it->at += 4;
    if (unit < 0xD800 || unit > 0xDBFF) return unit;
    uint32_t low = hex4(it->at + 2);
    it->at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static int escape_next(struct pn_text_iter *it)
{
    uint8_t ch = *it->at++;

    switch (ch) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u':
        it->pending_len = (uint8_t)pn_utf8_encode(unicode_escape(it), it->pending);
        it->pending_at = 1;
        return it->pending[0];
    default: return ch; /* quote, backslash, slash stand for themselves */
    }
}

int pn_text_next(struct pn_text_iter *it)
{
    if (it->pending_at < it->pending_len) return it->pending[it->pending_at++];
    if (it->at == it->end) return -1;
    uint8_t ch = *it->at++;
    return ch == '\\' && it->escaped ? escape_next(it) : ch;
}

bool pn_value_is_text(const struct pn_value *string, struct pn_slice text)
{
    if (string->type != PN_STRING) return false;
    if ((string->flags & PN_VALUE_ESCAPED) == 0) return pn_slice_equal(pn_value_text(string), text);

    struct pn_text_iter it;
    pn_text_begin(&it, string);
    for (size_t i = 0; i < text.len; i++) {
        if (pn_text_next(&it) != text.at[i]) return false;
    }
    return pn_text_next(&it) == -1;
}

size_t pn_value_copy_text(const struct pn_value *string, uint8_t *out, size_t max)
{
    struct pn_text_iter it;
    size_t len = 0;

    pn_text_begin(&it, string);
    for (int ch = pn_text_next(&it); ch >= 0; ch = pn_text_next(&it)) {
        if (len == max) return SIZE_MAX;
        out[len++] = (uint8_t)ch;
    }
    return len;
}
