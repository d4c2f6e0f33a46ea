/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_h1_body.c - any bytes as a chunked body: pieces change nothing, data lies within the input,
 * and what came out comes out again when it is framed anew. */
#include "core/http/h1_chunk.h"
#include "core/http/h1_write.h"

#include <stdlib.h>

enum { BODY_MAX = 4096 };

struct decoded {
    enum pn_step step;
    size_t len, used;
    uint8_t body[BODY_MAX];
};

static void must(bool holds)
{
    if (!holds) abort();
}

static void decode(struct decoded *d, struct pn_slice bytes, size_t piece,
                   enum pn_trailers trailers)
{
    struct pn_chunk c = { .trailers = (uint8_t)trailers };

    *d = (struct decoded){ .step = PN_MORE };
    while (d->step == PN_MORE && d->used < bytes.len) {
        size_t len = bytes.len - d->used < piece ? bytes.len - d->used : piece;
        struct pn_slice in = pn_slice(bytes.at + d->used, len), data;

        d->step = pn_chunk_next(&c, &in, &data);
        must(data.len == 0 || (data.at >= bytes.at && data.at + data.len <= in.at));
        must(data.len == 0 || d->step == PN_MORE);
        if (data.len > 0) memcpy(d->body + d->len, data.at, data.len);
        d->len += data.len;
        d->used = (size_t)(in.at - bytes.at);
    }
}

static void framed_anew(const struct decoded *d)
{
    static uint8_t framed[BODY_MAX + 64];
    static struct decoded again;
    struct pn_writer w = pn_writer(framed, sizeof framed);

    if (d->len > 0) {
        pn_h1_write_chunk_head(&w, d->len);
        pn_write(&w, pn_slice(d->body, d->len));
        pn_h1_write_chunk_end(&w);
    }
    pn_h1_write_chunk_last(&w);
    decode(&again, pn_written(&w), w.len, PN_TRAILERS_REFUSED);
    must(again.step == PN_DONE && again.used == w.len && again.len == d->len);
    must(memcmp(again.body, d->body, d->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decoded whole, pieces;

    if (size == 0 || size > BODY_MAX) return 0;

    struct pn_slice bytes = pn_slice(data + 1, size - 1);
    enum pn_trailers trailers = data[0] & 1 ? PN_TRAILERS_SKIPPED : PN_TRAILERS_REFUSED;

    decode(&whole, bytes, bytes.len, trailers);
    decode(&pieces, bytes, data[0] / 2u + 1u, trailers);
    must(whole.step == pieces.step && whole.len == pieces.len && whole.used == pieces.used);
    must(memcmp(whole.body, pieces.body, whole.len) == 0);
    framed_anew(&whole);
    return 0;
}
