/* SPDX-License-Identifier: Apache-2.0 */
/* see target.h */
#include "core/http/target.h"

#include "core/http/octet.h"

/* The byte that the escape at the front of `s` stands for, or -1 when it is not one. */
static int escaped(struct pn_slice s)
{
    if (s.len < 3 || s.at[0] != '%') return -1;

    int high = pn_octet_hex(s.at[1]), low = pn_octet_hex(s.at[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* What may be escaped in a path: an ASCII character that is visible or a space, means nothing to a
 * path reader once decoded, and has no other spelling. */
static bool may_be_escaped(int byte)
{
    if (byte < 0x20 || byte >= 0x7f) return false;
    if (byte == '/' || byte == '\\' || byte == '%') return false;
    return !pn_octet_is((uint8_t)byte, PN_OCTET_UNRESERVED);
}

static bool segment_valid(struct pn_slice segment)
{
    if (pn_slice_equal(segment, PN_SLICE(".")) || pn_slice_equal(segment, PN_SLICE("..")))
        return false;

    while (segment.len > 0) {
        size_t plain = pn_octets_span(segment, PN_OCTET_PATH);

        segment = pn_slice_from(segment, plain);
        if (segment.len == 0) break;
        if (!may_be_escaped(escaped(segment))) return false;
        segment = pn_slice_from(segment, 3);
    }
    return true;
}

static bool path_valid(struct pn_slice path)
{
    struct pn_slice segment;

    if (path.len == 0 || path.at[0] != '/') return false;
    while (pn_target_segment(&path, &segment)) {
        if (segment.len == 0 && path.len > 0) return false;
        if (!segment_valid(segment)) return false;
    }
    return true;
}

static bool query_valid(struct pn_slice query)
{
    while (query.len > 0) {
        query = pn_slice_from(query, pn_octets_span(query, PN_OCTET_QUERY));
        if (query.len == 0) break;
        if (escaped(query) <= 0) return false;
        query = pn_slice_from(query, 3);
    }
    return true;
}

bool pn_target_split(struct pn_slice target, struct pn_target *out)
{
    size_t mark = pn_slice_find(target, '?');

    out->path = pn_slice_head(target, mark);
    out->query = mark < target.len ? pn_slice_from(target, mark + 1) : pn_slice(NULL, 0);
    return path_valid(out->path) && query_valid(out->query);
}

bool pn_target_segment(struct pn_slice *path, struct pn_slice *segment)
{
    if (path->len == 0) return false;

    struct pn_slice rest = pn_slice_from(*path, 1);
    size_t len = pn_slice_find(rest, '/');

    *segment = pn_slice_head(rest, len);
    *path = pn_slice_from(rest, len);
    return true;
}

void pn_target_decode(struct pn_writer *w, struct pn_slice segment)
{
    while (segment.len > 0) {
        int byte = escaped(segment);

        pn_write_byte(w, byte < 0 ? segment.at[0] : (uint8_t)byte);
        segment = pn_slice_from(segment, byte < 0 ? 1 : 3);
    }
}
