/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle_terms.h"

#include "core/base/bytes.h"

#define FIXED_BYTES 44

static void write_text(struct bytes *out, struct pn_slice text)
{
    bytes_append_u16(out, (uint16_t)text.len);
    bytes_append(out, text);
}

void bundle_terms_write(struct bytes *out, const struct bundle_terms *terms)
{
    bytes_append(out, pn_slice(terms->tenant, sizeof terms->tenant));
    bytes_append_u64(out, terms->expires_after_s);
    bytes_append_u64(out, terms->sequence);
    bytes_append_u32(out, terms->grace_s);
    bytes_append_u32(out, terms->epoch);
    bytes_append_u16(out, (uint16_t)terms->group_count);
    bytes_append_u16(out, (uint16_t)terms->device_count);
    write_text(out, terms->name);
    for (size_t i = 0; i < terms->group_count; i++) write_text(out, terms->groups[i]);
    for (size_t i = 0; i < terms->device_count; i++) write_text(out, terms->devices[i]);
}

static bool take_text(struct pn_slice *from, struct pn_slice *text)
{
    if (from->len < 2 || pn_load16(from->at) > from->len - 2) return false;
    *text = pn_slice(from->at + 2, pn_load16(from->at));
    *from = pn_slice_from(*from, 2 + text->len);
    return true;
}

static bool take_texts(struct pn_slice *from, struct pn_slice *texts, size_t count)
{
    if (count > BUNDLE_TERMS_NAMES_MAX) return false;
    for (size_t i = 0; i < count; i++) {
        if (!take_text(from, &texts[i])) return false;
    }
    return true;
}

static bool read_section(struct pn_slice from, struct bundle_terms *terms)
{
    const uint8_t *at = from.at;

    if (from.len < FIXED_BYTES) return false;
    memcpy(terms->tenant, at, sizeof terms->tenant);
    terms->expires_after_s = pn_load64(at + 16);
    terms->sequence = pn_load64(at + 24);
    terms->grace_s = pn_load32(at + 32);
    terms->epoch = pn_load32(at + 36);
    terms->group_count = pn_load16(at + 40);
    terms->device_count = pn_load16(at + 42);
    from = pn_slice_from(from, FIXED_BYTES);
    return take_text(&from, &terms->name) && take_texts(&from, terms->groups, terms->group_count) &&
           take_texts(&from, terms->devices, terms->device_count) && from.len == 0;
}

/* One CBOR head: its argument, for the major types that a body has. */
static bool take_head(struct pn_slice *from, unsigned major, uint64_t *value)
{
    if (from->len == 0 || from->at[0] >> 5 != major) return false;
    unsigned low = from->at[0] & 0x1f;
    size_t more = low < 24 ? 0 : low < 28 ? (size_t)1 << (low - 24) : 9;
    if (more > 8 || from->len < 1 + more) return false;
    *value = more == 0 ? low : 0;
    for (size_t i = 0; i < more; i++) *value = *value << 8 | from->at[1 + i];
    *from = pn_slice_from(*from, 1 + more);
    return true;
}

bool bundle_terms_read(struct pn_slice body, struct bundle_terms *terms)
{
    uint64_t entries, number, len;

    *terms = (struct bundle_terms){ 0 };
    if (!take_head(&body, 5, &entries)) return false;
    for (uint64_t i = 0; i < entries; i++) {
        if (!take_head(&body, 0, &number) || !take_head(&body, 2, &len) || len > body.len)
            return false;
        if (number == BUNDLE_TERMS_SECTION) {
            if (read_section(pn_slice_head(body, (size_t)len), terms)) return true;
            *terms = (struct bundle_terms){ 0 };
            return false;
        }
        body = pn_slice_from(body, (size_t)len);
    }
    return false;
}
