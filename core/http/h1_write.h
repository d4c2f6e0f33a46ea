/* SPDX-License-Identifier: Apache-2.0 */
/* h1_write.h - write the head of an HTTP/1.1 message, and frame its body (RFC 9112).
 *
 * Heads are written from values, never copied. All goes through a struct pn_writer: code reads like
 * the message and checks once at its end. A value that would break out of its line (CR, LF, NUL,
 * any control character, any byte beyond ASCII) marks the writer full, like a value that does not
 * fit, so such a head never leaves. */
#ifndef PN_HTTP_H1_WRITE_H
#define PN_HTTP_H1_WRITE_H

#include "core/base/writer.h"
#include "core/http/h1_head.h"

enum {
    PN_CHUNK_HEAD_BYTES_MAX = 18, /* 16 digits, CR LF */
    PN_CHUNK_END_BYTES = 2,       /* CR LF behind the data */
    PN_CHUNK_LAST_BYTES = 5,      /* the chunk of size 0 with its empty trailer section */
};

/* What happens to the connection behind the message. */
enum pn_h1_after {
    PN_H1_CLOSE,
    PN_H1_KEEP,
};

/* The request line. `target` is in origin-form. */
void pn_h1_write_request_line(struct pn_writer *w, enum pn_h1_method method,
                              struct pn_slice target);

/* The status line, with the phrase of h1_status.def. `status` is 100 to 599. */
void pn_h1_write_status_line(struct pn_writer *w, unsigned status);

/* One field line. `field` is not PN_FIELD_OTHER; fields without a line in h1_field.def are written
 * by name, which must be a token. */
void pn_h1_write_field(struct pn_writer *w, enum pn_field field, struct pn_slice value);
void pn_h1_write_field_u64(struct pn_writer *w, enum pn_field field, uint64_t value);
void pn_h1_write_field_named(struct pn_writer *w, struct pn_slice name, struct pn_slice value);

/* Fields that frame: Content-Length, Transfer-Encoding: chunked, Connection. */
void pn_h1_write_length(struct pn_writer *w, uint64_t body_bytes);
void pn_h1_write_chunked(struct pn_writer *w);
void pn_h1_write_connection(struct pn_writer *w, enum pn_h1_after after);

/* The empty line that ends a head. */
void pn_h1_write_head_end(struct pn_writer *w);

/* A chunk is its head, `data_bytes` of data (not 0) and its end; the last chunk ends the body. */
void pn_h1_write_chunk_head(struct pn_writer *w, size_t data_bytes);
void pn_h1_write_chunk_end(struct pn_writer *w);
void pn_h1_write_chunk_last(struct pn_writer *w);

/* A field line to be written. */
struct pn_h1_extra {
    enum pn_field field; /* not PN_FIELD_OTHER */
    struct pn_slice value;
};

/* A response that is small enough to be written in one go. */
struct pn_h1_response {
    unsigned status;
    enum pn_h1_method method; /* of the request; HEAD is answered without the body */
    enum pn_h1_after after;
    struct pn_slice content_type;    /* empty: no Content-Type */
    struct pn_slice body;            /* left out of 204 and 304, and its length too */
    const struct pn_h1_extra *extra; /* further fields */
    unsigned extra_count;
};

void pn_h1_write_response(struct pn_writer *w, const struct pn_h1_response *response);

#endif
