/* see writer.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/writer.h"

#include "core/base/utf8.h"

static const uint8_t hex_digits[16] = { '0', '1', '2', '3', '4', '5', '6', '7',
                                        '8', '9', 'a', 'b', 'c', 'd', 'e', 'f' };

void pn_write(struct pn_writer *w, struct pn_slice bytes)
{
    if (w->full || bytes.len > w->max - w->len) {
        w->full = true;
        return;
    }
    if (bytes.len > 0) memcpy(w->at + w->len, bytes.at, bytes.len);
    w->len += bytes.len;
}

void pn_write_byte(struct pn_writer *w, uint8_t byte)
{
    pn_write(w, pn_slice(&byte, 1));
}

void pn_write_u64(struct pn_writer *w, uint64_t value)
{
    uint8_t digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    pn_write(w, pn_slice(digits + at, sizeof digits - at));
}

void pn_write_i64(struct pn_writer *w, int64_t value)
{
    if (value < 0) pn_write_byte(w, '-');
    pn_write_u64(w, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void pn_write_hex(struct pn_writer *w, const uint8_t *bytes, size_t len)
{
    uint8_t pairs[64];

    for (size_t at = 0; at < len;) {
        size_t used = 0;

        for (; at < len && used < sizeof pairs; at++) {
            pairs[used++] = hex_digits[bytes[at] >> 4];
            pairs[used++] = hex_digits[bytes[at] & 15];
        }
        pn_write(w, pn_slice(pairs, used));
    }
}

static void write_escape(struct pn_writer *w, uint8_t ch)
{
    uint8_t unit[6] = { '\\', 'u', '0', '0', hex_digits[ch >> 4], hex_digits[ch & 15] };

    switch (ch) {
    case '"':
    case '\\': pn_write_byte(w, '\\'); pn_write_byte(w, ch); return;
    case '\n': pn_write_text(w, "\\n"); return;
    case '\r': pn_write_text(w, "\\r"); return;
    case '\t': pn_write_text(w, "\\t"); return;
    default: pn_write(w, pn_slice(unit, sizeof unit)); return;
    }
}

/* Bytes at the front that stand for themselves in a JSON string. Runs of them go out at once, as
 * nearly all text is nothing else. */
static size_t plain_run(struct pn_slice text)
{
    size_t len = 0;

    while (len < text.len) {
        uint8_t ch = text.at[len];
        if (ch < 0x20 || ch == '"' || ch == '\\' || ch >= 0x7F) break;
        len++;
    }
    return len;
}

static size_t write_special(struct pn_writer *w, struct pn_slice text)
{
    size_t len = pn_utf8_length(text);

    if (len == 0) pn_write_text(w, "\xEF\xBF\xBD");
    else if (len == 1) write_escape(w, text.at[0]);
    else pn_write(w, pn_slice_head(text, len));
    return len > 0 ? len : 1;
}

void pn_write_json_string(struct pn_writer *w, struct pn_slice text)
{
    pn_write_byte(w, '"');
    while (text.len > 0) {
        size_t len = plain_run(text);

        if (len > 0) pn_write(w, pn_slice_head(text, len));
        else len = write_special(w, text);
        text = pn_slice_from(text, len);
    }
    pn_write_byte(w, '"');
}
