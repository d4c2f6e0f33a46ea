/* SPDX-License-Identifier: Apache-2.0 */
/* h1_message.h - read one whole message as a connection would, from bytes that arrive in pieces.
 *
 * The head is parsed again at each arrival from a block of exactly the bytes so far, the body from
 * blocks of exactly the bytes that are new, so that AddressSanitizer sees any byte read beyond
 * them. What comes out must not depend on the pieces. */
#ifndef TEST_H1_MESSAGE_H
#define TEST_H1_MESSAGE_H

#include "core/http/h1_body.h"
#include "core/http/h1_head.h"

enum message_kind { MESSAGE_REQUEST, MESSAGE_RESPONSE };

enum { MESSAGE_BYTES_MAX = 65536 };

struct message {
    enum pn_step step;      /* PN_MORE: bytes are missing */
    enum pn_reason reason;  /* PN_REFUSED */
    struct pn_h1_head head; /* its `bytes` are `text` */
    size_t used_bytes;      /* PN_DONE: length of the message */
    size_t body_bytes;
    uint8_t text[MESSAGE_BYTES_MAX];
    uint8_t body[MESSAGE_BYTES_MAX];
};

/* How bytes arrive: `first` of them, then `next` at a time (0 for the rest at once). A response's
 * end is the end of the stream. */
struct arrival {
    size_t first, next;
};

/* `m->head` holds what the caller wants set before the first byte (bytes_max, method). */
void message_read(struct message *m, enum message_kind kind, struct pn_slice bytes,
                  struct arrival arrival);

/* True when both were judged alike, with the same results where they were accepted. */
bool message_same(const struct message *a, const struct message *b);

/* Read whole, cut at every position and byte by byte; `m` is the result of the first. False, with
 * the cut in `*cut`, when another way of arriving gives another result. */
bool message_read_every_way(struct message *m, enum message_kind kind, struct pn_slice bytes,
                            size_t *cut);

#endif
