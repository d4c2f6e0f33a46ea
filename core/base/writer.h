/* writer.h - append to a buffer that cannot overrun.
 *
 * A writer holds a fixed buffer and a sticky error: once something did not fit, `full` stays set
 * and nothing more is written, so code that writes a head or a record reads like the format and
 * checks once at its end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_WRITER_H
#define PN_BASE_WRITER_H

#include "core/base/slice.h"

struct pn_writer {
    uint8_t *at; /* the caller's buffer */
    size_t max;  /* its size in bytes */
    size_t len;  /* bytes written so far */
    bool full;   /* something did not fit; what `at` holds is not whole */
};

static inline struct pn_writer pn_writer(void *at, size_t max)
{
    return (struct pn_writer){ .at = (uint8_t *)at, .max = max };
}

/* Room for `len` bytes that the caller fills in at once, counted as written; NULL, and nothing
 * counted, when they do not fit. For lines of several parts, which then need one check. */
static inline uint8_t *pn_write_room(struct pn_writer *w, size_t len)
{
    if (w->full || len > w->max - w->len) {
        w->full = true;
        return NULL;
    }
    w->len += len;
    return w->at + w->len - len;
}

/* Append bytes. All or nothing: what does not fit whole is not begun. */
void pn_write(struct pn_writer *w, struct pn_slice bytes);
void pn_write_byte(struct pn_writer *w, uint8_t byte);

/* Append a string literal. */
#define pn_write_text(w, literal) pn_write((w), PN_SLICE(literal))

/* Append a number in decimal, or `len` bytes as lower-case hexadecimal. */
void pn_write_u64(struct pn_writer *w, uint64_t value);
void pn_write_i64(struct pn_writer *w, int64_t value);
void pn_write_hex(struct pn_writer *w, const uint8_t *bytes, size_t len);

/* Append a JSON string, quotes included (RFC 8259, 7): quotes, backslashes and control characters
 * escaped. Bytes that are not valid UTF-8 become U+FFFD, one for each bad byte, so the result is
 * always a valid JSON string. */
void pn_write_json_string(struct pn_writer *w, struct pn_slice text);

/* What has been written; empty when something did not fit. */
static inline struct pn_slice pn_written(const struct pn_writer *w)
{
    return w->full ? (struct pn_slice){ NULL, 0 } : (struct pn_slice){ w->at, w->len };
}

#endif
