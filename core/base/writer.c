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
    if (w->full || w->len == w->max) {
        w->full = true;
        return;
    }
    w->at[w->len++] = byte;
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
    if (w->full || len > (w->max - w->len) / 2) {
        w->full = true;
        return;
    }
    uint8_t *out = w->at + w->len;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = hex_digits[bytes[i] >> 4];
        out[2 * i + 1] = hex_digits[bytes[i] & 15];
    }
    w->len += 2 * len;
}

static void write_escape(struct pn_writer *w, uint8_t ch)
{
    uint8_t unit[6] = { '\\', 'u', '0', '0', hex_digits[ch >> 4], hex_digits[ch & 15] };

    switch (ch) {
    case '"':
    case '\\':
        pn_write_byte(w, '\\');
        pn_write_byte(w, ch);
        return;
    case '\n': pn_write_text(w, "\\n"); return;
    case '\r': pn_write_text(w, "\\r"); return;
    case '\t': pn_write_text(w, "\\t"); return;
    default: pn_write(w, pn_slice(unit, sizeof unit)); return;
    }
}

static bool is_plain(uint8_t ch)
{
    return ch >= 0x20 && ch != '"' && ch != '\\' && ch < 0x7F;
}

/* Eight bytes at once: the top bit of a byte is set in the result when that byte is not plain, or
 * lies above one that is not. Bytes from 0x80 up are caught by their own top bit, so the others can
 * be compared by a subtraction that borrows. */
static uint64_t not_plain(uint64_t eight)
{
    const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;
    uint64_t quote = eight ^ ones * '"', backslash = eight ^ ones * '\\', del = eight ^ ones * 0x7F;

    return (eight | (eight - ones * 0x20) | (quote - ones) | (backslash - ones) | (del - ones)) &
           tops;
}

static uint64_t eight_at(const uint8_t *at)
{
    uint64_t eight;

    memcpy(&eight, at, 8);
    return eight;
}

/* The last eight bytes are looked at together, though some of them were seen before. */
static bool is_all_plain(struct pn_slice text)
{
    size_t at = 0;

    if (text.len < 8) {
        while (at < text.len && is_plain(text.at[at])) at++;
        return at == text.len;
    }
    for (; text.len - at > 8; at += 8) {
        if (not_plain(eight_at(text.at + at)) != 0) return false;
    }
    return not_plain(eight_at(text.at + text.len - 8)) == 0;
}

/* Write the bytes at the front of `text` that stand for themselves; nearly all text is nothing
 * else. Returns how many they are, written or not. */
static size_t write_plain(struct pn_writer *w, struct pn_slice text)
{
    size_t len = 0;

    while (text.len - len >= 8) {
        if (not_plain(eight_at(text.at + len)) != 0) break;
        len += 8;
    }
    while (len < text.len && is_plain(text.at[len])) {
        len++;
    }
    pn_write(w, pn_slice_head(text, len));
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

/* What nearly every string is: plain, and with room for it. False, and nothing written, when not. */
static bool write_quoted(struct pn_writer *w, struct pn_slice text)
{
    size_t room = w->max - w->len;
    uint8_t *at = w->at + w->len;

    if (w->full || room < 2 || text.len > room - 2 || !is_all_plain(text)) return false;
    at[0] = '"';
    if (text.len > 0) memcpy(at + 1, text.at, text.len);
    at[text.len + 1] = '"';
    w->len += text.len + 2;
    return true;
}

void pn_write_json_string(struct pn_writer *w, struct pn_slice text)
{
    if (write_quoted(w, text)) return;
    pn_write_byte(w, '"');
    while (text.len > 0) {
        size_t len = write_plain(w, text);

        if (len == 0) len = write_special(w, text);
        text = pn_slice_from(text, len);
    }
    pn_write_byte(w, '"');
}
