/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_body.h */
#include "core/http/h1_body.h"

static struct pn_h1_body body_of(const struct pn_h1_head *h, enum pn_trailers trailers)
{
    bool counted = h->framing == PN_BODY_LENGTH;

    return (struct pn_h1_body){
        .chunk = { .left_bytes = counted ? h->body_bytes : 0, .trailers = (uint8_t)trailers },
        .framing = h->framing,
    };
}

struct pn_h1_body pn_h1_request_body(const struct pn_h1_head *h)
{
    return body_of(h, PN_TRAILERS_REFUSED);
}

struct pn_h1_body pn_h1_response_body(const struct pn_h1_head *h)
{
    return body_of(h, PN_TRAILERS_SKIPPED);
}

static enum pn_step length_next(struct pn_h1_body *b, struct pn_slice *in, struct pn_slice *data)
{
    uint64_t left = b->chunk.left_bytes;
    size_t len = left < in->len ? (size_t)left : in->len;

    *data = pn_slice_head(*in, len);
    *in = pn_slice_from(*in, len);
    b->chunk.left_bytes = left - len;
    return left == len ? PN_DONE : PN_MORE;
}

static enum pn_step framing_next(struct pn_h1_body *b, struct pn_slice *in, struct pn_slice *data)
{
    switch ((enum pn_h1_framing)b->framing) {
    case PN_BODY_LENGTH: return length_next(b, in, data);
    case PN_BODY_CHUNKED: return pn_chunk_next(&b->chunk, in, data);
    case PN_BODY_UNTIL_CLOSE:
        *data = *in;
        *in = pn_slice_from(*in, in->len);
        return PN_MORE;
    case PN_BODY_NONE: break;
    }
    return PN_DONE;
}

enum pn_step pn_h1_body_next(struct pn_h1_body *b, struct pn_slice *in, struct pn_slice *data)
{
    *data = pn_slice(NULL, 0);
    if (b->ended) return PN_DONE;

    enum pn_step step = framing_next(b, in, data);
    b->ended = step == PN_DONE;
    return step;
}

enum pn_step pn_h1_body_end_of_stream(struct pn_h1_body *b)
{
    if (b->framing == PN_BODY_UNTIL_CLOSE || b->framing == PN_BODY_NONE) b->ended = true;
    if (b->framing == PN_BODY_LENGTH && b->chunk.left_bytes == 0) b->ended = true;
    return b->ended ? PN_DONE : PN_REFUSED;
}
