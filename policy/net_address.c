/* see net_address.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/net_address.h"

static bool read_four(struct pn_slice text, uint8_t *out)
{
    for (int i = 0; i < 4; i++) {
        size_t len = i < 3 ? pn_slice_find(text, '.') : text.len;
        uint64_t octet;
        if (len == text.len && i < 3) return false;
        if (len > 1 && text.at[0] == '0') return false;
        if (!pn_slice_decimal(pn_slice_head(text, len), 255, &octet)) return false;
        out[i] = (uint8_t)octet;
        text = pn_slice_from(text, len + (i < 3));
    }
    return true;
}

/* One to four hexadecimal digits. */
static bool read_group(struct pn_slice text, uint8_t *out)
{
    uint32_t group = 0;

    if (text.len == 0 || text.len > 4) return false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = pn_ascii_lower(text.at[i]);
        uint8_t digit = (uint8_t)(ch >= 'a' ? ch - 'a' + 10 : ch - '0');
        if (digit > 15 || (ch > '9' && ch < 'a')) return false;
        group = group << 4 | digit;
    }
    out[0] = (uint8_t)(group >> 8);
    out[1] = (uint8_t)group;
    return true;
}

/* Groups and colons up to `text`'s end into at most `room` bytes; the last four may be dotted.
 * Returns the bytes, or 17 when it is malformed. No group is good, too. */
static size_t read_groups(struct pn_slice text, uint8_t *out, size_t room)
{
    size_t len = 0;

    while (text.len > 0) {
        size_t end = pn_slice_find(text, ':');
        struct pn_slice group = pn_slice_head(text, end);
        if (end == text.len && room - len >= 4 && read_four(group, out + len)) return len + 4;
        if (room - len < 2 || !read_group(group, out + len)) return 17;
        len += 2;
        if (end == text.len) break;
        text = pn_slice_from(text, end + 1);
        if (text.len == 0) return 17;
    }
    return len;
}

/* Where two colons stand, or the length. */
static size_t find_gap(struct pn_slice text)
{
    size_t at = 0;

    while (at + 1 < text.len && (text.at[at] != ':' || text.at[at + 1] != ':')) at++;
    return at + 1 < text.len ? at : text.len;
}

static bool read_sixteen(struct pn_slice text, uint8_t *out)
{
    size_t gap = find_gap(text);
    uint8_t tail[16];

    if (gap == text.len) return read_groups(text, out, 16) == 16;
    size_t head_len = read_groups(pn_slice_head(text, gap), out, 14);
    if (head_len > 14 || pn_slice_find(pn_slice_head(text, gap), '.') < gap) return false;
    size_t tail_len = read_groups(pn_slice_from(text, gap + 2), tail, 14 - head_len);
    if (tail_len > 14) return false;
    memset(out + head_len, 0, 16 - head_len);
    memcpy(out + 16 - tail_len, tail, tail_len);
    return true;
}

bool pn_address_read(struct pn_slice text, struct pn_address *a)
{
    a->len = pn_slice_find(text, ':') < text.len ? 16 : 4;
    a->bits = (uint8_t)(a->len * 8);
    return a->len == 4 ? read_four(text, a->bytes) : read_sixteen(text, a->bytes);
}

bool pn_network_read(struct pn_slice text, struct pn_address *a)
{
    size_t slash = pn_slice_find(text, '/');
    uint64_t bits;

    if (slash == text.len || !pn_address_read(pn_slice_head(text, slash), a)) return false;
    struct pn_slice digits = pn_slice_from(text, slash + 1);
    if (digits.len > 1 && digits.at[0] == '0') return false;
    if (!pn_slice_decimal(digits, a->bits, &bits)) return false;
    a->bits = (uint8_t)bits;
    return true;
}

static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };

bool pn_address_is_mapped(const struct pn_address *a)
{
    return a->len == 16 && memcmp(a->bytes, mapped, sizeof mapped) == 0;
}

void pn_address_unmap(struct pn_address *a)
{
    if (!pn_address_is_mapped(a) || a->bits < 96) return;
    memmove(a->bytes, a->bytes + 12, 4);
    a->bits = (uint8_t)(a->bits - 96);
    a->len = 4;
}

bool pn_prefix_equal(const uint8_t *a, const uint8_t *b, uint32_t bits)
{
    uint32_t whole = bits / 8, rest = 8 - bits % 8;

    if (memcmp(a, b, whole) != 0) return false;
    return rest == 8 || (a[whole] ^ b[whole]) >> rest == 0;
}

static void write_four(struct pn_writer *w, const uint8_t *at)
{
    for (int i = 0; i < 4; i++) {
        if (i > 0) pn_write_byte(w, '.');
        pn_write_u64(w, at[i]);
    }
}

static uint32_t group_of(const uint8_t *at, size_t i)
{
    return (uint32_t)at[2 * i] << 8 | at[2 * i + 1];
}

/* The first of the longest runs of two or more zero groups. */
static size_t longest_run(const uint8_t *at, size_t *run_len)
{
    size_t best = 8;

    *run_len = 1;
    for (size_t begin = 0, end; begin < 8; begin = end + 1) {
        for (end = begin; end < 8 && group_of(at, end) == 0;) end++;
        if (end - begin <= *run_len) continue;
        best = begin;
        *run_len = end - begin;
    }
    return best;
}

static void write_group(struct pn_writer *w, uint32_t group)
{
    uint32_t shift = 12;

    while (shift > 0 && group >> shift == 0) shift -= 4;
    for (;; shift -= 4) {
        uint32_t digit = group >> shift & 15;
        pn_write_byte(w, (uint8_t)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        if (shift == 0) return;
    }
}

static void write_sixteen(struct pn_writer *w, const uint8_t *at)
{
    size_t run_len, run = longest_run(at, &run_len);

    for (size_t i = 0; i < 8; i++) {
        if (i == run) {
            pn_write_text(w, "::");
            i += run_len - 1;
            continue;
        }
        if (i > 0 && i != run + run_len) pn_write_byte(w, ':');
        write_group(w, group_of(at, i));
    }
}

void pn_write_address(struct pn_writer *w, const struct pn_value *v)
{
    if (v->len == 4) {
        write_four(w, v->as.text);
    } else {
        write_sixteen(w, v->as.text);
    }
    if (v->type != PN_CIDR) return;
    pn_write_byte(w, '/');
    pn_write_u64(w, v->node);
}
