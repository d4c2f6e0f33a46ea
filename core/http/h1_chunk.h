/* SPDX-License-Identifier: Apache-2.0 */
/* h1_chunk.h - find the data inside a chunked HTTP/1.1 body (RFC 9112, 7.1).
 *
 * The decoder copies nothing: each call consumes bytes from the front of `in` and lends back at
 * most one run of body data. It is strict on purpose. A gateway that is kinder than the server
 * behind it about where a body ends lets a second request hide inside the first. So a chunk size is
 * 1 to 15 hexadecimal digits and nothing else: no extension, no space, no sign. Lines end in CR LF.
 *
 * Trailer fields come after everything has been decided. On requests they are refused; on responses
 * they are checked for their form, skipped, and never forwarded. */
#ifndef PN_HTTP_H1_CHUNK_H
#define PN_HTTP_H1_CHUNK_H

#include "core/base/step.h"

enum {
    PN_TRAILER_BYTES_MAX = 4096, /* of a skipped trailer section */
};

enum pn_trailers {
    PN_TRAILERS_REFUSED,
    PN_TRAILERS_SKIPPED,
};

/* All-zero is the state before the first byte of a body; `trailers` may then be set. */
struct pn_chunk {
    uint64_t left_bytes; /* data still owed by the current chunk */
    uint16_t line_bytes; /* of the size line or trailer section so far */
    uint8_t state;       /* enum chunk_state in h1_chunk.c */
    uint8_t trailers;    /* enum pn_trailers */
    uint8_t matched;     /* bytes of a trailer's name that match one that is not allowed there */
};

/* Consume from `in` until one run of data is found or the input ends.
 *
 *   PN_MORE     all went well; `data` may be empty. Call again with what is left of `in`, or with
 *               the next bytes from the peer.
 *   PN_DONE     the body has ended, `data` is empty; `in` starts at the next message.
 *   PN_REFUSED  not valid chunked framing; the connection is of no more use.
 *
 * `data` borrows from the buffer behind `in`. */
enum pn_step pn_chunk_next(struct pn_chunk *c, struct pn_slice *in, struct pn_slice *data);

#endif
