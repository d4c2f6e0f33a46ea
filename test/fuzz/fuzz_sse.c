/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sse.c - any bytes as an event stream: pieces change nothing, and what was read and written
 * anew reads the same. */
#include "core/http/sse.h"

#include <stdlib.h>

enum { STREAM_MAX = 4096 };

static void must(bool holds)
{
    if (!holds) abort();
}

/* Write the items of `bytes`, given `piece` at a time, as a stream of our own making: one line for
 * each line, unknown fields left out. */
struct rewriting {
    struct pn_writer *w;
    uint8_t line[STREAM_MAX];
    size_t line_len;
};

static void line_write(struct rewriting *r, enum pn_sse_field field)
{
    struct pn_slice value = pn_slice(r->line, r->line_len);

    r->line_len = 0;
    if (field == PN_SSE_OTHER || pn_slice_find(value, 0) < value.len) return;
    pn_sse_write_line(r->w, field, value);
}

static void item_write(struct rewriting *r, const struct pn_sse_item *item)
{
    switch ((enum pn_sse_kind)item->kind) {
    case PN_SSE_VALUE:
        memcpy(r->line + r->line_len, item->value.at, item->value.len);
        r->line_len += item->value.len;
        break;
    case PN_SSE_LINE_END: line_write(r, (enum pn_sse_field)item->field); break;
    case PN_SSE_EVENT_END: pn_sse_write_event_end(r->w); break;
    case PN_SSE_NOTHING: abort();
    }
}

static enum pn_step rewrite(struct pn_slice bytes, size_t piece, struct pn_writer *w)
{
    static struct rewriting r;
    struct pn_sse s = { .line_bytes_max = 1000 };
    struct pn_sse_item item;
    enum pn_step step = PN_MORE;

    r.w = w;
    r.line_len = 0;
    while (bytes.len > 0 && step != PN_REFUSED) {
        struct pn_slice in = pn_slice_head(bytes, bytes.len < piece ? bytes.len : piece);

        bytes = pn_slice_from(bytes, in.len);
        while ((step = pn_sse_next(&s, &in, &item)) == PN_DONE) item_write(&r, &item);
        must(step == PN_REFUSED || in.len == 0);
    }
    return step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t first[8 * STREAM_MAX], second[8 * STREAM_MAX], third[8 * STREAM_MAX];
    struct pn_writer whole = pn_writer(first, sizeof first),
                     pieces = pn_writer(second, sizeof second),
                     again = pn_writer(third, sizeof third);

    if (size == 0 || size > STREAM_MAX) return 0;

    struct pn_slice bytes = pn_slice(data + 1, size - 1);
    enum pn_step step = rewrite(bytes, bytes.len > 0 ? bytes.len : 1, &whole);

    must(rewrite(bytes, data[0] + 1u, &pieces) == step);
    must(!whole.full && !pieces.full);
    must(pn_slice_equal(pn_written(&whole), pn_written(&pieces)));
    if (step == PN_REFUSED) return 0;

    /* A line may have grown by a space, so its limit may now be passed; else nothing changes. */
    if (rewrite(pn_written(&whole), 64, &again) == PN_REFUSED) return 0;
    must(pn_slice_equal(pn_written(&whole), pn_written(&again)));
    return 0;
}
