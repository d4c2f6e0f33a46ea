/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_chunk.h
 *
 *   SIZE -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE      while chunks have data
 *                   -> TRAILER -> END_LF -> ENDED              behind the chunk of size 0
 *                      TRAILER -> TRAILER_LINE -> TRAILER_LF -> TRAILER
 */
#include "core/http/h1_chunk.h"

#include "core/http/octet.h"

/* Fifteen digits keep any size below 2^60, far from overflow. */
enum { SIZE_DIGITS_MAX = 15 };

enum chunk_state {
    SIZE,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_LINE,
    TRAILER_LF,
    END_LF,
    ENDED,
    BROKEN,
};

static enum chunk_state size_byte(struct pn_chunk *c, uint8_t ch)
{
    int digit = pn_octet_hex(ch);

    if (ch == '\r' && c->line_bytes > 0) return SIZE_LF;
    if (digit < 0 || ++c->line_bytes > SIZE_DIGITS_MAX) return BROKEN;
    c->left_bytes = c->left_bytes * 16 + (uint64_t)digit;
    return SIZE;
}

static enum chunk_state size_end(struct pn_chunk *c, uint8_t ch)
{
    c->line_bytes = 0;
    if (ch != '\n') return BROKEN;
    return c->left_bytes > 0 ? DATA : TRAILER;
}

/* Within the trailer section: at the start of a line, or behind it. */
static enum chunk_state trailer_byte(struct pn_chunk *c, uint8_t ch)
{
    if (ch == '\r') return c->state == TRAILER ? END_LF : TRAILER_LF;
    if (c->trailers == PN_TRAILERS_REFUSED || ++c->line_bytes > PN_TRAILER_BYTES_MAX) return BROKEN;
    return pn_octet_is(ch, c->state == TRAILER ? PN_OCTET_TOKEN : PN_OCTET_VALUE) ? TRAILER_LINE : BROKEN;
}

static enum chunk_state frame_byte(struct pn_chunk *c, uint8_t ch)
{
    switch ((enum chunk_state)c->state) {
    case SIZE: return size_byte(c, ch);
    case SIZE_LF: return size_end(c, ch);
    case DATA_CR: return ch == '\r' ? DATA_LF : BROKEN;
    case DATA_LF: return ch == '\n' ? SIZE : BROKEN;
    case TRAILER:
    case TRAILER_LINE: return trailer_byte(c, ch);
    case TRAILER_LF: return ch == '\n' ? TRAILER : BROKEN;
    case END_LF: return ch == '\n' ? ENDED : BROKEN;
    case DATA:
    case ENDED:
    case BROKEN: break; /* pn_chunk_next handles these */
    }
    return BROKEN;
}

/* Lend what `in` has of the current chunk. */
static void data_take(struct pn_chunk *c, struct pn_slice *in, struct pn_slice *data)
{
    size_t len = c->left_bytes < in->len ? (size_t)c->left_bytes : in->len;

    *data = pn_slice_head(*in, len);
    *in = pn_slice_from(*in, len);
    c->left_bytes -= len;
    if (c->left_bytes == 0) c->state = DATA_CR;
}

enum pn_step pn_chunk_next(struct pn_chunk *c, struct pn_slice *in, struct pn_slice *data)
{
    *data = pn_slice(NULL, 0);
    while (c->state != ENDED && c->state != BROKEN && in->len > 0) {
        if (c->state == DATA) {
            data_take(c, in, data);
            return PN_MORE;
        }
        c->state = (uint8_t)frame_byte(c, in->at[0]);
        *in = pn_slice_from(*in, 1);
    }
    if (c->state == BROKEN) return PN_REFUSED;
    return c->state == ENDED ? PN_DONE : PN_MORE;
}
