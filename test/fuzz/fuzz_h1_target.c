/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_h1_target.c - any bytes as a request target: one that is accepted names one path, decoded or
 * not, and can be written into a request line. */
#include "core/http/h1_write.h"
#include "core/http/target.h"

#include <stdlib.h>

static void must(bool holds)
{
    if (!holds) abort();
}

static void segment_harmless(struct pn_slice segment, bool last)
{
    uint8_t decoded[1024];
    struct pn_writer w = pn_writer(decoded, sizeof decoded);

    must(segment.len > 0 || last);
    pn_target_decode(&w, segment);
    must(!w.full && w.len <= segment.len);
    must(!pn_slice_equal(pn_written(&w), PN_SLICE(".")) &&
         !pn_slice_equal(pn_written(&w), PN_SLICE("..")));
    for (size_t i = 0; i < w.len; i++) {
        must(decoded[i] >= ' ' && decoded[i] < 0x7f);
        must(decoded[i] != '/' && decoded[i] != '\\' && decoded[i] != '%');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t line[1100];
    struct pn_writer w = pn_writer(line, sizeof line);
    struct pn_target target;
    struct pn_slice segment;

    if (size > 1024 || !pn_target_split(pn_slice(data, size), &target)) return 0;
    must(target.path.len > 0 && target.path.at[0] == '/');
    must(target.path.len + target.query.len + (target.query.at != NULL) == size);

    pn_h1_write_request_line(&w, PN_METHOD_GET, pn_slice(data, size));
    must(!w.full);
    for (struct pn_slice rest = target.path; pn_target_segment(&rest, &segment);) {
        segment_harmless(segment, rest.len == 0);
    }
    return 0;
}
