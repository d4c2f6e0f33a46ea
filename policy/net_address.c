/* see net_address.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/net_address.h"

#include "policy/value_text.h"

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
        int digit = pn_hex_digit(text.at[i]);
        if (digit < 0) return false;
        group = group << 4 | (uint32_t)digit;
    }
    out[0] = (uint8_t)(group >> 8);
    out[1] = (uint8_t)group;
    return true;
}

static bool begins_gap(struct pn_slice text)
{
    return text.len > 1 && text.at[0] == ':' && text.at[1] == ':';
}

/* Groups between colons, the last two perhaps dotted; one gap of two colons stands for all that are
 * missing, one at least. */
static bool read_sixteen(struct pn_slice text, uint8_t *out)
{
    enum { NO_GAP = 17 };
    size_t len = 0, gap = NO_GAP;

    for (bool first = true; text.len > 0; first = false) {
        bool two = begins_gap(text);
        if (two && gap != NO_GAP) return false;
        if (two) gap = len;
        text = pn_slice_from(text, two ? 2 : !first);
        if (two && text.len == 0) break;
        size_t end = pn_slice_find(text, ':');
        bool dotted = end == text.len && len <= 12 && read_four(text, out + len);
        if (!dotted && (len > 14 || !read_group(pn_slice_head(text, end), out + len))) return false;
        len += dotted ? 4 : 2;
        text = pn_slice_from(text, end);
    }
    if (gap == NO_GAP) return len == 16;
    if (len > 14) return false;
    memmove(out + 16 - (len - gap), out + gap, len - gap);
    memset(out + gap, 0, 16 - len);
    return true;
}

bool pn_address_read(struct pn_slice text, enum pn_address_form form, struct pn_address *a)
{
    size_t slash = form == PN_FORM_NETWORK ? pn_slice_find(text, '/') : text.len;
    struct pn_slice address = pn_slice_head(text, slash);
    uint64_t bits;

    a->len = pn_slice_find(address, ':') < slash ? 16 : 4;
    a->bits = (uint8_t)(a->len * 8);
    if (!(a->len == 4 ? read_four(address, a->bytes) : read_sixteen(address, a->bytes)))
        return false;
    if (form == PN_FORM_ADDRESS) return true;
    if (text.len - slash > 2 && text.at[slash + 1] == '0') return false;
    text = pn_slice_from(text, slash < text.len ? slash + 1 : slash);
    if (!pn_slice_decimal(text, a->bits, &bits)) return false;
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
        pn_write_bits(w, group_of(at, i), 4, 'a');
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
