/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/body.h"

enum { CBOR_UNSIGNED = 0, CBOR_BYTES = 2, CBOR_MAP = 5 };

/* In the shortest form (RFC 8949, 4.2.1). */
static void head(struct bytes *out, unsigned major, uint64_t value)
{
    unsigned bytes = value < 24         ? 0
                     : value < 256      ? 1
                     : value < 65536    ? 2
                     : value >> 32 == 0 ? 4
                                        : 8;
    unsigned low = bytes == 0   ? (unsigned)value
                   : bytes == 1 ? 24
                   : bytes == 2 ? 25
                   : bytes == 4 ? 26
                                : 27;

    bytes_append_u8(out, (uint8_t)(major << 5 | low));
    for (unsigned i = bytes; i > 0; i--) bytes_append_u8(out, (uint8_t)(value >> 8 * (i - 1)));
}

static void entry(struct bytes *body, unsigned number, struct pn_slice contents)
{
    head(body, CBOR_UNSIGNED, number);
    head(body, CBOR_BYTES, contents.len);
    bytes_append(body, contents);
}

void body_write(struct bytes *body, const struct bytes sections[PN_POLICY_SECTION_COUNT],
                unsigned extra_number, struct pn_slice extra)
{
    size_t count = extra.len > 0;

    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) count += sections[i].len > 0;
    head(body, CBOR_MAP, count);
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) {
        if (sections[i].len > 0) entry(body, (unsigned)i, bytes_slice(&sections[i]));
    }
    if (extra.len > 0) entry(body, extra_number, extra);
}
