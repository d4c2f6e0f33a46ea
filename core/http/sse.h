/* SPDX-License-Identifier: Apache-2.0 */
/* sse.h - read and write server-sent events (the HTML standard, 9.2, text/event-stream).
 *
 * The reader finds fields, line ends and event ends in a stream that is cut anywhere, and lends the
 * values piece by piece, so that an event of any length passes in constant memory. It decides
 * nothing: an event without data, an id with a NUL, an unknown field are reported like any other.
 *
 * Lines end in LF, CR LF or CR, as the standard has it. Because clients are known that split lines
 * elsewhere, or not at CR, whoever judges an event writes it anew from the values instead of
 * passing the bytes on. A byte order mark before the first line is skipped. */
#ifndef PN_HTTP_SSE_H
#define PN_HTTP_SSE_H

#include "core/base/step.h"
#include "core/base/writer.h"

enum {
    PN_SSE_LINE_BYTES_MAX = 16 * 1024 * 1024, /* when the caller sets no limit */
};

enum pn_sse_field {
    PN_SSE_OTHER, /* a name that the standard does not know; clients ignore the line */
    PN_SSE_COMMENT,
    PN_SSE_EVENT,
    PN_SSE_DATA,
    PN_SSE_ID,
    PN_SSE_RETRY,
};

enum pn_sse_kind {
    PN_SSE_NOTHING,
    PN_SSE_VALUE,     /* a piece of the value of `field`; a line has none, one or several */
    PN_SSE_LINE_END,  /* the line of `field` is whole */
    PN_SSE_EVENT_END, /* an empty line: the event is whole */
};

struct pn_sse_item {
    uint8_t kind;          /* enum pn_sse_kind */
    uint8_t field;         /* enum pn_sse_field; for PN_SSE_VALUE and PN_SSE_LINE_END */
    struct pn_slice value; /* PN_SSE_VALUE: never empty; borrows from the buffer behind `in` */
};

/* All-zero is the state before the first byte of a stream; `line_bytes_max` may then be set. */
struct pn_sse {
    uint32_t line_bytes_max; /* a longer line is refused; 0 stands for PN_SSE_LINE_BYTES_MAX */
    uint32_t line_bytes;     /* of the current line so far */
    uint8_t state;           /* enum sse_state in sse.c */
    uint8_t field;           /* enum pn_sse_field of the current line, once its name is whole */
    uint8_t mark_bytes;      /* of the byte order mark so far */
    uint8_t name_len; /* of the field name so far; one more than fits stands for any longer */
    uint8_t name[5];
    bool after_cr; /* the last line ended in CR: an LF would belong to it */
    bool in_event; /* a line was begun since the last event end */
};

/* Consume from the front of `in` up to the end of the next item.
 *
 *   PN_DONE     `item` holds it; call again.
 *   PN_MORE     `in` is used up and there is no further item in it.
 *   PN_REFUSED  a line is longer than `line_bytes_max`; the stream cannot be judged.
 *
 * The bytes consumed are the item as it was sent: a caller may pass them on unchanged. When CR and
 * LF of a line end arrive apart, the LF is consumed before the next item. */
enum pn_step pn_sse_next(struct pn_sse *s, struct pn_slice *in, struct pn_sse_item *item);

/* Do not take the last `bytes` of the value that was just read from `in`: what is given back is lent
 * again by the next call. `in` is the slice that the value was read from, or what is left of a longer
 * one around it. */
void pn_sse_give_back(struct pn_sse *s, struct pn_slice *in, size_t bytes);

/* True when the stream may end here without losing part of an event. */
static inline bool pn_sse_between_events(const struct pn_sse *s)
{
    return !s->in_event;
}

/* Append one line, "field: value". A value with a line end, or a NUL, cannot be one line: the
 * writer is then marked full. `field` is not PN_SSE_OTHER. */
void pn_sse_write_line(struct pn_writer *w, enum pn_sse_field field, struct pn_slice value);

/* Append the beginning of a line, up to where its value goes. `field` is not PN_SSE_OTHER. */
void pn_sse_write_name(struct pn_writer *w, enum pn_sse_field field);

/* Append `data` as one data line for each of its lines; a reader puts them together with LF. */
void pn_sse_write_data(struct pn_writer *w, struct pn_slice data);

/* Append the empty line that ends an event. */
void pn_sse_write_event_end(struct pn_writer *w);

/* Append a whole event. `name` is its type; when empty there is no event line. */
void pn_sse_write_event(struct pn_writer *w, struct pn_slice name, struct pn_slice data);

#endif
