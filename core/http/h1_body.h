/* SPDX-License-Identifier: Apache-2.0 */
/* h1_body.h - read a body, however its head delimits it (RFC 9112, 6).
 *
 * One reader for the four kinds of framing, so that those who look at bodies never see which it
 * was. It copies nothing: data is lent from the input, chunk framing is left out. */
#ifndef PN_HTTP_H1_BODY_H
#define PN_HTTP_H1_BODY_H

#include "core/http/h1_chunk.h"
#include "core/http/h1_head.h"

/* All-zero is a body of no bytes. */
struct pn_h1_body {
    struct pn_chunk chunk; /* PN_BODY_LENGTH counts down its left_bytes */
    uint8_t framing;       /* enum pn_h1_framing */
    bool ended;
};

/* The body behind a head that was accepted. Trailers are refused behind a request and skipped
 * behind a response. */
struct pn_h1_body pn_h1_request_body(const struct pn_h1_head *h);
struct pn_h1_body pn_h1_response_body(const struct pn_h1_head *h);

/* Consume from `in` until one run of data is found or the input ends.
 *
 *   PN_MORE     `data` may be empty. Call again while `in` is not, then with the next bytes.
 *   PN_DONE     `data` may hold the last run; the body ends behind it and `in` starts at the next
 *               message. Calling again changes nothing. A body of no bytes is done at the first
 *               call, with an empty `in` too.
 *   PN_REFUSED  the framing is broken: CHUNK_MALFORMED. The connection is of no more use.
 *
 * `data` borrows from the buffer behind `in`. */
enum pn_step pn_h1_body_next(struct pn_h1_body *b, struct pn_slice *in, struct pn_slice *data);

/* The peer has closed its side and all its bytes were given to pn_h1_body_next().
 *
 *   PN_DONE     the body is whole.
 *   PN_REFUSED  it was cut. */
enum pn_step pn_h1_body_end_of_stream(struct pn_h1_body *b);

#endif
