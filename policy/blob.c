/* see blob.h
 *
 * Two of CBOR's types are all there is, so they are read here: an argument in its shortest form
 * (RFC 8949, 3 and 4.2.1) of unsigned numbers (major type 0), byte strings (2) and the map (5).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/blob.h"

enum major { UNSIGNED = 0, BYTES = 2, MAP = 5 };

/* Take an item's head of that type from the front. 28 to 30 mean nothing and 31 is indefinite. */
static bool take_head(struct pn_slice *in, enum major major, uint64_t *argument)
{
    uint8_t first = in->len > 0 ? in->at[0] : 0xFF, low = first & 31;
    size_t more = low < 24 ? 0 : (size_t)1 << (low - 24);

    if (first >> 5 != major || low > 27 || in->len <= more) return false;
    *argument = low < 24 ? low : 0;
    for (size_t i = 1; i <= more; i++) *argument = *argument << 8 | in->at[i];
    *in = pn_slice_from(*in, 1 + more);
    return more == 0 || *argument >= (more == 1 ? 24 : (uint64_t)1 << 4 * more);
}

static bool take_section(struct pn_slice *in, uint64_t *key, struct pn_slice *bytes)
{
    uint64_t len;

    if (!take_head(in, UNSIGNED, key) || !take_head(in, BYTES, &len) || len > in->len) return false;
    *bytes = pn_slice_head(*in, (size_t)len);
    *in = pn_slice_from(*in, (size_t)len);
    return true;
}

static bool key_is_known(uint64_t key)
{
    return (key >= 1 && key <= PN_POLICY_SECTION_ENGINE_LAST) ||
           (key >= PN_POLICY_SECTION_GATEWAY_FIRST && key < PN_POLICY_SECTION_COUNT);
}

enum pn_policy_fault pn_blob_open(struct pn_blob *blob, struct pn_slice body)
{
    uint64_t count, before = 0;
    struct pn_slice in = body;

    blob->present = 0;
    for (int i = 0; i < PN_POLICY_SECTION_COUNT; i++) blob->section[i] = pn_slice(body.at, 0);
    if (!take_head(&in, MAP, &count)) return PN_POLICY_BAD_CBOR;
    for (uint64_t i = 0; i < count; i++) {
        struct pn_slice bytes;
        uint64_t key;
        if (!take_section(&in, &key, &bytes)) return PN_POLICY_BAD_CBOR;
        if (i > 0 && key <= before) return PN_POLICY_BAD_CBOR;
        before = key;
        if (key >= PN_POLICY_SECTION_COUNT) continue;
        if (!key_is_known(key)) return PN_POLICY_BAD_SECTION_UNKNOWN;
        blob->section[key] = bytes;
        blob->present |= (uint64_t)1 << key;
    }
    return in.len == 0 ? PN_POLICY_GOOD : PN_POLICY_BAD_CBOR;
}
