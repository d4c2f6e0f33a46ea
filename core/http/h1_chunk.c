/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_chunk.h
 *
 *   SIZE -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE      while chunks have data
 *                   -> TRAILER -> END_LF -> ENDED              behind the chunk of size 0
 *                      TRAILER -> TRAILER_NAME -> TRAILER_LINE -> TRAILER_LF -> TRAILER
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
    TRAILER_NAME,
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

/* Within a field name of the trailer section, at its first byte too. A body that has ended in its
 * framing may not give itself a length once more (RFC 9110, 6.5.1). */
static enum chunk_state trailer_name(struct pn_chunk *c, uint8_t ch)
{
    static const char framing[] = "content-length";
    enum { WHOLE = sizeof framing - 1, OTHER };

    if (c->state == TRAILER) c->matched = 0;
    else if (ch == ':') return c->matched == WHOLE ? BROKEN : TRAILER_LINE;

    if (!pn_octet_is(ch, PN_OCTET_TOKEN)) return BROKEN;
    bool matches = c->matched < WHOLE && pn_ascii_lower(ch) == (uint8_t)framing[c->matched];
    c->matched = (uint8_t)(matches ? c->matched + 1 : OTHER);
    return TRAILER_NAME;
}

static enum chunk_state trailer_byte(struct pn_chunk *c, uint8_t ch)
{
    if (ch == '\r' && c->state == TRAILER) return END_LF;
    if (c->trailers == PN_TRAILERS_REFUSED || ++c->line_bytes > PN_TRAILER_BYTES_MAX) return BROKEN;
    if (c->state != TRAILER_LINE) return trailer_name(c, ch);
    if (ch == '\r') return TRAILER_LF;
    return pn_octet_is(ch, PN_OCTET_VALUE) ? TRAILER_LINE : BROKEN;
}

static enum chunk_state frame_byte(struct pn_chunk *c, uint8_t ch)
{
    switch ((enum chunk_state)c->state) {
    case SIZE: return size_byte(c, ch);
    case SIZE_LF: return size_end(c, ch);
    case DATA_CR: return ch == '\r' ? DATA_LF : BROKEN;
    case DATA_LF: return ch == '\n' ? SIZE : BROKEN;
    case TRAILER:
    case TRAILER_NAME:
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
