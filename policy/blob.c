/* see blob.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/blob.h"

#include <cbor.h>

/* Sorted covers unique: TinyCBOR wants keys strictly ascending when both are asked for. */
static const uint32_t deterministic =
    (uint32_t)CborValidateShortestIntegrals | (uint32_t)CborValidateMapKeysAreUnique |
    (uint32_t)CborValidateNoTags | (uint32_t)CborValidateCompleteData;

static bool open_map(struct pn_slice body, CborParser *parser, CborValue *item)
{
    CborValue map;

    if (body.len == 0 || cbor_parser_init(body.at, body.len, 0, parser, &map)) return false;
    if (!cbor_value_is_map(&map) || cbor_value_validate(&map, deterministic)) return false;
    return cbor_value_enter_container(&map, item) == CborNoError;
}

static bool read_key(CborValue *item, uint64_t *key)
{
    if (!cbor_value_is_unsigned_integer(item)) return false;
    return cbor_value_get_uint64(item, key) == CborNoError &&
           cbor_value_advance_fixed(item) == CborNoError;
}

/* Lengths are definite, so the bytes end where the item does. */
static bool read_bytes(CborValue *item, struct pn_slice *bytes)
{
    if (!cbor_value_is_byte_string(item)) return false;
    if (cbor_value_get_string_length(item, &bytes->len)) return false;
    if (cbor_value_advance(item)) return false;
    bytes->at = cbor_value_get_next_byte(item) - bytes->len;
    return true;
}

static bool key_is_known(uint64_t key)
{
    return (key >= 1 && key <= PN_POLICY_SECTION_ENGINE_LAST) ||
           (key >= PN_POLICY_SECTION_GATEWAY_FIRST && key < PN_POLICY_SECTION_COUNT);
}

enum pn_policy_fault pn_blob_open(struct pn_blob *blob, struct pn_slice body)
{
    CborParser parser;
    CborValue item;

    blob->present = 0;
    for (int i = 0; i < PN_POLICY_SECTION_COUNT; i++) blob->section[i] = pn_slice(body.at, 0);
    if (!open_map(body, &parser, &item)) return PN_POLICY_BAD_CBOR;
    while (!cbor_value_at_end(&item)) {
        uint64_t key = 0;
        struct pn_slice bytes = { NULL, 0 };
        if (!read_key(&item, &key) || !read_bytes(&item, &bytes)) return PN_POLICY_BAD_CBOR;
        if (key >= PN_POLICY_SECTION_COUNT) continue;
        if (!key_is_known(key)) return PN_POLICY_BAD_SECTION_UNKNOWN;
        blob->section[key] = bytes;
        blob->present |= (uint64_t)1 << key;
    }
    return PN_POLICY_GOOD;
}
